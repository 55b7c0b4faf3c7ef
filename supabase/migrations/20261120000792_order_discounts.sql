-- Family 07, orders: what promotions take off an order (docs/decisions/0030).

create table public.order_discounts (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  order_id uuid not null,
  order_item_id uuid not null,
  promotion_id uuid,
  bundle_product_id uuid,
  name text not null,
  first_order_id uuid not null,
  amount numeric(14,2) not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique nulls not distinct (tenant_id, order_item_id, promotion_id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, order_item_id) references public.order_items (tenant_id, id) on delete cascade,
  foreign key (tenant_id, promotion_id) references public.promotions (tenant_id, id),
  foreign key (tenant_id, bundle_product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, first_order_id) references public.orders (tenant_id, id),
  constraint discount_is_of_a_promotion_or_a_bundle check (num_nonnulls(promotion_id, bundle_product_id) = 1),
  constraint discount_takes_something_off check (amount > 0 and amount <= 999999999999.99)
);
create index order_discounts_order on public.order_discounts (tenant_id, order_id);
create index order_discounts_promotion on public.order_discounts (tenant_id, promotion_id, order_id) include (first_order_id, amount);
create index order_discounts_bundle_product on public.order_discounts (tenant_id, bundle_product_id) where bundle_product_id is not null;
create index order_discounts_first_order on public.order_discounts (tenant_id, first_order_id);
comment on table public.order_discounts is
  'What a promotion takes off a line, or a bundle that costs less than its parts, in the currency of the order, as the price says it: with the tax where that has it. Written with the lines; what budgets and limits are counted by.';
comment on column public.order_discounts.first_order_id is 'The order that was given it; a backorder takes it along, and both are one use.';
select private.manage_part('public.order_discounts', 'order_id', 'order_item_id', 'promotion_id', 'amount');

create function private.first_order(tenant uuid, order_id uuid) returns uuid
language sql stable security definer set search_path = ''
as $$
  with recursive orders as (
    select o.id, o.backorder_of_id from public.orders o where o.tenant_id = tenant and o.id = order_id
    union all
    select o.id, o.backorder_of_id from orders b join public.orders o on o.tenant_id = tenant and o.id = b.backorder_of_id
  )
  select b.id from orders b where b.backorder_of_id is null
$$;
comment on function private.first_order(uuid, uuid) is 'The order that a backorder goes back to; an order that is none, itself.';

create function private.promotion_used(offer public.promotions, customer uuid, except_order uuid) returns table (amount numeric, uses bigint, own_uses bigint)
language plpgsql stable security definer set search_path = ''
as $$
declare
  root constant uuid := private.first_order(offer.tenant_id, except_order);
begin
  return query
  select coalesce(sum(d.amount) filter (where d.order_id is distinct from except_order), 0),
    count(distinct d.first_order_id) filter (where d.first_order_id is distinct from root),
    count(distinct d.first_order_id) filter (where d.first_order_id is distinct from root and o.customer_id = customer)
  from public.order_discounts d
  join public.orders o on o.tenant_id = d.tenant_id and o.id = d.order_id
  where d.tenant_id = offer.tenant_id and d.promotion_id = offer.id and o.status not in ('draft', 'rejected', 'cancelled', 'failed');
end
$$;
comment on function private.promotion_used(public.promotions, uuid, uuid) is
  'What orders that stand were given by a promotion, how many they are, and how many of them are a customer''s; without one order, which is priced anew. Drafts take nothing; who is cancelled, rejected or failed gives it back by being that.';

create function private.is_limited(offer public.promotions) returns boolean
language sql immutable parallel safe
return num_nonnulls(offer.budget_amount, offer.budget_uses, offer.customer_uses) > 0;
comment on function private.is_limited(public.promotions) is 'Whether a promotion ends when enough was given.';

create function private.products_of(priced private.priced_line[]) returns uuid[]
language sql immutable parallel safe
return array(select distinct coalesce(l.bundle_product_id, l.product_id) from pg_catalog.unnest(priced) l);
comment on function private.products_of(private.priced_line[]) is 'The products that were asked for; of a bundle, the bundle.';

create function private.hold_promotions(tenant uuid, customer uuid, priced private.priced_line[]) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from public.promotions p where p.tenant_id = tenant and p.is_active and private.is_limited(p)) then
    return;
  end if;
  -- After the customer and before the balances, like everything that decides.
  perform from public.customers c where c.tenant_id = tenant and c.id = customer for no key update;
  perform from public.promotions h
  where h.tenant_id = tenant and h.id in (
    select (f.offer).id from private.promotions_for(tenant, customer, private.products_of(priced)) f
    where private.is_limited(f.offer) and f.covered <> '{}'
  )
  order by h.id
  for no key update;
