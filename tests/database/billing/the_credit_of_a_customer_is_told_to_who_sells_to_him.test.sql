begin;
select plan(11);

select tests.sign_in('sales@acme.test');
select is(customer_credit(tests.customer('Kilimani Mini Mart')), '{"limit": 50000.00, "used": 0, "left": 50000.00, "overdue": 0}', 'nothing is used');
select is(customer_credit(tests.customer('Karen Country Kiosk')), '{"limit": null, "used": 0, "left": null, "overdue": 0}', 'who pays on delivery has no limit');
select tests.sign_out();

-- 10 crates at 780.00 and 16 % are 9,048.00.
select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 10));
select tests.sign_in('finance@acme.test');
select is((customer_credit(tests.customer('Kilimani Mini Mart')) ->> 'used')::numeric, 0.00, 'what nobody approved uses none');
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('order'));
select is(customer_credit(tests.customer('Kilimani Mini Mart')), '{"limit": 50000.00, "used": 9048.00, "left": 40952.00, "overdue": 0}', 'a confirmed order does');
select tests.sign_out();
select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 10, jsonb_build_array(jsonb_build_object('product_id', tests.product('EMP-CRATE24'), 'quantity', 10))));
select tests.sign_in('agent@acme.test');
select is(customer_credit(tests.customer('Kilimani Mini Mart')), '{"limit": 50000.00, "used": 18096.00, "left": 31904.00, "overdue": 0}', 'and so does an unpaid invoice');
select tests.sign_out();
update invoices set issued_on = issued_on - 30, due_on = current_date - 1 where id = tests.id('invoice');
select tests.sign_in('viewer@acme.test');
select is((customer_credit(tests.customer('Kilimani Mini Mart')) ->> 'overdue')::numeric, 9048.00, 'past its day it is overdue, marked or not');

select tests.sign_in('driver@acme.test');
select throws_ok($$ select customer_credit(tests.customer('Kilimani Mini Mart')) $$, '42501', 'permission_denied', 'the driver is not told');
select tests.sign_in('customer@acme.test');
select is((my_account() ->> 'owed')::numeric, 0::numeric, 'a customer is told his own');
select throws_ok($$ select customer_credit(tests.customer('Kilimani Mini Mart')) $$, '42501', 'permission_denied', 'and nobody else''s');
select tests.sign_in('sales@globex.test');
select throws_ok($$ select customer_credit(tests.customer('Kilimani Mini Mart')) $$, 'PT404', 'record_not_found', 'another company is told nothing');
select tests.sign_out();
set local role anon;
select throws_ok($$ select public.customer_credit('01a00000-0000-7000-8000-000000000000') $$, '42501', null, 'nor is a visitor');

select * from finish();
rollback;
