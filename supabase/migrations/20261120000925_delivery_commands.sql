-- Family 09, billing: a delivery with its goods, empties, bill and money, in one step.

select private.register_error('delivery_lines_incomplete', 422, 'Every line of the order needs a delivered quantity.', 'Enter a quantity for each line, 0 if it was refused.');
select private.register_error('refusal_without_reason', 422, 'A refused quantity needs a reason.', 'Write why the customer did not take it.');
select private.register_error('nothing_delivered', 409, 'Nothing was delivered.', 'Report the delivery as failed instead.');
select private.register_error('not_a_container', 422, 'This product is not a returnable container.', 'Choose one of the containers in the catalogue.');
select private.register_error('refill_without_empty', 409, 'This is a refill, and fewer empties came back than full ones are handed over.', 'Take the missing empties, or deliver as many as came back; what is kept needs an exchange or a standard order.');
select private.register_error('proof_invalid', 422, 'The signature or the photos cannot be used as a proof.', 'Let the customer sign again, or take the photos again, six at most.');
select private.register_error('proof_missing', 422, 'A delivery needs a signature or a photo.', 'Let the customer sign, or take a photo; without either the office records the delivery and says why.');

create function private.sale_under_way(tenant uuid, sold_order uuid) returns table (tenant_id uuid, order_id uuid, place uuid)
language sql stable security definer set search_path = ''
as $$
  select o.tenant_id, o.id, v.location_id
  from public.orders o
  join public.trip_stops s on s.tenant_id = o.tenant_id and s.order_id = o.id
  join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id
  join public.vehicles v on v.tenant_id = t.tenant_id and v.id = t.vehicle_id
  where o.tenant_id = tenant and o.id = sold_order and o.status = 'draft'
$$;
comment on function private.sale_under_way(uuid, uuid) is 'An order that is being sold from a van, and the van''s place: a draft rides on a trip in that moment alone.';

select private.ask_for_serials('order', $$
  select f.product_id, 'good'::public.stock_condition, sum(f.quantity), v.location_id, true
  from private.delivery_under_way($1, $2) o
  join public.vehicles v on v.tenant_id = o.tenant_id and v.id = o.vehicle_id
  join public.fulfilment_items f on f.tenant_id = o.tenant_id and f.fulfilment_id = o.fulfilment_id
  join public.products p on p.tenant_id = f.tenant_id and p.id = f.product_id and p.tracking = 'serial'
  group by f.product_id, v.location_id
  union all
  select i.product_id, 'good'::public.stock_condition, sum(i.quantity), o.place, true
  from private.sale_under_way($1, $2) o
  join public.order_items i on i.tenant_id = o.tenant_id and i.order_id = o.order_id
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.tracking = 'serial'
  group by i.product_id, o.place
  union all
  -- As many empties as the customer gives.
  select distinct c.id, x.condition, null::numeric, null::uuid, false
  from (
    select f.tenant_id, f.product_id
    from private.delivery_under_way($1, $2) o
    join public.fulfilment_items f on f.tenant_id = o.tenant_id and f.fulfilment_id = o.fulfilment_id
    union all
    select i.tenant_id, i.product_id
    from private.sale_under_way($1, $2) o
    join public.order_items i on i.tenant_id = o.tenant_id and i.order_id = o.order_id
  ) g
  join public.products p on p.tenant_id = g.tenant_id and p.id = g.product_id
  join public.products c on c.tenant_id = p.tenant_id and c.id = p.container_product_id and c.tracking = 'serial'
  cross join pg_catalog.unnest(pg_catalog.enum_range(null::public.stock_condition)) as x (condition)
$$);

