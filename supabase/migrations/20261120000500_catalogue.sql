-- Family 05, catalogue: products, their packs and what they cost whom.

create type public.product_tracking as enum ('none', 'batch', 'serial');

create table public.products (
  like private.record including defaults including indexes,
  sku text not null,
  name text not null,
  description text,
  category text,
  unit text not null default 'piece',
  allows_fractions boolean not null default false,
  tracking public.product_tracking not null default 'none',
  order_minimum numeric(14,3),
  order_maximum numeric(14,3),
  order_multiple numeric(14,3),
  base_price numeric(14,2) not null,
  tax_rate numeric(5,2) not null default 0,
  weight_kg numeric(14,3) not null default 0,
  volume_l numeric(14,3) not null default 0,
  container_product_id uuid,
  content_product_id uuid,
  content_quantity numeric(14,3),
  deposit_amount numeric(14,2) not null default 0,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, sku),
  foreign key (tenant_id, container_product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, content_product_id) references public.products (tenant_id, id),
  constraint sku_is_short check (length(sku) between 1 and 64 and sku = btrim(sku)),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 200),
  constraint description_is_bounded check (length(description) <= 4000),
  constraint category_is_short check (length(category) <= 80),
  constraint unit_is_short check (length(unit) between 1 and 20),
  constraint serials_are_whole check (tracking <> 'serial' or not allows_fractions),
  constraint order_quantities_are_bounded check (order_minimum > 0 and order_minimum <= 99999999 and order_maximum > 0 and order_maximum <= 99999999 and order_multiple > 0 and order_multiple <= 99999999),
  constraint order_quantities_fit_unit check (allows_fractions or (order_minimum = trunc(order_minimum) and order_maximum = trunc(order_maximum) and order_multiple = trunc(order_multiple))),
  constraint order_range_holds_a_quantity check (
    coalesce(order_maximum, 99999999) - mod(coalesce(order_maximum, 99999999), coalesce(order_multiple, 0.001)) >= coalesce(order_minimum, order_multiple, 0.001)),
  constraint base_price_is_bounded check (base_price between 0 and 999999999.99),
  constraint tax_rate_is_a_percentage check (tax_rate between 0 and 100),
  constraint weight_is_bounded check (weight_kg between 0 and 100000),
  constraint volume_is_bounded check (volume_l between 0 and 100000),
  constraint deposit_is_bounded check (deposit_amount between 0 and 999999.99),
  constraint product_is_not_its_own_container check (container_product_id <> id),
  constraint content_differs check (content_product_id <> id and content_product_id <> container_product_id),
  constraint content_is_in_a_container check ((content_product_id is null) = (content_quantity is null) and (content_product_id is null or container_product_id is not null)),
  constraint content_is_bounded check (content_quantity > 0 and content_quantity <= 99999999)
);
create index products_name on public.products (tenant_id, name, id);
create index products_container on public.products (tenant_id, container_product_id);
create index products_content on public.products (tenant_id, content_product_id);
create index products_search on public.products using gin ((name || ' ' || sku) extensions.gin_trgm_ops);
comment on table public.products is 'What is sold. Its base price is per unit, before tax, in the tenant''s currency.';
comment on column public.products.allows_fractions is 'Whether a part of a unit can be ordered, down to a thousandth, like kilograms; crates cannot.';
comment on column public.products.tracking is 'Whether its stock is known by batch, or piece by piece by serial number; begun and ended while nothing of it is in stock.';
comment on column public.products.order_minimum is 'The least that one order may have of it, in base units; null for no limit.';
comment on column public.products.order_maximum is 'The most that one order may have of it, in base units; null for no limit.';
comment on column public.products.order_multiple is 'What one order has of it is a multiple of so many base units; null for any.';
comment on column public.products.container_product_id is 'The empty that comes back: a crate, a bottle, a cylinder. Itself a product with stock.';
comment on column public.products.content_product_id is 'What the container is filled with, where that is stock, too: gas, in kilograms.';
comment on column public.products.content_quantity is 'How much of it one base unit takes, in base units of the content.';
comment on column public.products.deposit_amount is 'Deposit per container, charged to whoever holds it.';
select private.register_error('content_differs', 422, 'A product is not its own content, and its container is not.', 'Choose another product as the content.');
select private.register_error('content_is_in_a_container', 422, 'A content needs its quantity and a container to be in.', 'Enter container, content and quantity, or no content at all.');
select private.register_error('content_is_bounded', 422, 'The quantity of the content is not above 0 or is too large.', 'Enter a quantity up to 99999999.');
select private.register_error('serials_are_whole', 422, 'What has a serial number has no parts.', 'Do not allow fractions of this product, or do not track it by serial number.');
select private.register_error('sku_is_short', 422, 'The SKU is missing or too long, or begins or ends with a space.', 'Enter an SKU of at most 64 characters.');
select private.register_error('description_is_bounded', 422, 'The description is too long.', 'Shorten it to 4000 characters.');
select private.register_error('unit_is_short', 422, 'The unit is missing or too long.', 'Enter a unit of at most 20 characters, like crate.');
select private.register_error('order_quantities_are_bounded', 422, 'The least, the most or the step of an order is not possible.', 'Enter quantities above 0, up to 99999999, or leave them empty.');
select private.register_error('order_quantities_fit_unit', 422, 'Parts of this unit cannot be ordered.', 'Enter whole quantities, or allow fractions for this product.');
select private.register_error('order_range_holds_a_quantity', 422, 'No multiple of the step is between the least and the most of an order.', 'Raise the most, lower the least or choose a smaller step.');
select private.register_error('base_price_is_bounded', 422, 'The price is negative or too large.', 'Enter a price from 0 to 999999999.99.');
select private.register_error('tax_rate_is_a_percentage', 422, 'The tax rate is not a percentage.', 'Enter a number from 0 to 100.');
select private.register_error('weight_is_bounded', 422, 'The weight is negative or too large.', 'Enter kilograms from 0 to 100000.');
select private.register_error('volume_is_bounded', 422, 'The volume is negative or too large.', 'Enter litres from 0 to 100000.');
select private.register_error('deposit_is_bounded', 422, 'The deposit is negative or too large.', 'Enter an amount from 0 to 999999.99.');
select private.register_error('product_is_not_its_own_container', 422, 'A product cannot be its own empty.', 'Choose the product that stands for the empty crate or cylinder.');
select private.manage_table('public.products', 'product');
select private.register_subject('public.products', 'product', 'name', 'products.view', '/products');
select private.set_audience('product', 'products.view');
select private.register_error('product_sku_taken', 409, 'Another product has this SKU.', 'Choose another SKU, or open that product.');
select private.refuse_taken('public.products', 'products_tenant_id_sku_key', 'product_sku_taken');

