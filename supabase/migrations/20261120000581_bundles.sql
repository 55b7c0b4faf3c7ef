-- Family 05, catalogue: products that are made of others (docs/decisions/0036). How they are sold stands in …0793_order_bundles.sql.

create type public.product_composition as enum ('single', 'bundle', 'kit');

alter table public.products
  add column composition public.product_composition not null default 'single',
  add column costs_its_parts boolean not null default false,
  add constraint bundle_has_no_stock_of_its_own check (composition <> 'bundle' or (container_product_id is null and tracking = 'none' and not allows_fractions)),
  add constraint only_bundles_cost_their_parts check (not costs_its_parts or composition = 'bundle');
comment on column public.products.composition is
  'single; bundle: sold as one line, and its parts are what is reserved, shipped and billed; kit: put together of its parts beforehand and stock of its own.';
comment on column public.products.costs_its_parts is 'Whether a bundle costs what its parts cost together, instead of its own price.';
select private.register_error('bundle_has_no_stock_of_its_own', 422, 'A bundle is no stock of its own: it has no container, no batches and no parts of a unit.', 'Take these off, or make it a kit.');
select private.register_error('only_bundles_cost_their_parts', 422, 'Only a bundle costs what its parts cost.', 'Make it a bundle, or give it a price.');

create table public.product_components (
  like private.record including defaults including indexes,
  product_id uuid not null,
  component_id uuid not null,
  quantity numeric(14,3) not null,
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, component_id) references public.products (tenant_id, id),
  constraint component_is_there_once unique (tenant_id, product_id, component_id),
  constraint component_quantity_is_bounded check (quantity > 0 and quantity <= 100000)
);
create index product_components_component on public.product_components (tenant_id, component_id);
comment on table public.product_components is 'What a bundle or a kit is made of.';
comment on column public.product_components.quantity is 'Base units of the component in one base unit of the product.';
select private.register_error('component_quantity_is_bounded', 422, 'There is something of every part in it, at most 100000.', 'Enter a quantity above 0, up to 100000.');
select private.manage_table('public.product_components', 'product_component');
select private.set_audience('product_component', 'products.view');
select private.register_error('component_taken', 409, 'The product has this part already.', 'Change its quantity instead.');
select private.refuse_taken('public.product_components', 'component_is_there_once', 'component_taken');
create trigger _150_hold_to_unit before insert or update of quantity, component_id on public.product_components for each row
when (mod(new.quantity, 1) <> 0) execute function private.tg__hold_to_unit('component_id', 'quantity');

select private.register_error('components_are_single', 409, 'Parts are products that are not made of others, and only bundles and kits have parts.', 'Make the product a bundle or a kit first, and choose a part that is neither.');
select private.register_error('product_is_a_part', 409, 'The product is a part of others.', 'Take it out of the products in the details first.');

create function private.tg_product_components__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Whoever makes one of the two something else waits until this part is there to be seen, and the other way round.
  perform from public.products p where p.tenant_id = new.tenant_id and p.id in (new.product_id, new.component_id) order by p.id for share;
  if exists (select from public.products p where p.tenant_id = new.tenant_id and p.id in (new.product_id, new.component_id) and (p.composition = 'single') <> (p.id = new.component_id))
    or new.product_id = new.component_id then
    perform private.fail('components_are_single', pg_catalog.jsonb_build_object('product_id', new.product_id, 'component_id', new.component_id));
  end if;
  return new;
end
$$;
comment on function private.tg_product_components__check() is 'A part is a single product, and what it is a part of is none; so nothing is made of itself. Raises components_are_single.';
create trigger _150_check before insert on public.product_components for each row execute function private.tg_product_components__check();

create function private.tg_products__compose() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  wholes jsonb;
begin
  if new.composition <> 'single' then
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name) order by p.sku) into wholes
    from public.product_components x join public.products p on p.tenant_id = x.tenant_id and p.id = x.product_id
    where x.tenant_id = new.tenant_id and x.component_id = new.id;
    if wholes is not null then
      perform private.fail('product_is_a_part', pg_catalog.jsonb_build_object('products', wholes));
    end if;
  end if;
  if new.composition = 'single' then
    delete from public.product_components x where x.tenant_id = new.tenant_id and x.product_id = new.id;
  end if;
  return new;
end
$$;
comment on function private.tg_products__compose() is 'What is a part of others is made of none; what becomes a single product loses its parts. Raises product_is_a_part.';
create trigger _150_compose before update of composition on public.products for each row
when (new.composition <> old.composition) execute function private.tg_products__compose();
