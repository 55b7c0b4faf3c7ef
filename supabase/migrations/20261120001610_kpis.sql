-- Family 16, targets: what people and teams do in a month, and what they are to do (docs/decisions/0062).

create type public.kpi_measure as enum (
  'invoiced', 'received', 'orders_taken', 'deliveries_made', 'new_customers', 'leads_converted', 'deals_won', 'deal_value', 'calls_made', 'visits_made'
);
comment on type public.kpi_measure is 'What can be measured (private.measured).';

create table public.kpi_definitions (
  like private.record including defaults including indexes,
  name text not null,
  measure public.kpi_measure not null,
  place integer not null default 1,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  unique (tenant_id, measure),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name)),
  constraint place_is_bounded check (place between 1 and 1000)
);
comment on table public.kpi_definitions is 'Which of the measures a company looks at, under which names and in which order.';
select private.manage_table('public.kpi_definitions', 'kpi_definition');
select private.set_audience('kpi_definition', 'kpis.view');
select private.register_error('kpi_name_taken', 409, 'There is an indicator of this name already.', 'Choose another name.');
select private.refuse_taken('public.kpi_definitions', 'kpi_definitions_tenant_id_name_key', 'kpi_name_taken');
select private.register_error('kpi_measure_taken', 409, 'This is measured already.', 'Change that indicator, or take it into use again.');
select private.refuse_taken('public.kpi_definitions', 'kpi_definitions_tenant_id_measure_key', 'kpi_measure_taken');

create function private.tg_tenants__give_kpis() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.kpi_definitions (tenant_id, measure, name, place)
  values (new.id, 'invoiced', 'Invoiced', 1), (new.id, 'received', 'Money received', 2), (new.id, 'orders_taken', 'Orders', 3), (new.id, 'new_customers', 'New customers', 4),
    (new.id, 'leads_converted', 'Leads converted', 5), (new.id, 'deals_won', 'Deals won', 6), (new.id, 'calls_made', 'Calls', 7), (new.id, 'visits_made', 'Visits', 8);
  return null;
end
$$;
comment on function private.tg_tenants__give_kpis() is 'Gives a new company the indicators that it begins with.';
create trigger _300_give_kpis after insert on public.tenants for each row execute function private.tg_tenants__give_kpis();

create table public.kpi_targets (
  like private.record including defaults including indexes,
  kpi_id uuid not null,
  person_id uuid,
  team_id uuid,
  month date not null,
  target numeric(14,2) not null,
  subject uuid not null generated always as (coalesce(person_id, team_id, tenant_id)) stored,
  foreign key (tenant_id, kpi_id) references public.kpi_definitions (tenant_id, id),
  foreign key (tenant_id, person_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, team_id) references public.teams (tenant_id, id),
  unique (tenant_id, kpi_id, subject, month),
  constraint target_is_bounded check (target > 0 and target <= 999999999999.99),
  constraint target_is_of_one check (num_nonnulls(person_id, team_id) < 2),
  constraint target_month_begins check (extract(day from month) = 1 and month between '2000-01-01' and '2100-01-01')
);
create index kpi_targets_person on public.kpi_targets (tenant_id, person_id) where person_id is not null;
create index kpi_targets_team on public.kpi_targets (tenant_id, team_id) where team_id is not null;
create index kpi_targets_month on public.kpi_targets (tenant_id, month desc);
comment on table public.kpi_targets is 'What a person, a team or, where neither is named, the company is to reach in a month.';
comment on column public.kpi_targets.month is 'Its first day, in the company''s time zone.';
comment on column public.kpi_targets.subject is 'Whose it is: the person''s, else the team''s, else the company''s.';
select private.manage_table('public.kpi_targets', 'kpi_target');
select private.set_audience('kpi_target', 'kpis.view_all');
select private.register_error('kpi_target_taken', 409, 'There is a target for this month already.', 'Change that one.');
select private.refuse_taken('public.kpi_targets', 'kpi_targets_tenant_id_kpi_id_subject_month_key', 'kpi_target_taken');
select private.register_error('target_is_bounded', 422, 'This is no target.', 'Enter a number above 0, up to 999999999999.99.');
select private.register_error('target_is_of_one', 422, 'A target is for a person, for a team or for the company.', 'Choose the person or the team, not both.');
select private.register_error('target_month_begins', 422, 'A target is for a whole month.', 'Enter the first day of the month.');

------------------------------------------------------------------------------------------------
-- Measuring
------------------------------------------------------------------------------------------------

create index customers_entered on public.customers (tenant_id, created_at);
create index payments_received on public.payments (tenant_id, received_at);
create index orders_by_moment on public.orders (tenant_id, submitted_at) where submitted_at is not null;
create index trip_stops_left on public.trip_stops (tenant_id, left_at) where left_at is not null;
create index leads_converted on public.leads (tenant_id, converted_at) where converted_at is not null;
create index deals_closed on public.deals (tenant_id, closed_at) where closed_at is not null;
create index activities_happened on public.activities (tenant_id, happened_at);

