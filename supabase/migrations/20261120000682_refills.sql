-- Family 06, warehouse: empties that are filled again, and fulls that are taken apart when that was wrong.

create type public.refill_status as enum ('draft', 'in_progress', 'completed', 'reversed', 'cancelled');

create table public.refills (
  like private.record including defaults including indexes,
  number text not null,
  warehouse_id uuid not null,
  product_id uuid not null,
  status public.refill_status not null default 'draft',
  quantity numeric(14,3) not null,
  filled numeric(14,3),
  note text,
  started_at timestamptz,
  completed_at timestamptz,
  reversed_at timestamptz,
  reversed_reason text,
  cancelled_reason text,
  unique (tenant_id, number),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint no_more_is_filled_than_planned check (filled > 0 and filled <= quantity),
  constraint note_is_bounded check (length(note) <= 500),
  constraint filled_matches_status check ((status in ('completed', 'reversed')) = (filled is not null) and (filled is null) = (completed_at is null)),
  constraint reversal_is_recorded check ((status = 'reversed') = (reversed_at is not null) and (reversed_at is null) = (reversed_reason is null)),
  constraint cancelled_reason_matches_status check ((status = 'cancelled') = (cancelled_reason is not null))
);
create index refills_warehouse on public.refills (tenant_id, warehouse_id);
create index refills_product on public.refills (tenant_id, product_id);
create index refills_recent on public.refills (tenant_id, created_at desc, id desc);
comment on table public.refills is
  'Empties that are filled in a place: as many of the product''s container leave the stock as of the product come into it, with the content that they take. Nothing moves before it is completed. A wrong one is reversed: movements are never changed, others take them back.';
comment on column public.refills.product_id is 'The full: what is sold. Its container and content are as its product says when it is completed.';
comment on column public.refills.quantity is 'How many are to be filled, in base units of the full.';
comment on column public.refills.filled is 'How many were; null until it is completed.';
select private.hold_to_unit('public.refills', 'quantity', 'filled');
select private.register_document('public.refills', 'refill', 'draft', 'inventory.view', '/stock/refills', prefix => 'RFL');
insert into private.waiting_states (machine, state, permission) values ('refill', 'in_progress', 'inventory.edit');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('refill', 'draft', 'start', 'in_progress', 'inventory.edit', null, 'refill.started'),
  ('refill', 'in_progress', 'complete', 'completed', 'inventory.edit', null, 'refill.completed'),
  ('refill', 'draft', 'cancel', 'cancelled', 'inventory.edit', null, 'refill.cancelled'),
  ('refill', 'in_progress', 'cancel', 'cancelled', 'inventory.edit', null, 'refill.cancelled'),
  ('refill', 'completed', 'reverse', 'reversed', 'inventory.approve', '{created_by}', 'refill.reversed');

select private.register_error('not_refillable', 422, 'This product comes in no container that is filled again.', 'Choose another product, or say on the page of the product which container it comes in.');
select private.register_error('refill_quantity_invalid', 422, 'This many cannot be filled.', 'Enter a quantity above 0 that the unit allows, when completing no more than was planned.');

create function private.require_refill_quantity(product public.products, quantity numeric, most numeric) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  if quantity is null or not (quantity > 0 and quantity <= most) or quantity <> round(quantity, case when product.allows_fractions then 3 else 0 end) then
    perform private.fail('refill_quantity_invalid', pg_catalog.jsonb_build_object('quantity', quantity, 'most', most));
  end if;
  return quantity;
end
$$;
comment on function private.require_refill_quantity(public.products, numeric, numeric) is 'A quantity of a product that can be filled. Raises refill_quantity_invalid.';

create function private.create_refill(warehouse_id uuid, product_id uuid, quantity numeric, note text default null) returns public.refills
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.edit');
  product public.products;
  refill public.refills;
begin
  perform private.require_own_place(tenant, 'warehouse_id', warehouse_id);
  select * into product from public.products p where p.tenant_id = tenant and p.id = product_id;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('product_id', product_id));
  end if;
  if product.container_product_id is null then
    perform private.fail('not_refillable', pg_catalog.jsonb_build_object('product_id', product_id));
  end if;
  insert into public.refills (tenant_id, warehouse_id, product_id, quantity, note)
  values (tenant, warehouse_id, product_id, private.require_refill_quantity(product, quantity, 99999999), private.check_text('note', nullif(pg_catalog.btrim(note), ''), 500))
  returning * into refill;
  return refill;
