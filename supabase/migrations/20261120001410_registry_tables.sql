-- Family 14, registries: the nine.

create table public.calendar_events (
  like private.registry_row including constraints including indexes,
  event_type text not null,
  title text not null,
  description text,
  starts_at timestamptz not null,
  ends_at timestamptz,
  is_all_day boolean not null,
  location_id uuid,
  assigned_to uuid,
  status text,
  color text not null
);
create index calendar_events_time on public.calendar_events (tenant_id, starts_at);
create index calendar_events_entity on public.calendar_events (tenant_id, entity_id);
create index calendar_events_assigned on public.calendar_events (tenant_id, assigned_to, starts_at) where assigned_to is not null;
select private.register_registry('calendar_events', 'assigned_to', 'Everything that has a day or a time: trips, deliveries wanted, tasks, what is due and what ends.');
comment on column public.calendar_events.starts_at is 'Of a whole day: its midnight in UTC, whichever clock the company has.';
comment on column public.calendar_events.location_id is 'The depot (warehouses).';
comment on column public.calendar_events.assigned_to is 'Whose it is (users).';
comment on column public.calendar_events.color is 'The tone in which it is shown: neutral, info, good, warn.';

create table public.activity_feed (
  like private.registry_row including constraints including indexes,
  activity_type text not null,
  actor_id uuid,
  title text,
  content text,
  metadata jsonb
);
create index activity_feed_time on public.activity_feed (tenant_id, created_at desc);
create index activity_feed_entity on public.activity_feed (tenant_id, entity_id, created_at desc);
create index activity_feed_actor on public.activity_feed (tenant_id, actor_id, created_at desc) where actor_id is not null;
select private.register_registry('activity_feed', 'actor_id', 'What happened, of whatever kind: steps of documents, changes, comments, files, messages, votes.');
comment on column public.activity_feed.activity_type is 'created, changed, step, comment, file, message, note or approval.';
comment on column public.activity_feed.actor_id is 'Who did it (users); null: a rule, or somebody outside.';
comment on column public.activity_feed.title is 'The command of a step or of a vote, the name of a file.';
comment on column public.activity_feed.metadata is 'Of a step {"from", "to", "rule"}; of a message {"direction"}.';

create table public.document_registry (
  like private.registry_row including constraints including indexes,
  document_type text not null,
  title text not null,
  file_url text,
  file_type text,
  file_size bigint,
  status text,
  expires_at timestamptz,
  uploaded_by uuid
);
create index document_registry_time on public.document_registry (tenant_id, created_at desc);
create index document_registry_entity on public.document_registry (tenant_id, entity_id);
create index document_registry_expiry on public.document_registry (tenant_id, expires_at) where expires_at is not null;
select private.register_registry('document_registry', 'uploaded_by', 'Every paper and file: uploads, customers'' papers, proofs of delivery, invoices, credit notes, imported files.');
comment on column public.document_registry.file_url is '<bucket>/<path> in the storage; null where the portal makes the paper when it is asked for.';
comment on column public.document_registry.expires_at is 'From this moment on it holds no longer: the midnight in UTC after its last day.';
comment on column public.document_registry.uploaded_by is 'Who added it (users).';

create table public.financial_ledger (
  like private.registry_row including constraints including indexes,
  transaction_type text not null,
  direction text not null,
  amount numeric(14, 2) not null,
  open_amount numeric(14, 2) not null,
  is_cash boolean not null,
  currency text not null,
  status text not null,
  counterparty_type text not null,
  counterparty_id uuid,
  counterparty_name text,
  trip_id uuid,
  order_id uuid,
  due_date date,
  paid_at timestamptz,
  description text,
  constraint direction_is_known check (direction in ('inflow', 'outflow')),
  constraint amount_is_bounded check (amount between -999999999999 and 999999999999),
  constraint open_amount_is_bounded check (open_amount between -999999999999 and 999999999999)
);
create index financial_ledger_time on public.financial_ledger (tenant_id, created_at desc);
create index financial_ledger_entity on public.financial_ledger (tenant_id, entity_id);
create index financial_ledger_counterparty on public.financial_ledger (tenant_id, counterparty_id);
create index financial_ledger_due on public.financial_ledger (tenant_id, due_date) where open_amount <> 0;
create index financial_ledger_paid on public.financial_ledger (tenant_id, paid_at) where is_cash;
select private.register_registry('financial_ledger', null, 'What is owed and what was paid: invoices, credit notes, payments, refunds, takings of drivers.');
comment on column public.financial_ledger.direction is 'inflow: the company is paid, or has it to expect; outflow: it pays or gives back.';
comment on column public.financial_ledger.open_amount is 'What is still to come (invoices), or not yet used (payments).';
comment on column public.financial_ledger.is_cash is 'Whether money changed hands, on paid_at.';
comment on column public.financial_ledger.counterparty_type is 'customer or driver.';

