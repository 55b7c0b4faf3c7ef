-- Family 03, workflow: the work of imports, batch by batch in the background, and how they are undone.

------------------------------------------------------------------------------------------------
-- One batch, as the person who imports
------------------------------------------------------------------------------------------------

create type private.import_outcome as (place integer, status public.import_row_status, error_key text, error_details jsonb, record_id uuid, undo jsonb);
comment on type private.import_outcome is 'What became of the rows of one record.';

create type private.import_job as (tenant_id uuid, import_id uuid, person uuid, status public.import_status, target private.import_targets, on_duplicate public.import_policy, items private.import_item[]);
comment on type private.import_job is 'What the worker does next: the import, locked, and the items of this batch.';

create function private.write_imported(managed regclass, existing uuid, given jsonb, out record_id uuid, out before jsonb)
language plpgsql set search_path = ''
as $$
declare
  columns constant text := (select pg_catalog.string_agg(pg_catalog.quote_ident(k), ', ' order by k) from pg_catalog.jsonb_object_keys(given) k);
begin
  if existing is null then
    -- What is not given has the default that the table gives it.
    execute pg_catalog.format('insert into %1$s (%2$s) select %2$s from pg_catalog.jsonb_populate_record(null::%1$s, $1) returning id', managed, columns)
    into record_id using given;
    return;
  end if;
  execute pg_catalog.format('select pg_catalog.to_jsonb(t) from %s t where t.tenant_id = private.active_tenant_id() and t.id = $1', managed) into before using existing;
  before := (select pg_catalog.jsonb_object_agg(k, before -> k) from pg_catalog.jsonb_object_keys(given) k);
  execute pg_catalog.format('update %1$s t set (%2$s) = (select %2$s from pg_catalog.jsonb_populate_record(null::%1$s, $1)) where t.tenant_id = private.active_tenant_id() and t.id = $2 returning t.id', managed, columns)
  into record_id using given, existing;
  if record_id is null then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('id', existing));
  end if;
end
$$;
comment on function private.write_imported(regclass, uuid, jsonb) is
  'Makes a row, or changes one, with the columns that a file gives (not empty); answers its id and, of one that was changed, those columns as they were. For importers: with the rights of the person. Raises record_not_found and what the table raises.';

create function private.columns_given(item private.import_item, variadic columns text[]) returns jsonb
language sql immutable set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_object_agg(v.key, v.value), '{}') from pg_catalog.jsonb_each(item.rows -> 0) v where v.key = any (columns)
$$;
comment on function private.columns_given(private.import_item, text[]) is 'The fields of an item that are columns of its table, as far as the file gives them.';

create function private.import_reference(managed regclass, key_column text, field text, named text) returns uuid
language plpgsql stable set search_path = ''
as $$
declare
  found_id uuid;
begin
  if named is null then
    return null;
  end if;
  execute pg_catalog.format('select t.id from %s t where t.tenant_id = private.active_tenant_id() and t.%I = $1 order by t.id limit 1', managed, key_column)
  into found_id using named;
  if found_id is null then
    execute pg_catalog.format('select t.id from %s t where t.tenant_id = private.active_tenant_id() and pg_catalog.lower(t.%I) = pg_catalog.lower($1) order by t.id limit 1', managed, key_column)
    into found_id using named;
  end if;
  if found_id is null then
    perform private.fail('import_reference_unknown', pg_catalog.jsonb_build_object(field, named));
  end if;
  return found_id;
end
$$;
comment on function private.import_reference(regclass, text, text, text) is
  'The record that a value of a file names, in its case or else in any, among those that the person sees; null where nothing is named. Raises import_reference_unknown with the field.';

create function private.import_references(managed regclass, key_column text, field text, items private.import_item[]) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  named constant text[] := array(select distinct r.value ->> field from pg_catalog.unnest(items) i cross join lateral pg_catalog.jsonb_array_elements(i.rows) r where r.value ->> field is not null);
  found_ids jsonb;
begin
  execute pg_catalog.format('select coalesce(pg_catalog.jsonb_object_agg(t.%2$I, t.id), ''{}'') from %1$s t where t.tenant_id = private.active_tenant_id() and t.%2$I = any ($1)', managed, key_column)
  into found_ids using named;
  return found_ids;