create function private.note_delivered_serials(target public.orders, goods jsonb, empties jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  line record;
begin
  for line in
    select g.product_id, 'good'::public.stock_condition as condition, g.serials from pg_catalog.jsonb_to_recordset(goods) as g (product_id uuid, serials jsonb)
    union all
    select e.product_id, coalesce(e.condition, 'good'), e.serials
    from pg_catalog.jsonb_to_recordset(empties) as e (product_id uuid, condition public.stock_condition, serials jsonb)
  loop
    if pg_catalog.jsonb_typeof(line.serials) = 'array' and line.serials <> '[]' then
      perform private.note_serials(target.tenant_id, 'order', target.id, array(select pg_catalog.jsonb_array_elements_text(line.serials)), line.product_id, line.condition);
    elsif pg_catalog.jsonb_typeof(line.serials) not in ('array', 'null') then
      perform private.fail('input_invalid', '{"serials": "a list of serial numbers is needed"}');
    end if;
  end loop;
end
$$;
comment on function private.note_delivered_serials(public.orders, jsonb, jsonb) is 'Keeps the serial numbers that a delivery or a sale names, [{product_id, serials}], of what was handed over and of the empties. Raises serials_invalid, serials_closed, input_invalid.';

create function private.read_empties(tenant uuid, empties jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  taken constant jsonb := coalesce(empties, '[]');
  problems jsonb;
begin
  perform private.require_records('empties', taken, '{"product_id": "uuid", "quantity": "numeric", "condition": "public.stock_condition"}');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', e.product_id)) into problems
  from pg_catalog.jsonb_to_recordset(taken) as e (product_id uuid, quantity numeric)
  where not exists (select from public.products p where p.tenant_id = tenant and p.container_product_id = e.product_id);
  if problems is not null then
    perform private.fail('not_a_container', pg_catalog.jsonb_build_object('empties', problems));
  end if;

  select pg_catalog.jsonb_agg(e.item) into problems
  from pg_catalog.jsonb_array_elements(taken) as e (item)
  cross join lateral (
    select case when pg_catalog.jsonb_typeof(e.item -> 'quantity') = 'number' then (e.item ->> 'quantity')::numeric end as quantity
  ) q
  where q.quantity is null or q.quantity < 0 or q.quantity > 99999999 or q.quantity <> round(q.quantity, 3);
  if problems is not null then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object('empties', problems));
  end if;
  return taken;
end
$$;
comment on function private.read_empties(uuid, jsonb) is 'Empties as a phone tells of them, [{product_id, quantity, condition?, serials?}]; none where nothing was said. Raises input_invalid, not_a_container.';

create function private.hand_over(trip public.trips, target public.orders, fulfilment uuid, kind public.movement_kind, empties jsonb, happened_at timestamptz) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  van_location constant uuid := (select v.location_id from public.vehicles v where v.tenant_id = trip.tenant_id and v.id = trip.vehicle_id);
  -- Never before the van was loaded nor in the future, however the phone's clock goes.
  moved_at constant timestamptz := least(greatest(happened_at, trip.dispatched_at), pg_catalog.now());
  was_counted constant boolean := exists (
    select from public.offload_documents d where d.tenant_id = trip.tenant_id and d.trip_id = trip.id and d.status = 'approved'
  );
begin
  if was_counted then
    -- The van is counted already: its count missed what is now told of.
    perform private.explain_difference(trip, target.id, f.product_id, 'good', sum(f.quantity_delivered))
    from public.fulfilment_items f
    where f.tenant_id = target.tenant_id and f.fulfilment_id = fulfilment and f.quantity_delivered > 0
    group by f.product_id;
  end if;
  insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, occurred_at)
  select target.tenant_id, van_location, f.product_id, 'good', -sum(f.quantity_delivered), kind, 'order', target.id, moved_at
  from public.fulfilment_items f
  where f.tenant_id = target.tenant_id and f.fulfilment_id = fulfilment and f.quantity_delivered > 0
  group by f.product_id;
  insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, occurred_at)
  select target.tenant_id, van_location, e.product_id, coalesce(e.condition, 'good'), sum(e.quantity), 'empties', 'order', target.id, moved_at
  from pg_catalog.jsonb_to_recordset(empties) as e (product_id uuid, quantity numeric, condition public.stock_condition)
  where e.quantity > 0
  group by e.product_id, coalesce(e.condition, 'good');
  if was_counted then
    perform private.explain_difference(trip, target.id, e.product_id, coalesce(e.condition, 'good'), -sum(e.quantity))
    from pg_catalog.jsonb_to_recordset(empties) as e (product_id uuid, quantity numeric, condition public.stock_condition)
    where e.quantity > 0
    group by e.product_id, coalesce(e.condition, 'good');
  end if;
  perform private.exchange_containers(target, fulfilment, van_location, empties, happened_at);
end
$$;
comment on function private.hand_over(public.trips, public.orders, uuid, public.movement_kind, jsonb, timestamptz) is
  'What changed hands at the door: the goods of a fulfilment leave the van, the empties come on board, and the containers and deposits follow. Where the van was counted meanwhile, what its count missed is explained. Raises stock_short, stock_history_negative, count_contradicts.';

