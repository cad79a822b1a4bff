"""A provider without an account: what it is mailed, and every page behind its link."""

import re

from tests.referrals.by_link import CODE, LINK, outbox, text_of
from tests.security.walk.casework import new_need, open_case
from tests.security.walk.people import Cast
from tests.security.walk.planning import consent_body


async def responding(cast: Cast) -> None:
    nobody, worker = cast.nobody, cast.case_manager
    referral = await _sent_by_mail(cast)
    await worker.post(f"/v1/referrals/{referral}/invite", {})
    await cast.stack.settle()
    path = _newest(cast, LINK)
    for view in ("", "/en", "/es/decline"):
        await nobody.get(path + view)
    await nobody.call("post", f"{path}/en/code")
    await cast.stack.settle()
    code = _newest(cast, CODE)
    await nobody.call("post", f"{path}/en/packet", data={"code": code})
    note = cast.marks.sealed("provider's note by link")
    said = {"act": "decline", "reason": "other", "note": note}
    await nobody.call("post", f"{path}/en", data=said)
    cast.made["provider's link"] = path


async def _sent_by_mail(cast: Cast) -> str:
    worker = cast.case_manager
    kept = {
        "kind": "link",
        "name": "Bay Pantry",
        "email": cast.marks.email("provider's e-mail"),
        "service_ids": [cast.made["listing"]],
    }
    receiver = (await worker.post("/v1/receivers", kept))["id"]
    case = await open_case(cast, worker)
    need = await new_need(cast, case["id"])
    consent = consent_body(cast, given=True) | {"recipient_id": receiver}
    await worker.post(f"/v1/cases/{case['id']}/consents", consent)
    draft = {
        "need_id": need["id"],
        "service_id": cast.made["listing"],
        "receiver_id": receiver,
        "classes": ["identity", "contact"],
        "message": cast.marks.sealed("message to a provider by link"),
    }
    referral: str = (await worker.post("/v1/referrals", draft))["id"]
    await worker.post(f"/v1/referrals/{referral}/send", {})
    await cast.stack.settle()
    return referral


def _newest(cast: Cast, pattern: re.Pattern[str]) -> str:
    found: list[str] = [
        one for mail in outbox(cast.stack) for one in pattern.findall(text_of(mail))
    ]
    return found[-1]
