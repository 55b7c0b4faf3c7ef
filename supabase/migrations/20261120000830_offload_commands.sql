-- Family 08, delivery: what comes back with the van, and who answers for a difference.

select private.register_error('trip_has_open_stops', 409, 'Some stops of the trip are still open.', 'Deliver them or report them as failed first.');
select private.register_error('trip_never_left', 409, 'The trip was cancelled before its van left; nothing is on it.', 'There is nothing to count or to hand in.');
select private.register_error('offload_exists', 409, 'This trip has an offload already.', 'Open that offload.');
select private.register_error('offload_has_open_variances', 409, 'Some differences of this offload are not decided.', 'Have each difference approved, or reject the offload and count again.');
select private.register_error('offload_missing', 409, 'The trip has no approved offload.', 'Have the van counted and the offload approved.');
select private.register_error('van_not_empty', 409, 'The books still show goods on the van.', 'Check the offload of this trip.');
select private.register_error('cash_not_settled', 409, 'The cash of this trip is not counted yet.', 'Have the driver hand it in and finance count it, then close the trip.');

------------------------------------------------------------------------------------------------
-- Offload
------------------------------------------------------------------------------------------------

create function private.is_ready_to_offload(target public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return target.is_on_the_road and not exists (
    select from public.trip_stops s where s.tenant_id = target.tenant_id and s.trip_id = target.id and s.status in ('pending', 'arrived')
  ) and not exists (
    select from public.offload_documents d where d.tenant_id = target.tenant_id and d.trip_id = target.id and d.is_live
  );
end
$$;
comment on function private.is_ready_to_offload(public.trips) is 'Whether the van of the trip is out, every stop is done and no count of it stands yet.';

create function private.submit_offload(trip_id uuid, items jsonb default '[]') returns public.offload_documents
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  trip public.trips;
  van_location uuid;
  document public.offload_documents;
  problems jsonb;
begin
  trip := private.lock_trip(tenant, trip_id, null);
  if not private.drives_trip(trip) then
    perform private.require_permission('trips.load');
  end if;
  if not private.takes_in_place('trip', tenant, trip.status::text, 'submit_offload') then
    perform private.fail('trip_transition_illegal', pg_catalog.jsonb_build_object('id', trip.id, 'from', trip.status, 'command', 'submit_offload'));
  end if;
  if trip.dispatched_at is null then
    perform private.fail('trip_never_left', pg_catalog.jsonb_build_object('trip_id', trip.id));
  end if;
  if exists (select from public.trip_stops s where s.tenant_id = tenant and s.trip_id = trip.id and s.status in ('pending', 'arrived')) then
    perform private.fail('trip_has_open_stops', pg_catalog.jsonb_build_object('trip_id', trip.id));
  end if;
  if exists (select from public.offload_documents d where d.tenant_id = tenant and d.trip_id = trip.id and d.is_live) then
    perform private.fail('offload_exists', pg_catalog.jsonb_build_object('trip_id', trip.id));
  end if;
  perform private.require_records('items', items, '{"product_id": "uuid", "counted": "numeric", "condition": "public.stock_condition"}');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', g.line, 'product_id', g.product_id, 'problem', case
    when p.id is null then 'product_unknown' when g.counted is null then 'quantity_missing' when g.counted < 0 then 'quantity_negative' else 'quantity_too_large' end)) into problems
  from rows from (pg_catalog.jsonb_to_recordset(items) as (product_id uuid, counted numeric)) with ordinality as g (product_id, counted, line)
  left join public.products p on p.tenant_id = tenant and p.id = g.product_id
  where p.id is null or g.counted is null or g.counted < 0 or g.counted > 99999999;
  if problems is not null then
    perform private.fail('lines_invalid', pg_catalog.jsonb_build_object('items', problems));
  end if;
  select v.location_id into van_location from public.vehicles v where v.tenant_id = tenant and v.id = trip.vehicle_id;

  insert into public.offload_documents (tenant_id, trip_id, warehouse_id) values (tenant, trip.id, trip.warehouse_id) returning * into document;
  insert into public.offload_items (tenant_id, offload_id, product_id, condition, expected, counted)
  select tenant, document.id, coalesce(i.product_id, g.product_id), coalesce(i.condition, g.condition), coalesce(i.on_hand, 0), coalesce(g.counted, 0)
  from (
    select x.product_id, x.condition, x.on_hand from public.inventory x
    where x.tenant_id = tenant and x.warehouse_id = van_location and x.on_hand > 0
  ) i
  full join (
    select y.product_id, coalesce(y.condition, 'good') as condition, sum(y.counted) as counted
    from pg_catalog.jsonb_to_recordset(items) as y (product_id uuid, condition public.stock_condition, counted numeric)
    group by 1, 2
  ) g on g.product_id = i.product_id and g.condition = i.condition
  where coalesce(i.on_hand, 0) > 0 or g.counted > 0;
  update public.offload_documents d set status = 'submitted', submitted_by = auth.uid(), submitted_at = pg_catalog.now()
  where d.tenant_id = document.tenant_id and d.id = document.id
  returning * into document;
  insert into public.variances (tenant_id, kind, trip_id, offload_id, warehouse_id, product_id, condition, expected, actual, unit_value)
  select tenant, 'offload', trip.id, document.id, van_location, i.product_id, i.condition, i.expected, i.counted, coalesce(k.cost_price, 0)
  from public.offload_items i left join public.product_costs k on k.tenant_id = i.tenant_id and k.product_id = i.product_id
  where i.tenant_id = tenant and i.offload_id = document.id and i.difference <> 0;
  return document;
