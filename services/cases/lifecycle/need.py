"""The life of a need: what a person decides, and what its referrals' results do to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.cases.lifecycle import actions_from
from shared.schemas.referrals import UNRESOLVED, LoopResult, ReferralStatus


class NeedStatus(StrEnum):
    OPEN = "open"
    ADDRESSED = "addressed"
    MET = "met"
    PARTLY_MET = "partly_met"
    UNMET = "unmet"
    WITHDRAWN = "withdrawn"


class NeedAction(StrEnum):
    WITHDRAW = "withdraw"
    MARK_UNMET = "mark_unmet"
    MARK_MET_OTHERWISE = "mark_met_otherwise"
    REOPEN = "reopen"


S, A = NeedStatus, NeedAction
IN_WORK = (S.OPEN, S.ADDRESSED)

TRANSITIONS: dict[tuple[NeedStatus, NeedAction], NeedStatus] = {
    **{(status, A.WITHDRAW): S.WITHDRAWN for status in IN_WORK},
    **{(status, A.MARK_UNMET): S.UNMET for status in IN_WORK},
    **{(status, A.MARK_MET_OTHERWISE): S.MET for status in IN_WORK},
    **{(status, A.REOPEN): S.OPEN for status in (S.ADDRESSED, S.MET, S.PARTLY_MET, S.UNMET)},
}

HELPED = {
    LoopResult.CONFIRMED: S.MET,
    LoopResult.CLIENT_ONLY: S.MET,
    LoopResult.PARTIAL: S.PARTLY_MET,
}
ONE_SIDED = frozenset({LoopResult.PROVIDER_ONLY, LoopResult.STAFF_REPORTED})
"""Somebody says the client was served, and the client has not."""


@dataclass(frozen=True)
class Standing:
    """Where one of the need's referrals stands."""

    referral_id: UUID
    status: ReferralStatus
    loop: LoopResult


@dataclass(frozen=True)
class Outcome:
    """What its referrals make of a need. `marked` when a person must decide."""

    status: NeedStatus
    met_by: UUID | None = None
    marked: LoopResult | None = None


def decisions(status: str, marked: str | None) -> list[NeedAction]:
    """What a person may decide. An addressed need is reopened only where it was left to them."""
    possible = actions_from(TRANSITIONS, NeedStatus(status))
    if status == S.ADDRESSED and marked is None:
        possible.remove(A.REOPEN)
    return possible


def outcome(
    status: NeedStatus, met_by: UUID | None, standings: Iterable[Standing]
) -> Outcome | None:
    """The need's outcome by its referrals, or None where they have no say.

    A person's decision stands, and so does a result, until the referral that gave it is void.
    """
    known = {standing.referral_id: standing for standing in standings}
    if status not in IN_WORK:
        giver = known.get(met_by) if met_by else None
        if giver is None or giver.status is not ReferralStatus.ENTERED_IN_ERROR:
            return None
    return _of(s for s in known.values() if s.status is not ReferralStatus.ENTERED_IN_ERROR)


def _of(standings: Iterable[Standing]) -> Outcome:
    standings = sorted(standings, key=lambda s: str(s.referral_id))
    for result in (S.MET, S.PARTLY_MET):
        for standing in standings:
            if HELPED.get(standing.loop) is result:
                return Outcome(result, met_by=standing.referral_id)
    if any(standing.status in UNRESOLVED for standing in standings):
        return Outcome(S.ADDRESSED)
    for standing in standings:
        if standing.loop in ONE_SIDED:
            return Outcome(S.ADDRESSED, marked=standing.loop)
    return Outcome(S.OPEN)
