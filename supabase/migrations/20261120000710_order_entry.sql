-- Family 07, orders: what people do with an order before it leaves the depot.

select private.register_error('delivery_fee_is_bounded', 422, 'The delivery fee is not a possible amount.', 'Enter 0 or more, with two decimals at most.');
select private.register_error('order_type_needs_containers', 422, 'A refill or an exchange is of products in returnable containers only.', 'Take the lines in the details off, or make it a standard order.');
select private.register_error('customer_document_ended', 409, 'A document of the customer that his orders need is not valid any more.', 'Have him show the new one, and enter until when that is valid.');
select private.register_error('order_without_lines', 422, 'The order has no lines.', 'Add at least one product.');
select private.register_error('customer_not_active', 409, 'The customer is not approved yet.', 'Have the customer approved first.');
select private.register_error('customer_suspended', 409, 'The customer is suspended.', 'Ask a manager to reactivate the customer, or to release an order that was submitted before.');
select private.register_error('customer_inactive', 409, 'The customer is closed.', 'Choose another customer.');
select private.register_error('address_inactive', 409, 'The delivery address of the order is no longer in use.', 'Choose another address on the order.');
select private.register_error('suspension_note_is_bounded', 422, 'The note is missing or too long.', 'Write a note of at most 500 characters.');
select private.register_error('order_not_suspended', 409, 'The customer of this order is not suspended, or the order was released already.', 'Reload the order.');
select private.register_error('address_required', 422, 'The order has no delivery address of this customer.', 'Choose an address, or add one to the customer.');
select private.register_error('credit_exceeded', 409, 'The customer''s credit limit does not cover this order.', 'Collect payments first, or let someone with the right approve it with a note.');
select private.register_error('approval_limit_exceeded', 403, 'The order is above the amount you may approve.', 'Ask someone with a higher limit.');
select private.register_error('order_on_hold', 409, 'The order is on hold.', 'Release the hold first.');
select private.register_error('order_not_on_hold', 409, 'The order is not on hold.', 'Reload the order; somebody released it already.');
select private.register_error('order_not_editable', 409, 'The order can no longer be changed.', 'Enter a new order for what is missing.');
select private.register_error('order_reference_taken', 409, 'There is already an order with this external reference.', 'Open that order instead.');

-- Answered by family 08.
create function private.drives_order(driver public.memberships, order_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return false;
end
$$;
comment on function private.drives_order(public.memberships, uuid) is 'Whether a driver has this order on one of his trips.';

create function private.sees_order(order_id uuid, customer_id uuid, warehouse_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  me constant public.memberships := private.active_membership();
begin
  return (me.role is distinct from 'customer' or me.customer_id = customer_id)
    and (me.warehouse_id is null or me.warehouse_id = warehouse_id)
    and (me.territory_id is null or exists (
      select from public.customers c where c.tenant_id = me.tenant_id and c.id = customer_id and c.territory_id = me.territory_id
    ))
    and (me.role is distinct from 'driver' or private.drives_order(me, order_id));
end
$$;
comment on function private.sees_order(uuid, uuid, uuid) is
  'Row scope of orders: customers see their own, drivers those on their trips, limited members those of their warehouse or territory.';

create function private.lock_order(tenant uuid, order_id uuid, expected_version integer) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.orders;
begin
  select * into target from public.orders o where o.tenant_id = tenant and o.id = order_id for no key update;
  if not found or not (private.is_unscoped() or private.sees_order(target.id, target.customer_id, target.warehouse_id)) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('order_id', order_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_order(uuid, uuid, integer) is 'Locks an order that the caller sees. Raises record_not_found, version_conflict.';

create function private.why_not_served(served public.orders) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select case
      when c.status = 'inactive' then 'customer_inactive'
      when c.status = 'suspended' and served.suspension_note is null then 'customer_suspended'
      when c.status not in ('active', 'suspended') then 'customer_not_active'
      when not a.is_active then 'address_inactive'
      when private.ended_document(served.tenant_id, served.customer_id) is not null then 'customer_document_ended' end
    from public.customers c
    left join public.customer_addresses a on a.tenant_id = c.tenant_id and a.id = served.address_id
    where c.tenant_id = served.tenant_id and c.id = served.customer_id
  );
end
$$;
comment on function private.why_not_served(public.orders) is
  'The error that keeps goods from going to the customer and the address of an order now; null when they may.';

create function private.check_served(served public.orders) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  problem text;
begin
  -- Whoever suspends the customer now comes before or after this step.
  perform from public.customers c where c.tenant_id = served.tenant_id and c.id = served.customer_id for no key update;
  problem := private.why_not_served(served);
  if problem is not null then
    perform private.fail(problem, pg_catalog.jsonb_build_object('order_id', served.id, 'customer_id', served.customer_id, 'address_id', served.address_id));
  end if;
end
$$;
comment on function private.check_served(public.orders) is
  'Refuses to go on with an order whose customer was suspended or closed, or whose address is out of use. Locks the customer. Raises customer_suspended, customer_inactive, customer_not_active, address_inactive, customer_document_ended.';

------------------------------------------------------------------------------------------------
-- Credit
------------------------------------------------------------------------------------------------

-- Family 09 adds what is billed.
create view private.credit_uses as
select o.tenant_id, o.customer_id, 'order_to_be_billed' as what, 'order' as document, o.id as document_id, o.number, o.created_at as happened_at, o.subtotal + o.tax_total as amount
from public.orders o where o.is_owed;
comment on view private.credit_uses is
  'All that customers owe, document by document: unpaid invoices, drafts too, deliveries that wait to be billed again, and confirmed orders that have no invoice yet. Tenant currency. What one customer has used, what all have and how that is explained are sums over these rows.';

create function private.credit_used(tenant uuid, customer uuid, except_order uuid default null) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return coalesce((
    select sum(u.amount) from private.credit_uses u
    where u.tenant_id = tenant and u.customer_id = customer and (except_order is null or u.document_id <> except_order)
  ), 0);
end
$$;
comment on function private.credit_used(uuid, uuid, uuid) is
  'What a customer owes by private.credit_uses. An order can be left out, to add its present total.';

create function private.credit_missing(target public.orders) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select case when c.payment_terms_days = 0 then 0
      else greatest(0, private.credit_used(target.tenant_id, c.id, target.id) + target.subtotal + target.tax_total - c.credit_limit) end
    from public.customers c where c.tenant_id = target.tenant_id and c.id = target.customer_id
  );
end
$$;
comment on function private.credit_missing(public.orders) is
  'By how much an order exceeds its customer''s credit limit now, 0 if it fits. Customers without payment terms pay on delivery and need no credit.';

create function private.credit_shortfall(target public.orders) returns numeric
language plpgsql security definer set search_path = ''
as $$
begin
  -- Two orders of one customer are weighed one after the other.
  perform from public.customers c where c.tenant_id = target.tenant_id and c.id = target.customer_id for no key update;
  return private.credit_missing(target);
end
$$;
comment on function private.credit_shortfall(public.orders) is
  'private.credit_missing with the customer locked, for a decision that rests on it.';

------------------------------------------------------------------------------------------------
-- Entering
------------------------------------------------------------------------------------------------

create function private.customer_served(tenant uuid, customer_id uuid) returns public.customers
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  buyer public.customers;
begin
  select * into buyer from public.customers c
  where c.tenant_id = tenant and c.id = customer_id and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id));
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer_id));
  end if;
  return buyer;
