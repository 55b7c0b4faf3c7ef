begin;
select plan(35);

create function pg_temp.at(hour integer, days integer default 7) returns timestamptz language sql as $$
  select ((current_date + days)::timestamp + make_interval(hours => hour)) at time zone 'Africa/Nairobi'
$$;
create function pg_temp.why(statement text) returns jsonb language plpgsql as $$
declare
  detail text;
begin
  execute statement;
  return null;
exception when others then
  get stacked diagnostics detail = pg_exception_detail;
  return detail::jsonb;
end
$$;
create function pg_temp.shift(person uuid, hour integer, until integer, days integer default 7) returns uuid language sql as $$
  insert into public.shifts (person_id, warehouse_id, starts_at, ends_at) values (person, tests.depot(), pg_temp.at(hour, days), pg_temp.at(until, days)) returning id
$$;
select tests.remember('seller', tests.account('sales@acme.test'));
select tests.remember('driver', tests.account('driver@acme.test'));

-- Shifts.
select tests.sign_in('sales@acme.test');
select throws_ok($$ select pg_temp.shift(tests.id('seller'), 8, 17) $$, '42501', null, 'nobody plans his own shift');
select tests.sign_in('manager@acme.test');
select tests.remember('shift', pg_temp.shift(tests.id('seller'), 8, 17));
select throws_ok($$ select pg_temp.shift(tests.id('seller'), 16, 20) $$, 'PT409', 'person_busy', 'nobody has two shifts at once');
select is(pg_temp.why($$ select pg_temp.shift(tests.id('seller'), 16, 20) $$) ->> 'id', tests.id('shift')::text, 'and what is in the way is named');
select tests.remember('evening', pg_temp.shift(tests.id('seller'), 17, 22));
select throws_ok($$ update public.shifts set starts_at = pg_temp.at(16) where id = tests.id('evening') $$, 'PT409', 'person_busy', 'nor by moving one');
select throws_ok($$ select pg_temp.shift(tests.id('seller'), 8, 40, 20) $$, 'PT422', 'shift_time_is_near', 'nobody works for longer than a day');
delete from public.shifts where id = tests.id('evening');
select lives_ok($$ select pg_temp.shift(tests.id('seller'), 18, 22) $$, 'what was taken out is free again');
insert into public.appointment_types (name, minutes) values ('Tasting', 60);
select tests.remember('tasting', (create_appointment((select t.id from public.appointment_types t where t.name = 'Tasting'), pg_temp.at(10), tests.id('seller'), customer_id => tests.customer('Java Corner Cafe'))).id);
select is(tests.status('appointment', tests.id('tasting')), 'scheduled', 'whoever is on a shift has appointments');
select is((select count(*) from calendar_events where entity_type = 'work_shift' and assigned_to = tests.id('seller')), 2::bigint, 'shifts stand in the calendar');
select tests.sign_in('driver@acme.test');
select is((select count(*) from shifts), 0::bigint, 'a colleague does not see them');

-- Asked for.
select tests.sign_in('sales@acme.test');
select is((select count(*) from shifts), 2::bigint, 'one sees one''s own shifts');
select throws_ok($$ select create_leave_request(current_date + 8, current_date + 7) $$, 'PT422', 'leave_days_are_near', 'leave ends after it begins');
select throws_ok($$ select create_leave_request(current_date + 8, current_date + 9, person_id => tests.id('driver')) $$, '42501', 'permission_denied', 'nobody asks for a colleague');
select tests.remember('leave', (create_leave_request(current_date + 7, current_date + 8, note => 'Wedding')).id);
select is((select days from leave_requests where id = tests.id('leave')), 2, 'both days count');
select throws_ok($$ select approve_leave_request(tests.id('leave')) $$, '42501', 'permission_denied', 'nobody approves his own leave');
select tests.sign_in('agent@acme.test');
select throws_ok($$ select cancel_leave_request(tests.id('leave'), 'x') $$, 'PT404', 'record_not_found', 'a colleague does not call it off');

