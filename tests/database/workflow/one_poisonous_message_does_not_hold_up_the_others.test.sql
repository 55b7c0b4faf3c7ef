begin;
select plan(2);

select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select pgmq.send('notifications', '{"event_id": "00000000-0000-0000-0000-000000000000"}');
select pgmq.send('notifications', '{"event_id": "no id"}');
select pgmq.send('notifications', '"not even an object"');
select is(private.process_queue('notifications'), '{"done": 1, "dead": 0, "retried": 3, "duplicates": 0}'::jsonb, 'the good one is done, the bad ones wait');
select throws_ok($$ select private.process_queue('secrets') $$, 'PT404', 'queue_unknown', 'a queue that nobody knows is not drained');

select * from finish();
rollback;
