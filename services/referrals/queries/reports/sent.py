"""The referrals that a report is about: those sent in a calendar year, in the organization's own zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Select,
    String,
    Subquery,
    bindparam,
    cast,
    exists,
    func,
    null,
    select,
)

from services.referrals.models import case_relation, referral
from services.referrals.queries.calendars import calendar_of
from services.referrals.queries.reports.facts import UNKNOWN, Column, Partition
from services.referrals.queries.visibility import ORGANIZATION
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record
from shared.schemas.referrals import ReferralStatus

FROM = bindparam("p_from", type_=DateTime(timezone=True))
TO = bindparam("p_to", type_=DateTime(timezone=True))
ZONE = bindparam("p_zone", type_=String)
# A restricted record is absent everywhere, also from counts.
UNRESTRICTED = ~exists(
    select(case_relation.c.case_id).where(
        case_relation.c.organization == ORGANIZATION,
        case_relation.c.restricted,
        case_relation.c.case_id == referral.c.case_id,
    )
)
_valid = referral.c.status != ReferralStatus.ENTERED_IN_ERROR
_in_year = (referral.c.sent_at >= FROM, referral.c.sent_at < TO)
SENT = (referral.c.organization == ORGANIZATION, *_in_year, _valid, UNRESTRICTED)
RECEIVED = (referral.c.receiver_organization == ORGANIZATION, *_in_year, _valid)


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year where the organization is."""

    number: int
    timezone: str

    def parameters(self, organization: UUID) -> Record:
        zone = ZoneInfo(self.timezone)
        first, last = (datetime(y, 1, 1, tzinfo=zone) for y in (self.number, self.number + 1))
        return {
            "p_organization": organization,
            "p_from": first.astimezone(UTC),
            "p_to": last.astimezone(UTC),
            "p_zone": self.timezone,
        }


def year_of(connection: Connection, caller: Principal, number: int | None) -> Year:
    """This year, where none is named."""
    timezone = calendar_of(connection, caller.tenant).timezone
    return Year(number or clock.now().astimezone(ZoneInfo(timezone)).year, timezone)


def on_record(connection: Connection, name: str) -> None:
    audit.record(connection, f"report.{name}", [])


def month_of(at: ColumnElement[Any]) -> ColumnElement[str]:
    return func.to_char(func.timezone(ZONE, at), "YYYY-MM")


KEYS: dict[str, ColumnElement[Any]] = {
    "month": month_of(referral.c.sent_at),
    "category": referral.c.category,
    "receiver": func.coalesce(cast(referral.c.receiver_id, String), UNKNOWN),
    "area": func.coalesce(referral.c.area, UNKNOWN),
    "status": referral.c.status,
    "hand_off": referral.c.hand_off,
}
LABELS: dict[str, ColumnElement[Any]] = {"receiver": referral.c.receiver_name}


def key_and_label(by: str) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return KEYS[by].label("key"), LABELS.get(by, null()).label("label")


def tallied(each: Subquery, columns: Mapping[str, Sequence[Column]]) -> Select[Any]:
    """A row for each key, with how many of its referrals stand in each column, by field."""
    counts = [
        func.count().filter(each.c[field] == column.name).label(column.name)
        for field, of_field in columns.items()
        for column in of_field
    ]
    label = func.max(each.c.label).label("label")
    return select(each.c.key, label, *counts).group_by(each.c.key)


def partition(columns: Sequence[Column], rows: Sequence[Record]) -> Partition:
    found = Partition(tuple(column.name for column in columns))
    for row in rows:
        for name in found.columns:
            found.add(row["key"], name, row[name])
    return found
