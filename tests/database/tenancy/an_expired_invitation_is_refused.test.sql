begin;
select plan(4);

select tests.sign_in('admin@acme.test');
select tests.remember('invitation', (invite_member('late@acme.test', 'Late Comer', 'sales')).id);
select tests.sign_out();
select is((select expires_at - created_at from invitations where id = tests.id('invitation')), interval '72 hours', 'an invitation is good for 72 hours');
update invitations set token_hash = encode(sha256('token-1'), 'hex'), expires_at = now() - interval '1 second' where id = tests.id('invitation');
set local role anon;
select is(accept_invitation('token-1', 'a-good-password-1') ->> 'message', 'invitation_not_valid', 'after that it is refused');
reset role;
set local role service_role;
select throws_ok($$ select issue_invitation_token(tests.tenant('acme'), tests.id('invitation'), encode(sha256('token-2'), 'hex')) $$, 'PT409', 'invitation_not_valid', 'and no new token is made for it');
reset role;
select is((select count(*) from users where email = 'late@acme.test'), 0::bigint, 'nobody was created');

select * from finish();
rollback;
