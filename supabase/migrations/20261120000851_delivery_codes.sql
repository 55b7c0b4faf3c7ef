-- Family 08, delivery: the one-time code that a customer tells the driver as he takes his goods.

create function private.wants_delivery_code(tenant uuid, customer uuid) returns boolean
language sql stable security definer set search_path = ''
as $$ select false $$;
comment on function private.wants_delivery_code(uuid, uuid) is 'Whether a customer is asked for a code at his door. Nobody is, where nobody is told one; the family of messages knows better.';

create table private.delivery_codes (
  tenant_id uuid not null,
  order_id uuid not null,
  place integer not null,
  salt text not null,
  code_hash text not null,
  made_at timestamptz not null default now(),
  primary key (tenant_id, order_id, place),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id) on delete cascade,
  constraint codes_are_few check (place between 1 and 5),
  constraint code_hash_is_sha256 check (code_hash ~ '^[0-9a-f]{64}$')
);
select private.force_policies('private.delivery_codes');
comment on table private.delivery_codes is
  'The codes that were made for an order, salted and hashed: what was told once is written nowhere. Told again it is another one, and each of them is right, so that a code on its way to the door does not become wrong.';

create table public.delivery_code_tries (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  order_id uuid not null,
  trip_id uuid not null,
  place integer not null,
  is_right boolean not null,
  entered_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  entered_by uuid not null default auth.uid(),
  primary key (tenant_id, id),
  constraint each_try_counts_once unique (tenant_id, order_id, place),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  constraint tries_are_few check (place between 1 and 5)
);
create index delivery_code_tries_trip on public.delivery_code_tries (tenant_id, trip_id);
comment on table public.delivery_code_tries is 'Codes that were entered at a door, right or wrong, five at most per order. What was entered is not kept.';
comment on column public.delivery_code_tries.entered_at is 'By the phone''s clock; recorded_at is when the server heard of it.';
select private.manage_part('public.delivery_code_tries', 'trip_id', 'order_id', 'place', 'is_right');

create function private.is_code_missing(target public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.trip_stops s where s.tenant_id = target.tenant_id and s.order_id = target.id and s.asks_for_code and s.code_confirmed_at is null
  );
end
$$;
comment on function private.is_code_missing(public.orders) is 'Whether the customer of an order is asked for his code and has not told the right one yet.';

create function private.takes_a_code(target public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return private.is_code_missing(target)
    and not exists (select from public.delivery_code_tries t where t.tenant_id = target.tenant_id and t.order_id = target.id and t.place = 5);
end
$$;
comment on function private.takes_a_code(public.orders) is 'Whether a code may still be entered for an order.';

insert into private.in_place_commands (machine, state, command, permission) values
  ('order', 'in_transit', 'enter_delivery_code', 'deliveries.record');
select private.offer_if('order', 'private.delivers_order(orders) and private.takes_a_code(orders)', 'enter_delivery_code');

select private.register_error('delivery_code_missing', 409, 'This customer is asked for a code, and the right one was not entered.', 'Ask for the code and enter it, or say why the goods were handed over without it.');
select private.register_error('delivery_code_not_asked_for', 409, 'No code is asked for at this delivery.', 'Deliver without one.');
select private.register_error('delivery_code_tries_used', 409, 'Five wrong codes were entered for this order.', 'Say why the goods are handed over without a code; the office looks at it.');
select private.register_error('delivery_codes_used', 409, 'Five codes were made for this order.', 'Use the last one that was sent; each of them is right.');

create function private.make_delivery_code(target public.orders) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  -- A random UUID begins with 32 random bits.
  code constant text := pg_catalog.lpad((('x' || pg_catalog.left(pg_catalog.gen_random_uuid()::text, 8))::bit(32)::bigint % 1000000)::text, 6, '0');
  salt constant text := pg_catalog.gen_random_uuid()::text;
  places integer;
begin
  if target.status not in ('dispatched', 'in_transit') or not private.is_code_missing(target) then
    perform private.fail('delivery_code_not_asked_for', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  select count(*) into places from private.delivery_codes c where c.tenant_id = target.tenant_id and c.order_id = target.id;
  if places = 5 then
    perform private.fail('delivery_codes_used', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  insert into private.delivery_codes (tenant_id, order_id, place, salt, code_hash)
  values (target.tenant_id, target.id, places + 1, salt, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(salt || code, 'UTF8')), 'hex'));
  return code;
end
$$;
comment on function private.make_delivery_code(public.orders) is
  'A new code of six digits for an order on its way whose row is locked; who calls it tells it to the customer and keeps it nowhere. Raises delivery_code_not_asked_for, delivery_codes_used.';

create function private.enter_delivery_code(order_id uuid, code text, captured_at timestamptz default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('deliveries.record');
  entered_at constant timestamptz := coalesce(captured_at, pg_catalog.now());
  delivery record;
  target public.orders;
  stop public.trip_stops;
  tries integer;
  is_right boolean;
begin
  delivery := private.lock_delivery(tenant, order_id, captured_at);
  target := delivery.target;
  if not private.takes_in_place('order', tenant, target.status::text, 'enter_delivery_code') and not private.failed_with_trip(target, delivery.trip) then
    perform private.fail('order_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'enter_delivery_code'));
  end if;
  if (code ~ '^[0-9]{6}$') is not true then
    perform private.fail('input_invalid', '{"code": "six digits are needed"}');
  end if;
  select * into stop from public.trip_stops s where s.tenant_id = tenant and s.order_id = target.id;
  if stop.asks_for_code is not true then
    perform private.fail('delivery_code_not_asked_for', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  select count(*) into tries from public.delivery_code_tries t where t.tenant_id = tenant and t.order_id = target.id;
  if stop.code_confirmed_at is not null then
    return pg_catalog.jsonb_build_object('is_right', true, 'tries_left', 5 - tries);
  end if;
  if tries = 5 then
    perform private.fail('delivery_code_tries_used', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  is_right := exists (
    select from private.delivery_codes c
    where c.tenant_id = tenant and c.order_id = target.id
      and c.code_hash = pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(c.salt || code, 'UTF8')), 'hex')
  );
  -- A wrong one is an answer and no error: an error would take back that it was tried.
  insert into public.delivery_code_tries (tenant_id, order_id, trip_id, place, is_right, entered_at)
  values (tenant, target.id, (delivery.trip).id, tries + 1, is_right, entered_at);
  if is_right then
    update public.trip_stops s set code_confirmed_at = entered_at where s.tenant_id = tenant and s.id = stop.id;
  end if;
  return pg_catalog.jsonb_build_object('is_right', is_right, 'tries_left', 4 - tries);
end
$$;
comment on function private.enter_delivery_code(uuid, text, timestamptz) is
  'The code that a customer told the driver at his door: {is_right, tries_left}. A wrong one counts; after five only a reason helps (no_code_because of complete_delivery). Raises delivery_code_not_asked_for, delivery_code_tries_used, input_invalid, captured_at_invalid, not_the_driver, order_transition_illegal, record_not_found.';
select private.expose_command('enter_delivery_code');
