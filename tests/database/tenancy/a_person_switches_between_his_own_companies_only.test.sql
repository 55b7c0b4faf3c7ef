begin;
select plan(7);

select tests.sign_in('viewer@acme.test');
select throws_ok($$ select switch_tenant(tests.tenant('globex')) $$, '42501', 'tenant_not_available', 'a company of others is closed');
select throws_ok($$ select switch_tenant('00000000-0000-0000-0000-000000000000') $$, '42501', 'tenant_not_available', 'and answers like one that does not exist');
select tests.sign_out();
insert into memberships (tenant_id, user_id, role) values (tests.tenant('globex'), tests.account('viewer@acme.test'), 'sales');
select tests.sign_in('viewer@acme.test');
select is(switch_tenant(tests.tenant('globex')) ->> 'role', 'sales', 'with a membership he changes over, in the role he has there');
select is((select count(*) from products where tenant_id = tests.tenant('acme')), 0::bigint, 'and sees nothing of the first company any more');
select ok((select count(*) > 0 from products), 'but the second');
select tests.sign_out();
update memberships set status = 'inactive' where tenant_id = tests.tenant('globex') and user_id = tests.account('viewer@acme.test');
select tests.sign_in('viewer@acme.test');
select is((select count(*) from products), 0::bigint, 'when that membership ends he sees nothing');
select throws_ok($$ select switch_tenant(tests.tenant('globex')) $$, '42501', 'tenant_not_available', 'and cannot come back');

select * from finish();
rollback;