end
$$;
comment on function private.hold_promotions(uuid, uuid, private.priced_line[]) is
  'Has orders that may take from the same budget or limit be priced one after the other. Locks the customer and the promotions; nothing where no promotion is limited.';

create function private.promote(tenant uuid, customer uuid, target public.orders, priced private.priced_line[]) returns private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  promoted private.priced_line[];
  gifts jsonb;
begin
  if not exists (select from public.promotions p where p.tenant_id = tenant and p.is_active) then
    return priced;
  end if;
  with offers as materialized (
    select p.id, p.name, p.kind, p.percent, p.amount, p.buy_quantity, p.get_quantity, p.gift_product_id, p.min_quantity, p.min_amount,
      coalesce(p.budget_amount - u.amount, 'Infinity') as left_over, f.covered
    from private.promotions_for(tenant, customer, private.products_of(priced)) f
    cross join lateral (select (f.offer).*) p
    left join lateral private.promotion_used(f.offer, customer, target.id) u on private.is_limited(f.offer)
    where f.covered <> '{}' and (p.budget_amount > u.amount) is not false and (p.budget_uses > u.uses) is not false and (p.customer_uses > u.own_uses) is not false
  ), covered as materialized (
    select o.*, l.line_number, l.product_id, l.quantity, l.unit_price, w.worth,
      sum(l.quantity) over (partition by o.id) as all_quantity, sum(w.worth) over (partition by o.id) as all_worth,
      sum(l.quantity) over (partition by o.id, l.product_id) as of_product,
      sum(l.quantity) over (partition by o.id, l.product_id order by l.line_number) - l.quantity as of_product_before
    from offers o
    join pg_catalog.unnest(priced) l on coalesce(l.bundle_product_id, l.product_id) = any (o.covered)
    cross join lateral (select round(l.quantity * l.unit_price, 2) - l.discount_amount as worth) w
  ), reached as materialized (
    select c.* from covered c where (c.all_quantity >= c.min_quantity) is not false and (c.all_worth >= c.min_amount) is not false
  ), best as (
    -- Of those about the line, the one that takes most off it.
    select distinct on (r.line_number) r.id, r.name, r.line_number, r.left_over, a.amount
    from reached r
    cross join lateral (
      select case r.kind
        when 'line_percent' then round(r.worth * r.percent / 100, 2)
        when 'line_amount' then least(r.worth, round(r.quantity * r.amount, 2))
        when 'buy_get' then round(r.worth * greatest(0, least(r.quantity, r.get_quantity * pg_catalog.floor(r.of_product / (r.buy_quantity + r.get_quantity)) - r.of_product_before)) / r.quantity, 2)
        else 0 end as amount
    ) a
    where a.amount > 0
    order by r.line_number, a.amount desc, r.id
  ), on_lines as materialized (
    select b.id, b.name, b.line_number, g.amount
    from (select b.*, sum(b.amount) over (partition by b.id order by b.line_number) - b.amount as before from best b) b
    cross join lateral (select least(b.amount, b.left_over - b.before) as amount) g
    where g.amount > 0
  ), still as (
    -- What the lines come to after that, for those about the order.
    select r.id, r.name, r.kind, r.percent, r.amount, r.left_over, r.line_number, r.worth - coalesce(g.amount, 0) as worth
    from reached r left join on_lines g on g.line_number = r.line_number
    where r.kind in ('order_percent', 'order_amount')
  ), on_order as materialized (
    select s.id, least(s.left_over, case s.kind when 'order_percent' then round(sum(s.worth) * s.percent / 100, 2) else least(s.amount, sum(s.worth)) end) as amount, sum(s.worth) as worth
    from still s group by s.id, s.kind, s.percent, s.amount, s.left_over
    having sum(s.worth) > 0
    order by 2 desc, s.id limit 1
  ), given as (
    select g.id, g.name, g.line_number, g.amount from on_lines g
    union all
    -- Each line its share; the differences of rounded sums come to the whole, to the cent.
    select s.id, s.name, s.line_number,
      round(o.amount * sum(s.worth) over running / o.worth, 2) - round(o.amount * (sum(s.worth) over running - s.worth) / o.worth, 2)
    from still s join on_order o on o.id = s.id
    window running as (order by s.line_number)
  ), discounts as (
    select g.line_number, sum(g.amount) as amount,
      pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('promotion_id', g.id, 'name', g.name, 'amount', g.amount) order by g.amount desc, g.id) as list
    from given g where g.amount > 0 group by g.line_number
  )
  select array(
      select row(l.line_number, l.product_id, l.quantity, l.unit_price, l.price_source, l.tax_rate, l.taxes, l.price_includes_tax,
        l.discount_amount + coalesce(d.amount, 0), case when d.list is null then l.discounts else coalesce(l.discounts, '[]') || d.list end, false, l.entered, l.bundle_product_id, l.bundle_quantity)::private.priced_line
      from pg_catalog.unnest(priced) l left join discounts d on d.line_number = l.line_number order by l.line_number),
    (select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('promotion_id', f.id, 'name', f.name, 'left_over', nullif(f.left_over, 'Infinity'), 'product_id', f.gift_product_id, 'quantity', f.quantity) order by f.id)
      from (
        select r.id, r.name, r.left_over, r.gift_product_id,
          min(r.get_quantity * case when r.buy_quantity is null then 1 else pg_catalog.floor(r.all_quantity / r.buy_quantity) end) as quantity
        from reached r where r.kind = 'free_goods' group by r.id, r.name, r.left_over, r.gift_product_id
      ) f
      join public.products p on p.tenant_id = tenant and p.id = f.gift_product_id and p.is_active
      where f.quantity > 0)
  into promoted, gifts;
  if gifts is null then
    return promoted;
  end if;
  return promoted || array(
    select row((select max(l.line_number) from pg_catalog.unnest(priced) l) + pg_catalog.row_number() over (order by r.line_number), r.product_id, q.quantity, r.unit_price, r.price_source,
      r.tax_rate, r.taxes, r.price_includes_tax, round(q.quantity * r.unit_price, 2),
      case when r.unit_price > 0 then pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('promotion_id', g.value -> 'promotion_id', 'name', g.value -> 'name', 'amount', round(q.quantity * r.unit_price, 2))) end,
      true, null, null, null)::private.priced_line
    from pg_catalog.jsonb_array_elements(gifts) with ordinality g (value, n)
    join private.resolve_prices(tenant, customer, gifts, private.tenant_today(tenant), gifts) r on r.line_number = g.n
    -- Of what the budget does not reach for, there are whole steps at least.
    cross join lateral (select case when (r.quantity * r.unit_price <= (g.value ->> 'left_over')::numeric) is not false then r.quantity
      else pg_catalog.floor((g.value ->> 'left_over')::numeric / r.unit_price) end as quantity) q
    where q.quantity > 0
    order by r.line_number);
