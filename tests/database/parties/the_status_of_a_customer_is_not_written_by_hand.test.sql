begin;
select plan(5);

select tests.sign_in('owner@acme.test');
select throws_ok($$ update customers set status = 'suspended', status_reason = 'x' where id = tests.customer('Kilimani Mini Mart') $$, '42501', null, 'not by an owner');
select throws_ok($$ insert into customers (name, status) values ('Quick Shop', 'active') $$, '42501', null, 'nor on entry');
select throws_ok($$ update customers set tenant_id = tests.tenant('globex') where id = tests.customer('Kilimani Mini Mart') $$, '42501', null, 'nor is the company');
select throws_ok($$ update customers set version = 99 where id = tests.customer('Kilimani Mini Mart') $$, '42501', null, 'nor the version');
select tests.sign_out();
select throws_ok($$ update customers set status = 'draft' where id = tests.customer('Kilimani Mini Mart') $$, 'PT409', 'customer_transition_illegal', 'the superuser is held to the graph');

select * from finish();
rollback;
