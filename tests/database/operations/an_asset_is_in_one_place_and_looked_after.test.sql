begin;
select plan(45);

create function pg_temp.kind(name text) returns uuid language sql security definer as $$
  select k.id from public.asset_kinds k where k.tenant_id = tests.tenant('acme') and k.name = kind.name
$$;
create function pg_temp.today() returns date language sql security definer as $$ select private.tenant_today(tests.tenant('acme')) $$;
create function pg_temp.planned(plan uuid) returns uuid language sql security definer as $$
  select j.id from public.maintenance_jobs j where j.plan_id = planned.plan and j.status = 'planned'
$$;
create function pg_temp.at(hour integer, days integer default 7) returns timestamptz language sql as $$
  select ((current_date + days)::timestamp + make_interval(hours => hour)) at time zone 'Africa/Nairobi'
$$;

-- Entered.
select tests.sign_in('sales@acme.test');
select throws_ok($$ select create_asset('Phone', pg_temp.kind('Phone'), holder_id => tests.account('sales@acme.test')) $$, '42501', 'permission_denied', 'a salesperson enters no asset');
select tests.sign_in('manager@acme.test');
select throws_ok($$ insert into asset_kinds (name) values ('Drill') $$, '42501', null, 'a manager adds no kind');
select tests.remember('phone', (create_asset('Phone', pg_temp.kind('Phone'), holder_id => tests.account('sales@acme.test'), serial => ' SN1 ', cost => 12000, bought_on => pg_temp.today(), warranty_until => pg_temp.today() + 365)).id);
select results_eq($$ select status::text, serial, holder_id, warehouse_id from assets where id = tests.id('phone') $$,
  $$ values ('in_service', 'SN1', tests.account('sales@acme.test'), null::uuid) $$, 'an asset is with a person');
select throws_ok($$ select create_asset('Phone', pg_temp.kind('Phone'), tests.depot(), serial => 'SN1') $$, 'PT409', 'asset_serial_taken', 'a serial number is of one phone');
select lives_ok($$ select create_asset('Scale', pg_temp.kind('Scale'), tests.depot(), serial => 'SN1') $$, 'another maker may have given it, too');
select throws_ok($$ select create_asset('Phone', pg_temp.kind('Phone')) $$, 'PT422', 'asset_is_in_one_place', 'an asset is somewhere');
select throws_ok($$ select create_asset('Phone', pg_temp.kind('Phone'), tests.depot(), tests.account('sales@acme.test')) $$, 'PT422', 'asset_is_in_one_place', 'and in one place alone');
select throws_ok($$ select create_asset('Phone', pg_temp.kind('Phone'), holder_id => tests.account('admin@globex.test')) $$, 'PT422', 'person_not_in_company', 'with nobody of another company');
select throws_ok($$ select create_asset('Phone', pg_temp.kind('Phone'), tests.depot(), bought_on => pg_temp.today() + 2) $$, 'PT422', 'bought_day_is_near', 'it was not bought the day after tomorrow');
select throws_ok($$ select create_asset('Phone', pg_temp.kind('Phone'), tests.depot(), bought_on => pg_temp.today(), warranty_until => pg_temp.today() - 1) $$, 'PT422', 'warranty_follows_purchase', 'a warranty ends after the purchase');
select throws_ok($$ select create_asset('Phone', pg_temp.kind('Phone'), tests.depot(), cost => 1.005) $$, 'PT422', 'asset_cost_is_bounded', 'there is no such coin');

-- Handed over.
select tests.sign_in('sales@acme.test');
select results_eq($$ select id from assets $$, $$ values (tests.id('phone')) $$, 'whoever has it sees it, and nothing else');
select throws_ok($$ select hand_over_asset(tests.id('phone'), holder_id => tests.account('agent@acme.test')) $$, '42501', 'permission_denied', 'he does not hand it on by himself');
select tests.sign_in('manager@acme.test');
select is((hand_over_asset(tests.id('phone'), holder_id => tests.account('agent@acme.test'))).holder_id, tests.account('agent@acme.test'), 'a manager does');
select ok(exists (
  select from timeline('asset', tests.id('phone')) t, users s, users a
  where s.id = tests.account('sales@acme.test') and a.id = tests.account('agent@acme.test') and t::text ~ (a.full_name || '.*holder_id.*' || s.full_name)
), 'which its history tells');
select tests.sign_in('sales@acme.test');
select is((select count(*) from assets), 0::bigint, 'whoever had it sees it no longer');