create table public.product_costs (
  like private.record including defaults including indexes,
  product_id uuid not null,
  cost_price numeric(14,2) not null,
  unique (tenant_id, product_id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint cost_price_is_bounded check (cost_price between 0 and 999999999.99)
);
comment on table public.product_costs is 'What a product costs us per unit, before tax. Apart from products, because drivers and customers see those.';
select private.register_error('cost_price_is_bounded', 422, 'The cost price is negative or too large.', 'Enter a price from 0 to 999999999.99.');
select private.manage_table('public.product_costs', 'product_cost');
select private.set_audience('product_cost', 'prices.edit');
select private.register_error('product_cost_taken', 409, 'The product has a cost price already.', 'Change that one instead.');
select private.refuse_taken('public.product_costs', 'product_costs_tenant_id_product_id_key', 'product_cost_taken');

create table public.product_packs (
  like private.record including defaults including indexes,
  product_id uuid not null,
  name text not null,
  factor numeric(14,3) not null,
  unique (tenant_id, product_id, name),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name)),
  constraint factor_is_bounded check (factor > 0 and factor <= 100000)
);
comment on table public.product_packs is 'Larger units of a product: name and how many base units it holds.';
select private.register_error('name_is_short', 422, 'The name is missing or too long, or begins or ends with a space.', 'Enter a name of at most 40 characters.');
select private.register_error('factor_is_bounded', 422, 'A pack holds at least a part of a unit and at most 100000.', 'Enter a number above 0, up to 100000.');
select private.manage_table('public.product_packs', 'product_pack');
select private.set_audience('product_pack', 'products.view');
select private.register_error('pack_name_taken', 409, 'The product has a pack of this name already.', 'Choose another name, or change that pack.');
select private.refuse_taken('public.product_packs', 'product_packs_tenant_id_product_id_name_key', 'pack_name_taken');

