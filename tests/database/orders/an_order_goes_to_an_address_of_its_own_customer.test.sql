begin;
select plan(6);

select tests.sign_in('sales@acme.test');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1), (select id from customer_addresses where customer_id = tests.customer('Java Corner Cafe'))) $$, 'PT422', 'address_required', 'not to that of a neighbour');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1), gen_random_uuid()) $$, 'PT422', 'address_required', 'nor to an unknown one');
select is((create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1))).address_id, (select id from customer_addresses where customer_id = tests.customer('Kilimani Mini Mart')), 'without one it takes his own');
update customer_addresses set is_active = false, is_default = false where customer_id = tests.customer('Kilimani Mini Mart');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1), submit => true) $$, 'PT422', 'address_required', 'a customer without an address cannot be delivered');
select tests.remember('order', (create_order(tests.customer('Java Corner Cafe'), tests.depot(), tests.lines('COL-300', 1))).id);
select throws_ok($$ select amend_order(tests.id('order'), address_id => (select id from customer_addresses where customer_id = tests.customer('Kilimani Mini Mart'))) $$, 'PT422', 'address_required', 'nor is an order moved to a neighbour');
select tests.sign_out();
select throws_ok($$ update orders set address_id = (select id from customer_addresses where customer_id = tests.customer('Kilimani Mini Mart')) where id = tests.id('order') $$, '23503', null, 'not even by the superuser');

select * from finish();
rollback;