end
$$;
comment on function private.promote(uuid, uuid, public.orders, private.priced_line[]) is
  'Priced lines with what today''s promotions take off them, and the gifts as lines of their own after them. target: the order that is priced anew, whose own share of budgets and limits is free for it; null for a new one. Never more than a line comes to, than a budget has left, or for more orders than a limit says.';

create function private.write_discounts(tenant uuid, order_id uuid, priced private.priced_line[]) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if not exists (select from pg_catalog.unnest(priced) l where l.discounts is not null) then
    return;
  end if;
  insert into public.order_discounts (tenant_id, order_id, order_item_id, promotion_id, bundle_product_id, name, first_order_id, amount)
  select tenant, order_id, i.id, d.promotion_id, d.bundle_product_id, d.name, private.first_order(tenant, order_id), d.amount
  from pg_catalog.unnest(priced) l
  join public.order_items i on i.tenant_id = tenant and i.order_id = write_discounts.order_id and i.line_number = l.line_number
  cross join lateral pg_catalog.jsonb_to_recordset(l.discounts) as d (promotion_id uuid, bundle_product_id uuid, name text, amount numeric);
end
$$;
comment on function private.write_discounts(uuid, uuid, private.priced_line[]) is 'Writes down which promotion takes how much off the lines of an order, which are there.';

create function private.clear_discounts(target public.orders) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from public.order_items i where i.tenant_id = target.tenant_id and i.order_id = target.id and (i.is_gift or i.discount_amount > 0)) then
    delete from public.order_discounts d where d.tenant_id = target.tenant_id and d.order_id = target.id;
    delete from public.order_items i where i.tenant_id = target.tenant_id and i.order_id = target.id and i.is_gift;
  end if;
end
$$;
comment on function private.clear_discounts(public.orders) is 'Takes the gifts off an order that is priced anew, and what was noted of its discounts.';

