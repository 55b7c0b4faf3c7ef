begin;
select plan(34);

create function pg_temp.worker() returns void language plpgsql as $$ begin perform tests.sign_out(); set local role service_role; end $$;
create function pg_temp.run(session uuid) returns uuid language sql security definer as $$ select s.run_id from planning_sessions s where s.id = session $$;
create function pg_temp.session_status(session uuid) returns text language sql security definer as $$ select s.status::text from planning_sessions s where s.id = session $$;
create function pg_temp.detail(call text) returns jsonb language plpgsql as $$
declare detail text;
begin
  execute call;
  return null;
exception when others then
  get stacked diagnostics detail = pg_exception_detail;
  return detail::jsonb;
end $$;
-- An answer in VROOM's words: all jobs one after the other on the first van, but the last one when told so.
create function pg_temp.answer(run uuid, leave_last boolean default false) returns jsonb language sql security definer as $$
  select jsonb_build_object('code', 0, 'summary', jsonb_build_object('cost', 1234),
    'unassigned', case when leave_last then jsonb_build_array(jsonb_build_object('id', (r.input #>> '{jobs,-1,id}')::integer, 'type', 'job', 'reason', 'time window')) else '[]' end,
    'routes', jsonb_build_array(jsonb_build_object('vehicle', r.input #> '{vehicles,0,id}', 'steps',
      jsonb_build_array(jsonb_build_object('type', 'start', 'arrival', r.input #> '{vehicles,0,time_window,0}', 'waiting_time', 0))
      || (select jsonb_agg(jsonb_build_object('type', 'job', 'id', j.value -> 'id', 'arrival', (r.input #>> '{vehicles,0,time_window,0}')::bigint + j.n * 1800, 'waiting_time', 60) order by j.n)
          from jsonb_array_elements(r.input -> 'jobs') with ordinality j (value, n) where not leave_last or j.n < jsonb_array_length(r.input -> 'jobs'))
      || jsonb_build_array(jsonb_build_object('type', 'end', 'arrival', (r.input #>> '{vehicles,0,time_window,0}')::bigint + 20000, 'waiting_time', 0)))))
  from planning_runs r where r.id = run
$$;

select tests.remember('first', tests.allocated('Kilimani Mini Mart', 'COL-300', 2));
select tests.remember('second', tests.allocated('Kilimani Mini Mart', 'COL-300', 3));
select tests.remember('riding', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('trip', tests.planned(array[tests.id('riding')]));

-- Drafting
select tests.sign_in('driver@acme.test');
select throws_ok($$ select create_planning_session(tests.depot(), current_date + 3, array[tests.id('first')], '{}') $$, '42501', 'permission_denied', 'a driver plans nothing');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select create_planning_session(tests.depot(), current_date - 3, array[tests.id('first')], '{}') $$, 'PT422', 'planned_day_is_near', 'a day that is over is not planned');
select throws_ok($$ select create_planning_session(tests.depot(), current_date + 3, '{}', '{}') $$, 'PT422', 'planning_orders_missing', 'nothing is no plan');
select throws_ok($$ select create_planning_session(tests.depot(), current_date + 3, array[tests.id('first')], '{}', service_minutes => 0) $$, 'PT422', 'planning_figures_are_bounded', 'a stop takes time');
select is(pg_temp.detail($$ select create_planning_session(tests.depot(), current_date + 3, array[tests.id('first'), tests.id('riding')], '{}') $$) #>> '{orders,0,problem}',
  'on_another_trip', 'what rides already is named');
select throws_ok($$ select create_planning_session(tests.depot(), current_date + 3, array[tests.id('first')], array[gen_random_uuid()]) $$, 'PT404', 'record_not_found', 'nobody knows the van');
select tests.remember('plan', (create_planning_session(tests.depot(), current_date + 3, array[tests.id('first'), tests.id('second')], array[tests.vehicle('KDB 202B')], max_stops => 9, break_minutes => 30)).id);
select throws_ok($$ select apply_planning_session(tests.id('plan')) $$, 'PT409', 'planning_session_transition_illegal', 'a draft is not applied');

-- What the solver is asked
select is((start_optimization_planning_session(tests.id('plan'))).status::text, 'optimizing', 'the solver is asked');
select throws_ok($$ select start_optimization_planning_session(tests.id('plan')) $$, 'PT409', 'planning_session_transition_illegal', 'once');
select tests.remember('run', pg_temp.run(tests.id('plan')));
select is((select array_agg(j.value -> 'delivery' ->> 2 order by j.value ->> 'id') from planning_runs r cross join jsonb_array_elements(r.input -> 'jobs') j where r.id = tests.id('run')),
  (select array_agg((i.quantity * 1000)::bigint::text order by p.place) from planning_orders p join order_items i on i.order_id = p.order_id where p.planning_session_id = tests.id('plan')),
  'for each order with its amounts in thousandths');
select is((select j.value -> 'location' from planning_runs r cross join jsonb_array_elements(r.input -> 'jobs') j where r.id = tests.id('run') limit 1),
  (select jsonb_build_array(a.longitude, a.latitude) from customer_addresses a join orders o on o.address_id = a.id where o.id = tests.id('first')), 'longitude first');
select is((select (r.input #>> '{vehicles,0,time_window,0}')::bigint from planning_runs r where r.id = tests.id('run')),
  (select extract(epoch from (current_date + 3 + v.shift_start) at time zone 'Africa/Nairobi')::bigint from vehicles v where v.id = tests.vehicle('KDB 202B')), 'the shift begins at local time');
select is((select concat_ws(' ', r.input #>> '{vehicles,0,max_tasks}', r.input #>> '{vehicles,0,breaks,0,service}') from planning_runs r where r.id = tests.id('run')), '9 1800', 'with most stops and rest');
select throws_ok($$ select record_planning_result(tests.tenant('acme'), tests.id('run'), '{}', 'test', 1) $$, '42501', null, 'people do not answer for the solver');

-- What it answers
select pg_temp.worker();
select throws_ok($$ select record_planning_result(tests.tenant('acme'), tests.id('run'), '{"code": 0, "routes": [], "unassigned": []}', 'test', 1) $$, 'PT422', 'planner_answer_invalid', 'an order that was lost is no answer');
select throws_ok($$ select record_planning_result(tests.tenant('acme'), tests.id('run'), '{"code": 0, "routes": [], "unassigned": [{"id": 1}, {"id": 2}, {"id": 2}]}', 'test', 1) $$, 'PT422', 'planner_answer_invalid', 'nor one that comes twice');
select is(record_planning_result(tests.tenant('acme'), tests.id('run'), pg_temp.answer(tests.id('run'), true), 'test', 20), true, 'each once is one');
select is(record_planning_result(tests.tenant('acme'), tests.id('run'), pg_temp.answer(tests.id('run')), 'test', 20), false, 'a second answer changes nothing');
select tests.sign_in('dispatcher@acme.test');
select is((select array_agg(coalesce(o.reason::text, o.sequence::text) order by o.place) from planning_orders o where o.planning_session_id = tests.id('plan')), '{1,time_window}'::text[], 'a stop has its place, what is left over its reason');
select is((select concat_ws(' ', r.cost, r.duration_ms, r.engine, r.unassigned) from planning_runs r where r.id = tests.id('run')), '1234 20 test 1', 'the run keeps its figures');

-- A newer run counts, an older one is kept
select is((start_optimization_planning_session(tests.id('plan'))).status::text, 'optimizing', 'the dispatcher asks anew');
select tests.remember('newer', pg_temp.run(tests.id('plan')));
select pg_temp.worker();
select is(planning_run_input(tests.tenant('acme'), tests.id('run')), null, 'nobody waits for the older one');
select is(record_planning_failure(tests.tenant('acme'), tests.id('newer'), 'routing_down', 'VROOM answered 500'), true, 'the solver may fail');
select tests.sign_in('dispatcher@acme.test');
select is((retry_planning_session(tests.id('plan'))).failure, null, 'and be asked again');
select pg_temp.worker();
select is(record_planning_result(tests.tenant('acme'), tests.id('newer'), pg_temp.answer(tests.id('newer')), 'test', 1), false, 'what failed does not answer late');
select is(record_planning_result(tests.tenant('acme'), pg_temp.run(tests.id('plan')), pg_temp.answer(pg_temp.run(tests.id('plan'))), 'test', 1), true, 'the newest counts');

-- Trips
select tests.sign_in('dispatcher@acme.test');
select tests.remember('other', (create_trip(tests.depot(), now() + interval '20 hours', now() + interval '22 hours', order_ids => array[tests.id('second')])).id);
select is(pg_temp.detail($$ select apply_planning_session(tests.id('plan')) $$) #>> '{orders,0,order_id}', tests.id('second')::text, 'what somebody took meanwhile is named');
select is((select count(*) from trips where planning_session_id = tests.id('plan')), 0::bigint, 'and nothing is applied');
select cancel_trip(tests.id('other'), 'The plan takes it');
select is((apply_planning_session(tests.id('plan'))).status::text, 'applied', 'all of it or nothing');
select is((select string_agg(concat_ws(' ', t.status, s.sequence, s.planned_arrival_at = o.arrival_at), ', ' order by s.sequence) from trips t join trip_stops s on s.trip_id = t.id
  join planning_orders o on o.planning_session_id = t.planning_session_id and o.order_id = s.order_id where t.planning_session_id = tests.id('plan')), 'draft 1 t, draft 2 t', 'the trip has its stops with their times');
select throws_ok($$ select apply_planning_session(tests.id('plan')) $$, 'PT409', 'planning_session_transition_illegal', 'only once');

-- Nobody to ask
select tests.remember('third', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('dispatcher@acme.test');
select tests.remember('vanless', (create_planning_session(tests.depot(), current_date + 3, array[tests.id('third')], '{}')).id);
select start_optimization_planning_session(tests.id('vanless'));
select is((select o.reason::text || ' ' || pg_temp.session_status(o.planning_session_id) from planning_orders o where o.planning_session_id = tests.id('vanless')), 'no_available_vehicle optimized', 'without a van each order says so and the solver is not asked');

-- Given up meanwhile
select tests.remember('left', (create_planning_session(tests.depot(), current_date + 3, array[tests.id('third')], array[tests.vehicle('KDB 202B')])).id);
select start_optimization_planning_session(tests.id('left'));
select cancel_planning_session(tests.id('left'), 'Rain');
select pg_temp.worker();
select is(record_planning_result(tests.tenant('acme'), pg_temp.run(tests.id('left')), pg_temp.answer(pg_temp.run(tests.id('left'))), 'test', 1), false, 'what was given up takes no answer');
select tests.sign_in('dispatcher@acme.test');
select is((select concat_ws(' ', p.status, r.cost, o.vehicle_id) from planning_sessions p join planning_runs r on r.id = p.run_id join planning_orders o on o.planning_session_id = p.id where p.id = tests.id('left')), 'cancelled 1234', 'the run alone keeps it');

select * from finish();
rollback;
