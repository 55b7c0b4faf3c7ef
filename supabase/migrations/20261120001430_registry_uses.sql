-- Family 14, registries: what is asked of them that a list does not answer. Each with the rights of whoever asks.

create function private.cash_flow(from_day date default null, to_day date default null)
returns table (week date, money_in numeric, money_out numeric, expected numeric)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('comments.view');
  zone constant text := (select s.timezone from public.tenant_settings s where s.tenant_id = tenant);
  today constant date := private.tenant_today(tenant);
  begins constant date := coalesce(from_day, today - 56);
  ends constant date := coalesce(to_day, today + 28);
begin
  if begins not between '2000-01-01' and '2200-01-01' or ends not between begins and begins + 366 then
    perform private.fail('period_not_valid');
  end if;
  return query
  with moved as (
    select pg_catalog.date_trunc('week', f.paid_at at time zone zone)::date as starts_on,
      sum(f.amount) filter (where f.direction = 'inflow') as money_in, sum(f.amount) filter (where f.direction = 'outflow') as money_out
    from public.financial_ledger f
    where f.tenant_id = tenant and f.is_cash and f.status not in ('pending', 'rejected', 'cancelled')
      and f.paid_at >= begins::timestamp at time zone zone and f.paid_at < (ends + 1)::timestamp at time zone zone
    group by 1
  ), due as (
    -- What should have come already is expected now.
    select pg_catalog.date_trunc('week', greatest(f.due_date, today)::timestamp)::date as starts_on, sum(f.open_amount) as expected
    from public.financial_ledger f
    where f.tenant_id = tenant and f.open_amount <> 0 and f.transaction_type = 'invoice' and f.due_date <= ends
    group by 1
  )
  select w::date, coalesce(m.money_in, 0), coalesce(m.money_out, 0), coalesce(d.expected, 0)
  from pg_catalog.generate_series(pg_catalog.date_trunc('week', begins::timestamp), ends::timestamp, interval '1 week') w
  left join moved m on m.starts_on = w::date
  left join due d on d.starts_on = w::date
  order by 1;
end
$$;
comment on function private.cash_flow(date, date) is
  'Money by weeks of the company''s calendar, each from its Monday, for at most 367 days (the last eight weeks and the next four, if not said): what came in, what went out, and what is open by the day it is due; what is overdue is expected this week. Of what the caller sees of the ledger. Raises period_not_valid, permission_denied.';
select private.expose('cash_flow');

create function private.counterparty_balances()
returns table (counterparty_type text, counterparty_id uuid, counterparty_name text, owed numeric, overdue numeric, advance numeric, oldest_due date)
language sql stable set search_path = ''
as $$
  select f.counterparty_type, f.counterparty_id, max(f.counterparty_name),
    coalesce(sum(f.open_amount) filter (where f.transaction_type = 'invoice'), 0),
    coalesce(sum(f.open_amount) filter (where f.transaction_type = 'invoice' and f.due_date < (select private.tenant_today(private.active_tenant_id()))), 0),
    coalesce(sum(f.open_amount) filter (where f.transaction_type = 'payment'), 0),
    min(f.due_date) filter (where f.transaction_type = 'invoice')
  from public.financial_ledger f
  where f.tenant_id = (select private.require_permission('comments.view')) and f.open_amount <> 0 and f.status not in ('pending', 'rejected', 'cancelled')
  group by f.counterparty_type, f.counterparty_id
  order by 4 desc, 2
  limit 200
$$;
comment on function private.counterparty_balances() is
  'What is open with whom, the largest first, at most 200: owed on issued invoices, how much of it is overdue since when, and what was paid in advance. Of what the caller sees of the ledger. Raises permission_denied.';
select private.expose('counterparty_balances');

create function private.similar_people()
returns table (same text, shared_value text, people bigint, named jsonb)
language sql stable set search_path = ''
as $$
  with told as (
    select 'phone' as same, p.phone as shared_value, p.* from public.people_directory p
    where p.tenant_id = (select private.require_permission('comments.view')) and p.phone is not null
    union all
    select 'email', p.email, p.* from public.people_directory p
    where p.tenant_id = (select private.require_permission('comments.view')) and p.email is not null
  )
  select t.same, t.shared_value, count(*), pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'name', t.display_name, 'company', t.company_name, 'type', t.person_type, 'entity_type', t.entity_type, 'entity_id', t.entity_id) order by t.display_name, t.id)
  from told t
  group by t.same, t.shared_value
  -- A customer and his own people may share a telephone; two customers may not.
  having count(distinct t.entity_id) > 1
  order by count(*) desc, t.shared_value
  limit 100
$$;
comment on function private.similar_people() is
  'Telephone numbers and e-mail addresses that several people of the directory have who belong to different records, with those people [{name, company, type, entity_type, entity_id}]; at most 100. Of whom the caller sees. Raises permission_denied.';
select private.expose('similar_people');

