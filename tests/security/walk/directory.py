"""The directory, and who answers for its listings."""

from tests.security.walk.people import Cast

HSDS = ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")


async def directory(cast: Cast) -> None:
    visitor = cast.nobody
    found = await visitor.post("/v1/services/search", {"text": "food pantry", "facets": True})
    listing = next(item for item in found["items"] if item["accepts_referrals"])
    await visitor.get("/v1/services/suggestions", prefix="food p")
    shown = await visitor.get(f"/v1/services/{listing['id']}")
    await visitor.get(
        "/v1/services/by-source", source=shown["source"], source_id=shown["source_id"]
    )
    await visitor.get(f"/v1/services/{listing['id']}/availability")
    await visitor.get("/v1/taxonomy-terms")
    await visitor.get("/hsds/")
    for kind in HSDS:
        page = await visitor.get(f"/hsds/{kind}", per_page=2)
        await visitor.get(f"/hsds/{kind}/{page['contents'][0]['id']}")
    [place, *_] = await cast.stack.rows("resources", "select id from confidential_place")
    await cast.case_manager.get(f"/v1/locations/{place['id']}/confidential-place")
    cast.made["listing"] = listing["id"]
    await _receivers(cast, listing["id"], listing["organization_id"])
    for service in ("cases", "resources", "referrals"):
        reader = cast.service("cases-worker")
        await reader.get(f"/v1/events/{service}", wait=0)


async def _receivers(cast: Cast, service_id: str, organization_id: str) -> None:
    tenant = {"kind": "tenant", "name": "Harbour Pantry", "organization_ids": [organization_id]}
    receiver = await cast.provider_admin.post("/v1/receivers", tenant)
    kept = {"kind": "link", "name": "Harbour Annex", "service_ids": [service_id]}
    mail, phone = cast.marks.email("receiver's e-mail"), cast.marks.phone("receiver's phone")
    link = await cast.case_manager.post("/v1/receivers", kept | {"email": mail, "phone": phone})
    await cast.case_manager.get("/v1/receivers", service_id=service_id)
    await cast.case_manager.get(f"/v1/receivers/{link['id']}")
    calendar = {"timezone": "America/New_York", "opens": "09:00", "closes": "17:00"}
    await cast.provider_admin.get("/v1/calendar")
    await cast.provider_admin.put("/v1/calendar", 0, calendar | {"weekdays": [0, 1, 2, 3, 4]})
    cast.made["receiver"] = receiver["id"]
