"""Services, and what belongs to a service alone (HSDS 3.2)."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    Numeric,
    false,
)

from services.resources.models.columns import OURS, code, link, listing, text, uri

ACTIVE = "active"
STATUSES = (ACTIVE, "inactive", "defunct", "temporarily closed")

service = listing(
    "service",
    # HSDS requires an organization; real exports name absent ones, and the service still helps.
    link("organization", keep=True),
    link("program", keep=True),
    text("name", required=True),
    text("alternate_name"),
    text("description"),
    uri("url"),
    text("email"),
    code("status", *STATUSES, required=True),
    text("interpretation_services"),
    text("application_process"),
    text("fees_description"),
    text("wait_time"),
    text("fees"),
    text("accreditations"),
    text("eligibility_description"),
    Column("minimum_age", Double),
    Column("maximum_age", Double),
    Column("assured_date", Date),
    text("assurer_email"),
    text("licenses"),
    text("alert"),
    # The source left the status blank.
    Column("status_assumed", Boolean, nullable=False, server_default=false(), info=OURS),
    Index(None, "last_modified", "id"),
)

service_at_location = listing(
    "service_at_location",
    link("service", required=True),
    link("location", required=True),
    text("description"),
)

service_area = listing(
    "service_area",
    link("service"),
    link("service_at_location"),
    text("name"),
    text("description"),
    text("extent"),
    text("extent_type"),
    text("uri"),
)

required_document = listing("required_document", link("service"), text("document"), uri("uri"))

cost_option = listing(
    "cost_option",
    link("service", required=True),
    Column("valid_from", Date),
    Column("valid_to", Date),
    text("option"),
    text("currency"),
    Column("amount", Numeric(14, 2)),
    text("amount_description"),
)

unit = listing("unit", text("name", required=True), text("scheme"), text("identifier"), uri("uri"))

service_capacity = listing(
    "service_capacity",
    link("service", required=True),
    link("unit", required=True),
    Column("available", Integer, nullable=False),
    Column("maximum", Integer),
    text("description"),
    Column("updated", DateTime(timezone=True), nullable=False),
)
