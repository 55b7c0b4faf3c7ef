-- Family 10, messaging: what customers are told of, and who of them does not want to be.

------------------------------------------------------------------------------------------------
-- What there is to be told, and who wants it
------------------------------------------------------------------------------------------------

create table public.notice_kinds (
  event text primary key,
  place integer not null,
  is_on boolean not null
);
comment on table public.notice_kinds is 'What customers can be told of, in the order in which it is shown; is_on: whether they are where neither they nor the company have chosen.';
select private.force_policies('public.notice_kinds');
insert into public.notice_kinds (place, event, is_on) values
  (1, 'order.approved', true),
  (2, 'order.rejected', true),
  (3, 'order.dispatched', true),
  (4, 'order.code', false),
  (5, 'order.near', false),
  (6, 'order.delivered', true),
  (7, 'order.failed', true),
  (8, 'invoice.issued', true),
  (9, 'payment.approved', false),
  (10, 'account.statement', false),
  (11, 'appointment.scheduled', true),
  (12, 'appointment.cancelled', true),
  (13, 'appointment.reminder', true);

create table public.notice_choices (
  like private.record including defaults including indexes,
  event text not null references public.notice_kinds (event),
  customer_id uuid,
  is_on boolean not null,
  channel public.message_channel,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  unique nulls not distinct (tenant_id, customer_id, event)
);
create index notice_choices_event on public.notice_choices (event);
create index notice_choices_customer on public.notice_choices (tenant_id, customer_id);
comment on table public.notice_choices is 'Whether customers are told of an event, and how: for all of the company (customer_id null), or for one of them, which comes first. Written by choose_notice.';
comment on column public.notice_choices.channel is 'How it is told where the customer can be reached so; null: by WhatsApp, or by e-mail where there is no telephone number.';
select private.manage_table('public.notice_choices', 'notice_choice');
select private.set_audience('notice_choice', 'customers.view');

create function private.choose_notice(event text, is_on boolean default null, channel public.message_channel default null, customer_id uuid default null) returns boolean
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission(case when customer_id is null then 'settings.manage' else 'customers.edit' end);
  target public.customers;
begin
  if not exists (select from public.notice_kinds k where k.event = event) then
    perform private.fail('notice_unknown', pg_catalog.jsonb_build_object('event', event));
  end if;
  if customer_id is not null then
    target := private.lock_customer(tenant, customer_id, null);
    if not private.is_editable(target) then
      perform private.fail('permission_denied', '{"permission": "customers.edit"}');
    end if;
  end if;
  -- Of two who choose at once the later one has chosen.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(pg_catalog.concat('notice ', tenant, customer_id, event), 0));
  if is_on is null then
    delete from public.notice_choices n where n.tenant_id = tenant and n.event = event and n.customer_id is not distinct from customer_id;
  else
    update public.notice_choices n set is_on = choose_notice.is_on, channel = choose_notice.channel
    where n.tenant_id = tenant and n.event = event and n.customer_id is not distinct from customer_id;
    if not found then
      insert into public.notice_choices (tenant_id, event, customer_id, is_on, channel)
      values (tenant, event, customer_id, is_on, channel);
    end if;
  end if;
  return (select n.is_on from private.notice_for(tenant, customer_id, event) n);
end
$$;
comment on function private.choose_notice(text, boolean, public.message_channel, uuid) is
  'Says whether customers are told of an event and how: all of the company, or one of them. is_on null: nothing is chosen any more. Answers whether they are told now. Raises notice_unknown, record_not_found, permission_denied.';
select private.register_error('notice_unknown', 422, 'Customers are not told of such an event.', 'Choose one of the list of messages to customers.');

create function private.notice_for(tenant uuid, customer uuid, about text) returns public.notice_choices
language sql stable security definer set search_path = ''
as $$
  select chosen from (
    select 1 as rank, n as chosen from public.notice_choices n where n.tenant_id = tenant and n.event = about and n.customer_id = customer
    union all
    select 2, n from public.notice_choices n where n.tenant_id = tenant and n.event = about and n.customer_id is null
    union all
    select 3, pg_catalog.jsonb_populate_record(null::public.notice_choices, pg_catalog.to_jsonb(k)) from public.notice_kinds k where k.event = about
  ) c
  order by rank limit 1
