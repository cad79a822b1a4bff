"""Reports say what is so, by SQL of another hand over the raw words of both sides; and no small number."""

import asyncio
import csv
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree

import pytest

from services.referrals.charts import SHOWN
from services.referrals.lifecycle.suppression import SMALLEST
from services.referrals.queries.reports import gaps, hand_offs, loop, times, workload
from services.referrals.queries.reports.facts import TOTAL, Facts
from shared.auth import Kind, Principal
from shared.db import Database
from shared.roles import Role
from tests.referrals.world import Body, Person, Simulation, World
from tests.stack import Stack

NAMES = ("loop", "times", "receivers", "gaps", "hand-offs", "workload")
COPIES = 11
START = datetime(2031, 3, 3, 10, tzinfo=UTC)

# From domain.md: the latest word of each side; an answer `not_yet` is none yet.
LOOPS = """
with word as (
    select distinct on (referral_id, side) referral_id, side, answer, written_by
    from attestation order by referral_id, side, version desc
), judged as (
    select r.id, r.category, r.receiver_id::text as receiver,
        coalesce(r.area, 'unknown') as area, r.status,
        to_char(r.sent_at at time zone $3, 'YYYY-MM') as month,
        p.answer as p, c.answer as c, p.written_by = c.written_by as one_hand
    from referral r
    left join word p on p.referral_id = r.id and p.side = 'receiver'
    left join word c on c.referral_id = r.id and c.side = 'client' and c.answer <> 'not_yet'
    where r.organization = $1 and extract(year from r.sent_at at time zone $3) = $2
      and not exists (select from referral_history h where h.referral_id = r.id and h.action = 'void')
      and not exists (select from case_relation k where k.case_id = r.case_id and k.restricted)
)
select {by} as key, case
    when p is null and c is null then 'open'
    when p is not null and c is not null and one_hand then 'staff_reported'
    when c = 'partly' then 'partial'
    when p = 'served' and c = 'yes' then 'confirmed'
    when p = 'served' and c = 'no' or p in ('declined', 'not_served') and c = 'yes' then 'disputed'
    when p = 'served' then 'provider_only'
    when p is null and c = 'yes' then 'client_only'
    else 'unmet' end as cell, count(*) as count
from judged group by 1, 2
"""
ANSWERS = """
with happened as (
    select r.case_id, r.category, r.status, r.receiver_id::text as receiver,
        coalesce(r.area, 'unknown') as area,
        to_char(r.sent_at at time zone $3, 'YYYY-MM') as month,
        (select array_agg(h.action) from referral_history h where h.referral_id = r.id) as acts
    from referral r
    where r.organization = $1 and extract(year from r.sent_at at time zone $3) = $2
)
select {by} as key, case
    when 'accept' = any(acts) then 'accepted' when 'decline' = any(acts) then 'declined'
    when 'expire' = any(acts) then 'expired'
    when acts && '{{withdraw,withdraw_now}}' then 'withdrawn_unanswered'
    else 'waiting' end as cell, count(*) as count
from happened where not 'void' = any(acts)
  and not exists (select from case_relation k where k.case_id = happened.case_id and k.restricted)
group by 1, 2
"""
COPY = """
insert into {table} select (jsonb_populate_record(t, jsonb_build_object(
    'id', md5(t.id::text || n)::uuid, 'referral_id', md5(t.{of}::text || n)::uuid
))).* from {table} t, generate_series(1, {copies}) n where t.{of} = any($1)
"""


def principal(world: World, role: Role = Role.PROGRAM_MANAGER) -> Principal:
    return Principal(Kind.USER, uuid4(), world.sender, frozenset({role}))


async def counted(world: World, report: Any, *asked: Any) -> Facts:
    """What is counted before anything is withheld, as the API's own role reads it."""
    caller = principal(world)
    db = Database(world.stack.apps["referrals"].state.engine, caller.context())
    facts: Facts = await db.run(report, caller, *asked)
    return facts


def cells(facts: Facts, columns: set[str]) -> dict[tuple[str, str], int]:
    return {
        (row, column): count
        for partition in facts.partitions
        for row, counts in partition.counts.items()
        for column, count in counts.items()
        if count and column in columns
    }


async def oracle(
    world: World, statement: str, by: str, year: int = START.year, zone: str = "UTC"
) -> dict[tuple[str, str], int]:
    rows = await world.stack.rows("referrals", statement.format(by=by), world.sender, year, zone)
    return {(row["key"], row["cell"]): row["count"] for row in rows}


