-- Family 06, warehouse: balances against the stock ledger, and stock as it was.

select private.derive('inventory_on_hand', 'Stock of a product in one place and condition: the sum of its movements.', $$
  select i.tenant_id, i.id, i.on_hand,
    (select coalesce(sum(t.quantity), 0) from public.inventory_transactions t
      where t.tenant_id = i.tenant_id and t.warehouse_id = i.warehouse_id and t.product_id = i.product_id and t.condition = i.condition)
  from public.inventory i
  union all
  select t.tenant_id, t.product_id, null, sum(t.quantity)
  from public.inventory_transactions t
  where not exists (
    select from public.inventory i
    where i.tenant_id = t.tenant_id and i.warehouse_id = t.warehouse_id and i.product_id = t.product_id and i.condition = t.condition
  )
  group by t.tenant_id, t.warehouse_id, t.product_id, t.condition
$$);

create function private.stock_as_of(moment timestamptz, place_id uuid default null)
returns table (warehouse_id uuid, product_id uuid, condition public.stock_condition, on_hand numeric)
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
  select t.warehouse_id, t.product_id, t.condition, sum(t.quantity)
  from public.inventory_transactions t
  where t.tenant_id = tenant and t.occurred_at <= moment
    and (place_id is null or t.warehouse_id = place_id)
    and (scope is null or t.warehouse_id = scope)
    and t.warehouse_id <> all (hidden)
  group by t.warehouse_id, t.product_id, t.condition
  having sum(t.quantity) <> 0;
end
$$;
comment on function private.stock_as_of(timestamptz, uuid) is
  'Stock as it was at a moment, in base units, from the movements that had happened by then (those recorded later for an earlier time included): of one place, or of all that the caller may see. Places without stock are left out, and those that the caller counts just now. Needs inventory.view. Raises record_not_found.';
select private.expose('stock_as_of');
