begin;
select plan(31);

select tests.remember('first', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('second', tests.allocated('Java Corner Cafe', 'COL-300', 1));
update customer_addresses a set latitude = -1.29, longitude = 36.78, window_start = null, window_end = null from orders o where o.id = tests.id('first') and a.id = o.address_id;
update customer_addresses a set latitude = -1.20, longitude = 36.78, window_start = null, window_end = null from orders o where o.id = tests.id('second') and a.id = o.address_id;
select tests.remember('trip', tests.loaded(array[tests.id('first'), tests.id('second')]));

-- Where the phone is, so many minutes ago.
create function pg_temp.at(minutes numeric, latitude numeric, longitude numeric default 36.78, more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_array(jsonb_build_object('happened_at', now() - make_interval(secs => minutes * 60), 'latitude', latitude, 'longitude', longitude) || more)
$$;
create function pg_temp.near() returns bigint language sql security definer as $$
  select count(*) from event_store e where e.event_type = 'delivery.near' and e.entity_id in (tests.id('first'), tests.id('second'))
$$;

select tests.sign_in('driver@acme.test');
select throws_ok($$select record_positions(tests.id('trip'), pg_temp.at(0, -1.4))$$, '42501', 'position_not_shared', 'nobody is followed who has not agreed');
select ok((share_position(true)).shares_position_since is not null, 'the driver agrees');
select is((share_position(true)).version, (share_position(true)).version, 'to say it again changes nothing');
select throws_ok($$select share_position(null)$$, 'PT422', 'input_invalid', 'he says yes or no');
select throws_ok($$select record_positions(tests.id('trip'), pg_temp.at(0, -1.4))$$, 'PT409', 'positions_outside_trip', 'before the trip begins he is followed nowhere');
select tests.sign_in('dispatcher@acme.test');
select dispatch_trip(tests.id('trip'));
select tests.sign_in('driver@acme.test');
select start_trip(tests.id('trip'));
select tests.sign_out();
update trips set started_at = now() - interval '2 hours' where id = tests.id('trip');
update drivers set shares_position_since = now() - interval '90 minutes' where id = tests.driver();

select tests.sign_in('driver@acme.test');
select is(record_positions(tests.id('trip'), pg_temp.at(30, -1.4, more => '{"accuracy": 12, "speed": 40, "heading": 350, "battery": 80}')), '{"kept": 1, "left_out": 0}', 'on the way it is kept');
select is(record_positions(tests.id('trip'), pg_temp.at(30, -1.5)), '{"kept": 1, "left_out": 0}', 'a moment that is sent again is there already');
select results_eq($$select latitude, battery from vehicle_positions where trip_id = tests.id('trip')$$, $$values (-1.4::numeric(9,6), 80)$$, 'once, as it was told first');
select is(record_positions(tests.id('trip'), pg_temp.at(110, -1.5) || pg_temp.at(29, -1.4)), '{"kept": 1, "left_out": 1}', 'what was before he agreed is left out of what comes with it');
select throws_ok($$select record_positions(tests.id('trip'), pg_temp.at(-10, -1.4))$$, 'PT409', 'positions_outside_trip', 'as is what is still to come');
select throws_ok($$select record_positions(tests.id('trip'), pg_temp.at(1, -91))$$, 'PT422', 'input_invalid', 'a place that is not on earth is refused');
select throws_ok($$select record_positions(tests.id('trip'), pg_temp.at(1, -1.4, more => '{"battery": 101}'))$$, 'PT422', 'input_invalid', 'as is more than a full battery');
select throws_ok($$select record_positions(tests.id('trip'), '[]')$$, 'PT422', 'input_invalid', 'and nothing at all');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$select record_positions(tests.id('trip'), pg_temp.at(1, -1.4))$$, '42501', null, 'the office tells no positions');
select throws_ok($$select share_position(true)$$, '42501', null, 'nor agrees for the driver');
select throws_ok($$update drivers set shares_position_since = now() where id = tests.driver()$$, '42501', null, 'whatever way it tries');
select throws_ok($$insert into vehicle_positions (trip_id, happened_at, latitude, longitude) values (tests.id('trip'), now(), 1, 1)$$, '42501', null, 'and writes none itself');
select is((select count(*) from vehicle_positions), 2::bigint, 'it sees the way of the van');
select tests.sign_in('manager@globex.test');
select is((select count(*) from vehicle_positions), 0::bigint, 'another company does not');
select tests.sign_in('customer@acme.test');
select is((select count(*) from vehicle_positions), 0::bigint, 'nor does a customer');
select tests.sign_in('driver@globex.test');
select throws_ok($$select record_positions(tests.id('trip'), pg_temp.at(1, -1.4))$$, 'PT404', 'record_not_found', 'and its drivers do not know the trip');

select tests.sign_in('driver@acme.test');
select record_positions(tests.id('trip'), pg_temp.at(2, -1.2905, more => '{"accuracy": 900}'));
select is(pg_temp.near(), 0::bigint, 'a phone that hardly knows where it is is near nobody');
select record_positions(tests.id('trip'), pg_temp.at(1.5, -1.201));
select is(pg_temp.near(), 0::bigint, 'the stop after the next one is not what the van comes to');
select record_positions(tests.id('trip'), pg_temp.at(1, -1.2905));
select record_positions(tests.id('trip'), pg_temp.at(0.5, -1.2901));
select is(pg_temp.near(), 1::bigint, 'near its next stop it is told once');
select results_eq($$select status::text, near_at is not null from trip_stops where order_id = tests.id('first')$$, $$values ('pending', true)$$, 'which is no arrival');
select complete_delivery(tests.id('first'), tests.taken(tests.id('first'), 1), 'Tom', tests.signature());
select fail_delivery(tests.id('second'), 'Closed');
select tests.sign_out();
update trips set status = 'cancelled', cancelled_at = now() - interval '20 minutes', status_reason = 'Called back' where id = tests.id('trip');
select tests.sign_in('driver@acme.test');
select throws_ok($$select record_positions(tests.id('trip'), pg_temp.at(0.2, -1.4))$$, 'PT409', 'positions_outside_trip', 'after the end of the trip nobody is followed');
select is(record_positions(tests.id('trip'), pg_temp.at(40, -1.41)), '{"kept": 1, "left_out": 0}', 'what a phone tells late of the way is kept');
select is((share_position(false)).shares_position_since, null, 'a driver changes his mind');
select throws_ok($$select record_positions(tests.id('trip'), pg_temp.at(41, -1.41))$$, '42501', 'position_not_shared', 'and from then on nothing is taken');

select tests.sign_out();
update tenant_settings set business_rules = business_rules || '{"positions.kept_days": 7}' where tenant_id = tests.tenant('acme');
update vehicle_positions set happened_at = happened_at - interval '8 days' where latitude = -1.4;
select is(private.forget_positions(), 2::bigint, 'positions are forgotten after the days of the company');
select is((select count(*) from vehicle_positions), 5::bigint, 'and no other');

select * from finish();
rollback;
