begin;
select plan(36);

-- One order is delivered before the cancelling and told after it, one fails with the trip, one was delivered in time.
select tests.remember('told', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('late', tests.allocated('Kilimani Mini Mart', 'COL-300', 2));
select tests.remember('open', tests.allocated('Kilimani Mini Mart', 'COL-300', 3));
select tests.remember('trip', tests.on_the_road(array[tests.id('told'), tests.id('late'), tests.id('open')]));
select tests.deliver(tests.id('told'), 1);

select tests.sign_in('driver@acme.test');
select throws_ok($$select cancel_trip(tests.id('trip'), 'Rain')$$, '42501', 'permission_denied', 'the driver does not call his trip off');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$select cancel_trip(tests.id('trip'), ' ')$$, 'PT422', 'reason_required', 'it takes a reason');
select is((cancel_trip(tests.id('trip'), 'The bridge is closed')).status::text, 'cancelled', 'a trip on the road is cancelled');
select is((select array_agg(s.status::text order by s.sequence) from trip_stops s where s.trip_id = tests.id('trip')), '{delivered,failed,failed}', 'its open stops fail, what was delivered stays');
select is((select o.status || ': ' || o.status_reason from orders o where o.id = tests.id('open')), 'failed: The bridge is closed', 'with that reason');
select is(tests.status('order', tests.id('told')), 'delivered', 'a delivery is not undone');
select is(tests.stock('COL-300', tests.van()), 5.000, 'what was not delivered stays stock of the van');
select ok((select t.is_on_the_road from trips t where t.id = tests.id('trip')), 'the van is not back yet');
select ok('submit_offload' = any (allowed_commands(t)), 'whoever loads counts it') from trips t where t.id = tests.id('trip') and tests.sign_in('warehouse@acme.test') is not null;

-- Neither van nor driver leaves again.
select tests.sign_out();
select tests.remember('next', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('later', tests.loaded(array[tests.id('next')]));
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$select dispatch_trip(tests.id('later'))$$, 'PT409', 'driver_on_the_road', 'its driver does not leave on another trip');
select tests.sign_out();
insert into drivers (tenant_id, name, membership_id) values (tests.tenant('acme'), 'Njeri', tests.membership('admin@acme.test'));
select tests.sign_in('dispatcher@acme.test');
select change_trip(tests.id('later'), driver_id => d.id) from drivers d where d.name = 'Njeri';
select tests.sign_in('warehouse@acme.test');
select confirm_load(tests.id('later'), tests.counts(tests.id('later')));
select tests.sign_in('admin@acme.test');
select confirm_load(tests.id('later'), tests.counts(tests.id('later')));
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$select dispatch_trip(tests.id('later'))$$, 'PT409', 'vehicle_on_the_road', 'nor does its van');

-- The phone of the driver finds its network.
select tests.sign_in('driver@acme.test');
select throws_ok(
  $$select complete_delivery(tests.id('open'), tests.taken(tests.id('open'), 3), 'Tom', tests.signature())$$,
  'PT409', 'trip_was_cancelled', 'nothing is delivered after the cancelling'
);
select throws_ok(
  $$select complete_delivery(tests.id('open'), tests.taken(tests.id('open'), 3), 'Tom', tests.signature(), captured_at => now() + interval '6 minutes')$$,
  'PT422', 'captured_at_invalid', 'whatever the clock of the phone says'
);
select is(
  (complete_delivery(tests.id('late'), tests.taken(tests.id('late'), 2), 'Tom', tests.signature(), payment => '{"method": "cash", "amount": 500}', captured_at => now() - interval '1 minute')).status::text,
  'delivered', 'what happened before it counts, though it is told after it'
);
select is((select o.status_reason from orders o where o.id = tests.id('late')), null, 'and the order did not fail');
select is((select s.status::text from trip_stops s where s.order_id = tests.id('late')), 'delivered', 'nor its stop');
select tests.sign_out();
select is((select count(*) from invoices i where i.order_id = tests.id('late')), 1::bigint, 'it is billed');
select is(tests.stock('COL-300', tests.van()), 3.000, 'it left the van');
select tests.sign_in('driver@acme.test');
select is(
  (fail_delivery(tests.id('open'), 'Shop closed', captured_at => now() - interval '2 minutes')).status_reason,
  'Shop closed', 'what the driver met at the door is the better reason'
);
select throws_ok(
  $$select complete_delivery(tests.id('open'), tests.taken(tests.id('open'), 3), 'Tom', tests.signature(), captured_at => now() - interval '1 minute')$$,
  'PT409', 'order_transition_illegal', 'and after that it is not delivered'
);

-- The van comes home.
select tests.remember('offload', (submit_offload(tests.id('trip'), jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'counted', 3)))).id);
select submit_settlement(tests.id('trip'), 500);
select tests.sign_in('dispatcher@acme.test');
select review_offload(tests.id('offload'));
select throws_ok($$select dispatch_trip(tests.id('later'))$$, 'PT409', 'vehicle_on_the_road', 'nor before its count is approved');
select approve_offload(tests.id('offload'));
select tests.sign_out();
select is(tests.stock('COL-300', tests.van()), 0.000, 'the van is empty');
select ok((select t.is_on_the_road from trips t where t.id = tests.id('trip')), 'the trip is not back as long as its cash is not counted');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$select dispatch_trip(tests.id('later'))$$, 'PT409', 'vehicle_on_the_road', 'so its van does not leave');
select tests.sign_in('finance@acme.test');
select is((approve_settlement((select s.id from settlements s where s.trip_id = tests.id('trip')), 500)).difference, 0.00, 'its cash is counted');
select ok((select not t.is_on_the_road and t.came_home_at is not null and t.status = 'cancelled' from trips t where t.id = tests.id('trip')), 'and now it is back, and stays cancelled');
select throws_ok($$select submit_offload(tests.id('trip'), '[]')$$, '42501', 'permission_denied', 'finance does not count vans');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$select submit_offload(tests.id('trip'), '[]')$$, 'PT409', 'offload_exists', 'and nobody counts it twice');
select ok('submit_offload' <> all (allowed_commands(t)), 'nor is that offered') from trips t where t.id = tests.id('trip');
select tests.sign_in('dispatcher@acme.test');
select is((dispatch_trip(tests.id('later'))).status::text, 'dispatched', 'now the van leaves again');
select is((cancel_trip(tests.id('later'), 'Engine trouble')).status::text, 'cancelled', 'a trip is cancelled between leaving and starting, too');
select is(tests.status('order', tests.id('next')), 'failed', 'its order fails');
select is((reattempt_order(tests.id('next'))).status::text, 'draft', 'and is tried again') from tests.sign_in('sales@acme.test');
select tests.sign_out();
select is((private.verify_company(tests.tenant('acme'))).examples, '[]'::jsonb, 'the books agree');

-- A trip that never left has nothing to count.
select tests.remember('other', tests.planned(array[tests.allocated('Kilimani Mini Mart', 'COL-300', 1)]));
select tests.sign_in('dispatcher@acme.test');
select cancel_trip(tests.id('other'), 'Rain');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$select submit_offload(tests.id('other'), '[]')$$, 'PT409', 'trip_never_left', 'a trip that never left has nothing to count');
select is((select array_agg(c) from trips t, unnest(allowed_commands(t)) c where t.id = tests.id('other') and c <> 'report_variance'), null, 'and offers nothing');

select * from finish();
rollback;
