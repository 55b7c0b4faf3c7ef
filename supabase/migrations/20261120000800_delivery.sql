-- Family 08, delivery: vehicles, drivers, trips, loads, proofs, offloads, variances.

create type public.trip_status as enum ('draft', 'planned', 'dispatched', 'in_progress', 'completed', 'cancelled');
create type public.stop_status as enum ('pending', 'arrived', 'delivered', 'failed');
create type public.offload_status as enum ('draft', 'submitted', 'reviewed', 'approved', 'rejected');
create type public.variance_status as enum ('pending_review', 'approved', 'rejected');
create type public.variance_kind as enum ('delivery', 'offload', 'cash', 'reported');

create table public.vehicles (
  like private.record including defaults including indexes,
  registration text not null,
  name text not null,
  home_warehouse_id uuid not null,
  location_id uuid not null,
  capacity_kg numeric(14,3) not null,
  capacity_l numeric(14,3) not null,
  capacity_units numeric(14,3) not null,
  skills text[] not null default '{}',
  shift_start time not null default '07:00',
  shift_end time not null default '18:00',
  cost_fixed numeric(14,2) not null default 0,
  cost_per_hour numeric(14,2) not null default 0,
  cost_per_km numeric(14,2) not null default 0,
  is_active boolean not null default true,
  unique (tenant_id, registration),
  unique (tenant_id, location_id),
  foreign key (tenant_id, home_warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, location_id) references public.warehouses (tenant_id, id),
  constraint registration_is_short check (length(registration) between 1 and 20 and registration = btrim(registration)),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120),
  constraint capacities_are_bounded check (capacity_kg between 0 and 100000 and capacity_l between 0 and 1000000 and capacity_units between 0 and 1000000),
  constraint shift_is_ordered check (shift_start < shift_end),
  constraint costs_are_bounded check (cost_fixed between 0 and 9999999 and cost_per_hour between 0 and 999999 and cost_per_km between 0 and 99999)
);
create index vehicles_home on public.vehicles (tenant_id, home_warehouse_id);
comment on table public.vehicles is 'Vans. Each has a stock location of its own (location_id), so that what is on board is stock like any other.';
comment on column public.vehicles.capacity_kg is 'Payload in kilograms; capacity_l in litres; capacity_units in crates or cylinders.';
select private.register_error('registration_is_short', 422, 'The registration is missing or too long, or begins or ends with a space.', 'Enter a registration of at most 20 characters.');
select private.register_error('capacities_are_bounded', 422, 'A capacity of the vehicle is negative or too large.', 'Enter at most 100000 kg, 1000000 litres and 1000000 units.');
select private.register_error('shift_is_ordered', 422, 'The shift ends before it begins.', 'Enter an end that is later than the start.');
select private.register_error('costs_are_bounded', 422, 'A cost of the vehicle is negative or too large.', 'Enter at most 9999999 fixed, 999999 per hour and 99999 per kilometre.');
select private.manage_table('public.vehicles', 'vehicle');
select private.register_subject('public.vehicles', 'vehicle', 'registration', 'trips.view', '/fleet/vehicles');
select private.set_audience('vehicle', 'trips.view');
select private.register_error('vehicle_registration_taken', 409, 'Another vehicle has this registration.', 'Check the registration, or open that vehicle.');
select private.refuse_taken('public.vehicles', 'vehicles_tenant_id_registration_key', 'vehicle_registration_taken');

create function private.tg_vehicles__give_location() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Whoever may not write here is told so by the policy, which looks at the row after this.
  if new.location_id is null and new.tenant_id is not null then
    insert into public.warehouses (tenant_id, code, name, kind) values (new.tenant_id, new.registration, new.name, 'van') returning id into new.location_id;
  end if;
  return new;
end
$$;
comment on function private.tg_vehicles__give_location() is 'Gives a new vehicle its stock location.';
create trigger _300_give_location before insert on public.vehicles for each row execute function private.tg_vehicles__give_location();

