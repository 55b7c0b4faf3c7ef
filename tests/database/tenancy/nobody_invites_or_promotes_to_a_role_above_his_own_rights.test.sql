begin;
select plan(9);

select tests.sign_in('admin@acme.test');
select throws_ok($$ select invite_member('boss@acme.test', 'New Boss', 'owner') $$, '42501', 'right_not_held', 'an admin cannot invite an owner');
select throws_ok($$ select change_member(tests.membership('sales@acme.test'), 'owner') $$, '42501', 'right_not_held', 'nor make one');
select throws_ok($$ select change_member(tests.membership('owner@acme.test'), 'viewer') $$, '42501', 'right_not_held', 'nor demote one');
select throws_ok($$ select set_member_status(tests.membership('owner@acme.test'), 'inactive') $$, '42501', 'right_not_held', 'nor deactivate one');
select lives_ok($$ select set_role_permission('manager', 'users.manage', true) $$, 'he can let managers manage people');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select invite_member('x@acme.test', 'Somebody', 'admin') $$, '42501', 'right_not_held', 'a manager then still cannot invite an admin');
select throws_ok($$ select invite_member('x@acme.test', 'Somebody', 'finance') $$, '42501', 'right_not_held', 'nor a role with a single right that he lacks');
select lives_ok($$ select invite_member('x@acme.test', 'Somebody', 'sales') $$, 'but a role within his rights');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select invite_member('y@acme.test', 'Somebody', 'viewer') $$, '42501', 'permission_denied', 'without users.manage nobody is invited');

select * from finish();
rollback;