end
$$;
comment on function private.customer_served(uuid, uuid) is 'A customer whom the caller sees. Raises record_not_found.';

create function private.check_depot(tenant uuid, warehouse_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if not exists (
    select from public.warehouses w
    where w.tenant_id = tenant and w.id = warehouse_id and w.is_active and w.kind <> 'van' and (private.is_unscoped() or private.sees_warehouse(w.id))
  ) then
    perform private.fail('warehouse_not_available', pg_catalog.jsonb_build_object('warehouse_id', warehouse_id));
  end if;
end
$$;
comment on function private.check_depot(uuid, uuid) is 'Refuses what goods do not leave from for the caller''s orders. Raises warehouse_not_available.';

create type private.delivery_fee as (amount numeric, tax_rate numeric, taxes jsonb, includes_tax boolean);
comment on type private.delivery_fee is 'What bringing an order costs, with its tax.';

create function private.delivery_fee_for(buyer public.customers, wanted numeric) returns private.delivery_fee
language plpgsql stable security definer set search_path = ''
as $$
declare
  rule constant jsonb := private.tenant_rule(buyer.tenant_id, 'orders.delivery_fee');
  fee private.delivery_fee := row(coalesce(wanted, (rule ->> 'amount')::numeric, 0), 0, '[]', false);
begin
  if fee.amount = 0 or rule ->> 'tax_id' is null then
    return fee;
  end if;
  select t.percent, pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('name', t.name, 'percent', t.percent)), coalesce((rule ->> 'includes_tax')::boolean, false)
  into fee.tax_rate, fee.taxes, fee.includes_tax
  from public.taxes t where t.tenant_id = buyer.tenant_id and t.id = (rule ->> 'tax_id')::uuid;
  -- Who is exempt pays what is left of it without the tax, as for goods.
  if buyer.tax_exemption_reason is not null then
    fee := row(private.line_net(1, fee.amount, fee.tax_rate, fee.includes_tax), 0, '[]', false);
  end if;
  return fee;
end
$$;
comment on function private.delivery_fee_for(public.customers, numeric) is 'The delivery fee of an order of this customer: as it is wanted, else as the company''s rule orders.delivery_fee says, with the tax of that rule.';

create function private.deposits_expected(tenant uuid, items jsonb) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
declare
  wanted constant uuid[] := array(select (i.item ->> 'product_id')::uuid from pg_catalog.jsonb_array_elements(items) as i (item));
begin
  return (
    select coalesce(sum(round(i.quantity * c.deposit_amount, 2)), 0)
    from pg_catalog.jsonb_to_recordset(items) as i (product_id uuid, quantity numeric)
    join public.products p on p.tenant_id = tenant and p.id = any (wanted) and p.id = i.product_id
    join public.products c on c.tenant_id = tenant and c.id = p.container_product_id
  );
end
$$;
comment on function private.deposits_expected(uuid, jsonb) is
  'Today''s deposits on the containers of goods [{product_id, quantity}], in the company''s currency, if no empties come back for them: what the invoice may have beside the total of the order.';

