begin;
select plan(3);

select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select is((select count(*) from pgmq.q_workflow_transitions where message ->> 'entity_id' = tests.id('order')::text), 2::bigint, 'submitted and approved');
select private.process_queue('workflow_transitions', 200);
select is(
  (select count(*) from realtime.messages where payload ->> 'entity_id' = tests.id('order')::text), 1::bigint,
  'pages hear of the order once');
select is(
  (select topic from realtime.messages where payload ->> 'entity_id' = tests.id('order')::text), 'tenant:' || (select tenant_id from orders where id = tests.id('order')) || ':orders.view',
  'those of its company whose people may see orders');

select * from finish();
rollback;
