-- Family 14, registries: what feeds them. One declaration per source.

select private.register_registry_kind('membership', 'public.memberships');
select private.register_registry_kind('contact', 'public.contacts');
select private.register_registry_kind('lead_vendor', 'public.lead_vendors');
select private.register_registry_kind('holiday', 'public.holidays');
select private.register_registry_kind('stock', 'public.inventory');
select private.register_registry_kind('serial', 'public.serials');
select private.register_registry_kind('order_template', 'public.order_templates');

create function private.midnight(day date) returns timestamptz
language sql immutable
return day::timestamp at time zone 'UTC';
comment on function private.midnight(date) is 'A whole day as a calendar keeps it: its midnight in UTC.';

------------------------------------------------------------------------------------------------
-- Days and times
------------------------------------------------------------------------------------------------

select private.register_registry_source('calendar_events', 'orders', 'public.orders', $$
  select o.tenant_id, o.id as source_id, 'order' as entity_type, o.id as entity_id, 'delivery' as event_type, o.number as title,
    private.midnight(o.requested_on) as starts_at, true as is_all_day, o.warehouse_id as location_id, 'info' as color, o.created_at
  from public.orders o where o.requested_on is not null and not o.is_done $$);
select private.register_registry_source('calendar_events', 'trips', 'public.trips', $$
  select t.tenant_id, t.id as source_id, 'trip' as entity_type, t.id as entity_id, 'trip' as event_type, t.number as title,
    t.planned_start_at as starts_at, t.planned_end_at as ends_at, false as is_all_day, t.warehouse_id as location_id,
    m.user_id as assigned_to, t.status::text as status, 'info' as color, t.created_at
  from public.trips t
  left join public.drivers d on d.tenant_id = t.tenant_id and d.id = t.driver_id
  left join public.memberships m on m.tenant_id = d.tenant_id and m.id = d.membership_id
  where t.planned_start_at is not null and t.status <> 'cancelled' $$, follows => 'drivers.driver_id');
select private.register_registry_source('calendar_events', 'planning_sessions', 'public.planning_sessions', $$
  select p.tenant_id, p.id as source_id, 'planning_session' as entity_type, p.id as entity_id, 'planning' as event_type, p.number as title,
    private.midnight(p.planned_on) as starts_at, true as is_all_day, p.warehouse_id as location_id, p.status::text as status, 'neutral' as color, p.created_at
  from public.planning_sessions p where p.status <> 'cancelled' $$);
select private.register_registry_source('calendar_events', 'tasks', 'public.tasks', $$
  select t.tenant_id, t.id as source_id, 'task' as entity_type, t.id as entity_id, 'task' as event_type, t.title, t.details as description,
    private.midnight(t.due_on) as starts_at, true as is_all_day, t.assignee_id as assigned_to, t.status::text as status, 'warn' as color, t.created_at
  from public.tasks t where t.due_on is not null and t.status <> 'cancelled' $$);
select private.register_registry_source('calendar_events', 'invoices', 'public.invoices', $$
  select i.tenant_id, i.id as source_id, 'invoice' as entity_type, i.id as entity_id, 'payment_due' as event_type, i.number as title,
    private.midnight(i.due_on) as starts_at, true as is_all_day, 'warn' as color, i.created_at
  from public.invoices i where i.due_on is not null and i.is_live and i.number is not null and i.balance > 0 $$);
select private.register_registry_source('calendar_events', 'leads', 'public.leads', $$
  select l.tenant_id, l.id as source_id, 'lead' as entity_type, l.id as entity_id, 'next_step' as event_type, l.number as title, l.next_step as description,
    private.midnight(l.next_step_on) as starts_at, true as is_all_day, l.owner_id as assigned_to, l.status::text as status, 'neutral' as color, 'team' as visibility, l.created_at
  from public.leads l where l.next_step_on is not null and l.is_open $$);
select private.register_registry_source('calendar_events', 'deals', 'public.deals', $$
  select d.tenant_id, d.id as source_id, 'deal' as entity_type, d.id as entity_id, 'expected_close' as event_type, d.title,
    private.midnight(d.expected_close_on) as starts_at, true as is_all_day, d.owner_id as assigned_to, d.status::text as status, 'good' as color, 'team' as visibility, d.created_at
  from public.deals d where d.expected_close_on is not null and d.is_open $$);