create table public.people_directory (
  like private.registry_row including constraints including indexes,
  person_type text not null,
  first_name text,
  last_name text,
  display_name text not null,
  email text,
  phone text,
  company_name text,
  job_title text,
  avatar_url text,
  is_internal boolean not null,
  user_id uuid
);
create index people_directory_name on public.people_directory (tenant_id, display_name);
create index people_directory_entity on public.people_directory (tenant_id, entity_id);
create index people_directory_phone on public.people_directory (tenant_id, phone) where phone is not null;
create index people_directory_email on public.people_directory (tenant_id, email) where email is not null;
select private.register_registry('people_directory', 'user_id', 'Everybody whom the company knows: colleagues, drivers, customers and their people, leads, those who sell leads.');
comment on column public.people_directory.person_type is 'user, driver, customer, contact, lead or vendor.';
comment on column public.people_directory.email is 'In lower case.';
comment on column public.people_directory.user_id is 'The account, of colleagues.';

create table public.assignments (
  like private.registry_row including constraints including indexes,
  assignment_type text not null,
  entity_name text,
  user_id uuid not null,
  role text not null,
  status text,
  is_open boolean not null,
  start_time timestamptz,
  end_time timestamptz,
  trip_id uuid,
  order_id uuid,
  constraint role_is_known check (role in ('owner', 'assignee', 'reviewer')),
  constraint times_are_in_order check (end_time >= start_time)
);
create index assignments_user on public.assignments (tenant_id, user_id, is_open);
create index assignments_time on public.assignments (tenant_id, start_time) where start_time is not null;
create index assignments_entity on public.assignments (tenant_id, entity_id);
create index assignments_source on public.assignments (tenant_id, source_id);
select private.register_registry('assignments', 'user_id', 'Who has to do what: tasks, trips, counts, leads, deals, conversations, customers and territories.');
comment on column public.assignments.is_open is 'Whether there is still something to do.';
comment on column public.assignments.end_time is 'Of a task its day: the midnight in UTC after it.';

create table public.location_registry (
  like private.registry_row including constraints including indexes,
  location_type text not null,
  name text not null,
  address_line_1 text,
  address_line_2 text,
  city text,
  state_province text,
  postal_code text,
  country text,
  latitude numeric(9, 6),
  longitude numeric(9, 6),
  capacity integer,
  contact_name text,
  contact_phone text,
  contact_email text,
  is_active boolean not null,
  constraint position_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180)
);
create index location_registry_name on public.location_registry (tenant_id, name);
create index location_registry_entity on public.location_registry (tenant_id, entity_id);
create index location_registry_position on public.location_registry (tenant_id, latitude, longitude) where latitude is not null;
select private.register_registry('location_registry', null, 'Every place: depots, shops and the addresses of customers.');
comment on column public.location_registry.location_type is 'depot, shop, van, transit or customer.';

create table public.status_tracker (
  like private.registry_row including constraints including indexes,
  entity_name text,
  current_status text not null,
  previous_status text,
  status_category text not null,
  changed_by uuid,
  changed_at timestamptz not null,
  trip_id uuid,
  order_id uuid,
  due_date date,
  priority text,
  constraint status_category_is_known check (status_category in ('active', 'pending', 'blocked', 'completed'))
);
create index status_tracker_category on public.status_tracker (tenant_id, status_category, changed_at);
create index status_tracker_kind on public.status_tracker (tenant_id, entity_type, changed_at);
select private.register_registry('status_tracker', 'changed_by', 'Where every document stands, and since when.');
comment on column public.status_tracker.status_category is
  'blocked: it is on hold, or in a state out of which somebody has to help it; completed: no step leads on, or its table says that it is done; pending: somebody with a right has to act (private.waiting_states); active: all others.';

create table public.inventory_registry (
  like private.registry_row including constraints including indexes,
  item_type text not null,
  name text not null,
  sku text,
  category text,
  status text,
  condition text,
  location_id uuid,
  current_holder_id uuid,
  quantity numeric(14, 3) not null,
  unit_value numeric(14, 2),
  last_maintenance_date date,
  next_maintenance_date date,
  constraint quantity_is_bounded check (quantity between -99999999999 and 99999999999),
  constraint unit_value_is_bounded check (unit_value between 0 and 999999999999)
);
create index inventory_registry_name on public.inventory_registry (tenant_id, name);
create index inventory_registry_entity on public.inventory_registry (tenant_id, entity_id);
create index inventory_registry_place on public.inventory_registry (tenant_id, location_id) where location_id is not null;
select private.register_registry('inventory_registry', null, 'What there is and where: stock, vehicles and pieces with a number of their own.');
comment on column public.inventory_registry.item_type is 'stock, container, vehicle, piece or asset.';
comment on column public.inventory_registry.unit_value is 'List price of one, or its deposit. What it has cost is for others to see (stock_valuation).';
comment on column public.inventory_registry.current_holder_id is 'The customer who has it; of assets the account of the colleague.';

select private.name_in_registry('activity_feed', 'record_name', 'entity_type', 'tenant_id', 'entity_id');
select private.name_in_registry('document_registry', 'record_name', 'entity_type', 'tenant_id', 'entity_id');
select private.name_in_registry('activity_feed', 'person_name', 'actor_id');
select private.name_in_registry('calendar_events', 'person_name', 'assigned_to');
select private.name_in_registry('document_registry', 'person_name', 'uploaded_by');
select private.name_in_registry('assignments', 'person_name', 'user_id');
select private.name_in_registry('status_tracker', 'person_name', 'changed_by');
select private.name_in_registry('calendar_events', 'place_name', 'tenant_id', 'location_id');
select private.name_in_registry('inventory_registry', 'place_name', 'tenant_id', 'location_id');
