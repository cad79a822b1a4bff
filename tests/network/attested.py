"""What became of the referrals by the raw words of both sides, read by SQL of another hand.

Written from the domain's description ("Two attestations, never merged") and the definitions beside the
report's numbers; it shares nothing with the code that reports.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.network.stage import Stage

SENT = """
select r.id, r.category, coalesce(r.area, 'unknown') as area, r.receiver_id::text as receiver,
    to_char(r.sent_at at time zone 'UTC', 'YYYY-MM') as month,
    extract(year from r.sent_at at time zone 'UTC')::int as year,
    array(select h.action::text from referral_history h where h.referral_id = r.id) as acts
from referral r where r.organization = $1 and r.sent_at is not null
"""
WORDS = """
select a.referral_id, a.side, a.answer, a.written_by from attestation a
where a.organization = $1 and not exists (
    select from attestation later
    where later.referral_id = a.referral_id and later.side = a.side and later.version > a.version
)
"""
Cells = Counter[tuple[str, str]]
"""How many, by row and column."""
ALL = "*"


@dataclass(frozen=True, slots=True)
class Spoken:
    """The latest word of one side."""

    said: str
    written_by: UUID | None


def loop_of(receiver: Spoken | None, client: Spoken | None) -> str:
    """confirmed (both say served), partial (the client says partly), disputed (they contradict) ..."""
    if client is not None and client.said == "not_yet":
        client = None
    match receiver and receiver.said, client and client.said:
        case None, None:
            return "open"
        case str(), str() if receiver.written_by and receiver.written_by == client.written_by:  # type: ignore[union-attr]  # both have spoken
            return "staff_reported"
        case _, "partly":
            return "partial"
        case ("served", "yes"):
            return "confirmed"
        case ("served", "no") | ("declined" | "not_served", "yes"):
            return "disputed"
        case ("served", None):
            return "provider_only"
        case (None, "yes"):
            return "client_only"
        case _:
            return "unmet"


def answer_of(acts: list[str]) -> str:
    """How the receiver answered. Late acceptance is acceptance; what was moved in had its own past."""
    for act, answer in (("accept", "accepted"), ("decline", "declined"), ("expire", "expired")):
        if act in acts:
            return answer
    return "withdrawn_unanswered" if {"withdraw", "withdraw_now"} & set(acts) else "waiting"


async def tally(stage: Stage, sender: UUID, by: str, year: int) -> Cells:
    """Every number of the loop report: by row (`ALL` for the total) and column."""
    words: dict[tuple[UUID, str], Spoken] = {
        (row["referral_id"], row["side"]): Spoken(row["answer"], row["written_by"])
        for row in await stage.rows("referrals", WORDS, sender)
    }
    cells = Cells()
    for row in await stage.rows("referrals", SENT, sender):
        if row["year"] == year and "void" not in row["acts"]:
            loop = loop_of(words.get((row["id"], "receiver")), words.get((row["id"], "client")))
            for key in (row[by], ALL):
                cells.update([(key, "sent"), (key, _answer(row)), (key, loop)])
    return cells


def _answer(row: dict[str, Any]) -> str:
    imported_at_work = "import" in row["acts"] and "accept" not in row["acts"]
    return "accepted" if imported_at_work else answer_of(row["acts"])
