-- Family 10, messaging: pictures, papers and recordings that messages come and go with.

-- One folder per company, and in it one per message. Policies are in policies/.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('messages', 'messages', false, 16777216, array['image/jpeg', 'image/png', 'image/webp', 'application/pdf',
  'audio/ogg', 'audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/amr', 'video/mp4', 'video/3gpp'])
on conflict (id) do nothing;

select private.create_queue('fetch_media', 'fetch-media');
-- Some nine hours; Meta keeps it for 30 days.
update private.queue_policies set max_attempts = 16, base_delay_seconds = 15 where queue = 'fetch_media';

create function private.media_to_fetch(tenant_id uuid, message_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('media_id', m.content ->> 'id', 'access_token', t.access_token, 'path', m.tenant_id || '/' || m.id || '/media')
  from public.messages m
  left join private.channel_tokens t on t.tenant_id = m.tenant_id and t.channel_id = m.channel_id
  where m.tenant_id = media_to_fetch.tenant_id and m.id = media_to_fetch.message_id and m.direction = 'in' and m.media is null
$$;
comment on function private.media_to_fetch(uuid, uuid) is
  'What is to be fetched for a message, and where it goes in the bucket messages: {media_id, access_token, path}; null when it was. For the worker fetch-media (service role).';
select private.expose('media_to_fetch', 'service_role');

create function private.record_media(tenant_id uuid, message_id uuid, status text, path text default null, type text default null, bytes integer default null, error text default null) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if status = 'queued' then
    return;
  end if;
  update public.messages m
  set media = case status
    when 'fetched' then pg_catalog.jsonb_build_object('path', path, 'type', type, 'bytes', bytes, 'name', coalesce(pg_catalog.left(m.content ->> 'filename', 200), m.kind))
    else pg_catalog.jsonb_build_object('error', pg_catalog.left(error, 100)) end
  where m.tenant_id = tenant_id and m.id = message_id and m.media is null;
end
$$;
comment on function private.record_media(uuid, uuid, text, text, text, integer, text) is
  'What became of a picture, paper or recording: fetched (path, type as its content says, bytes), refused (error), or queued: it is tried again. A second result changes nothing. For the worker fetch-media (service role).';
select private.expose('record_media', 'service_role');
