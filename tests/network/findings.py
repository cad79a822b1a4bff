"""What was seen, compared with what must be. Each comparison is one line when it holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.referrals.lifecycle.transitions import TRANSITIONS
from tests.network import domain_table as domain
from tests.network.cast import SILENT, Cast
from tests.network.domain_table import SAME, SPEAKS_AFTER, TABLE, Row
from tests.network.play import Play

HISTORY = """
select before, action, after, party, who, marked_for, reason from referral_history
"""
NAMES = {
    "clock": domain.CLOCK,
    "author": domain.AUTHOR,
    "supervisor": domain.SUPERVISOR,
    "worker": domain.WORKER,
    "entry_worker": domain.WORKER,
    "client": domain.CLIENT,
}
MARKED = {
    "receiver": domain.TOLD,
    "client": domain.CLIENT_TOLD,
    "proxy": domain.PROXY,
}
SLOTS = """
select c.id, c.taken, c.places, count(r.id) as held from capacity c
left join referral r on r.capacity_id = c.id
    and r.status in ('accepted', 'in_progress') group by c.id
having c.taken <> count(r.id) or c.taken > c.places
"""
UNCLOCKED = """
select id, action, at from referral_history where at < $1 or at > $2
"""
ON_A_HOLIDAY = """
select h.referral_id, h.at from referral_history h
join referral r on r.id = h.referral_id join calendar c on c.organization = r.receiver_organization
where h.reminded = 'receiver' and r.urgency = 'routine' and h.at::date = any(c.holidays)
"""
SILENT_SPOKE = """
select h.action from referral_history h join referral r on r.id = h.referral_id
where r.receiver_id = $1 and h.party = 'receiver'
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """`missing` holds everything that is not as it must be."""

    what: str
    missing: Sequence[str]
    seen: int

    @property
    def line(self) -> str:
        return f"{self.what}: {'none' if not self.missing else len(self.missing)} (of {self.seen})"


@dataclass(frozen=True, slots=True)
class Seen:
    """One row of a history, in the words of the domain's table."""

    before: str
    action: str
    after: str
    who: str


async def seen(cast: Cast) -> set[Seen]:
    """Every different thing that happened to a referral."""
    entry = cast.staff["case_manager_entry"].id
    return {
        Seen(row["before"] or "-", row["action"], row["after"], _who(row, entry))
        for row in await cast.stage.rows("referrals", HISTORY)
    }


def _who(row: dict[str, Any], entry: UUID) -> str:
    if row["action"] in ("draft", "submit"):
        return domain.ENTRY if row["who"] == entry else domain.WORKER
    if row["action"] == "import":
        return domain.ADMIN
    if row["party"] == "system":
        return domain.system(row["reason"] or "")
    if row["marked_for"]:
        return MARKED[row["marked_for"]]
    if row["party"] == "receiver":
        return domain.ACCOUNT if row["who"] else domain.LINK
    return NAMES.get(row["party"], str(row["party"]))


def transitions(happened: Iterable[Seen]) -> Finding:
    """TRANSITIONS minus observed: status, action and where it led."""
    observed = {(h.before, h.action, h.after) for h in happened}
    wanted = {(str(before), str(act), str(after)) for (before, act), after in TRANSITIONS.items()}
    missing = [f"{b} --{a}--> {e}" for b, a, e in sorted(wanted - observed)]
    return Finding("TRANSITIONS minus what was observed", missing, len(wanted))


def rows_of_the_table(happened: Iterable[Seen]) -> Finding:
    """Every start of every row of the domain's table."""
    observed = {(h.before, h.action, h.after) for h in happened}
    wanted = {step for row in TABLE for step in domain.steps(row)}
    missing = [f"{b} --{a}--> {e}" for b, a, e in sorted(wanted - observed)]
    return Finding("Rows of the domain's table minus what was observed", missing, len(wanted))


def actors(happened: Iterable[Seen]) -> Finding:
    """Everybody that a row of the domain's table names has taken it."""
    observed = {(h.before, h.action, h.after, h.who) for h in happened}
    wanted = [(row, who) for row in TABLE for who in row.who]
    missing = [f"{_shown(row)} by {who}" for row, who in wanted if not _took(row, who, observed)]
    return Finding(
        "Who may act, by the domain's table, minus who was seen to", missing, len(wanted)
    )


def _took(row: Row, who: str, observed: set[tuple[str, str, str, str]]) -> bool:
    return any((*step, who) in observed for step in domain.steps(row))


def _shown(row: Row) -> str:
    end = "" if row.end == SAME else f" -> {row.end}"
    return f"{' | '.join(row.start)}, {row.action}{end}"


def beyond_the_table(happened: Iterable[Seen]) -> Finding:
    """What moved a referral and stands in no row; a client's word may be added to any."""
    allowed = {step for row in TABLE for step in domain.steps(row)}
    allowed |= {(status, "client_answer", status) for status in SPEAKS_AFTER}
    moves = {(h.before, h.action, h.after) for h in happened if h.before != h.after}
    missing = [f"{b} --{a}--> {e}" for b, a, e in sorted(moves - allowed)]
    return Finding("Moves that the domain's table does not know", missing, len(moves))


def endings(play: Play, ends: dict[str, tuple[str, str]]) -> Finding:
    """Every referral ended as its scenario says."""
    wrong, count = [], 0
    for player in play.players:
        found = tuple(ends[referral["id"]] for _, referral in player.referrals)
        count += len(found)
        if found != player.scenario.ends:
            wrong.append(f"{player.scenario.title}: {found}, not {player.scenario.ends}")
    return Finding("Referrals that did not end as written", wrong, count)


async def in_the_rows(play: Play) -> list[Finding]:
    """What the databases show beside the histories."""
    stage, cast = play.stage, play.cast
    slots = await stage.rows("referrals", SLOTS)
    late = await stage.rows("referrals", UNCLOCKED, play.begins, stage.timeline.now)
    holidays = await stage.rows("referrals", ON_A_HOLIDAY)
    silent = cast.providers[SILENT].receiver_id
    spoke = await stage.rows("referrals", SILENT_SPOKE, silent)
    (entries,) = await stage.rows("referrals", "select count(*) as n from referral_history")
    (places,) = await stage.rows("referrals", "select count(*) as n from capacity")
    return [
        Finding("Nobody to act, or a date in the past", play.breaches, play.looks),
        Finding("Places taken without a referral that holds one", [*map(str, slots)], places["n"]),
        Finding("What happened outside simulated time", [*map(str, late)], entries["n"]),
        Finding("Providers reminded on their holiday", [*map(str, holidays)], entries["n"]),
        Finding("Words of the provider that never answers", [*map(str, spoke)], entries["n"]),
    ]
