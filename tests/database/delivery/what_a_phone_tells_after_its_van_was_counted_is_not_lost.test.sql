begin;
select plan(15);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 5));
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select tests.sign_in('dispatcher@acme.test');
select cancel_trip(tests.id('trip'), 'The bridge is closed');
-- Three of five were sold by the phone that has no network; the depot finds two crates and one empty.
select tests.sign_in('warehouse@acme.test');
select tests.remember('offload', (submit_offload(tests.id('trip'), jsonb_build_array(
  jsonb_build_object('product_id', tests.product('COL-300'), 'counted', 2),
  jsonb_build_object('product_id', tests.product('EMP-CRATE24'), 'counted', 1)
))).id);
select tests.sign_out();

create function pg_temp.told_late(delivered numeric, empties numeric) returns text language sql as $$
  select status::text from public.complete_delivery(tests.id('order'), tests.taken(tests.id('order'), delivered, case when delivered < 5 then 'Customer refused' end), 'Tom', tests.signature(),
    empties => jsonb_build_array(jsonb_build_object('product_id', tests.product('EMP-CRATE24'), 'quantity', empties)),
    payment => '{"method": "cash", "amount": 700}', captured_at => now() - interval '1 minute')
$$;
select tests.sign_in('driver@acme.test');
select throws_ok($$select pg_temp.told_late(3, 1)$$, 'PT409', 'van_is_being_counted', 'while the count is decided the phone keeps what it has to tell');
select tests.sign_in('finance@acme.test');
select approve_variance(v.id, 'lost', tests.membership('driver@acme.test')) from variances v where v.trip_id = tests.id('trip');
select tests.sign_in('dispatcher@acme.test');
select review_offload(tests.id('offload'));
select approve_offload(tests.id('offload'));
select tests.sign_in('driver@acme.test');
select throws_ok($$select pg_temp.told_late(4, 1)$$, 'PT409', 'count_contradicts', 'more than was missing was not delivered');
select throws_ok($$select pg_temp.told_late(3, 2)$$, 'PT409', 'count_contradicts', 'nor more empties than were there');
select is(pg_temp.told_late(3, 1), 'delivered', 'what was missing was delivered');
select tests.sign_out();
select is(tests.stock('COL-300', tests.van()), 0.000, 'the van stays empty');
select is(tests.stock('EMP-CRATE24', tests.van()), 0.000, 'of empties, too');
select is((select sum(v.difference) from variances v where v.trip_id = tests.id('trip') and v.kind = 'offload' and v.product_id = tests.product('COL-300')), 0.000, 'nothing is missing any more');
select is((select sum(v.value) from variances v where v.responsible_id = tests.membership('driver@acme.test') and v.kind = 'offload'), 0.00, 'and the driver owes nothing for it');
select is((select count(*) from event_store h where h.machine = 'variance' and h.step = 'approve' and h.rule = 'delivery.late'), 2::bigint, 'a rule decided that, of goods and of empties');
select is((select count(*) from invoices i where i.order_id = tests.id('order')), 1::bigint, 'it is billed');
select is((select count(*) from payments p where p.order_id = tests.id('order')), 1::bigint, 'its money is known');
select is((private.verify_company(tests.tenant('acme'))).examples, '[]'::jsonb, 'the books agree');

-- Cash that is told after the cash was counted is missing from that count.
select tests.remember('second', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('third', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('trip', tests.on_the_road(array[tests.id('second'), tests.id('third')]));
select tests.deliver(tests.id('second'), 1, payment => '{"method": "cash", "amount": 300}');
select tests.sign_in('dispatcher@acme.test');
select cancel_trip(tests.id('trip'), 'Rain');
select tests.sign_in('driver@acme.test');
select submit_settlement(tests.id('trip'), 300);
select tests.sign_in('finance@acme.test');
select approve_settlement(s.id, 300) from settlements s where s.trip_id = tests.id('trip');
select tests.sign_in('driver@acme.test');
select complete_delivery(tests.id('third'), tests.taken(tests.id('third'), 1), 'Tom', tests.signature(), payment => '{"method": "cash", "amount": 200}', captured_at => now() - interval '1 minute');
select tests.sign_out();
select is((select v.difference from variances v where v.trip_id = tests.id('trip') and v.kind = 'cash'), -200.000, 'it is a difference of the trip');
select is((select v.responsible_id from variances v where v.trip_id = tests.id('trip') and v.kind = 'cash'), tests.membership('driver@acme.test'), 'in the name of its driver');
select is((select array[s.cash, s.counted, s.difference] from settlements s where s.trip_id = tests.id('trip')), array[500.00, 300.00, -200.00], 'and the settlement follows');

select * from finish();
rollback;
