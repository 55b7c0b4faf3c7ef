begin;
select plan(12);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select tests.sign_in('driver@acme.test');
create function pg_temp.with(empties jsonb) returns void language sql as $$ select public.complete_delivery(tests.id('order'), tests.taken(tests.id('order'), 10), 'Tom', tests.signature(), empties => empties) $$;
select throws_ok($$ select pg_temp.with(tests.lines('WAT-500', 1)) $$, 'PT422', 'not_a_container', 'water is no container');
select throws_ok($$ select pg_temp.with(tests.lines('EMP-CRATE24', -1)) $$, 'PT422', 'input_invalid', 'less than none does not come back');
select throws_ok($$ select pg_temp.with(jsonb_build_array(jsonb_build_object('product_id', tests.product('EMP-CRATE24')))) $$, 'PT422', 'input_invalid', 'nor an unknown number');
select throws_ok($$ select pg_temp.with(tests.lines('EMP-CRATE24', 1e12)) $$, 'PT422', 'input_invalid', 'nor more than there are');
select throws_ok($$ select pg_temp.with('{}') $$, 'PT422', 'input_invalid', 'they come in a list');
select lives_ok($$ select pg_temp.with(tests.lines('EMP-CRATE24', 6) || jsonb_build_array(tests.lines('EMP-CRATE24', 2) -> 0 || '{"condition": "defective"}')) $$, 'eight come back, two of them broken');
select tests.sign_out();
select is((select quantity || ' ' || deposit_amount from container_balances where holder = 'customer' and holder_id = tests.customer('Kilimani Mini Mart')), '2.000 800.00', 'the customer holds two and their deposit');
select is((select quantity from container_balances where holder = 'van' and holder_id = tests.van()), 8.000, 'the van holds eight');
select is(tests.stock('EMP-CRATE24', tests.van()), 6.000, 'six of them good');
select is(tests.stock('EMP-CRATE24', tests.van(), 'defective'), 2.000, 'two of them broken');
select is((select deposit_total from invoices where order_id = tests.id('order')), 800.00, 'the invoice charges the two');
select is((select sum(quantity) from container_ledger), 0.000, 'containers move, they do not appear');

select * from finish();
rollback;
