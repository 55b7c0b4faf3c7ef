begin;
select plan(20);

create function pg_temp.told(body text) returns text language sql security definer as $$
  select private.receive_whatsapp('[{"place": 1, "value": {"metadata": {"phone_number_id": "106540352242922"}, "statuses": []}}]', body)::text
$$;
create function pg_temp.asked() returns bigint language sql security definer as $$ select count(*) from pgmq.q_prove_channel $$;
create function pg_temp.claim(company text) returns jsonb language sql security definer as $$
  select private.channel_to_prove(c.tenant_id, c.id) from public.channels c where c.tenant_id = tests.tenant(company)
$$;
create function pg_temp.late_answer(status text) returns void language sql security definer as $$
  select private.record_channel_proof(tests.tenant('acme'), tests.id('ours'), status, '106540352242922', tests.id('old'), error => 'late')
$$;
create function pg_temp.mailed() returns bigint language sql security definer as $$
  select count(*) from public.messages where template = 'channel.taken_over' and entity_id = tests.id('ours')
$$;
create function pg_temp.answer(company text, status text, error text default null) returns void language sql security definer as $$
  select private.record_channel_proof(c.tenant_id, c.id, status, c.phone_number_id, t.token_id, '+254 700 000 000', error)
  from public.channels c join private.channel_tokens t on t.tenant_id = c.tenant_id and t.channel_id = c.id where c.tenant_id = tests.tenant(company)
$$;

-- Somebody types in a number that is not his.
select tests.sign_in('admin@globex.test');
insert into channels (name, kind, phone_number_id) values ('Theirs', 'whatsapp', '106540352242922');
select tests.remember('typed', (select id from channels));
select is(pg_temp.told('one'), '{"kept": 0, "unknown": 1}', 'what is told of a number that nobody has proved is nobody''s');
select is(pg_temp.asked(), 0::bigint, 'without a token of the company nobody is asked');
select throws_ok($$ select prove_channel(tests.id('typed')) $$, 'PT409', 'channel_has_nothing_to_prove');
select throws_ok($$ update channels set proved_at = now() $$, '42501', null, 'nobody writes a proof himself');
select lives_ok($$ select set_channel_token(tests.id('typed'), 'EAAG-globex') $$);
select is(pg_temp.asked(), 1::bigint, 'with a token Meta is asked');
select is(pg_temp.claim('globex') ->> 'access_token', 'EAAG-globex', 'with the token of the company and no other');
select pg_temp.answer('globex', 'refused', 'channel_number_refused');
select is((select proof_error from channels), 'channel_number_refused', 'and that it says no is shown');

-- The company whose number it is, which the other one did not keep from entering it.
select tests.sign_in('owner@acme.test');
insert into channels (name, kind, phone_number_id) values ('Orders line', 'whatsapp', '106540352242922');
select tests.remember('ours', (select id from channels where phone_number_id is not null));
select set_channel_token(tests.id('ours'), 'EAAG-acme');
select pg_temp.answer('acme', 'proved');
select is((select (display_number, proof_error)::text from channels where id = tests.id('ours')), '("+254 700 000 000",)', 'its number is proved, and shown as people know it');
select is(pg_temp.told('two'), '{"kept": 1, "unknown": 0}', 'and what is told of it is its own');

-- A mistyped token takes nothing away, another number does; an answer about the one before says nothing.
select tests.remember('old', (pg_temp.claim('acme') ->> 'token_id')::uuid);
select set_channel_token(tests.id('ours'), 'EAAG-typo');
select pg_temp.late_answer('refused');
select is((select proof_error from channels where id = tests.id('ours')), null, 'an answer that comes late, about the token before, says nothing');
select pg_temp.answer('acme', 'refused', 'channel_number_refused');
select is(pg_temp.told('three'), '{"kept": 1, "unknown": 0}', 'a refusal of another token leaves the proof');
update channels set name = 'Sales line' where id = tests.id('ours');
select isnt((select proved_at from channels where id = tests.id('ours')), null, 'a change of something else, too');

select tests.remember('old', (pg_temp.claim('acme') ->> 'token_id')::uuid);
update channels set phone_number_id = '200000000000001' where id = tests.id('ours');
select is((select proved_at from channels where id = tests.id('ours')), null, 'another number is not proved by the earlier one');
select pg_temp.late_answer('proved');
select is((select proved_at from channels where id = tests.id('ours')), null, 'an answer that comes late, about the number before, proves nothing');
update channels set phone_number_id = '106540352242922' where id = tests.id('ours');
select pg_temp.answer('acme', 'proved');

-- A newer proof takes it over, and that is told.
select pg_temp.answer('globex', 'proved');
select is((select (proved_at is null, proof_error)::text from channels where id = tests.id('ours')), '(t,channel_taken_over)', 'the newest proof has the number');
select ok(pg_temp.mailed() > 0, 'and the managers of the other company are mailed');
select is(pg_temp.told('four'), '{"kept": 1, "unknown": 0}', 'what is told is told to one company');
select tests.sign_out();
select is((select count(*) from private.whatsapp_updates where tenant_id = tests.tenant('globex')), 1::bigint, 'the one that proved it last');

-- Nothing leaves by a number that is not proved.
insert into messages (tenant_id, channel, recipient, template, body, business_key, channel_id) values (tests.tenant('acme'), 'whatsapp', '+254733000111', 'x', 'Hi', 'x', tests.id('ours'));
select private.message_to_send(tests.tenant('acme'), m.id) from messages m where m.business_key = 'x';
select is((select (status, error)::text from messages where business_key = 'x'), '(failed,channel_unproved)', 'and nothing leaves by the other one');
select * from finish();
rollback;