-- Photos of deliveries; one folder per company. Policies are in policies/.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('proofs', 'proofs', false, 3145728, array['image/jpeg', 'image/png', 'image/webp'])
on conflict (id) do nothing;

create table public.drivers (
  like private.record including defaults including indexes,
  membership_id uuid,
  name text not null,
  phone text,
  licence_number text,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, membership_id),
  foreign key (tenant_id, membership_id) references public.memberships (tenant_id, id),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120),
  constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint licence_number_is_short check (length(licence_number) <= 40)
);
comment on table public.drivers is 'Who drives. With a membership the driver can sign in and see his own trips.';
select private.register_error('licence_number_is_short', 422, 'The licence number is too long.', 'Shorten it to 40 characters.');
select private.manage_table('public.drivers', 'driver');
select private.register_subject('public.drivers', 'driver', 'name', 'trips.view', '/fleet/drivers');
select private.normalise_phones('public.drivers');
select private.set_audience('driver', 'trips.view');
select private.register_error('driver_membership_taken', 409, 'This person is a driver already.', 'Open that driver instead.');
select private.refuse_taken('public.drivers', 'drivers_tenant_id_membership_id_key', 'driver_membership_taken');

create table public.trips (
  like private.record including defaults including indexes,
  number text not null,
  warehouse_id uuid not null,
  vehicle_id uuid,
  driver_id uuid,
  status public.trip_status not null default 'draft',
  planned_start_at timestamptz not null,
  planned_end_at timestamptz not null,
  dispatched_by uuid,
  dispatched_at timestamptz,
  started_at timestamptz,
  completed_at timestamptz,
  cancelled_by uuid,
  cancelled_at timestamptz,
  came_home_at timestamptz,
  status_reason text,
  notes text,
  printed jsonb,
  is_done boolean not null generated always as (status = 'completed') stored,
  is_booked boolean not null generated always as (status in ('planned', 'dispatched', 'in_progress')) stored,
  is_on_the_road boolean not null generated always as (
    status in ('dispatched', 'in_progress') or (status = 'cancelled' and dispatched_at is not null and came_home_at is null)
  ) stored,
  unique (tenant_id, number),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, vehicle_id) references public.vehicles (tenant_id, id),
  foreign key (tenant_id, driver_id) references public.drivers (tenant_id, id),
  constraint plan_is_ordered check (planned_start_at < planned_end_at and planned_end_at <= planned_start_at + interval '7 days' and planned_start_at > '2000-01-01' and planned_end_at < '2200-01-01'),
  constraint driver_known_once_planned check (status in ('draft', 'cancelled') or driver_id is not null),
  constraint vehicle_known_once_dispatched check (status in ('draft', 'planned', 'cancelled') or vehicle_id is not null),
  constraint cancelled_reason_matches_status check (status <> 'cancelled' or btrim(status_reason) <> ''),
  constraint cancelling_is_recorded check ((status = 'cancelled') = (cancelled_at is not null)),
  constraint notes_are_bounded check (length(notes) <= 2000),
  constraint driver_is_on_one_trip_at_a_time exclude using gist
    (tenant_id with =, driver_id with =, tstzrange(planned_start_at, planned_end_at) with &&) where (is_booked and driver_id is not null),
  constraint vehicle_is_on_one_trip_at_a_time exclude using gist
    (tenant_id with =, vehicle_id with =, tstzrange(planned_start_at, planned_end_at) with &&) where (is_booked and vehicle_id is not null)
);
create index trips_recent on public.trips (tenant_id, planned_start_at desc, id desc);
create index trips_not_done on public.trips (tenant_id, planned_start_at desc, id desc) where is_done is false;
create index trips_driver on public.trips (tenant_id, driver_id);
create index trips_vehicle on public.trips (tenant_id, vehicle_id);
create index trips_warehouse on public.trips (tenant_id, warehouse_id);
-- Two rounds of one van may not overlap in planned time, but it can also carry only one load at once.
create unique index trips_vehicle_on_the_road on public.trips (tenant_id, vehicle_id) where is_on_the_road;
create unique index trips_driver_on_the_road on public.trips (tenant_id, driver_id) where is_on_the_road;
select private.register_error('vehicle_taken', 409, 'The vehicle is on another trip at that time.', 'Choose another vehicle or other times.');
select private.register_error('driver_taken', 409, 'The driver is on another trip at that time.', 'Choose another driver or other times.');
select private.register_error('vehicle_on_the_road', 409, 'The vehicle has not come back from its last trip.', 'Complete that trip first; if it was cancelled, have its van counted, the offload approved and its cash counted; or choose another vehicle.');
select private.register_error('driver_on_the_road', 409, 'The driver has not come back from his last trip.', 'Complete that trip first; if it was cancelled, have its van counted, the offload approved and its cash counted; or choose another driver.');
select private.refuse_taken('public.trips', 'driver_is_on_one_trip_at_a_time', 'driver_taken', each_alone => true);
select private.refuse_taken('public.trips', 'vehicle_is_on_one_trip_at_a_time', 'vehicle_taken', each_alone => true);
select private.refuse_taken('public.trips', 'trips_vehicle_on_the_road', 'vehicle_on_the_road', each_alone => true);
select private.refuse_taken('public.trips', 'trips_driver_on_the_road', 'driver_on_the_road', each_alone => true);
comment on table public.trips is 'One round of one van with one driver.';
comment on column public.trips.printed is 'The seller as the papers of the trip show him, kept as he was when it was dispatched: {seller}. Null before.';
comment on column public.trips.is_done is 'Completed, as nearly all trips are in the end. A list of trips in another state asks for is_done is false as well: an index answers that.';
comment on column public.trips.is_booked is 'Planned or on the way: its driver and its vehicle are taken for the planned time.';
comment on column public.trips.is_on_the_road is 'Left the depot and not back yet: neither its van nor its driver leaves on another trip. One that was cancelled on the road is back when its offload is approved and its cash is counted (came_home_at).';
comment on column public.trips.came_home_at is 'When a trip that was cancelled on the road had its offload approved and its cash counted, whichever came later; null on every other trip.';
select private.register_document('public.trips', 'trip', 'draft', 'trips.view', '/trips', prefix => 'TRP');
insert into private.waiting_states (machine, state, permission) values ('trip', 'planned', 'trips.load');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('trip', 'draft', 'plan', 'planned', 'trips.edit', null, 'trip.planned'),
  ('trip', 'planned', 'dispatch', 'dispatched', 'trips.dispatch', null, 'trip.dispatched'),
  ('trip', 'dispatched', 'start', 'in_progress', 'trips.drive', null, 'trip.started'),
  ('trip', 'in_progress', 'complete', 'completed', 'trips.dispatch', null, 'trip.completed'),
  ('trip', 'draft', 'cancel', 'cancelled', 'trips.edit', null, 'trip.cancelled'),
  ('trip', 'planned', 'cancel', 'cancelled', 'trips.edit', null, 'trip.cancelled'),
  ('trip', 'dispatched', 'cancel', 'cancelled', 'trips.dispatch', null, 'trip.cancelled'),
  ('trip', 'in_progress', 'cancel', 'cancelled', 'trips.dispatch', null, 'trip.cancelled');
