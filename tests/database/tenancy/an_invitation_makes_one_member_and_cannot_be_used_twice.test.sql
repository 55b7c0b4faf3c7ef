begin;
select plan(6);

select tests.sign_in('admin@acme.test');
select tests.remember('invitation', (invite_member('New@Acme.test', 'New Seller', 'sales')).id);
select tests.sign_out();
set local role service_role;
select is(issue_invitation_token(tests.tenant('acme'), tests.id('invitation'), encode(sha256('token-1'), 'hex')) ->> 'email', 'new@acme.test', 'the mail goes to the address in lower case');
set local role anon;
select is(accept_invitation('token-1', 'a-good-password-1') ->> 'email', 'new@acme.test', 'the holder of the token joins');
select is(accept_invitation('token-1', 'a-good-password-1') ->> 'message', 'invitation_not_valid', 'a second click is refused');
reset role;
select is((select count(*) from memberships m join users u on u.id = m.user_id where u.email = 'new@acme.test' and m.role = 'sales' and m.status = 'active'), 1::bigint, 'there is one membership');
select is((select count(*) from auth.users where email = 'new@acme.test'), 1::bigint, 'there is one account');
select is((select status::text from invitations where id = tests.id('invitation')), 'accepted', 'the invitation is used');

select * from finish();
rollback;
