-- Family 14, registries: one place to look for what many tables hold. The standard, as one declaration.

create table private.registries (
  registry text primary key,
  place integer generated always as identity,
  owner_column text,
  meaning text not null
);
select private.force_policies('private.registries');
comment on table private.registries is
  'Tables of public that gather rows of many others: each row is what a mapping view (private.<registry>__<source>) says of a row of its source, and nobody writes it but the triggers that private.register_registry_source makes. Written by private.register_registry.';
comment on column private.registries.owner_column is 'Whose a row is: where its visibility is private, nobody else sees it. Null: nobody''s.';

create table private.registry_kinds (
  kind text primary key,
  table_name text not null unique
);
select private.force_policies('private.registry_kinds');
comment on table private.registry_kinds is
  'Kinds of record besides private.subjects by which rows of registries are seen: who sees the row of this table sees what a registry holds of it. Written by private.register_registry_kind.';

create table private.registry_sources (
  registry text not null references private.registries (registry),
  source text not null,
  table_name text not null,
  permission text references public.permissions (permission) deferrable initially deferred,
  primary key (registry, source)
);
create index registry_sources_permission on private.registry_sources (permission);
select private.force_policies('private.registry_sources');
comment on table private.registry_sources is 'What feeds which registry. Written by private.register_registry_source.';
comment on column private.registry_sources.permission is 'Asked besides the right to see the record that a row is about: comments of an order are for whoever sees the order and reads comments. Null: none.';

create table private.seen_whole (
  kind text primary key,
  permission text not null references public.permissions (permission) deferrable initially deferred,
  is_limited boolean not null
);
create index seen_whole_permission on private.seen_whole (permission);
select private.force_policies('private.seen_whole');
comment on table private.seen_whole is
  'Kinds of record of which whoever holds the permission sees every row of his company (is_limited: unless he is limited to some of them), so that no row has to be asked for. Read off their policies by private.note_seen_whole.';

------------------------------------------------------------------------------------------------
-- Who sees a row: whoever sees the record that it is about
------------------------------------------------------------------------------------------------

create function private.kind_tables() returns table (kind text, table_name text)
language sql stable set search_path = ''
as $$
  select s.subject, s.table_name from private.subjects s
  union all
  select k.kind, k.table_name from private.registry_kinds k
$$;
comment on function private.kind_tables() is 'Every kind of record that a row of a registry can be about, and its table.';

create function private.build_sees_registered() returns void
language plpgsql security definer set search_path = ''
as $$
begin
  execute pg_catalog.format($make$
create or replace function private.sees_registered(kind text, tenant uuid, record uuid) returns boolean
language sql stable
begin atomic
  select case kind%s else false end;
end
$make$, coalesce((
    select pg_catalog.string_agg(pg_catalog.format(
      E'\n    when %L then exists (select from public.%I d where d.tenant_id = sees_registered.tenant and d.id = sees_registered.record)', k.kind, k.table_name), '' order by k.kind)
    from private.kind_tables() k
  ), ' when null then false'));
end
$$;
comment on function private.build_sees_registered() is 'Writes private.sees_registered from private.kind_tables.';
select private.build_sees_registered();
comment on function private.sees_registered(text, uuid, uuid) is
  'Whether the caller sees the record that a row of a registry is about: the policies of its table decide, so it runs with the caller''s rights. Written by private.build_sees_registered().';
create trigger _310_rebuild_registries after insert or update or delete on private.subjects
for each statement execute function private.tg__rebuild_documents('build_sees_registered');
create trigger _310_rebuild_registries after insert or update or delete on private.registry_kinds
for each statement execute function private.tg__rebuild_documents('build_sees_registered');

create function private.build_record_name() returns void
language plpgsql security definer set search_path = ''
as $$
begin
  execute pg_catalog.format($make$
create or replace function private.record_name(kind text, tenant uuid, record uuid) returns text
language sql stable
begin atomic
  select case kind%s else null end;
end
$make$, coalesce((
    select pg_catalog.string_agg(pg_catalog.format(
      E'\n    when %L then (select d.%I from public.%I d where d.tenant_id = record_name.tenant and d.id = record_name.record)', s.subject, s.number_column, s.table_name), '' order by s.subject)
    from private.subjects s
  ), ' when null then null'));
end
$$;
comment on function private.build_record_name() is 'Writes private.record_name from private.subjects.';
select private.build_record_name();
comment on function private.record_name(text, uuid, uuid) is
  'What a record is called that the caller sees; null where he does not see it, or it has no name. Runs with his rights. Written by private.build_record_name().';