end
$$;
comment on function private.import_references(regclass, text, text, private.import_item[]) is
  'The records that a batch names in a field, {value: id}, found at once; what is not among them is a matter of private.import_reference.';

create function private.try_import_items(known private.import_targets, items private.import_item[]) returns private.import_outcome[]
language plpgsql set search_path = ''
as $$
declare
  written private.import_result[];
  middle constant integer := pg_catalog.cardinality(items) / 2;
  problem text;
  details text;
begin
  if items = '{}' then
    return '{}';
  end if;
  begin
    execute pg_catalog.format('select array(select r from private.%I($1) r)', known.importer) into written using items;
    return array(
      select row(i.place, case when i.existing is null then 'made' else 'changed' end, null, null, w.record_id,
        pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('before', w.before, 'added', w.added)))::private.import_outcome
      from pg_catalog.unnest(written) w join pg_catalog.unnest(items) i on i.place = w.place
    );
  exception
    -- Not the row's fault: the whole batch is tried again.
    when deadlock_detected or serialization_failure or lock_not_available then
      raise;
    when others then
      get stacked diagnostics problem = message_text, details = pg_exception_detail;
  end;
  if middle = 0 then
    return array[row(items[1].place, 'bad', problem, case when pg_catalog.pg_input_is_valid(details, 'jsonb') then details::jsonb end, null, null)::private.import_outcome];
  end if;
  -- Each half under a savepoint of its own: one bad row among n is found in log n steps, and none costs nothing.
  return private.try_import_items(known, items[:middle]) || private.try_import_items(known, items[middle + 1:]);
end
$$;
comment on function private.try_import_items(private.import_targets, private.import_item[]) is
  'Writes items and says what became of each: all in one go, or, when that fails, each half on its own, down to the item that is bad. Runs with the rights of the person who imports.';

create function private.try_in_time(known private.import_targets, items private.import_item[]) returns private.import_outcome[]
language plpgsql set search_path = ''
as $$
declare
  began constant timestamptz := pg_catalog.clock_timestamp();
  few constant integer := greatest(pg_catalog.cardinality(items) / 10, 1);
  tried constant private.import_outcome[] := private.try_import_items(known, items[:few]);
  more constant integer := few * (2 / greatest(extract(epoch from pg_catalog.clock_timestamp() - began), 0.001) - 1);
begin
  return tried || private.try_import_items(known, items[few + 1:few + more]);
end
$$;
comment on function private.try_in_time(private.import_targets, private.import_item[]) is
  'private.try_import_items for as many of the items as take about two seconds, which a tenth of them tells: a request has eight, and what is slow today must not be tried in vain for ever. The others wait for the next batch.';

create function private.sort_import_items(known private.import_targets, policy public.import_policy, items private.import_item[], out outcomes private.import_outcome[], out todo private.import_item[])
language plpgsql stable set search_path = ''
as $$
declare
  present jsonb := '{}';
begin
  if known.key_field is not null then
    execute pg_catalog.format('select coalesce(pg_catalog.jsonb_object_agg(t.%1$I, t.id), ''{}'') from public.%2$I t where t.tenant_id = private.active_tenant_id() and t.%1$I = any ($1)',
      known.key_column, known.table_name)
    into present using array(select i.rows -> 0 ->> known.key_field from pg_catalog.unnest(items) i);
  end if;
  select coalesce(pg_catalog.array_agg(row(s.place, case policy when 'skip' then 'skipped' else 'bad' end,
      case policy when 'skip' then null else 'import_duplicate' end,
      case policy when 'skip' then null else pg_catalog.jsonb_build_object(known.key_field, s.rows -> 0 ->> known.key_field) end,
      s.found, null)::private.import_outcome order by s.place) filter (where s.found is not null and policy <> 'update'), '{}'),
    coalesce(pg_catalog.array_agg(row(s.place, s.found, s.rows)::private.import_item order by s.place) filter (where s.found is null or policy = 'update'), '{}')
  into outcomes, todo
  from (select i.place, i.rows, (present ->> (i.rows -> 0 ->> known.key_field))::uuid as found from pg_catalog.unnest(items) i) s;
