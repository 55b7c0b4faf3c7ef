-- Family 12, records: doors, who goes to them on a day, and what is to be left alone.

create type public.door_outcome_kind as enum ('nobody_home', 'talk', 'interest', 'refusal', 'do_not_knock');
create type public.door_standing as enum ('new', 'again', 'done', 'do_not_knock');

create table public.door_outcomes (
  like private.record including defaults including indexes,
  name text not null,
  kind public.door_outcome_kind not null,
  place integer not null,
  again_after_days integer,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name)),
  constraint place_is_bounded check (place between 1 and 1000),
  constraint again_after_is_bounded check (again_after_days between 1 and 365),
  constraint left_alone_is_left_alone check (kind <> 'do_not_knock' or again_after_days is null)
);
comment on table public.door_outcomes is 'What can come of a visit at a door, in the words of the company and in the order of its buttons. The kind says what follows.';
comment on column public.door_outcomes.kind is 'interest makes a lead, do_not_knock leaves the door alone for ever; the others are counted.';
comment on column public.door_outcomes.again_after_days is 'After how many days somebody goes there again; null: nobody does.';
select private.manage_table('public.door_outcomes', 'door_outcome');
select private.set_audience('door_outcome', 'doors.view');
select private.register_error('door_outcome_taken', 409, 'There is an outcome of this name already.', 'Choose another name, or use that one.');
select private.refuse_taken('public.door_outcomes', 'door_outcomes_tenant_id_name_key', 'door_outcome_taken');
select private.register_error('again_after_is_bounded', 422, 'This number of days is not possible.', 'Enter 1 to 365 days, or leave it empty where nobody goes again.');
select private.register_error('left_alone_is_left_alone', 422, 'A door that is left alone is not visited again.', 'Leave the number of days empty.');

create function private.tg_tenants__give_door_outcomes() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.door_outcomes (tenant_id, name, kind, place, again_after_days) values
    (new.id, 'Nobody home', 'nobody_home', 1, 2), (new.id, 'Come again', 'talk', 2, 14), (new.id, 'Interested', 'interest', 3, null),
    (new.id, 'Not interested', 'refusal', 4, 180), (new.id, 'Do not knock', 'do_not_knock', 5, null);
  return null;
end
$$;
comment on function private.tg_tenants__give_door_outcomes() is 'Gives a new company the outcomes that it begins with.';
create trigger _300_give_door_outcomes after insert on public.tenants for each row execute function private.tg_tenants__give_door_outcomes();

create table public.doors (
  like private.record including defaults including indexes,
  address text not null,
  unit text not null default '',
  territory_id uuid,
  latitude numeric(9,6),
  longitude numeric(9,6),
  note text,
  is_active boolean not null default true,
  visits integer not null default 0,
  last_visited_at timestamptz,
  last_outcome_id uuid,
  next_visit_on date,
  do_not_knock_since timestamptz,
  do_not_knock_until date,
  do_not_knock_by uuid,
  do_not_knock_reason text,
  standing public.door_standing not null generated always as (
    case when do_not_knock_since is not null then 'do_not_knock'::public.door_standing when last_visited_at is null then 'new'::public.door_standing
      when next_visit_on is null then 'done'::public.door_standing else 'again'::public.door_standing end
  ) stored,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, territory_id) references public.territories (tenant_id, id),
  foreign key (tenant_id, last_outcome_id) references public.door_outcomes (tenant_id, id),
  foreign key (tenant_id, do_not_knock_by) references public.memberships (tenant_id, user_id),
  constraint doors_address unique (tenant_id, address, unit),
  constraint address_is_short check (length(address) between 1 and 200 and address = btrim(address)),
  constraint unit_is_short check (length(unit) <= 40 and unit = btrim(unit)),
  constraint door_note_is_bounded check (btrim(note) <> '' and length(note) <= 1000),
  constraint position_is_complete check ((latitude is null) = (longitude is null)),
  constraint position_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180),
  constraint do_not_knock_is_recorded check (
    (do_not_knock_since is null) = (do_not_knock_by is null) and (do_not_knock_since is null) = (do_not_knock_reason is null)
    and (do_not_knock_until is null or do_not_knock_since is not null)
  )
);
create index doors_territory on public.doors (tenant_id, territory_id, standing) where is_active;
create index doors_in_territory on public.doors (tenant_id, territory_id);
create index doors_last_outcome on public.doors (tenant_id, last_outcome_id) where last_outcome_id is not null;
create index doors_do_not_knock_by on public.doors (tenant_id, do_not_knock_by) where do_not_knock_by is not null;
create index doors_recent on public.doors (tenant_id, created_at desc, id desc);
comment on table public.doors is 'Doors at which people of the company knock. How one stands is told by what came of the last visit; written by visit_door, forbid_door and allow_door.';
comment on column public.doors.address is 'Street and house, as one asks the way to it.';
comment on column public.doors.unit is 'Flat or shop in the house; empty where it has one door.';
comment on column public.doors.territory_id is 'The area in which it lies; where nobody says so, the one in whose borders its position is.';
comment on column public.doors.next_visit_on is 'Day in the company''s time zone from which somebody goes there again; null: nobody does, or nobody was there yet.';
comment on column public.doors.do_not_knock_since is 'Since when nobody knocks: by whom and why it was written down is beside it. Null: one may knock.';
comment on column public.doors.do_not_knock_until is 'Last day on which nobody knocks; null with do_not_knock_since: never again.';
select private.manage_table('public.doors', 'door');
select private.set_audience('door', 'doors.view');
select private.register_subject('public.doors', 'door', 'address', 'doors.view', '/doors');
select private.register_error('door_taken', 409, 'There is a door at this address already.', 'Look for it in the list; give another flat its own unit.');
select private.refuse_taken('public.doors', 'doors_address', 'door_taken');
select private.register_error('address_is_short', 422, 'The address is missing or too long, or begins or ends with a space.', 'Enter an address of at most 200 characters.');
select private.register_error('unit_is_short', 422, 'The unit is too long, or begins or ends with a space.', 'Enter at most 40 characters, or leave it empty.');
select private.register_error('door_note_is_bounded', 422, 'The note is empty or too long.', 'Enter at most 1000 characters.');

