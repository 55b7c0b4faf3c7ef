begin;
select plan(25);

create function pg_temp.logged() returns text language sql as $$
  select string_agg(a.kind::text || ':' || coalesce(a.text, '-'), ', ' order by a.created_at, a.kind) from public.activities a
$$;
create function pg_temp.told(about uuid) returns setof text language sql as $$
  select concat_ws(' ', t.command, t.details ->> 'outcome', t.details ->> 'minutes', t.details ->> 'text', t.details -> 'task' ->> 'title', case when (t.details ->> 'is_removed')::boolean then 'removed' end)
  from public.timeline('customer', about) t where t.kind = 'activity' order by t.occurred_at, t.id
$$;

select tests.remember('customer', tests.customer('Kilimani Mini Mart'));
select tests.remember('invoice', tests.invoiced('Karen Country Kiosk', 'COL-300', 1));

select tests.sign_in('sales@acme.test');
select tests.remember('call', (public.log_activity('customer', tests.id('customer'), 'call', '  Wants ten crates. ', now() - interval '2 hours', 12, 'agreed',
  next_step => ' Bring the offer ', next_step_on => private.tenant_today(tests.tenant('acme')) + 2)).id);
select tests.remember('visit', (public.log_activity('customer', tests.id('customer'), 'visit', outcome => 'no_answer')).id);
select results_eq($$ select * from pg_temp.told(tests.id('customer')) $$, $$ values ('call agreed 12 Wants ten crates. Bring the offer'), ('visit no_answer') $$,
  'the timeline tells what was done, when it took place, and what is to be done next');
select results_eq($$ select t.title, t.assignee_id = auth.uid(), t.due_on, t.document_kind, t.document_id from public.tasks t join public.activities a on a.task_id = t.id where a.id = tests.id('call') $$,
  $$ values ('Bring the offer', true, private.tenant_today(tests.tenant('acme')) + 2, 'customer', tests.id('customer')) $$, 'the next step is a task about the same record, one''s own');
select is((select a.task_id from public.activities a where a.id = tests.id('visit')), null, 'nobody has to take one');
select public.log_activity('customer', tests.id('customer'), 'email', 'Sent the list.', next_step => 'Ring back', next_step_for => tests.account('manager@acme.test'));
select is((select t.assignee_id from public.tasks t where t.title = 'Ring back'), tests.account('manager@acme.test'), 'the next step may be somebody else''s');

select throws_ok($$ select public.log_activity('customer', tests.id('customer'), 'note', '  ') $$, 'note_is_its_text', 'a note says something');
select throws_ok($$ select public.log_activity('customer', tests.id('customer'), 'note', 'Hello', minutes => 3) $$, 'note_is_its_text', 'and takes no time');
select throws_ok($$ select public.log_activity('customer', tests.id('customer'), 'call', repeat('x', 4001)) $$, 'activity_text_is_bounded', 'what is said is short');
select throws_ok($$ select public.log_activity('customer', tests.id('customer'), 'call', minutes => 0) $$, 'activity_minutes_are_bounded', 'what took place took some time');
select throws_ok($$ select public.log_activity('customer', tests.id('customer'), 'call', happened_at => now() + interval '1 hour') $$, 'activity_has_happened', 'what is to come has not taken place');
select throws_ok($$ select public.log_activity('customer', tests.id('customer'), 'call', happened_at => now() - interval '400 days') $$, 'activity_has_happened', 'nor is what was years ago logged today');
select throws_ok($$ select public.log_activity('customer', tests.id('customer'), null) $$, 'input_invalid', 'it is of some kind');
select throws_ok($$ select public.log_activity('customer', tests.id('customer'), 'call', next_step_on => private.tenant_today(tests.tenant('acme'))) $$, 'task_title_is_short', 'a day without something to do is no next step');
select throws_ok($$ select public.log_activity('customer', tests.id('customer'), 'call', 'Lost', next_step => 'X', next_step_for => tests.account('owner@globex.test')) $$, 'person_not_in_company', 'nobody of another company is given it');
select throws_ok($$ select public.log_activity('customer', tests.id('customer'), 'note', next_step => 'Never done') $$, 'note_is_its_text', 'what is refused');
select is((select count(*) from public.tasks t where t.title in ('X', 'Never done')), 0::bigint, 'leaves no next step behind');
select throws_ok($$ select public.log_activity('customer', gen_random_uuid(), 'call') $$, 'record_not_found', 'nothing is logged about what is not there');
select throws_ok($$ insert into public.activities (document_kind, document_id, kind) values ('customer', tests.id('customer'), 'call') $$, '42501', null, 'it is written by commands alone');

select tests.sign_in('finance@acme.test');
select public.log_activity('invoice', tests.id('invoice'), 'call', 'Pays on Friday.');
select tests.sign_in('dispatcher@acme.test');
select is(pg_temp.logged(), (select 'call:Wants ten crates., email:Sent the list., visit:-'), 'colleagues who see the record read it, and nothing of a record that they do not see');
select throws_ok($$ select public.remove_activity(tests.id('call')) $$, 'activity_not_yours', 'and take nothing of it away');
select tests.sign_in('customer@acme.test');
select is(pg_temp.logged(), null, 'customers read none');
select tests.sign_in('owner@globex.test');
select is(pg_temp.logged(), null, 'nor do other companies');

select tests.sign_in('sales@acme.test');
select throws_ok($$ select public.remove_activity(tests.id('call'), 7) $$, 'version_conflict', 'what has changed meanwhile is looked at again');
select public.remove_activity(tests.id('call'), 1);
select is((select pg_temp.told(tests.id('customer')) limit 1), 'call agreed 12 Bring the offer removed', 'who logged it takes its words back, and that there was something stays');
select throws_ok($$ select public.remove_activity(tests.id('call')) $$, 'record_not_found', 'once');
select tests.sign_out();
select results_eq($$ select f.activity_type, f.title from public.activity_feed f where f.source = 'activities' and f.entity_id = tests.id('customer') order by 1 $$,
  $$ values ('email', null), ('visit', 'no_answer') $$, 'the feed tells what is left');

select * from finish();
rollback;
