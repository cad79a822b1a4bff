"""What a command leaves behind: a line of the timeline, the events, the audit row."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.cases import rows
from services.cases.models import CARE_TEAM, TIMELINE
from shared.auth import Kind, Principal
from shared.db import Record, fetch
from shared.events.contracts import CaseStanding, NeedStanding
from shared.events.log import publish

NAMED = select(CARE_TEAM.c.staff_id).where(CARE_TEAM.c.case_id == bindparam("p_case"))


def note_down(
    connection: Connection,
    kind: str,
    subject: UUID,
    *,
    client_id: UUID,
    case_id: UUID | None,
    actor: UUID | None,
    codes: tuple[str, ...] = (),
) -> None:
    """One line of the timeline: ids and codes, never what a person said."""
    rows.add(
        connection,
        TIMELINE,
        id=rows.new_id(),
        client_id=client_id,
        case_id=case_id,
        kind=kind,
        subject=subject,
        actor=actor,
        codes=list(codes),
    )


def of_case(
    connection: Connection,
    caller: Principal,
    case: Record,
    kind: str,
    subject: UUID | None = None,
    *codes: str,
) -> None:
    """The same, about something in `case`. A service is nobody who works here."""
    note_down(
        connection,
        kind,
        subject or case["id"],
        client_id=case["client_id"],
        case_id=case["id"],
        actor=caller.subject if caller.kind is Kind.USER else None,
        codes=codes,
    )


def named_on(connection: Connection, case_id: UUID) -> list[UUID]:
    return [row["staff_id"] for row in fetch(connection, NAMED, p_case=case_id)]


def tell_case(connection: Connection, case: Record) -> None:
    """Publish who may see the case now."""
    standing = CaseStanding(
        case_id=case["id"],
        client_id=case["client_id"],
        version=case["version"],
        status=case["status"],
        owner_id=case["owner_id"],
        team_id=case["team_id"],
        named=named_on(connection, case["id"]),
        restricted=case["restricted"],
    )
    publish(connection, case["organization"], standing)


def tell_need(connection: Connection, need: Record) -> None:
    standing = NeedStanding(
        need_id=need["id"],
        case_id=need["case_id"],
        version=need["version"],
        status=need["status"],
    )
    publish(connection, need["organization"], standing)
