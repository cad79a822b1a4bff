"""Inquiries from outside: a person who asks for help, or whom another organization sent."""

from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.cases import clocks, rows
from services.cases.commands import cases, clients, needs
from services.cases.commands.history import of_case, tell_case
from services.cases.commands.tasks import OVERDUE, put_task
from services.cases.errors import NobodyForIntake
from services.cases.lifecycle.case import CaseStatus
from services.cases.models import CASE, INQUIRY
from services.cases.queries import inquiries
from services.cases.queries.people import only_team_of
from services.cases.schemas.clients import EMAIL, ChannelKind, NewChannel, NewClient
from services.cases.schemas.needs import NewNeed
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, enter, fetch_one
from shared.deadlines import clear
from shared.errors import Invalid
from shared.schemas.disclosures import NewInquiry

# A twin waits here until the first is committed, and then finds it.
CLAIM = insert(INQUIRY).on_conflict_do_nothing().returning(*INQUIRY.c)


def create_inquiry(connection: Connection, caller: Principal, new: NewInquiry) -> Record:
    """A client, an inquiry and its need, in the organization's own records; once per source.

    It is never said whether the person was known: the record is a new one, and intake decides.
    """
    enter(connection, new.organization_id)
    client = _client(new)
    ids = {"client_id": rows.new_id(), "case_id": rows.new_id()}
    source = {"source": new.source, "source_id": new.source_id}
    begun = fetch_one(connection, CLAIM, **source, **ids)
    if begun is not None:
        _begin(connection, caller, begun, client, NewNeed(category=new.category, words=new.words))
    else:
        begun = fetch_one(connection, inquiries.OF_SOURCE, **source)
    assert begun is not None
    audit.record(
        connection, "create_inquiry", [begun["case_id"], begun["client_id"]], basis=new.source
    )
    return begun


def _begin(
    connection: Connection, caller: Principal, inquiry: Record, client: NewClient, need: NewNeed
) -> None:
    alike = clients.possible_duplicates(connection, caller, client)
    clients.put_on_record(connection, caller, inquiry["client_id"], client)
    case = _case(connection, caller, inquiry)
    needs.put_on_record(connection, caller, case, need)
    due_at = clock.now() + clocks.INTAKE_WITHIN
    _ask(connection, case, cases.INQUIRY, due_at)
    if alike:
        known = [{"client_id": one["client_id"], "matched": one["matched"]} for one in alike]
        rows.change(connection, INQUIRY, inquiry["id"], possible_duplicates=known)
        _ask(connection, case, cases.CHECK_DUPLICATE, due_at)


def _client(new: NewInquiry) -> NewClient:
    clients.require_past("/birth_date", new.birth_date)
    if new.email is not None and not EMAIL.match(new.email):
        raise Invalid("/email", "is not an e-mail address")
    told = {ChannelKind.EMAIL: new.email, ChannelKind.PHONE: new.phone}
    return NewClient(
        given_name=new.given_name,
        family_name=new.family_name,
        birth_date=new.birth_date,
        language=new.language,
        channels=[NewChannel(kind=kind, value=value) for kind, value in told.items() if value],
    )


def _case(connection: Connection, caller: Principal, inquiry: Record) -> Record:
    """Owned, until it is opened, by whoever takes inquiries here."""
    owner_id = inquiries.taker(connection)
    if owner_id is None:
        raise NobodyForIntake("This organization has nobody on record who takes inquiries.")
    case = rows.add(
        connection,
        CASE,
        id=inquiry["case_id"],
        client_id=inquiry["client_id"],
        status=CaseStatus.INQUIRY,
        owner_id=owner_id,
        team_id=only_team_of(connection, owner_id),
        created_by=caller.subject,
    )
    cases.wind(connection, case)
    of_case(connection, caller, case, "case.inquiry", None, inquiry["source"])
    tell_case(connection, case)
    return case


def _ask(connection: Connection, case: Record, kind: str, due_at: datetime) -> None:
    subject, owner_id = case["id"], case["owner_id"]
    task = put_task(connection, kind, subject, due_at, case_id=subject, assignee_id=owner_id)
    if kind == cases.INQUIRY:
        clear(connection, task["id"], OVERDUE)  # the case's own clock follows it up
