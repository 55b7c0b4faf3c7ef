-- Family 06, warehouse: what stock is worth, at moving average cost (docs/decisions/0034).

create table public.stock_values (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  warehouse_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null,
  value numeric(16,2) not null default 0,
  primary key (tenant_id, id),
  constraint stock_values_of_one_place unique (tenant_id, warehouse_id, product_id, condition),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint value_is_bounded check (value between 0 and 9999999999999)
) with (fillfactor = 80);
create index stock_values_product on public.stock_values (tenant_id, product_id);
comment on table public.stock_values is
  'What a balance (inventory) cost, in the company''s currency before tax: the sum of what its movements brought and took. Apart from the balance, because more people see that. Changed by the stock ledger alone, under the lock of that balance.';
create trigger _200_guard_balance before insert or update of value on public.stock_values for each row execute function private.tg__guard_balance();
select private.force_policies('public.stock_values');

create table private.movement_values (
  tenant_id uuid not null,
  movement_id uuid not null,
  value numeric(16,2) not null,
  primary key (tenant_id, movement_id),
  foreign key (tenant_id, movement_id) references public.inventory_transactions (tenant_id, id),
  constraint value_is_bounded check (value <> 0 and value between -9999999999999 and 9999999999999)
);
comment on table private.movement_values is
  'What a movement of the stock ledger brought (positive) or took (negative) in money, append-only. A movement without a row was worth nothing. Read through stock_value_as_of and the figures.';
select private.protect_ledger('private.movement_values');

