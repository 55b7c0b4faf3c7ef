begin;
select plan(30);

create function pg_temp.blocks(called text) returns text language sql as $$
  select coalesce(string_agg(e.reason, ', ' order by e.reason), 'none') from order_exceptions e where e.order_id = tests.id(called)
$$;
create function pg_temp.note(called text, why text) returns text language sql as $$
  select e.note from order_exceptions e where e.order_id = tests.id(called) and e.reason = why
$$;
grant execute on all functions in schema pg_temp to public;
update customer_addresses set latitude = -1.28, longitude = 36.8 where tenant_id = tests.tenant('acme');

select tests.remember('fine', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('pending', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('allocated', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('draft', tests.draft('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('sales@acme.test');
select is(pg_temp.blocks('fine'), 'none', 'an order that can go on is not listed');

-- Held, and released again.
select tests.sign_in('manager@acme.test');
select hold_order(tests.id('fine'), 'Call him first');
select is(pg_temp.blocks('fine'), 'order_on_hold', 'one that is held is');
select is(pg_temp.note('fine', 'order_on_hold'), 'Call him first', 'with the reason');
select release_order(tests.id('fine'));
select is(pg_temp.blocks('fine'), 'none', 'until it is released');

-- Its customer.
select suspend_customer(tests.customer('Kilimani Mini Mart'), 'Cheque bounced');
select is(pg_temp.blocks('pending'), 'customer_suspended', 'the customer is suspended');
select is(pg_temp.blocks('draft'), 'customer_suspended', 'a draft cannot be sent');
select hold_order(tests.id('pending'), 'Wait');
select is(pg_temp.blocks('pending'), 'customer_suspended, order_on_hold', 'each reason is a row of its own');
select release_suspended_order(tests.id('fine'), 'He paid cash');
select is(pg_temp.blocks('fine'), 'none', 'one that was released goes on');
select is((select count(*) from order_exceptions where id is null), 0::bigint, 'every row has an id');
select is((select count(*) from order_exceptions), (select count(distinct id) from order_exceptions), 'of its own');
select reactivate_customer(tests.customer('Kilimani Mini Mart'));
select is(pg_temp.blocks('draft'), 'none', 'he may order again');

-- Its address.
select tests.sign_out();
update customer_addresses set latitude = null, longitude = null where customer_id = tests.customer('Kilimani Mini Mart');
select tests.sign_in('sales@acme.test');
select is(pg_temp.blocks('allocated'), 'address_not_on_map', 'no route leads to an address without a position');
select tests.sign_out();
update customer_addresses set is_active = false where customer_id = tests.customer('Kilimani Mini Mart');
select tests.sign_in('sales@acme.test');
select is(pg_temp.blocks('allocated'), 'address_inactive', 'an address out of use');
select tests.sign_out();
update customer_addresses set is_active = true, latitude = -1.28, longitude = 36.8 where customer_id = tests.customer('Kilimani Mini Mart');

-- Its stock.
select tests.remember('short', tests.approved('Karen Country Kiosk', 'COL-300', 450));
select tests.remember('patient', tests.approved('Karen Country Kiosk', 'COL-300', 450, true));
select tests.sign_in('sales@acme.test');
select is(pg_temp.blocks('short'), 'stock_short', 'the depot has too little');
select is(pg_temp.note('short', 'stock_short'), (select name from products where id = tests.product('COL-300')), 'of this product');
select is(pg_temp.blocks('fine'), 'none', 'it has enough for a smaller one');
select is(pg_temp.blocks('patient'), 'none', 'what may follow later does not keep the rest');
select tests.sign_out();
select tests.allocated('Westlands Wholesalers', 'COL-300', (select available from inventory where product_id = tests.product('COL-300') and warehouse_id = tests.depot() and condition = 'good'));
select tests.sign_in('sales@acme.test');
select is(pg_temp.blocks('patient'), 'stock_short', 'unless there is nothing at all');

-- Whoever could approve it.
select tests.sign_out();
update tenant_settings set business_rules = business_rules || '{"orders.approval_limits": {"owner": 1, "admin": 1, "manager": 1}}' where tenant_id = tests.tenant('acme');
select tests.sign_in('sales@acme.test');
select is(pg_temp.blocks('pending'), 'nobody_may_approve, order_on_hold', 'nobody''s limit is as high as the order');
select tests.sign_out();
update tenant_settings set business_rules = business_rules || '{"orders.approval_limits": {"owner": 1, "admin": 1}}' where tenant_id = tests.tenant('acme');
select tests.sign_in('sales@acme.test');
select is(pg_temp.blocks('pending'), 'order_on_hold', 'until somebody''s is');

-- The depot that it should have left.
select tests.sign_out();
update tenant_settings set business_rules = business_rules - 'orders.approval_limits' where tenant_id = tests.tenant('acme');
select tests.remember('leaving', tests.planned(array[tests.id('allocated')]));
update warehouses set works_in_shifts = true where id = tests.depot();
select tests.sign_in('sales@acme.test');
select is(pg_temp.blocks('allocated'), 'none', 'that its depot is closed keeps no order whose trip is later');
select tests.sign_out();
update trips set planned_start_at = now() - interval '1 hour' where id = tests.id('leaving');
select tests.sign_in('sales@acme.test');
select is(pg_temp.blocks('allocated'), 'depot_closed', 'one whose trip should have left is listed');
select tests.sign_out();
update warehouses set works_in_shifts = false where id = tests.depot();
select tests.sign_in('dispatcher@acme.test');
select cancel_trip(tests.id('leaving'), 'Another day');
select tests.sign_out();

-- The credit of its customer.
select tests.sign_out();
update customers set credit_limit = 1, payment_terms_days = 30 where id = tests.customer('Kilimani Mini Mart');
select tests.sign_in('manager@acme.test');
select is(pg_temp.blocks('allocated'), 'credit_exceeded', 'the credit does not cover it');
select is(pg_temp.note('allocated', 'credit_exceeded')::numeric,
  (select sum(o.total) - 1 from orders o where o.customer_id = tests.customer('Kilimani Mini Mart') and (o.is_owed)), 'by this much');
select release_order(tests.id('pending'));
select lives_ok($$ select approve_order(tests.id('pending'), 'I know him') $$, 'who may takes it on himself');
select is(pg_temp.blocks('pending'), 'stock_short', 'and the credit is no reason any more');

-- A standing order that was not made, and who sees what.
select tests.sign_in('sales@acme.test');
select tests.remember('template', (create_order_template(tests.customer('Kilimani Mini Mart'), tests.depot(), 'Daily', tests.lines('COL-300', 1), weekdays => '{1,2,3,4,5,6,7}')).id);
select tests.sign_out();
update customers set status = 'suspended', status_reason = 'x' where id = tests.customer('Kilimani Mini Mart');
select private.make_standing_orders();
select tests.sign_in('sales@acme.test');
select is((select string_agg(reason || ' ' || note, ', ') from order_exceptions where standing_order_id is not null), 'standing_order_not_made customer_suspended', 'a standing order that was not made is listed');
select dismiss_standing_order((select standing_order_id from order_exceptions where standing_order_id is not null));
select is((select count(*) from order_exceptions where standing_order_id is not null), 0::bigint, 'until somebody dismisses it');
select tests.sign_in('driver@acme.test');
select is((select count(*) from order_exceptions), 0::bigint, 'a driver sees none of what is not on his trips');
select tests.sign_in('admin@globex.test');
select is((select count(*) from order_exceptions e where e.order_id = tests.id('short')), 0::bigint, 'nor does a stranger');

select * from finish();
rollback;
