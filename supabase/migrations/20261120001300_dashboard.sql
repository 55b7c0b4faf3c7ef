-- Family 13, figures: what a company looks at every day, added up as the reader may see it.
--
-- The reader's rights decide which rows count: orders are asked like by their policy (as the owner, for whom lines can be
-- joined and need not be looked up one by one), everything else is read with his own rights. An order belongs to the day on
-- which it was entered, an invoice to the day on which it was issued; days are those of the company's time zone.

create index invoices_issued on public.invoices (tenant_id, issued_on) where issued_on is not null;

select private.register_error('period_not_valid', 422, 'The period ends before it begins, is longer than 366 days, or is in no year from 2000 to 2200.', 'Choose a period of at most 366 days.');

create function private.order_stages() returns table (place integer, stage text, states text[])
language sql immutable
begin atomic
  select s.place, s.stage, s.states::text[]
  from (values
    (1, 'entered', '{draft,pending_approval,approved,allocated,dispatched,in_transit,delivered,cancelled,rejected,failed}'),
    (2, 'submitted', '{pending_approval,approved,allocated,dispatched,in_transit,delivered,rejected,failed}'),
    (3, 'approved', '{approved,allocated,dispatched,in_transit,delivered,failed}'),
    (4, 'dispatched', '{dispatched,in_transit,delivered,failed}'),
    (5, 'delivered', '{delivered}')
  ) s (place, stage, states);
end;
comment on function private.order_stages() is
  'How far orders have come: the stages of the funnel in their order, each with the states of the orders that have reached it. An order that was cancelled has reached the first alone.';

create function private.order_figures(from_day date, to_day date, zone text) returns jsonb
language sql stable security definer set search_path = ''
as $$
  with o as materialized (
    select o.tenant_id, o.id, o.status::text as status, o.total, o.requested_on, o.is_done,
      o.status in ('cancelled', 'rejected', 'failed') as is_stopped,
      (o.created_at at time zone zone)::date as entered_on, (o.delivered_at at time zone zone)::date as delivered_on
    from public.orders o
    where o.tenant_id = (select private.tenant_id('orders.view')) and ((select private.is_unscoped()) or private.sees_order(o.id, o.customer_id, o.warehouse_id))
      and o.created_at >= from_day::timestamp at time zone zone and o.created_at < (to_day + 1)::timestamp at time zone zone
  ), due as (
    select o.delivered_on <= o.requested_on as is_on_time,
      not exists (select from public.order_items l where l.tenant_id = o.tenant_id and l.order_id = o.id and l.quantity_delivered < l.quantity) as is_in_full
    from o
    where o.requested_on <= least(to_day, (pg_catalog.now() at time zone zone)::date - 1)
      and o.status in (select pg_catalog.unnest(s.states) from private.order_stages() s where s.stage = 'approved')
  ), per_day as (
    select o.entered_on, count(*) filter (where o.is_done) as delivered, count(*) filter (where not o.is_done and not o.is_stopped) as open,
      count(*) filter (where o.is_stopped) as stopped, sum(o.total) filter (where not o.is_stopped) as total
    from o group by o.entered_on
  ), per_state as materialized (
    select o.status, count(*) as orders from o group by o.status
  )
  select pg_catalog.jsonb_build_object(
    'orders', (select count(*) from o),
    'total', (select coalesce(sum(p.total), 0) from per_day p),
    'days', (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('day', d.day::date, 'delivered', coalesce(p.delivered, 0), 'open', coalesce(p.open, 0),
        'stopped', coalesce(p.stopped, 0), 'total', coalesce(p.total, 0)) order by d.day)
      from pg_catalog.generate_series(from_day::timestamp, to_day::timestamp, '1 day') d (day)
      left join per_day p on p.entered_on = d.day::date
    ),
    'stages', (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('stage', s.stage, 'states', s.states,
        'orders', (select coalesce(sum(p.orders), 0) from per_state p where p.status = any (s.states))) order by s.place)
      from private.order_stages() s
    ),
    'promised', (
      select pg_catalog.jsonb_build_object('until', least(to_day, (pg_catalog.now() at time zone zone)::date - 1),
        'states', (select s.states from private.order_stages() s where s.stage = 'approved'), 'due', count(*),
        'on_time', count(*) filter (where d.is_on_time), 'in_full', count(*) filter (where d.is_in_full),
        'both', count(*) filter (where d.is_on_time and d.is_in_full))
      from due d
    )
  )
