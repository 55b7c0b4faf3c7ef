-- Family 06, warehouse: kits that are put together of their parts, and unpacked again (docs/decisions/0036).

create type public.kitting_direction as enum ('assemble', 'unpack');
create type public.kitting_status as enum ('draft', 'completed', 'reversed', 'cancelled');

create table public.kittings (
  like private.record including defaults including indexes,
  number text not null,
  warehouse_id uuid not null,
  product_id uuid not null,
  direction public.kitting_direction not null default 'assemble',
  status public.kitting_status not null default 'draft',
  quantity numeric(14,3) not null,
  note text,
  completed_at timestamptz,
  reversed_at timestamptz,
  reversed_reason text,
  cancelled_reason text,
  unique (tenant_id, number),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint note_is_bounded check (length(note) <= 500),
  constraint completion_matches_status check ((status in ('completed', 'reversed')) = (completed_at is not null)),
  constraint reversal_is_recorded check ((status = 'reversed') = (reversed_at is not null) and (reversed_at is null) = (reversed_reason is null)),
  constraint cancelled_reason_matches_status check ((status = 'cancelled') = (cancelled_reason is not null))
);
create index kittings_warehouse on public.kittings (tenant_id, warehouse_id);
create index kittings_product on public.kittings (tenant_id, product_id);
create index kittings_recent on public.kittings (tenant_id, created_at desc, id desc);
comment on table public.kittings is
  'Kits that are put together in a place, or unpacked: exactly their parts leave the stock as the kits come into it, or the other way round. Nothing moves before it is completed. A wrong one is reversed: movements are never changed, others take them back.';
comment on column public.kittings.product_id is 'The kit. Its parts are as its product says when it is completed.';
comment on column public.kittings.quantity is 'How many kits, in base units.';
select private.hold_to_unit('public.kittings', 'quantity');
select private.register_document('public.kittings', 'kitting', 'draft', 'inventory.view', '/stock/kittings', prefix => 'KIT');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('kitting', 'draft', 'complete', 'completed', 'inventory.edit', null, 'kitting.completed'),
  ('kitting', 'draft', 'cancel', 'cancelled', 'inventory.edit', null, 'kitting.cancelled'),
  ('kitting', 'completed', 'reverse', 'reversed', 'inventory.approve', '{created_by}', 'kitting.reversed');

select private.register_error('not_a_kit', 422, 'This product is no kit with parts.', 'Choose a kit, or say on the page of the product what it is made of.');
select private.register_error('kit_differs', 422, 'These are not exactly the parts of the kits.', 'Correct what the details name; what is missing or broken is adjusted afterwards.');
select private.register_error('bundle_in_stock', 409, 'There is stock of this product, and a bundle has none of its own.', 'Bring the places in the details to 0 first, or make it a kit.');

create function private.create_kitting(warehouse_id uuid, product_id uuid, quantity numeric, direction public.kitting_direction default 'assemble', note text default null) returns public.kittings
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.edit');
  product public.products;
  kitting public.kittings;
begin
  perform private.require_own_place(tenant, 'warehouse_id', warehouse_id);
  select * into product from public.products p where p.tenant_id = tenant and p.id = product_id;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('product_id', product_id));
  end if;
  if product.composition <> 'kit' or not exists (select from public.product_components c where c.tenant_id = tenant and c.product_id = product.id) then
    perform private.fail('not_a_kit', pg_catalog.jsonb_build_object('product_id', product_id));
  end if;
  perform private.require_number('quantity', quantity, 0.001, 99999999);
  insert into public.kittings (tenant_id, warehouse_id, product_id, quantity, direction, note)
  values (tenant, warehouse_id, product_id, quantity, coalesce(direction, 'assemble'), private.check_text('note', nullif(pg_catalog.btrim(note), ''), 500))
  returning * into kitting;
  return kitting;
end
$$;
comment on function private.create_kitting(uuid, uuid, numeric, public.kitting_direction, text) is
  'Drafts that so many kits (base units) are put together in a place, or unpacked there. Raises warehouse_not_available, record_not_found, not_a_kit, quantity_not_whole, input_invalid.';
select private.expose_command('create_kitting');

create function private.parts_of(kitting public.kittings) returns table (product_id uuid, quantity numeric)
language sql stable security definer set search_path = ''
as $$
  select c.component_id, c.quantity * kitting.quantity
  from public.product_components c where c.tenant_id = kitting.tenant_id and c.product_id = kitting.product_id
$$;
comment on function private.parts_of(public.kittings) is 'What the kits of a kitting are made of today, all together.';

create function private.require_exactly_the_parts(kitting public.kittings, items jsonb) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  differing jsonb;
begin
  perform private.require_records('items', items, '{"product_id": "uuid", "quantity": "numeric"}');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', coalesce(w.product_id, g.product_id), 'sku', p.sku, 'name', p.name, 'quantity', coalesce(g.quantity, 0), 'needed', coalesce(w.quantity, 0)) order by p.sku)
  into differing
  from private.parts_of(kitting) w
  full join (
    select i.product_id, sum(i.quantity) as quantity from pg_catalog.jsonb_to_recordset(items) as i (product_id uuid, quantity numeric) group by 1
  ) g on g.product_id = w.product_id
  left join public.products p on p.tenant_id = kitting.tenant_id and p.id = coalesce(w.product_id, g.product_id)
  where w.quantity is distinct from g.quantity;
  if differing is not null then
    perform private.fail('kit_differs', pg_catalog.jsonb_build_object('items', differing));
  end if;
