begin;
select plan(9);

-- An order that is entered, approved by rule and reserved in one command.
update tenant_settings set business_rules = '{"orders.auto_approve": true}' where tenant_id = tests.tenant('acme');
create table pg_temp.start as select coalesce(max(sequence), 0) as sequence from event_store;
create view pg_temp.written as select e.* from event_store e, pg_temp.start s where e.sequence > s.sequence order by e.sequence;
select tests.sign_in('manager@acme.test');
select tests.remember('order', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(),
  tests.lines('COL-300', 2) || tests.lines('WAT-500', 1), submit => true, allocate => true)).id);
select tests.sign_out();
select results_eq($$ select entity_type, event_type, step, rule from pg_temp.written $$,
  $$ values ('order', 'order.created', null, null), ('order', 'order.submitted', 'submit', null), ('order', 'order.approved', 'approve', 'orders.auto_approve'), ('order', 'order.allocated', 'allocate', null), ('order_items', null, null, null) $$,
  'a row for the order, one per step and one for its lines');
select is((select count(*) from pg_temp.written where entity_id = tests.id('order') and actor_id = tests.account('manager@acme.test') and command = 'create_order' and transaction_id = pg_current_xact_id()), 5::bigint, 'each says of which document, who, by which command and when');
select is((select jsonb_array_length(new_values) from pg_temp.written where entity_type = 'order_items'), 2, 'the lines with their values');
select is((select count(*) from pg_temp.written where machine is not null and (old_values is not null or new_values is not null)), 0::bigint, 'steps carry no values');

-- A change of state alone; a change of content alone.
update pg_temp.start set sequence = (select max(sequence) from event_store);
select tests.sign_in('sales@acme.test');
select hold_order(tests.id('order'), 'the gate is closed');
select tests.sign_out();
select results_eq($$ select event_type, old_values ->> 'is_on_hold', new_values ->> 'is_on_hold', (select array_agg(k order by k) from jsonb_object_keys(new_values) k) from pg_temp.written $$,
  $$ values ('order.updated', 'false', 'true', array['hold_reason', 'is_on_hold']) $$, 'a change of content is one row, with what changed and nothing else');
select tests.sign_in('sales@acme.test');
select release_order(tests.id('order'));
select tests.sign_out();
update pg_temp.start set sequence = (select max(sequence) from event_store);
select tests.sign_in('dispatcher@acme.test');
select tests.remember('trip', (create_trip(tests.depot(), now() + interval '1 hour', now() + interval '9 hours', tests.vehicle('KDA 101A'), tests.driver(), array[tests.id('order')])).id);
select tests.sign_out();
update pg_temp.start set sequence = (select max(sequence) from event_store);
update customers set updated_at = now() where id = tests.customer('Kilimani Mini Mart');
select is_empty('select * from pg_temp.written', 'a change of the stamps alone is none');

-- What was written is what is.
select is((select new_values - array['version', 'updated_at', 'updated_by', 'status'] from event_store where entity_id = tests.id('order') and event_type = 'order.created'),
  (select to_jsonb(o) - array['version', 'updated_at', 'updated_by', 'status'] from orders o where id = tests.id('order')) || '{"is_on_hold": false, "hold_reason": null}', 'the first row holds the document as it was entered');
select is((select array_agg(distinct num_nulls(machine, from_state, step, to_state)) from event_store), array[0, 4], 'a row is a whole step or none');

-- Whoever sees the document sees its steps, and no values.
select tests.sign_in('viewer@acme.test');
select results_eq($$ select count(*), count(machine), count(old_values) + count(new_values) from event_store where entity_id = tests.id('order') $$, $$ values (3::bigint, 3::bigint, 0::bigint) $$, 'its readers read the steps alone');

select * from finish();
rollback;
