"""A restricted record is absent for everybody who is not named on it, in every service."""

from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from tests.security.walk import Walked
from tests.security.walk.people import Json, Person
from tests.security.walk.referring import sent

NOT_NAMED = ("supervisor", "senior_case_manager", "program_manager", "intake_worker")
COORDINATOR = "network_coordinator"


@dataclass(frozen=True)
class Restricted:
    case: Json
    client: Json
    referral: str


@pytest.fixture(scope="module")
async def restricted(walked: Walked) -> Restricted:
    """A case of the case manager's with a referral, seen by its team, then restricted."""
    worker, cast = walked.cast.case_manager, walked.cast
    referral = await sent(cast)
    case_id = (await worker.get(f"/v1/referrals/{referral.id}"))["case_id"]
    case = await worker.get(f"/v1/cases/{case_id}")
    await walked.stack.settle()
    before = await cast.supervisor.http("referrals").get(f"/v1/referrals/{referral.id}")
    assert before.status_code == 200
    change = {"restricted": True}
    await worker.put(f"/v1/cases/{case_id}/restriction", case["version"], change)
    await walked.stack.settle()
    client = await worker.get(f"/v1/clients/{case['client_id']}")
    return Restricted(case, client, referral.id)


def paths(restricted: Restricted) -> dict[str, list[str]]:
    case, client = restricted.case["id"], restricted.client["id"]
    parts = ["", "/timeline", "/needs", "/consents", "/disclosures"]
    parts += ["/assessments", "/plans", "/notes"]
    referral = f"/v1/referrals/{restricted.referral}"
    return {
        "cases": [f"/v1/cases/{case}{part}" for part in parts]
        + [f"/v1/clients/{client}{part}" for part in ("", "/facts", "/timeline")],
        "referrals": [referral] + [f"{referral}/{part}" for part in ("history", "why")],
    }


@pytest.mark.parametrize("role", [*NOT_NAMED, COORDINATOR, "colleague"])
async def test_who_is_not_named_on_it_finds_nothing(
    walked: Walked, restricted: Restricted, role: str
) -> None:
    who = _who(walked, role)
    for service, each in paths(restricted).items():
        for path in each:
            seen = await who.http(service).get(path)
            assert seen.status_code in (403, 404), (role, path)
            assert seen.status_code == 404 or role in (COORDINATOR, "intake_worker"), (role, path)


@pytest.mark.parametrize("role", [*NOT_NAMED, "colleague"])
async def test_it_stands_in_no_list_and_no_search(
    walked: Walked, restricted: Restricted, role: str
) -> None:
    who = _who(walked, role)
    cases = await who.get("/v1/cases", client_id=restricted.client["id"])
    assert cases["items"] == []
    found = await who.post("/v1/clients/search", {"name": restricted.client["family_name"]})
    assert found["items"] == []
    if role != "intake_worker":
        referrals = await who.get("/v1/referrals", case_id=restricted.case["id"])
        assert referrals["items"] == []


async def test_who_is_named_on_it_works_on(walked: Walked, restricted: Restricted) -> None:
    worker = walked.cast.case_manager
    for service, each in paths(restricted).items():
        for path in each:
            assert (await worker.http(service).get(path)).status_code == 200
    desk = await walked.cast.desk.http("referrals").get(f"/v1/referrals/{restricted.referral}")
    assert desk.status_code == 200, "the receiver was told of it before, and still sees it"


def _who(walked: Walked, role: str) -> Person:
    if role == "colleague":
        return replace(walked.cast.case_manager, id=uuid4())
    return walked.cast.staff[role]
