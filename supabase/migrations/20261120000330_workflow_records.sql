-- Family 03, workflow: what is written down of every change.

------------------------------------------------------------------------------------------------
-- Change capture: one statement-level trigger function per operation
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
begin
  if pg_catalog.starts_with(pg_catalog.current_setting('mzigo.steps', true), nullif(tg_argv[1], '') || ' ') then
    insert into public.event_store (tenant_id, entity_type, entity_id, entity_version, event_type, machine, from_state, step, to_state, rule, new_values)
    select n.tenant_id, tg_argv[0], n.id, n.version, r.event_type, r.machine, r.from_state, r.step, r.to_state, r.rule, r.new_values
    from new_rows n
    cross join lateral (
      select 0 as place, tg_argv[0] || '.created' as event_type, null::text as machine, null::text as from_state, null::text as step, null::text as to_state,
        nullif(pg_catalog.current_setting('mzigo.rule', true), '') as rule, pg_catalog.to_jsonb(n) as new_values
      union all
      select s.step, (s.edge).event, (s.edge).machine, (s.edge).from_state, (s.edge).command, (s.edge).to_state, s.rule, null
      from private.announced_steps(tg_argv[1], null, n.status::text) s
    ) r
    order by n.id, r.place;
  else
    insert into public.event_store (tenant_id, entity_type, entity_id, entity_version, event_type, new_values)
    select n.tenant_id, coalesce(nullif(tg_argv[0], ''), tg_table_name), n.id, n.version, nullif(tg_argv[0], '') || '.created', pg_catalog.to_jsonb(n)
    from new_rows n;
  end if;
  return null;
end
$$;
comment on function private.tg__record_insert() is
  'Writes down an insert in one statement: <entity>.created with the whole row, and the steps that it has taken at once. Arguments: entity name or empty for no event, machine or empty.';

create function private.tg__record_delete() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.event_store (tenant_id, entity_type, entity_id, entity_version, event_type, old_values)
  select o.tenant_id, coalesce(nullif(tg_argv[0], ''), tg_table_name), o.id, o.version, nullif(tg_argv[0], '') || '.deleted', pg_catalog.to_jsonb(o)
  from old_rows o;
  return null;
end
$$;
comment on function private.tg__record_delete() is 'Writes down deleted rows: <entity>.deleted with the whole row. Argument: entity name or empty for no event.';

create function private.changed_values(before jsonb, after jsonb) returns table (old_values jsonb, new_values jsonb)
language sql immutable
begin atomic
  select pg_catalog.jsonb_object_agg(e.key, before -> e.key), pg_catalog.jsonb_object_agg(e.key, e.value)
  from pg_catalog.jsonb_each(after) e
  where before -> e.key is distinct from e.value;
end;
comment on function private.changed_values(jsonb, jsonb) is 'The members of after that differ, before and after; null when none does. Written in the standard''s form, so that it becomes part of the query around it.';

create function private.tg__record_update() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from new_rows) then
    return null;
  end if;
  insert into public.event_store (tenant_id, entity_type, entity_id, entity_version, event_type, machine, from_state, step, to_state, rule, old_values, new_values)
  select c.tenant_id, coalesce(nullif(tg_argv[0], ''), tg_table_name), c.id, c.version, r.event_type, r.machine, r.from_state, r.step, r.to_state, r.rule, r.old_values, r.new_values
  from (
    select n.tenant_id, n.id, n.version, pg_catalog.to_jsonb(o) as before, pg_catalog.to_jsonb(n) as after
    from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id
    offset 0
  ) c
  cross join lateral (
    -- The state is told by the steps, the stamps by the row itself, and what is generated follows. Where nothing
    -- else has changed, which is most often, no column is looked at.
    select 0 as place, nullif(tg_argv[0], '') || '.updated' as event_type, null::text as machine, null::text as from_state, null::text as step, null::text as to_state,
      nullif(pg_catalog.current_setting('mzigo.rule', true), '') as rule, v.old_values, v.new_values
    from private.changed_values(c.before, c.after - tg_argv[2]::text[]) v
    where c.before - tg_argv[2]::text[] <> c.after - tg_argv[2]::text[] and v.new_values is not null
    union all
    select s.step, (s.edge).event, (s.edge).machine, (s.edge).from_state, (s.edge).command, (s.edge).to_state, s.rule, null, null
    from private.steps_between(tg_argv[1], c.before ->> 'status', c.after ->> 'status') s
    where tg_argv[1] <> '' and c.before ->> 'status' <> c.after ->> 'status'
  ) r
  order by c.id, r.place;
  return null;
end
$$;
comment on function private.tg__record_update() is
  'Writes down an update in one statement: <entity>.updated with the changed columns before and after, unless only the state and the stamps changed, and every step. Arguments: entity name or empty for no event, machine or empty, columns that are no content.';

create function private.tg__record_parts() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    insert into public.event_store (tenant_id, entity_type, entity_id, new_values)
    select p.tenant_id, tg_table_name, (p.content ->> tg_argv[0])::uuid, pg_catalog.jsonb_agg(p.content)
    from (select n.tenant_id, pg_catalog.to_jsonb(n) as content from new_rows n order by n.id) p
    group by p.tenant_id, p.content ->> tg_argv[0];
  else
    insert into public.event_store (tenant_id, entity_type, entity_id, old_values)
    select p.tenant_id, tg_table_name, (p.content ->> tg_argv[0])::uuid, pg_catalog.jsonb_agg(p.content)
    from (select o.tenant_id, pg_catalog.to_jsonb(o) as content from old_rows o order by o.id) p
    group by p.tenant_id, p.content ->> tg_argv[0];
  end if;
  return null;
end
$$;
comment on function private.tg__record_parts() is
  'Writes down the parts that a statement gave to or took from documents: one row per document. Argument: column that names the document.';
