begin;
select plan(14);

create function pg_temp.today(days integer default 0) returns date language sql as $$ select private.tenant_today(tests.tenant('acme')) + days $$;
create function pg_temp.part(name text) returns text language sql as $$
  select d.day -> name ->> 'count' || ': ' || coalesce((select string_agg(coalesce(r ->> 'title', r ->> 'name') || case when (r ->> 'is_late')::boolean then ' (late)' else '' end, ', ' order by (r ->> 'place')::integer) from jsonb_array_elements(d.day -> name -> 'rows') r), '')
  from (select public.my_day() as day) d
$$;

select tests.sign_in('owner@acme.test');
insert into channels (name, kind, phone_number_id) values ('Orders line', 'whatsapp', '106540352242922');
select tests.prove_channels();
insert into public.appointment_types (name, minutes) values ('Tasting', 60);
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
select tests.remember('talk', pg_temp.write('+254733000001'));
select pg_temp.write('+254733000002');

select tests.sign_in('sales@acme.test');
select is(pg_temp.part('tasks') || ', ' || pg_temp.part('deals'), '0: , 0: ', 'a day begins with nothing');
select public.create_task('Ring the buyer', assignee_id => auth.uid(), due_on => pg_temp.today());
select public.create_task('Send the list', assignee_id => auth.uid(), due_on => pg_temp.today(-3));
select public.create_task('Later', assignee_id => auth.uid(), due_on => pg_temp.today(2));
select public.create_task('Somebody else', assignee_id => tests.account('manager@acme.test'), due_on => pg_temp.today());
select is(pg_temp.part('tasks'), '2: Send the list, Ring the buyer', 'tasks of one''s own that are due, what is due first');

select public.create_appointment((select t.id from public.appointment_types t where t.name = 'Tasting'), now() - interval '3 hours', customer_id => tests.customer('Java Corner Cafe'));
select public.create_appointment((select t.id from public.appointment_types t where t.name = 'Tasting'), now() + interval '3 days', customer_id => tests.customer('Kilimani Mini Mart'));
select is(pg_temp.part('appointments'), '1: Java Corner Cafe (late)', 'an appointment stays until somebody says what came of it, and what is on another day is not here');

select public.create_lead('Njeri', phone => '0733111222', owner_id => auth.uid(), next_step => 'Visit', next_step_on => pg_temp.today());
select public.create_lead('Otieno', phone => '0733111223', owner_id => auth.uid(), next_step => 'Visit', next_step_on => pg_temp.today(-1));
select public.create_lead('Wanjiru', phone => '0733111224', owner_id => auth.uid(), next_step => 'Visit', next_step_on => pg_temp.today(2));
select is(pg_temp.part('leads'), '2: Otieno (late), Njeri', 'leads whose next step is due');

select tests.remember('old', (public.create_deal('Festival', tests.customer('Java Corner Cafe'))).id);
select tests.remember('young', (public.create_deal('Crates', tests.customer('Java Corner Cafe'))).id);
select assign_conversation(tests.id('talk'), tests.membership('sales@acme.test'));
select is(pg_temp.part('conversations'), '1: +254733000001', 'conversations that are one''s own');
select tests.sign_out();
update public.deals set stage_since = now() - interval '15 days' where id = tests.id('old');
update public.deals set stage_since = now() - interval '14 days 23 hours' where id = tests.id('young');
select tests.sign_in('sales@acme.test');
select is(pg_temp.part('deals'), '1: Festival', 'deals that stand still longer than their pipeline likes');
select public.win_deal(tests.id('old'));
select is(pg_temp.part('deals'), '0: ', 'until something happens to them');
select public.wait_conversation(tests.id('talk'));
select is(pg_temp.part('conversations'), '0: ', 'and conversations until the customer has to answer');

select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('manager@acme.test');
select is((select w ->> 'page' from jsonb_array_elements(public.my_day() -> 'waiting') w where w ->> 'machine' = 'order' and w ->> 'state' = 'pending_approval'), '/orders', 'what waits for one''s decision');
select is(pg_temp.part('tasks'), '1: Somebody else', 'everybody has a day of his own');
select tests.sign_in('sales@acme.test');
select is((select count(*) from jsonb_array_elements(public.my_day() -> 'waiting') w where w ->> 'machine' = 'order' and w ->> 'state' = 'pending_approval'), 0::bigint, 'what somebody else decides is none of one''s own');
select is(public.my_day() ->> 'day', pg_temp.today()::text, 'the day is the company''s');
select tests.sign_in('owner@globex.test');
select is(pg_temp.part('tasks') || pg_temp.part('leads'), '0: 0: ', 'another company has another');
select tests.sign_in('customer@acme.test');
select throws_ok($$ select public.my_day() $$, 'permission_denied', 'and customers have none');
select tests.sign_out();

select * from finish();
rollback;
