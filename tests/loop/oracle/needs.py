"""Cases, needs, consents and tasks, and what each service keeps of the other's."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

Row = dict[str, Any]
Rows = list[Row]


class Seen(Protocol):
    """Whoever sees the rows of all services past row-level security."""

    async def rows(self, service: str, statement: str, *parameters: Any) -> Rows: ...


LIVE = {"sent", "accepted", "in_progress", "on_hold"}
UNRESOLVED = LIVE | {"awaiting_confirmation", "disputed"}
HELPED = {"confirmed", "client_only", "partial"}

# Takes the moment: everything that was due by then has been acted on.
OVERDUE = "select kind, subject, due_at from deadline where due_at <= $1"
CASE_FORGOTTEN = """
select c.id, c.status from care_case c
where c.status in ('inquiry', 'waitlisted', 'open', 'on_hold', 'closure_proposed') and not (
    exists (select from staff s where s.id = c.owner_id and s.active)
    and exists (select from deadline d where d.subject = c.id and d.due_at > $1)
)
"""
TASK_FORGOTTEN = """
select id, kind, due_at from task
where status = 'open' and due_at <= $1 and escalated_at is null
"""
TASK_OF_NOBODY = (
    "select id, kind from task where status = 'open' and assignee_id is null and queue is null"
)
MARK_FORGOTTEN = """
select n.id, n.marked from need n
where n.marked is not null and not exists (
    select from task t where t.subject = n.id and t.kind = 'decide_need' and t.status = 'open'
)
"""
REFERRAL_FORGOTTEN = """
select r.id, r.status from referral r left join case_relation c using (case_id)
where r.status in ('draft', 'pending_approval', 'sent', 'accepted', 'in_progress', 'on_hold',
                   'awaiting_confirmation', 'disputed') and not (
    c.owner_id is not null
    and exists (select from deadline d where d.subject = r.id and d.due_at > $1)
)
"""
# A person or the clock may end a consent in the very moment of a disclosure: after it, then.
NOT_PERMITTED = """
select d.id from disclosure d join consent c on c.id = d.consent_id
where c.client_id <> d.client_id or not d.classes <@ c.classes
   or d.decided_at::date not between c.starts_on and c.expires_on
   or c.decided_at is null or c.decided_at > d.decided_at or c.revoked_at < d.decided_at
   or (c.recipient_kind = 'receiver' and c.recipient_id <> d.recipient_id)
"""
LEFT_OPEN = """
select d.id from disclosure d join consent c on c.id = d.consent_id join client p on p.id = d.client_id
where d.closed_at is null and (c.status <> 'active' or p.deceased_on is not null)
"""
MOVED_BY_NOBODY = """
select n.id, n.status from need n
where n.status in ('unmet', 'withdrawn') and n.resolution is null
   or n.status in ('met', 'partly_met') and n.met_by_referral_id is null and not exists (
        select from timeline t where t.subject = n.id and t.kind = 'need.met' and t.actor is not null)