async def _lives(world: World, simulation: Simulation) -> list[str]:
    """A referral for each way one can go, moved by people and clocks; their ids."""
    worker, desk, supervisor = world.worker, world.desk, world.supervisor

    async def by_client(referral: Body, answer: str) -> None:
        await worker.act(referral, "client_answer", {"answer": answer})

    made: list[Body] = []

    async def sent(category: str = "food", **fields: Any) -> Body:
        made.append(await world.sent(await world.need(category), **fields))
        return made[-1]

    async def accepted(category: str = "food", **fields: Any) -> Body:
        return await desk.act(await sent(category, **fields), "accept")

    async def served(category: str = "food") -> Body:
        return await desk.act(await accepted(category), "report_served", await world.given())

    late, expired = await sent(), await sent("housing")
    for _ in range(8):
        simulation.now += timedelta(days=3)
        await world.stack.settle("referrals")
    await desk.act(late, "accept")
    await sent(area="North")
    await sent("housing", urgency="urgent")
    await accepted(area="North")
    await served()
    await by_client(await served("housing"), "yes")
    await by_client(await served(), "partly")
    await by_client(await served(), "no")
    await by_client(await accepted(), "yes")
    await by_client(await served(), "not_yet")
    await desk.act(await sent(area="North"), "decline", {"reason": "no_capacity"})
    declined = await desk.act(await sent(), "decline", {"reason": "could_not_contact"})
    await by_client(declined, "yes")
    resolved = await desk.act(await sent("housing"), "decline", {"reason": "not_eligible"})
    await by_client(resolved, "yes")
    await worker.act(
        resolved, "resolve", {"note": "Her aunt.", "not_referred_again": "Helped by family."}
    )
    unmet = await desk.act(await accepted(), "report_not_served", {"reason": "no_show"})
    await by_client(unmet, "no")
    by_one_hand = await worker.act(await accepted(), "report_served", await world.given())
    await by_client(by_one_hand, "yes")
    await worker.act(await sent(), "withdraw", {"reason": "moved"})
    await supervisor.act(await sent(), "void", {"note": "Another client's."})
    moving = await accepted("housing")
    simulation.now += timedelta(hours=30)
    await desk.act(moving, "record_contact")
    await desk.act(moving, "start")
    assert (await world.status(expired))[0] == "expired"
    return [referral["id"] for referral in made]


@pytest.fixture(scope="module")
async def lived(world: World) -> AsyncIterator[World]:
    simulation = Simulation(START)
    with simulation.running():
        ids = await _lives(world, simulation)
        await _copy(world.stack, ids)
        yield world


async def _copy(stack: Stack, ids: list[str]) -> None:
    """As many of each as may be shown."""
    for table, of in (
        ("referral", "id"),
        ("attestation", "referral_id"),
        ("referral_history", "referral_id"),
        ("gap", "referral_id"),
    ):
        statement = COPY.format(table=table, of=of, copies=COPIES)
        await stack.rows("referrals", statement, [*map(UUID, ids)])


@pytest.mark.parametrize("by", ["month", "category", "receiver", "area"])
async def test_the_loop_report_is_what_both_sides_said_cell_by_cell(lived: World, by: str) -> None:
    facts = await counted(lived, loop.loop, by, None)
    results = {column.name for column in loop.RESULTS}
    answers = {column.name for column in loop.ANSWERS}
    assert cells(facts, results) == await oracle(lived, LOOPS, by)
    assert cells(facts, answers) == await oracle(lived, ANSWERS, by)
    assert {cell for _, cell in cells(facts, results | answers)} == results | answers


async def test_what_is_published_is_the_same_where_nothing_is_small(lived: World) -> None:
    report = await manager(lived).get("/v1/reports/loop", by="category")
    expected = await oracle(lived, LOOPS, "category") | await oracle(lived, ANSWERS, "category")
    shown = {
        (row["key"], column): value
        for row in report["rows"]
        for column, value in row["values"].items()
        if (row["key"], column) in expected
    }
    assert shown == expected
    food = next(row["values"] for row in report["rows"] if row["key"] == "food")
    total = report["total"]
    assert total["sent"] == sum(n for (_, c), n in expected.items() if c in _results())
    answered = food["accepted"] + food["declined"] + food["expired"]
    assert food["acceptance_rate"] == round(food["accepted"] / answered, 3)
    assert total["loop_closed_rate"] == round(1 - total["open"] / total["sent"], 3)


def _results() -> set[str]:
    return {column.name for column in loop.RESULTS}


def manager(world: World) -> Person:
    return world.people["program_manager"]


