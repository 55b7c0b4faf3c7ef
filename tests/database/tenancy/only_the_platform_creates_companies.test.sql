begin;
select plan(7);

select tests.sign_in('owner@acme.test');
select throws_ok($$ select create_tenant('initech', 'Initech') $$, '42501', 'permission_denied', 'an owner cannot');
select tests.sign_in('super@mzigo.test');
select throws_ok($$ select create_tenant('initech', 'Initech', timezone => 'Mars/Olympus') $$, 'PT422', 'input_invalid', 'a company needs a real time zone');
select throws_ok($$ select create_tenant('Not A Slug', 'Initech') $$, '23514', null, 'and a short name');
select is((create_tenant('initech', 'Initech')).slug, 'initech', 'a super admin can');
select is(my_session() #>> '{tenant,slug}', 'initech', 'and stands in it');
select lives_ok($$ select invite_member('owner@initech.test', 'First Owner', 'owner') $$, 'to invite its first owner');
select throws_ok($$ select switch_tenant('00000000-0000-0000-0000-000000000000') $$, '42501', 'tenant_not_available', 'he cannot stand nowhere');

select * from finish();
rollback;
