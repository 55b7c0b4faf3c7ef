-- Family 05, catalogue: a part of a unit is only where the product has parts.

select private.register_error('quantity_not_whole', 422, 'This product has no parts of a unit.', 'Enter a whole quantity; the details name the nearest ones. Or allow fractions for the product first.');

create function private.nearest_whole(quantity numeric) returns numeric[]
language sql immutable parallel safe
return array(select distinct pg_catalog.trim_scale(w) from (values (pg_catalog.floor(quantity)), (pg_catalog.ceil(quantity))) v (w) order by 1);
comment on function private.nearest_whole(numeric) is 'The whole quantities next to a quantity, below and above it.';

create function private.tg__hold_to_unit() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  product constant uuid := pg_catalog.to_jsonb(new) ->> tg_argv[0];
  part numeric;
  held public.products;
begin
  -- Whoever takes fractions away from the product waits until this row is there to be seen, and the other way round.
  select * into held from public.products p where p.tenant_id = new.tenant_id and p.id = product for share;
  if not held.allows_fractions then
    select (pg_catalog.to_jsonb(new) ->> a)::numeric into part
    from pg_catalog.unnest(tg_argv[1:]) a where mod((pg_catalog.to_jsonb(new) ->> a)::numeric, 1) <> 0 limit 1;
    perform private.fail('quantity_not_whole', pg_catalog.jsonb_build_object('items', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
      'product_id', held.id, 'sku', held.sku, 'name', held.name, 'quantity', part, 'problem', 'quantity_not_whole', 'allowed', private.nearest_whole(part), 'unit', held.unit))));
  end if;
  return new;
end
$$;
comment on function private.tg__hold_to_unit() is
  'Refuses a part of a unit of a product that has none: the column of the product, then those of the quantities. Called for rows with a part alone, so whole quantities cost nothing. Raises quantity_not_whole with the nearest ones (allowed).';

create function private.hold_to_unit(held regclass, variadic quantities text[]) returns void
language plpgsql set search_path = ''
as $$
begin
  -- mod(null, 1) is unknown, and null is no part of anything.
  execute pg_catalog.format('create trigger _150_hold_to_unit before insert or update of %s on %s for each row when (%s) execute function private.tg__hold_to_unit(%s)',
    (select pg_catalog.string_agg(pg_catalog.quote_ident(q), ', ') from pg_catalog.unnest(quantities) q),
    held,
    (select pg_catalog.string_agg(pg_catalog.format('mod(new.%I, 1) <> 0', q), ' or ') from pg_catalog.unnest(quantities) q),
    (select pg_catalog.string_agg(pg_catalog.quote_literal(a), ', ') from pg_catalog.unnest('{product_id}'::text[] || quantities) a));
end
$$;
comment on function private.hold_to_unit(regclass, text[]) is
  'Gives a table with quantities of a product (product_id) the rule that parts of a unit are only where the product allows fractions. Every such table has it; a test names those that need not.';

select private.hold_to_unit('public.product_packs', 'factor');
select private.hold_to_unit('public.price_list_items', 'min_quantity');

select private.register_error('container_is_whole', 422, 'What comes in a container has no parts, because its container has none.', 'Sell it by whole units, or without the container.');

create function private.tg_products__fit_container() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- A half crate of goods would be half an empty crate.
  perform from public.products c
  where c.tenant_id = new.tenant_id and c.id = new.container_product_id and not c.allows_fractions
  for share;
  if found then
    perform private.fail('container_is_whole', pg_catalog.jsonb_build_object('container_product_id', new.container_product_id));
  end if;
  return new;
end
$$;
comment on function private.tg_products__fit_container() is 'A product has parts only where its container has them, too: containers go with their goods, one for one. Raises container_is_whole.';
create trigger _150_fit_container before insert or update of allows_fractions, container_product_id on public.products for each row
when (new.allows_fractions and new.container_product_id is not null) execute function private.tg_products__fit_container();
