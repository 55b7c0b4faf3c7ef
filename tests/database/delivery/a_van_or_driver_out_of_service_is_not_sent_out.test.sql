begin;
select plan(12);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('trip', tests.loaded(array[tests.id('order')]));
select tests.remember('second', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
update vehicles set is_active = false where registration = 'KDB 202B';
select tests.remember('gone', (select id from drivers where tenant_id = tests.tenant('acme') and membership_id is null));
update drivers set is_active = false where id = tests.id('gone');

select tests.sign_in('dispatcher@acme.test');
create function pg_temp.build(vehicle uuid, driver uuid) returns uuid language sql as $$
  select (public.create_trip(tests.depot(), now() + interval '2 days', now() + interval '3 days', vehicle, driver, array[tests.id('second')])).id
$$;
select throws_ok($$ select pg_temp.build(tests.vehicle('KDB 202B'), tests.driver()) $$, 'PT409', 'vehicle_not_active', 'no trip begins with a van out of service');
select throws_ok($$ select pg_temp.build(tests.vehicle('KDA 101A'), tests.id('gone')) $$, 'PT409', 'driver_not_active', 'nor with a driver who left');
select tests.remember('draft', pg_temp.build(null, null));
select throws_ok($$ select change_trip(tests.id('draft'), vehicle_id => tests.vehicle('KDB 202B')) $$, 'PT409', 'vehicle_not_active', 'the van is not chosen later');
select throws_ok($$ select change_trip(tests.id('draft'), driver_id => tests.id('gone')) $$, 'PT409', 'driver_not_active', 'nor the driver');
select lives_ok($$ select change_trip(tests.id('draft'), vehicle_id => tests.vehicle('KDA 101A'), driver_id => tests.driver()) $$, 'others are');

-- In service when chosen, out of service when planned or sent.
select tests.sign_in('manager@acme.test');
update vehicles set is_active = false where registration = 'KDA 101A';
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select plan_trip(tests.id('draft')) $$, 'PT409', 'vehicle_not_active', 'a draft with a van that broke down is not planned');
select throws_ok($$ select dispatch_trip(tests.id('trip')) $$, 'PT409', 'vehicle_not_active', 'a planned trip with it does not leave');
select tests.sign_in('manager@acme.test');
update vehicles set is_active = true where registration = 'KDA 101A';
update drivers set is_active = false where id = tests.driver();
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select dispatch_trip(tests.id('trip')) $$, 'PT409', 'driver_not_active', 'nor one whose driver left');
select tests.sign_out();
update drivers set is_active = true where id = tests.driver();
update memberships set status = 'inactive' where id = tests.membership('driver@acme.test');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select dispatch_trip(tests.id('trip')) $$, 'PT409', 'driver_not_active', 'or lost his access');
select tests.sign_out();
update memberships set status = 'active' where id = tests.membership('driver@acme.test');
select tests.sign_in('dispatcher@acme.test');
select is((dispatch_trip(tests.id('trip'))).status::text, 'dispatched', 'with both in service it does');
select tests.sign_out();
update vehicles set is_active = false where registration = 'KDA 101A';
select tests.sign_in('driver@acme.test');
select is((start_trip(tests.id('trip'))).status::text, 'in_progress', 'a trip on the road is finished');
select tests.deliver(tests.id('order'), 1);
select is(tests.status('order', tests.id('order')), 'delivered', 'whatever happens to the van');

select * from finish();
rollback;
