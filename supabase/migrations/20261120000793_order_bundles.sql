-- Family 07, orders: a bundle is sold as one line and goes its way as the lines of its parts (docs/decisions/0036).

create table public.order_bundles (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  order_id uuid not null,
  product_id uuid not null,
  product_sku text not null,
  product_name text not null,
  unit text not null,
  quantity numeric(14,3) not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999)
);
create index order_bundles_order on public.order_bundles (tenant_id, order_id);
create index order_bundles_product on public.order_bundles (tenant_id, product_id);
comment on table public.order_bundles is
  'A bundle on an order, as it was asked for. Its lines (order_items.bundle_id) are its parts: they are reserved, shipped, billed and come back one by one.';
select private.hold_to_unit('public.order_bundles', 'quantity');
select private.manage_part('public.order_bundles', 'order_id', 'product_id', 'quantity');

alter table public.order_items
  add column bundle_id uuid,
  add foreign key (tenant_id, bundle_id) references public.order_bundles (tenant_id, id);
create index order_items_bundle on public.order_items (tenant_id, bundle_id) where bundle_id is not null;
comment on column public.order_items.bundle_id is 'The bundle that it is a part of. Null again once the order was split into a backorder, when parts go different ways.';

create function private.unbundle(tenant uuid, customer uuid, priced private.priced_line[], kept jsonb) returns private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  problems jsonb;
  parts jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', l.line_number, 'product_id', p.id, 'sku', p.sku, 'name', p.name, 'quantity', l.quantity, 'problem', x.problem) order by l.line_number)
  into problems
  from pg_catalog.unnest(priced) l
  join public.products p on p.tenant_id = tenant and p.id = l.bundle_product_id
  cross join lateral (
    select case when count(*) = 0 then 'bundle_without_parts'
      when not pg_catalog.bool_and(s.is_active) and not kept @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('product_id', p.id)) then 'part_inactive' end as problem
    from public.product_components c join public.products s on s.tenant_id = tenant and s.id = c.component_id
    where c.tenant_id = tenant and c.product_id = p.id
  ) x
  where x.problem is not null;
  if problems is not null then
    perform private.fail('lines_invalid', pg_catalog.jsonb_build_object('lines', problems));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', c.component_id, 'quantity', l.quantity * c.quantity, 'of', l.line_number) order by l.line_number, c.id)
  into parts
  from pg_catalog.unnest(priced) l
  join public.product_components c on c.tenant_id = tenant and c.product_id = l.bundle_product_id;
  return array(
    with part as (
      select q.*, (w.part ->> 'of')::integer as entered, round(q.quantity * q.unit_price, 2) as worth
      from pg_catalog.jsonb_array_elements(parts) with ordinality w (part, n)
      join private.resolve_prices(tenant, customer, parts, private.tenant_today(tenant), parts) q on q.line_number = w.n
    ), whole as (
      -- What the parts are dearer than the bundle; both without the tax where only one of their prices has it.
      select l.line_number as entered, sum(t.worth) as worth, case when p.costs_its_parts then 0
        when pg_catalog.bool_and(t.price_includes_tax = l.price_includes_tax) then greatest(0, sum(t.worth) - round(l.quantity * l.unit_price, 2))
        else round(sum(t.worth) * greatest(0, 1 - private.line_net(l.quantity, l.unit_price, l.tax_rate, l.price_includes_tax)
          / nullif(sum(private.line_net(t.quantity, t.unit_price, t.tax_rate, t.price_includes_tax)), 0)), 2) end as discount
      from pg_catalog.unnest(priced) l
      join public.products p on p.tenant_id = tenant and p.id = l.bundle_product_id
      join part t on t.entered = l.line_number
      group by l.line_number, l.quantity, l.unit_price, l.tax_rate, l.price_includes_tax, p.costs_its_parts
    ), shared as (
      select t.*, coalesce(round(h.discount * sum(t.worth) over running / nullif(h.worth, 0), 2) - round(h.discount * (sum(t.worth) over running - t.worth) / nullif(h.worth, 0), 2), 0) as discount
      from part t join whole h using (entered)
      window running as (partition by t.entered order by t.line_number)
    )
    select row(pg_catalog.row_number() over (order by l.line_number, s.line_number), coalesce(s.product_id, l.product_id), coalesce(s.quantity, l.quantity), coalesce(s.unit_price, l.unit_price),
      coalesce(s.price_source, l.price_source), coalesce(s.tax_rate, l.tax_rate), coalesce(s.taxes, l.taxes), coalesce(s.price_includes_tax, l.price_includes_tax), coalesce(s.discount, 0),
      case when s.discount > 0 then pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('bundle_product_id', p.id, 'name', p.name, 'amount', s.discount)) end,
      false, l.line_number, l.bundle_product_id, l.bundle_quantity)::private.priced_line
    from pg_catalog.unnest(priced) l
    left join shared s on s.entered = l.line_number
    left join public.products p on p.tenant_id = tenant and p.id = l.bundle_product_id
    order by l.line_number, s.line_number
  );
end
$$;
comment on function private.unbundle(uuid, uuid, private.priced_line[], jsonb) is
  'Priced lines with the parts of bundles in their place, each at its own price, and what the bundle is cheaper than them off, shared in proportion to the cent. A bundle never costs more than its parts. Raises lines_invalid: a bundle without parts, or with one that is no longer sold.';

create function private.write_bundles(tenant uuid, order_id uuid, priced private.priced_line[]) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if not exists (select from pg_catalog.unnest(priced) l where l.bundle_product_id is not null) then
    return;
  end if;
  with bundles as (
    select private.uuid_v7() as id, l.entered, l.bundle_product_id, min(l.bundle_quantity) as quantity
    from pg_catalog.unnest(priced) l where l.bundle_product_id is not null group by l.entered, l.bundle_product_id
  ), written as (
    insert into public.order_bundles (id, tenant_id, order_id, product_id, product_sku, product_name, unit, quantity)
    select b.id, tenant, order_id, p.id, p.sku, p.name, p.unit, b.quantity
    from bundles b join public.products p on p.tenant_id = tenant and p.id = b.bundle_product_id
  )
  update public.order_items i set bundle_id = b.id
  from pg_catalog.unnest(priced) l join bundles b on b.entered = l.entered
  where i.tenant_id = tenant and i.order_id = write_bundles.order_id and i.line_number = l.line_number;
end
$$;
comment on function private.write_bundles(uuid, uuid, private.priced_line[]) is 'Writes down which lines of an order, which are there, are a bundle.';

create function private.part_bundles(target public.orders, cover jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  parted constant uuid[] := array(
    select distinct i.bundle_id
    from pg_catalog.jsonb_to_recordset(cover) as c (id uuid, missing numeric)
    join public.order_items i on i.tenant_id = target.tenant_id and i.id = c.id
    where c.missing > 0 and i.bundle_id is not null
  );
begin
  if pg_catalog.cardinality(parted) > 0 then
    update public.order_items i set bundle_id = null where i.tenant_id = target.tenant_id and i.order_id = target.id and i.bundle_id = any (parted);
    delete from public.order_bundles b where b.tenant_id = target.tenant_id and b.id = any (parted);
  end if;
end
$$;
comment on function private.part_bundles(public.orders, jsonb) is 'Parts of a bundle that do not go together any more are lines of their own, at their price. cover as in private.split_backorder.';
