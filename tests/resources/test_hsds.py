"""The HSDS API keeps to the specification's schemas, in lists and in full."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from services.resources import models
from tests.conftest import founders_data
from tests.resources.conftest import Directory


@pytest.fixture(scope="module")
async def api(directory: Directory) -> httpx.AsyncClient:
    await directory.load_starter()
    await directory.index()
    return directory.client()


async def get(api: httpx.AsyncClient, path: str, **parameters: Any) -> Any:
    answer = await api.get(f"/hsds{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def schema(name: str) -> Draft202012Validator:
    folder: Path = founders_data("hsds/3.2.3/schema")

    def beside(uri: str) -> Resource[Any]:
        return DRAFT202012.create_resource(json.loads((folder / uri).read_text()))

    return Draft202012Validator(
        beside(f"{name}.json").contents,
        format_checker=FormatChecker(),
        registry=Registry(retrieve=beside),  # type: ignore[call-arg]  # attrs' alias
    )


def faults(name: str, objects: list[Any]) -> list[str]:
    validator = schema(name)
    return [error.message for each in objects for error in validator.iter_errors(each)]


@pytest.mark.parametrize(
    ("path", "parameters", "name"),
    [
        ("/services", {"full": True}, "compiled/service"),
        ("/services", {}, "compiled/service_list"),
        ("/organizations", {"full": True}, "compiled/organization"),
        ("/organizations", {"full_service": True}, "compiled/organization"),
        ("/organizations", {}, "compiled/organization_list"),
        ("/service_at_locations", {"full": True}, "compiled/service_at_location"),
        ("/service_at_locations", {}, "compiled/service_at_location_list"),
        ("/taxonomies", {}, "taxonomy"),
        ("/taxonomy_terms", {}, "taxonomy_term"),
    ],
)
async def test_lists_conform(
    api: httpx.AsyncClient, path: str, parameters: dict[str, Any], name: str
) -> None:
    page = await get(api, path, per_page=100, **parameters)
    assert page["size"] == len(page["contents"]) > 0
    assert faults(name, page["contents"]) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/services", "compiled/service"),
        ("/organizations", "compiled/organization"),
        ("/service_at_locations", "compiled/service_at_location"),
        ("/taxonomies", "taxonomy"),
        ("/taxonomy_terms", "taxonomy_term"),
    ],
)
async def test_single_objects_conform(api: httpx.AsyncClient, path: str, name: str) -> None:
    first = (await get(api, path, per_page=1))["contents"][0]
    assert faults(name, [await get(api, f"{path}/{first['id']}")]) == []
    missing = await api.get(f"/hsds{path}/6f1d7c4a-0000-4000-8000-000000000000")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")


async def test_about(api: httpx.AsyncClient) -> None:
    about = await get(api, "/")
    assert about["version"] == "3.2"
    assert (await api.get(about["openapi_url"])).status_code == 200


async def test_pages_hold_each_service_once(directory: Directory, api: httpx.AsyncClient) -> None:
    seen: list[str] = []
    number, last = 1, False
    while not last:
        page = await get(api, "/services", page=number, per_page=100)
        assert (page["page_number"], page["first_page"]) == (number, number == 1)
        seen += [service["id"] for service in page["contents"]]
        number, last = number + 1, page["last_page"]
    assert page["total_pages"] == number - 1
    assert len(seen) == len(set(seen)) == page["total_items"]
    assert len(seen) == await directory.value("select count(*) from service")
    beyond = await get(api, "/services", page=1000)
    assert (beyond["empty"], beyond["contents"], beyond["total_items"]) == (True, [], len(seen))


async def test_minimal_gives_all_with_ids_and_dates(api: httpx.AsyncClient) -> None:
    page = await get(api, "/services", minimal=True)
    assert page["size"] == page["total_items"]
    assert page["contents"][0].keys() == {"id", "name", "status", "last_modified"}


async def test_everything_of_a_service_is_nested(api: httpx.AsyncClient) -> None:
    page = await get(api, "/services", full=True, per_page=100)
    kinds = {name for service in page["contents"] for name in service}
    assert {
        "organization",
        "service_at_locations",
        "schedules",
        "languages",
        "cost_options",
        "required_documents",
        "service_areas",
        "attributes",
        "last_modified",
    } <= kinds
    terms = [
        attribute["taxonomy_term"]["taxonomy_detail"]["name"]
        for service in page["contents"]
        for attribute in service.get("attributes", [])
    ]
    assert terms


async def test_filters(directory: Directory, api: httpx.AsyncClient) -> None:
    service = (await get(api, "/services", full=True, per_page=1))["contents"][0]
    organization = service["organization_id"]
    of_organization = await get(api, "/services", organization_id=organization)
    assert {s["organization_id"] for s in of_organization["contents"]} == {organization}
    term = service["attributes"][0]["taxonomy_term"]["id"]
    with_term = await get(api, "/services", taxonomy_term_id=term, per_page=100)
    assert service["id"] in {s["id"] for s in with_term["contents"]}
    both = await get(api, "/services", taxonomy_term_id=term, organization_id=organization)
    assert 0 < both["total_items"] <= with_term["total_items"]
    future = await get(api, "/services", modified_after="2199-01-01T00:00:00Z")
    assert future["empty"]
    assert not (await get(api, "/services", modified_after="2000-01-01T00:00:00"))["empty"]
    tops = await get(api, "/taxonomy_terms", top_only=True, per_page=100)
    assert tops["total_items"] == 25
    by_name = await get(api, "/organizations", search=service["organization"]["name"][:12])
    assert organization in {o["id"] for o in by_name["contents"]}
    assert (await get(api, "/organizations", search="%_\\"))["empty"]


async def test_search_by_words_ranks_and_pages(api: httpx.AsyncClient) -> None:
    page = await get(api, "/services", search="food pantry", per_page=5)
    assert page["total_items"] >= page["size"] == 5
    second = await get(api, "/services", search="food pantry", per_page=5, page=2)
    ids = [service["id"] for each in (page, second) for service in each["contents"]]
    ours = {"text": "food pantry", "statuses": models.STATUSES, "limit": 10}
    found = (await api.post("/v1/services/search", json=ours)).json()
    assert ids == [service["id"] for service in found["items"]]
    assert page["total_items"] == found["total"]
    places = await get(api, "/service_at_locations", search="food pantry")
    assert places["total_items"] > 0


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "per_page=0",
        "page=x",
        "format=xml",
        "taxonomy_id=x",
        "modified_after=soon",
        "modified_after=9999-12-31T23:59:59-14:00",
        "modified_after=0001-01-01T00:00:00%2B14:00",
        "full=true&per_page=1000",
        "search=" + "x" * 201,
    ],
)
async def test_bad_parameters_are_refused(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f"/hsds/services?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
