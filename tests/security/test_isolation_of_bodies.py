"""An id of another organization inside a body, a query or a filter says no more than a random one."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.security.marks import Marks
from tests.security.recorder import service_of
from tests.security.replay import Answer, answer
from tests.security.walk import Walked
from tests.security.walk.casework import new_need, open_case, organization
from tests.security.walk.people import Cast, Json, gather


@dataclass
class Elsewhere:
    """Another organization, with work of its own; `own` are its ids by name."""

    cast: Cast
    own: dict[str, str]
    theirs: dict[str, str]
    """The ids of the organization that was walked, by name."""


@pytest.fixture(scope="module")
async def elsewhere(walked: Walked) -> Elsewhere:
    cast = await gather(walked.stack, Marks())
    await organization(cast)
    worker = cast.case_manager
    case = await open_case(cast, worker)
    inquiry = await worker.post("/v1/cases", {"client_id": case["client_id"]})
    need = await new_need(cast, case["id"])
    plan = await worker.post(f"/v1/cases/{case['id']}/plans")
    goal = await worker.post(f"/v1/plans/{plan['id']}/goals", {"title": "A goal"})
    [team] = (await cast.admin.get("/v1/teams"))["items"]
    own = {
        "case": case["id"],
        "inquiry": inquiry["id"],
        "need": need["id"],
        "plan": plan["id"],
        "goal": goal["id"],
        "team": team["id"],
        "staff": str(cast.auditor.id),
        "worker": str(worker.id),
        "listing": walked.cast.made["listing"],
        "other listing": walked.cast.made["other listing"],
    }
    return Elsewhere(cast, own, await _theirs(walked))


async def _theirs(walked: Walked) -> dict[str, str]:
    made, recorder = walked.cast.made, walked.recorder.successes()
    link = next(e for e in recorder["register_receiver"] if e.body["kind"] == "link")
    return {
        "client": made["client"],
        "case": made["case"],
        "referral": made["referral"],
        "staff": str(walked.cast.case_manager.id),
        "team": recorder["get_team"][0].path["team_id"],
        "need": recorder["get_need"][0].path["need_id"],
        "assessment": recorder["get_assessment"][0].path["assessment_id"],
        "link receiver": httpx.Response(201, content=link.content).json()["id"],
    }


@dataclass(frozen=True)
class Named:
    """A request of one's own that names something; `THEIRS` stands for the id."""

    kind: str
    by: str
    method: str
    path: str
    body: Json | None = None
    params: tuple[tuple[str, str], ...] = ()
    of: str | None = None
    """The path whose version goes into If-Match."""


