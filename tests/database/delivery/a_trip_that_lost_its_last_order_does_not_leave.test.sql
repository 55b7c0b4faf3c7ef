begin;
select plan(2);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('trip', tests.planned(array[tests.id('order')]));
select tests.sign_in('manager@acme.test');
select cancel_order(tests.id('order'), 'Shop burnt down');
select tests.sign_in('warehouse@acme.test');
select confirm_load(tests.id('trip'), '[]');
select tests.sign_in('driver@acme.test');
select confirm_load(tests.id('trip'), '[]');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select dispatch_trip(tests.id('trip')) $$, 'PT409', 'trip_without_orders', 'there is nothing to bring');
select is((cancel_trip(tests.id('trip'), 'Nothing to do')).status::text, 'cancelled', 'it is cancelled');

select * from finish();
rollback;
