-- Family 08, delivery: how long it takes from one place to another.

create table private.travel_times (
  tenant_id uuid not null references public.tenants (id),
  origin bigint not null,
  destination bigint not null,
  seconds integer not null,
  metres integer not null,
  measured_at timestamptz not null default pg_catalog.now(),
  primary key (tenant_id, origin, destination),
  constraint ways_are_bounded check (seconds between 0 and 1000000 and metres between 0 and 100000000)
);
create index travel_times_measured on private.travel_times (measured_at);
select private.force_policies('private.travel_times');
comment on table private.travel_times is 'What a routing engine said about the way from one place to another, per company, for a month. Places are private.position_key.';

create table private.travel_speeds (
  tenant_id uuid not null references public.tenants (id),
  hour integer not null,
  kilometres_per_hour numeric(5,2) not null,
  legs integer not null,
  learnt_at timestamptz not null default pg_catalog.now(),
  primary key (tenant_id, hour),
  constraint an_hour_of_the_day check (hour between 0 and 23),
  constraint learnt_speed_is_bounded check (kilometres_per_hour between 8 and 80 and legs > 0)
);
select private.force_policies('private.travel_speeds');
comment on table private.travel_speeds is 'How fast the vans of a company really were, by the local hour in which they left a stop. Learnt from finished trips every night.';

create function private.position_key(latitude numeric, longitude numeric) returns bigint
language sql immutable parallel safe
return round((latitude + 90) * 100000)::bigint * 36000001 + round((longitude + 180) * 100000)::bigint;
comment on function private.position_key(numeric, numeric) is 'A place as one number, exact to a metre.';

create function private.is_position(latitude numeric, longitude numeric) returns boolean
language sql immutable parallel safe
return latitude is not null and longitude is not null and not (latitude = 0 and longitude = 0);
comment on function private.is_position(numeric, numeric) is 'Whether somebody can be sent there. Zero, zero lies in the sea: a device that knew nothing wrote it.';

create function private.metres_by_road(latitude numeric, longitude numeric, other_latitude numeric, other_longitude numeric) returns integer
language sql immutable parallel safe
return (1.3 * private.metres_between(latitude, longitude, other_latitude, other_longitude))::integer;
comment on function private.metres_by_road(numeric, numeric, numeric, numeric) is 'About how far it is by road: the great circle and three tenths of it.';

create function private.usual_speed(hour integer) returns numeric
language sql immutable parallel safe
return case when hour in (7, 8, 17, 18) then 22 when hour between 6 and 20 then 30 else 40 end;
comment on function private.usual_speed(integer) is 'How fast vans get on in a town at a local hour, in km/h, before a company has trips of its own to learn from.';

create function private.speed_of_vans(tenant uuid, vehicle_ids uuid[]) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  -- Matrices know no time of day, so what counts is the mean of the hours in which the vans are out.
  return coalesce((
    select round(avg(coalesce(s.kilometres_per_hour, private.usual_speed(h))), 2)
    from public.vehicles v
    cross join lateral pg_catalog.generate_series(extract(hour from v.shift_start)::integer, extract(hour from v.shift_end - interval '1 second')::integer) h
    left join private.travel_speeds s on s.tenant_id = tenant and s.hour = h
    where v.tenant_id = tenant and v.id = any (vehicle_ids)
  ), 30);
end
$$;
comment on function private.speed_of_vans(uuid, uuid[]) is 'How fast these vans get on during their shifts, in km/h: as the company''s own trips tell, else as usual.';

create function private.way_between(
  tenant uuid, kilometres_per_hour numeric, latitude numeric, longitude numeric, other_latitude numeric, other_longitude numeric, out seconds integer, out metres integer
) language plpgsql stable security definer set search_path = ''
as $$
begin
  select t.seconds, t.metres into seconds, metres from private.travel_times t
  where t.tenant_id = tenant and t.origin = private.position_key(latitude, longitude) and t.destination = private.position_key(other_latitude, other_longitude);
  if not found then
    metres := private.metres_by_road(latitude, longitude, other_latitude, other_longitude);
    seconds := round(metres * 3.6 / kilometres_per_hour);
  end if;
end
$$;
comment on function private.way_between(uuid, numeric, numeric, numeric, numeric, numeric) is 'Seconds and metres from one place to another: measured, else estimated.';
