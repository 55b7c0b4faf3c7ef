-- Family 12, records: what people say to each other about a document.

create table public.comments (
  like private.record including defaults including indexes,
  document_kind text not null references private.subjects (subject),
  document_id uuid not null,
  text text not null,
  mentions uuid[] not null default '{}',
  edited_at timestamptz,
  deleted_at timestamptz,
  foreign key (tenant_id) references public.tenants (id),
  constraint comment_is_bounded check (length(text) <= 4000 and (deleted_at is not null or btrim(text) <> '')),
  constraint mentions_are_few check (cardinality(mentions) <= 20),
  constraint deleted_comment_is_empty check (deleted_at is null or text = '')
);
create index comments_document on public.comments (tenant_id, document_id, created_at);
create index comments_document_kind on public.comments (document_kind);
comment on table public.comments is
  'What people say about a document, for colleagues who see it. Written by add_comment, change_comment and remove_comment; a comment that was removed keeps its place without its text.';
comment on column public.comments.document_kind is 'Kind of the document: order, trip, customer, …';
comment on column public.comments.mentions is 'The people (users) whom it is meant for; each is told once, by e-mail.';
select private.manage_table('public.comments', 'comment');
select private.set_audience('comment', 'comments.view');

select private.register_error('comment_is_bounded', 422, 'The comment is empty or too long.', 'Write between 1 and 4000 characters.');
select private.register_error('mentions_are_few', 422, 'A comment cannot be for more than 20 people.', 'Mention those whom it concerns.');
select private.register_error('person_not_in_company', 422, 'One of the people mentioned does not work here.', 'Choose people from the list.');
select private.register_error('comment_not_yours', 403, 'Only who wrote a comment can change or remove it.', 'Write an answer instead.');

create function private.require_document(document_kind text, document_id uuid, permission text) returns uuid
language plpgsql stable set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission(permission);
begin
  if not coalesce(private.sees_document(document_kind, tenant, document_id), false) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('document_kind', document_kind, 'document_id', document_id));
  end if;
  return tenant;
end
$$;
comment on function private.require_document(text, uuid, text) is
  'The caller''s company, when he holds the permission and sees the document: its policies decide, so this runs with his rights. Raises permission_denied, record_not_found.';

create function private.check_comment(tenant uuid, comment_text text, mentions uuid[]) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if coalesce(pg_catalog.btrim(comment_text), '') = '' or pg_catalog.length(comment_text) > 4000 then
    perform private.fail('comment_is_bounded');
  end if;
  if pg_catalog.cardinality(mentions) > 20 then
    perform private.fail('mentions_are_few');
  end if;
  if exists (
    select from pg_catalog.unnest(mentions) w
    where not exists (select from public.memberships m where m.tenant_id = tenant and m.user_id = w and m.status = 'active')
  ) then
    perform private.fail('person_not_in_company');
  end if;
end
$$;
comment on function private.check_comment(uuid, text, uuid[]) is 'Raises comment_is_bounded, mentions_are_few, person_not_in_company.';

create function private.write_comment(document_kind text, document_id uuid, comment_text text, mentions uuid[]) returns public.comments
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('comments.write');
  written public.comments;
begin
  perform private.check_comment(tenant, comment_text, mentions);
  insert into public.comments (tenant_id, document_kind, document_id, text, mentions)
  values (tenant, document_kind, document_id, pg_catalog.btrim(comment_text), mentions)
  returning * into written;
  return written;
end
$$;
comment on function private.write_comment(text, uuid, text, uuid[]) is
  'Writes a comment of the caller down, for private.add_comment alone, which has asked whether he sees the document. Raises comment_is_bounded, mentions_are_few, person_not_in_company, permission_denied.';

create function private.add_comment(document_kind text, document_id uuid, text text, mentions uuid[] default '{}') returns public.comments
language plpgsql set search_path = ''
as $$
begin
  perform private.require_document(document_kind, document_id, 'comments.write');
  return private.write_comment(document_kind, document_id, text, coalesce(mentions, '{}'));
end
$$;
comment on function private.add_comment(text, uuid, text, uuid[]) is
  'Says something about a document that the caller sees; whom it mentions (users) is told by e-mail. Raises record_not_found, comment_is_bounded, mentions_are_few, person_not_in_company, permission_denied.';
select private.expose_command('add_comment');

create function private.own_comment(comment_id uuid, expected_version integer) returns public.comments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('comments.write');
  target public.comments;
begin
  select * into target from public.comments c where c.tenant_id = tenant and c.id = comment_id and c.deleted_at is null for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('comment_id', comment_id));
  end if;
  if target.created_by is distinct from auth.uid() then
    perform private.fail('comment_not_yours', pg_catalog.jsonb_build_object('comment_id', comment_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.own_comment(uuid, integer) is 'A comment of the caller, locked. Raises record_not_found, comment_not_yours, version_conflict, permission_denied.';

create function private.change_comment(comment_id uuid, text text, mentions uuid[] default '{}', expected_version integer default null) returns public.comments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.comments := private.own_comment(comment_id, expected_version);
  people constant uuid[] := coalesce(mentions, '{}');
begin
  perform private.check_comment(target.tenant_id, text, people);
  update public.comments c set text = pg_catalog.btrim(change_comment.text), mentions = people, edited_at = pg_catalog.now()
  where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.change_comment(uuid, text, uuid[], integer) is
  'Writes a comment of one''s own anew; whom it mentions now and did not before is told. Raises record_not_found, comment_not_yours, comment_is_bounded, mentions_are_few, person_not_in_company, version_conflict, permission_denied.';
select private.expose_command('change_comment');

create function private.remove_comment(comment_id uuid, expected_version integer default null) returns public.comments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.comments := private.own_comment(comment_id, expected_version);
begin
  update public.comments c set text = '', mentions = '{}', deleted_at = pg_catalog.now()
  where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.remove_comment(uuid, integer) is
  'Takes the text of a comment of one''s own away; that there was one stays. Raises record_not_found, comment_not_yours, version_conflict, permission_denied.';
select private.expose_command('remove_comment');

------------------------------------------------------------------------------------------------
-- Whom it is meant for
------------------------------------------------------------------------------------------------

insert into public.message_texts (event, channel, language, subject, body) values
  ('comment.created', 'email', 'en', '{company}: {author} mentioned you on {number}',
    '{author} mentioned you in a comment on {number}. Sign in to read it and to answer. {company}'),
  ('comment.created', 'email', 'sw', '{company}: {author} amekutaja kwenye {number}',
    '{author} amekutaja katika maoni kuhusu {number}. Ingia ili usome na ujibu. {company}');

create function private.tell_mentioned(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.say(c.tenant_id, 'comment.created', 'email', u.email,
    pg_catalog.jsonb_build_object('author', coalesce(a.full_name, ''), 'number', coalesce(private.number_of(c.document_kind, c.tenant_id, c.document_id), pg_catalog.replace(c.document_kind, '_', ' '))),
    'comment.created:' || c.id::text || ':' || u.id::text, 'comment', c.id)
  from public.comments c
  cross join lateral pg_catalog.unnest(c.mentions) w
  join public.users u on u.id = w and u.id <> c.created_by
  left join public.users a on a.id = c.created_by
  where c.tenant_id = event.tenant_id and c.id = event.entity_id and c.deleted_at is null;
end
$$;
comment on function private.tell_mentioned(public.event_store) is
  'Effect: an e-mail to everybody whom a comment mentions, once per comment and person. What it says is not in it: who may read that, the document decides.';
select private.listen('notifications', 'tell_mentioned', 'comment.created', 'comment.updated');
