begin;
select plan(7);

select tests.sign_in('owner@acme.test');
select throws_ok($$ insert into workflow_definitions (machine, from_state, command) values ('order', 'draft', 'approve') $$, 'PT422', 'workflow_step_is_known', 'an edge that the machine lacks');
select throws_ok($$ insert into workflow_definitions (tenant_id, machine, from_state, command) values (tests.tenant('globex'), 'order', 'draft', 'submit') $$, '42501', null, 'a definition of another company');
select throws_ok($$ insert into workflow_definitions (machine, from_state, command, condition) values ('order', 'draft', 'submit', '{"launch": 1}') $$, 'PT422', 'rule_operator_unknown', 'a condition with an unknown operator');
select throws_ok($$ insert into workflow_definitions (machine, from_state, command, approvals_required) values ('order', 'draft', 'submit', 2) $$, 'PT422', 'only_approvals_are_counted', 'several people where nobody votes');
select throws_ok($$ insert into workflow_definitions (machine, from_state, command, approvals_required) values ('order', 'pending_approval', 'approve', 99) $$, 'PT422', 'approvals_required_is_small', 'more people than there are');
select lives_ok($$ insert into workflow_definitions (machine, from_state, command, approvals_required) values ('order', 'pending_approval', 'approve', 2) $$, 'two approvers are possible');
select throws_ok($$ update workflow_definitions set machine = 'trip' $$, '42501', null, 'a definition stays with its edge');

select * from finish();
rollback;
