-- Family 10, messaging: who looks at a conversation just now.

create table private.conversation_watchers (
  tenant_id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null references public.users (id),
  seen_at timestamptz not null,
  is_writing boolean not null,
  primary key (tenant_id, conversation_id, user_id),
  foreign key (tenant_id, conversation_id) references public.conversations (tenant_id, id)
);
create index conversation_watchers_user on private.conversation_watchers (user_id);
create index conversation_watchers_seen on private.conversation_watchers (seen_at);
select private.force_policies('private.conversation_watchers');
comment on table private.conversation_watchers is 'Who has a conversation open: his page says so every few seconds. Who has not for half a minute has gone.';

create function private.watch_conversation(conversation_id uuid, is_writing boolean default false) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('conversations.view');
begin
  if not exists (
    select from public.conversations c
    join public.contacts p on p.tenant_id = c.tenant_id and p.id = c.contact_id
    left join public.customers b on b.tenant_id = p.tenant_id and b.id = p.customer_id
    where c.tenant_id = tenant and c.id = conversation_id and (private.is_unscoped() or (b.id is not null and private.sees_customer(b.id, b.territory_id)))
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('conversation_id', conversation_id));
  end if;
  insert into private.conversation_watchers (tenant_id, conversation_id, user_id, seen_at, is_writing)
  values (tenant, conversation_id, auth.uid(), pg_catalog.now(), coalesce(is_writing, false))
  on conflict on constraint conversation_watchers_pkey do update set seen_at = excluded.seen_at, is_writing = excluded.is_writing;
  return (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', u.full_name, 'is_writing', w.is_writing) order by u.full_name), '[]')
    from private.conversation_watchers w join public.users u on u.id = w.user_id
    where w.tenant_id = tenant and w.conversation_id = conversation_id and w.user_id <> auth.uid() and w.seen_at > pg_catalog.now() - interval '30 seconds'
  );
end
$$;
comment on function private.watch_conversation(uuid, boolean) is
  'Says that the caller has a conversation open, and whether he is writing in it; answers who else has: [{name, is_writing}]. Asked every few seconds by the page. Raises record_not_found, permission_denied.';
select private.expose('watch_conversation');

create function private.forget_watchers() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  forgotten bigint;
begin
  delete from private.conversation_watchers w where w.seen_at < pg_catalog.now() - interval '1 hour';
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
comment on function private.forget_watchers() is 'Maintenance: who looked at what is not kept.';
select private.maintain('forget_watchers', 'watchers_forgotten');
