"""Webhooks of the sending organization: nothing outside is called, the address is refused."""

from tests.security.walk.people import Cast


async def webhooks(cast: Cast) -> None:
    admin = cast.admin
    new = {"name": "Warehouse", "url": f"https://127.0.0.1/{cast.marks.sealed('url of a webhook')}"}
    made = await admin.post("/v1/webhooks", new)
    path = f"/v1/webhooks/{made['id']}"
    await admin.get("/v1/webhooks", limit=1)
    for act in ("rotate-secret", "pause", "resume", "replay", "test"):
        await admin.post(f"{path}/{act}")
    await admin.get(f"{path}/deliveries")
    version = (await admin.get(path))["version"]
    await admin.patch(path, version, {"statuses": ["closed"]})
    await admin.get("/v1/referral-events")
    other = await admin.post("/v1/webhooks", new)
    await admin.delete(f"/v1/webhooks/{other['id']}", other["version"])
