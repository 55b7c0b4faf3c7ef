-- A day at the demo companies, given as commands by the people who would give them: every document
-- here went through the same checks as in real life. Tests that count documents begin without it
-- (mzigo.demo_day = off).

create function pg_temp.act_as(person text) returns void
language plpgsql as $$
begin
  perform set_config('request.jwt.claims',
    (select json_build_object('sub', u.id, 'email', u.email, 'role', 'authenticated')::text from auth.users u where u.email = person), true);
end
$$;

create function pg_temp.company() returns uuid
language sql stable as $$ select private.active_tenant_id() $$;

create function pg_temp.customer(wanted text) returns uuid
language sql stable as $$ select c.id from public.customers c where c.tenant_id = pg_temp.company() and c.name = wanted $$;

create function pg_temp.depot(wanted text) returns uuid
language sql stable as $$ select w.id from public.warehouses w where w.tenant_id = pg_temp.company() and w.code = wanted $$;

create function pg_temp.vehicle(wanted text) returns uuid
language sql stable as $$ select v.id from public.vehicles v where v.tenant_id = pg_temp.company() and v.registration = wanted $$;

create function pg_temp.driver(wanted text) returns uuid
language sql stable as $$ select d.id from public.drivers d where d.tenant_id = pg_temp.company() and d.name = wanted $$;

-- {"WAT-1500": 30} as lines of an order, items of an adjustment or empties.
create function pg_temp.goods(wanted jsonb) returns jsonb
language sql stable as $$
  select jsonb_agg(jsonb_build_object('product_id', p.id, 'quantity', w.value) order by w.key)
  from jsonb_each(wanted) w join public.products p on p.tenant_id = pg_temp.company() and p.sku = w.key
$$;

-- An order, taken as far as the day has brought it: draft, pending, approved or allocated.
create function pg_temp.order_of(customer text, goods jsonb, stage text, slug text, depot text default 'NBO', day date default null) returns uuid
language plpgsql as $$
declare
  entered uuid;
begin
  perform pg_temp.act_as('sales@' || slug || '.test');
  entered := (public.create_order(pg_temp.customer(customer), pg_temp.depot(depot), pg_temp.goods(goods),
    requested_on => day, channel => 'phone', submit => stage <> 'draft')).id;
  if stage in ('approved', 'allocated') then
    perform pg_temp.act_as('manager@' || slug || '.test');
    perform public.approve_order(entered);
  end if;
  if stage = 'allocated' then
    perform pg_temp.act_as('dispatcher@' || slug || '.test');
    perform public.allocate_order(entered);
  end if;
  return entered;
end
$$;

create function pg_temp.trip_of(orders uuid[], slug text, van text, driver text, begins interval, ends interval, depot text default 'NBO') returns uuid
language plpgsql as $$
declare
  trip uuid;
begin
  perform pg_temp.act_as('dispatcher@' || slug || '.test');
  trip := (public.create_trip(pg_temp.depot(depot), now() + begins, now() + ends, pg_temp.vehicle(van), pg_temp.driver(driver), orders)).id;
  perform public.plan_trip(trip);
  return trip;
end
$$;

create function pg_temp.send(trip uuid, slug text, driver text default 'driver') returns void
language plpgsql as $$
declare
  counts jsonb;
begin
  select jsonb_agg(jsonb_build_object('product_id', i.product_id, 'count', i.expected)) into counts
  from public.loads l join public.load_items i on i.tenant_id = l.tenant_id and i.load_id = l.id where l.tenant_id = pg_temp.company() and l.trip_id = trip;
  perform pg_temp.act_as('warehouse@' || slug || '.test');
  perform public.confirm_load(trip, counts);
  perform pg_temp.act_as(driver || '@' || slug || '.test');
  perform public.confirm_load(trip, counts);
  perform pg_temp.act_as('dispatcher@' || slug || '.test');
  perform public.dispatch_trip(trip);
  perform pg_temp.act_as(driver || '@' || slug || '.test');
  perform public.start_trip(trip);
end
$$;

