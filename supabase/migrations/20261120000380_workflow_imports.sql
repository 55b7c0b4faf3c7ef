-- Family 03, workflow: files that become records. Which table takes which columns is rows here; each family
-- adds its own (private.import_into) with the function that writes them.

------------------------------------------------------------------------------------------------
-- What can be imported
------------------------------------------------------------------------------------------------

create table private.import_targets (
  target text primary key,
  place integer generated always as identity,
  table_name text not null,
  permission text not null references public.permissions (permission),
  page text not null,
  importer text not null unique,
  key_field text,
  key_column text,
  grouped_by text,
  group_limit integer,
  takes_updates boolean not null default false,
  parts text[] not null default '{}',
  constraint target_is_snake_case check (target ~ '^[a-z]+(_[a-z]+)*$'),
  constraint page_is_a_path check (page ~ '^(/[a-z_]+)+$')
);
create index import_targets_permission on private.import_targets (permission);
select private.force_policies('private.import_targets');
comment on table private.import_targets is 'What files can be imported into: the records, who may make them, and the function that makes them. Written by private.import_into.';
comment on column private.import_targets.table_name is 'Table of public whose rows are made.';
comment on column private.import_targets.importer is
  'Function of private over (items private.import_item[], on_duplicate public.import_policy) that writes all of them or fails. It runs as the person who imports, so policies, constraints and commands decide as they do for a form.';
comment on column private.import_targets.key_field is 'Field by which a record is known again; null: every row makes a new one.';
comment on column private.import_targets.key_column is 'Column of the table that holds it.';
comment on column private.import_targets.grouped_by is 'Field whose rows of one value make one record: the lines of an order. Null: each row makes one.';
comment on column private.import_targets.group_limit is 'Most rows of one record; more of one value make several. Null: any number.';
comment on column private.import_targets.takes_updates is 'Whether known records can be changed; else they are skipped or refused.';
comment on column private.import_targets.parts is 'Tables whose rows go with their record when it is taken back, and are no use of it.';

create table private.import_fields (
  target text not null references private.import_targets (target),
  field text not null,
  place integer not null,
  kind text not null,
  is_required boolean not null default false,
  names text[] not null default '{}',
  primary key (target, field)
);
select private.force_policies('private.import_fields');
comment on table private.import_fields is 'Columns that a file for a target may have.';
comment on column private.import_fields.kind is 'Type that the value is to be read as; code: text that a spreadsheet may have taken for a number.';
comment on column private.import_fields.names is 'What the column is called elsewhere, to be matched without case and signs.';

create type public.import_policy as enum ('refuse', 'skip', 'update');
comment on type public.import_policy is 'What becomes of a row whose record is known already: it is refused, left as it is, or changed.';

create type private.import_item as (place integer, existing uuid, rows jsonb);
comment on type private.import_item is 'What makes one record: its first line in the file, the record that is to be changed (null: a new one), and its rows [{field: text}].';

create type private.import_result as (place integer, record_id uuid, before jsonb, added jsonb);
comment on type private.import_result is
  'What an item has become: the record; for one that was changed the changed columns as they were; rows of other tables that came with it and are no parts of it, [{"table", "id", "before" where it was there and has been changed}] in the order in which they were made.';

create function private.import_into(
  target text, managed regclass, permission text, page text, importer text, fields jsonb,
  key_field text default null, key_column text default null, grouped_by text default null, takes_updates boolean default false, parts text[] default '{}', group_limit integer default null
) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
begin
  if pg_catalog.to_regprocedure(pg_catalog.format('private.%I(private.import_item[])', importer)) is null then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object('importer', importer));
  end if;
  insert into private.import_targets (target, table_name, permission, page, importer, key_field, key_column, grouped_by, takes_updates, parts, group_limit)
  select target, c.relname, permission, page, importer, key_field, coalesce(key_column, key_field), grouped_by, takes_updates, parts, group_limit
  from pg_catalog.pg_class c where c.oid = managed;
  insert into private.import_fields (target, field, place, kind, is_required, names)
  select target, f.value ->> 'field', f.n, coalesce(f.value ->> 'kind', 'text'), coalesce((f.value ->> 'is_required')::boolean, false),
    array(select pg_catalog.jsonb_array_elements_text(f.value -> 'names'))
  from pg_catalog.jsonb_array_elements(fields) with ordinality f (value, n);
