"""Tables of the directory: the 24 objects of HSDS 3.2, their sources, and what referrals reports."""

from services.resources.models.columns import hsds_columns, metadata
from services.resources.models.contacts import contact, funding, language, phone, schedule, url
from services.resources.models.locations import (
    PLACES,
    accessibility,
    address,
    confidential_place,
    location,
)
from services.resources.models.organizations import (
    organization,
    organization_identifier,
    program,
)
from services.resources.models.reports import capacity, flag_clearance, listing_flag
from services.resources.models.services import (
    ACTIVE,
    STATUSES,
    cost_option,
    required_document,
    service,
    service_area,
    service_at_location,
    service_capacity,
    unit,
)
from services.resources.models.sources import source
from services.resources.models.taxonomies import (
    attribute,
    change_record,
    meta_table_description,
    taxonomy,
    taxonomy_term,
)

LISTINGS = [table for table in metadata.sorted_tables if "root_id" in table.columns]
"""Every table that an import fills, each after those it refers to."""

__all__ = [
    "ACTIVE",
    "LISTINGS",
    "PLACES",
    "STATUSES",
    "accessibility",
    "address",
    "attribute",
    "capacity",
    "change_record",
    "confidential_place",
    "contact",
    "cost_option",
    "flag_clearance",
    "funding",
    "hsds_columns",
    "language",
    "listing_flag",
    "location",
    "meta_table_description",
    "metadata",
    "organization",
    "organization_identifier",
    "phone",
    "program",
    "required_document",
    "schedule",
    "service",
    "service_area",
    "service_at_location",
    "service_capacity",
    "source",
    "taxonomy",
    "taxonomy_term",
    "unit",
    "url",
]
