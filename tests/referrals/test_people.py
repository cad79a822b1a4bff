"""Who sees and does what: the sender's roles and relations, the receiver, strangers, and the database."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.referrals.lifecycle.transitions import TRANSITIONS
from tests.referrals.world import Body, Need, Person, World, new_listing
from tests.server import until_all_readable

PEOPLE_TABLES = (
    "referral",
    "packet",
    "attestation",
    "referral_history",
    "answer_link",
    "case_relation",
    "staff_relation",
    "need_relation",
)


async def test_an_entry_level_worker_is_approved_by_a_supervisor(world: World) -> None:
    entry, supervisor = world.people["case_manager_entry"], world.supervisor
    need = await world.need(owner=entry)
    draft = await world.draft(need, by=entry)
    await entry.act(draft, "send", status=403)
    assert (await entry.act(draft, "submit"))["status"] == "pending_approval"
    returned = await supervisor.act(draft, "return", {"note": "Ask for less."})
    assert returned["status"] == "draft"
    await entry.act(draft, "submit")
    assert (await supervisor.act(draft, "approve"))["status"] == "sent"
    history = await entry.get(f"/v1/referrals/{draft['id']}/history")
    assert "Ask for less." in [e["note"] for e in history["items"]]


async def test_an_approval_that_fails_leaves_it_and_says_why(world: World) -> None:
    entry = world.people["case_manager_entry"]
    draft = await world.draft(await world.need(owner=entry, consent=False), by=entry)
    await entry.act(draft, "submit")
    refused = await world.supervisor.act(draft, "approve", status=409)
    assert refused["type"] == "/problems/consent-missing"
    row = await entry.get(f"/v1/referrals/{draft['id']}")
    assert row["status"] == "pending_approval"


async def test_nobody_approves_their_own(world: World) -> None:
    need = await world.need(owner=world.supervisor)
    draft = await world.draft(need, by=world.supervisor)
    await world.stack.rows(
        "referrals", "update referral set status = 'pending_approval' where id = $1", draft["id"]
    )
    await world.supervisor.act(draft, "approve", status=403)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("case_manager", True),
        ("supervisor", True),
        ("program_manager", True),
        ("network_coordinator", True),
        ("case_manager_entry", False),
        ("senior_case_manager", False),
    ],
)
async def test_relations_decide_what_the_organization_sees(
    world: World, role: str, sees: bool
) -> None:
    referral = await world.sent()
    person = world.people[role]
    row = await person.get(f"/v1/referrals/{referral['id']}", 200 if sees else 404)
    listed = await person.get("/v1/referrals", limit=200)
    assert (referral["id"] in {item["id"] for item in listed["items"]}) is sees
    if role == "network_coordinator":
        assert (row["client_id"], row["case_id"], row["need_id"]) == (None, None, None)
        await person.get(f"/v1/referrals/{referral['id']}/packet", 403)


async def test_a_senior_reads_their_teams_referrals_and_writes_none(world: World) -> None:
    need = await world.need()
    referral = await world.sent(need)
    senior, admin = world.people["senior_case_manager"], world.people["admin"]
    await senior.http("cases").get("/v1/staff/me")
    team = await admin.in_cases("/v1/teams", {"name": f"Team {uuid4().hex[:6]}"})
    tagged = await admin.http("cases").get(f"/v1/teams/{team['id']}")
    members = await admin.http("cases").put(
        f"/v1/teams/{team['id']}/members",
        json={"staff_ids": [str(senior.id)]},
        headers={"If-Match": tagged.headers["etag"]},
    )
    assert members.status_code == 200, members.text
    case = await world.worker.http("cases").get(f"/v1/cases/{need.case_id}")
    moved = await world.worker.http("cases").put(
        f"/v1/cases/{need.case_id}/owner",
        json={"owner_id": str(world.worker.id), "team_id": team["id"]},
        headers={"If-Match": case.headers["etag"]},
    )
    assert moved.status_code == 200, moved.text
    await world.stack.settle("cases", "referrals")
    await senior.get(f"/v1/referrals/{referral['id']}")
    await senior.act(referral, "withdraw", {"reason": "moved"}, status=403)


async def test_a_restricted_case_is_absent_for_everybody_not_named(world: World) -> None:
    need = await world.need()
    referral = await world.sent(need)
    case = await world.worker.http("cases").get(f"/v1/cases/{need.case_id}")
    restricted = await world.supervisor.http("cases").put(
        f"/v1/cases/{need.case_id}/restriction",
        json={"restricted": True},
        headers={"If-Match": case.headers["etag"]},
    )
    assert restricted.status_code == 200, restricted.text
    await world.stack.settle("cases", "referrals")
    await world.worker.get(f"/v1/referrals/{referral['id']}")
    for role in ("supervisor", "program_manager", "network_coordinator"):
        await world.people[role].get(f"/v1/referrals/{referral['id']}", 404)


async def test_only_who_may_write_in_the_case_refers(world: World) -> None:
    need = await world.need()
    await world.draft(
        need, by=Person(uuid4(), "case_manager", world.sender, world.stack), status=404
    )
    await world.draft(need, by=Person(uuid4(), "case_manager", uuid4(), world.stack), status=404)
    await world.draft(need, by=world.people["program_manager"], status=403)


async def test_drafts_go_when_their_need_does(world: World) -> None:
    need = await world.need()
    draft = await world.draft(need)
    await world.worker.in_cases(f"/v1/needs/{need.id}/withdraw", {"reason": "moved"}, status=200)
    await world.stack.settle("cases", "referrals")
    assert (await world.status(draft))[0] == "discarded"


async def expired(world: World, need: Need) -> Body:
    referral = await world.sent(need)
    await world.stack.rows(
        "referrals", "update referral set status = 'expired' where id = $1", referral["id"]
    )
    return referral


async def test_an_expired_referral_can_still_be_accepted(world: World) -> None:
    referral = await expired(world, await world.need())
    assert (await world.desk.act(referral, "accept"))["status"] == "accepted"


async def test_but_not_when_the_client_went_elsewhere_or_took_consent_back(world: World) -> None:
    need = await world.need()
    referral = await expired(world, need)
    world.neighbours.down.add("cases")
    try:
        await world.desk.act(referral, "accept", status=503)
    finally:
        world.neighbours.down.clear()
    again = await world.sent(need, previous_referral_id=referral["id"])
    refused = await world.desk.act(referral, "accept", status=409)
    assert refused["code"] == "referred_elsewhere"
    await world.worker.act(again, "withdraw", {"reason": "moved"})
    await world.revoke(need)
    refused = await world.desk.act(referral, "accept", status=409)
    assert refused["code"].startswith("consent_")


async def test_a_link_only_receiver_is_written_down_for(world: World) -> None:
    service, _ = await new_listing(world.stack, "Elm Street Closet")
    need = await world.need("goods", consent=False)
    unknown = await world.draft(need, service_id=service)
    assert unknown["receiver_id"] is None
    refused = await world.worker.act(unknown, "send", status=409)
    assert refused["type"] == "/problems/receiver-unknown"
    new = {"kind": "link", "service_ids": [service]}
    receiver = await world.worker.post("/v1/receivers", new, 201)
    assert receiver["name"] == "Elm Street Closet"  # as the directory says
    await world.consent(need, recipient_id=receiver["id"], recipient_name="Elm Street Closet")
    draft = await world.draft(need, service_id=service)
    sent = await world.worker.act(draft, "send")
    assert sent["receiver_name"] == "Elm Street Closet"
    await world.worker.act(sent, "accept")
    elsewhere = Person(uuid4(), "case_manager", uuid4(), world.stack)
    await elsewhere.get(f"/v1/receivers/{receiver['id']}", 404)


async def test_registering_needs_the_right_scope_for_its_kind(world: World) -> None:
    new = {"name": "Us", "service_ids": [world.service_id]}
    await world.worker.post("/v1/receivers", new | {"kind": "tenant"}, 403)
    await world.people["admin"].post("/v1/receivers", new | {"kind": "link"}, 403)
    await world.worker.post("/v1/receivers", {"name": "Us", "kind": "link"}, 422)


async def test_the_inbox_counts_what_it_holds(world: World) -> None:
    referral = await world.sent()
    await world.draft()
    answer = await world.desk.http("referrals").get("/v1/inbox", params={"status": "sent"})
    box = answer.json()
    assert referral["id"] in {item["id"] for item in box["items"]}
    assert {item["status"] for item in box["items"]} == {"sent"}
    assert box["counts"]["sent"] >= 1
    assert "draft" not in box["counts"]


async def test_two_who_act_at_once_do_not_both_win(world: World) -> None:
    for _ in range(5):
        referral = await world.sent()
        answers = await asyncio.gather(
            world.desk.http("referrals").post(f"/v1/referrals/{referral['id']}/accept", json={}),
            world.worker.http("referrals").post(
                f"/v1/referrals/{referral['id']}/withdraw", json={"reason": "moved"}
            ),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_two_drafts_for_one_client_are_not_both_sent(world: World) -> None:
    need = await world.need()
    drafts = [await world.draft(need), await world.draft(need)]
    answers = await asyncio.gather(
        *(
            world.worker.http("referrals").post(f"/v1/referrals/{draft['id']}/send", json={})
            for draft in drafts
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_working_hours_are_set_by_an_admin(world: World) -> None:
    admin = Person(uuid4(), "admin", uuid4(), world.stack)
    shown = await admin.http("referrals").get("/v1/calendar")
    hours = {"timezone": "America/Chicago", "opens": "08:00", "closes": "16:30", "weekdays": [1, 0]}
    path, etag = "/v1/calendar", shown.headers["etag"]
    saved = await admin.http("referrals").put(path, json=hours, headers={"If-Match": etag})
    assert saved.status_code == 200, saved.text
    assert saved.json()["weekdays"] == [0, 1]
    stale = await admin.http("referrals").put(path, json=hours, headers={"If-Match": etag})
    assert stale.status_code == 412
    wrong = hours | {"timezone": "Mars/Olympus"}
    refused = await admin.http("referrals").put(path, json=wrong, headers={"If-Match": '"1"'})
    assert refused.status_code == 422


@pytest.mark.parametrize("role", ["app", "worker"])
@pytest.mark.parametrize("organization", [None, uuid4()], ids=["nobody", "a stranger"])
async def test_the_database_shows_no_row_of_people(
    world: World, role: str, organization: UUID | None
) -> None:
    await world.link(await world.served())
    url = getattr(world.stack.urls["referrals"], role).replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            named = str(organization or "")
            await connection.execute("select set_config('app.organization', $1, true)", named)
            for table in PEOPLE_TABLES:
                count = await connection.fetchval(f"select count(*) from {table}")
                assert count == 0, table
    finally:
        await connection.close()


async def test_the_guard_in_the_database_knows_the_same_transitions(world: World) -> None:
    rows = await world.stack.rows("referrals", "select before, after from referral_transition")
    moves = {(str(a), str(b)) for (a, _), b in TRANSITIONS.items() if a is not b}
    assert {(row["before"], row["after"]) for row in rows} == moves
    referral = await world.sent()
    with pytest.raises(asyncpg.CheckViolationError):
        await world.stack.rows(
            "referrals", "update referral set status = 'closed' where id = $1", referral["id"]
        )


async def test_events_tell_of_every_change_and_of_nobody(world: World) -> None:
    need = await world.need(given_name="Citlali")
    referral = await world.served(need)
    reader = world.stack.service_client("referrals", "cases-worker")
    await until_all_readable(world.stack.urls["referrals"])
    items: list[Body] = []
    cursor: str | None = None
    while True:
        params: dict[str, str] = {"after": cursor} if cursor else {}
        page = (await reader.get("/v1/events/referrals", params=params)).json()
        items += page["items"]
        if page["cursor"] == cursor:
            break
        cursor = page["cursor"]
    course = ["draft", "sent", "accepted", "awaiting_confirmation"]
    for kind, statuses in (("referral", course), ("received", course[1:])):
        told = {"subject": referral["id"], "type": f"referrals.{kind}.standing"}
        mine = [e["data"] for e in items if told.items() <= e.items()]
        assert [e["status"] for e in mine] == statuses
        versions = [e["version"] for e in mine]
        assert versions == sorted(set(versions))
    assert "Citlali" not in str(items)


async def test_a_case_that_is_told_of_twice_or_late_keeps_its_newest_standing(
    world: World,
) -> None:
    need = await world.need()
    await world.sent(need)
    await world.stack.settle("cases", "referrals")
    rows = "select version, owner_id from case_relation where case_id = $1"
    before = await world.stack.rows("referrals", rows, need.case_id)
    await world.stack.rows("referrals", "update event_cursor set cursor = ''")
    await world.stack.settle("referrals")
    assert await world.stack.rows("referrals", rows, need.case_id) == before


async def test_nobody_puts_themselves_in_the_place_of_who_answers(world: World) -> None:
    stranger = Person(uuid4(), "admin", uuid4(), world.stack)
    other, other_lister = await new_listing(world.stack)
    claims = [
        {"service_ids": [world.service_id]},  # the tenant answers for its organization
        {"service_ids": [other, world.service_id]},
        {"organization_ids": [other_lister, world.listing_organization]},
    ]
    for claim in claims:
        new = {"kind": "tenant", "name": "Evil", **claim}
        refused = await stranger.post("/v1/receivers", new, status=409)
        assert refused["type"] == "/problems/already-claimed"
    unknown = {"kind": "tenant", "name": "Evil", "service_ids": [str(uuid4())]}
    await stranger.post("/v1/receivers", unknown, status=404)
    free = {"kind": "tenant", "name": "Other", "service_ids": [other]}
    await stranger.post("/v1/receivers", free, status=201)


async def test_two_tenants_at_once_do_not_both_get_a_listing(world: World) -> None:
    service, _ = await new_listing(world.stack)
    claim = {"kind": "tenant", "name": "Both", "service_ids": [service]}
    admins = [Person(uuid4(), "admin", uuid4(), world.stack) for _ in range(6)]
    answers = await asyncio.gather(
        *(admin.http("referrals").post("/v1/receivers", json=claim) for admin in admins)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