create function private.quote_lines(buyer public.customers, warehouse_id uuid, lines jsonb, amended public.orders, delivery_fee numeric default null) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := buyer.tenant_id;
  -- Whoever may not look into the depot, like a customer, is told whether there is some.
  sees_stock constant boolean := private.has_permission(tenant, 'inventory.view') and quote_lines.warehouse_id <> all (private.counted_blind());
  fee constant private.delivery_fee := private.delivery_fee_for(buyer, coalesce(quote_lines.delivery_fee, amended.delivery_fee));
  fee_net constant numeric := private.line_net(1, fee.amount, fee.tax_rate, fee.includes_tax);
  fee_tax constant numeric := private.line_tax(1, fee.amount, fee.tax_rate, fee.includes_tax);
begin
  return (
    with priced as (
      select r.*, private.line_net(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount) as line_total,
        private.line_tax(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount) as tax_amount,
        p.name as product_name, p.unit, s.available > 0 as in_stock, case when sees_stock then s.available end as available
      from pg_catalog.unnest(private.promote(tenant, buyer.id, amended, private.price_lines(tenant, buyer.id, lines, private.order_lines(amended)))) r
      join public.products p on p.tenant_id = tenant and p.id = r.product_id
      left join public.inventory i on i.tenant_id = tenant and i.warehouse_id = quote_lines.warehouse_id and i.product_id = r.product_id and i.condition = 'good'
      cross join lateral (select greatest(0, coalesce(i.available, 0) - private.unpickable(tenant, quote_lines.warehouse_id, r.product_id)) as available) s
    )
    select pg_catalog.jsonb_build_object(
      'lines', pg_catalog.jsonb_agg(pg_catalog.to_jsonb(p) order by p.line_number),
      'discount_total', sum(p.discount_amount), 'delivery_fee', fee_net, 'subtotal', sum(p.line_total) + fee_net, 'tax_total', sum(p.tax_amount) + fee_tax,
      'total', sum(p.line_total + p.tax_amount) + fee_net + fee_tax,
      'deposits', private.deposits_expected(tenant, pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', p.product_id, 'quantity', p.quantity))),
      'credit', case when buyer.payment_terms_days > 0 then pg_catalog.jsonb_build_object(
        'limit', buyer.credit_limit, 'used', private.credit_used(tenant, buyer.id),
        'left', buyer.credit_limit - private.credit_used(tenant, buyer.id) - sum(p.line_total + p.tax_amount) - fee_net - fee_tax) end,
      'similar', private.similar_seen(tenant, buyer.id, pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', p.product_id, 'quantity', p.quantity)) filter (where not p.is_gift), amended.id))
    from priced p
  );
end
$$;
comment on function private.quote_lines(public.customers, uuid, jsonb, public.orders, numeric) is 'The body of quote_order, for a customer, a depot and an order (or none) that the caller may use.';

create function private.quote_order(customer_id uuid, warehouse_id uuid, lines jsonb, order_id uuid default null, delivery_fee numeric default null) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.create');
  buyer constant public.customers := private.customer_served(tenant, customer_id);
  amended public.orders;
begin
  if order_id is not null then
    select * into amended from public.orders o
    where o.tenant_id = tenant and o.id = order_id and o.customer_id = buyer.id and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id));
    if not found then
      perform private.fail('record_not_found', pg_catalog.jsonb_build_object('order_id', order_id));
    end if;
  end if;
  perform private.check_depot(tenant, warehouse_id);
  perform private.check_order_fields(null, null, null, delivery_fee => delivery_fee);
  return private.quote_lines(buyer, warehouse_id, lines, amended, delivery_fee);
end
$$;
comment on function private.quote_order(uuid, uuid, jsonb, uuid, numeric) is
  'What an order would cost, or one that is amended (order_id), which may keep what is no longer sold: {lines [{line_number, product_id, product_name, unit, quantity, unit_price, price_source, tax_rate, taxes, price_includes_tax, discount_amount, discounts [{promotion_id or bundle_product_id, name, amount}] or null, is_gift (it was not asked for; a promotion adds it), entered (which of the lines asked about it comes from; a bundle is several), bundle_product_id, bundle_quantity, line_total, tax_amount, in_stock, available (null without inventory.view)}], discount_total, delivery_fee (before tax; the company''s where none is asked about), subtotal (with it), tax_total, total, deposits (on the containers, beside the total, if no empties come back), credit {limit, used, left} or null for cash customers, similar [{id, number, status, total, created_at}]: orders of a short while ago that it looks like}. Raises lines_invalid, delivery_fee_is_bounded, record_not_found, warehouse_not_available.';
select private.expose('quote_order');

create type private.priced_line as (line_number integer, product_id uuid, quantity numeric, unit_price numeric, price_source text, tax_rate numeric, taxes jsonb, price_includes_tax boolean, discount_amount numeric, discounts jsonb, is_gift boolean, entered integer, bundle_product_id uuid, bundle_quantity numeric);
comment on type private.priced_line is 'A line of an order with its price and what is off it, discounts [{promotion_id or bundle_product_id, name, amount}], ready to be written. entered: which of the lines that were asked for it comes from, null for a gift; a bundle is several lines.';

create function private.price_lines(tenant uuid, customer uuid, lines jsonb, kept jsonb, priced_on date default null) returns private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  priced private.priced_line[];
  has_bundles boolean;
begin
  select pg_catalog.array_agg(row(r.line_number, r.product_id, r.quantity, r.unit_price, r.price_source, r.tax_rate, r.taxes, r.price_includes_tax, 0, null, false, r.line_number,
    case when r.is_bundle then r.product_id end, case when r.is_bundle then r.quantity end)::private.priced_line order by r.line_number), pg_catalog.bool_or(r.is_bundle)
  into priced, has_bundles
  from private.resolve_prices(tenant, customer, lines, coalesce(priced_on, private.tenant_today(tenant)), kept) r;
  return case when has_bundles then private.unbundle(tenant, customer, priced, kept) else priced end;
end
$$;
comment on function private.price_lines(uuid, uuid, jsonb, jsonb, date) is 'Lines with the prices of today or of another day, before promotions, bundles as the lines of their parts; kept: lines that the order has already. Raises lines_invalid.';

create type private.order_draft as (head public.orders, lines private.priced_line[]);
comment on type private.order_draft is 'An order as it is to be written, with its lines.';

create function private.insert_items_of(drafts private.order_draft[]) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  insert into public.order_items (tenant_id, order_id, line_number, product_id, product_sku, product_name, unit, quantity, unit_price, price_when_added, price_source, tax_rate, taxes, price_includes_tax, discount_amount, is_gift)
  select (d.head).tenant_id, (d.head).id, r.line_number, r.product_id, p.sku, p.name, p.unit, r.quantity, r.unit_price, r.unit_price, r.price_source, r.tax_rate, r.taxes, r.price_includes_tax, r.discount_amount, r.is_gift
  from pg_catalog.unnest(drafts) d
  cross join lateral pg_catalog.unnest(d.lines) r
  join public.products p on p.tenant_id = (d.head).tenant_id and p.id = r.product_id;
  perform private.write_bundles((d.head).tenant_id, (d.head).id, d.lines), private.write_discounts((d.head).tenant_id, (d.head).id, d.lines)
  from pg_catalog.unnest(drafts) d;
end
$$;
comment on function private.insert_items_of(private.order_draft[]) is 'Writes the lines of orders that are there, with their bundles and discounts, in one statement whatever their number.';

create function private.insert_order_items(tenant uuid, order_id uuid, priced private.priced_line[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  draft private.order_draft;
begin
  draft.head.tenant_id := tenant;
  draft.head.id := order_id;
  draft.lines := priced;
  perform private.insert_items_of(array[draft]);
end
$$;
comment on function private.insert_order_items(uuid, uuid, private.priced_line[]) is 'Writes priced lines to an order, with what promotions take off them.';

create function private.reserve_stock(target public.orders) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.reservations (tenant_id, order_item_id, warehouse_id, product_id, quantity)
  select i.tenant_id, i.id, target.warehouse_id, i.product_id, i.quantity
  from public.order_items i where i.tenant_id = target.tenant_id and i.order_id = target.id;
end
$$;
comment on function private.reserve_stock(public.orders) is
  'Reserves every line of an order, or nothing. The last step of a command, so that the balances that others wait for are locked for as short as possible. Raises stock_short.';

create function private.quantity_reserved(line public.order_items) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(sum(r.quantity), 0)
    from public.reservations r
    join public.order_items i on i.tenant_id = r.tenant_id and i.id = r.order_item_id
    join public.orders o on o.tenant_id = i.tenant_id and o.id = i.order_id
    where r.tenant_id = private.tenant_id('orders.view') and r.order_item_id = line.id
      and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id))
  );
