-- Family 05, catalogue: which price applies.

select private.register_error('lines_invalid', 422, 'Some lines are not valid.', 'Correct the lines named in the details.');

create type private.order_line as (line_number integer, product_id uuid, quantity numeric, problem text);
comment on type private.order_line is 'A line that was read: quantity in base units, and what is wrong with it.';

create function private.read_lines(tenant uuid, lines jsonb, kept jsonb default '[]') returns private.order_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  parsed private.order_line[];
  problems jsonb;
  products uuid[];
begin
  if pg_catalog.jsonb_typeof(lines) is distinct from 'array' or pg_catalog.jsonb_array_length(lines) not between 1 and 500 then
    perform private.fail('lines_invalid', '{"lines": "an array of 1 to 500 lines is needed"}');
  end if;
  -- Named beforehand, else a plan for lines of any number reads the whole catalogue for each order.
  products := array(select private.uuid_or_null(e.line ->> 'product_id') from pg_catalog.jsonb_array_elements(lines) as e (line));
  parsed := array(
    select row(x.n, x.product, x.quantity, case
      when x.sold is null then 'product_unknown'
      when x.pack is not null and x.pack_id is null then 'pack_unknown'
      when x.quantity is null or x.quantity <= 0 then 'quantity_not_positive'
      when not (x.sold).is_active and x.together > x.kept then 'product_inactive'
      when x.quantity > 99999999 then 'quantity_too_large'
      when x.quantity <> round(x.quantity, 3) then 'quantity_has_more_than_three_decimals'
      when x.together <> x.kept then private.quantity_problem(x.sold, x.together) end)::private.order_line
    from (
      select w.n, w.product, w.pack, k.id as pack_id, p as sold, q.quantity, sum(q.quantity) over (partition by w.product) as together,
        coalesce((select sum(h.quantity) from pg_catalog.jsonb_to_recordset(kept) as h (product_id uuid, quantity numeric) where h.product_id = w.product), 0) as kept
      from (
        select e.n, private.uuid_or_null(e.line ->> 'product_id') as product, e.line ->> 'pack_id' as pack,
          -- Longer numbers cannot be quantities, and converting them could take long.
          case when pg_catalog.length(e.line ->> 'quantity') <= 30 and (e.line ->> 'quantity') ~ '^-?[0-9]+(\.[0-9]+)?$' then (e.line ->> 'quantity')::numeric end as quantity
        from pg_catalog.jsonb_array_elements(lines) with ordinality as e (line, n)
      ) w
      left join public.products p on p.tenant_id = tenant and p.id = any (products) and p.id = w.product
      left join public.product_packs k on k.tenant_id = tenant and k.product_id = any (products) and k.product_id = p.id and k.id = private.uuid_or_null(w.pack)
      cross join lateral (select w.quantity * coalesce(k.factor, 1) as quantity) q
    ) x
    order by x.n
  );
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', l.line_number, 'product_id', l.product_id, 'sku', p.sku, 'name', p.name, 'quantity', l.quantity, 'problem', l.problem)
    || case when l.problem = private.quantity_problem(p, l.together) then pg_catalog.jsonb_build_object('allowed', private.allowed_quantities(p, l.together), 'unit', p.unit) else '{}' end order by l.line_number)
  into problems
  from (select r.*, sum(r.quantity) over (partition by r.product_id) as together from pg_catalog.unnest(parsed) r) l
  left join public.products p on p.tenant_id = tenant and p.id = l.product_id
  where l.problem is not null;
  if problems is not null then
    perform private.fail('lines_invalid', pg_catalog.jsonb_build_object('lines', problems));
  end if;
  return parsed;
end
$$;
comment on function private.read_lines(uuid, jsonb, jsonb) is
  'Order lines [{product_id, quantity, pack_id?}] in base units, in the order given; the same product may appear twice. What the order has already (kept, in the same form) it may keep: as much of a product that is no longer sold, and the same quantity of one that is ordered in other quantities today. Raises lines_invalid naming every bad line with its product, and with the nearest quantities that can be ordered (allowed, of all lines of the product together, in its unit).';

create function private.resolve_prices(tenant uuid, customer uuid, lines jsonb, priced_on date, kept jsonb default '[]')
returns table (line_number integer, product_id uuid, quantity numeric, unit_price numeric, price_source text, tax_rate numeric, taxes jsonb, price_includes_tax boolean, is_bundle boolean)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  is_exempt constant boolean := (select c.tax_exemption_reason is not null from public.customers c where c.tenant_id = tenant and c.id = customer);
  read constant private.order_line[] := private.read_lines(tenant, lines, kept);
  products constant uuid[] := array(select r.product_id from pg_catalog.unnest(read) r);
begin
  return query
  with recursive lists as (
    select l.id, l.prices_include_tax, l.based_on_id, l.based_on_percent, 0 as depth, 1::numeric as share, case
        when l.id = c.price_list_id then 1
        when l.customer_type = coalesce(c.customer_type, 'retail') then 2
        when l.territory_id = c.territory_id then 3
        else 4 end as tier
    from (select 1) buyer
    left join public.customers c on c.tenant_id = tenant and c.id = customer
    join public.price_lists l on l.tenant_id = tenant and l.is_active
      and l.valid_from <= priced_on and (l.valid_to is null or l.valid_to >= priced_on)
      and (l.id = c.price_list_id or l.customer_type = coalesce(c.customer_type, 'retail') or l.territory_id = c.territory_id or l.is_default)
    where customer is null or c.id is not null
    union all
    select b.id, b.prices_include_tax, b.based_on_id, b.based_on_percent, l.depth + 1, l.share * (1 + l.based_on_percent / 100), l.tier
    from lists l
    join public.price_lists b on b.tenant_id = tenant and b.id = l.based_on_id and b.is_active
      and b.valid_from <= priced_on and (b.valid_to is null or b.valid_to >= priced_on)
  )
  select r.line_number, r.product_id, r.quantity,
    case when is_exempt and b.prices_include_tax then private.line_net(1, b.price, p.tax_rate, true) else coalesce(b.price, p.base_price) end,
    coalesce((array['customer', 'customer_type', 'territory', 'default'])[b.tier], 'base'),
    case when is_exempt then 0 else p.tax_rate end, case when is_exempt then '[]' else p.taxes end, not is_exempt and coalesce(b.prices_include_tax, false), p.composition = 'bundle'
  from pg_catalog.unnest(read) r
  join public.products p on p.tenant_id = tenant and p.id = any (products) and p.id = r.product_id
  left join lateral (
    select round(i.price * l.share, 2) as price, l.tier, l.prices_include_tax
    from lists l
    join public.price_list_items i on i.tenant_id = tenant and i.price_list_id = l.id and i.product_id = r.product_id and i.min_quantity <= r.quantity
    order by l.tier, l.depth, i.min_quantity desc
    limit 1
  ) b on true
  order by r.line_number;
end
$$;
comment on function private.resolve_prices(uuid, uuid, jsonb, date, jsonb) is
  'Price per line: the first list that knows the product, in the order customer, customer type, territory, default, with the highest quantity step reached, its own price before that of the list it builds on; else the base price; before tax, or with it where the list says so. Who is exempt is charged none. Without a customer: as somebody new pays, who is of the type retail. Raises lines_invalid.';
