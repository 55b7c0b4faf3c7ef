-- Family 06, warehouse: pieces that are known one by one, and where each of them is (docs/decisions/0035).

create table public.serials (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  code text not null,
  product_id uuid not null,
  condition public.stock_condition not null default 'good',
  warehouse_id uuid,
  customer_id uuid,
  moved_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, code),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  constraint code_is_short check (length(code) between 1 and 40 and code = btrim(code)),
  constraint serial_is_in_one_place check (num_nonnulls(warehouse_id, customer_id) <= 1)
) with (fillfactor = 80);
create index serials_stock on public.serials (tenant_id, warehouse_id, product_id, condition) where warehouse_id is not null;
create index serials_warehouse on public.serials (tenant_id, warehouse_id);
create index serials_product on public.serials (tenant_id, product_id);
create index serials_customer on public.serials (tenant_id, customer_id);
create index serials_search on public.serials using gin (code extensions.gin_trgm_ops);
comment on table public.serials is
  'Pieces of products that are tracked by serial number, like gas cylinders, one row for each. It is in one place of ours, with one customer, or gone. Changed by the stock ledger alone, under the lock of the balance that it is part of.';
comment on column public.serials.code is 'What is stamped on it, in capitals and without spaces; of one piece in the company.';
comment on column public.serials.product_id is 'What it is at the moment: a full cylinder is another product than an empty one, and the same piece.';
comment on column public.serials.warehouse_id is 'The depot, van or account that it is in; null when it is not ours to sell now.';
comment on column public.serials.customer_id is 'Who holds it; null when it is in one of our places, was never here, or was lost.';
comment on column public.serials.moved_at is 'When it came to where it is.';
create trigger _200_guard_balance before update of warehouse_id, product_id, condition on public.serials
for each row execute function private.tg__guard_balance();
select private.force_policies('public.serials');

