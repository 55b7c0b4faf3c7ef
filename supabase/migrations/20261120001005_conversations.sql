-- Family 10, messaging: channels, people and how to reach them, conversations, and the messages in them.

------------------------------------------------------------------------------------------------
-- Channels
------------------------------------------------------------------------------------------------

create table public.channels (
  like private.record including defaults including indexes,
  name text not null,
  kind public.message_channel not null,
  phone_number_id text,
  display_number text,
  proved_at timestamptz,
  proved_number text generated always as (case when proved_at is not null then phone_number_id end) stored,
  proof_error text,
  reopens_within_hours integer default 72,
  assigns_in_turn boolean not null default false,
  capacity integer not null default 30,
  is_active boolean not null default true,
  has_token boolean not null default false,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  unique (tenant_id, phone_number_id),
  constraint channel_name_is_short check (btrim(name) <> '' and length(name) <= 60),
  constraint phone_number_id_is_metas check (phone_number_id is null or (phone_number_id ~ '^[0-9]{5,20}$' and kind = 'whatsapp')),
  constraint reopens_within_a_year check (reopens_within_hours between 0 and 8760),
  constraint capacity_is_bounded check (capacity between 1 and 1000)
);
create unique index channels_proved_number on public.channels (proved_number);
comment on table public.channels is 'The ways in which customers write to a company. A channel of WhatsApp is one number of Meta''s Cloud API.';
comment on column public.channels.phone_number_id is 'What Meta calls the number. Only what is told of this number comes into the company, and only once it is proved to be the company''s (proved_at).';
comment on column public.channels.display_number is 'The number itself, as Meta writes it.';
comment on column public.channels.proved_at is 'When Meta last said, asked with the access token of this channel, that the number is one of its own; null: nothing comes in or leaves. Of all companies one has a number proved.';
comment on column public.channels.proved_number is 'The phone number id once it is proved; what is told of it comes in here.';
comment on column public.channels.proof_error is 'Why the last proof failed, or how it was lost: a stable key.';
comment on column public.channels.reopens_within_hours is 'Hours in which a resolved conversation is taken up again when the customer writes; 0: a new one begins at once, null: it is always taken up again.';
comment on column public.channels.assigns_in_turn is 'Whether new conversations are given to the people who answer, one after the other.';
comment on column public.channels.capacity is 'With so many open conversations nobody is given more in turn.';
comment on column public.channels.has_token is 'Whether an access token of its own is kept for it; nobody can read that.';
select private.register_error('channel_name_is_short', 422, 'The channel has no name, or a long one.', 'Enter a name of at most 60 characters.');
select private.register_error('phone_number_id_is_metas', 422, 'This is no phone number id of a WhatsApp channel.', 'Copy the digits of the phone number id from Meta''s page of the number.');
select private.register_error('reopens_within_a_year', 422, 'The time in which a conversation is taken up again is not possible.', 'Enter hours from 0 to 8760, or none for always.');
select private.register_error('capacity_is_bounded', 422, 'The number of conversations per person is not possible.', 'Enter a number from 1 to 1000.');
select private.register_error('channel_name_taken', 409, 'There is a channel with this name already.', 'Choose another name.');
select private.register_error('phone_number_id_taken', 409, 'This number is connected already.', 'Take it off the channel that has it first.');
select private.manage_table('public.channels', 'channel');
select private.set_audience('channel', 'conversations.view');
select private.refuse_taken('public.channels', 'channels_tenant_id_name_key', 'channel_name_taken');
select private.refuse_taken('public.channels', 'channels_tenant_id_phone_number_id_key', 'phone_number_id_taken');

create function private.is_proved(channel public.channels) returns boolean
language sql immutable set search_path = ''
as $$ select channel.phone_number_id is null or channel.proved_at is not null $$;
comment on function private.is_proved(public.channels) is 'Whether a channel has no number of its own, or one that is proved to be the company''s.';