$$;
comment on function private.order_figures(date, date, text) is
  'The orders that were entered between two days (both included), as the caller sees them: {orders: how many, total: what they come to with tax, without cancelled, rejected and failed ones; days: [{day, delivered, open, stopped: how many, total}], every day once; stages: [{stage, states, orders}], private.order_stages; promised: {until: the last day that is over, states, due: approved orders wanted by then, on_time: delivered on the day or before, in_full: every line delivered as ordered, both}}. Money in the company''s currency.';

create function private.most_ordered(from_day date, to_day date, zone text) returns jsonb
language sql stable security definer set search_path = ''
as $$
  with o as materialized (
    select o.tenant_id, o.id, o.customer_id, o.total, o.created_at at time zone zone as entered_at
    from public.orders o
    where o.tenant_id = (select private.tenant_id('orders.view')) and ((select private.is_unscoped()) or private.sees_order(o.id, o.customer_id, o.warehouse_id))
      and o.created_at >= from_day::timestamp at time zone zone and o.created_at < (to_day + 1)::timestamp at time zone zone
      and o.status in ('pending_approval', 'approved', 'allocated', 'dispatched', 'in_transit', 'delivered')
  )
  select pg_catalog.jsonb_build_object(
    'states', '["pending_approval", "approved", "allocated", "dispatched", "in_transit", "delivered"]'::jsonb,
    'products', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', p.product_id, 'name', p.name, 'unit', p.unit, 'quantity', p.quantity, 'amount', p.amount)
        order by p.amount desc, p.product_id), '[]')
      from (
        select l.product_id, max(l.product_name) as name, max(l.unit) as unit, sum(l.quantity) as quantity, sum(l.line_total) as amount
        from o join public.order_items l on l.tenant_id = o.tenant_id and l.order_id = o.id
        group by l.product_id order by sum(l.line_total) desc, l.product_id limit 10
      ) p
    ),
    'customers', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', c.customer_id, 'name', case when private.tenant_id('customers.view') is not null then n.name end, 'orders', c.orders, 'total', c.total)
        order by c.total desc, c.customer_id), '[]')
      from (
        select o.tenant_id, o.customer_id, count(*) as orders, sum(o.total) as total from o group by o.tenant_id, o.customer_id order by sum(o.total) desc, o.customer_id limit 10
      ) c
      join public.customers n on n.tenant_id = c.tenant_id and n.id = c.customer_id
    ),
    'hours', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('weekday', h.weekday, 'hour', h.hour, 'orders', h.orders) order by h.weekday, h.hour), '[]')
      from (
        select extract(isodow from o.entered_at)::integer as weekday, extract(hour from o.entered_at)::integer as hour, count(*) as orders
        from o group by 1, 2
      ) h
    )
  )
$$;
comment on function private.most_ordered(date, date, text) is
  'What was ordered between two days, without drafts and what was cancelled, rejected or failed, as the caller sees it: {states: of the orders that count, products: the ten with the highest amount [{id, name as its lines say it, unit, quantity in base units, amount without tax}], customers: the ten with the highest total [{id, name (null for who may not see customers), orders, total with tax}], hours: when orders are entered [{weekday: 1 is Monday, hour, orders}], only those with orders}.';

create function private.revenue_figures(from_day date, to_day date) returns jsonb
language sql stable set search_path = ''
as $$
  with r as (
    select x.issued_on, sum(x.invoiced) as invoiced, sum(x.credited) as credited
    from (
      select i.issued_on, i.subtotal as invoiced, 0 as credited from public.invoices i where i.issued_on between from_day and to_day and i.is_live and i.interest_of_id is null
      union all
      select n.issued_on, 0, n.subtotal from public.credit_notes n where n.issued_on between from_day and to_day and n.is_live
    ) x
    group by x.issued_on
  )
  select pg_catalog.jsonb_build_object(
    'total', (select coalesce(sum(r.invoiced - r.credited), 0) from r),
    'days', (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('day', d.day::date, 'invoiced', coalesce(r.invoiced, 0), 'credited', coalesce(r.credited, 0)) order by d.day)
      from pg_catalog.generate_series(from_day::timestamp, to_day::timestamp, '1 day') d (day)
      left join r on r.issued_on = d.day::date
    )
  )
