begin;
select plan(14);

select tests.remember('order', tests.allocated('Karen Country Kiosk', 'COL-300', 10));
select tests.on_the_road(array[tests.id('order')]);
create function pg_temp.quote(delivered numeric, empties numeric, wanted text default 'order') returns text language sql as $$
  select concat_ws(' ', q ->> 'goods', q ->> 'deposits', q ->> 'total', q ->> 'prepaid', q ->> 'to_collect')
  from quote_delivery(tests.id(wanted), tests.taken(tests.id(wanted), delivered), case when empties is null then '[]' else tests.lines('EMP-CRATE24', empties) end) q
$$;
select tests.sign_in('driver@acme.test');
select is(pg_temp.quote(10, null), '9048.00 4000.00 13048.00 0 13048.00', 'goods with tax, and a deposit for each crate');
select is(pg_temp.quote(9, 8), '8143.20 400.00 8543.20 0 8543.20', 'for nine that are taken, against eight empties');
select is(pg_temp.quote(10, 15), '9048.00 0 9048.00 0 9048.00', 'more empties than he has pay for nothing');
select is(pg_temp.quote(0, null), '0.00 0 0.00 0 0', 'nothing for nothing');
select throws_ok($$ select quote_delivery(tests.id('order'), tests.taken(tests.id('order'), -1)) $$, 'PT422', 'input_invalid', 'not for less');
select throws_ok($$ select quote_delivery(tests.id('order'), '[{}]') $$, 'PT422', 'input_invalid', 'nor for an unknown number');
select throws_ok($$ select quote_delivery(gen_random_uuid(), '[]') $$, 'PT404', 'record_not_found', 'nor for somebody else''s order');

-- What was paid for the order before.
select tests.sign_in('sales@acme.test');
select record_payment(tests.customer('Karen Country Kiosk'), 'cash', 1000, order_id => tests.id('order'));
select tests.sign_in('driver@acme.test');
select is(pg_temp.quote(10, 10), '9048.00 0 9048.00 1000.00 8048.00', 'less what was paid for it');

-- It is what the invoice then says.
select tests.sign_out();
select tests.deliver(tests.id('order'), 9, 'broken', tests.lines('EMP-CRATE24', 2));
select is((select subtotal + tax_total || ' ' || deposit_total || ' ' || total from invoices where order_id = tests.id('order')), '8143.20 2800.00 10943.20', 'the invoice');
select tests.remember('next', tests.allocated('Karen Country Kiosk', 'COL-300', 5));
alter table trips disable trigger _200_guard_transition;
update trips set status = 'completed';
update products set deposit_amount = 500 where sku = 'EMP-CRATE24';
select tests.on_the_road(array[tests.id('next')]);
select tests.sign_in('driver@acme.test');
select is(pg_temp.quote(5, 12, 'next'), '4524.00 -2800.00 1724.00 0 1724.00', 'what he paid before comes back at what he paid');
select is(pg_temp.quote(5, 13, 'next'), '4524.00 -2800.00 1724.00 0 1724.00', 'and no more');
select tests.sign_out();
select tests.deliver(tests.id('next'), 5, null, tests.lines('EMP-CRATE24', 13));
select is((select total from invoices where order_id = tests.id('next')), 1724.00, 'as the invoice says');

-- Who has days to pay is asked for nothing at the door.
select tests.remember('later', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
update trips set status = 'completed';
select tests.on_the_road(array[tests.id('later')]);
select tests.sign_in('driver@acme.test');
select is(pg_temp.quote(1, 1, 'later'), '904.80 0 904.80 0 0', 'nothing is collected from who pays later');
select tests.sign_in('viewer@acme.test');
select throws_ok($$ select quote_delivery(tests.id('later'), '[]') $$, '42501', 'permission_denied', 'it is told to who records deliveries');

select * from finish();
rollback;
