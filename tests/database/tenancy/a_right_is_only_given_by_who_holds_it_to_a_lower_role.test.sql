begin;
select plan(8);

select tests.sign_in('owner@acme.test');
select lives_ok($$ select set_role_permission('manager', 'settings.manage', true) $$, 'the owner shares the settings');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select set_role_permission('sales', 'payments.reconcile', true) $$, '42501', 'right_not_held', 'a manager cannot give what he lacks');
select throws_ok($$ select set_role_permission('manager', 'orders.view', true) $$, '42501', 'right_not_held', 'nor change his own role');
select throws_ok($$ select set_role_permission('admin', 'orders.view', false) $$, '42501', 'right_not_held', 'nor take from a higher one');
select throws_ok($$ select set_role_permission('sales', 'orders.fly', true) $$, 'PT404', 'record_not_found', 'nor invent rights');
select lives_ok($$ select set_role_permission('sales', 'orders.create', false) $$, 'what he holds he can take from a lower role');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1)) $$, '42501', 'permission_denied', 'which acts at once');
select tests.sign_in('sales@globex.test');
select ok(my_session() -> 'permissions' ? 'orders.create', 'and in no other company');

select * from finish();
rollback;
