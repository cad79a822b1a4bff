"""The event log is read without gaps, and each event takes effect once."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from shared import clock
from shared.db import Database, execute, fetch
from shared.events import log
from shared.events.reader import EventReader
from shared.logging import place
from shared.worker import Step
from shared.worker import settle as settle_once
from tests.server import until_all_readable
from tests.shared import sample
from tests.shared.conftest import Sample
from tests.shared.sample import ThingMade

ORGANIZATION = uuid4()


@pytest.fixture(autouse=True)
async def empty_log(sample_service: Sample) -> AsyncIterator[None]:
    yield
    await sample.rows(
        sample_service.urls, "truncate event, event_cursor, parked_event, thing, deadline"
    )


def announce(connection: Connection, count: int = 1) -> None:
    log.publish(connection, ORGANIZATION, *(ThingMade(thing_id=uuid4()) for _ in range(count)))


def new_reader(sample_service: Sample, effect: Any) -> EventReader:
    s = sample_service.surroundings
    return EventReader(
        "sample", "http://sample", {ThingMade: effect},
        db=s.db, http=s.http, tokens=s.tokens, metrics=s.metrics, wait=0,
    )  # fmt: skip


def keep(connection: Connection, organization: UUID | None, event: ThingMade) -> None:
    connection.execute(
        text("insert into thing values (:id, :o, 'kept', 0, 1, now())"),
        {"id": event.thing_id, "o": organization},
    )


async def settle(sample_service: Sample, step: Step) -> None:
    busy = True
    while busy:
        await until_all_readable(sample_service.urls)
        busy = await settle_once({"step": step}, rounds=5000)


async def kept(sample_service: Sample) -> list[UUID]:
    found = await sample.rows(sample_service.urls, "select id from thing where name = 'kept'")
    return [row["id"] for row in found]


async def test_late_commits_are_not_skipped(sample_service: Sample) -> None:
    """Writers that commit out of order; a reader that trusted `seq` would lose a part."""
    db = Database(sample_service.app.state.engine).as_(organization=ORGANIZATION)
    slow = text("select pg_sleep(:s)")

    def write(connection: Connection) -> None:
        announce(connection)
        if random.random() < 0.1:
            connection.execute(slow, {"s": random.random() * 0.05})

    async def writer() -> None:
        for _ in range(60):
            await db.run(write)

    reader = new_reader(sample_service, keep)
    writing = asyncio.gather(*(writer() for _ in range(6)))
    while not writing.done():
        await reader.step(clock.now())
    await writing
    await settle(sample_service, reader.step)
    published = await sample.rows(sample_service.urls, "select data->>'thing_id' as id from event")
    assert len(published) == 360
    assert {UUID(row["id"]) for row in published} == set(await kept(sample_service))


async def test_two_replicas_take_each_event_once(sample_service: Sample) -> None:
    db = Database(sample_service.app.state.engine).as_(organization=ORGANIZATION)
    await db.run(announce, 700)
    await until_all_readable(sample_service.urls)
    readers = [new_reader(sample_service, keep) for _ in range(4)]
    for _ in range(5):
        await asyncio.gather(*(reader.step(clock.now()) for reader in readers))
    # `keep` inserts under a primary key: a second effect would have failed and been parked.
    assert len(await kept(sample_service)) == 700
    assert await sample.rows(sample_service.urls, "select from parked_event") == []


async def test_an_event_that_fails_five_times_is_parked_and_the_rest_go_on(
    sample_service: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    db = Database(sample_service.app.state.engine).as_(organization=ORGANIZATION)
    await db.run(announce, 3)
    seen: list[UUID] = []

    def second_is_bad(connection: Connection, organization: UUID | None, event: ThingMade) -> None:
        seen.append(event.thing_id)
        keep(connection, organization, event)
        if event.thing_id == bad:
            raise ValueError("Ms Canary")

    ordered = await sample.rows(
        sample_service.urls, "select data->>'thing_id' as id from event order by seq"
    )
    bad = UUID(ordered[1]["id"])
    await until_all_readable(sample_service.urls)
    reader = new_reader(sample_service, second_is_bad)
    for _ in range(8):
        await reader.step(clock.now())
    assert seen.count(bad) == 5
    assert set(await kept(sample_service)) == {UUID(row["id"]) for row in ordered} - {bad}
    parked = await sample.rows(sample_service.urls, "select error from parked_event")
    assert [row["error"] for row in parked] == ["ValueError"]
    assert "Canary" not in capsys.readouterr().out


async def test_a_cursor_from_another_epoch_is_read_again_from_the_beginning(
    sample_service: Sample,
) -> None:
    taken: list[UUID] = []
    reader = new_reader(sample_service, lambda _c, _o, event: taken.append(event.thing_id))
    db = Database(sample_service.app.state.engine).as_(organization=ORGANIZATION)
    await db.run(announce, 2)
    await settle(sample_service, reader.step)
    await sample.rows(sample_service.urls, "update event_epoch set epoch = gen_random_uuid()")
    await db.run(announce, 1)
    await settle(sample_service, reader.step)
    assert len(taken) == 5
    assert len(set(taken)) == 3


async def test_an_effect_runs_in_the_context_of_the_organization_that_holds_the_subject(
    sample_service: Sample,
) -> None:
    contexts: list[str] = []

    def look(connection: Connection, _: UUID | None, __: ThingMade) -> None:
        now = fetch(connection, text("select current_setting('app.organization') as organization"))
        contexts.append(now[0]["organization"])

    db = Database(sample_service.app.state.engine).as_(organization=ORGANIZATION)
    await db.run(announce)
    await settle(sample_service, new_reader(sample_service, look).step)
    assert contexts == [str(ORGANIZATION)]


async def test_deadlines_fire_under_forced_row_security_once_and_back_off_when_they_fail(
    sample_service: Sample,
) -> None:
    async with sample_service.client(organization=ORGANIZATION) as client:
        for name in ("good", "bad"):
            await client.post("/v1/things", json={"name": name})
    names = {
        row["id"]: row["name"]
        for row in await sample.rows(sample_service.urls, "select id, name from thing")
    }
    fired: list[str] = []

    def tidy(connection: Connection, deadline: Any, _: Any) -> None:
        name = names[deadline.subject]
        fired.append(name)
        gone = execute(
            connection, text("delete from thing where id = :id"), {"id": deadline.subject}
        )
        assert gone == 1, "the handler sees the row in its organization's context"
        if name == "bad":
            raise RuntimeError

    keeper = sample_service.surroundings.keeper({"tidy": tidy})
    await settle(sample_service, keeper)
    assert sorted(fired) == ["bad", "good"]
    left = await sample.rows(
        sample_service.urls, "select attempts, due_at > now() as later from deadline"
    )
    assert [dict(row) for row in left] == [{"attempts": 1, "later": True}]
    remaining = await sample.rows(sample_service.urls, "select name from thing")
    assert [row["name"] for row in remaining] == ["bad"]


def test_an_exception_is_logged_by_type_and_place_only() -> None:
    try:
        raise ValueError("Ms Canary")
    except ValueError as error:
        said = place(error)
    assert said["error"] == "ValueError"
    assert "Canary" not in str(said)


@pytest.mark.parametrize("cursor", ["x", "{}.1", "{}.1.-1", "{}.1.99999999999999999999", "{}.-1.1"])
async def test_a_cursor_that_no_log_gave_is_refused(sample_service: Sample, cursor: str) -> None:
    (state,) = await sample.rows(sample_service.urls, "select epoch from event_epoch")
    token = sample_service.issuer.service_token("cases-worker", ("events:read",))
    async with sample_service.with_token(token) as client:
        after = cursor.format(state["epoch"].hex)
        answer = await client.get("/v1/events/sample", params={"after": after})
    assert answer.status_code == 422