create function private.tg_doors__place() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.territory_id := private.territory_at(new.tenant_id, new.longitude, new.latitude);
  return new;
end
$$;
comment on function private.tg_doors__place() is 'A door that is in no area comes into the one in whose borders it lies.';
create trigger _150_place before insert on public.doors for each row when (new.territory_id is null and new.latitude is not null) execute function private.tg_doors__place();
create trigger _150_place_again before update of latitude, longitude, territory_id on public.doors
for each row when (new.territory_id is null and new.latitude is not null) execute function private.tg_doors__place();

create table public.door_claims (
  like private.record including defaults including indexes,
  door_id uuid not null,
  day date not null,
  canvasser_id uuid not null,
  foreign key (tenant_id, door_id) references public.doors (tenant_id, id),
  foreign key (tenant_id, canvasser_id) references public.memberships (tenant_id, user_id),
  unique (tenant_id, door_id, day)
);
create index door_claims_canvasser on public.door_claims (tenant_id, canvasser_id, day);
comment on table public.door_claims is 'Who goes to which door on which day (of the company''s time zone): one person, and nobody else. Written by next_doors, visit_door and leave_doors.';
select private.manage_table('public.door_claims', 'door_claim');
select private.set_audience('door_claim', 'doors.view');

------------------------------------------------------------------------------------------------
-- Handing out doors
------------------------------------------------------------------------------------------------

create function private.check_position(latitude numeric, longitude numeric) returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if (latitude is null) <> (longitude is null) then
    perform private.fail('position_is_complete', pg_catalog.jsonb_build_object('latitude', latitude, 'longitude', longitude));
  end if;
  if latitude not between -90 and 90 or longitude not between -180 and 180 then
    perform private.fail('position_is_on_earth', pg_catalog.jsonb_build_object('latitude', latitude, 'longitude', longitude));
  end if;
end
$$;
comment on function private.check_position(numeric, numeric) is 'Refuses half a position, and one that is not on earth; none is fine. Raises position_is_complete, position_is_on_earth.';

create function private.may_knock(door public.doors, day date) returns boolean
language sql immutable set search_path = ''
return door.do_not_knock_since is null or coalesce(door.do_not_knock_until < day, false);
comment on function private.may_knock(public.doors, date) is 'Whether one may knock at a door on a day.';

