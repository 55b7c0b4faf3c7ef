-- Family 05, catalogue: products that are the same thing in several kinds, like flavour and size.

create table public.product_families (
  like private.record including defaults including indexes,
  name text not null,
  attributes text[] not null,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120),
  constraint family_has_attributes check (
    cardinality(attributes) between 1 and 3 and array_position(attributes, null) is null and '' <> all (attributes) and length(array_to_string(attributes, '')) <= 120)
);
comment on table public.product_families is
  'What its variants have in common, like a lemonade in several flavours and sizes. Each variant is a product of its own, with its stock, price and code; a family is nothing that can be ordered or priced.';
comment on column public.product_families.attributes is 'In what its variants differ, like {Flavour,Size}; said once.';
select private.register_error('family_has_attributes', 422, 'Variants differ in one to three attributes, each with a name.', 'Enter them, like Flavour and Size.');
select private.manage_table('public.product_families', 'product_family');
select private.set_audience('product_family', 'products.view');
select private.register_error('product_family_taken', 409, 'Another family has this name.', 'Choose another name, or use that family.');
select private.refuse_taken('public.product_families', 'product_families_tenant_id_name_key', 'product_family_taken');

alter table public.products
  add column family_id uuid,
  add column variant text[],
  add foreign key (tenant_id, family_id) references public.product_families (tenant_id, id),
  add constraint variant_is_of_a_family check (
    (family_id is null) = (variant is null) and array_position(variant, null) is null and '' <> all (variant) and length(array_to_string(variant, '')) <= 120),
  add constraint variant_is_there_once unique (tenant_id, family_id, variant);
comment on column public.products.family_id is 'The family that it is a variant of; null for none.';
comment on column public.products.variant is 'What it is of each attribute of its family, in their order, like {Orange,"500 ml"}.';
select private.register_error('variant_is_of_a_family', 422, 'A variant is of a family, and what is of a family is a variant.', 'Choose the family and enter a word for each of its attributes, at most 120 letters together, or neither.');
select private.register_error('variant_taken', 409, 'The family has this variant already.', 'Change that product, or say in what this one differs.');
select private.refuse_taken('public.products', 'variant_is_there_once', 'variant_taken');
select private.register_error('variant_fits_its_family', 422, 'The variant does not say something of each attribute of its family.', 'Enter a value for each of the attributes in the details.');

create function private.tg_products__fit_family() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  needed constant text[] := (select f.attributes from public.product_families f where f.tenant_id = new.tenant_id and f.id = new.family_id);
begin
  if pg_catalog.cardinality(needed) <> pg_catalog.cardinality(new.variant) then
    perform private.fail('variant_fits_its_family', pg_catalog.jsonb_build_object('attributes', pg_catalog.to_jsonb(needed)));
  end if;
  return new;
end
$$;
comment on function private.tg_products__fit_family() is 'A variant says what it is of each attribute of its family, whose attributes never change. Raises variant_fits_its_family.';
create trigger _150_fit_family before insert or update of family_id, variant on public.products for each row
when (new.family_id is not null and new.variant is not null) execute function private.tg_products__fit_family();

create function private.price_family(price_list_id uuid, family_id uuid, price numeric, min_quantity numeric default 1) returns public.product_families
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('prices.edit');
  family public.product_families;
begin
  perform private.require_number('price', price, 0, 999999999.99);
  perform private.require_number('min_quantity', coalesce(min_quantity, 1), 0.001, 99999999);
  if not exists (select from public.price_lists l where l.tenant_id = tenant and l.id = price_list_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('price_list_id', price_list_id));
  end if;
  -- Who makes another variant comes before or after this; of two who price the family at once the later one counts.
  select * into family from public.product_families f where f.tenant_id = tenant and f.id = family_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('family_id', family_id));
  end if;
  update public.price_list_items i set price = price_family.price
  from public.products p
  where p.tenant_id = tenant and p.family_id = price_family.family_id
    and i.tenant_id = tenant and i.price_list_id = price_family.price_list_id and i.product_id = p.id and i.min_quantity = coalesce(price_family.min_quantity, 1) and i.price <> price_family.price;
  insert into public.price_list_items (tenant_id, price_list_id, product_id, min_quantity, price)
  select tenant, price_list_id, p.id, coalesce(price_family.min_quantity, 1), price
  from public.products p
  where p.tenant_id = tenant and p.family_id = price_family.family_id and not exists (
    select from public.price_list_items i
    where i.tenant_id = tenant and i.price_list_id = price_family.price_list_id and i.product_id = p.id and i.min_quantity = coalesce(price_family.min_quantity, 1)
  );
  return family;
end
$$;
comment on function private.price_family(uuid, uuid, numeric, numeric) is
  'Gives every variant of a family the same price on a list, from a quantity of base units upward; what they had there is replaced. Variants that are made later have none. Answers the family. Raises record_not_found, input_invalid, quantity_not_whole, permission_denied.';
select private.expose_command('price_family');