"""
TWO_PLANS = """
select case_id from plan where status = 'active' group by case_id having count(*) > 1
"""
PARKED = "select id, error from parked_event"
FAILED = "select kind, subject from deadline where attempts > 3"
UNSENT_OF_THE_ENDED = """
select r.id, r.status, c.status as of_case, n.status as of_need
from referral r left join case_relation c using (case_id) left join need_relation n using (need_id)
where r.status in ('draft', 'pending_approval') and (
    c.status in ('closed', 'screened_out', 'entered_in_error')
    or n.status not in ('open', 'addressed')
)
"""
DEAD = "select id from client where deceased_on is not null"
AT_A_MOMENT = {
    "cases": (OVERDUE, CASE_FORGOTTEN, TASK_FORGOTTEN),
    "referrals": (REFERRAL_FORGOTTEN,),
}
AT_ANY_TIME = {
    "cases": (
        TASK_OF_NOBODY,
        MARK_FORGOTTEN,
        NOT_PERMITTED,
        LEFT_OPEN,
        MOVED_BY_NOBODY,
        TWO_PLANS,
        PARKED,
        FAILED,
    ),
    "referrals": (UNSENT_OF_THE_ENDED, PARKED, FAILED),
    "resources": (PARKED,),
}
REFERRALS = "select * from referral"
TASKS_OF_REFERRALS = (
    "select subject, kind, status from task where kind in ('resolve_dispute', 'follow_partial')"
)
LOOPS_TOLD = """
select distinct subject, data ->> 'loop' as loop from event
where type = 'referrals.referral.standing'
"""
OPEN_STEPS = """
select s.* from step s join plan p on p.id = s.plan_id
where s.status = 'open' and p.status in ('draft', 'submitted', 'approved', 'active')
"""
CASES_OF_NEEDS = """
select n.*, c.status as case_status, c.reason, c.outcome, c.overrides from need n
join care_case c on c.id = n.case_id
"""


async def between(seen: Seen) -> list[str]:
    """What spans two databases is compared row by row."""
    referrals = await seen.rows("referrals", REFERRALS)
    return [
        breach
        for compared in (_of_needs, _of_steps, _between, _of_disclosures, _of_tasks)
        async for breach in compared(seen, referrals)
    ]


async def _of_needs(seen: Seen, referrals: Rows) -> AsyncIterator[str]:
    told: dict[Any, set[str]] = {}
    for row in await seen.rows("referrals", LOOPS_TOLD):
        told.setdefault(row["subject"], set()).add(row["loop"])
    for need in await seen.rows("cases", CASES_OF_NEEDS):
        mine = [row for row in referrals if row["need_id"] == need["id"]]
        about = f"{need} of {[(r['id'], r['status'], r['loop']) for r in mine]}"
        valid = [row for row in mine if row["status"] != "entered_in_error"]
        for breach in (*_given(need, valid, told), *_moved(need, valid), *_left(need, valid)):
            yield f"{breach}: {about}"


def _given(need: Row, valid: Rows, told: dict[Any, set[str]]) -> Iterator[str]:
    """Whoever met it said so, and is not void."""
    giver = need["met_by_referral_id"]
    gives = {"met": {"confirmed", "client_only"}, "partly_met": {"partial"}}
    if giver is not None and giver not in {row["id"] for row in valid}:
        yield "met by what is void"
    if giver is not None and not told[giver] & gives.get(need["status"], set()):
        yield "no loop result gives it"


def _moved(need: Row, valid: Rows) -> Iterator[str]:
    unresolved = any(row["status"] in UNRESOLVED for row in valid)
    helped = any(row["loop"] in HELPED for row in valid)
    if need["status"] == "addressed" and not unresolved and need["marked"] is None:
        yield "addressed by nobody"
    if need["status"] == "open" and unresolved:
        yield "open in spite of a referral"
    if need["status"] in ("open", "addressed") and need["resolution"] is None and helped:
        yield "helped and not met"


def _left(need: Row, valid: Rows) -> Iterator[str]:
    """A parent that ended has no open child, but by an override or in an emergency."""
    ended = need["case_status"] in ("closed", "screened_out")
    waived = need["reason"] is not None or "OPEN_REFERRAL" in (need["overrides"] or ())
    if ended and not waived and any(row["status"] in LIVE for row in valid):
        yield "live in a closed case"


async def _between(seen: Seen, referrals: Rows) -> AsyncIterator[str]:
    """What each keeps of the other is what the other has."""
    standings = {
        row["referral_id"]: row
        for row in await seen.rows("cases", "select * from referral_standing")
    }
    for row in referrals:
        kept = standings.get(row["id"])
        if kept is None or (kept["status"], kept["loop"]) != (row["status"], row["loop"]):
            yield f"cases knows {kept} of {row['id']}, {row['status']}, {row['loop']}"
    for table, key, of in (("need", "need_id", "need"), ("care_case", "case_id", "case")):
        theirs = {row["id"]: row for row in await seen.rows("cases", f"select * from {table}")}
        for kept in await seen.rows("referrals", f"select * from {of}_relation"):
            true = theirs[kept[key]]
            if (kept["status"], kept["version"]) != (true["status"], true["version"]):
                yield f"referrals knows {kept} of {true['status']}, version {true['version']}"


async def _of_steps(seen: Seen, referrals: Rows) -> AsyncIterator[str]:
    """A referral that helped proposes its step, and no other does."""
    helping = {
        row["id"]: row["step_id"]
        for row in referrals
        if row["status"] != "entered_in_error" and row["loop"] in ("confirmed", "client_only")
    }
    valid = {row["id"] for row in referrals if row["status"] != "entered_in_error"}
    for step in await seen.rows("cases", OPEN_STEPS):
        if step["proposed_done_at"] is None and step["id"] in helping.values():
            yield f"a referral helped, and does not propose {step}"
        if step["proposed_done_at"] is not None and step["referral_id"] not in valid:
            yield f"proposed by nothing that counts: {step}"


async def _of_disclosures(seen: Seen, referrals: Rows) -> AsyncIterator[str]:
    dead = {row["id"] for row in await seen.rows("cases", DEAD)}
    for row in referrals:
        if row["client_id"] in dead and row["status"] in LIVE:
            yield f"{row['id']} is {row['status']} for one who died"
    disclosed = {row["id"]: row for row in await seen.rows("cases", "select * from disclosure")}
    packets = {
        row["referral_id"]: row for row in await seen.rows("referrals", "select * from packet")
    }
    for row in referrals:
        packet = packets.get(row["id"])
        if packet is None:
            continue
        under = disclosed.get(packet["disclosure_id"])
        if under is None or under["referral_id"] != row["id"]:
            yield f"{row['id']} was sent without a disclosure"
        elif under["closed_at"] is not None and packet["closed_at"] is None:
            yield f"the packet of {row['id']} is open, its disclosure closed"
        elif under["closed_reason"] in ("revoked", "deceased") and row["status"] in LIVE:
            yield f"{row['id']} is {row['status']} though {under['closed_reason']}"


async def _of_tasks(seen: Seen, referrals: Rows) -> AsyncIterator[str]:
    """A dispute has its task while it lasts; partial help leaves one, once."""
    tasks: dict[tuple[Any, str], list[str]] = {}
    for task in await seen.rows("cases", TASKS_OF_REFERRALS):
        tasks.setdefault((task["subject"], task["kind"]), []).append(task["status"])
    for row in referrals:
        disputes = tasks.get((row["id"], "resolve_dispute"), [])
        if disputes.count("open") > (row["status"] == "disputed"):
            yield f"{row['id']} is {row['status']}, and its dispute is to be resolved: {disputes}"
        asked = [s for s in tasks.get((row["id"], "follow_partial"), []) if s != "cancelled"]
        if row["status"] != "entered_in_error" and len(asked) != (row["loop"] == "partial"):
            yield f"{row['id']} is {row['loop']}: tasks to follow {asked}"
