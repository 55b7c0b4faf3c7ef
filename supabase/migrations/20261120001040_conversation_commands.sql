-- Family 10, messaging: what people do in the inbox.

create function private.lock_conversation(conversation_id uuid, expected_version integer default null) returns public.conversations
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('conversations.reply');
  target public.conversations;
begin
  select * into target from public.conversations c where c.tenant_id = tenant and c.id = conversation_id for no key update;
  if not found or not (private.is_unscoped() or exists (
    select from public.contacts p join public.customers b on b.tenant_id = p.tenant_id and b.id = p.customer_id
    where p.tenant_id = tenant and p.id = target.contact_id and private.sees_customer(b.id, b.territory_id)
  )) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('conversation_id', conversation_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_conversation(uuid, integer) is 'Locks a conversation that the caller may answer. Raises permission_denied, record_not_found, version_conflict.';

create function private.move_conversation(conversation_id uuid, command text, until timestamptz, expected_version integer) returns public.conversations
language plpgsql security definer set search_path = ''
as $$
declare
  target public.conversations := private.lock_conversation(conversation_id, expected_version);
  wanted constant public.conversation_status := private.next_state('conversation', target.id, target.status::text, command);
begin
  update public.conversations c
  set status = wanted, snoozed_until = until, resolved_at = case wanted when 'resolved' then pg_catalog.now() end
  where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.move_conversation(uuid, text, timestamptz, integer) is 'One step of a conversation; the body of the four commands below.';

create function private.resolve_conversation(conversation_id uuid, expected_version integer default null) returns public.conversations
language sql security definer set search_path = ''
as $$ select private.move_conversation(conversation_id, 'resolve', null, expected_version) $$;
comment on function private.resolve_conversation(uuid, integer) is 'Says that nothing is left to do. Raises conversation_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('resolve_conversation');

create function private.reopen_conversation(conversation_id uuid, expected_version integer default null) returns public.conversations
language sql security definer set search_path = ''
as $$ select private.move_conversation(conversation_id, 'reopen', null, expected_version) $$;
comment on function private.reopen_conversation(uuid, integer) is 'Takes a conversation up again. Raises conversation_open_already where a newer one with this person is open, conversation_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('reopen_conversation');

create function private.wait_conversation(conversation_id uuid, expected_version integer default null) returns public.conversations
language sql security definer set search_path = ''
as $$ select private.move_conversation(conversation_id, 'wait', null, expected_version) $$;
comment on function private.wait_conversation(uuid, integer) is 'Puts a conversation aside until the customer answers. Raises conversation_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('wait_conversation');

create function private.snooze_conversation(conversation_id uuid, until timestamptz, expected_version integer default null) returns public.conversations
language plpgsql security definer set search_path = ''
as $$
begin
  if until is null or until <= pg_catalog.now() or until > pg_catalog.now() + interval '1 year' then
    perform private.fail('input_invalid', '{"until": "a time within the next year is needed"}');
  end if;
  return private.move_conversation(conversation_id, 'snooze', until, expected_version);
end
$$;
comment on function private.snooze_conversation(uuid, timestamptz, integer) is 'Puts a conversation aside until then, or until the customer writes. Raises input_invalid, conversation_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('snooze_conversation');

create function private.wake_conversations() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
  woken bigint;
begin
  earlier := private.run_as_rule('conversations.snooze');
  update public.conversations c set status = 'open', snoozed_until = null
  where (c.tenant_id, c.id) in (
    select s.tenant_id, s.id from public.conversations s where s.snoozed_until <= pg_catalog.now() order by s.snoozed_until limit 500 for no key update skip locked
  );
  get diagnostics woken = row_count;
  perform private.run_as_rule(earlier);
  return woken;
end
$$;
comment on function private.wake_conversations() is 'Maintenance: what was put aside until now is open again.';
select private.maintain('wake_conversations', 'conversations_woken');

select private.register_error('assignee_cannot_reply', 409, 'This person may not answer customers.', 'Choose somebody with that right.');

create function private.assign_conversation(conversation_id uuid, membership_id uuid default null, expected_version integer default null) returns public.conversations
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.conversations := private.lock_conversation(conversation_id, expected_version);
  wanted public.memberships;
begin
  if membership_id is not null then
    select * into wanted from public.memberships m where m.tenant_id = target.tenant_id and m.id = membership_id and m.status = 'active';
    if not found then
      perform private.fail('record_not_found', pg_catalog.jsonb_build_object('membership_id', membership_id));
    end if;
    if 'conversations.reply' not in (select private.role_permissions_of(wanted.tenant_id, wanted.role)) then
      perform private.fail('assignee_cannot_reply', pg_catalog.jsonb_build_object('membership_id', membership_id));
    end if;
  end if;
  update public.conversations c set assignee_id = membership_id where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.assign_conversation(uuid, uuid, integer) is 'Gives a conversation to a colleague, or, without one, back to nobody. Raises assignee_cannot_reply, record_not_found, version_conflict.';
select private.expose_command('assign_conversation');

------------------------------------------------------------------------------------------------
-- Who is on duty
------------------------------------------------------------------------------------------------

create function private.give_waiting(of_tenant uuid) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  waiting record;
  way public.channels;
  chosen uuid;
  given bigint := 0;
begin
  for waiting in
    select c.tenant_id, c.id, c.channel_id from public.conversations c
    join public.channels h on h.tenant_id = c.tenant_id and h.id = c.channel_id and h.assigns_in_turn and h.is_active
    where c.is_unresolved and c.status = 'open' and c.assignee_id is null and (of_tenant is null or c.tenant_id = of_tenant)
      and exists (select from public.inbox_agents a where a.tenant_id = c.tenant_id and a.on_duty_until > pg_catalog.now())
    order by c.created_at limit 500
    for no key update of c skip locked
  loop
    select * into way from public.channels h where h.tenant_id = waiting.tenant_id and h.id = waiting.channel_id;
    chosen := private.next_in_turn(way, private.people_of(way, waiting.id));
    if chosen is not null then
      update public.conversations c set assignee_id = chosen where c.tenant_id = waiting.tenant_id and c.id = waiting.id;
      given := given + 1;
    end if;
  end loop;
  return given;
end
$$;
comment on function private.give_waiting(uuid) is 'Gives what is nobody''s yet, the oldest first, to those on duty who have room; of all companies, or of one.';

create function private.give_waiting_conversations() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
  given bigint;
begin
  earlier := private.run_as_rule('conversations.turn');
  given := private.give_waiting(null);
  perform private.run_as_rule(earlier);
  return given;
end
$$;
comment on function private.give_waiting_conversations() is 'Maintenance: what is nobody''s goes to whoever has room by now.';
select private.maintain('give_waiting_conversations', 'conversations_given');

create function private.set_duty(until timestamptz) returns public.inbox_agents
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('conversations.reply');
  mine uuid;
  agent public.inbox_agents;
begin
  -- Somebody who presses twice waits for himself.
  select m.id into strict mine from public.memberships m where m.tenant_id = tenant and m.user_id = auth.uid() and m.status = 'active' for no key update;
  update public.inbox_agents a set on_duty_until = until where a.tenant_id = tenant and a.membership_id = mine
  returning * into agent;
  if not found then
    insert into public.inbox_agents (tenant_id, membership_id, on_duty_until) values (tenant, mine, until)
    returning * into agent;
  end if;
  return agent;
end
$$;
comment on function private.set_duty(timestamptz) is 'Until when the caller is on duty; the body of the two commands below.';

create function private.go_on_duty(until timestamptz) returns public.inbox_agents
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('conversations.reply');
  agent public.inbox_agents;
begin
  if until is null or until <= pg_catalog.now() or until > pg_catalog.now() + interval '24 hours' then
    perform private.fail('input_invalid', '{"until": "a time within the next 24 hours is needed"}');
  end if;
  agent := private.set_duty(until);
  perform private.give_waiting(tenant);
  return agent;
end
$$;
comment on function private.go_on_duty(timestamptz) is 'The caller is given conversations in turn until then (at most 24 hours), what waits already first. Raises input_invalid, permission_denied.';
select private.expose_command('go_on_duty');

create function private.go_off_duty() returns public.inbox_agents
language sql security definer set search_path = ''
as $$ select private.set_duty(null) $$;
comment on function private.go_off_duty() is 'The caller is given no more conversations; those he has stay his. Raises permission_denied.';
select private.expose_command('go_off_duty');

create function private.prioritise_conversation(conversation_id uuid, priority public.conversation_priority, expected_version integer default null) returns public.conversations
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.conversations := private.lock_conversation(conversation_id, expected_version);
begin
  if priority is null then
    perform private.fail('input_invalid', '{"priority": "is missing"}');
  end if;
  update public.conversations c set priority = priority where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.prioritise_conversation(uuid, public.conversation_priority, integer) is
  'Says how urgent a conversation is, by which its promises are counted anew (public.service_levels). Raises input_invalid, record_not_found, version_conflict.';
select private.expose_command('prioritise_conversation');

create function private.read_conversation(conversation_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.conversations := private.lock_conversation(conversation_id);
  was_unread boolean;
begin
  update public.conversation_activity a set unread = 0
  where a.tenant_id = target.tenant_id and a.conversation_id = target.id and a.unread > 0;
  was_unread := found;
  if was_unread then
    perform realtime.send(pg_catalog.jsonb_build_object('entity_type', 'message', 'entity_id', target.id, 'event_type', 'message.read'),
      'change', private.topic_of(target.tenant_id, 'conversations.view'), true);
  end if;
  return was_unread;
end
$$;
comment on function private.read_conversation(uuid) is 'Somebody has read what came in; false when nothing was unread. Raises record_not_found, permission_denied.';
select private.expose_command('read_conversation');

------------------------------------------------------------------------------------------------
-- Answers
------------------------------------------------------------------------------------------------

select private.register_error('answered_meanwhile', 409, 'A colleague has answered in the meantime.', 'Read the answer, then send yours if it is still needed.');
select private.register_error('no_way_to_reply', 409, 'This person cannot be reached on this channel.', 'Use another channel, or call.');
select private.register_error('template_not_approved', 409, 'WhatsApp has not approved this template.', 'Choose another one.');
select private.register_error('message_not_resendable', 409, 'Only a message that failed, or of which nobody knows, is sent again.', 'Reload the page.');

create function private.write_reply(target public.conversations, body text, template jsonb default null, media jsonb default null) returns public.messages
language plpgsql security definer set search_path = ''
as $$
declare
  way public.channels;
  written public.messages;
  address text;
begin
  select * into way from public.channels c where c.tenant_id = target.tenant_id and c.id = target.channel_id;
  select p.value into address from public.contact_points p
  where p.tenant_id = target.tenant_id and p.contact_id = target.contact_id
    and p.kind::text = any (case way.kind when 'email' then '{email}' when 'sms' then '{phone,whatsapp}' else '{whatsapp,whatsapp_user}' end::text[])
  order by p.kind, p.created_at desc limit 1;
  if address is null or not private.is_connected(way) then
    perform private.fail('no_way_to_reply', pg_catalog.jsonb_build_object('conversation_id', target.id));
  end if;
  if target.status = 'resolved' then
    update public.conversations c set status = 'open', resolved_at = null where c.tenant_id = target.tenant_id and c.id = target.id;
  end if;
  insert into public.messages (tenant_id, channel, recipient, template, body, permission, business_key, direction, channel_id, contact_id, conversation_id, kind, content, media, written_by)
  values (target.tenant_id, way.kind, address, 'reply', body, 'conversations.view', 'reply:' || private.uuid_v7(), 'out', way.id, target.contact_id, target.id,
    case when template is not null then 'template' when media is null then 'text' when media ->> 'type' like 'image/%' then 'image' else 'document' end, template, media, auth.uid())
  returning * into written;
  if private.why_not_sent(written) is not null then
    perform private.fail('reply_window_closed', pg_catalog.jsonb_build_object('conversation_id', target.id));
  end if;
  perform private.note_activity(written);
  perform pgmq.send('send_message', pg_catalog.jsonb_build_object('message_id', written.id, 'tenant_id', written.tenant_id));
  return written;
end
$$;
comment on function private.write_reply(public.conversations, text, jsonb, jsonb) is
  'Writes an answer into a locked conversation and has it sent; template: {name, language, parameters} that it leaves as; media: the stored file that goes with it. Raises no_way_to_reply, reply_window_closed, conversation_open_already.';

create function private.check_collision(target public.conversations, replies_seen integer) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  unseen integer;
begin
  select a.replies - replies_seen into unseen from public.conversation_activity a where a.tenant_id = target.tenant_id and a.conversation_id = target.id;
  if unseen > 0 and exists (
    select from (
      select m.written_by from public.messages m
      where m.tenant_id = target.tenant_id and m.conversation_id = target.id and m.written_by is not null
      order by m.created_at desc, m.id desc limit unseen
    ) newer where newer.written_by <> auth.uid()
  ) then
    perform private.fail('answered_meanwhile', pg_catalog.jsonb_build_object('conversation_id', target.id));
  end if;
end
$$;
comment on function private.check_collision(public.conversations, integer) is 'Refuses an answer to a locked conversation in which a colleague has given one that its writer has not seen. Raises answered_meanwhile.';

create function private.take_over(target public.conversations) returns void
language sql security definer set search_path = ''
as $$
  update public.conversations c set assignee_id = m.id
  from public.memberships m
  where c.tenant_id = target.tenant_id and c.id = target.id and c.assignee_id is null
    and m.tenant_id = target.tenant_id and m.user_id = auth.uid() and m.status = 'active'
$$;
comment on function private.take_over(public.conversations) is 'Whoever answers first what is nobody''s has it.';

create function private.reply_to_conversation(conversation_id uuid, text text, replies_seen integer default null) returns public.messages
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.conversations := private.lock_conversation(conversation_id);
  written public.messages;
begin
  perform private.check_collision(target, replies_seen);
  written := private.write_reply(target, private.require_text('text', text, 4096));
  perform private.take_over(target);
  return written;
end
$$;
comment on function private.reply_to_conversation(uuid, text, integer) is
  'Answers in a conversation, at most 4096 characters; whoever answers what is nobody''s has it. replies_seen: how many answers (conversation_activity.replies) the writer saw; when a colleague has given another, nothing is sent. Raises answered_meanwhile, reply_window_closed, no_way_to_reply, input_invalid, record_not_found.';
select private.expose_command('reply_to_conversation');

create function private.send_template(conversation_id uuid, whatsapp_template_id uuid, names jsonb default '{}', replies_seen integer default null) returns public.messages
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target constant public.conversations := private.lock_conversation(conversation_id);
  chosen public.whatsapp_templates;
  written public.messages;
begin
  select * into chosen from public.whatsapp_templates t where t.tenant_id = target.tenant_id and t.id = whatsapp_template_id;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('whatsapp_template_id', whatsapp_template_id));
  end if;
  if chosen.meta_status <> 'approved' then
    perform private.fail('template_not_approved', pg_catalog.jsonb_build_object('whatsapp_template_id', whatsapp_template_id));
  end if;
  if pg_catalog.jsonb_typeof(coalesce(names, '{}')) <> 'object' or pg_catalog.length(names::text) > 8000 then
    perform private.fail('input_invalid', '{"names": "a small object of names and texts is needed"}');
  end if;
  perform private.check_collision(target, replies_seen);
  written := private.write_reply(target, private.fill_in(chosen.body, names), private.template_filled(chosen, names));
  perform private.take_over(target);
  return written;
end
$$;
comment on function private.send_template(uuid, uuid, jsonb, integer) is
  'Writes to a customer as an approved template, at any time; names: what its names in braces stand for. Raises template_not_approved, answered_meanwhile, no_way_to_reply, input_invalid, record_not_found.';
select private.expose_command('send_template');

create function private.send_file(conversation_id uuid, path text, name text, caption text default null, replies_seen integer default null) returns public.messages
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.conversations := private.lock_conversation(conversation_id);
  called constant text := private.require_text('name', name, 200);
  stored jsonb;
  written public.messages;
begin
  if pg_catalog.length(caption) > 1024 then
    perform private.fail('input_invalid', '{"caption": "longer than 1024 characters"}');
  end if;
  select o.metadata into stored from storage.objects o
  where o.bucket_id = 'messages' and o.name = send_file.path and o.owner_id = auth.uid()::text and (storage.foldername(o.name))[1] = target.tenant_id::text;
  if not found then
    perform private.fail('file_not_found', pg_catalog.jsonb_build_object('path', path));
  end if;
  -- WhatsApp takes these from a company; recordings and films it only brings.
  if stored ->> 'mimetype' not in ('image/jpeg', 'image/png', 'application/pdf') then
    perform private.fail('file_not_sendable', pg_catalog.jsonb_build_object('type', stored ->> 'mimetype'));
  end if;
  perform private.check_collision(target, replies_seen);
  written := private.write_reply(target, coalesce(nullif(pg_catalog.btrim(caption), ''), called), null,
    pg_catalog.jsonb_build_object('path', path, 'type', stored ->> 'mimetype', 'bytes', (stored ->> 'size')::bigint, 'name', called));
  perform private.take_over(target);
  return written;
end
$$;
comment on function private.send_file(uuid, text, text, text, integer) is
  'Answers with a picture (JPEG, PNG) or a PDF, which the caller has stored in the bucket messages under his company''s folder; caption: at most 1024 characters. Raises file_not_found, file_not_sendable, answered_meanwhile, reply_window_closed, no_way_to_reply, input_invalid, record_not_found.';
select private.register_error('file_not_found', 422, 'The file is not stored yet, or it is somebody else''s.', 'Store it first, then add it.');
select private.register_error('file_not_sendable', 422, 'WhatsApp takes no such file.', 'Send a picture (JPEG or PNG) or a PDF.');
select private.expose_command('send_file');

create function private.resend_message(message_id uuid) returns public.messages
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('conversations.reply');
  target public.messages;
  problem text;
begin
  select * into target from public.messages m
  where m.tenant_id = tenant and m.id = message_id and m.direction = 'out' and m.contact_id is not null and m.permission <> 'users.manage' for update;
  if not found or not (private.is_unscoped() or exists (
    select from public.contacts p join public.customers b on b.tenant_id = p.tenant_id and b.id = p.customer_id
    where p.tenant_id = tenant and p.id = target.contact_id and private.sees_customer(b.id, b.territory_id)
  )) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('message_id', message_id));
  end if;
  if target.status not in ('failed', 'uncertain') then
    perform private.fail('message_not_resendable', pg_catalog.jsonb_build_object('message_id', message_id, 'status', target.status));
  end if;
  problem := private.why_not_sent(target);
  if problem = 'channel_unproved' then
    perform private.fail('channel_unproved', pg_catalog.jsonb_build_object('message_id', message_id));
  elsif problem = 'recipient_opted_out' then
    perform private.fail('recipient_opted_out', pg_catalog.jsonb_build_object('message_id', message_id));
  elsif problem is not null then
    perform private.fail('reply_window_closed', pg_catalog.jsonb_build_object('message_id', message_id));
  end if;
  update public.messages m set status = 'queued', error = null, status_at = pg_catalog.now() where m.tenant_id = tenant and m.id = target.id
  returning * into target;
  perform pgmq.send('send_message', pg_catalog.jsonb_build_object('message_id', target.id, 'tenant_id', tenant));
  return target;
