-- Family 12, records: tags, a company's own words for what its documents have in common.

create type public.tag_colour as enum ('grey', 'blue', 'teal', 'green', 'amber', 'red');

create table public.tags (
  like private.record including defaults including indexes,
  name text not null,
  colour public.tag_colour not null default 'grey',
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  constraint tag_name_is_short check (btrim(name) = name and length(name) between 1 and 40)
);
comment on table public.tags is 'What a company marks its documents with. A retired one stays where it is and is given to nothing any more.';
select private.manage_table('public.tags', 'tag');
select private.set_audience('tag', 'comments.view');

select private.register_error('tag_name_is_short', 422, 'The name of the tag is missing or too long, or begins or ends with a space.', 'Enter a name of at most 40 characters.');
select private.register_error('tag_name_taken', 409, 'There is a tag of this name already.', 'Choose another name, or use that tag.');
select private.register_error('tag_retired', 409, 'This tag is no longer used.', 'Choose another one, or have it taken into use again in the settings.');
select private.refuse_taken('public.tags', 'tags_tenant_id_name_key', 'tag_name_taken');

create table public.record_tags (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  document_kind text not null references private.subjects (subject),
  document_id uuid not null,
  tag_id uuid not null,
  primary key (tenant_id, id),
  unique (tenant_id, document_id, tag_id),
  foreign key (tenant_id, tag_id) references public.tags (tenant_id, id)
);
create index record_tags_tag on public.record_tags (tenant_id, tag_id, document_id);
create index record_tags_document_kind on public.record_tags (document_kind);
comment on table public.record_tags is 'Which document has which tag, for colleagues who see the document. Written by add_tag and remove_tag.';
select private.manage_part('public.record_tags', 'document_id', 'tag_id');

create function private.write_tag(document_kind text, document_id uuid, tag_id uuid) returns public.record_tags
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('comments.write');
  given public.record_tags;
  is_active boolean;
begin
  -- Whoever retires it at this moment waits, or is waited for.
  select t.is_active into is_active from public.tags t where t.tenant_id = tenant and t.id = tag_id for share;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('tag_id', tag_id));
  elsif not is_active then
    perform private.fail('tag_retired', pg_catalog.jsonb_build_object('tag_id', tag_id));
  end if;
  insert into public.record_tags (tenant_id, document_kind, document_id, tag_id) values (tenant, document_kind, document_id, tag_id)
  on conflict on constraint record_tags_tenant_id_document_id_tag_id_key do nothing;
  select * into given from public.record_tags r where r.tenant_id = tenant and r.document_id = document_id and r.tag_id = tag_id;
  return given;
end
$$;
comment on function private.write_tag(text, uuid, uuid) is
  'Gives a document a tag, for private.add_tag alone, which has asked whether the caller sees it. Raises record_not_found, tag_retired, permission_denied.';

create function private.add_tag(document_kind text, document_id uuid, tag_id uuid) returns public.record_tags
language plpgsql set search_path = ''
as $$
begin
  perform private.require_document(document_kind, document_id, 'comments.write');
  return private.write_tag(document_kind, document_id, tag_id);
end
$$;
comment on function private.add_tag(text, uuid, uuid) is
  'Gives a document that the caller sees a tag; one that it has stays as it is. Raises record_not_found, tag_retired, permission_denied.';
select private.expose_command('add_tag');

create function private.take_tag(document_kind text, document_id uuid, tag_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('comments.write');
begin
  if not exists (select from public.tags t where t.tenant_id = tenant and t.id = tag_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('tag_id', tag_id));
  end if;
  delete from public.record_tags r where r.tenant_id = tenant and r.document_kind = document_kind and r.document_id = document_id and r.tag_id = tag_id;
  return found;
end
$$;
comment on function private.take_tag(text, uuid, uuid) is
  'Takes a tag off a document, for private.remove_tag alone, which has asked whether the caller sees it. Raises record_not_found, permission_denied.';

create function private.remove_tag(document_kind text, document_id uuid, tag_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
begin
  perform private.require_document(document_kind, document_id, 'comments.write');
  return private.take_tag(document_kind, document_id, tag_id);
end
$$;
comment on function private.remove_tag(text, uuid, uuid) is
  'Takes a tag off a document that the caller sees; false when it had none. Raises record_not_found, permission_denied.';
select private.expose_command('remove_tag');
