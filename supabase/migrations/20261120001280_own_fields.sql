-- Family 12, records: fields of a company's own on its documents.

select private.register_error('own_fields_invalid', 422, 'The company''s own fields cannot be kept like this.', 'Give each field a key, a name, one of the kinds text, number, date, choice and yes_no, and a choice its options.');
select private.register_error('own_field_kind_fixed', 409, 'This field is filled in somewhere, and its kind cannot change any more.', 'Add a new field with the other kind.');
select private.register_error('own_field_unknown', 422, 'There is no such field for documents of this kind.', 'Use one of the fields in the settings of your company.');
select private.register_error('own_field_value_invalid', 422, 'This value does not fit its field.', 'Enter what the field is for: at most 500 characters, a number, a day, or one of its options.');
select private.register_error('own_field_required', 422, 'A field that your company needs is empty.', 'Fill in the field that is marked.');

------------------------------------------------------------------------------------------------
-- Which fields there are: tenant_settings.type_definitions -> 'fields'
------------------------------------------------------------------------------------------------

create function private.own_fields(tenant uuid, document_kind text)
returns table (field text, label text, kind text, options text[], is_required boolean)
language sql stable security definer set search_path = ''
as $$
  select f ->> 'key', f ->> 'label', f ->> 'kind', array(select pg_catalog.jsonb_array_elements_text(coalesce(f -> 'options', '[]'))),
    coalesce((f ->> 'is_required')::boolean, false)
  from public.tenant_settings s cross join lateral pg_catalog.jsonb_array_elements(s.type_definitions -> 'fields' -> document_kind) f
  where s.tenant_id = tenant and pg_catalog.jsonb_typeof(s.type_definitions -> 'fields' -> document_kind) = 'array'
$$;
comment on function private.own_fields(uuid, text) is 'The fields that a company has added to a kind of document.';

