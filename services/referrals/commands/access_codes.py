"""The second factor before the packet: a code sent to the address that the link was made for.

Its row holds a keyed hash. The worker makes the code when it goes out, so that it stands nowhere else.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from services.referrals.commands import messages, receiver_links
from services.referrals.models import access_code, receiver_contact
from shared import clock
from shared.db import Record, execute, fetch_one
from shared.sealing import keyring

LIFE, WINDOW = timedelta(minutes=10), timedelta(hours=1)
TRIES, CODES_AN_HOUR, MOST_WRONG = 5, 3, 30
"""Wrong tries a code, codes a link; and the guesses after which a link is no longer to be trusted."""
DIGITS = 6
TAKES_CODES = "codes"
"""The purpose of a receiver's contact whose phone takes codes as text messages."""

LOCKED = select(access_code).where(access_code.c.link_hash == bindparam("p_hash")).with_for_update()
_row = insert(access_code)
KEEP = _row.on_conflict_do_update(
    index_elements=["link_hash"],
    set_={c.name: _row.excluded[c.name] for c in access_code.c if c.name != "link_hash"},
)
PHONE = (
    select(receiver_contact.c.phone)
    .where(
        receiver_contact.c.receiver_id == bindparam("p_receiver"),
        receiver_contact.c.purpose == TAKES_CODES,
        receiver_contact.c.active,
        receiver_contact.c.phone.is_not(None),
    )
    .order_by(receiver_contact.c.created_at)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link's codes go: another channel than the link's own, where there is one."""

    channel: str
    address: str

    @property
    def hint(self) -> str:
        """Enough for who knows it to recognise it."""
        if self.channel == "text":
            return f"…{self.address[-4:]}"
        local, _, domain = self.address.rpartition("@")
        return f"{local[:1]}…@{domain}"


def destination(connection: Connection, link: Record) -> Destination:
    phone = fetch_one(connection, PHONE, p_receiver=link["receiver_id"])
    if phone is not None:
        return Destination("text", phone["phone"])
    return Destination("email", link["address"])


def request(connection: Connection, referral: Record, link: Record) -> bool:
    """Have a code sent for a link of the locked referral; False after the third within an hour."""
    row, now = _locked(connection, link), clock.now()
    if now - row["requested_at"] >= WINDOW:
        row |= {"requested_at": now, "sent_count": 0}
    if row["sent_count"] >= CODES_AN_HOUR:
        return False
    execute(connection, KEEP, row | {"sent_count": row["sent_count"] + 1})
    messages.want(connection, referral, receiver_links.CODE, link_hash=link["hash"])
    return True


def new_code(connection: Connection, link: Record) -> str:
    """A code for the link, good for ten minutes; the one before is not any more."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row = _locked(connection, link)
    made = {"code_hash": _hash(connection, link, code), "expires_at": clock.now() + LIFE}
    execute(connection, KEEP, row | made | {"attempts": 0})
    return code


def spend(connection: Connection, link: Record, code: str) -> int | None:
    """Use the code up: None when it was right, else how many tries are left. A try stays on record."""
    row = _locked(connection, link)
    if row["code_hash"] is None or row["expires_at"] <= clock.now():
        return 0
    if hmac.compare_digest(row["code_hash"], _hash(connection, link, code)):
        execute(connection, KEEP, row | {"code_hash": None, "attempts": 0, "wrong_count": 0})
        return None
    return _wrong(connection, link, row)


def _wrong(connection: Connection, link: Record, row: Record) -> int:
    tries = {"attempts": row["attempts"] + 1, "wrong_count": row["wrong_count"] + 1}
    left: int = TRIES - tries["attempts"]
    spent = {} if left else {"code_hash": None}
    execute(connection, KEEP, row | tries | spent)
    if tries["wrong_count"] >= MOST_WRONG:
        receiver_links.revoke(connection, link["hash"])
    return left


def _locked(connection: Connection, link: Record) -> Record:
    """What stands for the link; nothing yet is as if the last code were long ago."""
    row = fetch_one(connection, LOCKED, p_hash=link["hash"])
    long_ago = clock.now() - WINDOW
    return row or {
        "link_hash": link["hash"],
        "organization": link["organization"],
        "code_hash": None,
        "requested_at": long_ago,
        "expires_at": long_ago,
        "attempts": 0,
        "sent_count": 0,
        "wrong_count": 0,
    }


def _hash(connection: Connection, link: Record, code: str) -> bytes:
    return keyring(connection).blind_index(f"{link['hash'].hex()}:{code}", "access_code")
