"""Whether a service takes anyone now."""

from services.resources.models import ACTIVE

NOT_ACTIVE, NOT_ACCEPTING = "not_active", "not_accepting"


def refusals(status: str, full: bool | None) -> list[str]:
    """Codes of why a service takes nobody; none when it does."""
    reasons = [] if status == ACTIVE else [NOT_ACTIVE]
    return [*reasons, NOT_ACCEPTING] if full else reasons