create function private.split_discounts(target public.orders, backorder public.orders, cover jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from public.order_discounts d where d.tenant_id = target.tenant_id and d.order_id = target.id) then
    return;
  end if;
  with parts as (
    select d.id, d.promotion_id, d.bundle_product_id, d.name, d.first_order_id, c.missing, c.covered, b.id as backorder_item,
      private.part_of_discount(l.discount_amount, l.unit_price, l.quantity, c.covered) as here,
      private.part_of_discount(l.discount_amount, l.unit_price, l.quantity, c.missing) as there,
      l.discount_amount as whole, d.amount, sum(d.amount) over (partition by l.id order by d.id) as running
    from (
      select c.*, pg_catalog.row_number() over (partition by c.missing > 0 order by c.line_number) as n
      from pg_catalog.jsonb_to_recordset(cover) as c (id uuid, line_number integer, missing numeric, covered numeric)
    ) c
    join public.order_items l on l.tenant_id = target.tenant_id and l.id = c.id
    join public.order_discounts d on d.tenant_id = l.tenant_id and d.order_item_id = l.id
    left join public.order_items b on b.tenant_id = target.tenant_id and b.order_id = backorder.id and b.line_number = c.n and c.missing > 0
  ), shares as materialized (
    select p.*, round(p.here * p.running / p.whole, 2) - round(p.here * (p.running - p.amount) / p.whole, 2) as stays,
      round(p.there * p.running / p.whole, 2) - round(p.there * (p.running - p.amount) / p.whole, 2) as goes
    from parts p
  ), gone as (
    delete from public.order_discounts d using shares s where s.missing > 0 and s.stays = 0 and d.tenant_id = target.tenant_id and d.id = s.id
  ), kept as (
    update public.order_discounts d set amount = s.stays from shares s where s.missing > 0 and s.stays > 0 and d.tenant_id = target.tenant_id and d.id = s.id
  )
  insert into public.order_discounts (tenant_id, order_id, order_item_id, promotion_id, bundle_product_id, name, first_order_id, amount)
  select target.tenant_id, backorder.id, s.backorder_item, s.promotion_id, s.bundle_product_id, s.name, s.first_order_id, s.goes from shares s where s.goes > 0 and s.backorder_item is not null;
end
$$;
comment on function private.split_discounts(public.orders, public.orders, jsonb) is
  'Shares what promotions take off between an order and its backorder, whose lines are there. cover as in private.split_backorder.';

create function private.discount_total(reduced public.orders) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(sum(i.discount_amount), 0)
    from public.orders o
    join public.order_items i on i.tenant_id = o.tenant_id and i.order_id = o.id
    where o.tenant_id = private.tenant_id('orders.view') and o.id = reduced.id
      and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id))
  );
end
$$;
comment on function private.discount_total(public.orders) is 'What promotions take off an order that the caller sees, as its prices say it. A computed field: select=*,discount_total.';
select private.expose('discount_total');

create function private.deposit_expected(ordered public.orders) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select private.deposits_expected(o.tenant_id, (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', i.product_id, 'quantity', i.quantity))
      from public.order_items i where i.tenant_id = o.tenant_id and i.order_id = o.id
    ))
    from public.orders o
    where o.tenant_id = private.tenant_id('orders.view') and o.id = ordered.id and o.is_done is false
      and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id))
  );
end
$$;
comment on function private.deposit_expected(public.orders) is
  'The deposits on the containers of an order that the caller sees, beside its total, if no empties come back; null once it is done, when its invoice tells them. A computed field: select=*,deposit_expected.';
select private.expose('deposit_expected');

create function private.promotion_given(offer public.promotions) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select pg_catalog.jsonb_build_object('amount', u.amount, 'uses', u.uses)
    from public.promotions p cross join lateral private.promotion_used(p, null, null) u
    where p.tenant_id = private.tenant_id('prices.view') and p.id = offer.id
  );
end
$$;
comment on function private.promotion_given(public.promotions) is 'What a promotion gave to orders that stand: {amount, uses: how many they are}. A computed field: select=*,promotion_given.';
select private.expose('promotion_given');

select private.derive('order_item_discount', 'What is off an order line, in the currency of the order: the sum of what promotions take off it.', $$
  select i.tenant_id, i.id, i.discount_amount,
    (select coalesce(sum(d.amount), 0) from public.order_discounts d where d.tenant_id = i.tenant_id and d.order_item_id = i.id)
  from public.order_items i
$$);
