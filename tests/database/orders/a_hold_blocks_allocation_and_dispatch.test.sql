begin;
select plan(8);

select tests.remember('order', tests.approved('Westlands Wholesalers', 'COL-300', 5));
select tests.sign_in('sales@acme.test');
select throws_ok($$ select hold_order(tests.id('order'), '') $$, 'PT422', 'reason_required', 'a hold needs a reason');
select ok((hold_order(tests.id('order'), 'Address unclear')).is_on_hold, 'and is set');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select allocate_order(tests.id('order')) $$, 'PT409', 'order_on_hold', 'nothing is reserved');
select is((release_order(tests.id('order'))).hold_reason, null, 'it is released');
select lives_ok($$ select allocate_order(tests.id('order')) $$, 'and allocated');
select tests.sign_out();
select tests.remember('trip', tests.loaded(array[tests.id('order')]));
select tests.sign_in('sales@acme.test');
select hold_order(tests.id('order'), 'Customer called');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select dispatch_trip(tests.id('trip')) $$, 'PT409', 'orders_not_assignable', 'an order on hold does not leave');
select release_order(tests.id('order'));
select lives_ok($$ select dispatch_trip(tests.id('trip')) $$, 'a released one does');
select throws_ok($$ select hold_order(tests.id('order'), 'Too late') $$, 'PT409', 'order_not_editable', 'on the road there is nothing to hold');

select * from finish();
rollback;