create table public.price_lists (
  like private.record including defaults including indexes,
  name text not null,
  customer_type text,
  territory_id uuid,
  is_default boolean not null default false,
  is_active boolean not null default true,
  valid_from date not null default current_date,
  valid_to date,
  prices_include_tax boolean not null default false,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, territory_id) references public.territories (tenant_id, id),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120),
  constraint customer_type_is_short check (length(customer_type) between 1 and 40),
  constraint validity_is_ordered check (valid_from <= valid_to and valid_from > '-infinity' and valid_to < 'infinity'),
  constraint list_has_at_most_one_audience check (num_nonnulls(customer_type, territory_id) + is_default::integer <= 1),
  constraint default_lists_do_not_overlap exclude using gist
    (tenant_id with =, daterange(valid_from, valid_to, '[]') with &&) where (is_default and is_active),
  constraint type_lists_do_not_overlap exclude using gist
    (tenant_id with =, customer_type with =, daterange(valid_from, valid_to, '[]') with &&) where (customer_type is not null and is_active),
  constraint territory_lists_do_not_overlap exclude using gist
    (tenant_id with =, territory_id with =, daterange(valid_from, valid_to, '[]') with &&) where (territory_id is not null and is_active)
);
create index price_lists_territory on public.price_lists (tenant_id, territory_id);
comment on table public.price_lists is
  'Price lists. The most particular one wins: that of the customer, of his type, of his territory, the default one; else the product''s base price.';
comment on column public.price_lists.prices_include_tax is 'Whether its prices are what the customer pays; else tax is added. The base price of a product is before tax.';
select private.register_error('list_has_at_most_one_audience', 422, 'A price list is for everybody, for one customer type or for one territory.', 'Choose one of the three.');
select private.register_error('validity_is_ordered', 422, 'The price list ends before it begins.', 'Enter a last day that is not before the first.');
select private.manage_table('public.price_lists', 'price_list');
select private.register_subject('public.price_lists', 'price_list', 'name', 'prices.view', '/prices');
select private.set_audience('price_list', 'prices.view');
select private.register_error('default_lists_overlap', 409, 'Another active default price list counts on some of these days.', 'Choose other days, or end the other list first.');
select private.register_error('type_lists_overlap', 409, 'Another active price list of this customer type counts on some of these days.', 'Choose other days, or end the other list first.');
select private.register_error('territory_lists_overlap', 409, 'Another active price list of this territory counts on some of these days.', 'Choose other days, or end the other list first.');
select private.refuse_taken('public.price_lists', 'default_lists_do_not_overlap', 'default_lists_overlap');
select private.refuse_taken('public.price_lists', 'type_lists_do_not_overlap', 'type_lists_overlap');
select private.refuse_taken('public.price_lists', 'territory_lists_do_not_overlap', 'territory_lists_overlap');

create table public.price_list_items (
  like private.record including defaults including indexes,
  price_list_id uuid not null,
  product_id uuid not null,
  min_quantity numeric(14,3) not null default 1,
  price numeric(14,2) not null,
  unique (tenant_id, price_list_id, product_id, min_quantity),
  foreign key (tenant_id, price_list_id) references public.price_lists (tenant_id, id) on delete cascade,
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint min_quantity_is_bounded check (min_quantity > 0 and min_quantity <= 99999999),
  constraint price_is_bounded check (price between 0 and 999999999.99)
);
create index price_list_items_product on public.price_list_items (tenant_id, product_id);
comment on table public.price_list_items is 'Price of a product from a quantity of base units upward.';
select private.register_error('min_quantity_is_bounded', 422, 'The quantity of this price step is not possible.', 'Enter a quantity above 0, up to 99999999.');
select private.register_error('price_is_bounded', 422, 'The price is negative or too large.', 'Enter a price from 0 to 999999999.99.');
select private.manage_table('public.price_list_items', 'price_list_item');
select private.set_audience('price_list_item', 'prices.view');
select private.register_error('price_step_taken', 409, 'The list has a price for this product from this quantity already.', 'Change that price, or choose another quantity.');
select private.refuse_taken('public.price_list_items', 'price_list_items_tenant_id_price_list_id_product_id_min_qua_key', 'price_step_taken');

alter table public.customers add foreign key (tenant_id, price_list_id) references public.price_lists (tenant_id, id);
create index customers_price_list on public.customers (tenant_id, price_list_id);
