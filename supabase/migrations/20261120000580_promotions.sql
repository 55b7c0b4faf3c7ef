-- Family 05, catalogue: promotions. What they take off an order stands in …0792_order_discounts.sql (docs/decisions/0030).

create type public.promotion_kind as enum ('line_percent', 'line_amount', 'order_percent', 'order_amount', 'buy_get', 'free_goods');

create table public.promotions (
  like private.record including defaults including indexes,
  name text not null,
  kind public.promotion_kind not null,
  percent numeric(5,2),
  amount numeric(14,2),
  buy_quantity numeric(14,3),
  get_quantity numeric(14,3),
  gift_product_id uuid,
  covers_all boolean not null default false,
  min_quantity numeric(14,3),
  min_amount numeric(14,2),
  valid_from date not null default current_date,
  valid_to date,
  customer_id uuid,
  customer_type text,
  territory_id uuid,
  budget_amount numeric(14,2),
  budget_uses integer,
  customer_uses integer,
  is_active boolean not null default true,
  unique (tenant_id, name),
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, gift_product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, territory_id) references public.territories (tenant_id, id),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120),
  constraint customer_type_is_short check (length(customer_type) between 1 and 40),
  constraint promotion_gives_what_its_kind_says check (
    (percent is not null) = (kind in ('line_percent', 'order_percent'))
    and (amount is not null) = (kind in ('line_amount', 'order_amount'))
    and (get_quantity is not null) = (kind in ('buy_get', 'free_goods'))
    and (gift_product_id is not null) = (kind = 'free_goods')
    and (buy_quantity is null or kind in ('buy_get', 'free_goods')) and (buy_quantity is not null or kind <> 'buy_get')),
  constraint promotion_takes_something_off check (
    percent > 0 and percent <= 100 and amount > 0 and amount <= 999999999.99
    and buy_quantity > 0 and buy_quantity <= 99999999 and get_quantity > 0 and get_quantity <= 99999999),
  constraint promotion_thresholds_are_bounded check (min_quantity > 0 and min_quantity <= 99999999 and min_amount > 0 and min_amount <= 999999999.99),
  constraint promotion_ends_after_it_begins check (valid_from <= valid_to and valid_from > '-infinity' and valid_to < 'infinity'),
  constraint promotion_has_at_most_one_audience check (num_nonnulls(customer_id, customer_type, territory_id) <= 1),
  constraint promotion_limits_are_bounded check (
    budget_amount > 0 and budget_amount <= 999999999999.99 and budget_uses between 1 and 99999999 and customer_uses between 1 and 99999999)
);
create index promotions_running on public.promotions (tenant_id) where is_active;
create index promotions_gift_product on public.promotions (tenant_id, gift_product_id) where gift_product_id is not null;
create index promotions_customer on public.promotions (tenant_id, customer_id) where customer_id is not null;
create index promotions_territory on public.promotions (tenant_id, territory_id) where territory_id is not null;
comment on table public.promotions is
  'What orders get for less, or for nothing, on some days. Of those that are about a line the one that takes most off it counts, of those about the order the one that takes most off what is left; gifts are all given.';
comment on column public.promotions.kind is
  'line_percent and line_amount: off each line it covers; order_percent and order_amount: off all of them together; buy_get: of so many of one product some are free; free_goods: another product comes along for nothing.';