end
$$;
comment on function private.quantity_reserved(public.order_items) is
  'Base units that are set aside for a line of an order that the caller sees. A computed field: select=*,quantity_reserved.';
select private.expose('quantity_reserved');

create function private.replace_order_items(target public.orders, lines jsonb, binds boolean) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  priced private.priced_line[] := private.price_lines(target.tenant_id, target.customer_id, lines, private.order_lines(target));
  came_at constant jsonb := (
    select pg_catalog.jsonb_object_agg(i.product_id, i.price_when_added order by i.line_number desc)
    from public.order_items i where i.tenant_id = target.tenant_id and i.order_id = target.id
  );
begin
  if binds then
    perform private.hold_promotions(target.tenant_id, target.customer_id, priced);
  end if;
  priced := private.promote(target.tenant_id, target.customer_id, target, priced);
  delete from public.order_items i where i.tenant_id = target.tenant_id and i.order_id = target.id;
  delete from public.order_bundles b where b.tenant_id = target.tenant_id and b.order_id = target.id;
  perform private.insert_order_items(target.tenant_id, target.id, priced);
  update public.order_items i set price_when_added = (came_at ->> i.product_id::text)::numeric
  where i.tenant_id = target.tenant_id and i.order_id = target.id and i.price_when_added <> (came_at ->> i.product_id::text)::numeric;
end
$$;
comment on function private.replace_order_items(public.orders, jsonb, boolean) is 'Writes the lines of an order anew at today''s prices and promotions. binds: what promotions give is taken from their budgets now. Raises lines_invalid.';

