begin;
select plan(9);

create function pg_temp.add_2020(ledger text) returns void language sql as $$
  select private.add_part(('public.' || ledger)::regclass, ledger || '_2020q1',
    format('for values from (%L) to (%L)', private.uuid_v7_floor('2020-01-01Z'), private.uuid_v7_floor('2020-04-01Z')))
$$;
set local role postgres;
select pg_temp.add_2020(ledger) from private.ledgers;
reset role;
insert into messages (id, tenant_id, channel, recipient, template, body, business_key)
values (private.uuid_v7_floor('2020-02-01Z'), tests.tenant('acme'), 'sms', '+254711000102', 'note', 'Of old', 'hello:old'),
  (private.uuid_v7(), tests.tenant('acme'), 'sms', '+254711000102', 'note', 'Of today', 'hello:new');
select is((select count(*) from messages), 2::bigint, 'what is old and what is new are in one table');
set local role service_role;
select is(enqueue_message(tests.tenant('acme'), 'sms', '+254711000102', 'note', null, 'Again', 'hello:old'), null, 'what was sent is not sent again, in whichever quarter');
reset role;
select is(private.run_maintenance() ->> 'retired_quarters', '1', 'maintenance takes the old quarter off');
select results_eq($$ select body from messages where template = 'note' $$, $$ values ('Of today') $$, 'nobody reads it any more');
select is((select body from private.messages_2020q1), 'Of old', 'until it is dropped it can be dumped');
select is((select c.relrowsecurity and c.relforcerowsecurity from pg_class c where c.oid = 'private.messages_2020q1'::regclass), true, 'and is as closed as before');
select is(private.run_maintenance() ->> 'retired_quarters', '0', 'once');
select is((select count(*) from pg_inherits where inhrelid in ('private.event_store_2020q1'::regclass, 'private.inventory_transactions_2020q1'::regclass)), 2::bigint,
  'what balances and documents are proved by is never taken off');
select throws_ok($$ update private.ledgers set kept_for = interval '1 month' where ledger = 'messages' $$, '23514', null, 'a quarter is kept for a year at least');

select * from finish();
rollback;
