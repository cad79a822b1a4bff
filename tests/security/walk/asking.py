"""People without an account: a client on every page behind their link, and somebody who asks for help."""

from uuid import uuid4

import httpx

from tests.security.walk.people import Cast
from tests.security.walk.referring import sent


async def asking(cast: Cast) -> None:
    await _behind_a_link(cast)
    await _on_a_help_page(cast)


async def _behind_a_link(cast: Cast) -> None:
    link, nobody = cast.made["link"], cast.nobody
    await nobody.call("get", f"{link}/es")
    await nobody.call("post", link, data={"answer": "yes", "helped": "4"})
    await nobody.call("get", f"{link}/es/thanks")
    referral = await sent(cast)
    path = f"/v1/referrals/{referral.id}/answer-link"
    handed = await cast.case_manager.post(path, {"language": "es"})
    await nobody.call("post", f"{httpx.URL(handed['answer_url']).path}/es/stop")


async def _on_a_help_page(cast: Cast) -> None:
    admin, nobody, marks = cast.admin, cast.nobody, cast.marks
    page = await admin.post("/v1/help-pages", {"slug": "harbor", "name": "Harbor Helpers"})
    path = f"/v1/help-pages/{page['id']}"
    await admin.get("/v1/help-pages")
    version = (await admin.get(path))["version"]
    await admin.patch(path, version, {"categories": ["food", "housing"]})
    for shown in ("/help/harbor", "/help/harbor/es"):
        await nobody.call("get", shown)
    form = {
        "given_name": marks.plain("asker's given name"),
        "family_name": marks.plain("asker's family name"),
        "phone": marks.phone("asker's phone"),
        "email": marks.email("asker's e-mail"),
        "safe": "yes",
        "speaks": "es",
        "category": "food",
        "words": marks.sealed("asker's words"),
        "nonce": str(uuid4()),
    }
    await nobody.call("post", "/help/harbor/es", data=form)
    await nobody.call("get", "/help/harbor/es/thanks")
