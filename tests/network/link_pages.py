"""What a provider without an account, and a client, tap on the pages behind their links."""

import hashlib
import json
import re
from typing import Any

from tests.network.browser import Visitors, Window
from tests.network.cast import Client, Provider
from tests.network.stage import Stage
from tests.referrals.world import Body

ONE_TAP = {"accept", "record_contact", "start", "resume", "confirm_withdrawal"}
FORMS = {
    "hold": ("until",),
    "report_served": ("provided", "served_on"),
    "ask_question": ("text",),
}
REFUSALS = {
    "capacity-full": (409, "All places are taken"),
    "superseded": (409, "Somebody else was faster"),
    "gone": (404, ""),
}
WHOSE = {
    "respond": "select 1 from receiver_link where hash = $1 and referral_id = $2",
    "answer": "select 1 from answer_link where hash = $1 and referral_id = $2",
}


class NotAsShown(AssertionError):  # noqa: N818 - named for what happened
    """A page was another than the person expected."""


async def leads_to(stage: Stage, url: str, kind: str, referral: str) -> bool:
    """Whether a link in a mail is this referral's: the mail itself does not say."""
    token = url.rsplit("/", 1)[-1]
    digest = hashlib.sha256(token.encode()).digest()
    return bool(await stage.rows("referrals", WHOSE[kind], digest, referral))


def shows_nobody(page: str, client: Client) -> None:
    """Raises when a page names the person."""
    named = [word for word in client.told_of() if word in page]
    if named:
        raise NotAsShown(f"a page shows {named}")


async def _came_to(window: Window, refused: str | None) -> None:
    said = await window.says()
    status, words = REFUSALS[refused] if refused else (200, "")
    if window.status != status or words not in said:
        raise NotAsShown(f"the page is {window.status}: {said[:200]!r}")


class ProviderPages:
    """One referral, as its provider has it before them: found in their mail."""

    def __init__(
        self, stage: Stage, visitors: Visitors, provider: Provider, client: Client, referral: str
    ) -> None:
        self._stage, self._visitors = stage, visitors
        self._provider, self._client, self._referral = provider, client, referral

    async def take(self, action: str, body: Body, refused: str | None) -> None:
        async with self._visitors.visit(await self._link()) as window:
            if window.status == 200:
                shows_nobody(await window.source(), self._client)
                await self._tap(window, action, body)
            await _came_to(window, refused)

    async def _link(self) -> str:
        """The newest one mailed to them; older ones are dead by then."""
        assert self._provider.email is not None
        for letter in reversed(self._stage.post.to(self._provider.email)):
            for url in letter.links("respond"):
                if await leads_to(self._stage, url, "respond", self._referral):
                    return url
        raise NotAsShown(f"{self._provider.name} has had no mail about it")

    async def _tap(self, window: Window, action: str, body: Body) -> None:
        if action in ONE_TAP:
            await window.tap(f"button[name=act][value={action}]")
        elif action in FORMS:
            await window.tap(f'a[href$="/{action}"]')
            for name in FORMS[action]:
                await window.fill(f"#{name}", str(body[name]))
            await window.tap("main form button[type=submit]")
        elif action == "open_packet":
            await self._open_packet(window)
        elif action == "decline" and body["reason"] == "no_capacity":
            await window.tap("button[name=reason][value=no_capacity]")
        elif action in ("decline", "report_not_served"):
            await window.tap(f'a[href$="/{action}"]')
            await window.tap(f"button[name=reason][value={body['reason']}]")
        else:
            assert action == "look", f"there is no button for {action}"

    async def _open_packet(self, window: Window) -> None:
        """The second factor: a wrong code opens nothing, the mailed one does."""
        await window.tap('form[action$="/code"] button')
        await self._stage.settle("referrals")
        code = self._mailed_code()
        wrong = "000000" if code != "000000" else "111111"
        for typed, status in ((wrong, 422), (code, 200)):
            await window.fill("#code", typed)
            await window.tap('form[action$="/packet"] button')
            if window.status != status:
                raise NotAsShown(f"the code was answered with {window.status}, not {status}")
            named = self._client.family_name in await window.says()
            if named != (status == 200):
                raise NotAsShown("a wrong code opens the packet, or the right one does not")

    def _mailed_code(self) -> str:
        assert self._provider.email is not None
        letter = self._stage.post.to(self._provider.email)[-1]
        found = re.search(r"\b[0-9]{6}\b", letter.text)
        if found is None:
            raise NotAsShown("no code was mailed")
        return found.group()


class ClientPages:
    """The client's own link: handed over, or found in their mail or text messages."""

    def __init__(
        self, stage: Stage, visitors: Visitors, client: Client, handed: str | None
    ) -> None:
        self._stage, self._visitors, self._client, self._handed = stage, visitors, client, handed

    async def take(self, action: str, body: Body, refused: str | None) -> None:
        async with self._visitors.visit(self._link()) as window:
            if window.status == 200:
                shows_nobody(await window.source(), self._client)
                await self._tap(window, action, body)
            await _came_to(window, refused)

    def _link(self) -> str:
        return self._handed or self._mailed() or self._texted()

    def _mailed(self) -> str | None:
        letters = self._stage.post.to(self._client.email) if self._client.email else []
        links = [url for letter in letters for url in letter.links("answer")]
        return links[-1] if links else None

    def _texted(self) -> str:
        messages: list[dict[str, Any]] = [
            json.loads(path.read_text()) for path in sorted(self._stage.texts.glob("*.json"))
        ]
        mine = [m["text"] for m in messages if m["to"] == self._client.phone]
        if not mine:
            raise NotAsShown("the client has been sent no link")
        return str(re.findall(r"https?://\S+", mine[-1])[0])

    async def _tap(self, window: Window, action: str, body: Body) -> None:
        if action == "stop":
            await window.tap('a[href$="/stop"]')
            await window.tap("main form button[type=submit]")
            return
        await window.tap(f"button[name=answer][value={action}]")
        if action in ("yes", "partly"):
            mark = body.get("helped")
            rating = f"button[name=helped][value='{mark}']"
            await window.tap(rating if mark else 'a[href$="/thanks"]')