insert into private.in_place_commands (machine, state, command, permission) values
  ('trip', 'draft', 'assign_orders', 'trips.edit'),
  ('trip', 'draft', 'change', 'trips.edit'),
  ('trip', 'planned', 'assign_orders', 'trips.edit'),
  ('trip', 'planned', 'change', 'trips.edit'),
  -- The right for the depot's or the driver's side is asked by the commands themselves.
  ('trip', 'planned', 'confirm_load', 'trips.view'),
  ('trip', 'in_progress', 'submit_offload', 'trips.view'),
  -- What was on a van that was called back.
  ('trip', 'cancelled', 'submit_offload', 'trips.view'),
  ('trip', 'draft', 'report_variance', 'variances.report'),
  ('trip', 'planned', 'report_variance', 'variances.report'),
  ('trip', 'dispatched', 'report_variance', 'variances.report'),
  ('trip', 'in_progress', 'report_variance', 'variances.report'),
  ('trip', 'completed', 'report_variance', 'variances.report'),
  ('trip', 'cancelled', 'report_variance', 'variances.report'),
  ('order', 'allocated', 'create_trip', 'trips.edit');

alter table public.fulfilments add foreign key (tenant_id, trip_id) references public.trips (tenant_id, id);

create function private.tg_trips__keep_words() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.printed := pg_catalog.jsonb_build_object('seller', private.printed_seller(new.tenant_id));
  return new;
