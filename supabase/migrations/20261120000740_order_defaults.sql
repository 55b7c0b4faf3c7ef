-- Family 07, orders: what an order is likely to say before anybody typed it.

create function private.usual_depot(customer_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.create');
  buyer public.customers;
  served_from uuid;
begin
  select * into buyer from public.customers c
  where c.tenant_id = tenant and c.id = customer_id and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id));
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer_id));
  end if;
  select o.warehouse_id into served_from
  from public.orders o join public.warehouses w on w.tenant_id = o.tenant_id and w.id = o.warehouse_id
  where o.tenant_id = tenant and o.customer_id = buyer.id and w.is_active and private.sees_warehouse(w.id)
  order by o.created_at desc, o.id desc limit 1;
  if served_from is null then
    select o.warehouse_id into served_from
    from public.customers c
    cross join lateral (
      select l.warehouse_id, l.created_at from public.orders l
      where l.tenant_id = tenant and l.customer_id = c.id order by l.created_at desc limit 1
    ) o
    join public.warehouses w on w.tenant_id = tenant and w.id = o.warehouse_id
    where c.tenant_id = tenant and c.territory_id = buyer.territory_id and w.is_active and private.sees_warehouse(w.id)
    order by o.created_at desc limit 1;
  end if;
  if served_from is null then
    select w.id into served_from
    from public.customer_addresses a
    join public.warehouses w on w.tenant_id = a.tenant_id
    where a.tenant_id = tenant and a.customer_id = buyer.id and a.is_active and w.is_active and w.kind <> 'van' and private.sees_warehouse(w.id)
      and a.latitude is not null and w.latitude is not null
    -- Near enough for a comparison: degrees, those of longitude shortened by the latitude.
    order by a.is_default desc, (w.latitude - a.latitude) ^ 2 + ((w.longitude - a.longitude) * pg_catalog.cosd(a.latitude::double precision)::numeric) ^ 2, w.id
    limit 1;
  end if;
  return served_from;
end
$$;
comment on function private.usual_depot(uuid) is
  'The depot that a customer is served from: that of his last order, else of the last order of somebody in his territory, else the nearest one; null when nothing tells. Raises record_not_found.';
select private.expose('usual_depot');