-- Everything is taken but what "refused" names, e.g. {"SOD-2000": 2}.
create function pg_temp.deliver(order_id uuid, slug text, received_by text, refused jsonb default '{}', empties jsonb default '{}', payment jsonb default null) returns void
language plpgsql as $$
declare
  taken jsonb;
begin
  select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('order_item_id', i.id, 'delivered', i.quantity - coalesce((refused ->> p.sku)::numeric, 0),
    'refused_reason', case when refused ? p.sku then 'Leaking' end)))
  into taken
  from public.order_items i join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
  where i.tenant_id = pg_temp.company() and i.order_id = deliver.order_id;
  perform pg_temp.act_as('driver@' || slug || '.test');
  perform public.arrive_at_stop(order_id);
  -- The signature is a drawing of one stroke.
  perform public.complete_delivery(order_id, taken, received_by,
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAEAAAAAYAQAAAABiz8bpAAAAXElEQVR42mP4DwUM5DJ+2EMZH/ihjOPHgRx7IKP/4///B/iBDPsf///zn2f4/6/+X/0fe6CaP///y38AKf75/397M4jx+f//B0ADGL4/BxpZD2RAjAMyfsiT4TAALECxTyLXdNoAAAAASUVORK5CYII=',
    empties => coalesce(pg_temp.goods(empties), '[]'), payment => payment);
end
$$;

create function pg_temp.issue(order_id uuid, slug text) returns uuid
language plpgsql as $$
begin
  perform pg_temp.act_as('finance@' || slug || '.test');
  return (public.issue_invoice((select i.id from public.invoices i where i.tenant_id = pg_temp.company() and i.order_id = issue.order_id))).id;
end
$$;

-- Money that sales was told of; finance confirms it and lets it pay the invoice.
create function pg_temp.pay(invoice uuid, slug text, share numeric, reference text) returns void
language plpgsql as $$
declare
  due public.invoices;
  payment uuid;
begin
  select * into strict due from public.invoices i where i.tenant_id = pg_temp.company() and i.id = invoice;
  perform pg_temp.act_as('sales@' || slug || '.test');
  payment := (public.record_payment(due.customer_id, 'mpesa', round(due.balance * share, 2), reference)).id;
  perform pg_temp.act_as('finance@' || slug || '.test');
  perform public.approve_payment(payment);
  perform public.allocate_payment(payment, jsonb_build_array(jsonb_build_object('invoice_id', invoice, 'amount', round(due.balance * share, 2))));
end
$$;

-- What is on the van by the books comes back, less what "missing" names, and everything is accounted for.
create function pg_temp.come_home(trip uuid, slug text, missing jsonb default '{}') returns void
language plpgsql as $$
declare
  counted jsonb;
  offload uuid;
  cash numeric;
  settlement uuid;
begin
  select jsonb_agg(jsonb_build_object('product_id', i.product_id, 'condition', i.condition, 'counted', i.on_hand - coalesce((missing ->> p.sku)::numeric, 0)))
  into counted
  from public.trips t
  join public.vehicles v on v.tenant_id = t.tenant_id and v.id = t.vehicle_id
  join public.inventory i on i.tenant_id = v.tenant_id and i.warehouse_id = v.location_id and i.on_hand > 0
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
  where t.tenant_id = pg_temp.company() and t.id = trip;
  perform pg_temp.act_as('driver@' || slug || '.test');
  offload := (public.submit_offload(trip, coalesce(counted, '[]'))).id;
  perform pg_temp.act_as('dispatcher@' || slug || '.test');
  perform public.review_offload(offload);
  perform pg_temp.act_as('finance@' || slug || '.test');
  perform public.approve_variance(v.id, 'lost', note => 'Fell at the kerb, seen by the turn boy')
  from public.variances v where v.tenant_id = pg_temp.company() and v.offload_id = offload;
  perform pg_temp.act_as('manager@' || slug || '.test');
  perform public.approve_offload(offload);
  cash := (private.cash_of_trip(pg_temp.company(), trip)).cash;
  if cash > 0 then
    perform pg_temp.act_as('driver@' || slug || '.test');
    settlement := (public.submit_settlement(trip, cash)).id;
    perform pg_temp.act_as('finance@' || slug || '.test');
    perform public.approve_settlement(settlement, cash);
  end if;
  perform pg_temp.act_as('dispatcher@' || slug || '.test');
  perform public.complete_trip(trip);