create function private.next_doors(territory_id uuid, wanted integer default 5, latitude numeric default null, longitude numeric default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('doors.visit');
  today constant date := private.tenant_today(tenant);
  place record;
  found_doors uuid[] := '{}';
  taken uuid[];
  looked_at integer;
begin
  perform private.check_owner(tenant, auth.uid());
  if wanted is null or wanted not between 1 and 20 then
    perform private.fail('input_invalid', '{"wanted": "not between 1 and 20"}');
  end if;
  perform private.check_position(latitude, longitude);
  if territory_id is null or not exists (select from public.territories t where t.tenant_id = tenant and t.id = territory_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('territory_id', territory_id));
  end if;
  -- A phone that does not know where it is stands where its owner knocked last.
  select coalesce(latitude, l.latitude) as latitude, coalesce(longitude, l.longitude) as longitude into place
  from (select null) one
  left join (
    select d.latitude, d.longitude from public.door_claims c join public.doors d on d.tenant_id = c.tenant_id and d.id = c.door_id
    where c.tenant_id = tenant and c.canvasser_id = auth.uid() and c.day = today and d.last_visited_at is not null
    order by d.last_visited_at desc limit 1
  ) l on true;
  -- Doors that somebody else is being given in this moment are passed over. One that he was given a moment before
  -- does not look taken yet, but its claim is refused: then the next ones are looked at.
  loop
    with free as (
      select d.id from public.doors d
      where d.tenant_id = tenant and d.territory_id = territory_id and d.is_active
        and (d.last_visited_at is null or d.next_visit_on <= today) and private.may_knock(d, today)
        and not exists (select from public.door_claims c where c.tenant_id = tenant and c.door_id = d.id and c.day = today)
      order by private.metres_between(place.latitude, place.longitude, d.latitude, d.longitude) nulls last, d.address, d.unit, d.id
      limit wanted - pg_catalog.cardinality(found_doors)
      for no key update of d skip locked
    ), claimed as (
      insert into public.door_claims (tenant_id, door_id, day, canvasser_id)
      select tenant, f.id, today, auth.uid() from free f
      on conflict on constraint door_claims_tenant_id_door_id_day_key do nothing
      returning door_id
    )
    select (select count(*) from free), coalesce((select pg_catalog.array_agg(c.door_id) from claimed c), '{}') into looked_at, taken;
    found_doors := found_doors || taken;
    exit when looked_at = 0 or pg_catalog.cardinality(found_doors) >= wanted;
  end loop;
  return pg_catalog.jsonb_build_object('doors', pg_catalog.to_jsonb(found_doors));
end
$$;
comment on function private.next_doors(uuid, integer, numeric, numeric) is
  'Gives the caller up to this many more doors of an area for today, the nearest free ones: nobody else gets them on this day. {doors: [id, …]}, fewer or none where no more are free. Raises record_not_found, input_invalid, position_is_complete, position_is_on_earth, person_not_in_company, permission_denied.';
select private.expose_command('next_doors');

create function private.lock_door(tenant uuid, door_id uuid, expected_version integer default null) returns public.doors
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.doors;
begin
  select * into target from public.doors d where d.tenant_id = tenant and d.id = door_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('door_id', door_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_door(uuid, uuid, integer) is 'A door under its lock. Raises record_not_found, version_conflict.';

select private.register_error('reason_for_the_door_is_short', 422, 'The reason is missing or too long.', 'Say it in at most 500 characters.');
select private.register_error('do_not_knock_day_invalid', 422, 'This is not a day until which a door is left alone.', 'Enter a day from today on and before 2100, or none at all.');

create function private.forbid_door(door_id uuid, reason text, until date default null, expected_version integer default null) returns public.doors
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('doors.visit');
  target public.doors := private.lock_door(tenant, door_id, expected_version);
begin
  if coalesce(pg_catalog.btrim(reason), '') = '' or pg_catalog.length(reason) > 500 then
    perform private.fail('reason_for_the_door_is_short', '{"reason": null}');
  end if;
  if until < private.tenant_today(tenant) or until >= '2100-01-01' then
    perform private.fail('do_not_knock_day_invalid', pg_catalog.jsonb_build_object('until', until));
  end if;
  perform private.check_owner(tenant, auth.uid());
  update public.doors d
  set do_not_knock_since = pg_catalog.now(), do_not_knock_until = until, do_not_knock_by = auth.uid(), do_not_knock_reason = pg_catalog.btrim(reason)
  where d.tenant_id = tenant and d.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.forbid_door(uuid, text, date, integer) is
  'Nobody knocks at this door until a day, or ever again. Raises record_not_found, reason_for_the_door_is_short, do_not_knock_day_invalid, person_not_in_company, version_conflict, permission_denied.';
select private.expose_command('forbid_door');

create function private.allow_door(door_id uuid, expected_version integer default null) returns public.doors
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('sales.manage');
  target public.doors := private.lock_door(tenant, door_id, expected_version);
begin
  update public.doors d set do_not_knock_since = null, do_not_knock_until = null, do_not_knock_by = null, do_not_knock_reason = null
  where d.tenant_id = tenant and d.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.allow_door(uuid, integer) is 'One may knock at this door again. Raises record_not_found, version_conflict, permission_denied.';
select private.expose_command('allow_door');