end
$$;
comment on function private.submit_offload(uuid, jsonb) is
  'Counts what came back: items [{product_id, condition?, counted}]; what is not named counts as 0. Every difference to the books becomes a variance. By the trip''s driver or with trips.load. Raises trip_never_left, trip_has_open_stops, offload_exists, lines_invalid, trip_transition_illegal.';
select private.expose_command('submit_offload');

create function private.van_carries_something(trip public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.inventory i join public.vehicles v on v.tenant_id = i.tenant_id and v.location_id = i.warehouse_id
    where i.tenant_id = trip.tenant_id and v.id = trip.vehicle_id and i.on_hand > 0
  );
end
$$;
comment on function private.van_carries_something(public.trips) is 'Whether the books show goods on the van of a trip.';

-- Asked here, answered where there is money (docs/architecture.md, Families look one way).
create function private.cash_is_settled(target public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return true;
end
$$;
comment on function private.cash_is_settled(public.trips) is 'Whether the cash that was taken on a trip was handed in and counted; true when none was taken.';

create function private.bring_home(tenant uuid, trip uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update public.trips t set came_home_at = pg_catalog.now()
  where t.tenant_id = bring_home.tenant and t.id = bring_home.trip and t.status = 'cancelled' and t.is_on_the_road
    and exists (select from public.offload_documents d where d.tenant_id = t.tenant_id and d.trip_id = t.id and d.status = 'approved')
    and private.cash_is_settled(t);
end
$$;
comment on function private.bring_home(uuid, uuid) is
  'A trip that was cancelled on the road is back once its van is counted and its cash is, too; whoever decides the later of the two calls this, with the trip locked.';

create function private.move_offload(offload uuid, command text, reason text, expected_version integer) returns public.offload_documents
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  trip public.trips;
  document public.offload_documents;
  van_location uuid;
  next_state text;
  earlier text;
begin
  trip := private.lock_trip(tenant, (select d.trip_id from public.offload_documents d where d.tenant_id = tenant and d.id = offload), null);
  select * into document from public.offload_documents d where d.tenant_id = tenant and d.id = offload for no key update;
  perform private.check_version(expected_version, document.version);
  next_state := private.next_state('offload', document.id, document.status::text, command);
  if command = 'reject' and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  if command = 'approve' and exists (
    select from public.variances v where v.tenant_id = tenant and v.offload_id = document.id and v.status <> 'approved'
  ) then
    perform private.fail('offload_has_open_variances', pg_catalog.jsonb_build_object('offload_id', document.id));
  end if;
  if command = 'reject' and exists (
    select from public.variances v where v.tenant_id = tenant and v.offload_id = document.id and v.status = 'approved'
  ) and not exists (
    -- A refused difference can only be counted again; the books already show the approved ones.
    select from public.variances v where v.tenant_id = tenant and v.offload_id = document.id and v.status = 'rejected'
  ) then
    perform private.fail('offload_variance_decided', pg_catalog.jsonb_build_object('offload_id', document.id));
  end if;
  if command = 'approve' and not private.record_approval(tenant, 'offload', document.id, command, document.status::text) then
      return document;
  end if;
  update public.offload_documents d
  set status = next_state::public.offload_status,
    reviewed_by = case when command = 'review' then auth.uid() else d.reviewed_by end,
    reviewed_at = case when command = 'review' then pg_catalog.now() else d.reviewed_at end,
    approved_by = case when command = 'approve' then auth.uid() end,
    approved_at = case when command = 'approve' then pg_catalog.now() end,
    status_reason = case when command = 'reject' then pg_catalog.btrim(reason) end
  where d.tenant_id = document.tenant_id and d.id = document.id
  returning * into document;
  if command = 'reject' then
    earlier := private.run_as_rule('offload.reject');
    update public.variances v set status = 'rejected', resolution_note = pg_catalog.btrim(reason), resolved_by = auth.uid(), resolved_at = pg_catalog.now()
    where v.tenant_id = tenant and v.offload_id = document.id and v.status = 'pending_review';
    perform private.run_as_rule(earlier);
  end if;
  if command = 'approve' then
    select v.location_id into van_location from public.vehicles v where v.tenant_id = tenant and v.id = trip.vehicle_id;
    insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
    select tenant, m.location_id, i.product_id, i.condition, m.sign * i.counted, 'offload', 'offload', document.id
    from public.offload_items i
    cross join lateral (values (van_location, -1), (document.warehouse_id, 1)) as m (location_id, sign)
    where i.tenant_id = tenant and i.offload_id = document.id and i.counted > 0;
    if trip.status = 'cancelled' then
      if private.van_carries_something(trip) then
        perform private.fail('van_not_empty', pg_catalog.jsonb_build_object('trip_id', trip.id));
      end if;
      perform private.bring_home(tenant, trip.id);
    end if;
  end if;
  return document;
end
$$;
comment on function private.move_offload(uuid, text, text, integer) is 'One step of an offload; the body of the three commands below.';
select private.register_error('offload_variance_decided', 409, 'A difference of this offload was approved already and its stock is posted.', 'Approve the offload, then enter an adjustment.');

create function private.review_offload(offload_id uuid, expected_version integer default null) returns public.offload_documents
language sql security definer set search_path = ''
as $$ select private.move_offload(offload_id, 'review', null, expected_version) $$;
comment on function private.review_offload(uuid, integer) is 'Somebody other than the counter has looked at the count. Raises separation_of_duties, offload_transition_illegal.';
select private.expose_command('review_offload');

create function private.approve_offload(offload_id uuid, expected_version integer default null) returns public.offload_documents
language sql security definer set search_path = ''
as $$ select private.move_offload(offload_id, 'approve', null, expected_version) $$;
comment on function private.approve_offload(uuid, integer) is 'Puts the counted goods back into the depot; a trip that was cancelled on the road has come home with it, once its cash is counted. Raises van_not_empty, offload_has_open_variances, separation_of_duties, offload_transition_illegal.';
select private.expose_command('approve_offload');

create function private.reject_offload(offload_id uuid, reason text, expected_version integer default null) returns public.offload_documents
language sql security definer set search_path = ''
as $$ select private.move_offload(offload_id, 'reject', reason, expected_version) $$;
comment on function private.reject_offload(uuid, text, integer) is 'Refuses the count with a reason; its open differences fall away and the van is counted again. Raises reason_required, offload_variance_decided, separation_of_duties.';
select private.expose_command('reject_offload');

------------------------------------------------------------------------------------------------
-- Variances
------------------------------------------------------------------------------------------------

create function private.report_variance(
  trip_id uuid, product_id uuid, expected numeric, actual numeric, explanation text, order_id uuid default null
) returns public.variances
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('variances.report');
  trip public.trips;
  reported public.variances;
begin
  trip := private.lock_trip(tenant, trip_id, null);
  perform private.require_number('expected', expected, 0, 999999999);
  perform private.require_number('actual', actual, 0, 999999999);
  if round(expected, 3) = round(actual, 3) then
    perform private.fail('input_invalid', '{"actual": "the same as expected"}');
  end if;
  perform private.require_reference('public.variances', 'order_id', tenant, order_id);
  insert into public.variances (tenant_id, kind, trip_id, order_id, product_id, expected, actual, unit_value, explanation)
  select tenant, 'reported', trip.id, order_id, p.id, expected, actual, coalesce(k.cost_price, 0), private.require_text('explanation', explanation, 1000)
  from public.products p
  left join public.product_costs k on k.tenant_id = p.tenant_id and k.product_id = p.id
  where p.tenant_id = tenant and p.id = product_id
  returning * into reported;
  if reported.id is null then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('product_id', product_id));
  end if;
  perform private.publish_event(tenant, 'variance.reported', 'variance', reported.id, reported.version);
  return reported;
end
$$;
comment on function private.report_variance(uuid, uuid, numeric, numeric, text, uuid) is 'Reports a difference seen on a trip, in base units. It is a note for the reviewer and posts no stock. Raises record_not_found, input_invalid.';
select private.expose_command('report_variance');

create function private.decide_variance(variance uuid, command text, code text, responsible uuid, note text, expected_version integer) returns public.variances
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('variances.view');
  target public.variances;
  next_state text;
  cause public.variance_codes;
begin
  select * into target from public.variances v where v.tenant_id = tenant and v.id = variance for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('variance_id', variance));
  end if;
  perform private.check_version(expected_version, target.version);
  next_state := private.next_state('variance', target.id, target.status::text, command);
  if command = 'reject' and coalesce(pg_catalog.btrim(note), '') = '' then
    perform private.fail('reason_required', '{"note": "required"}');
  end if;
  perform private.check_text('note', note, 1000);
  if command = 'approve' then
    perform private.require_choice('code', code);
    select * into cause from public.variance_codes c where c.tenant_id = tenant and c.code = decide_variance.code and c.is_active;
    if not found then
      perform private.fail('variance_code_not_available', pg_catalog.jsonb_build_object('code', code));
    end if;
    -- What is too much costs nobody anything; missing cash is the driver's unless somebody else is named.
    if cause.needs_person and target.difference < 0 and coalesce(responsible, case target.kind when 'cash' then target.responsible_id end) is null then
      perform private.fail('responsible_required', '{"responsible_id": "required"}');
    end if;
    perform private.require_condemner(tenant, target.kind = 'offload' and target.condition = 'defective' and target.difference > 0);
  end if;
  if responsible is not null and not exists (select from public.memberships m where m.tenant_id = tenant and m.id = responsible) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('responsible_id', responsible));
  end if;
  if command = 'approve' and not private.record_approval(tenant, 'variance', target.id, command, target.status::text) then
      return target;
  end if;
  update public.variances v
  set status = next_state::public.variance_status, code = decide_variance.code, resolution_note = note,
    -- Missing cash is the driver's unless somebody else is named.
    responsible_id = case v.kind when 'cash' then coalesce(responsible, v.responsible_id) else responsible end,
    resolved_by = auth.uid(), resolved_at = pg_catalog.now()
  where v.tenant_id = target.tenant_id and v.id = target.id
  returning * into target;
  -- Only what the books still hold on the van is posted: an offload difference. What a customer refused comes back with the van.
  if command = 'approve' and target.kind = 'offload' then
    insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
    values (tenant, target.warehouse_id, target.product_id, target.condition, target.difference, 'offload_variance', 'variance', target.id);
  end if;
  return target;
