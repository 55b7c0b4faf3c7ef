-- Family 06, warehouse: what has to be ordered again.

-- Asked here, answered where goods are bought (docs/architecture.md, Families look one way).
create function private.ordered_from_vendors(tenant uuid, place uuid, product uuid) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return 0;
end
$$;
comment on function private.ordered_from_vendors(uuid, uuid, uuid) is 'What vendors still bring of a product to a place, in base units.';

create view public.reorder_suggestions with (security_invoker = true) as
select s.tenant_id, s.id, s.warehouse_id, s.warehouse_name, s.product_id, s.product_name, s.product_sku, s.unit, s.on_hand, s.reserved, s.available, s.reorder_point, s.coming,
  2 * s.reorder_point - s.available - s.coming as suggested
from (
  select i.tenant_id, i.id, i.warehouse_id, w.name as warehouse_name, i.product_id, p.name as product_name, p.sku as product_sku, p.unit, i.on_hand, i.reserved, i.available, i.reorder_point,
    coalesce((
      select sum(l.quantity - l.received)
      from public.transfers t join public.transfer_items l on l.tenant_id = t.tenant_id and l.transfer_id = t.id
      where t.tenant_id = i.tenant_id and t.to_warehouse_id = i.warehouse_id and t.status in ('dispatched', 'partially_received')
        and l.product_id = i.product_id and l.condition = 'good'
    ), 0) + private.ordered_from_vendors(i.tenant_id, i.warehouse_id, i.product_id) as coming
  from public.inventory i
  join public.warehouses w on w.tenant_id = i.tenant_id and w.id = i.warehouse_id and w.is_active and w.kind <> 'van'
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.is_active
  where i.is_below
) s
where s.available + s.coming < s.reorder_point;
comment on view public.reorder_suggestions is
  'Good stock of depots and shops that falls below its reorder point even with what is on its way there by transfer or ordered from vendors, in base units: one row per balance (id is that of inventory).';
comment on column public.reorder_suggestions.coming is 'On its way there, or ordered and approved; people of the receiving place do not know what a transfer brings before they have counted, so for them that is 0.';
comment on column public.reorder_suggestions.suggested is 'What brings it to twice its reorder point: as much as is needed until the next order, and as much again.';
