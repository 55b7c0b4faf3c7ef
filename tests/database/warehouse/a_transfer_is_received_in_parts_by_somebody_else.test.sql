begin;
select plan(16);

create function pg_temp.events() returns text language sql security definer as $$
  select string_agg(e.event_type, ' ' order by e.id) from event_store e where e.entity_id = tests.id('transfer') and e.machine is not null $$;
select tests.remember('transfer', tests.sent('COL-300', 30));
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select receive_transfer(tests.id('transfer'), tests.lines('COL-300', 30)) $$, '42501', 'separation_of_duties', 'who sent it does not receive it');
select throws_ok($$ select receive_part_transfer(tests.id('transfer'), tests.lines('COL-300', 1)) $$, '42501', 'separation_of_duties', 'nor a part of it');
select tests.sign_in('manager@acme.test');
select is((receive_part_transfer(tests.id('transfer'), tests.lines('COL-300', 10))).status::text, 'partially_received', 'a part comes');
select is(tests.stock('COL-300', tests.transit()), 20.000, 'the rest is on its way');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select receive_part_transfer(tests.id('transfer'), tests.lines('COL-300', 1)) $$, '42501', 'separation_of_duties', 'who sent it does not receive a later part either');
select throws_ok($$ select cancel_transfer(tests.id('transfer'), 'Late') $$, 'PT409', 'transfer_transition_illegal', 'what has come in part is not called off');
select tests.sign_in('manager@acme.test');
select is((receive_part_transfer(tests.id('transfer'), tests.lines('COL-300', 5))).status::text, 'partially_received', 'a second part comes');
select is(pg_temp.events(), 'transfer.dispatched transfer.partially_received', 'and is no step of its own');
select throws_ok($$ select receive_part_transfer(tests.id('transfer'), tests.lines('COL-300', 16)) $$, 'PT409', 'transfer_exceeds_sent', 'no more comes than was sent, over all parts');
select throws_ok($$ select receive_part_transfer(tests.id('transfer'), tests.lines('WAT-1500', 1)) $$, 'PT409', 'transfer_exceeds_sent', 'nor what was not sent');
select throws_ok($$ select receive_part_transfer(tests.id('transfer'), '[]') $$, 'PT422', 'lines_invalid', 'nothing is no part');
select is((receive_part_transfer(tests.id('transfer'), tests.lines('COL-300', 15))).status::text, 'received', 'the part that completes it closes it');
select is(pg_temp.events(), 'transfer.dispatched transfer.partially_received transfer.received', 'which is a step');
select is((select sum(quantity) from transfer_receipts where transfer_id = tests.id('transfer')), 30.000, 'each receipt is written down');
select is((select received from transfer_items where transfer_id = tests.id('transfer')), 30.000, 'and summed');
select throws_ok($$ select receive_transfer(tests.id('transfer'), tests.lines('COL-300', 1)) $$, 'PT409', 'transfer_transition_illegal', 'what has come does not come again');

select * from finish();
rollback;
