"""Bulk: each row by itself, nothing written in a rehearsal, nothing twice after a crash."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx

from tests.referrals.world import Body, Need, World


def row(world: World, need: Need, key: str, **fields: object) -> Body:
    classes = ["identity", "contact"]
    named = {"key": key, "need_id": need.id, "service_id": world.service_id, "classes": classes}
    return {**named, **fields}


async def bulk(
    world: World, rows: list[Body], *, key: str | None = None, status: int = 200, **fields: object
) -> Body:
    body = {"rows": rows, "send": True, **fields}
    return await world.worker.post("/v1/referrals/bulk", body, status, key=key)


async def how_many(world: World) -> int:
    counted = await world.stack.rows(
        "referrals",
        "select (select count(*) from referral) + (select count(*) from deadline) "
        "+ (select count(*) from event) + (select count(*) from referral_history) as n",
    )
    return int(counted[0]["n"])


async def test_each_row_is_what_the_single_operations_make_of_it(world: World) -> None:
    good, unconsented = await world.need(), await world.need(consent=False)
    rows = [
        row(world, good, "good"),
        row(world, unconsented, "no consent"),
        row(world, Need(str(uuid4()), "", ""), "no-need"),
    ]
    rows[1]["key"] = "no-consent"
    answer = await bulk(world, rows)
    assert [r["status"] for r in answer["results"]] == ["sent", "drafted", "refused"]
    assert answer["counts"] == {"sent": 1, "drafted": 1, "refused": 1}
    types = [r["problem"] and r["problem"]["type"] for r in answer["results"]]
    assert types == [None, "/problems/consent-missing", "/problems/not-found"]
    draft = await world.worker.get(f"/v1/referrals/{answer['results'][1]['referral_id']}")
    assert draft["status"] == "draft"


async def test_a_rehearsal_writes_nothing_and_foretells_what_happens(world: World) -> None:
    good, unconsented = await world.need(), await world.need(consent=False)
    rows = [
        row(world, good, "good"),
        row(world, good, "twin"),
        row(world, good, "meant", duplicate_reason="Two pantries"),
        row(world, unconsented, "unconsented"),
        row(world, Need(str(uuid4()), "", ""), "no-need"),
        row(world, good, "gone", service_id=str(uuid4())),
    ]
    before = await how_many(world)
    told = await bulk(world, rows, dry_run=True)
    assert await how_many(world) == before
    assert told["dry_run"]
    statuses = [r["status"] for r in told["results"]]
    assert statuses == ["would_send", "refused", "would_send", "refused", "refused", "refused"]
    types = [
        r["problem"] and r["problem"]["type"].removeprefix("/problems/") for r in told["results"]
    ]
    expected = [None, "duplicate-referral", None, "not-disclosable", "not-found", "not-found"]
    assert types == expected
    done = await bulk(world, [rows[0], rows[2]])
    assert [r["status"] for r in done["results"]] == ["sent", "sent"]


async def test_a_repeat_answers_the_same_and_does_nothing_twice(world: World) -> None:
    rows = [row(world, await world.need(), f"r{number}") for number in range(3)]
    key = uuid4().hex
    first = await bulk(world, rows, key=key)
    before = await how_many(world)
    assert await bulk(world, rows, key=key) == first
    assert await how_many(world) == before
    reused = await bulk(world, rows[:2], key=key, status=422)
    assert reused["type"] == "/problems/idempotency-key-reused"


class CrashingCases(httpx.AsyncBaseTransport):
    """cases does what it is asked; from the second disclosure on, whoever asked dies before they hear."""

    def __init__(self, cases: httpx.AsyncBaseTransport) -> None:
        self.cases, self.disclosed = cases, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.cases.handle_async_request(request)
        if request.url.path == "/v1/disclosures":
            self.disclosed += 1
            if self.disclosed > 1:
                raise RuntimeError("killed")
        return answer


@contextmanager
def crashing(world: World) -> Iterator[CrashingCases]:
    apps = world.neighbours.apps
    crash = apps["cases"] = CrashingCases(apps["cases"])
    yield crash
    apps["cases"] = crash.cases


async def test_a_crash_in_the_middle_is_gone_on_from(world: World) -> None:
    rows = [row(world, await world.need(), f"r{number}") for number in range(6)]
    needs = [r["need_id"] for r in rows]
    key = uuid4().hex
    with crashing(world) as crash:
        await bulk(world, rows, key=key, status=500)
        assert crash.disclosed > 1
    made = "select status, count(*) as n from referral where need_id = any($1) group by 1"
    halfway = {r["status"]: r["n"] for r in await world.stack.rows("referrals", made, needs)}
    assert halfway.get("sent", 0) <= 1  # the first may not have been written down yet
    assert halfway.get("draft", 0) >= 1
    answer = await bulk(world, rows, key=key)
    assert answer["counts"] == {"sent": 6}
    after = {r["status"]: r["n"] for r in await world.stack.rows("referrals", made, needs)}
    assert after == {"sent": 6}
    told = await world.stack.rows(
        "cases", "select count(*) as n from disclosure where need_id = any($1)", needs
    )
    assert told[0]["n"] == 6


async def test_what_was_not_reached_in_time_says_so_and_is_taken_up_again(world: World) -> None:
    rows = [row(world, await world.need(), f"r{number}") for number in range(2)]
    state = world.stack.apps["referrals"].state
    patient, key = state.settings, uuid4().hex
    state.settings = patient.model_copy(update={"bulk_deadline": 0})
    try:
        answer = await bulk(world, rows, key=key)
    finally:
        state.settings = patient
    assert answer["counts"] == {"not_reached": 2}
    assert (await bulk(world, rows, key=key))["counts"] == {"sent": 2}


async def test_an_entry_level_worker_submits(world: World) -> None:
    entry = world.people["case_manager_entry"]
    need = await world.need(owner=entry)
    body = {"rows": [row(world, need, "r")], "send": True}
    told = await entry.post("/v1/referrals/bulk", body | {"dry_run": True})
    assert told["counts"] == {"would_submit": 1}
    assert (await entry.post("/v1/referrals/bulk", body))["counts"] == {"submitted": 1}


async def test_too_many_and_two_of_a_key_are_refused(world: World) -> None:
    need = await world.need()
    await bulk(world, [row(world, need, "same")] * 2, status=422)
    await bulk(world, [row(world, need, f"r{n}") for n in range(101)], status=422)
    await world.desk.post("/v1/referrals/bulk", {"rows": [row(world, need, "r")]}, 403)