create function private.is_connected(channel public.channels) returns boolean
language sql immutable set search_path = ''
as $$ select channel.is_active and private.is_proved(channel) $$;
comment on function private.is_connected(public.channels) is 'Whether messages leave by a channel now.';

------------------------------------------------------------------------------------------------
-- People, and how to reach them
------------------------------------------------------------------------------------------------

create type public.contact_point_kind as enum ('phone', 'whatsapp', 'whatsapp_user', 'email');

create table public.contact_points (
  like private.record including defaults including indexes,
  contact_id uuid not null,
  kind public.contact_point_kind not null,
  value text not null,
  opted_out_at timestamptz,
  foreign key (tenant_id, contact_id) references public.contacts (tenant_id, id),
  unique (tenant_id, kind, value),
  constraint contact_point_is_normal check (case kind
    when 'email' then value ~ '^[^@\s]+@[^@\s]+$' and value = lower(value)
    when 'whatsapp_user' then value ~ '^\S{2,150}$'
    else value ~ '^\+[1-9][0-9]{6,14}$' end and length(value) <= 254)
);
create index contact_points_contact on public.contact_points (tenant_id, contact_id);
comment on table public.contact_points is 'How people are reached: one person per company, kind and value. Written by what comes in and goes out.';
comment on column public.contact_points.value is 'In its one form: a telephone number as E.164, an address in small letters, the id that WhatsApp gives to a person who hides his number.';
comment on column public.contact_points.opted_out_at is 'Since when this person wants no messages but answers to his own.';
select private.manage_table('public.contact_points');

create or replace function private.has_written(contact uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (select from public.contact_points p where p.tenant_id = private.active_tenant_id() and p.contact_id = contact);
end
$$;

create function private.contact_at(tenant uuid, number text, user_name text, called text) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  found_contact uuid;
  found_customer uuid;
begin
  -- Two messages of somebody new in the same moment come here one after the other, his number first.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('contact ' || tenant || v, 0))
  from pg_catalog.unnest(array[number, user_name]) with ordinality as t (v, n) where v is not null order by n;
  select p.contact_id into found_contact from public.contact_points p
  where p.tenant_id = tenant and ((p.kind in ('whatsapp', 'phone') and p.value = number) or (p.kind = 'whatsapp_user' and p.value = user_name))
  order by p.kind desc limit 1;
  if found_contact is null then
    -- Somebody known by his number; not where several have it.
    select pg_catalog.min(c.id::text)::uuid into found_contact from public.contacts c where c.tenant_id = tenant and c.phone = number having count(*) = 1;
  end if;
  if found_contact is null then
    select pg_catalog.min(c.id::text)::uuid into found_customer from public.customers c where c.tenant_id = tenant and c.phone = number having count(*) = 1;
    insert into public.contacts (tenant_id, customer_id, name)
    values (tenant, found_customer, pg_catalog.left(coalesce(nullif(pg_catalog.btrim(called), ''),
      (select c.name from public.customers c where c.tenant_id = tenant and c.id = found_customer), number, user_name), 120))
    returning id into found_contact;
  end if;
  insert into public.contact_points (tenant_id, contact_id, kind, value)
  select tenant, found_contact, k.kind, k.value
  from (values ('whatsapp'::public.contact_point_kind, number), ('whatsapp_user', user_name)) as k (kind, value)
  where k.value is not null
  on conflict do nothing;
  return found_contact;
end
$$;
comment on function private.contact_at(uuid, text, text, text) is
  'The person with this WhatsApp number (E.164) or, without a number, this id of WhatsApp: the one known by it, by the telephone number of a contact or customer, else a new one of this name. The same for two that ask at once.';

create function private.link_contact(contact_id uuid, customer_id uuid) returns public.contacts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('customers.edit');
  target public.contacts;
