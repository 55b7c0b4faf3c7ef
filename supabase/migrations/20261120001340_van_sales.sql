-- Family 13: goods that are sold from the van, to a customer who did not order them.

select private.register_error('van_stock_short', 409, 'The van does not have that much to sell.', 'Sell at most what is free, as the details say: the rest of the load is for the stops that are still open.');
select private.register_error('sale_not_paid', 422, 'This customer pays at once.', 'Take the money and enter how it was paid.');
select private.offer_if('order', 'false', 'sell');
insert into private.in_place_commands (machine, state, command, permission) values
  ('trip', 'in_progress', 'sell_from_van', 'trips.sell');
select private.offer_if('trip', 'private.has_something_to_sell(trips)', 'sell_from_van');

create function private.has_something_to_sell(target public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (private.drives_trip(target) or private.has_permission(target.tenant_id, 'trips.dispatch'))
    and not exists (select from public.offload_documents d where d.tenant_id = target.tenant_id and d.trip_id = target.id and d.is_live)
    and exists (
      select from private.van_stock(target) v
      where v.on_van > v.needed and not exists (select from public.products f where f.tenant_id = target.tenant_id and f.container_product_id = v.product_id)
    );
end
$$;
comment on function private.has_something_to_sell(public.trips) is 'Whether the caller drives the trip, or acts for its driver, and goods on its van, which is not counted yet, are free. Empties that came back are no goods.';

create function private.sells_to(trip public.trips, buyer public.customers) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return private.is_unscoped() or private.sees_customer(buyer.id, buyer.territory_id) or exists (
    select from public.trip_stops s join public.customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
    where s.tenant_id = trip.tenant_id and s.trip_id = trip.id and c.territory_id = buyer.territory_id
  );
end
$$;
comment on function private.sells_to(public.trips, public.customers) is 'Whether the caller may sell to a customer on a trip: one whom he sees, as drivers see those they drove to, or one of a territory that the trip goes through.';

create function private.lock_van_sale(tenant uuid, trip_id uuid, sold_at timestamptz) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  trip constant public.trips := private.lock_trip(tenant, trip_id, null);
  ended_at constant timestamptz := coalesce(trip.cancelled_at, trip.completed_at) + interval '5 minutes';
begin
  if not private.drives_trip(trip) and not private.has_permission(tenant, 'trips.dispatch') then
    perform private.fail('not_the_driver', pg_catalog.jsonb_build_object('trip_id', trip.id));
  end if;
  -- What a phone tells late is taken of a trip that is over.
  if not private.takes_in_place('trip', tenant, case when trip.status in ('cancelled', 'completed') then 'in_progress' else trip.status::text end, 'sell_from_van')
    or (trip.status = 'completed' and sold_at > ended_at) then
    perform private.fail('trip_transition_illegal', pg_catalog.jsonb_build_object('id', trip.id, 'from', trip.status, 'command', 'sell_from_van'));
  end if;
  if trip.started_at is null then
    perform private.fail('trip_never_left', pg_catalog.jsonb_build_object('trip_id', trip.id));
  end if;
  if sold_at > ended_at then
    perform private.fail('trip_was_cancelled', pg_catalog.jsonb_build_object('trip_id', trip.id, 'cancelled_at', trip.cancelled_at, 'reason', trip.status_reason));
  end if;
  if sold_at > pg_catalog.clock_timestamp() + interval '5 minutes' or sold_at < trip.started_at - interval '5 minutes' then
    perform private.fail('captured_at_invalid', pg_catalog.jsonb_build_object('captured_at', sold_at, 'started_at', trip.started_at));
  end if;
  if exists (select from public.offload_documents d where d.tenant_id = tenant and d.trip_id = trip.id and d.status in ('submitted', 'reviewed')) then
    perform private.fail('van_is_being_counted', pg_catalog.jsonb_build_object('trip_id', trip.id));
  end if;
  return trip;
end
$$;
comment on function private.lock_van_sale(uuid, uuid, timestamptz) is
  'Locks a trip from whose van its driver, or the dispatcher for him, sold at that moment: on the road, or told late of one that is over. A phone''s clock may be off by five minutes. Raises not_the_driver, captured_at_invalid, trip_transition_illegal, trip_never_left, trip_was_cancelled, van_is_being_counted, record_not_found.';

create function private.buyer_at(buyer public.customers, moment timestamptz) returns public.customers
language plpgsql stable security definer set search_path = ''
as $$
begin
  if buyer.status <> 'active' then
    buyer.status := coalesce((
      select e.from_state::public.customer_status from public.event_store e
      where e.tenant_id = buyer.tenant_id and e.entity_id = buyer.id and e.machine = 'customer' and e.created_at > moment
      order by e.sequence limit 1
    ), buyer.status);
  end if;
  return buyer;
end
$$;
comment on function private.buyer_at(public.customers, timestamptz) is 'A customer who may buy now, or in the state in which he was at that moment: who was suspended since could still buy then.';

create function private.price_sale(trip public.trips, buyer public.customers, lines jsonb, sold_at timestamptz) returns private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  sold_on constant date := (sold_at at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = trip.tenant_id))::date;
  priced private.priced_line[] := private.price_lines(trip.tenant_id, buyer.id, lines, '[]', sold_on);
  short jsonb;
