-- Family 06, warehouse: what runs low, what expires soon, and what has lain for long.

create function private.tg_inventory__tell_low() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.publish_event(new.tenant_id, 'inventory.fell_below', 'inventory', new.id, 0, pg_catalog.jsonb_build_object(
    'warehouse_id', new.warehouse_id, 'product_id', new.product_id, 'available', new.available, 'reorder_point', new.reorder_point));
  return null;
end
$$;
comment on function private.tg_inventory__tell_low() is
  'Tells once that less is available of a balance than its reorder point: not again with every movement below it, only when it has been above in between.';
create trigger _500_tell_low after update of on_hand, reserved on public.inventory for each row
when (new.is_below and not old.is_below and new.reorder_point = old.reorder_point) execute function private.tg_inventory__tell_low();

create table private.expiry_warnings (
  tenant_id uuid not null,
  batch_id uuid not null,
  expires_on date not null,
  warned_at timestamptz not null default now(),
  primary key (tenant_id, batch_id),
  foreign key (tenant_id, batch_id) references public.batches (tenant_id, id)
);
select private.force_policies('private.expiry_warnings');
comment on table private.expiry_warnings is 'Batches of which it was told that they are nearly expired.';

create function private.tell_nearly_expired() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  near record;
  told bigint := 0;
begin
  for near in
    insert into private.expiry_warnings (tenant_id, batch_id, expires_on)
    select b.tenant_id, b.id, b.expires_on
    from public.tenants t
    join public.batches b on b.tenant_id = t.id and b.expires_on <= private.tenant_today(t.id) + 30
    where exists (select from public.batch_stock s where s.tenant_id = b.tenant_id and s.batch_id = b.id and s.on_hand > 0)
      and not exists (select from private.expiry_warnings w where w.tenant_id = b.tenant_id and w.batch_id = b.id)
    order by b.tenant_id, b.id
    limit 1000
    on conflict do nothing
    returning *
  loop
    perform private.publish_event(near.tenant_id, 'batch.nearly_expired', 'batch', near.batch_id, 0, pg_catalog.jsonb_build_object('expires_on', near.expires_on));
    told := told + 1;
  end loop;
  return told;
end
$$;
comment on function private.tell_nearly_expired() is 'Maintenance: tells once of every batch that is in stock and lasts 30 days or less, by the company''s calendar.';
select private.maintain('tell_nearly_expired', 'nearly_expired');

create function private.stock_ageing(place_id uuid default null)
returns table (warehouse_id uuid, warehouse_name text, product_id uuid, product_name text, product_sku text, unit text, on_hand numeric, up_to_30 numeric, up_to_60 numeric, up_to_90 numeric, older numeric, oldest_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  tenant constant uuid := private.require_permission('inventory.view');
  scope constant uuid := private.scope_warehouse_id();
  hidden constant uuid[] := private.counted_blind();
begin
  if place_id is not null and not exists (select from public.warehouses w where w.tenant_id = tenant and w.id = place_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('place_id', place_id));
  end if;
  return query
  with there as (
    select i.warehouse_id, i.product_id, sum(i.on_hand) as on_hand
    from public.inventory i join public.warehouses w on w.tenant_id = i.tenant_id and w.id = i.warehouse_id and w.kind <> 'transit'
    where i.tenant_id = tenant and i.on_hand > 0 and (place_id is null or i.warehouse_id = place_id)
      and (scope is null or i.warehouse_id = scope) and i.warehouse_id <> all (hidden)
    group by i.warehouse_id, i.product_id
  ),
  -- What came first is gone first: what is there is the youngest of what came. A change of condition brings nothing.
  came as (
    select t.warehouse_id, t.product_id, t.on_hand, x.occurred_at, x.quantity,
      sum(x.quantity) over (partition by t.warehouse_id, t.product_id order by x.occurred_at desc, x.id desc) - x.quantity as younger
    from there t
    join public.inventory_transactions x on x.tenant_id = tenant and x.warehouse_id = t.warehouse_id and x.product_id = t.product_id
      and x.quantity > 0 and x.kind <> 'condition_change'
  ),
  left_over as (
    select c.warehouse_id, c.product_id, c.on_hand, c.occurred_at, least(c.quantity, c.on_hand - c.younger) as quantity,
      extract(day from pg_catalog.now() - c.occurred_at) as age
    from came c where c.younger < c.on_hand
  )
  select l.warehouse_id, w.name, l.product_id, p.name, p.sku, p.unit, max(l.on_hand),
    coalesce(sum(l.quantity) filter (where l.age < 30), 0), coalesce(sum(l.quantity) filter (where l.age >= 30 and l.age < 60), 0),
    coalesce(sum(l.quantity) filter (where l.age >= 60 and l.age < 90), 0), coalesce(sum(l.quantity) filter (where l.age >= 90), 0), min(l.occurred_at)
  from left_over l
  join public.warehouses w on w.tenant_id = tenant and w.id = l.warehouse_id
  join public.products p on p.tenant_id = tenant and p.id = l.product_id
  group by l.warehouse_id, w.name, l.product_id, p.name, p.sku, p.unit
  order by min(l.occurred_at), p.name, l.warehouse_id
  limit 1000;
end
$$;
comment on function private.stock_ageing(uuid) is
  'How long what is in stock has lain in its place, in base units of all conditions: of one place, or of all that the caller may see, the oldest first, at most 1000 rows. What came first is taken to be gone first; a transfer begins anew where it arrives. Places that the caller counts just now are left out. Needs inventory.view. Raises record_not_found.';
select private.expose('stock_ageing');