create function private.step_now(command text) returns text
language sql stable set search_path = ''
as $$ select command || coalesce(' by ' || nullif(pg_catalog.current_setting('mzigo.rule', true), ''), '') $$;
comment on function private.step_now(text) is 'A step as private.take_steps names it: taken by whoever calls, or by the rule under which he does.';

create function private.check_buyer(buyer public.customers) returns void
language plpgsql stable set search_path = ''
as $$
begin
  case buyer.status
    when 'active' then null;
    when 'suspended' then perform private.fail('customer_suspended', pg_catalog.jsonb_build_object('customer_id', buyer.id));
    when 'inactive' then perform private.fail('customer_inactive', pg_catalog.jsonb_build_object('customer_id', buyer.id));
    else perform private.fail('customer_not_active', pg_catalog.jsonb_build_object('customer_id', buyer.id, 'status', buyer.status));
  end case;
  if private.ended_document(buyer.tenant_id, buyer.id) is not null then
    perform private.fail('customer_document_ended', pg_catalog.jsonb_build_object('customer_id', buyer.id, 'document', private.ended_document(buyer.tenant_id, buyer.id)));
  end if;
end
$$;
comment on function private.check_buyer(public.customers) is 'Refuses orders of a customer who may not order. Raises customer_suspended, customer_inactive, customer_not_active, customer_document_ended.';

create function private.submit_draft(draft public.orders, buyer public.customers) returns public.orders
language plpgsql security definer set search_path = ''
as $$
declare
  submitted public.orders := draft;
  auto_approve jsonb;
  compiled jsonpath;
begin
  perform private.check_buyer(buyer);
  if draft.address_id is null then
    perform private.fail('address_required', pg_catalog.jsonb_build_object('order_id', draft.id));
  end if;
  if not (select a.is_active from public.customer_addresses a where a.tenant_id = draft.tenant_id and a.id = draft.address_id) then
    perform private.fail('address_inactive', pg_catalog.jsonb_build_object('order_id', draft.id, 'address_id', draft.address_id));
  end if;
  submitted.status := 'pending_approval';
  submitted.submitted_at := pg_catalog.now();
  select s.business_rules -> 'orders.auto_approve', s.compiled_auto_approve into auto_approve, compiled
  from public.tenant_settings s where s.tenant_id = draft.tenant_id;
  if auto_approve is not null and private.credit_shortfall(submitted) = 0
    and private.rule_holds(auto_approve, compiled, pg_catalog.jsonb_build_object('order', pg_catalog.to_jsonb(submitted), 'customer', pg_catalog.to_jsonb(buyer))) then
    submitted.status := 'approved';
    submitted.approved_at := pg_catalog.now();
    submitted.approved_total := draft.subtotal + draft.tax_total;
  end if;
  return submitted;
end
$$;
comment on function private.submit_draft(public.orders, public.customers) is
  'What a draft of this customer whose prices were just resolved becomes when it is submitted: waiting for approval, or approved at once where the company''s rule says so and the credit covers it. Writes nothing.';

create function private.check_order_fields(requested_on date, notes text, external_reference text, special_instructions text default null, delivery_fee numeric default null) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if requested_on not between '2000-01-01' and '2199-12-31' then
    perform private.fail('input_invalid', '{"requested_on": "a day from 2000 to 2199 is needed"}');
  end if;
  perform private.check_text('notes', notes, 4000);
  perform private.check_text('external_reference', external_reference, 64);
  perform private.check_text('special_instructions', special_instructions, 1000);
  if (delivery_fee between 0 and 999999999.99 and delivery_fee = round(delivery_fee, 2)) is false then
    perform private.fail('delivery_fee_is_bounded', pg_catalog.jsonb_build_object('delivery_fee', delivery_fee));
  end if;
end
$$;
comment on function private.check_order_fields(date, text, text, text, numeric) is 'Raises input_invalid naming the field of an order that is out of bounds, delivery_fee_is_bounded.';

create function private.check_containers(target public.orders) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  loose jsonb;
begin
  if target.order_type = 'standard' then
    return;
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line_number', i.line_number, 'product', i.product_name) order by i.line_number) into loose
  from public.order_items i
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
  where i.tenant_id = target.tenant_id and i.order_id = target.id and not i.is_gift and p.container_product_id is null;
  if loose is not null then
    perform private.fail('order_type_needs_containers', pg_catalog.jsonb_build_object('order_type', target.order_type, 'lines', loose));
  end if;
end
$$;
comment on function private.check_containers(public.orders) is 'A refill or an exchange is of products that come in a returnable container. Raises order_type_needs_containers naming the lines that do not.';

create function private.draft_order(wanted public.orders, lines jsonb, submit boolean, kept jsonb default '[]') returns private.order_draft
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  sees_all constant boolean := private.is_unscoped();
  draft public.orders := wanted;
  buyer public.customers;
  priced private.priced_line[];
  fee private.delivery_fee;
