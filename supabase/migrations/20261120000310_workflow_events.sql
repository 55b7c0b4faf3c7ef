-- Family 03, workflow: events and the queues that hear them.

------------------------------------------------------------------------------------------------
-- Events and queues
------------------------------------------------------------------------------------------------

create function private.caused_by() returns jsonb
language sql stable
return case when pg_catalog.current_setting('mzigo.correlation_id', true) <> '' then pg_catalog.jsonb_build_object(
  'correlation_id', pg_catalog.current_setting('mzigo.correlation_id', true),
  'causation_id', pg_catalog.current_setting('mzigo.causation_id', true)
) end;
comment on function private.caused_by() is
  'While an event is consumed: its correlation id and its own id, for what follows from it. Null otherwise: then the transaction is the correlation.';

-- transaction_id stands before sequence: defaults are computed in the order of the columns, so a row draws
-- its number only once its transaction has one. private.sealed_up_to relies on it.
create table public.event_store (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  transaction_id xid8 not null default pg_current_xact_id(),
  sequence bigint generated always as identity,
  created_at timestamptz not null default clock_timestamp(),
  entity_type text not null,
  entity_id uuid not null,
  entity_version integer not null default 0,
  event_type text,
  machine text,
  from_state text,
  step text,
  to_state text,
  actor_id uuid default auth.uid(),
  actor_role text not null default coalesce(nullif(current_setting('role', true), 'none'), session_user::text),
  command text default nullif(current_setting('mzigo.command', true), ''),
  rule text default nullif(current_setting('mzigo.rule', true), ''),
  payload jsonb,
  metadata jsonb default private.caused_by(),
  old_values jsonb,
  new_values jsonb,
  primary key (tenant_id, id),
  constraint step_is_told_whole check (num_nulls(machine, from_state, step, to_state) in (0, 4))
) partition by range (id);
create index event_store_sequence on public.event_store (tenant_id, sequence);
create index event_store_entity on public.event_store (tenant_id, entity_id, sequence);
comment on table public.event_store is
  'The one ledger of everything that happened, append-only: a row per step of a machine (machine is set), a row per change of content with its values, a row per document for the parts that a statement gave or took, and what commands publish besides. transition_executions, audit_logs and events are views of it; private.audit_chain seals it.';
comment on column public.event_store.sequence is 'Order of writing over all companies; gaps are normal, and a later commit may show a lower number.';
comment on column public.event_store.entity_type is 'What changed: a kind of document or record (order), or the table where nothing is told but in the audit trail (order_items).';
comment on column public.event_store.entity_id is 'The record; for parts the document that they belong to.';
comment on column public.event_store.entity_version is 'Version of the record that this made; 0 where versions are not counted.';
comment on column public.event_store.event_type is 'What consumers hear, e.g. order.approved; a step also answers to the names of private.event_names. Null: for the audit trail only.';
comment on column public.event_store.step is 'Command of the machine that leads from from_state to to_state, e.g. approve.';
comment on column public.event_store.command is 'Command that was given, e.g. approve_order; null for rows written directly.';
comment on column public.event_store.rule is 'Rule of the company, other document or queue that acted; null when a person did.';
comment on column public.event_store.payload is 'What a published event says besides its entity: ids and field names, no personal data.';
comment on column public.event_store.metadata is 'Cause of what follows from a consumed event: {"correlation_id", "causation_id"}.';
comment on column public.event_store.old_values is 'Change: the changed columns before, without state and stamps. Deletion: the whole row. Parts: a list of rows.';
comment on column public.event_store.new_values is 'Change: the changed columns after, without state and stamps. Creation: the whole row. Parts: a list of rows.';

create function private.only_erases(before public.event_store, after public.event_store) returns boolean
language sql immutable set search_path = ''
as $$
  select num_nulls(before.old_values, before.new_values) < 2 and num_nulls(after.old_values, after.new_values) = 2
    and pg_catalog.to_jsonb(before) - array['old_values', 'new_values'] = pg_catalog.to_jsonb(after) - array['old_values', 'new_values']
