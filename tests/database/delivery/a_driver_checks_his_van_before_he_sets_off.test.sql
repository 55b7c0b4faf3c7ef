begin;
select plan(10);

select tests.remember('trip', tests.loaded(array[tests.allocated('Kilimani Mini Mart', 'COL-300', 1)]));
select tests.sign_in('dispatcher@acme.test');
select is((dispatch_trip(tests.id('trip'))).status::text, 'dispatched', 'a van is sent before its driver has looked at it');
select tests.sign_in('driver@acme.test');
select ok((select t.allowed_commands @> '{start}' from trips t where t.id = tests.id('trip')), 'where nobody asks for a check he may set off');

select tests.sign_in('admin@acme.test');
select lives_ok($$update tenant_settings set business_rules = business_rules || '{"trips.vehicle_check": true}'$$, 'a company asks for it');
select throws_ok($$update tenant_settings set business_rules = business_rules || '{"trips.vehicle_check": 1}'$$, 'PT422', 'input_invalid', 'or does not');
select tests.sign_in('driver@acme.test');
select ok(not (select t.allowed_commands @> '{start}' from trips t where t.id = tests.id('trip')), 'then he may not');
select throws_ok($$select start_trip(tests.id('trip'))$$, 'PT409', 'vehicle_check_missing', 'and does not');

-- What came to the list after he looked is not asked of him.
select tests.sign_in('admin@acme.test');
select lives_ok($$insert into vehicle_check_items (name, place) values ('Crates tied down', 9)$$, 'the list grows meanwhile');
select tests.sign_in('driver@acme.test');
select lives_ok($$select check_vehicle(tests.id('trip'), (
  select jsonb_agg(e) from jsonb_array_elements(tests.all_in_order()) e where e ->> 'item_id' <> (select i.id::text from vehicle_check_items i where i.name = 'Crates tied down')
), now() - interval '1 second')$$, 'he has looked at what his phone asked');
select ok((select t.allowed_commands @> '{start}' from trips t where t.id = tests.id('trip')), 'so he is offered to set off');
select is((start_trip(tests.id('trip'))).status::text, 'in_progress', 'and does');

select * from finish();
rollback;
