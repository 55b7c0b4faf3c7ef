begin;
select plan(18);

-- An order of sales, corrected by the manager.
select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('manager@acme.test');
select ok((select 'approve' = any (o.allowed_commands) from orders o where o.id = tests.id('order')), 'the manager may approve what sales entered');
select amend_order(tests.id('order'), tests.lines('COL-300', 2));
select throws_ok($$ select approve_order(tests.id('order')) $$, '42501', 'separation_of_duties', 'once he changed its lines he may not');
select throws_ok($$ select reject_order(tests.id('order'), 'x') $$, '42501', 'separation_of_duties', 'nor reject it');
select ok(not (select 'approve' = any (o.allowed_commands) from orders o where o.id = tests.id('order')), 'and is not offered to');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select approve_order(tests.id('order')) $$, '42501', 'permission_denied', 'who entered it may not either');
select tests.sign_out();
select is((select o.edited_by from orders o where o.id = tests.id('order')), array[tests.account('manager@acme.test')], 'the row names who changed it');
select tests.sign_in('admin@acme.test');
select is((approve_order(tests.id('order'))).status::text, 'approved', 'a third person approves');

-- A change after the approval that asks for it again, of somebody who has the right.
select tests.sign_in('manager@acme.test');
select is((amend_order(tests.id('order'), tests.lines('COL-300', 9))).status::text, 'pending_approval', 'an increase asks for approval again');
select throws_ok($$ select approve_order(tests.id('order')) $$, '42501', 'separation_of_duties', 'not of who increased it');

-- Lines of the same total are a change as well.
select tests.remember('swapped', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('manager@acme.test');
select amend_order(tests.id('swapped'), tests.lines('COL-300', 1));
select throws_ok($$ select approve_order(tests.id('swapped')) $$, '42501', 'separation_of_duties', 'even if the total stays');

-- Who changes his own order is kept apart as its creator; nobody else is.
select tests.remember('own', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('sales@acme.test');
select amend_order(tests.id('own'), tests.lines('COL-300', 2));
select is((select o.edited_by from orders o where o.id = tests.id('own')), '{}'::uuid[], 'its creator is not listed twice');
select tests.sign_in('manager@acme.test');
select is((approve_order(tests.id('own'))).status::text, 'approved', 'and the manager approves');

-- A vote is a decision, too.
select tests.remember('voted', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
insert into workflow_definitions (tenant_id, machine, from_state, command, approvals_required)
values (tests.tenant('acme'), 'order', 'pending_approval', 'approve', 2);
select tests.sign_in('manager@acme.test');
select amend_order(tests.id('voted'), tests.lines('COL-300', 2));
select throws_ok($$ select approve_order(tests.id('voted')) $$, '42501', 'separation_of_duties', 'nor does he vote');

-- The terms of a customer, written straight to the table.
select tests.sign_in('sales@acme.test');
with entered as (insert into customers (name, phone) values ('Duka Moja', '+254700000001') returning id)
select tests.remember('customer', (select id from entered));
insert into customer_addresses (customer_id, label, street, city) values (tests.id('customer'), 'Shop', 'Ngong Road 1', 'Nairobi');
select submit_customer(tests.id('customer'));
select tests.sign_in('manager@acme.test');
update customers set contact_name = 'Jane' where id = tests.id('customer');
select ok((select 'approve' = any (c.allowed_commands) from customers c where c.id = tests.id('customer')), 'a name to ask for is no term');
update customers set credit_limit = 90000 where id = tests.id('customer');
select throws_ok($$ select approve_customer(tests.id('customer')) $$, '42501', 'separation_of_duties', 'who set the credit does not approve the customer');
select tests.sign_in('admin@acme.test');
update customers set payment_terms_days = 14 where id = tests.id('customer');
select throws_ok($$ select approve_customer(tests.id('customer')) $$, '42501', 'separation_of_duties', 'the second who changes terms is noted beside the first');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_customer(tests.id('customer')) $$, '42501', 'separation_of_duties', 'who is not forgotten');
select tests.sign_in('owner@acme.test');
select is((approve_customer(tests.id('customer'))).status::text, 'active', 'somebody who changed nothing does');

select * from finish();
rollback;
