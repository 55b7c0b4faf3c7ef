-- Family 04, parties: where an address lies, found out by itself.

create type public.geocode_status as enum ('asked', 'placed', 'unsure', 'unknown');
create type public.geocode_precision as enum ('exact', 'street', 'town', 'region');

create table public.address_positions (
  tenant_id uuid not null,
  address_id uuid not null,
  asked_for text not null,
  status public.geocode_status not null default 'asked',
  precision public.geocode_precision,
  latitude numeric(9,6),
  longitude numeric(9,6),
  provider text,
  error text,
  asked_at timestamptz not null default now(),
  primary key (tenant_id, address_id),
  foreign key (tenant_id, address_id) references public.customer_addresses (tenant_id, id) on delete cascade,
  constraint position_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180),
  constraint position_is_complete check ((latitude is null) = (longitude is null))
);
select private.force_policies('public.address_positions');
comment on table public.address_positions is
  'What was found out about where an address lies. placed: found to the house or the street, and written to the address; unsure: only the town or less is known, a suggestion for whoever places it; unknown: nobody knows it. Written by the database alone.';
comment on column public.address_positions.asked_for is 'The street and town that were asked for.';
comment on column public.address_positions.precision is 'How much of it was found: the house, the street, the town, or only the region.';
comment on column public.address_positions.provider is 'Who said so: google, nominatim or gazetteer.';
comment on column public.address_positions.error is 'Why nobody could be asked: a stable key.';

create table private.geocoded (
  query_hash text primary key,
  precision public.geocode_precision,
  latitude numeric(9,6),
  longitude numeric(9,6),
  provider text not null,
  asked_at timestamptz not null default now(),
  constraint position_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180)
);
create index geocoded_asked_at on private.geocoded (asked_at);
select private.force_policies('private.geocoded');
comment on table private.geocoded is 'What was answered to a question (the hash of its text), of all companies, kept for 30 days: the same is not asked twice.';

select private.create_queue('geocode_address', 'geocode-address');
update private.queue_policies set max_attempts = 12, base_delay_seconds = 15 where queue = 'geocode_address';

create function private.place_asked_for(address public.customer_addresses) returns text
language sql immutable set search_path = ''
as $$ select pg_catalog.btrim(address.street) || ', ' || pg_catalog.btrim(address.city) $$;
comment on function private.place_asked_for(public.customer_addresses) is 'What is asked about an address.';

create function private.is_placed_by_hand(address public.customer_addresses, known public.address_positions) returns boolean
language sql immutable set search_path = ''
as $$
  select address.latitude is not null
    and (known.status is distinct from 'placed' or (address.latitude, address.longitude) is distinct from (known.latitude, known.longitude))
$$;
comment on function private.is_placed_by_hand(public.customer_addresses, public.address_positions) is
  'Whether somebody has chosen where an address lies: it has a place, and it is not the one that was found for it.';

create function private.tg_customer_addresses__geocode() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  questions jsonb[];
begin
  with asked as (
    insert into public.address_positions as p (tenant_id, address_id, asked_for)
    select n.tenant_id, n.id, private.place_asked_for(n)
    from new_rows n
    left join public.address_positions k on k.tenant_id = n.tenant_id and k.address_id = n.id
    where n.is_active and not private.is_placed_by_hand(n, k)
      and (k.address_id is null or k.asked_for <> private.place_asked_for(n))
    on conflict on constraint address_positions_pkey do update
    -- What was found stands until there is another answer: it says that nobody has chosen the place.
    set asked_for = excluded.asked_for, asked_at = excluded.asked_at, error = null,
      status = case when p.status = 'placed' then p.status else 'asked' end
    returning p.tenant_id, p.address_id
  )
  select pg_catalog.array_agg(pg_catalog.jsonb_build_object('tenant_id', a.tenant_id, 'address_id', a.address_id)) into questions from asked a;
  if questions is not null then
    perform pgmq.send_batch('geocode_address', questions);
  end if;
  return null;
end
$$;
comment on function private.tg_customer_addresses__geocode() is 'Has it found out where a new or changed address lies, unless somebody has chosen that.';
create trigger _500_geocode_new after insert on public.customer_addresses
referencing new table as new_rows for each statement execute function private.tg_customer_addresses__geocode();
create trigger _500_geocode after update on public.customer_addresses
referencing new table as new_rows for each statement execute function private.tg_customer_addresses__geocode();

