begin;
select plan(14);

-- Thirteen kilometres to each stop by road (ten as the crow flies), so 26 minutes at 30 km/h, and ten minutes at each.
select tests.remember('one', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('two', tests.allocated('Java Corner Cafe', 'COL-300', 1));
select tests.remember('three', tests.allocated('Ngong View Bar', 'COL-300', 1));
update customer_addresses a set latitude = -1.29 + p.n * 0.0899322, longitude = 36.78, window_start = null, window_end = null
from (values (tests.id('one'), 1), (tests.id('two'), 2), (tests.id('three'), 3)) as p (id, n) join orders o on o.id = p.id where a.id = o.address_id;
update warehouses set latitude = -1.29, longitude = 36.78 where id = tests.depot();
insert into private.travel_speeds (tenant_id, hour, kilometres_per_hour, legs) select tests.tenant('acme'), h, 30, 100 from generate_series(0, 23) h;
select tests.remember('trip', tests.on_the_road(array[tests.id('one'), tests.id('two'), tests.id('three')]));

create function pg_temp.live() returns table (trip_id uuid, order_id uuid, arrives_at timestamptz, late_minutes integer) language sql as $$
  select a.* from jsonb_to_recordset(public.live_arrivals()) as a (trip_id uuid, order_id uuid, arrives_at timestamptz, late_minutes integer)
$$;
-- In how many minutes the van is there.
create function pg_temp.due(name text) returns integer language sql as $$
  select round(extract(epoch from a.arrives_at - now()) / 60)::integer from pg_temp.live() a where a.order_id = tests.id(name)
$$;
create function pg_temp.at(minutes integer, latitude numeric) returns jsonb language sql as $$
  select record_positions(tests.id('trip'), jsonb_build_array(jsonb_build_object('happened_at', now() - make_interval(mins => minutes), 'latitude', latitude, 'longitude', 36.78)))
$$;

select tests.sign_in('driver@acme.test');
select is(array[pg_temp.due('one'), pg_temp.due('two'), pg_temp.due('three')], '{26,62,98}', 'a van without a phone is where it was last known: at the depot');
select share_position(true);
select tests.sign_out();
update trips set started_at = now() - interval '50 minutes' where id = tests.id('trip');
update drivers set shares_position_since = now() - interval '50 minutes' where id = tests.driver();
select tests.sign_in('dispatcher@acme.test');
select is(array[pg_temp.due('one'), pg_temp.due('two')], '{0,36}', 'one that should be there comes now at the earliest');
select tests.sign_in('driver@acme.test');
select pg_temp.at(2, -1.29 + 0.0449661);
select is(array[pg_temp.due('one'), pg_temp.due('two')], '{11,47}', 'its phone tells half of the way, two minutes ago');
select tests.sign_out();
update trip_stops s set planned_arrival_at = now() + interval '20 minutes' where s.trip_id = tests.id('trip');
select tests.sign_in('dispatcher@acme.test');
select results_eq($$select tests.id('one') = order_id, late_minutes from pg_temp.live() order by arrives_at$$, $$values (true, 0), (false, 27), (false, 63)$$, 'and who is late by more than a quarter of an hour');
select tests.sign_out();
update trip_stops s set planned_arrival_at = null where s.trip_id = tests.id('trip');
update customer_addresses a set window_start = '00:00', window_end = ((now() + interval '40 minutes') at time zone 'Africa/Nairobi')::time from orders o where o.id = tests.id('two') and a.id = o.address_id;
select tests.sign_in('dispatcher@acme.test');
select is((select late_minutes from pg_temp.live() where order_id = tests.id('two')), case when (now() at time zone 'Africa/Nairobi')::time < '23:20' then 7 else (select late_minutes from pg_temp.live() where order_id = tests.id('two')) end, 'nobody is served after his hours without being called late');

select tests.sign_in('driver@acme.test');
select arrive_at_stop(tests.id('one'));
select is(array[pg_temp.due('one'), pg_temp.due('two')], '{NULL,36}', 'where the van stands it stays as long as a stop takes');
select complete_delivery(tests.id('one'), tests.taken(tests.id('one'), 1), 'Tom', tests.signature());
select is(array[pg_temp.due('one'), pg_temp.due('two')], '{NULL,26}', 'then it is on its way to the next');

select tests.sign_in('sales@acme.test');
select set_config('tests.link', share_order(tests.id('two')) ->> 'token', true);
select tests.sign_out();
select set_config('role', 'anon', true);
select is(round(extract(epoch from (track_order(current_setting('tests.link')) ->> 'expected_at')::timestamptz - now()) / 60), 26::numeric, 'whoever follows his order sees when it comes');
select throws_ok($$select live_arrivals()$$, '42501', null, 'and nothing of the other stops');
select tests.sign_in('customer@acme.test');
select throws_ok($$select live_arrivals()$$, '42501', null, 'nor does a customer who signs in');
select tests.sign_in('manager@globex.test');
select is((select count(*) from pg_temp.live() where order_id in (tests.id('two'), tests.id('three'))), 0::bigint, 'nor another company');
select tests.sign_out();
update customer_addresses a set latitude = null, longitude = null from orders o where o.id = tests.id('two') and a.id = o.address_id;
select tests.sign_in('dispatcher@acme.test');
select is(array[pg_temp.due('two'), pg_temp.due('three')], '{NULL,52}', 'of an address without a position nobody knows it');
select tests.sign_in('driver@acme.test');
select fail_delivery(tests.id('two'), 'Closed');
select fail_delivery(tests.id('three'), 'Closed');
select is((select count(*) from pg_temp.live() where trip_id = tests.id('trip')), 0::bigint, 'who has left his last stop comes to nobody');
select is((select count(*) from trip_stops where trip_id = tests.id('trip') and status = 'pending'), 0::bigint, 'as there is no open stop');

select * from finish();
rollback;
