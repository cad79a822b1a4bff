"""JSON objects that PostgreSQL builds."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column
from sqlalchemy.dialects.postgresql import JSONB


def json_object(members: Mapping[str, Any]) -> ColumnElement[Any]:
    """An object with these members; their names are ours, never a caller's."""
    pairs: list[Any] = []
    for name, value in members.items():
        pairs += [literal_column(f"'{name}'"), value]
    return func.jsonb_build_object(*pairs, type_=JSONB)