create table public.adjustment_costs (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  adjustment_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null,
  unit_cost numeric(14,2) not null,
  primary key (tenant_id, id),
  unique (tenant_id, adjustment_id, product_id, condition),
  foreign key (tenant_id, adjustment_id) references public.manual_adjustments (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint unit_cost_is_bounded check (unit_cost between 0 and 999999999)
);
create index adjustment_costs_product on public.adjustment_costs (tenant_id, product_id);
comment on table public.adjustment_costs is 'What came in by a line of an adjustment cost per base unit, before tax, where somebody said it; else it is what the product costs.';
select private.manage_part('public.adjustment_costs', 'adjustment_id', 'product_id', 'condition', 'unit_cost');

select private.register_error('costs_invalid', 422, 'The costs of some lines are not right.', 'Name a cost from 0 to 999999999 with at most two decimals, of what comes in only.');

create function private.name_costs(adjustment public.manual_adjustments, items jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  problems jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', i.n, 'problem', x.problem) order by i.n) into problems
  from pg_catalog.jsonb_array_elements(items) with ordinality as i (item, n)
  cross join lateral (select case when pg_catalog.jsonb_typeof(i.item -> 'unit_cost') = 'number' then (i.item ->> 'unit_cost')::numeric end as cost) c
  cross join lateral (select case
    when c.cost is null or c.cost not between 0 and 999999999 or c.cost <> round(c.cost, 2) then 'cost_not_readable'
    when (i.item ->> 'quantity')::numeric < 0 then 'nothing_comes_in' end as problem) x
  where coalesce(i.item -> 'unit_cost', 'null') <> 'null' and x.problem is not null;
  if problems is not null then
    perform private.fail('costs_invalid', pg_catalog.jsonb_build_object('items', problems));
  end if;
  if not exists (select from pg_catalog.jsonb_array_elements(items) i where coalesce(i -> 'unit_cost', 'null') <> 'null') then
    return;
  end if;
  if not private.has_permission(adjustment.tenant_id, 'prices.edit') then
    perform private.fail('permission_denied', '{"permission": "prices.edit"}');
  end if;
  insert into public.adjustment_costs (tenant_id, adjustment_id, product_id, condition, unit_cost)
  select adjustment.tenant_id, adjustment.id, (i ->> 'product_id')::uuid, coalesce(i ->> 'condition', 'good')::public.stock_condition, (i ->> 'unit_cost')::numeric
  from pg_catalog.jsonb_array_elements(items) i
  where coalesce(i -> 'unit_cost', 'null') <> 'null';
end
$$;
comment on function private.name_costs(public.manual_adjustments, jsonb) is
  'Keeps what the lines of an adjustment cost, where they say it: for people with prices.edit. Raises costs_invalid, which names every line and its problem, and permission_denied.';

-- Asked here, answered where goods are bought (docs/architecture.md, Families look one way).
create function private.purchase_value(tenant uuid, movement uuid) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return null;
end
$$;
comment on function private.purchase_value(uuid, uuid) is 'What goods cost that a movement of kind purchase brought, before tax: as they were ordered.';

create function private.tg_inventory_transactions__post_values() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- What leaves takes its part of what the balance is worth, the last unit all the rest. A transfer that arrives, or
  -- an adjustment that is taken back, takes along what it brought; what is found out late, its part of that time.
  insert into private.movement_values (tenant_id, movement_id, value)
  with moved as (
    select n.*, v.value, n.kind in ('reversal', 'transfer', 'transfer_loss') as is_of_document,
      i.on_hand - sum(n.quantity) over place as stock, -sum(least(n.quantity, 0)) over (place order by n.id) as gone
    from new_rows n
    join public.stock_values v using (tenant_id, warehouse_id, product_id, condition)
    join public.inventory i using (tenant_id, warehouse_id, product_id, condition)
    window place as (partition by n.tenant_id, n.warehouse_id, n.product_id, n.condition)
  ), parts as (
    select t.*, case when known.stock is null
      then round(t.value * least(t.gone, t.stock) / t.stock, 2) - round(t.value * least(t.gone + t.quantity, t.stock) / t.stock, 2)
      else round(known.value * -t.quantity / known.stock, 2) end as part
    from moved t
    left join lateral (
      select sum(x.quantity) as stock, greatest(coalesce(sum(m.value), 0), 0) as value
      from public.inventory_transactions x
      left join private.movement_values m on m.tenant_id = x.tenant_id and m.movement_id = x.id
      where x.tenant_id = t.tenant_id and x.warehouse_id = t.warehouse_id and x.product_id = t.product_id and x.condition = t.condition
        and x.id not in (select o.id from new_rows o)
        and case when t.is_of_document then x.reference_id = t.reference_id else x.occurred_at <= t.occurred_at end
        and (t.is_of_document or exists (
          select from public.inventory_transactions y
          where y.tenant_id = t.tenant_id and y.warehouse_id = t.warehouse_id and y.product_id = t.product_id and y.condition = t.condition
            and y.occurred_at > t.occurred_at and y.id not in (select o.id from new_rows o)
        ))
      having sum(x.quantity) > 0
    ) known on true
    where t.quantity < 0 and t.value > 0
  ), taken as (
    select p.tenant_id, p.id, p.warehouse_id, p.product_id, p.condition,
      case when p.gone >= p.stock then p.value else least(p.value, sum(p.part) over place) end as so_far
    from parts p
    window place as (partition by p.tenant_id, p.warehouse_id, p.product_id, p.condition order by p.id)
  ), values_taken as (
    select k.tenant_id, k.id, coalesce(pg_catalog.lag(k.so_far) over place, 0) - k.so_far as value
    from taken k
    window place as (partition by k.tenant_id, k.warehouse_id, k.product_id, k.condition order by k.id)
  )
  select f.tenant_id, f.id, f.value from values_taken f where f.value <> 0;

  -- What arrives is worth what left elsewhere under the same document, or was delivered and comes back; the rest is
  -- worth what somebody said, what the product costs, or what is there already.
  insert into private.movement_values (tenant_id, movement_id, value)
  with arrived as (
    select n.*, sum(n.quantity) over (partition by n.tenant_id, n.reference_id, n.product_id order by n.id) as come
    from new_rows n where n.quantity > 0
  ), documents as (
    select d.tenant_id, d.reference_id, d.product_id, d.kind, d.quantity, s.source
    from (
      select distinct on (a.tenant_id, a.reference_id, a.product_id) a.tenant_id, a.reference_id, a.product_id, a.kind, a.quantity, a.id from arrived a
      where a.kind not in ('opening', 'count', 'offload_variance', 'purchase')
    ) d
    cross join lateral pg_catalog.unnest(array[d.reference_id] || case when d.kind = 'return' then (
      select private.delivered_by(x) from public.inventory_transactions x where x.tenant_id = d.tenant_id and x.id = d.id
    ) end) s (source)
  ), moves as materialized (
    -- What else moved under these documents, looked up once for all their lines.
    select x.tenant_id, x.reference_id, x.product_id, x.quantity, m.value
    from (select distinct d.tenant_id, d.source from documents d) q
    join public.inventory_transactions x on x.tenant_id = q.tenant_id and x.reference_id = q.source
    left join private.movement_values m on m.tenant_id = x.tenant_id and m.movement_id = x.id
    where x.id not in (select a.id from arrived a)
  ), pools as (
    -- What is filled or put together is worth all that went into it; what is taken apart shares it as its parts cost, at least a cent each.
    select g.tenant_id, g.reference_id, g.product_id, g.units, case when g.kind <> 'kitting' then g.value
      else round(g.value * sum(g.weight) over running / sum(g.weight) over whole, 2) - round(g.value * (sum(g.weight) over running - g.weight) / sum(g.weight) over whole, 2) end as value
    from (
      select d.tenant_id, d.reference_id, d.product_id, d.kind, case when d.kind in ('refill', 'kitting') then d.quantity else -sum(x.quantity) end as units, greatest(-coalesce(sum(x.value), 0), 0) as value,
        d.quantity * greatest((select k.cost_price from public.product_costs k where k.tenant_id = d.tenant_id and k.product_id = d.product_id), 0.01) as weight
      from (select distinct * from documents) d
      join moves x on x.tenant_id = d.tenant_id and x.reference_id = d.source and (x.product_id = d.product_id or d.kind in ('refill', 'kitting'))
      group by d.tenant_id, d.reference_id, d.product_id, d.kind, d.quantity
      having sum(x.quantity) < 0 and (d.kind not in ('refill', 'kitting') or sum(x.value) < 0)
    ) g
    window whole as (partition by g.tenant_id, g.reference_id), running as (whole order by g.product_id)
  ), before as (
    select i.tenant_id, i.warehouse_id, i.product_id, i.condition, v.value / (i.on_hand - sum(n.quantity)) as cost
    from new_rows n
    join public.inventory i using (tenant_id, warehouse_id, product_id, condition)
    join public.stock_values v using (tenant_id, warehouse_id, product_id, condition)
    group by i.tenant_id, i.warehouse_id, i.product_id, i.condition, i.on_hand, v.value
    having i.on_hand > sum(n.quantity)
  ), worth as (
    select a.tenant_id, a.id, case when a.kind = 'purchase' then private.purchase_value(a.tenant_id, a.id) when said.unit_cost is not null then round(a.quantity * said.unit_cost, 2) else
      coalesce(round(p.value * least(a.come, p.units) / p.units, 2) - round(p.value * least(a.come - a.quantity, p.units) / p.units, 2), 0)
      + round(case when p.units is null then a.quantity else greatest(a.come, p.units) - greatest(a.come - a.quantity, p.units) end * case
          when a.kind in ('count', 'offload_variance') then coalesce(b.cost, c.cost_price, 0)
          else coalesce(c.cost_price, b.cost, 0) end, 2)
      end as value
    from arrived a
    left join public.adjustment_costs said on said.tenant_id = a.tenant_id and said.adjustment_id = a.reference_id
      and said.product_id = a.product_id and said.condition = a.condition and a.kind <> 'reversal'
    left join pools p on p.tenant_id = a.tenant_id and p.reference_id = a.reference_id and p.product_id = a.product_id
    left join public.product_costs c on c.tenant_id = a.tenant_id and c.product_id = a.product_id
    left join before b on b.tenant_id = a.tenant_id and b.warehouse_id = a.warehouse_id and b.product_id = a.product_id and b.condition = a.condition
  )
  select w.tenant_id, w.id, w.value from worth w where w.value <> 0;

  insert into public.stock_values (tenant_id, warehouse_id, product_id, condition)
  select distinct n.tenant_id, n.warehouse_id, n.product_id, n.condition
  from new_rows n join private.movement_values m on m.tenant_id = n.tenant_id and m.movement_id = n.id
  where not exists (
    select from public.stock_values v
    where v.tenant_id = n.tenant_id and v.warehouse_id = n.warehouse_id and v.product_id = n.product_id and v.condition = n.condition
  );
  update public.stock_values v set value = v.value + c.value
  from (
    select n.tenant_id, n.warehouse_id, n.product_id, n.condition, sum(m.value) as value
    from new_rows n join private.movement_values m on m.tenant_id = n.tenant_id and m.movement_id = n.id
    group by n.tenant_id, n.warehouse_id, n.product_id, n.condition
  ) c
  where v.tenant_id = c.tenant_id and v.warehouse_id = c.warehouse_id and v.product_id = c.product_id and v.condition = c.condition;
  return null;
end
$$;
comment on function private.tg_inventory_transactions__post_values() is
  'Says what new ledger rows are worth, at moving average cost, and keeps it per balance. Runs when their balances are posted and locked.';
create trigger _320_post_values after insert on public.inventory_transactions
referencing new table as new_rows for each statement execute function private.tg_inventory_transactions__post_values();

select private.derive('stock_value', 'What a balance cost: the sum of what its movements brought and took; nothing where there is no stock.', $$
  select v.tenant_id, v.id, v.value, case when i.on_hand = 0 then 0 else
    (select coalesce(sum(m.value), 0) from public.inventory_transactions t
      join private.movement_values m on m.tenant_id = t.tenant_id and m.movement_id = t.id
      where t.tenant_id = v.tenant_id and t.warehouse_id = v.warehouse_id and t.product_id = v.product_id and t.condition = v.condition) end
  from public.stock_values v
  join public.inventory i using (tenant_id, warehouse_id, product_id, condition)
$$);

create view public.stock_valuation with (security_invoker = true) as
select v.tenant_id, i.id, v.warehouse_id, w.name as warehouse_name, v.product_id, p.name as product_name, p.sku as product_sku, p.unit, v.condition,
  i.on_hand, round(v.value / i.on_hand, 2) as unit_cost, v.value
from public.stock_values v
join public.inventory i using (tenant_id, warehouse_id, product_id, condition)
join public.warehouses w on w.tenant_id = v.tenant_id and w.id = v.warehouse_id
join public.products p on p.tenant_id = v.tenant_id and p.id = v.product_id
where i.on_hand > 0;
comment on view public.stock_valuation is
  'What is in stock with what it cost, per place, product and condition (id is that of inventory); unit_cost is its average, rounded, value the exact sum. Who counts a place does not see it. Stock that is worth nothing is not in it.';

create function private.stock_value_as_of(moment timestamptz, place_id uuid default null)
returns table (warehouse_id uuid, product_id uuid, condition public.stock_condition, on_hand numeric, value numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  tenant constant uuid := private.require_permission('reports.view');
begin
  return query
  select s.warehouse_id, s.product_id, s.condition, s.on_hand, coalesce(sum(m.value), 0)
  from private.stock_as_of(moment, place_id) s
  join public.inventory_transactions t on t.tenant_id = tenant and t.warehouse_id = s.warehouse_id and t.product_id = s.product_id and t.condition = s.condition
    and t.occurred_at <= moment
  left join private.movement_values m on m.tenant_id = t.tenant_id and m.movement_id = t.id
  group by s.warehouse_id, s.product_id, s.condition, s.on_hand;
end
$$;
comment on function private.stock_value_as_of(timestamptz, uuid) is
  'Stock as it was at a moment (stock_as_of) with what it cost, in the company''s currency before tax: of one place, or of all that the caller may see. Needs inventory.view and reports.view. Raises record_not_found.';
select private.expose('stock_value_as_of');
