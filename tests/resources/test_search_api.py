"""Search and listings over HTTP, on the starter directory."""

from typing import Any

import httpx
import pytest

from shared.schemas.listings import ListingStanding
from tests.resources.conftest import Directory

CENTRE = {"latitude": 41.6, "longitude": -93.1}


@pytest.fixture(scope="module")
async def api(directory: Directory) -> httpx.AsyncClient:
    await directory.load_starter()
    await directory.index()
    return directory.client()


async def search(api: httpx.AsyncClient, **body: Any) -> Any:
    answer = await api.post("/v1/services/search", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("help with rent before landlord evicts my family", "housing"),
        ("ayuda con la renta", "housing"),
        ("fod pantry", "food"),
        ("somewhere to talk about depression", "mental_health"),
    ],
)
async def test_plain_words_find_what_helps(api: httpx.AsyncClient, text: str, code: str) -> None:
    found = await search(api, text=text, limit=5)
    tops = [{term["code"].split(".")[0] for term in item["terms"]} for item in found["items"]]
    assert sum(code in each for each in tops) >= 3


async def test_nearness(api: httpx.AsyncClient) -> None:
    found = await search(api, near=CENTRE, radius_km=15, sort="distance", limit=100)
    distances = [item["distance_km"] for item in found["items"]]
    located = [distance for distance in distances if distance is not None]
    assert located == sorted(located)
    assert max(located) <= 15
    assert distances[len(located) :] == [None] * (len(distances) - len(located))
    only = await search(
        api, near=CENTRE, radius_km=15, sort="distance", limit=100, include_unlocated=False
    )
    assert None not in {item["distance_km"] for item in only["items"]}


async def test_filters_facets_and_pages(api: httpx.AsyncClient) -> None:
    everything = await search(api, facets=True, statuses=[], limit=100)
    assert everything["facets"]["taxonomy"]["food"] >= 6
    assert everything["facets"]["status"]["active"] < everything["total"]
    spanish = await search(api, taxonomy_codes=["mental_health"], languages=["es"], limit=100)
    assert spanish["total"] >= 2
    assert all("es" in item["languages"] for item in spanish["items"])
    ids: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = await search(api, statuses=[], sort="name", limit=97, offset=offset)
        ids += [item["id"] for item in page["items"]]
        offset = page["next_offset"]
    assert len(ids) == len(set(ids)) == everything["total"]


async def test_every_service_is_found_by_its_name(
    directory: Directory, api: httpx.AsyncClient
) -> None:
    services = await directory.rows("select id::text, name from service order by id")
    names = [service["name"] for service in services]
    for service in services[::7]:
        found = await search(api, text=service["name"], statuses=[], limit=10)
        if names.count(service["name"]) == 1:
            assert service["id"] in {item["id"] for item in found["items"]}, service["name"]


async def test_only_those_who_take_someone(api: httpx.AsyncClient) -> None:
    open_to_all = await search(api, accepting=True, statuses=[], limit=100)
    assert all(item["accepts_referrals"] for item in open_to_all["items"])
    closed = await search(api, accepting=False, statuses=[], limit=100)
    assert closed["total"] > 0
    assert {"not_active", "not_accepting"} >= {
        reason for item in closed["items"] for reason in item["reasons"]
    }


async def test_suggestions(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/services/suggestions", params={"prefix": "food p", "limit": 5})
    assert 0 < len(answer.json()["items"]) <= 5


async def test_a_listing_by_id_and_by_its_source(api: httpx.AsyncClient) -> None:
    card = (await search(api, text="rent", limit=1))["items"][0]
    detail = (await api.get(f"/v1/services/{card['id']}")).json()
    assert detail["hsds"]["id"] == card["id"]
    again = await api.get(
        "/v1/services/by-source",
        params={"source": detail["source"], "source_id": detail["source_id"]},
    )
    assert again.json()["id"] == card["id"]
    for path in (
        "/v1/services/6f1d7c4a-0000-4000-8000-000000000000",
        "/v1/services/6f1d7c4a-0000-4000-8000-000000000000/availability",
        "/v1/services/by-source?source=starter&source_id=none",
    ):
        assert (await api.get(path)).status_code == 404


async def test_availability_is_what_referrals_asks_for(
    directory: Directory, api: httpx.AsyncClient
) -> None:
    ids = await directory.rows(
        "select distinct on (status) id::text, status from service order by status, id"
    )
    for row in ids:
        answer = await api.get(f"/v1/services/{row['id']}/availability")
        standing = ListingStanding.model_validate(answer.json())
        assert standing.status == row["status"]
        assert standing.accepts_referrals == (row["status"] == "active" and not standing.reasons)
    open_on_weekdays = await directory.value(
        "select service_id::text from schedule where byday = 'MO,TU,WE,TH,FR' "
        "and opens_at = '09:00' and closes_at = '17:00' and service_id is not null limit 1"
    )
    path = f"/v1/services/{open_on_weekdays}/availability"
    noon = (await api.get(path, params={"at": "2026-11-20T12:00:00-06:00"})).json()
    night = (await api.get(path, params={"at": "2026-11-20T23:00:00-06:00"})).json()
    assert (noon["open_now"], night["open_now"]) == (True, False)
    assert night["next_opening"] is not None
    for moment in ("2026-11-20T12:00:00", "9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z"):
        assert (await api.get(path, params={"at": moment})).status_code == 422


async def test_taxonomy_terms_are_paged(api: httpx.AsyncClient) -> None:
    tops = (await api.get("/v1/taxonomy-terms", params={"parent": "", "limit": 200})).json()
    assert len(tops["items"]) == 25
    codes: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get("/v1/taxonomy-terms", params={"limit": 50, **cursor})).json()
        codes += [term["code"] for term in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert codes == sorted(set(codes))
    children = await api.get("/v1/taxonomy-terms", params={"parent": "housing"})
    assert all(term["parent_code"] == "housing" for term in children.json()["items"])


@pytest.mark.parametrize(
    "body",
    [
        {"txt": "rent"},
        {"text": "a\x00b"},
        {"text": ""},
        {"text": "x" * 201},
        {"near": {"latitude": 91, "longitude": 0}},
        {"near": {"latitude": True, "longitude": 0}},
        {"near": CENTRE, "radius_km": 0},
        {"radius_km": 5},
        {"sort": "distance"},
        {"limit": "5"},
        {"limit": 0},
        {"limit": 101},
        {"offset": -1},
        {"offset": 2**63},
        {"statuses": ["open"]},
        {"languages": ["English"]},
        {"taxonomy_codes": ["'; drop table service"]},
        {"age": 2**31},
        {"verified_since": "9999-12-31"},
        [],
    ],
)
async def test_bad_searches_are_refused(api: httpx.AsyncClient, body: Any) -> None:
    answer = await api.post("/v1/services/search", json=body)
    assert answer.status_code == 422
    assert "landlord" not in answer.text


@pytest.mark.parametrize("path", ["/hsds/", "/v1/services/suggestions?prefix=a"])
async def test_a_bad_token_is_no_token_even_where_none_is_needed(
    api: httpx.AsyncClient, path: str
) -> None:
    assert (await api.get(path)).status_code == 200
    assert (await api.get(path, headers={"Authorization": "Bearer x"})).status_code == 401


async def test_strange_words_break_nothing(api: httpx.AsyncClient) -> None:
    for text in ('"', "AND OR NOT", "a:b", "*", "((", "\\", "ÅŁÖ", "家", "🙂", "-", "x " * 90):
        await search(api, text=text)
