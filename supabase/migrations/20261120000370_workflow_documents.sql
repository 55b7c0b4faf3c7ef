-- Family 03, workflow: the registry of documents, and what follows from it.

create function private.register_document(
  managed regclass, machine_name text, initial text, view_permission text, page text,
  prefix text default null, is_gapless boolean default false, number_column text default 'number'
) returns void
language plpgsql set search_path = ''
as $$
declare
  table_name constant text := (select c.relname from pg_catalog.pg_class c where c.oid = managed);
begin
  if prefix is not null then
    insert into private.document_kinds (kind, prefix, is_gapless) values (machine_name, prefix, is_gapless);
    perform private.create_document_sequences(t.id) from public.tenants t;
  end if;
  insert into private.subjects (subject, table_name, initial_state, number_column, view_permission, page)
  values (machine_name, table_name, initial, number_column, view_permission, page);
  perform private.register_error(machine_name || '_transition_illegal', 409,
    'This step is not possible in the present state.', 'Reload the page and use one of the buttons it offers.');
  perform private.manage_table(managed, machine_name, machine_name, numbered => case when exists (
    -- Where the number may be missing, the step that gives it draws it.
    select from pg_catalog.pg_attribute a
    where a.attrelid = managed and a.attname = 'number' and a.attnotnull and prefix is not null
  ) then machine_name end);
  perform private.set_audience(machine_name, view_permission);
end
$$;
comment on function private.register_document(regclass, text, text, text, text, text, boolean, text) is
  'Makes a table a kind of document (see private.machines): its machine with the transition error, its numbers (prefix and gaps: private.document_kinds), the common rules (private.manage_table), who is told of its changes, and allowed_commands. Called by migrations, after the table; the edges follow.';

create function private.register_subject(managed regclass, subject text, called_by text, view_permission text, page text) returns void
language sql set search_path = ''
as $$
  insert into private.subjects (subject, table_name, number_column, view_permission, page)
  select subject, c.relname, called_by, view_permission, page from pg_catalog.pg_class c where c.oid = managed
$$;
comment on function private.register_subject(regclass, text, text, text, text) is
  'Makes a kind of record without a machine something that people comment on, tag, give tasks and files (see private.subjects). called_by: its column with the name. Called by migrations, after private.manage_table.';

create function private.offer_if(machine_name text, condition text, variadic commands text[]) returns void
language sql set search_path = ''
as $$
  insert into private.offers (machine, command, condition) select machine_name, c, condition from pg_catalog.unnest(commands) c
$$;
comment on function private.offer_if(text, text, text[]) is 'Has commands of a document offered under a condition only (private.offers). Called by migrations.';

create function private.find_by(machine_name text, column_name text, meant text) returns void
language sql set search_path = ''
as $$
  insert into private.finders (machine, column_name, meant) values (machine_name, column_name, meant)
$$;
comment on function private.find_by(text, text, text) is 'Has documents found by more than their number (private.finders). Called by migrations.';

------------------------------------------------------------------------------------------------
-- Which commands are offered
------------------------------------------------------------------------------------------------

create function private.build_allowed_commands() returns void
language plpgsql security definer set search_path = ''
as $$
declare
  document private.machines;
  offered text;
  conditions text;
begin
  for document in select * from private.machines m order by m.machine loop
    offered := pg_catalog.format('private.allowed_commands(%1$L, %2$I.tenant_id, %2$I.status::text, pg_catalog.to_jsonb(%2$I))', document.machine, document.table_name);
    select pg_catalog.string_agg(pg_catalog.format(E'\n      when %L then %s', o.command, o.condition), '' order by o.command) into conditions
    from private.offers o where o.machine = document.machine;
    if conditions is not null then
      offered := pg_catalog.format(E'array(\n    select c from pg_catalog.unnest(%s) c\n    where case c%s else true end\n  )', offered, conditions);
    end if;
    execute pg_catalog.format($make$
create or replace function public.allowed_commands(%1$I public.%1$I) returns text[]
language plpgsql stable set search_path = ''
as $body$
begin
  return %2$s;
end
$body$
$make$, document.table_name, offered);
    execute pg_catalog.format('comment on function public.allowed_commands(public.%I) is %L', document.table_name,
      'Commands that the caller may give to this ' || document.machine || ' now, from which the portal draws the buttons. What other records decide (stock, credit, capacity) shows when one is given. Computed field.');
  end loop;