end
$$;
comment on function private.import_into(text, regclass, text, text, text, jsonb, text, text, text, boolean, text[], integer) is
  'Lets files be imported into a table (private.import_targets); fields: [{"field", "kind" (a type, text by default, or code), "is_required", "names"}] in the order in which they are offered. Called by migrations, after the importer.';

create function private.importable() returns setof private.import_targets
language sql stable security definer set search_path = ''
as $$
  select t.* from private.import_targets t
  where private.tenant_id('imports.create') is not null and private.tenant_id(t.permission) is not null
  order by t.place
$$;
comment on function private.importable() is 'What the caller may import into.';

create function private.imports_into(target_name text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (select from private.importable() t where t.target = target_name);
end
$$;
comment on function private.imports_into(text) is 'Whether the caller may import into this target.';

create function private.import_forms() returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'target', t.target, 'page', t.page, 'key_field', t.key_field, 'grouped_by', t.grouped_by, 'takes_updates', t.takes_updates,
    'fields', (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('field', f.field, 'kind', f.kind, 'is_required', f.is_required, 'names', f.names) order by f.place)
      from private.import_fields f where f.target = t.target
    )) order by t.place), '[]')
  from private.importable() t
$$;
comment on function private.import_forms() is
  'What the caller may import into: [{target, page, key_field, grouped_by, takes_updates, fields [{field, kind, is_required, names}]}]. Empty when there is nothing.';
select private.expose('import_forms');

------------------------------------------------------------------------------------------------
-- The document
------------------------------------------------------------------------------------------------

create type public.import_status as enum ('staged', 'checking', 'ready', 'running', 'stopped', 'done', 'undoing', 'undone', 'discarded');
create type public.import_row_status as enum ('waiting', 'good', 'bad', 'made', 'changed', 'skipped', 'undone');

-- One folder per company, like the files of documents.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('imports', 'imports', false, 10485760, array['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'])
on conflict (id) do nothing;

create table public.imports (
  like private.record including defaults including indexes,
  number text not null,
  status public.import_status not null default 'staged',
  status_reason text,
  target text not null references private.import_targets (target),
  file_name text not null,
  path text,
  format text not null,
  headers text[] not null,
  mapping jsonb not null,
  on_duplicate public.import_policy not null default 'refuse',
  is_whole boolean not null default false,
  rows_total integer not null default 0,
  rows_bad integer not null default 0,
  rows_done integer not null default 0,
  run_by uuid references public.users (id),
  is_worked_on boolean not null generated always as (status in ('checking', 'running', 'undoing')) stored,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, number),
  constraint file_name_is_short check (btrim(file_name) <> '' and length(file_name) <= 200),
  constraint format_is_short check (length(format) <= 200),
  constraint headers_are_few check (cardinality(headers) between 1 and 200 and pg_column_size(headers) < 20000),
  constraint mapping_is_a_small_object check (jsonb_typeof(mapping) = 'object' and pg_column_size(mapping) < 20000)
);
create index imports_remembered on public.imports (tenant_id, target, created_at desc);
create index imports_target on public.imports (target);
create index imports_run_by on public.imports (run_by);
create index imports_worked_on on public.imports (tenant_id, id) where is_worked_on;
comment on table public.imports is 'A file that somebody reads into a table: checked first, then run in the background, stopped and gone on with, and undone as long as nothing uses what it made.';
comment on column public.imports.status_reason is 'Why it stands where it is, where a rule put it there: a stable key of docs/errors.md.';
comment on column public.imports.path is 'Where the file lies in the storage bucket imports: <company>/<anything>. Null: it was not kept.';
comment on column public.imports.format is 'How the file is written, as it was found out: CSV, UTF-8, semicolon, decimal comma.';
comment on column public.imports.headers is 'What the columns of the file are called.';
comment on column public.imports.mapping is 'Which column fills which field, {field: header}. The next file with these headers begins with it.';
comment on column public.imports.is_whole is 'All or nothing: it runs only when no row is bad, and is taken back as a whole when one should be refused after all.';
comment on column public.imports.rows_total is 'Rows of the file, by the last check.';
comment on column public.imports.rows_bad is 'Those that cannot be imported.';
comment on column public.imports.rows_done is 'Those that made or changed a record.';
comment on column public.imports.run_by is 'In whose name it is checked, run and taken back.';
comment on column public.imports.is_worked_on is 'Whether the worker has something to do (private.work_import).';

