-- A referral a row, to one of 2,000 receivers; forty of them are organizations with accounts here.
create temp table receivers as
  select n, pg_temp.uid('receiver', n) as id,
    case when n < 40 then pg_temp.uid('receiving', n) end as organization
  from generate_series(0, 1999) n;
create temp table sent as
  select held.*, receivers.id as receiver_id, receivers.organization as receiver_organization
  from held join receivers
    on receivers.n = floor(2000 * power((hashint4(held.n + 3) & 1048575)::float / 1048576, 2))::int;
insert into receiver (id, organization, kind, name, organization_ids, service_ids, active, version, created_at)
  select id, coalesce(organization, pg_temp.uid('organization', n % 50)),
    case when organization is null then 'link' else 'tenant' end, 'Receiver ' || n, '{}',
    array[pg_temp.uid('service', n * 2), pg_temp.uid('service', n * 2 + 1)], true, 1, now() from receivers;
create temp table lived as
  select sent.*, (array['food', 'housing', 'utilities', 'health_care', 'mental_health', 'legal', 'work',
      'benefits', 'transport', 'childcare', 'goods', 'end_of_life'])
      [1 + floor(12 * power((hashint4(n + 5) & 1048575)::float / 1048576, 2))::int] as category,
    case when n % 9 > 0 then 'Area ' || hashint4(n + 11) % 12 end as area,
    (array['cold', 'cold', 'cold', 'cold', 'warm_call', 'warm_call', 'joint_visit'])[1 + n % 7] as hand_off,
    case referral_status
      when 'closed' then (array['confirmed', 'confirmed', 'partial', 'provider_only', 'provider_only',
        'client_only', 'staff_reported', 'unmet'])[1 + n / 12 % 8]
      when 'disputed' then 'disputed' when 'declined' then 'unmet'
      when 'awaiting_confirmation' then 'provider_only' else 'open' end as loop,
    interval '1 hour' * (1 + hashint4(n + 13) & 255) as pace
  from sent;
insert into referral (id, organization, receiver_organization, receiver_id, receiver_name, case_id,
    client_id, need_id, service_id, service_name, category, area, hand_off, urgency, classes, message, status,
    loop, version, author, chain_id, created_at, sent_at, answered_at, first_contact_at, started_at,
    reported_at, ended_at, reason, asked_count, attention, attention_at, overdue_since)
  select referral_id, organization, receiver_organization, receiver_id, 'Receiver', case_id, client_id,
    need_id, pg_temp.uid('service', n % 4000), 'A service', category, area, hand_off,
    case when n % 9 = 0 then 'urgent' else 'routine' end, '{identity}', repeat('x', 120)::bytea,
    referral_status, loop, 3, staff_id, referral_id, at, at,
    case when referral_status not in ('sent', 'expired', 'withdrawn') then at + pace end,
    case when referral_status not in ('sent', 'expired', 'withdrawn', 'declined', 'accepted')
      then at + pace * 2 end,
    case when referral_status in ('in_progress', 'awaiting_confirmation', 'disputed', 'closed')
      then at + pace * 3 end,
    case when referral_status in ('awaiting_confirmation', 'disputed', 'closed') then at + pace * 9 end,
    case when referral_status in ('closed', 'declined', 'expired', 'withdrawn') then at + pace * 12 end,
    case referral_status when 'declined' then (array['no_capacity', 'not_eligible', 'out_of_area'])[1 + n % 3]
      when 'expired' then 'expired_no_response' end,
    0, case when n % 50 = 0 then 'receiver' end, case when n % 50 = 0 then at end,
    case when n % 50 = 0 then at end
  from lived;