comment on column public.promotions.amount is 'line_amount: off each base unit; order_amount: off the order. As the price says it: with the tax where that has it.';
comment on column public.promotions.buy_quantity is 'buy_get: so many are paid for each get_quantity that are free, all on the order. free_goods: the gift comes for each so many of what it covers; null: once.';
comment on column public.promotions.get_quantity is 'How many are free, in base units.';
comment on column public.promotions.covers_all is 'Whether it covers every product; else those that public.promotion_products names, by themselves or by category.';
comment on column public.promotions.min_quantity is 'How much of what it covers an order has at least, in base units, all products together.';
comment on column public.promotions.min_amount is 'What that comes to at least, at its prices before any discount.';
comment on column public.promotions.budget_amount is 'What all orders together are given at most, in the tenant''s currency; the last one gets what is left. Null for no limit.';
comment on column public.promotions.budget_uses is 'How many orders are given something at most; a backorder is part of its order. Null for no limit.';
comment on column public.promotions.customer_uses is 'How many orders of one customer; null for no limit. Orders that were cancelled, rejected or failed count nowhere.';
select private.register_error('promotion_gives_what_its_kind_says', 422, 'What the promotion gives does not fit its kind.', 'Give a percentage, an amount, or the quantities (and the gift) that its kind asks for, and nothing else.');
select private.register_error('promotion_takes_something_off', 422, 'What the promotion gives is nothing or too much.', 'Enter a percentage above 0 up to 100, an amount above 0, or quantities above 0.');
select private.register_error('promotion_thresholds_are_bounded', 422, 'What an order has to reach is not possible.', 'Enter a quantity or an amount above 0, or leave it empty.');
select private.register_error('promotion_ends_after_it_begins', 422, 'The promotion ends before it begins.', 'Enter a last day that is not before the first.');
select private.register_error('promotion_has_at_most_one_audience', 422, 'A promotion is for everybody, for one customer, for one customer type or for one territory.', 'Choose one of them.');
select private.register_error('promotion_limits_are_bounded', 422, 'The budget or a limit of the promotion is not possible.', 'Enter numbers above 0, or leave them empty for no limit.');
select private.manage_table('public.promotions', 'promotion');
select private.set_audience('promotion', 'prices.view');
select private.register_error('promotion_name_taken', 409, 'Another promotion has this name.', 'Choose another name, or change that promotion.');
select private.refuse_taken('public.promotions', 'promotions_tenant_id_name_key', 'promotion_name_taken');
create trigger _150_hold_to_unit before insert or update of get_quantity, gift_product_id on public.promotions for each row
when (new.gift_product_id is not null and mod(new.get_quantity, 1) <> 0) execute function private.tg__hold_to_unit('gift_product_id', 'get_quantity');

create table public.promotion_products (
  like private.record including defaults including indexes,
  promotion_id uuid not null,
  product_id uuid,
  category text,
  foreign key (tenant_id, promotion_id) references public.promotions (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint category_is_short check (length(category) <= 80),
  constraint promotion_covers_a_product_or_a_category check (num_nonnulls(product_id, category) = 1 and btrim(category) <> ''),
  constraint promotion_covers_a_product_once unique (tenant_id, promotion_id, product_id),
  constraint promotion_covers_a_category_once unique (tenant_id, promotion_id, category)
);
create index promotion_products_product on public.promotion_products (tenant_id, product_id) where product_id is not null;
comment on table public.promotion_products is 'What a promotion covers: a product, or every product of a category.';
select private.register_error('promotion_covers_a_product_or_a_category', 422, 'A promotion covers a product or a category here, one of the two.', 'Choose a product, or enter a category.');
select private.manage_table('public.promotion_products', 'promotion_product');
select private.set_audience('promotion_product', 'prices.view');
select private.register_error('promotion_product_taken', 409, 'The promotion covers this product already.', 'Nothing has to be done.');
select private.register_error('promotion_category_taken', 409, 'The promotion covers this category already.', 'Nothing has to be done.');
select private.refuse_taken('public.promotion_products', 'promotion_covers_a_product_once', 'promotion_product_taken');
select private.refuse_taken('public.promotion_products', 'promotion_covers_a_category_once', 'promotion_category_taken');

create function private.promotions_for(tenant uuid, customer uuid, products uuid[]) returns table (offer public.promotions, covered uuid[])
language sql stable security definer set search_path = ''
as $$
  select p, case when p.covers_all then products else array(
    select s.id from public.promotion_products x join public.products s on s.tenant_id = tenant and s.id = any (products) and (s.id = x.product_id or s.category = x.category)
    where x.tenant_id = tenant and x.promotion_id = p.id) end
  from public.promotions p
  join public.customers c on c.tenant_id = tenant and c.id = customer
  cross join (select private.tenant_today(tenant) as day) today
  where p.tenant_id = tenant and p.is_active and p.valid_from <= today.day and (p.valid_to is null or p.valid_to >= today.day)
    and (p.customer_id is null or p.customer_id = c.id) and (p.customer_type is null or p.customer_type = c.customer_type) and (p.territory_id is null or p.territory_id = c.territory_id)
$$;
comment on function private.promotions_for(uuid, uuid, uuid[]) is
  'The promotions that run today, where the company is, for a customer, and which of these products each is about.';
