-- Who holds what: bench.rows rows over 50 organizations, the first with a seventh of all.
-- `r` counts inside the organization; one member of staff for 40 cases, teams of eight.
create function pg_temp.uid(kind text, variadic numbers int[]) returns uuid language sql immutable
  as $$ select md5(kind || ':' || array_to_string(numbers, '.'))::uuid $$;
create temp table spread as
  select n, o, (row_number() over (partition by o order by n) - 1)::int as r from (
    select n, floor(50 * power((hashint4(n) & 1048575)::float / 1048576, 2))::int as o
    from generate_series(0, current_setting('bench.rows')::int - 1) n) numbered;
create temp table orgs as
  select o, pg_temp.uid('organization', o) as organization, 1 + count(*)::int / 40 as staff
  from spread group by o;
create temp table people as
  select o, organization, k, k / 8 as t,
    pg_temp.uid('staff', o, k) as staff_id, pg_temp.uid('team', o, k / 8) as team_id,
    pg_temp.uid('staff', o, k / 8 * 8) as lead_id
  from orgs, lateral generate_series(0, staff - 1) k;
create temp table held as
  select s.n, s.r, p.*, pg_temp.uid('client', s.n) as client_id, pg_temp.uid('case', s.n) as case_id,
    pg_temp.uid('need', s.n) as need_id, pg_temp.uid('referral', s.n) as referral_id,
    now() - interval '3 years' * ((hashint4(s.n + 7) & 1048575)::float / 1048576) as at,
    (array['open', 'open', 'open', 'open', 'on_hold', 'closed', 'closed', 'closed', 'closed', 'closed'])
      [1 + s.n % 10] as case_status,
    (array['sent', 'accepted', 'in_progress', 'awaiting_confirmation', 'disputed', 'closed', 'closed',
      'closed', 'closed', 'declined', 'expired', 'withdrawn'])[1 + s.n % 12] as referral_status
  from spread s join orgs using (o) join people p on p.o = s.o and p.k = s.r % orgs.staff;
create index on held (n);
analyze held;
