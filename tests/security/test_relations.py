"""Inside one organization the scope opens the door, and the relation to the case decides: 403, seen.

What the authorization matrix cannot say: these callers see the record, and may not do this to it.
"""

from dataclasses import dataclass

import pytest

from tests.security.walk import Walked
from tests.security.walk.casework import in_days, new_case, note_body, open_case
from tests.security.walk.people import Json, Person
from tests.security.walk.planning import consent_body
from tests.security.walk.referring import drafted, sent

CLOSING = {"outcome": "goals_met", "summary": "Done.", "overrides": {}}


@dataclass(frozen=True)
class Records:
    """Records of the case manager's; the entry-level worker is on the care team of the referred."""

    inquiry: str
    case: str
    note: str
    plan: str
    draft: str
    sent: str


@pytest.fixture(scope="module")
async def records(walked: Walked) -> Records:
    cast = walked.cast
    worker = cast.case_manager
    case = await open_case(cast, worker)
    note = await worker.post(f"/v1/cases/{case['id']}/notes", note_body(cast.marks, None))
    await worker.post(f"/v1/notes/{note['id']}/sign")
    plan = await worker.post(f"/v1/cases/{case['id']}/plans")
    inquiry = await new_case(cast, worker)
    draft, referral = await drafted(cast, worker), await sent(cast)
    await walked.stack.settle()
    return Records(inquiry["id"], case["id"], note["id"], plan["id"], draft.id, referral.id)


REFUSED: list[tuple[str, str, Json]] = [
    # Screening out is the intake worker's or the supervisor's.
    ("case_manager", "/v1/cases/{inquiry}/screen-out", {"reason": "other", "pointed_to": "211"}),
    # Nobody cosigns or returns their own note.
    ("case_manager", "/v1/notes/{note}/cosign", {}),
    ("case_manager", "/v1/notes/{note}/return", {"comment": "No."}),
    # Submitting is for those who may not send ...
    ("case_manager", "/v1/referrals/{draft}/submit", {}),
    # ... and they do not send; approving is the supervisor's.
    ("case_manager_entry", "/v1/referrals/{draft}/send", {}),
    ("case_manager", "/v1/referrals/{draft}/approve", {}),
    ("case_manager", "/v1/referrals/{sent}/withdraw-now", {"reason": "moved"}),
    ("case_manager", "/v1/referrals/{sent}/void", {"note": "No."}),
    # A program manager reads every case of the organization and writes none.
    ("program_manager", "/v1/cases/{case}/hold", {"reason": "other", "review_on": "{day}"}),
    ("program_manager", "/v1/referrals/{sent}/withdraw", {"reason": "moved"}),
    ("program_manager", "/v1/plans/{plan}/submit", {}),
    # A network coordinator follows referrals and changes none.
    ("network_coordinator", "/v1/referrals/{sent}/withdraw", {"reason": "moved"}),
    # The receiver answers, and neither withdraws nor asks the client.
    ("receiver", "/v1/referrals/{sent}/withdraw", {"reason": "moved"}),
    ("receiver", "/v1/referrals/{sent}/ask", {"channel": "link"}),
    # The auditor reads audit rows, the admin keeps settings.
    ("auditor", "/v1/cases/{case}/open", {}),
    ("admin", "/v1/cases/{case}/open", {}),
]


@pytest.mark.parametrize(("role", "path", "body"), REFUSED)
async def test_who_may_not_is_told_so(
    walked: Walked, records: Records, role: str, path: str, body: Json
) -> None:
    who = _who(walked, role)
    service = "referrals" if path.startswith("/v1/referrals") else "cases"
    sent_body = {name: in_days(3) if value == "{day}" else value for name, value in body.items()}
    answer = await who.http(service).post(path.format(**vars(records)), json=sent_body)
    assert answer.status_code == 403, answer.text


@pytest.mark.parametrize("role", ["auditor", "admin", "receiver", "network_coordinator"])
async def test_who_works_on_no_case_reads_none(walked: Walked, records: Records, role: str) -> None:
    who = _who(walked, role)
    for path in (f"/v1/cases/{records.case}", "/v1/cases", f"/v1/notes/{records.note}"):
        assert (await who.http("cases").get(path)).status_code == 403


async def test_a_coordinator_and_a_receiver_learn_nothing_of_the_client(
    walked: Walked, records: Records
) -> None:
    for role in ("network_coordinator", "receiver"):
        who = _who(walked, role)
        seen = await who.get(f"/v1/referrals/{records.sent}")
        hidden = ("case_id", "client_id", "need_id", "step_id", "author")
        assert {name: seen[name] for name in hidden} == dict.fromkeys(hidden)
        entries = (await who.get(f"/v1/referrals/{records.sent}/history"))["items"]
        assert [(entry["note"], entry["who"]) for entry in entries] == [(None, None)] * len(entries)


async def test_a_consent_is_asked_of_the_client_by_whoever_works_on_the_case(
    walked: Walked, records: Records
) -> None:
    """The team reads the case; who is not on the care team writes no consent into it."""
    body = consent_body(walked.cast, given=True)
    path = f"/v1/cases/{records.case}/consents"
    answer = await walked.cast.program_manager.http("cases").post(path, json=body)
    assert answer.status_code == 403


def _who(walked: Walked, role: str) -> Person:
    return walked.cast.desk if role == "receiver" else walked.cast.staff[role]
