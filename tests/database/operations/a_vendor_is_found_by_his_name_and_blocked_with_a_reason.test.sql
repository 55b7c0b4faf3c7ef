begin;
select plan(9);

select tests.sign_in('warehouse@acme.test');
select throws_ok($$ insert into vendors (name) values ('Mills Ltd') $$, '42501', null, 'who orders enters no vendors');
select tests.sign_in('finance@acme.test');
insert into vendors (name, phone) values ('Mills Ltd', '0733 000 009');
select is((select phone from vendors where name = 'Mills Ltd'), '+254733000009', 'a telephone number is kept in one form');
select ok((select number like 'VEN-%' from vendors where name = 'Mills Ltd'), 'he has a number');
select throws_ok($$ insert into vendors (name) values ('Mills Ltd') $$, 'PT409', 'vendor_name_taken', 'a name is of one vendor');
select throws_ok($$ update vendors set status = 'blocked' where name = 'Mills Ltd' $$, '42501', null, 'he is blocked by a command alone');
select throws_ok($$ select block_vendor((select id from vendors where name = 'Mills Ltd'), ' ') $$, 'PT422', 'reason_required', 'for a reason');
select is((block_vendor((select id from vendors where name = 'Mills Ltd'), 'Late')).blocked_reason, 'Late', 'which stands on his page');
select is((select array_agg(f) from find_numbers('vendor', 'mills') f), (select array[number] from vendors where name = 'Mills Ltd'), 'a part of his name finds him');
select is((release_vendor((select id from vendors where name = 'Mills Ltd'))).blocked_reason, null, 'released he has none');

select * from finish();
rollback;