end
$$;
comment on function private.build_allowed_commands() is 'Writes the computed field allowed_commands of every document from private.machines and private.offers.';

------------------------------------------------------------------------------------------------
-- Who sees one, and what waits
------------------------------------------------------------------------------------------------

create function private.build_sees_document() returns void
language plpgsql security definer set search_path = ''
as $$
begin
  execute pg_catalog.format($make$
create or replace function private.sees_document(machine text, tenant uuid, document uuid) returns boolean
language sql stable
begin atomic
  select case machine%s else false end;
end
$make$, coalesce((
    select pg_catalog.string_agg(pg_catalog.format(
      E'\n    when %L then exists (select from public.%I d where d.tenant_id = sees_document.tenant and d.id = sees_document.document)', s.subject, s.table_name), '' order by s.subject)
    from private.subjects s
  ), ' when null then false'));
end
$$;
comment on function private.build_sees_document() is 'Writes private.sees_document from private.subjects.';
select private.build_sees_document();
comment on function private.sees_document(text, uuid, uuid) is
  'Whether the caller sees a document: the policies of its table decide, so it runs with the caller''s rights. Written by private.build_sees_document().';

create function private.build_number_of() returns void
language plpgsql security definer set search_path = ''
as $$
begin
  execute pg_catalog.format($make$
create or replace function private.number_of(machine text, tenant uuid, document uuid) returns text
language sql stable security definer set search_path = ''
begin atomic
  select case machine%s else null end;
end
$make$, coalesce((
    select pg_catalog.string_agg(pg_catalog.format(
      E'\n    when %L then (select d.%I from public.%I d where d.tenant_id = number_of.tenant and d.id = number_of.document)', s.subject, s.number_column, s.table_name), '' order by s.subject)
    from private.subjects s
  ), ' when null then null'));
end
$$;
comment on function private.build_number_of() is 'Writes private.number_of from private.subjects.';
select private.build_number_of();
comment on function private.number_of(text, uuid, uuid) is 'What people call a document by; null where there is none. Written by private.build_number_of().';

create function private.build_waiting() returns void
language plpgsql security definer set search_path = ''
as $$
begin
  execute pg_catalog.format($make$
create or replace function private.waiting() returns table (machine text, state text, page text, documents bigint, is_mine boolean)
language plpgsql stable set search_path = ''
as $body$
begin
  return query
  %s;
end
$body$
$make$, coalesce((
    select pg_catalog.string_agg(pg_catalog.format(
      'select %L, %L, %L, (select count(*) from public.%I d where d.status = %L%s), %s where private.tenant_id(%L) is not null',
      m.machine, w.state, m.page, m.table_name, w.state,
      case when exists (select from pg_catalog.pg_attribute a where a.attrelid = ('public.' || m.table_name)::regclass and a.attname = 'is_done') then ' and d.is_done is false' end,
      case when w.permission is null then 'null::boolean' else pg_catalog.format('private.tenant_id(%L) is not null', w.permission) end,
      m.view_permission), E'\n  union all ' order by m.machine, w.state)
    from private.waiting_states w join private.machines m on m.machine = w.machine
  ), 'select null::text, null::text, null::text, null::bigint, null::boolean where false'));
end
$$;
comment on function private.build_waiting() is 'Writes private.waiting from private.waiting_states.';
select private.build_waiting();
comment on function private.waiting() is
  'What waits for somebody in the caller''s company, as far as he sees it: kind and state of the documents, the list that shows them, how many there are, and whether he is one who has to act (null: nobody has to).';
select private.expose('waiting');

------------------------------------------------------------------------------------------------
-- How one is found
------------------------------------------------------------------------------------------------