end
$$;

create function pg_temp.back(order_id uuid, goods jsonb, reason public.return_reason, slug text) returns uuid
language plpgsql as $$
begin
  perform pg_temp.act_as('sales@' || slug || '.test');
  return (public.request_return((select o.customer_id from public.orders o where o.tenant_id = pg_temp.company() and o.id = order_id), (
    select jsonb_agg(jsonb_build_object('order_item_id', i.id, 'quantity', g.value::numeric))
    from jsonb_each_text(goods) g
    join public.products p on p.tenant_id = pg_temp.company() and p.sku = g.key
    join public.order_items i on i.tenant_id = p.tenant_id and i.product_id = p.id and i.order_id = back.order_id
  ), reason)).id;
end
$$;

do $$
declare
  today constant date := (now() at time zone 'Africa/Nairobi')::date;
  orders uuid[];
  one uuid;
  trip uuid;
begin
  if coalesce(current_setting('mzigo.embedded', true), '') <> 'on' then
    raise exception using
      errcode = 'PT403',
      message = 'demo_data_refused',
      hint = 'The demo companies are for the embedded stack only. Switch [db.seed] off for this project.';
  end if;
  if current_setting('mzigo.demo_day', true) = 'off' then
    return;
  end if;

  -- Acme, the morning round: one order paid, one paid in part with a refusal, one failed and tried again.
  orders := array[
    pg_temp.order_of('Eastleigh Superstore', '{"LAG-500": 10, "ENE-250": 20, "WAT-1500": 30}', 'allocated', 'acme', day => today),
    pg_temp.order_of('Gikomba Traders', '{"SOD-2000": 40, "JUI-1000": 10}', 'allocated', 'acme', day => today),
    pg_temp.order_of('Ngong View Bar', '{"ENE-250": 8}', 'allocated', 'acme', day => today)];
  trip := pg_temp.trip_of(orders, 'acme', 'KDA 101A', 'Daniel Kamau', '-8 hours', '-3 hours');
  perform pg_temp.send(trip, 'acme');
  perform pg_temp.deliver(orders[1], 'acme', 'Abdi Warsame', empties => '{"EMP-CRATE24": 8}');
  perform pg_temp.deliver(orders[2], 'acme', 'Joseph Kariuki', refused => '{"SOD-2000": 2}', payment => '{"method": "cash", "amount": 20000}');
  perform pg_temp.act_as('driver@acme.test');
  perform public.fail_delivery(orders[3], 'Closed, nobody answered');
  perform pg_temp.come_home(trip, 'acme', missing => '{"ENE-250": 1}');
  perform pg_temp.pay(pg_temp.issue(orders[1], 'acme'), 'acme', 1, 'SKJ4T7YQ1P');
  perform pg_temp.issue(orders[2], 'acme');
  perform public.approve_payment(p.id) from public.payments p where p.tenant_id = pg_temp.company() and p.order_id = orders[2];
  perform pg_temp.act_as('sales@acme.test');
  perform public.reattempt_order(orders[3]);
  perform public.record_payment(pg_temp.customer('Gikomba Traders'), 'mpesa', 15000, 'SKJ9B2RW6M');
  perform pg_temp.act_as('finance@acme.test');
  insert into public.statement_lines (tenant_id, source, reference, amount, posted_at)
  select p.tenant_id, 'mpesa', p.reference, p.amount, now() from public.payments p where p.tenant_id = pg_temp.company() and p.reference is not null;

  -- What came back later: juice that was credited as soon as finance says so, beer on its way, water asked for.
  one := pg_temp.back(orders[2], '{"JUI-1000": 2}', 'damaged', 'acme');
  perform pg_temp.act_as('manager@acme.test');
  perform public.approve_return(one);
  perform pg_temp.act_as('warehouse@acme.test');
  perform public.receive_return(one, (
    select jsonb_agg(jsonb_build_object('return_item_id', i.id, 'good', 0, 'suspect', 1, 'defective', 1)) from public.return_items i where i.tenant_id = pg_temp.company() and i.return_id = one));
  one := pg_temp.back(orders[1], '{"LAG-500": 1}', 'quality', 'acme');
  perform pg_temp.act_as('manager@acme.test');
  perform public.approve_return(one);
  perform pg_temp.back(orders[1], '{"WAT-1500": 2}', 'unsold', 'acme');

  -- On the road now, at its first customer, with a van and a driver's account of their own: those of the
  -- published accounts are free for a trip that somebody tries out.
  perform pg_temp.act_as('admin@acme.test');
  insert into public.vehicles (tenant_id, registration, name, home_warehouse_id, location_id, capacity_kg, capacity_l, capacity_units, cost_per_km)
  values (pg_temp.company(), 'KDD 606D', 'Tata 4 t', pg_temp.depot('NBO'), null, 4000, 15000, 200, 45);
  one := private.create_account('driver2@acme.test', 'mzigo-demo-2026', 'Elijah Musyoka');
  update public.users u set active_tenant_id = pg_temp.company() where u.id = one;
  with colleague as (
    insert into public.memberships (tenant_id, user_id, role) values (pg_temp.company(), one, 'driver') returning *
  )
  update public.drivers d set membership_id = c.id from colleague c where d.tenant_id = c.tenant_id and d.name = 'Elijah Musyoka';
  orders := array[
    pg_temp.order_of('Eastleigh Superstore', '{"WAT-1500": 60, "SOD-2000": 24}', 'allocated', 'acme', day => today),
    pg_temp.order_of('Gikomba Traders', '{"ENE-250": 15}', 'allocated', 'acme', day => today)];
  trip := pg_temp.trip_of(orders, 'acme', 'KDD 606D', 'Elijah Musyoka', '-1 hour', '5 hours');
  perform pg_temp.send(trip, 'acme', 'driver2');
  perform public.share_position(true);
  perform public.record_positions(trip, (
    select jsonb_agg(jsonb_build_object('happened_at', now() - (16 - g) * interval '15 seconds', 'accuracy', 12, 'speed', 31, 'battery', 92,
      'latitude', round(w.latitude + (a.latitude - w.latitude) * g / 16, 6), 'longitude', round(w.longitude + (a.longitude - w.longitude) * g / 16, 6)) order by g)
    from generate_series(0, 16) g
    cross join (select h.latitude, h.longitude from public.warehouses h where h.tenant_id = pg_temp.company() and h.code = 'NBO') w
    cross join (select c.latitude, c.longitude from public.orders o join public.customer_addresses c on c.tenant_id = o.tenant_id and c.id = o.address_id where o.tenant_id = pg_temp.company() and o.id = orders[1]) a));
  perform public.arrive_at_stop(orders[1]);

  -- Planned for tomorrow on the coast, half counted.
  one := pg_temp.order_of('Kilifi Beach Hotel', '{"JUI-1000": 20, "WAT-1500": 15}', 'allocated', 'acme', 'KLF', today + 1);
  perform pg_temp.trip_of(array[one], 'acme', 'KDC 303C', 'Elijah Musyoka', '20 hours', '26 hours', 'KLF');

  -- What waits for somebody: stock, a van, an approval, a decision.
  perform pg_temp.order_of('Eastleigh Superstore', '{"JUI-1000": 12}', 'allocated', 'acme', day => today + 1);
  perform pg_temp.order_of('Gikomba Traders', '{"SOD-2000": 25}', 'approved', 'acme', day => today + 1);
  one := pg_temp.order_of('Kilifi Beach Hotel', '{"ENE-250": 10}', 'approved', 'acme', 'KLF', today + 2);
  perform pg_temp.act_as('manager@acme.test');
  perform public.hold_order(one, 'The hotel confirms the event on Friday');
  perform pg_temp.order_of('Eastleigh Superstore', '{"ENE-250": 60, "SOD-2000": 50}', 'pending', 'acme', day => today + 2);
  perform pg_temp.order_of('Kilifi Beach Hotel', '{"JUI-1000": 30}', 'pending', 'acme', 'KLF', today + 2);
  -- Above the credit of its customer.
  perform pg_temp.order_of('Ngong View Bar', '{"ENE-250": 50}', 'pending', 'acme', day => today + 1);
  perform pg_temp.order_of('Ngong View Bar', '{"SOD-2000": 12, "WAT-1500": 6}', 'draft', 'acme');
  one := pg_temp.order_of('Gikomba Traders', '{"JUI-1000": 300}', 'pending', 'acme');
  perform pg_temp.act_as('manager@acme.test');
  perform public.reject_order(one, 'More than a month of juice; ask the customer again');
  one := pg_temp.order_of('Ngong View Bar', '{"WAT-1500": 4}', 'draft', 'acme');
  perform pg_temp.act_as('sales@acme.test');
  perform public.cancel_order(one, 'Entered twice');
  perform pg_temp.act_as('warehouse@acme.test');
  perform public.submit_adjustment((public.create_adjustment(pg_temp.depot('NBO'), (select r.id from public.adjustment_reasons r where r.tenant_id = pg_temp.company() and r.name = 'Damaged'),
    pg_temp.goods('{"WAT-1500": -3}'), 'Pallet damaged by the forklift')).id);
  one := (public.create_stock_count(pg_temp.depot('KLF'), array[(select u.id from public.users u where u.email = 'warehouse@acme.test')],
    array(select (g ->> 'product_id')::uuid from jsonb_array_elements(pg_temp.goods('{"WAT-1500": 1, "ENE-250": 1, "JUI-1000": 1}')) g), 'The shelves at the gate')).id;
  perform public.start_stock_count(one);
  perform public.record_stock_count(one, (select jsonb_agg(g || jsonb_build_object('counted', g -> 'quantity')) from jsonb_array_elements(pg_temp.goods('{"WAT-1500": 118, "ENE-250": 110}')) g));
  perform public.finish_stock_count(one, leave_uncounted => true);
  perform public.dispatch_transfer((public.create_transfer(pg_temp.depot('NBO'), pg_temp.depot('KLF'), pg_temp.goods('{"WAT-1500": 20, "JUI-1000": 12}'), 'Before the long weekend')).id);
  perform public.create_transfer(pg_temp.depot('KLF'), pg_temp.depot('NBO'), pg_temp.goods('{"ENE-250": 6}'), 'Too slow in Kilifi');

  -- Globex, a smaller day.
  orders := array[pg_temp.order_of('South B Gas Point', '{"GAS-13": 6}', 'allocated', 'globex', day => today)];
  trip := pg_temp.trip_of(orders, 'globex', 'KDG 404G', 'Caleb Rotich', '-6 hours', '-2 hours');
  perform pg_temp.send(trip, 'globex');
  perform pg_temp.deliver(orders[1], 'globex', 'Alice Nyambura', empties => '{"EMP-CYL13": 5}');
  perform pg_temp.come_home(trip, 'globex');
  perform pg_temp.pay(pg_temp.issue(orders[1], 'globex'), 'globex', 0.5, 'SKJ1C8MN4A');
  one := pg_temp.order_of('Coast Hotels Supply', '{"GAS-13": 20, "BRN-02": 2}', 'allocated', 'globex', 'KLF', today + 1);
  perform pg_temp.trip_of(array[one], 'globex', 'KDH 505H', 'Caleb Rotich', '20 hours', '25 hours', 'KLF');
  perform pg_temp.order_of('Ruiru Kitchen Gas', '{"GAS-06": 8}', 'pending', 'globex', day => today + 1);
  perform pg_temp.order_of('Coast Hotels Supply', '{"GAS-13": 12}', 'draft', 'globex', 'KLF');
  perform set_config('request.jwt.claims', '', true);
end
$$;