$$;
comment on function private.only_erases(public.event_store, public.event_store) is 'Whether a change of a ledger row takes away its values and nothing else (private.erase_values).';

create trigger _200_refuse_change before delete on public.event_store for each row execute function private.tg__refuse_change();
create trigger _200_refuse_update before update on public.event_store
for each row when (not private.only_erases(old, new)) execute function private.tg__refuse_change();
create trigger _200_refuse_truncate before truncate on public.event_store for each statement execute function private.tg__refuse_change();

------------------------------------------------------------------------------------------------
-- Tables that are kept by quarters
------------------------------------------------------------------------------------------------

create table private.ledgers (
  ledger text primary key,
  kept_for interval,
  constraint kept_for_a_year_at_least check (kept_for >= interval '1 year')
);
select private.force_policies('private.ledgers');
comment on table private.ledgers is
  'Tables that grow for ever, in parts of a quarter each by the time in their ids. Names, not regclass: a dump of the table is to be read where the ids of tables are others.';
comment on column private.ledgers.kept_for is
  'After how long a quarter is taken off the table (private.retire_quarters); null: never, because what is kept beside the ledger is proved by all of it.';

create function private.add_part(ledger regclass, part text, bounds text) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format('create table private.%I (like %s including defaults including constraints including indexes including generated)', part, ledger);
  perform private.force_policies(pg_catalog.format('private.%I', part)::regclass);
  if exists (select from pg_catalog.pg_trigger t where t.tgrelid = ledger and t.tgname = '_200_refuse_truncate') then
    execute pg_catalog.format('create trigger _200_refuse_truncate before truncate on private.%I for each statement execute function private.tg__refuse_change()', part);
  end if;
  execute pg_catalog.format('comment on table private.%I is %L', part, 'Part of ' || ledger::text || '. Made by private.add_part.');
  execute pg_catalog.format('alter table %s attach partition private.%I %s', ledger, part, bounds);
end
$$;
comment on function private.add_part(regclass, text, text) is 'Adds a part to a table that is kept by quarters, closed to everybody like the whole and as append-only.';

create function private.extend_ledgers() returns bigint
language plpgsql security definer set search_path = '' set timezone = 'UTC' set lock_timeout = '2s'
as $$
declare
  due record;
  added bigint := 0;
begin
  for due in
    select l.ledger, q.begins, l.ledger || pg_catalog.to_char(q.begins, '"_"YYYY"q"Q') as part
    from private.ledgers l
    cross join pg_catalog.unnest(array[pg_catalog.date_trunc('quarter', pg_catalog.now()), pg_catalog.date_trunc('quarter', pg_catalog.now()) + interval '3 months']) as q (begins)
    order by l.ledger, q.begins
  loop
    if pg_catalog.to_regclass(pg_catalog.format('private.%I', due.part)) is null then
      perform private.add_part(pg_catalog.format('public.%I', due.ledger)::regclass, due.part, pg_catalog.format('for values from (%L) to (%L)',
        private.uuid_v7_floor(due.begins), private.uuid_v7_floor(due.begins + interval '3 months')));
      added := added + 1;
    end if;
  end loop;
  return added;
end
$$;
comment on function private.extend_ledgers() is 'Maintenance: prepares this quarter and the next of every table that is kept by quarters.';

create function private.retire_quarters() returns bigint
language plpgsql security definer set search_path = '' set timezone = 'UTC' set lock_timeout = '2s'
as $$
declare
  old record;
  retired bigint := 0;
begin
  for old in
    select l.ledger, c.relname as part
    from private.ledgers l
    join pg_catalog.pg_inherits i on i.inhparent = pg_catalog.format('public.%I', l.ledger)::regclass
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    cross join lateral pg_catalog.regexp_matches(c.relname, '_(\d{4})q(\d)$') q
    where pg_catalog.make_timestamptz(q[1]::integer, q[2]::integer * 3 - 2, 1, 0, 0, 0) + interval '3 months' <= pg_catalog.now() - l.kept_for
    order by c.relname
  loop
    execute pg_catalog.format('alter table public.%I detach partition private.%I', old.ledger, old.part);
    execute pg_catalog.format('comment on table private.%I is %L', old.part, 'Was part of public.' || old.ledger || ' and is kept no longer: dump it where it is to be kept, then drop it.');
    retired := retired + 1;
  end loop;
  return retired;
