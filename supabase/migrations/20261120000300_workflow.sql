-- Family 03, workflow: the one state-machine engine, events, queues, audit trail.

------------------------------------------------------------------------------------------------
-- Machines are rows
------------------------------------------------------------------------------------------------

create table private.machines (
  machine text primary key,
  table_name text not null unique,
  initial_state text not null
);
comment on table private.machines is 'State machines: which table of public they live on and where a new row starts.';

create table private.transitions (
  machine text not null references private.machines (machine),
  from_state text not null,
  command text not null,
  to_state text not null,
  permission text not null references public.permissions (permission) deferrable initially deferred,
  separate_from text[],
  event text not null,
  primary key (machine, from_state, command),
  unique (machine, from_state, to_state),
  constraint event_names_its_machine check (event like machine || '.%')
);
create index transitions_permission on private.transitions (permission);
comment on table private.transitions is
  'Every edge of every machine. One edge per pair of states, so that the guard knows the command from the two states alone.';
comment on column private.transitions.separate_from is 'Columns of the row that name who may not take this step (separation of duties), e.g. {created_by,edited_by}; a column holds one person or several.';

create table private.in_place_commands (
  machine text not null references private.machines (machine),
  state text not null,
  command text not null,
  permission text not null references public.permissions (permission) deferrable initially deferred,
  primary key (machine, state, command)
);
create index in_place_commands_permission on private.in_place_commands (permission);
comment on table private.in_place_commands is
  'Commands that change a document and leave its state as it is: in which states, with which right. They are offered beside the edges.';

create table public.workflow_definitions (
  id uuid primary key default private.uuid_v7(),
  tenant_id uuid not null default private.active_tenant_id() references public.tenants (id),
  machine text not null,
  from_state text not null,
  command text not null,
  is_enabled boolean not null default true,
  permission text references public.permissions (permission),
  condition jsonb,
  approvals_required integer not null default 1,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  unique (tenant_id, id),
  unique (tenant_id, machine, from_state, command),
  constraint workflow_step_is_known foreign key (machine, from_state, command) references private.transitions (machine, from_state, command),
  constraint approvals_required_is_small check (approvals_required between 1 and 5),
  constraint only_approvals_are_counted check (command = 'approve' or approvals_required = 1)
);
create index workflow_definitions_transition on public.workflow_definitions (machine, from_state, command);
create index workflow_definitions_permission on public.workflow_definitions (permission);
comment on table public.workflow_definitions is
  'A company''s narrowing of an existing edge: switch it off, ask another permission, add a condition, ask several approvers. New edges cannot be written here, so no guard can be skipped.';
comment on column public.workflow_definitions.condition is 'JSON Logic over the row as {"row": {…}}; the edge is open only while it is truthy.';
comment on column public.workflow_definitions.approvals_required is 'How many different people must take this step before it happens.';

create table public.approvals (
  id uuid primary key default private.uuid_v7(),
  tenant_id uuid not null references public.tenants (id),
  machine text not null references private.machines (machine),
  entity_id uuid not null,
  entity_round integer not null,
  command text not null,
  approved_by uuid not null,
  created_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (tenant_id, machine, entity_id, entity_round, command, approved_by)
);
create index approvals_machine on public.approvals (machine);
comment on table public.approvals is 'Votes for steps that need several approvers (workflow_definitions.approvals_required).';
comment on column public.approvals.entity_round is 'How often the row had changed when the vote was cast (private.entity_round): votes of an earlier round do not count.';
select private.protect_ledger('public.approvals');

