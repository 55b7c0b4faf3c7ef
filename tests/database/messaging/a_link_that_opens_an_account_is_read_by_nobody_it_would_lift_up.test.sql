begin;
select plan(5);

set local role service_role;
select enqueue_message(tests.tenant('acme'), 'email', 'owner@acme.test', 'password_reset', 'Set a new password', 'the link', 'reset:1', 'users.manage');
reset role;
select tests.sign_in('owner@acme.test');
select tests.remember('boss', (invite_member('boss@acme.test', 'Second Boss', 'owner')).id);
select tests.remember('clerk', (invite_member('clerk@acme.test', 'New Clerk', 'sales')).id);
select tests.sign_out();
set local role service_role;
select enqueue_message(tests.tenant('acme'), 'email', 'boss@acme.test', 'invitation', 'Welcome', 'the link', 'invitation:1', 'users.manage', 'invitation', tests.id('boss'));
select enqueue_message(tests.tenant('acme'), 'email', 'clerk@acme.test', 'invitation', 'Welcome', 'the link', 'invitation:2', 'users.manage', 'invitation', tests.id('clerk'));
reset role;
create function pg_temp.readable() returns text language sql as $$ select string_agg(recipient, ', ' order by recipient) from public.messages $$;
select tests.sign_in('admin@acme.test');
select is(pg_temp.readable(), 'clerk@acme.test', 'an admin reads the invitation of a clerk, not the one that would make him an owner');
select tests.sign_in('owner@acme.test');
select is(pg_temp.readable(), 'boss@acme.test, clerk@acme.test', 'an owner reads both, but nobody''s way to a new password');
select tests.sign_in('manager@acme.test');
select is(pg_temp.readable(), null, 'people who do not manage users read none');
select tests.sign_in('owner@globex.test');
select is(pg_temp.readable(), null, 'nor do other companies');
select tests.sign_in('super@mzigo.test');
select is(pg_temp.readable(), 'boss@acme.test, clerk@acme.test, owner@acme.test', 'the platform can help');

select * from finish();
rollback;
