begin;
select plan(14);

select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
alter table messages add constraint nobody_is_told check (false) not valid;
select is(private.process_queue('notifications') ->> 'retried', '1', 'a message that fails is put back');
select is(private.process_queue('notifications'), '{"done": 0, "dead": 0, "retried": 0, "duplicates": 0}'::jsonb, 'and rests for a while');
select ok((select min(vt) > clock_timestamp() + interval '2 seconds' from pgmq.q_notifications), 'longer than before');
update pgmq.q_notifications set vt = now(), read_ct = 4;
select is(private.process_queue('notifications') ->> 'dead', '1', 'after the fifth attempt it is a dead letter');
select is((select count(*) from pgmq.q_notifications), 0::bigint, 'off its queue');
select is((select count(*) from private.inbox where queue = 'notifications'), 0::bigint, 'and not taken for processed');
select tests.sign_in('admin@globex.test');
select is((select count(*) from dead_letters()), 0::bigint, 'other companies do not see it');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select * from dead_letters() $$, '42501', 'permission_denied', 'nor people without the right');
select tests.sign_in('admin@acme.test');
select is((select queue || ' ' || event_type || ' ' || attempts from dead_letters()), 'notifications order.approved 5', 'the admin does, with what it was');
select ok((select error like '%nobody_is_told%' from dead_letters()), 'and the error');
select is(redrive_dead_letter((select msg_id from dead_letters())), 'notifications', 'he drives it again');
select is((select count(*) from dead_letters()), 0::bigint, 'it is gone from the list');
select throws_ok($$ select redrive_dead_letter(1) $$, 'PT404', 'record_not_found', 'and is not driven twice');
select tests.sign_out();
alter table messages drop constraint nobody_is_told;
select is(private.process_queue('notifications') ->> 'done', '1', 'now it works');

select * from finish();
rollback;
