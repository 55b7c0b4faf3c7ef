-- Family 12, records: people without an account book an appointment by a link, and move or cancel what they booked by another.

create table private.booking_links (
  tenant_id uuid not null,
  type_id uuid not null,
  token_hash text not null,
  primary key (tenant_id, type_id),
  foreign key (tenant_id, type_id) references public.appointment_types (tenant_id, id),
  constraint token_hash_is_sha256 check (token_hash ~ '^[0-9a-f]{64}$')
);
create index booking_links_token_hash on private.booking_links (token_hash);
select private.force_policies('private.booking_links');
comment on table private.booking_links is 'The link by which a kind of appointment is booked without an account. Only the SHA-256 of its token is kept.';

create table private.appointment_links (
  tenant_id uuid not null,
  token_hash text not null,
  appointment_id uuid not null,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, appointment_id) references public.appointments (tenant_id, id) on delete cascade,
  constraint token_hash_is_sha256 check (token_hash ~ '^[0-9a-f]{64}$')
);
create index appointment_links_token_hash on private.appointment_links (token_hash);
create index appointment_links_appointment on private.appointment_links (tenant_id, appointment_id);
select private.force_policies('private.appointment_links');
comment on table private.appointment_links is 'Links by which whoever has an appointment sees, confirms, moves and cancels it without an account. Only the SHA-256 of a token is kept.';

select private.register_error('booking_link_invalid', 404, 'This link is not valid any more.', 'Ask the company for another one.');
select private.register_error('slot_taken', 409, 'This time was taken in the meantime.', 'Choose another one.');
select private.register_error('booker_limit_exceeded', 409, 'You have as many of these appointments as are possible at a time.', 'Move or cancel one of them by its link.');

create function private.hash_of_link(token text) returns text
language sql immutable
return pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(token, ''), 'UTF8')), 'hex');
comment on function private.hash_of_link(text) is 'As which the token of a link is kept.';

create function private.new_link_token() returns text
language sql volatile
return pg_catalog.replace(pg_catalog.gen_random_uuid()::text || pg_catalog.gen_random_uuid()::text, '-', '');
comment on function private.new_link_token() is '244 random bits: nobody guesses one.';

create function private.share_appointment_type(type_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('appointments.manage');
  token constant text := private.new_link_token();
begin
  update public.appointment_types t set is_shared = true where t.tenant_id = tenant and t.id = type_id;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('type_id', type_id));
  end if;
  insert into private.booking_links as l (tenant_id, type_id, token_hash) values (tenant, type_id, private.hash_of_link(token))
  on conflict on constraint booking_links_pkey do update set token_hash = excluded.token_hash;
  return pg_catalog.jsonb_build_object('token', token);
end
$$;
comment on function private.share_appointment_type(uuid) is 'A new link by which people without an account book this kind of appointment: {token}, for the page /book#token=…. The one before is worth nothing any more. Raises record_not_found, permission_denied.';
select private.expose_command('share_appointment_type');

create function private.unshare_appointment_type(type_id uuid) returns public.appointment_types
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('appointments.manage');
  type public.appointment_types;
begin
  update public.appointment_types t set is_shared = false where t.tenant_id = tenant and t.id = type_id returning * into type;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('type_id', type_id));
  end if;
  delete from private.booking_links l where l.tenant_id = tenant and l.type_id = type_id;
  return type;
end
$$;
comment on function private.unshare_appointment_type(uuid) is 'Nobody books this kind of appointment by a link any more. Raises record_not_found, permission_denied.';
select private.expose_command('unshare_appointment_type');

create function private.link_to_appointment(appointment public.appointments) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  token constant text := private.new_link_token();
begin
  insert into private.appointment_links (tenant_id, token_hash, appointment_id) values (appointment.tenant_id, private.hash_of_link(token), appointment.id);
  return pg_catalog.jsonb_build_object('token', token);
end
$$;
comment on function private.link_to_appointment(public.appointments) is 'One more link to an appointment: {token}.';

