begin;
select plan(12);

create function pg_temp.worker() returns void language plpgsql as $$ begin perform tests.sign_out(); set local role service_role; end $$;
create function pg_temp.run() returns uuid language sql security definer as $$ select s.run_id from planning_sessions s where s.id = tests.id('plan') $$;

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('dispatcher@acme.test');
select tests.remember('plan', (create_planning_session(tests.depot(), current_date + 3, array[tests.id('order')], array[tests.vehicle('KDB 202B')])).id);
select start_optimization_planning_session(tests.id('plan'));
select throws_ok($$ select planning_ways_missing(tests.tenant('acme'), pg_temp.run()) $$, '42501', null, 'people measure nothing');
select pg_temp.worker();
select is(jsonb_array_length(planning_ways_missing(tests.tenant('acme'), pg_temp.run())), 2, 'the depot and the customer were never measured');
select is(record_travel_times(tests.tenant('acme'), pg_temp.run(), p, p, '[[0, 777.4], [null, 0]]', '[[0, 5000], [null, 0]]'), 3, 'a way that is none is not kept')
from (select planning_ways_missing(tests.tenant('acme'), pg_temp.run()) as p) m;
select is((planning_run_input(tests.tenant('acme'), pg_temp.run()) #>> '{matrices,car,durations,0,1}')::integer, 777, 'the run asks with what was measured');
select ok((planning_run_input(tests.tenant('acme'), pg_temp.run()) #>> '{matrices,car,durations,1,0}')::integer not in (0, 777), 'and with an estimate where it was not');
select ok(planning_ways_missing(tests.tenant('acme'), pg_temp.run()) is not null, 'what is missing is asked for again');
select record_travel_times(tests.tenant('acme'), pg_temp.run(), p, p, '[[0, 777], [800, 0]]', '[[0, 5000], [5100, 0]]')
from (select planning_ways_missing(tests.tenant('acme'), pg_temp.run()) as p) m;
select is(planning_ways_missing(tests.tenant('acme'), pg_temp.run()), null, 'what is known is not');

-- Learnt
select tests.sign_out();
select is((select kilometres_per_hour from planning_sessions where id = tests.id('plan')), 27.82, 'before any trip vans are as fast as usual');
insert into private.travel_speeds (tenant_id, hour, kilometres_per_hour, legs) select tests.tenant('acme'), h, 50, 99 from generate_series(7, 17) h;
select tests.sign_in('dispatcher@acme.test');
select is((create_planning_session(tests.depot(), current_date + 3, array[tests.id('order')], array[tests.vehicle('KDB 202B')])).kilometres_per_hour, 50.00, 'afterwards as fast as they were');
select tests.sign_out();
delete from private.travel_speeds;
-- A finished trip had two stops, with a way between them that was driven between ten and half past ten.
select tests.remember('done', tests.planned(array[tests.id('order'), tests.allocated('Java Corner Cafe', 'COL-300', 1)]));
-- As if it had gone all its way, without anybody's steps.
set local session_replication_role = replica;
update trips set status = 'completed', completed_at = now() - interval '1 day' where id = tests.id('done');
set local session_replication_role = origin;
update trip_stops s set
  left_at = case s.sequence when 1 then (current_date - 1 + time '10:00') at time zone 'Africa/Nairobi' end,
  arrived_at = case s.sequence when 1 then (current_date - 1 + time '09:50') at time zone 'Africa/Nairobi' when 2 then (current_date - 1 + time '10:30') at time zone 'Africa/Nairobi' end
where s.trip_id = tests.id('done');
create function pg_temp.way() returns numeric language sql security definer as $$
  select private.metres_by_road(a.latitude, a.longitude, b.latitude, b.longitude) from trip_stops f join customer_addresses a on a.id = f.address_id
  join trip_stops n on n.trip_id = f.trip_id and n.sequence = 2 join customer_addresses b on b.id = n.address_id where f.trip_id = tests.id('done') and f.sequence = 1
$$;
select is(private.learn_speeds(), 1::bigint, 'a finished trip teaches about the hour in which it drove');
select is((select (s.hour, s.legs, s.kilometres_per_hour) from private.travel_speeds s),
  (10, 1, round((pg_temp.way() * 3.6 + 216000) / (1800 + 216000 / 30.0), 2)), 'but one leg among twenty of the usual speed teaches little');
select is(private.learn_speeds(), 0::bigint, 'once a night');

select * from finish();
rollback;