$$;
comment on function private.notice_for(uuid, uuid, text) is 'What holds for a customer and an event: his own choice, else that of his company, else that of the product. Null for what is no choice.';
select private.expose_command('choose_notice');

------------------------------------------------------------------------------------------------
-- Whom a message about a document goes to
------------------------------------------------------------------------------------------------

create type private.addressee as (customer_id uuid, phone text, email text, language text, names jsonb);
comment on type private.addressee is 'The customer that a message about a document goes to, and the names that its text may use.';

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
  select row(c.id, c.phone, c.email, c.language, pg_catalog.jsonb_build_object('customer', c.name, 'number', o.number, 'reason', coalesce(o.status_reason, ''),
    'total', private.money_in_words(o.currency, o.total),
    'arrival', coalesce((
      select pg_catalog.to_char(s.planned_arrival_at at time zone w.timezone, '" (~"HH24:MI")"')
      from public.trip_stops s join public.tenant_settings w on w.tenant_id = s.tenant_id
      where s.tenant_id = o.tenant_id and s.order_id = o.id), ''),
    'receiver', coalesce((select p.received_by from public.delivery_proofs p where p.tenant_id = o.tenant_id and p.order_id = o.id), '-')))::private.addressee
  from public.orders o join public.customers c on c.tenant_id = o.tenant_id and c.id = o.customer_id
  where o.tenant_id = tenant and o.id = document
$$;
comment on function private.customer_of_order(uuid, uuid) is 'The customer of an order, to be told about it.';
select private.address('order', 'customer_of_order');

create function private.customer_of_invoice(tenant uuid, document uuid) returns private.addressee
language sql stable security definer set search_path = ''
as $$
  select row(a.customer_id, a.phone, a.email, a.language, a.names || pg_catalog.jsonb_build_object('total', private.money_in_words(i.currency, i.total)))::private.addressee
  from public.invoices i cross join lateral private.customer_of_order(tenant, i.order_id) a
  where i.tenant_id = tenant and i.id = document
$$;
comment on function private.customer_of_invoice(uuid, uuid) is 'The customer of an invoice, to be told about it; its number is that of his order.';
select private.address('invoice', 'customer_of_invoice');

create function private.customer_of_payment(tenant uuid, document uuid) returns private.addressee
language sql stable security definer set search_path = ''
as $$
  select row(c.id, c.phone, c.email, c.language, pg_catalog.jsonb_build_object('customer', c.name, 'number', p.number, 'total', private.money_in_words(p.currency, p.amount)))::private.addressee
  from public.payments p join public.customers c on c.tenant_id = p.tenant_id and c.id = p.customer_id
  where p.tenant_id = tenant and p.id = document and p.is_received
$$;
comment on function private.customer_of_payment(uuid, uuid) is 'The customer whose money came in; nobody for what is no money.';
select private.address('payment', 'customer_of_payment');

create function private.tell_customer(tenant uuid, event text, told private.addressee, business_key text, entity_type text, entity_id uuid, permission text default 'messages.view') returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  choice constant public.notice_choices := private.notice_for(tenant, told.customer_id, event);
  way public.message_channel;
begin
  if coalesce(told.phone, told.email) is null or choice.is_on is false then
    return null;
  end if;
  way := case
    when told.phone is null then 'email'
    when choice.channel = 'email' and told.email is null then 'whatsapp'
    else coalesce(choice.channel, 'whatsapp') end;
  return private.say(tenant, event, way, case way when 'email' then told.email else told.phone end, told.names, business_key, entity_type, entity_id, told.language, permission);
end
$$;
comment on function private.tell_customer(uuid, text, private.addressee, text, text, uuid, text) is
  'Writes a customer the message about an event in his language, unless he or his company have chosen that he is not told, by the chosen channel where he can be reached so; null when nothing is written, or was before under this business key.';