create table public.serial_movements (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  movement_id uuid not null,
  serial_id uuid not null,
  warehouse_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null,
  quantity integer not null,
  kind public.movement_kind not null,
  reference_type text not null,
  reference_id uuid not null,
  occurred_at timestamptz not null,
  moved_by uuid default auth.uid(),
  primary key (tenant_id, id),
  foreign key (tenant_id, movement_id) references public.inventory_transactions (tenant_id, id),
  foreign key (tenant_id, serial_id) references public.serials (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint serial_comes_or_goes check (quantity in (1, -1))
);
create index serial_movements_movement on public.serial_movements (tenant_id, movement_id);
create index serial_movements_serial on public.serial_movements (tenant_id, serial_id, id);
create index serial_movements_reference on public.serial_movements (tenant_id, reference_id, product_id);
create index serial_movements_warehouse on public.serial_movements (tenant_id, warehouse_id);
create index serial_movements_product on public.serial_movements (tenant_id, product_id);
comment on table public.serial_movements is 'Movements of the stock ledger by piece, append-only: the rows of one movement sum to it. Who had a cylinder when is read here, with the orders and returns that moved it.';
comment on column public.serial_movements.quantity is '1: it came to the place, -1: it left it.';
select private.protect_ledger('public.serial_movements');

create table private.serial_scans (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  document_type text not null,
  document_id uuid not null,
  serial_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null,
  scanned_by uuid default auth.uid(),
  scanned_at timestamptz not null default now(),
  is_open boolean not null default true,
  primary key (tenant_id, id),
  foreign key (tenant_id, serial_id) references public.serials (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id)
);
create unique index serial_scans_open on private.serial_scans (tenant_id, serial_id) where is_open;
create index serial_scans_document on private.serial_scans (tenant_id, document_id, product_id);
create index serial_scans_product on private.serial_scans (tenant_id, product_id);
create index serial_scans_serial on private.serial_scans (tenant_id, serial_id);
comment on table private.serial_scans is 'Which pieces a document is about, as somebody scanned them. A piece is scanned for one document at a time, until that has moved it.';
comment on column private.serial_scans.product_id is 'As what it goes or comes: an empty cylinder that comes back was a full one when it left.';
comment on column private.serial_scans.is_open is 'The document has not moved it yet.';
select private.force_policies('private.serial_scans');

create type private.wanted_serials as (product_id uuid, condition public.stock_condition, quantity numeric, place uuid, is_told boolean);
create table private.serial_documents (
  document_type text primary key,
  function_name text not null
);
select private.force_policies('private.serial_documents');
comment on table private.serial_documents is 'The documents for which serial numbers are scanned. Each has a function private.<function_name>(tenant, document): what it wants. Written by private.ask_for_serials.';

select private.register_error('container_tracked_alike', 409, 'A cylinder keeps its number when it is empty.', 'Have the empty tracked by serial number, too, before the full, and end with the full.');
select private.register_error('serials_needed', 409, 'Not all serial numbers are scanned.', 'Scan every piece: the details say how many are needed and how many are scanned.');
select private.register_error('serials_invalid', 409, 'Some serial numbers cannot be scanned here.', 'The details name each of them and its problem. Look at the number again, or open its page to see where it is.');
select private.register_error('serials_closed', 409, 'Nothing is scanned for this document now.', 'Scan before it moves its goods, by somebody who may move them.');

create function private.tg_products__track_alike() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.tracking = 'serial' and exists (
    select from public.products c where c.tenant_id = new.tenant_id and c.id = new.container_product_id and c.tracking <> 'serial'
    for share
  ) or new.tracking <> 'serial' and exists (
    select from public.products f where f.tenant_id = new.tenant_id and f.container_product_id = new.id and f.tracking = 'serial'
  ) then
    perform private.fail('container_tracked_alike', pg_catalog.jsonb_build_object('product_id', new.id, 'container_product_id', new.container_product_id));
  end if;
  return new;
end
$$;
comment on function private.tg_products__track_alike() is 'Who tracks fulls by serial number tracks their empties so, too. Raises container_tracked_alike.';
create trigger _150_track_alike before insert or update of tracking, container_product_id on public.products for each row execute function private.tg_products__track_alike();

------------------------------------------------------------------------------------------------
-- Which pieces a movement is of
------------------------------------------------------------------------------------------------

-- Asked here, answered where orders, vans and returns are known (docs/architecture.md, Families look one way).
create function private.receiver_of(moved public.inventory_transactions) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return null;
end
$$;
comment on function private.receiver_of(public.inventory_transactions) is 'The customer of a delivery, or of a return.';

create function private.scanned_under(moved public.inventory_transactions) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return moved.reference_id;
end
$$;
comment on function private.scanned_under(public.inventory_transactions) is 'The document for which the pieces of a movement were scanned: its own, or the trip of an offload.';

create function private.is_same_piece(tenant uuid, one uuid, other uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select one = other or exists (
    select from public.products p
    where p.tenant_id = tenant and (p.id = one and p.container_product_id = other or p.id = other and p.container_product_id = one)
  )
$$;
comment on function private.is_same_piece(uuid, uuid, uuid) is 'Whether one product can become the other and stay the same piece: a full cylinder and its empty.';

create function private.scanned_for(moved public.inventory_transactions) returns uuid[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.array_agg(c.serial_id order by c.serial_id), '{}') from private.serial_scans c
  where c.tenant_id = moved.tenant_id and c.document_id = private.scanned_under(moved) and c.is_open
    and c.product_id = moved.product_id and c.condition = moved.condition
$$;
comment on function private.scanned_for(public.inventory_transactions) is 'Pieces that were scanned for the document of a movement, as its product and condition.';

create function private.serials_leaving(moved public.inventory_transactions) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  pieces constant integer := -moved.quantity;
  scanned constant uuid[] := private.scanned_for(moved);
  there uuid[];
  named uuid[];
begin
  there := array(
    select s.id from public.serials s
    where s.tenant_id = moved.tenant_id and s.warehouse_id = moved.warehouse_id and s.product_id = moved.product_id and s.condition = moved.condition
      -- Another document has them in hand.
      and not exists (
        select from private.serial_scans c
        where c.tenant_id = s.tenant_id and c.serial_id = s.id and c.is_open and c.document_id <> private.scanned_under(moved)
      )
      -- Goods on their way go on with the transfer that sent them, and what is taken back is what was brought.
      and (moved.kind not in ('reversal', 'transfer', 'transfer_loss')
        or moved.kind = 'transfer' and moved.warehouse_id <> private.transit_account(moved.tenant_id)
        or exists (
          select from public.serial_movements m
          where m.tenant_id = s.tenant_id and m.serial_id = s.id and m.reference_id = moved.reference_id and m.quantity = 1
        ))
    order by s.id
  );
  if moved.kind in ('count', 'offload_variance') then
    -- What is missing is what nobody scanned and was there when the others were.
    return array(
      select t from pg_catalog.unnest(there) t
      where t <> all (scanned)
        and (moved.kind <> 'count' or not exists (
          select from public.serials s where s.tenant_id = moved.tenant_id and s.id = t and s.moved_at > moved.occurred_at
        ))
    );
  end if;
  named := array(select t from pg_catalog.unnest(there) t where t = any (scanned));
  -- Where as many are there as go, nobody has to say which. What goes to customers is scanned all the same.
  if pg_catalog.cardinality(named) <> pieces and pg_catalog.cardinality(there) = pieces and moved.kind not in ('load', 'delivery', 'sale') then
    return there;
  end if;
  return named;
end
$$;
comment on function private.serials_leaving(public.inventory_transactions) is
  'The pieces that leave a place by a movement: those that were scanned for its document; where nobody scanned, all that can be meant.';

create function private.serials_arriving(moved public.inventory_transactions) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  pieces constant integer := moved.quantity;
  scanned constant uuid[] := private.scanned_for(moved);
  meant uuid[] := '{}';
  named uuid[];
  is_changed boolean;
begin
  if moved.kind = 'return' then
    -- Of those that he got by the orders of the return.
    meant := array(
      select s.id from public.serials s
      where s.tenant_id = moved.tenant_id and s.customer_id = private.receiver_of(moved) and s.product_id = moved.product_id and exists (
        select from public.serial_movements m
        where m.tenant_id = s.tenant_id and m.serial_id = s.id and m.reference_id = any (private.delivered_by(moved)) and m.quantity = -1
      )
      order by s.id
    );
  elsif moved.kind <> 'count' then
    -- What left another place under the same document a moment ago, as what it arrives: else what left another state.
    for is_changed in select pg_catalog.unnest('{false,true}'::boolean[]) loop
      meant := array(
        select distinct s.id
        from public.serial_movements m
        join public.serials s on s.tenant_id = m.tenant_id and s.id = m.serial_id
        join public.inventory_transactions t on t.tenant_id = m.tenant_id and t.id = m.movement_id
        where m.tenant_id = moved.tenant_id and m.quantity = -1
          and (m.reference_id = moved.reference_id or moved.kind = 'offload_variance' and m.kind = moved.kind and private.scanned_under(t) = private.scanned_under(moved))
          and s.warehouse_id is null and s.customer_id is null
          and (is_changed and private.is_same_piece(moved.tenant_id, s.product_id, moved.product_id) or m.product_id = moved.product_id and m.condition = moved.condition)
        order by s.id
      );
      exit when pg_catalog.cardinality(meant) = pieces;
    end loop;
  end if;
  named := array(
    select s.id from public.serials s
    where s.tenant_id = moved.tenant_id and s.id = any (scanned) and s.warehouse_id is null and private.is_same_piece(moved.tenant_id, s.product_id, moved.product_id)
      and (moved.kind <> 'return' or s.id = any (meant))
      -- It was there to be counted, and has left since.
      and (moved.kind <> 'count' or not exists (
        select from public.serial_movements m
        where m.tenant_id = s.tenant_id and m.serial_id = s.id and m.warehouse_id = moved.warehouse_id and m.quantity = -1 and m.occurred_at > moved.occurred_at
      ))
    order by s.id
  );
  return case when pg_catalog.cardinality(named) <> pieces and pg_catalog.cardinality(meant) = pieces then meant else named end;
end
$$;
comment on function private.serials_arriving(public.inventory_transactions) is
  'The pieces that come into a place by a movement: those that were scanned for its document; where nobody scanned, what has just left elsewhere under it, or what the customer got and gives back.';

create function private.move_serials(moved public.inventory_transactions) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  pieces constant integer := pg_catalog.abs(moved.quantity);
  chosen uuid[];
  changed integer;
begin
  if moved.quantity < 0 then
    chosen := private.serials_leaving(moved);
    update public.serials s set warehouse_id = null, customer_id = case when moved.kind in ('delivery', 'sale') then private.receiver_of(moved) end, moved_at = moved.occurred_at
    where s.tenant_id = moved.tenant_id and s.id = any (chosen) and s.warehouse_id = moved.warehouse_id and s.product_id = moved.product_id and s.condition = moved.condition;
  else
    chosen := private.serials_arriving(moved);
    update public.serials s set warehouse_id = moved.warehouse_id, customer_id = null, product_id = moved.product_id, condition = moved.condition, moved_at = moved.occurred_at
    where s.tenant_id = moved.tenant_id and s.id = any (chosen) and s.warehouse_id is null;
  end if;
  get diagnostics changed = row_count;
  if changed <> pieces or pg_catalog.cardinality(chosen) <> pieces then
    perform private.fail('serials_needed', (
      select pg_catalog.jsonb_build_object('items', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
        'product_id', p.id, 'sku', p.sku, 'name', p.name, 'condition', moved.condition, 'required', pieces, 'scanned', least(changed, pg_catalog.cardinality(chosen)))))
      from public.products p where p.tenant_id = moved.tenant_id and p.id = moved.product_id
    ));
  end if;
  insert into public.serial_movements (tenant_id, movement_id, serial_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, occurred_at)
  select moved.tenant_id, moved.id, c, moved.warehouse_id, moved.product_id, moved.condition, pg_catalog.sign(moved.quantity), moved.kind, moved.reference_type, moved.reference_id, moved.occurred_at
  from pg_catalog.unnest(chosen) c;
  update private.serial_scans c set is_open = false
  where c.tenant_id = moved.tenant_id and c.serial_id = any (chosen) and c.document_id = private.scanned_under(moved) and c.is_open;
end
$$;
comment on function private.move_serials(public.inventory_transactions) is 'Posts a movement to the pieces that it is of, under the lock of its balance. Raises serials_needed.';

select private.derive('serials_of_stock', 'Stock of a product that is tracked by serial number: as many pieces as are there.', $$
  select i.tenant_id, i.id, i.on_hand,
    (select count(*)::numeric from public.serials s
      where s.tenant_id = i.tenant_id and s.warehouse_id = i.warehouse_id and s.product_id = i.product_id and s.condition = i.condition)
  from public.inventory i join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.tracking = 'serial'
$$);
select private.derive('serial_places', 'Whether a piece is in the place that its row names: the sum of its movements there, and of all of them.', $$
  select s.tenant_id, s.id, case when s.warehouse_id is null then 0 else 2 end::numeric,
    coalesce((select sum(m.quantity + case when m.warehouse_id = s.warehouse_id and m.product_id = s.product_id and m.condition = s.condition then m.quantity else 0 end)
      from public.serial_movements m where m.tenant_id = s.tenant_id and m.serial_id = s.id), 0)::numeric
  from public.serials s
$$);
