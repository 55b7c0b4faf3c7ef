-- Family 10, messaging: from events to messages, and the results of sending.

create function private.enqueue_message(
  tenant_id uuid, channel public.message_channel, recipient text, template text, subject text, body text, business_key text,
  permission text default 'messages.view', entity_type text default null, entity_id uuid default null, approved_template jsonb default null
) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  message_id uuid;
  way public.channels;
begin
  -- No index knows all quarters: whoever says the same in the same moment waits here, and then sees it said.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('message' || tenant_id::text || business_key, 0));
  if exists (select from public.messages m where m.tenant_id = tenant_id and m.business_key = business_key) then
    return null;
  end if;
  if channel = 'whatsapp' and recipient ~ '^\+[1-9][0-9]{6,14}$' then
    -- What is told about documents stands where its person answers.
    select * into way from public.channels c where c.tenant_id = tenant_id and c.kind = 'whatsapp' and private.is_connected(c) order by c.created_at, c.id limit 1;
  end if;
  insert into public.messages (tenant_id, channel, recipient, template, subject, body, business_key, permission, entity_type, entity_id, channel_id, contact_id, kind, content)
  values (tenant_id, channel, recipient, template, subject, body, business_key, permission, entity_type, entity_id, way.id,
    case when way.id is not null then private.contact_at(tenant_id, recipient, null, null) end,
    case when approved_template is null then 'text' else 'template' end, approved_template)
  returning id into message_id;
  perform pgmq.send('send_message', pg_catalog.jsonb_build_object('message_id', message_id, 'tenant_id', tenant_id));
  return message_id;
end
$$;
comment on function private.enqueue_message(uuid, public.message_channel, text, text, text, text, text, text, text, uuid, jsonb) is
  'Writes a message and queues it for sending; null when its business key was used before. approved_template: {name, language, parameters} of a template of WhatsApp that it leaves as. For functions (service role) and events.';
select private.expose('enqueue_message', 'service_role');

create function private.say(
  tenant uuid, event text, channel public.message_channel, recipient text, names jsonb, business_key text, entity_type text default null, entity_id uuid default null,
  language text default null, permission text default 'messages.view'
) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  text record;
begin
  -- In the language of whom it goes to, else of the company, else in English; the company's own words before those of the product.
  select coalesce(o.subject, w.subject) as subject, coalesce(o.body, w.body) as body, t.name as company into text
  from public.tenants t
  join public.tenant_settings s on s.tenant_id = t.id
  join public.message_texts w on w.event = event and w.channel = channel and w.language in (language, pg_catalog.split_part(s.locale, '-', 1), 'en')
  left join public.message_templates o on o.tenant_id = t.id and o.event = w.event and o.channel = w.channel and o.language = w.language
  where t.id = tenant
  order by w.language = language desc nulls last, w.language = pg_catalog.split_part(s.locale, '-', 1) desc
  limit 1;
  names := names || pg_catalog.jsonb_build_object('company', text.company);
  return private.enqueue_message(tenant, channel, recipient, event, private.fill_in(text.subject, names), private.fill_in(text.body, names),
    business_key, permission, entity_type, entity_id, case channel when 'whatsapp' then private.template_about(tenant, event, names, language) end);
end
$$;
comment on function private.say(uuid, text, public.message_channel, text, jsonb, text, text, uuid, text, text) is
  'Writes the message about an event in this language, or the company''s, and in the company''s words, with these names filled in, and queues it; null when its business key was used before.';

create function private.tell_managers(tenant uuid, event text, names jsonb, business_key text, entity_type text, entity_id uuid) returns void
language sql security definer set search_path = ''
as $$
  select private.say(tenant, event, 'email', u.email, names, business_key || ':' || u.id, entity_type, entity_id)
  from public.memberships m
  join public.users u on u.id = m.user_id and u.status = 'active'
  where m.tenant_id = tenant and m.status = 'active' and 'settings.manage' in (select private.role_permissions_of(m.tenant_id, m.role))
$$;
comment on function private.tell_managers(uuid, text, jsonb, text, text, uuid) is 'Mails an event to everybody who manages the company, once per business key.';