end
$$;
comment on function private.sort_import_items(private.import_targets, public.import_policy, private.import_item[]) is
  'Finds the records that the person sees and that items are for: those are skipped, refused or to be changed, as the policy says; the others are to be made.';

create function private.read_import_rows(target public.imports, known private.import_targets) returns integer[]
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  lines integer[];
begin
  -- Rows of one record are read together, wherever they stand; of a record with too many rows, as many as it takes.
  with first as materialized (
    select w.line, w.record_hash from public.import_rows w
    where w.tenant_id = target.tenant_id and w.import_id = target.id and w.awaits = 'check'
    order by w.place limit 250
  )
  select pg_catalog.array_agg(b.line) into lines
  from (
    select f.line from first f where f.record_hash is null
    union all
    select r.line from (select distinct f.record_hash from first f) h
    cross join lateral (
      select m.line from public.import_rows m
      where m.tenant_id = target.tenant_id and m.import_id = target.id and m.record_hash = h.record_hash and m.awaits = 'check'
      order by m.line limit coalesce(known.group_limit, 1000000)
    ) r
  ) b;
  with judged as materialized (
    select b.line, b.values ->> coalesce(known.grouped_by, known.key_field) as record, b.error_key,
      case when b.error_key is not null then b.error_details else (
        select pg_catalog.jsonb_object_agg(f.field, coalesce(pg_catalog.left(b.values ->> f.field, 100), 'required'))
        from private.import_fields f
        where f.target = known.target
          and case
            when b.values ->> f.field is null then f.is_required
            when f.kind = 'date' then not (b.values ->> f.field ~ '^\d{4}-\d\d-\d\d$' and pg_catalog.pg_input_is_valid(b.values ->> f.field, 'date'))
            when f.kind in ('text', 'code') then false
            else not pg_catalog.pg_input_is_valid(b.values ->> f.field, f.kind)
          end
      ) end as problems
    from public.import_rows b
    where b.tenant_id = target.tenant_id and b.import_id = target.id and b.line = any (lines)
  ), compared as (
    select j.*, case when j.record is not null and known.grouped_by is not null then min(j.line) over one else j.line end as place,
      case when j.record is not null and known.grouped_by is not null then min(j.line) filter (where j.problems is not null) over one end as bad_line,
      case when j.record is not null and known.grouped_by is null then min(j.line) filter (where j.problems is null) over one end as first_line
    from judged j
    window one as (partition by j.record)
  ), told as materialized (
    select c.line, c.place, t.*
    from compared c
    left join lateral (
      select coalesce(c.error_key, 'import_value_invalid') as key, c.problems as details where c.problems is not null
      union all
      select 'import_record_incomplete', pg_catalog.jsonb_build_object('line', c.bad_line) where c.problems is null and c.bad_line is not null
      union all
      select 'import_row_repeats', pg_catalog.jsonb_build_object(known.key_field, c.record, 'line', c.first_line) where c.problems is null and c.first_line < c.line
    ) t on true
  )
  update public.import_rows r
  set place = t.place, error_key = t.key, error_details = t.details,
    status = case when t.key is null then 'waiting' else 'bad' end::public.import_row_status
  from told t
  -- Told to the index as well: a file that has just come in is not counted yet, and would be read once for each row.
  where r.tenant_id = target.tenant_id and r.import_id = target.id and r.line = any (lines) and r.line = t.line and (t.key is not null or r.place <> t.place);
  return lines;
end
$$;
comment on function private.read_import_rows(public.imports, private.import_targets) is
  'What can be said of the next rows of an import without trying them: values of another type or missing, rows that are for the same record, records of which a row is bad; the others still wait. Answers the lines of about 250 rows, null when none waits.';

create function private.take_import_batch() returns private.import_job
language plpgsql security definer set search_path = ''
as $$
declare
  job private.import_job;
  target public.imports;
  lines integer[];
