"""Whether the loop is closed: computed from the latest word of each side, never set."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.schemas.referrals import LoopResult


class Side(StrEnum):
    RECEIVER = "receiver"
    CLIENT = "client"


class Said(StrEnum):
    """What a side said of the help. The first three are the receiver's, the others the client's."""

    SERVED = "served"
    NOT_SERVED = "not_served"
    DECLINED = "declined"
    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Word:
    """One side's word. `written_by` is the member of staff who wrote it down, if anybody did."""

    said: Said
    written_by: UUID | None = None


HELPED = frozenset({LoopResult.CONFIRMED, LoopResult.CLIENT_ONLY, LoopResult.PARTIAL})
"""Results that say, in the client's own word, that help came."""


def contradicts(receiver: Word | None, client: Word | None) -> bool:
    """One says that help came, the other that none did. `partly` contradicts nobody."""
    if receiver is None or client is None:
        return False
    if receiver.said is Said.SERVED:
        return client.said is Said.NO
    return client.said is Said.YES


def loop_result(receiver: Word | None, client: Word | None) -> LoopResult:
    """What the latest words add up to. `not_yet` is no answer yet."""
    if client is not None and client.said is Said.NOT_YET:
        client = None
    if receiver is None and client is None:
        return LoopResult.OPEN
    if receiver is None or client is None:
        return _one_sided(receiver, client)
    if receiver.written_by is not None and receiver.written_by == client.written_by:
        return LoopResult.STAFF_REPORTED
    if contradicts(receiver, client):
        return LoopResult.DISPUTED
    return {
        Said.YES: LoopResult.CONFIRMED,
        Said.PARTLY: LoopResult.PARTIAL,
        Said.NO: LoopResult.UNMET,
    }[client.said]


def _one_sided(receiver: Word | None, client: Word | None) -> LoopResult:
    only = receiver or client
    assert only is not None
    return {
        Said.SERVED: LoopResult.PROVIDER_ONLY,
        Said.YES: LoopResult.CLIENT_ONLY,
        Said.PARTLY: LoopResult.PARTIAL,
    }.get(only.said, LoopResult.UNMET)
