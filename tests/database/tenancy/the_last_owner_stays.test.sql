begin;
select plan(5);

select tests.sign_in('owner@acme.test');
select throws_ok($$ select change_member(tests.membership('owner@acme.test'), 'viewer') $$, 'PT409', 'last_owner_kept', 'he cannot demote himself');
select throws_ok($$ select set_member_status(tests.membership('owner@acme.test'), 'inactive') $$, 'PT409', 'last_owner_kept', 'nor deactivate himself');
select tests.sign_out();
select throws_ok($$ delete from memberships where id = tests.membership('owner@acme.test') $$, 'PT409', 'last_owner_kept', 'not even the superuser removes him');
select tests.sign_in('owner@acme.test');
select lives_ok($$ select change_member(tests.membership('admin@acme.test'), 'owner') $$, 'with a second owner');
select lives_ok($$ select set_member_status(tests.membership('owner@acme.test'), 'inactive') $$, 'the first may go');

select * from finish();
rollback;
