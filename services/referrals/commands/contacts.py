"""The people to ask for at a receiver, kept by whoever keeps the receiver."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, insert, update

from services.referrals.commands.receivers import NEEDS, kept_by
from services.referrals.models import receiver_contact
from services.referrals.queries import contacts
from services.referrals.schemas.receivers import ContactChange, NewContact
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute
from shared.errors import Invalid
from shared.etag import check_version

INSERT = insert(receiver_contact)
UPDATE = update(receiver_contact).where(receiver_contact.c.id == bindparam("p_id"))


def add(connection: Connection, caller: Principal, receiver_id: UUID, new: NewContact) -> Record:
    receiver = kept_by(connection, caller, receiver_id, NEEDS)
    row = {
        **new.model_dump(),
        "id": uuid4(),
        "organization": caller.tenant,
        "receiver_id": receiver_id,
        "shared": receiver["kind"] == "tenant",
        "active": True,
        "version": 1,
        "created_at": clock.now(),
    }
    connection.execute(INSERT, row)
    audit.record(connection, "contact.add", [receiver_id, row["id"]])
    return row


def change(
    connection: Connection,
    caller: Principal,
    receiver_id: UUID,
    contact_id: UUID,
    changes: ContactChange,
    read: int,
) -> Record:
    kept_by(connection, caller, receiver_id, NEEDS)
    row = contacts.lock(connection, receiver_id, contact_id)
    check_version(row["version"], read)
    values: dict[str, Any] = changes.model_dump(exclude_unset=True)
    changed = {**row, **values, "version": read + 1}
    if changed["email"] is None and changed["phone"] is None:
        raise Invalid("/email", "An e-mail address or a phone number is needed.")
    execute(connection, UPDATE, {"p_id": contact_id, **values, "version": changed["version"]})
    audit.record(connection, "contact.change", [receiver_id, contact_id])
    return changed