begin
  select * into target from public.contacts c
  where c.tenant_id = tenant and c.id = contact_id and (c.customer_id is not null or private.is_unscoped()) for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('contact_id', contact_id));
  end if;
  if target.customer_id is not null then
    perform private.customer_served(tenant, target.customer_id);
  end if;
  update public.contacts c set customer_id = (private.customer_served(tenant, customer_id)).id
  where c.tenant_id = tenant and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.link_contact(uuid, uuid) is 'Says at which customer a person is, somebody who wrote for the first time or one who changed. Raises record_not_found, permission_denied.';
select private.expose_command('link_contact');

------------------------------------------------------------------------------------------------
-- Conversations
------------------------------------------------------------------------------------------------

create type public.conversation_status as enum ('open', 'pending', 'snoozed', 'resolved');
create type public.conversation_priority as enum ('low', 'normal', 'high', 'urgent');

create table public.conversations (
  like private.record including defaults including indexes,
  number text not null,
  channel_id uuid not null,
  contact_id uuid not null,
  status public.conversation_status not null default 'open',
  is_unresolved boolean not null generated always as (status <> 'resolved') stored,
  assignee_id uuid,
  priority public.conversation_priority not null default 'normal',
  snoozed_until timestamptz,
  resolved_at timestamptz,
  unique (tenant_id, number),
  foreign key (tenant_id, channel_id) references public.channels (tenant_id, id),
  foreign key (tenant_id, contact_id) references public.contacts (tenant_id, id),
  foreign key (tenant_id, assignee_id) references public.memberships (tenant_id, id),
  constraint snoozed_until_a_time check ((status = 'snoozed') = (snoozed_until is not null)),
  constraint resolved_at_a_time check ((status = 'resolved') = (resolved_at is not null))
);
create unique index conversations_unresolved on public.conversations (tenant_id, channel_id, contact_id) where is_unresolved;
create index conversations_contact on public.conversations (tenant_id, contact_id, created_at desc);
create index conversations_channel on public.conversations (tenant_id, channel_id);
create index conversations_assignee on public.conversations (tenant_id, assignee_id);
create index conversations_waiting on public.conversations (tenant_id, created_at desc) where is_unresolved;
create index conversations_snoozed on public.conversations (snoozed_until) where snoozed_until is not null;
select private.register_error('conversation_open_already', 409, 'There is a newer conversation with this person.', 'Go on in that one.');
comment on table public.conversations is 'What is talked about with a person on a channel, from his first message until it is resolved; at most one unresolved at a time. Its messages: public.messages; what colleagues say of it: its comments.';
comment on column public.conversations.assignee_id is 'Who answers it: a membership, null for nobody yet.';
select private.register_document('public.conversations', 'conversation', 'open', 'conversations.view', '/inbox', prefix => 'CNV');
select private.refuse_taken('public.conversations', 'conversations_unresolved', 'conversation_open_already');
insert into private.waiting_states (machine, state, permission) values ('conversation', 'open', 'conversations.reply');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('conversation', 'open', 'wait', 'pending', 'conversations.reply', null, 'conversation.waiting'),
  ('conversation', 'open', 'snooze', 'snoozed', 'conversations.reply', null, 'conversation.snoozed'),
  ('conversation', 'open', 'resolve', 'resolved', 'conversations.reply', null, 'conversation.resolved'),
  ('conversation', 'pending', 'resolve', 'resolved', 'conversations.reply', null, 'conversation.resolved'),
  ('conversation', 'snoozed', 'resolve', 'resolved', 'conversations.reply', null, 'conversation.resolved'),
  ('conversation', 'pending', 'reopen', 'open', 'conversations.reply', null, 'conversation.reopened'),
  ('conversation', 'snoozed', 'reopen', 'open', 'conversations.reply', null, 'conversation.reopened'),
  ('conversation', 'resolved', 'reopen', 'open', 'conversations.reply', null, 'conversation.reopened');