select private.register_registry_source('calendar_events', 'customer_documents', 'public.customer_documents', $$
  select c.tenant_id, c.id as source_id, 'customer' as entity_type, c.customer_id as entity_id, 'paper_ends' as event_type, c.kind as title, c.reference as description,
    private.midnight(c.valid_until) as starts_at, true as is_all_day, 'warn' as color, c.created_at
  from public.customer_documents c where c.valid_until is not null $$);
select private.register_registry_source('calendar_events', 'batches', 'public.batches', $$
  select b.tenant_id, b.id as source_id, 'batch' as entity_type, b.id as entity_id, 'batch_expires' as event_type, b.code as title,
    private.midnight(b.expires_on) as starts_at, true as is_all_day, b.status::text as status, 'warn' as color, b.created_at
  from public.batches b where b.expires_on is not null $$);
select private.register_registry_source('calendar_events', 'holidays', 'public.holidays', $$
  select h.tenant_id, h.id as source_id, 'holiday' as entity_type, h.id as entity_id, 'holiday' as event_type, h.name as title,
    private.midnight(h.day) as starts_at, true as is_all_day, 'neutral' as color, h.created_at
  from public.holidays h $$);
select private.register_registry_source('calendar_events', 'order_templates', 'public.order_templates', $$
  select t.tenant_id, t.id as source_id, 'order_template' as entity_type, t.id as entity_id, 'standing_order' as event_type, t.name as title,
    private.midnight(t.next_on) as starts_at, true as is_all_day, t.warehouse_id as location_id, 'info' as color, t.created_at
  from public.order_templates t where t.next_on is not null and t.is_active $$);
select private.register_registry_source('calendar_events', 'lead_vendors', 'public.lead_vendors', $$
  select v.tenant_id, v.id as source_id, 'lead_vendor' as entity_type, v.id as entity_id, 'contract_ends' as event_type, v.name as title,
    private.midnight(v.contract_until) as starts_at, true as is_all_day, 'warn' as color, v.created_at
  from public.lead_vendors v where v.contract_until is not null $$);

------------------------------------------------------------------------------------------------
-- What happened: the ledger tells it of every document, so that no document needs triggers of its own
------------------------------------------------------------------------------------------------

select private.register_registry_source('activity_feed', 'events', 'public.event_store', $$
  select e.tenant_id, e.id as source_id, e.entity_type, e.entity_id,
    case when e.machine is not null then 'step' when e.event_type = e.entity_type || '.created' then 'created' else 'changed' end as activity_type,
    e.actor_id, e.step as title,
    case when e.machine is not null then pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('from', e.from_state, 'to', e.to_state, 'rule', e.rule)) end as metadata,
    e.created_at
  from public.event_store e
  join private.subjects s on s.subject = e.entity_type
  where e.machine is not null or e.event_type = e.entity_type || '.created' or e.event_type = e.entity_type || '.updated' $$);
select private.register_registry_source('activity_feed', 'comments', 'public.comments', $$
  select c.tenant_id, c.id as source_id, c.document_kind as entity_type, c.document_id as entity_id, 'comment' as activity_type,
    c.created_by as actor_id, c.text as content, c.created_at
  from public.comments c where c.deleted_at is null $$, permission => 'comments.view');
select private.register_registry_source('activity_feed', 'activities', 'public.activities', $$
  select a.tenant_id, a.id as source_id, a.document_kind as entity_type, a.document_id as entity_id, a.kind::text as activity_type,
    a.created_by as actor_id, a.outcome::text as title, a.text as content,
    pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('minutes', a.minutes)) as metadata, a.happened_at as created_at
  from public.activities a where a.removed_at is null $$, permission => 'comments.view');
select private.register_registry_source('activity_feed', 'attachments', 'public.attachments', $$
  select a.tenant_id, a.id as source_id, a.document_kind as entity_type, a.document_id as entity_id, 'file' as activity_type,
    a.created_by as actor_id, a.name as title, a.created_at
  from public.attachments a $$, permission => 'comments.view');
select private.register_registry_source('activity_feed', 'approvals', 'public.approvals', $$
  select a.tenant_id, a.id as source_id, a.machine as entity_type, a.entity_id, 'approval' as activity_type,
    a.approved_by as actor_id, a.command as title, a.created_at
  from public.approvals a $$, permission => 'users.view');