create table public.transition_executions (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  machine text not null,
  entity_id uuid not null,
  from_state text not null,
  command text not null,
  to_state text not null,
  executed_by uuid,
  executed_rule text,
  executed_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
create index transition_executions_entity on public.transition_executions (tenant_id, entity_id, executed_at);
comment on table public.transition_executions is 'History of every state change of every document. Written by trigger only.';
comment on column public.transition_executions.executed_rule is 'Name of the tenant rule or system step that acted, null when a person did.';
select private.protect_ledger('public.transition_executions');

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
-- Audit trail
------------------------------------------------------------------------------------------------

create table public.audit_logs (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  table_name text not null,
  record_id uuid not null,
  operation text not null,
  old_values jsonb,
  new_values jsonb,
  actor_id uuid,
  actor_role text not null default current_user,
  command text,
  transaction_id xid8 not null default pg_current_xact_id(),
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  constraint operation_is_known check (operation in ('insert', 'update', 'delete'))
);
create index audit_logs_record on public.audit_logs (tenant_id, record_id, id);
comment on table public.audit_logs is 'Who changed what: the changed columns before and after, per row. Written by trigger only; chained by private.audit_chain.';
comment on column public.audit_logs.old_values is 'Update: the changed columns before. Delete: the whole row.';
comment on column public.audit_logs.new_values is 'Update: the changed columns after. Insert: the whole row.';
select private.protect_ledger('public.audit_logs');

create table private.audit_chain (
  tenant_id uuid not null references public.tenants (id),
  position bigint not null,
  audit_log_id uuid not null,
  hash bytea not null,
  sealed_at timestamptz not null default now(),
  primary key (tenant_id, position),
  unique (tenant_id, audit_log_id)
);
alter table private.audit_chain enable row level security;
alter table private.audit_chain force row level security;
comment on table private.audit_chain is
  'Hash chain per company over audit_logs: hash = SHA-256(previous hash || the row as JSON). Rows are sealed in batches by maintenance, so that writers of one company never wait for each other.';
select private.protect_ledger('private.audit_chain');

create function private.chain_step(state bytea, item bytea, start bytea) returns bytea
language sql immutable set search_path = ''
as $$
  select pg_catalog.sha256(coalesce(state, start) || item)
$$;
comment on function private.chain_step(bytea, bytea, bytea) is 'One link of the audit chain: SHA-256 of the previous hash (at first: start) and the item.';

create aggregate private.hash_chain (bytea, bytea) (sfunc = private.chain_step, stype = bytea);
comment on aggregate private.hash_chain (bytea, bytea) is 'Running hash over items in window order; second argument: hash to start from.';

create function private.audit_digest(entry public.audit_logs) returns bytea
language sql stable set search_path = ''
as $$
  select pg_catalog.convert_to(pg_catalog.jsonb_build_array(
    entry.id, entry.tenant_id, entry.table_name, entry.record_id, entry.operation, entry.old_values, entry.new_values,
    entry.actor_id, entry.actor_role, entry.command, entry.transaction_id::text, extract(epoch from entry.created_at)
  )::text, 'UTF8')
$$;
comment on function private.audit_digest(public.audit_logs) is 'The bytes of an audit row that the chain covers; independent of time zone and column order.';

create function private.seal_audit(tenant uuid, batch integer default 10000) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  head private.audit_chain;
  sealed integer;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('seal_audit' || tenant::text, 0));
  select * into head from private.audit_chain c where c.tenant_id = tenant order by c.position desc limit 1;
  with pending as (
    select l as entry, pg_catalog.row_number() over (order by l.id) as step
    from public.audit_logs l
    where l.tenant_id = tenant
      and not exists (select from private.audit_chain c where c.tenant_id = tenant and c.audit_log_id = l.id)
      -- Sealed rows form a prefix in time, so the search may start a little before the newest sealed one.
      and (head.audit_log_id is null or l.created_at >= head.sealed_at - interval '1 day')
    order by l.id
    limit batch
  )
  insert into private.audit_chain (tenant_id, position, audit_log_id, hash)
  select tenant, coalesce(head.position, 0) + p.step, (p.entry).id,
    private.hash_chain(private.audit_digest(p.entry), coalesce(head.hash, pg_catalog.convert_to(tenant::text, 'UTF8'))) over (order by p.step)
  from pending p;
  get diagnostics sealed = row_count;
  return sealed;
end
$$;
comment on function private.seal_audit(uuid, integer) is 'Appends the audit rows of a company that are not yet in the chain. Returns how many.';

create function private.verify_audit_of(tenant uuid)
returns table (is_intact boolean, sealed bigint, unsealed bigint, first_broken_position bigint, head_hash text)
language sql stable security definer set search_path = ''
as $$
  with links as (
    select c.position, c.hash, pg_catalog.row_number() over (order by c.position) as expected_position,
      private.hash_chain(
        coalesce(private.audit_digest(l), '\x'::bytea), pg_catalog.convert_to(tenant::text, 'UTF8')
      ) over (order by c.position) as expected_hash
    from private.audit_chain c
    left join public.audit_logs l on l.tenant_id = c.tenant_id and l.id = c.audit_log_id
    where c.tenant_id = tenant
  ), broken as (
    select min(k.position) as position from links k
    where k.hash <> k.expected_hash or k.position <> k.expected_position
  )
  select b.position is null,
    (select count(*) from links),
    (select count(*) from public.audit_logs l where l.tenant_id = tenant
      and not exists (select from private.audit_chain c where c.tenant_id = tenant and c.audit_log_id = l.id)),
    b.position,
    (select pg_catalog.encode(k.hash, 'hex') from links k order by k.position desc limit 1)
  from broken b
$$;
comment on function private.verify_audit_of(uuid) is
  'Recomputes the chain of a company: the first position whose row was changed or removed, and the head hash, which an auditor notes down to detect a cut-off end later.';

------------------------------------------------------------------------------------------------
-- Change capture and audit: one statement-level trigger function per operation
------------------------------------------------------------------------------------------------

create function private.take_steps(machine_name text, variadic steps text[] default '{}') returns void
language plpgsql set search_path = ''
as $$
begin
  perform pg_catalog.set_config('mzigo.steps', coalesce(machine_name || ' ' || steps::text, ''), true);
