begin;
select plan(20);

-- The Monday after next.
create function pg_temp.monday() returns date language sql as $$ select date_trunc('week', current_date)::date + 14 $$;
create function pg_temp.at(wall time, days integer default 0) returns timestamptz language sql as $$ select (pg_temp.monday() + days + wall) at time zone 'Africa/Nairobi' $$;
create function pg_temp.type(called text) returns uuid language sql as $$ select t.id from public.appointment_types t where t.name = called $$;
-- Free times of that day, in the wall's time.
create function pg_temp.free(called text, person text default 'sales@acme.test', days integer default 0, latitude numeric default null, longitude numeric default null) returns text language sql as $$
  select string_agg(to_char((s ->> 'starts_at')::timestamptz at time zone 'Africa/Nairobi', 'HH24:MI'), ' ' order by s ->> 'starts_at')
  from jsonb_array_elements(public.free_slots(pg_temp.type(called), pg_temp.at('00:00', days), pg_temp.at('00:00', days + 1), latitude, longitude)) s
  where (s ->> 'user_id')::uuid = tests.account(person)
$$;

select tests.sign_in('manager@acme.test');
insert into public.appointment_types (name, minutes, every_minutes, horizon_days) values ('Tasting', 60, 60, 60);
insert into public.appointment_types (name, minutes, every_minutes, buffer_after, horizon_days) values ('Visit', 60, 30, 30, 60);
select is(pg_temp.free('Tasting'), null, 'whoever said no hours is not offered');

select tests.sign_in('sales@acme.test');
insert into public.availability (weekday, opens, closes) values (1, '08:00', '11:00'), (1, '10:00', '12:00'), (1, '14:00', '15:30'), (2, '08:00', '10:00');
select is(pg_temp.free('Tasting'), '08:00 09:00 10:00 11:00 14:00', 'hours that overlap are one, and an appointment ends within them');
select throws_ok($$ insert into public.availability (weekday, opens, closes) values (1, '08:00', '09:00') $$, 'availability_taken', 'the same beginning is said once');
select throws_ok($$ insert into public.availability (weekday, opens, closes) values (1, '09:00', '08:30') $$, 'hours_are_ordered', 'hours end after they begin');
select throws_ok($$ insert into public.availability (agent_id, weekday, opens, closes) values (tests.account('agent@acme.test'), 1, '08:00', '09:00') $$, '42501', null, 'nobody says when a colleague can be booked');

select public.create_appointment(pg_temp.type('Visit'), pg_temp.at('09:00'), customer_id => tests.customer('Java Corner Cafe'), latitude => -1.2864, longitude => 36.8172);
select is(pg_temp.free('Tasting'), '08:00 11:00 14:00', 'what is taken is not offered, nor what is kept free behind it');
select is(pg_temp.free('Visit', latitude => -1.2864, longitude => 36.8172), '10:30 11:00 14:00 14:30', 'what wants time behind itself does not end where something begins');
-- Thika is 40 km away, an hour and a half or so by road.
select is(pg_temp.free('Visit', latitude => -1.0333, longitude => 37.0693), '14:00 14:30', 'where the way is long there is time to drive');

insert into public.availability_exceptions (day, opens, closes) values (pg_temp.monday() + 1, '13:00', '14:00');
select is(pg_temp.free('Tasting', days => 1), '13:00', 'a day has hours of its own');
update public.availability_exceptions set opens = null, closes = null;
select is(pg_temp.free('Tasting', days => 1), null, 'or none');
delete from public.availability_exceptions;
select is(pg_temp.free('Tasting', days => 1), '08:00 09:00', 'else those of the week');

select tests.sign_in('admin@acme.test');
insert into public.holidays (day, name) values (pg_temp.monday() + 1, 'Harvest');
select is(pg_temp.free('Tasting', days => 1), null, 'nobody is offered on a holiday');
delete from public.holidays where name = 'Harvest';

select tests.sign_in('manager@acme.test');
update public.appointment_types set per_day = 1 where name = 'Visit';
select is(pg_temp.free('Visit'), null, 'a day that is full offers nothing');
update public.appointment_types set notice_hours = 720, horizon_days = 30 where name = 'Tasting';
select is(pg_temp.free('Tasting'), null, 'nothing is offered sooner than the notice or later than the horizon');
update public.appointment_types set notice_hours = 2, horizon_days = 60 where name = 'Tasting';

-- Several people: the order of the offers, and its reason.
insert into public.availability (agent_id, weekday, opens, closes) values (tests.account('agent@acme.test'), 1, '08:00', '12:00');
create function pg_temp.best(wished_from time default null, latitude numeric default null, longitude numeric default null) returns text language sql as $$
  select to_char((s ->> 'starts_at')::timestamptz at time zone 'Africa/Nairobi', 'HH24:MI ') || split_part(u.email, '@', 1) || ' ' || (s ->> 'reason')
  from jsonb_array_elements(public.free_slots(pg_temp.type('Tasting'), pg_temp.at('00:00'), pg_temp.at('23:00'), latitude, longitude, wished_from)) with ordinality x (s, n)
  join public.users u on u.id = (s ->> 'user_id')::uuid order by n limit 1
$$;
select is(pg_temp.best(), '08:00 agent fewest_appointments', 'whoever has fewer appointments comes first');
select is(pg_temp.best('13:00'), '14:00 sales as_wished', 'what was wished comes before that');
select tests.remember('type', pg_temp.type('Tasting'));
insert into public.teams (name) values ('Tasters');
insert into public.team_members (team_id, membership_id) select t.id, tests.membership('sales@acme.test') from public.teams t where t.name = 'Tasters';
update public.appointment_types set team_id = (select t.id from public.teams t where t.name = 'Tasters') where name = 'Tasting';
select is(pg_temp.best(), '08:00 sales earliest', 'what a team does is offered by its members');
select throws_ok($$ select public.free_slots(tests.id('type'), pg_temp.at('23:00'), pg_temp.at('00:00')) $$, 'input_invalid', 'a period ends after it begins');
select tests.sign_in('admin@globex.test');
select throws_ok($$ select public.free_slots(tests.id('type'), pg_temp.at('00:00'), pg_temp.at('23:00')) $$, 'record_not_found', 'another company knows nothing of it');
select tests.sign_out();
select is((select count(*)::integer from private.person_timeline), 1, 'and the timeline has what was booked');

select * from finish();
rollback;
