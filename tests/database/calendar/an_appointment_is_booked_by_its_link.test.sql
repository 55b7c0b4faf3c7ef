begin;
select plan(30);

create function pg_temp.monday() returns date language sql as $$ select date_trunc('week', current_date)::date + 14 $$;
create function pg_temp.at(wall time, days integer default 0) returns timestamptz language sql as $$ select (pg_temp.monday() + days + wall) at time zone 'Africa/Nairobi' $$;
create function pg_temp.visitor() returns void language plpgsql as $$
begin
  perform set_config('request.jwt.claims', '', true);
  perform set_config('role', 'anon', true);
end
$$;
create function pg_temp.link(called text) returns text language sql as $$
  select public.share_appointment_type((select t.id from public.appointment_types t where t.name = called)) ->> 'token'
$$;

select tests.sign_in('manager@acme.test');
insert into public.appointment_types (name, minutes, every_minutes, horizon_days, per_booker) values ('Tasting', 60, 60, 60, 2);
insert into public.availability (agent_id, weekday, opens, closes) values (tests.account('sales@acme.test'), 1, '08:00', '12:00');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select pg_temp.link('Tasting') $$, 'permission_denied', 'links are given by who manages appointments');
select tests.sign_in('manager@acme.test');
select set_config('tests.old', pg_temp.link('Tasting'), true);
select set_config('tests.link', pg_temp.link('Tasting'), true);
select ok(current_setting('tests.link') ~ '^[0-9a-f]{64}$', 'nobody guesses a link');

select pg_temp.visitor();
select throws_ok($$ select public.booking_offer(current_setting('tests.old')) $$, 'booking_link_invalid', 'a new link ends the one before');
select throws_ok($$ select public.booking_offer('unknown') $$, 'booking_link_invalid', 'an unknown one opens nothing');
select is(
  (select array_agg(k order by k) from jsonb_object_keys(public.booking_offer(current_setting('tests.link'))) k),
  '{company,minutes,name,needs_approval,place,slots,timezone}', 'the offer names nobody');
select is(jsonb_array_length(public.booking_offer(current_setting('tests.link'), pg_temp.monday()) -> 'slots'), 8, 'and has the free times of two weeks');
select throws_ok($$ select public.book_appointment(current_setting('tests.link'), pg_temp.at('13:00'), 'Asha', 'asha@shop.test') $$, 'slot_taken', 'only what is offered is booked');
select throws_ok($$ select public.book_appointment(current_setting('tests.link'), pg_temp.at('08:00'), 'Asha', ' ') $$, 'input_invalid', 'who books says how to reach her');
select set_config('tests.hers', public.book_appointment(current_setting('tests.link'), pg_temp.at('08:00'), 'Asha', 'Asha@Shop.test', phone => '0733 000 011') ->> 'token', true);
select is(public.booked_appointment(current_setting('tests.hers')) ->> 'status', 'scheduled', 'what is booked is scheduled');
select is(public.book_appointment(current_setting('tests.link'), pg_temp.at('08:00'), 'Asha', 'asha@shop.test') ->> 'number', public.booked_appointment(current_setting('tests.hers')) ->> 'number', 'booked once more it is the same one');
select throws_ok($$ select public.book_appointment(current_setting('tests.link'), pg_temp.at('08:00'), 'Other', 'other@shop.test') $$, 'slot_taken', 'nobody else has that time');
select ok(public.book_appointment(current_setting('tests.link'), pg_temp.at('09:00'), 'Asha', 'asha@shop.test') ->> 'token' is not null, 'with one of two open ones the next is taken');
select throws_ok($$ select public.book_appointment(current_setting('tests.link'), pg_temp.at('10:00'), 'Asha', 'asha@shop.test') $$, 'booker_limit_exceeded', 'and one more is refused');
select throws_ok($$ select public.reschedule_booking(current_setting('tests.hers'), pg_temp.at('09:00')) $$, 'slot_taken', 'it is moved to a free time only');
select is((public.reschedule_booking(current_setting('tests.hers'), pg_temp.at('11:00')) ->> 'starts_at')::timestamptz, pg_temp.at('11:00'), 'by its own link');
select is(public.confirm_booking(current_setting('tests.hers')) ->> 'status', 'confirmed', 'by which it is confirmed');
select is(public.confirm_booking(current_setting('tests.hers')) ->> 'status', 'confirmed', 'also twice');
select throws_ok($$ select public.share_appointment(gen_random_uuid()) $$, '42501', null, 'a visitor makes no links');
select throws_ok($$ select * from public.appointments $$, '42501', null, 'and reads no table');

select tests.sign_in('sales@acme.test');
select is((select l.owner_id from public.leads l where l.email = 'asha@shop.test'), tests.account('sales@acme.test'), 'who books is a lead of whoever keeps the appointment');
select is((select count(*)::integer from public.leads l where l.email = 'asha@shop.test'), 1, 'and only once');
select is((select count(*)::integer from jsonb_array_elements(public.calendar(pg_temp.at('00:00'), pg_temp.at('23:00'))) e where e ->> 'kind' = 'appointment' and e ->> 'title' = 'Asha'), 2, 'both stand in her calendar');
select tests.remember('booked', (select a.id from public.appointments a where a.starts_at = pg_temp.at('11:00')));
select is((public.complete_appointment(tests.id('booked'), 'qualified', 'Wants ten crates')).outcome::text, 'qualified', 'what came of it is said');
select is((select l.status::text from public.leads l where l.email = 'asha@shop.test'), 'qualified', 'and lifts the lead');
select pg_temp.visitor();
select throws_ok($$ select public.cancel_booking(current_setting('tests.hers')) $$, 'appointment_transition_illegal', 'what took place is not cancelled');

-- Requests take nobody's time: of two that overlap one is accepted.
select tests.sign_in('manager@acme.test');
update public.appointment_types set needs_approval = true where name = 'Tasting';
select pg_temp.visitor();
select is(public.book_appointment(current_setting('tests.link'), pg_temp.at('08:00'), 'Baraka', 'baraka@shop.test') ->> 'status', 'requested', 'where it is looked at first it is a request');
select set_config('tests.request', public.book_appointment(current_setting('tests.link'), pg_temp.at('08:00'), 'Chebet', 'chebet@shop.test') ->> 'token', true);
select tests.sign_in('sales@acme.test');
select is((public.schedule_appointment((select a.id from public.appointments a join public.leads l on l.id = a.lead_id where l.email = 'baraka@shop.test'))).status::text, 'scheduled', 'one is accepted');
select throws_ok($$ select public.schedule_appointment((select a.id from public.appointments a join public.leads l on l.id = a.lead_id where l.email = 'chebet@shop.test')) $$, 'person_busy', 'the other is not');
select pg_temp.visitor();
select is(public.cancel_booking(current_setting('tests.request'), 'Another time') ->> 'status', 'cancelled', 'and is cancelled by its link');
select tests.sign_in('manager@acme.test');
select public.unshare_appointment_type((select t.id from public.appointment_types t where t.name = 'Tasting'));
select pg_temp.visitor();
select throws_ok($$ select public.booking_offer(current_setting('tests.link')) $$, 'booking_link_invalid', 'a link that was taken back opens nothing');

select * from finish();
rollback;