create function private.geocode_hash(asked_for text, country text) returns text
language sql immutable set search_path = ''
as $$ select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(country || ' ' || pg_catalog.lower(pg_catalog.regexp_replace(asked_for, '\s+', ' ', 'g')), 'UTF8')), 'hex') $$;
comment on function private.geocode_hash(text, text) is 'By which an answer is known again: blanks and capitals do not matter.';

create function private.country_of(tenant uuid) returns text
language sql stable security definer set search_path = ''
as $$ select coalesce(substring(s.locale from '-([A-Z]{2})$'), 'KE') from public.tenant_settings s where s.tenant_id = tenant $$;
comment on function private.country_of(uuid) is 'The country of a company''s locale, as ISO 3166 writes it.';

create function private.address_to_geocode(tenant_id uuid, address_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('asked_for', p.asked_for, 'country', c.country,
    'known', (
      select pg_catalog.jsonb_build_object('precision', g.precision, 'latitude', g.latitude, 'longitude', g.longitude, 'provider', g.provider)
      from private.geocoded g where g.query_hash = private.geocode_hash(p.asked_for, c.country) and g.asked_at > pg_catalog.now() - interval '30 days'))
  from public.address_positions p
  join public.customer_addresses a on a.tenant_id = p.tenant_id and a.id = p.address_id and a.is_active
  cross join lateral (select private.country_of(p.tenant_id) as country) c
  where p.tenant_id = address_to_geocode.tenant_id and p.address_id = address_to_geocode.address_id
    and not private.is_placed_by_hand(a, p)
$$;
comment on function private.address_to_geocode(uuid, uuid) is
  'What is to be found out: {asked_for, country, known: what was answered to the same lately, or null}; null when somebody has placed the address. For the worker geocode-address (service role).';
select private.expose('address_to_geocode', 'service_role');

create function private.record_geocode(
  tenant_id uuid, address_id uuid, status text, asked_for text, "precision" public.geocode_precision default null, latitude numeric default null, longitude numeric default null,
  provider text default null, error text default null
) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  place public.customer_addresses;
  known public.address_positions;
  is_sure constant boolean := "precision" in ('exact', 'street');
  earlier text;
begin
  if status = 'queued' then
    return;
  end if;
  if error is null then
    insert into private.geocoded as g (query_hash, precision, latitude, longitude, provider)
    values (private.geocode_hash(asked_for, private.country_of(tenant_id)), "precision", latitude, longitude, provider)
    on conflict on constraint geocoded_pkey do update
    set precision = excluded.precision, latitude = excluded.latitude, longitude = excluded.longitude, provider = excluded.provider, asked_at = excluded.asked_at;
  end if;
  select * into place from public.customer_addresses a where a.tenant_id = tenant_id and a.id = address_id for no key update;
  select * into known from public.address_positions p where p.tenant_id = tenant_id and p.address_id = address_id;
  -- The address says something else by now, or somebody has chosen its place: this answer is of no use any more.
  if known.address_id is null or private.place_asked_for(place) <> asked_for or private.is_placed_by_hand(place, known) then
    return;
  end if;
  update public.address_positions p
  set status = case when "precision" is null then 'unknown' when is_sure then 'placed' else 'unsure' end::public.geocode_status,
    precision = record_geocode.precision, latitude = record_geocode.latitude, longitude = record_geocode.longitude, provider = record_geocode.provider, error = pg_catalog.left(record_geocode.error, 100)
  where p.tenant_id = tenant_id and p.address_id = address_id;
  earlier := private.run_as_rule('addresses.geocode');
  -- A place that was found for the address as it was before is taken away again.
  update public.customer_addresses a
  set latitude = case when is_sure then latitude end, longitude = case when is_sure then longitude end
  where a.tenant_id = tenant_id and a.id = address_id
    and (a.latitude, a.longitude) is distinct from (case when is_sure then latitude end, case when is_sure then longitude end);
  perform private.run_as_rule(earlier);
end
$$;
comment on function private.record_geocode(uuid, uuid, text, text, public.geocode_precision, numeric, numeric, text, text) is
  'What was found for the street and town that were asked for: found, unknown (nobody could say, error: why), or queued: asked again. Only what was found to the house or the street is written to the address; less is a suggestion. An answer for an address that changed meanwhile, or that somebody has placed, is dropped. For the worker geocode-address (service role).';
select private.expose('record_geocode', 'service_role');

create function private.forget_geocoded() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  forgotten bigint;
begin
  delete from private.geocoded g where g.asked_at < pg_catalog.now() - interval '30 days';
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
comment on function private.forget_geocoded() is 'Maintenance: answers about places are kept for 30 days.';
select private.maintain('forget_geocoded', 'geocoded_forgotten');
