"""What every clock has done: each rung once, none before its time, none late without an escalation."""

# Every clock counts the hours of whoever must act: a tenant's calendar, a link receiver's own, the default.
HOURS = """
hours as (
    select r.*, coalesce(k.timezone, l.hours ->> 'timezone', 'UTC') as zone,
        coalesce(k.opens, (l.hours ->> 'opens')::time, '09:00') as opens,
        coalesce(nullif(coalesce(k.closes, (l.hours ->> 'closes')::time, '17:00'), '00:00')::interval,
                 interval '24 hours') as closes,
        coalesce(k.weekdays::int[], l.weekdays, '{0,1,2,3,4}') as weekdays,
        coalesce(k.holidays, l.holidays, '{}') as holidays
    from referral r left join calendar k on k.organization = r.receiver_organization
    left join (
        select id, hours,
            (select array_agg(d::int) from json_array_elements_text(hours -> 'weekdays') d) as weekdays,
            (select array_agg(d::date) from json_array_elements_text(hours -> 'holidays') d) as holidays
        from receiver where kind = 'link'
    ) l on l.id = r.receiver_id
)
"""


def worked(start: str, end: str) -> str:
    """SQL: the seconds that `h`, a row of `hours`, is open from `start` to `end`; urgent, round the clock."""
    return f"""
    case when h.urgency = 'urgent' then extract(epoch from greatest({end} - {start}, interval '0')) else (
        select coalesce(sum(greatest(0, extract(epoch from
            least({end}, (d + h.closes) at time zone h.zone)
            - greatest({start}, (d + h.opens) at time zone h.zone)))), 0)
        from generate_series(date_trunc('day', {start} at time zone h.zone),
                             {end} at time zone h.zone, interval '1 day') d
        where (extract(isodow from d)::int - 1) = any(h.weekdays) and d::date <> all(h.holidays)) end
    """


