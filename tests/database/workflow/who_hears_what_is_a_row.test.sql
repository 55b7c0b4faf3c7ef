begin;
select plan(15);

create table pg_temp.heard (who text, event_type text, events integer, rule text, cause text);
grant all on pg_temp.heard to public;
create function private.take_one(event public.event_store) returns void language sql as
  $$ insert into pg_temp.heard values ('one', event.event_type, 1, current_setting('mzigo.rule'), current_setting('mzigo.causation_id')) $$;
create function private.take_all(events public.event_store[]) returns void language sql as
  $$ insert into pg_temp.heard values ('all', null, cardinality(events), null, null) $$;

-- An order that is entered, approved by rule and reserved at once.
update tenant_settings set business_rules = '{"orders.auto_approve": true}' where tenant_id = tests.tenant('acme');
create function pg_temp.place() returns uuid language plpgsql as $$
declare
  placed uuid;
begin
  perform tests.sign_in('manager@acme.test');
  placed := (public.create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 2), submit => true, allocate => true)).id;
  perform tests.sign_out();
  return placed;
end $$;
create view pg_temp.sent as
  select 'entity_changes' as queue, message from pgmq.q_entity_changes union all select 'order_events', message from pgmq.q_order_events
  union all select 'customer_events', message from pgmq.q_customer_events union all select 'trip_events', message from pgmq.q_trip_events
  union all select 'inventory_events', message from pgmq.q_inventory_events union all select 'workflow_transitions', message from pgmq.q_workflow_transitions
  union all select 'notifications', message from pgmq.q_notifications;
select tests.remember('order', pg_temp.place());
select results_eq($$ select queue, message ->> 'event_type' from pg_temp.sent where message ->> 'entity_id' = tests.id('order')::text order by 1 $$,
  $$ values ('entity_changes', 'order.allocated'), ('notifications', 'order.approved'), ('order_events', 'order.approved') $$, 'an order is told to those who listen, and to nobody else');
select is((select array_agg(q) from private.worker_queues('process-events') q),
  (select array_agg(distinct c.queue order by c.queue) from private.consumers c join private.queue_policies p on p.queue = c.queue where p.worker = 'process-events'), 'the worker is given the queues that somebody listens to');
select ok('trip_events' not in (select private.worker_queues('process-events')), 'and no other');

-- Rows alone change it.
insert into private.consumers (queue, event_pattern, effect) values ('trip_events', 'order.approved', 'take_one'), ('trip_events', 'order.%', 'take_all');
select tests.remember('order', pg_temp.place());
select is((select array_agg(message ->> 'event_type' order by msg_id) from pgmq.q_trip_events where message ->> 'entity_id' = tests.id('order')::text),
  array['order.created', 'order.submitted', 'order.approved', 'order.allocated'], 'a new row is heard from at once');
select ok('trip_events' in (select private.worker_queues('process-events')), 'and its queue is drained');
select is(private.process_queue('trip_events', 200), '{"done": 4, "dead": 0, "retried": 0, "duplicates": 0}'::jsonb, 'the queue is worked off');
select results_eq($$ select event_type, rule from pg_temp.heard where who = 'one' $$, $$ values ('order.approved', 'queue:trip_events') $$, 'each consumer hears what it asked for, on behalf of its queue');
select is((select cause from pg_temp.heard where who = 'one'), (select id::text from event_store where entity_id = tests.id('order') and event_type = 'order.approved'), 'with the event as the cause');
select is((select array_agg(events) from pg_temp.heard where who = 'all'), array[4], 'who takes a batch is given it in one go');
select is(nullif(current_setting('mzigo.rule', true), ''), null, 'what comes afterwards has another cause');
delete from private.consumers where queue = 'trip_events' and effect = 'take_all';
select tests.remember('order', pg_temp.place());
select is((select array_agg(message ->> 'event_type') from pgmq.q_trip_events where message ->> 'entity_id' = tests.id('order')::text), array['order.approved'], 'a row that is gone hears nothing more');

-- By the name that every step answers to; and only once.
select private.listen('workflow_transitions', 'take_one', 'workflow.transition_executed', 'order.status_changed');
select tests.remember('order', pg_temp.place());
select is((select count(*) from pgmq.q_workflow_transitions where message ->> 'entity_id' = tests.id('order')::text), 3::bigint, 'a step is told once, by whichever of its names');

-- What the fan-out asks is what the names of an event say, for every pattern and every kind of row.
create function pg_temp.disagreements() returns bigint language plpgsql as $$
declare
  pattern text;
  found bigint;
  total bigint := 0;
begin
  foreach pattern in array array['%', 'order.%', '%.created', 'order.approved', 'order.status_changed', '%.status_changed', 'trip.status_%', 'workflow.%',
    'workflow.transition_executed', '%executed', 'no_such.event', 'status_changed', 'order.status_changed.x'] loop
    execute format('select count(*) from public.event_store n where n.event_type is not null
      and coalesce(%s, false) <> exists (select from unnest(private.event_names(n.event_type, n.machine)) name where name like %L)', private.hears(pattern), pattern) into found;
    total := total + found;
  end loop;
  return total;
end $$;
select is(pg_temp.disagreements(), 0::bigint, 'the question of the fan-out is the one of the names');

select throws_ok($$ select private.listen('trip_events', 'no_such_effect', 'trip.%') $$, 'PT422', 'input_invalid', 'an effect is a function that there is');
select throws_ok($$ insert into private.consumers values ('no_queue', 'trip.%', 'take_one') $$, '23503', null, 'a queue is one that a worker drains');

select * from finish();
rollback;