create function private.complete_delivery(
  order_id uuid, items jsonb, received_by text, signature text default null, photo_paths text[] default '{}', empties jsonb default '[]',
  payment jsonb default null, captured_at timestamptz default null, latitude numeric default null, longitude numeric default null, notes text default null,
  unproved_because text default null, no_code_because text default null
) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('deliveries.record');
  delivered_at constant timestamptz := coalesce(captured_at, pg_catalog.now());
  delivery record;
  target public.orders;
  fulfilment public.fulfilments;
  problems jsonb;
begin
  delivery := private.lock_delivery(tenant, order_id, captured_at);
  target := delivery.target;
  photo_paths := coalesce(photo_paths, '{}');
  perform private.check_door(target, delivery.trip, 'complete_delivery', captured_at);
  select * into fulfilment from public.fulfilments f where f.tenant_id = tenant and f.order_id = target.id for no key update;
  -- Two vans may stand at one customer's doors: his deposits are counted one delivery after the other.
  perform from public.customers c where c.tenant_id = tenant and c.id = target.customer_id for no key update;

  perform private.require_records('items', items, '{"order_item_id": "uuid", "delivered": "numeric"}');
  perform private.check_text('refused_reason', g ->> 'refused_reason', 500) from pg_catalog.jsonb_array_elements(items) g;
  perform private.check_text('notes', notes, 1000);
  empties := private.read_empties(tenant, empties);
  perform private.note_position(tenant, target.id, latitude, longitude);
  payment := private.read_payment(payment);
  perform private.check_text('unproved_because', unproved_because, 500);
  unproved_because := case when signature is null and photo_paths = '{}' and not private.drives_trip(delivery.trip) then nullif(pg_catalog.btrim(unproved_because), '') end;
  if signature is null and photo_paths = '{}' and unproved_because is null then
    perform private.fail('proof_missing', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  if (signature ~ '^data:image/png;base64,[A-Za-z0-9+/]+=*$' and pg_catalog.length(signature) <= 200000) is false
    or not private.are_photos_of(tenant, photo_paths) then
    perform private.fail('proof_invalid', pg_catalog.jsonb_build_object('order_id', target.id, 'photo_paths', photo_paths));
  end if;

  perform private.check_text('no_code_because', no_code_because, 500);
  if not private.is_code_missing(target) then
    no_code_because := null;
  elsif coalesce(pg_catalog.btrim(no_code_because), '') = '' then
    perform private.fail('delivery_code_missing', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;

  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('order_item_id', coalesce(f.order_item_id, g.order_item_id), 'quantity', f.quantity, 'delivered', g.delivered))
  into problems
  from (select x.* from public.fulfilment_items x where x.tenant_id = tenant and x.fulfilment_id = fulfilment.id) f
  full join pg_catalog.jsonb_to_recordset(items) as g (order_item_id uuid, delivered numeric) on g.order_item_id = f.order_item_id
  where f.id is null or g.delivered is null or g.delivered < 0 or g.delivered > f.quantity or g.delivered <> round(g.delivered, 3);
  if problems is not null or (select count(*) from pg_catalog.jsonb_array_elements(items)) <> (select count(*) from public.fulfilment_items x where x.tenant_id = tenant and x.fulfilment_id = fulfilment.id) then
    perform private.fail('delivery_lines_incomplete', pg_catalog.jsonb_build_object('items', coalesce(problems, '[]')));
  end if;
  update public.fulfilment_items f
  set quantity_delivered = g.delivered, refused_reason = nullif(pg_catalog.btrim(g.refused_reason), '')
  from pg_catalog.jsonb_to_recordset(items) as g (order_item_id uuid, delivered numeric, refused_reason text)
  where f.tenant_id = tenant and f.fulfilment_id = fulfilment.id and f.order_item_id = g.order_item_id;
  if not exists (select from public.fulfilment_items f where f.tenant_id = tenant and f.fulfilment_id = fulfilment.id and f.quantity_delivered > 0) then
    perform private.fail('nothing_delivered', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('order_item_id', f.order_item_id)) into problems from public.fulfilment_items f
  where f.tenant_id = tenant and f.fulfilment_id = fulfilment.id and f.quantity_delivered < f.quantity and f.refused_reason is null;
  if problems is not null then
    perform private.fail('refusal_without_reason', pg_catalog.jsonb_build_object('items', problems));
  end if;

  if target.order_type = 'refill' then
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', f.container, 'delivered', f.quantity, 'empties', f.empties)) into problems
    from (
      select p.container_product_id as container, sum(d.quantity_delivered) as quantity, coalesce((
        select sum(e.quantity) from pg_catalog.jsonb_to_recordset(empties) as e (product_id uuid, quantity numeric) where e.product_id = p.container_product_id), 0) as empties
      from public.fulfilment_items d
      join public.products p on p.tenant_id = d.tenant_id and p.id = d.product_id and p.container_product_id is not null
      where d.tenant_id = tenant and d.fulfilment_id = fulfilment.id
      group by p.container_product_id
    ) f
    where f.quantity > f.empties;
    if problems is not null then
      perform private.fail('refill_without_empty', pg_catalog.jsonb_build_object('empties', problems));
    end if;
  end if;

  perform private.note_delivered_serials(target, (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', f.product_id, 'serials', g.serials)), '[]')
    from pg_catalog.jsonb_to_recordset(items) as g (order_item_id uuid, serials jsonb)
    join public.fulfilment_items f on f.tenant_id = tenant and f.fulfilment_id = fulfilment.id and f.order_item_id = g.order_item_id
  ), empties);
  perform private.hand_over(delivery.trip, target, fulfilment.id, 'delivery', empties, delivered_at);

  insert into public.delivery_proofs (tenant_id, order_id, trip_id, received_by, signature, photo_paths, latitude, longitude, notes, unproved_because, no_code_because, captured_at)
  values (tenant, target.id, (delivery.trip).id, private.require_text('received_by', received_by, 120), signature, photo_paths, latitude, longitude, notes, unproved_because, pg_catalog.btrim(no_code_because), delivered_at);
  insert into public.variances (tenant_id, kind, trip_id, order_id, product_id, condition, expected, actual, unit_value, explanation)
  select tenant, 'delivery', (delivery.trip).id, target.id, f.product_id, 'good', f.quantity, f.quantity_delivered,
    private.line_net(1, i.unit_price, i.tax_rate, i.price_includes_tax), f.refused_reason
  from public.fulfilment_items f
  join public.order_items i on i.tenant_id = f.tenant_id and i.id = f.order_item_id
  where f.tenant_id = tenant and f.fulfilment_id = fulfilment.id and f.quantity_delivered < f.quantity;

  update public.fulfilments f set status = 'delivered', reason = null, resolved_at = delivered_at where f.tenant_id = fulfilment.tenant_id and f.id = fulfilment.id;
  update public.trip_stops s set status = 'delivered', arrived_at = coalesce(s.arrived_at, delivered_at), left_at = delivered_at
  where s.tenant_id = tenant and s.order_id = target.id;
  select * into target from public.orders o where o.tenant_id = target.tenant_id and o.id = target.id;
  perform private.draft_invoice(target);
  if payment is not null then
    perform private.insert_payment(tenant, target.customer_id, (payment ->> 'method')::public.payment_method, (payment ->> 'amount')::numeric,
      nullif(pg_catalog.btrim(payment ->> 'reference'), ''), delivered_at, (delivery.trip).id, target.id);
  end if;
  return target;
end
$$;
comment on function private.complete_delivery(uuid, jsonb, text, text, text[], jsonb, jsonb, timestamptz, numeric, numeric, text, text, text) is
  'Records a delivery: items [{order_item_id, delivered, refused_reason?, serials?}] for every line, proof (PNG data URL and/or the paths of up to six photos; the office, never the driver, may say why there is none: unproved_because), no_code_because where the stop asks for a code that was not entered (enter_delivery_code), empties [{product_id, quantity, condition?, serials?}] (serials: every number of what is tracked by it, unless scanned before), payment {method, amount, reference?}. Van stock, containers, variances and the draft invoice follow in the same transaction. Raises serials_needed, serials_invalid, delivery_lines_incomplete, refusal_without_reason, nothing_delivered, not_a_container, refill_without_empty, proof_missing, proof_invalid, delivery_code_missing, payment_invalid, input_invalid, captured_at_invalid, not_the_driver, order_transition_illegal; of a trip that was cancelled meanwhile trip_was_cancelled, van_is_being_counted, count_contradicts.';
select private.expose_command('complete_delivery');
