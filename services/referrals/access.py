"""In which capacities a caller may act on a referral they see: the role x relation table."""

from typing import Any

from services.referrals.lifecycle.transitions import MAY, RECEIVERS, Act, Party, acts_from
from shared.auth import Principal
from shared.roles import Role
from shared.schemas.referrals import ReferralStatus

Row = dict[str, Any]
WRITES_MINE = {
    Role.CASE_MANAGER_ENTRY,
    Role.CASE_MANAGER,
    Role.SENIOR_CASE_MANAGER,
    Role.SUPERVISOR,
}


def parties(caller: Principal, row: Row) -> frozenset[Party]:
    """The capacities in which the caller meets this row of `VISIBLE`."""
    found = set[Party]()
    if row["as_receiver"]:
        found.add(Party.RECEIVER)
    if row["as_coordinator"]:
        found.add(Party.COORDINATOR)
    if row["as_sender"]:
        found |= _sender_parties(caller, row)
    return frozenset(found)


def _sender_parties(caller: Principal, row: Row) -> set[Party]:
    found = set[Party]()
    if _writes(caller, row):
        sends = "referrals:send" in caller.scopes
        found.add(Party.WORKER if sends else Party.ENTRY_WORKER)
        if row["author"] == caller.subject:
            found.add(Party.AUTHOR)
    near = row["mine"] or row["of_team"] or row["supervised"]
    if Role.SUPERVISOR in caller.roles and near:
        found.add(Party.SUPERVISOR)
    return found


def _writes(caller: Principal, row: Row) -> bool:
    return bool(
        (row["mine"] and caller.roles & WRITES_MINE)
        or (row["supervised"] and Role.SUPERVISOR in caller.roles)
    )


def acts_as(party: frozenset[Party], act: Act, subject_is_author: bool) -> Party | None:
    """The capacity in which `act` is taken, the receiver's own before a worker's for them."""
    if act in (Act.APPROVE, Act.RETURN) and subject_is_author:
        return None  # the approver is never the author
    order = (Party.RECEIVER, Party.WORKER, Party.ENTRY_WORKER, Party.AUTHOR, Party.SUPERVISOR)
    return next((p for p in order if p in party and p in MAY.get(act, ())), None)


def marked_for(act: Act, party: Party) -> str | None:
    """Whose act it is, when somebody else writes it down."""
    written_down = act in RECEIVERS and party in (Party.WORKER, Party.ENTRY_WORKER)
    return Party.RECEIVER if written_down else None


def offered(caller: Principal, row: Row) -> list[Act]:
    """What this caller may do with the referral in the status it is in."""
    mine = parties(caller, row)
    author = row["author"] == caller.subject
    acts = acts_from(ReferralStatus(row["status"]))
    return [act for act in acts if acts_as(mine, act, author) and makes_sense(act, row)]


def makes_sense(act: Act, row: Row) -> bool:
    """Whether it says anything new, in a status that allows it."""
    wanted_back = row["withdrawal_requested_at"] is not None
    questioned = row["question_at"] is not None
    return {
        Act.CONFIRM_WITHDRAWAL: wanted_back,
        Act.REQUEST_WITHDRAWAL: not wanted_back,
        Act.RECORD_CONTACT: row["first_contact_at"] is None,
        Act.ASK_QUESTION: not questioned,
        Act.ANSWER_QUESTION: questioned,
    }.get(act, True)
