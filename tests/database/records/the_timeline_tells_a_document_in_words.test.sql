begin;
select plan(11);

create function pg_temp.told(about text, document uuid) returns text language sql as $$
  select string_agg(t.kind || coalesce(' ' || t.to_state, '') || coalesce(' by ' || t.actor_name, ''), ', ' order by t.occurred_at, t.id) from public.timeline(about, document) t where t.kind <> 'comment'
$$;
create function pg_temp.changed(about text, document uuid) returns setof text language sql as $$
  select format('%s: %s > %s', f ->> 'field', f ->> 'before', f ->> 'after')
  from public.timeline(about, document) t cross join jsonb_array_elements(t.details) f where t.kind = 'change' order by 1
$$;

select tests.remember('order', tests.draft('Kilimani Mini Mart', 'COL-300', 2));
select tests.sign_in('sales@acme.test');
select public.submit_order(tests.id('order'));
select public.add_comment('order', tests.id('order'), 'Urgent');
select is(pg_temp.told('order', tests.id('order')), 'created by Sam Kiprotich, parts by Sam Kiprotich, step pending_approval by Sam Kiprotich',
  'what happened, in its order, with who did it');
select is((select t.details ->> 'text' from public.timeline('order', tests.id('order')) t where t.kind = 'comment'), 'Urgent', 'and what was said');
select tests.sign_in('driver@acme.test');
select throws_ok($$ select pg_temp.told('order', tests.id('order')) $$, 'record_not_found', 'nothing is told to who does not see the document');
select tests.sign_in('customer@acme.test');
select throws_ok($$ select pg_temp.told('order', tests.id('order')) $$, 'record_not_found', 'nor of an order of somebody else to a customer');
select tests.sign_in('owner@globex.test');
select throws_ok($$ select pg_temp.told('order', tests.id('order')) $$, 'record_not_found', 'nor to another company');
select throws_ok($$ select pg_temp.told('spaceship', tests.id('order')) $$, 'record_not_found', 'nor of what is no document');
select tests.sign_out();

select tests.remember('trip', tests.planned(array[tests.allocated('Kilimani Mini Mart', 'COL-300', 1)]));
select tests.sign_in('dispatcher@acme.test');
select public.change_trip(tests.id('trip'), vehicle_id => tests.vehicle('KDB 202B'), driver_id => t.driver_id, planned_start_at => t.planned_start_at, planned_end_at => t.planned_end_at, notes => 'Take the long way')
from public.trips t where t.id = tests.id('trip');
select results_eq($$ select * from pg_temp.changed('trip', tests.id('trip')) $$,
  $$ values ('notes:  > Take the long way'), ('vehicle_id: ' || (select v.name from public.vehicles v where v.registration = 'KDA 101A') || ' > ' || (select v.name from public.vehicles v where v.registration = 'KDB 202B')) $$,
  'a change is told by its values before and after, and what an id leads to by its name');
select is((select count(*) from public.timeline('trip', tests.id('trip')) t where t.kind = 'parts' and t.details ->> 'parts' = 'trip_stops'), 1::bigint, 'that stops came is told');
select is((select count(*) from public.timeline('trip', tests.id('trip')) t where t.details::text like '%customer_id%'), 0::bigint, 'what they are is not: their own policies decide');
select tests.sign_in('warehouse@acme.test');
select public.confirm_load(tests.id('trip'), tests.counts(tests.id('trip')));
select is((select string_agg(t.command, ', ') from public.timeline('trip', tests.id('trip')) t where t.kind = 'event'), 'load_confirmed', 'what a command published is told, and is no creation');
select tests.sign_in('super@mzigo.test');
select isnt(pg_temp.told('trip', tests.id('trip')), null, 'the platform sees it, too');
select tests.sign_out();

select * from finish();
rollback;
