-- A client, a case and a need a row, and what gathers around them.
insert into organization (id, name, created_at)
  select organization, 'Organization ' || o, now() from orgs;
insert into staff (organization, id, name, roles, created_at)
  select organization, staff_id, 'Staff ' || k, '{case_manager}', now() from people;
insert into team (id, organization, created_at, name)
  select distinct team_id, organization, now(), 'Team ' || t from people;
insert into team_member (team_id, staff_id, organization)
  select team_id, staff_id, organization from people;
insert into supervision (id, organization, created_at, supervisor_id, staff_id, from_date)
  select gen_random_uuid(), organization, now(), lead_id, staff_id, date '2020-01-01'
  from people where staff_id <> lead_id;
insert into client (id, organization, created_at, given_name, family_name, birth_date, created_by)
  select client_id, organization, at, 'Given' || n % 700, 'Family' || n * 7919 % 20011,
    date '1940-01-01' + n * 31 % 25000, staff_id from held;
insert into client_channel (id, organization, created_at, client_id, kind, value, digits, safe)
  select gen_random_uuid(), organization, at, client_id, 'phone', '305' || lpad(n::text, 7, '0'),
    '305' || lpad(n::text, 7, '0'), true from held;
insert into client_fact (id, organization, created_at, client_id, data_class, kind, value, created_by)
  select gen_random_uuid(), organization, at, client_id, 'household', 'members', '"3"', staff_id
  from held where n % 2 = 0;
insert into care_case (id, organization, created_at, client_id, status, owner_id, team_id, restricted,
    opened_at, created_by)
  select case_id, organization, at, client_id, case_status, staff_id, team_id, n % 100 = 0, at, staff_id
  from held;
insert into care_team (case_id, staff_id, organization, since)
  select case_id, pg_temp.uid('staff', o, (k + 1) % orgs.staff), held.organization, at
  from held join orgs using (o) where n % 5 = 0;
insert into need (id, organization, created_at, case_id, client_id, category, severity, priority, status,
    created_by)
  select need_id, organization, at, case_id, client_id, 'food', 3, 1, 'addressed', staff_id from held;
insert into referral_standing (referral_id, organization, need_id, case_id, service_id, version, status, loop)
  select referral_id, organization, need_id, case_id, pg_temp.uid('service', n % 4000), 3, referral_status,
    'open' from held;
insert into consent (id, organization, created_at, client_id, case_id, status, classes, recipient_kind,
    purpose, starts_on, expires_on, created_by)
  select pg_temp.uid('consent', n), organization, at, client_id, case_id, 'active', '{identity,contact}',
    'any_agreed', 'Referral', at::date, at::date + 3650, staff_id from held;
insert into disclosure (id, organization, created_at, referral_id, consent_id, client_id, need_id,
    recipient_id, recipient_name, classes, decided_at, decided_by, packet_digest)
  select gen_random_uuid(), organization, at, referral_id, pg_temp.uid('consent', n), client_id, need_id,
    pg_temp.uid('receiver', n % 2000), 'Receiver', '{identity}', at, staff_id, '\x00' from held;
insert into note (id, organization, created_at, case_id, status, kind, title, body, contacted_at, minutes,
    attendees, author_id)
  select gen_random_uuid(), organization, at, case_id, 'locked', 'phone', 'Call', repeat('It was said. ', 20),
    at, 15, '{}', staff_id from held;
insert into assessment (id, organization, created_at, case_id, client_id, template, template_version,
    status, answers, created_by)
  select gen_random_uuid(), organization, at, case_id, client_id, 'phq-2', 1, 'completed', '\x00', staff_id
  from held where n % 2 = 0;
insert into plan (id, organization, created_at, case_id, number, status, created_by)
  select gen_random_uuid(), organization, at, case_id, 1, 'active', staff_id from held where n % 2 = 0;
insert into task (id, organization, created_at, case_id, kind, subject, assignee_id, queue, due_at, status)
  select gen_random_uuid(), organization, at, case_id, 'decide_need', need_id,
    case when n % 4 = 0 then null else staff_id end, 'supervisor', at + interval '5 days',
    case when n % 7 = 0 then 'open' else 'completed' end
  from held;
insert into timeline (id, organization, created_at, client_id, case_id, kind, subject, actor, codes)
  select gen_random_uuid(), organization, at + interval '1 day' * step, client_id, case_id, 'need.open',
    need_id, staff_id, '{food}' from held, generate_series(1, 3) step;
insert into deadline (id, organizations, kind, subject, due_at)
  select gen_random_uuid(), array[organization], 'case.review', case_id, now() + interval '1 day' * (n % 90)
  from held where case_status in ('open', 'on_hold');
insert into agreement (id, organization, created_at, partner_id, partner_name, starts_on)
  select gen_random_uuid(), organization, now(), pg_temp.uid('receiver', n), 'Partner ' || n,
    date '2020-01-01' from orgs, generate_series(0, 39) n;
insert into event (xid, id, type, subject, organization, time, data)
  select (3 + n / 250)::text::xid8, gen_random_uuid(), 'cases.need.standing', need_id, organization, at,
    jsonb_build_object('need_id', need_id, 'case_id', case_id, 'version', step, 'status', 'open')
  from held, generate_series(1, 2) step;
insert into audit (at, action, ids, outcome, organization, subject)
  select at, 'get_case', array[case_id], 'ok', organization, staff_id from held, generate_series(1, 3);
