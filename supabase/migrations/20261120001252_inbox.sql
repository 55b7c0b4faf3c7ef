-- Family 12, records: conversations of teams, and the list of all that the inbox shows.

alter table public.channels add column team_id uuid, add foreign key (tenant_id, team_id) references public.teams (tenant_id, id);
create index channels_team on public.channels (tenant_id, team_id);
comment on column public.channels.team_id is 'The team among whose members its conversations go round; null: all who answer.';
alter table public.conversations add column team_id uuid, add foreign key (tenant_id, team_id) references public.teams (tenant_id, id);
create index conversations_team on public.conversations (tenant_id, team_id);
comment on column public.conversations.team_id is 'The team that it was handed to; null: that of its channel.';

create or replace function private.people_of(channel public.channels, conversation uuid) returns uuid[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.array_agg(m.membership_id) filter (where m.membership_id is not null), '{}')
  from (
    select coalesce((select c.team_id from public.conversations c where c.tenant_id = channel.tenant_id and c.id = conversation), channel.team_id) as id
  ) t
  left join public.team_members m on m.tenant_id = channel.tenant_id and m.team_id = t.id
  where t.id is not null having count(*) > 0
$$;

select private.register_error('team_not_in_use', 409, 'This team is not in use.', 'Choose another one.');

create function private.hand_to_team(conversation_id uuid, team_id uuid, expected_version integer default null) returns public.conversations
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.conversations := private.lock_conversation(conversation_id, expected_version);
  wanted public.teams;
  way public.channels;
begin
  select * into wanted from public.teams t where t.tenant_id = target.tenant_id and t.id = team_id for share;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('team_id', team_id));
  elsif not wanted.is_active then
    perform private.fail('team_not_in_use', pg_catalog.jsonb_build_object('team_id', team_id));
  end if;
  update public.conversations c set team_id = wanted.id, assignee_id = null where c.tenant_id = target.tenant_id and c.id = target.id;
  select * into way from public.channels c where c.tenant_id = target.tenant_id and c.id = target.channel_id;
  update public.conversations c set assignee_id = private.next_in_turn(way, private.people_of(way, target.id)) where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.hand_to_team(uuid, uuid, integer) is
  'Hands a conversation to a team: to the member whose turn it is, else to nobody until one of them is on duty. Raises team_not_in_use, record_not_found, version_conflict.';
select private.expose_command('hand_to_team');

create view public.inbox with (security_invoker = true) as
select c.id, c.tenant_id, c.number, c.status, c.is_unresolved, c.priority, c.snoozed_until, c.assignee_id, c.team_id, g.name as team_name, c.version, c.channel_id, h.name as channel_name, h.kind as channel_kind,
  c.contact_id, p.name as contact_name, p.customer_id, b.name as customer_name,
  coalesce(a.last_message_at, c.created_at) as last_message_at, a.last_text, a.last_direction, coalesce(a.unread, 0) as unread, coalesce(a.replies, 0) as replies, k.next_due_at
from public.conversations c
join public.channels h on h.tenant_id = c.tenant_id and h.id = c.channel_id
join public.contacts p on p.tenant_id = c.tenant_id and p.id = c.contact_id
left join public.customers b on b.tenant_id = p.tenant_id and b.id = p.customer_id
left join public.teams g on g.tenant_id = c.tenant_id and g.id = c.team_id
left join public.conversation_clocks k on k.tenant_id = c.tenant_id and k.conversation_id = c.id
left join public.conversation_activity a on a.tenant_id = c.tenant_id and a.conversation_id = c.id;
comment on view public.inbox is 'Conversations as the inbox lists them: with whom, about which customer, what was said last, how many messages nobody has read, and when the next promise is due.';

------------------------------------------------------------------------------------------------
-- What was promised and not kept
------------------------------------------------------------------------------------------------

insert into public.message_texts (event, channel, language, subject, body) values
  ('conversation.overdue', 'email', 'en', '{company}: {customer} is still waiting ({number})',
    'What was promised to {customer} in the conversation {number} was not kept in time. Sign in to answer, or give it to somebody who can. {company}'),
  ('conversation.overdue', 'email', 'sw', '{company}: {customer} bado anasubiri ({number})',
    'Ahadi kwa {customer} katika mazungumzo {number} haikutimizwa kwa wakati. Ingia ili ujibu, au umpe anayeweza. {company}');

create function private.tell_overdue(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.say(c.tenant_id, 'conversation.overdue', 'email', u.email, pg_catalog.jsonb_build_object('customer', p.name, 'number', c.number),
    'conversation.overdue:' || event.id || ':' || u.id, 'conversation', c.id)
  from public.conversations c
  join public.contacts p on p.tenant_id = c.tenant_id and p.id = c.contact_id
  join public.channels h on h.tenant_id = c.tenant_id and h.id = c.channel_id
  cross join lateral (
    select c.assignee_id as membership_id
    union
    select t.membership_id from public.team_members t where t.tenant_id = c.tenant_id and t.team_id = coalesce(c.team_id, h.team_id) and t.is_lead
    union
    -- Without a team whoever manages the company leads.
    select m.id from public.memberships m
    where m.tenant_id = c.tenant_id and coalesce(c.team_id, h.team_id) is null and 'settings.manage' in (select private.role_permissions_of(m.tenant_id, m.role))
  ) w
  join public.memberships m on m.tenant_id = c.tenant_id and m.id = w.membership_id and m.status = 'active'
  join public.users u on u.id = m.user_id and u.status = 'active'
  where c.tenant_id = event.tenant_id and c.id = event.entity_id and c.is_unresolved;
end
$$;
comment on function private.tell_overdue(public.event_store) is
  'Effect: a mail to whoever has a conversation whose promise was not kept, and to who leads its team (who manages the company, where it has none), once per promise.';
select private.listen('notifications', 'tell_overdue', 'conversation.overdue');
