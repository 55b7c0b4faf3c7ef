-- Family 10, messaging: from events to messages, and the results of sending.

create function private.enqueue_message(
  tenant_id uuid, channel public.message_channel, recipient text, template text, subject text, body text, business_key text,
  permission text default 'messages.view', entity_type text default null, entity_id uuid default null
) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  message_id uuid;
begin
  insert into public.messages (tenant_id, channel, recipient, template, subject, body, business_key, permission, entity_type, entity_id)
  values (tenant_id, channel, recipient, template, subject, body, business_key, permission, entity_type, entity_id)
  on conflict on constraint messages_tenant_id_business_key_key do nothing
  returning id into message_id;
  if message_id is not null then
    perform pgmq.send('send_message', pg_catalog.jsonb_build_object('message_id', message_id, 'tenant_id', tenant_id));
  end if;
  return message_id;
end
$$;
comment on function private.enqueue_message(uuid, public.message_channel, text, text, text, text, text, text, text, uuid) is
  'Writes a message and queues it for sending; null when its business key was used before. For functions (service role) and events.';
select private.expose('enqueue_message');

create function private.message_text(event_type text, order_number text, customer_name text, company text, total text, reason text) returns text
language sql immutable set search_path = ''
as $$
  select case event_type
    when 'order.approved' then pg_catalog.format('Dear %s, your order %s of %s is confirmed. Thank you! %s', customer_name, order_number, total, company)
    when 'order.rejected' then pg_catalog.format('Dear %s, we cannot take your order %s: %s. Please call us. %s', customer_name, order_number, reason, company)
    when 'order.dispatched' then pg_catalog.format('Dear %s, your order %s has left our depot and is on its way to you. %s', customer_name, order_number, company)
    when 'order.delivered' then pg_catalog.format('Dear %s, your order %s was delivered. Thank you for buying from %s.', customer_name, order_number, company)
    when 'order.failed' then pg_catalog.format('Dear %s, we could not deliver your order %s: %s. We will call you. %s', customer_name, order_number, reason, company)
    when 'invoice.issued' then pg_catalog.format('Dear %s, the invoice for your order %s over %s is ready. %s', customer_name, order_number, total, company)
  end
$$;
comment on function private.message_text(text, text, text, text, text, text) is 'What a customer reads about an event. Null for events that nobody is told about.';

create function private.notify_about(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  subject record;
begin
  select o.number, c.name as customer_name, c.phone, c.email, t.name as company, o.status_reason, o.currency,
    case when event.entity_type = 'invoice' then v.total else o.total end as total
  into subject
  from public.orders o
  join public.customers c on c.tenant_id = o.tenant_id and c.id = o.customer_id
  join public.tenants t on t.id = o.tenant_id
  left join public.invoices v on v.tenant_id = o.tenant_id and event.entity_type = 'invoice' and v.id = event.entity_id
  where o.tenant_id = event.tenant_id
    and o.id = case when event.entity_type = 'invoice' then (select i.order_id from public.invoices i where i.tenant_id = event.tenant_id and i.id = event.entity_id) else event.entity_id end;
  if not found or coalesce(subject.phone, subject.email) is null then
    return;
  end if;
  perform private.enqueue_message(
    event.tenant_id,
    case when subject.phone is not null then 'whatsapp'::public.message_channel else 'email' end,
    coalesce(subject.phone, subject.email),
    event.event_type,
    case when subject.phone is null then subject.company || ': ' || subject.number end,
    private.message_text(event.event_type, subject.number, subject.customer_name, subject.company,
      subject.currency || ' ' || pg_catalog.to_char(subject.total, 'FM999,999,999,990.00'), coalesce(subject.status_reason, '')),
    event.event_type || ':' || event.entity_id::text,
    'messages.view', event.entity_type, event.entity_id
  );
end
$$;
comment on function private.notify_about(public.event_store) is
  'Effect: a message to the customer by WhatsApp if he has a phone, else by e-mail; once per event type and document.';
select private.listen('notifications', 'notify_about', 'order.approved', 'order.rejected', 'order.dispatched', 'order.delivered', 'order.failed', 'invoice.issued');

create function private.message_to_send(message_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  found_message jsonb;
begin
  update public.messages m set attempts = m.attempts + 1
  where m.id = message_to_send.message_id and m.status = 'queued'
  returning pg_catalog.jsonb_build_object('id', m.id, 'tenant_id', m.tenant_id, 'channel', m.channel, 'recipient', m.recipient, 'template', m.template,
    'subject', m.subject, 'body', m.body, 'business_key', m.business_key) into found_message;
  return found_message;
end
$$;
comment on function private.message_to_send(uuid) is 'A message that still waits to be sent, null when it was dealt with. Counts the attempt. For the function send-message (service role).';
select private.expose('message_to_send');

create function private.record_message_result(message_id uuid, status public.message_status, provider text default null, provider_reference text default null, error text default null) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update public.messages m
  set status = record_message_result.status, provider = record_message_result.provider, provider_reference = record_message_result.provider_reference,
    error = pg_catalog.left(record_message_result.error, 500),
    sent_at = case when record_message_result.status in ('sent', 'simulated') then pg_catalog.now() end,
    -- A mail that opens an account has no business staying readable once it is really on its way.
    body = case when record_message_result.status = 'sent' and m.permission <> 'messages.view' then '(sent)' else m.body end
  where m.id = record_message_result.message_id and m.status = 'queued';
end
$$;
comment on function private.record_message_result(uuid, public.message_status, text, text, text) is 'What became of a queued message. A second result changes nothing. For the function send-message (service role).';
select private.expose('record_message_result');

create function private.send_audit_statements() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  statement record;
  sent bigint := 0;
begin
  for statement in
    select t.id as tenant_id, t.name as company, d.today, u.id as user_id, u.email, 'audit.statement:' || d.today || ':' || u.id as business_key
    from public.tenants t
    cross join lateral (select private.tenant_today(t.id) as today) d
    join public.memberships m on m.tenant_id = t.id and m.status = 'active'
    join public.users u on u.id = m.user_id and u.status = 'active'
    where t.status = 'active' and 'audit.view' in (select private.role_permissions_of(t.id, m.role))
      and not exists (select from public.messages g where g.tenant_id = t.id and g.business_key = 'audit.statement:' || d.today || ':' || u.id)
      and exists (select from private.audit_chain c where c.tenant_id = t.id)
  loop
    sent := sent + (private.enqueue_message(statement.tenant_id, 'email', statement.email, 'audit.statement',
      pg_catalog.format('%s: audit trail of %s', statement.company, statement.today),
      pg_catalog.format(
        'The audit trail of %s ends today with the head %s. Keep this message: as long as the trail still contains this head, nothing before it was changed or removed. To check it, verify the audit trail with this head.',
        statement.company, private.audit_head_of(statement.tenant_id)),
      statement.business_key) is not null)::integer;
  end loop;
  return sent;
end
$$;
comment on function private.send_audit_statements() is
  'Maintenance: once a day every member who may view the audit trail is mailed its head, so that it is kept outside of this database and the loss of the newest rows can be proved (verify_audit).';
select private.maintain('send_audit_statements', 'stated');
