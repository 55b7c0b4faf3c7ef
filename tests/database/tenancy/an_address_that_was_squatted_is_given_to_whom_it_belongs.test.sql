begin;
select plan(5);

-- Somebody made an account past us, with the address of a person who is invited later.
insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at)
values ('01a00000-0000-7000-8000-00000000dead', 'authenticated', 'authenticated', 'invited@example.test', extensions.crypt('squatter-pass-1', extensions.gen_salt('bf', 4)), now());
insert into auth.sessions (id, user_id) values ('01a00000-0000-7000-8000-00000000beef', '01a00000-0000-7000-8000-00000000dead');

select tests.sign_in('admin@acme.test');
select tests.remember('invitation', (invite_member('invited@example.test', 'Truly Invited', 'viewer')).id);
select tests.sign_out();
update invitations set token_hash = encode(sha256('token-1'), 'hex') where id = tests.id('invitation');
set local role anon;
select is(accept_invitation('token-1', 'a-good-password-1') ->> 'email', 'invited@example.test', 'who reads the mail joins');
reset role;
select is((select count(*) from auth.users where email = 'invited@example.test'), 1::bigint, 'there is one account');
select ok((select encrypted_password = extensions.crypt('a-good-password-1', encrypted_password) from auth.users where email = 'invited@example.test'), 'with the password that was chosen now');
select is((select count(*) from auth.sessions where user_id = '01a00000-0000-7000-8000-00000000dead'), 0::bigint, 'the other one is signed out');
select is((select count(*) from auth.users where id = '01a00000-0000-7000-8000-00000000dead'), 0::bigint, 'and gone');

select * from finish();
rollback;