begin
  -- A gift that is not on the van is not given.
  priced := array(
    select r from pg_catalog.unnest(private.promote(trip.tenant_id, buyer.id, null, priced)) r
    where not r.is_gift or exists (select from private.van_stock(trip) v where v.product_id = r.product_id and v.on_van - v.needed >= r.quantity)
    order by r.line_number
  );
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'required', w.quantity, 'available', w.free) order by p.name) into short
  from (
    select r.product_id, sum(r.quantity) as quantity, greatest(0, coalesce(max(v.on_van - v.needed), 0)) as free
    from pg_catalog.unnest(priced) r
    left join private.van_stock(trip) v on v.product_id = r.product_id
    group by r.product_id
  ) w
  join public.products p on p.tenant_id = trip.tenant_id and p.id = w.product_id
  where w.quantity > w.free
    -- Of a van that was counted its difference says what was sold.
    and not exists (select from public.offload_documents d where d.tenant_id = trip.tenant_id and d.trip_id = trip.id and d.status = 'approved');
  if short is not null then
    perform private.fail('van_stock_short', pg_catalog.jsonb_build_object('short', short));
  end if;
  return priced;
end
$$;
comment on function private.price_sale(public.trips, public.customers, jsonb, timestamptz) is
  'The lines of a sale at the customer''s own prices of that day, with today''s promotions. buyer without an id: somebody new. Never more than the van has by the books beyond what its open stops need. Raises lines_invalid, van_stock_short.';

create function private.enter_new_customer(trip public.trips, told jsonb, latitude numeric, longitude numeric) returns public.customers
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  entered public.customers;
  earlier text;
begin
  if pg_catalog.jsonb_typeof(told) <> 'object' then
    perform private.fail('input_invalid', '{"new_customer": "a name is needed"}');
  end if;
  insert into public.customers (tenant_id, name, phone)
  values (trip.tenant_id, private.require_text('name', told ->> 'name', 200), nullif(pg_catalog.btrim(private.check_text('phone', told ->> 'phone', 40)), ''))
  returning * into entered;
  insert into public.customer_addresses (tenant_id, customer_id, label, street, city, latitude, longitude, is_default)
  select trip.tenant_id, entered.id, w.name, coalesce(nullif(pg_catalog.btrim(private.check_text('place', told ->> 'place', 300)), ''), w.name), w.name,
    case when longitude is not null then latitude end, case when latitude is not null then longitude end, true
  from public.warehouses w where w.tenant_id = trip.tenant_id and w.id = trip.warehouse_id;
  -- The office decides about him like about any other.
  earlier := private.run_as_rule('trip.sell');
  update public.customers c set status = 'pending_approval' where c.tenant_id = entered.tenant_id and c.id = entered.id returning * into entered;
  perform private.run_as_rule(earlier);
  return entered;
