-- Family 03, workflow: what is written down of every change.

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
