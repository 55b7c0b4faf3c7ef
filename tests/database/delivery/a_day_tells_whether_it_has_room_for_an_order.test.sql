begin;
select plan(12);

-- The Canter is the only van of the depot, for 100 crates and shifts of ten hours.
update vehicles set is_active = false where tenant_id = tests.tenant('acme') and registration <> 'KDB 202B';
update vehicles set capacity_kg = 3000, capacity_l = 90000, capacity_units = 100, shift_start = '08:00', shift_end = '18:00' where registration = 'KDB 202B';
create function pg_temp.room(on_day date, quantity numeric) returns jsonb language sql as $$
  select delivery_room(tests.depot(), on_day, jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', quantity)))
$$;

select tests.sign_in('sales@acme.test');
select is(pg_temp.room(current_date + 30, 100) ->> 'has_room', 'true', 'an empty day takes a full van');
select is(pg_temp.room(current_date + 30, 101) ->> 'short_of', 'units', 'and not a crate more');
select is(pg_temp.room(current_date - 3, 1) ->> 'short_of', 'day_is_over', 'a day that is over has no room');
select is(pg_temp.room(current_date + 30, 1) ->> 'stops', '24', 'a van makes a stop in 25 minutes');

-- Somebody else wants that day, too
select tests.sign_out();
select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 60));
update orders set requested_on = current_date + 30 where id = tests.id('order');
select tests.sign_in('sales@acme.test');
select is(pg_temp.room(current_date + 30, 41) ->> 'short_of', 'units', 'what others want that day is not there');
select is(pg_temp.room(current_date + 30, 40) ->> 'has_room', 'true', 'the rest is');
select is(pg_temp.room(current_date + 31, 100) ->> 'has_room', 'true', 'another day is free');
select tests.sign_out();
update products set weight_kg = 1000 where id = tests.product('COL-300');
select tests.sign_in('sales@acme.test');
select is(pg_temp.room(current_date + 31, 4) ->> 'short_of', 'weight', 'a van carries no more than it can');

-- The van is away
select tests.sign_in('dispatcher@acme.test');
select tests.remember('trip', (create_trip(tests.depot(), (current_date + 31 + time '07:00') at time zone 'Africa/Nairobi', (current_date + 31 + time '12:00') at time zone 'Africa/Nairobi', tests.vehicle('KDB 202B'))).id);
select tests.sign_out();
update trips set driver_id = tests.driver(), status = 'planned' where id = tests.id('trip');
select tests.sign_in('sales@acme.test');
select is(pg_temp.room(current_date + 31, 1) ->> 'short_of', 'no_van', 'a van on a trip that day is not free');
select throws_ok($$ select delivery_room(gen_random_uuid(), current_date) $$, 'PT404', 'record_not_found', 'nobody knows the depot');
select tests.sign_in('customer@acme.test');
select is(my_delivery_room(current_date + 40, '[]'), '{"has_room": true}', 'a customer is told yes or no, and no more');
select throws_ok($$ select delivery_room(tests.depot(), current_date + 30) $$, '42501', 'permission_denied', 'the figures are for those who work here');

select * from finish();
rollback;
