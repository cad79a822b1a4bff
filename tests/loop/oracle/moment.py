"""What must hold at every moment, whatever the workers still have to do: of one sender, or of all."""

from datetime import datetime
from uuid import UUID

from tests.loop.oracle.needs import Seen

LIVE = "('sent', 'accepted', 'in_progress', 'on_hold')"
AT_WORK = "('accepted', 'in_progress', 'on_hold')"
WITH_A_PLACE = "('accepted', 'in_progress')"
WAITS = """('draft', 'pending_approval', 'sent', 'accepted', 'in_progress', 'on_hold',
'awaiting_confirmation', 'disputed')"""


def of(alias: str = "") -> str:
    """SQL: of the sender `$1`, or of anybody."""
    return f"($1::uuid is null or {alias + '.' if alias else ''}organization = $1)"


PLACES = f"""
select 'places of ' || c.id || ': ' || c.taken || ' taken, ' || h.held || ' held, ' || h.live
    || ' live with one, of ' || c.places as breach
from capacity c, lateral (
    select count(*) as held, count(*) filter (where r.status in {WITH_A_PLACE}) as live
    from referral r where r.capacity_id = c.id) h
where c.receiver_id in (select receiver_id from referral where {of("")})
  and not (c.taken = h.held and h.held = h.live and c.taken >= 0)
"""
# Fewer places than are taken may be said, and then nobody takes one more.
MORE_THAN_THERE_ARE = f"""
select 'places of ' || c.id || ': ' || c.taken || ' taken of ' || c.places from capacity c
where c.taken > c.places and exists (
    select from referral r join referral_history h on h.referral_id = r.id
    where r.capacity_id = c.id and h.at > c.as_of and {of("r")}
      and (h.action in ('accept', 'resume', 'import')))
"""
WITHOUT_A_PLACE = f"""
select 'no place for ' || r.id || ', ' || r.status from referral r
join capacity c on c.receiver_id = r.receiver_id and c.service_id = r.service_id
where {of("r")} and r.capacity_id is null and r.status in {WITH_A_PLACE}
"""
# The first acceptance takes the slot, and is it until it ends without help.
WINNERS = f"""
select 'winner of group ' || g.id || ': ' || coalesce(g.winner_id::text, 'none') || ', taken on: ' || m.taken
from referral_group g, lateral (
    select coalesce(array_agg(r.id), '{{}}')::text as taken, count(*) as number,
           bool_and(r.id = g.winner_id) as all_won
    from referral r where r.group_id = g.id and r.status in
    ('accepted', 'in_progress', 'on_hold', 'awaiting_confirmation')) m
where {of("g")} and (m.number > 1 or m.number = 1 and m.all_won is not true)
"""
SLOT_KEPT = f"""
select 'slot of group ' || g.id || ' kept by ' || r.id || ', ' || r.status || ' ' || r.loop
from referral_group g join referral r on r.id = g.winner_id
where {of("g")} and (
    r.status in ('not_served', 'withdrawn', 'entered_in_error', 'sent', 'declined')
    or r.status = 'closed' and r.loop in ('unmet', 'disputed', 'open'))
"""
# The latest of each side; `not_yet` is no word. One person who wrote down both makes it their report.
LOOP = f"""
with said as (
    select r.id, r.loop, p.answer as p, p.written_by as p_by,
           nullif(c.answer, 'not_yet') as c, c.written_by as c_by
    from referral r
    left join lateral (select * from attestation a where a.referral_id = r.id
        and a.side = 'receiver' order by a.at desc, a.version desc limit 1) p on true
    left join lateral (select * from attestation a where a.referral_id = r.id
        and a.side = 'client' order by a.at desc, a.version desc limit 1) c on true
    where {of("r")}
)
select 'loop of ' || id || ' is ' || loop || ': ' || concat_ws(', ', p, c) from said
where loop <> case
    when p is null and c is null then 'open'
    when p is null then case c when 'yes' then 'client_only' when 'partly' then 'partial' else 'unmet' end
    when c is null then case p when 'served' then 'provider_only' else 'unmet' end
    when p_by = c_by then 'staff_reported'
    when p = 'served' and c = 'no' or p <> 'served' and c = 'yes' then 'disputed'
    when c = 'partly' then 'partial'
    when c = 'yes' then 'confirmed'
    else 'unmet' end
"""
# Whatever waits has a date; whoever has a question open, a clock of the worker's.
NO_CLOCK = f"""
select 'no clock for ' || r.id || ', ' || r.status from referral r
where {of("r")} and (
    r.status in {WAITS} and not exists (select from deadline d where d.subject = r.id)
    or (r.question_at is not null) <> exists (
        select from deadline d where d.subject = r.id and d.kind = 'question')
    or r.question_at is not null and r.status not in {LIVE}
    or r.status not in {WAITS} and exists (
        select from deadline d where d.subject = r.id and d.kind not in ('ask_once', 'superseded')))
"""
PACKETS = f"""
select 'packet of ' || r.id || ', ' || r.status ||
    case when p.referral_id is null then ': none' else ': one' end
from referral r left join packet p on p.referral_id = r.id
where {of("r")} and (r.disclosure_id is distinct from p.disclosure_id
    or not r.imported and (r.sent_at is null) <> (p.referral_id is null))
"""
# The receiver's or the client's link opens nothing that was taken back, voided or never sent.
LINKS = f"""
select 'receiver''s link to ' || r.id || ', ' || r.status from receiver_link l
join referral r on r.id = l.referral_id left join packet p on p.referral_id = r.id
where {of("r")} and l.revoked_at is null
  and l.expires_at > $2::timestamptz + interval '1 hour'
  and (r.status not in ('sent', 'accepted', 'in_progress', 'on_hold', 'expired',
                        'awaiting_confirmation', 'disputed', 'closed')
       or p.closed_reason in ('revoked', 'deceased'))
union all
select 'client''s link to ' || r.id || ', ' || r.status from answer_link l
join referral r on r.id = l.referral_id
where {of("r")} and l.revoked_at is null and (
    r.status = 'entered_in_error'
    or r.ended_at is not null and l.expires_at is distinct from r.ended_at + interval '90 days')
"""
APPOINTMENTS = f"""
select 'appointment ' || a.id || ' of ' || r.id || ', ' || r.status from appointment a
join referral r on r.id = a.referral_id
where {of("r")} and r.status not in {AT_WORK} and (
    a.status = 'proposed' or a.status = 'confirmed' and a.starts_at > $2::timestamptz)
"""
# One holds it at a time.
CLAIMS = f"""
select 'claimed twice: ' || referral_id from (
    select h.referral_id, h.action, lag(h.action) over (partition by h.referral_id order by h.at) as before
    from referral_history h where {of("h")} and h.action in ('claim', 'release')
) c where action = before
"""
MARKED_ON_HOLD = f"""
select 'hold without a date: ' || id from referral
where {of("")} and status = 'on_hold' and hold_until is null
"""
OF_ONE_SENDER = (
    PLACES,
    MORE_THAN_THERE_ARE,
    WITHOUT_A_PLACE,
    WINNERS,
    SLOT_KEPT,
    LOOP,
    NO_CLOCK,
    PACKETS,
    LINKS,
    APPOINTMENTS,
    CLAIMS,
    MARKED_ON_HOLD,
)
EVERY_MOMENT = " union all ".join(f"(select * from ({one}) found)" for one in OF_ONE_SENDER)


async def breaches(seen: Seen, sender: UUID | None, now: datetime) -> list[str]:
    found = await seen.rows("referrals", EVERY_MOMENT, sender, now)
    return [row["breach"] for row in found]
