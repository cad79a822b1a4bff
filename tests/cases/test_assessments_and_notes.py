"""Instruments against hand-computed scores; notes that do not change after signing."""

from datetime import timedelta
from typing import Any

import pytest

from services.cases.instruments import missing_answers, score, templates
from shared import clock
from shared.schemas.needs import NeedCategory
from tests.cases.factories import Agency, Body, Person, open_case
from tests.stack import Stack


@pytest.mark.parametrize(
    ("answers", "total", "band", "proposed"),
    [
        ((0, 0), 0, "negative", []),
        ((1, 1), 2, "negative", []),
        ((3, 0), 3, "positive", [NeedCategory.MENTAL_HEALTH]),
        ((3, 3), 6, "positive", [NeedCategory.MENTAL_HEALTH]),
    ],
)
def test_phq_2(
    answers: tuple[int, int], total: int, band: str, proposed: list[NeedCategory]
) -> None:
    result = score(templates()["phq-2"], dict(zip(("phq_1", "phq_2"), answers, strict=True)))
    assert (result.score, result.band) == (total, band)
    assert [need.category for need in result.proposed] == proposed


def test_the_inventory_proposes_each_category_once_at_its_gravest() -> None:
    template = templates()["strengths-and-needs"]
    answers = {item.code: 1 for item in template.items} | {"social": 2, "spiritual": 3}
    result = score(template, answers)
    assert result.score is None
    assert [(n.category, n.severity) for n in result.proposed] == [
        (NeedCategory.SOCIAL_CONNECTION, 4)
    ]


@pytest.mark.parametrize("template", templates().values(), ids=lambda template: template.code)
def test_every_template_is_whole(template: Any) -> None:
    assert template.source
    assert template.licence
    codes = [item.code for item in template.items]
    assert len(codes) == len(set(codes))
    extremes = [{code: pick(template.options(code)) for code in codes} for pick in (min, max)]
    for answers in extremes:
        assert missing_answers(template, answers) == []
        score(template, answers)
    for proposal in template.proposals:
        assert proposal.item is None or proposal.value in template.options(proposal.item)


async def test_partial_save_completion_need_and_amendment(agency: Agency) -> None:
    worker = agency.case_manager
    case = await open_case(worker)
    begun = await worker.post(f"/v1/cases/{case['id']}/assessments", {"template": "phq-2"})
    path = f"/v1/assessments/{begun['id']}"
    await worker.patch(path, 1, {"answers": {"phq_9": 1}}, 422)
    await worker.patch(path, 1, {"answers": {"phq_1": 4}}, 422)
    saved = await worker.patch(path, 1, {"answers": {"phq_1": 2}})
    assert (await worker.act(f"{path}/complete", status=409))["missing"] == ["phq_2"]
    await worker.patch(path, saved["version"], {"answers": {"phq_2": 2}})
    done = await worker.act(f"{path}/complete")
    assert (done["result"]["score"], done["result"]["rule_version"]) == (4, 1)
    (proposed,) = done["result"]["proposed"]
    accepted = {**proposed, "from_assessment": begun["id"]}
    need = await worker.post(f"/v1/cases/{case['id']}/needs", accepted)
    assert need["category"] == "mental_health"
    await worker.patch(path, done["version"], {"answers": {"phq_2": 0}}, 409)
    new = await worker.post(f"{path}/amend")
    await worker.patch(f"/v1/assessments/{new['id']}", 1, {"answers": {"phq_1": 0}})
    amended = await worker.act(f"/v1/assessments/{new['id']}/complete")
    assert amended["result"]["score"] == 2
    assert (await worker.get(path))["status"] == "amended"


NOTE = {
    "kind": "phone",
    "title": "Call",
    "body": "She will visit on Monday",
    "contacted_at": "2026-11-20T10:00:00Z",
    "minutes": 15,
}


async def new_note(worker: Person, **fields: Any) -> Body:
    case = await open_case(worker)
    return await worker.post(f"/v1/cases/{case['id']}/notes", NOTE | fields)


async def test_a_note_is_signed_locked_and_added_to(stack: Stack, agency: Agency) -> None:
    worker = agency.case_manager
    note = await new_note(worker)
    path = f"/v1/notes/{note['id']}"
    await agency.supervisor.get(path, 404)
    changed = await worker.put(path, 1, NOTE | {"body": "On Tuesday"})
    await worker.put(path, 1, NOTE, 412)
    await worker.act(f"{path}/addenda", NOTE, 409)
    await worker.act(f"{path}/sign")
    await worker.put(path, changed["version"] + 1, NOTE, 409)
    tomorrow = clock.now() + timedelta(hours=25)
    with clock.simulated(lambda: tomorrow):
        await stack.settle("cases")
    locked = await agency.supervisor.get(path)
    assert (locked["status"], locked["body"]) == ("locked", "On Tuesday")
    added = await worker.post(f"{path}/addenda", NOTE)
    assert added["addendum_to_id"] == note["id"]


async def test_an_entry_level_note_is_cosigned_by_somebody_else(agency: Agency) -> None:
    entry, supervisor = agency.case_manager_entry, agency.supervisor
    note = await new_note(entry)
    path = f"/v1/notes/{note['id']}"
    assert (await entry.act(f"{path}/sign"))["status"] == "cosign_requested"
    await entry.act(f"{path}/cosign", status=403)
    await agency.case_manager.act(f"{path}/cosign", status=403)
    returned = await supervisor.act(f"{path}/return", {"comment": "Who was there?"})
    assert returned["status"] == "draft"
    assert (await entry.get(path))["comment"] == "Who was there?"
    await entry.act(f"{path}/sign")
    signed = await supervisor.act(f"{path}/cosign")
    assert (signed["status"], signed["cosigned_by"]) == ("cosigned", str(supervisor.id))


async def test_a_sensitive_note_shows_no_title_in_lists(agency: Agency) -> None:
    worker = agency.case_manager
    note = await new_note(worker, data_class="substance_use", title="Relapse")
    assert note["title"] == "Relapse"
    (listed,) = (await worker.get(f"/v1/cases/{note['case_id']}/notes"))["items"]
    assert listed["title"] is None
