"""What may be done about a referral without moving it: in which statuses, and by whom."""

from dataclasses import dataclass

from services.referrals.lifecycle.retrying import CAME_TO_NOTHING, is_dead_end
from services.referrals.lifecycle.transitions import AT_WORK, Party
from shared.schemas.referrals import LIVE, LoopResult, ReferralStatus


@dataclass(frozen=True, slots=True)
class Errand:
    name: str
    statuses: frozenset[ReferralStatus]
    parties: tuple[Party, ...]
    """In the order in which somebody who has several capacities takes them."""
    path: str
    receivers_own: bool = False
    """The receiver's to do: whoever else does it writes it down for them, marked."""


RECEIVERS = (Party.RECEIVER,)
SENDERS = (Party.WORKER, Party.ENTRY_WORKER, Party.SUPERVISOR)
OVER = CAME_TO_NOTHING | {ReferralStatus.CLOSED}
UNSENT = frozenset({ReferralStatus.DRAFT, ReferralStatus.PENDING_APPROVAL})
EITHER_SIDE = (Party.RECEIVER, Party.WORKER, Party.ENTRY_WORKER)
CLAIM = Errand("claim", LIVE, RECEIVERS, "claim")
RELEASE = Errand("release", LIVE, RECEIVERS, "release")
POSITION = Errand(
    "waitlist_position",
    frozenset({ReferralStatus.ON_HOLD}),
    EITHER_SIDE,
    "waitlist-position",
    receivers_own=True,
)
APPOINT = Errand("propose_appointment", AT_WORK, EITHER_SIDE, "appointments")
HAND_OFF = Errand("hand_off", LIVE, EITHER_SIDE, "hand-off")
OPEN_INQUIRY = Errand("open_inquiry", AT_WORK, RECEIVERS, "open-inquiry")
PREFLIGHT = Errand("preflight", UNSENT, SENDERS, "preflight")
PREVIEW = Errand("preview", UNSENT, SENDERS, "preview")
ALTERNATIVES = Errand("find_alternatives", OVER, SENDERS, "alternatives")
RE_REFER = Errand("re_refer", OVER, (Party.WORKER, Party.ENTRY_WORKER), "re-refer")
ONWARD = (ALTERNATIVES, RE_REFER)
AFTER_SENDING = (CLAIM, RELEASE, POSITION, APPOINT, HAND_OFF, OPEN_INQUIRY)
ERRANDS = (*AFTER_SENDING, PREFLIGHT, PREVIEW, *ONWARD)


def taken_as(errand: Errand, parties: frozenset[Party]) -> Party | None:
    """The capacity in which somebody runs it, if in any."""
    return next((party for party in errand.parties if party in parties), None)


def offered(status: ReferralStatus, loop: LoopResult, parties: frozenset[Party]) -> list[Errand]:
    """From one that has helped, nothing leads on."""
    found = [e for e in ERRANDS if status in e.statuses and taken_as(e, parties)]
    return found if is_dead_end(status, loop) else [e for e in found if e not in ONWARD]