end
$$;
comment on function private.take_steps(text, text[]) is
  'From here on (null: no longer) rows of a machine may take these steps, or the first of them, in one write; each is "command" or "command by rule". The guard looks at every one and the history tells every one. Only definer functions can call it.';

create function private.announced_steps(machine_name text, from_state text, to_state text)
returns table (step integer, edge private.transitions, rule text)
language plpgsql stable security definer set search_path = ''
as $$
declare
  announced constant text := pg_catalog.current_setting('mzigo.steps', true);
  reached text := coalesce(from_state, (select m.initial_state from private.machines m where m.machine = machine_name));
  edges private.transitions[] := '{}';
  rules text[] := '{}';
  next private.transitions;
  wanted text;
begin
  foreach wanted in array pg_catalog.substr(announced, pg_catalog.strpos(announced, ' ') + 1)::text[] loop
    select * into next from private.transitions t
    where t.machine = machine_name and t.from_state = reached and t.command = pg_catalog.split_part(wanted, ' by ', 1);
    if not found then
      return;
    end if;
    edges := edges || next;
    rules := rules || nullif(pg_catalog.split_part(wanted, ' by ', 2), '');
    reached := next.to_state;
    exit when reached = to_state;
  end loop;
  if reached = to_state then
    return query select e.n::integer, row(e.machine, e.from_state, e.command, e.to_state, e.permission, e.separate_from, e.event)::private.transitions, e.rule
    from rows from (pg_catalog.unnest(edges), pg_catalog.unnest(rules)) with ordinality as e (machine, from_state, command, to_state, permission, separate_from, event, rule, n);
  end if;
end
$$;
comment on function private.announced_steps(text, text, text) is
  'The edges of the steps that take_steps announced, as far as they lead from the one state to the other; a new row (from_state null) starts in the initial state. None when they do not lead there.';

create function private.steps_between(machine_name text, from_state text, to_state text)
returns table (step integer, edge private.transitions, rule text)
language sql stable
begin atomic
  select 1, t, nullif(pg_catalog.current_setting('mzigo.rule', true), '')
  from private.transitions t
  where t.machine = machine_name and t.from_state = steps_between.from_state and t.to_state = steps_between.to_state
  union all
  select a.step, a.edge, a.rule
  from private.announced_steps(machine_name, steps_between.from_state, steps_between.to_state) a
  where pg_catalog.starts_with(pg_catalog.current_setting('mzigo.steps', true), machine_name || ' ')
    and not exists (
      select from private.transitions t
      where t.machine = machine_name and t.from_state = steps_between.from_state and t.to_state = steps_between.to_state
    );
end;
comment on function private.steps_between(text, text, text) is
  'The edges that a row takes from one state to another: the one between them, or the steps announced by take_steps; none when they do not lead there. A new row (from_state null) goes further than the initial state only by announced steps. rule: on whose behalf, null for the person himself. Written in the standard''s form, so that it becomes part of the query around it.';

create function private.tg__record_insert() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  actor constant uuid := auth.uid();
  metadata jsonb;
begin
  if tg_argv[0] = '' then
    insert into public.audit_logs (tenant_id, table_name, record_id, operation, new_values, actor_id, command)
    select n.tenant_id, tg_table_name, n.id, 'insert', pg_catalog.to_jsonb(n), actor, nullif(pg_catalog.current_setting('mzigo.command', true), '')
    from new_rows n;
    return null;
  end if;
  metadata := private.event_metadata();
  with written as materialized (
    select n.tenant_id, n.id, n.version, pg_catalog.to_jsonb(n) as content from new_rows n
  ), audited as (
    insert into public.audit_logs (tenant_id, table_name, record_id, operation, new_values, actor_id, command)
    select w.tenant_id, tg_table_name, w.id, 'insert', w.content, actor, nullif(pg_catalog.current_setting('mzigo.command', true), '')
    from written w
  ), steps as materialized (
    select w.tenant_id, w.id, w.version, s.step, s.edge, s.rule
    from written w cross join lateral private.steps_between(tg_argv[1], null, w.content ->> 'status') s
    where tg_argv[1] <> '' and w.content ->> 'status' <> (select m.initial_state from private.machines m where m.machine = tg_argv[1])
  ), told as (
    insert into public.transition_executions (tenant_id, machine, entity_id, from_state, command, to_state, executed_by, executed_rule)
    select s.tenant_id, tg_argv[1], s.id, (s.edge).from_state, (s.edge).command, (s.edge).to_state, actor, s.rule
    from steps s
    order by s.id, s.step
  )
  insert into public.event_store (tenant_id, event_type, entity_type, entity_id, entity_version, payload, metadata)
  select t.tenant_id, t.event_type, tg_argv[0], t.id, t.version, t.payload, t.metadata
  from (
    select w.tenant_id, w.id, w.version, 0 as step, 0 as n, tg_argv[0] || '.created' as event_type, '{}'::jsonb as payload, metadata
    from written w
    union all
    select s.tenant_id, s.id, s.version, s.step, e.n, e.event_type,
      pg_catalog.jsonb_build_object('from', (s.edge).from_state, 'to', (s.edge).to_state, 'command', (s.edge).command),
      metadata || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('rule', s.rule))
    from steps s
    cross join lateral (values (1, (s.edge).event), (2, tg_argv[1] || '.status_changed'), (3, 'workflow.transition_executed')) as e (n, event_type)
  ) t
  order by t.id, t.step, t.n;
  return null;
