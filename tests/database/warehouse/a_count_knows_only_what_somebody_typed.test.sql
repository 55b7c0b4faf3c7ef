begin;
select plan(19);

select tests.sign_in('warehouse@acme.test');
create function pg_temp.enter(items jsonb) returns void language sql as $$ select record_stock_count(tests.id('count'), items) $$;
grant execute on all functions in schema pg_temp to public;
select throws_ok($$ select create_stock_count(tests.depot(), '{}') $$, 'PT422', 'input_invalid', 'somebody has to count');
select throws_ok($$ select create_stock_count(tests.depot(), array[tests.account('warehouse@globex.test')]) $$, 'PT404', 'record_not_found', 'of this company');
select throws_ok($$ select create_stock_count(tests.depot(), array[tests.account('warehouse@acme.test')], array[tests.product('GAS-06', 'globex')]) $$, 'PT404', 'record_not_found', 'its own products');
select throws_ok($$ select create_stock_count(tests.van(), array[tests.account('warehouse@acme.test')]) $$, 'PT422', 'warehouse_not_available', 'a van is counted when it comes home');
select tests.sign_out();
select tests.remember('count', tests.begun(tests.count_of(null)));
select is((select count(*) from stock_count_items where stock_count_id = tests.id('count')), (select count(*) from inventory where warehouse_id = tests.depot()), 'a full count has a line for every balance of the place');
select throws_ok($$ select tests.count_of('COL-300') $$, 'PT409', 'stock_count_open', 'there is one open count of a place');
select lives_ok($$ select tests.count_of('COL-300', 'KLF') $$, 'another place has its own');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select pg_temp.enter(jsonb_build_array(tests.found('COL-300', -1))) $$, 'PT422', 'lines_invalid', 'less than nothing is not found');
select throws_ok($$ select pg_temp.enter(jsonb_build_array(tests.found('COL-300', null))) $$, 'PT422', 'lines_invalid', 'nothing typed is no figure');
select throws_ok($$ select pg_temp.enter(jsonb_build_array(tests.found('COL-300', 1), tests.found('COL-300', 2))) $$, 'PT422', 'lines_invalid', 'a product is counted once');
select pg_temp.enter(jsonb_build_array(tests.found('COL-300', 5)));
select pg_temp.enter(jsonb_build_array(tests.found('COL-300', 0)));
select results_eq($$ select counted from stock_count_items where stock_count_id = tests.id('count') and product_id = tests.product('COL-300') $$, $$ values (0.000) $$, 'counting it again replaces the figure; a typed zero is one');
select pg_temp.enter(jsonb_build_array(tests.found('EMP-CRATE24', 3), tests.found('COL-300', 2, 'defective')));
select is((select count(*) from stock_count_items where stock_count_id = tests.id('count') and counted is not null), 3::bigint, 'what is found without a line gets one');
select throws_like($$ select finish_stock_count(tests.id('count')) $$, 'count_incomplete', 'the rest is not counted');
select is((finish_stock_count(tests.id('count'), leave_uncounted => true)).status::text, 'counted', 'which may be said');
select results_eq($$ select condition::text, counted, expected, variance from stock_count_items where stock_count_id = tests.id('count') and product_id = tests.product('COL-300') order by stock_count_items.condition $$,
  $$ values ('good', 0.000, 400.000, -400.000), ('defective', 2.000, 0.000, 2.000) $$, 'what was counted differs from the books');
select results_eq($$ select counted, expected, variance from stock_count_items where stock_count_id = tests.id('count') and product_id = tests.product('WAT-1500') $$,
  $$ values (null::numeric, 400.000, null::numeric) $$, 'of what was not counted no difference is known');
select tests.sign_in('auditor@acme.test');
select approve_stock_count(tests.id('count'));
select tests.sign_in('warehouse@acme.test');
select post_stock_count(tests.id('count'));
select tests.sign_out();
select results_eq($$ select product_id, condition::text, quantity from inventory_transactions where reference_id = tests.id('count') order by quantity $$,
  $$ values (tests.product('COL-300'), 'good', -400.000), (tests.product('COL-300'), 'defective', 2.000), (tests.product('EMP-CRATE24'), 'good', 3.000) $$, 'what was counted is put right');
select is(tests.stock('WAT-1500'), 400.000, 'what was not counted stays');
select results_eq($$ select i.product_id, i.last_counted_at is not null from inventory i where i.warehouse_id = tests.depot() and i.product_id in (tests.product('COL-300'), tests.product('WAT-1500')) and i.condition = 'good' order by i.last_counted_at $$,
  $$ values (tests.product('COL-300'), true), (tests.product('WAT-1500'), false) $$, 'each balance knows when it was counted last');

select * from finish();
rollback;
