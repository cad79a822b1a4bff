"""The migrated database is what the models say."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.cases.models import metadata
from shared.migrations import _has_a_model
from tests.stack import Stack


def differences(connection: Connection) -> list[Any]:
    options = {"compare_server_default": False, "include_name": _has_a_model}
    context = MigrationContext.configure(connection, opts=options)
    found: list[Any] = compare_metadata(context, metadata)
    return found


async def test_the_migrations_make_the_models(stack: Stack) -> None:
    engine = create_async_engine(stack.urls["cases"].migrator)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()
