begin;
select plan(14);

-- Nairobi is three hours ahead. Monday the seventh of December 2026 is the first day looked at.
create function pg_temp.worked(from_time text, until_time text) returns interval language sql security definer as $$
  select private.working_time(tests.tenant('acme'), (from_time || '+03')::timestamptz, (until_time || '+03')::timestamptz)
$$;
create function pg_temp.due(from_time text, needed interval) returns text language sql security definer as $$
  select to_char(private.due_at(tests.tenant('acme'), (from_time || '+03')::timestamptz, needed) at time zone 'Africa/Nairobi', 'Dy DD HH24:MI')
$$;
delete from working_hours where tenant_id = tests.tenant('acme');
delete from holidays where tenant_id = tests.tenant('acme');

select is(pg_temp.worked('2026-12-07 10:00', '2026-12-09 10:00'), interval '48 hours', 'a company without hours works at all of them');
select is(pg_temp.due('2026-12-07 23:00', interval '2 hours'), 'Tue 08 01:00', 'and keeps its promises at night, too');

select tests.sign_in('owner@acme.test');
insert into working_hours (weekday, opens_at, closes_at)
select d, s.opens_at::time, s.closes_at::time
from unnest('{monday,tuesday,wednesday,thursday,friday}'::weekday[]) d cross join (values ('08:00', '13:00'), ('14:00', '17:00')) s (opens_at, closes_at);
insert into working_hours (weekday, opens_at, closes_at) values ('saturday', '18:00', '00:00');
select is(pg_temp.worked('2026-12-07 12:00', '2026-12-07 15:30'), interval '2 hours 30 minutes', 'the break is not counted');
select is(pg_temp.worked('2026-12-04 16:00', '2026-12-07 09:00'), interval '8 hours', 'nor nights and Sundays: an hour of Friday, the evening of Saturday, an hour of Monday');
select is(pg_temp.worked('2026-12-06 08:00', '2026-12-06 20:00'), interval '0', 'a Sunday is nothing');
select is(pg_temp.due('2026-12-07 12:30', interval '1 hour'), 'Mon 07 14:30', 'what is due after the break is due after the break');
select is(pg_temp.due('2026-12-07 16:00', interval '1 hour'), 'Mon 07 17:00', 'what ends with the day ends with the day');
select is(pg_temp.due('2026-12-04 16:30', interval '1 hour'), 'Sat 05 18:30', 'what is left over waits for the next hours');
insert into holidays (day, name) values ('2026-12-05', 'Stocktaking'), ('2026-12-07', 'Made up');
select is(pg_temp.due('2026-12-04 16:30', interval '1 hour'), 'Tue 08 08:30', 'and passes over holidays');
select is(pg_temp.worked('2026-12-04 16:00', '2026-12-08 09:00'), interval '2 hours', 'which count for nothing');
select throws_ok($$insert into working_hours (weekday, opens_at, closes_at) values ('monday', '12:00', '14:30')$$, 'PT409', 'working_hours_taken', 'hours of one day lie beside each other');
select throws_ok($$insert into holidays (day, name) values ('2026-12-07', 'Again')$$, 'PT409', 'holiday_taken', 'a day is a holiday once');
select tests.sign_in('sales@acme.test');
select is((select count(*)::int from working_hours), 11, 'everybody in the company sees when it works');
delete from working_hours;
select is((select count(*)::int from working_hours), 11, 'and only who manages it changes that');
select * from finish();
rollback;
