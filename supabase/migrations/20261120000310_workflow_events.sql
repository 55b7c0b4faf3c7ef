-- Family 03, workflow: events and the queues that hear them.

------------------------------------------------------------------------------------------------
-- Events and queues
------------------------------------------------------------------------------------------------

create table public.event_store (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  sequence bigint generated always as identity,
  event_type text not null,
  entity_type text not null,
  entity_id uuid not null,
  entity_version integer not null,
  payload jsonb not null default '{}',
  metadata jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, sequence)
);
create index event_store_entity on public.event_store (tenant_id, entity_id, sequence);
comment on table public.event_store is 'Append-only log of everything that happened. Payloads carry ids and field names, no personal data.';
comment on column public.event_store.sequence is 'Order of writing over all companies; gaps are normal, and a later commit may show a lower number.';
select private.protect_ledger('public.event_store');

create table private.subscriptions (
  event_pattern text not null,
  queue text not null,
  primary key (event_pattern, queue)
);
comment on table private.subscriptions is 'Which queue hears which events. Patterns are those of LIKE.';

insert into private.subscriptions (event_pattern, queue) values
  ('%.created', 'entity_changes'),
  ('%.updated', 'entity_changes'),
  ('order.%', 'order_events'),
  ('customer.%', 'customer_events'),
  ('trip.%', 'trip_events'),
  ('inventory.%', 'inventory_events'),
  ('workflow.transition_executed', 'workflow_transitions'),
  ('order.approved', 'notifications'),
  ('order.rejected', 'notifications'),
  ('order.dispatched', 'notifications'),
  ('order.delivered', 'notifications'),
  ('order.failed', 'notifications'),
  ('invoice.issued', 'notifications');

do $$
declare
  queue_name text;
begin
  foreach queue_name in array array[
    'entity_changes', 'order_events', 'customer_events', 'trip_events', 'inventory_events', 'workflow_transitions',
    'notifications', 'send_message', 'dead_letter'
  ] loop
    perform pgmq.create(queue_name);
  end loop;
end
$$;

create table private.inbox (
  queue text not null,
  event_id uuid not null,
  processed_at timestamptz not null default now(),
  primary key (queue, event_id)
);
create index inbox_processed_at on private.inbox (processed_at);
alter table private.inbox enable row level security;
alter table private.inbox force row level security;
comment on table private.inbox is 'Messages already consumed, written in the transaction of their effect: a redelivered message finds its row and does nothing. Purged after 30 days.';

create function private.build_fan_out() returns void
language plpgsql security definer set search_path = ''
as $$
declare
  deliveries text;
begin
  select pg_catalog.string_agg(pg_catalog.format(
    ', to_%s as (insert into pgmq.%I (vt, message) select pg_catalog.clock_timestamp(), f.message from fresh f where f.event_type like any (%L::text[]) order by f.sequence)',
    q.queue, 'q_' || q.queue, q.patterns), E'\n  ' order by q.queue)
  into deliveries
  from (select s.queue, pg_catalog.array_agg(s.event_pattern order by s.event_pattern) as patterns from private.subscriptions s group by s.queue) q;
  execute pg_catalog.format($make$
create or replace function private.tg_event_store__fan_out() returns trigger
language plpgsql security definer set search_path = ''
as $body$
declare
  sent bigint;
begin
  with fresh as materialized (
    select n.sequence, n.event_type,
      pg_catalog.jsonb_build_object('event_id', n.id, 'tenant_id', n.tenant_id, 'event_type', n.event_type, 'entity_id', n.entity_id) as message
    from new_rows n
  )%s
  select count(*) into sent from fresh;
  return null;
end
$body$
$make$, deliveries);
end
$$;
comment on function private.build_fan_out() is
  'Writes tg_event_store__fan_out anew after a change of private.subscriptions: one statement for all queues, so that its plan is made once per session. pgmq.send_batch would be parsed and planned for every queue of every transaction.';
select private.build_fan_out();
comment on function private.tg_event_store__fan_out() is
  'Sends new events to the queues that subscribe to them, in the transaction that writes them. Messages carry ids only. Written by private.build_fan_out().';
create trigger _500_fan_out after insert on public.event_store
referencing new table as new_rows for each statement execute function private.tg_event_store__fan_out();

create function private.event_metadata() returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
  return pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'user_id', auth.uid(),
    'command', nullif(pg_catalog.current_setting('mzigo.command', true), ''),
    'rule', nullif(pg_catalog.current_setting('mzigo.rule', true), ''),
    'correlation_id', coalesce(
      nullif(pg_catalog.current_setting('mzigo.correlation_id', true), ''),
      pg_catalog.pg_current_xact_id()::text
    )
  ));
end
$$;
comment on function private.event_metadata() is 'Who and what caused an event: user, command, rule, correlation id (that of the consumed event, else the transaction).';

create function private.publish_event(tenant uuid, event_type text, entity_type text, entity_id uuid, entity_version integer, payload jsonb default '{}')
returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  insert into public.event_store (tenant_id, event_type, entity_type, entity_id, entity_version, payload, metadata)
  values (tenant, event_type, entity_type, entity_id, entity_version, payload, private.event_metadata());
end
$$;
comment on function private.publish_event(uuid, text, text, uuid, integer, jsonb) is 'Writes one event that no machine and no change capture writes.';

------------------------------------------------------------------------------------------------
-- Which open pages hear of a change
------------------------------------------------------------------------------------------------

create table private.audiences (
  entity_type text primary key,
  permission text not null references public.permissions (permission)
);
create index audiences_permission on private.audiences (permission);
alter table private.audiences enable row level security;
alter table private.audiences force row level security;
comment on table private.audiences is 'The permission to see each kind of record, as its policy asks it: only pages of who holds it hear of its changes. A kind without a row is told to nobody.';

create function private.set_audience(entity_type text, permission text) returns void
language sql set search_path = ''
as $$
  insert into private.audiences (entity_type, permission) values (entity_type, permission)
$$;
comment on function private.set_audience(text, text) is 'Tells changes of a kind of record to the pages of those who hold the permission and see every row of it.';

create function private.topic_of(tenant uuid, permission text) returns text
language sql immutable set search_path = ''
as $$
  select 'tenant:' || tenant::text || ':' || permission
$$;
comment on function private.topic_of(uuid, text) is 'The topic of a company''s pages whose people hold a permission; null when either is null.';

create function private.tell_pages(changed public.event_store[]) returns void
language sql set search_path = ''
as $$
  select realtime.send(
    pg_catalog.jsonb_build_object('entity_type', e.entity_type, 'entity_id', e.entity_id, 'event_type', e.event_type),
    'change', private.topic_of(e.tenant_id, a.permission), true)
  from (
    select distinct on (c.tenant_id, c.entity_type, c.entity_id) c.* from pg_catalog.unnest(changed) c
    order by c.tenant_id, c.entity_type, c.entity_id, c.sequence desc
  ) e
  join private.audiences a on a.entity_type = e.entity_type
$$;
comment on function private.tell_pages(public.event_store[]) is 'Wakes the open pages of those who may see the changed records, once per record; the page decides whether it cares.';
