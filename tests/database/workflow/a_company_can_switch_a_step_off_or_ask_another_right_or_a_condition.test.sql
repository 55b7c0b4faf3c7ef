begin;
select plan(9);

select tests.remember('small', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('large', tests.pending('Westlands Wholesalers', 'COL-300', 100));
select tests.sign_in('sales@acme.test');
select throws_ok($$ insert into workflow_definitions (machine, from_state, command, is_enabled) values ('order', 'pending_approval', 'reject', false) $$, '42501', null, 'sellers do not narrow the workflow');
select tests.sign_in('admin@acme.test');
insert into workflow_definitions (machine, from_state, command, is_enabled) values ('order', 'pending_approval', 'reject', false);
insert into workflow_definitions (machine, from_state, command, condition) values ('order', 'pending_approval', 'approve', '{"<": [{"var": "row.subtotal"}, 1000]}');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select reject_order(tests.id('small'), 'No') $$, 'PT409', 'transition_switched_off', 'the step is off');
select throws_ok($$ select approve_order(tests.id('large')) $$, 'PT409', 'transition_condition_not_met', 'the condition is not met');
select is((select o.allowed_commands from orders o where id = tests.id('large')), array['amend', 'cancel', 'hold'], 'neither is offered');
select is((select o.allowed_commands from orders o where id = tests.id('small')), array['amend', 'approve', 'cancel', 'hold'], 'what the condition lets through is');
select is((approve_order(tests.id('small'))).status::text, 'approved', 'and works');
select tests.sign_in('manager@globex.test');
select is((select count(*) from workflow_definitions), 0::bigint, 'no other company is concerned');
select tests.sign_in('admin@acme.test');
update workflow_definitions set condition = null, permission = 'settings.manage' where command = 'approve';
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_order(tests.id('large')) $$, '42501', 'permission_denied', 'another right is asked');
select tests.sign_in('admin@acme.test');
select is((approve_order(tests.id('large'), 'fine')).status::text, 'approved', 'by which the admin approves');

select * from finish();
rollback;
