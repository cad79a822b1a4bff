"""What the client agrees to: consents, what assessments find, and the plan."""

from tests.security.walk.casework import in_days, new_need
from tests.security.walk.people import Cast, Json


def consent_body(cast: Cast, *, given: bool) -> Json:
    body: Json = {
        "classes": ["identity", "contact", "substance_use"],
        "recipient_kind": "receiver",
        "recipient_id": cast.made["receiver"],
        "recipient_name": "Harbour Pantry",
        "purpose": cast.marks.plain("consent's purpose"),
        "expires_on": in_days(300),
    }
    return body | {"given": _given(cast)} if given else body


def _given(cast: Cast) -> Json:
    return {"method": "verbal", "witness": cast.marks.plain("consent's witness")}


async def consents(cast: Cast) -> None:
    worker, path = cast.case_manager, f"/v1/cases/{cast.made['case']}/consents"
    draft = await worker.post(path, consent_body(cast, given=False))
    await worker.post(f"/v1/consents/{draft['id']}/activate", _given(cast))
    await worker.get(f"/v1/consents/{draft['id']}")
    await worker.post(f"/v1/consents/{draft['id']}/revoke", {"reason": "client_asked"})
    draft = await worker.post(path, consent_body(cast, given=False))
    await worker.post(f"/v1/consents/{draft['id']}/refuse")
    await worker.post(path, consent_body(cast, given=True))
    await worker.get(path)
    contact = {"organization_id": str(worker.organization), "purpose": "confirm_outcome"}
    client = cast.made["client"]
    await cast.service("referrals-api").post(f"/v1/clients/{client}/contact-decision", contact)


async def assessments(cast: Cast) -> None:
    worker, path = cast.case_manager, f"/v1/cases/{cast.made['case']}/assessments"
    await worker.get("/v1/assessment-templates")
    begun = await worker.post(path, {"template": "phq-2"})
    await worker.get(path)
    found = f"/v1/assessments/{begun['id']}"
    begun = await worker.get(found)
    answers = dict.fromkeys(begun["missing"], 2)
    await worker.patch(found, begun["version"], {"answers": answers})
    await worker.post(f"{found}/complete")
    await worker.post(f"{found}/amend")


async def plans(cast: Cast) -> None:
    worker, path = cast.case_manager, f"/v1/cases/{cast.made['case']}/plans"
    plan = await worker.post(path)
    await worker.get(path)
    goals, steps = await _drafted(cast, plan["id"])
    await _approved(cast, plan["id"])
    await worker.get(f"/v1/plans/{plan['id']}")
    await worker.post(f"/v1/steps/{steps[0]}/confirm-done")
    await worker.post(f"/v1/steps/{steps[1]}/cancel")
    for act in ("hold", "resume"):
        await worker.post(f"/v1/goals/{goals[0]}/{act}")
    await worker.post(f"/v1/goals/{goals[0]}/complete", {"attainment": 1})
    await worker.post(f"/v1/goals/{goals[1]}/cancel")
    discarded = await worker.post(path)
    await worker.post(f"/v1/plans/{discarded['id']}/discard")
    await worker.post(f"/v1/plans/{plan['id']}/complete")
    second = await worker.post(path, {"empty": True})
    await _drafted(cast, second["id"])
    await _approved(cast, second["id"])
    await worker.post(f"/v1/plans/{second['id']}/discontinue")
    third = await worker.post(path, {"empty": True})
    await _drafted(cast, third["id"])


async def _drafted(cast: Cast, plan_id: str) -> tuple[list[str], list[str]]:
    """Goals and steps with words of the client's own; one of each is taken out again."""
    worker, marks = cast.case_manager, cast.marks
    need = await new_need(cast, cast.made["case"])
    goals = []
    for number in range(4):
        body = {
            "title": marks.sealed("goal's title"),
            "words": marks.sealed("goal's words"),
            "need_ids": [need["id"]],
            "target_on": in_days(100 + number),
        }
        goals.append(await worker.post(f"/v1/plans/{plan_id}/goals", body))
    kept, *others, rejected, extra = goals
    await worker.delete(f"/v1/goals/{extra['id']}", extra["version"])
    await worker.post(f"/v1/goals/{rejected['id']}/reject")
    for goal in (kept, *others):
        rewritten = {"title": marks.sealed("goal's new title"), "words": marks.sealed("new words")}
        await worker.put(f"/v1/goals/{goal['id']}", goal["version"], rewritten)
        await worker.post(f"/v1/goals/{goal['id']}/accept")
    steps = []
    for _ in range(3):
        body = {"title": marks.sealed("step's title"), "owner": "client", "due_on": in_days(30)}
        steps.append(await worker.post(f"/v1/goals/{kept['id']}/steps", body))
    rewritten = {"title": marks.sealed("step's new title"), "owner": "worker"}
    await worker.put(f"/v1/steps/{steps[0]['id']}", steps[0]["version"], rewritten)
    await worker.delete(f"/v1/steps/{steps[2]['id']}", steps[2]["version"])
    return [goal["id"] for goal in (kept, *others)], [step["id"] for step in steps[:2]]


async def _approved(cast: Cast, plan_id: str) -> None:
    worker, supervisor, path = cast.case_manager, cast.supervisor, f"/v1/plans/{plan_id}"
    await worker.post(f"{path}/submit")
    await supervisor.post(f"{path}/return", {"comment": cast.marks.sealed("plan's comment")})
    await worker.post(f"{path}/submit")
    await supervisor.post(f"{path}/approve")
    agreed = {"agreement": "verbal", "witness": cast.marks.sealed("agreement's witness")}
    await worker.post(f"{path}/activate", agreed)