create table public.import_rows (
  tenant_id uuid not null,
  import_id uuid not null,
  line integer not null,
  place integer not null,
  cells text[] not null,
  values jsonb not null,
  status public.import_row_status not null default 'waiting',
  error_key text,
  error_details jsonb,
  record_id uuid,
  undo jsonb,
  record_hash bigint,
  awaits text generated always as (case status when 'waiting' then 'check' when 'good' then 'run' when 'made' then 'undo' when 'changed' then 'undo' end) stored,
  primary key (tenant_id, import_id, line),
  foreign key (tenant_id, import_id) references public.imports (tenant_id, id),
  constraint line_is_of_a_file check (line between 1 and 10000000)
);
create index import_rows_settled on public.import_rows (tenant_id, import_id, place) where awaits is null;
create index import_rows_of_record on public.import_rows (tenant_id, import_id, record_hash, line) where record_hash is not null;
create index import_rows_awaiting on public.import_rows (tenant_id, import_id, awaits, place) where awaits is not null;
select private.force_policies('public.import_rows');
comment on table public.import_rows is 'Rows of the file of an import: as they stood there, as they were read, and what became of them.';
comment on column public.import_rows.line is 'Line of the file that it begins on; the first is 1.';
comment on column public.import_rows.place is 'First line of those that make one record with it.';
comment on column public.import_rows.cells is 'As it stands in the file.';
comment on column public.import_rows.values is 'As it was read, {field: text}: numbers with a decimal point, dates as YYYY-MM-DD. What is empty is not there.';
comment on column public.import_rows.error_key is 'Why it is bad: a stable key of docs/errors.md. unreadable: where the file itself could not be read.';
comment on column public.import_rows.error_details is 'The fields concerned, as in the detail of an error.';
comment on column public.import_rows.record_id is 'The record that it made, changed, or found there already.';
comment on column public.import_rows.record_hash is 'Hash of the value that says of which record the row is (grouped_by or key_field of its target): rows of one record are found together, also where a file scatters them. Null: none is told.';
comment on column public.import_rows.awaits is 'What can be done with it next.';
comment on column public.import_rows.undo is 'What taking it back needs: {"version", "before", "added"}.';

select private.register_document('public.imports', 'import', 'staged', 'imports.view', '/imports', prefix => 'IMP');
insert into private.transitions (machine, from_state, command, to_state, permission, event) values
  ('import', 'staged', 'check', 'checking', 'imports.create', 'import.check_started'),
  ('import', 'ready', 'check', 'checking', 'imports.create', 'import.check_started'),
  ('import', 'checking', 'finish_check', 'ready', 'imports.create', 'import.checked'),
  ('import', 'checking', 'stop', 'staged', 'imports.create', 'import.check_stopped'),
  ('import', 'ready', 'run', 'running', 'imports.create', 'import.started'),
  ('import', 'stopped', 'run', 'running', 'imports.create', 'import.resumed'),
  ('import', 'running', 'stop', 'stopped', 'imports.create', 'import.stopped'),
  ('import', 'running', 'finish', 'done', 'imports.create', 'import.finished'),
  ('import', 'running', 'take_back', 'undoing', 'imports.create', 'import.refused'),
  ('import', 'done', 'undo', 'undoing', 'imports.create', 'import.undo_started'),
  ('import', 'stopped', 'undo', 'undoing', 'imports.create', 'import.undo_started'),
  ('import', 'undoing', 'finish_undo', 'undone', 'imports.create', 'import.undone'),
  ('import', 'undoing', 'keep', 'done', 'imports.create', 'import.kept'),
  ('import', 'staged', 'discard', 'discarded', 'imports.create', 'import.discarded'),
  ('import', 'ready', 'discard', 'discarded', 'imports.create', 'import.discarded');