end
$$;
comment on function private.enter_new_customer(public.trips, jsonb, numeric, numeric) is
  'A customer whom the driver met on the road, {name, phone?, place?}, with an address where the phone was; he waits for approval. Raises input_invalid, phone_is_e164.';

create function private.sell_from_van(
  trip_id uuid, lines jsonb, customer_id uuid default null, new_customer jsonb default null, empties jsonb default '[]', payment jsonb default null,
  sold_at timestamptz default null, receipt text default null, latitude numeric default null, longitude numeric default null
) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.sell');
  happened_at constant timestamptz := coalesce(sold_at, pg_catalog.now());
  trip constant public.trips := private.lock_van_sale(tenant, trip_id, happened_at);
  buyer public.customers;
  priced private.priced_line[];
  sold public.orders;
  fulfilment uuid;
  paid numeric;
begin
  if (customer_id is null) = (new_customer is null or pg_catalog.jsonb_typeof(new_customer) = 'null') then
    perform private.fail('input_invalid', '{"customer_id": "either a customer or a new one is needed"}');
  end if;
  perform private.check_text('receipt', receipt, 64);
  empties := private.read_empties(tenant, empties);
  payment := private.read_payment(payment);
  paid := coalesce((payment ->> 'amount')::numeric, 0);
  if latitude is not null then
    perform private.require_number('latitude', latitude, -90, 90);
  end if;
  if longitude is not null then
    perform private.require_number('longitude', longitude, -180, 180);
  end if;
  if customer_id is null then
    buyer := private.enter_new_customer(trip, new_customer, latitude, longitude);
  else
    -- Two vans may stand at one customer's doors: his deposits and his credit are counted one after the other.
    select * into buyer from public.customers c where c.tenant_id = tenant and c.id = customer_id for no key update;
    if not found or not private.sells_to(trip, buyer) then
      perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer_id));
    end if;
    perform private.check_buyer(private.buyer_at(buyer, happened_at));
  end if;
  if buyer.payment_terms_days = 0 and payment is null then
    perform private.fail('sale_not_paid', pg_catalog.jsonb_build_object('customer_id', buyer.id));
  end if;
  -- What promotions give is taken from their budgets now.
  perform private.hold_promotions(tenant, buyer.id, private.price_lines(tenant, buyer.id, lines, '[]'));
  priced := private.price_sale(trip, buyer, lines, happened_at);

  insert into public.orders (tenant_id, customer_id, address_id, warehouse_id, currency, channel, ordered_at, external_reference, submitted_at, approved_at, approved_total, subtotal, tax_total)
  select tenant, buyer.id, a.id, trip.warehouse_id, (select s.currency from public.tenant_settings s where s.tenant_id = tenant), 'van', happened_at, nullif(pg_catalog.btrim(receipt), ''),
    happened_at, happened_at, t.subtotal + t.tax_total, t.subtotal, t.tax_total
  from (
    select sum(private.line_net(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount)) as subtotal,
      sum(private.line_tax(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount)) as tax_total
    from pg_catalog.unnest(priced) r
  ) t
  cross join public.customer_addresses a
  where a.tenant_id = tenant and a.customer_id = buyer.id and a.is_active
  order by a.kind in ('delivery', 'both') desc, a.is_default desc, a.id limit 1
  returning * into sold;
  if sold.id is null then
    perform private.fail('address_required', pg_catalog.jsonb_build_object('customer_id', buyer.id));
  end if;
  perform private.insert_order_items(tenant, sold.id, priced);
  if private.credit_missing(sold) > paid then
    perform private.fail('credit_exceeded', pg_catalog.jsonb_build_object('customer_id', buyer.id, 'missing', private.credit_missing(sold) - paid));
  end if;
  insert into public.trip_stops (tenant_id, trip_id, sequence, order_id, customer_id, address_id, status, arrived_at, left_at, printed)
  select tenant, trip.id, coalesce(max(s.sequence), 0) + 1, sold.id, buyer.id, sold.address_id, 'delivered', happened_at, happened_at,
    private.printed_customer(tenant, buyer.id, sold.address_id, trip.warehouse_id)
  from public.trip_stops s where s.tenant_id = tenant and s.trip_id = trip.id;
  perform private.note_position(tenant, sold.id, latitude, longitude);
  perform private.note_delivered_serials(sold, lines, empties);

  -- The order follows from its fulfilment, with its lines in the same statement.
  with handed as (
    insert into public.fulfilments (tenant_id, order_id, warehouse_id, trip_id, status, resolved_at)
    values (tenant, sold.id, sold.warehouse_id, trip.id, 'delivered', happened_at)
    returning id
  ), goods as (
    insert into public.fulfilment_items (tenant_id, fulfilment_id, order_item_id, product_id, quantity, quantity_delivered)
    select tenant, h.id, i.id, i.product_id, i.quantity, i.quantity
    from handed h join public.order_items i on i.tenant_id = tenant and i.order_id = sold.id
  )
  select h.id into fulfilment from handed h;
  perform private.hand_over(trip, sold, fulfilment, 'sale', empties, happened_at);
  select * into sold from public.orders o where o.tenant_id = tenant and o.id = sold.id;
  perform private.draft_invoice(sold);
  if payment is not null then
    perform private.insert_payment(tenant, buyer.id, (payment ->> 'method')::public.payment_method, (payment ->> 'amount')::numeric,
      nullif(pg_catalog.btrim(payment ->> 'reference'), ''), happened_at, trip.id, sold.id);
  end if;
  return sold;