end
$$;
comment on function private.tg_trips__keep_words() is 'The papers that ride along name the seller as he was when the van left.';
create trigger _130_keep_words before update of status on public.trips for each row
when (new.status = 'dispatched' and old.status <> 'dispatched') execute function private.tg_trips__keep_words();

create table public.trip_stops (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  trip_id uuid not null,
  sequence integer not null,
  order_id uuid not null,
  customer_id uuid not null,
  address_id uuid not null,
  status public.stop_status not null default 'pending',
  planned_arrival_at timestamptz,
  arrived_at timestamptz,
  left_at timestamptz,
  arrived_latitude numeric(9,6),
  arrived_longitude numeric(9,6),
  metres_from_address integer,
  asks_for_code boolean not null default false,
  code_confirmed_at timestamptz,
  printed jsonb,
  primary key (tenant_id, id),
  -- An order rides on one trip at most; leaving a trip deletes the stop.
  unique (tenant_id, order_id),
  constraint sequence_is_unique_on_the_trip unique (tenant_id, trip_id, sequence) deferrable initially deferred,
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, customer_id, address_id) references public.customer_addresses (tenant_id, customer_id, id),
  constraint sequence_is_bounded check (sequence between 1 and 1000),
  constraint position_is_on_earth check (arrived_latitude between -90 and 90 and arrived_longitude between -180 and 180),
  constraint confirmed_code_was_asked_for check (code_confirmed_at is null or asks_for_code)
);
create index trip_stops_address on public.trip_stops (tenant_id, customer_id, address_id);
comment on table public.trip_stops is 'The orders of a trip in the order of delivery, planned and actual.';
comment on column public.trip_stops.arrived_latitude is 'Where the phone was as its driver reported the arrival or the delivery, in degrees, with arrived_longitude; null where it did not know.';
comment on column public.trip_stops.metres_from_address is 'How far that is from the address as the crow flies; null where either is not known. It refuses nothing: the office looks at what is far.';
comment on column public.trip_stops.asks_for_code is 'Whether the driver asks the customer for his one-time code; decided when the trip is dispatched.';
comment on column public.trip_stops.code_confirmed_at is 'When the right code was entered, by the phone''s clock.';
comment on column public.trip_stops.printed is 'The customer and his address as they were when the van left him, like orders.printed; null before, when the driver needs what is true today.';

create function private.tg_trip_stops__keep_words() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.printed := private.printed_customer(new.tenant_id, new.customer_id, new.address_id, (select t.warehouse_id from public.trips t where t.tenant_id = new.tenant_id and t.id = new.trip_id));
  return new;
end
$$;
comment on function private.tg_trip_stops__keep_words() is 'A stop that is done keeps the words that the driver saw.';
create trigger _130_keep_words before update of status on public.trip_stops for each row
when (new.status in ('delivered', 'failed') and old.status not in ('delivered', 'failed')) execute function private.tg_trip_stops__keep_words();
select private.manage_part('public.trip_stops', 'trip_id', 'sequence', 'order_id', 'address_id', 'status', 'arrived_at', 'left_at');

create table public.loads (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  trip_id uuid not null,
  depot_confirmed_by uuid,
  depot_confirmed_at timestamptz,
  driver_confirmed_by uuid,
  driver_confirmed_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, trip_id),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id) on delete cascade,
  constraint depot_confirmation_is_complete check ((depot_confirmed_by is null) = (depot_confirmed_at is null)),
  constraint driver_confirmation_is_complete check ((driver_confirmed_by is null) = (driver_confirmed_at is null)),
  constraint two_people_confirm_the_load check (depot_confirmed_by <> driver_confirmed_by)
);
comment on table public.loads is 'Load sheet of a trip, counted and confirmed by the depot and by the driver, two different people.';
select private.manage_part('public.loads', 'trip_id', 'depot_confirmed_by', 'depot_confirmed_at', 'driver_confirmed_by', 'driver_confirmed_at');

