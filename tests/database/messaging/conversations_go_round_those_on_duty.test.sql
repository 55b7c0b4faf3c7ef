begin;
select plan(16);

select tests.sign_in('owner@acme.test');
insert into channels (name, kind, phone_number_id, assigns_in_turn) values ('Orders line', 'whatsapp', '106540352242922', true);
select tests.prove_channels();
insert into inbox_agents (membership_id, capacity) values (tests.membership('sales@acme.test'), 1);
select tests.sign_out();

create function pg_temp.write(number text) returns uuid language plpgsql security definer as $$
declare
  way channels;
begin
  select * into way from channels where phone_number_id = '106540352242922';
  return (private.conversation_to_join(way, private.contact_at(way.tenant_id, number, null, number))).id;
end
$$;
create function pg_temp.whose(conversation uuid) returns text language sql security definer as $$
  select coalesce((select split_part(u.email, '@', 1) from conversations c join memberships m on m.id = c.assignee_id join users u on u.id = m.user_id where c.id = conversation), 'nobody')
$$;

select tests.remember('first', pg_temp.write('+254733000001'));
select is(pg_temp.whose(tests.id('first')), 'nobody', 'where nobody is on duty nobody is given a conversation');

select tests.sign_in('sales@acme.test');
select throws_ok($$select go_on_duty(now() + interval '25 hours')$$, 'PT422', 'input_invalid', 'a duty ends within a day');
select go_on_duty(now() + interval '8 hours');
select is(pg_temp.whose(tests.id('first')), 'sales', 'whoever comes on duty is given what waits');
select tests.remember('second', pg_temp.write('+254733000002'));
select is(pg_temp.whose(tests.id('second')), 'nobody', 'and no more than he has room for');

select tests.sign_in('manager@acme.test');
select go_on_duty(now() + interval '8 hours');
select is(pg_temp.whose(tests.id('second')), 'manager', 'the next one takes what is left');
select is(pg_temp.whose(pg_temp.write('+254733000003')), 'manager', 'and what comes while the other has no room');

select tests.sign_in('sales@acme.test');
select resolve_conversation(tests.id('first'));
select is(pg_temp.whose(pg_temp.write('+254733000004')), 'sales', 'who has room again is given the next one');
select go_off_duty();
select tests.sign_in('manager@acme.test');
select go_off_duty();
select tests.remember('night', pg_temp.write('+254733000005'));
select is(pg_temp.whose(tests.id('night')), 'nobody', 'off duty is off duty');
update inbox_agents set capacity = 1000;
select tests.sign_in('owner@acme.test');
update inbox_agents set capacity = 5 where membership_id = tests.membership('sales@acme.test');
select is((select capacity from inbox_agents where membership_id = tests.membership('sales@acme.test')), 5, 'how much one can have in hand is said by who manages the company');

-- Teams.
insert into teams (name) values ('Gas desk');
insert into team_members (team_id, membership_id) select id, tests.membership('agent@acme.test') from teams where name = 'Gas desk';
select tests.remember('desk', (select id from teams where name = 'Gas desk'));
select tests.sign_in('sales@acme.test');
select go_on_duty(now() + interval '1 hour');
select is(pg_temp.whose(tests.id('night')), 'sales', 'the night is over');
select hand_to_team(tests.id('night'), tests.id('desk'));
select is(pg_temp.whose(tests.id('night')), 'nobody', 'what is handed to a team waits for one of its members');
select tests.sign_in('agent@acme.test');
select go_on_duty(now() + interval '1 hour');
select is(pg_temp.whose(tests.id('night')), 'agent', 'and is his who comes on duty');
select is((select team_name from inbox where id = tests.id('night')), 'Gas desk', 'the inbox says whose it is');
select tests.sign_in('owner@acme.test');
update channels set team_id = tests.id('desk');
select is(pg_temp.whose(pg_temp.write('+254733000006')), 'agent', 'a channel of a team goes round its members');
update teams set is_active = false where id = tests.id('desk');
select throws_ok(format('select hand_to_team(%L, %L)', tests.id('night'), tests.id('desk')), 'PT409', 'team_not_in_use', 'a team that is not in use is handed nothing');
select tests.sign_out();
update memberships set status = 'inactive' where id = tests.membership('agent@acme.test');
select is(pg_temp.whose(pg_temp.write('+254733000007')), 'nobody', 'whoever has left is passed over');
select * from finish();
rollback;
