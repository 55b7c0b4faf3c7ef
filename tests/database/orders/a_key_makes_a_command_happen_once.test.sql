begin;
select plan(10);

select tests.sign_in('sales@acme.test');
create function pg_temp.enter(quantity numeric, key uuid) returns uuid language sql as $$ select (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', quantity), idempotency_key => key)).id $$;
select tests.remember('order', pg_temp.enter(1, '01a00000-0000-7000-8000-000000000001'));
select is(pg_temp.enter(1, '01a00000-0000-7000-8000-000000000001'), tests.id('order'), 'the same request has the same answer');
select is((select count(*) from orders), 1::bigint, 'and there is one order');
select throws_ok($$ select pg_temp.enter(2, '01a00000-0000-7000-8000-000000000001') $$, 'PT409', 'idempotency_key_reused', 'another request under this key is refused');
select throws_ok($$ select submit_order(tests.id('order'), null, '01a00000-0000-7000-8000-000000000001') $$, 'PT409', 'idempotency_key_reused', 'as is another command');
select throws_ok($$ select pg_temp.enter(0, '01a00000-0000-7000-8000-000000000002') $$, 'PT422', 'lines_invalid', 'a request that fails');
select lives_ok($$ select pg_temp.enter(3, '01a00000-0000-7000-8000-000000000002') $$, 'does not burn its key');
select lives_ok($$ select submit_order(tests.id('order'), null, '01a00000-0000-7000-8000-000000000003') $$, 'a step with a key');
select is((submit_order(tests.id('order'), null, '01a00000-0000-7000-8000-000000000003')).status::text, 'pending_approval', 'is not refused the second time');
select throws_ok($$ select submit_order(tests.id('order')) $$, 'PT409', 'order_transition_illegal', 'without the key it is');
select tests.sign_in('sales@globex.test');
select throws_ok($$ select submit_order(tests.id('order'), null, '01a00000-0000-7000-8000-000000000003') $$, 'PT404', 'record_not_found', 'a key of another company tells a stranger nothing');

select * from finish();
rollback;
