begin;
select plan(6);

select tests.remember('first', tests.pending('Kilimani Mini Mart', 'COL-300', 50));
select tests.remember('second', tests.pending('Kilimani Mini Mart', 'COL-300', 6));
select tests.sign_in('manager@acme.test');
select is((approve_order(tests.id('first'))).status::text, 'approved', '45,240 of 50,000 are free');
select throws_ok($$ select approve_order(tests.id('second')) $$, 'PT409', 'credit_exceeded', 'the rest is not enough for 5,428.80');
select throws_ok($$ select approve_order(tests.id('second'), '  ') $$, 'PT409', 'credit_exceeded', 'blanks are no note');
select tests.sign_in('owner@acme.test');
select set_role_permission('manager', 'orders.override_credit', false);
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_order(tests.id('second'), 'He will pay') $$, 'PT409', 'credit_exceeded', 'a note needs the right to go over the limit');
select tests.sign_in('owner@acme.test');
select is((approve_order(tests.id('second'), 'He will pay')).credit_override_note, 'He will pay', 'with the right and a note it is approved');
select tests.sign_out();
select tests.remember('cash', tests.pending('Karen Country Kiosk', 'LAG-500', 100));
select tests.sign_in('manager@acme.test');
select is((approve_order(tests.id('cash'))).credit_override_note, null, 'who pays on delivery needs no credit');

select * from finish();
rollback;