end
$$;
comment on function private.require_exactly_the_parts(public.kittings, jsonb) is 'Refuses items [{product_id, quantity}] that are more, less or other than the parts of the kits. Raises kit_differs naming each.';

create function private.move_kitting(kitting uuid, command text, items jsonb, reason text, expected_version integer) returns public.kittings
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.kittings;
  next_state text;
begin
  select * into target from public.kittings a where a.tenant_id = tenant and a.id = kitting and private.sees_warehouse(a.warehouse_id) for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('kitting_id', kitting));
  end if;
  perform private.check_version(expected_version, target.version);
  next_state := private.next_state('kitting', target.id, target.status::text, command);
  if command in ('cancel', 'reverse') and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  if command = 'complete' then
    -- Who says what the kit is made of waits until this is posted.
    perform from public.products p where p.tenant_id = tenant and p.id = target.product_id and p.composition = 'kit' for share;
    if not found or not exists (select from private.parts_of(target)) then
      perform private.fail('not_a_kit', pg_catalog.jsonb_build_object('product_id', target.product_id));
    end if;
    if items is not null then
      perform private.require_exactly_the_parts(target, items);
    end if;
  elsif command = 'reverse' then
    perform private.refuse_counted_since(tenant, target.id);
  end if;
  update public.kittings a
  set status = next_state::public.kitting_status,
    completed_at = case when command = 'complete' then pg_catalog.now() else a.completed_at end,
    cancelled_reason = case when command = 'cancel' then private.require_text('reason', reason) end,
    reversed_reason = case when command = 'reverse' then private.require_text('reason', reason) end,
    reversed_at = case when command = 'reverse' then pg_catalog.now() end
  where a.tenant_id = target.tenant_id and a.id = target.id
  returning * into target;
  if command = 'complete' then
    insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
    select tenant, target.warehouse_id, m.product_id, case target.direction when 'assemble' then m.quantity else -m.quantity end, 'kitting', 'kitting', target.id
    from (select p.product_id, -p.quantity as quantity from private.parts_of(target) p union all select target.product_id, target.quantity) m;
  elsif command = 'reverse' then
    insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
    select tenant, t.warehouse_id, t.product_id, t.condition, -t.quantity, 'reversal', 'kitting', target.id
    from public.inventory_transactions t where t.tenant_id = tenant and t.reference_id = target.id;
  end if;
  return target;
end
$$;
comment on function private.move_kitting(uuid, text, jsonb, text, integer) is 'One step of a kitting; the body of the three commands below.';

create function private.complete_kitting(kitting_id uuid, items jsonb default null, expected_version integer default null) returns public.kittings
language sql security definer set search_path = ''
as $$ select private.move_kitting(kitting_id, 'complete', items, null, expected_version) $$;
comment on function private.complete_kitting(uuid, jsonb, integer) is
  'The parts leave the good stock of the place and the kits come into it, worth what the parts were; or the other way round, the worth shared as the parts cost. items [{product_id, quantity}]: what was counted, which has to be the parts exactly. Raises kit_differs, not_a_kit, stock_short, kitting_transition_illegal.';
select private.expose_command('complete_kitting');

create function private.cancel_kitting(kitting_id uuid, reason text, expected_version integer default null) returns public.kittings
language sql security definer set search_path = ''
as $$ select private.move_kitting(kitting_id, 'cancel', null, reason, expected_version) $$;
comment on function private.cancel_kitting(uuid, text, integer) is 'Gives a kitting up, with a reason; nothing has moved. Raises reason_required, kitting_transition_illegal.';
select private.expose_command('cancel_kitting');

create function private.reverse_kitting(kitting_id uuid, reason text, expected_version integer default null) returns public.kittings
language sql security definer set search_path = ''
as $$ select private.move_kitting(kitting_id, 'reverse', null, reason, expected_version) $$;
comment on function private.reverse_kitting(uuid, text, integer) is
  'Takes a completed kitting of somebody else back by movements against it, now and once, with a reason; not after its goods were counted. Raises reason_required, stock_was_counted, stock_short, separation_of_duties, kitting_transition_illegal.';
select private.expose_command('reverse_kitting');

create function private.tg_products__keep_bundles_out_of_stock() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  places jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('warehouse_id', w.id, 'name', w.name, 'on_hand', i.on_hand) order by w.name) into places
  from public.inventory i join public.warehouses w on w.tenant_id = i.tenant_id and w.id = i.warehouse_id
  where i.tenant_id = new.tenant_id and i.product_id = new.id and i.on_hand <> 0;
  if places is not null then
    perform private.fail('bundle_in_stock', pg_catalog.jsonb_build_object('places', places));
  end if;
  return new;
end
$$;
comment on function private.tg_products__keep_bundles_out_of_stock() is 'What lies on a shelf does not become a bundle, which nobody could sell then. Raises bundle_in_stock.';
create trigger _160_keep_bundles_out_of_stock before update of composition on public.products for each row
when (new.composition = 'bundle' and old.composition <> 'bundle') execute function private.tg_products__keep_bundles_out_of_stock();