create trigger _320_rebuild_names after insert or update or delete on private.subjects
for each statement execute function private.tg__rebuild_documents('build_record_name');

create function private.person_name(person uuid) returns text
language sql stable set search_path = ''
as $$
  select u.full_name from public.users u where u.id = person
$$;
comment on function private.person_name(uuid) is 'What a person is called whom the caller may see; null otherwise.';

create function private.place_name(tenant uuid, place uuid) returns text
language sql stable set search_path = ''
as $$
  select w.name from public.warehouses w where w.tenant_id = tenant and w.id = place
$$;
comment on function private.place_name(uuid, uuid) is 'What a place of stock is called that the caller may see; null otherwise.';

create function private.name_in_registry(registry text, called text, variadic arguments text[]) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format($make$create function public.%1$I(public.%2$I) returns text language plpgsql stable set search_path = '' as $body$ begin return private.%1$I(%3$s); end $body$ $make$,
    called, registry, (select pg_catalog.string_agg('$1.' || pg_catalog.quote_ident(a), ', ' order by place) from pg_catalog.unnest(arguments) with ordinality as u (a, place)));
  execute pg_catalog.format('comment on function public.%I(public.%I) is %L', called, registry, 'private.' || called || ' of ' || pg_catalog.array_to_string(arguments, ', ') || '. Computed field.');
end
$$;
comment on function private.name_in_registry(text, text, text[]) is
  'Gives the rows of a registry a computed field: record_name, person_name or place_name of some of its columns. Names that other tables keep are looked up when they are read. Called by migrations.';

create function private.kinds_seen_whole() returns text[]
language sql stable security definer set search_path = ''
as $$
  with held as materialized (
    select p.permission from (select distinct w.permission from private.seen_whole w) p where private.tenant_id(p.permission) is not null
  )
  select coalesce(pg_catalog.array_agg(w.kind), '{}')
  from private.seen_whole w
  join held h on h.permission = w.permission
  where not w.is_limited or (select private.is_unscoped())
$$;
comment on function private.kinds_seen_whole() is 'Kinds of record of which the caller sees every row of his company: rows of registries about them are not asked for one by one.';

create function private.registry_sources_seen() returns text[]
language sql stable security definer set search_path = ''
as $$
  with held as materialized (
    select p.permission from (select distinct s.permission from private.registry_sources s where s.permission is not null) p
    where private.tenant_id(p.permission) is not null
  )
  select coalesce(pg_catalog.array_agg(distinct s.source), '{}')
  from private.registry_sources s
  where s.permission is null or s.permission in (select h.permission from held h)
$$;
comment on function private.registry_sources_seen() is 'Sources of registries whose permission the caller holds.';

create function private.closes_at_end(expression text) returns boolean
language sql immutable strict set search_path = ''
as $$
  select min(d.depth) filter (where d.place < pg_catalog.length(expression)) > 0
  from (
    select c.place, sum(case c.letter when '(' then 1 when ')' then -1 else 0 end) over (order by c.place) as depth
    from pg_catalog.unnest(pg_catalog.string_to_array(expression, null)) with ordinality as c (letter, place)
  ) d
$$;
comment on function private.closes_at_end(text) is 'Whether the bracket with which an expression begins is closed by its last character and not before.';

create function private.note_seen_whole() returns void
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.seen_whole;
  -- A policy that is written in another way is asked row by row: nothing is seen because it was not understood.
  insert into private.seen_whole (kind, permission, is_limited)
  select k.kind, w.found[1], w.found[2] <> ''
  from private.kind_tables() k
  join pg_catalog.pg_policies p on p.schemaname = 'public' and p.tablename = k.table_name and p.cmd = 'SELECT'
  cross join lateral (
    select pg_catalog.regexp_replace(p.qual, '\s+', ' ', 'g') as text
  ) q
  cross join lateral (
    select pg_catalog.regexp_match(q.text, '^\(?\(tenant_id = \( SELECT private\.tenant_id\(''([a-z_.]+)''::text\) AS tenant_id\)\)(.*)$') as found
  ) w
  cross join lateral (
    select pg_catalog.regexp_match(w.found[2], '^ AND (\((?:\( SELECT private\.is_unscoped\(\) AS is_unscoped\)|\(\( SELECT private\.scope_warehouse_id\(\) AS scope_warehouse_id\) IS NULL\)) OR .*\))\)$') as unless
  ) l
  where w.found is not null and (w.found[2] = '' or private.closes_at_end(l.unless[1]));
