begin;
select plan(4);

select tests.sign_in('admin@acme.test');
select tests.remember('invitation', (invite_member('viewer@globex.test', 'Victor Kimani', 'viewer')).id);
select tests.sign_out();
update invitations set token_hash = encode(sha256('token-1'), 'hex') where id = tests.id('invitation');
select tests.sign_in('analyst@globex.test');
select throws_ok($$ select accept_invitation('token-1') $$, '42501', 'invitation_for_other_email', 'somebody else who is signed in cannot take it');
select tests.sign_in('viewer@globex.test');
select lives_ok($$ select accept_invitation('token-1') $$, 'the invited person can');
select is(my_session() #>> '{tenant,slug}', 'acme', 'and finds himself in the new company');
select is(jsonb_array_length(my_session() -> 'tenants'), 2, 'besides the old one');

select * from finish();
rollback;