create function private.share_appointment(appointment_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.appointments := private.lock_appointment(appointment_id, 'appointments.edit', null);
begin
  if not private.takes_in_place('appointment', target.tenant_id, target.status::text, 'share') then
    perform private.fail('appointment_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'share'));
  end if;
  return private.link_to_appointment(target);
end
$$;
comment on function private.share_appointment(uuid) is
  'A link by which the other side confirms, moves or cancels an open appointment: {token}, for the page /booked#token=…. It works until a day after the appointment. Raises record_not_found, appointment_transition_illegal, permission_denied.';
select private.expose_command('share_appointment');

------------------------------------------------------------------------------------------------
-- The doors of those who book
------------------------------------------------------------------------------------------------

create function private.type_by_link(token text) returns public.appointment_types
language plpgsql security definer set search_path = ''
as $$
declare
  type public.appointment_types;
begin
  perform private.check_rate('booking ' || private.client_address(), 300, '1 hour');
  select t.* into type from private.booking_links l
  join public.appointment_types t on t.tenant_id = l.tenant_id and t.id = l.type_id and t.is_active
  join public.tenants c on c.id = t.tenant_id and c.status = 'active'
  where l.token_hash = private.hash_of_link(token);
  if not found then
    perform private.fail('booking_link_invalid');
  end if;
  return type;
end
$$;
comment on function private.type_by_link(text) is 'What a booking link is for. Raises booking_link_invalid, rate_limit_exceeded.';

create function private.slots_told(type public.appointment_types, from_day date, latitude numeric, longitude numeric, except_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  zone constant text := (select s.timezone from public.tenant_settings s where s.tenant_id = type.tenant_id);
  first_day constant date := greatest(from_day, (pg_catalog.now() at time zone zone)::date);
begin
  return coalesce((
    select pg_catalog.jsonb_agg(distinct s.starts_at order by s.starts_at)
    from private.free_slots_of(type, first_day::timestamp at time zone zone, (least(first_day, '2099-12-01') + 14)::timestamp at time zone zone, latitude, longitude, null, null, except_id) s
  ), '[]');
end
$$;
comment on function private.slots_told(public.appointment_types, date, numeric, numeric, uuid) is 'The free times of two weeks as those see them who book: no person and no reason.';

create function private.booking_offer(token text, from_day date default null, latitude numeric default null, longitude numeric default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  type constant public.appointment_types := private.type_by_link(token);
begin
  return (
    select pg_catalog.jsonb_build_object('company', c.name, 'timezone', s.timezone, 'name', type.name, 'place', type.place, 'minutes', type.minutes, 'needs_approval', type.needs_approval,
      'slots', private.slots_told(type, booking_offer.from_day, booking_offer.latitude, booking_offer.longitude, null))
    from public.tenants c join public.tenant_settings s on s.tenant_id = c.id where c.id = type.tenant_id
  );
end
$$;
comment on function private.booking_offer(text, date, numeric, numeric) is
  'What a booking link offers, for whoever has it, signed in or not: {company, timezone, name, place, minutes, needs_approval, slots (free times within two weeks of from_day)}. With a position only times from and to which there is time to drive. Names no person. Raises booking_link_invalid, rate_limit_exceeded.';
select private.expose('booking_offer', 'anon');

create function private.booker_of(tenant uuid, first_name text, last_name text, phone text, email text, agent uuid, out lead uuid, out customer uuid) returns record
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  entered public.leads;
begin
  entered.tenant_id := tenant;
  entered := private.write_lead(entered, first_name, last_name, null, phone, email, null, null, null, null, null, null, null);
  if entered.email is null then
    perform private.fail('input_invalid', '{"email": "required"}');
  end if;
  -- A telephone number alone says nothing.
  select c.id into customer from public.customers c
  where c.tenant_id = tenant and c.merged_into_id is null and (pg_catalog.lower(c.email) = entered.email or exists (
    select from public.contacts p where p.tenant_id = tenant and p.customer_id = c.id and pg_catalog.lower(p.email) = entered.email))
  order by c.created_at, c.id limit 1;
  if customer is not null then
    return;
  end if;
  select l.id into lead from public.leads l where l.tenant_id = tenant and l.email = entered.email and l.is_open;
  if lead is null then
    insert into public.leads (tenant_id, first_name, last_name, phone, email, owner_id, source_id)
    values (tenant, entered.first_name, entered.last_name, entered.phone, entered.email, agent, (select s.id from public.lead_sources s where s.tenant_id = tenant and s.name = 'Website' and s.is_active))
    returning id into lead;
  end if;
end
$$;
comment on function private.booker_of(uuid, text, text, text, text, uuid) is
  'Who books: the customer or the open lead with this e-mail address, else a new lead whose owner keeps the appointment. Raises input_invalid, phone_is_e164, email_is_an_address.';

create function private.told_of_appointment(appointment public.appointments) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select pg_catalog.jsonb_build_object('company', c.name, 'timezone', s.timezone, 'name', t.name, 'number', appointment.number, 'status', appointment.status,
      'starts_at', appointment.starts_at, 'ends_at', appointment.ends_at, 'place', t.place, 'place_text', appointment.place_text)
    from public.tenants c join public.tenant_settings s on s.tenant_id = c.id
    join public.appointment_types t on t.tenant_id = c.id and t.id = appointment.type_id
    where c.id = appointment.tenant_id
  );
end
$$;
comment on function private.told_of_appointment(public.appointments) is 'What whoever has the link of an appointment is told of it.';

create function private.book_appointment(
  token text, starts_at timestamptz, first_name text, email text, last_name text default null, phone text default null, notes text default null,
  place_text text default null, latitude numeric default null, longitude numeric default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  type public.appointment_types := private.type_by_link(token);
  appointment public.appointments;
  slot private.free_slot;
  booker record;
  earlier text;
begin
  perform private.check_rate('book ' || private.client_address(), 30, '1 hour');
  perform private.check_appointment_time(starts_at);
  if latitude is not null or longitude is not null then
    perform private.require_number('latitude', latitude, -90, 90);
    perform private.require_number('longitude', longitude, -180, 180);
  end if;
  -- Those who book by links of one company come one after the other: limits and ways are what they were when they were looked at.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('booking' || type.tenant_id::text, 0));
  email := pg_catalog.lower(nullif(pg_catalog.btrim(email), ''));
  select a.* into appointment from public.appointments a
  left join public.leads l on l.tenant_id = a.tenant_id and l.id = a.lead_id
  left join public.customers c on c.tenant_id = a.tenant_id and c.id = a.customer_id
  where a.tenant_id = type.tenant_id and a.type_id = type.id and a.starts_at = starts_at and a.is_open and a.booked_by_link
    and (l.email = email or pg_catalog.lower(c.email) = email);
  if not found then
    select * into slot from private.free_slots_of(type, starts_at, starts_at + interval '1 second', latitude, longitude, null, null, null) s where s.starts_at = starts_at limit 1;
    if slot.user_id is null then
      perform private.fail('slot_taken', pg_catalog.jsonb_build_object('starts_at', starts_at));
    end if;
    booker := private.booker_of(type.tenant_id, first_name, last_name, phone, email, slot.user_id);
    if type.per_booker <= (
      select count(*) from public.appointments a
      where a.tenant_id = type.tenant_id and a.type_id = type.id and a.is_open and a.starts_at > pg_catalog.now() and (a.lead_id = booker.lead or a.customer_id = booker.customer)
    ) then
      perform private.fail('booker_limit_exceeded', pg_catalog.jsonb_build_object('limit', type.per_booker));
    end if;
    earlier := private.run_as_rule('booking.link');
    appointment.tenant_id := type.tenant_id;
    appointment.agent_id := slot.user_id;
    appointment.starts_at := starts_at;
    appointment.lead_id := booker.lead;
    appointment.customer_id := booker.customer;
    appointment.place_text := place_text;
    appointment.latitude := latitude;
    appointment.longitude := longitude;
    appointment.notes := notes;
    appointment.booked_by_link := true;
    appointment := private.insert_appointment(appointment, type);
    if not type.needs_approval then
      begin
        appointment := private.move_appointment(appointment, 'schedule');
      exception when sqlstate 'PT409' then
        -- Somebody of the company has taken it in this moment.
        perform private.fail('slot_taken', pg_catalog.jsonb_build_object('starts_at', starts_at));
      end;
    end if;
    perform private.run_as_rule(earlier);
  end if;
  return private.told_of_appointment(appointment) || private.link_to_appointment(appointment);
end
$$;
comment on function private.book_appointment(text, timestamptz, text, text, text, text, text, text, numeric, numeric) is
  'Books a free time by a link, without an account: {company, timezone, name, number, status (scheduled, or requested where it is looked at first), starts_at, ends_at, place, place_text, token (of the link to it)}. Booked again by the same e-mail address it is the same one. Raises booking_link_invalid, slot_taken, booker_limit_exceeded, input_invalid, phone_is_e164, email_is_an_address, appointment_time_is_near, rate_limit_exceeded.';
select private.expose('book_appointment', 'anon');

create function private.appointment_by_link(token text) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
declare
  target public.appointments;
begin
  perform private.check_rate('booking ' || private.client_address(), 300, '1 hour');
  select a.* into target from private.appointment_links l
  join public.tenants c on c.id = l.tenant_id and c.status = 'active'
  join public.appointments a on a.tenant_id = l.tenant_id and a.id = l.appointment_id and a.ends_at > pg_catalog.now() - interval '1 day'
  where l.token_hash = private.hash_of_link(token)
  for no key update of a;
  if not found then
    perform private.fail('booking_link_invalid');
  end if;
  return target;
end
$$;
comment on function private.appointment_by_link(text) is 'The appointment of a link, under its lock. Raises booking_link_invalid, rate_limit_exceeded.';

create function private.booked_appointment(token text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.appointments := private.appointment_by_link(token);
begin
  return private.told_of_appointment(target) || pg_catalog.jsonb_build_object('is_open', target.is_open, 'slots', (
    select case when target.is_open then private.slots_told(t, null, target.latitude, target.longitude, target.id) else '[]' end
    from public.appointment_types t where t.tenant_id = target.tenant_id and t.id = target.type_id));
end
$$;
comment on function private.booked_appointment(text) is
  'An appointment, for whoever has its link, signed in or not: as book_appointment tells of it, and {is_open, slots (times to which it can be moved)}. Raises booking_link_invalid (unknown, or a day after the appointment), rate_limit_exceeded.';
select private.expose('booked_appointment', 'anon');

create function private.reschedule_booking(token text, starts_at timestamptz) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.appointments;
  type public.appointment_types;
  slot private.free_slot;
  earlier text;
begin
  perform private.check_rate('book ' || private.client_address(), 30, '1 hour');
  select a.* into target from private.appointment_by_link(token) a;
  -- In the order in which booking takes them, too: this one alone is held before.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('booking' || target.tenant_id::text, 0));
  select * into type from public.appointment_types t where t.tenant_id = target.tenant_id and t.id = target.type_id;
  if not target.is_open then
    perform private.fail('appointment_transition_illegal', pg_catalog.jsonb_build_object('from', target.status, 'command', 'reschedule'));
  end if;
  if starts_at is distinct from target.starts_at then
    perform private.check_appointment_time(starts_at);
    -- The same person where she is free.
    select * into slot from private.free_slots_of(type, starts_at, starts_at + interval '1 second', target.latitude, target.longitude, null, null, target.id) s
    where s.starts_at = starts_at order by s.user_id <> target.agent_id limit 1;
    if slot.user_id is null then
      perform private.fail('slot_taken', pg_catalog.jsonb_build_object('starts_at', starts_at));
    end if;
    earlier := private.run_as_rule('booking.link');
    begin
      target := private.set_appointment_time(target, starts_at, null, slot.user_id);
    exception when sqlstate 'PT409' then
      perform private.fail('slot_taken', pg_catalog.jsonb_build_object('starts_at', starts_at));
    end;
    perform private.run_as_rule(earlier);
  end if;
  return private.told_of_appointment(target);
end
$$;
comment on function private.reschedule_booking(text, timestamptz) is
  'Moves an open appointment to another free time by its link. Raises booking_link_invalid, slot_taken, appointment_transition_illegal, appointment_time_is_near, rate_limit_exceeded.';
select private.expose('reschedule_booking', 'anon');

create function private.answer_booking(token text, command text, reason text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  target public.appointments;
  earlier text;
begin
  select a.* into target from private.appointment_by_link(token) a;
  -- Said twice it is the same.
  if target.status::text <> (case command when 'confirm' then 'confirmed' else 'cancelled' end) then
    earlier := private.run_as_rule('booking.link');
    target := private.move_appointment(target, command, reason);
    perform private.run_as_rule(earlier);
  end if;
  return private.told_of_appointment(target);
end
$$;
comment on function private.answer_booking(text, text, text) is 'Confirms or cancels an appointment by its link. Raises booking_link_invalid, appointment_transition_illegal, rate_limit_exceeded.';

create function private.confirm_booking(token text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
  return private.answer_booking(token, 'confirm', null);
end
$$;
comment on function private.confirm_booking(text) is 'Says by its link that one will be there. Raises booking_link_invalid, appointment_transition_illegal, rate_limit_exceeded.';
select private.expose('confirm_booking', 'anon');

create function private.cancel_booking(token text, reason text default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
  return private.answer_booking(token, 'cancel', coalesce(private.check_text('reason', nullif(pg_catalog.btrim(reason), ''), 500), 'Cancelled by the booking link'));
end
$$;
comment on function private.cancel_booking(text, text) is 'Cancels an appointment by its link. Raises booking_link_invalid, appointment_transition_illegal, input_invalid, rate_limit_exceeded.';
select private.expose('cancel_booking', 'anon');

------------------------------------------------------------------------------------------------
-- Who is told
------------------------------------------------------------------------------------------------

insert into public.message_texts (event, channel, language, subject, body)
select t.event, c.channel, t.language, case when c.channel = 'email' then '{company}: {number}' end, t.body
from pg_catalog.unnest(array['email', 'whatsapp', 'sms']::public.message_channel[]) as c (channel)
cross join (values
  ('appointment.scheduled', 'en', 'Dear {customer}, your appointment {number} is on {date}. {company}'),
  ('appointment.scheduled', 'sw', 'Mpendwa {customer}, miadi yako {number} ni tarehe {date}. {company}'),
  ('appointment.cancelled', 'en', 'Dear {customer}, the appointment {number} of {date} does not take place. {company}'),
  ('appointment.cancelled', 'sw', 'Mpendwa {customer}, miadi {number} ya tarehe {date} haitafanyika. {company}'),
  ('appointment.reminder', 'en', 'Dear {customer}, we remind you of your appointment {number} on {date}. {company}'),
  ('appointment.reminder', 'sw', 'Mpendwa {customer}, tunakukumbusha miadi yako {number} ya tarehe {date}. {company}')
) as t (event, language, body);

create function private.other_side_of(tenant uuid, document uuid) returns private.addressee
language sql stable security definer set search_path = ''
as $$
  select row(c.id, coalesce(l.phone, c.phone), coalesce(l.email, c.email), c.language, pg_catalog.jsonb_build_object(
    'customer', coalesce(l.first_name, c.name), 'number', a.number,
    'date', pg_catalog.to_char(a.starts_at at time zone s.timezone, 'YYYY-MM-DD HH24:MI')))::private.addressee
  from public.appointments a
  join public.tenant_settings s on s.tenant_id = a.tenant_id
  left join public.leads l on l.tenant_id = a.tenant_id and l.id = a.lead_id
  left join public.deals d on d.tenant_id = a.tenant_id and d.id = a.deal_id
  left join public.customers c on c.tenant_id = a.tenant_id and c.id = coalesce(a.customer_id, d.customer_id)
  where a.tenant_id = tenant and a.id = document
$$;
comment on function private.other_side_of(uuid, uuid) is 'Whom an appointment is with, to be told about it.';
select private.address('appointment', 'other_side_of');
select private.listen('notifications', 'notify_about', 'appointment.scheduled', 'appointment.cancelled');

create function private.tell_new_time(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  booked public.appointments;
begin
  select * into booked from public.appointments a where a.tenant_id = event.tenant_id and a.id = event.entity_id and a.is_booked;
  if found and event.new_values ? 'starts_at' then
    perform private.tell_customer(booked.tenant_id, 'appointment.scheduled', private.other_side_of(booked.tenant_id, booked.id),
      'appointment.scheduled:' || booked.id || ':' || booked.starts_at, 'appointment', booked.id);
  end if;
end
$$;
comment on function private.tell_new_time(public.event_store) is 'Effect: whoever has a booked appointment is told its new time, once per time.';
select private.listen('notifications', 'tell_new_time', 'appointment.updated');

create function private.send_appointment_reminders() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  due record;
  sent bigint := 0;
begin
  for due in
    select a.tenant_id, a.id, k.business_key
    from public.appointments a
    join public.tenants c on c.id = a.tenant_id and c.status = 'active'
    cross join lateral (select 'appointment.reminder:' || a.id || ':' || a.starts_at as business_key) k
    where a.is_booked and a.starts_at between pg_catalog.now() and pg_catalog.now() + interval '1 day'
      -- Whoever booked it just now knows.
      and a.created_at < a.starts_at - interval '1 day'
      and not exists (select from public.messages g where g.tenant_id = a.tenant_id and g.business_key = k.business_key)
    for no key update of a skip locked
  loop
    sent := sent + (private.tell_customer(due.tenant_id, 'appointment.reminder', private.other_side_of(due.tenant_id, due.id), due.business_key, 'appointment', due.id) is not null)::integer;
  end loop;
  return sent;
end
$$;
comment on function private.send_appointment_reminders() is 'Maintenance: whoever has an appointment within a day is reminded of it, once per appointment and time.';
select private.maintain('send_appointment_reminders', 'appointment_reminders');