select private.offer_if('import', 'private.imports_into(imports.target)', 'stop', 'undo', 'discard');
select private.offer_if('import', 'false', 'finish_check', 'finish', 'take_back', 'finish_undo', 'keep');
select private.offer_if('import', 'imports.rows_total > 0 and private.imports_into(imports.target)', 'check');
-- All or nothing is not begun with a row that cannot be imported, and nothing is begun without a good one.
select private.offer_if('import', 'imports.rows_total > imports.rows_bad and (imports.rows_bad = 0 or not imports.is_whole) and private.imports_into(imports.target)', 'run');

select private.register_error('file_name_is_short', 422, 'The name of the file is missing or too long.', 'Give the file a name of at most 200 characters.');
select private.register_error('format_is_short', 422, 'How the file is written is told at too great a length.', 'Tell it in at most 200 characters.');
select private.register_error('headers_are_few', 422, 'The file has no columns, or more than 200.', 'Leave the columns that are needed in the file, under one line with their names.');
select private.register_error('mapping_is_a_small_object', 422, 'What fills which field is not a JSON object, or it is too large.', 'Send {field: name of the column}.');
select private.register_error('import_file_missing', 422, 'The file is not stored yet, or it is somebody else''s.', 'Store it first, then import it.');
select private.register_error('import_target_unknown', 422, 'Nothing of this kind can be imported by you.', 'Choose one of the kinds that the page of imports offers.');
select private.register_error('import_field_unknown', 422, 'A field that was matched does not exist, or its column is not in the file.', 'Match the columns again.');
select private.register_error('import_field_missing', 422, 'A field that every row needs is matched with no column.', 'Choose the column for each field named in the details.');
select private.register_error('import_policy_unsuitable', 422, 'Records of this kind cannot be changed by an import.', 'Have known records refused or skipped.');
select private.register_error('import_line_is_of_a_file', 422, 'A row has no line number, or one that no file has.', 'Send each row with its line, from 1.');
select private.register_error('import_is_full', 409, 'The file has more than 200,000 rows.', 'Split it into several files.');
select private.register_error('import_without_rows', 409, 'The import has no rows.', 'Choose a file that has rows below its header.');
select private.register_error('import_has_bad_rows', 409, 'Some rows cannot be imported, and this import is all or nothing.', 'Correct them and import the file again, or import the valid rows only.');
select private.register_error('import_value_invalid', 422, 'A value is missing or cannot be read as what it should be.', 'Correct what is named in the file, and import it again.');
select private.register_error('import_row_unreadable', 422, 'The row cannot be read.', 'Correct what is named in the file, and import it again.');
select private.register_error('import_row_repeats', 422, 'An earlier row of the file is for the same record.', 'Leave one of the two in the file.');
select private.register_error('import_record_incomplete', 422, 'Another row of the same record cannot be imported, and half a record is none.', 'Correct that row.');
select private.register_error('import_duplicate', 409, 'This record exists already.', 'Take the row out of the file, or have known records skipped or changed.');
select private.register_error('import_reference_unknown', 422, 'A value names a record that does not exist, or that you do not see.', 'Correct the fields named in the details, or create that record first.');
select private.register_error('import_row_refused', 422, 'The row could not be written.', 'Compare it with the rows that could, and tell support the line.');
select private.register_error('import_rows_in_use', 409, 'What the import made is used, or has been changed since.', 'Take back first what the details name, or leave the import as it is.');
select private.register_error('import_row_failed', 409, 'A row was refused, so nothing was imported.', 'Look at the rows that are marked, and import a corrected file.');
select private.register_error('import_person_away', 409, 'Whoever runs the import may no longer do so, or works in another company at the moment.', 'Go on with it when you are back, or have a colleague with the right go on.');

