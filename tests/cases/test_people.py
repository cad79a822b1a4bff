"""Staff are on record from their first token; who still owns a case is not retired."""

from tests.cases.factories import new_agency, open_case, person
from tests.stack import Stack


async def test_first_sight_is_told_once(stack: Stack) -> None:
    agency = await new_agency(stack)
    someone = person(stack, "case_manager", agency.id)
    for _ in range(3):
        me = await someone.get("/v1/staff/me")
    assert (me["roles"], me["active"], me["version"]) == (["case_manager"], True, 1)
    told = await stack.rows("cases", "select data from event where subject = $1", someone.id)
    assert len(told) == 1


async def test_whoever_owns_a_live_case_is_not_retired(stack: Stack) -> None:
    agency = await new_agency(stack)
    admin, worker = agency.admin, agency.case_manager
    case = await open_case(worker)
    path = f"/v1/staff/{worker.id}"
    version = (await admin.get(path))["version"]
    await admin.put(path, version, {"active": False, "teams": []}, 409)
    owner = {"owner_id": str(agency.supervisor.id)}
    await agency.supervisor.put(f"/v1/cases/{case['id']}/owner", case["version"], owner)
    retired = await admin.put(path, version, {"active": False, "teams": []})
    assert (retired["active"], retired["version"]) == (False, version + 1)
    other = await open_case(agency.supervisor)
    back = {"owner_id": str(worker.id)}
    owner_path = f"/v1/cases/{other['id']}/owner"
    await agency.supervisor.put(owner_path, other["version"], back, 422)


async def test_pages_follow_one_another(stack: Stack) -> None:
    agency = await new_agency(stack)
    for _ in range(5):
        await open_case(agency.case_manager)
    for path in ("/v1/cases", "/v1/staff"):
        whole = [item["id"] for item in (await agency.case_manager.get(path))["items"]]
        paged: list[str] = []
        cursor = None
        while True:
            asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = await agency.case_manager.get(path, **asked)
            paged += [item["id"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert paged == whole


async def test_supervision_lines_close_no_circle(stack: Stack) -> None:
    agency = await new_agency(stack)
    three = [person(stack, "supervisor", agency.id) for _ in range(3)]
    for someone in three:
        await someone.get("/v1/staff/me")
    first, second, third = (str(someone.id) for someone in three)
    lines = "/v1/supervision-lines"
    await agency.admin.post(lines, {"supervisor_id": first, "staff_id": second})
    below = await agency.admin.post(lines, {"supervisor_id": second, "staff_id": third})
    for upwards in (
        {"supervisor_id": second, "staff_id": first},
        {"supervisor_id": third, "staff_id": first},
    ):
        refused = await agency.admin.post(lines, upwards, 422)
        assert refused["errors"][0]["pointer"] == "/supervisor_id"
    await agency.admin.act(f"{lines}/{below['id']}/end")
    await agency.admin.post(lines, {"supervisor_id": third, "staff_id": first})
