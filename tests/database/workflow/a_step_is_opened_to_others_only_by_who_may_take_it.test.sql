begin;
select plan(4);

select tests.sign_in('owner@acme.test');
select set_role_permission('manager', 'settings.manage', true);
select tests.sign_in('manager@acme.test');
select throws_ok($$ insert into workflow_definitions (machine, from_state, command, permission) values ('payment', 'approved', 'reconcile', 'payments.view') $$, '42501', 'right_not_held', 'a manager does not hand himself the work of finance');
insert into workflow_definitions (machine, from_state, command) values ('payment', 'approved', 'reconcile');
select throws_ok($$ update workflow_definitions set permission = 'payments.view' $$, '42501', 'right_not_held', 'nor by a detour');
select lives_ok($$ insert into workflow_definitions (machine, from_state, command, permission) values ('order', 'pending_approval', 'approve', 'settings.manage') $$, 'a step that he takes himself he may narrow');
select tests.sign_in('owner@acme.test');
select lives_ok($$ update workflow_definitions set permission = 'payments.approve' where machine = 'payment' $$, 'the owner may do both');

select * from finish();
rollback;