end
$$;
comment on function private.create_refill(uuid, uuid, numeric, text) is
  'Drafts that so many of a product (base units) are filled in a place. Raises warehouse_not_available, record_not_found, not_refillable, refill_quantity_invalid.';
select private.expose_command('create_refill');

create function private.move_refill(refill uuid, command text, filled numeric, reason text, expected_version integer) returns public.refills
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.refills;
  product public.products;
  next_state text;
begin
  select * into target from public.refills r where r.tenant_id = tenant and r.id = refill and private.sees_warehouse(r.warehouse_id) for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('refill_id', refill));
  end if;
  perform private.check_version(expected_version, target.version);
  next_state := private.next_state('refill', target.id, target.status::text, command);
  if command in ('cancel', 'reverse') and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  -- Who says what a product comes in waits until this is posted.
  select * into product from public.products p where p.tenant_id = tenant and p.id = target.product_id for share;
  if command = 'complete' and product.container_product_id is null then
    perform private.fail('not_refillable', pg_catalog.jsonb_build_object('product_id', product.id));
  elsif command = 'reverse' then
    perform private.refuse_counted_since(tenant, target.id);
  end if;
  update public.refills r
  set status = next_state::public.refill_status,
    started_at = case when command = 'start' then pg_catalog.now() else r.started_at end,
    filled = case when command = 'complete' then private.require_refill_quantity(product, coalesce(move_refill.filled, r.quantity), r.quantity) else r.filled end,
    completed_at = case when command = 'complete' then pg_catalog.now() else r.completed_at end,
    cancelled_reason = case when command = 'cancel' then private.require_text('reason', reason) end,
    reversed_reason = case when command = 'reverse' then private.require_text('reason', reason) end,
    reversed_at = case when command = 'reverse' then pg_catalog.now() end
  where r.tenant_id = target.tenant_id and r.id = target.id
  returning * into target;
  if command = 'complete' then
    insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
    select tenant, target.warehouse_id, m.product_id, m.quantity, 'refill', 'refill', target.id
    from (values
      (product.container_product_id, -target.filled),
      (product.content_product_id, -round(target.filled * product.content_quantity, 3)),
      (product.id, target.filled)
    ) as m (product_id, quantity)
    where m.product_id is not null;
  elsif command = 'reverse' then
    insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
    select tenant, t.warehouse_id, t.product_id, t.condition, -t.quantity, 'reversal', 'refill', target.id
    from public.inventory_transactions t where t.tenant_id = tenant and t.reference_id = target.id;
  end if;
  return target;
end
$$;
comment on function private.move_refill(uuid, text, numeric, text, integer) is 'One step of a refill; the body of the four commands below.';

create function private.start_refill(refill_id uuid, expected_version integer default null) returns public.refills
language sql security definer set search_path = ''
as $$ select private.move_refill(refill_id, 'start', null, null, expected_version) $$;
comment on function private.start_refill(uuid, integer) is 'Somebody fills them now. Raises refill_transition_illegal.';
select private.expose_command('start_refill');

create function private.complete_refill(refill_id uuid, filled numeric default null, expected_version integer default null) returns public.refills
language sql security definer set search_path = ''
as $$ select private.move_refill(refill_id, 'complete', filled, null, expected_version) $$;
comment on function private.complete_refill(uuid, numeric, integer) is
  'So many were filled (base units; none named means all): good empties and content leave the stock of the place, fulls come into it, worth what both were. Raises refill_quantity_invalid, not_refillable, stock_short, refill_transition_illegal.';
select private.expose_command('complete_refill');

create function private.cancel_refill(refill_id uuid, reason text, expected_version integer default null) returns public.refills
language sql security definer set search_path = ''
as $$ select private.move_refill(refill_id, 'cancel', null, reason, expected_version) $$;
comment on function private.cancel_refill(uuid, text, integer) is 'Gives a refill up, with a reason; nothing has moved. Raises reason_required, refill_transition_illegal.';
select private.expose_command('cancel_refill');

create function private.reverse_refill(refill_id uuid, reason text, expected_version integer default null) returns public.refills
language sql security definer set search_path = ''
as $$ select private.move_refill(refill_id, 'reverse', null, reason, expected_version) $$;
comment on function private.reverse_refill(uuid, text, integer) is
  'Takes a completed refill of somebody else back by movements against it, now and once, with a reason; not after its goods were counted. Raises reason_required, stock_was_counted, stock_short, separation_of_duties, refill_transition_illegal.';
select private.expose_command('reverse_refill');
