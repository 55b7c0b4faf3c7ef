begin;
select plan(6);

select tests.sign_in('sales@acme.test');
select throws_ok($$ update customers set credit_limit = 9000000 where id = tests.customer('Kilimani Mini Mart') $$, '42501', 'permission_denied', 'a seller does not raise a limit');
select throws_ok($$ update customers set payment_terms_days = 0 where id = tests.customer('Kilimani Mini Mart') $$, '42501', 'permission_denied', 'nor turns credit off by making him pay cash');
select throws_ok($$ update customers set pays_at_month_end = true where id = tests.customer('Kilimani Mini Mart') $$, '42501', 'permission_denied', 'nor gives him until the end of the month');
select lives_ok($$ update customers set contact_name = 'Tom O.', credit_limit = credit_limit where id = tests.customer('Kilimani Mini Mart') $$, 'other details are his to keep');
insert into customers (name, credit_limit, payment_terms_days) values ('Hopeful Shop', 1000, 7);
select lives_ok($$ update customers set credit_limit = 2000 where name = 'Hopeful Shop' $$, 'and the wish of a draft, which somebody approves');
select tests.sign_in('manager@acme.test');
select lives_ok($$ update customers set credit_limit = 60000 where id = tests.customer('Kilimani Mini Mart') $$, 'a manager raises the limit');

select * from finish();
rollback;
