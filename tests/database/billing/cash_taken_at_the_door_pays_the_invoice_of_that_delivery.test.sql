begin;
select plan(5);

select tests.remember('order', tests.allocated('Karen Country Kiosk', 'WAT-500', 10));
select tests.on_the_road(array[tests.id('order')]);
select throws_ok($$ select tests.deliver(tests.id('order'), 10, null, '[]', '{"method": "cash", "amount": 0}') $$, 'PT422', 'payment_invalid', 'no money is no payment');
select throws_ok($$ select tests.deliver(tests.id('order'), 10, null, '[]', '{"method": "cash", "amount": "NaN"}') $$, 'PT422', 'payment_invalid', 'nor is no number');
select tests.deliver(tests.id('order'), 10, null, '[]', '{"method": "cash", "amount": 5000}');
select tests.remember('payment', (select id from payments where order_id = tests.id('order')));
select is(tests.status('payment', tests.id('payment')), 'pending', 'the driver''s word is not enough');
select tests.sign_in('finance@acme.test');
select issue_invoice((select id from invoices where order_id = tests.id('order')));
select is((approve_payment(tests.id('payment'))).unallocated, 128.00, 'approved it pays the invoice, the rest stays');
select is((select status || ' ' || balance from invoices where order_id = tests.id('order')), 'paid 0.00', 'which is paid');

select * from finish();
rollback;
