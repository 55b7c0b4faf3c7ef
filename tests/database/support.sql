-- Words that the behaviour files share: playing a person of the demo cast, finding his things by their
-- names, and bringing a document to the state in which a file begins. Lives in test databases only.

create schema tests;
grant usage on schema tests to public;

create function tests.remember(name text, value uuid) returns void
language plpgsql as $$
begin
  perform set_config('tests.' || name, value::text, true);
end
$$;

create function tests.id(name text) returns uuid
language sql stable as $$ select current_setting('tests.' || name)::uuid $$;

create function tests.sign_in(person text) returns void
language plpgsql as $$
declare
  account uuid;
begin
  perform set_config('role', 'none', true);
  select u.id into strict account from auth.users u where u.email = person;
  perform set_config('request.jwt.claims', json_build_object('sub', account, 'email', person, 'role', 'authenticated')::text, true);
  perform set_config('role', 'authenticated', true);
end
$$;

create function tests.sign_out() returns void
language plpgsql as $$
begin
  perform set_config('role', 'none', true);
  perform set_config('request.jwt.claims', '', true);
end
$$;

create function tests.tenant(slug text) returns uuid
language sql stable security definer as $$ select t.id from public.tenants t where t.slug = tenant.slug $$;

create function tests.account(person text) returns uuid
language sql stable security definer as $$ select u.id from auth.users u where u.email = person $$;

create function tests.membership(person text, company text default 'acme') returns uuid
language sql stable security definer as $$
  select m.id from public.memberships m where m.user_id = tests.account(person) and m.tenant_id = tests.tenant(company)
$$;

create function tests.customer(name text, company text default 'acme') returns uuid
language sql stable security definer as $$
  select c.id from public.customers c where c.tenant_id = tests.tenant(company) and c.name = customer.name
$$;

create function tests.product(sku text, company text default 'acme') returns uuid
language sql stable security definer as $$
  select p.id from public.products p where p.tenant_id = tests.tenant(company) and p.sku = product.sku
$$;

create function tests.depot(code text default 'NBO', company text default 'acme') returns uuid
language sql stable security definer as $$
  select w.id from public.warehouses w where w.tenant_id = tests.tenant(company) and w.code = depot.code
$$;

create function tests.vehicle(registration text) returns uuid
language sql stable security definer as $$ select v.id from public.vehicles v where v.registration = vehicle.registration $$;

create function tests.van(registration text default 'KDA 101A') returns uuid
language sql stable security definer as $$ select v.location_id from public.vehicles v where v.registration = van.registration $$;

create function tests.driver(company text default 'acme') returns uuid
language sql stable security definer as $$
  select d.id from public.drivers d where d.tenant_id = tests.tenant(company) and d.membership_id is not null order by d.id limit 1
$$;

create function tests.stock(sku text, warehouse uuid default tests.depot(), condition public.stock_condition default 'good') returns numeric
language sql stable security definer as $$
  select coalesce((
    select i.on_hand from public.inventory i
    where i.warehouse_id = warehouse and i.product_id = tests.product(sku) and i.condition = stock.condition
  ), 0)
$$;

create function tests.reserved(sku text, warehouse uuid default tests.depot()) returns numeric
language sql stable security definer as $$
  select coalesce((
    select i.reserved from public.inventory i
    where i.warehouse_id = warehouse and i.product_id = tests.product(sku) and i.condition = 'good'
  ), 0)
$$;

create function tests.reason(name text, company text default 'acme') returns uuid
language sql stable security definer as $$
  select r.id from public.adjustment_reasons r where r.tenant_id = tests.tenant(company) and r.name = reason.name
$$;

create function tests.lines(sku text, quantity numeric) returns jsonb
language sql stable as $$ select jsonb_build_array(jsonb_build_object('product_id', tests.product(sku), 'quantity', quantity)) $$;

-- The stages of an order. Each is called signed out and leaves the caller signed out.
create function tests.draft(customer text, sku text, quantity numeric, backorder boolean default false) returns uuid
language plpgsql as $$
declare
  created uuid;
begin
  perform tests.sign_in('sales@acme.test');
  created := (public.create_order(tests.customer(customer), tests.depot(), tests.lines(sku, quantity), allow_backorder => backorder)).id;
  perform tests.sign_out();
  return created;
end
$$;

create function tests.pending(customer text, sku text, quantity numeric, backorder boolean default false) returns uuid
language plpgsql as $$
declare
  created uuid := tests.draft(customer, sku, quantity, backorder);
