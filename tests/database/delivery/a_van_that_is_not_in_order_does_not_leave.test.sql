begin;
select plan(28);

-- What the driver says: of every item that it is in order, but of these, [{name, note}].
create function pg_temp.seen(defects jsonb default '{}') returns jsonb language sql security definer as $$
  select jsonb_agg(jsonb_build_object('item_id', i.id, 'is_in_order', not defects ? i.name) || case when defects ? i.name then jsonb_build_object('note', defects ->> i.name) else '{}' end)
  from public.vehicle_check_items i where i.tenant_id = tests.tenant('acme') and i.is_active
$$;
create function pg_temp.defect(name text) returns uuid language sql security definer as $$
  select c.id from public.vehicle_checks c where c.tenant_id = tests.tenant('acme') and c.item_name = defect.name and not c.is_in_order
$$;

-- Its words are the company's.
select tests.sign_in('driver@acme.test');
select cmp_ok((select count(*) from vehicle_check_items where must_be_in_order), '>', 3::bigint, 'a company begins with a checklist');
select throws_ok($$insert into vehicle_check_items (name) values ('Radio')$$, '42501', null, 'which a driver does not write');
select tests.sign_in('admin@acme.test');
select lives_ok($$insert into vehicle_check_items (name, place) values ('Crates tied down', 9)$$, 'whoever keeps the settings does');
select throws_ok($$insert into vehicle_check_items (name) values ('Tyres')$$, 'PT409', 'vehicle_check_item_taken', 'each item once');
select tests.sign_out();

select tests.remember('trip', tests.loaded(array[tests.allocated('Kilimani Mini Mart', 'COL-300', 1)]));
select tests.sign_in('driver@acme.test');
select ok((select t.allowed_commands @> '{check_vehicle}' from trips t where t.id = tests.id('trip')), 'the driver is offered the check');
select throws_ok($$select check_vehicle(tests.id('trip'), '[]')$$, 'PT422', 'check_incomplete', 'nothing is no check');
select throws_ok($$select check_vehicle(tests.id('trip'), pg_temp.seen() - 0)$$, 'PT422', 'check_incomplete', 'nor is a part of the list');
select throws_ok($$select check_vehicle(tests.id('trip'), pg_temp.seen() || (pg_temp.seen() -> 0))$$, 'PT422', 'check_incomplete', 'nor an item twice');
select throws_ok($$select check_vehicle(tests.id('trip'), pg_temp.seen('{"Lights": " "}'))$$, 'PT422', 'defect_without_note', 'a defect is described');
select throws_ok(
  $$select check_vehicle(tests.id('trip'), (select jsonb_agg(e || '{"photo_path": "elsewhere/x.jpg"}') from jsonb_array_elements(pg_temp.seen()) e))$$,
  'PT422', 'proof_invalid', 'and its photo lies in the folder of the company'
);
select tests.sign_in('warehouse@acme.test');
select throws_ok($$select check_vehicle(tests.id('trip'), pg_temp.seen())$$, '42501', 'permission_denied', 'the depot does not check for the driver');

-- A defect that is only to be known, and one that keeps the van.
select tests.sign_in('driver@acme.test');
select lives_ok(
  $$select check_vehicle(tests.id('trip'), pg_temp.seen('{"Lights": "Left one is out", "First aid kit": "No plasters"}'), now() + interval '3 hours')$$,
  'the driver tells what he found, however his clock goes'
);
select is((select count(*) from vehicle_checks where trip_id = tests.id('trip') and checked_at <= now()), (select count(*) from vehicle_check_items where is_active), 'of every item there is an answer');
select throws_ok($$select check_vehicle(tests.id('trip'), pg_temp.seen())$$, 'PT409', 'vehicle_checked_already', 'once for the trip: nothing is made good by looking again');
select ok(not (select t.allowed_commands @> '{check_vehicle}' from trips t where t.id = tests.id('trip')), 'and it is not offered again');
select throws_ok($$update vehicle_checks set is_in_order = true$$, '42501', null, 'nor is it written over');
select throws_ok($$select clear_defect(pg_temp.defect('Lights'), 'It is nothing')$$, '42501', 'permission_denied', 'a driver clears nothing');

select tests.sign_in('dispatcher@acme.test');
select throws_ok($$select dispatch_trip(tests.id('trip'))$$, 'PT409', 'vehicle_not_in_order', 'and nobody sends it');
select is((select t.status::text from trips t where t.id = tests.id('trip')), 'planned', 'it stays');
select throws_ok($$select create_trip((select id from warehouses where code = 'NBO'), vehicle_id => tests.vehicle('KDA 101A'), planned_start_at => now() + interval '5 days', planned_end_at => now() + interval '5 days 8 hours')$$, 'PT409', 'vehicle_not_in_order', 'nor is it put on another trip');
select throws_ok($$select clear_defect(pg_temp.defect('Lights'), ' ')$$, 'PT422', 'reason_required', 'clearing says why');
select is((clear_defect(pg_temp.defect('Lights'), 'New bulb')).cleared_note, 'New bulb', 'the dispatcher clears it');
select throws_ok($$select clear_defect(pg_temp.defect('Lights'), 'Again')$$, 'PT409', 'defect_cleared_already', 'once');
select is((dispatch_trip(tests.id('trip'))).status::text, 'dispatched', 'then it is sent, whatever is only to be known');

select tests.sign_in('sales@acme.test');
select throws_ok($$select clear_defect(pg_temp.defect('First aid kit'), 'Bought')$$, '42501', 'permission_denied', 'who sends no van clears nothing');
select tests.sign_in('manager@globex.test');
select throws_ok($$select clear_defect(pg_temp.defect('First aid kit'), 'Bought')$$, 'PT404', 'record_not_found', 'another company knows of no defect');
select is((select count(*) from vehicle_checks), 0::bigint, 'and sees none');
select tests.sign_in('customer@acme.test');
select is((select count(*) from vehicle_checks), 0::bigint, 'nor does a customer');

select * from finish();
rollback;
