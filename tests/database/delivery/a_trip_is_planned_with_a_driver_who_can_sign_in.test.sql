begin;
select plan(11);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('helper', (select id from drivers where tenant_id = tests.tenant('acme') and membership_id is null));
select tests.sign_in('dispatcher@acme.test');
select tests.remember('trip', (create_trip(tests.depot(), now() + interval '1 hour', now() + interval '9 hours', tests.vehicle('KDA 101A'), tests.id('helper'), array[tests.id('order')])).id);
select is(tests.status('trip', tests.id('trip')), 'draft', 'a draft may name a driver who is yet to be invited');
select throws_ok($$ select plan_trip(tests.id('trip')) $$, 'PT409', 'driver_cannot_sign_in', 'but nobody plans what could never leave');

-- An account that may not drive is none for a driver.
update drivers set membership_id = tests.membership('viewer@acme.test') where id = tests.id('helper');
select throws_ok($$ select plan_trip(tests.id('trip')) $$, 'PT409', 'driver_cannot_sign_in', 'nor with an account that may not drive');
select tests.sign_in('owner@acme.test');
select lives_ok($$ select set_role_permission('viewer', 'trips.drive', true) $$, 'unless the company lets it');
select tests.sign_in('dispatcher@acme.test');
select is((plan_trip(tests.id('trip'))).status::text, 'planned', 'then it is planned');

-- What was right when it was planned may have changed since.
select tests.sign_in('warehouse@acme.test');
select confirm_load(tests.id('trip'), tests.counts(tests.id('trip')));
select tests.sign_in('viewer@acme.test');
select lives_ok($$ select confirm_load(tests.id('trip'), tests.counts(tests.id('trip'))) $$, 'its driver counts the load');
select tests.sign_in('owner@acme.test');
select set_role_permission('viewer', 'trips.drive', false);
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select dispatch_trip(tests.id('trip')) $$, 'PT409', 'driver_cannot_sign_in', 'a trip does not leave with a driver who lost the right');
update drivers set membership_id = null where id = tests.id('helper');
select throws_ok($$ select dispatch_trip(tests.id('trip')) $$, 'PT409', 'driver_cannot_sign_in', 'or his account');
select throws_ok($$ select change_trip(tests.id('trip'), driver_id => tests.id('helper')) $$, 'PT409', 'driver_cannot_sign_in', 'and gets no such driver');
-- The way on: another driver, who counts again.
select is((change_trip(tests.id('trip'), driver_id => tests.driver())).driver_id, tests.driver(), 'it gets another one');
select tests.sign_in('driver@acme.test');
select confirm_load(tests.id('trip'), tests.counts(tests.id('trip')));
select tests.sign_in('dispatcher@acme.test');
select is((dispatch_trip(tests.id('trip'))).status::text, 'dispatched', 'and leaves');

select * from finish();
rollback;