async def test_a_few_of_one_kind_are_withheld_and_cannot_be_subtracted(
    lived: World,
) -> None:
    """Four more, for legal help: the row is withheld, and another that it could be worked out from."""
    stack = lived.stack
    before = await manager(lived).get("/v1/reports/loop", by="category")
    assert None not in [row["values"]["sent"] for row in before["rows"]]
    ids = await stack.rows(
        "referrals",
        "insert into referral select (jsonb_populate_record(r, jsonb_build_object("
        "'id', gen_random_uuid(), 'category', 'legal'))).* from referral r, generate_series(1, 4) "
        "where r.id = (select id from referral where organization = $1 and status = 'closed' "
        "and loop = 'confirmed' limit 1) returning id",
        lived.sender,
    )
    try:
        report = await manager(lived).get("/v1/reports/loop", by="category")
        rows = {row["key"]: row["values"] for row in report["rows"]}
        assert set(rows["legal"].values()) == {None}
        assert [key for key, row in rows.items() if row["sent"] is None] == ["housing", "legal"]
        assert report["total"]["sent"] == before["total"]["sent"] + len(ids)
        for row in (*rows.values(), report["total"]):
            assert [v for k, v in row.items() if _is_count(k) and v and v < SMALLEST] == []
        for column in ("sent", "confirmed"):
            shown = [row[column] for row in rows.values() if row[column] is not None]
            left = (report["total"][column] or SMALLEST) - sum(shown)
            assert left == 0 or left >= SMALLEST
    finally:
        await stack.rows(
            "referrals", "delete from referral where id = any($1)", [row["id"] for row in ids]
        )


def _is_count(column: str) -> bool:
    return not column.endswith(("rate", "hours"))


async def test_times_are_the_percentiles_of_those_who_got_so_far(lived: World) -> None:
    facts = await counted(lived, times.times, "category", None)
    rows = await lived.stack.rows(
        "referrals",
        "select category as key, count(*) filter (where answered_at is not null) as answer_count,"
        " percentile_cont(0.5) within group (order by extract(epoch from answered_at - sent_at)"
        " / 3600) as answer_median, percentile_cont(0.9) within group (order by "
        "extract(epoch from started_at - sent_at) / 3600) as start_p90 from referral r "
        "where organization = $1 and status <> 'entered_in_error' and sent_at is not null "
        "group by grouping sets ((category), ()) ",
        lived.sender,
    )
    measures = {measure.column: measure.values for measure in facts.measures}
    for row in rows:
        key = row["key"] or TOTAL
        assert measures["answer_median_hours"][key] == pytest.approx(float(row["answer_median"]))
        start = row["start_p90"]
        assert measures["start_p90_hours"][key] == (start and pytest.approx(float(start)))
        if key != TOTAL:
            assert facts.partitions[0].counts[key]["answer_count"] == row["answer_count"]
    report = await manager(lived).get("/v1/reports/times", by="category")
    assert report["total"]["answer_median_hours"] is not None


async def test_the_scorecard_of_a_receiver_is_its_own(lived: World) -> None:
    mine = await lived.desk.get("/v1/reports/receivers")
    assert [row["label"] for row in mine["rows"]] == ["Harbour Pantry"]
    assert mine["total"]["sent"] == mine["rows"][0]["values"]["sent"]
    await lived.desk.get("/v1/reports/loop", status=403)
    other = Person(uuid4(), "receiver", uuid4(), lived.stack)
    assert (await other.get("/v1/reports/receivers"))["rows"] == []
    stranger = Person(uuid4(), "program_manager", uuid4(), lived.stack)
    for name in NAMES:
        assert (await stranger.get(f"/v1/reports/{name}"))["rows"] == []


@pytest.mark.parametrize(
    ("by", "across"), [("category", "reason"), ("month", "kind"), ("area", "category")]
)
async def test_gaps_are_the_ledger(lived: World, by: str, across: str) -> None:
    facts = await counted(lived, gaps.gaps, by, across, None)
    rows = await lived.stack.rows(
        "referrals",
        "with g as (select *, to_char(at at time zone 'UTC', 'YYYY-MM') as month from gap) "
        f"select coalesce({by}, 'unknown') as key, coalesce({across}, 'unknown') as cell, "
        "count(*) as count from g where organization = $1 group by 1, 2",
        lived.sender,
    )
    expected = {(row["key"], row["cell"]): row["count"] for row in rows}
    assert cells(facts, {cell for _, cell in expected}) == expected
    kinds = {
        row["kind"]
        for row in await lived.stack.rows(
            "referrals", "select kind from gap where organization = $1", lived.sender
        )
    }
    assert {"declined", "not_served", "expired", "disputed"} <= kinds
    await manager(lived).get("/v1/reports/gaps", by=by, across=by, status=422)