create function private.team_load()
returns table (user_id uuid, person_name text, open bigint, late bigint, trips bigint, tasks bigint, sales bigint, clashes bigint)
language sql stable set search_path = ''
as $$
  with mine as materialized (
    select a.* from public.assignments a where a.tenant_id = (select private.require_permission('comments.view')) and a.is_open
  ), clashing as (
    select a.user_id, count(*) as clashes
    from mine a join mine b on b.user_id = a.user_id and b.id > a.id and b.start_time < a.end_time and a.start_time < b.end_time
    group by a.user_id
  )
  select m.user_id, max(u.full_name), count(*), count(*) filter (where m.end_time < pg_catalog.now()),
    count(*) filter (where m.assignment_type = 'trip'), count(*) filter (where m.assignment_type = 'task'),
    count(*) filter (where m.assignment_type in ('lead', 'deal')), coalesce(max(c.clashes), 0)
  from mine m
  left join public.users u on u.id = m.user_id
  left join clashing c on c.user_id = m.user_id
  group by m.user_id
  order by 3 desc, 1
  limit 200
$$;
comment on function private.team_load() is
  'How much is open with whom: all of it, what is late, trips, tasks, leads and deals, and how many pairs of it are at the same time; the most first, at most 200. Of the assignments that the caller sees; person_name is null where he may not see the person. Raises permission_denied.';
select private.expose('team_load');

create function private.nearest_places(latitude numeric, longitude numeric, within_km numeric default 10)
returns table (id uuid, entity_type text, entity_id uuid, location_type text, name text, address text, place_latitude numeric, place_longitude numeric, metres integer)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_variable
begin
  if latitude not between -90 and 90 or longitude not between -180 and 180 or within_km not between 0.1 and 500 then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object('latitude', latitude, 'longitude', longitude, 'within_km', within_km));
  end if;
  return query
  select l.id, l.entity_type, l.entity_id, l.location_type, l.name, pg_catalog.concat_ws(', ', l.address_line_1, l.city), l.latitude, l.longitude,
    private.metres_between(latitude, longitude, l.latitude, l.longitude)
  from public.location_registry l
  where l.tenant_id = (select private.require_permission('comments.view')) and l.is_active
    -- A degree of latitude is never less than 110.5 km: a strip of the index, then the circle.
    and l.latitude between latitude - within_km / 110.5 and latitude + within_km / 110.5
    and private.metres_between(latitude, longitude, l.latitude, l.longitude) <= within_km * 1000
  order by 9, 1
  limit 100;
end
$$;
comment on function private.nearest_places(numeric, numeric, numeric) is
  'Places within so many kilometres (0.1 to 500) of a position as the crow flies, the nearest first, at most 100. Of those that the caller sees. Raises input_invalid, permission_denied.';
select private.expose('nearest_places');

create function private.bottlenecks()
returns table (entity_type text, current_status text, status_category text, documents bigint, oldest_at timestamptz, median_hours numeric, late bigint)
language sql stable set search_path = ''
as $$
  select s.entity_type, s.current_status, s.status_category, count(*), min(s.changed_at),
    pg_catalog.round((extract(epoch from pg_catalog.now() - pg_catalog.percentile_disc(0.5) within group (order by s.changed_at)) / 3600)::numeric, 1),
    count(*) filter (where s.due_date < (select private.tenant_today(private.active_tenant_id())))
  from public.status_tracker s
  where s.tenant_id = (select private.require_permission('comments.view')) and s.status_category in ('pending', 'blocked', 'active') and s.entity_type <> 'customer'
  group by s.entity_type, s.current_status, s.status_category
  order by case s.status_category when 'blocked' then 0 when 'pending' then 1 else 2 end, 6 desc, 1
$$;
comment on function private.bottlenecks() is
  'Where documents stand still: how many of each kind are in each state that is not the end, since when the oldest, for how many hours half of them at least, and how many are past their day. Blocked ones first. Of those that the caller sees; customers, whose state is no work, are left out. Raises permission_denied.';
select private.expose('bottlenecks');

create function private.inventory_totals()
returns table (item_type text, category text, items bigint, quantity numeric, list_value numeric)
language sql stable set search_path = ''
as $$
  select i.item_type, i.category, count(*), sum(i.quantity), sum(i.quantity * i.unit_value)
  from public.inventory_registry i
  where i.tenant_id = (select private.require_permission('comments.view'))
  group by i.item_type, i.category
  order by 5 desc nulls last, 1, 2
  limit 200
$$;
comment on function private.inventory_totals() is 'What there is by type and category: how many lines, their quantity and what it is worth at list price. Of what the caller sees. Raises permission_denied.';
select private.expose('inventory_totals');

create function private.document_totals()
returns table (document_type text, documents bigint, bytes numeric, expired bigint, ends_soon bigint)
language sql stable set search_path = ''
as $$
  select d.document_type, count(*), coalesce(sum(d.file_size), 0), count(*) filter (where d.expires_at <= pg_catalog.now()),
    count(*) filter (where d.expires_at > pg_catalog.now() and d.expires_at <= pg_catalog.now() + interval '30 days')
  from public.document_registry d
  where d.tenant_id = (select private.require_permission('comments.view'))
  group by d.document_type
  order by 2 desc, 1
$$;
comment on function private.document_totals() is 'Papers and files by type: how many, the bytes of the files, how many have expired and how many will within 30 days. Of those that the caller sees. Raises permission_denied.';
select private.expose('document_totals');
