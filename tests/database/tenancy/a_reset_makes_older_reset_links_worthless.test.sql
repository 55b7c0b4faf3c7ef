begin;
select plan(5);

set local role service_role;
select issue_password_reset('sales@acme.test', encode(sha256('token-1'), 'hex'));
select issue_password_reset('sales@acme.test', encode(sha256('token-2'), 'hex'));
select is((select count(*) from (select issue_password_reset('sales@acme.test', encode(sha256('token-3'), 'hex'))) x), 1::bigint, 'three links in a minute are sent');
select throws_ok($$ select issue_password_reset('sales@acme.test', encode(sha256('token-4'), 'hex')) $$, 'PT429', 'rate_limit_exceeded', 'not more');
set local role anon;
select lives_ok($$ select reset_password('token-2', 'another-password-2') $$, 'one of them is used');
select throws_ok($$ select reset_password('token-1', 'stolen-password-9') $$, 'PT409', 'reset_not_valid', 'the older one in the mailbox is dead');
select throws_ok($$ select reset_password('token-3', 'stolen-password-9') $$, 'PT409', 'reset_not_valid', 'and the newer one');

select * from finish();
rollback;
