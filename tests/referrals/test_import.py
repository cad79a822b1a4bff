"""Moving in: what another system has begun goes on here, once, with clocks and without a packet."""

from datetime import timedelta
from uuid import uuid4

from shared import clock
from tests.referrals.world import Body, Need, Person, World


def admin(world: World) -> Person:
    return world.people["admin"]


async def known_need(world: World, **fields: object) -> Need:
    need = await world.need(**fields)  # type: ignore[arg-type]  # passed on as it is
    await world.stack.settle("cases", "referrals")
    return need


def moved(world: World, need: Need, status: str = "sent", **fields: object) -> Body:
    sent = clock.now() - timedelta(days=9)
    row: Body = {
        "external_id": f"OLD {uuid4().hex}",
        "need_id": need.id,
        "category": "food",
        "service_id": world.service_id,
        "receiver_id": world.receiver_id,
        "status": status,
        "sent_at": sent.isoformat(),
    }
    if status != "sent":
        row["accepted_at"] = (sent + timedelta(days=1)).isoformat()
    return row | fields


async def move_in(world: World, *rows: Body, **fields: object) -> Body:
    return await admin(world).post("/v1/referrals/import", {"rows": rows, **fields})


async def test_each_status_goes_on_with_its_own_clocks(world: World) -> None:
    need = await known_need(world)
    rows = [moved(world, need, status) for status in ("sent", "accepted", "in_progress")]
    answer = await move_in(world, *rows)
    assert answer["counts"] == {"imported": 3}
    waiting = {"sent": "answer", "accepted": "first_contact", "in_progress": "outcome"}
    for result, row in zip(answer["results"], rows, strict=True):
        assert result["external_id"] == row["external_id"]
        found = await world.worker.get(f"/v1/referrals/{result['referral_id']}")
        assert found["imported"]
        assert found["status"] == row["status"]
        assert found["next"]["clock"] == waiting[row["status"]]
        assert not found["next"]["overdue"]
        assert found["next"]["by"] > clock.now().isoformat()
        history = await world.worker.get(f"/v1/referrals/{result['referral_id']}/history")
        assert [entry["action"] for entry in history["items"]] == ["import"]
    await world.stack.settle()
    known = (await world.worker.http("cases").get(f"/v1/needs/{need.id}")).json()
    assert known["status"] == "addressed"


async def test_the_same_external_id_again_changes_nothing(world: World) -> None:
    need = await known_need(world)
    row = moved(world, need)
    first = await move_in(world, row)
    again = await move_in(world, row | {"status": "accepted", "accepted_at": row["sent_at"]})
    assert again["counts"] == {"already": 1}
    assert again["results"][0]["referral_id"] == first["results"][0]["referral_id"]
    found = await world.worker.get(f"/v1/referrals/{first['results'][0]['referral_id']}")
    assert (found["status"], found["version"]) == ("sent", 1)


async def test_a_rehearsal_writes_nothing_and_refusals_say_why(world: World) -> None:
    need = await known_need(world)
    rows = [
        moved(world, need),
        moved(world, Need(str(uuid4()), "", "")),
        moved(world, need, service_id=str(uuid4())),
        moved(world, need, receiver_id=str(uuid4())),
    ]
    count = "select count(*) as n from referral"
    before = await world.stack.rows("referrals", count)
    told = await move_in(world, *rows, dry_run=True)
    assert await world.stack.rows("referrals", count) == before
    assert [r["status"] for r in told["results"]] == ["would_import", *["refused"] * 3]
    done = await move_in(world, *rows)
    assert [r["status"] for r in done["results"]] == ["imported", *["refused"] * 3]
    backwards = moved(world, need, "accepted", accepted_at="2020-01-01T00:00:00Z")
    await admin(world).post("/v1/referrals/import", {"rows": [backwards]}, 422)
    await world.worker.post("/v1/referrals/import", {"rows": rows}, 403)


async def test_there_is_no_packet_until_a_worker_has_it_disclosed(world: World) -> None:
    need = await known_need(world)
    answer = await move_in(world, moved(world, need, "accepted"))
    referral = answer["results"][0]["referral_id"]
    path = f"/v1/referrals/{referral}/packet"
    missing = await world.desk.get(path, 409)
    assert missing["type"] == "/problems/packet-missing"
    classes = {"classes": ["identity", "contact"]}
    await admin(world).act(referral, "disclose", classes, status=403)
    told = await world.worker.act(referral, "disclose", classes)
    assert told["classes"] == ["contact", "identity"]
    packet = await world.desk.get(path)
    assert set(packet["classes"]) == {"identity", "contact"}
    await world.worker.act(referral, "disclose", classes, status=409)
    await world.revoke(need)
    await world.desk.get(path, 409)


async def test_without_consent_nothing_is_disclosed(world: World) -> None:
    need = await known_need(world, consent=False)
    answer = await move_in(world, moved(world, need))
    referral = answer["results"][0]["referral_id"]
    refused = await world.worker.act(referral, "disclose", {"classes": ["identity"]}, status=409)
    assert refused["type"] == "/problems/consent-missing"
    sent = await world.sent(await world.need())
    await world.worker.act(sent, "disclose", {"classes": ["identity"]}, status=409)


async def test_an_undisclosed_one_that_expired_is_not_accepted_late(world: World) -> None:
    need = await known_need(world)
    answer = await move_in(world, moved(world, need))
    referral = answer["results"][0]["referral_id"]
    await world.stack.rows(
        "referrals", "update referral set status = 'expired' where id = $1", referral
    )
    refused = await world.desk.act(referral, "accept", status=409)
    assert (refused["type"], refused["code"]) == ("/problems/too-late", "consent_missing")


async def test_a_place_is_taken_where_those_are_kept(world: World) -> None:
    need = await known_need(world)
    await world.stack.rows(
        "referrals",
        "insert into capacity (id, organization, receiver_id, service_id, places, taken, as_of, "
        "version) values (gen_random_uuid(), $1, $2, $3, 1, 0, now(), 1)",
        world.provider,
        world.receiver_id,
        world.service_id,
    )
    answer = await move_in(world, *(moved(world, need, "accepted") for _ in range(2)))
    assert [r["status"] for r in answer["results"]] == ["imported", "refused"]
    assert answer["results"][1]["problem"]["type"] == "/problems/capacity-full"
    repeated = await move_in(world, moved(world, need, "accepted"))
    assert repeated["counts"] == {"refused": 1}
    kept = await world.stack.rows(
        "referrals",
        "select taken, (select count(*) from referral where capacity_id = c.id) as held "
        "from capacity c where receiver_id = $1",
        world.receiver_id,
    )
    assert [(row["taken"], row["held"]) for row in kept] == [(1, 1)]
    await world.stack.rows("referrals", "delete from capacity")


async def test_a_need_of_another_organization_is_unknown(world: World) -> None:
    need = await known_need(world)
    stranger = Person(uuid4(), "admin", uuid4(), world.stack)
    rows = [moved(world, need), moved(world, Need(str(uuid4()), "", ""))]
    told = await stranger.post("/v1/referrals/import", {"rows": rows})
    real, nothing = (result["problem"] for result in told["results"])
    assert real == nothing
    assert real["status"] == 404


async def test_it_goes_on_like_any_other(world: World) -> None:
    need = await known_need(world)
    answer = await move_in(world, moved(world, need, "in_progress"))
    referral = answer["results"][0]["referral_id"]
    given = {"provided": "Groceries", "served_on": str(clock.now().date())}
    served = await world.desk.act(referral, "report_served", given)
    assert served["status"] == "awaiting_confirmation"
