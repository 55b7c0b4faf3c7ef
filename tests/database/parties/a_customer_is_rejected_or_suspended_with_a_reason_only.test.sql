begin;
select plan(8);

select tests.sign_in('sales@acme.test');
insert into customers (name) values ('Doubtful Duka');
select tests.remember('customer', (select id from customers where name = 'Doubtful Duka'));
insert into customer_addresses (customer_id, label, street, city) values (tests.id('customer'), 'Shop', 'Moi Avenue 1', 'Nairobi');
select submit_customer(tests.id('customer'));
select tests.sign_in('manager@acme.test');
select throws_ok($$ select reject_customer(tests.id('customer'), '   ') $$, 'PT422', 'reason_required', 'a rejection needs a reason');
select is((reject_customer(tests.id('customer'), 'No licence')).status_reason, 'No licence', 'which is kept');
select throws_ok($$ select approve_customer(tests.id('customer')) $$, 'PT409', 'customer_transition_illegal', 'a rejected customer stays rejected');
select throws_ok($$ select suspend_customer(tests.customer('Kilimani Mini Mart'), null) $$, 'PT422', 'reason_required', 'a suspension needs a reason');
select is((suspend_customer(tests.customer('Kilimani Mini Mart'), 'Cheque bounced')).status::text, 'suspended', 'and is possible with one');
select is((reactivate_customer(tests.customer('Kilimani Mini Mart'))).status::text, 'active', 'and is lifted');
select is((deactivate_customer(tests.customer('Kilimani Mini Mart'))).status::text, 'inactive', 'a customer can be closed');
select throws_ok($$ select reactivate_customer(tests.customer('Kilimani Mini Mart')) $$, 'PT409', 'customer_transition_illegal', 'for good');

select * from finish();
rollback;
