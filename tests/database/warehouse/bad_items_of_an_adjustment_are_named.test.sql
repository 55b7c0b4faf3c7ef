begin;
select plan(14);

select tests.sign_in('warehouse@acme.test');
create function pg_temp.enter(items jsonb) returns void language sql as $$ select create_adjustment(tests.depot(), tests.reason('Correction'), items) $$;
select throws_ok($$ select pg_temp.enter('{}') $$, 'PT422', 'lines_invalid', 'no list');
select throws_ok($$ select pg_temp.enter('[]') $$, 'PT422', 'lines_invalid', 'an empty list');
select throws_ok($$ select pg_temp.enter('[5]') $$, 'PT422', 'lines_invalid', 'no objects');
select throws_ok($$ select pg_temp.enter('[{"product_id": "x", "quantity": 1}]') $$, 'PT422', 'lines_invalid', 'an unknown product');
select throws_ok($$ select pg_temp.enter(jsonb_build_array(jsonb_build_object('product_id', tests.product('GAS-06', 'globex'), 'quantity', 1))) $$, 'PT422', 'lines_invalid', 'a product of another company');
select throws_ok($$ select pg_temp.enter(tests.lines('COL-300', 0)) $$, 'PT422', 'lines_invalid', 'nothing');
select throws_ok($$ select pg_temp.enter(tests.lines('COL-300', null)) $$, 'PT422', 'lines_invalid', 'no quantity');
select throws_ok($$ select pg_temp.enter(tests.lines('COL-300', 0.0001)) $$, 'PT422', 'lines_invalid', 'less than the ledger can hold');
select throws_ok($$ select pg_temp.enter(tests.lines('COL-300', 1e12)) $$, 'PT422', 'lines_invalid', 'too much');
select throws_ok($$ select pg_temp.enter(tests.lines('COL-300', 1) || tests.lines('COL-300', 2)) $$, 'PT422', 'lines_invalid', 'the same product twice');
select throws_ok($$ select pg_temp.enter(jsonb_build_array(tests.lines('COL-300', 1) -> 0 || '{"condition": "mint"}')) $$, 'PT422', 'lines_invalid', 'an unknown condition');
select throws_ok($$ select create_adjustment(tests.depot('NBO', 'globex'), tests.reason('Correction'), tests.lines('COL-300', 1)) $$, 'PT422', 'warehouse_not_available', 'a depot of another company');
select throws_ok($$ select create_adjustment(tests.depot(), null, tests.lines('COL-300', 1)) $$, 'PT422', 'reason_not_available', 'no reason');
select lives_ok($$ select pg_temp.enter(tests.lines('COL-300', 1) || jsonb_build_array(tests.lines('COL-300', 2) -> 0 || '{"condition": "defective"}')) $$, 'good and broken ones are two things');

select * from finish();
rollback;