$$;
comment on function private.revenue_figures(date, date) is
  'Revenue between two days (both included) by the day of issue, as the caller sees it: {total: invoiced less credited, days: [{day, invoiced, credited}], every day once}. Without tax, deposits, interest, drafts and what is void; in the company''s currency.';

create function private.stock_figures() returns jsonb
language sql stable set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('balances', count(*), 'first', coalesce(
    pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', s.id, 'product', s.product_name, 'warehouse', s.warehouse_name, 'unit', s.unit,
      'available', s.available, 'reorder_point', s.reorder_point, 'suggested', s.suggested) order by s.place) filter (where s.place <= 10), '[]'))
  from (
    select r.*, pg_catalog.row_number() over (order by r.available / r.reorder_point, r.id) as place from public.reorder_suggestions r
  ) s
$$;
comment on function private.stock_figures() is
  'What falls below its reorder point today (reorder_suggestions): {balances: how many products at places, first: the ten that have the least of it [{id of the balance, product, warehouse, unit, available, reorder_point, suggested}]}, in base units.';

create function private.ageing_figures() returns jsonb
language sql stable set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('customers', count(*), 'total', coalesce(sum(r.total), 0), 'not_due', coalesce(sum(r.not_due), 0),
    'days_1_to_30', coalesce(sum(r.days_1_to_30), 0), 'days_31_to_60', coalesce(sum(r.days_31_to_60), 0),
    'days_61_to_90', coalesce(sum(r.days_61_to_90), 0), 'over_90', coalesce(sum(r.over_90), 0))
  from public.receivables r
$$;
comment on function private.ageing_figures() is
  'What customers owe today, by days since it was due (receivables): {customers: how many owe, total, not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90} in the company''s currency.';

create function private.dashboard(from_day date default null, to_day date default null) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  tenant constant uuid := private.active_tenant_id();
  zone constant text := (select s.timezone from public.tenant_settings s where s.tenant_id = tenant);
  ends constant date := coalesce(to_day, private.tenant_today(tenant));
  begins constant date := coalesce(from_day, ends - 29);
  begins_before date;
  sees_orders constant boolean := private.tenant_id('orders.view') is not null;
  sees_invoices constant boolean := private.tenant_id('invoices.view') is not null;
begin
  -- Infinity is no day to count from.
  if begins not between '2000-01-01' and '2200-01-01' or ends not between begins and begins + 365 then
    perform private.fail('period_not_valid');
  end if;
  begins_before := begins - (ends - begins + 1);
  return pg_catalog.jsonb_build_object(
    'from_day', begins, 'to_day', ends,
    'orders', case when sees_orders then private.order_figures(begins, ends, zone) end,
    'orders_before', case when sees_orders then private.order_figures(begins_before, begins - 1, zone) end,
    'most', case when sees_orders then private.most_ordered(begins, ends, zone) end,
    'revenue', case when sees_invoices then private.revenue_figures(begins, ends) end,
    'revenue_before', case when sees_invoices then private.revenue_figures(begins_before, begins - 1) end,
    'ageing', case when sees_invoices then private.ageing_figures() end,
    'stock', case when private.tenant_id('inventory.view') is not null then private.stock_figures() end
  );
end
$$;
comment on function private.dashboard(date, date) is
  'The figures of a company for a period of at most 366 days, both included (the last 30, if not said), as far as the caller sees its rows: {from_day, to_day, orders and orders_before (private.order_figures; before: as many days just before), most (private.most_ordered), revenue and revenue_before (private.revenue_figures), ageing (private.ageing_figures) and stock (private.stock_figures) as of now}. A part is null for who may not see such rows at all. Raises period_not_valid.';
select private.expose('dashboard');