select private.register_registry_source('activity_feed', 'messages', 'public.messages', $$
  select m.tenant_id, m.id as source_id, 'conversation' as entity_type, m.conversation_id as entity_id,
    case when m.kind = 'note' then 'note' else 'message' end as activity_type, m.written_by as actor_id, m.body as content,
    pg_catalog.jsonb_build_object('direction', m.direction) as metadata, m.created_at
  from public.messages m where m.conversation_id is not null $$, permission => 'conversations.view');
select private.register_registry_source('activity_feed', 'door_visits', 'public.door_visits', $$
  select v.tenant_id, v.id as source_id, 'door' as entity_type, v.door_id as entity_id, 'visit' as activity_type,
    v.canvasser_id as actor_id, o.name as title, v.note as content, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('metres', v.metres_from_door)) as metadata,
    v.visited_at as created_at
  from public.door_visits v join public.door_outcomes o on o.tenant_id = v.tenant_id and o.id = v.outcome_id $$, follows => 'door_outcomes.outcome_id');

create function private.forget_retired_activity() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  forgotten bigint;
begin
  delete from public.activity_feed f
  using public.tenants t, private.ledgers l
  where l.ledger = 'public.messages' and f.tenant_id = t.id and f.created_at < pg_catalog.now() - l.kept_for and f.source = 'messages'
    and not exists (select from public.messages m where m.tenant_id = f.tenant_id and m.id = f.source_id);
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
comment on function private.forget_retired_activity() is 'Maintenance: forgets messages whose quarter was taken off (private.retire_quarters), which no trigger tells.';
select private.maintain('forget_retired_activity', 'forgotten');

------------------------------------------------------------------------------------------------
-- Papers and files
------------------------------------------------------------------------------------------------

select private.register_registry_source('document_registry', 'attachments', 'public.attachments', $$
  select a.tenant_id, a.id as source_id, a.document_kind as entity_type, a.document_id as entity_id, 'upload' as document_type, a.name as title,
    'attachments/' || a.path as file_url, a.content_type as file_type, a.size as file_size, a.created_by as uploaded_by, a.created_at
  from public.attachments a $$, permission => 'comments.view');
select private.register_registry_source('document_registry', 'customer_documents', 'public.customer_documents', $$
  select c.tenant_id, c.id as source_id, 'customer' as entity_type, c.customer_id as entity_id, 'customer_paper' as document_type,
    c.kind || coalesce(' ' || c.reference, '') as title, private.midnight(c.valid_until + 1) as expires_at, c.created_by as uploaded_by, c.created_at
  from public.customer_documents c $$);
select private.register_registry_source('document_registry', 'delivery_proofs', 'public.delivery_proofs', $$
  select p.tenant_id, p.id as source_id, 'order' as entity_type, p.order_id as entity_id, 'proof' as document_type,
    coalesce(p.received_by, o.number) as title, 'proofs/' || p.photo_paths[1] as file_url, case when p.photo_paths <> '{}' then 'image' end as file_type,
    case when p.signature is not null then 'signed' end as status, p.recorded_by as uploaded_by, p.captured_at as created_at
  from public.delivery_proofs p join public.orders o on o.tenant_id = p.tenant_id and o.id = p.order_id $$);
select private.register_registry_source('document_registry', 'invoices', 'public.invoices', $$
  select i.tenant_id, i.id as source_id, 'invoice' as entity_type, i.id as entity_id, 'invoice' as document_type, i.number as title, 'application/pdf' as file_type,
    i.created_by as uploaded_by, i.created_at
  from public.invoices i where i.number is not null $$);
select private.register_registry_source('document_registry', 'credit_notes', 'public.credit_notes', $$
  select c.tenant_id, c.id as source_id, 'credit_note' as entity_type, c.id as entity_id, 'credit_note' as document_type, c.number as title, 'application/pdf' as file_type,
    c.created_by as uploaded_by, c.created_at
  from public.credit_notes c where c.number is not null $$);
select private.register_registry_source('document_registry', 'imports', 'public.imports', $$
  select i.tenant_id, i.id as source_id, 'import' as entity_type, i.id as entity_id, 'imported_file' as document_type, i.file_name as title,
    'imports/' || i.path as file_url, i.format as file_type, i.created_by as uploaded_by, i.created_at
  from public.imports i $$);

