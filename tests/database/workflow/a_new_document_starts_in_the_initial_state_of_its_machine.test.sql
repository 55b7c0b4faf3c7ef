begin;
select plan(5);

select throws_ok($$ insert into orders (tenant_id, customer_id, warehouse_id, currency, status, approved_at, address_id) select tenant_id, id, tests.depot(), 'KES', 'approved', now(), (select a.id from customer_addresses a where a.customer_id = c.id) from customers c where c.id = tests.customer('Kilimani Mini Mart') $$, 'PT409', 'order_transition_illegal', 'no order is born approved');
select throws_ok($$ insert into customers (tenant_id, name, status) values (tests.tenant('acme'), 'Born Active', 'active') $$, 'PT409', 'customer_transition_illegal', 'no customer is born active');
select throws_ok($$ insert into payments (tenant_id, customer_id, method, amount, currency, status, approved_at) values (tests.tenant('acme'), tests.customer('Kilimani Mini Mart'), 'cash', 5, 'KES', 'approved', now()) $$, 'PT409', 'payment_transition_illegal', 'no payment is born approved');
select throws_ok($$ insert into trips (tenant_id, warehouse_id, driver_id, planned_start_at, planned_end_at, status) values (tests.tenant('acme'), tests.depot(), tests.driver(), now(), now() + interval '1 hour', 'planned') $$, 'PT409', 'trip_transition_illegal', 'no trip is born planned');
select is((select count(*) from private.machines m where not exists (select from private.transitions t where t.machine = m.machine and t.from_state = m.initial_state)), 0::bigint, 'and from every start there is a way');

select * from finish();
rollback;