-- Repaired.
select tests.sign_in('manager@acme.test');
select tests.remember('van', (create_asset('Van', pg_temp.kind('Vehicle'), tests.depot(), vehicle_id => tests.vehicle('KDA 101A'))).id);
select throws_ok($$ select create_asset('Van', pg_temp.kind('Vehicle'), tests.depot(), vehicle_id => tests.vehicle('KDA 101A')) $$, 'PT409', 'asset_vehicle_taken', 'a vehicle is one asset');
select tests.sign_out();
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('dispatcher@acme.test');
select tests.remember('trip', (create_trip(tests.depot(), pg_temp.at(8), pg_temp.at(17), tests.vehicle('KDA 101A'), tests.driver(), array[tests.id('order')])).id);
select throws_ok($$ select repair_asset(tests.id('van'), ' ') $$, 'PT422', 'reason_required', 'what goes to repair says what is wrong');
select throws_ok($$ select repair_asset(tests.id('van'), 'Gearbox', pg_temp.today() - 2) $$, 'PT422', 'back_day_is_of_a_repair', 'nothing comes back before it goes');
select is((repair_asset(tests.id('van'), 'Gearbox', pg_temp.today() + 3)).status_reason, 'Gearbox', 'it is in repair');
select throws_ok($$ select plan_trip(tests.id('trip')) $$, 'PT409', 'vehicle_in_repair', 'and is planned for no trip');
select throws_ok($$ select create_trip(tests.depot(), pg_temp.at(8, 9), pg_temp.at(17, 9), tests.vehicle('KDA 101A'), tests.driver()) $$, 'PT409', 'vehicle_in_repair', 'nor chosen for one');
select throws_ok($$ select retire_asset(tests.id('van'), 'Sold') $$, '42501', 'permission_denied', 'whoever maintains does not retire');
select is((restore_asset(tests.id('van'))).back_on, null, 'it is back');
select is((plan_trip(tests.id('trip'))).status::text, 'planned', 'and goes on the trip');
select is((select status from inventory_registry where entity_id = tests.id('van')), 'in_service', 'the registry says where it stands');

-- Looked after.
select throws_ok($$ insert into maintenance_plans (asset_id, name, every_days, starts_on) values (tests.id('van'), 'Oil', 90, pg_temp.today()) $$, '42501', null, 'whoever maintains makes no plan');
select tests.sign_in('manager@acme.test');
with made as (insert into maintenance_plans (asset_id, name, every_days, starts_on) values (tests.id('van'), 'Oil', 90, pg_temp.today() - 10) returning id)
select tests.remember('oil', made.id) from made;
select throws_ok($$ insert into maintenance_plans (asset_id, name, every_days, starts_on) values (tests.id('van'), 'Oil', 30, pg_temp.today()) $$, 'PT409', 'maintenance_plan_taken', 'one plan of a name');
select tests.remember('first', pg_temp.planned(tests.id('oil')));
select is((select due_on from maintenance_jobs where id = tests.id('first')), pg_temp.today() - 10, 'a plan makes its first job');
select is((select starts_at from calendar_events where entity_id = tests.id('first')), (pg_temp.today() - 10)::timestamp at time zone 'UTC', 'which stands in the calendar');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select complete_maintenance_job(tests.id('first'), pg_temp.today() + 2) $$, 'PT422', 'job_day_is_near', 'nothing was done the day after tomorrow');
select is((complete_maintenance_job(tests.id('first'), pg_temp.today() - 2, 4500, 'Filter, too')).status::text, 'done', 'it was done');
select results_eq($$ select last_maintenance_on, next_maintenance_on from assets where id = tests.id('van') $$,
  $$ values (pg_temp.today() - 2, pg_temp.today() + 88) $$, 'the next is counted from the day on which it was');
select is((skip_maintenance_job(pg_temp.planned(tests.id('oil')), 'Hardly driven')).status_reason, 'Hardly driven', 'it is left out once');
select is((select due_on from maintenance_jobs where id = pg_temp.planned(tests.id('oil'))), pg_temp.today() + 178, 'and comes round again');
select is((reschedule_maintenance_job(pg_temp.planned(tests.id('oil')), pg_temp.today() + 20)).due_on, pg_temp.today() + 20, 'or has another day');
select is((create_maintenance_job(tests.id('van'), 'New tyres', pg_temp.today() + 5)).plan_id, null, 'something is to be done once');
select is((select next_maintenance_date from inventory_registry where entity_id = tests.id('van')), pg_temp.today() + 5, 'the registry knows what is next');
select tests.sign_in('manager@acme.test');
update maintenance_plans set is_active = false where id = tests.id('oil');
select is(pg_temp.planned(tests.id('oil')), null, 'a plan that is ended plans nothing');
update maintenance_plans set is_active = true where id = tests.id('oil');
select is((select due_on from maintenance_jobs where id = pg_temp.planned(tests.id('oil'))), pg_temp.today() + 88, 'taken up again it counts from what was done last');

-- Retired.
select is((retire_asset(tests.id('van'), 'Sold')).next_maintenance_on, null, 'what is retired is not looked after');
select throws_ok($$ select create_maintenance_job(tests.id('van'), 'Wash', pg_temp.today()) $$, 'PT409', 'asset_transition_illegal', 'any more');
select throws_ok($$ insert into maintenance_plans (asset_id, name, every_days, starts_on) values (tests.id('van'), 'Wash', 7, pg_temp.today()) $$, 'PT409', 'asset_is_retired', 'nor by a plan');

-- Another company.
select tests.sign_in('admin@globex.test');
select is((select count(*) from assets) + (select count(*) from maintenance_jobs), 0::bigint, 'another company sees none of it');
select throws_ok($$ select hand_over_asset(tests.id('phone'), holder_id => tests.account('admin@globex.test')) $$, 'PT404', 'record_not_found', 'nor takes it');

select * from finish();
rollback;
