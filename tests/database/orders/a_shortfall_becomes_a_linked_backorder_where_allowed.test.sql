begin;
select plan(8);

select tests.remember('order', tests.approved('Karen Country Kiosk', 'COL-300', 450, true));
select tests.sign_in('dispatcher@acme.test');
select is((allocate_order(tests.id('order'))).status::text, 'allocated', 'what is there is allocated');
select is((select quantity from order_items where order_id = tests.id('order')), 400.000, 'the order shrinks to it');
select is((select status::text from orders where backorder_of_id = tests.id('order')), 'approved', 'the rest is an approved order of its own');
select is((select i.quantity from order_items i join orders o on o.id = i.order_id where o.backorder_of_id = tests.id('order')), 50.000, 'over what is missing');
select is((select sum(subtotal) from orders where id = tests.id('order') or backorder_of_id = tests.id('order')), 351000.00, 'together they cost the same');
select is((select sum(approved_total - total) from orders where id = tests.id('order') or backorder_of_id = tests.id('order')), 0.00, 'and each counts as approved for its own total');
select throws_ok($$ select allocate_order((select id from orders where backorder_of_id = tests.id('order'))) $$, 'PT409', 'stock_short', 'the backorder waits for goods');
select tests.sign_in('sales@acme.test');
select is((amend_order(tests.id('order'), tests.lines('COL-300', 425))).status::text, 'pending_approval', 'growing again asks for approval again');

select * from finish();
rollback;