------------------------------------------------------------------------------------------------
-- Money
------------------------------------------------------------------------------------------------

select private.register_registry_source('financial_ledger', 'invoices', 'public.invoices', $$
  select i.tenant_id, i.id as source_id, 'invoice' as entity_type, i.id as entity_id, 'invoice' as transaction_type, 'inflow' as direction,
    i.total as amount, i.balance as open_amount, false as is_cash, i.currency, i.status::text as status,
    'customer' as counterparty_type, i.customer_id as counterparty_id, c.name as counterparty_name, i.order_id, i.due_on as due_date, i.number as description, i.created_at
  from public.invoices i join public.customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
  where i.is_live and i.number is not null $$, follows => 'customers.customer_id');
select private.register_registry_source('financial_ledger', 'credit_notes', 'public.credit_notes', $$
  select n.tenant_id, n.id as source_id, 'credit_note' as entity_type, n.id as entity_id, 'credit_note' as transaction_type, 'outflow' as direction,
    n.total as amount, 0 as open_amount, false as is_cash, n.currency, n.status::text as status,
    'customer' as counterparty_type, n.customer_id as counterparty_id, c.name as counterparty_name, n.number as description, n.created_at
  from public.credit_notes n join public.customers c on c.tenant_id = n.tenant_id and c.id = n.customer_id
  where n.is_live and n.number is not null $$, follows => 'customers.customer_id');
select private.register_registry_source('financial_ledger', 'payments', 'public.payments', $$
  select p.tenant_id, p.id as source_id, 'payment' as entity_type, p.id as entity_id, 'payment' as transaction_type, 'inflow' as direction,
    p.amount, p.unallocated as open_amount, p.method not in ('credit_note', 'write_off', 'discount') as is_cash, p.currency, p.status::text as status,
    'customer' as counterparty_type, p.customer_id as counterparty_id, c.name as counterparty_name, p.trip_id, p.order_id, p.received_at as paid_at, p.number as description, p.created_at
  from public.payments p join public.customers c on c.tenant_id = p.tenant_id and c.id = p.customer_id
  where p.is_live $$, follows => 'customers.customer_id');
select private.register_registry_source('financial_ledger', 'refunds', 'public.payment_refunds', $$
  select r.tenant_id, r.id as source_id, 'payment' as entity_type, r.payment_id as entity_id, 'refund' as transaction_type, 'outflow' as direction,
    r.amount, 0 as open_amount, true as is_cash, p.currency, 'approved' as status,
    'customer' as counterparty_type, p.customer_id as counterparty_id, c.name as counterparty_name, r.created_at as paid_at, p.number as description, r.created_at
  from public.payment_refunds r
  join public.payments p on p.tenant_id = r.tenant_id and p.id = r.payment_id
  join public.customers c on c.tenant_id = p.tenant_id and c.id = p.customer_id $$);
select private.register_registry_source('financial_ledger', 'settlements', 'public.settlements', $$
  select s.tenant_id, s.id as source_id, 'settlement' as entity_type, s.id as entity_id, 'settlement' as transaction_type, 'inflow' as direction,
    s.handed_in as amount, 0 as open_amount, false as is_cash, s.currency, s.status::text as status,
    'driver' as counterparty_type, s.driver_id as counterparty_id, d.name as counterparty_name, s.trip_id, s.number as description, s.created_at
  from public.settlements s join public.drivers d on d.tenant_id = s.tenant_id and d.id = s.driver_id
  where s.handed_in is not null $$, follows => 'drivers.driver_id');

------------------------------------------------------------------------------------------------
-- People
------------------------------------------------------------------------------------------------

select private.register_registry_source('people_directory', 'memberships', 'public.memberships', $$
  select m.tenant_id, m.id as source_id, 'membership' as entity_type, m.id as entity_id, 'user' as person_type, u.full_name as display_name,
    pg_catalog.lower(u.email) as email, u.phone, m.role::text as job_title, m.role <> 'customer' as is_internal, m.user_id, m.created_at
  from public.memberships m join public.users u on u.id = m.user_id
  where m.status = 'active' $$, follows => 'users.user_id');
select private.register_registry_source('people_directory', 'drivers', 'public.drivers', $$
  select d.tenant_id, d.id as source_id, 'driver' as entity_type, d.id as entity_id, 'driver' as person_type, d.name as display_name, d.phone, true as is_internal, d.created_at
  from public.drivers d where d.is_active $$);
