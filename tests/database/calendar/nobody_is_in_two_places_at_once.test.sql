begin;
select plan(23);

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

select tests.sign_in('manager@acme.test');
insert into public.appointment_types (name, minutes, buffer_before, buffer_after) values ('Tasting', 60, 15, 15), ('Call', 15, 0, 0);
create function pg_temp.type(called text) returns uuid language sql as $$ select t.id from public.appointment_types t where t.name = called $$;

-- Two appointments.
select tests.sign_in('sales@acme.test');
select throws_ok($$ insert into public.appointment_types (name) values ('Mine') $$, '42501', null, 'kinds of appointments are kept by who manages them');
select tests.remember('first', (public.create_appointment(pg_temp.type('Tasting'), pg_temp.at(10), customer_id => tests.customer('Java Corner Cafe'), notes => 'Juices')).id);
select is(tests.status('appointment', tests.id('first')), 'scheduled', 'an appointment is made');
select throws_ok($$ select public.create_appointment(pg_temp.type('Call'), pg_temp.at(11), customer_id => tests.customer('Kilimani Mini Mart')) $$, 'PT409', 'person_busy', 'the time behind it is taken, too');
select is(
  pg_temp.why($$ select public.create_appointment(pg_temp.type('Call'), pg_temp.at(10), customer_id => tests.customer('Kilimani Mini Mart')) $$) - '{user_id,vehicle_id,from,until}'::text[],
  (select jsonb_build_object('kind', 'appointment', 'id', a.id, 'number', a.number) from public.appointments a where a.id = tests.id('first')), 'and what is in the way is named');
select tests.remember('call', (public.create_appointment(pg_temp.type('Call'), pg_temp.at(12), customer_id => tests.customer('Kilimani Mini Mart'))).id);
select throws_ok($$ select public.reschedule_appointment(tests.id('call'), pg_temp.at(10)) $$, 'person_busy', 'nothing is moved to a time that is taken');
select is((select a.starts_at from public.appointments a where a.id = tests.id('call')), pg_temp.at(12), 'and then nothing has changed');
select is((public.reschedule_appointment(tests.id('first'), pg_temp.at(9))).ends_at, pg_temp.at(10), 'what moves keeps its length');
select is((public.reschedule_appointment(tests.id('call'), pg_temp.at(11), 30)).ends_at, pg_temp.at(11) + interval '30 minutes', 'or has another, and the old time is free');
select throws_ok($$ select public.create_appointment(pg_temp.type('Call'), pg_temp.at(15)) $$, 'appointment_is_with_one', 'an appointment is with somebody');
select throws_ok($$ select public.create_appointment(pg_temp.type('Call'), pg_temp.at(15), customer_id => tests.customer('Kilimani Mini Mart'), agent_id => tests.account('agent@acme.test')) $$, 'permission_denied', 'nobody fills a calendar that he does not see');
select tests.sign_in('agent@acme.test');
select ok(not exists (select from public.appointments), 'nobody else sees them');
select throws_ok($$ select public.cancel_appointment(tests.id('first'), 'No time') $$, 'record_not_found', 'nor takes them away');

-- A trip and an appointment, whichever comes second.
select tests.sign_in('manager@acme.test');
select tests.remember('driver', tests.account('driver@acme.test'));
select tests.remember('late', (public.create_appointment(pg_temp.type('Tasting'), pg_temp.at(9), tests.id('driver'), customer_id => tests.customer('Java Corner Cafe'))).id);
select tests.sign_out();
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('dispatcher@acme.test');
select tests.remember('trip', (public.create_trip(tests.depot(), pg_temp.at(8), pg_temp.at(17), tests.vehicle('KDA 101A'), tests.driver(), array[tests.id('order')])).id);
select throws_ok($$ select public.plan_trip(tests.id('trip')) $$, 'person_busy', 'nobody drives while he is at a customer''s');
select throws_ok($$ select public.release_appointment(tests.id('late'), 'He drives') $$, 'permission_denied', 'who plans trips does not make the room himself');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select public.release_appointment(tests.id('late'), ' ') $$, 'reason_required', 'room is made for a reason');
select is((public.release_appointment(tests.id('late'), 'He drives')).status::text, 'requested', 'a manager makes room');
select tests.sign_in('dispatcher@acme.test');
select is((public.plan_trip(tests.id('trip'))).status::text, 'planned', 'and then the trip is planned');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select public.schedule_appointment(tests.id('late')) $$, 'person_busy', 'the appointment now waits for another time');
select throws_ok($$ select public.create_appointment(pg_temp.type('Call'), pg_temp.at(16), tests.id('driver'), customer_id => tests.customer('Java Corner Cafe')) $$, 'person_busy', 'whoever drives is nowhere else');
select is((public.reschedule_appointment(tests.id('late'), pg_temp.at(10, 8))).status::text, 'requested', 'a request is moved');
select is((public.schedule_appointment(tests.id('late'))).status::text, 'scheduled', 'and accepted');
select public.change_trip(tests.id('trip'), planned_start_at => pg_temp.at(12), planned_end_at => pg_temp.at(17));
select is((public.create_appointment(pg_temp.type('Call'), pg_temp.at(9), tests.id('driver'), customer_id => tests.customer('Java Corner Cafe'))).status::text, 'scheduled', 'a trip that leaves later takes less time');
select public.cancel_trip(tests.id('trip'), 'Not needed');
select is((public.create_appointment(pg_temp.type('Call'), pg_temp.at(16), tests.id('driver'), customer_id => tests.customer('Java Corner Cafe'))).status::text, 'scheduled', 'one that is cancelled none');

select * from finish();
rollback;
