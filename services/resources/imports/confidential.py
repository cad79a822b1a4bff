"""What says where a confidential location is, taken out of its rows and sealed."""

import json

from sqlalchemy import Connection

from services.resources import models
from services.resources.imports.spool import Chunk, Row
from shared.sealing import keyring, seal

PLACE = models.confidential_place.name
BETRAYS = (
    "latitude",
    "longitude",
    "transportation",
    "external_identifier",
    "external_identifier_type",
    "extra",
)
"""Columns of a location that tell its place, or hold cells that nobody has looked at."""


def conceal(connection: Connection, chunk: Chunk) -> None:
    """Replace the addresses and coordinates of confidential locations by sealed copies."""
    hidden = {row["id"]: row for row in chunk.rows.get("location", []) if row.get("confidential")}
    if not hidden:
        return
    addresses = chunk.rows.get("address", [])
    chunk.rows["address"] = [row for row in addresses if row["location_id"] not in hidden]
    for key, location in hidden.items():
        own = [row for row in addresses if row["location_id"] == key]
        chunk.rows.setdefault(PLACE, []).append(sealed_place(connection, location, own))
        # The addresses' rows of the source are what the sealed copy stands for.
        chunk.weights[f"{PLACE}:{key}"] = sum(chunk.weights.get(row["id"], 1) for row in own)


def sealed_place(connection: Connection, location: Row, addresses: list[Row]) -> Row:
    place = {column: location.pop(column, None) for column in BETRAYS}
    ours = {"id", "root_id", "location_id", "source_row_id"}
    place["addresses"] = [
        {name: value for name, value in row.items() if name not in ours} for row in addresses
    ]
    plain = json.dumps(place, sort_keys=True)
    return {
        "id": location["id"],
        "root_id": location["id"],
        "location_id": location["id"],
        "sealed": hexed(seal(connection, place, PLACE, "sealed", location["id"])),
        "fingerprint": hexed(keyring(connection).blind_index(plain, PLACE)),
    }


def hexed(value: bytes) -> str:
    """As PostgreSQL reads bytes from text."""
    return "\\x" + value.hex()
