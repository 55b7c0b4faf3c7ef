begin;
select plan(6);

select tests.remember('order', tests.allocated('Westlands Wholesalers', 'COL-300', 10));
select tests.sign_in('sales@acme.test');
select throws_ok($$ select reattempt_order(tests.id('order')) $$, 'PT409', 'order_transition_illegal', 'an order that did not fail is not tried again');
select tests.sign_out();
select tests.on_the_road(array[tests.id('order')]);
select tests.sign_in('driver@acme.test');
select throws_ok($$ select fail_delivery(tests.id('order'), ' ') $$, 'PT422', 'reason_required', 'a failure needs a reason');
select is((fail_delivery(tests.id('order'), 'Shop closed')).status::text, 'failed', 'the delivery failed');
select tests.sign_in('sales@acme.test');
select tests.remember('again', (reattempt_order(tests.id('order'))).id);
select is((select status || ' ' || (reattempt_of_id = tests.id('order')) from orders where id = tests.id('again')), 'draft true', 'a linked draft');
select is((select quantity from order_items where order_id = tests.id('again')), 10.000, 'with the same lines');
select throws_ok($$ select reattempt_order(tests.id('order')) $$, 'PT409', 'order_transition_illegal', 'once');

select * from finish();
rollback;