end
$$;
comment on function private.tg__record_insert() is
  'Everything that is written down of an insert, in one statement: audit row, <entity>.created event, and the history and events of the steps that the rows have taken at once. Arguments: entity name or empty for no event, machine or empty.';

create function private.tg__record_delete() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.audit_logs (tenant_id, table_name, record_id, operation, old_values, actor_id, command)
  select o.tenant_id, tg_table_name, o.id, 'delete', pg_catalog.to_jsonb(o), auth.uid(), nullif(pg_catalog.current_setting('mzigo.command', true), '')
  from old_rows o;
  return null;
end
$$;
comment on function private.tg__record_delete() is 'Audit row for deleted rows.';

create function private.tg__record_update() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  actor constant uuid := auth.uid();
  metadata jsonb;
begin
  if not exists (select from new_rows) then
    return null;
  end if;
  metadata := private.event_metadata();
  with changes as materialized (
    select n.tenant_id, n.id, n.version, d.old_values, d.new_values, d.names, j.o ->> 'status' as from_state, j.n ->> 'status' as to_state
    from new_rows n
    join old_rows o on o.id = n.id
    cross join lateral (select pg_catalog.to_jsonb(o) as o, pg_catalog.to_jsonb(n) as n offset 0) j
    cross join lateral (
      select pg_catalog.jsonb_object_agg(e.key, j.o -> e.key) as old_values, pg_catalog.jsonb_object_agg(e.key, e.value) as new_values,
        pg_catalog.jsonb_agg(e.key order by e.key) filter (where e.key <> 'status') as names
      from pg_catalog.jsonb_each(j.n) e
      where e.key not in ('version', 'updated_at', 'updated_by') and j.o -> e.key is distinct from e.value
    ) d
    where d.new_values is not null
  ), audited as (
    insert into public.audit_logs (tenant_id, table_name, record_id, operation, old_values, new_values, actor_id, command)
    select c.tenant_id, tg_table_name, c.id, 'update', c.old_values, c.new_values, actor, nullif(pg_catalog.current_setting('mzigo.command', true), '')
    from changes c
  ), steps as materialized (
    select c.tenant_id, c.id, c.version, s.step, s.edge, s.rule
    from changes c cross join lateral private.steps_between(tg_argv[1], c.from_state, c.to_state) s
    where tg_argv[1] <> '' and c.from_state <> c.to_state
  ), told as (
    insert into public.transition_executions (tenant_id, machine, entity_id, from_state, command, to_state, executed_by, executed_rule)
    select s.tenant_id, tg_argv[1], s.id, (s.edge).from_state, (s.edge).command, (s.edge).to_state, actor, s.rule
    from steps s
    order by s.id, s.step
  )
  insert into public.event_store (tenant_id, event_type, entity_type, entity_id, entity_version, payload, metadata)
  select t.tenant_id, t.event_type, tg_argv[0], t.id, t.version, t.payload, t.metadata
  from (
    -- A pure change of state is told by the machine's own events.
    select c.tenant_id, c.id, c.version, 0 as step, 0 as n, tg_argv[0] || '.updated' as event_type,
      pg_catalog.jsonb_build_object('changed', c.names) as payload, metadata
    from changes c
    where tg_argv[0] <> '' and c.names is not null
    union all
    select s.tenant_id, s.id, s.version, s.step, e.n, e.event_type,
      pg_catalog.jsonb_build_object('from', (s.edge).from_state, 'to', (s.edge).to_state, 'command', (s.edge).command),
      metadata || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('rule', s.rule))
    from steps s
    cross join lateral (values (1, (s.edge).event), (2, tg_argv[1] || '.status_changed'), (3, 'workflow.transition_executed')) as e (n, event_type)
  ) t
  order by t.id, t.step, t.n;
  return null;
end
$$;
comment on function private.tg__record_update() is
  'Everything that is written down of an update, in one statement: audit row with the changed columns (without the row stamps), <entity>.updated event with their names, history row and three events of every step. Arguments: entity name or empty for no event, machine or empty.';

------------------------------------------------------------------------------------------------
-- The guard
------------------------------------------------------------------------------------------------

