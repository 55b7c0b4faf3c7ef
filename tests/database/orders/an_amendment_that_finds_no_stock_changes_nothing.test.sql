begin;
select plan(3);

select tests.remember('big', tests.allocated('Karen Country Kiosk', 'COL-300', 390));
select tests.remember('order', tests.allocated('Westlands Wholesalers', 'COL-300', 10));
update tenant_settings set business_rules = '{"orders.amend_tolerance_percent": 500}' where tenant_id = tests.tenant('acme');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select amend_order(tests.id('order'), tests.lines('COL-300', 11)) $$, 'PT409', 'stock_short', 'one crate more is not there');
select is((select quantity || ' ' || i.quantity_reserved from order_items i where order_id = tests.id('order')), '10.000 10.000', 'the order is as it was');
select is(tests.reserved('COL-300'), 400.000, 'and so is the stock');

select * from finish();
rollback;