end
$$;
comment on function private.sell_from_van(uuid, jsonb, uuid, jsonb, jsonb, jsonb, timestamptz, text, numeric, numeric) is
  'Sells what is free on a van: lines [{product_id, quantity, pack_id?, serials?}] at the customer''s own prices, to a customer whom the driver knows or of a territory on his way, or to a new one {name, phone?, place?}, who then waits for approval. empties [{product_id, quantity, condition?, serials?}], payment {method, amount, reference?}: who has no days to pay pays at once; what exceeds the credit of others is paid, too. sold_at: when it happened, for what is told late; it is placed there. receipt: the number on the phone''s receipt, unique per company, the order is found by it. The order is delivered at once; its invoice is drafted. Raises van_stock_short, sale_not_paid, credit_exceeded, lines_invalid, customer_suspended, customer_inactive, customer_not_active, address_required, not_a_container, payment_invalid, serials_needed, serials_invalid, order_reference_taken, stock_history_negative, count_contradicts, captured_at_invalid, not_the_driver, trip_transition_illegal, trip_never_left, trip_was_cancelled, van_is_being_counted, input_invalid, record_not_found.';
select private.expose_command('sell_from_van');

create function private.van_prices(tenant uuid, customer uuid, offered jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_object_agg(r.product_id, private.line_net(1, r.unit_price, r.tax_rate, r.price_includes_tax) + private.line_tax(1, r.unit_price, r.tax_rate, r.price_includes_tax)), '{}')
  from private.resolve_prices(tenant, customer, offered, private.tenant_today(tenant), offered) r
$$;
comment on function private.van_prices(uuid, uuid, jsonb) is 'What one unit of each product [{product_id, quantity}] costs a customer today, with tax, by product; null: somebody new.';

create function private.quote_sale(trip_id uuid, lines jsonb, customer_id uuid default null, empties jsonb default '[]') returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.sell');
  trip public.trips;
  buyer public.customers;
  priced private.priced_line[];
  goods numeric;
  deposits numeric;
