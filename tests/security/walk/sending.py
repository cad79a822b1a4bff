"""Sending in every way: weighed, to several, by the dozen, moved in, and on from a dead end."""

from datetime import timedelta

from shared import clock
from tests.security.walk.people import Cast, Json
from tests.security.walk.referring import Sent, drafted, sent


async def sending(cast: Cast) -> None:
    others = await _listings(cast)
    cast.made["other listing"] = others[0]
    await _weighed(cast, others)
    await _to_several(cast, others)
    await _by_the_dozen(cast)
    await _moved_in(cast)
    await _on_from_a_dead_end(cast, others)
    found = {
        "category": "transport",
        "reason": "nothing_near",
        "note": cast.marks.sealed("gap's note"),
    }
    await cast.case_manager.post("/v1/unmet-demand", found)


async def _listings(cast: Cast) -> list[str]:
    """Of the directory, beside the one that is answered for."""
    found = await cast.nobody.post("/v1/services/search", {"taxonomy_codes": ["food"], "limit": 5})
    return [item["id"] for item in found["items"] if item["id"] != cast.made["listing"]]


async def _row(cast: Cast, referral: Sent) -> Json:
    return await cast.case_manager.get(f"/v1/referrals/{referral.id}")


async def _weighed(cast: Cast, others: list[str]) -> None:
    worker = cast.case_manager
    draft = await drafted(cast, worker)
    row = await _row(cast, draft)
    near = {"near": {"latitude": 41.6, "longitude": -93.1}}
    asked = {"need_id": row["need_id"], "classes": ["identity"], "service_ids": others[:2]}
    await worker.post("/v1/referrals/preflight", asked | near)
    await draft.act(worker, "preflight", **near)
    await draft.act(worker, "preview")


async def _to_several(cast: Cast, others: list[str]) -> None:
    worker, marks = cast.case_manager, cast.marks
    row = await _row(cast, await drafted(cast, worker))
    several = {
        "need_id": row["need_id"],
        "classes": ["identity", "contact"],
        "message": marks.sealed("group's message"),
        "targets": [
            {"service_id": cast.made["listing"], "receiver_id": cast.made["receiver"]},
            {"service_id": others[0], "receiver_id": cast.made["receiver"]},
        ],
    }
    group = await worker.post("/v1/referral-groups", several)
    path = f"/v1/referral-groups/{group['id']}"
    reason = marks.sealed("group's duplicate reason")
    await worker.post(f"{path}/send", {"duplicate_reason": reason})
    await worker.get(path)
    await worker.post(f"{path}/withdraw", {"reason": "moved", "note": marks.sealed("group's note")})


async def _by_the_dozen(cast: Cast) -> None:
    worker, marks = cast.case_manager, cast.marks
    row = await _row(cast, await drafted(cast, worker))
    one = {
        "key": "row-1",
        "need_id": row["need_id"],
        "service_id": cast.made["listing"],
        "receiver_id": cast.made["receiver"],
        "classes": ["identity"],
        "message": marks.sealed("bulk message"),
        "duplicate_reason": marks.sealed("bulk duplicate reason"),
    }
    await worker.post("/v1/referrals/bulk", {"rows": [one], "send": True, "dry_run": True})
    await worker.post("/v1/referrals/bulk", {"rows": [one], "send": True})


async def _moved_in(cast: Cast) -> None:
    row = await _row(cast, await drafted(cast, cast.case_manager))
    old = {
        "external_id": cast.marks.sealed("external id"),
        "need_id": row["need_id"],
        "category": row["category"],
        "service_id": cast.made["listing"],
        "receiver_id": cast.made["receiver"],
        "status": "sent",
        "sent_at": (clock.now() - timedelta(days=3)).isoformat(),
    }
    moved = await cast.admin.post("/v1/referrals/import", {"rows": [old]})
    referral = Sent(cast, moved["results"][0]["referral_id"])
    await referral.act(cast.case_manager, "disclose", classes=["identity"])


async def _on_from_a_dead_end(cast: Cast, others: list[str]) -> None:
    worker, marks = cast.case_manager, cast.marks
    dead_end = await sent(cast)
    await dead_end.act(cast.desk, "decline", reason="no_capacity")
    await worker.get(f"/v1/referrals/{dead_end.id}/alternatives")
    await dead_end.act(worker, "alternatives", limit=2)
    await dead_end.act(
        worker, "re-refer", service_id=others[0], message=marks.sealed("next message"), send=True
    )
    disputed = await (await sent(cast)).served()
    await disputed.act(worker, "client-answer", answer="no")
    learned = {"note": marks.sealed("what was learned then")}
    await disputed.act(worker, "re-refer", service_id=others[1], resolve=learned)