create function private.notify_about(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  told private.addressee;
begin
  execute (select pg_catalog.format('select * from private.%I($1, $2)', a.finder) from private.addressees a where a.machine = event.machine)
  into told using event.tenant_id, event.entity_id;
  perform private.tell_customer(event.tenant_id, event.event_type, told, event.event_type || ':' || event.entity_id::text, event.entity_type, event.entity_id);
end
$$;
comment on function private.notify_about(public.event_store) is
  'Effect: a message about a step of a document to its addressee, if he wants it; once per event type and document.';
select private.listen('notifications', 'notify_about', variadic array(
  select distinct t.event from public.message_texts t join private.transitions x on x.event = t.event join private.addressees a on a.machine = x.machine
));

------------------------------------------------------------------------------------------------
-- Who comes next
------------------------------------------------------------------------------------------------

create function private.tell_next_stop(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  next_order uuid;
begin
  select s.order_id into next_order
  from public.trips t
  join public.trip_stops s on s.tenant_id = t.tenant_id and s.trip_id = t.id and s.left_at is null
  where t.tenant_id = event.tenant_id and t.status = 'in_progress' and t.id = case event.entity_type when 'trip' then event.entity_id else (
    select o.trip_id from public.trip_stops o where o.tenant_id = event.tenant_id and o.order_id = event.entity_id) end
  order by s.sequence limit 1;
  if next_order is not null then
    perform private.tell_customer(event.tenant_id, 'order.near', private.customer_of_order(event.tenant_id, next_order), 'order.near:' || next_order, 'order', next_order);
  end if;
end
$$;
comment on function private.tell_next_stop(public.event_store) is
  'Effect: as a trip starts, as its driver is done with a stop, and as his phone is seen near the next one, the customer of the next open one hears that he is next, once. That needs no position of the van, so it is true also where the phone has none; nearness finds those whom another order of the stops made the next.';
select private.listen('notifications', 'tell_next_stop', 'trip.started', 'order.delivered', 'order.failed', 'delivery.near');

------------------------------------------------------------------------------------------------
-- Once a month
------------------------------------------------------------------------------------------------

create function private.send_account_statements(on_day date default null) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  due record;
  sent bigint := 0;
begin
  for due in
    select c.tenant_id, c.id, c.name, c.phone, c.email, c.language, d.today, w.currency, o.total, k.business_key
    from public.tenants t
    join public.tenant_settings w on w.tenant_id = t.id
    cross join lateral (select coalesce(on_day, private.tenant_today(t.id)) as today) d
    cross join lateral (
      select i.customer_id, sum(i.balance) as total from public.invoices i
      where i.tenant_id = t.id and i.is_done is false and i.status in ('issued', 'partially_paid', 'overdue')
      group by i.customer_id having sum(i.balance) > 0
    ) o
    join public.customers c on c.tenant_id = t.id and c.id = o.customer_id
    cross join lateral (select 'account.statement:' || pg_catalog.to_char(d.today, 'YYYY-MM') || ':' || c.id as business_key) k
    where t.status = 'active' and extract(day from d.today) <= 3
      and exists (select from public.notice_choices n where n.tenant_id = t.id and n.event = 'account.statement' and n.is_on)
      and (private.notice_for(t.id, c.id, 'account.statement')).is_on
      and not exists (select from public.messages g where g.tenant_id = t.id and g.business_key = k.business_key)
    limit 500
  loop
    sent := sent + (private.tell_customer(due.tenant_id, 'account.statement', row(due.id, due.phone, due.email, due.language, pg_catalog.jsonb_build_object(
      'customer', due.name, 'date', due.today, 'total', private.money_in_words(due.currency, due.total)))::private.addressee,
      due.business_key, 'customer', due.id) is not null)::integer;
  end loop;
  return sent;
end
$$;
comment on function private.send_account_statements(date) is
  'Maintenance: in the first days of a month customers who owe something and are told of it (notice account.statement) hear what is open, once a month. on_day: as if today were that day.';
select private.maintain('send_account_statements', 'account_statements');
