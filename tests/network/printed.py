"""The table that the demo prints: each referral, what happened to it, how it ended, and by whose word."""

from typing import Any

from tests.bench.figures import Figures
from tests.network.play import Play

REFERRALS = "select id::text, status, loop from referral"
ACTS = """
select referral_id::text, action from referral_history
where action not in ('remind', 'invite') order by at, version
"""
WORDS = """
select referral_id::text, side, answer, said_by, channel, written_by is not null as written
from attestation order by version
"""
HOW = {"account": "account", "link": "link", "told_sender": "told a worker"}


async def ends(play: Play) -> dict[str, tuple[str, str]]:
    found = await play.stage.rows("referrals", REFERRALS)
    return {row["id"]: (row["status"], row["loop"]) for row in found}


async def table(play: Play) -> Figures:
    ended, acts, words = (
        await ends(play),
        await _by_referral(play, ACTS),
        await _by_referral(play, WORDS),
    )
    rows = [
        {
            "#": f"{player.number + 1:2}",
            "client's story": player.scenario.title if first else "",
            "to": key,
            "what happened": _shortened([act["action"] for act in acts[referral["id"]]]),
            "status": ended[referral["id"]][0],
            "loop": ended[referral["id"]][1],
            "who attested": "; ".join(map(_attested, words.get(referral["id"], []))),
        }
        for player in play.players
        for first, (key, referral) in _marked(player.referrals)
    ]
    return Figures("1 sender, 6 providers, 40 clients", rows)


def _marked(referrals: list[Any]) -> list[tuple[bool, Any]]:
    return [(number == 0, referral) for number, referral in enumerate(referrals)]


async def _by_referral(play: Play, statement: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in await play.stage.rows("referrals", statement):
        found.setdefault(row["referral_id"], []).append(row)
    return found


def _shortened(acts: list[str]) -> str:
    """One after the other; the same again as a number."""
    runs: list[tuple[str, int]] = []
    for act in acts:
        if runs and runs[-1][0] == act:
            runs[-1] = (act, runs[-1][1] + 1)
        else:
            runs.append((act, 1))
    return ", ".join(act if times == 1 else f"{act} x{times}" for act, times in runs)


def _attested(word: dict[str, Any]) -> str:
    if word["side"] == "receiver":
        return f"receiver {word['answer']} ({HOW[word['channel']]})"
    who = word["said_by"]
    how = f"{word['channel']}, a worker wrote" if word["written"] else word["channel"]
    return f"{who} {word['answer']} ({how})"