------------------------------------------------------------------------------------------------
-- Commands
------------------------------------------------------------------------------------------------

create function private.require_import_target(target_name text) returns private.import_targets
language plpgsql stable security definer set search_path = ''
as $$
declare
  known private.import_targets;
begin
  select * into known from private.importable() t where t.target = target_name;
  if not found then
    perform private.fail('import_target_unknown', pg_catalog.jsonb_build_object('target', target_name));
  end if;
  return known;
end
$$;
comment on function private.require_import_target(text) is 'What the caller may import into. Raises import_target_unknown.';

create function private.lock_import(import_id uuid, wanted_command text, expected_version integer default null) returns public.imports
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('imports.create');
  target public.imports;
begin
  select * into target from public.imports i
  where i.tenant_id = tenant and i.id = import_id and (private.is_unscoped() or i.created_by = auth.uid())
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('import_id', import_id));
  end if;
  perform private.require_import_target(target.target);
  perform private.check_version(expected_version, target.version);
  if wanted_command is not null then
    perform private.next_state('import', target.id, target.status::text, wanted_command);
  end if;
  return target;
end
$$;
comment on function private.lock_import(uuid, text, integer) is
  'Locks an import for a command of somebody who may make such records. Raises record_not_found, import_target_unknown, version_conflict, import_transition_illegal.';

create function private.check_import_policy(known private.import_targets, wanted public.import_policy) returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform private.require_choice('on_duplicate', wanted::text);
  if wanted = 'update' and not known.takes_updates then
    perform private.fail('import_policy_unsuitable', '{"on_duplicate": "update"}');
  end if;
end
$$;
comment on function private.check_import_policy(private.import_targets, public.import_policy) is 'Raises input_invalid, or import_policy_unsuitable where known records cannot be changed.';

create function private.create_import(
  target text, file_name text, format text, headers text[], mapping jsonb, path text default null,
  on_duplicate public.import_policy default 'refuse', is_whole boolean default false
) returns public.imports
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('imports.create');
  known constant private.import_targets := private.require_import_target(target);
  problems jsonb;
  created public.imports;
begin
  perform private.check_import_policy(known, on_duplicate);
  if path is not null and not exists (
    select from storage.objects o
    where o.bucket_id = 'imports' and o.name = path and o.owner_id = auth.uid()::text and (storage.foldername(o.name))[1] = tenant::text
  ) then
    perform private.fail('import_file_missing', pg_catalog.jsonb_build_object('path', path));
  end if;
  if pg_catalog.jsonb_typeof(mapping) = 'object' then
    select pg_catalog.jsonb_object_agg(m.key, m.value) into problems from pg_catalog.jsonb_each_text(mapping) m
    where m.value is null or m.value <> all (coalesce(headers, '{}')) or not exists (select from private.import_fields f where f.target = known.target and f.field = m.key);
    if problems is not null then
      perform private.fail('import_field_unknown', problems);
    end if;
    select pg_catalog.jsonb_object_agg(f.field, 'required') into problems from private.import_fields f
    where f.target = known.target and f.is_required and mapping ->> f.field is null;
    if problems is not null then
      perform private.fail('import_field_missing', problems);
    end if;
  end if;
  insert into public.imports (tenant_id, target, file_name, path, format, headers, mapping, on_duplicate, is_whole)
  values (tenant, known.target, pg_catalog.btrim(file_name), path, coalesce(format, ''), headers, mapping, on_duplicate, coalesce(is_whole, false))
  returning * into created;
  return created;
end
$$;
comment on function private.create_import(text, text, text, text[], jsonb, text, public.import_policy, boolean) is
  'Begins an import of a file; its rows follow (stage_import_rows), then it is checked. path: where the caller has stored the file in the bucket imports, under his company''s folder. Raises import_target_unknown, import_policy_unsuitable, import_field_unknown, import_field_missing, import_file_missing, headers_are_few, mapping_is_a_small_object, file_name_is_short, format_is_short, input_invalid, permission_denied.';
select private.expose_command('create_import');

