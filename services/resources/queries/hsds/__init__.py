"""The directory as HSDS 3.2 says it: PostgreSQL builds each object's JSON, everything nested."""

from services.resources.queries.hsds.lists import (
    Form,
    HsdsPage,
    ListOf,
    Wanted,
    full_service,
    one,
    page_of,
)

__all__ = ["Form", "HsdsPage", "ListOf", "Wanted", "full_service", "one", "page_of"]