create function private.measured_rows(tenant uuid, since date, until date, people uuid[])
returns table (measure public.kpi_measure, user_id uuid, day date, value numeric, what text, document text, document_id uuid, number text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  zone constant text := (select s.timezone from public.tenant_settings s where s.tenant_id = tenant);
  begins constant timestamptz := since::timestamp at time zone zone;
  ends constant timestamptz := (until + 1)::timestamp at time zone zone;
begin
  return query
  with counted (measure, user_id, day, value, what, document, document_id, number) as (
    select 'invoiced'::public.kpi_measure, m.user_id, x.issued_on, x.net, x.document, x.document, x.id, x.number
    from (
      select i.customer_id, i.issued_on, i.subtotal as net, 'invoice' as document, i.id, i.number from public.invoices i
      where i.tenant_id = tenant and i.issued_on between since and until and i.is_live and i.interest_of_id is null
      union all
      select n.customer_id, n.issued_on, -n.subtotal, 'credit_note', n.id, n.number from public.credit_notes n
      where n.tenant_id = tenant and n.issued_on between since and until and n.is_live
    ) x
    join public.customers c on c.tenant_id = tenant and c.id = x.customer_id
    left join public.memberships m on m.tenant_id = tenant and m.id = c.sales_rep_id
    union all
    select 'received', m.user_id, (p.received_at at time zone zone)::date, p.amount - p.refunded_total, p.method::text, 'payment', p.id, p.number
    from public.payments p
    join public.customers c on c.tenant_id = tenant and c.id = p.customer_id
    left join public.memberships m on m.tenant_id = tenant and m.id = c.sales_rep_id
    where p.tenant_id = tenant and p.received_at >= begins and p.received_at < ends and p.is_received and p.status in ('approved', 'reconciled')
    union all
    select 'orders_taken', o.created_by, (o.submitted_at at time zone zone)::date, 1, 'order', 'order', o.id, o.number
    from public.orders o
    where o.tenant_id = tenant and o.submitted_at >= begins and o.submitted_at < ends and o.status not in ('draft', 'rejected', 'cancelled')
    union all
    select 'deliveries_made', m.user_id, (s.left_at at time zone zone)::date, 1, 'delivery', 'trip', t.id, t.number
    from public.trip_stops s
    join public.trips t on t.tenant_id = tenant and t.id = s.trip_id
    left join public.drivers d on d.tenant_id = tenant and d.id = t.driver_id
    left join public.memberships m on m.tenant_id = tenant and m.id = d.membership_id
    where s.tenant_id = tenant and s.left_at >= begins and s.left_at < ends and s.status = 'delivered'
    union all
    select 'new_customers', m.user_id, (c.created_at at time zone zone)::date, 1, 'customer', 'customer', c.id, c.code
    from public.customers c left join public.memberships m on m.tenant_id = tenant and m.id = c.sales_rep_id
    where c.tenant_id = tenant and c.created_at >= begins and c.created_at < ends and c.status = 'active'
    union all
    select 'leads_converted', l.owner_id, (l.converted_at at time zone zone)::date, 1, 'lead', 'lead', l.id, l.number
    from public.leads l where l.tenant_id = tenant and l.converted_at >= begins and l.converted_at < ends
    union all
    select v.measure, d.owner_id, (d.closed_at at time zone zone)::date, v.value, 'deal', 'deal', d.id, d.number
    from public.deals d
    cross join lateral (values ('deals_won'::public.kpi_measure, 1::numeric), ('deal_value', coalesce(d.value, 0))) v (measure, value)
    where d.tenant_id = tenant and d.closed_at >= begins and d.closed_at < ends and d.status = 'won'
    union all
    select case a.kind when 'call' then 'calls_made'::public.kpi_measure else 'visits_made' end, a.created_by, (a.happened_at at time zone zone)::date, 1, a.kind::text, a.document_kind, a.document_id, null
    from public.activities a
    where a.tenant_id = tenant and a.happened_at >= begins and a.happened_at < ends and a.kind in ('call', 'visit') and a.removed_at is null
    union all
    select 'visits_made', v.canvasser_id, v.visited_on, 1, 'visit', null, null, null from public.door_visits v where v.tenant_id = tenant and v.visited_on between since and until
  )
  select c.measure, c.user_id, c.day, c.value, c.what, c.document, c.document_id, c.number
  from counted c
  where people is null or c.user_id = any (people);
end
$$;
comment on function private.measured_rows(uuid, date, date, uuid[]) is
  'What these accounts did (null: everybody, and what is nobody''s) from a day to another, in the company''s time zone: each with the day and the document. invoiced: net of invoices (interest apart) less credit notes, by the day of issue, of the salesperson''s customers; received: approved money less refunds, by the day on which it came, of his customers; orders_taken: submitted and neither rejected nor cancelled, by whoever entered them; deliveries_made: stops delivered, by the driver, as he left; new_customers: active ones, by the day on which they were entered, of their salesperson; leads_converted, deals_won, deal_value: by the day, of the owner; calls_made and visits_made: activities logged, and doors visited, by whoever did.';

create function private.measured(tenant uuid, since date, until date, people uuid[]) returns table (measure public.kpi_measure, user_id uuid, month date, value numeric)
language sql stable security definer set search_path = ''
as $$
  select r.measure, r.user_id, pg_catalog.date_trunc('month', r.day)::date, sum(r.value)
  from private.measured_rows(tenant, since, until, people) r
  group by r.measure, r.user_id, pg_catalog.date_trunc('month', r.day)::date
$$;
comment on function private.measured(uuid, date, date, uuid[]) is 'private.measured_rows by measure, account and month.';

create function private.people_measured(tenant uuid, subject uuid) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  found_people uuid[];
begin
  if subject is null then
    perform private.require_permission('kpis.view_all');
    return null;
  end if;
  found_people := array(
    with recursive below as (
      select t.id from public.teams t where t.tenant_id = tenant and t.id = subject and t.is_active
      union
      select t.id from public.teams t join below on below.id = t.parent_id where t.tenant_id = tenant and t.is_active
    )
    select m.user_id from public.memberships m where m.tenant_id = tenant and m.user_id = subject
    union
    select m.user_id from below
    join public.team_members b on b.tenant_id = tenant and b.team_id = below.id
    join public.memberships m on m.tenant_id = tenant and m.id = b.membership_id
  );
  if found_people = '{}' or not found_people <@ private.my_line() and not private.has_permission(tenant, 'kpis.view_all') then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('subject', subject));
  end if;
  return found_people;
