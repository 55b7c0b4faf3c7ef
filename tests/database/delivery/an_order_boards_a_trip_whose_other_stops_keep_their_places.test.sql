begin;
select plan(13);

update vehicles set capacity_kg = 170, capacity_l = 10000, capacity_units = 1000 where id = tests.vehicle('KDB 202B');
select tests.remember('first', tests.allocated('Kilimani Mini Mart', 'COL-300', 6));
select tests.remember('second', tests.allocated('Karen Country Kiosk', 'COL-300', 3));
select tests.remember('heavy', tests.allocated('Karen Country Kiosk', 'COL-300', 2));
select tests.remember('approved', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('trip', tests.planned(array[tests.id('first')], 'KDB 202B'));
select tests.sign_out();
update trip_stops set planned_arrival_at = '2030-01-01T08:00:00Z' where order_id = tests.id('first');
create function pg_temp.stops() returns text language sql as $$
  select string_agg(s.sequence || ' ' || case s.order_id when tests.id('first') then 'first' when tests.id('second') then 'second' else 'another' end
    || coalesce(' at ' || to_char(s.planned_arrival_at at time zone 'utc', 'HH24'), ''), ', ' order by s.sequence)
  from trip_stops s where s.trip_id = tests.id('trip') $$;
create function pg_temp.version() returns integer language sql as $$ select t.version from trips t where t.id = tests.id('trip') $$;

select tests.sign_in('sales@acme.test');
select throws_ok($$ select board_order(tests.id('second'), tests.id('trip')) $$, '42501', 'permission_denied', 'who plans no trips puts nothing on one');
select tests.sign_in('dispatcher@acme.test');
create table pg_temp.before as select pg_temp.version() as version;
select is((board_order(tests.id('second'), tests.id('trip'))).id, tests.id('trip'), 'an allocated order boards');
select is(pg_temp.stops(), '1 first at 08, 2 second', 'as the last stop; the first keeps its place and its time');
select is((select sum(i.expected) from load_items i join loads l on l.id = i.load_id where l.trip_id = tests.id('trip')), 9::numeric, 'and is on the load sheet');
select is(pg_temp.version() > (select version from pg_temp.before), true, 'who looks at the older list of stops notices');
update pg_temp.before set version = pg_temp.version();
select is((board_order(tests.id('second'), tests.id('trip'))).version, (select version from pg_temp.before), 'once aboard it stays, and nothing is changed');
select throws_ok($$ select board_order(tests.id('heavy'), tests.id('trip')) $$, 'PT409', 'trip_overloaded', 'a planned trip takes no more than its van');
select is(pg_temp.stops(), '1 first at 08, 2 second', 'and keeps what it had');
select throws_ok($$ select board_order(tests.id('approved'), tests.id('trip')) $$, 'PT409', 'orders_not_assignable', 'nor an order without its goods');
select throws_ok($$ select board_order(tests.id('heavy'), tests.id('trip'), 999) $$, 'PT409', 'version_conflict', 'nor one that somebody changed meanwhile');
select throws_ok($$ select board_order(gen_random_uuid(), tests.id('trip')) $$, 'PT404', 'record_not_found', 'nor one that nobody knows');
select tests.remember('other', (create_trip(tests.depot(), now() + interval '4 days', now() + interval '5 days')).id);
select throws_ok($$ select board_order(tests.id('second'), tests.id('other')) $$, 'PT409', 'orders_not_assignable', 'nor one that rides elsewhere');
select cancel_trip(tests.id('other'), 'Not needed');
select throws_ok($$ select board_order(tests.id('heavy'), tests.id('other')) $$, 'PT409', 'trip_fixed', 'and a trip that is over takes none');

select * from finish();
rollback;
