-- Family 12, records: what people do with appointments.

create function private.sees_agent(tenant uuid, agent_id uuid) returns boolean
language sql stable security definer set search_path = ''
return agent_id = any (private.my_line()) or private.has_permission(tenant, 'appointments.view_all');
comment on function private.sees_agent(uuid, uuid) is 'Whether the caller sees the appointments of this person: his own, those of whom he leads, or all.';

create function private.lock_appointment(appointment_id uuid, permission text, expected_version integer) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission(permission);
  target public.appointments;
begin
  select * into target from public.appointments a
  where a.tenant_id = tenant and a.id = appointment_id and private.has_permission(tenant, 'appointments.view') and private.sees_agent(tenant, a.agent_id)
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('appointment_id', appointment_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_appointment(uuid, text, integer) is 'An appointment that the caller sees, under its lock. Raises record_not_found, version_conflict, permission_denied.';

create function private.check_agent(tenant uuid, agent_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform private.check_owner(tenant, agent_id);
  if not private.sees_agent(tenant, agent_id) then
    perform private.fail('permission_denied', '{"permission": "appointments.view_all"}');
  end if;
end
$$;
comment on function private.check_agent(uuid, uuid) is 'Whether the caller may give an appointment to this person. Raises person_not_in_company, permission_denied.';

create function private.check_appointment_time(starts_at timestamptz) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if (starts_at > '2000-01-01' and starts_at < '2099-12-31') is not true then
    perform private.fail('appointment_time_is_near', pg_catalog.jsonb_build_object('starts_at', starts_at));
  end if;
end
$$;
comment on function private.check_appointment_time(timestamptz) is 'Raises appointment_time_is_near.';

create function private.move_appointment(target public.appointments, command text, reason text default null, outcome public.appointment_outcome default null) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  update public.appointments a
  set status = private.next_state('appointment', target.id, target.status::text, command)::public.appointment_status, status_reason = reason, outcome = outcome
  where a.tenant_id = target.tenant_id and a.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.move_appointment(public.appointments, text, text, public.appointment_outcome) is 'Takes a step of an appointment that is locked. Raises appointment_transition_illegal, person_busy, permission_denied.';

create function private.insert_appointment(appointment public.appointments, type public.appointment_types) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.appointments (tenant_id, type_id, agent_id, starts_at, ends_at, buffer_before, buffer_after, lead_id, deal_id, customer_id, place_text, latitude, longitude, notes, booked_by_link)
  values (appointment.tenant_id, type.id, appointment.agent_id, appointment.starts_at, appointment.starts_at + pg_catalog.make_interval(mins => type.minutes), type.buffer_before, type.buffer_after,
    appointment.lead_id, appointment.deal_id, appointment.customer_id, private.check_text('place_text', nullif(pg_catalog.btrim(appointment.place_text), ''), 300),
    appointment.latitude, appointment.longitude, private.check_text('notes', nullif(pg_catalog.btrim(appointment.notes), ''), 4000), coalesce(appointment.booked_by_link, false))
  returning * into appointment;
  return appointment;
end
$$;
comment on function private.insert_appointment(public.appointments, public.appointment_types) is 'Writes an appointment of this type down, as a request. Raises input_invalid.';

create function private.require_sales_record(kind text, id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.active_tenant_id();
begin
  if kind = 'lead' and not exists (
    select from public.leads l where l.tenant_id = tenant and l.id = id and private.has_permission(tenant, 'leads.view')
      and (l.owner_id is null or l.owner_id = any (private.my_line()) or private.has_permission(tenant, 'leads.view_all'))
  ) or kind = 'deal' and not exists (
    select from public.deals d where d.tenant_id = tenant and d.id = id and private.has_permission(tenant, 'deals.view')
      and (d.owner_id = any (private.my_line()) or private.has_permission(tenant, 'deals.view_all'))
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object(kind || '_id', id));
  end if;
end
$$;
comment on function private.require_sales_record(text, uuid) is 'Raises record_not_found unless the caller sees this lead or deal.';

create function private.create_appointment(
  type_id uuid, starts_at timestamptz, agent_id uuid default null, lead_id uuid default null, deal_id uuid default null, customer_id uuid default null,
  place_text text default null, latitude numeric default null, longitude numeric default null, notes text default null
) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('appointments.edit');
  type public.appointment_types;
  appointment public.appointments;
begin
  select * into type from public.appointment_types t where t.tenant_id = tenant and t.id = type_id and t.is_active;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('type_id', type_id));
  end if;
  if pg_catalog.num_nonnulls(lead_id, deal_id, customer_id) <> 1 then
    perform private.fail('appointment_is_with_one', pg_catalog.jsonb_build_object('lead_id', lead_id, 'deal_id', deal_id, 'customer_id', customer_id));
  end if;
  perform private.check_appointment_time(starts_at);
  if lead_id is not null then
    perform private.require_sales_record('lead', lead_id);
  elsif deal_id is not null then
    perform private.require_sales_record('deal', deal_id);
  else
    customer_id := (private.customer_served(tenant, customer_id)).id;
  end if;
  perform private.check_agent(tenant, coalesce(agent_id, auth.uid()));
  if latitude is not null or longitude is not null then
    perform private.require_number('latitude', latitude, -90, 90);
    perform private.require_number('longitude', longitude, -180, 180);
  end if;
  appointment.tenant_id := tenant;
  appointment.agent_id := coalesce(agent_id, auth.uid());
  appointment.starts_at := starts_at;
  appointment.lead_id := lead_id;
  appointment.deal_id := deal_id;
  appointment.customer_id := customer_id;
  appointment.place_text := place_text;
  appointment.latitude := latitude;
  appointment.longitude := longitude;
  appointment.notes := notes;
  return private.move_appointment(private.insert_appointment(appointment, type), 'schedule');
end
$$;
comment on function private.create_appointment(uuid, timestamptz, uuid, uuid, uuid, uuid, text, numeric, numeric, text) is
  'Makes an appointment with a lead, about a deal or with a customer, for the caller or whoever he leads (agent_id, account), at any time at which that person has nothing else: hours, notice and limits bind the booking link alone. Raises person_busy, appointment_is_with_one, appointment_time_is_near, record_not_found, person_not_in_company, input_invalid, permission_denied.';
select private.expose_command('create_appointment');

create function private.schedule_appointment(appointment_id uuid, expected_version integer default null) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
begin
  return private.move_appointment(private.lock_appointment(appointment_id, 'appointments.edit', expected_version), 'schedule');
end
$$;
comment on function private.schedule_appointment(uuid, integer) is 'Accepts a request; of two that overlap one is accepted. Raises person_busy, record_not_found, appointment_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('schedule_appointment');

create function private.confirm_appointment(appointment_id uuid, expected_version integer default null) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
begin
  return private.move_appointment(private.lock_appointment(appointment_id, 'appointments.edit', expected_version), 'confirm');
end
$$;
comment on function private.confirm_appointment(uuid, integer) is 'The other side has said that it will be there. Raises record_not_found, appointment_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('confirm_appointment');

create function private.set_appointment_time(target public.appointments, starts_at timestamptz, minutes integer, agent_id uuid) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  perform private.check_appointment_time(starts_at);
  if minutes is not null then
    perform private.require_number('minutes', minutes, 5, 720);
  end if;
  update public.appointments a
  set starts_at = starts_at, ends_at = starts_at + coalesce(pg_catalog.make_interval(mins => minutes), target.ends_at - target.starts_at), agent_id = coalesce(agent_id, target.agent_id)
  where a.tenant_id = target.tenant_id and a.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.set_appointment_time(public.appointments, timestamptz, integer, uuid) is 'Moves an appointment that is locked. Raises person_busy, appointment_time_is_near, input_invalid.';

create function private.reschedule_appointment(appointment_id uuid, starts_at timestamptz, minutes integer default null, agent_id uuid default null, expected_version integer default null) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.appointments := private.lock_appointment(appointment_id, 'appointments.edit', expected_version);
begin
  if not private.takes_in_place('appointment', target.tenant_id, target.status::text, 'reschedule') then
    perform private.fail('appointment_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'reschedule'));
  end if;
  if agent_id is distinct from target.agent_id and agent_id is not null then
    perform private.check_agent(target.tenant_id, agent_id);
  end if;
  return private.set_appointment_time(target, starts_at, minutes, agent_id);
end
$$;
comment on function private.reschedule_appointment(uuid, timestamptz, integer, uuid, integer) is
  'Moves an open appointment to another time, length (minutes) or person (agent_id, account) in one step: the old time is free and the new one taken, or nothing has changed. Raises person_busy, appointment_time_is_near, record_not_found, person_not_in_company, appointment_transition_illegal, version_conflict, input_invalid, permission_denied.';
select private.expose_command('reschedule_appointment');

create function private.complete_appointment(appointment_id uuid, outcome public.appointment_outcome, note text default null, expected_version integer default null) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
declare
  target public.appointments := private.lock_appointment(appointment_id, 'appointments.edit', expected_version);
begin
  perform private.require_choice('outcome', outcome::text);
  target := private.move_appointment(target, 'complete', private.check_text('note', nullif(pg_catalog.btrim(note), ''), 500), outcome);
  -- By the lead's own command, as whoever may work on it.
  if outcome = 'qualified' and exists (
    select from public.leads l where l.tenant_id = target.tenant_id and l.id = target.lead_id and l.status in ('new', 'contacted')
      and (l.owner_id is null or l.owner_id = any (private.my_line()) or private.has_permission(l.tenant_id, 'leads.view_all'))
  ) and private.has_permission(target.tenant_id, 'leads.edit') then
    perform private.qualify_lead(target.lead_id);
  end if;
  return target;
end
$$;
comment on function private.complete_appointment(uuid, public.appointment_outcome, text, integer) is
  'It took place, with what came of it (outcome) and a note. A lead of which it says that he is qualified is qualified with it, where the caller may do that. Raises record_not_found, appointment_transition_illegal, version_conflict, input_invalid, permission_denied.';
select private.expose_command('complete_appointment');

create function private.miss_appointment(appointment_id uuid, expected_version integer default null) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
begin
  return private.move_appointment(private.lock_appointment(appointment_id, 'appointments.edit', expected_version), 'miss');
end
$$;
comment on function private.miss_appointment(uuid, integer) is 'Nobody came. Raises record_not_found, appointment_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('miss_appointment');

create function private.require_reason(reason text) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  return private.require_text('reason', reason);
end
$$;
comment on function private.require_reason(text) is 'The reason, trimmed. Raises reason_required, input_invalid.';

create function private.cancel_appointment(appointment_id uuid, reason text, expected_version integer default null) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.appointments := private.lock_appointment(appointment_id, 'appointments.edit', expected_version);
begin
  return private.move_appointment(target, 'cancel', private.require_reason(reason));
end
$$;
comment on function private.cancel_appointment(uuid, text, integer) is 'It will not take place, with the reason. Raises reason_required, record_not_found, appointment_transition_illegal, version_conflict, input_invalid, permission_denied.';
select private.expose_command('cancel_appointment');

create function private.release_appointment(appointment_id uuid, reason text, expected_version integer default null) returns public.appointments
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.appointments := private.lock_appointment(appointment_id, 'appointments.manage', expected_version);
begin
  return private.move_appointment(target, 'release', private.require_reason(reason));
end
$$;
comment on function private.release_appointment(uuid, text, integer) is
  'Makes room: a booked appointment is a request again and its person free for something else, with the reason. Raises reason_required, record_not_found, appointment_transition_illegal, version_conflict, input_invalid, permission_denied.';
select private.expose_command('release_appointment');
