-- Family 01, platform: what constraints would refuse, in words.

------------------------------------------------------------------------------------------------
-- What is taken already: unique and exclusion constraints, in words
------------------------------------------------------------------------------------------------

create function private.refuse_taken(managed regclass, constraint_name text, error_key text, each_alone boolean default false) returns void
language plpgsql set search_path = ''
as $$
declare
  index_id constant oid := (
    select i.indexrelid from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid where i.indrelid = managed and c.relname = constraint_name
  );
  -- The new row as it will be: before it is written, its generated columns are still empty.
  incoming constant text := '(select ' || (
    select pg_catalog.string_agg(case when a.attgenerated = '' then pg_catalog.quote_ident(a.attname) else pg_catalog.format('%s as %I', pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attname) end, ', ' order by a.attnum)
    from pg_catalog.pg_attribute a left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum and a.attgenerated <> ''
    where a.attrelid = managed and a.attnum > 0 and not a.attisdropped
  ) || ' from (select (new).*) m)';
  predicate constant text := coalesce((select pg_catalog.pg_get_expr(i.indpred, i.indrelid) from pg_catalog.pg_index i where i.indexrelid = index_id), 'true');
  concerned text;
  decisive text;
  whole text;
  comparison text;
  present text;
  task text;
begin
  -- Keys of the index with their operators: those of an exclusion constraint, else equality.
  with keys as (
    select k.n, pg_catalog.pg_get_indexdef(index_id, k.n, true) as key, coalesce(o.oprname, '=') as operator, a.attname, a.attnotnull
    from pg_catalog.pg_index i
    cross join lateral pg_catalog.generate_series(1, i.indnkeyatts) as k (n)
    left join pg_catalog.pg_constraint c on c.conindid = i.indexrelid and c.contype = 'x'
    left join pg_catalog.pg_operator o on o.oid = c.conexclop[k.n]
    left join pg_catalog.pg_attribute a on a.attrelid = managed and a.attnum = i.indkey[k.n - 1] and a.attnum > 0
    where i.indexrelid = index_id
  )
  select pg_catalog.string_agg(pg_catalog.format('%L, n.%s', k.key, k.key), ', ' order by k.n) filter (where k.operator = '='),
    pg_catalog.string_agg(k.key, ', ' order by k.n),
    -- The new row's side names the columns of the innermost relation, the stored row's side those of t.
    pg_catalog.string_agg(pg_catalog.format('%s operator(pg_catalog.%s) (select %s from %s n)', k.key, k.operator, k.key, incoming), ' and ' order by k.n),
    pg_catalog.string_agg(pg_catalog.format('new.%I is not null', k.attname), ' and ') filter (where not k.attnotnull)
  into strict decisive, whole, comparison, present
  from keys k;
  select pg_catalog.string_agg(distinct pg_catalog.quote_ident(a.attname), ', ') into strict concerned
  from pg_catalog.pg_depend d
  join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where d.refobjid = managed
    and (d.objid = index_id or d.objid = (select c.oid from pg_catalog.pg_constraint c where c.conindid = index_id and c.conrelid = managed and c.contype in ('u', 'x')));
  task := pg_catalog.format('tg_%s__refuse_%s', (select c.relname from pg_catalog.pg_class c where c.oid = managed), error_key);
  execute pg_catalog.format($make$
create function private.%1$I() returns trigger
language plpgsql security definer set search_path = ''
as $body$
#variable_conflict use_column
declare
  wanted jsonb;
  taken_by uuid;
begin
  begin
    wanted := (select pg_catalog.jsonb_build_array(%2$s) from %8$s n where %3$s);
    if wanted is null or (tg_op = 'UPDATE' and wanted = (select pg_catalog.jsonb_build_array(%2$s) from (select (old).*) n where %3$s)) then
      return new;
    end if;
    wanted := (select pg_catalog.jsonb_build_object(%4$s) from %8$s n);
    -- Whoever wants the same at the same moment waits here, and then sees the row that was first.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(%5$s, 0));
    select t.id into taken_by from %6$s t where t.id <> new.id and %3$s and %7$s limit 1;
  exception when data_exception then
    -- A period that ends before it begins, or the like: the row's other constraints refuse it by name.
    return new;
  end;
  if taken_by is not null then
    perform private.fail(tg_argv[0], (wanted - 'tenant_id') || pg_catalog.jsonb_build_object('taken_by', taken_by));
  end if;
  return new;
