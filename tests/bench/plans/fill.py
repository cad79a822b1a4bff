"""Fills the databases in SQL, as the role that owns the tables."""

from pathlib import Path
from typing import Any

import asyncpg

from deploy.postgres import ServiceUrls

FOLDER = Path(__file__).parent
ROWS = 100_000
IDS = """
    select pg_temp.uid('organization', 0) as organization, pg_temp.uid('organization', 49) as small,
        pg_temp.uid('staff', 0, 3) as case_manager, pg_temp.uid('staff', 0, 0) as supervisor,
        pg_temp.uid('staff', 49, 0) as in_small, pg_temp.uid('receiving', 0) as receiving,
        case_id, client_id, referral_id, need_id,
        pg_temp.uid('receiver', 0) as receiver_id, pg_temp.uid('service', 0) as service_id,
        '305' || lpad(n::text, 7, '0') as phone, (date '1940-01-01' + n * 31 % 25000)::text as born
    from held where o = 0 and k = 3 and n % 100 <> 0 order by n limit 1
"""


async def fill(service: str, urls: ServiceUrls, rows: int = ROWS) -> dict[str, Any]:
    """Fill one database; the ids of who will ask, and of what they ask for."""
    connection = await asyncpg.connect(urls.migrator.replace("+asyncpg", ""))
    try:
        await connection.execute("select set_config('bench.rows', $1, false)", str(rows))
        for name in ("spread", service):
            await connection.execute((FOLDER / f"{name}.sql").read_text())
        await connection.execute("vacuum analyze")
        return dict(await connection.fetchrow(IDS))
    finally:
        await connection.close()