begin
  -- Another worker has the others; of several companies nobody waits for the largest file.
  select * into target from public.imports i where i.is_worked_on order by pg_catalog.random() limit 1 for no key update skip locked;
  if not found then
    return null;
  end if;
  job.tenant_id := target.tenant_id;
  job.import_id := target.id;
  job.person := target.run_by;
  job.status := target.status;
  job.on_duplicate := target.on_duplicate;
  job.target := (select t from private.import_targets t where t.target = target.target);
  if target.status = 'checking' then
    lines := private.read_import_rows(target, job.target);
  elsif target.status = 'running' then
    select pg_catalog.array_agg(w.line) into lines from public.import_rows w
    where w.tenant_id = target.tenant_id and w.import_id = target.id and w.awaits = 'run'
      and w.place <= (
        select max(n.place) from (
          select g.place from public.import_rows g
          where g.tenant_id = target.tenant_id and g.import_id = target.id and g.awaits = 'run'
          order by g.place limit 250
        ) n
      );
  end if;
  if lines is not null then
    job.items := array(
      select row(b.place, null, pg_catalog.jsonb_agg(b.values order by b.line))::private.import_item
      from public.import_rows b
      where b.tenant_id = target.tenant_id and b.import_id = target.id and b.line = any (lines) and b.awaits in ('check', 'run')
      group by b.place order by b.place
    );
  end if;
  return job;
end
$$;
comment on function private.take_import_batch() is
  'Locks an import that is checked, run or taken back, and answers the items of about 250 rows: none where all of them are bad, null when no row is left. Null as a whole when there is nothing to do.';

create function private.may_import(job private.import_job) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return coalesce(private.active_tenant_id() = job.tenant_id, false) and private.imports_into((job.target).target);
end
$$;
comment on function private.may_import(private.import_job) is 'Whether the person in whose name an import runs works in its company now, and holds the rights.';