create table public.conversation_activity (
  tenant_id uuid not null,
  conversation_id uuid not null,
  last_message_at timestamptz not null,
  last_text text not null,
  last_direction text not null,
  unread integer not null default 0,
  replies integer not null default 0,
  primary key (tenant_id, conversation_id),
  foreign key (tenant_id, conversation_id) references public.conversations (tenant_id, id),
  constraint direction_is_known check (last_direction in ('in', 'out'))
);
create index conversation_activity_recent on public.conversation_activity (tenant_id, last_message_at desc);
select private.force_policies('public.conversation_activity');
comment on table public.conversation_activity is 'What the inbox shows of each conversation without reading its messages. Kept by the messages themselves.';
comment on column public.conversation_activity.last_text is 'The beginning of the last message.';
comment on column public.conversation_activity.unread is 'Messages that came in since somebody last read it.';
comment on column public.conversation_activity.replies is 'How many answers people have written: who answers without having seen the last is told.';

------------------------------------------------------------------------------------------------
-- Messages in a conversation
------------------------------------------------------------------------------------------------

alter table public.messages
  add column direction text not null default 'out',
  add column channel_id uuid,
  add column contact_id uuid,
  add column conversation_id uuid,
  add column kind text not null default 'text',
  add column content jsonb,
  add column media jsonb,
  add column reply_to text,
  add column written_by uuid,
  add column happened_at timestamptz,
  add column status_at timestamptz,
  add foreign key (tenant_id, channel_id) references public.channels (tenant_id, id),
  add foreign key (tenant_id, contact_id) references public.contacts (tenant_id, id),
  add foreign key (tenant_id, conversation_id) references public.conversations (tenant_id, id),
  add constraint direction_is_known check (direction in ('in', 'out'));
create index messages_sending on public.messages (status_at) where is_sending;
create index messages_contact on public.messages (tenant_id, contact_id, created_at desc);
create index messages_channel on public.messages (tenant_id, channel_id);
create index messages_conversation on public.messages (tenant_id, conversation_id);
create index messages_words on public.messages using gin (body extensions.gin_trgm_ops);
comment on column public.messages.direction is 'in: a customer wrote it; out: the company did.';
comment on column public.messages.contact_id is 'The person on the other side; what is told about documents has one, too, where the company has a channel.';
comment on column public.messages.kind is 'text, image, audio, video, document, sticker, location, contacts, interactive, button, order, reaction; template for what leaves as one.';
comment on column public.messages.content is 'What a message has besides its text, as the provider tells it: {latitude, longitude}, {catalog_id, product_items}, {id, mime_type}; of a template {name, language, parameters}.';
comment on column public.messages.media is 'Its picture, paper or recording: {path, type, bytes, name} of what lies in the bucket messages; {error} where it could not be fetched. Null: it has none, or it is being fetched.';
comment on column public.messages.reply_to is 'The provider''s id of the message that it answers.';
comment on column public.messages.written_by is 'Who wrote it: a user; null for the product itself and for customers.';
comment on column public.messages.happened_at is 'When it was sent, as the provider tells; null for what we write.';
comment on column public.messages.is_sending is 'A worker is sending it just now, or ended while it did.';
comment on column public.messages.status_at is 'When the provider said what became of it.';

create table private.message_references (
  tenant_id uuid not null,
  channel_id uuid not null,
  reference text not null,
  message_id uuid,
  status public.message_status not null,
  status_at timestamptz not null default now(),
  error text,
  primary key (tenant_id, channel_id, reference),
  foreign key (tenant_id, channel_id) references public.channels (tenant_id, id)
);
select private.force_policies('private.message_references');
comment on table private.message_references is
  'Every message by the id that its provider gives it, one row per channel and id: what came in has its effect once, and what became of a message is kept also when it is told before we know that the id is ours.';

create function private.later_status(known public.message_status, told public.message_status) returns public.message_status
language sql immutable set search_path = ''
as $$
  select case when known in ('failed', 'received') or (told = 'failed' and known in ('delivered', 'read')) then known else greatest(known, told) end