end
$$;
comment on function private.decide_variance(uuid, text, text, uuid, text, integer) is 'Body of approve_variance and reject_variance.';

select private.offer_if('variance', '(variances.kind = ''offload'' and variances.condition = ''defective'' and variances.difference > 0) is not true or private.has_permission(variances.tenant_id, ''inventory.condemn'')', 'approve');

create function private.approve_variance(variance_id uuid, code text, responsible_id uuid default null, note text default null, expected_version integer default null) returns public.variances
language sql security definer set search_path = ''
as $$ select private.decide_variance(variance_id, 'approve', code, responsible_id, note, expected_version) $$;
comment on function private.approve_variance(uuid, text, uuid, text, integer) is
  'Accepts a difference under a cause of the company (variance_codes); responsible_id is the membership that answers for its value, null the loss account, unless the cause asks for a person where something is missing. An offload difference is posted to the van''s stock; one that makes goods defective needs inventory.condemn. Raises variance_code_not_available, responsible_required, defective_by_auditors_only, separation_of_duties, record_not_found, variance_transition_illegal.';
select private.expose_command('approve_variance');

create function private.reject_variance(variance_id uuid, note text, expected_version integer default null) returns public.variances
language sql security definer set search_path = ''
as $$ select private.decide_variance(variance_id, 'reject', null, null, note, expected_version) $$;
comment on function private.reject_variance(uuid, text, integer) is 'Refuses a difference with a reason; an offload with a refused difference must be counted again. Raises reason_required, separation_of_duties, variance_transition_illegal.';
select private.expose_command('reject_variance');

