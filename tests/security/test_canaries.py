"""A marker stood in every personal field of the walk: none is where personal data must not be."""

import json
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.policy import default

import httpx
import pytest

from tests.security.logs import captured_logs
from tests.security.recorder import Exchange
from tests.security.replay import person_of
from tests.security.walk import Walked
from tests.stack import MAINS

READABLE = {
    "cases": {"client", "client_channel", "client_fact", "staff", "note", "consent"},
    "referrals": {"receiver", "receiver_contact", "receiver_link"},
    "resources": set[str](),
}
"""The tables that hold personal data in clear: what is searched, and is of no sensitive class."""
TABLES = "select tablename as name from pg_tables where schemaname = 'public'"
PLACES = "select location_id as id from confidential_place"


def canaries(walked: Walked) -> dict[str, str]:
    """Every marker, and the secrets of the client's and the provider's link and of a calendar feed."""
    made = walked.cast.made
    secrets = {
        made["link"].removeprefix("/answer/"): "link's token",
        made["provider's link"].removeprefix("/respond/"): "provider's link's token",
        made["feed"].removeprefix("/feeds/").removesuffix(".ics"): "feed's token",
    }
    return walked.marks.made | secrets


def found(text: str, words: Iterable[str], names: dict[str, str]) -> set[str]:
    """The fields whose markers stand in the text, as they are or as PostgreSQL writes bytes."""
    text = text.lower()
    return {names[word] for word in words if word.lower() in text or word.encode().hex() in text}


def leaked(walked: Walked, text: str) -> set[str]:
    names = canaries(walked)
    return found(text, names, names)


def test_the_markers_are_where_they_belong(walked: Walked) -> None:
    """Or nothing below would mean anything."""
    sent = "".join(e.sent.decode(errors="replace") for e in walked.recorder.exchanges)
    of_people = set(walked.marks.made.values())
    unsent = {name for name in of_people - leaked(walked, sent) if not name.startswith("name of")}
    assert unsent == set()
    assert '"event": "request"' in walked.logs


def test_not_in_the_logs(walked: Walked) -> None:
    assert leaked(walked, walked.logs) == set()


def test_not_in_any_url(walked: Walked) -> None:
    links = tuple(walked.cast.made[whose] for whose in ("link", "provider's link", "feed"))
    exchanges = walked.recorder.exchanges
    urls = {str(e.request.url) for e in exchanges if not e.request.url.path.startswith(links)}
    assert leaked(walked, "\n".join(urls)) == set()


@pytest.mark.parametrize("service", MAINS)
async def test_not_in_events(walked: Walked, service: str) -> None:
    assert leaked(walked, await _rows(walked, service, "event")) == set()
    assert leaked(walked, await _rows(walked, service, "parked_event")) == set()


@pytest.mark.parametrize("service", MAINS)
def test_not_in_metrics(walked: Walked, service: str) -> None:
    api, worker = walked.stack.apps[service].state.metrics, walked.stack.surroundings[service]
    assert leaked(walked, (api.text() + worker.metrics.text()).decode()) == set()


def test_not_in_the_search_index(walked: Walked) -> None:
    folder = walked.stack.surroundings["resources"].settings.data_dir
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert leaked(walked, path.read_bytes().decode("latin-1")) == set(), path.name


def test_not_in_the_mail_but_for_its_address(walked: Walked) -> None:
    outbox = walked.stack.surroundings["referrals"].settings.data_dir / "outbox"
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in outbox.iterdir()]
    assert mails
    for mail in mails:
        assert leaked(walked, mail["To"]) <= {"client's e-mail", "provider's e-mail"}
        del mail["To"]
        of_link = {"provider's link's token"}  # the secret goes to where it is meant for
        assert leaked(walked, mail.as_string()) <= of_link


@pytest.mark.parametrize("service", MAINS)
async def test_in_no_column_that_must_be_sealed(walked: Walked, service: str) -> None:
    names = canaries(walked)
    leaks: dict[str, set[str]] = {}
    for table in [row["name"] for row in await walked.stack.rows(service, TABLES)]:
        forbidden = walked.marks.encrypted if table in READABLE[service] else names.keys()
        leaks[table] = found(await _rows(walked, service, table), forbidden, names)
    assert {table: fields for table, fields in leaks.items() if fields} == {}


async def _rows(walked: Walked, service: str, table: str) -> str:
    rows = await walked.stack.rows(service, f'select t::text as row from "{table}" t')
    return "\n".join(row["row"] for row in rows)


async def test_not_in_errors_whatever_was_wrong(walked: Walked) -> None:
    """Each request of the walk again, broken in every way that is answered with an error."""
    statuses = set()
    with captured_logs() as logs:
        for operation, exchanges in walked.recorder.successes().items():
            exchange = exchanges[0]
            answers = [await _again(walked, exchange, exchange.sent, exchange.path)]
            for body, path in _mistakes(walked, exchange):
                refused = await _again(walked, exchange, body, path)
                assert refused.status_code >= 400, (operation, body[:200])
                answers.append(refused)
            for answered in answers:
                assert answered.status_code < 500, (operation, answered.text)
                statuses.add(answered.status_code)
                if answered.status_code >= 400:
                    said = answered.text + str(answered.headers)
                    assert leaked(walked, said) == set(), operation
    assert {404, 409, 412, 413, 422} <= statuses
    assert leaked(walked, logs.getvalue()) == set()


def _mistakes(walked: Walked, exchange: Exchange) -> Iterator[tuple[bytes, dict[str, str]]]:
    """Bodies and paths with a marker where it cannot be right."""
    mark, body = min(walked.marks.encrypted), exchange.body
    if exchange.path:
        yield exchange.sent, dict.fromkeys(exchange.path, mark)
    if not isinstance(body, dict):
        return
    yield json.dumps(body | {mark: mark}).encode(), exchange.path
    yield json.dumps(body).encode()[:-1] + f', "{mark}": '.encode(), exchange.path
    yield f'{{"{mark}": NaN}}'.encode(), exchange.path
    yield json.dumps({"given_name": mark * 60_000}).encode(), exchange.path
    for name in body:
        twice = f'{{"{name}": "{mark}", "{name}": "{mark}"}}'
        yield twice.encode(), exchange.path
        for wrong in (f"{mark}\0", {mark: mark}, [[mark]], mark * 2000, f"{mark}\ud800", 2**70):
            yield json.dumps(body | {name: wrong}).encode(), exchange.path


async def _again(
    walked: Walked, exchange: Exchange, content: bytes, path: dict[str, str]
) -> httpx.Response:
    """The request without its key, by whoever sent it."""
    assert exchange.operation is not None
    kept = ("content-type", "if-match")
    who = person_of(walked.stack, exchange) or walked.cast.nobody
    return await who.http(exchange.service).request(
        exchange.operation.method,
        exchange.operation.path.format(**path),
        content=content,
        headers={n: exchange.request.headers[n] for n in kept if n in exchange.request.headers},
        params=dict(exchange.request.url.params),
    )
