-- Family 06, warehouse: what to count next, because much of it moves or nobody has counted it for long.

create function private.count_suggestions(place_id uuid)
returns table (product_id uuid, product_name text, product_sku text, class text, moved numeric, last_counted_at timestamptz, due_on date, is_due boolean)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  tenant constant uuid := private.require_permission('inventory.view');
  today constant date := private.tenant_today(tenant);
begin
  if not private.sees_warehouse(place_id) or not exists (select from public.warehouses w where w.tenant_id = tenant and w.id = place_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('place_id', place_id));
  end if;
  if place_id = any (private.counted_blind()) then
    return;
  end if;
  return query
  with there as (
    select i.product_id, min(coalesce(i.last_counted_at, '-infinity')) as counted
    from public.inventory i
    where i.tenant_id = tenant and i.warehouse_id = place_id and (i.on_hand > 0 or i.condition = 'good')
    group by i.product_id
  ),
  left_here as (
    select t.product_id, -sum(t.quantity) as moved
    from public.inventory_transactions t
    where t.tenant_id = tenant and t.warehouse_id = place_id and t.quantity < 0 and t.kind in ('load', 'delivery', 'sale', 'transfer', 'refill')
      and t.occurred_at > pg_catalog.now() - interval '90 days'
    group by t.product_id
  ),
  -- At list prices: what goods cost us is not for everybody who counts.
  weighed as (
    select p.id, p.name, p.sku, coalesce(l.moved, 0) as moved, nullif(t.counted, '-infinity') as counted,
      coalesce(l.moved, 0) * p.base_price as weight
    from there t
    join public.products p on p.tenant_id = tenant and p.id = t.product_id and p.is_active
    left join left_here l on l.product_id = t.product_id
  ),
  classed as (
    select w.*, case
      when w.weight = 0 then 'C'
      when sum(w.weight) over before_it - w.weight < 0.80 * sum(w.weight) over () then 'A'
      when sum(w.weight) over before_it - w.weight < 0.95 * sum(w.weight) over () then 'B'
      else 'C' end as class
    from weighed w
    window before_it as (order by w.weight desc, w.id)
  ),
  planned as (
    select c.*, case when c.counted is null then today
      else today - extract(day from pg_catalog.now() - c.counted)::integer + case c.class when 'A' then 30 when 'B' then 90 else 180 end end as due_on
    from classed c
  )
  select p.id, p.name, p.sku, p.class, p.moved, p.counted, p.due_on, p.due_on <= today
  from planned p
  order by p.due_on <= today desc, p.class, p.due_on, p.name, p.id
  limit 1000;
end
$$;
comment on function private.count_suggestions(uuid) is
  'What of a place is counted next, what is due first: class A are the products that make 80 % of what left it in 90 days (quantity at list price), counted every 30 days; B the next 15 %, every 90; C the rest, every 180; what nobody has counted yet is due now. moved in base units. Nothing for who counts the place just now. Needs inventory.view. Raises record_not_found.';
select private.expose('count_suggestions');