insert into gap (id, organization, at, kind, category, area, reason, referral_id, need_id, service_id,
    receiver_id)
  select gen_random_uuid(), organization, at + pace, case referral_status when 'disputed' then 'disputed'
      when 'declined' then 'declined' else 'expired' end, category, area,
    case referral_status when 'disputed' then 'contradicted' when 'expired' then 'expired_no_response'
      else (array['no_capacity', 'not_eligible', 'out_of_area'])[1 + n % 3] end,
    referral_id, need_id, pg_temp.uid('service', n % 4000), receiver_id
  from lived where referral_status in ('declined', 'expired', 'disputed');
insert into hand_off (id, organization, receiver_organization, referral_id, kind, achieved, present, at,
    recorded_at)
  select gen_random_uuid(), organization, receiver_organization, referral_id, hand_off, n % 3 > 0, '{client}',
    at + pace, at + pace from lived where hand_off <> 'cold' and n % 4 > 0;
insert into appointment (id, organization, receiver_organization, referral_id, status, starts_at, ends_at,
    timezone, kind, proposed_by, version, created_at)
  select gen_random_uuid(), organization, receiver_organization, referral_id, 'confirmed', at + pace * 3,
    at + pace * 3 + interval '1 hour', 'UTC', 'in_person', 'receiver', 1, at
  from lived where n % 3 = 0 and referral_status not in ('sent', 'declined', 'expired', 'withdrawn');
insert into receiver_contact (id, organization, receiver_id, shared, name, email, purpose, active, version,
    created_at)
  select gen_random_uuid(), coalesce(organization, pg_temp.uid('organization', n % 50)), id,
    organization is not null, 'Contact ' || k, 'contact@example.org', 'intake', true, 1, now()
  from receivers, generate_series(1, 3) k;
insert into capacity (id, organization, receiver_id, service_id, places, taken, as_of, version)
  select gen_random_uuid(), coalesce(organization, pg_temp.uid('organization', n % 50)), id,
    pg_temp.uid('service', n * 2 + k), 20, 3, now(), 1 from receivers, generate_series(0, 1) k;
insert into packet (referral_id, organization, receiver_organization, disclosure_id, content, frozen_at)
  select referral_id, organization, receiver_organization, gen_random_uuid(), '\x00', at from sent;
insert into attestation (id, organization, receiver_organization, referral_id, side, answer, said_by,
    channel, at, version)
  select gen_random_uuid(), organization, receiver_organization, referral_id, 'receiver', 'yes',
    'receiver', 'login', at, 3 from sent where n % 2 = 0;
insert into referral_history (id, organization, receiver_organization, referral_id, version, at, action,
    before, after, party)
  select gen_random_uuid(), organization, receiver_organization, referral_id, step, at + interval '1 day' * step,
    'send', 'draft', 'sent', 'sender' from sent, generate_series(1, 3) step;
insert into case_relation (case_id, organization, client_id, status, owner_id, team_id, named, restricted, version)
  select case_id, organization, client_id, case_status, staff_id, team_id, array[staff_id], n % 100 = 0, 1
  from held;
insert into staff_relation (staff_id, organization, active, teams, supervisors, version)
  select staff_id, organization, true, array[team_id],
    case when staff_id = lead_id then '{}' else array[lead_id] end, 1 from people;
insert into need_relation (need_id, organization, case_id, status, version)
  select need_id, organization, case_id, 'addressed', 1 from held;
insert into deadline (id, organizations, kind, subject, due_at)
  select gen_random_uuid(), array_remove(array[organization, receiver_organization], null), 'outcome',
    referral_id, now() + interval '1 day' * (n % 60)
  from sent where referral_status in ('sent', 'accepted', 'in_progress', 'awaiting_confirmation', 'disputed');
insert into event (xid, id, type, subject, organization, time, data)
  select (3 + n / 250)::text::xid8, gen_random_uuid(), 'referrals.referral.standing', referral_id, organization, at, '{}'
  from held, generate_series(1, 3);
insert into audit (at, action, ids, outcome, organization, subject)
  select at, 'referral.read', array[referral_id], 'ok', organization, staff_id
  from held, generate_series(1, 3);
