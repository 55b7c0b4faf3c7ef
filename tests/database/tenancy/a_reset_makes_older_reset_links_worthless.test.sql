begin;
select plan(6);

set local role service_role;
select issue_password_reset('sales@acme.test', encode(sha256('token-1'), 'hex'));
select issue_password_reset('sales@acme.test', encode(sha256('token-2'), 'hex'));
select is((select count(*) from (select issue_password_reset('sales@acme.test', encode(sha256('token-3'), 'hex'))) x), 1::bigint, 'three links in an hour are sent');
select throws_ok($$ select issue_password_reset('sales@acme.test', encode(sha256('token-4'), 'hex')) $$, 'PT429', 'rate_limit_exceeded', 'not more');
set local role anon;
select is(reset_password('token-2', 'stolen-password-9') ->> 'message', 'reset_not_valid', 'a newer link makes those before it worthless');
select is(current_setting('response.status'), '409', 'as the API answers it');
select is(reset_password('token-3', 'another-password-2') ->> 'email', 'sales@acme.test', 'the newest works');
select is(reset_password('token-1', 'stolen-password-9') ->> 'message', 'reset_not_valid', 'after it the older ones are dead, too');

select * from finish();
rollback;
