begin;
select plan(4);

-- The queue allocates an approved order; of what is short it makes a backorder on the way, under a rule of its own.
update tenant_settings set business_rules = '{"orders.auto_allocate": true}' where tenant_id = tests.tenant('acme');
select tests.remember('order', tests.approved('Karen Country Kiosk', 'COL-300', 450, true));
select is((private.process_queue('order_events', 200) ->> 'dead')::int, 0, 'the queue is worked off');
select is((select executed_rule from transition_executions where entity_id = tests.id('order') and command = 'allocate'), 'queue:order_events', 'the allocation still says that the queue did it');
select results_eq($$ select distinct x.executed_rule from transition_executions x join orders o on o.id = x.entity_id where o.backorder_of_id = tests.id('order') $$, $$ values ('orders.backorder') $$, 'the steps of the backorder name their own');
select is_empty($$ select x.* from transition_executions x where x.executed_by is null and x.executed_rule is null and x.machine = 'order' $$, 'every step has a person or a rule');

select * from finish();
rollback;
