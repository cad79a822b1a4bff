"""What stock FastAPI gets wrong: every body here was a 500, or silently accepted."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from tests.shared import sample
from tests.shared.conftest import Sample

HOSTILE = {
    "a NUL": b'{"name": "a\\u0000b"}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a control character": b'{"name": "a\\u0007b"}',
    "two lines": b'{"name": "a\\nb"}',
    "an integer beyond int64": b'{"name": "a", "size": 99999999999999999999}',
    "an integer beyond the column": b'{"name": "a", "size": 2147483648}',
    "a negative count": b'{"name": "a", "size": -1}',
    "a float for an integer": b'{"name": "a", "size": 1.0}',
    "NaN": b'{"name": "a", "size": NaN}',
    "Infinity": b'{"name": "a", "size": Infinity}',
    "duplicate keys": b'{"name": "a", "name": "b"}',
    "a string for an integer": b'{"name": "a", "size": "5"}',
    "a string for a flag": b'{"name": "a", "shiny": "true"}',
    "an unknown field": b'{"name": "a", "colour": "red"}',
    "a long string": json.dumps({"name": "a" * 201}).encode(),
    "an empty string": b'{"name": "   "}',
    "a long list": json.dumps({"name": "a", "tags": ["t"] * 6}).encode(),
    "not UTF-8": b'{"name": "\xff"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "not JSON": b'{"name": ',
    "a list": b"[]",
    "null": b"null",
    "nothing": b"",
    "an abyss": b'{"name": ' + b"[" * 40_000 + b"]" * 40_000 + b"}",
    "a number of 5,000 digits": b'{"name": "a", "size": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_bodies_are_invalid(sample_service: Sample, body: bytes) -> None:
    async with sample_service.client() as client:
        answer = await client.post(
            "/v1/things", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/invalid"
    assert answer.json()["errors"]


async def test_an_error_points_at_the_field_and_echoes_nothing(sample_service: Sample) -> None:
    async with sample_service.client() as client:
        answer = await client.post("/v1/things", json={"name": "Ms Canary\x00", "size": "Canary"})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/name", "/size"]
    assert "Canary" not in answer.text


async def test_a_large_body_is_refused_whether_declared_or_streamed(sample_service: Sample) -> None:
    async def streamed() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 10_000

    async with sample_service.client() as client:
        headers = {"Content-Type": "application/json"}
        declared = await client.post("/v1/things", content=b" " * 200_000, headers=headers)
        sent = await client.post("/v1/things", content=streamed(), headers=headers)
    assert (declared.status_code, sent.status_code) == (413, 413)
    assert sent.json()["type"] == "/problems/too-large"


async def test_a_crash_tells_nothing(
    sample_service: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    async with sample_service.client() as client:
        answer = await client.get("/v1/broken")
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal"
    output = capsys.readouterr()
    assert "Canary" not in answer.text + output.out + output.err


async def test_unknown_paths_and_methods_are_problems(sample_service: Sample) -> None:
    async with sample_service.client() as client:
        nowhere, wrong = await client.get("/v1/nothing"), await client.delete("/v1/things")
    assert nowhere.json()["type"] == "/problems/no-such-path"
    assert wrong.json()["type"] == "/problems/method-not-allowed"


async def test_nothing_is_redirected(sample_service: Sample) -> None:
    async with sample_service.client() as client:
        answer = await client.get("/v1/things/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-path")
    assert "location" not in answer.headers


@pytest.mark.parametrize("url", ["/v1/public?name=%00", "/v1/public?%00=a", "/v1/pub%00lic"])
async def test_a_nul_in_an_address_is_refused(sample_service: Sample, url: str) -> None:
    async with sample_service.client() as client:
        answer = await client.get(url)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid")


async def test_the_request_id_is_the_callers_when_it_is_one(sample_service: Sample) -> None:
    async with sample_service.client() as client:
        kept = await client.get("/v1/things", headers={"X-Request-Id": "abc-12345"})
        made = await client.get("/v1/things", headers={"X-Request-Id": "a'; drop table thing"})
    assert kept.headers["x-request-id"] == "abc-12345"
    assert len(made.headers["x-request-id"]) == 32
    assert made.headers["cache-control"] == "no-store"


async def test_past_capacity_requests_are_shed(sample_service: Sample) -> None:
    async with sample_service.client() as client:
        calls = [client.get("/v1/things") for _ in range(120)]
        answers = await asyncio.gather(*calls)
    statuses = {answer.status_code for answer in answers}
    assert statuses == {200, 503}
    shed = next(answer for answer in answers if answer.status_code == 503)
    assert shed.json()["type"] == "/problems/overloaded"
    assert shed.headers["retry-after"] == "1"


async def test_the_rate_limit_is_per_caller(sample_service: Sample) -> None:
    limiter = sample_service.app.state.limiter
    sample_service.app.state.limiter = type(limiter)(3)
    try:
        async with sample_service.client() as one, sample_service.client("supervisor") as other:
            answers = [(await one.get("/v1/things")).status_code for _ in range(4)]
            assert answers == [200, 200, 200, 429]
            assert (await other.get("/v1/things")).status_code == 200
    finally:
        sample_service.app.state.limiter = limiter


async def test_callers_without_a_token_are_limited_by_their_address(sample_service: Sample) -> None:
    limiter = sample_service.app.state.limiter
    sample_service.app.state.limiter = type(limiter)(2)
    transport = sample_service.transport
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://sample") as nobody:
            answers = [(await nobody.get("/v1/public")).status_code for _ in range(3)]
            wrong = await nobody.get("/v1/public", headers={"Authorization": "Bearer x"})
        async with sample_service.client() as somebody:
            known = await somebody.get("/v1/public")
    finally:
        sample_service.app.state.limiter = limiter
    assert answers == [204, 204, 429]
    assert (wrong.status_code, known.status_code) == (401, 204)


async def test_the_same_key_makes_one_thing(sample_service: Sample) -> None:
    headers = {"Idempotency-Key": "key-one"}
    async with sample_service.client() as client:
        first = await client.post("/v1/things", json={"name": "one"}, headers=headers)
        again = await client.post("/v1/things", json={"name": "one"}, headers=headers)
        other = await client.post("/v1/things", json={"name": "two"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert other.json()["type"] == "/problems/idempotency-key-reused"
    async with sample_service.client(organization=uuid4()) as stranger:
        theirs = await stranger.post("/v1/things", json={"name": "two"}, headers=headers)
    assert theirs.status_code == 201
    assert theirs.json()["id"] != first.json()["id"]


async def test_twenty_twins_at_once_make_one_thing(sample_service: Sample) -> None:
    headers = {"Idempotency-Key": "twins"}
    async with sample_service.client() as client:
        calls = [
            client.post("/v1/things", json={"name": "twin"}, headers=headers) for _ in range(20)
        ]
        answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    made = await sample.rows(sample_service.urls, "select from thing where name = 'twin'")
    assert len(made) == 1


async def test_the_stored_answer_is_sealed(sample_service: Sample) -> None:
    async with sample_service.client() as client:
        await client.post(
            "/v1/things", json={"name": "Ms Canary"}, headers={"Idempotency-Key": "s"}
        )
    stored = await sample.rows(sample_service.urls, "select answer from idempotency")
    assert stored
    assert not any(b"Canary" in row["answer"] for row in stored)


async def test_an_update_needs_the_version_that_was_read(sample_service: Sample) -> None:
    async with sample_service.client() as client:
        made = (await client.post("/v1/things", json={"name": "old"})).json()
        url = f"/v1/things/{made['id']}"
        etag = (await client.get(url)).headers["etag"]
        blind = await client.put(url, json={"name": "new"})
        first = await client.put(url, json={"name": "new"}, headers={"If-Match": etag})
        second = await client.put(url, json={"name": "newer"}, headers={"If-Match": etag})
    assert (blind.status_code, first.status_code, second.status_code) == (428, 200, 412)
    assert second.json()["version"] == 2


async def test_pages_hold_every_row_once_and_cursors_tell_nothing(sample_service: Sample) -> None:
    organization = uuid4()
    async with sample_service.client(organization=organization) as client:
        for number in range(25):
            await client.post("/v1/things", json={"name": f"thing {number}"})
        names, cursor = [], None
        while True:
            params = {"limit": 10} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/v1/things", params=params)).json()
            names += [item["name"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
            assert "thing" not in cursor
            last = cursor
    assert names == [f"thing {number}" for number in reversed(range(25))]
    async with sample_service.client("supervisor", organization) as other:
        stolen = await other.get("/v1/things", params={"cursor": last})
    assert stolen.status_code == 422
    assert stolen.json()["errors"][0]["pointer"] == "query/cursor"


async def test_every_request_that_touched_a_row_is_on_record_and_so_is_a_refusal(
    sample_service: Sample,
) -> None:
    organization = uuid4()
    async with sample_service.client(organization=organization) as client:
        made = (await client.post("/v1/things", json={"name": "seen"})).json()["id"]
        await client.get(f"/v1/things/{made}")
        missing = await client.get(f"/v1/things/{(absent := uuid4())}")
        assert missing.status_code == 404
    trail = await sample.rows(
        sample_service.urls,
        "select action, outcome, ids::text[] as ids from audit where organization = $1 order by seq",
        organization,
    )
    assert [(row["action"], row["outcome"], row["ids"]) for row in trail] == [
        ("thing.make", "ok", [made]),
        ("thing.read", "ok", [made]),
        ("get_thing", "denied", [str(absent)]),
    ]
