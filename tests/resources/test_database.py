"""The migrated database is what the models say, and each role may do what it must and no more."""

from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.resources import models
from tests.resources.conftest import Directory


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": False})
    found: list[Any] = compare_metadata(context, models.metadata)
    return found


@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
async def test_the_migrations_make_the_models(directory: Directory) -> None:
    engine = create_async_engine(directory.urls.migrator)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def test_every_object_of_hsds_has_a_table() -> None:
    assert len(models.LISTINGS) == 24 + 1  # and the sealed places
    for table in models.LISTINGS:
        assert {"source_id", "source_row_id", "last_modified"} <= set(table.columns.keys())


@pytest.mark.parametrize("statement", ["delete from {}", "update {} set id = id"])
async def test_the_api_cannot_change_listings(directory: Directory, statement: str) -> None:
    connection = await asyncpg.connect(directory.urls.app.replace("+asyncpg", ""))
    try:
        for table in [*models.LISTINGS, models.source]:
            await connection.fetch(f'select * from "{table.name}" limit 1')
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement.format(f'"{table.name}"'))
    finally:
        await connection.close()
