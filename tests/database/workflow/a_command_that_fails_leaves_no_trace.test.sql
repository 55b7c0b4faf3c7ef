begin;
select plan(4);

select tests.remember('order', tests.approved('Westlands Wholesalers', 'COL-300', 500));
create table pg_temp.before as select (select count(*) from event_store) as events, (select count(*) from transition_executions) as steps, (select count(*) from audit_logs) as entries;
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select allocate_order(tests.id('order'), null, '01a00000-0000-7000-8000-000000000001') $$, 'PT409', 'stock_short', 'there is not enough stock');
select tests.sign_out();
select results_eq('select * from pg_temp.before', 'select (select count(*) from event_store), (select count(*) from transition_executions), (select count(*) from audit_logs)', 'no event, no history, no audit entry');
select is((select count(*) from reservations), 0::bigint, 'no reservation');
select is((select count(*) from private.idempotency_keys where key = '01a00000-0000-7000-8000-000000000001'), 0::bigint, 'and its key is not burnt');

select * from finish();
rollback;
