-- Family 08, delivery: why a delivery failed, in the words of the company, and the order of the stops.

create table public.failure_reasons (
  like private.name_list including defaults including constraints including indexes,
  needs_note boolean not null default false,
  foreign key (tenant_id) references public.tenants (id)
);
comment on table public.failure_reasons is 'Why a customer could not be served, in the words of the company: what a failed delivery names.';
comment on column public.failure_reasons.needs_note is 'Whether it says too little by itself, as "Other" does: the driver writes more.';
select private.keep_names('public.failure_reasons', 'failure_reason', 'trips.view', 'reason');

create function private.tg_tenants__give_failure_reasons() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.failure_reasons (tenant_id, name, needs_note) values
    (new.id, 'Shop closed', false), (new.id, 'Customer refused', false), (new.id, 'No money', false), (new.id, 'Place not found', false),
    (new.id, 'Road closed', false), (new.id, 'Goods damaged', true), (new.id, 'Other', true);
  return null;
end
$$;
comment on function private.tg_tenants__give_failure_reasons() is 'Gives a new company the reasons of failed deliveries that it begins with.';
create trigger _300_give_failure_reasons after insert on public.tenants for each row execute function private.tg_tenants__give_failure_reasons();

alter table public.fulfilments add column failure_reason_id uuid,
  add foreign key (tenant_id, failure_reason_id) references public.failure_reasons (tenant_id, id);
create index fulfilments_failure_reason on public.fulfilments (tenant_id, failure_reason_id) where failure_reason_id is not null;
comment on column public.fulfilments.failure_reason_id is 'Why it failed, of the company''s list; reason is that in words, with what was written to it. Null where it failed with its trip, or the phone knew no list.';

create function private.fail_delivery(
  order_id uuid, reason text default null, captured_at timestamptz default null, failure_reason_id uuid default null
) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('deliveries.record');
  delivery record;
  target public.orders;
  named public.failure_reasons;
  why text := nullif(pg_catalog.btrim(reason), '');
begin
  delivery := private.lock_delivery(tenant, order_id, captured_at);
  target := delivery.target;
  perform private.check_door(target, delivery.trip, 'fail_delivery', captured_at);
  perform private.check_text('reason', reason, 500);
  if failure_reason_id is not null then
    -- One that is not in use any more is taken: a phone may tell late.
    select * into named from public.failure_reasons r where r.tenant_id = tenant and r.id = failure_reason_id;
    if not found then
      perform private.fail('record_not_found', pg_catalog.jsonb_build_object('failure_reason_id', failure_reason_id));
    end if;
  end if;
  if why is null and named.needs_note is not false then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  why := pg_catalog.concat_ws(': ', named.name, why);
  update public.fulfilments f set status = 'failed', reason = why, failure_reason_id = named.id, resolved_at = coalesce(captured_at, pg_catalog.now())
  where f.tenant_id = tenant and f.order_id = target.id;
  update public.orders o set status_reason = why
  where o.tenant_id = tenant and o.id = target.id and o.status_reason is distinct from why;
  update public.trip_stops s set status = 'failed', left_at = coalesce(captured_at, pg_catalog.now())
  where s.tenant_id = tenant and s.order_id = target.id;
  select * into target from public.orders o where o.tenant_id = tenant and o.id = target.id;
  return target;
end
$$;
comment on function private.fail_delivery(uuid, text, timestamptz, uuid) is
  'The customer could not be served; the goods stay on the van until the offload. Says why by a reason of the company''s list, in words, or both; a reason that needs a note has one. Raises reason_required, not_the_driver, captured_at_invalid, record_not_found, order_transition_illegal, trip_was_cancelled, van_is_being_counted.';
select private.expose_command('fail_delivery');

------------------------------------------------------------------------------------------------
-- The order of the stops
------------------------------------------------------------------------------------------------

insert into private.in_place_commands (machine, state, command, permission) values
  ('trip', 'planned', 'reorder_stops', 'trips.edit'),
  ('trip', 'dispatched', 'reorder_stops', 'trips.edit'),
  ('trip', 'in_progress', 'reorder_stops', 'trips.edit');
select private.register_error('stops_changed', 409, 'These are not the open stops of the trip.', 'Reload the page, then put them in order again.');

create function private.reorder_stops(trip_id uuid, order_ids uuid[], expected_version integer default null) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.trips;
begin
  target := private.lock_trip(tenant, trip_id, expected_version);
  if not private.takes_in_place('trip', tenant, target.status::text, 'reorder_stops') then
    perform private.fail('trip_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'reorder_stops'));
  end if;
  if (select coalesce(pg_catalog.array_agg(w.id order by w.id), '{}') from pg_catalog.unnest(order_ids) as w (id)) is distinct from
    (select coalesce(pg_catalog.array_agg(s.order_id order by s.order_id), '{}') from public.trip_stops s
      where s.tenant_id = tenant and s.trip_id = target.id and s.status in ('pending', 'arrived'))
  then
    perform private.fail('stops_changed', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  -- They take each other's places; what is done keeps its own.
  with places as (
    select s.sequence, pg_catalog.row_number() over (order by s.sequence) as n from public.trip_stops s
    where s.tenant_id = tenant and s.trip_id = target.id and s.status in ('pending', 'arrived')
  )
  update public.trip_stops s set sequence = p.sequence
  from pg_catalog.unnest(order_ids) with ordinality as w (id, n) join places p on p.n = w.n
  where s.tenant_id = tenant and s.trip_id = target.id and s.order_id = w.id and s.sequence <> p.sequence;
  select * into target from public.trips t where t.tenant_id = tenant and t.id = target.id;
  return target;
end
$$;
comment on function private.reorder_stops(uuid, uuid[], integer) is
  'Puts the open stops of a trip in another order, from its plan to its last stop: order_ids names each of their orders once. What was loaded and counted stays. Raises stops_changed, trip_transition_illegal, version_conflict.';
select private.expose_command('reorder_stops');
