-- Family 13, registries: what customers order for themselves. Prices are the company's for them; the steps are taken
-- by the rule customer.order, since a right to take them would open orders that are not theirs.

select private.register_error('depot_not_known', 409, 'It is not settled yet from where you are served.', 'Ask the company to enter your first order.');

create function private.my_depot(me public.customers) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  served_from constant uuid := coalesce(private.depot_serving(me), (
    select w.id from public.warehouses w where w.tenant_id = me.tenant_id and w.is_active and w.kind in ('depot', 'shop') order by w.code limit 1
  ));
begin
  if served_from is null then
    perform private.fail('depot_not_known');
  end if;
  return served_from;
end
$$;
comment on function private.my_depot(public.customers) is 'Where a customer who orders for himself is served from: his usual depot, else the company''s first. Raises depot_not_known.';

create function private.prices_offered(tenant uuid, customer uuid, offered jsonb)
returns table (line_number integer, product_id uuid, quantity numeric, unit_price numeric, tax_rate numeric, price_includes_tax boolean)
language sql stable security definer set search_path = ''
as $$
  select r.line_number, r.product_id, r.quantity,
    -- A bundle costs what its parts do, less what it takes off them.
    case when r.is_bundle then (
      select round(sum(l.quantity * l.unit_price - l.discount_amount) / r.quantity, 2)
      from pg_catalog.unnest(private.price_lines(tenant, customer, pg_catalog.jsonb_build_array(x.line), pg_catalog.jsonb_build_array(x.line))) l
    ) else r.unit_price end, r.tax_rate, r.price_includes_tax
  -- What is looked at need not be ordered: these quantities are allowed as those of an order that has them.
  from private.resolve_prices(tenant, customer, offered, private.tenant_today(tenant), offered) r
  cross join lateral (select pg_catalog.jsonb_build_object('product_id', r.product_id, 'quantity', r.quantity) as line) x
$$;
comment on function private.prices_offered(uuid, uuid, jsonb) is
  'What one unit of each of these products [{product_id, quantity}] costs a customer today when he takes so many; without a customer, somebody new. Raises lines_invalid.';

