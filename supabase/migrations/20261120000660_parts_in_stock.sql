-- Family 06, warehouse: a product has parts as long as parts of it are in stock.

select private.register_error('parts_in_stock', 409, 'Parts of a unit of this product are in stock.', 'Bring the places in the details to whole quantities first, by a count or an adjustment.');

create function private.tg_products__keep_parts() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  places jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('warehouse_id', w.id, 'name', w.name, 'condition', i.condition, 'on_hand', i.on_hand, 'reserved', i.reserved)) into places
  from public.inventory i join public.warehouses w on w.tenant_id = i.tenant_id and w.id = i.warehouse_id
  where i.tenant_id = new.tenant_id and i.product_id = new.id and (mod(i.on_hand, 1) <> 0 or mod(i.reserved, 1) <> 0);
  if places is not null then
    perform private.fail('parts_in_stock', pg_catalog.jsonb_build_object('places', places));
  end if;
  return new;
end
$$;
comment on function private.tg_products__keep_parts() is
  'Fractions are taken away from a product only where its stock is whole, else that could never be sold, moved or counted. Raises parts_in_stock.';
create trigger _150_keep_parts before update of allows_fractions on public.products for each row
when (old.allows_fractions and not new.allows_fractions) execute function private.tg_products__keep_parts();