end
$body$
$make$, task, whole, predicate, decisive,
    -- One lock for all rows of a company and table: a list of thousands would need as many, and no server has them.
    case when each_alone then pg_catalog.format('%L || wanted::text', constraint_name) else pg_catalog.format('%L || (wanted ->> ''tenant_id'')', managed) end,
    managed, comparison, incoming);
  execute pg_catalog.format('comment on function private.%I() is %L', task, 'Raises ' || error_key || ' before the constraint ' || constraint_name || ' would refuse. Made by private.refuse_taken.');
  execute pg_catalog.format('create trigger %I before insert or update of %s on %s for each row when (%s) execute function private.%I(%L, %L)',
    '_290_refuse_' || error_key, concerned, managed, coalesce(present, 'true'), task, error_key, constraint_name);
end
$$;
comment on function private.refuse_taken(regclass, text, text, boolean) is
  'Gives a unique or exclusion constraint that people can run into a registered error, whichever way they write: writes the trigger function for it, so that its plans are kept. each_alone: where commands write one row at a time, others of the company need not wait for them. The constraint stays the last resort. Called by migrations.';

------------------------------------------------------------------------------------------------
-- What is not valid: checks, missing values and unknown references, in words
------------------------------------------------------------------------------------------------

create function private.values_of(whole jsonb, variadic columns text[]) returns jsonb
language sql immutable set search_path = ''
as $$
  select pg_catalog.jsonb_object_agg(c, case when pg_catalog.length(whole ->> c) > 100 then pg_catalog.to_jsonb(pg_catalog.left(whole ->> c, 100) || '…') else whole -> c end)
  from pg_catalog.unnest(columns) c
$$;
comment on function private.values_of(jsonb, text[]) is 'Some columns of a row, for the detail of an error; long values are cut.';

create function private.refuse_invalid(managed regclass, variadic written text[] default '{}') returns void
language plpgsql set search_path = ''
as $$
declare
  concerned text;
  required text;
  references_known text;
  checks_hold text;
  unnamed text;
  task constant text := pg_catalog.format('tg_%s__refuse_invalid', (select c.relname from pg_catalog.pg_class c where c.oid = managed));