end
$$;
comment on function private.people_measured(uuid, uuid) is
  'Accounts of a person, or of a team and those below it, whose figures the caller sees: his own, those of the teams that he leads, everybody''s with kpis.view_all; null: the company, for who sees all. Raises record_not_found, permission_denied.';

create function private.kpi_board(month date, subject uuid default null)
returns table (kpi_id uuid, name text, measure public.kpi_measure, value numeric, previous numeric, target numeric, elapsed numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('kpis.view');
  people uuid[];
  last_day date;
  passed numeric;
begin
  perform private.check_month(month);
  people := private.people_measured(tenant, subject);
  last_day := (month + interval '1 month')::date - 1;
  passed := greatest(0, least(1, (private.tenant_today(tenant) - month + 1)::numeric / (last_day - month + 1)));
  return query
  with figures as (
    select f.measure, sum(f.value) filter (where f.month = kpi_board.month) as value, sum(f.value) filter (where f.month < kpi_board.month) as previous
    from private.measured(tenant, (month - interval '1 month')::date, last_day, people) f
    group by f.measure
  )
  select k.id, k.name, k.measure, coalesce(f.value, 0), coalesce(f.previous, 0), t.target, pg_catalog.round(passed, 4)
  from public.kpi_definitions k
  left join figures f on f.measure = k.measure
  left join public.kpi_targets t on t.tenant_id = tenant and t.kpi_id = k.id and t.subject = coalesce(kpi_board.subject, tenant) and t.month = kpi_board.month
  where k.tenant_id = tenant and k.is_active
  order by k.place, k.name;
end
$$;
comment on function private.kpi_board(date, uuid) is
  'The indicators in use of a month (its first day) for a person (his account), for a team and those below it, or (null) for the company: the figure so far, that of the month before, the target, and which part of the month is over. Own figures and those of one''s line; kpis.view_all: everybody''s. Raises input_invalid, record_not_found, permission_denied.';
select private.expose('kpi_board');

create function private.explain_kpi(measure public.kpi_measure, since date, until date, subject uuid default null)
returns table (happened_at timestamptz, what text, document text, document_id uuid, number text, amount numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('kpis.view');
  zone constant text := (select s.timezone from public.tenant_settings s where s.tenant_id = tenant);
  people uuid[];
begin
  if (since between '2000-01-01' and until and until <= since + 366) is not true then
    perform private.fail('input_invalid', '{"until": "a period of at most a year is needed"}');
  end if;
  people := private.people_measured(tenant, subject);
  return query
    with found as materialized (
      select r.*, pg_catalog.row_number() over (order by r.day desc, r.document_id desc) as place
      from private.measured_rows(tenant, since, until, people) r where r.measure = explain_kpi.measure
    )
    select f.day::timestamp at time zone zone, f.what, f.document, f.document_id, f.number, f.value from (
      select f.place, f.day, f.what, f.document, f.document_id, f.number, f.value from found f where f.place <= 500
      union all
      select 501, max(f.day), 'earlier', null, null, pg_catalog.count(*)::text, sum(f.value) from found f where f.place > 500 having pg_catalog.count(*) > 0
    ) f
    order by f.place;
end
$$;
comment on function private.explain_kpi(public.kpi_measure, date, date, uuid) is
  'The rows that make an indicator from a day to another (at most a year) of a person (his account), of a team and those below it, or (null) of the company, which sum to it: as explain_figure has them. Own figures and those of one''s line; kpis.view_all: everybody''s. Raises input_invalid, record_not_found, permission_denied.';
select private.expose('explain_kpi');

create function private.agent_performance(since date, until date)
returns table (
  user_id uuid, full_name text, invoiced numeric, received numeric, orders_taken numeric, calls_made numeric, visits_made numeric,
  leads bigint, leads_converted bigint, deals_won bigint, deals_lost bigint, deal_value numeric, answers bigint, answer_minutes numeric
)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  tenant constant uuid := private.require_permission('kpis.view');
  zone constant text := (select s.timezone from public.tenant_settings s where s.tenant_id = tenant);
  begins timestamptz;
  ends timestamptz;
  people uuid[];
begin
  if (since between '2000-01-01' and until and until <= since + 366) is not true then
    perform private.fail('input_invalid', '{"until": "a period of at most a year is needed"}');
  end if;
  begins := since::timestamp at time zone zone;
  ends := (until + 1)::timestamp at time zone zone;
  people := case when private.has_permission(tenant, 'kpis.view_all')
    then array(select m.user_id from public.memberships m where m.tenant_id = tenant and m.role <> 'customer') else private.my_line() end;
  return query
  with figures as (
    select f.user_id, sum(f.value) filter (where f.measure = 'invoiced') as invoiced, sum(f.value) filter (where f.measure = 'received') as received,
      sum(f.value) filter (where f.measure = 'orders_taken') as orders_taken, sum(f.value) filter (where f.measure = 'calls_made') as calls_made,
      sum(f.value) filter (where f.measure = 'visits_made') as visits_made, sum(f.value) filter (where f.measure = 'deal_value') as deal_value
    from private.measured(tenant, since, until, people) f group by f.user_id
  ), led as (
    select l.owner_id as user_id, count(*) as leads, count(*) filter (where l.status = 'converted') as converted
    from public.leads l where l.tenant_id = tenant and l.created_at >= begins and l.created_at < ends and l.owner_id = any (people) and l.status <> 'duplicate' group by l.owner_id
  ), dealt as (
    select d.owner_id as user_id, count(*) filter (where d.status = 'won') as won, count(*) filter (where d.status = 'lost') as lost
    from public.deals d where d.tenant_id = tenant and d.closed_at >= begins and d.closed_at < ends and d.owner_id = any (people) group by d.owner_id
  ), answered as (
    select m.user_id, count(*) as answers, pg_catalog.round(avg(extract(epoch from k.answered_at - k.began_at) / 60), 1) as minutes
    from public.conversation_clocks k
    join public.conversations c on c.tenant_id = tenant and c.id = k.conversation_id
    join public.memberships m on m.tenant_id = tenant and m.id = c.assignee_id and m.user_id = any (people)
    where k.tenant_id = tenant and k.began_at >= begins and k.began_at < ends and k.answered_at is not null
    group by m.user_id
  )
  select u.id, u.full_name, coalesce(f.invoiced, 0), coalesce(f.received, 0), coalesce(f.orders_taken, 0), coalesce(f.calls_made, 0), coalesce(f.visits_made, 0),
    coalesce(l.leads, 0), coalesce(l.converted, 0), coalesce(d.won, 0), coalesce(d.lost, 0), coalesce(f.deal_value, 0), coalesce(a.answers, 0), a.minutes
  from public.users u
  left join figures f on f.user_id = u.id
  left join led l on l.user_id = u.id
  left join dealt d on d.user_id = u.id
  left join answered a on a.user_id = u.id
  where u.id = any (people) and (u.id = auth.uid() or f.user_id is not null or l.user_id is not null or d.user_id is not null or a.user_id is not null)
  order by coalesce(f.invoiced, 0) desc, u.full_name;
end
$$;
comment on function private.agent_performance(date, date) is
  'What each person of the caller''s line (kpis.view_all: everybody) did from a day to another, at most a year: as private.measured; leads entered in the period that are his, and how many of them are customers by now; deals won and lost in it; conversations begun in it that he has answered first, and minutes until then on average. Who did nothing is left out. Raises input_invalid, permission_denied.';
select private.expose('agent_performance');