DAY = "case when h.urgency = 'urgent' then 86400 else extract(epoch from h.closes - h.opens) end"
# When the clock of `t` began to run for `h`: of what was moved in, not before it came.
BEGAN = """
greatest(h.created_at, case when t.kind = 'answer' then h.sent_at else h.answered_at end)
"""
ASKED_FOR = worked("q.asked_at", "least(coalesce(q.answered_at, t.at), t.at)")
# What questions have paused by a moment `t`: five of the receiver's days at the most.
PAUSED = f"""
(select least(5 * {DAY}, coalesce(sum({ASKED_FOR}), 0))
 from question q where q.referral_id = h.id and q.asked_at < t.at)
"""
# The first reminder of an unanswered referral: not before two working days, urgent four hours.
REMINDED_EARLY = f"""
with {HOURS}, t as (
    select referral_id, 'answer' as kind, min(at) as at from referral_history
    where action = 'remind' and reason = 'answer' and reminded = 'receiver' group by referral_id
)
select h.id, h.sent_at, t.at as reminded_at from t join hours h on h.id = t.referral_id
where {worked(BEGAN, "t.at")} - {PAUSED}
      < case when h.urgency = 'urgent' then 4 * 3600 else 2 * {DAY} end - 5
"""
# A first date lies no further away than the wait and the longest pause.
PAUSED_TOO_LONG = f"""
with {HOURS}, t as (
    select subject, kind, due_at as at from deadline where step = 0 and kind in ('answer', 'first_contact')
)
select h.id, t.kind, t.at from t join hours h on h.id = t.subject
where {worked(BEGAN, "t.at")}
      > case when h.urgency <> 'urgent' then (case t.kind when 'answer' then 7 else 8 end) * {DAY}
             when t.kind = 'answer' then 4 * 3600 + 5 * 86400 else 40 * 86400 end + 5
"""
# While a question is open and the pause not used up, no clock of the receiver's that ran before goes on.
RAN_DURING_A_QUESTION = f"""
with {HOURS}, t as (
    select e.referral_id, e.at, e.reason, q.asked_at from referral_history e
    join question q on q.referral_id = e.referral_id and q.asked_at < e.at
        and coalesce(q.answered_at, 'infinity') > e.at
    where (e.action = 'remind' and e.reason in ('answer', 'first_contact', 'outcome', 'hold')
           or e.action in ('expire', 'report_not_served', 'confirm_withdrawal') and e.party = 'clock')
      and not exists (select from referral_history b where b.referral_id = e.referral_id
          and b.at > q.asked_at and b.at < e.at
          and b.action not in ('remind', 'claim', 'release', 'hand_off', 'waitlist_position')
          and b.action not like '%appointment%' and b.action not like 'record%')
)
select h.id, t.reason, t.asked_at, t.at from t join hours h on h.id = t.referral_id
where {PAUSED} < 5 * {DAY} - 60
"""
# One is reminded once by each rung; the last rung comes again after five working days.
REMINDED_TWICE = """
select referral_id, reason, reminded, at from (
    select e.*, lag(e.at) over (partition by e.referral_id, e.reason, e.reminded order by e.at) as last
    from referral_history e where e.action = 'remind' and e.reason in (
        'draft', 'approval', 'answer', 'first_contact', 'outcome', 'dispute', 'question')
) e
where at - last < interval '4 days' and not exists (
    select from referral_history b where b.referral_id = e.referral_id
    and b.at > e.last and b.at < e.at and b.action in ('return', 'submit', 'send', 'approve',
        'accept', 'hold', 'resume', 'report_served', 'contradict', 'ask_question', 'answer_question'))
"""
# The client is asked at most three times by the clock, two days apart.
ASKED_TOO_SOON = """
select referral_id, at from (
    select e.*, lag(e.at) over (partition by e.referral_id order by e.at) as last
    from referral_history e where e.action = 'ask' and e.party = 'clock'
) e where at - last < interval '2 days' - interval '5 seconds'
"""
OVERDUE = "select kind, subject, due_at from deadline where due_at <= $1"
STILL_WAITING = """
select r.id, r.status from referral r where r.status in ('draft', 'pending_approval', 'sent',
    'accepted', 'in_progress', 'on_hold', 'awaiting_confirmation', 'disputed')
and not exists (select from deadline d where d.subject = r.id and d.due_at > $1)
"""
# A sibling of a winner waits for nobody: but for a moment, where somebody else held its row.
SIBLINGS = """
select r.id, r.status, g.winner_id from referral_group g join referral r on r.group_id = g.id
where g.winner_id is not null and r.id <> g.winner_id and r.status in ('draft', 'pending_approval', 'sent')
and not exists (select from deadline d where d.subject = r.id and d.kind = 'superseded' and d.attempts > 0)
"""
# Every end without help is one fact; the client's own course is none.
GAPS = """
with ended as (
    select referral_id, case action when 'decline' then 'declined' when 'expire' then 'expired'
        when 'contradict' then 'disputed' else 'not_served' end as kind
    from referral_history where action in ('decline', 'report_not_served', 'expire', 'contradict')
      and coalesce(reason, '') not in
          ('client_declined', 'client_no_longer_needs', 'needs_met_elsewhere', 'deceased')
), expected as (select referral_id, kind, count(*) as number from ended group by 1, 2),
written as (select referral_id, kind, count(*) as number from gap where referral_id is not null group by 1, 2)
select coalesce(e.referral_id, w.referral_id) as referral, coalesce(e.kind, w.kind) as kind,
       e.number as ends, w.number as gaps
from expected e full join written w using (referral_id, kind) where e.number is distinct from w.number
"""
MESSAGES = """
select m.kind, r.id, r.status from message m join referral r on r.id = m.referral_id
where r.status in ('withdrawn', 'entered_in_error', 'discarded') and m.kind not in ('closed', 'propose')
   or m.not_before <= $1 and (m.taken_at is null or m.taken_at < $1::timestamptz - interval '6 minutes')
"""
# What the directory knows of places is what there is.
KEPT_PLACES = "select id, places, taken, version from capacity"
LATE_BESIDE_ANOTHER = """
select e.referral_id, o.id as other from referral_history e join referral r on r.id = e.referral_id
join referral o on o.need_id = r.need_id and o.id <> r.id
where e.action = 'accept' and e.before = 'expired' and (
    select b.after from referral_history b where b.referral_id = o.id and b.at < e.at
    order by b.at desc limit 1) in ('sent', 'accepted', 'in_progress', 'on_hold')
"""
AT_A_MOMENT = (OVERDUE, STILL_WAITING, MESSAGES)
AT_ANY_TIME = (
    REMINDED_EARLY,
    PAUSED_TOO_LONG,
    RAN_DURING_A_QUESTION,
    REMINDED_TWICE,
    ASKED_TOO_SOON,
    SIBLINGS,
    GAPS,
    LATE_BESIDE_ANOTHER,
)
