"""Writes of clients, the ways to reach them and the facts about them."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete

from services.cases import rows
from services.cases.commands.closing import close_for_client
from services.cases.commands.history import note_down
from services.cases.duplicates import Person, digits_of, matches
from services.cases.errors import ABSENT, PossibleDuplicate
from services.cases.models import CHANNEL, CLIENT, FACT
from services.cases.queries import clients
from services.cases.schemas.clients import (
    ChannelKind,
    ClientChange,
    ContactPolicy,
    NewChannel,
    NewClient,
    NewFact,
)
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute, fetch
from shared.errors import Invalid, NotFound
from shared.etag import check_version
from shared.events.contracts import ClientDied
from shared.events.log import publish
from shared.schemas.disclosures import DataClass
from shared.sealing import keyring, seal

CLEAR_CLASSES = frozenset(
    {
        DataClass.HOUSEHOLD,
        DataClass.FINANCE,
        DataClass.BENEFITS,
        DataClass.EDUCATION,
        DataClass.WORK,
    }
)
"""Classes whose column is not encrypted ("Classes of data")."""
DROP_CHANNEL = delete(CHANNEL).where(CHANNEL.c.id == bindparam("p_id"))
DROP_FACT = delete(FACT).where(FACT.c.id == bindparam("p_id"))


def create_client(connection: Connection, caller: Principal, new: NewClient) -> Record:
    require_past("/birth_date", new.birth_date)
    if not new.confirm_new:
        _refuse_duplicate(connection, caller, new)
    row = put_on_record(connection, caller, rows.new_id(), new)
    _note(connection, caller, row["id"], "client.created")
    audit.record(connection, "create_client", [row["id"]], basis=_basis(new))
    return clients.shown(connection, row)


def put_on_record(
    connection: Connection, caller: Principal, client_id: UUID, new: NewClient
) -> Record:
    """The client's row and their channels."""
    identity = new.model_dump(
        include={"given_name", "family_name", "birth_date", "pronouns", "language", "interpreter"}
    )
    row = rows.add(
        connection,
        CLIENT,
        id=client_id,
        created_by=caller.subject,
        **identity,
        **_contact(connection, client_id, new.contact),
    )
    for channel in new.channels:
        _add_channel(connection, client_id, channel)
    return row


def _basis(new: NewClient) -> str | None:
    """Somebody looked at the likely duplicates and decided: that stays on record."""
    return "not_a_duplicate" if new.confirm_new or new.not_duplicate_of else None


def _refuse_duplicate(connection: Connection, caller: Principal, new: NewClient) -> None:
    alike = possible_duplicates(connection, caller, new)
    if alike:
        raise PossibleDuplicate(
            "Look at the records named, then send not_duplicate_of or confirm_new.",
            possible_duplicates=alike,
        )


def possible_duplicates(connection: Connection, caller: Principal, new: NewClient) -> list[Record]:
    """Who is on record and very like them: ids, and what they have in common."""
    numbers = (digits_of(c.value) for c in new.channels if c.kind is ChannelKind.PHONE)
    phones = frozenset(number for number in numbers if number)
    person = Person(f"{new.given_name} {new.family_name}", new.birth_date, phones)
    found = fetch(
        connection,
        clients.CANDIDATES,
        p_born=new.birth_date,
        p_family=new.family_name.lower(),
        p_given=new.given_name.lower(),
        p_phones=sorted(phones),
        **clients.visible_to(caller),
    )
    alike = []
    for row in found:
        name = f"{row['given_name']} {row['family_name']}"
        matched = matches(person, Person(name, row["birth_date"], frozenset(row["phones"])))
        if matched and row["id"] not in new.not_duplicate_of:
            readable = row["readable"]
            alike.append({"client_id": str(row["id"]), "matched": matched, "readable": readable})
    return alike[:20]


def change_client(
    connection: Connection, caller: Principal, client_id: UUID, change: ClientChange, version: int
) -> Record:
    row = clients.client_to_write(connection, caller, client_id)
    check_version(row["version"], version)
    require_past("/birth_date", change.birth_date)
    require_past("/deceased_on", change.deceased_on)
    values: dict[str, Any] = change.model_dump(exclude_unset=True, exclude={"contact"})
    if "contact" in change.model_fields_set:
        values |= _contact(connection, client_id, change.contact)
    row = rows.change(connection, CLIENT, client_id, **values)
    if change.deceased_on is not None:
        close_for_client(connection, client_id, "deceased")
        publish(connection, row["organization"], ClientDied(client_id=client_id))
    _note(connection, caller, client_id, "client.changed", *sorted(change.model_fields_set))
    audit.record(connection, "change_client", [client_id])
    return clients.shown(connection, row)


