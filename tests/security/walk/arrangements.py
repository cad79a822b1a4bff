"""What a network agrees on: how long clocks run, whom to ask for, how many can come, and questions."""

from tests.security.walk.people import Cast, Json
from tests.security.walk.referring import sent


async def arrangements(cast: Cast) -> None:
    await _clocks(cast)
    await _link_receiver(cast)
    await _tenant(cast)
    await _question(cast)


async def _clocks(cast: Cast) -> None:
    await cast.admin.get("/v1/clocks")
    await cast.admin.put("/v1/clocks/dispute", 0, {"business_days": 3})
    await cast.admin.get("/v1/clocks/dispute")
    await cast.admin.delete("/v1/clocks/dispute", 1)
    await cast.admin.put("/v1/clocks/draft", 0, {"days": 6})


async def _link_receiver(cast: Cast) -> None:
    """Kept by the sender: nobody else sees it, its contacts or its places."""
    worker, marks = cast.case_manager, cast.marks
    new = {"kind": "link", "name": "Corner Kitchen", "service_ids": [cast.made["listing"]]}
    receiver = await worker.post("/v1/receivers", new)
    path = f"/v1/receivers/{receiver['id']}"
    hours: Json = {"timezone": "UTC", "opens": "09:00", "closes": "17:00", "weekdays": [1, 3]}
    changes = {"phone": marks.phone("changed phone of a receiver"), "hours": hours}
    await worker.patch(path, 1, changes)
    contact = await worker.post(f"{path}/contacts", _contact(cast, "a link receiver's"))
    await worker.patch(f"{path}/contacts/{contact['id']}", 1, {"purpose": "urgent"})
    await worker.get(f"{path}/contacts", limit=1)
    places = f"{path}/capacity"
    await worker.put(f"{places}/{cast.made['listing']}", 0, {"places": 100})
    await worker.get(f"{places}/{cast.made['listing']}")
    await worker.get(places, limit=1)
    # It takes nothing new: what is sent later goes to the tenant.
    await worker.patch(path, 2, {"active": False})


async def _tenant(cast: Cast) -> None:
    admin, path = cast.provider_admin, f"/v1/receivers/{cast.made['receiver']}"
    await admin.post(f"{path}/contacts", _contact(cast, "a tenant's"))


def _contact(cast: Cast, whose: str) -> Json:
    name = cast.marks.plain(f"name of {whose} contact")
    return {"name": name, "email": cast.marks.email(f"e-mail of {whose} contact")}


async def _question(cast: Cast) -> None:
    referral = await sent(cast)
    asked = cast.marks.sealed("question of the receiver")
    await referral.act(cast.desk, "ask-question", text=asked)
    answered = cast.marks.sealed("answer to the receiver")
    await referral.act(cast.case_manager, "answer-question", text=answered)
    for side in (cast.case_manager, cast.desk):
        await side.get(f"/v1/referrals/{referral.id}/questions", limit=1)
    await cast.network_coordinator.get("/v1/referrals", overdue="true", limit=1)