create function private.own_fields_problem(definitions jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  kind record;
  field jsonb;
  keys text[];
begin
  if definitions is null then
    return null;
  elsif pg_catalog.jsonb_typeof(definitions) <> 'object' then
    return '{"problem": "an object by kind of document is needed"}';
  end if;
  for kind in select e.key as name, e.value as fields from pg_catalog.jsonb_each(definitions) e loop
    if pg_catalog.jsonb_typeof(kind.fields) <> 'array' or not exists (select from private.subjects s where s.subject = kind.name) then
      return pg_catalog.jsonb_build_object('document_kind', kind.name, 'problem', 'an array of fields of a known kind of document is needed');
    elsif pg_catalog.jsonb_array_length(kind.fields) > 30 then
      return pg_catalog.jsonb_build_object('document_kind', kind.name, 'problem', 'at most 30 fields are possible');
    end if;
    keys := '{}';
    for field in select f from pg_catalog.jsonb_array_elements(kind.fields) f loop
      if coalesce(field ->> 'key', '') !~ '^[a-z][a-z0-9_]{0,39}$' or field ->> 'key' = any (keys)
        or coalesce(pg_catalog.length(pg_catalog.btrim(field ->> 'label')), 0) not between 1 and 60
        or coalesce(field ->> 'kind', '') not in ('text', 'number', 'date', 'choice', 'yes_no')
        or pg_catalog.jsonb_typeof(coalesce(field -> 'is_required', 'false')) <> 'boolean'
        or pg_catalog.jsonb_typeof(coalesce(field -> 'options', '[]')) <> 'array'
        or (field ->> 'kind' = 'choice') is distinct from (pg_catalog.jsonb_array_length(case when pg_catalog.jsonb_typeof(field -> 'options') = 'array' then field -> 'options' else '[]' end) > 0)
        or pg_catalog.jsonb_array_length(coalesce(field -> 'options', '[]')) > 50
        or exists (
          select from pg_catalog.jsonb_array_elements(coalesce(field -> 'options', '[]')) o
          where pg_catalog.jsonb_typeof(o) <> 'string' or pg_catalog.length(pg_catalog.btrim(o #>> '{}')) not between 1 and 60 or o #>> '{}' ~ ','
        )
      then
        return pg_catalog.jsonb_build_object('document_kind', kind.name, 'key', field -> 'key', 'problem', 'not a field');
      end if;
      keys := keys || (field ->> 'key');
    end loop;
  end loop;
  return null;
end
$$;
comment on function private.own_fields_problem(jsonb) is
  'What is wrong with {kind of document: [{key, label, kind, options, is_required}]}; null when nothing is. An option has no comma: the addresses of lists part them by it.';

create table public.own_field_values (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  document_kind text not null references private.subjects (subject),
  document_id uuid not null,
  field text not null,
  text_value text,
  number_value numeric(18,4),
  date_value date,
  primary key (tenant_id, id),
  unique (tenant_id, document_id, field),
  foreign key (tenant_id) references public.tenants (id),
  constraint value_is_of_one_kind check (num_nonnulls(text_value, number_value, date_value) = 1),
  constraint text_value_is_bounded check (text_value <> '' and length(text_value) <= 500),
  constraint number_value_is_bounded check (number_value between -99999999999999 and 99999999999999),
  constraint date_value_is_near check (date_value between '1900-01-01' and '2200-01-01')
);
create index own_field_values_text on public.own_field_values (tenant_id, field, text_value);
create index own_field_values_document_kind on public.own_field_values (document_kind);
comment on table public.own_field_values is
  'What stands in the fields that a company has added to its documents (tenant_settings.type_definitions, fields), for colleagues who see the document. Written by set_own_fields. A field that was taken out of the settings keeps its values.';
comment on column public.own_field_values.text_value is 'Of a text, a choice (one of its options) or a question (yes, no).';
select private.manage_part('public.own_field_values', 'document_id', 'text_value', 'number_value', 'date_value');

create function private.tg_tenant_settings__check_own_fields() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  problem constant jsonb := private.own_fields_problem(new.type_definitions -> 'fields');
  changed record;
begin
  if problem is not null then
    perform private.fail('own_fields_invalid', problem);
  end if;
  -- Values that are being written just now wait for the settings, or the settings for them.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('own_fields' || new.tenant_id, 0));
  select k.name as document_kind, f ->> 'key' as key into changed
  from pg_catalog.jsonb_each(coalesce(new.type_definitions -> 'fields', '{}')) k (name, fields)
  cross join lateral pg_catalog.jsonb_array_elements(k.fields) f
  where f ->> 'kind' is distinct from (
      select o ->> 'kind' from pg_catalog.jsonb_array_elements(coalesce(old.type_definitions -> 'fields' -> k.name, '[]')) o where o ->> 'key' = f ->> 'key'
    )
    and exists (select from public.own_field_values v where v.tenant_id = new.tenant_id and v.document_kind = k.name and v.field = f ->> 'key')
  limit 1;
  if found then
    perform private.fail('own_field_kind_fixed', pg_catalog.to_jsonb(changed));
  end if;
  return new;
end
$$;
comment on function private.tg_tenant_settings__check_own_fields() is
  'A company''s own fields have their form, and one that is filled in keeps its kind. Raises own_fields_invalid, own_field_kind_fixed.';
create trigger _150_check_own_fields before update of type_definitions on public.tenant_settings
for each row when (new.type_definitions -> 'fields' is distinct from old.type_definitions -> 'fields')
execute function private.tg_tenant_settings__check_own_fields();

------------------------------------------------------------------------------------------------
-- What stands in them
------------------------------------------------------------------------------------------------

create function private.own_field_value(of_field text, kind text, options text[], value jsonb) returns public.own_field_values
language plpgsql stable security definer set search_path = ''
as $$
declare
  text constant text := pg_catalog.btrim(value #>> '{}');
  read public.own_field_values;
begin
  read.field := of_field;
  if kind in ('text', 'choice') and pg_catalog.jsonb_typeof(value) = 'string' and pg_catalog.length(text) between 1 and 500
    and (kind = 'text' or text = any (options)) then
    read.text_value := text;
  elsif kind = 'yes_no' and pg_catalog.jsonb_typeof(value) = 'boolean' then
    read.text_value := case when value = 'true' then 'yes' else 'no' end;
  elsif kind = 'number' and pg_catalog.jsonb_typeof(value) = 'number' and pg_catalog.abs((value #>> '{}')::numeric) <= 99999999999999 then
    read.number_value := (value #>> '{}')::numeric;
  elsif kind = 'date' and pg_catalog.jsonb_typeof(value) = 'string' and text ~ '^\d{4}-\d{2}-\d{2}$' and pg_catalog.pg_input_is_valid(text, 'date')
    and text::date between '1900-01-01' and '2200-01-01' then
    read.date_value := text::date;
  else
    perform private.fail('own_field_value_invalid', pg_catalog.jsonb_build_object(of_field, value));
  end if;
  return read;
end
$$;
comment on function private.own_field_value(text, text, text[], jsonb) is 'A value as the row of its field keeps it. Raises own_field_value_invalid.';

create function private.write_own_fields(document_kind text, document_id uuid, fields jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('comments.write');
  given record;
  known record;
  read public.own_field_values;
  missing jsonb;
begin
  if pg_catalog.jsonb_typeof(fields) is distinct from 'object' then
    perform private.fail('input_invalid', '{"fields": "an object of values by field is needed"}');
  end if;
  -- Which fields there are stays so until the values are written; values are written one document after the other.
  perform pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended('own_fields' || tenant, 0));
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('own_fields' || tenant || document_id, 0));
  for given in select e.key as field, e.value from pg_catalog.jsonb_each(fields) e loop
    select * into known from private.own_fields(tenant, document_kind) o where o.field = given.field;
    if not found then
      perform private.fail('own_field_unknown', pg_catalog.jsonb_build_object('fields', given.field));
    end if;
    if given.value = 'null' or given.value = '""' then
      delete from public.own_field_values v where v.tenant_id = tenant and v.document_id = document_id and v.field = given.field;
      continue;
    end if;
    read := private.own_field_value(given.field, known.kind, known.options, given.value);
    insert into public.own_field_values as v (tenant_id, document_kind, document_id, field, text_value, number_value, date_value)
    values (tenant, document_kind, document_id, read.field, read.text_value, read.number_value, read.date_value)
    on conflict on constraint own_field_values_tenant_id_document_id_field_key do update
    set text_value = excluded.text_value, number_value = excluded.number_value, date_value = excluded.date_value
    where (v.text_value, v.number_value, v.date_value) is distinct from (excluded.text_value, excluded.number_value, excluded.date_value);
  end loop;
  select pg_catalog.jsonb_object_agg(o.field, null) into missing from private.own_fields(tenant, document_kind) o
  where o.is_required and not exists (
    select from public.own_field_values v where v.tenant_id = tenant and v.document_id = document_id and v.field = o.field
  );
  if missing is not null then
    perform private.fail('own_field_required', missing);
  end if;
  return private.own_values_of(tenant, document_id);
end
$$;
comment on function private.write_own_fields(text, uuid, jsonb) is
  'Fills in a company''s own fields of a document, for private.set_own_fields alone, which has asked whether the caller sees it.';

create function private.own_values_of(tenant uuid, document uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_object_agg(v.field, coalesce(pg_catalog.to_jsonb(v.text_value), pg_catalog.to_jsonb(v.number_value), pg_catalog.to_jsonb(v.date_value))), '{}')
  from public.own_field_values v where v.tenant_id = tenant and v.document_id = document
$$;
comment on function private.own_values_of(uuid, uuid) is 'What stands in a company''s own fields of a document, by field, as far as the caller sees it.';

create function private.set_own_fields(document_kind text, document_id uuid, fields jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
begin
  perform private.require_document(document_kind, document_id, 'comments.write');
  return private.write_own_fields(document_kind, document_id, fields);
end
$$;
comment on function private.set_own_fields(text, uuid, jsonb) is
  'Fills in fields that the company has added to documents of this kind, of one that the caller sees: {field: text, number, "YYYY-MM-DD", true or false; null empties it}. Fields that are not named stay as they are, so two people who fill in different ones do not get in each other''s way. Answers all that stands there. Raises record_not_found, own_field_unknown, own_field_value_invalid, own_field_required (what a company needs is still empty), input_invalid, permission_denied.';
select private.expose_command('set_own_fields');

------------------------------------------------------------------------------------------------
-- What is kept with a document, for its page and for the filters of its list
------------------------------------------------------------------------------------------------

create function private.kept_with(document_kind text, document_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.active_tenant_id();
begin
  if not coalesce(private.sees_document(document_kind, tenant, document_id), false) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('document_kind', document_kind, 'document_id', document_id));
  end if;
  return pg_catalog.jsonb_build_object(
    'tags', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', t.id, 'name', t.name, 'colour', t.colour) order by t.name), '[]')
      from public.record_tags r join public.tags t on t.tenant_id = r.tenant_id and t.id = r.tag_id
      where r.tenant_id = tenant and r.document_kind = document_kind and r.document_id = document_id
    ),
    'tasks', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', t.id, 'number', t.number, 'title', t.title, 'status', t.status, 'priority', t.priority,
        'due_on', t.due_on, 'assignee', u.full_name, 'version', t.version, 'allowed_commands', public.allowed_commands(t)) order by t.is_open desc, t.due_on, t.id), '[]')
      from public.tasks t left join public.users u on u.id = t.assignee_id
      where t.tenant_id = tenant and t.document_kind = document_kind and t.document_id = document_id
    ),
    'fields', private.own_values_of(tenant, document_id)
  );
end
$$;
comment on function private.kept_with(text, uuid) is
  'What colleagues keep with a document that the caller sees: {tags: [{id, name, colour}], tasks: [{id, number, title, status, priority, due_on, assignee, version, allowed_commands}], fields: {field: value}}; nothing for whoever may not read comments. Raises record_not_found.';
select private.expose('kept_with');

create function private.build_kept_with() returns void
language plpgsql security definer set search_path = ''
as $$
declare
  document private.subjects;
  kept text;
begin
  for document in select * from private.subjects s order by s.subject loop
    foreach kept in array array['record_tags', 'own_field_values'] loop
      execute pg_catalog.format($make$
create or replace function public.%1$I(public.%2$I) returns setof public.%1$I
language sql stable rows 2
begin atomic
  select k.* from public.%1$I k where k.tenant_id = $1.tenant_id and k.document_id = $1.id and k.document_kind = %3$L;
end
$make$, kept, document.table_name, document.subject);
      execute pg_catalog.format('comment on function public.%I(public.%I) is %L', kept, document.table_name,
        'The rows of public.' || kept || ' about this ' || document.subject || ', for filters of lists. Computed relationship.');
    end loop;
  end loop;
end
$$;
comment on function private.build_kept_with() is 'Writes the computed relationships record_tags and own_field_values of every document from private.subjects.';
select private.build_kept_with();
create trigger _300_rebuild_kept_with after insert or update or delete on private.subjects
for each statement execute function private.tg__rebuild_documents('build_kept_with');

-- The inbox is a list of conversations, and filtered like theirs.
create function public.record_tags(talk public.inbox) returns setof public.record_tags
language sql stable rows 2
begin atomic
  select k.* from public.record_tags k where k.tenant_id = $1.tenant_id and k.document_id = $1.id and k.document_kind = 'conversation';
end;
comment on function public.record_tags(public.inbox) is 'The rows of public.record_tags about this conversation, for the filters of the inbox. Computed relationship.';
