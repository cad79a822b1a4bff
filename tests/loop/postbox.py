"""What the workers have sent in a batch of histories: each mail and text message, and what its link opens."""

import hashlib
import json
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID

from tests.loop.records import Records

LINK = re.compile(r"https?://[^/\s]+(/(respond|answer)/([^\s/]+))")
CODE = re.compile(r"\b([0-9]{6})\b")
OPENS = {
    "respond": "select referral_id from receiver_link where hash = $1",
    "answer": "select referral_id from answer_link where hash = $1",
}


@dataclass(frozen=True)
class Sent:
    """`kind`: `respond` and `answer` carry a link (`path`) to a referral; `code`; or only `told`."""

    kind: str
    to: str
    path: str = ""
    code: str = ""
    referral: UUID | None = None


class Postbox:
    """Reads each once."""

    def __init__(self, folder: Path, records: Records) -> None:
        self._folder, self._records = folder, records
        self._read: set[str] = set()
        self.sent: list[Sent] = []

    def empty(self) -> None:
        for path in self._new():
            path.unlink()
        self._read.clear()
        self.sent.clear()

    async def look(self) -> None:
        for path in self._new():
            self._read.add(path.name)
            self.sent.append(await self._sent(path))

    def path(self, kind: str, referral: UUID) -> str | None:
        """Of the newest link to this referral."""
        found = (
            one.path for one in reversed(self.sent) if (one.kind, one.referral) == (kind, referral)
        )
        return next(found, None)

    def code(self, to: str) -> str | None:
        """The newest that was sent there."""
        found = (one.code for one in reversed(self.sent) if one.to == to and one.kind == "code")
        return next(found, None)

    def _new(self) -> list[Path]:
        folders = (self._folder / "outbox", self._folder / "outbox-texts")
        found = [p for folder in folders if folder.exists() for p in folder.iterdir()]
        new = [path for path in found if path.name not in self._read]
        return sorted(new, key=lambda path: path.stat().st_mtime_ns)

    async def _sent(self, path: Path) -> Sent:
        to, text = _text_message(path) if path.suffix == ".json" else _mail(path)
        link = LINK.search(text)
        if link is not None:
            opened = hashlib.sha256(link[3].encode()).digest()
            (row,) = await self._records.rows("referrals", OPENS[link[2]], opened)
            return Sent(link[2], to, path=link[1], referral=row["referral_id"])
        code = CODE.search(text)
        return Sent("code", to, code=code[1]) if code else Sent("told", to)


def _mail(path: Path) -> tuple[str, str]:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    return str(mail["To"]), str(mail.get_content())


def _text_message(path: Path) -> tuple[str, str]:
    text = json.loads(path.read_text())
    return str(text["to"]), str(text["text"])
