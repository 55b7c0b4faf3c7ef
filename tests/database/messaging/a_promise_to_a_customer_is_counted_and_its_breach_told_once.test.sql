begin;
select plan(20);

-- Monday to Friday from eight to five, an hour for an answer, a day's work until it is done.
select tests.sign_in('owner@acme.test');
insert into channels (name, kind, phone_number_id) values ('Orders line', 'whatsapp', '106540352242922');
select tests.prove_channels();
insert into service_levels (priority, answer_within, resolve_within) values ('normal', 60, 540), ('urgent', 10, 120);
select tests.sign_out();

create function pg_temp.write(number text) returns uuid language plpgsql security definer as $$
declare
  way channels;
  talk conversations;
begin
  select * into way from channels where phone_number_id = '106540352242922';
  talk := private.conversation_to_join(way, private.contact_at(way.tenant_id, number, null, number));
  insert into messages (tenant_id, channel, recipient, template, body, permission, status, business_key, direction, channel_id, contact_id, conversation_id)
  values (talk.tenant_id, 'whatsapp', number, 'incoming', 'Hello', 'conversations.view', 'received', 'in:' || gen_random_uuid(), 'in', way.id, talk.contact_id, talk.id);
  return talk.id;
end
$$;
-- How long until what is owed next, and the whole clock put back in time.
create function pg_temp.left_of(conversation uuid) returns interval language sql security definer as $$
  select next_due_at - now() from conversation_clocks where conversation_id = conversation
$$;
create function pg_temp.passes(conversation uuid, t interval) returns void language sql security definer as $$
  update conversation_clocks set began_at = began_at - t, running_since = running_since - t, answer_due_at = answer_due_at - t, resolve_due_at = resolve_due_at - t where conversation_id = conversation
$$;
create function pg_temp.told() returns text language sql security definer as $$
  select coalesce(string_agg(split_part(recipient, '@', 1), ' ' order by recipient), '') from messages where template = 'conversation.overdue'
$$;
create function pg_temp.minute_passes() returns bigint language plpgsql security definer as $$
declare
  missed bigint := private.miss_deadlines();
begin
  perform private.process_queue('notifications');
  return missed;
end
$$;

select tests.remember('talk', pg_temp.write('+254733000001'));
select is(pg_temp.left_of(tests.id('talk')), interval '1 hour', 'an answer is owed within the hour');
select tests.sign_in('admin@globex.test');
select is((select next_due_at - now() from inbox where id = tests.id('talk')), null, 'which strangers do not see');
select tests.sign_in('sales@acme.test');
select is((select next_due_at - now() from inbox where id = tests.id('talk')), interval '1 hour', 'and colleagues do');
select prioritise_conversation(tests.id('talk'), 'urgent');
select is(pg_temp.left_of(tests.id('talk')), interval '10 minutes', 'sooner when it is urgent');
select prioritise_conversation(tests.id('talk'), 'low');
select is(pg_temp.left_of(tests.id('talk')), null, 'and never where nothing is promised');
select prioritise_conversation(tests.id('talk'), 'normal');
select throws_ok(format('select prioritise_conversation(%L, null)', tests.id('talk')), 'PT422', 'input_invalid', 'a conversation has a priority');

select is(pg_temp.minute_passes(), 0::bigint, 'nothing is missed yet');
select pg_temp.passes(tests.id('talk'), interval '61 minutes');
select assign_conversation(tests.id('talk'), tests.membership('agent@acme.test'));
select is(pg_temp.minute_passes(), 1::bigint, 'an hour later it is');
select is(pg_temp.told(), 'admin agent owner', 'whoever has it is told, and who leads');
select is(pg_temp.minute_passes(), 0::bigint, 'once');
select tests.sign_out();
select is((select (payload ->> 'answer') || ' ' || (payload ->> 'resolution') from event_store where event_type = 'conversation.overdue'), 'true false', 'and it is an event that says what was missed');

select tests.sign_in('sales@acme.test');
select reply_to_conversation(tests.id('talk'), 'Karibu');
select is(pg_temp.left_of(tests.id('talk')), interval '479 minutes', 'after an answer it has to be done');
select pg_temp.passes(tests.id('talk'), interval '79 minutes');
select wait_conversation(tests.id('talk'));
select is(pg_temp.left_of(tests.id('talk')), null, 'while the customer is waited for nothing is due');
select pg_temp.write('+254733000001');
select is(pg_temp.left_of(tests.id('talk')), interval '400 minutes', 'and goes on with what was left when he writes');
select prioritise_conversation(tests.id('talk'), 'urgent');
select is(pg_temp.left_of(tests.id('talk')), interval '0', 'what took longer than it may is due at once');
select is(pg_temp.minute_passes(), 1::bigint, 'and missed');
select resolve_conversation(tests.id('talk'));
select is(pg_temp.left_of(tests.id('talk')), null, 'nothing is owed when it is done');
select pg_temp.write('+254733000001');
select is(pg_temp.left_of(tests.id('talk')), interval '10 minutes', 'who writes again is owed an answer again');

-- Working hours.
select tests.sign_in('owner@acme.test');
insert into holidays (day, name) select (now() at time zone 'Africa/Nairobi')::date + d, 'Closed' from generate_series(0, 1) d;
select tests.remember('late', pg_temp.write('+254733000002'));
select is(pg_temp.left_of(tests.id('late')) > interval '24 hours', true, 'a promise is counted in working hours');
insert into holidays (day, name) select (now() at time zone 'Africa/Nairobi')::date + d, 'Closed' from generate_series(2, 401) d;
select is(pg_temp.left_of(pg_temp.write('+254733000003')), null, 'and none is made by a company that does not work');
select * from finish();
rollback;