end
$$;
comment on function private.retire_quarters() is
  'Maintenance: takes quarters that are kept no longer off their tables. Nobody reads them from then on; whoever runs the house dumps and drops them (docs/operating.md).';

create function private.keep_by_quarters(ledger regclass, kept_for interval default null) returns void
language plpgsql set search_path = ''
as $$
declare
  ledger_name constant text := (select c.relname from pg_catalog.pg_class c where c.oid = ledger);
begin
  insert into private.ledgers (ledger, kept_for) values (ledger_name, kept_for);
  -- Rows whose id is of no quarter that was prepared: of a clock that is far off. Nothing is lost.
  perform private.add_part(ledger, ledger_name || '_rest', 'default');
  perform private.extend_ledgers();
end
$$;
comment on function private.keep_by_quarters(regclass, interval) is
  'Has a table that was made with "partition by range (id)" kept by quarters, each for so long (null: for ever). After its triggers. Called by migrations.';
select private.keep_by_quarters('public.event_store');

create function private.event_names(event_type text, machine text) returns text[]
language sql immutable parallel safe
return case when machine is null then array[event_type] else array[event_type, machine || '.status_changed', 'workflow.transition_executed'] end;
comment on function private.event_names(text, text) is
  'Every name that a row of the ledger answers to: a step of a machine is also <machine>.status_changed and workflow.transition_executed.';

create view public.transition_executions with (security_invoker = true) as
select e.id, e.tenant_id, e.machine, e.entity_id, e.from_state, e.step as command, e.to_state,
  e.actor_id as executed_by, e.rule as executed_rule, e.created_at as executed_at
from public.event_store e
where e.machine is not null;
comment on view public.transition_executions is 'History of every state change of every document: the steps of the ledger, for whoever sees the document.';
comment on column public.transition_executions.executed_rule is 'Name of the tenant rule or system step that acted, null when a person did.';

create view public.events with (security_invoker = true) as
select e.id, e.tenant_id, e.sequence, n.event_type, e.entity_type, e.entity_id, e.entity_version,
  case
    when e.machine is not null then pg_catalog.jsonb_build_object('from', e.from_state, 'to', e.to_state, 'command', e.step)
    when e.old_values is not null and e.new_values is not null then
      pg_catalog.jsonb_build_object('changed', (select pg_catalog.jsonb_agg(k order by k) from pg_catalog.jsonb_object_keys(e.new_values) k))
    else coalesce(e.payload, '{}')
  end as payload,
  pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'user_id', e.actor_id, 'command', e.command, 'rule', e.rule,
    'correlation_id', coalesce(e.metadata ->> 'correlation_id', e.transaction_id::text),
    'causation_id', e.metadata ->> 'causation_id'
  )) as metadata,
  e.created_at
from public.event_store e
cross join lateral pg_catalog.unnest(private.event_names(e.event_type, e.machine)) with ordinality as n (event_type, place)
where e.event_type is not null;
comment on view public.events is
  'Everything that happened, under every name that it answers to: a step of a machine has three rows here, with one id. Payloads carry ids, states and names of fields, no values.';
comment on column public.events.metadata is 'Who and what caused it: user_id, command, rule, correlation_id (that of the consumed event, else the transaction), causation_id.';

------------------------------------------------------------------------------------------------
-- Queues and who hears what
------------------------------------------------------------------------------------------------

create table private.queue_policies (
  queue text primary key,
  worker text not null,
  is_digest boolean not null default false,
  max_attempts integer not null default 5,
  base_delay_seconds integer not null default 2,
  constraint max_attempts_is_bounded check (max_attempts between 1 and 50),
  constraint base_delay_is_bounded check (base_delay_seconds between 1 and 3600)
);
select private.force_policies('private.queue_policies');
comment on table private.queue_policies is 'Queues, the function that drains each, and their patience: attempts before the dead letter, first delay (doubles each time, at most one hour).';
comment on column private.queue_policies.is_digest is 'Of what a statement tells about one record only the last is sent: for consumers that look at the record again anyway.';