create function private.is_kept_apart(separate_from text[], entity jsonb) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
  return exists (
    -- True for a column with this one person as well as for a list with him in it.
    select from pg_catalog.unnest(separate_from) c where entity -> c @> pg_catalog.to_jsonb(auth.uid())
  );
end
$$;
comment on function private.is_kept_apart(text[], jsonb) is 'Whether the caller is named by one of these columns of a row.';

create function private.check_actor(tenant uuid, edge private.transitions, narrowed_permission text, entity jsonb) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not private.has_permission(tenant, coalesce(narrowed_permission, edge.permission)) then
    perform private.fail('permission_denied', pg_catalog.jsonb_build_object('permission', coalesce(narrowed_permission, edge.permission)));
  end if;
  if private.is_kept_apart(edge.separate_from, entity) then
    perform private.fail('separation_of_duties', pg_catalog.jsonb_build_object('machine', edge.machine, 'command', edge.command, 'separate_from', edge.separate_from));
  end if;
end
$$;
comment on function private.check_actor(uuid, private.transitions, text, jsonb) is
  'Whether the caller may take an edge of a row: he holds its permission and is nobody it is kept apart from. Raises permission_denied, separation_of_duties.';

create function private.tg__guard_transition() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  machine_name constant text := tg_argv[0];
  earlier_state constant text := case when tg_op = 'UPDATE' then old.status::text end;
  -- Who made or changed it, as it was before this write.
  judged jsonb;
  next record;
  edge private.transitions;
  narrowed public.workflow_definitions;
  is_legal boolean := tg_op = 'INSERT' and new.status::text = (select m.initial_state from private.machines m where m.machine = machine_name);
begin
  if is_legal then
    return new;
  end if;
  for next in select b.edge, b.rule from private.steps_between(machine_name, earlier_state, new.status::text) b loop
    is_legal := true;
    edge := next.edge;
    select * into narrowed from public.workflow_definitions w
    where w.tenant_id = new.tenant_id and w.machine = machine_name and w.from_state = edge.from_state and w.command = edge.command;
    if narrowed.id is not null then
      if not narrowed.is_enabled then
        perform private.fail('transition_switched_off', pg_catalog.jsonb_build_object('machine', machine_name, 'command', edge.command));
      end if;
      if narrowed.condition is not null
        and not private.is_truthy(private.json_logic(narrowed.condition, pg_catalog.jsonb_build_object('row', pg_catalog.to_jsonb(new)))) then
        perform private.fail('transition_condition_not_met', pg_catalog.jsonb_build_object('machine', machine_name, 'command', edge.command));
      end if;
    end if;

    -- A tenant rule or a step that follows from another document acts for the system; people need the right.
    if next.rule is null then
      if auth.uid() is not null then
        if edge.separate_from is not null and judged is null then
          judged := case when tg_op = 'UPDATE' then pg_catalog.to_jsonb(old) else pg_catalog.to_jsonb(new) end;
        end if;
        perform private.check_actor(new.tenant_id, edge, narrowed.permission, judged);
      end if;
      if narrowed.approvals_required > 1 then
        if narrowed.approvals_required > (
          select count(*) from public.approvals a
          where a.tenant_id = new.tenant_id and a.machine = machine_name and a.entity_id = new.id and a.command = edge.command
            and a.entity_round = private.entity_round(new.tenant_id, machine_name, new.id)
        ) then
          perform private.fail('approvals_missing', pg_catalog.jsonb_build_object('required', narrowed.approvals_required));
        end if;
      end if;
    end if;
  end loop;
  if not is_legal then
    perform private.fail(machine_name || '_transition_illegal',
      pg_catalog.jsonb_build_object('id', new.id, 'from', earlier_state, 'to', new.status));
  end if;
  return new;
end
$$;
comment on function private.tg__guard_transition() is
  'Guards every write path of every machine, superuser included: the edge, or each of the steps announced for this write, must exist, be open for the company, and be taken by someone who may. Argument: machine.';

create function private.entity_round(tenant uuid, machine_name text, entity uuid) returns integer
language sql stable security definer set search_path = ''
as $$
  select count(*)::integer from public.event_store e
  where e.tenant_id = tenant and e.entity_id = entity and e.event_type in (machine_name || '.status_changed', machine_name || '.updated')
$$;
comment on function private.entity_round(uuid, text, uuid) is
  'Number of changes of a row so far, of its state or its content: votes are for what the voter saw.';