begin
  draft.external_reference := nullif(pg_catalog.btrim(draft.external_reference), '');
  if coalesce(draft.requested_on::text, draft.notes, draft.external_reference, draft.special_instructions, draft.delivery_fee::text) is not null then
    perform private.check_order_fields(draft.requested_on, draft.notes, draft.external_reference, draft.special_instructions, draft.delivery_fee);
  end if;
  select * into buyer from public.customers c
  where c.tenant_id = draft.tenant_id and c.id = draft.customer_id and (sees_all or private.sees_customer(c.id, c.territory_id));
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', draft.customer_id));
  end if;
  perform private.check_depot(draft.tenant_id, draft.warehouse_id);
  if draft.address_id is null then
    select a.id into draft.address_id from public.customer_addresses a
    where a.tenant_id = draft.tenant_id and a.customer_id = buyer.id and a.is_active and a.kind in ('delivery', 'both')
    order by a.is_default desc, a.id limit 1;
  elsif not exists (
    select from public.customer_addresses a where a.tenant_id = draft.tenant_id and a.customer_id = buyer.id and a.id = draft.address_id and a.is_active
  ) then
    perform private.fail('address_required', pg_catalog.jsonb_build_object('address_id', draft.address_id));
  end if;
  priced := private.price_lines(draft.tenant_id, buyer.id, lines, kept);
  if submit then
    perform private.hold_promotions(draft.tenant_id, buyer.id, priced);
  end if;
  priced := private.promote(draft.tenant_id, buyer.id, null, priced);
  draft.id := private.uuid_v7();
  draft.status := 'draft';
  draft.order_type := coalesce(draft.order_type, 'standard');
  fee := private.delivery_fee_for(buyer, draft.delivery_fee);
  draft.delivery_fee := fee.amount;
  draft.delivery_fee_tax_rate := fee.tax_rate;
  draft.delivery_fee_taxes := fee.taxes;
  draft.delivery_fee_includes_tax := fee.includes_tax;
  -- The lines would say the same a moment later; said here it saves writing the order twice.
  select sum(private.line_net(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount)), sum(private.line_tax(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount))
  into draft.subtotal, draft.tax_total
  from pg_catalog.unnest(priced) r;
  draft.subtotal := draft.subtotal + private.fee_net(draft);
  draft.tax_total := draft.tax_total + private.fee_tax(draft);
  draft.total := draft.subtotal + draft.tax_total;
  if submit then
    select * into buyer from public.customers c where c.tenant_id = draft.tenant_id and c.id = buyer.id for no key update;
    draft := private.submit_draft(draft, buyer);
  end if;
  return row(draft, priced)::private.order_draft;
end
$$;
comment on function private.draft_order(public.orders, jsonb, boolean, jsonb) is
  'A new order as it would be written: priced, promoted, addressed, summed up, and with submit already through the rules of submission. Nothing is written but what promotions hold. Raises what create_order raises.';

create function private.write_orders(drafts private.order_draft[]) returns setof public.orders
language plpgsql security definer set search_path = ''
as $$
begin
  -- What a rule enters it submits, too.
  perform private.take_steps('order', private.step_now('submit'), 'approve by orders.auto_approve', 'allocate');
  return query
  insert into public.orders (id, tenant_id, customer_id, address_id, warehouse_id, currency, requested_on, notes, special_instructions, allow_backorder, external_reference, channel,
    order_type, payment_method, delivery_fee, delivery_fee_tax_rate, delivery_fee_taxes, delivery_fee_includes_tax, reattempt_of_id, subtotal, tax_total, status, submitted_at, approved_at, approved_total, created_by, edited_by)
  select o.id, o.tenant_id, o.customer_id, o.address_id, o.warehouse_id, s.currency, o.requested_on, o.notes, nullif(pg_catalog.btrim(o.special_instructions), ''), coalesce(o.allow_backorder, false),
    o.external_reference, coalesce(o.channel, 'portal'), o.order_type, o.payment_method, o.delivery_fee, o.delivery_fee_tax_rate, o.delivery_fee_taxes, o.delivery_fee_includes_tax, o.reattempt_of_id,
    o.subtotal, o.tax_total, o.status, o.submitted_at, o.approved_at, o.approved_total, o.created_by, coalesce(o.edited_by, '{}')
  from pg_catalog.unnest(drafts) with ordinality d (head, lines, n)
  cross join lateral (select (d.head).*) o
  join public.tenant_settings s on s.tenant_id = o.tenant_id
  order by d.n
  returning *;
  perform private.take_steps(null);
  perform private.insert_items_of(drafts);
end
$$;
comment on function private.write_orders(private.order_draft[]) is
  'Writes orders with their lines, each table in one statement whatever their number: what a statement costs its triggers is paid once for a whole file of orders.';

create function private.goods_of(draft private.order_draft) returns jsonb
language sql immutable set search_path = ''
as $$
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', r.product_id, 'quantity', r.quantity)) from pg_catalog.unnest(draft.lines) r where not r.is_gift
$$;
comment on function private.goods_of(private.order_draft) is 'The lines of a draft that somebody asked for: no gifts.';

create function private.insert_order(wanted public.orders, lines jsonb, submit boolean, allocate boolean, kept jsonb default '[]', acknowledges_similar boolean default false) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  draft private.order_draft := private.draft_order(wanted, lines, submit, kept);
  created public.orders;
