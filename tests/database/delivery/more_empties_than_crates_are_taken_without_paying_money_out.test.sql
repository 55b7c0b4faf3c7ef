begin;
select plan(3);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 2));
select tests.on_the_road(array[tests.id('order')]);
select tests.deliver(tests.id('order'), 2, null, tests.lines('EMP-CRATE24', 5));
select is((select deposit_total from invoices where order_id = tests.id('order')), 0.00, 'no deposit is charged');
select is((select total from invoices where order_id = tests.id('order')), 1809.60, 'and none is paid back beyond it');
select is((select quantity || ' ' || deposit_amount from container_balances where holder = 'customer' and holder_id = tests.customer('Kilimani Mini Mart')), '-3.000 -1200.00', 'three crates and their deposit stay to his credit');

select * from finish();
rollback;