begin
  -- What nobody outside writes is filled in by the database, which does not send itself bad values.
  with writable as (
    select a.attnum, a.attname, a.attnotnull from pg_catalog.pg_attribute a
    where a.attrelid = managed and a.attnum > 0 and not a.attisdropped
      and (a.attname = any (written)
        or written = '{}' and (pg_catalog.has_column_privilege('authenticated', managed, a.attnum, 'insert') or pg_catalog.has_column_privilege('authenticated', managed, a.attnum, 'update')))
  ), rules as (
    select c.conname, c.contype, pg_catalog.pg_get_expr(c.conbin, c.conrelid) as expression, c.confrelid::regclass as target,
      exists (select from private.errors e where e.key = c.conname) as is_registered,
      (select pg_catalog.string_agg(pg_catalog.quote_literal(a.attname), ', ' order by k.n)
        from pg_catalog.unnest(c.conkey) with ordinality as k (attnum, n)
        join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum where a.attname <> 'tenant_id') as columns,
      (select pg_catalog.string_agg(pg_catalog.format('t.%I = new.%I', f.attname, a.attname), ' and ' order by k.n)
        from rows from (pg_catalog.unnest(c.conkey), pg_catalog.unnest(c.confkey)) with ordinality as k (attnum, fattnum, n)
        join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
        join pg_catalog.pg_attribute f on f.attrelid = c.confrelid and f.attnum = k.fattnum) as match,
      (select pg_catalog.string_agg(pg_catalog.format('new.%I is not null', a.attname), ' and ')
        from pg_catalog.unnest(c.conkey) as k (attnum) join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum) as is_given
    from pg_catalog.pg_constraint c
    where c.conrelid = managed and c.contype in ('c', 'f') and exists (select from writable w where w.attnum = any (c.conkey))
  )
  select
    (select pg_catalog.string_agg(pg_catalog.quote_ident(w.attname), ', ' order by w.attnum) from writable w
      where w.attnotnull or exists (select from pg_catalog.pg_constraint c where c.conrelid = managed and c.contype in ('c', 'f') and w.attnum = any (c.conkey))),
    (select pg_catalog.string_agg(pg_catalog.format('case when new.%1$I is null then %1$L end', w.attname), ', ' order by w.attnum) from writable w where w.attnotnull),
    (select pg_catalog.string_agg(pg_catalog.format(
        E'  if %s and not exists (select from %s t where %s) then\n    perform private.fail(%L, private.values_of(pg_catalog.to_jsonb(new), %s));\n  end if;\n',
        r.is_given, r.target, r.match, case when r.is_registered then r.conname else 'record_not_found' end, r.columns), '' order by r.conname)
      from rules r where r.contype = 'f'),
    (select pg_catalog.string_agg(pg_catalog.format(
        E'  if (select %s from (select (new).*) n) is false then\n    perform private.fail(%L, private.values_of(pg_catalog.to_jsonb(new), %s));\n  end if;\n',
        r.expression, r.conname, r.columns), '' order by r.conname)
      from rules r where r.contype = 'c'),
    (select pg_catalog.string_agg(r.conname, ', ' order by r.conname) from rules r where r.contype = 'c' and not r.is_registered)
  into strict concerned, required, references_known, checks_hold, unnamed;
  if unnamed is not null then
    raise exception using errcode = 'PT400', message = 'error_not_registered', detail = pg_catalog.format('%s: %s', managed, unnamed),
      hint = 'Register an error with the name of each CHECK over columns that people write.';
  end if;
  execute pg_catalog.format($make$
create or replace function private.%1$I() returns trigger
language plpgsql security definer set search_path = ''
as $body$
#variable_conflict use_column
declare
  missing constant text[] := pg_catalog.array_remove(array[%2$s]::text[], null);
begin
%3$s  if missing <> '{}' then
    perform private.fail('input_invalid', (select pg_catalog.jsonb_object_agg(m, 'required') from pg_catalog.unnest(missing) m));
  end if;
%4$s%5$s  return new;
end
$body$
$make$, task, coalesce(required, ''),
    -- Somebody without a company is sent away by the policy, which looks at the row after this.
    case when exists (select from pg_catalog.pg_attribute a where a.attrelid = managed and a.attname = 'tenant_id') then
      E'  if new.tenant_id is null then\n    return new;\n  end if;\n' else '' end,
    coalesce(checks_hold, ''), coalesce(references_known, ''));
  execute pg_catalog.format('comment on function private.%I() is %L', task,
    'Raises, before a constraint would refuse: input_invalid for what is missing, the error that has the name of the broken CHECK, record_not_found for what does not exist in this company. Made by private.refuse_invalid.');
  -- After those that fill in, before those that compare and make rows of their own.
  execute pg_catalog.format('create or replace trigger _280_refuse_invalid before insert or update of %s on %s for each row execute function private.%I()',
    concerned, managed, task);
end
$$;
comment on function private.refuse_invalid(regclass, text[]) is
  'Has a table answer values that its constraints would refuse with registered errors, whichever way they are written: what is missing, what breaks a CHECK (the error has its name), what refers to nothing. Looks at the columns named, or else at those that people may write, so it is called after the grants. The constraints stay the last resort.';

create function private.refuse_circles(managed regclass, column_name text, error text) returns void
language plpgsql set search_path = ''
as $$
declare
  table_name constant text := (select c.relname from pg_catalog.pg_class c where c.oid = managed);
begin
  execute pg_catalog.format($make$
create function private.%1$I() returns trigger
language plpgsql security definer set search_path = ''
as $body$
begin
  -- Of two rows that are put into each other at the same moment the second sees the first.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(%4$L || new.tenant_id, 0));
  if exists (
    with recursive above as (
      select new.%3$I as id
      union
      select t.%3$I from above a join %2$s t on t.tenant_id = new.tenant_id and t.id = a.id
    )
    select from above a where a.id = new.id
  ) then
    perform %5$s;
  end if;
  return new;
end
$body$
$make$, 'tg_' || table_name || '__refuse_circle', managed, column_name, 'circles of ' || table_name,
    pg_catalog.format('private.fail(%L, pg_catalog.jsonb_build_object(%L, new.%I))', error, column_name, column_name));
  execute pg_catalog.format('comment on function private.%I() is %L', 'tg_' || table_name || '__refuse_circle',
    'No row leads back to itself by ' || column_name || ', through however many others. Raises ' || error || '.');
  execute pg_catalog.format(
    'create trigger _290_refuse_circle before insert or update of %2$I on %1$s for each row when (new.%2$I is not null) execute function private.%3$I()',
    managed, column_name, 'tg_' || table_name || '__refuse_circle');
end
$$;
comment on function private.refuse_circles(regclass, text, text) is
  'Keeps a column by which rows of a company lead to others of the table from leading back. Called by migrations.';
