"""The domain's invariants as SQL, written from its description and apart from the code that keeps them.

Each statement finds what must not be.
"""

from datetime import datetime

from tests.loop.oracle import moment, needs, steps
from tests.loop.oracle.needs import Seen

STATE = {
    "cases": "care_case need referral_standing task consent disclosure plan goal step note timeline "
    "deadline event staff",
    "referrals": "referral referral_group packet attestation referral_history answer_link receiver_link "
    "message question appointment capacity gap case_relation staff_relation need_relation deadline "
    "event",
    "resources": "capacity listing_flag",
}
DIGEST = """
select md5(coalesce(string_agg(row, '|' order by row), '')) as digest
from (select t::text as row from {} t) t
"""


async def broken(seen: Seen, now: datetime) -> list[str]:
    """Every breach of an invariant, once all workers have nothing left to do at `now`."""
    due = {**needs.AT_A_MOMENT, "referrals": (*needs.AT_A_MOMENT["referrals"], *steps.AT_A_MOMENT)}
    always = {
        **needs.AT_ANY_TIME,
        "referrals": (*needs.AT_ANY_TIME["referrals"], *steps.AT_ANY_TIME),
    }
    found = await moment.breaches(seen, None, now)
    for service, statements in due.items():
        for statement in statements:
            found += [
                f"{service}: {statement}{row}" for row in await seen.rows(service, statement, now)
            ]
    for service, statements in always.items():
        for statement in statements:
            found += [f"{service}: {statement}{row}" for row in await seen.rows(service, statement)]
    return found + await needs.between(seen) + await _directory(seen)


async def _directory(seen: Seen) -> list[str]:
    """What the directory knows of places is what there is."""
    kept = {row["id"]: row for row in await seen.rows("referrals", steps.KEPT_PLACES)}
    told = {row["id"]: row for row in await seen.rows("resources", steps.KEPT_PLACES)}
    moved = {key: row for key, row in kept.items() if row["version"] > 1}
    return [
        f"the directory knows {told.get(key)} of {row}"
        for key, row in moved.items()
        if told.get(key) != row
    ]


async def state(seen: Seen) -> dict[str, str]:
    """A digest of every table that events may change."""
    return {
        f"{service}.{table}": (await seen.rows(service, DIGEST.format(table)))[0]["digest"]
        for service, tables in STATE.items()
        for table in tables.split()
    }
