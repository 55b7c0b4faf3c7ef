begin;
select plan(2);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 50));
select tests.remember('trip', tests.loaded(array[tests.id('order')]));
select tests.sign_in('manager@acme.test');
update customers set credit_limit = 1000 where id = tests.customer('Kilimani Mini Mart');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select dispatch_trip(tests.id('trip')) $$, 'PT409', 'orders_not_assignable', 'the limit was lowered in the meantime');
select tests.sign_in('manager@acme.test');
update customers set credit_limit = 50000 where id = tests.customer('Kilimani Mini Mart');
select tests.sign_in('dispatcher@acme.test');
select is((dispatch_trip(tests.id('trip'))).status::text, 'dispatched', 'with credit it leaves');

select * from finish();
rollback;