end
$$;
comment on function private.resend_message(uuid) is 'Sends a message again that failed, or of which nobody knows whether it left. Raises message_not_resendable, reply_window_closed, recipient_opted_out, channel_unproved, record_not_found.';
select private.expose_command('resend_message');

------------------------------------------------------------------------------------------------
-- Answers that are written once
------------------------------------------------------------------------------------------------

create table public.canned_replies (
  like private.record including defaults including indexes,
  shortcut text not null,
  body text not null,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, shortcut),
  constraint shortcut_is_short check (shortcut ~ '^[a-z0-9_-]{1,30}$'),
  constraint canned_reply_is_bounded check (btrim(body) <> '' and length(body) <= 4096)
);
comment on table public.canned_replies is 'Answers that are used again and again, by a short name. {customer}, {contact}, {agent} and {company} are filled in when one is chosen.';
select private.register_error('shortcut_is_short', 422, 'This is no short name for an answer.', 'Use 1 to 30 small letters, digits, - and _.');
select private.register_error('canned_reply_is_bounded', 422, 'The answer is empty or too long.', 'Write between 1 and 4096 characters.');
select private.register_error('shortcut_taken', 409, 'There is an answer with this short name already.', 'Change that one.');
select private.manage_table('public.canned_replies', 'canned_reply');
select private.set_audience('canned_reply', 'conversations.view');
select private.refuse_taken('public.canned_replies', 'canned_replies_tenant_id_shortcut_key', 'shortcut_taken');