create function private.record_approval(tenant uuid, machine_name text, entity uuid, wanted_command text, current_state text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  narrowed public.workflow_definitions;
  edge private.transitions;
  voted_on jsonb;
  round integer;
begin
  select * into narrowed from public.workflow_definitions w
  where w.tenant_id = tenant and w.machine = machine_name and w.from_state = current_state and w.command = wanted_command;
  if coalesce(narrowed.approvals_required, 1) = 1 then
    return true;
  end if;
  -- The guard looks at whoever takes the step in the end; here at each who votes for it.
  select * into edge from private.transitions t
  where t.machine = machine_name and t.from_state = current_state and t.command = wanted_command;
  if edge.separate_from is not null then
    execute pg_catalog.format('select pg_catalog.to_jsonb(d) from public.%I d where d.tenant_id = $1 and d.id = $2',
      (select m.table_name from private.machines m where m.machine = machine_name))
    into voted_on using tenant, entity;
  end if;
  perform private.check_actor(tenant, edge, narrowed.permission, voted_on);
  round := private.entity_round(tenant, machine_name, entity);
  insert into public.approvals (tenant_id, machine, entity_id, entity_round, command, approved_by)
  values (tenant, machine_name, entity, round, wanted_command, auth.uid())
  on conflict do nothing;
  return narrowed.approvals_required <= (
    select count(*) from public.approvals a
    where a.tenant_id = tenant and a.machine = machine_name and a.entity_id = entity and a.entity_round = round and a.command = wanted_command
  );
end
$$;
comment on function private.record_approval(uuid, text, uuid, text, text) is
  'Counts the caller''s vote where a company asks for several approvers; true when enough have voted and the step may happen now. The caller holds the row lock. Raises permission_denied, separation_of_duties.';

create function private.allowed_commands(machine_name text, tenant uuid, current_state text, entity jsonb) returns text[]
language plpgsql stable security definer set search_path = ''
as $$
begin
  return array(
    select t.command
    from private.transitions t
    left join public.workflow_definitions w
      on w.tenant_id = tenant and w.machine = t.machine and w.from_state = t.from_state and w.command = t.command
    where t.machine = machine_name and t.from_state = current_state
      and coalesce(w.is_enabled, true)
      and (w.condition is null or private.is_truthy(private.json_logic(w.condition, pg_catalog.jsonb_build_object('row', entity))))
      and private.has_permission(tenant, coalesce(w.permission, t.permission))
      and not private.is_kept_apart(t.separate_from, entity)
    union
    select c.command from private.in_place_commands c
    where c.machine = machine_name and c.state = current_state and private.has_permission(tenant, c.permission)
    order by 1
  );
end
$$;
comment on function private.allowed_commands(text, uuid, text, jsonb) is 'Commands of a machine that the caller may give to a row in its current state.';

create function private.command_permission(machine_name text, tenant uuid, current_state text, wanted_command text) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  wanted text;
begin
  select coalesce(w.permission, t.permission) into wanted
  from private.transitions t
  left join public.workflow_definitions w
    on w.tenant_id = tenant and w.machine = t.machine and w.from_state = t.from_state and w.command = t.command
  where t.machine = machine_name and t.from_state = current_state and t.command = wanted_command;
  return wanted;
end
$$;
comment on function private.command_permission(text, uuid, text, text) is 'Permission that a command needs in a state, null when the state has no such edge.';

create function private.takes_in_place(machine_name text, tenant uuid, current_state text, wanted_command text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  wanted text;
begin
  select c.permission into wanted from private.in_place_commands c
  where c.machine = machine_name and c.state = current_state and c.command = wanted_command;
  if wanted is not null and not private.has_permission(tenant, wanted) then
    perform private.fail('permission_denied', pg_catalog.jsonb_build_object('permission', wanted));
  end if;
  return wanted is not null;
end
$$;
comment on function private.takes_in_place(text, uuid, text, text) is
  'Whether a document in this state takes an in-place command. Raises permission_denied when it does and the caller may not give it.';

create function private.check_version(expected_version integer, actual_version integer) returns void
language plpgsql set search_path = ''
as $$
begin
  if expected_version is not null and expected_version <> actual_version then
    perform private.fail('version_conflict', pg_catalog.jsonb_build_object('expected', expected_version, 'actual', actual_version));
  end if;
end
$$;
comment on function private.check_version(integer, integer) is 'Raises version_conflict when the caller edited an older version.';

create function private.manage_table(managed regclass, entity text default '', machine text default null, has_stamps boolean default true) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format('alter table %s enable row level security', managed);
  execute pg_catalog.format('alter table %s force row level security', managed);
  if has_stamps then
    execute pg_catalog.format('create trigger _100_stamp_row before insert or update on %s for each row execute function private.tg__stamp_row()', managed);
    execute pg_catalog.format('create trigger _500_record_insert after insert on %s referencing new table as new_rows for each statement execute function private.tg__record_insert(%L, %L)', managed, entity, coalesce(machine, ''));
    execute pg_catalog.format('create trigger _500_record_update after update on %s referencing old table as old_rows new table as new_rows for each statement execute function private.tg__record_update(%L, %L)', managed, entity, coalesce(machine, ''));
    execute pg_catalog.format('create trigger _500_record_delete after delete on %s referencing old table as old_rows for each statement execute function private.tg__record_delete()', managed);
  end if;
  if machine is not null then
    execute pg_catalog.format('create trigger _200_guard_insert before insert on %s for each row execute function private.tg__guard_transition(%L)', managed, machine);
    execute pg_catalog.format('create trigger _200_guard_transition before update on %s for each row when (old.status is distinct from new.status) execute function private.tg__guard_transition(%L)', managed, machine);
  end if;
end
$$;
comment on function private.manage_table(regclass, text, text, boolean) is
  'Puts a table under the common rules: row level security forced, stamps, audit, change events, and its machine''s guard and history.';

create function private.tg__note_editor() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- From the row as it is now, under its lock: of two people who change it at once neither is forgotten.
  if auth.uid() is distinct from old.created_by and auth.uid() <> all (old.edited_by) then
    new.edited_by := old.edited_by || auth.uid();
  end if;
  return new;
end
$$;
comment on function private.tg__note_editor() is 'Adds whoever changes a record of somebody else to its edited_by.';

create function private.note_editors(managed regclass, variadic content text[]) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format(
    'create trigger _110_note_editor before update of %1$s on %2$s for each row when ((%3$s) is distinct from (%4$s)) execute function private.tg__note_editor()',
    (select pg_catalog.string_agg(pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(content) c), managed,
    (select pg_catalog.string_agg('old.' || pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(content) c),
    (select pg_catalog.string_agg('new.' || pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(content) c)
  );
end
$$;
comment on function private.note_editors(regclass, text[]) is
  'Has edited_by of a table name everybody besides its creator who changed one of these columns, so that separate_from can keep them from deciding. Called by migrations.';

create function private.tg__record_row_update() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  before constant jsonb := pg_catalog.to_jsonb(old);
  after constant jsonb := pg_catalog.to_jsonb(new);
begin
  insert into public.audit_logs (tenant_id, table_name, record_id, operation, old_values, new_values, actor_id, command)
  select coalesce(after ->> 'tenant_id', after ->> 'id')::uuid, tg_table_name, coalesce(after ->> 'id', after ->> 'tenant_id')::uuid, 'update',
    pg_catalog.jsonb_object_agg(e.key, before -> e.key), pg_catalog.jsonb_object_agg(e.key, e.value),
    auth.uid(), nullif(pg_catalog.current_setting('mzigo.command', true), '')
  from pg_catalog.jsonb_each(after) e
  where e.key not in ('version', 'updated_at', 'updated_by') and before -> e.key is distinct from e.value
  having count(*) > 0;
  return null;
end
$$;
comment on function private.tg__record_row_update() is
  'Audit row of one changed row: for parts of documents, whose derived columns are not worth one, and for the company itself, which has one id for both.';

create function private.audit_changes(managed regclass, variadic content text[]) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format(
    'create trigger _500_record_update after update on %s for each row when ((%s) is distinct from (%s)) execute function private.tg__record_row_update()', managed,
    (select pg_catalog.string_agg('old.' || pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(content) c),
    (select pg_catalog.string_agg('new.' || pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(content) c)
  );
end
$$;
comment on function private.audit_changes(regclass, text[]) is 'Records changes of these columns in the audit trail; the other columns are derived. Called by migrations.';

create function private.audit_part(managed regclass, variadic content text[]) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format('create trigger _500_record_insert after insert on %s referencing new table as new_rows for each statement execute function private.tg__record_insert('''', '''')', managed);
  execute pg_catalog.format('create trigger _500_record_delete after delete on %s referencing old table as old_rows for each statement execute function private.tg__record_delete()', managed);
  perform private.audit_changes(managed, variadic content);
end
$$;
comment on function private.audit_part(regclass, text[]) is
  'Records in the audit trail what comes to, goes from and changes (in these columns) of the parts of a document: lines, stops, counts. Called by migrations.';

create function private.register_machine(machine_name text, machine_table text, initial text) returns void
language plpgsql set search_path = ''
as $$
begin
  insert into private.machines (machine, table_name, initial_state) values (machine_name, machine_table, initial);
  perform private.register_error(machine_name || '_transition_illegal', 409,
    'This step is not possible in the present state.', 'Reload the page and use one of the buttons it offers.');
end
$$;
comment on function private.register_machine(text, text, text) is 'Adds a machine and its transition error. Called by migrations.';

select private.register_error('transition_switched_off', 409, 'Your company has switched this step off.', 'Ask an administrator to look at the workflow settings.');
select private.register_error('transition_condition_not_met', 409, 'A rule of your company does not allow this step now.', 'Look at the workflow settings or correct the record.');
select private.register_error('separation_of_duties', 403, 'You entered or changed this record, so somebody else has to decide on it.', 'Ask a colleague with the right to approve.');
select private.register_error('approvals_missing', 409, 'More people have to approve this step first.', 'Ask a second approver.');

-- Tables of the earlier families come under the same rules here, where the engine exists.
alter table public.tenants enable row level security;
alter table public.tenants force row level security;
create trigger _100_stamp_row before insert or update on public.tenants for each row execute function private.tg__stamp_row();
-- The logs of a company have no key to it: a check per row would lock the company's row thousands of times a second.
create trigger _200_refuse_delete before delete on public.tenants for each statement execute function private.tg__refuse_change();
alter table public.users enable row level security;
alter table public.users force row level security;
create trigger _100_stamp_row before insert or update on public.users for each row execute function private.tg__stamp_row();
alter table public.permissions enable row level security;
alter table public.permissions force row level security;
alter table public.role_permissions enable row level security;
alter table public.role_permissions force row level security;
alter table public.role_ranks enable row level security;
alter table public.role_ranks force row level security;
alter table private.platform_admins enable row level security;
alter table private.platform_admins force row level security;
alter table private.machines enable row level security;
alter table private.machines force row level security;
alter table private.transitions enable row level security;
alter table private.transitions force row level security;
alter table private.in_place_commands enable row level security;
alter table private.in_place_commands force row level security;
alter table private.subscriptions enable row level security;
alter table private.subscriptions force row level security;
select private.manage_table('public.memberships', 'membership');
select private.manage_table('public.tenant_role_permissions');
select private.manage_table('public.invitations', 'invitation');
select private.register_error('invitation_pending', 409, 'Somebody else invited this person in the same moment.', 'Look at the list of invitations.');
select private.refuse_taken('public.invitations', 'invitations_pending_email', 'invitation_pending', each_alone => true);
select private.register_error('workflow_step_is_known', 422, 'The workflow has no such step.', 'Choose one of the steps listed on the page of workflows.');
select private.register_error('approvals_required_is_small', 422, 'From one to five people can be asked to approve.', 'Enter a number from 1 to 5.');
select private.register_error('only_approvals_are_counted', 422, 'Only an approval can ask for several people.', 'Ask for one person here, or choose the step that approves.');
select private.manage_table('public.workflow_definitions', 'workflow_definition');
select private.register_error('workflow_rule_taken', 409, 'This step has a rule of your company already.', 'Change that rule instead.');
select private.refuse_taken('public.workflow_definitions', 'workflow_definitions_tenant_id_machine_from_state_command_key', 'workflow_rule_taken');
select private.manage_table('public.approvals', has_stamps => false);
select private.manage_table('public.transition_executions', has_stamps => false);
select private.manage_table('public.event_store', has_stamps => false);
select private.manage_table('public.audit_logs', has_stamps => false);
alter table public.tenant_settings enable row level security;
alter table public.tenant_settings force row level security;
create trigger _100_stamp_row before insert or update on public.tenant_settings for each row execute function private.tg__stamp_row();

create function private.next_state(machine_name text, entity uuid, current_state text, wanted_command text) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  target text;
begin
  select t.to_state into target from private.transitions t
  where t.machine = machine_name and t.from_state = current_state and t.command = wanted_command;
  if not found then
    perform private.fail(machine_name || '_transition_illegal',
      pg_catalog.jsonb_build_object('id', entity, 'from', current_state, 'command', wanted_command));
  end if;
  return target;
end
$$;
comment on function private.next_state(text, uuid, text, text) is 'Where a command leads from a state. Raises <machine>_transition_illegal.';

create function private.run_as_rule(rule text) returns void
language plpgsql set search_path = ''
as $$
begin
  perform pg_catalog.set_config('mzigo.rule', coalesce(rule, ''), true);
end
$$;
comment on function private.run_as_rule(text) is
  'From here on (null: no longer) state changes follow from a rule or from another document, not from a person''s own decision; the guard then checks the edge, not the person. Only definer functions can call it.';

create function private.tg_workflow_definitions__check_narrowing() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  problem constant text := private.json_logic_problem(new.condition);
  usual text;
begin
  if problem is not null then
    perform private.fail(problem, '{"field": "condition"}');
  end if;
  -- Opening a step to holders of another right gives them the usual one for this step.
  if new.permission is not null and auth.uid() is not null then
    select t.permission into usual from private.transitions t
    where t.machine = new.machine and t.from_state = new.from_state and t.command = new.command;
    if not private.has_permission(new.tenant_id, usual) then
      perform private.fail('right_not_held', pg_catalog.jsonb_build_object('permission', usual));
    end if;
  end if;
  return new;
end
$$;
comment on function private.tg_workflow_definitions__check_narrowing() is
  'Refuses conditions that cannot be evaluated, which would block the step for everybody, and another right for a step that the caller may not take himself. Raises right_not_held and the errors of rules.';
create trigger _150_check_narrowing before insert or update of condition, permission on public.workflow_definitions
for each row execute function private.tg_workflow_definitions__check_narrowing();

create trigger _500_record_update after update on public.tenant_settings
for each row execute function private.tg__record_row_update();
create trigger _500_record_update after update on public.tenants
for each row execute function private.tg__record_row_update();
