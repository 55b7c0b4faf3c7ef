begin;
select plan(5);

select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('owner@acme.test');
select lives_ok($$ select change_member(tests.membership('manager@acme.test'), 'viewer') $$, 'the manager becomes a viewer');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_order(tests.id('order')) $$, '42501', 'permission_denied', 'and can approve no more');
select tests.sign_in('owner@acme.test');
select lives_ok($$ select set_member_status(tests.membership('manager@acme.test'), 'inactive') $$, 'then he leaves');
select tests.sign_in('manager@acme.test');
select is((select count(*) from orders), 0::bigint, 'and sees nothing');
select tests.sign_out();
update auth.users set banned_until = now() + interval '1 day' where email = 'sales@acme.test';
select tests.sign_in('sales@acme.test');
select is((select count(*) from orders), 0::bigint, 'a banned account sees nothing either');

select * from finish();
rollback;
