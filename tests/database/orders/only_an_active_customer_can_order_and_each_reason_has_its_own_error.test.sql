begin;
select plan(4);

select tests.remember('suspended', tests.draft('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('closed', tests.draft('Java Corner Cafe', 'COL-300', 1));
select tests.sign_in('manager@acme.test');
select suspend_customer(tests.customer('Kilimani Mini Mart'), 'Does not pay');
select deactivate_customer(tests.customer('Java Corner Cafe'));
select tests.sign_in('sales@acme.test');
select throws_ok($$ select submit_order(tests.id('suspended')) $$, 'PT409', 'customer_suspended', 'suspended');
select throws_ok($$ select submit_order(tests.id('closed')) $$, 'PT409', 'customer_inactive', 'closed');
select throws_ok($$ select create_order(tests.customer('Thika Road Grocers'), tests.depot(), tests.lines('COL-300', 1), submit => true) $$, 'PT409', 'customer_not_active', 'not approved yet');
select is((select count(*) from orders where customer_id = tests.customer('Thika Road Grocers')), 0::bigint, 'nothing of a refused order stays');

select * from finish();
rollback;
