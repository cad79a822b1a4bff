"""Help asked for from outside, how a client may be reached, and what may be told to a partner."""

from uuid import uuid4

from tests.security.walk.casework import BORN, in_days, new_need
from tests.security.walk.people import Cast


async def inquiries(cast: Cast) -> None:
    marks, sender = cast.marks, cast.case_manager.organization
    asked = {
        "organization_id": str(sender),
        "source": "self_referral",
        "source_id": str(uuid4()),
        "given_name": marks.plain("inquirer's given name"),
        "family_name": marks.plain("inquirer's family name"),
        "birth_date": BORN,
        "email": marks.email("inquirer's e-mail"),
        "phone": marks.phone("inquirer's phone"),
        "category": "food",
        "words": marks.sealed("inquirer's words"),
    }
    begun = await cast.service("referrals-api").post("/v1/inquiries", asked)
    await cast.intake_worker.get(f"/v1/cases/{begun['case_id']}/inquiry")
    await _reached(cast)
    await _told(cast)


async def _reached(cast: Cast) -> None:
    path = f"/v1/clients/{cast.made['client']}/how-to-contact"
    await cast.case_manager.get(path, purpose="appointment")


async def _told(cast: Cast) -> None:
    [agreement] = (await cast.admin.get("/v1/agreements"))["items"]
    path = f"/v1/agreements/{agreement['id']}"
    version = (await cast.admin.get(path))["version"]
    await cast.admin.put(path, version, {"ends_on": in_days(400)})
    need = await new_need(cast, cast.made["case"])
    disclosure = {
        "referral_id": str(uuid4()),
        "organization_id": str(cast.case_manager.organization),
        "need_id": need["id"],
        "recipient_id": cast.made["receiver"],
        "recipient_name": "Harbour Pantry",
        "recipient_organization_id": str(cast.desk.organization),
        "classes": ["identity", "contact"],
    }
    seen = await cast.case_manager.post("/v1/disclosures/preview", disclosure)
    assert seen["permitted"], seen
