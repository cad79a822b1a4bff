"""How PostgreSQL answers every list once there is much in it: 100,000 cases and referrals."""

from tests.bench.plans.measure import measure

__all__ = ["measure"]