create table public.load_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  load_id uuid not null,
  product_id uuid not null,
  expected numeric(14,3) not null,
  depot_count numeric(14,3),
  driver_count numeric(14,3),
  primary key (tenant_id, id),
  unique (tenant_id, load_id, product_id),
  foreign key (tenant_id, load_id) references public.loads (tenant_id, id) on delete cascade,
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint expected_is_bounded check (expected > 0 and expected <= 99999999),
  constraint counts_are_bounded check (depot_count between 0 and 99999999 and driver_count between 0 and 99999999)
);
create index load_items_product on public.load_items (tenant_id, product_id);
comment on table public.load_items is 'Load sheet lines: what the orders need and what is taken along to sell, and what each side counted, in base units.';
select private.force_policies('public.load_items');

create table public.trip_goods (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  trip_id uuid not null,
  product_id uuid not null,
  quantity numeric(14,3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, trip_id, product_id),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999)
);
create index trip_goods_product on public.trip_goods (tenant_id, product_id);
comment on table public.trip_goods is 'What a trip takes along to sell, beyond what its orders need, in base units.';
select private.hold_to_unit('public.trip_goods', 'quantity');
select private.manage_part('public.trip_goods', 'trip_id', 'product_id', 'quantity');

create function private.are_photos_of(tenant uuid, paths text[]) returns boolean
language sql immutable set search_path = ''
as $$
  select coalesce(pg_catalog.array_ndims(paths), 1) = 1 and count(*) <= 6 and count(distinct p.path) = count(*)
    and coalesce(pg_catalog.bool_and(coalesce(p.path like tenant::text || '/%' and pg_catalog.length(p.path) <= 300, false)), true)
  from pg_catalog.unnest(paths) as p (path)
$$;
comment on function private.are_photos_of(uuid, text[]) is 'Whether these are up to six different photos in the folder of a company.';

create table public.delivery_proofs (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  order_id uuid not null,
  trip_id uuid not null,
  received_by text not null,
  signature text,
  photo_paths text[] not null default '{}',
  latitude numeric(9,6),
  longitude numeric(9,6),
  notes text,
  unproved_because text,
  no_code_because text,
  captured_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  recorded_by uuid default auth.uid(),
  primary key (tenant_id, id),
  unique (tenant_id, order_id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  constraint received_by_is_not_blank check (btrim(received_by) <> '' and length(received_by) <= 120),
  constraint signature_is_a_small_png check (signature ~ '^data:image/png;base64,[A-Za-z0-9+/]+=*$' and length(signature) <= 200000),
  constraint photos_are_few_and_in_the_own_folder check (private.are_photos_of(tenant_id, photo_paths)),
  constraint proof_shows_something check (signature is not null or photo_paths <> '{}' or (btrim(unproved_because) <> '' and length(unproved_because) <= 500)),
  constraint position_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180),
  constraint notes_are_bounded check (length(notes) <= 1000),
  constraint missing_code_says_why check (btrim(no_code_because) <> '' and length(no_code_because) <= 500)
);
create index delivery_proofs_trip on public.delivery_proofs (tenant_id, trip_id);
create index delivery_proofs_photo on public.delivery_proofs using gin (photo_paths);
comment on table public.delivery_proofs is 'Proof of a delivery: who took it, signature (PNG data URL) and/or up to six photos (paths in the storage bucket proofs), where and when.';
comment on column public.delivery_proofs.unproved_because is 'Why there is neither signature nor photo; the office alone records a delivery without them.';
comment on column public.delivery_proofs.no_code_because is 'Why the goods were handed over without the one-time code that was asked for; null where it was entered, or none was asked for.';
comment on column public.delivery_proofs.captured_at is 'When the customer signed, by the phone''s clock; recorded_at is when the server heard of it.';
select private.protect_ledger('public.delivery_proofs');