create function private.my_products(search text default null)
returns table (product_id uuid, sku text, name text, category text, unit text, allows_fractions boolean, order_minimum numeric, order_multiple numeric, packs jsonb, unit_price numeric, tax_rate numeric, price_includes_tax boolean, deposit_amount numeric, usual_quantity numeric, thumbnail text, image_path text, image_alt text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me constant public.customers := private.require_customer('account.order');
  words constant text := '%' || pg_catalog.regexp_replace(pg_catalog.btrim(my_products.search), '([\\%_])', '\\\1', 'g') || '%';
  offered jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', x.id, 'quantity', x.quantity) order by x.usual desc nulls last, x.name) into offered
  from (
    select p.id, p.name, b.quantity as usual, coalesce(b.quantity, p.order_minimum, p.order_multiple, 1) as quantity
    from public.products p
    left join private.basket_of(me) b on b.product_id = p.id
    where p.tenant_id = me.tenant_id and p.is_active
      and (words is null or p.name ilike words or p.sku ilike words or p.category ilike words)
      -- Empties come with what is in them.
      and not exists (select from public.products f where f.tenant_id = p.tenant_id and f.container_product_id = p.id)
    order by b.quantity desc nulls last, p.name
    limit 100
  ) x;
  if offered is null then
    return;
  end if;
  return query
  select p.id, p.sku, p.name, p.category, p.unit, p.allows_fractions, p.order_minimum, p.order_multiple,
    (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', k.id, 'name', k.name, 'factor', k.factor) order by k.factor), '[]') from public.product_packs k where k.tenant_id = p.tenant_id and k.product_id = p.id),
    r.unit_price, r.tax_rate, r.price_includes_tax, c.deposit_amount, b.quantity, i.thumbnail, i.path, i.alt
  from private.prices_offered(me.tenant_id, me.id, offered) r
  join public.products p on p.tenant_id = me.tenant_id and p.id = r.product_id
  left join public.products c on c.tenant_id = me.tenant_id and c.id = p.container_product_id
  left join private.basket_of(me) b on b.product_id = p.id
  left join public.product_images i on i.tenant_id = me.tenant_id and i.product_id = p.id and i.place = 1
  order by r.line_number;
end
$$;
comment on function private.my_products(text) is
  'For customers: what they can order at their own prices, what they usually order first, then by name, at most 100; search: part of a name, code or category. packs [{id, name, factor}]; deposit_amount of the empty that a unit comes in; usual_quantity: what they usually order of it, null otherwise; thumbnail, image_path, image_alt: its first picture. Raises permission_denied.';
select private.expose('my_products');

create function private.is_my_picture(object_name text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.tenant_id('account.order');
begin
  return tenant is not null and private.scope_customer_id() is not null and exists (
    select from public.product_images i
    join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.is_active
    where i.tenant_id = tenant and i.path = object_name
  );
end
$$;
comment on function private.is_my_picture(text) is 'Whether a stored picture is of something that the customer whom the caller acts for can order.';

create function private.my_quote(lines jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  me constant public.customers := private.require_customer('account.order');
  quoted jsonb;
begin
  quoted := private.quote_lines(me, private.my_depot(me), lines, null);
  return (quoted - array['lines', 'similar']) || pg_catalog.jsonb_build_object('lines', (
    select pg_catalog.jsonb_agg(
      pg_catalog.jsonb_build_object('line_number', l.line -> 'line_number', 'product_id', l.line -> 'product_id', 'product_name', l.line -> 'product_name', 'unit', l.line -> 'unit',
        'quantity', l.line -> 'quantity', 'unit_price', l.line -> 'unit_price', 'tax_rate', l.line -> 'tax_rate', 'price_includes_tax', l.line -> 'price_includes_tax',
        'discount_amount', l.line -> 'discount_amount', 'is_gift', l.line -> 'is_gift', 'line_total', l.line -> 'line_total', 'tax_amount', l.line -> 'tax_amount', 'in_stock', l.line -> 'in_stock')
      order by l.place)
    from pg_catalog.jsonb_array_elements(quoted -> 'lines') with ordinality as l (line, place)
  ));
end
$$;
comment on function private.my_quote(jsonb) is
  'For customers: what an order of these lines [{product_id, quantity, pack_id?}] would cost them today, with what promotions give: {lines [{line_number, product_id, product_name, unit, quantity, unit_price, tax_rate, price_includes_tax, discount_amount, is_gift, line_total, tax_amount, in_stock}], discount_total, delivery_fee, subtotal, tax_total, total, deposits (on the containers, beside the total, if no empties come back), credit {limit, used, left} or null}. Raises lines_invalid, depot_not_known, permission_denied.';
select private.expose('my_quote');

create function private.my_delivery_room(requested_on date, lines jsonb default '[]') returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  me constant public.customers := private.require_customer('account.order');
  wanted record;
begin
  if requested_on is null or requested_on not between '2000-01-01' and '2199-12-31' then
    perform private.fail('input_invalid', '{"requested_on": "a day is needed"}');
  end if;
  select * into wanted from private.amounts_of_lines(me.tenant_id, coalesce(lines, '[]'));
  return pg_catalog.jsonb_build_object('has_room', private.promise_for(me.tenant_id, private.my_depot(me), requested_on, wanted.weight, wanted.volume, wanted.units) -> 'has_room');
end
$$;
comment on function private.my_delivery_room(date, jsonb) is
  'For customers: whether a day still has room for an order of these lines [{product_id, quantity}]: {has_room}. Holds nothing. Raises input_invalid, record_not_found, depot_not_known, permission_denied.';
select private.expose('my_delivery_room');

create function private.place_my_order(lines jsonb, address_id uuid default null, requested_on date default null, notes text default null, send boolean default true) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  me constant public.customers := private.require_customer('account.order');
  wanted public.orders;
  created public.orders;
  earlier text;
begin
  wanted.tenant_id := me.tenant_id;
  wanted.customer_id := me.id;
  wanted.warehouse_id := private.my_depot(me);
  wanted.address_id := address_id;
  wanted.requested_on := requested_on;
  wanted.notes := notes;
  earlier := private.run_as_rule('customer.order');
  created := private.insert_order(wanted, lines, coalesce(send, true), false);
  perform private.run_as_rule(earlier);
  return private.my_order(created.id);
end
$$;
comment on function private.place_my_order(jsonb, uuid, date, text, boolean) is
  'For customers: orders for themselves at the prices that the company has for them; lines [{product_id, quantity, pack_id?}], to their default address where none is named. send = false keeps it as a draft. Answers as my_order. Raises lines_invalid, address_required, customer_suspended, customer_inactive, customer_not_active, depot_not_known, permission_denied.';
select private.expose_command('place_my_order');

create function private.change_my_order(order_id uuid, lines jsonb, address_id uuid default null, requested_on date default null, notes text default null, send boolean default false, expected_version integer default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  me constant public.customers := private.require_customer('account.order');
  target public.orders := private.lock_order(me.tenant_id, order_id, expected_version);
  earlier text;
begin
  if target.status <> 'draft' then
    perform private.fail('order_not_editable', pg_catalog.jsonb_build_object('order_id', target.id, 'status', target.status));
  end if;
  perform private.check_order_fields(requested_on, notes, null);
  if address_id is not null and not exists (
    select from public.customer_addresses a where a.tenant_id = me.tenant_id and a.customer_id = me.id and a.id = address_id and a.is_active
  ) then
    perform private.fail('address_required', pg_catalog.jsonb_build_object('address_id', address_id));
  end if;
  update public.orders o
  set address_id = coalesce(change_my_order.address_id, o.address_id), requested_on = change_my_order.requested_on, notes = coalesce(change_my_order.notes, o.notes), amended_at = pg_catalog.clock_timestamp()
  where o.tenant_id = target.tenant_id and o.id = target.id;
  perform private.replace_order_items(target, lines, false);
  if send then
    select * into target from public.orders o where o.tenant_id = target.tenant_id and o.id = target.id;
    earlier := private.run_as_rule('customer.order');
    perform private.submit_locked_order(target);
    perform private.run_as_rule(earlier);
  end if;
  return private.my_order(target.id);
end
$$;
comment on function private.change_my_order(uuid, jsonb, uuid, date, text, boolean, integer) is
  'For customers: writes one of their drafts anew, and sends it with send = true. What was sent is the company''s to change. Answers as my_order. Raises order_not_editable and the errors of place_my_order, record_not_found, version_conflict.';
select private.expose_command('change_my_order');

create function private.cancel_my_order(order_id uuid, expected_version integer default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  me constant public.customers := private.require_customer('account.order');
  target public.orders := private.lock_order(me.tenant_id, order_id, expected_version);
  documents jsonb;
  earlier text;
begin
  -- From its approval on somebody works for it, and the company decides.
  if target.status not in ('draft', 'pending_approval') then
    perform private.fail('order_not_editable', pg_catalog.jsonb_build_object('order_id', target.id, 'status', target.status));
  end if;
  documents := private.documents_on_order(target);
  if documents is not null then
    perform private.fail('order_has_documents', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  earlier := private.run_as_rule('customer.order');
  update public.orders o set status = 'cancelled', status_reason = 'Cancelled by the customer' where o.tenant_id = target.tenant_id and o.id = target.id;
  perform private.run_as_rule(earlier);
  return private.my_order(target.id);
end
$$;
comment on function private.cancel_my_order(uuid, integer) is
  'For customers: gives up one of their orders that nobody has confirmed yet. Answers as my_order. Raises order_not_editable, order_has_documents, record_not_found, version_conflict.';
select private.expose_command('cancel_my_order');