def require_past(pointer: str, day: date | None) -> None:
    if day is not None and day > clock.now().date():
        raise Invalid(pointer, "must not be in the future")


def _contact(connection: Connection, client_id: UUID, contact: ContactPolicy) -> Record:
    reasons = contact.reasons
    agreed = contact.model_dump(mode="json")
    return {
        **{name: agreed[name] for name in clients.CONTACT_FLAGS},
        **{f"contact_{name}": agreed[name] for name in ("hours", "timezone", "order")},
        "contact_reasons": reasons
        and seal(connection, reasons, "client", "contact_reasons", client_id),
    }


def add_channel(
    connection: Connection, caller: Principal, client_id: UUID, new: NewChannel
) -> Record:
    clients.client_to_write(connection, caller, client_id)
    channel = _add_channel(connection, client_id, new)
    rows.change(connection, CLIENT, client_id)
    _note(connection, caller, client_id, "client.channel_added", new.kind)
    audit.record(connection, "add_channel", [client_id])
    return {**channel, "value": new.value, "confidential": new.confidential}


def _add_channel(connection: Connection, client_id: UUID, new: NewChannel) -> Record:
    channel_id = rows.new_id()
    hidden = new.confidential
    is_phone = new.kind is ChannelKind.PHONE and not hidden
    return rows.add(
        connection,
        CHANNEL,
        id=channel_id,
        client_id=client_id,
        kind=new.kind,
        value=None if hidden else new.value,
        sealed_value=seal(connection, new.value, "client_channel", "sealed_value", channel_id)
        if hidden
        else None,
        digits=digits_of(new.value) if is_phone else None,
        safe=new.safe,
        at_home=new.at_home,
        texts=new.texts,
        shared=new.shared,
    )


def remove_channel(
    connection: Connection, caller: Principal, client_id: UUID, channel_id: UUID, version: int
) -> None:
    """`version` is the client's: its ways of contact are part of what was read."""
    row = clients.client_to_write(connection, caller, client_id)
    check_version(row["version"], version)
    if rows.lock(connection, CHANNEL, channel_id)["client_id"] != client_id:
        raise NotFound(ABSENT)
    execute(connection, DROP_CHANNEL, {"p_id": channel_id})
    rows.change(connection, CLIENT, client_id)
    _note(connection, caller, client_id, "client.channel_removed")
    audit.record(connection, "remove_channel", [client_id])


def add_fact(connection: Connection, caller: Principal, client_id: UUID, new: NewFact) -> Record:
    clients.client_to_write(connection, caller, client_id)
    fact_id = rows.new_id()
    clear = new.data_class in CLEAR_CLASSES
    identifier = new.data_class is DataClass.IDENTIFIERS
    row = rows.add(
        connection,
        FACT,
        id=fact_id,
        client_id=client_id,
        data_class=new.data_class,
        kind=new.kind,
        value=new.value if clear else None,
        sealed_value=None
        if clear
        else seal(connection, new.value, "client_fact", "sealed_value", fact_id),
        blind_index=keyring(connection).blind_index(new.value, new.kind) if identifier else None,
        created_by=caller.subject,
    )
    _note(connection, caller, client_id, "client.fact_added", new.data_class)
    audit.record(connection, "add_fact", [client_id, fact_id])
    return clients.opened_fact(connection, row)


def remove_fact(
    connection: Connection, caller: Principal, client_id: UUID, fact_id: UUID, version: int
) -> None:
    clients.client_to_write(connection, caller, client_id)
    row = rows.lock(connection, FACT, fact_id)
    if row["client_id"] != client_id:
        raise NotFound(ABSENT)
    check_version(row["version"], version)
    execute(connection, DROP_FACT, {"p_id": fact_id})
    _note(connection, caller, client_id, "client.fact_removed", row["data_class"])
    audit.record(connection, "remove_fact", [client_id, fact_id])


def _note(
    connection: Connection, caller: Principal, client_id: UUID, kind: str, *codes: str
) -> None:
    note_down(
        connection,
        kind,
        client_id,
        client_id=client_id,
        case_id=None,
        actor=caller.subject,
        codes=codes,
    )
