-- Family 12, records: one timeline per person and per vehicle, in which nothing overlaps.

create table private.person_timeline (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  user_id uuid,
  vehicle_id uuid,
  during tstzrange not null,
  trip_id uuid,
  appointment_id uuid,
  kind text,
  document_id uuid,
  number text,
  layer text not null default 'busy',
  primary key (tenant_id, id),
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, user_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, vehicle_id) references public.vehicles (tenant_id, id),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id) on delete cascade,
  foreign key (tenant_id, appointment_id) references public.appointments (tenant_id, id) on delete cascade,
  constraint timeline_is_of_one check (num_nonnulls(user_id, vehicle_id) = 1),
  constraint timeline_is_for_one check (num_nonnulls(trip_id, appointment_id, document_id) = 1 and (document_id is null) = (kind is null)),
  constraint timeline_layer_is_known check (layer in ('busy', 'duty')),
  constraint timeline_takes_time check (not isempty(during)),
  constraint nobody_is_in_two_places exclude using gist (tenant_id with =, user_id with =, layer with =, during with &&) where (user_id is not null),
  constraint no_vehicle_is_in_two_places exclude using gist (tenant_id with =, vehicle_id with =, during with &&) where (vehicle_id is not null)
);
create unique index person_timeline_appointment on private.person_timeline (tenant_id, appointment_id) where appointment_id is not null;
create index person_timeline_document on private.person_timeline (tenant_id, document_id) where document_id is not null;
create index person_timeline_trip on private.person_timeline (tenant_id, trip_id) where trip_id is not null;
select private.force_policies('private.person_timeline');
comment on table private.person_timeline is
  'When people and vehicles are taken, whatever by: planned trips (their planned time) and booked appointments with their buffers. Fed by triggers alone. Whichever of two comes second is refused by the constraint, and told what is in the way (private.take_time).';
comment on column private.person_timeline.kind is 'What else takes the time, of a later family: its kind, document_id and number.';
comment on column private.person_timeline.layer is
  'busy: at a customer''s, on a trip, away; duty: when somebody is to be there at all. Within a layer nothing overlaps; whoever is away is away in both.';

create function private.in_the_way(entry private.person_timeline) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select pg_catalog.jsonb_build_object('user_id', t.user_id, 'vehicle_id', t.vehicle_id,
      'kind', case when t.trip_id is not null then 'trip' when t.appointment_id is not null then 'appointment' else t.kind end, 'id', coalesce(t.trip_id, t.appointment_id, t.document_id),
      'number', coalesce(p.number, a.number, t.number), 'from', pg_catalog.lower(t.during), 'until', pg_catalog.upper(t.during))
    from private.person_timeline t
    left join public.trips p on p.tenant_id = t.tenant_id and p.id = t.trip_id
    left join public.appointments a on a.tenant_id = t.tenant_id and a.id = t.appointment_id
    where t.tenant_id = entry.tenant_id and (t.user_id = entry.user_id or t.vehicle_id = entry.vehicle_id) and t.layer = entry.layer and t.during && entry.during
    order by t.during limit 1
  );
end
$$;
comment on function private.in_the_way(private.person_timeline) is 'What keeps an entry from being made: {user_id or vehicle_id, kind, id, number, from, until}.';

create function private.take_time(entry private.person_timeline) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.person_timeline (tenant_id, user_id, vehicle_id, during, trip_id, appointment_id, kind, document_id, number, layer)
  values (entry.tenant_id, entry.user_id, entry.vehicle_id, entry.during, entry.trip_id, entry.appointment_id, entry.kind, entry.document_id, entry.number, entry.layer);
exception when exclusion_violation then
  if entry.vehicle_id is null then
    perform private.fail('person_busy', private.in_the_way(entry));
  end if;
  perform private.fail('vehicle_busy', private.in_the_way(entry));
end
$$;
comment on function private.take_time(private.person_timeline) is 'Writes an entry of the timeline; of two that want the same time the second waits for the first. Raises person_busy, vehicle_busy, naming what is in the way.';

create function private.tg_appointments__take_time() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' then
    delete from private.person_timeline t where t.tenant_id = new.tenant_id and t.appointment_id = new.id;
  end if;
  if new.is_booked then
    perform private.take_time(row(null, new.tenant_id, new.agent_id, null, pg_catalog.tstzrange(
      new.starts_at - pg_catalog.make_interval(mins => new.buffer_before), new.ends_at + pg_catalog.make_interval(mins => new.buffer_after)), null, new.id, null, null, null, 'busy')::private.person_timeline);
  end if;
  return null;
end
$$;
comment on function private.tg_appointments__take_time() is 'A booked appointment takes the time of its person, with its buffers. Raises person_busy.';
create trigger _300_take_time after insert or update of status, agent_id, starts_at, ends_at on public.appointments
for each row execute function private.tg_appointments__take_time();

create function private.take_trip_time(trip public.trips) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  during constant tstzrange := pg_catalog.tstzrange(trip.planned_start_at, trip.planned_end_at);
  account uuid;
begin
  delete from private.person_timeline t where t.tenant_id = trip.tenant_id and t.trip_id = trip.id;
  if not trip.is_booked then
    return;
  end if;
  select m.user_id into account from public.drivers d join public.memberships m on m.tenant_id = d.tenant_id and m.id = d.membership_id
  where d.tenant_id = trip.tenant_id and d.id = trip.driver_id;
  if account is not null then
    perform private.take_time(row(null, trip.tenant_id, account, null, during, trip.id, null, null, null, null, 'busy')::private.person_timeline);
  end if;
  if trip.vehicle_id is not null then
    perform private.take_time(row(null, trip.tenant_id, null, trip.vehicle_id, during, trip.id, null, null, null, null, 'busy')::private.person_timeline);
  end if;
end
$$;
comment on function private.take_trip_time(public.trips) is 'A trip that is planned or on the way takes its driver (where he has an account) and its vehicle for the planned time. Raises person_busy, vehicle_busy.';

create function private.tg_trips__take_time() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.take_trip_time(new);
  return null;
end
$$;
comment on function private.tg_trips__take_time() is 'The timeline follows the trip. Raises person_busy, vehicle_busy.';
create trigger _300_take_time_first after insert on public.trips for each row when (new.is_booked) execute function private.tg_trips__take_time();
create trigger _300_take_time after update on public.trips for each row
when ((new.is_booked, new.driver_id, new.vehicle_id, new.planned_start_at, new.planned_end_at) is distinct from (old.is_booked, old.driver_id, old.vehicle_id, old.planned_start_at, old.planned_end_at)
  and (new.is_booked or old.is_booked)) execute function private.tg_trips__take_time();

create function private.tg_drivers__take_time() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.take_trip_time(t) from public.trips t where t.tenant_id = new.tenant_id and t.driver_id = new.id and t.is_booked order by t.id;
  return null;
end
$$;
comment on function private.tg_drivers__take_time() is 'The trips of a driver take whoever he is now. Raises person_busy.';
create trigger _300_take_time after update of membership_id on public.drivers for each row
when (new.membership_id is distinct from old.membership_id) execute function private.tg_drivers__take_time();