create function private.why_not_sent(message public.messages) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  if message.channel <> 'whatsapp' or message.channel_id is null then
    return null;
  end if;
  return case
    when exists (select from public.channels c where c.tenant_id = message.tenant_id and c.id = message.channel_id and not private.is_proved(c)) then 'channel_unproved'
    when message.conversation_id is null and exists (
      select from public.contact_points p
      where p.tenant_id = message.tenant_id and p.contact_id = message.contact_id and p.value = message.recipient and p.opted_out_at is not null
    ) then 'recipient_opted_out'
    when message.kind <> 'template' and coalesce(private.reply_window_until(message.tenant_id, message.channel_id, message.contact_id) <= pg_catalog.now(), true)
    then 'reply_window_closed' end;
end
$$;
comment on function private.why_not_sent(public.messages) is
  'The error that keeps a message from leaving now: its person wants none but answers, or has not written for 24 hours and it is no approved template. Null when it may leave.';
select private.register_error('channel_unproved', 409, 'The number is not proved to be your company''s yet.', 'Check it under Settings, WhatsApp numbers.');
select private.register_error('recipient_opted_out', 409, 'This person wants no messages.', 'Call instead, or wait until the person writes START.');
select private.register_error('reply_window_closed', 409, 'The person last wrote more than 24 hours ago, so WhatsApp takes no free text.', 'Send an approved template.');