create function private.stage_import_rows(import_id uuid, rows jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.imports;
  known private.import_targets;
  staged integer;
begin
  perform private.require_records('rows', rows, '{"line": "integer"}');
  target := private.lock_import(import_id, 'check');
  select * into known from private.import_targets t where t.target = target.target;
  insert into public.import_rows (tenant_id, import_id, line, place, record_hash, cells, values, error_key, error_details)
  -- The check says the same of rows of a record that come in parts; said here of the others it saves writing them twice.
  select target.tenant_id, target.id, l.line, case when known.grouped_by is null or l.record_hash is null then l.line else min(l.line) over (partition by l.record_hash) end, l.record_hash,
    array(select pg_catalog.jsonb_array_elements_text(case pg_catalog.jsonb_typeof(r -> 'cells') when 'array' then r -> 'cells' else '[]' end)),
    coalesce((
      select pg_catalog.jsonb_object_agg(v.key, pg_catalog.btrim(v.value))
      from pg_catalog.jsonb_each_text(case pg_catalog.jsonb_typeof(r -> 'values') when 'object' then r -> 'values' else '{}' end) v
      where pg_catalog.btrim(v.value) <> ''
    ), '{}'),
    case when pg_catalog.jsonb_typeof(r -> 'unreadable') = 'object' then 'import_row_unreadable' end,
    case when pg_catalog.jsonb_typeof(r -> 'unreadable') = 'object' then r -> 'unreadable' end
  from pg_catalog.jsonb_array_elements(rows) r
  cross join lateral (
    select (r ->> 'line')::integer as line,
      pg_catalog.hashtextextended(nullif(pg_catalog.btrim(case pg_catalog.jsonb_typeof(r -> 'values') when 'object' then r -> 'values' ->> coalesce(known.grouped_by, known.key_field) end), ''), 0) as record_hash
  ) l
  where l.line between 1 and 10000000
  on conflict on constraint import_rows_pkey do nothing;
  get diagnostics staged = row_count;
  if exists (select from pg_catalog.jsonb_array_elements(rows) r where not coalesce((r ->> 'line')::integer between 1 and 10000000, false)) then
    perform private.fail('import_line_is_of_a_file', '{"rows": "line"}');
  end if;
  update public.imports i set rows_total = i.rows_total + staged where i.tenant_id = target.tenant_id and i.id = target.id
  returning i.rows_total into target.rows_total;
  if target.rows_total > 200000 then
    perform private.fail('import_is_full', pg_catalog.jsonb_build_object('rows_total', target.rows_total));
  end if;
  return staged;
end
$$;
comment on function private.stage_import_rows(uuid, jsonb) is
  'Adds rows of the file to an import that does not run yet; answers how many were new. rows: [{line, cells [text], values {field: text}, unreadable {field: what is wrong} where it could not be read}]; a line that is there already is left as it is. Raises record_not_found, import_transition_illegal, import_line_is_of_a_file, import_is_full, input_invalid, import_target_unknown, permission_denied.';
select private.expose_command('stage_import_rows');

create function private.check_import(import_id uuid, on_duplicate public.import_policy default null, is_whole boolean default null, expected_version integer default null)
returns public.imports
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.imports := private.lock_import(import_id, 'check', expected_version);
  known constant private.import_targets := private.require_import_target(target.target);
begin
  target.on_duplicate := coalesce(on_duplicate, target.on_duplicate);
  perform private.check_import_policy(known, target.on_duplicate);
  if target.rows_total = 0 then
    perform private.fail('import_without_rows', pg_catalog.jsonb_build_object('import_id', target.id));
  end if;
  -- What the file itself could not tell stays so whatever is asked of it.
  update public.import_rows r
  set status = 'waiting',
    error_key = case when r.error_key = 'import_row_unreadable' then r.error_key end,
    error_details = case when r.error_key = 'import_row_unreadable' then r.error_details end
  where r.tenant_id = target.tenant_id and r.import_id = target.id and r.status <> 'waiting';
  if target.rows_total > 1000 then
    -- Rows that have just come in are not counted yet, and a plan for few would read all of them for each record.
    analyze (skip_locked) public.import_rows (tenant_id, import_id, line, place, record_hash, awaits);
  end if;
  update public.imports i
  set status = 'checking', status_reason = null, on_duplicate = target.on_duplicate, is_whole = coalesce(check_import.is_whole, target.is_whole), run_by = auth.uid()
  where i.tenant_id = target.tenant_id and i.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.check_import(uuid, public.import_policy, boolean, integer) is
  'Has every row tried in the background, by the rules that its form meets, and nothing written; afterwards it is ready and each bad row says why. Can be done again with another policy. Raises record_not_found, import_target_unknown, import_policy_unsuitable, import_without_rows, import_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('check_import');

create function private.run_import(import_id uuid, expected_version integer default null) returns public.imports
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.imports := private.lock_import(import_id, 'run', expected_version);
begin
  if target.rows_total <= target.rows_bad then
    perform private.fail('import_without_rows', pg_catalog.jsonb_build_object('import_id', target.id));
  end if;
  if target.is_whole and target.rows_bad > 0 then
    perform private.fail('import_has_bad_rows', pg_catalog.jsonb_build_object('import_id', target.id, 'rows_bad', target.rows_bad));
  end if;
  update public.imports i set status = 'running', status_reason = null, run_by = auth.uid()
  where i.tenant_id = target.tenant_id and i.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.run_import(uuid, integer) is
  'Writes the good rows of a checked import in the background, in the caller''s name, or goes on with one that was stopped. Raises record_not_found, import_target_unknown, import_has_bad_rows, import_without_rows, import_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('run_import');

create function private.stop_import(import_id uuid, expected_version integer default null) returns public.imports
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.imports := private.lock_import(import_id, 'stop', expected_version);
begin
  update public.imports i set status = private.next_state('import', i.id, i.status::text, 'stop')::public.import_status
  where i.tenant_id = target.tenant_id and i.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.stop_import(uuid, integer) is
  'Stops an import after the batch that is being written: what is written stays, and run_import goes on with the rest. A check begins anew. Raises record_not_found, import_target_unknown, import_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('stop_import');

create function private.discard_import(import_id uuid, expected_version integer default null) returns public.imports
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.imports := private.lock_import(import_id, 'discard', expected_version);
begin
  update public.imports i set status = 'discarded' where i.tenant_id = target.tenant_id and i.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.discard_import(uuid, integer) is 'Sets aside an import that has written nothing. Raises record_not_found, import_target_unknown, import_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('discard_import');

create function private.remembered_mapping(target text, headers text[]) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('imports.create');
begin
  return (
    select i.mapping from public.imports i
    where i.tenant_id = tenant and i.target = remembered_mapping.target and i.headers = remembered_mapping.headers
    order by i.created_at desc limit 1
  );
end
$$;
comment on function private.remembered_mapping(text, text[]) is
  'Which column filled which field, {field: header}, in the company''s last import of a file with these headers into this target; null when there was none. Raises permission_denied.';
select private.expose('remembered_mapping');

create function private.import_progress(import_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('imports.view');
begin
  if not exists (select from public.imports i where i.tenant_id = tenant and i.id = import_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('import_id', import_id));
  end if;
  return (
    select coalesce(pg_catalog.jsonb_object_agg(c.status, c.rows), '{}')
    from (select r.status, count(*) as rows from public.import_rows r where r.tenant_id = tenant and r.import_id = import_progress.import_id group by r.status) c
  );
end
$$;
comment on function private.import_progress(uuid) is
  'How many rows of an import that the caller sees are in which state: {waiting, good, bad, made, changed, skipped, undone}; what there is none of is not there. Raises record_not_found, permission_denied.';
select private.expose('import_progress');

create function private.import_problem(refused public.import_rows) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select e.sentence || ' ' || e.next_step from private.errors e where e.key = refused.error_key);
end
$$;
comment on function private.import_problem(public.import_rows) is
  'Why a row cannot be imported and what to do, in words; null when it can. A computed field: select=*,import_problem.';
select private.expose('import_problem');