$$;
comment on function private.later_status(public.message_status, public.message_status) is 'What is true of a message of which two things were told, in whichever order: nothing is taken back, and what failed has failed.';

create function private.note_activity(message public.messages) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.conversation_activity as a (tenant_id, conversation_id, last_message_at, last_text, last_direction, unread, replies)
  values (message.tenant_id, message.conversation_id, message.created_at, pg_catalog.left(message.body, 160), message.direction, (message.direction = 'in')::integer, (message.written_by is not null)::integer)
  on conflict on constraint conversation_activity_pkey do update
  set last_message_at = excluded.last_message_at, last_text = excluded.last_text, last_direction = excluded.last_direction,
    unread = case message.direction when 'in' then a.unread + 1 else 0 end, replies = a.replies + excluded.replies;
end
$$;
comment on function private.note_activity(public.messages) is 'The inbox follows a message of a conversation: one more is unread, or, when somebody has answered, none.';

create table public.inbox_agents (
  like private.record including defaults including indexes,
  membership_id uuid not null,
  capacity integer,
  on_duty_until timestamptz,
  foreign key (tenant_id, membership_id) references public.memberships (tenant_id, id),
  unique (tenant_id, membership_id),
  constraint capacity_is_bounded check (capacity between 1 and 1000)
);
create index inbox_agents_on_duty on public.inbox_agents (tenant_id, on_duty_until);
comment on table public.inbox_agents is 'The people who answer customers: who is on duty, and how much each can have in hand. Whoever is not in it was never on duty.';
comment on column public.inbox_agents.capacity is 'With so many open conversations he is given no more in turn; null: as many as the channel says.';
comment on column public.inbox_agents.on_duty_until is 'Until when he is given conversations in turn; he says so himself (go_on_duty).';
select private.manage_table('public.inbox_agents', 'inbox_agent');
select private.set_audience('inbox_agent', 'conversations.view');
select private.register_error('inbox_agent_taken', 409, 'This person is in the list already.', 'Change that line.');
select private.refuse_taken('public.inbox_agents', 'inbox_agents_tenant_id_membership_id_key', 'inbox_agent_taken');

create table private.conversation_turns (
  tenant_id uuid not null,
  membership_id uuid not null,
  turn bigint not null generated always as identity,
  primary key (tenant_id, membership_id),
  foreign key (tenant_id, membership_id) references public.memberships (tenant_id, id)
);
select private.force_policies('private.conversation_turns');
comment on table private.conversation_turns is 'Who was given a conversation when: the lower the turn, the longer ago.';

create function private.people_of(channel public.channels, conversation uuid) returns uuid[]
language sql stable security definer set search_path = ''
as $$ select null::uuid[] $$;
comment on function private.people_of(public.channels, uuid) is
  'The people (memberships) among whom a conversation of this channel goes round, null for everybody who answers; conversation: null for one that only begins. A house with teams answers it anew.';

create function private.next_in_turn(channel public.channels, among uuid[]) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  chosen uuid;
begin
  -- Of two conversations at once the second sees what the first was given: nobody gets more than he has room for.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('turns ' || channel.tenant_id, 0));
  select m.id into chosen
  from public.inbox_agents a
  join public.memberships m on m.tenant_id = a.tenant_id and m.id = a.membership_id and m.status = 'active' and m.territory_id is null and m.warehouse_id is null
  join public.users u on u.id = m.user_id and u.status = 'active'
  left join private.conversation_turns t on t.tenant_id = m.tenant_id and t.membership_id = m.id
  where a.tenant_id = channel.tenant_id and a.on_duty_until > pg_catalog.now() and (among is null or m.id = any (among))
    and 'conversations.reply' in (select private.role_permissions_of(m.tenant_id, m.role))
    and coalesce(a.capacity, channel.capacity) > (select count(*) from public.conversations c where c.tenant_id = m.tenant_id and c.assignee_id = m.id and c.status = 'open')
  order by t.turn nulls first, m.created_at, m.id
  limit 1;
  if chosen is not null then
    insert into private.conversation_turns as t (tenant_id, membership_id) values (channel.tenant_id, chosen)
    on conflict on constraint conversation_turns_pkey do update set turn = default;
  end if;
  return chosen;
