begin;
select plan(5);

select tests.remember('order', tests.allocated('Westlands Wholesalers', 'COL-300', 10));
select tests.remember('trip', tests.loaded(array[tests.id('order')]));
select tests.sign_in('sales@acme.test');
select is((amend_order(tests.id('order'), tests.lines('COL-300', 8))).status::text, 'allocated', 'a loaded order can shrink');
select is((select driver_confirmed_at from loads where trip_id = tests.id('trip')), null, 'but the load is counted again');
select is((select expected from load_items i join loads l on l.id = i.load_id where l.trip_id = tests.id('trip')), 8.000, 'against the new quantity');
select tests.sign_in('warehouse@acme.test');
select confirm_load(tests.id('trip'), tests.counts(tests.id('trip')));
select tests.sign_in('driver@acme.test');
select confirm_load(tests.id('trip'), tests.counts(tests.id('trip')));
select tests.sign_in('dispatcher@acme.test');
select dispatch_trip(tests.id('trip'));
select tests.sign_in('sales@acme.test');
select throws_ok($$ select amend_order(tests.id('order'), tests.lines('COL-300', 7)) $$, 'PT409', 'order_not_editable', 'on the road it is fixed');
select throws_ok($$ select cancel_order(tests.id('order'), 'Late') $$, 'PT409', 'order_transition_illegal', 'and not cancelled');

select * from finish();
rollback;
