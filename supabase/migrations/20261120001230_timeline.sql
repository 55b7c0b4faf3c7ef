-- Family 12, records: what happened to a document, as whoever sees it reads it.

create function private.is_told(column_name text) returns boolean
language sql immutable
return column_name not in ('id', 'tenant_id', 'printed', 'worked') and column_name !~ '_by$' and (column_name !~ '_at$' or column_name ~ '^planned_');
comment on function private.is_told(text) is
  'Whether the timeline tells a change of this column: not who and when, which it says of every entry, not the words that a document keeps, and not how long a clock ran.';

create function private.value_in_words(table_name text, column_name text, value jsonb) returns text
language plpgsql stable set search_path = ''
as $$
declare
  led_to regclass;
  called text;
  words text;
begin
  if value is null or pg_catalog.jsonb_typeof(value) = 'null' then
    return null;
  end if;
  if column_name ~ '_id$' then
    -- A column may be held by two keys; the one that leads to a name tells it.
    select k.confrelid::regclass, n.attname into led_to, called
    from pg_catalog.pg_constraint k
    join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[pg_catalog.cardinality(k.conkey)]
    join pg_catalog.pg_attribute n on n.attrelid = k.confrelid and n.attname in ('number', 'name', 'label', 'full_name') and not n.attisdropped
    where k.contype = 'f' and k.conrelid = pg_catalog.to_regclass(pg_catalog.format('public.%I', table_name)) and a.attname = column_name
    order by n.attname = 'name' desc, n.attname
    limit 1;
    if called is null then
      return null;
    end if;
    execute pg_catalog.format('select t.%I from %s t where t.id = $1', called, led_to) into words using (value #>> '{}')::uuid;
    return words;
  end if;
  return value #>> '{}';
end
$$;
comment on function private.value_in_words(text, text, jsonb) is
  'A value of a column as people read it: for an id the number or name of what it leads to, as far as the caller sees it; null otherwise.';

create function private.ledger_of(document_kind text, tenant uuid, document uuid) returns setof public.event_store
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (
    select from private.subjects s where s.subject = document_kind and private.has_permission(tenant, s.view_permission)
  ) then
    return;
  end if;
  return query
  select e.* from public.event_store e
  where e.tenant_id = tenant and e.entity_id = document
  order by e.sequence desc limit 500;
end
$$;
comment on function private.ledger_of(text, uuid, uuid) is
  'The newest 500 rows of the ledger about a document, for private.timeline alone, which has asked before whether the caller sees it.';

create function private.timeline(document_kind text, document_id uuid)
returns table (
  id uuid, occurred_at timestamptz, kind text, actor_id uuid, actor_name text, rule text, from_state text, to_state text, command text, details jsonb
)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.active_tenant_id();
  table_name constant text := private.table_of(document_kind);
begin
  if not coalesce(private.sees_document(document_kind, tenant, document_id), false) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('document_kind', document_kind, 'document_id', document_id));
  end if;
  return query
  select l.id, l.created_at,
    case
      when l.machine is not null then 'step'
      when l.entity_type <> document_kind then 'parts'
      when l.old_values is not null then 'change'
      when l.new_values is not null then 'created'
      else 'event'
    end,
    l.actor_id, u.full_name, l.rule, l.from_state, l.to_state, coalesce(l.step, pg_catalog.split_part(l.event_type, '.', 2)),
    case
      when l.machine is not null then null
      when l.entity_type = document_kind and l.old_values is not null then t.fields
      when l.entity_type <> document_kind then pg_catalog.jsonb_build_object('parts', l.entity_type,
        'before', pg_catalog.jsonb_array_length(case pg_catalog.jsonb_typeof(l.old_values) when 'array' then l.old_values else '[]' end),
        'after', pg_catalog.jsonb_array_length(case pg_catalog.jsonb_typeof(l.new_values) when 'array' then l.new_values else '[]' end))
    end
  from private.ledger_of(document_kind, tenant, document_id) l
  left join public.users u on u.id = l.actor_id
  cross join lateral (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('field', k.key,
      'before', private.value_in_words(table_name, k.key, l.old_values -> k.key),
      'after', private.value_in_words(table_name, k.key, k.value)) order by k.key) as fields
    from pg_catalog.jsonb_each(case when l.machine is null and l.entity_type = document_kind and l.old_values is not null then l.new_values end) k
    where private.is_told(k.key)
  ) t
  where case
    when l.machine is not null then true
    when l.entity_type = document_kind then l.old_values is null or t.fields is not null
    else pg_catalog.jsonb_typeof(coalesce(l.old_values, l.new_values)) = 'array'
  end
  union all
  select c.id, c.created_at, 'comment', c.created_by, u.full_name, null, null, null, null,
    pg_catalog.jsonb_build_object('text', c.text, 'version', c.version, 'is_edited', c.edited_at is not null, 'is_removed', c.deleted_at is not null,
      'mentions', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', w, 'name', p.full_name)), '[]') from pg_catalog.unnest(c.mentions) w left join public.users p on p.id = w))
  from public.comments c left join public.users u on u.id = c.created_by
  where c.tenant_id = tenant and c.document_kind = timeline.document_kind and c.document_id = timeline.document_id
  union all
  select a.id, a.created_at, 'file', a.created_by, u.full_name, null, null, null, null,
    pg_catalog.jsonb_build_object('name', a.name, 'path', a.path, 'content_type', a.content_type, 'size', a.size)
  from public.attachments a left join public.users u on u.id = a.created_by
  where a.tenant_id = tenant and a.document_kind = timeline.document_kind and a.document_id = timeline.document_id
  union all
  select a.id, a.happened_at, 'activity', a.created_by, u.full_name, null, null, null, a.kind::text,
    pg_catalog.jsonb_build_object('text', a.text, 'minutes', a.minutes, 'outcome', a.outcome, 'version', a.version, 'is_removed', a.removed_at is not null,
      'task', case when k.id is not null then pg_catalog.jsonb_build_object('id', k.id, 'title', k.title) end)
  from public.activities a
  left join public.users u on u.id = a.created_by
  left join public.tasks k on k.tenant_id = a.tenant_id and k.id = a.task_id
  where a.tenant_id = tenant and a.document_kind = timeline.document_kind and a.document_id = timeline.document_id
  order by 2, 1;
end
$$;
comment on function private.timeline(text, uuid) is
  'Everything that happened to a document, the oldest first, for whoever sees it. Raises record_not_found. kind: created, step (from_state, to_state, command), event (command: what happened, e.g. load_confirmed), change (details: [{field, before, after}], values in words; one of which nothing is told is left out), parts (details: {parts, before, after}, how many lines or stops a statement took and gave, without their values), comment (details: {text, version, is_edited, is_removed, mentions: [{id, name}]}), file (details: {name, path, content_type, size} of the bucket attachments), activity (command: call, email, meeting, visit or note; details: {text, minutes, outcome, version, is_removed, task: {id, title}}; occurred_at is when it took place). actor_name: null where the caller may not see the person, actor_id where a rule acted.';
select private.expose('timeline');
