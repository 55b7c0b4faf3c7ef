begin;
select plan(2);

set local role service_role;
select issue_password_reset('sales@acme.test', encode(sha256('token-1'), 'hex'));
reset role;
update private.password_resets set expires_at = now() - interval '1 second';
set local role anon;
select is(reset_password('token-1', 'another-password-2') ->> 'message', 'reset_not_valid', 'after its hour the link is dead');
select is(reset_password(null, 'another-password-2') ->> 'message', 'reset_not_valid', 'as is no link at all');

select * from finish();
rollback;
