begin;
select plan(2);

select tests.remember('order', tests.pending('Westlands Wholesalers', 'COL-300', 10));
select tests.sign_in('manager@acme.test');
update price_list_items set price = 1 where product_id = tests.product('COL-300');
update products set base_price = 1 where id = tests.product('COL-300');
select is((approve_order(tests.id('order'))).subtotal, 7410.00, 'a submitted order keeps its price');
select tests.sign_out();
select tests.remember('draft', tests.draft('Westlands Wholesalers', 'COL-300', 10));
update price_list_items set price = 2 where product_id = tests.product('COL-300');
select tests.sign_in('sales@acme.test');
select is((submit_order(tests.id('draft'))).subtotal, 20.00, 'a draft takes the price of the day it is submitted');

select * from finish();
rollback;