create function private.order_of_photo(tenant uuid, path text) returns uuid
language sql stable security definer set search_path = ''
as $$ select p.order_id from public.delivery_proofs p where p.tenant_id = tenant and p.photo_paths @> array[path] limit 1 $$;
comment on function private.order_of_photo(uuid, text) is 'The order whose delivery a stored photo proves; null: of none. Under policies the index over photos could not be used.';

create table public.offload_documents (
  like private.record including defaults including indexes,
  number text not null,
  trip_id uuid not null,
  warehouse_id uuid not null,
  status public.offload_status not null default 'draft',
  submitted_by uuid,
  submitted_at timestamptz,
  reviewed_by uuid,
  reviewed_at timestamptz,
  approved_by uuid,
  approved_at timestamptz,
  status_reason text,
  is_live boolean not null generated always as (status <> 'rejected') stored,
  unique (tenant_id, number),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  constraint submission_is_recorded check (status = 'draft' or submitted_at is not null),
  constraint review_is_recorded check (status not in ('reviewed', 'approved') or reviewed_at is not null),
  constraint approval_is_recorded check ((status = 'approved') = (approved_at is not null)),
  constraint rejected_reason_matches_status check ((status = 'rejected') = (status_reason is not null))
);
create unique index offload_documents_live on public.offload_documents (tenant_id, trip_id) where is_live;
create index offload_documents_trip on public.offload_documents (tenant_id, trip_id);
create index offload_documents_warehouse on public.offload_documents (tenant_id, warehouse_id);
comment on table public.offload_documents is 'What came back on a van, counted; one living document per trip.';
comment on column public.offload_documents.is_live is 'Not rejected.';
select private.register_document('public.offload_documents', 'offload', 'draft', 'trips.view', '/offloads', prefix => 'OFF');
insert into private.waiting_states (machine, state, permission) values ('offload', 'submitted', 'trips.review');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('offload', 'draft', 'submit', 'submitted', 'trips.view', null, 'offload.submitted'),
  ('offload', 'submitted', 'review', 'reviewed', 'trips.review', '{submitted_by}', 'offload.reviewed'),
  ('offload', 'submitted', 'reject', 'rejected', 'trips.review', '{submitted_by}', 'offload.rejected'),
  ('offload', 'reviewed', 'approve', 'approved', 'trips.review', '{submitted_by}', 'offload.approved'),
  ('offload', 'reviewed', 'reject', 'rejected', 'trips.review', '{submitted_by}', 'offload.rejected');

create table public.offload_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  offload_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null default 'good',
  expected numeric(14,3) not null,
  counted numeric(14,3) not null,
  difference numeric(14,3) generated always as (counted - expected) stored,
  primary key (tenant_id, id),
  unique (tenant_id, offload_id, product_id, condition),
  foreign key (tenant_id, offload_id) references public.offload_documents (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantities_are_bounded check (expected between 0 and 99999999 and counted between 0 and 99999999)
);
create index offload_items_product on public.offload_items (tenant_id, product_id);
comment on table public.offload_items is 'Offload lines: what the books say is on the van and what was counted. A wrong count is rejected and counted again, never changed.';
select private.hold_to_unit('public.offload_items', 'counted');
select private.protect_ledger('public.offload_items');