select private.register_registry_source('people_directory', 'customers', 'public.customers', $$
  select c.tenant_id, c.id as source_id, 'customer' as entity_type, c.id as entity_id, 'customer' as person_type,
    coalesce(c.contact_name, c.name) as display_name, c.name as company_name, pg_catalog.lower(c.email) as email, c.phone, false as is_internal, c.created_at
  from public.customers c where c.merged_into_id is null $$);
select private.register_registry_source('people_directory', 'contacts', 'public.contacts', $$
  select p.tenant_id, p.id as source_id, case when p.customer_id is null then 'contact' else 'customer' end as entity_type, coalesce(p.customer_id, p.id) as entity_id, 'contact' as person_type,
    p.name as display_name, c.name as company_name, p.role as job_title, pg_catalog.lower(p.email) as email, p.phone, false as is_internal, p.created_at
  from public.contacts p left join public.customers c on c.tenant_id = p.tenant_id and c.id = p.customer_id $$, follows => 'customers.customer_id');
select private.register_registry_source('people_directory', 'leads', 'public.leads', $$
  select l.tenant_id, l.id as source_id, 'lead' as entity_type, l.id as entity_id, 'lead' as person_type, l.first_name, l.last_name,
    coalesce(nullif(pg_catalog.btrim(coalesce(l.first_name, '') || ' ' || coalesce(l.last_name, '')), ''), l.company_name, l.number) as display_name,
    l.company_name, pg_catalog.lower(l.email) as email, l.phone, false as is_internal, 'team' as visibility, l.created_at
  from public.leads l where l.is_open $$);
select private.register_registry_source('people_directory', 'lead_vendors', 'public.lead_vendors', $$
  select v.tenant_id, v.id as source_id, 'lead_vendor' as entity_type, v.id as entity_id, 'vendor' as person_type, v.name as display_name, v.name as company_name, false as is_internal, v.created_at
  from public.lead_vendors v where v.is_active $$);

------------------------------------------------------------------------------------------------
-- Who has to do what
------------------------------------------------------------------------------------------------

select private.register_registry_source('assignments', 'tasks', 'public.tasks', $$
  select t.tenant_id, t.id as source_id, 'assignee' as suffix, 'task' as entity_type, t.id as entity_id, 'task' as assignment_type, t.title as entity_name,
    t.assignee_id as user_id, 'assignee' as role, t.status::text as status, t.is_open, private.midnight(t.due_on + 1) as end_time, t.created_at
  from public.tasks t where t.assignee_id is not null $$);
select private.register_registry_source('assignments', 'trips', 'public.trips', $$
  select t.tenant_id, t.id as source_id, 'driver' as suffix, 'trip' as entity_type, t.id as entity_id, 'trip' as assignment_type, t.number as entity_name,
    m.user_id, 'assignee' as role, t.status::text as status, t.is_booked as is_open, t.planned_start_at as start_time, t.planned_end_at as end_time, t.id as trip_id, t.created_at
  from public.trips t
  join public.drivers d on d.tenant_id = t.tenant_id and d.id = t.driver_id
  join public.memberships m on m.tenant_id = d.tenant_id and m.id = d.membership_id $$, follows => 'drivers.driver_id');
select private.register_registry_source('assignments', 'stock_counts', 'public.stock_counts', $$
  select c.tenant_id, c.id as source_id, 'counter:' || w::text as suffix, 'stock_count' as entity_type, c.id as entity_id, 'stock_count' as assignment_type, c.number as entity_name,
    w as user_id, 'assignee' as role, c.status::text as status, c.is_open, c.started_at as start_time, c.created_at
  from public.stock_counts c cross join lateral (select distinct u from pg_catalog.unnest(c.counters) u) as p (w) $$);
select private.register_registry_source('assignments', 'leads', 'public.leads', $$
  select l.tenant_id, l.id as source_id, 'owner' as suffix, 'lead' as entity_type, l.id as entity_id, 'lead' as assignment_type, l.number as entity_name,
    l.owner_id as user_id, 'owner' as role, l.status::text as status, l.is_open, private.midnight(l.next_step_on + 1) as end_time, 'team' as visibility, l.created_at
  from public.leads l where l.owner_id is not null $$);
