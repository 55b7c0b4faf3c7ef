begin;
select plan(6);

set local role service_role;
select isnt(enqueue_message(tests.tenant('acme'), 'sms', '+254711000102', 'note', null, 'Hello', 'hello:1'), null, 'a message is written');
select is(enqueue_message(tests.tenant('acme'), 'sms', '+254711000102', 'note', null, 'Hello', 'hello:1'), null, 'the same business is not written twice');
reset role;
select tests.remember('message', (select id from messages));
set local role service_role;
select is(message_to_send(tests.tenant('globex'), tests.id('message')), null, 'another company has no such message');
select is(message_to_send(tests.tenant('acme'), tests.id('message')) ->> 'body', 'Hello', 'it waits to be sent');
select record_message_result(tests.tenant('acme'), tests.id('message'), 'simulated', 'outbox');
select record_message_result(tests.tenant('acme'), tests.id('message'), 'failed', 'other', null, 'late answer');
select is(message_to_send(tests.tenant('acme'), tests.id('message')), null, 'once it was dealt with it waits no more');
reset role;
select is((select status || ' ' || provider from messages), 'simulated outbox', 'and a second result changes nothing');

select * from finish();
rollback;
