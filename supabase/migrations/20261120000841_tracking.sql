-- Family 08, delivery: a link by which whoever waits for an order sees where it is.

create table private.tracking_links (
  tenant_id uuid not null,
  token_hash text not null,
  order_id uuid not null,
  created_by uuid default auth.uid(),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id) on delete cascade,
  constraint token_hash_is_sha256 check (token_hash ~ '^[0-9a-f]{64}$')
);
create index tracking_links_token_hash on private.tracking_links (token_hash);
create index tracking_links_order on private.tracking_links (tenant_id, order_id);
select private.force_policies('private.tracking_links');
comment on table private.tracking_links is 'Links by which somebody without an account sees where one order is. Only the SHA-256 of a token is kept: who reads this table opens none of them.';

insert into private.in_place_commands (machine, state, command, permission) values
  ('order', 'allocated', 'share', 'orders.view'),
  ('order', 'dispatched', 'share', 'orders.view'),
  ('order', 'in_transit', 'share', 'orders.view');
select private.register_error('tracking_link_invalid', 404, 'This link is not valid any more.', 'Ask the company for another one.');

create function private.share_order(order_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  -- 244 random bits: nobody guesses one.
  token constant text := pg_catalog.replace(pg_catalog.gen_random_uuid()::text || pg_catalog.gen_random_uuid()::text, '-', '');
  target public.orders;
  until timestamptz;
begin
  target := private.lock_order(tenant, order_id, null);
  if not private.takes_in_place('order', tenant, target.status::text, 'share') then
    perform private.fail('order_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'share'));
  end if;
  select greatest(pg_catalog.now() + interval '7 days', least(max(t.planned_end_at), pg_catalog.now() + interval '60 days') + interval '2 days') into until
  from public.trip_stops s join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id
  where s.tenant_id = tenant and s.order_id = target.id;
  delete from private.tracking_links l where l.tenant_id = tenant and l.order_id = target.id and l.expires_at <= pg_catalog.now();
  insert into private.tracking_links (token_hash, tenant_id, order_id, expires_at)
  values (pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(token, 'UTF8')), 'hex'), tenant, target.id, until);
  return pg_catalog.jsonb_build_object('token', token, 'expires_at', until);
end
$$;
comment on function private.share_order(uuid) is
  'A link for whoever waits for an order: {token, expires_at}, for the page /track#token=…. It works for a week, or until two days after the planned end of its trip, and for a day after the delivery. Raises order_transition_illegal, record_not_found.';
select private.expose_command('share_order');

create function private.track_order(token text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  answer jsonb;
begin
  select pg_catalog.jsonb_build_object(
    'company', c.name, 'timezone', w.timezone, 'number', o.number, 'status', o.status,
    'planned_arrival_at', s.planned_arrival_at, 'arrived_at', s.arrived_at, 'left_at', s.left_at,
    'stops_before', case when t.status = 'in_progress' and s.left_at is null then (
      select count(*) from public.trip_stops b
      where b.tenant_id = s.tenant_id and b.trip_id = s.trip_id and b.sequence < s.sequence and b.left_at is null) end,
    'expected_at', (select a.arrives_at from private.arrivals_of(t) a where a.order_id = o.id),
    'expires_at', l.expires_at)
  into answer
  from private.tracking_links l
  join public.tenants c on c.id = l.tenant_id and c.status = 'active'
  join public.tenant_settings w on w.tenant_id = l.tenant_id
  join public.orders o on o.tenant_id = l.tenant_id and o.id = l.order_id
  left join public.trip_stops s on s.tenant_id = o.tenant_id and s.order_id = o.id
  left join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id
  where l.token_hash = pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(track_order.token, ''), 'UTF8')), 'hex')
    and l.expires_at > pg_catalog.now() and (s.left_at is null or s.left_at > pg_catalog.now() - interval '1 day');
  if answer is null then
    perform private.fail('tracking_link_invalid');
  end if;
  return answer;
end
$$;
comment on function private.track_order(text) is
  'Where an order is, for whoever has its link, signed in or not: {company, timezone, number, status, planned_arrival_at, arrived_at, left_at, stops_before (open stops before it while its van drives, else null), expected_at (when the van comes as of now, while it drives and has not arrived), expires_at}. Names no person, no place and no goods. Raises tracking_link_invalid: unknown, too old, or a day after the delivery.';
select private.expose('track_order', 'anon');