begin
  -- What may have to be split into a backorder is reserved once it is written.
  if allocate and (draft.head).status = 'approved' and not coalesce((draft.head).allow_backorder, false) then
    draft.head.status := 'allocated';
  end if;
  select * into strict created from private.write_orders(array[draft]);
  perform private.check_containers(created);
  if created.reattempt_of_id is null then
    perform private.note_similar_orders(created, private.goods_of(draft), acknowledges_similar);
  end if;
  if created.status = 'allocated' then
    perform private.reserve_stock(created);
  elsif allocate and created.status = 'approved' then
    created := private.allocate_locked_order(created);
  end if;
  return created;
end
$$;
comment on function private.insert_order(public.orders, jsonb, boolean, boolean, jsonb, boolean) is
  'A new order as wanted (tenant, customer, warehouse and what people may say of it) with its lines: a draft, already submitted, or with its stock reserved too. kept: lines that are ordered whatever is sold today, as by the second attempt at a failed delivery. acknowledges_similar: whoever enters it knows which orders it looks like.';

create function private.create_order(
  customer_id uuid, warehouse_id uuid, lines jsonb, address_id uuid default null, requested_on date default null, notes text default null,
  allow_backorder boolean default false, external_reference text default null, channel public.order_channel default 'portal', submit boolean default false, allocate boolean default false,
  acknowledges_similar boolean default false, order_type public.order_type default 'standard', delivery_fee numeric default null, special_instructions text default null,
  payment_method public.payment_wish default null
) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.create');
  wanted public.orders;
begin
  perform private.check_order_fields(null, null, null, delivery_fee => delivery_fee);
  wanted.tenant_id := tenant;
  wanted.customer_id := customer_id;
  wanted.warehouse_id := warehouse_id;
  wanted.address_id := address_id;
  wanted.requested_on := requested_on;
  wanted.notes := notes;
  wanted.allow_backorder := allow_backorder;
  wanted.external_reference := external_reference;
  wanted.channel := channel;
  wanted.order_type := order_type;
  wanted.delivery_fee := delivery_fee;
  wanted.special_instructions := special_instructions;
  wanted.payment_method := payment_method;
  return private.insert_order(wanted, lines, submit, allocate, acknowledges_similar => acknowledges_similar);
end
$$;
comment on function private.create_order(uuid, uuid, jsonb, uuid, date, text, boolean, text, public.order_channel, boolean, boolean, boolean, public.order_type, numeric, text, public.payment_wish) is
  'Enters an order; lines [{product_id, quantity, pack_id?}]. Without an address the customer''s default one is taken. submit = true also submits it; allocate = true reserves its stock too if it is approved at once, or refuses the whole order when stock is short; acknowledges_similar = true says that it is meant although it looks like others (public.similar_orders), which is never refused. delivery_fee: null for the company''s. Raises lines_invalid, order_type_needs_containers, delivery_fee_is_bounded, record_not_found, warehouse_not_available, address_required, order_reference_taken and the errors of submit_order and allocate_order.';
select private.expose_command('create_order');

create function private.create_drafts(wanted public.orders[], lines jsonb[]) returns setof public.orders
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('orders.create');
  head public.orders;
  drafts private.order_draft[] := '{}';
begin
  foreach head in array wanted loop
    head.tenant_id := tenant;
    drafts := drafts || private.draft_order(head, lines[pg_catalog.cardinality(drafts) + 1], false);
  end loop;
  return query select * from private.write_orders(drafts);
  perform private.note_similar_orders(d.head, private.goods_of(d), false) from pg_catalog.unnest(drafts) d;
end
$$;
comment on function private.create_drafts(public.orders[], jsonb[]) is
  'create_order for many standard orders at once, in the order they are given, all or none. Raises what create_order raises.';

create function private.order_lines(target public.orders) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', o.product_id, 'quantity', o.quantity) order by o.line_number), '[]')
    from (
      select coalesce(b.product_id, i.product_id) as product_id, coalesce(b.quantity, i.quantity) as quantity, min(i.line_number) as line_number
      from public.order_items i
      left join public.order_bundles b on b.tenant_id = i.tenant_id and b.id = i.bundle_id
      where i.tenant_id = target.tenant_id and i.order_id = target.id and not i.is_gift
      group by coalesce(b.id, i.id), 1, 2
    ) o
  );
end
$$;
comment on function private.order_lines(public.orders) is 'What was ordered with an order, in the form that create_order takes: its lines without gifts, and bundles as what they are.';

create function private.order_goods(target public.orders) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', i.product_id, 'quantity', i.quantity)), '[]')
    from public.order_items i where i.tenant_id = target.tenant_id and i.order_id = target.id and not i.is_gift
  );
end
$$;
comment on function private.order_goods(public.orders) is 'What goods were ordered with an order, [{product_id, quantity}]: of a bundle, its parts; without gifts.';

