"""A calendar feed as iCalendar (RFC 5545): no name, place or category, only when and which referral."""

from datetime import timedelta

from icalendar import Calendar, Event

from services.referrals.lifecycle.appointments import AppointmentStatus
from shared.db import Record

CONTENT_TYPE = "text/calendar; charset=utf-8"
STATUS = {AppointmentStatus.PROPOSED: "TENTATIVE", AppointmentStatus.CONFIRMED: "CONFIRMED"}


def feed(shown: Record, public_url: str) -> bytes:
    """The same rows are the same bytes: nothing in it says when it was made."""
    calendar = Calendar()
    calendar.add("prodid", "-//Careloop//Referrals//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", "Careloop")
    calendar.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    for row in shown["appointments"]:
        calendar.add_component(_appointment(row, public_url))
    for row in shown["dues"]:
        calendar.add_component(_due(row, public_url))
    written: bytes = calendar.to_ical()
    return written


def _appointment(row: Record, public_url: str) -> Event:
    event = _event(str(row["id"]), "Careloop appointment", row["referral_id"], public_url)
    event.add("dtstamp", row["decided_at"] or row["created_at"])
    event.add("dtstart", row["starts_at"])
    event.add("dtend", row["ends_at"])
    event.add("sequence", row["version"])
    event.add("status", STATUS[AppointmentStatus(row["status"])])
    return event


def _due(row: Record, public_url: str) -> Event:
    uid = f"{row['referral_id']}-{row['kind']}"
    event = _event(uid, "Referral due", row["referral_id"], public_url)
    event.add("dtstamp", row["created_at"])
    event.add("dtstart", row["due_at"])
    event.add("transp", "TRANSPARENT")
    return event


def _event(uid: str, summary: str, referral_id: object, public_url: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("summary", summary)
    event.add("url", f"{public_url}/v1/referrals/{referral_id}")
    return event