create function private.explain_difference(trip public.trips, order_id uuid, product_id uuid, condition public.stock_condition, quantity numeric) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  answered public.variances;
  counter public.variances;
  earlier text;
begin
  select * into answered from public.variances v
  where v.tenant_id = trip.tenant_id and v.trip_id = trip.id and v.kind = 'offload' and v.status = 'approved'
    and v.product_id = explain_difference.product_id and v.condition = explain_difference.condition
    and pg_catalog.sign(v.difference) = -pg_catalog.sign(quantity) and pg_catalog.abs(v.difference) >= pg_catalog.abs(quantity)
  order by v.id desc limit 1;
  if not found then
    perform private.fail('count_contradicts', pg_catalog.jsonb_build_object('trip_id', trip.id, 'product_id', product_id, 'quantity', quantity));
  end if;
  insert into public.variances (tenant_id, kind, trip_id, order_id, offload_id, warehouse_id, product_id, condition, expected, actual, unit_value, explanation)
  values (trip.tenant_id, 'offload', trip.id, order_id, answered.offload_id, answered.warehouse_id, product_id, condition,
    greatest(-quantity, 0), greatest(quantity, 0), answered.unit_value, answered.number)
  returning * into counter;
  earlier := private.run_as_rule('delivery.late');
  update public.variances v
  set status = 'approved', code = 'counting_error', responsible_id = answered.responsible_id, resolution_note = answered.number, resolved_by = auth.uid(), resolved_at = pg_catalog.now()
  where v.tenant_id = counter.tenant_id and v.id = counter.id;
  perform private.run_as_rule(earlier);
  insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, occurred_at)
  values (trip.tenant_id, answered.warehouse_id, product_id, condition, quantity, 'offload_variance', 'variance', counter.id, answered.resolved_at);
