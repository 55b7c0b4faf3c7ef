-- Family 09, billing: every figure explains itself. The rows that make a figure, summing to it, with their documents.

create table private.figures (
  figure text primary key,
  noun text not null,
  permissions text[] not null,
  has_past boolean not null default false,
  is_quantity boolean not null default false,
  constraint noun_is_known check (noun in ('purchase_order', 'customer', 'inventory', 'order', 'invoice', 'payment', 'promotion', 'settlement'))
);
select private.force_policies('private.figures');
comment on table private.figures is
  'What explain_figure takes apart: private.figure_<name>(tenant, id) answers its rows. noun: what the id is of; permissions: all that the reader needs; has_past: whether its rows know when they happened, so that it can be told for an earlier moment; is_quantity: base units, not the company''s currency. Written by private.explain.';

create function private.explain(figure text, noun text, permissions text[], what text, has_past boolean, body text, is_quantity boolean default false) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format(
    'create function private.%I(tenant uuid, id uuid) returns table (happened_at timestamptz, what text, document text, document_id uuid, number text, amount numeric) language sql stable security definer set search_path = '''' as %L',
    'figure_' || figure, body);
  execute pg_catalog.format('comment on function private.%I(uuid, uuid) is %L', 'figure_' || figure, 'The rows of ' || figure || ': ' || what);
  insert into private.figures (figure, noun, permissions, has_past, is_quantity) values (figure, noun, permissions, has_past, is_quantity);
end
$$;
comment on function private.explain(text, text, text[], text, boolean, text, boolean) is 'Has a figure explain itself; is_quantity: in base units instead of money. Called by migrations.';

select private.register_error('figure_unknown', 404, 'There is no such figure.', 'Use one of those in the details.');
select private.register_error('figure_has_no_past', 422, 'This figure is known for now only.', 'Ask for it without a moment.');

select private.explain('customer_balance', 'customer', '{invoices.view,payments.view}', 'what a customer was billed and paid.', true, $$
  select e.at, e.kind, case e.kind when 'invoice' then 'invoice' when 'interest_charge' then 'invoice' when 'credit_note' then 'credit_note' else 'payment' end, e.document_id, e.number, e.debit - e.credit
  from private.account_entries(tenant, id) e
$$);
select private.explain('customer_credit_used', 'customer', '{customers.view,invoices.view}', 'what a customer has open, and ordered.', false, $$
  select u.happened_at, u.what, u.document, u.document_id, u.number, u.amount
  from private.credit_uses u where u.tenant_id = $1 and u.customer_id = $2
$$);
select private.explain('customer_deposits', 'customer', '{inventory.view}', 'deposits on containers that went to a customer and came back.', true, $$
  select l.occurred_at, case when l.reference_type = 'container_write_off' then 'containers_written_off' when l.quantity > 0 then 'containers_handed_over' else 'containers_returned' end, l.reference_type, l.reference_id,
    private.number_of(l.reference_type, l.tenant_id, l.reference_id), l.deposit_amount
  from public.container_ledger l where l.tenant_id = $1 and l.holder = 'customer' and l.holder_id = $2 and l.deposit_amount <> 0
$$);
select private.explain('stock_on_hand', 'inventory', '{inventory.view}', 'movements of a product in a condition at a place.', true, $$
  select t.occurred_at, t.kind::text, t.reference_type, t.reference_id, private.number_of(t.reference_type, t.tenant_id, t.reference_id), t.quantity
  from public.inventory i
  join public.inventory_transactions t on t.tenant_id = i.tenant_id and t.warehouse_id = i.warehouse_id and t.product_id = i.product_id and t.condition = i.condition
  where i.tenant_id = $1 and i.id = $2
$$, is_quantity => true);
select private.explain('stock_reserved', 'inventory', '{inventory.view}', 'what is set aside for orders.', false, $$
  select r.created_at, 'reserved', 'order', o.id, o.number, r.quantity
  from public.inventory i
  join public.reservations r on r.tenant_id = i.tenant_id and r.warehouse_id = i.warehouse_id and r.product_id = i.product_id
  join public.order_items l on l.tenant_id = r.tenant_id and l.id = r.order_item_id
  join public.orders o on o.tenant_id = l.tenant_id and o.id = l.order_id
  where i.tenant_id = $1 and i.id = $2 and i.condition = 'good'
$$, is_quantity => true);
select private.explain('order_total', 'order', '{orders.view}', 'its lines and the delivery fee with their tax.', false, $$
  select null::timestamptz, x.what, null::text, null::uuid, l.product_name, x.amount
  from public.order_items l
  cross join lateral (values ('line', l.line_total), ('tax', l.tax_amount)) x (what, amount)
  where l.tenant_id = $1 and l.order_id = $2 and x.amount <> 0
  union all
  select null::timestamptz, x.what, null::text, null::uuid, null::text, x.amount
  from public.orders o
  cross join lateral (values ('delivery_fee', private.fee_net(o)), ('tax', private.fee_tax(o))) x (what, amount)
  where o.tenant_id = $1 and o.id = $2 and x.amount <> 0
$$);
select private.explain('order_discount', 'order', '{orders.view}', 'what promotions and bundles take off its lines, as its prices say it.', false, $$
  select null::timestamptz, 'discount', null::text, null::uuid, l.product_name || ', ' || d.name, d.amount
  from public.order_discounts d
  join public.order_items l on l.tenant_id = d.tenant_id and l.id = d.order_item_id
  where d.tenant_id = $1 and d.order_id = $2
$$);
select private.explain('promotion_given', 'promotion', '{prices.view,orders.view}', 'what it took off orders that stand.', false, $$
  select o.submitted_at, 'order', 'order', o.id, o.number, sum(d.amount)
  from public.order_discounts d
  join public.orders o on o.tenant_id = d.tenant_id and o.id = d.order_id
  where d.tenant_id = $1 and d.promotion_id = $2 and o.status not in ('draft', 'rejected', 'cancelled', 'failed')
  group by o.tenant_id, o.id
$$);
select private.explain('invoice_total', 'invoice', '{invoices.view}', 'its lines with their tax, and deposits.', false, $$
  select null::timestamptz, x.what, null::text, null::uuid, l.product_name, x.amount
  from public.invoice_items l
  cross join lateral (values (case when l.is_deposit then 'deposit' when l.product_sku = 'INTEREST' and l.is_fee then 'interest_charge' when l.is_fee then 'delivery_fee' else 'line' end, l.line_total), ('tax', l.tax_amount)) x (what, amount)
  where l.tenant_id = $1 and l.invoice_id = $2 and x.amount <> 0
$$);
select private.explain('invoice_balance', 'invoice', '{invoices.view,payments.view}', 'its total, and what paid it.', false, $$
  select i.created_at, 'total', 'invoice', i.id, i.number, i.total from public.invoices i where i.tenant_id = $1 and i.id = $2
  union all
  select p.received_at, p.method::text, 'payment', p.id, p.number, -a.amount
  from public.payment_allocations a
  join public.payments p on p.tenant_id = a.tenant_id and p.id = a.payment_id
  where a.tenant_id = $1 and a.invoice_id = $2
$$);
select private.explain('payment_unallocated', 'payment', '{payments.view,invoices.view}', 'its amount, less what it paid and what was given back.', false, $$
  select p.received_at, p.method::text, 'payment', p.id, p.number, p.amount from public.payments p where p.tenant_id = $1 and p.id = $2
  union all
  select a.created_at, 'paid', 'invoice', i.id, i.number, -a.amount
  from public.payment_allocations a
  join public.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
  where a.tenant_id = $1 and a.payment_id = $2
  union all
  select r.created_at, 'refund', null, null, null, -r.amount from public.payment_refunds r where r.tenant_id = $1 and r.payment_id = $2
$$);
select private.explain('settlement_billed', 'settlement', '{trips.view,invoices.view}', 'invoices of what the trip delivered.', false, $$
  select i.created_at, 'invoice', 'invoice', i.id, i.number, i.total
  from public.settlements s
  join public.trip_stops t on t.tenant_id = s.tenant_id and t.trip_id = s.trip_id and t.status = 'delivered'
  join public.invoices i on i.tenant_id = t.tenant_id and i.order_id = t.order_id and i.is_live and i.interest_of_id is null
  where s.tenant_id = $1 and s.id = $2
$$);
select private.explain('settlement_cash', 'settlement', '{trips.view,payments.view}', 'cash that was taken at the doors.', false, $$
  select p.received_at, 'cash', 'payment', p.id, p.number, p.amount
  from public.settlements s
  join public.payments p on p.tenant_id = s.tenant_id and p.trip_id = s.trip_id and p.is_live and p.method = 'cash'
  where s.tenant_id = $1 and s.id = $2
$$);
select private.explain('settlement_difference', 'settlement', '{trips.view,payments.view}', 'what was counted and spent, less the cash that was taken.', false, $$
  select s.approved_at, 'counted', 'settlement', s.id, s.number, s.counted from public.settlements s where s.tenant_id = $1 and s.id = $2 and s.counted is not null
  union all
  select s.approved_at, 'spent', 'settlement', s.id, s.number, s.spent from public.settlements s where s.tenant_id = $1 and s.id = $2 and s.counted is not null and s.spent <> 0
  union all
  select c.happened_at, c.what, c.document, c.document_id, c.number, -c.amount
  from private.figure_settlement_cash($1, $2) c
  where exists (select from public.settlements s where s.tenant_id = $1 and s.id = $2 and s.counted is not null)
$$);

create function private.sees_figure(noun text, tenant uuid, id uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select case noun
    when 'customer' then exists (
      select from public.customers c where c.tenant_id = tenant and c.id = sees_figure.id and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id)))
    when 'inventory' then exists (
      select from public.inventory i where i.tenant_id = tenant and i.id = sees_figure.id
        and private.sees_warehouse(i.warehouse_id) and i.warehouse_id <> all (private.counted_blind()))
    when 'order' then exists (
      select from public.orders o where o.tenant_id = tenant and o.id = sees_figure.id and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id)))
    when 'invoice' then exists (
      select from public.invoices i where i.tenant_id = tenant and i.id = sees_figure.id and private.sees_figure('order', tenant, i.order_id))
    when 'payment' then exists (
      select from public.payments p where p.tenant_id = tenant and p.id = sees_figure.id and private.sees_figure('customer', tenant, p.customer_id))
    when 'promotion' then private.is_unscoped() and exists (
      select from public.promotions p where p.tenant_id = tenant and p.id = sees_figure.id)
    when 'settlement' then exists (
      select from public.settlements s join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id
      where s.tenant_id = tenant and s.id = sees_figure.id and (private.is_unscoped() or private.sees_trip(t.id, t.driver_id, t.warehouse_id)))
  end
$$;
comment on function private.sees_figure(text, uuid, uuid) is 'Row scope of figures: that of the record that they are of, as its policies have it.';

create function private.explain_figure(figure text, id uuid, moment timestamptz default null)
returns table (happened_at timestamptz, what text, document text, document_id uuid, number text, amount numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  asked private.figures;
  needed text;
  tenant uuid;
begin
  select f.* into asked from private.figures f where f.figure = explain_figure.figure;
  if asked.figure is null then
    perform private.fail('figure_unknown', pg_catalog.jsonb_build_object('figure', (select pg_catalog.string_agg(f.figure, ', ' order by f.figure) from private.figures f)));
  end if;
  foreach needed in array asked.permissions loop
    tenant := private.require_permission(needed);
  end loop;
  if id is null or not private.sees_figure(asked.noun, tenant, id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('id', id));
  end if;
  if moment is not null and not asked.has_past then
    perform private.fail('figure_has_no_past', pg_catalog.jsonb_build_object('moment', 'not_known'));
  end if;
  return query execute pg_catalog.format($rows$
    with found as materialized (
      select f.*, pg_catalog.row_number() over (order by f.happened_at desc nulls first, f.document_id desc) as place from private.%I($1, $2) f
      where $3 is null or f.happened_at <= $3
    )
    select f.happened_at, f.what, f.document, f.document_id, f.number, f.amount from (
      select f.place, f.happened_at, f.what, f.document, f.document_id, f.number, f.amount from found f where f.place <= 500
      union all
      select 501, max(f.happened_at), 'earlier', null, null, pg_catalog.count(*)::text, sum(f.amount) from found f where f.place > 500 having pg_catalog.count(*) > 0
    ) f
    order by f.place
  $rows$, 'figure_' || asked.figure) using tenant, id, moment;
end
$$;
comment on function private.explain_figure(text, uuid, timestamptz) is
  'The rows that make a figure, which sum to it: when, what it is, the document (kind, id, number or name of the line), amount in the company''s currency or in base units. The newest first, at most 500 singly; those before are one row, "earlier", with how many they are as its number. Figures: customer_balance, customer_credit_used, customer_deposits (of a customer), stock_on_hand, stock_reserved, stock_value (of a row of inventory), order_total, order_discount, order_margin, invoice_total, invoice_margin, invoice_balance, payment_unallocated, promotion_given, settlement_billed, settlement_cash, settlement_spent, settlement_difference. With a moment as it was then, where the figure has a past. Raises figure_unknown, figure_has_no_past, permission_denied, record_not_found.';
select private.expose('explain_figure');
