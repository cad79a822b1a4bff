"""Keyset pages with an opaque cursor: sealed, bound to the caller and the path, readable by nobody."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request

from shared.db import Record
from shared.errors import Invalid
from shared.schemas.strict import Answer
from shared.sealing import Keyring, SealBroken

T = TypeVar("T")
LAST_TIME = datetime(9999, 12, 31, tzinfo=UTC)
LAST_ID = UUID(int=2**128 - 1)
FIRST_TIME, FIRST_ID = datetime(1, 1, 1, tzinfo=UTC), UUID(int=0)


class Page(Answer, Generic[T]):
    """Some items in order; `next` is the cursor of the page after, null on the last."""

    items: list[T]
    next: str | None = None


@dataclass(frozen=True)
class Keyset:
    """The columns a list is ordered by, and values that stand before its first row."""

    columns: tuple[str, ...]
    first: tuple[Any, ...]


NEWEST_FIRST = Keyset(("created_at", "id"), (LAST_TIME, LAST_ID))
OLDEST_FIRST = Keyset(("created_at", "id"), (FIRST_TIME, FIRST_ID))


@dataclass(frozen=True)
class Paging:
    """One request for a page. Statements take `after_<column>` and `page_limit`."""

    cursor: str | None
    limit: int
    keyring: Keyring
    bound_to: str

    def parameters(self, keyset: Keyset) -> Record:
        """Asks for one row more than the page, to know whether there is a next."""
        after = keyset.first if self.cursor is None else self._opened(keyset)
        names = [f"after_{column}" for column in keyset.columns]
        return {**dict(zip(names, after, strict=True)), "page_limit": self.limit + 1}

    def page(self, keyset: Keyset, rows: Sequence[Record]) -> Record:
        items = rows[: self.limit]
        more = len(rows) > self.limit
        return {"items": items, "next": self._sealed(keyset, items[-1]) if more else None}

    def _sealed(self, keyset: Keyset, row: Record) -> str:
        values = [str(row[column]) for column in keyset.columns]
        sealed = self.keyring.seal(json.dumps(values).encode(), self.bound_to)
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    def _opened(self, keyset: Keyset) -> list[Any]:
        assert self.cursor is not None
        try:
            sealed = urlsafe_b64decode(self.cursor + "=" * (-len(self.cursor) % 4))
            values = json.loads(self.keyring.open(sealed, self.bound_to))
            return [_like(kind, v) for kind, v in zip(keyset.first, values, strict=True)]
        except (ValueError, SealBroken):
            raise Invalid("query/cursor", "is not a cursor of this list") from None


def _like(example: Any, value: str) -> Any:
    if isinstance(example, datetime):
        return datetime.fromisoformat(value)
    return type(example)(value)


async def paging(
    request: Request,
    cursor: Annotated[str | None, Query(max_length=1000, pattern=r"^[A-Za-z0-9_\-]+$")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Items on a page")] = 50,
) -> Paging:
    caller = getattr(request.state, "principal", None)
    filters = sorted((k, v) for k, v in request.query_params.multi_items() if k not in PAGE_FIELDS)
    bound_to = f"cursor:{caller and caller.subject}:{request.url.path}:{filters}"
    return Paging(cursor, limit, request.app.state.keyring, bound_to)


PAGE_FIELDS = {"cursor", "limit"}
Pages = Annotated[Paging, Depends(paging)]
