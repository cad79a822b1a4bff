"""Locations and their addresses (HSDS 3.2); where a place must stay unknown, only a sealed copy."""

from sqlalchemy import Boolean, Column, Double, LargeBinary, false

from services.resources.models.columns import OURS, code, link, listing, text, uri, zone

PLACES = ("physical", "postal", "virtual")

location = listing(
    "location",
    code("location_type", *PLACES, required=True),
    uri("url"),
    link("organization", keep=True),
    text("name"),
    text("alternate_name"),
    text("description"),
    text("transportation"),
    Column("latitude", Double),
    Column("longitude", Double),
    text("external_identifier"),
    text("external_identifier_type"),
    Column("confidential", Boolean, nullable=False, server_default=false(), info=OURS),
    zone("timezone"),
)

address = listing(
    "address",
    link("location", required=True),
    text("attention"),
    text("address_1"),
    text("address_2"),
    text("city"),
    text("region"),
    text("state_province"),
    text("postal_code"),
    text("country"),
    code("address_type", *PLACES, required=True),
)

confidential_place = listing(
    # All that says where a confidential location is: it has no address, coordinates or
    # directions in the clear, so no listing, index, export or distance can betray it.
    "confidential_place",
    link("location", required=True),
    Column("sealed", LargeBinary, nullable=False, info=OURS),
    # Equal for equal places, so that an import can tell that nothing changed without opening it.
    Column("fingerprint", LargeBinary, nullable=False, info=OURS),
)

accessibility = listing(
    "accessibility", link("location"), text("description"), text("details"), uri("url")
)