THEIRS = "<theirs>"
DRAFT = {"need_id": "{need}", "service_id": "{listing}", "classes": ["identity"]}
WEIGHED = {"need_id": "{need}", "service_ids": ["{listing}"], "classes": ["identity"]}
GROUP = {
    "need_id": "{need}",
    "targets": [{"service_id": "{listing}"}, {"service_id": "{other listing}"}],
    "classes": ["identity"],
}
EVERY = [
    Named("client", "case_manager", "post", "/v1/cases", {"client_id": THEIRS}),
    Named("team", "case_manager", "post", "/v1/cases/{inquiry}/open", {"team_id": THEIRS}),
    Named("staff", "case_manager", "post", "/v1/cases/{inquiry}/open", {"owner_id": THEIRS}),
    *(
        Named(
            kind, "case_manager", "put", f"/v1/cases/{{case}}/{part}", body, of="/v1/cases/{case}"
        )
        for kind, part, body in (
            ("staff", "owner", {"owner_id": THEIRS}),
            ("team", "owner", {"owner_id": "{worker}", "team_id": THEIRS}),
            ("staff", "care-team", {"staff_ids": [THEIRS]}),
        )
    ),
    Named(
        "assessment",
        "case_manager",
        "post",
        "/v1/cases/{case}/needs",
        {"category": "food", "from_assessment": THEIRS},
    ),
    Named(
        "need",
        "case_manager",
        "post",
        "/v1/plans/{plan}/goals",
        {"title": "A goal", "need_ids": [THEIRS]},
    ),
    Named(
        "need",
        "case_manager",
        "post",
        "/v1/goals/{goal}/steps",
        {"title": "A step", "owner": "client", "need_id": THEIRS},
    ),
    Named(
        "team",
        "admin",
        "put",
        "/v1/staff/{staff}",
        {"active": True, "teams": [THEIRS]},
        of="/v1/staff/{staff}",
    ),
    Named(
        "staff",
        "admin",
        "put",
        "/v1/teams/{team}/members",
        {"staff_ids": [THEIRS]},
        of="/v1/teams/{team}",
    ),
    Named(
        "staff",
        "admin",
        "post",
        "/v1/supervision-lines",
        {"supervisor_id": "{staff}", "staff_id": THEIRS},
    ),
    Named(
        "staff",
        "admin",
        "post",
        "/v1/supervision-lines",
        {"supervisor_id": THEIRS, "staff_id": "{staff}"},
    ),
    Named("need", "case_manager", "post", "/v1/referrals", DRAFT | {"need_id": THEIRS}),
    Named(
        "link receiver", "case_manager", "post", "/v1/referrals", DRAFT | {"receiver_id": THEIRS}
    ),
    Named(
        "referral",
        "case_manager",
        "post",
        "/v1/referrals",
        DRAFT | {"previous_referral_id": THEIRS},
    ),
    Named("need", "case_manager", "post", "/v1/referrals/preflight", WEIGHED | {"need_id": THEIRS}),
    Named(
        "link receiver",
        "case_manager",
        "post",
        "/v1/referrals/preflight",
        WEIGHED | {"receiver_id": THEIRS},
    ),
    Named("need", "case_manager", "post", "/v1/referral-groups", GROUP | {"need_id": THEIRS}),
    Named(
        "referral",
        "case_manager",
        "post",
        "/v1/referral-groups",
        GROUP | {"previous_referral_id": THEIRS},
    ),
    Named(
        "need",
        "case_manager",
        "post",
        "/v1/unmet-demand",
        {"need_id": THEIRS, "reason": "nothing_found"},
    ),
    Named("client", "program_manager", "get", "/v1/cases", params=(("client_id", THEIRS),)),
    Named("staff", "program_manager", "get", "/v1/cases", params=(("owner_id", THEIRS),)),
    Named("case", "program_manager", "get", "/v1/referrals", params=(("case_id", THEIRS),)),
    Named("need", "program_manager", "get", "/v1/referrals", params=(("need_id", THEIRS),)),
]


@pytest.mark.parametrize("named", EVERY, ids=lambda n: f"{n.kind} in {n.method} {n.path}")
async def test_naming_what_is_theirs_is_naming_nothing(elsewhere: Elsewhere, named: Named) -> None:
    real = await _asked(elsewhere, named, elsewhere.theirs[named.kind])
    nothing = await _asked(elsewhere, named, str(uuid4()))
    assert real == nothing
    if named.method == "get":
        assert real.content["items"] == []
    else:
        assert real.status in (404, 422)


async def test_a_disclosure_of_another_organizations_need_is_refused_as_unknown(
    elsewhere: Elsewhere,
) -> None:
    """Also to a service's token: the need must belong to the organization that is named."""
    asked = {
        "referral_id": str(uuid4()),
        "organization_id": str(elsewhere.cast.case_manager.organization),
        "recipient_id": str(uuid4()),
        "recipient_name": "Harbour Pantry",
        "recipient_organization_id": None,
        "classes": ["identity"],
    }
    for who in (elsewhere.cast.case_manager, elsewhere.cast.service("referrals-api")):
        answers = []
        for need in (elsewhere.theirs["need"], str(uuid4())):
            body = asked | {"need_id": need}
            response = await who.http("cases").post("/v1/disclosures", json=body)
            answers.append(answer(response, {"need": need}))
        assert answers[0].status == 404
        assert answers[0] == answers[1]


async def _asked(elsewhere: Elsewhere, named: Named, theirs: str) -> Answer:
    who = elsewhere.cast.staff[named.by]
    path = named.path.format(**elsewhere.own)
    headers = {}
    if named.of is not None:
        headers["If-Match"] = f'"{(await who.get(named.of.format(**elsewhere.own)))["version"]}"'
    params = {name: theirs for name, _ in named.params}
    response = await who.http(service_of(named.method, path)).request(
        named.method,
        path,
        json=_filled(named.body, elsewhere.own, theirs),
        headers=headers,
        params=params,
    )
    return answer(response, {"theirs": theirs})


def _filled(value: Any, own: dict[str, str], theirs: str) -> Any:
    match value:
        case dict():
            return {name: _filled(inner, own, theirs) for name, inner in value.items()}
        case list():
            return [_filled(inner, own, theirs) for inner in value]
        case str() if value == THEIRS:
            return theirs
        case str() if value.startswith("{"):
            return own[value.strip("{}")]
    return value
