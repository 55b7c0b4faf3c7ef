begin;
select plan(44);

create function pg_temp.category(name text default 'Delivery') returns uuid language sql security definer as $$
  select c.id from public.ticket_categories c where c.tenant_id = tests.tenant('acme') and c.name = category.name
$$;
create function pg_temp.ticket() returns public.tickets language sql security definer as $$ select t from public.tickets t where t.id = tests.id('ticket') $$;
select tests.remember('seller', tests.account('sales@acme.test'));
select tests.remember('agent', tests.account('agent@acme.test'));
select tests.remember('customer', tests.customer('Kilimani Mini Mart'));

-- Entered, within what is promised.
select tests.sign_in('owner@acme.test');
delete from public.working_hours;
insert into public.service_levels (priority, answer_within, resolve_within) values ('high', 60, 600);
select tests.sign_in('viewer@acme.test');
select throws_ok($$ select create_ticket('Crates are wet', pg_temp.category()) $$, '42501', 'permission_denied', 'who may not work on tickets enters none');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select create_ticket('  ', pg_temp.category()) $$, 'PT422', 'ticket_subject_is_short', 'a ticket says what it is about');
select throws_ok($$ select create_ticket('Crates are wet', null) $$, 'PT422', 'input_invalid', 'and what kind of thing that is');
select throws_ok($$ select create_ticket('Crates are wet', pg_temp.category(), assignee_id => tests.account('admin@globex.test')) $$, 'PT422', 'person_not_in_company', 'it is given to nobody outside');
select tests.remember('ticket', (create_ticket('Crates are wet', pg_temp.category(), priority => 'high', customer_id => tests.id('customer'))).id);
select matches((pg_temp.ticket()).number, '^TKT-', 'it has a number');
select is((pg_temp.ticket()).answer_due_at, now() + interval '1 hour', 'somebody has to work on it within the hour');
select is((pg_temp.ticket()).resolve_due_at, now() + interval '10 hours', 'and to be done with it within ten');
select is((pg_temp.ticket()).next_due_at, now() + interval '1 hour', 'the nearer of both stands in the list');
select is((create_ticket('Low', pg_temp.category(), priority => 'low')).next_due_at, null, 'nothing is promised for what nothing is promised for');

-- In whose hands.
select tests.sign_in('sales@acme.test');
select is((select count(*) from tickets where id = tests.id('ticket')), 1::bigint, 'what nobody has is seen by all who work on tickets');
select is((take_ticket(tests.id('ticket'))).assignee_id, tests.id('seller'), 'one of them takes it');
select is((pg_temp.ticket()).answered_at, null, 'to have it is not to work on it');
select is((select user_id from assignments where entity_id = tests.id('ticket')), tests.id('seller'), 'the registry of assignments tells');
select tests.sign_in('agent@acme.test');
select is((select count(*) from tickets where id = tests.id('ticket')), 0::bigint, 'then a colleague does not see it');
select throws_ok($$ select take_ticket(tests.id('ticket')) $$, 'PT404', 'record_not_found', 'nor takes it');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select take_ticket(tests.id('ticket')) $$, 'PT409', 'ticket_taken', 'whoever sees all does not take it from him either');
select is((assign_ticket(tests.id('ticket'), tests.id('agent'))).assignee_id, tests.id('agent'), 'but gives it to somebody else');

-- The clock.
select tests.sign_in('agent@acme.test');
select is((start_ticket(tests.id('ticket'))).status::text, 'in_progress', 'he begins');
select is((pg_temp.ticket()).answered_at, now(), 'which is the answer');
select is((pg_temp.ticket()).next_due_at, now() + interval '10 hours', 'and now it is to be resolved');
select tests.sign_out();
update public.tickets set running_at = now() - interval '4 hours' where id = tests.id('ticket');
select tests.sign_in('agent@acme.test');
select throws_ok($$ select wait_ticket(tests.id('ticket'), ' ') $$, 'PT422', 'reason_required', 'what a ticket waits for is said');
select is((wait_ticket(tests.id('ticket'), 'Pictures of the crates')).resolve_due_at, null, 'while it waits the clock stands still');
select is((pg_temp.ticket()).worked, interval '4 hours', 'with what had passed');
select throws_ok($$ select start_ticket(tests.id('ticket')) $$, 'PT409', 'ticket_transition_illegal', 'what waits is not begun');
select is((resume_ticket(tests.id('ticket'))).resolve_due_at, now() + interval '6 hours', 'and goes on from there');
select throws_ok($$ select resolve_ticket(tests.id('ticket'), '') $$, 'PT422', 'input_invalid', 'what was done is said');
select is((resolve_ticket(tests.id('ticket'), 'Dry ones were brought')).next_due_at, null, 'what is resolved owes nothing');
select throws_ok($$ select change_ticket(tests.id('ticket'), 'Changed', pg_temp.category()) $$, 'PT409', 'ticket_transition_illegal', 'and is not changed');
select is((select status_category from status_tracker where entity_id = tests.id('ticket')), 'active', 'it can still be taken up again');

-- Taken up again, for 14 days.
select is((reopen_ticket(tests.id('ticket'))).resolve_due_at, now() + interval '10 hours', 'the clock begins anew');
select is((pg_temp.ticket()).resolution, null, 'it is not resolved any more');
select resolve_ticket(tests.id('ticket'), 'Dry ones were brought');
select tests.sign_out();
select is(private.close_resolved_tickets(), 0::bigint, 'it is not closed at once');
update public.tickets set resolved_at = now() - interval '14 days' where id = tests.id('ticket');
select tests.sign_in('agent@acme.test');
select throws_ok($$ select reopen_ticket(tests.id('ticket')) $$, 'PT409', 'ticket_too_old', 'after 14 days it stays resolved');
select tests.sign_out();
select is(private.close_resolved_tickets(), 1::bigint, 'and is closed by itself');
select is((pg_temp.ticket()).status::text, 'closed', 'so it says');

-- A complaint becomes a ticket, once, and the customer sees it in its place.
select tests.sign_in('customer@acme.test');
select tests.remember('complaint', ask_for_help('Two bottles were broken'));
select is((select status from my_requests() where id = tests.id('complaint')), 'open', 'a customer complains');
select throws_ok($$ select create_ticket('Mine', pg_temp.category()) $$, '42501', 'permission_denied', 'he enters no ticket: his complaint is his door');
select tests.sign_in('dispatcher@acme.test');
select tests.remember('ticket', (create_ticket('Broken bottles', pg_temp.category('Goods'), task_id => tests.id('complaint'))).id);
select is((pg_temp.ticket()).customer_id, (select document_id from tasks where id = tests.id('complaint')), 'the ticket is of whoever complained');
select is(tests.status('task', tests.id('complaint')), 'done', 'the task is done with it');
select throws_ok($$ select create_ticket('Broken bottles', pg_temp.category('Goods'), task_id => tests.id('complaint')) $$, 'PT409', 'task_has_ticket', 'a complaint becomes one ticket');
select start_ticket(tests.id('ticket'));
select tests.sign_in('customer@acme.test');
select is((select number || ' ' || status from my_requests() where id = tests.id('complaint')), (pg_temp.ticket()).number || ' in_progress', 'the customer sees how far it is');
select is((select count(*) from tickets), 0::bigint, 'and no more of it');

-- Another company.
select tests.sign_in('admin@globex.test');
select is((select count(*) from tickets where tenant_id = tests.tenant('acme')), 0::bigint, 'another company sees none');
select throws_ok($$ select take_ticket(tests.id('ticket')) $$, 'PT404', 'record_not_found', 'nor works on them');

select * from finish();
rollback;