create table public.variances (
  like private.record including defaults including indexes,
  number text not null,
  kind public.variance_kind not null,
  status public.variance_status not null default 'pending_review',
  trip_id uuid,
  order_id uuid,
  offload_id uuid,
  warehouse_id uuid,
  product_id uuid,
  condition public.stock_condition,
  expected numeric(14,3) not null,
  actual numeric(14,3) not null,
  difference numeric(14,3) generated always as (actual - expected) stored,
  unit_value numeric(14,2) not null default 0,
  value numeric(14,2) generated always as (round((actual - expected) * unit_value, 2)) stored,
  explanation text,
  code text,
  responsible_id uuid,
  resolution_note text,
  resolved_by uuid,
  resolved_at timestamptz,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, number),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, offload_id) references public.offload_documents (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, responsible_id) references public.memberships (tenant_id, id),
  constraint quantities_are_bounded check (expected between 0 and 999999999 and actual between 0 and 999999999),
  constraint quantities_differ check (expected <> actual),
  constraint unit_value_is_bounded check (unit_value between 0 and 999999999.99),
  constraint explanation_is_bounded check (length(explanation) <= 1000),
  constraint note_is_bounded check (length(resolution_note) <= 1000),
  constraint code_names_the_cause_once_approved check (status <> 'approved' or code is not null),
  constraint resolution_is_recorded check ((status = 'pending_review') = (resolved_at is null)),
  constraint rejection_has_a_reason check (status <> 'rejected' or btrim(resolution_note) <> '')
);
create index variances_recent on public.variances (tenant_id, created_at desc, id desc);
create index variances_trip on public.variances (tenant_id, trip_id);
create index variances_order on public.variances (tenant_id, order_id);
create index variances_offload on public.variances (tenant_id, offload_id);
create index variances_warehouse on public.variances (tenant_id, warehouse_id);
create index variances_product on public.variances (tenant_id, product_id);
create index variances_responsible on public.variances (tenant_id, responsible_id);
comment on table public.variances is 'Every difference between what should be and what is, with the person who answers for it (responsible_id; null = loss account).';
comment on column public.variances.expected is 'Base units, or money for kind cash (then unit_value is 1).';
select private.hold_to_unit('public.variances', 'expected', 'actual');
select private.register_document('public.variances', 'variance', 'pending_review', 'variances.view', '/variances', prefix => 'VAR');
insert into private.waiting_states (machine, state, permission) values ('variance', 'pending_review', 'variances.approve');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('variance', 'pending_review', 'approve', 'approved', 'variances.approve', '{created_by}', 'variance.approved'),
  ('variance', 'pending_review', 'reject', 'rejected', 'variances.approve', '{created_by}', 'variance.rejected');

-- Only its driver sets off.
select private.offer_if('trip', 'private.drives_trip(trips) and not private.is_vehicle_check_missing(trips)', 'start');
select private.offer_if('trip', $$private.has_permission(trips.tenant_id, case when private.drives_trip(trips) then 'trips.drive' else 'trips.load' end)
  and not private.counted_for_the_other_side(trips)$$, 'confirm_load');
select private.offer_if('trip', $$(private.drives_trip(trips) or private.has_permission(trips.tenant_id, 'trips.load'))
  and private.is_ready_to_offload(trips)$$, 'submit_offload');
select private.offer_if('trip', 'private.is_load_confirmed(trips)', 'dispatch');
select private.offer_if('trip', 'private.what_keeps_trip_open(trips) is null', 'complete');
select private.find_by('trip', 'vehicle_id', 'array(select v from private.find_vehicles(typed) v where pg_catalog.length(private.normal_plate(typed)) >= 3)');
select private.find_by('trip', 'id', 'array(select s.trip_id from public.trip_stops s where s.tenant_id = tenant and s.customer_id = any (private.customers_meant(typed)) order by s.id desc limit 1000)');
select private.find_by('offload', 'trip_id', 'array(select s.trip_id from public.trip_stops s where s.tenant_id = tenant and s.customer_id = any (private.customers_meant(typed)) order by s.id desc limit 1000)');
select private.find_by('variance', 'order_id', 'array(select o.id from public.orders o where o.tenant_id = tenant and o.customer_id = any (private.customers_meant(typed)) order by o.id desc limit 1000)');

-- Two edges of an order are taken by the trip that carries it, three commands are given at the customer's door.
select private.offer_if('order', 'false', 'dispatch', 'start_delivery');
select private.offer_if('order', 'private.waits_for_a_van(orders)', 'create_trip');
select private.offer_if('order', 'private.delivers_order(orders)', 'arrive_at_stop', 'complete_delivery', 'fail_delivery');
