begin;
select plan(2);

select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select tests.approved('Kilimani Mini Mart', 'COL-300', 2);
select private.process_queue('order_events', 200);
update pgmq.a_order_events set archived_at = now() - interval '31 days' where message ->> 'entity_id' = tests.id('order')::text;
select private.run_maintenance();
select is((select count(*) from pgmq.a_order_events where message ->> 'entity_id' = tests.id('order')::text), 0::bigint, 'older ones are gone');
select isnt((select count(*) from pgmq.a_order_events), 0::bigint, 'the others are there');

select * from finish();
rollback;
