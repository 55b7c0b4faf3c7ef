begin;
select plan(6);

insert into workflow_definitions (tenant_id, machine, from_state, command, approvals_required) values (tests.tenant('acme'), 'order', 'pending_approval', 'approve', 2);
select tests.sign_in('manager@acme.test');
select tests.remember('order', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1), submit => true)).id);
select throws_ok($$ select approve_order(tests.id('order')) $$, '42501', 'separation_of_duties', 'who made the order has no vote');
select tests.sign_in('viewer@acme.test');
select throws_ok($$ select approve_order(tests.id('order')) $$, '42501', 'permission_denied', 'nor somebody without the right');
select tests.sign_in('admin@acme.test');
select is((approve_order(tests.id('order'))).status::text, 'pending_approval', 'one vote is not enough');
select is((approve_order(tests.id('order'))).status::text, 'pending_approval', 'nor is the same one twice');
select is((select count(*) from approvals), 1::bigint, 'it is kept once');
select tests.sign_in('owner@acme.test');
select is((approve_order(tests.id('order'))).status::text, 'approved', 'the second person decides');

select * from finish();
rollback;