create function private.keeps_draft_prices(tenant uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return coalesce(private.tenant_rule(tenant, 'prices.drafts') = '"keep"', false);
end
$$;
comment on function private.keeps_draft_prices(uuid) is 'Whether drafts of a company keep the prices of the day they were entered.';

create function private.refresh_prices(target public.orders, keep boolean, binds boolean) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  ordered constant jsonb := private.order_lines(target);
  priced private.priced_line[];
begin
  -- What a bundle is made of may be other lines than those that are there.
  if exists (select from public.order_bundles b where b.tenant_id = target.tenant_id and b.order_id = target.id) then
    perform private.replace_order_items(target, ordered, binds);
    return;
  end if;
  priced := private.price_lines(target.tenant_id, target.customer_id, ordered, ordered);
  if keep then
    -- A price with the tax in it is not kept as one without it.
    priced := array(
      select case when i.price_includes_tax = r.price_includes_tax
        then row(r.line_number, r.product_id, r.quantity, i.unit_price, i.price_source, r.tax_rate, r.taxes, r.price_includes_tax, 0, null, false, r.entered, null, null)::private.priced_line else r end
      from pg_catalog.unnest(priced) r
      join public.order_items i on i.tenant_id = target.tenant_id and i.order_id = target.id and i.line_number = r.line_number
    );
  end if;
  if binds then
    perform private.hold_promotions(target.tenant_id, target.customer_id, priced);
  end if;
  priced := private.promote(target.tenant_id, target.customer_id, target, priced);
  perform private.clear_discounts(target);
  update public.order_items i
  set unit_price = r.unit_price, price_source = r.price_source, tax_rate = r.tax_rate, taxes = r.taxes, price_includes_tax = r.price_includes_tax, discount_amount = r.discount_amount,
    product_sku = p.sku, product_name = p.name, unit = p.unit
  from pg_catalog.unnest(priced) r
  join public.products p on p.tenant_id = target.tenant_id and p.id = r.product_id
  where i.tenant_id = target.tenant_id and i.order_id = target.id and i.line_number = r.line_number and not r.is_gift
    and (i.unit_price, i.price_source, i.tax_rate, i.taxes, i.price_includes_tax, i.discount_amount, i.product_sku, i.product_name, i.unit)
      is distinct from (r.unit_price, r.price_source, r.tax_rate, r.taxes, r.price_includes_tax, r.discount_amount, p.sku, p.name, p.unit);
  perform private.write_discounts(target.tenant_id, target.id, array(select r from pg_catalog.unnest(priced) r where not r.is_gift));
  if exists (select from pg_catalog.unnest(priced) r where r.is_gift) then
    perform private.insert_order_items(target.tenant_id, target.id, array(select r from pg_catalog.unnest(priced) r where r.is_gift));
  end if;
end
$$;
comment on function private.refresh_prices(public.orders, boolean, boolean) is
  'Gives the lines of a locked order today''s taxes, words and promotions, and today''s prices unless it keeps its own (keep). binds: what promotions give is taken from their budgets now. Raises lines_invalid.';

create function private.charge_delivery(target public.orders, wanted numeric) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update public.orders o
  set delivery_fee = f.amount, delivery_fee_tax_rate = f.tax_rate, delivery_fee_taxes = f.taxes, delivery_fee_includes_tax = f.includes_tax
  from public.customers c cross join lateral private.delivery_fee_for(c, wanted) f
  where o.tenant_id = target.tenant_id and o.id = target.id and c.tenant_id = o.tenant_id and c.id = o.customer_id
    and (o.delivery_fee, o.delivery_fee_tax_rate, o.delivery_fee_taxes, o.delivery_fee_includes_tax) is distinct from (f.amount, f.tax_rate, f.taxes, f.includes_tax);
  if found then
    perform private.derive_order_totals(target.tenant_id, array[target.id]);
  end if;
end
$$;
comment on function private.charge_delivery(public.orders, numeric) is 'Writes the delivery fee of a locked order, with today''s tax on it.';

create function private.submit_locked_order(target public.orders) returns public.orders
language plpgsql security definer set search_path = ''
as $$
declare
  buyer public.customers;
  submitted public.orders;
begin
  perform private.next_state('order', target.id, target.status::text, 'submit');
  if private.order_lines(target) = '[]' then
    perform private.fail('order_without_lines', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  perform private.check_containers(target);
  perform private.refresh_prices(target, private.keeps_draft_prices(target.tenant_id), true);
  perform private.charge_delivery(target, target.delivery_fee);
  select * into target from public.orders o where o.tenant_id = target.tenant_id and o.id = target.id;
  -- Whoever closes the customer now sees the order, or is seen here.
  select * into buyer from public.customers c where c.tenant_id = target.tenant_id and c.id = target.customer_id for no key update;
  perform private.note_similar_orders(target, private.order_goods(target), false);
  submitted := private.submit_draft(target, buyer);
  perform private.take_steps('order', private.step_now('submit'), 'approve by orders.auto_approve');
  update public.orders o
  set status = submitted.status, submitted_at = submitted.submitted_at, approved_at = submitted.approved_at, approved_total = submitted.approved_total
  where o.tenant_id = target.tenant_id and o.id = target.id
  returning * into target;
  perform private.take_steps(null);
  return target;
end
$$;
comment on function private.submit_locked_order(public.orders) is 'Submits a locked draft. Raises what submit_order raises.';

create function private.submit_order(order_id uuid, expected_version integer default null) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
begin
  return private.submit_locked_order(private.lock_order(tenant, order_id, expected_version));
end
$$;
comment on function private.submit_order(uuid, integer) is
  'Freezes today''s prices (or those of its entry, by the rule prices.drafts), promotions, taxes and words, and asks for approval; approves at once where the company''s rule allows. Raises order_without_lines, address_required, address_inactive, customer_not_active, customer_suspended, customer_inactive, order_transition_illegal.';
select private.expose_command('submit_order');
