begin;
select plan(4);

select tests.remember('one', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('two', tests.allocated('Karen Country Kiosk', 'COL-300', 1));
select tests.remember('trip', tests.planned(array[tests.id('one')]));
-- A second driver, who is the owner himself.
insert into drivers (tenant_id, membership_id, name) values (tests.tenant('acme'), tests.membership('owner@acme.test'), 'Second Driver');
select tests.sign_in('dispatcher@acme.test');
create function pg_temp.plan(vehicle text, driver uuid, begins interval) returns text language plpgsql as $$
begin
  return (public.plan_trip((public.create_trip(tests.depot(), now() + begins, now() + begins + interval '2 hours', tests.vehicle(vehicle), driver, array[tests.id('two')])).id)).status;
end $$;
select throws_ok($$ select pg_temp.plan('KDA 101A', (select id from drivers where name = 'Second Driver'), '2 hours') $$, 'PT409', 'vehicle_taken', 'the van is on the road then');
select throws_ok($$ select pg_temp.plan('KDB 202B', tests.driver(), '2 hours') $$, 'PT409', 'driver_taken', 'the driver is');
select is(pg_temp.plan('KDA 101A', tests.driver(), '9 hours'), 'planned', 'after the first trip both are free');
select throws_ok($$ select change_trip((select trip_id from trip_stops where order_id = tests.id('two')), planned_start_at => now() + interval '8 hours') $$, 'PT409', 'driver_taken', 'a plan is not moved into another');

select * from finish();
rollback;