select private.register_registry_source('assignments', 'deals', 'public.deals', $$
  select d.tenant_id, d.id as source_id, 'owner' as suffix, 'deal' as entity_type, d.id as entity_id, 'deal' as assignment_type, d.title as entity_name,
    d.owner_id as user_id, 'owner' as role, d.status::text as status, d.is_open, private.midnight(d.expected_close_on + 1) as end_time, 'team' as visibility, d.created_at
  from public.deals d where d.owner_id is not null $$);
select private.register_registry_source('assignments', 'conversations', 'public.conversations', $$
  select c.tenant_id, c.id as source_id, 'assignee' as suffix, 'conversation' as entity_type, c.id as entity_id, 'conversation' as assignment_type, c.number as entity_name,
    m.user_id, 'assignee' as role, c.status::text as status, c.is_unresolved as is_open, c.created_at
  from public.conversations c join public.memberships m on m.tenant_id = c.tenant_id and m.id = c.assignee_id $$);
select private.register_registry_source('assignments', 'customers', 'public.customers', $$
  select c.tenant_id, c.id as source_id, 'sales_rep' as suffix, 'customer' as entity_type, c.id as entity_id, 'customer' as assignment_type, c.name as entity_name,
    m.user_id, 'owner' as role, c.status::text as status, false as is_open, c.created_at
  from public.customers c join public.memberships m on m.tenant_id = c.tenant_id and m.id = c.sales_rep_id $$);
select private.register_registry_source('assignments', 'territory_reps', 'public.territory_reps', $$
  select r.tenant_id, r.id as source_id, 'rep:' || r.id::text as suffix, 'territory' as entity_type, r.territory_id as entity_id, 'territory' as assignment_type, t.name as entity_name,
    m.user_id, 'owner' as role, false as is_open, r.created_at
  from public.territory_reps r
  join public.memberships m on m.tenant_id = r.tenant_id and m.id = r.membership_id
  join public.territories t on t.tenant_id = r.tenant_id and t.id = r.territory_id $$, follows => 'territories.territory_id');

------------------------------------------------------------------------------------------------
-- Places
------------------------------------------------------------------------------------------------

select private.register_registry_source('location_registry', 'warehouses', 'public.warehouses', $$
  select w.tenant_id, w.id as source_id, 'warehouse' as entity_type, w.id as entity_id, w.kind::text as location_type, w.name, w.address as address_line_1,
    w.latitude, w.longitude, w.is_active, w.created_at
  from public.warehouses w $$);
select private.register_registry_source('location_registry', 'customer_addresses', 'public.customer_addresses', $$
  select a.tenant_id, a.id as source_id, 'customer' as entity_type, a.customer_id as entity_id, 'customer' as location_type, c.name, a.street as address_line_1, a.label as address_line_2,
    a.city, a.latitude, a.longitude, c.contact_name, c.phone as contact_phone, c.email as contact_email, a.is_active, a.created_at
  from public.customer_addresses a join public.customers c on c.tenant_id = a.tenant_id and c.id = a.customer_id $$, follows => 'customers.customer_id');
select private.register_registry_source('location_registry', 'doors', 'public.doors', $$
  select d.tenant_id, d.id as source_id, 'door' as entity_type, d.id as entity_id, 'door' as location_type,
    d.address || case when d.unit <> '' then ', ' || d.unit else '' end as name, d.address as address_line_1, nullif(d.unit, '') as address_line_2,
    d.latitude, d.longitude, d.is_active, d.created_at
  from public.doors d $$);

------------------------------------------------------------------------------------------------
-- Where documents stand: every one with a machine
------------------------------------------------------------------------------------------------

create function private.track_status(machine_name text) returns void
language plpgsql set search_path = ''
as $$
declare
  tracked private.machines;
  columns text[];
  blocked constant text[] := '{blocked,disputed,suspended,failed,optimization_failed,overdue,stopped}';