-- Approved: by somebody else, and when nothing is in the way.
select tests.sign_in('manager@acme.test');
select tests.remember('own', (create_leave_request(current_date + 7, current_date + 7)).id);
select throws_ok($$ select approve_leave_request(tests.id('own')) $$, '42501', 'separation_of_duties', 'not even a manager approves his own');
select is(pg_temp.why($$ select approve_leave_request(tests.id('leave')) $$) ->> 'kind', 'appointment', 'an appointment is in the way');
select is(tests.status('leave_request', tests.id('leave')), 'requested', 'and then nothing has changed');
select release_appointment(tests.id('tasting'), 'He is away');
select is(pg_temp.why($$ select approve_leave_request(tests.id('leave')) $$) ->> 'kind', 'work_shift', 'then his shift is');
delete from public.shifts where person_id = tests.id('seller');
select is((approve_leave_request(tests.id('leave'))).status::text, 'approved', 'somebody else approves it');

-- And now nothing else.
select throws_ok($$ select schedule_appointment(tests.id('tasting')) $$, 'PT409', 'person_busy', 'whoever is away has no appointment');
select is(pg_temp.why($$ select schedule_appointment(tests.id('tasting')) $$) ->> 'number', (select number from leave_requests where id = tests.id('leave')), 'his leave is named');
select throws_ok($$ select pg_temp.shift(tests.id('seller'), 8, 17, 8) $$, 'PT409', 'person_busy', 'nor a shift on the last of its days');
select lives_ok($$ select pg_temp.shift(tests.id('seller'), 8, 17, 9) $$, 'on the day behind he is there');
select throws_ok($$ select reject_leave_request(tests.id('leave'), 'Busy') $$, 'PT409', 'leave_request_transition_illegal', 'what is approved is not rejected');
select is((select event_type from calendar_events where entity_id = tests.id('leave')), 'leave', 'leave stands in the registry');
select is((select count(*) from jsonb_array_elements(calendar(pg_temp.at(0, 8), pg_temp.at(0, 12), true)) e where e ->> 'kind' = 'leave_request' and e ->> 'user_id' = tests.id('seller')::text), 1::bigint, 'and in the calendar, day by day');
select is((select count(*) from jsonb_array_elements(calendar(pg_temp.at(0), pg_temp.at(0, 12))) e where e ->> 'kind' = 'leave_request'), 0::bigint, 'not in that of others');

-- A driver.
select tests.remember('sick', (create_leave_request(current_date + 7, current_date + 7, 'sick', tests.id('driver'))).id);
select throws_ok($$ select approve_leave_request(tests.id('sick')) $$, '42501', 'separation_of_duties', 'whoever entered it for him does not approve it');
select tests.sign_in('admin@acme.test');
select approve_leave_request(tests.id('sick'));
select tests.sign_out();
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('dispatcher@acme.test');
select tests.remember('trip', (create_trip(tests.depot(), pg_temp.at(8), pg_temp.at(17), tests.vehicle('KDA 101A'), tests.driver(), array[tests.id('order')])).id);
select throws_ok($$ select plan_trip(tests.id('trip')) $$, 'PT409', 'person_busy', 'whoever is sick drives no trip');
select tests.sign_in('driver@acme.test');
select throws_ok($$ select cancel_leave_request(tests.id('sick'), ' ') $$, 'PT422', 'reason_required', 'leave is called off for a reason');
select is((cancel_leave_request(tests.id('sick'), 'I am well')).status::text, 'cancelled', 'he is well again');
select tests.sign_in('dispatcher@acme.test');
select is((plan_trip(tests.id('trip'))).status::text, 'planned', 'and drives');

-- Another company.
select tests.sign_in('admin@globex.test');
select is((select count(*) from leave_requests) + (select count(*) from shifts), 0::bigint, 'another company sees none of it');
select throws_ok($$ select approve_leave_request(tests.id('own')) $$, 'PT404', 'record_not_found', 'nor decides on it');

select * from finish();
rollback;