create function private.create_queue(queue_name text, worker_name text, tells_last_only boolean default false) returns void
language plpgsql set search_path = ''
as $$
begin
  perform pgmq.create(queue_name);
  insert into private.queue_policies (queue, worker, is_digest) values (queue_name, worker_name, tells_last_only);
end
$$;
comment on function private.create_queue(text, text, boolean) is 'Adds a queue and names the edge function that drains it. Called by migrations.';

select private.create_queue('entity_changes', 'process-events', tells_last_only => true);
select private.create_queue(q, 'process-events')
from pg_catalog.unnest(array['order_events', 'customer_events', 'trip_events', 'inventory_events', 'workflow_transitions', 'notifications']) q;
select private.create_queue('send_message', 'send-message');
-- Where messages end that nobody could process; nothing drains it but people (redrive_dead_letter).
select pgmq.create('dead_letter');

create table private.consumers (
  queue text not null references private.queue_policies (queue),
  event_pattern text not null,
  effect text not null,
  primary key (queue, event_pattern, effect)
);
select private.force_policies('private.consumers');
comment on table private.consumers is
  'Who hears what, and what then happens: events with a name like the pattern (that of LIKE) go to the queue, and its worker calls private.<effect>. A queue without a consumer gets nothing. Written by private.listen; the fan-out follows by itself.';
comment on column private.consumers.effect is
  'Function of private over public.event_store, called once per event with its cause set, or over public.event_store[], called once per batch. A name, not regprocedure: pg_upgrade refuses tables with that type.';

create table private.inbox (
  queue text not null,
  event_id uuid not null,
  processed_at timestamptz not null default now(),
  primary key (queue, event_id)
);
create index inbox_processed_at on private.inbox (processed_at);
select private.force_policies('private.inbox');
comment on table private.inbox is 'Messages already consumed, written in the transaction of their effect: a redelivered message finds its row and does nothing. Purged after 30 days.';

create function private.event_message(event public.event_store) returns jsonb
language sql immutable parallel safe
return pg_catalog.jsonb_build_object('event_id', (event).id, 'tenant_id', (event).tenant_id, 'event_type', (event).event_type, 'entity_id', (event).entity_id);
comment on function private.event_message(public.event_store) is 'What a queue is told of an event: ids and its name, nothing personal.';

create function private.hears(pattern text) returns text
language sql immutable set search_path = ''
as $$
  select pg_catalog.concat_ws(' or ',
    pg_catalog.format(case when pg_catalog.strpos(pattern, '%') > 0 then 'n.event_type like %L' else 'n.event_type = %L' end, pattern),
    case when pg_catalog.strpos(pattern, '%') > 0 then pg_catalog.format('n.machine || ''.status_changed'' like %L', pattern)
      when pattern like '%.status\_changed' then pg_catalog.format('n.machine = %L', pg_catalog.split_part(pattern, '.', 1)) end,
    case when 'workflow.transition_executed' like pattern then 'n.machine is not null' end)
$$;
comment on function private.hears(text) is
  'Whether a row n of the ledger answers to a name like the pattern, as an expression: what unnesting private.event_names would say, for a tenth of its time.';

create function private.build_fan_out() returns void
language plpgsql security definer set search_path = ''
as $$
declare
  built record;