create function private.message_to_send(tenant_id uuid, message_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  waiting public.messages;
  problem text;
begin
  select * into waiting from public.messages m where m.tenant_id = tenant_id and m.id = message_id and m.status = 'queued' for update;
  if not found then
    return null;
  end if;
  problem := private.why_not_sent(waiting);
  update public.messages m
  set attempts = m.attempts + 1, status_at = pg_catalog.now(), error = problem,
    status = case when problem is null then 'sending' else 'failed' end::public.message_status
  where m.tenant_id = tenant_id and m.id = message_id;
  if problem is not null then
    return null;
  end if;
  return pg_catalog.jsonb_build_object('id', waiting.id, 'tenant_id', waiting.tenant_id, 'channel', waiting.channel, 'recipient', waiting.recipient,
    'template', waiting.template, 'subject', waiting.subject, 'body', waiting.body, 'business_key', waiting.business_key,
    'kind', waiting.kind, 'content', waiting.content, 'media', waiting.media, 'reply_to', waiting.reply_to,
    'sender', (
      select pg_catalog.jsonb_build_object('phone_number_id', c.phone_number_id, 'access_token', t.access_token)
      from public.channels c left join private.channel_tokens t on t.tenant_id = c.tenant_id and t.channel_id = c.id
      where c.tenant_id = waiting.tenant_id and c.id = waiting.channel_id and c.phone_number_id is not null
    ));
end
$$;
comment on function private.message_to_send(uuid, uuid) is
  'A message that still waits to be sent, with the number and the access token that it leaves by; null when it was dealt with or may not leave (private.why_not_sent). From here on it is being sent. For the function send-message (service role).';
select private.expose('message_to_send', 'service_role');

create function private.record_message_result(tenant_id uuid, message_id uuid, status public.message_status, provider text default null, provider_reference text default null, error text default null) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  recorded public.messages;
begin
  update public.messages m
  set status = record_message_result.status, provider = record_message_result.provider, provider_reference = coalesce(record_message_result.provider_reference, m.provider_reference),
    error = pg_catalog.left(record_message_result.error, 500), status_at = pg_catalog.now(),
    sent_at = case when record_message_result.status in ('sent', 'simulated') then pg_catalog.now() end,
    -- What opens an account, or proves a delivery, has no business staying readable once it is really on its way.
    body = case when record_message_result.status = 'sent' and m.permission = 'users.manage' then '(sent)' else m.body end,
    content = case when record_message_result.status = 'sent' and m.permission = 'users.manage' then pg_catalog.jsonb_set(m.content, '{parameters}', '[]') else m.content end
  where m.tenant_id = record_message_result.tenant_id and m.id = record_message_result.message_id and m.status in ('queued', 'sending', 'uncertain')
  returning * into recorded;
  if recorded.channel_id is not null and provider_reference is not null then
    perform private.know_reference(recorded.channel_id, recorded.tenant_id, provider_reference, status, null, recorded.id);
  end if;
end
$$;
comment on function private.record_message_result(uuid, uuid, public.message_status, text, text, text) is
  'What became of a message that was taken to be sent: sent, simulated, failed, uncertain (nobody knows), or queued again for another try. A second result changes nothing. For the function send-message (service role).';
select private.expose('record_message_result', 'service_role');

create function private.settle_sending() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  left_behind public.messages;
  settled bigint := 0;
begin
  for left_behind in
    select * from public.messages m
    where m.is_sending and m.status_at < pg_catalog.now() - interval '5 minutes'
    order by m.id limit 500 for update skip locked
  loop
    -- Providers of mail are told an id and send it once; of WhatsApp nobody knows, and twice is worse than asked.
    update public.messages m set status = case m.channel when 'email' then 'queued' else 'uncertain' end::public.message_status, status_at = pg_catalog.now()
    where m.tenant_id = left_behind.tenant_id and m.id = left_behind.id;
    if left_behind.channel = 'email' then
      perform pgmq.send('send_message', pg_catalog.jsonb_build_object('message_id', left_behind.id, 'tenant_id', left_behind.tenant_id));
    end if;
    settled := settled + 1;
  end loop;
  return settled;
end
$$;
comment on function private.settle_sending() is
  'Maintenance: a message whose worker ended while it was sending is sent again where the provider sends it once (e-mail), else uncertain until the provider tells of it or somebody sends it again.';
select private.maintain('settle_sending', 'messages_settled');
create function private.send_audit_statements() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  statement record;
  sent bigint := 0;
begin
  for statement in
    select t.id as tenant_id, d.today, u.email, 'audit.statement:' || d.today || ':' || u.id as business_key
    from public.tenants t
    cross join lateral (select private.tenant_today(t.id) as today) d
    join public.memberships m on m.tenant_id = t.id and m.status = 'active'
    join public.users u on u.id = m.user_id and u.status = 'active'
    where t.status = 'active' and 'audit.view' in (select private.role_permissions_of(t.id, m.role))
      and not exists (select from public.messages g where g.tenant_id = t.id and g.business_key = 'audit.statement:' || d.today || ':' || u.id)
      and exists (select from private.audit_chain c where c.tenant_id = t.id)
  loop
    sent := sent + (private.say(statement.tenant_id, 'audit.statement', 'email', statement.email,
      pg_catalog.jsonb_build_object('date', statement.today, 'head', private.audit_head_of(statement.tenant_id)),
      statement.business_key) is not null)::integer;
  end loop;
  return sent;
end
$$;
comment on function private.send_audit_statements() is
  'Maintenance: once a day every member who may view the audit trail is mailed its head, so that it is kept outside of this database and the loss of the newest rows can be proved (verify_audit).';
select private.maintain('send_audit_statements', 'stated');

create function private.send_reorder_notices() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  notice record;
  sent bigint := 0;
begin
  for notice in
    select t.id as tenant_id, d.today, u.email, 'stock.reorder:' || d.today || ':' || u.id as business_key, low.number, low.products
    from public.tenants t
    cross join lateral (select private.tenant_today(t.id) as today) d
    join public.memberships m on m.tenant_id = t.id and m.status = 'active'
    join public.users u on u.id = m.user_id and u.status = 'active'
    cross join lateral (
      select count(*) as number, pg_catalog.string_agg(x.named, ', ' order by x.n) filter (where x.n <= 10) || case when count(*) > 10 then ', …' else '' end as products
      from (
        select p.name || ' (' || w.name || ': ' || pg_catalog.trim_scale(s.available)::text || ')' as named,
          pg_catalog.row_number() over (order by s.available / s.reorder_point, p.name, w.name) as n
        from public.reorder_suggestions s
        join public.products p on p.tenant_id = s.tenant_id and p.id = s.product_id
        join public.warehouses w on w.tenant_id = s.tenant_id and w.id = s.warehouse_id
        where s.tenant_id = t.id and s.warehouse_id = coalesce(m.warehouse_id, s.warehouse_id)
      ) x
    ) low
    where t.status = 'active' and 'inventory.edit' in (select private.role_permissions_of(t.id, m.role))
      and not exists (select from public.messages g where g.tenant_id = t.id and g.business_key = 'stock.reorder:' || d.today || ':' || u.id)
      and low.number > 0
  loop
    sent := sent + (private.say(notice.tenant_id, 'stock.reorder', 'email', notice.email,
      pg_catalog.jsonb_build_object('date', notice.today, 'number', notice.number, 'products', notice.products), notice.business_key) is not null)::integer;
  end loop;
  return sent;
end
$$;
comment on function private.send_reorder_notices() is
  'Maintenance: once a day every member who may edit the inventory is mailed what has fallen below its reorder point (public.reorder_suggestions) where he works, the emptiest first; nobody is mailed that nothing has.';
select private.maintain('send_reorder_notices', 'reorder_notices');