end
$$;
comment on function private.note_seen_whole() is
  'Reads off the policies of which kinds of record whoever holds a permission sees every row: those that ask for nothing else, or for more only of people who are limited (is_unscoped, scope_warehouse_id). Called by policies, after all others.';

------------------------------------------------------------------------------------------------
-- A registry, and what feeds it
------------------------------------------------------------------------------------------------

create function private.registry_columns(registry text) returns text[]
language sql stable set search_path = ''
as $$
  select pg_catalog.array_agg(a.attname::text order by a.attnum)
  from pg_catalog.pg_attribute a
  where a.attrelid = ('public.' || registry)::regclass and a.attnum > 0 and not a.attisdropped
$$;
comment on function private.registry_columns(text) is 'The columns of a registry, in their order.';

create function private.build_registry_proof(of_registry text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  columns constant text := pg_catalog.array_to_string(private.registry_columns(of_registry), ', ');
  mapped text;
begin
  select coalesce(pg_catalog.string_agg(pg_catalog.format('select %s from private.%I', columns, of_registry || '__' || s.source), ' union all ' order by s.source),
    pg_catalog.format('select %s from public.%I where false', columns, of_registry))
  into mapped from private.registry_sources s where s.registry = of_registry;
  execute pg_catalog.format(
    'create or replace view private.%1$I (tenant_id, record_id, kept, derived) as
     select d.tenant_id, d.id, 1::numeric, 0::numeric from (select %2$s from public.%3$I except (%4$s)) d
     union all
     select d.tenant_id, d.id, 0::numeric, 1::numeric from ((%4$s) except select %2$s from public.%3$I) d',
    'derived__' || of_registry, columns, of_registry, mapped);
end
$$;
comment on function private.build_registry_proof(text) is
  'Writes private.derived__<registry>: rows that a registry holds and its mapping views do not say (kept 1), and the other way round (derived 1). None is how it should be.';

create table private.registry_row (
  id uuid not null,
  tenant_id uuid not null references public.tenants (id),
  source text not null,
  source_id uuid not null,
  entity_type text not null,
  entity_id uuid not null,
  visibility text not null,
  external_id text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  constraint external_id_is_short check (length(external_id) <= 100),
  constraint visibility_is_known check (visibility in ('private', 'team', 'tenant', 'public'))
);
select private.force_policies('private.registry_row');
comment on table private.registry_row is 'What the rows of all registries have: create table … (like private.registry_row including constraints including indexes, …). Empty.';

create function private.register_registry(registry text, owner_column text, meaning text) returns void
language plpgsql set search_path = ''
as $$
declare
  shared record;
begin
  execute pg_catalog.format('comment on table public.%I is %L', registry, meaning || ' A registry: written by triggers of its sources alone (private.register_registry_source).');
  for shared in select * from (values
    ('source', 'What feeds the row: a name of private.registry_sources.'),
    ('source_id', 'The row of the source.'),
    ('entity_type', 'Kind of the record that it is about; who sees that record sees this row.'),
    ('entity_id', 'The record that it is about.'),
    ('external_id', '<entity_type>:<entity_id>[:<suffix>], once per company.'),
    ('visibility', 'private: its owner alone; team: the people of a team, as the policies of the record say; tenant: whoever sees the record; public: likewise, and meant for outsiders.'),
    ('created_at', 'When what it tells came to be, by its source.')
  ) as c (name, meaning) loop
    execute pg_catalog.format('comment on column public.%I.%I is %L', registry, shared.name, shared.meaning);
  end loop;
  execute pg_catalog.format(
    'alter table public.%1$I add unique (tenant_id, external_id), add foreign key (tenant_id) references public.tenants (id)', registry);
  perform private.force_policies(('public.' || registry)::regclass);
  insert into private.registries (registry, owner_column, meaning) values (registry, owner_column, meaning);
  perform private.build_registry_proof(registry);
  execute pg_catalog.format('comment on view private.%I is %L', 'derived__' || registry, 'What differs between ' || registry || ' and its sources. Written by private.build_registry_proof().');
  insert into private.derivations (derivation, meaning) values (registry, 'Rows of the registry and what its sources say.');
end
$$;
comment on function private.register_registry(text, text, text) is
  'Makes a table of public a registry: its keys, its closed door, its comments and its proof (see private.derivations). Called by migrations, after the table, which has the columns of private.registry_row and its own.';

create function private.register_registry_kind(kind text, of_table regclass) returns void
language sql set search_path = ''
as $$
  insert into private.registry_kinds (kind, table_name) select kind, c.relname from pg_catalog.pg_class c where c.oid = of_table
$$;
comment on function private.register_registry_kind(text, regclass) is 'Has rows of registries be about records that are no subject, seen by whoever sees the row of their table. Called by migrations.';

create function private.columns_read(reader regclass, of_table regclass) returns text[]
language sql stable set search_path = ''
as $$
  select coalesce(pg_catalog.array_agg(distinct a.attname::text order by a.attname::text), '{}')
  from pg_catalog.pg_rewrite r
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid and d.refobjid = of_table
  join pg_catalog.pg_attribute a on a.attrelid = of_table and a.attnum = d.refobjsubid and a.attnum > 0
  where r.ev_class = reader
$$;
comment on function private.columns_read(regclass, regclass) is 'The columns of a table that a view reads: a change of no others changes what it says.';

create function private.registry_row_id(source_id uuid, suffix text) returns uuid
language sql immutable
return pg_catalog.md5(source_id::text || ':' || suffix)::uuid;
comment on function private.registry_row_id(uuid, text) is 'The id of one of several rows that a registry has of one row of a source; a single one has the id of its source.';

create function private.registry_lock(of_table text, tenant uuid) returns bigint
language sql immutable
return pg_catalog.hashtextextended('registry:' || of_table || ':' || tenant::text, 0);
comment on function private.registry_lock(text, uuid) is
  'What is held while rows of a registry are written that say something of another table (shared), and while that is changed there (alone): of a name that changes and an invoice that is entered at the same moment one sees the other.';

create function private.tg__announce_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if private.active_tenant_id() is not null then
    perform pg_catalog.pg_advisory_xact_lock(private.registry_lock(tg_table_name, private.active_tenant_id()));
  end if;
  return null;
end
$$;
comment on function private.tg__announce_change() is 'Takes the lock of what registries say of a table before its rows are locked, as those do who write their sources: neither waits for the other while holding what he wants.';

create function private.mirror_statements(registry text, source text) returns table (upsert text, refresh text, gone text)
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
  view_name constant text := registry || '__' || source;
  columns constant text[] := private.registry_columns(registry);
  written constant text[] := array(select c from pg_catalog.unnest(columns) with ordinality as u (c, place) where c not in ('id', 'tenant_id') order by place);
  is_single constant boolean := pg_catalog.pg_get_viewdef(('private.' || view_name)::regclass) !~ 'registry_row_id';
begin
  upsert := pg_catalog.format(
    'insert into public.%1$I as r (%2$s) select %3$s from %%s c join private.%4$I v on v.tenant_id = c.tenant_id and v.source_id = c.id on conflict (tenant_id, id) do update set %5$s where (%6$s) is distinct from (%7$s)',
    registry, pg_catalog.array_to_string(columns, ', '), (select pg_catalog.string_agg('v.' || c, ', ') from pg_catalog.unnest(columns) c), view_name,
    (select pg_catalog.string_agg(c || ' = excluded.' || c, ', ') from pg_catalog.unnest(written) c),
    (select pg_catalog.string_agg('r.' || c, ', ') from pg_catalog.unnest(written) c),
    (select pg_catalog.string_agg('excluded.' || c, ', ') from pg_catalog.unnest(written) c));
  gone := pg_catalog.format('r.tenant_id = c.tenant_id and r.%I = c.id and r.source = %L', case when is_single then 'id' else 'source_id' end, source);
  refresh := pg_catalog.format(
    'with changed as materialized (%%s), gone as (delete from public.%1$I r using changed c where %2$s and not exists (select from private.%3$I v where v.tenant_id = c.tenant_id and v.source_id = c.id%4$s)) %5$s',
    registry, gone, view_name, case when is_single then '' else ' and v.id = r.id' end, pg_catalog.format(upsert, 'changed'));
  return next;
end
$$;
comment on function private.mirror_statements(text, text) is
  'How rows of a source (tenant_id, id) are written into a registry, for format: upsert of those that a table has; refresh of those that a query finds, where what the source does not say any more goes; gone: the condition of those that belong to rows c.';

create function private.differs(columns text[]) returns text
language sql immutable set search_path = ''
as $$
  select pg_catalog.format('(%s) is distinct from (%s)', pg_catalog.string_agg('n.' || c, ', '), pg_catalog.string_agg('o.' || c, ', ')) from pg_catalog.unnest(columns) c
$$;
comment on function private.differs(text[]) is 'SQL that asks whether one of these columns of n is another than in o.';

create function private.map_source(registry text, source text, mapping text) returns regclass
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
  given text[];
begin
  execute 'create temporary view mapping_given as ' || mapping;
  select pg_catalog.array_agg(a.attname::text) into given from pg_catalog.pg_attribute a
  where a.attrelid = 'pg_temp.mapping_given'::regclass and a.attnum > 0;
  drop view pg_temp.mapping_given;
  execute pg_catalog.format('create view private.%I as select %s from (%s) q', registry || '__' || source, (
    select pg_catalog.string_agg(case
      when a.attname = 'id' then case when 'suffix' = any (given) then 'private.registry_row_id(q.source_id, q.suffix)' else 'q.source_id' end
      when a.attname = 'source' then pg_catalog.quote_literal(source) || '::text'
      when a.attname = 'external_id' then 'q.entity_type || '':'' || q.entity_id::text'
        || case when 'suffix' = any (given) then ' || '':'' || q.suffix' else ' || case when q.entity_id = q.source_id then '''' else '':'' || q.source_id::text end' end
      when a.attname = 'visibility' and 'visibility' <> all (given) then '''tenant''::text'
      when a.attname = any (given) then pg_catalog.format('q.%I::%s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod))
      else pg_catalog.format('null::%s', pg_catalog.format_type(a.atttypid, a.atttypmod))
    end || pg_catalog.format(' as %I', a.attname), ', ' order by a.attnum)
    from pg_catalog.pg_attribute a where a.attrelid = ('public.' || registry)::regclass and a.attnum > 0 and not a.attisdropped
  ), mapping);
  return ('private.' || registry || '__' || source)::regclass;
end
$$;
comment on function private.map_source(text, text, text) is 'Makes the mapping view of a source: all columns of the registry, those that the query does not give empty. For private.register_registry_source.';

create function private.follow_source(registry text, source text, source_table regclass, led_by regclass, led_through text) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
  view_name constant text := registry || '__' || source;
  led_by_name constant text := (select c.relname from pg_catalog.pg_class c where c.oid = led_by);
  columns constant text[] := private.columns_read(('private.' || view_name)::regclass, led_by);
  has_tenant constant boolean := exists (select from pg_catalog.pg_attribute a where a.attrelid = led_by and a.attname = 'tenant_id');
  leads constant text := pg_catalog.format('select s.tenant_id, s.id from new_rows n join old_rows o on o.id = n.id join %s s on %s s.%I = n.id where %s',
    source_table, case when has_tenant then 's.tenant_id = n.tenant_id and' else '' end, led_through, private.differs(columns));
begin
  execute pg_catalog.format($make$
create function private.%1$I() returns trigger
language plpgsql security definer set search_path = ''
as $body$
begin
  if exists (select from new_rows n join old_rows o on o.id = n.id where %2$s) then
    perform pg_catalog.pg_advisory_xact_lock(private.registry_lock(%3$L, t.tenant_id)) from (select distinct f.tenant_id from (%4$s) f order by 1) t;
    %5$s;
  end if;
  return null;
end
$body$
$make$, 'tg__follow_' || view_name, private.differs(columns), led_by_name, leads,
    pg_catalog.format((select h.refresh from private.mirror_statements(registry, source) h), leads));
  execute pg_catalog.format('comment on function private.%I() is %L', 'tg__follow_' || view_name, 'Keeps in ' || registry || ' what ' || view_name || ' reads of ' || led_by_name || '. Made by private.register_registry_source.');
  execute pg_catalog.format('create trigger %I before update of %s on %s for each statement execute function private.tg__announce_change()',
    '_110_announce_change_' || registry || '_' || source, (select pg_catalog.string_agg(c, ', ') from pg_catalog.unnest(columns) c where c not in ('id', 'tenant_id')), led_by);
  execute pg_catalog.format('create trigger %I after update on %s referencing old table as old_rows new table as new_rows for each statement execute function private.%I()',
    '_610_follow_change_' || registry || '_' || source, led_by, 'tg__follow_' || view_name);
end
$$;
comment on function private.follow_source(text, text, regclass, regclass, text) is 'Has what a mapping view reads of another table follow its changes there. For private.register_registry_source.';

create function private.register_registry_source(
  registry text, source text, source_table regclass, mapping text, permission text default null, follows text default null
) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
  view_name constant text := registry || '__' || source;
  mapped constant regclass := private.map_source(registry, source, mapping);
  has_changed constant text := private.differs(private.columns_read(mapped, source_table));
  led_by constant text := pg_catalog.split_part(follows, '.', 1);
  how record;
  waits text := '';
  moment text;
begin
  insert into private.registry_sources (registry, source, table_name, permission)
  select registry, source, c.relname, permission from pg_catalog.pg_class c where c.oid = source_table;
  execute pg_catalog.format('comment on view %s is %L', mapped, 'What ' || registry || ' says of ' || source_table::text || '. Made by private.register_registry_source.');
  perform private.build_registry_proof(registry);
  select * into how from private.mirror_statements(registry, source);
  if follows is not null then
    waits := pg_catalog.format('perform pg_catalog.pg_advisory_xact_lock_shared(private.registry_lock(%L, t.tenant_id)) from (select distinct n.tenant_id from new_rows n order by 1) t;', led_by);
  end if;
  execute pg_catalog.format($make$
create function private.%1$I() returns trigger
language plpgsql security definer set search_path = ''
as $body$
begin
  if tg_op = 'DELETE' then
    delete from public.%2$I r using old_rows c where %3$s;
  elsif tg_op = 'INSERT' then
    %4$s
    %5$s;
  elsif exists (select from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id where %6$s) then
    %4$s
    %7$s;
  end if;
  return null;
end
$body$
$make$, 'tg__mirror_' || view_name, registry, how.gone, waits, pg_catalog.format(how.upsert, 'new_rows'), has_changed,
    pg_catalog.format(how.refresh, 'select n.tenant_id, n.id from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id where ' || has_changed));
  execute pg_catalog.format('comment on function private.%I() is %L', 'tg__mirror_' || view_name, 'Keeps in ' || registry || ' what ' || view_name || ' says of the rows of a statement. Made by private.register_registry_source.');
  foreach moment in array '{insert,update,delete}'::text[] loop
    execute pg_catalog.format('create trigger %I after %s on %s referencing %s for each statement execute function private.%I()',
      '_600_mirror_' || moment || '_' || registry || '_' || source, moment, source_table,
      case moment when 'insert' then 'new table as new_rows' when 'delete' then 'old table as old_rows' else 'old table as old_rows new table as new_rows' end, 'tg__mirror_' || view_name);
  end loop;
  if follows is not null then
    perform private.follow_source(registry, source, source_table, ('public.' || led_by)::regclass, pg_catalog.split_part(follows, '.', 2));
  end if;
end
$$;
comment on function private.register_registry_source(text, text, regclass, text, text, text) is
  'Has a table feed a registry. mapping: a query with tenant_id, source_id (the id of the row of the table), entity_type and entity_id (a kind of private.kind_tables and its record), columns of the registry under their names, and a suffix where one row gives several. permission: asked of the reader besides seeing that record. follows: <table>.<column of the source that leads there>, where the query reads another table that may change. From it come the view private.<registry>__<source>, the triggers, backfill and proof. Called by migrations.';

------------------------------------------------------------------------------------------------
-- Filled anew, and compared
------------------------------------------------------------------------------------------------

create function private.backfill_registry(registry text) returns bigint
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  known record;
  step bigint;
  changed bigint := 0;
begin
  for known in select s.source, s.table_name from private.registry_sources s where s.registry = backfill_registry.registry order by s.source loop
    execute pg_catalog.format('delete from public.%1$I r where r.source = %2$L and not exists (select from private.%3$I v where v.tenant_id = r.tenant_id and v.id = r.id)',
      registry, known.source, registry || '__' || known.source);
    get diagnostics step = row_count;
    changed := changed + step;
    execute (select pg_catalog.format(m.upsert, pg_catalog.format('public.%I', known.table_name)) from private.mirror_statements(registry, known.source) m);
    get diagnostics step = row_count;
    changed := changed + step;
  end loop;
  return changed;
end
$$;
comment on function private.backfill_registry(text) is 'Has a registry say what its sources say, from nothing or from what is there, and answers how many rows that changed. For the owner of the database.';

create function private.verify_registry(registry text)
returns table (tenant_id uuid, record_id uuid, kept numeric, derived numeric)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query execute pg_catalog.format('select d.tenant_id, d.record_id, d.kept, d.derived from private.%I d', 'derived__' || registry);
end
$$;
comment on function private.verify_registry(text) is
  'Rows in which a registry and its sources differ, of all companies: kept what only the registry says, derived what only a source does; a row that says something else is told once each. None is how it should be; private.verify_company asks the same daily.';
