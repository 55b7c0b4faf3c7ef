begin;
select plan(5);

select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select pgmq.send('notifications', (select message from pgmq.q_notifications limit 1));
select is(private.process_queue('notifications'), '{"done": 1, "dead": 0, "retried": 0, "duplicates": 1}'::jsonb, 'the second one is recognised');
select is((select count(*) from messages), 1::bigint, 'the customer reads one message');
select is((select count(*) from pgmq.q_notifications), 0::bigint, 'both are off the queue');
select is((select count(*) from pgmq.q_send_message), 1::bigint, 'one is to be sent');
select is(private.process_queue('notifications'), '{"done": 0, "dead": 0, "retried": 0, "duplicates": 0}'::jsonb, 'nothing is left');

select * from finish();
rollback;
