begin;
select plan(3);

-- What the demo companies began with is told first.
select private.process_queue('entity_changes', 100) from generate_series(1, 10);

select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select is((select array_agg(message ->> 'event_type' order by msg_id) from pgmq.q_entity_changes where message ->> 'entity_id' = tests.id('order')::text), array['order.created', 'order.submitted', 'order.approved'], 'entered, submitted and approved: of what one statement told the last');
select private.process_queue('entity_changes', 200);
select is(
  (select count(*) from realtime.messages where payload ->> 'entity_id' = tests.id('order')::text), 1::bigint,
  'pages hear of the order once');
select is(
  (select topic from realtime.messages where payload ->> 'entity_id' = tests.id('order')::text), 'tenant:' || (select tenant_id from orders where id = tests.id('order')) || ':orders.view',
  'those of its company whose people may see orders');

select * from finish();
rollback;