begin
  select coalesce(pg_catalog.string_agg('bool_or(' || q.is_heard || ')', E',\n    ' order by q.place), 'false') as questions,
    pg_catalog.string_agg(pg_catalog.format(
      case when q.is_digest then $digest$
  if heard[%1$s] then
    insert into pgmq.%2$I (vt, message)
    select pg_catalog.clock_timestamp(), d.message
    from (
      select distinct on (n.tenant_id, n.entity_type, n.entity_id) n.sequence, private.event_message(n) as message
      from new_rows n where n.event_type is not null and %3$s
      order by n.tenant_id, n.entity_type, n.entity_id, n.sequence desc
    ) d
    order by d.sequence;
  end if;$digest$ else $each$
  if heard[%1$s] then
    insert into pgmq.%2$I (vt, message)
    select pg_catalog.clock_timestamp(), private.event_message(n)
    from new_rows n where n.event_type is not null and %3$s
    order by n.sequence;
  end if;$each$ end, q.place, 'q_' || q.queue, q.is_heard), '' order by q.place) as deliveries
  into built
  from (
    select p.queue, p.is_digest, pg_catalog.row_number() over (order by p.queue) as place,
      '(' || pg_catalog.string_agg(distinct private.hears(c.event_pattern), ' or ') || ')' as is_heard
    from private.queue_policies p join private.consumers c on c.queue = p.queue
    group by p.queue
  ) q;
  execute pg_catalog.format($make$
create or replace function private.tg_event_store__fan_out() returns trigger
language plpgsql security definer set search_path = ''
as $body$
declare
  heard boolean[];
begin
  select array[%s] into heard from new_rows n where n.event_type is not null;%s
  return null;
end
$body$
$make$, built.questions, built.deliveries);
end
$$;
comment on function private.build_fan_out() is
  'Writes tg_event_store__fan_out from private.consumers: one question which queues hear of it, and a statement for each that does; their plans are made once per session. pgmq.send_batch would be parsed and planned for every queue of every transaction.';
select private.build_fan_out();
comment on function private.tg_event_store__fan_out() is
  'Sends new events to the queues with a consumer of one of their names, in the transaction that writes them. Messages carry ids only. Written by private.build_fan_out().';
create trigger _500_fan_out after insert on public.event_store
referencing new table as new_rows for each statement execute function private.tg_event_store__fan_out();

create function private.tg__rebuild_fan_out() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.build_fan_out();
  return null;
end
$$;
comment on function private.tg__rebuild_fan_out() is 'Has the fan-out follow who hears what.';
create trigger _300_rebuild_fan_out after insert or update or delete or truncate on private.consumers
for each statement execute function private.tg__rebuild_fan_out();
create trigger _300_rebuild_fan_out after update of is_digest on private.queue_policies
for each statement execute function private.tg__rebuild_fan_out();

create table private.event_aliases (
  alias text primary key,
  event_type text not null
);
create index event_aliases_event_type on private.event_aliases (event_type);
select private.force_policies('private.event_aliases');
comment on table private.event_aliases is
  'Other names of events, for systems that know them by those: webhooks and private.listen take them like the own name. Nothing is stored under an alias, and the fan-out knows none. Written by private.also_call.';

create function private.also_call(event_type text, variadic aliases text[]) returns void
language sql set search_path = ''
as $$ insert into private.event_aliases (alias, event_type) select a, event_type from pg_catalog.unnest(aliases) a $$;
comment on function private.also_call(text, text[]) is 'Gives an event further names. Called by migrations.';

create function private.listen(queue_name text, effect_name text, variadic patterns text[]) returns void
language plpgsql set search_path = ''
as $$
begin
  if pg_catalog.to_regprocedure('private.' || effect_name || '(public.event_store)') is null
    and pg_catalog.to_regprocedure('private.' || effect_name || '(public.event_store[])') is null then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object('effect', effect_name));
  end if;
  -- An alias is heard by the name that events are written under.
  insert into private.consumers (queue, event_pattern, effect)
  select distinct queue_name, coalesce(a.event_type, p), effect_name
  from pg_catalog.unnest(patterns) p left join private.event_aliases a on a.alias like p;
end
$$;
comment on function private.listen(text, text, text[]) is
  'From now on events with names like these patterns go to the queue, and private.<effect> is what happens. Called by migrations, after the effect.';

create function private.publish_event(tenant uuid, event_type text, entity_type text, entity_id uuid, entity_version integer, payload jsonb default null)
returns void
language sql security definer set search_path = ''
as $$
  insert into public.event_store (tenant_id, event_type, entity_type, entity_id, entity_version, payload)
  values (tenant, event_type, entity_type, entity_id, entity_version, payload)
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
select private.force_policies('private.audiences');
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