create function private.move_import(job private.import_job, command text, reason text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
begin
  earlier := private.run_as_rule('import.work');
  update public.imports i
  set status = private.next_state('import', i.id, i.status::text, command)::public.import_status, status_reason = reason,
    rows_bad = c.bad, rows_done = c.done, rows_total = c.total
  from (
    select count(*) as total, count(*) filter (where r.status = 'bad') as bad, count(*) filter (where r.status in ('made', 'changed')) as done
    from public.import_rows r where r.tenant_id = job.tenant_id and r.import_id = job.import_id
  ) c
  where i.tenant_id = job.tenant_id and i.id = job.import_id;
  perform private.run_as_rule(earlier);
end
$$;
comment on function private.move_import(private.import_job, text, text) is 'A step of an import that follows from its work, with what has become of its rows until then.';

create function private.keep_import_outcomes(job private.import_job, outcomes private.import_outcome[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  versions jsonb := '{}';
begin
  if job.status = 'running' then
    execute pg_catalog.format('select coalesce(pg_catalog.jsonb_object_agg(t.id, t.version), ''{}'') from public.%I t where t.tenant_id = $1 and t.id = any ($2)', (job.target).table_name)
    into versions using job.tenant_id, array(select o.record_id from pg_catalog.unnest(outcomes) o where o.status in ('made', 'changed'));
  end if;
  update public.import_rows r
  set status = case when job.status = 'checking' and o.status in ('made', 'changed') then 'good' else o.status end,
    error_key = case when o.error_key is null or e.key is not null then o.error_key else 'import_row_refused' end,
    error_details = case when e.key is not null then o.error_details end,
    record_id = case when job.status = 'checking' and o.status = 'made' then null else o.record_id end,
    undo = case when job.status = 'running' and o.status in ('made', 'changed') then o.undo || pg_catalog.jsonb_build_object('version', versions -> o.record_id::text) end
  from pg_catalog.unnest(outcomes) o
  left join private.errors e on e.key = o.error_key
  where r.tenant_id = job.tenant_id and r.import_id = job.import_id and r.place = o.place
    and r.place = any (array(select p.place from pg_catalog.unnest(outcomes) p)) and r.awaits = case job.status when 'checking' then 'check' else 'run' end;
  -- Where the refusal names lines of a record, each row is told its own.
  update public.import_rows r
  set error_key = case when n.problem is null then 'import_record_incomplete' else r.error_key end,
    error_details = coalesce(n.problem - 'line', pg_catalog.jsonb_build_object('line', n.first))
  from (
    select m.line, p.problem, min(m.line) filter (where p.problem is not null) over (partition by m.place) as first
    from (
      select b.line, b.place, b.error_details, pg_catalog.row_number() over (partition by b.place order by b.line) as n
      from public.import_rows b
      where b.tenant_id = job.tenant_id and b.import_id = job.import_id and b.awaits is null
        and b.place = any (array(select o.place from pg_catalog.unnest(outcomes) o where o.status = 'bad' and exists (
          select from pg_catalog.jsonb_each(o.error_details) d where d.value @> '[{}]' and d.value -> 0 ? 'line')))
    ) m
    left join lateral (
      select l.value as problem from pg_catalog.jsonb_each(m.error_details) d cross join lateral pg_catalog.jsonb_array_elements(d.value) l
      where pg_catalog.jsonb_typeof(d.value) = 'array' and l.value ->> 'line' = m.n::text limit 1
    ) p on true
  ) n
  where r.tenant_id = job.tenant_id and r.import_id = job.import_id and r.line = n.line and r.status = 'bad';
  if job.status = 'running' and exists (select from pg_catalog.unnest(outcomes) o where o.status = 'bad')
    and exists (select from public.imports i where i.tenant_id = job.tenant_id and i.id = job.import_id and i.is_whole) then
    perform private.move_import(job, 'take_back', 'import_row_failed');
  end if;
end
$$;
comment on function private.keep_import_outcomes(private.import_job, private.import_outcome[]) is
  'Writes down what became of a batch. A refusal that is no registered error is told as import_row_refused: no name of a constraint reaches a person. All or nothing: a refused row has everything taken back.';

------------------------------------------------------------------------------------------------
-- Undoing
------------------------------------------------------------------------------------------------

create function private.import_uses(tenant uuid, import uuid, known private.import_targets) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  uses jsonb := '[]';
  reference record;
  using_it jsonb;
begin
  execute pg_catalog.format($changed$
    select pg_catalog.jsonb_build_object('table', $3, 'id', min(r.record_id::text), 'rows', count(*), 'problem', 'changed')
    from public.import_rows r
    left join public.%I t on t.tenant_id = r.tenant_id and t.id = r.record_id
    where r.tenant_id = $1 and r.import_id = $2 and r.status in ('made', 'changed') and t.version is distinct from (r.undo ->> 'version')::integer
    having count(*) > 0$changed$, known.table_name)
  into using_it using tenant, import, known.table_name;
  if using_it is not null then
    uses := uses || using_it;
  end if;
  for reference in
    select c.relname as table_name, a.attname as column_name,
      exists (select from pg_catalog.pg_attribute i where i.attrelid = c.oid and i.attname = 'id' and not i.attisdropped) as has_id
    from pg_catalog.pg_constraint k
    join pg_catalog.pg_class c on c.oid = k.conrelid and c.relkind in ('r', 'p') and not c.relispartition
    cross join lateral rows from (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) as u (here, there)
    join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.here
    join pg_catalog.pg_attribute f on f.attrelid = k.confrelid and f.attnum = u.there and f.attname = 'id'
    where k.contype = 'f' and k.confrelid = ('public.' || known.table_name)::regclass and c.relnamespace = 'public'::regnamespace and c.relname <> all (known.parts)
    order by c.relname, a.attname
  loop
    execute pg_catalog.format($used$
      select pg_catalog.jsonb_build_object('table', $3, 'id', min(u.%2$I::text), 'rows', count(*))
      from public.import_rows r
      join public.%1$I u on u.tenant_id = r.tenant_id and u.%3$I = r.record_id
      where r.tenant_id = $1 and r.import_id = $2 and r.status = 'made'
        and not coalesce(r.undo -> 'added' @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('table', $3, 'id', u.%2$I)), false)
      having count(*) > 0$used$, reference.table_name, case when reference.has_id then 'id' else 'tenant_id' end, reference.column_name)
    into using_it using tenant, import, reference.table_name;
    if using_it is not null then
      uses := uses || using_it;
    end if;
  end loop;
  return uses;
end
$$;
comment on function private.import_uses(uuid, uuid, private.import_targets) is
  'What keeps an import from being undone: [{table, id, rows}], one of the records that use what it made and how many rows are concerned; problem "changed": the record itself has been changed since. Parts, and what came with a record, are no use of it.';

create function private.undo_import(import_id uuid, expected_version integer default null) returns public.imports
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.imports := private.lock_import(import_id, 'undo', expected_version);
  uses constant jsonb := private.import_uses(target.tenant_id, target.id, private.require_import_target(target.target));
begin
  if uses <> '[]' then
    perform private.fail('import_rows_in_use', pg_catalog.jsonb_build_object('import_id', target.id, 'uses', uses));
  end if;
  update public.imports i set status = 'undoing', status_reason = null, run_by = auth.uid()
  where i.tenant_id = target.tenant_id and i.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.undo_import(uuid, integer) is
  'Takes back in the background what an import has made and changed, as long as nothing uses it and nobody has changed it since. Raises import_rows_in_use with what does (uses [{table, id, rows, problem}]), record_not_found, import_target_unknown, import_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('undo_import');

create function private.give_back(table_name text, tenant uuid, record_id uuid, before jsonb, version integer default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  columns constant text := (select pg_catalog.string_agg(pg_catalog.quote_ident(k), ', ' order by k) from pg_catalog.jsonb_object_keys(before) k);
  given integer;
begin
  execute pg_catalog.format('update public.%1$I t set (%2$s) = (select %2$s from pg_catalog.jsonb_populate_record(t, $1)) where t.tenant_id = $2 and t.id = $3 and t.version = coalesce($4, t.version)', table_name, columns)
  using before, tenant, record_id, version;
  get diagnostics given = row_count;
  if given = 0 then
    perform private.fail('import_rows_in_use');
  end if;
end
$$;
comment on function private.give_back(text, uuid, uuid, jsonb, integer) is 'Gives a record its old values, if it still is in this version. Raises import_rows_in_use.';

create function private.undo_import_batch(job private.import_job) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  known constant private.import_targets := job.target;
  batch record;
  part record;
  step bigint;
begin
  select pg_catalog.array_agg(b.place order by b.place) as places,
    coalesce(pg_catalog.array_agg(b.record_id order by b.place) filter (where b.status = 'made'), '{}') as made,
    count(*) filter (where b.status = 'made') as expected
  into batch
  from (
    select distinct on (r.place) r.place, r.record_id, r.status from public.import_rows r
    where r.tenant_id = job.tenant_id and r.import_id = job.import_id and r.awaits = 'undo'
    order by r.place limit 100
  ) b;
  if batch.places is null then
    perform private.move_import(job, 'finish_undo', (select i.status_reason from public.imports i where i.tenant_id = job.tenant_id and i.id = job.import_id));
    return;
  end if;
  begin
    -- Whoever changes one of them now comes before, and is seen, or after, and finds nothing.
    execute pg_catalog.format($untouched$
      select count(*) from (
        select from public.%I t join public.import_rows r on r.tenant_id = t.tenant_id and r.record_id = t.id and t.version = (r.undo ->> 'version')::integer
        where t.tenant_id = $1 and t.id = any ($2) and r.import_id = $3 and r.line = r.place
        order by t.id for update of t
      ) u$untouched$, known.table_name)
    into step using job.tenant_id, batch.made, job.import_id;
    if step < batch.expected then
      perform private.fail('import_rows_in_use');
    end if;
    for part in
      select a.value ->> 'table' as table_name, pg_catalog.array_agg((a.value ->> 'id')::uuid) as ids, max(a.n) as n
      from public.import_rows r
      cross join lateral pg_catalog.jsonb_array_elements(r.undo -> 'added') with ordinality a (value, n)
      where r.tenant_id = job.tenant_id and r.import_id = job.import_id and r.line = r.place and r.place = any (batch.places) and a.value -> 'before' is null
      group by 1 order by 3 desc
    loop
      execute pg_catalog.format('delete from public.%I t where t.tenant_id = $1 and t.id = any ($2)', part.table_name) using job.tenant_id, part.ids;
    end loop;
    perform private.give_back(a.value ->> 'table', job.tenant_id, (a.value ->> 'id')::uuid, a.value -> 'before')
    from public.import_rows r
    cross join lateral pg_catalog.jsonb_array_elements(r.undo -> 'added') a
    where r.tenant_id = job.tenant_id and r.import_id = job.import_id and r.line = r.place and r.place = any (batch.places) and a.value -> 'before' is not null
    order by a.value ->> 'id';
    for part in
      select c.relname as table_name, a.attname as column_name
      from pg_catalog.unnest(known.parts) with ordinality p (name, n)
      join pg_catalog.pg_class c on c.oid = ('public.' || p.name)::regclass
      join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.contype = 'f' and k.confrelid = ('public.' || known.table_name)::regclass
      join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey) and a.attname <> 'tenant_id'
      order by p.n
    loop
      execute pg_catalog.format('delete from public.%I t where t.tenant_id = $1 and t.%I = any ($2)', part.table_name, part.column_name) using job.tenant_id, batch.made;
    end loop;
    execute pg_catalog.format('delete from public.%I t where t.tenant_id = $1 and t.id = any ($2)', known.table_name) using job.tenant_id, batch.made;
    perform private.give_back(known.table_name, job.tenant_id, c.record_id, c.undo -> 'before', (c.undo ->> 'version')::integer)
    from public.import_rows c
    where c.tenant_id = job.tenant_id and c.import_id = job.import_id and c.line = c.place and c.place = any (batch.places) and c.status = 'changed'
    order by c.record_id;
    update public.import_rows r set status = 'undone', undo = null
    where r.tenant_id = job.tenant_id and r.import_id = job.import_id and r.place = any (batch.places) and r.awaits = 'undo';
  exception
    when deadlock_detected or serialization_failure or lock_not_available then
      raise;
    -- Somebody began to use one of them since it was asked: what is left stays.
    when others then
      perform private.move_import(job, 'keep', 'import_rows_in_use');
  end;
end
$$;
comment on function private.undo_import_batch(private.import_job) is
  'Takes back up to 100 records of an import, all or none of them: deletes what it made, gives what it changed its old values. When one of them is used after all, the import is done as it is.';

------------------------------------------------------------------------------------------------
-- The worker
------------------------------------------------------------------------------------------------

create function private.act_as(claims text) returns text
language plpgsql set search_path = ''
as $$
declare
  earlier constant text := pg_catalog.current_setting('request.jwt.claims', true);
begin
  perform pg_catalog.set_config('request.jwt.claims', coalesce(claims, ''), true),
    pg_catalog.set_config('request.jwt.claim.sub', coalesce(nullif(claims, '')::jsonb ->> 'sub', ''), true);
  return earlier;
end
$$;
comment on function private.act_as(text) is
  'From here on the worker acts in a person''s name: his rights as they are now, his name on what is written. Answers the claims that were there before, to be restored by calling it again with them.';

create function private.work_import() returns integer
language plpgsql set search_path = ''
as $$
declare
  worker constant text := pg_catalog.current_setting('role');
  earlier text;
  job private.import_job := private.take_import_batch();
  outcomes private.import_outcome[];
  todo private.import_item[];
begin
  if job.import_id is null then
    return 0;
  end if;
  earlier := private.act_as(pg_catalog.jsonb_build_object('sub', job.person, 'role', 'authenticated')::text);
  if job.status = 'undoing' then
    perform private.undo_import_batch(job);
  elsif not private.may_import(job) then
    perform private.move_import(job, 'stop', 'import_person_away');
  elsif job.items is null then
    perform private.move_import(job, case job.status when 'checking' then 'finish_check' else 'finish' end);
  elsif job.items <> '{}' then
    -- As the person himself: what his form would be refused is refused here, by the same policies, constraints and commands.
    perform pg_catalog.set_config('role', 'authenticated', true);
    begin
      select s.outcomes, s.todo into outcomes, todo from private.sort_import_items(job.target, job.on_duplicate, job.items) s;
      outcomes := outcomes || private.try_in_time(job.target, todo);
      if job.status = 'checking' then
        raise exception using errcode = 'ZZ001', message = 'only tried';
      end if;
    exception
      when sqlstate 'ZZ001' then null;
    end;
    perform pg_catalog.set_config('role', worker, true);
    perform private.keep_import_outcomes(job, outcomes);
  end if;
  perform private.act_as(earlier);
  return 1;
end
$$;
comment on function private.work_import() is
  'Does the next batch of one import: tries its rows, writes them or takes them back, and what became of them is written in the same transaction, so that a crash repeats and loses nothing. Answers 0 when there is nothing to do. For the worker process-events (service role).';
select private.expose('work_import', 'service_role');
