begin;
select plan(4);

select tests.sign_in('admin@acme.test');
select tests.remember('first', (invite_member('two@acme.test', 'Two Times', 'sales')).id);
select tests.sign_out();
update invitations set token_hash = encode(sha256('token-1'), 'hex') where id = tests.id('first');
select tests.sign_in('admin@acme.test');
select tests.remember('second', (invite_member('two@acme.test', 'Two Times', 'viewer')).id);
select is((select status::text from invitations where id = tests.id('first')), 'revoked', 'a newer invitation replaces the older one');
select is(accept_invitation('token-1', 'a-good-password-1') ->> 'message', 'invitation_not_valid', 'whose link is dead');
select is((revoke_invitation(tests.id('second'))).status::text, 'revoked', 'an open invitation can be withdrawn');
select throws_ok($$ select revoke_invitation(tests.id('second')) $$, 'PT409', 'invitation_not_valid', 'once');

select * from finish();
rollback;