begin
  select * into trip from public.trips t
  where t.tenant_id = tenant and t.id = trip_id and (private.is_unscoped() or private.sees_trip(t.id, t.driver_id, t.warehouse_id));
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('trip_id', trip_id));
  end if;
  if customer_id is not null then
    select * into buyer from public.customers c where c.tenant_id = tenant and c.id = customer_id;
    if not found or not private.sells_to(trip, buyer) then
      perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer_id));
    end if;
  end if;
  empties := private.read_empties(tenant, empties);
  priced := private.price_sale(trip, buyer, lines, pg_catalog.now());
  select sum(private.line_net(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount)
    + private.line_tax(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount))
  into goods from pg_catalog.unnest(priced) r;
  select coalesce(sum(round(d.quantity * d.unit_deposit, 2)), 0) into deposits
  from private.deposits_to_invoice(tenant, buyer.id, goods, (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)), '[]')
    from private.exchange_of(tenant, buyer.id, (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', r.product_id, 'quantity', r.quantity)) from pg_catalog.unnest(priced) r
    ), empties) x
  )) d;
  return pg_catalog.jsonb_build_object('goods', goods, 'deposits', deposits, 'total', goods + deposits, 'prepaid', 0,
    'to_collect', case when buyer.payment_terms_days > 0 then 0 else greatest(0, goods + deposits) end,
    'lines', (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', p.id, 'name', p.name, 'unit', p.unit, 'quantity', r.quantity, 'unit_price', r.unit_price, 'discount_amount', r.discount_amount,
        'total', private.line_net(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount) + private.line_tax(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount))
        order by r.line_number)
      from pg_catalog.unnest(priced) r join public.products p on p.tenant_id = tenant and p.id = r.product_id));
end
$$;
comment on function private.quote_sale(uuid, jsonb, uuid, jsonb) is
  'What a sale from the van would come to, for a customer or (null) somebody new: as quote_delivery {goods (with tax), deposits, total, prepaid (0), to_collect (0 for customers with days to pay)} and lines [{product_id, name, unit, quantity, unit_price, discount_amount, total (with tax)}]. Company''s currency. Raises what sell_from_van raises of lines, stock, customer and empties.';
select private.expose('quote_sale');

create function private.van_for_sale(trip_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.sell');
  trip public.trips;
  offered jsonb;
begin
  select * into trip from public.trips t
  where t.tenant_id = tenant and t.id = trip_id and (private.is_unscoped() or private.sees_trip(t.id, t.driver_id, t.warehouse_id));
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('trip_id', trip_id));
  end if;
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', v.product_id, 'quantity', 1) order by p.name, p.id), '[]') into offered
  from private.van_stock(trip) v
  join public.products p on p.tenant_id = tenant and p.id = v.product_id and p.is_active
  -- Empties that came back are not for sale.
  where not exists (select from public.products f where f.tenant_id = tenant and f.container_product_id = v.product_id);
  return pg_catalog.jsonb_build_object(
    'products', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', p.id, 'sku', p.sku, 'name', p.name, 'unit', p.unit, 'tracking', p.tracking,
        'on_van', v.on_van, 'free', greatest(0, v.on_van - v.needed), 'container_product_id', p.container_product_id) order by p.name, p.id), '[]')
      from pg_catalog.jsonb_to_recordset(offered) as o (product_id uuid)
      join public.products p on p.tenant_id = tenant and p.id = o.product_id
      join private.van_stock(trip) v on v.product_id = p.id),
    'customers', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', c.id, 'code', c.code, 'name', c.name, 'pays_later', c.payment_terms_days > 0, 'prices', private.van_prices(tenant, c.id, offered))
        order by c.name, c.id), '[]')
      from (
        select c.* from public.customers c
        left join public.trip_stops s on s.tenant_id = c.tenant_id and s.trip_id = trip.id and s.customer_id = c.id
        where c.tenant_id = tenant and c.status = 'active' and private.sells_to(trip, c)
        group by c.tenant_id, c.id
        -- Those of the day first: a phone keeps this for the road.
        order by count(s.id) desc, c.name, c.id limit 200
      ) c),
    'new_prices', private.van_prices(tenant, null, offered));
end
$$;
comment on function private.van_for_sale(uuid) is
  'All that a phone needs to sell from the van of a trip without network: products [{id, sku, name, unit, tracking, on_van, free (beyond what open stops need), container_product_id}], customers [{id, code, name, pays_later, prices}], at most 200, those of the trip first, new_prices: as somebody new pays. prices: unit price with tax by product. The company''s currency, before promotions and steps of quantity. Raises record_not_found.';
select private.expose('van_for_sale');
