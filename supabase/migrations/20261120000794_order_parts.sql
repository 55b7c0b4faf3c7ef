-- Family 07, orders: an order goes in parts, each an order of its own (docs/decisions/0050).

create type public.order_progress as enum ('open', 'partly_shipped', 'shipped', 'partly_delivered', 'delivered');

create function private.can_be_split(whole public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select count(*) > 1 or coalesce(max(i.quantity) > max(private.order_step(p)), false)
    from public.order_items i
    join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
    where i.tenant_id = whole.tenant_id and i.order_id = whole.id
  );
end
$$;
comment on function private.can_be_split(public.orders) is 'Whether there is more than one smallest quantity on an order.';

create function private.can_rejoin(part public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.orders o
    where o.tenant_id = part.tenant_id and o.id = part.backorder_of_id and o.status in ('approved', 'allocated') and o.customer_id = part.customer_id
  );
end
$$;
comment on function private.can_rejoin(public.orders) is 'Whether an order is a part of one that still stands in the depot.';

create function private.order_progress(part public.orders) returns public.order_progress
language plpgsql stable security definer set search_path = ''
as $$
declare
  asked public.orders;
begin
  select * into asked from public.orders o
  where o.tenant_id = private.tenant_id('orders.view') and o.id = part.id
    and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id));
  if asked.id is null then
    return null;
  end if;
  return (
    with recursive parts as (
      select asked.id, asked.status
      union all
      select o.id, o.status from parts p join public.orders o on o.tenant_id = asked.tenant_id and p.id in (o.backorder_of_id, o.reattempt_of_id)
    )
    select case
      when pg_catalog.bool_and(p.status = 'delivered') then 'delivered'
      when pg_catalog.bool_or(p.status = 'delivered') then 'partly_delivered'
      when pg_catalog.bool_and(p.status in ('dispatched', 'in_transit')) then 'shipped'
      when pg_catalog.bool_or(p.status in ('dispatched', 'in_transit')) then 'partly_shipped'
      else 'open' end::public.order_progress
    from parts p
    -- What failed and is tried again stands for itself in its second attempt.
    where p.status not in ('cancelled', 'rejected') and not (p.status = 'failed' and exists (
      select from public.orders n where n.tenant_id = asked.tenant_id and n.reattempt_of_id = p.id))
  );
end
$$;
comment on function private.order_progress(public.orders) is
  'How far an order that the caller sees has come with all its parts: backorders, what was split off, second attempts. A computed field: select=*,order_progress.';
select private.expose('order_progress');
