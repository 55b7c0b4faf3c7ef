begin;
select plan(10);

-- Somebody who hears of orders, and somebody who hears of steps by the name that all of them answer to.
create function private.take_note(event public.event_store) returns void language sql as '';
select private.listen('trip_events', 'take_note', 'order.%');
select private.listen('workflow_transitions', 'take_note', 'workflow.transition_executed');

select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('order'), 'ok');
select is((select array_agg(command || ':' || from_state || '>' || to_state order by executed_at) from transition_executions where entity_id = tests.id('order')), array['submit:draft>pending_approval', 'approve:pending_approval>approved'], 'the history tells every step to whoever sees the order');
select is((select executed_by from transition_executions where entity_id = tests.id('order') and command = 'approve'), tests.account('manager@acme.test'), 'and who took it');
select tests.sign_out();
select is((select array_agg(event_type order by event_type) from events where entity_id = tests.id('order') and payload ->> 'command' = 'approve'), array['order.approved', 'order.status_changed', 'workflow.transition_executed'], 'each step answers to three names');
select is((select metadata ->> 'command' from events where entity_id = tests.id('order') and event_type = 'order.approved'), 'approve_order', 'with the command');
select is((select (metadata ->> 'user_id')::uuid from events where entity_id = tests.id('order') and event_type = 'order.approved'), tests.account('manager@acme.test'), 'and the person');
select is((select entity_version from event_store where entity_id = tests.id('order') and event_type = 'order.approved'), (select version from orders where id = tests.id('order')), 'and the version that it made');
select is((select count(*) from pgmq.q_notifications where message ->> 'entity_id' = tests.id('order')::text), 1::bigint, 'who subscribed to approvals hears of it once');
select is((select count(*) from pgmq.q_workflow_transitions where message ->> 'entity_id' = tests.id('order')::text), 2::bigint, 'and of both steps');
select is((select count(*) from pgmq.q_trip_events where message ->> 'entity_id' = tests.id('order')::text), (select count(*) from event_store where entity_id = tests.id('order') and event_type like 'order.%'), 'who hears of orders hears everything, nothing twice');
select is((select array_agg(distinct k order by k) from pgmq.q_order_events q, jsonb_object_keys(q.message) k), array['entity_id', 'event_id', 'event_type', 'tenant_id'], 'messages carry ids only');

select * from finish();
rollback;