create function private.number_candidates(document_kind text, typed text) returns text[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.active_tenant_id();
  numbered private.document_kinds;
  digits text;
  newest bigint;
  step bigint;
begin
  select * into numbered from private.document_kinds k where k.kind = document_kind;
  if not found and exists (select from private.machines m where m.machine = document_kind) then
    -- Called by what somebody else has numbered: a reference of the bank.
    return array[pg_catalog.upper(pg_catalog.btrim(typed))];
  end if;
  if numbered.kind is null then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object('document_kind', (select pg_catalog.string_agg(m.machine, ', ' order by m.machine) from private.machines m)));
  end if;
  digits := pg_catalog.substring(pg_catalog.upper(typed), '^\s*(?:#|' || numbered.prefix || '[- ]?)?([0-9]{1,12})\s*$');
  if tenant is null or digits is null then
    return '{}';
  end if;
  if numbered.is_gapless then
    select c.last_number into newest from private.document_counters c where c.tenant_id = tenant and c.kind = document_kind;
  else
    execute 'select s.last_value from ' || private.document_sequence(tenant, document_kind) || ' s' into newest;
  end if;
  step := 10::bigint ^ pg_catalog.length(digits);
  return array(
    select private.document_number(numbered.prefix, digits::bigint)
    union
    (select private.document_number(numbered.prefix, pg_catalog.generate_series(newest - (newest - digits::bigint) % step, digits::bigint + step, -step)) limit 99)
  );
end
$$;
comment on function private.number_candidates(text, text) is
  'The numbers of the company that end in the digits typed: the one with no others before them and the newest 99. "123", "#123" and "ORD-123" mean ORD-000123 and those like ORD-045123; anything else is no number and gives none. Raises input_invalid.';

create function private.build_find_numbers() returns void
language plpgsql security definer set search_path = ''
as $$
declare
  known private.machines;
  finder private.finders;
  branches text := '';
begin
  -- Values are looked up first, each in a statement of its own: equality of text is leakproof, so behind row level
  -- security it may choose rows by an index, and where nothing is meant nothing is read.
  for known in select * from private.machines m order by m.machine loop
    branches := branches || pg_catalog.format($branch$
  when %1$L then
    numbers := array(select d.%2$I from public.%3$I d where d.tenant_id = tenant and d.%2$I = any (candidates));$branch$,
      known.machine, known.number_column, known.table_name);
    for finder in select * from private.finders f where f.machine = known.machine order by f.column_name loop
      branches := branches || pg_catalog.format($branch$
    declare
      meant public.%1$I.%2$I%%type[] := %3$s;
    begin
      if meant <> '{}' then
        numbers := numbers || array(
          select d.%4$I from public.%1$I d where d.tenant_id = tenant and d.%2$I = any (meant) and d.%4$I is not null order by d.created_at desc limit 100
        );
      end if;
    end;$branch$, known.table_name, finder.column_name, finder.meant, known.number_column);
    end loop;
  end loop;
  execute pg_catalog.format($make$
create or replace function private.find_numbers(document_kind text, typed text) returns setof text
language plpgsql stable set search_path = ''
as $body$
#variable_conflict use_variable
declare
  tenant constant uuid := private.active_tenant_id();
  candidates constant text[] := private.number_candidates(document_kind, typed);
  numbers text[];
begin
  case document_kind%s
  end case;
  return query select distinct f from pg_catalog.unnest(numbers) f;
end
$body$
$make$, coalesce(nullif(branches, ''), E'\n  when null then null;'));
end
$$;
comment on function private.build_find_numbers() is 'Writes private.find_numbers from private.machines and private.finders.';
select private.build_find_numbers();
comment on function private.find_numbers(text, text) is
  'Numbers of the caller''s documents of one kind (order, payment, invoice, …) that end in the digits typed, at most a hundred; and the newest hundred of those found by something else that was typed: their reference, their customer, their vehicle. For number=in.(…) of a list. Raises input_invalid. Written by private.build_find_numbers().';
select private.expose('find_numbers');

------------------------------------------------------------------------------------------------
-- All of it follows
------------------------------------------------------------------------------------------------

create function private.tg__rebuild_documents() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  task text;
begin
  foreach task in array tg_argv loop
    execute pg_catalog.format('select private.%I()', task);
  end loop;
  return null;
end
$$;
comment on function private.tg__rebuild_documents() is 'Has what follows from the documents follow. Arguments: the functions of private that write it.';
create trigger _300_rebuild_documents after insert or update or delete on private.subjects
for each statement execute function private.tg__rebuild_documents('build_allowed_commands', 'build_sees_document', 'build_number_of', 'build_waiting', 'build_find_numbers');
create trigger _300_rebuild_documents after insert or update or delete on private.offers
for each statement execute function private.tg__rebuild_documents('build_allowed_commands');
create trigger _300_rebuild_documents after insert or update or delete on private.waiting_states
for each statement execute function private.tg__rebuild_documents('build_waiting');
create trigger _300_rebuild_documents after insert or update or delete on private.finders
for each statement execute function private.tg__rebuild_documents('build_find_numbers');