begin
  perform tests.sign_in('sales@acme.test');
  perform public.submit_order(created);
  perform tests.sign_out();
  return created;
end
$$;

create function tests.approved(customer text, sku text, quantity numeric, backorder boolean default false) returns uuid
language plpgsql as $$
declare
  created uuid := tests.pending(customer, sku, quantity, backorder);
begin
  perform tests.sign_in('manager@acme.test');
  perform public.approve_order(created, 'known customer');
  perform tests.sign_out();
  return created;
end
$$;

create function tests.allocated(customer text, sku text, quantity numeric) returns uuid
language plpgsql as $$
declare
  created uuid := tests.approved(customer, sku, quantity);
begin
  perform tests.sign_in('dispatcher@acme.test');
  perform public.allocate_order(created);
  perform tests.sign_out();
  return created;
end
$$;

-- The stages of a trip with the Isuzu and the driver who can sign in.
create function tests.planned(orders uuid[], registration text default 'KDA 101A') returns uuid
language plpgsql as $$
declare
  trip uuid;
begin
  perform tests.sign_in('dispatcher@acme.test');
  trip := (public.create_trip(tests.depot(), now() + interval '1 hour', now() + interval '9 hours', tests.vehicle(registration), tests.driver(), orders)).id;
  perform public.plan_trip(trip);
  perform tests.sign_out();
  return trip;
end
$$;

create function tests.counts(trip uuid) returns jsonb
language sql stable security definer as $$
  select jsonb_agg(jsonb_build_object('product_id', i.product_id, 'count', i.expected))
  from public.loads l join public.load_items i on i.load_id = l.id where l.trip_id = trip
$$;

create function tests.loaded(orders uuid[]) returns uuid
language plpgsql as $$
declare
  trip uuid := tests.planned(orders);
begin
  perform tests.sign_in('warehouse@acme.test');
  perform public.confirm_load(trip, tests.counts(trip));
  perform tests.sign_in('driver@acme.test');
  perform public.confirm_load(trip, tests.counts(trip));
  perform tests.sign_out();
  return trip;
end
$$;

-- The same with goods to sell.
create function tests.on_the_road_with(orders uuid[], goods jsonb) returns uuid
language plpgsql as $$
declare
  trip uuid := tests.planned(orders);
begin
  perform tests.sign_in('dispatcher@acme.test');
  perform public.take_goods(trip, goods);
  perform tests.sign_in('warehouse@acme.test');
  perform public.confirm_load(trip, tests.counts(trip));
  perform tests.sign_in('driver@acme.test');
  perform public.confirm_load(trip, tests.counts(trip));
  perform tests.sign_in('dispatcher@acme.test');
  perform public.dispatch_trip(trip);
  perform tests.sign_in('driver@acme.test');
  perform public.start_trip(trip);
  perform tests.sign_out();
  return trip;
end
$$;

create function tests.on_the_road(orders uuid[]) returns uuid
language plpgsql as $$
declare
  trip uuid := tests.loaded(orders);
begin
  perform tests.sign_in('dispatcher@acme.test');
  perform public.dispatch_trip(trip);
  perform tests.sign_in('driver@acme.test');
  perform public.start_trip(trip);
  perform tests.sign_out();
  return trip;
end
$$;

create function tests.signature() returns text
language sql immutable as $$ select 'data:image/png;base64,iVBORw0KGgo=' $$;

-- Delivered quantities of an order with one line; what is missing was refused.
create function tests.all_in_order() returns jsonb language sql security definer set search_path = ''
as $$
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('item_id', i.id, 'is_in_order', true))
  from public.vehicle_check_items i where i.tenant_id = tests.tenant('acme') and i.is_active
$$;

create function tests.taken(order_id uuid, delivered numeric, reason text default null) returns jsonb
language sql stable security definer as $$
  select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('order_item_id', i.id, 'delivered', delivered, 'refused_reason', reason)))
  from public.order_items i where i.order_id = taken.order_id
$$;

create function tests.deliver(order_id uuid, delivered numeric, reason text default null, empties jsonb default '[]', payment jsonb default null) returns uuid
language plpgsql as $$
begin
  perform tests.sign_in('driver@acme.test');
  perform public.complete_delivery(order_id, tests.taken(order_id, delivered, reason), 'Tom Odhiambo', tests.signature(), null, empties, payment);
  perform tests.sign_out();
  return order_id;
end
$$;

-- A delivered order and its invoice, issued.
create function tests.invoiced(customer text, sku text, quantity numeric, empties jsonb default '[]') returns uuid
language plpgsql as $$
declare
  sold uuid := tests.allocated(customer, sku, quantity);
  invoice uuid;
