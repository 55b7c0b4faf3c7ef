begin;
select plan(23);

create function pg_temp.account(email text) returns uuid language sql security definer as $$ select u.id from auth.users u where u.email = account.email $$;
create function pg_temp.mailed(template text) returns setof text language sql security definer as $$
  select m.recipient from public.messages m where m.template = mailed.template order by 1
$$;
create function pg_temp.seen() returns text language sql as $$ select string_agg(t.title, ', ' order by t.title) from public.tasks t $$;

select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('sales@acme.test');
select tests.remember('task', (public.create_task(' Ring the buyer ', '', pg_temp.account('driver@acme.test'), private.tenant_today(tests.tenant('acme')) + 1, 'high', 'order', tests.id('order'))).id);
select tests.remember('free', (public.create_task('Clean the store')).id);
select results_eq($$ select t.title, t.details, t.status::text, t.priority::text, t.number ~ '^TSK-' from public.tasks t where t.id = tests.id('task') $$,
  $$ values ('Ring the buyer', null, 'open', 'high', true) $$, 'a task is open, and what is blank in it is not kept');
select is((select k ->> 'title' from jsonb_array_elements(public.kept_with('order', tests.id('order')) -> 'tasks') k), 'Ring the buyer', 'its document leads to it');
select throws_ok($$ select public.create_task('  ') $$, 'task_title_is_short', 'one has to say what is to be done');
select throws_ok($$ select public.create_task('X', assignee_id => pg_temp.account('owner@globex.test')) $$, 'person_not_in_company', 'nobody of another company is given it');
select throws_ok($$ select public.create_task('X', due_on => '0026-11-28') $$, 'task_day_is_near', 'nor is it due in another age');
select throws_ok($$ select public.create_task('X', document_kind => 'order') $$, 'task_is_about_one_document', 'a document is named wholly');
select throws_ok($$ select public.create_task('X', document_kind => 'order', document_id => gen_random_uuid()) $$, 'record_not_found', 'and is there');
select throws_ok($$ update public.tasks set title = 'Y' $$, '42501', null, 'it is written by commands alone');

select tests.sign_in('driver@acme.test');
select is(pg_temp.seen(), 'Clean the store, Ring the buyer', 'whoever has to do one sees it, also where he does not see its document');
select tests.sign_in('customer@acme.test');
select is(pg_temp.seen(), null, 'customers see none');
select tests.sign_in('owner@globex.test');
select is(pg_temp.seen(), null, 'nor do other companies');
select tests.sign_in('viewer@acme.test');
select throws_ok($$ select public.complete_task(tests.id('task')) $$, 'permission_denied', 'who only reads does none');

-- Who is told, and when.
select tests.sign_out();
select private.process_queue('notifications', 200);
select results_eq($$ select pg_temp.mailed('task.assigned') $$, $$ values ('driver@acme.test') $$, 'whom it was given to is told');
select is((private.run_maintenance() ->> 'task_reminders')::int, 0, 'the day before it is due nobody is reminded');
update public.tasks set due_on = due_on - 1 where id = tests.id('task');
select is((private.run_maintenance() ->> 'task_reminders')::int, 1, 'on the day he is');
select is((private.run_maintenance() ->> 'task_reminders')::int, 0, 'once');

-- Other hands, another day.
select tests.sign_in('sales@acme.test');
select throws_ok($$ select public.change_task(tests.id('task'), 'Ring twice', expected_version => 1) $$, 'version_conflict', 'a change of what has changed meanwhile is refused');
select public.change_task(tests.id('task'), 'Ring twice', assignee_id => pg_temp.account('dispatcher@acme.test'), due_on => private.tenant_today(tests.tenant('acme')), expected_version => 2);
select is((select string_agg(f ->> 'before' || ' > ' || (f ->> 'after'), ', ') from public.timeline('task', tests.id('task')) t cross join jsonb_array_elements(t.details) f where f ->> 'field' = 'assignee_id' and f ->> 'before' is not null),
  (select a.full_name || ' > ' || b.full_name from public.users a, public.users b where a.email = 'driver@acme.test' and b.email = 'dispatcher@acme.test'), 'whose it was and is, the timeline says by name');
select tests.sign_out();
select private.process_queue('notifications', 200);
select is((private.run_maintenance() ->> 'task_reminders')::int, 1, 'whoever it goes to is reminded of it himself');
select tests.sign_in('driver@acme.test');
select is(pg_temp.seen(), 'Clean the store', 'it is none of the driver''s any more');

select tests.sign_in('dispatcher@acme.test');
select is((public.complete_task(tests.id('task'))).status::text, 'done', 'it is done');
select throws_ok($$ select public.change_task(tests.id('task'), 'Ring three times') $$, 'task_transition_illegal', 'and does not change any more');
select results_eq($$ select t.allowed_commands from public.tasks t where t.id = tests.id('task') $$, $$ values (array['reopen']) $$, 'unless it is opened again');
select tests.sign_out();

select * from finish();
rollback;
