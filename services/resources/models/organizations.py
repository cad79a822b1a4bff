"""Organizations, and what belongs to an organization alone (HSDS 3.2)."""

from sqlalchemy import Column, Index, Integer, Uuid

from services.resources.models.columns import link, listing, text, uri

organization = listing(
    "organization",
    text("name", required=True),
    text("alternate_name"),
    text("description"),
    text("email"),
    uri("website"),
    text("tax_status"),
    text("tax_id"),
    Column("year_incorporated", Integer),
    text("legal_status"),
    uri("logo"),
    uri("uri"),
    # No foreign key: a parent may come in a later chunk of the same import.
    Column("parent_organization_id", Uuid),
    Index(None, "last_modified", "id"),
)

program = listing(
    "program",
    link("organization", required=True),
    text("name", required=True),
    text("alternate_name"),
    text("description"),
)

organization_identifier = listing(
    "organization_identifier",
    link("organization", required=True),
    text("identifier_scheme"),
    text("identifier_type", required=True),
    text("identifier", required=True),
)
