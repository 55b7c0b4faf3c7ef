begin;
select plan(7);

select tests.remember('order', tests.allocated('Westlands Wholesalers', 'COL-300', 10));
select tests.remember('other', tests.allocated('Westlands Wholesalers', 'ORG-300', 5));
select tests.remember('trip', tests.loaded(array[tests.id('order'), tests.id('other')]));
select tests.sign_in('manager@acme.test');
select throws_ok($$ select cancel_order(tests.id('order'), null) $$, 'PT422', 'reason_required', 'a reason is needed');
select is((cancel_order(tests.id('order'), 'Shop is closed')).status_reason, 'Shop is closed', 'and kept');
select is(tests.reserved('COL-300'), 0.000, 'the stock is free');
select is((select array_agg(order_id) from trip_stops where trip_id = tests.id('trip')), array[tests.id('other')], 'the trip carries the other order only');
select is((select array_agg(product_id) from load_items i join loads l on l.id = i.load_id where l.trip_id = tests.id('trip')), array[tests.product('ORG-300')], 'and its load sheet is new');
select is((select depot_confirmed_at from loads where trip_id = tests.id('trip')), null, 'and unconfirmed');
select tests.sign_in('agent@acme.test');
select throws_ok($$ select cancel_order(tests.id('other'), 'x') $$, '42501', 'permission_denied', 'an agent cancels no confirmed order');

select * from finish();
rollback;
