begin;
select plan(7);

select tests.sign_in('manager@acme.test');
insert into customers (name) values ('Corner Kiosk');
select tests.remember('customer', (select id from customers where name = 'Corner Kiosk'));
select matches((select code from customers where id = tests.id('customer')), '^CUS-[0-9]{6}$', 'he gets a code');
select throws_ok($$ select submit_customer(tests.id('customer')) $$, 'PT422', 'customer_without_address', 'without an address he is not submitted');
insert into customer_addresses (customer_id, label, street, city) values (tests.id('customer'), 'Shop', 'Moi Avenue 1', 'Nairobi');
select is((submit_customer(tests.id('customer'))).status::text, 'pending_approval', 'with one he is');
select throws_ok($$ select approve_customer(tests.id('customer')) $$, '42501', 'separation_of_duties', 'who entered him does not approve him');
select throws_ok($$ select reject_customer(tests.id('customer'), 'no') $$, '42501', 'separation_of_duties', 'nor reject him');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select approve_customer(tests.id('customer')) $$, '42501', 'permission_denied', 'nor somebody without the right');
select tests.sign_in('owner@acme.test');
select is((approve_customer(tests.id('customer'))).status::text, 'active', 'the owner does');

select * from finish();
rollback;
