begin;
select plan(3);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select throws_ok($$ update orders set status = 'dispatched' where id = tests.id('order') $$, 'PT409', 'order_status_derived', 'the superuser cannot send an order off');
select tests.on_the_road(array[tests.id('order')]);
select throws_ok($$ update orders set status = 'delivered', delivered_at = now() where id = tests.id('order') $$, 'PT409', 'order_status_derived', 'nor have it delivered');
select throws_ok($$ update orders set status = 'failed', status_reason = 'x' where id = tests.id('order') $$, 'PT409', 'order_status_derived', 'nor failed');

select * from finish();
rollback;