end
$$;
comment on function private.explain_difference(public.trips, uuid, uuid, public.stock_condition, numeric) is
  'A delivery that is told after its van was counted explains what was missing then (quantity above 0), or what was there too much (below 0): the approved difference is taken back by one of the opposite sign, for the same person. Raises count_contradicts when the count found no such difference.';
select private.register_error('count_contradicts', 409, 'The van was counted and approved, and what this tells of was found on it.', 'Look at the count of the van with the driver; what was delivered after all is a new order.');

------------------------------------------------------------------------------------------------
-- Closing
------------------------------------------------------------------------------------------------

create function private.what_keeps_trip_open(target public.trips) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return case
    when exists (
      select from public.trip_stops s where s.tenant_id = target.tenant_id and s.trip_id = target.id and s.status in ('pending', 'arrived')
    ) then 'trip_has_open_stops'
    when not exists (
      select from public.offload_documents d where d.tenant_id = target.tenant_id and d.trip_id = target.id and d.status = 'approved'
    ) then 'offload_missing'
    when private.van_carries_something(target) then 'van_not_empty'
    when not private.cash_is_settled(target) then 'cash_not_settled'
  end;
end
$$;
comment on function private.what_keeps_trip_open(public.trips) is
  'The error that completing the trip would meet, null when everything on it is accounted for. What is offered and what is accepted ask this same question.';

