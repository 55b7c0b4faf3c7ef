begin;
select plan(13);

create function pg_temp.family(name text) returns uuid language sql as $$ select f.id from product_families f where f.name = family.name $$;
create function pg_temp.make(sku text, variant text[], family text default 'Lemonade') returns void language sql as $$
  insert into products (sku, name, base_price, family_id, variant) values (sku, 'Lemonade ' || coalesce(array_to_string(variant, ' '), ''), 60, pg_temp.family(family), variant)
$$;
create function pg_temp.prices() returns text language sql as $$
  select string_agg(p.sku || ' ' || trim_scale(i.min_quantity) || ': ' || i.price, ', ' order by p.sku, i.min_quantity)
  from price_list_items i join products p on p.id = i.product_id join price_lists l on l.id = i.price_list_id where l.name = 'Wholesale' and p.sku like 'LEM%'
$$;

select tests.sign_in('admin@acme.test');
select throws_ok($$ insert into product_families (name, attributes) values ('Lemonade', '{}') $$, 'PT422', 'family_has_attributes', 'variants differ in something');
insert into product_families (name, attributes) values ('Lemonade', '{Flavour,Size}');
select throws_ok($$ insert into product_families (name, attributes) values ('Lemonade', '{Size}') $$, 'PT409', 'product_family_taken', 'one family of a name');
select pg_temp.make('LEM-1', '{Orange,500 ml}');
select pg_temp.make('LEM-2', '{Orange,2 l}');
select throws_ok($$ select pg_temp.make('LEM-3', '{Orange,2 l}') $$, 'PT409', 'variant_taken', 'each variant is there once');
select throws_ok($$ select pg_temp.make('LEM-3', '{Passion}') $$, 'PT422', 'variant_fits_its_family', 'and says something of each attribute');
select throws_ok($$ select pg_temp.make('LEM-3', null) $$, 'PT422', 'variant_is_of_a_family', 'what is of a family is a variant');
select throws_ok($$ insert into products (sku, name, base_price, variant) values ('LEM-3', 'x', 1, '{Red}') $$, 'PT422', 'variant_is_of_a_family', 'and the other way round');
select throws_ok($$ update product_families set attributes = '{Size}' where id = pg_temp.family('Lemonade') $$, '42501', null, 'in what they differ is said once');

-- A family is nothing that has a price; its variants have.
select tests.sign_in('manager@acme.test');
select tests.remember('list', (select id from price_lists where name = 'Wholesale'));
select throws_ok($$ insert into price_list_items (price_list_id, product_id, price) values (tests.id('list'), pg_temp.family('Lemonade'), 50) $$, 'PT404', 'record_not_found', 'a price on a family is refused');
insert into price_list_items (price_list_id, product_id, price) values (tests.id('list'), tests.product('LEM-1'), 55);
select price_family(tests.id('list'), pg_temp.family('Lemonade'), 50);
select price_family(tests.id('list'), pg_temp.family('Lemonade'), 45, 100);
select is(pg_temp.prices(), 'LEM-1 1: 50.00, LEM-1 100: 45.00, LEM-2 1: 50.00, LEM-2 100: 45.00', 'a price for all of them replaces what one had');
select throws_ok($$ select price_family(tests.id('list'), tests.product('LEM-1'), 50) $$, 'PT404', 'record_not_found', 'a product is no family');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select price_family(tests.id('list'), pg_temp.family('Lemonade'), 1) $$, '42501', 'permission_denied', 'who may not change prices does not');
select throws_ok($$ select quote_order(tests.customer('Westlands Wholesalers'), tests.depot(), jsonb_build_array(jsonb_build_object('product_id', pg_temp.family('Lemonade'), 'quantity', 1))) $$, 'PT422', 'lines_invalid', 'a family is not ordered');
select is((quote_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('LEM-2', 100))) #>> '{lines,0,unit_price}', '45.00', 'a variant is');

select * from finish();
rollback;
