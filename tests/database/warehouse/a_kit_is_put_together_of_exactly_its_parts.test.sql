begin;
select plan(22);

-- A kit of two pens at 10.00 and one book at 30.00, as they cost us.
insert into products (tenant_id, sku, name, base_price) values (tests.tenant('acme'), 'PEN', 'Pen', 20), (tests.tenant('acme'), 'BOOK', 'Book', 50);
insert into product_costs (tenant_id, product_id, cost_price) values (tests.tenant('acme'), tests.product('PEN'), 10), (tests.tenant('acme'), tests.product('BOOK'), 30);
insert into products (tenant_id, sku, name, base_price, composition) values (tests.tenant('acme'), 'KIT', 'Writing kit', 80, 'kit'), (tests.tenant('acme'), 'BARE', 'Kit of nothing', 1, 'kit');
insert into product_components (tenant_id, product_id, component_id, quantity) values
  (tests.tenant('acme'), tests.product('KIT'), tests.product('PEN'), 2), (tests.tenant('acme'), tests.product('KIT'), tests.product('BOOK'), 1);
insert into inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, occurred_at)
select tests.tenant('acme'), tests.depot(), tests.product(s), 'good', q, 'opening', 'seed', private.uuid_v7(), now() - interval '1 day' from (values ('PEN', 20), ('BOOK', 6)) v (s, q);
create function pg_temp.stock() returns text language sql as $$ select trim_scale(tests.stock('KIT')) || ' kits, ' || trim_scale(tests.stock('PEN')) || ' pens, ' || trim_scale(tests.stock('BOOK')) || ' books' $$;
create function pg_temp.worth() returns text language sql security definer as $$
  select string_agg(p.sku || ' ' || v.value, ', ' order by p.sku) from stock_values v join products p on p.id = v.product_id where p.sku in ('KIT', 'PEN', 'BOOK') and v.warehouse_id = tests.depot()
$$;
create function pg_temp.items(pens numeric, books numeric) returns jsonb language sql as $$
  select jsonb_build_array(jsonb_build_object('product_id', tests.product('PEN'), 'quantity', pens), jsonb_build_object('product_id', tests.product('BOOK'), 'quantity', books))
$$;

select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select create_kitting(tests.depot(), tests.product('PEN'), 1) $$, 'PT422', 'not_a_kit', 'a pen is no kit');
select throws_ok($$ select create_kitting(tests.depot(), tests.product('BARE'), 1) $$, 'PT422', 'not_a_kit', 'nor is what has no parts');
select throws_ok($$ select create_kitting(tests.depot(), tests.product('KIT'), 1.5) $$, 'PT422', 'quantity_not_whole', 'no half kits');
select tests.remember('one', (create_kitting(tests.depot(), tests.product('KIT'), 5)).id);
select is(pg_temp.stock(), '0 kits, 20 pens, 6 books', 'a draft moves nothing');
select throws_ok($$ select complete_kitting(tests.id('one'), pg_temp.items(9, 5)) $$, 'PT422', 'kit_differs', 'a pen too few');
select throws_ok($$ select complete_kitting(tests.id('one'), pg_temp.items(11, 5)) $$, 'PT422', 'kit_differs', 'a pen too many');
select throws_ok($$ select complete_kitting(tests.id('one'), jsonb_build_array(pg_temp.items(10, 5) -> 0)) $$, 'PT422', 'kit_differs', 'a part that is missing');
select throws_ok($$ select complete_kitting(tests.id('one'), pg_temp.items(10, 5) || tests.lines('COL-300', 1)) $$, 'PT422', 'kit_differs', 'and one that is none');
select is((complete_kitting(tests.id('one'), pg_temp.items(10, 5))).status::text, 'completed', 'exactly the parts are kits');
select is(pg_temp.stock(), '5 kits, 10 pens, 1 books', 'and have left the shelf');
select is(pg_temp.worth(), 'BOOK 30.00, KIT 250.00, PEN 100.00', 'a kit is worth what its parts were');
select throws_ok($$ select complete_kitting(tests.id('one')) $$, 'PT409', 'kitting_transition_illegal', 'once');
select tests.remember('more', (create_kitting(tests.depot(), tests.product('KIT'), 2)).id);
select throws_ok($$ select complete_kitting(tests.id('more')) $$, 'PT409', 'stock_short', 'one book is no two kits');
select tests.remember('apart', (create_kitting(tests.depot(), tests.product('KIT'), 3, 'unpack')).id);
select throws_ok($$ select complete_kitting(tests.id('apart'), pg_temp.items(5, 3)) $$, 'PT422', 'kit_differs', 'what comes out is exactly what was in it');
select complete_kitting(tests.id('apart'), pg_temp.items(6, 3));
select is(pg_temp.stock(), '2 kits, 16 pens, 4 books', 'three kits are six pens and three books');
select is(pg_temp.worth(), 'BOOK 120.00, KIT 100.00, PEN 160.00', 'which share what the kits were worth as they cost');
select throws_ok($$ select reverse_kitting(tests.id('apart'), 'Wrong kit') $$, '42501', 'permission_denied', 'the clerk does not take it back');
select tests.sign_in('manager@acme.test');
select is((reverse_kitting(tests.id('apart'), 'Wrong kit')).status::text, 'reversed', 'somebody else does');
select is(pg_temp.stock(), '5 kits, 10 pens, 1 books', 'and all is as before');
select tests.sign_in('admin@acme.test');
select throws_ok($$ update products set composition = 'bundle' where id = tests.product('KIT') $$, 'PT409', 'bundle_in_stock', 'what lies on the shelf becomes no bundle');
select tests.sign_out();

-- A kit is sold as the stock that it is.
select tests.allocated('Kilimani Mini Mart', 'KIT', 2);
select is(tests.reserved('KIT') || ' ' || tests.reserved('PEN'), '2.000 0.000', 'kits are reserved, and not their parts');
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'every kept figure is what the rows say');

select * from finish();
rollback;