async def test_hand_offs_count_what_was_planned_and_what_took_place(lived: World) -> None:
    stack = lived.stack
    some = "select id from referral where organization = $1 and status = 'closed' limit {}"
    await stack.rows(
        "referrals",
        f"update referral set hand_off = 'warm_call' where id in ({some.format(30)})",
        lived.sender,
    )
    await stack.rows(
        "referrals",
        "insert into hand_off (id, organization, referral_id, kind, achieved, present, at, "
        "recorded_at) select gen_random_uuid(), organization, id, 'warm_call', n = 2, '{client}', "
        "sent_at, sent_at from (select * from referral where hand_off = 'warm_call' limit 20) r, "
        "generate_series(1, 2) n",
    )
    facts = await counted(lived, hand_offs.hand_offs, None)
    outcomes = facts.partitions[0].counts["warm_call"]
    assert outcomes == Counter(achieved=20, not_recorded=10)
    report = await manager(lived).get("/v1/reports/hand-offs")
    warm = next(row["values"] for row in report["rows"] if row["key"] == "warm_call")
    assert warm["sent"] == 30
    assert warm["achieved"] is None, "20, but the other 10 could be worked out"


async def test_the_workload_is_what_somebody_must_act_on(lived: World) -> None:
    facts = await counted(lived, workload.workload, "status")
    rows = await lived.stack.rows(
        "referrals",
        "select status as key, case when overdue_since is null then 'on_time' else 'overdue' end "
        "as cell, count(*) as count from referral where organization = $1 and status in ('draft', "
        "'pending_approval', 'sent', 'accepted', 'in_progress', 'on_hold', "
        "'awaiting_confirmation', 'disputed') group by 1, 2",
        lived.sender,
    )
    expected = {(row["key"], row["cell"]): row["count"] for row in rows}
    assert cells(facts, {"on_time", "overdue"}) == expected
    who = await counted(lived, workload.workload, "waits_for")
    assert set(who.partitions[0].counts) == {"receiver", "client", "worker"}
    assert sum(cells(who, {"on_time", "overdue"}).values()) == sum(expected.values())


async def test_a_year_begins_where_the_organization_is(lived: World) -> None:
    stack = lived.stack
    admin = lived.people["admin"].http("referrals")
    hours = {
        "timezone": "America/Los_Angeles",
        "opens": "09:00",
        "closes": "17:00",
        "weekdays": [0, 1, 2, 3, 4],
    }
    version = (await admin.get("/v1/calendar")).headers["etag"]
    set_ = await admin.put("/v1/calendar", json=hours, headers={"If-Match": version})
    assert set_.status_code == 200, set_.text
    # Half past midnight of the new year in UTC is New Year's Eve there.
    await stack.rows(
        "referrals",
        "insert into referral select (jsonb_populate_record(r, jsonb_build_object('id', "
        "gen_random_uuid(), 'sent_at', timestamptz '2041-01-01 00:30+00'))).* from referral r, "
        "generate_series(1, 12) where r.id = (select id from referral where organization = $1 "
        "and status = 'sent' limit 1)",
        lived.sender,
    )
    by_month = {}
    for year in (2040, 2041):
        report = await manager(lived).get("/v1/reports/loop", by="month", year=year)
        by_month[year] = {row["key"]: row["values"]["sent"] for row in report["rows"]}
    assert by_month == {2040: {"2040-12": 12}, 2041: {}}


async def test_a_restricted_record_is_in_no_count(lived: World) -> None:
    report = await manager(lived).get("/v1/reports/loop")
    case = await lived.stack.rows(
        "referrals",
        "update case_relation set restricted = true where case_id = (select case_id from referral "
        "where organization = $1 and loop = 'confirmed' limit 1) returning case_id",
        lived.sender,
    )
    without = await manager(lived).get("/v1/reports/loop")
    assert report["total"]["sent"] - without["total"]["sent"] >= COPIES
    await lived.stack.rows(
        "referrals",
        "update case_relation set restricted = false where case_id = $1",
        case[0]["case_id"],
    )


@pytest.mark.parametrize("name", NAMES)
async def test_each_report_is_also_a_table_and_a_chart(lived: World, name: str) -> None:
    person = manager(lived)
    report = await person.get(f"/v1/reports/{name}")
    http = person.http("referrals")
    table, chart = await asyncio.gather(
        http.get(f"/v1/reports/{name}.csv"), http.get(f"/v1/reports/{name}.svg")
    )
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(StringIO(table.text)))
    assert len(lines) == (len(report["rows"]) + 1) * len(report["columns"])
    assert all(line["definition"] for line in lines)
    told = {(line["key"], line["column"]): line["value"] for line in lines}
    for row in report["rows"]:
        for column, value in row["values"].items():
            said = told[row["key"], column]
            assert (float(said) if said else None) == value
    assert chart.headers["content-type"] == "image/svg+xml"
    picture = ElementTree.fromstring(chart.text)
    [title] = picture.findall("{http://www.w3.org/2000/svg}title")
    assert SHOWN[report["report"]].replace("_", " ") in (title.text or "").lower()
    texts = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {row["label"][:27] for row in report["rows"]} <= {str(text)[:27] for text in texts}
