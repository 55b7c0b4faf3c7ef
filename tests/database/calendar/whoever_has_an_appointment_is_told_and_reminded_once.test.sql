begin;
select plan(7);

select tests.sign_in('manager@acme.test');
insert into public.appointment_types (name, minutes) values ('Tasting', 60);
select tests.remember('booked', (public.create_appointment((select t.id from public.appointment_types t where t.name = 'Tasting'), now() + interval '2 days', customer_id => tests.customer('Java Corner Cafe'))).id);
select tests.sign_out();
create function pg_temp.told(about text) returns integer language sql as $$ select count(*)::integer from public.messages m where m.entity_id = tests.id('booked') and m.template = about $$;
select private.process_queue('notifications');
select is(pg_temp.told('appointment.scheduled'), 1, 'whoever has an appointment is told when');
select tests.sign_in('manager@acme.test');
select public.reschedule_appointment(tests.id('booked'), now() + interval '20 hours');
select tests.sign_out();
select private.process_queue('notifications');
select is(pg_temp.told('appointment.scheduled'), 2, 'and told the new time');
-- Who booked it just now is not reminded of it.
select is(private.send_appointment_reminders(), 0::bigint, 'nobody is reminded of what she has just said');
set local session_replication_role = replica;
update public.appointments set created_at = now() - interval '2 days' where id = tests.id('booked');
set local session_replication_role = origin;
select is(private.send_appointment_reminders(), 1::bigint, 'a day before she is reminded');
select is(private.send_appointment_reminders(), 0::bigint, 'once');
select tests.sign_in('manager@acme.test');
select public.cancel_appointment(tests.id('booked'), 'Ill');
select tests.sign_out();
select private.process_queue('notifications');
select is(pg_temp.told('appointment.cancelled'), 1, 'and told that it does not take place');
select is(pg_temp.told('appointment.reminder'), 1, 'as said');

select * from finish();
rollback;
