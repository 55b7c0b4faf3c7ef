begin;
select plan(8);

insert into auth.sessions (id, user_id, created_at, updated_at) values (gen_random_uuid(), tests.account('sales@acme.test'), now(), now());
set local role service_role;
select is(issue_password_reset('Sales@acme.test', encode(sha256('token-1'), 'hex')) ->> 'email', 'sales@acme.test', 'a link is made for a known address');
select is(issue_password_reset('nobody@acme.test', encode(sha256('token-x'), 'hex')), null, 'and none for an unknown one');
set local role anon;
select throws_ok($$ select reset_password('token-1', 'short1') $$, 'PT422', 'password_too_weak', 'a weak password is refused');
select throws_ok($$ select reset_password('token-1', repeat('ä1', 30)) $$, 'PT422', 'password_too_weak', 'as is one that bcrypt would cut off');
select is(reset_password('token-1', 'another-password-2') ->> 'email', 'sales@acme.test', 'neither of them used the link up');
select is(reset_password('token-1', 'another-password-3') ->> 'message', 'reset_not_valid', 'a set password does');
reset role;
select is((select count(*) from auth.sessions where user_id = tests.account('sales@acme.test')), 0::bigint, 'whoever was signed in is signed out');
select ok((select encrypted_password = extensions.crypt('another-password-2', encrypted_password) from auth.users where email = 'sales@acme.test'), 'the new password is the one that counts');

select * from finish();
rollback;