end
$$;
comment on function private.next_in_turn(public.channels, uuid[]) is
  'Whose turn it is to get a conversation of a channel: of those who are on duty, may answer and have room (and are among these memberships), the one who has waited longest; he goes to the end. Null when there is nobody.';

create function private.conversation_to_join(channel public.channels, contact uuid) returns public.conversations
language plpgsql security definer set search_path = ''
as $$
declare
  joined public.conversations;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('conversation ' || channel.id || contact, 0));
  select * into joined from public.conversations c
  where c.tenant_id = channel.tenant_id and c.channel_id = channel.id and c.contact_id = contact
    and (c.is_unresolved or channel.reopens_within_hours is null or c.resolved_at > pg_catalog.now() - pg_catalog.make_interval(hours => channel.reopens_within_hours))
  order by c.is_unresolved desc, c.created_at desc limit 1
  for no key update;
  if not found then
    insert into public.conversations (tenant_id, channel_id, contact_id, assignee_id)
    values (channel.tenant_id, channel.id, contact, case when channel.assigns_in_turn then private.next_in_turn(channel, private.people_of(channel, null)) end)
    returning * into joined;
  elsif joined.status <> 'open' then
    update public.conversations c set status = 'open', snoozed_until = null, resolved_at = null
    where c.tenant_id = joined.tenant_id and c.id = joined.id
    returning * into joined;
  end if;
  return joined;
end
$$;
comment on function private.conversation_to_join(public.channels, uuid) is
  'The conversation that a new message of a person belongs to, open and locked: the unresolved one, one that was resolved a short while ago (channels.reopens_within_hours), or a new one. The same for two that ask at once.';

create function private.reply_window_until(of_tenant uuid, of_channel uuid, of_contact uuid) returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.max(coalesce(m.happened_at, m.created_at)) + interval '24 hours'
  from public.messages m
  where m.tenant_id = of_tenant and m.contact_id = of_contact and m.channel_id = of_channel and m.direction = 'in' and m.created_at > pg_catalog.now() - interval '48 hours'
$$;
comment on function private.reply_window_until(uuid, uuid, uuid) is 'Until when a person may be answered freely on a channel of WhatsApp: 24 hours after he last wrote. Null when he has not written lately.';

create function private.conversations_meant(typed text) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.tenant_id('conversations.view');
  words constant text := pg_catalog.btrim(typed);
  wanted constant text := '%' || pg_catalog.regexp_replace(words, '([\\%_])', '\\\1', 'g') || '%';
begin
  if tenant is null or pg_catalog.length(words) < 3 then
    return '{}';
  end if;
  return array(
    select c.id from public.conversations c
    join public.contacts p on p.tenant_id = c.tenant_id and p.id = c.contact_id
    left join public.customers b on b.tenant_id = p.tenant_id and b.id = p.customer_id
    where c.tenant_id = tenant and (private.is_unscoped() or (b.id is not null and private.sees_customer(b.id, b.territory_id)))
      and (p.name ilike wanted or b.name ilike wanted
        or exists (select from public.contact_points q where q.tenant_id = tenant and q.contact_id = p.id and q.value ilike wanted)
        or c.id in (select m.conversation_id from public.messages m where m.tenant_id = tenant and m.body ilike wanted))
    order by c.created_at desc limit 100
  );
end
$$;
comment on function private.conversations_meant(text) is 'Conversations of the caller''s in which something was said, or whose person, customer, number has it, the newest hundred; three letters or more.';
select private.expose('conversations_meant');
select private.find_by('conversation', 'id', 'private.conversations_meant(typed)');
