-- Family 07, orders: what an order is likely to say before anybody typed it.

create function private.depot_serving(buyer public.customers) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := buyer.tenant_id;
  sees_all constant boolean := private.is_unscoped();
  served_from uuid;
begin
  select o.warehouse_id into served_from
  from public.orders o join public.warehouses w on w.tenant_id = o.tenant_id and w.id = o.warehouse_id
  where o.tenant_id = tenant and o.customer_id = buyer.id and w.is_active and (sees_all or private.sees_warehouse(w.id))
  order by o.created_at desc, o.id desc limit 1;
  if served_from is null then
    select o.warehouse_id into served_from
    from public.customers c
    cross join lateral (
      select l.warehouse_id, l.created_at from public.orders l
      where l.tenant_id = tenant and l.customer_id = c.id order by l.created_at desc limit 1
    ) o
    join public.warehouses w on w.tenant_id = tenant and w.id = o.warehouse_id
    where c.tenant_id = tenant and c.territory_id = buyer.territory_id and w.is_active and (sees_all or private.sees_warehouse(w.id))
    order by o.created_at desc limit 1;
  end if;
  if served_from is null then
    select w.id into served_from
    from public.customer_addresses a
    join public.warehouses w on w.tenant_id = a.tenant_id
    where a.tenant_id = tenant and a.customer_id = buyer.id and a.is_active and w.is_active and w.kind <> 'van' and (sees_all or private.sees_warehouse(w.id))
      and a.latitude is not null and w.latitude is not null
    -- Near enough for a comparison: degrees, those of longitude shortened by the latitude.
    order by a.is_default desc, (w.latitude - a.latitude) ^ 2 + ((w.longitude - a.longitude) * pg_catalog.cosd(a.latitude::double precision)::numeric) ^ 2, w.id
    limit 1;
  end if;
  return served_from;
end
$$;
comment on function private.depot_serving(public.customers) is
  'The depot that a customer is served from: that of his last order, else of the last order of somebody in his territory, else the nearest one, of those that the caller sees; null when nothing tells.';

create function private.usual_depot(customer_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  return private.depot_serving(private.customer_served(private.require_permission('orders.create'), customer_id));
end
$$;
comment on function private.usual_depot(uuid) is
  'The depot that a customer is served from (private.depot_serving). Raises record_not_found.';
select private.expose('usual_depot');

create function private.basket_of(buyer public.customers)
returns table (product_id uuid, sku text, name text, unit text, quantity numeric, times bigint, of_orders bigint)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  tenant constant uuid := buyer.tenant_id;
begin
  return query
  with last as (
    select o.id from public.orders o
    where o.tenant_id = tenant and o.customer_id = buyer.id and o.backorder_of_id is null and o.reattempt_of_id is null
      and o.status not in ('draft', 'cancelled', 'rejected')
      and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id))
    order by o.created_at desc, o.id desc limit 6
  ), ordered as (
    -- What went into a backorder was ordered with the order that it comes from.
    select l.id, coalesce(b.product_id, i.product_id) as product_id, case when b.id is null then sum(i.quantity) else min(b.quantity) end as quantity
    from last l
    join public.orders o on o.tenant_id = tenant and (o.id = l.id or o.backorder_of_id = l.id)
    join public.order_items i on i.tenant_id = tenant and i.order_id = o.id and not i.is_gift
    left join public.order_bundles b on b.tenant_id = i.tenant_id and b.id = i.bundle_id
    group by l.id, b.id, coalesce(b.product_id, i.product_id)
  )
  select p.id, p.sku, p.name, p.unit, pg_catalog.percentile_disc(0.5) within group (order by b.quantity), count(*), (select count(*) from last)
  from ordered b
  join public.products p on p.tenant_id = tenant and p.id = b.product_id and p.is_active
  group by p.id, p.sku, p.name, p.unit
  having count(*) * 2 >= (select count(*) from last)
  order by count(*) desc, p.name;
end
$$;
comment on function private.basket_of(public.customers) is 'What public.usual_basket answers, for a customer whom the caller may order for.';

create function private.usual_basket(customer_id uuid)
returns table (product_id uuid, sku text, name text, unit text, quantity numeric, times bigint, of_orders bigint)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  return query select * from private.basket_of(private.customer_served(private.require_permission('orders.create'), usual_basket.customer_id));
end
$$;
comment on function private.usual_basket(uuid) is
  'What a customer usually orders: the products that are in at least half of his last six orders and are still sold, each in its middle quantity (base units), the most frequent first. times of of_orders: in how many of them. Raises record_not_found.';
select private.expose('usual_basket');
