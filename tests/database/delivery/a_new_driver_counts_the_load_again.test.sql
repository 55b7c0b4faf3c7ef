begin;
select plan(3);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('trip', tests.loaded(array[tests.id('order')]));
-- The owner can drive, too.
insert into drivers (tenant_id, membership_id, name) values (tests.tenant('acme'), tests.membership('owner@acme.test'), 'Second Driver');
select tests.sign_in('dispatcher@acme.test');
select change_trip(tests.id('trip'), driver_id => (select id from drivers where name = 'Second Driver'));
select throws_ok($$ select dispatch_trip(tests.id('trip')) $$, 'PT409', 'load_not_confirmed', 'the other driver has counted nothing');
select throws_ok($$ select change_trip(tests.id('trip'), driver_id => tests.driver('globex')) $$, 'PT404', 'record_not_found', 'a driver of another company does not exist');
select tests.sign_in('driver@acme.test');
select throws_ok($$ select start_trip(tests.id('trip')) $$, 'PT404', 'record_not_found', 'the first one does not see the trip any more');

select * from finish();
rollback;
