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
    select * into way from public.channels c where c.tenant_id = tenant_id and c.kind = 'whatsapp' and c.is_active order by c.created_at, c.id limit 1;
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
  tenant uuid, event text, channel public.message_channel, recipient text, names jsonb, business_key text, entity_type text default null, entity_id uuid default null
) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  text record;
begin
  -- In the language of the company, else in English; its own words before those of the product.
  select coalesce(o.subject, w.subject) as subject, coalesce(o.body, w.body) as body, t.name as company into text
  from public.tenants t
  join public.tenant_settings s on s.tenant_id = t.id
  join public.message_texts w on w.event = event and w.channel = channel and w.language in (pg_catalog.split_part(s.locale, '-', 1), 'en')
  left join public.message_templates o on o.tenant_id = t.id and o.event = w.event and o.channel = w.channel and o.language = w.language
  where t.id = tenant
  order by w.language = pg_catalog.split_part(s.locale, '-', 1) desc
  limit 1;
  names := names || pg_catalog.jsonb_build_object('company', text.company);
  return private.enqueue_message(tenant, channel, recipient, event, private.fill_in(text.subject, names), private.fill_in(text.body, names),
    business_key, 'messages.view', entity_type, entity_id, case channel when 'whatsapp' then private.template_about(tenant, event, names) end);
end
$$;
comment on function private.say(uuid, text, public.message_channel, text, jsonb, text, text, uuid) is
  'Writes the message about an event in the company''s language and words, with these names filled in, and queues it; null when its business key was used before.';

create type private.addressee as (phone text, email text, names jsonb);
comment on type private.addressee is 'Whom a message about a document goes to, and the names that its text may use.';

create table private.addressees (
  machine text primary key references private.subjects (subject),
  finder text not null
);
select private.force_policies('private.addressees');
comment on table private.addressees is 'Who is told about a kind of document: function of private over company and document that answers a private.addressee. Written by private.address.';

create function private.address(machine_name text, finder_name text) returns void
language plpgsql set search_path = ''
as $$
begin
  perform ('private.' || finder_name || '(uuid,uuid)')::regprocedure;
  insert into private.addressees (machine, finder) values (machine_name, finder_name);
end
$$;
comment on function private.address(text, text) is 'Has messages about a kind of document go to whom private.<finder> names. Called by migrations.';

create function private.money_in_words(currency text, amount numeric) returns text
language sql immutable set search_path = ''
as $$ select currency || ' ' || pg_catalog.to_char(amount, 'FM999,999,999,990.00') $$;
comment on function private.money_in_words(text, numeric) is 'An amount as messages write it: KES 1,200.00.';

create function private.customer_of_order(tenant uuid, document uuid) returns private.addressee
language sql stable security definer set search_path = ''
as $$
  select row(c.phone, c.email, pg_catalog.jsonb_build_object('customer', c.name, 'number', o.number, 'reason', coalesce(o.status_reason, ''),
    'total', private.money_in_words(o.currency, o.total)))::private.addressee
  from public.orders o join public.customers c on c.tenant_id = o.tenant_id and c.id = o.customer_id
  where o.tenant_id = tenant and o.id = document
$$;
comment on function private.customer_of_order(uuid, uuid) is 'The customer of an order, to be told about it.';
select private.address('order', 'customer_of_order');

create function private.customer_of_invoice(tenant uuid, document uuid) returns private.addressee
language sql stable security definer set search_path = ''
as $$
  select row(a.phone, a.email, a.names || pg_catalog.jsonb_build_object('total', private.money_in_words(i.currency, i.total)))::private.addressee
  from public.invoices i cross join lateral private.customer_of_order(tenant, i.order_id) a
  where i.tenant_id = tenant and i.id = document
$$;
comment on function private.customer_of_invoice(uuid, uuid) is 'The customer of an invoice, to be told about it; its number is that of his order.';
select private.address('invoice', 'customer_of_invoice');

create function private.notify_about(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  told private.addressee;
begin
  execute (select pg_catalog.format('select * from private.%I($1, $2)', a.finder) from private.addressees a where a.machine = event.machine)
  into told using event.tenant_id, event.entity_id;
  if coalesce(told.phone, told.email) is null then
    return;
  end if;
  perform private.say(event.tenant_id, event.event_type, case when told.phone is not null then 'whatsapp' else 'email' end::public.message_channel,
    coalesce(told.phone, told.email), told.names, event.event_type || ':' || event.entity_id::text, event.entity_type, event.entity_id);
end
$$;
comment on function private.notify_about(public.event_store) is
  'Effect: a message about a step of a document to its addressee, by WhatsApp if he has a phone, else by e-mail; once per event type and document.';
select private.listen('notifications', 'notify_about', variadic array(
  select distinct t.event from public.message_texts t join private.transitions x on x.event = t.event join private.addressees a on a.machine = x.machine
));

create function private.why_not_sent(message public.messages) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  if message.channel <> 'whatsapp' or message.channel_id is null then
    return null;
  end if;
  return case
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
    'kind', waiting.kind, 'content', waiting.content, 'reply_to', waiting.reply_to,
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
    -- A mail that opens an account has no business staying readable once it is really on its way.
    body = case when record_message_result.status = 'sent' and m.permission = 'users.manage' then '(sent)' else m.body end
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