begin
  perform tests.on_the_road(array[sold]);
  perform tests.deliver(sold, quantity, null, empties);
  perform tests.sign_in('finance@acme.test');
  select i.id into strict invoice from public.invoices i where i.order_id = sold;
  perform public.issue_invoice(invoice);
  perform tests.sign_out();
  return invoice;
end
$$;

create function tests.money(customer text, amount numeric, reference text default null) returns uuid
language plpgsql as $$
declare
  payment uuid;
begin
  perform tests.sign_in('sales@acme.test');
  payment := (public.record_payment(tests.customer(customer), case when reference is null then 'cash' else 'mpesa' end::public.payment_method, amount, reference)).id;
  perform tests.sign_in('finance@acme.test');
  perform public.approve_payment(payment);
  perform tests.sign_out();
  return payment;
end
$$;

create function tests.status(machine text, id uuid) returns text
language plpgsql stable security definer as $$
declare
  answer text;
begin
  execute format('select status::text from public.%I where id = $1', (select m.table_name from private.machines m where m.machine = status.machine))
  into answer using id;
  return answer;
end
$$;

-- A transfer from Nairobi to Kilifi that the clerk has sent on its way; and what is on the way.
create function tests.sent(sku text, quantity numeric) returns uuid
language plpgsql as $$
declare
  transfer uuid;
begin
  perform tests.sign_in('warehouse@acme.test');
  transfer := (public.create_transfer(tests.depot(), tests.depot('KLF'), tests.lines(sku, quantity))).id;
  perform public.dispatch_transfer(transfer);
  perform tests.sign_out();
  return transfer;
end
$$;

create function tests.transit(company text default 'acme') returns uuid
language sql stable security definer as $$
  select w.id from public.warehouses w where w.tenant_id = tests.tenant(company) and w.kind = 'transit'
$$;

create function tests.limit_to(person text, depot text) returns void
language sql security definer as $$
  update public.memberships m set warehouse_id = tests.depot(depot) where m.id = tests.membership(person)
$$;

-- The stages of a count by the clerk: of one product, of a whole place, begun, and finished with what he found.
create function tests.count_of(sku text, depot text default 'NBO') returns uuid
language plpgsql as $$
declare
  counting uuid;
begin
  perform tests.sign_in('warehouse@acme.test');
  counting := (public.create_stock_count(tests.depot(depot), array[tests.account('warehouse@acme.test')], case when sku is not null then array[tests.product(sku)] end)).id;
  perform tests.sign_out();
  return counting;
end
$$;

create function tests.begun(counting uuid) returns uuid
language plpgsql as $$
begin
  perform tests.sign_in('warehouse@acme.test');
  perform public.start_stock_count(counting);
  perform tests.sign_out();
  return counting;
end
$$;

create function tests.found(sku text, counted numeric, condition text default 'good') returns jsonb
language sql stable as $$ select jsonb_build_object('product_id', tests.product(sku), 'counted', counted, 'condition', condition) $$;

create function tests.counted(counting uuid, sku text, quantity numeric) returns uuid
language plpgsql as $$
begin
  perform tests.sign_in('warehouse@acme.test');
  perform public.record_stock_count(counting, jsonb_build_array(tests.found(sku, quantity)));
  perform public.finish_stock_count(counting, leave_uncounted => true);
  perform tests.sign_out();
  return counting;
end
$$;

create function tests.posted(counting uuid) returns uuid
language plpgsql as $$
begin
  perform tests.sign_in('manager@acme.test');
  perform public.approve_stock_count(counting);
  perform public.post_stock_count(counting);
  perform tests.sign_out();
  return counting;
end
$$;

create function tests.prove_channels() returns void
language sql security definer as $$
  update public.channels set proved_at = now() where phone_number_id is not null and proved_at is null
$$;
comment on function tests.prove_channels() is 'Meta has said of every number that it is its company''s.';

-- A stored file of whoever is signed in, among those of a document.
create function tests.file(document_kind text, document_id uuid, name text default 'Signed.pdf') returns uuid
language plpgsql set search_path = ''
as $$
declare
  path constant text := (select private.active_tenant_id()) || '/' || document_id || '/' || name;
begin
  insert into storage.objects (bucket_id, name, owner_id, metadata) values ('attachments', path, auth.uid()::text, '{"mimetype": "application/pdf", "size": 1200}');
  return (public.add_attachment(document_kind, document_id, path, name)).id;
end
$$;
