begin;
select plan(6);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select tests.sign_in('driver@acme.test');
select fail_delivery(tests.id('order'), 'Shop closed');
select tests.sign_out();
select is(tests.stock('COL-300', tests.van()), 10.000, 'the goods stay on the van');
select is((select count(*) from invoices where order_id = tests.id('order')), 0::bigint, 'nothing is invoiced');
select tests.sign_in('driver@acme.test');
select tests.remember('offload', (submit_offload(tests.id('trip'), jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'counted', 10)))).id);
select is((select count(*) from variances where trip_id = tests.id('trip')), 0::bigint, 'everything is there');
select tests.sign_in('dispatcher@acme.test');
select review_offload(tests.id('offload'));
select approve_offload(tests.id('offload'));
select is((complete_trip(tests.id('trip'))).status::text, 'completed', 'the trip is over');
select tests.sign_out();
select is(tests.stock('COL-300'), 400.000, 'the depot has all of it again');
select is((select sum(quantity) from container_balances where holder in ('van', 'customer')), 0.000, 'and the crates');

select * from finish();
rollback;