begin
  select * into strict tracked from private.machines m where m.machine = machine_name;
  select pg_catalog.array_agg(a.attname::text) into columns from pg_catalog.pg_attribute a
  where a.attrelid = ('public.' || tracked.table_name)::regclass and a.attnum > 0 and not a.attisdropped;
  perform private.register_registry_source('status_tracker', tracked.table_name, ('public.' || tracked.table_name)::regclass, pg_catalog.format($map$
    select d.tenant_id, d.id as source_id, %1$L as entity_type, d.id as entity_id, d.%2$I as entity_name, d.status::text as current_status,
      e.from_state as previous_status, case %3$s else 'active' end as status_category,
      e.actor_id as changed_by, coalesce(e.created_at, d.created_at) as changed_at, %4$s as due_date, %5$s as priority, %6$s as trip_id, %7$s as order_id, %8$s as visibility, d.created_at
    from public.%9$I d
    left join lateral (
      select s.from_state, s.actor_id, s.created_at from public.event_store s
      where s.tenant_id = d.tenant_id and s.entity_id = d.id and s.machine = %1$L
      order by s.sequence desc limit 1
    ) e on true $map$, tracked.machine, tracked.number_column,
    case when 'is_on_hold' = any (columns) then 'when d.is_on_hold and not coalesce(d.is_done, false) then ''blocked'' ' else '' end
      || pg_catalog.format('when d.status::text = any (%L) then ''blocked'' ', blocked)
      || case when 'is_done' = any (columns) then 'when d.is_done then ''completed'' ' else '' end
      || pg_catalog.format('when d.status::text = any (%L) then ''pending'' ', array(
        select w.state from private.waiting_states w where w.machine = tracked.machine and w.permission is not null order by w.state))
      || pg_catalog.format('when d.status::text <> all (%L) then ''completed'' ', array(select distinct t.from_state from private.transitions t where t.machine = tracked.machine order by 1)),
    case when 'due_on' = any (columns) then 'd.due_on' when 'requested_on' = any (columns) then 'd.requested_on' when 'next_step_on' = any (columns) then 'd.next_step_on'
      when 'expected_close_on' = any (columns) then 'd.expected_close_on' when 'planned_on' = any (columns) then 'd.planned_on' else 'null::date' end,
    case when 'priority' = any (columns) then 'd.priority::text' else 'null' end,
    case when tracked.machine = 'trip' then 'd.id' when 'trip_id' = any (columns) then 'd.trip_id' else 'null::uuid' end,
    case when tracked.machine = 'order' then 'd.id' when 'order_id' = any (columns) then 'd.order_id' else 'null::uuid' end,
    case when tracked.table_name in ('leads', 'deals') then '''team''' else '''tenant''' end,
    tracked.table_name));
end
$$;
comment on function private.track_status(text) is
  'Has status_tracker tell where documents of a kind stand. Called by migrations, after the edges of the machine; those of earlier families are called here.';
select private.track_status(m.machine) from private.machines m order by m.place;

------------------------------------------------------------------------------------------------
-- Things
------------------------------------------------------------------------------------------------

select private.register_registry_source('inventory_registry', 'inventory', 'public.inventory', $$
  select i.tenant_id, i.id as source_id, 'stock' as entity_type, i.id as entity_id,
    case when p.deposit_amount > 0 then 'container' else 'stock' end as item_type, p.name, p.sku, p.category,
    case when p.is_active then 'active' else 'retired' end as status, i.condition::text as condition, i.warehouse_id as location_id, i.on_hand as quantity,
    case when p.deposit_amount > 0 then p.deposit_amount else p.base_price end as unit_value, p.created_at
  from public.inventory i join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id $$, follows => 'products.product_id');
select private.register_registry_source('inventory_registry', 'vehicles', 'public.vehicles', $$
  select v.tenant_id, v.id as source_id, 'vehicle' as entity_type, v.id as entity_id, 'vehicle' as item_type, coalesce(v.name, v.registration) as name, v.registration as sku,
    case when v.is_active then 'active' else 'retired' end as status, v.location_id, 1 as quantity, v.created_at
  from public.vehicles v $$);
select private.register_registry_source('inventory_registry', 'serials', 'public.serials', $$
  select s.tenant_id, s.id as source_id, 'serial' as entity_type, s.id as entity_id, 'piece' as item_type, p.name, s.code as sku, p.category,
    s.condition::text as condition, s.warehouse_id as location_id, s.customer_id as current_holder_id, 1 as quantity,
    case when p.deposit_amount > 0 then p.deposit_amount else p.base_price end as unit_value, s.created_at
  from public.serials s join public.products p on p.tenant_id = s.tenant_id and p.id = s.product_id $$, follows => 'products.product_id');
