"""Tables of the cases database."""

from services.cases.models.cases import (
    ASSESSMENT,
    CARE_TEAM,
    CASE,
    NEED,
    REFERRAL_STANDING,
    TASK,
    TIMELINE,
)
from services.cases.models.clients import CHANNEL, CLIENT, FACT
from services.cases.models.consents import CONSENT, DISCLOSURE
from services.cases.models.held import metadata
from services.cases.models.inquiries import INQUIRY
from services.cases.models.notes import NOTE
from services.cases.models.people import (
    AGREEMENT,
    ORGANIZATION,
    STAFF,
    SUPERVISION,
    TEAM,
    TEAM_MEMBER,
)
from services.cases.models.plans import GOAL, PLAN, STEP

__all__ = [
    "AGREEMENT",
    "ASSESSMENT",
    "CARE_TEAM",
    "CASE",
    "CHANNEL",
    "CLIENT",
    "CONSENT",
    "DISCLOSURE",
    "FACT",
    "GOAL",
    "INQUIRY",
    "NEED",
    "NOTE",
    "ORGANIZATION",
    "PLAN",
    "REFERRAL_STANDING",
    "STAFF",
    "STEP",
    "SUPERVISION",
    "TASK",
    "TEAM",
    "TEAM_MEMBER",
    "TIMELINE",
    "metadata",
]
