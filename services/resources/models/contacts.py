"""How to reach someone, when and in which language: rows that several objects have."""

from sqlalchemy import Column, Date, Double, Integer, Text, Time

from services.resources.models.columns import code, link, listing, text, uri

contact = listing(
    "contact",
    link("organization"),
    link("service"),
    link("service_at_location"),
    link("location"),
    text("name"),
    text("title"),
    text("department"),
    text("email"),
)

phone = listing(
    "phone",
    link("location"),
    link("service"),
    link("organization"),
    link("contact"),
    link("service_at_location"),
    text("number"),
    Column("extension", Integer),
    text("type"),
    text("description"),
)

language = listing(
    "language",
    link("service"),
    link("location"),
    link("phone"),
    text("name"),
    text("code"),
    text("note"),
)

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

schedule = listing(
    "schedule",
    link("service"),
    link("location"),
    link("service_at_location"),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("dtstart", Date),
    Column("timezone", Double),
    Column("until", Date),
    Column("count", Integer),
    code("wkst", *WEEKDAYS),
    code("freq", "WEEKLY", "MONTHLY"),
    Column("interval", Integer),
    Column("byday", Text),
    Column("byweekno", Text),
    Column("bymonthday", Text),
    Column("byyearday", Text),
    text("description"),
    Column("opens_at", Time),
    Column("closes_at", Time),
    uri("schedule_link"),
    text("attending_type"),
    text("notes"),
)

funding = listing("funding", link("organization"), link("service"), text("source"))

url = listing(
    "url", link("organization"), link("service"), text("label"), uri("url", required=True)
)