create function private.complete_trip(trip_id uuid, expected_version integer default null) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.trips;
  problem text;
begin
  target := private.lock_trip(tenant, trip_id, expected_version);
  perform private.next_state('trip', target.id, target.status::text, 'complete');
  problem := private.what_keeps_trip_open(target);
  if problem is not null then
    perform private.fail(problem, pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  update public.trips t set status = 'completed', completed_at = pg_catalog.now() where t.tenant_id = target.tenant_id and t.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.complete_trip(uuid, integer) is
  'Closes a trip: every stop resolved, the offload approved and nothing left on the van, so that loaded = delivered + offloaded + variance, and the cash of its doors counted. Raises trip_has_open_stops, offload_missing, van_not_empty, cash_not_settled, trip_transition_illegal.';
select private.expose_command('complete_trip');

------------------------------------------------------------------------------------------------
-- Serial numbers
------------------------------------------------------------------------------------------------

select private.ask_for_serials('trip', $$
  select l.product_id, 'good'::public.stock_condition, l.expected, t.warehouse_id, private.tenant_rule(t.tenant_id, 'trips.counts_show_expected') = 'true'
  from public.trips t
  join public.loads h on h.tenant_id = t.tenant_id and h.trip_id = t.id
  join public.load_items l on l.tenant_id = h.tenant_id and l.load_id = h.id
  join public.products p on p.tenant_id = l.tenant_id and p.id = l.product_id and p.tracking = 'serial'
  where t.tenant_id = $1 and t.id = $2 and t.status = 'planned' and private.sees_trip(t.id, t.driver_id, t.warehouse_id)
    and private.has_permission(t.tenant_id, case when private.drives_trip(t) then 'trips.drive' else 'trips.load' end)
  union all
  -- What has come back, and what nobody expected.
  select i.product_id, i.condition, null::numeric, w.place, false
  from public.trips t
  join public.vehicles v on v.tenant_id = t.tenant_id and v.id = t.vehicle_id
  join public.inventory i on i.tenant_id = v.tenant_id and i.warehouse_id = v.location_id
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.tracking = 'serial'
  cross join lateral (values (v.location_id), (null::uuid)) as w (place)
  where t.tenant_id = $1 and t.id = $2 and t.dispatched_at is not null and t.status <> 'completed' and private.sees_trip(t.id, t.driver_id, t.warehouse_id)
    and not exists (select from public.offload_documents d where d.tenant_id = t.tenant_id and d.trip_id = t.id and d.status = 'approved')
    and (private.drives_trip(t) or private.has_permission(t.tenant_id, 'trips.load'))
    and not exists (select from public.trip_stops s where s.tenant_id = t.tenant_id and s.trip_id = t.id and s.status in ('pending', 'arrived'))
$$);

create or replace function private.scanned_under(moved public.inventory_transactions) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return case moved.kind
    when 'offload' then (select d.trip_id from public.offload_documents d where d.tenant_id = moved.tenant_id and d.id = moved.reference_id)
    when 'offload_variance' then (select v.trip_id from public.variances v where v.tenant_id = moved.tenant_id and v.id = moved.reference_id)
    else moved.reference_id end;
end
$$;
