"""The safe-contact policy: how and when a client may be reached, decided in one place for every purpose.

Asking whether they got help, an appointment, a calendar entry: whatever reaches the client asks here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.schemas.disclosures import ContactDecision

EVERY_DAY = frozenset(range(7))
DEFAULT_ORDER = ("email", "text", "phone")
AHEAD = 15
"""Days that are looked at: a week, and as much again for a day whose hours the clocks skip."""


@dataclass(frozen=True)
class Hours:
    """When the client may be reached, on the clock of their own zone. Weekdays count from Monday = 0."""

    zone: ZoneInfo
    opens: time = time(8)
    closes: time = time(20)
    weekdays: frozenset[int] = EVERY_DAY

    def allow(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        return local.weekday() in self.weekdays and self.opens <= local.time() < self.closes

    def next_opening(self, moment: datetime) -> datetime:
        """The first moment after `moment` at which they open; in UTC."""
        return min(begin for begin in self._begins(moment) if begin > moment and self.allow(begin))

    def _begins(self, moment: datetime) -> Iterator[datetime]:
        today = moment.astimezone(self.zone).date()
        for day in (today + timedelta(days=n) for n in range(AHEAD)):
            for fold in (0, 1):  # an hour that comes twice begins twice
                yield self._begin(day, fold)

    def _begin(self, day: date, fold: int) -> datetime:
        return datetime.combine(day, self.opens, self.zone).replace(fold=fold).astimezone(UTC)


@dataclass(frozen=True)
class Policy:
    """What was agreed with the client about reaching them."""

    language: str
    deceased: bool
    contact_prohibited: bool
    contact_refused: bool
    not_at_home: bool
    leave_message: bool
    hours: Hours = field(default_factory=lambda: Hours(ZoneInfo("UTC")))
    order: tuple[str, ...] = DEFAULT_ORDER
    """The ways to try, best first; a way that is not among them is not used."""


@dataclass(frozen=True)
class Channel:
    kind: str
    value: str
    safe: bool
    at_home: bool
    confidential: bool
    texts: bool = False
    """A phone that takes text messages."""
    shared: bool = False
    """Others may see or hear what is left there."""


def policy_of(client: dict[str, Any], organization_zone: str | None) -> Policy:
    """As it stands on the client's row; their organization's zone where theirs is not known."""
    return Policy(
        language=client["language"],
        deceased=client["deceased_on"] is not None,
        contact_prohibited=client["contact_prohibited"],
        contact_refused=client["contact_refused"],
        not_at_home=client["not_at_home"],
        leave_message=client["leave_message"],
        hours=_hours(client, organization_zone),
        order=tuple(client["contact_order"] or DEFAULT_ORDER),
    )


def _hours(client: dict[str, Any], organization_zone: str | None) -> Hours:
    zone = ZoneInfo(client["contact_timezone"] or organization_zone or "UTC")
    agreed = client["contact_hours"]
    if agreed is None:
        return Hours(zone)
    opens, closes = (time.fromisoformat(agreed[name]) for name in ("opens", "closes"))
    return Hours(zone, opens, closes, frozenset(agreed["weekdays"]))


def usable(policy: Policy, channels: Sequence[Channel]) -> list[Channel]:
    """The channels by which anybody may reach the client, in the order they were given."""
    if policy.deceased or policy.contact_prohibited:
        return []
    return [channel for channel in channels if _safe(policy, channel)]


def _safe(policy: Policy, channel: Channel) -> bool:
    """On a phone that others may answer a person can ask for the client; what is written stays there."""
    overheard = channel.shared and not policy.leave_message and channel.kind != "phone"
    away = channel.at_home and policy.not_at_home
    return channel.safe and not channel.confidential and not away and not overheard


def refusal(policy: Policy) -> str | None:
    """Why the client is not asked anything, if they are not."""
    refusals = {
        "deceased": policy.deceased,
        "contact_prohibited": policy.contact_prohibited,
        "refused": policy.contact_refused,
    }
    return next((reason for reason, holds in refusals.items() if holds), None)


def ways(policy: Policy, channels: Sequence[Channel]) -> list[tuple[str, Channel]]:
    """The ways to reach the client that may be used, best first."""
    if refusal(policy):
        return []
    safe = usable(policy, channels)
    return [(way, c) for way in policy.order for c in safe if _takes(policy, c, way)]


def _takes(policy: Policy, channel: Channel, way: str) -> bool:
    if way == "text":
        overheard = channel.shared and not policy.leave_message
        return channel.kind == "phone" and channel.texts and not overheard
    return channel.kind == way


def decide(policy: Policy, channels: Sequence[Channel], now: datetime) -> ContactDecision:
    """How the client may be reached, and not before when; or why not at all."""
    found = ways(policy, channels)
    if not found:
        reason = refusal(policy) or "no_safe_channel"
        return ContactDecision(channel="none", language=policy.language, reason=reason)
    way, channel = found[0]
    return ContactDecision(
        channel=way,
        address=channel.value,
        language=policy.language,
        not_before=None if policy.hours.allow(now) else policy.hours.next_opening(now),
        leave_message=policy.leave_message,
    )


def for_packet(policy: Policy, channels: Sequence[Channel]) -> dict[str, Any]:
    """The contact fields a receiver may have: safe channels, and how and when to use them."""
    fields: dict[str, Any] = {}
    for channel in usable(policy, channels):
        fields.setdefault(channel.kind, []).append(channel.value)
    if not fields:
        return {}
    texts = [
        channel.value for channel in usable(policy, channels) if _takes(policy, channel, "text")
    ]
    return {
        **fields,
        **({"text": texts} if texts else {}),
        "leave_message": policy.leave_message,
        "hours": shown_hours(policy.hours),
    }


def shown_hours(hours: Hours) -> dict[str, Any]:
    return {
        "opens": hours.opens.isoformat("minutes"),
        "closes": hours.closes.isoformat("minutes"),
        "weekdays": sorted(hours.weekdays),
        "timezone": hours.zone.key,
    }
