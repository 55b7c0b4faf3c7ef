-- Family 12, records: files that belong to a document.

-- One folder per company. Policies are in policies/.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('attachments', 'attachments', false, 10485760, array['image/jpeg', 'image/png', 'image/webp', 'application/pdf'])
on conflict (id) do nothing;

create table public.attachments (
  like private.record including defaults including indexes,
  document_kind text not null references private.subjects (subject),
  document_id uuid not null,
  name text not null,
  path text not null,
  content_type text not null,
  size bigint not null,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, path),
  constraint attachment_name_is_short check (btrim(name) <> '' and length(name) <= 200),
  constraint attachment_has_content check (size > 0)
);
create index attachments_document on public.attachments (tenant_id, document_id, created_at);
create index attachments_document_kind on public.attachments (document_kind);
comment on table public.attachments is
  'Files of a document, for colleagues who see it: what was stored under path in the storage bucket attachments. Written by add_attachment and remove_attachment.';
comment on column public.attachments.name is 'What the file is called, as whoever added it called it.';
comment on column public.attachments.path is 'Where it lies: <company>/<anything>.';
comment on column public.attachments.content_type is 'What storage found it to be by its first bytes.';
comment on column public.attachments.size is 'Bytes.';
select private.manage_table('public.attachments', 'attachment');
select private.set_audience('attachment', 'comments.view');

select private.register_error('attachment_name_is_short', 422, 'The name of the file is missing or too long.', 'Give it a name of at most 200 characters.');
select private.register_error('attachment_taken', 409, 'This file belongs to a document already.', 'Store it once more to add it to another one.');
select private.register_error('attachments_are_full', 409, 'This document has 50 files already.', 'Remove one that is no longer needed.');
select private.register_error('attachment_not_yours', 403, 'Only who added a file can remove it.', 'Ask whoever added it.');
select private.refuse_taken('public.attachments', 'attachments_tenant_id_path_key', 'attachment_taken');

create function private.write_attachment(document_kind text, document_id uuid, path text, name text) returns public.attachments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('comments.write');
  stored jsonb;
  added public.attachments;
begin
  if coalesce(pg_catalog.btrim(name), '') = '' or pg_catalog.length(name) > 200 then
    perform private.fail('attachment_name_is_short');
  end if;
  select o.metadata into stored from storage.objects o
  where o.bucket_id = 'attachments' and o.name = path and o.owner_id = auth.uid()::text and (storage.foldername(o.name))[1] = tenant::text;
  if not found then
    perform private.fail('file_not_found', pg_catalog.jsonb_build_object('path', path));
  end if;
  -- Two that are added at the same moment are counted one after the other.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('attachments' || tenant || document_id, 0));
  if (select count(*) from public.attachments a where a.tenant_id = tenant and a.document_id = document_id) >= 50 then
    perform private.fail('attachments_are_full', pg_catalog.jsonb_build_object('document_id', document_id));
  end if;
  insert into public.attachments (tenant_id, document_kind, document_id, path, name, content_type, size)
  values (tenant, document_kind, document_id, path, pg_catalog.btrim(name), stored ->> 'mimetype', (stored ->> 'size')::bigint)
  returning * into added;
  return added;
end
$$;
comment on function private.write_attachment(text, uuid, text, text) is
  'Adds a stored file of the caller to a document, for private.add_attachment alone, which has asked whether he sees it. Raises attachment_name_is_short, file_not_found, attachments_are_full, attachment_taken, permission_denied.';

create function private.add_attachment(document_kind text, document_id uuid, path text, name text) returns public.attachments
language plpgsql set search_path = ''
as $$
begin
  perform private.require_document(document_kind, document_id, 'comments.write');
  return private.write_attachment(document_kind, document_id, path, name);
end
$$;
comment on function private.add_attachment(text, uuid, text, text) is
  'Adds a file, which the caller has stored in the bucket attachments under his company''s folder, to a document that he sees. What it is and how large storage has found out. Raises record_not_found, attachment_name_is_short, file_not_found, attachments_are_full, attachment_taken, permission_denied.';
select private.expose_command('add_attachment');

create function private.remove_attachment(attachment_id uuid) returns public.attachments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('comments.write');
  target public.attachments;
begin
  select * into target from public.attachments a where a.tenant_id = tenant and a.id = attachment_id for update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('attachment_id', attachment_id));
  end if;
  if target.created_by is distinct from auth.uid() then
    perform private.fail('attachment_not_yours', pg_catalog.jsonb_build_object('attachment_id', attachment_id));
  end if;
  delete from public.attachments a where a.tenant_id = tenant and a.id = target.id;
  return target;
end
$$;
comment on function private.remove_attachment(uuid) is
  'Takes a file that the caller added off its document; answers what it was, so that he can remove it from storage, too. Raises record_not_found, attachment_not_yours, permission_denied.';
select private.expose_command('remove_attachment');

create function private.is_attached(object_name text) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select from public.attachments a where a.path = object_name)
$$;
comment on function private.is_attached(text) is 'Whether a stored file belongs to a document; only one that does not is removed from storage.';
