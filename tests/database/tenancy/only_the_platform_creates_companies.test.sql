begin;
select plan(9);

select tests.sign_in('owner@acme.test');
select throws_ok($$ select create_tenant('initech', 'Initech') $$, '42501', 'permission_denied', 'an owner cannot');
select tests.sign_in('super@mzigo.test');
select throws_ok($$ select create_tenant('initech', 'Initech', timezone => 'Mars/Olympus') $$, 'PT422', 'input_invalid', 'a company needs a real time zone');
select throws_ok($$ select create_tenant('Not A Slug', 'Initech') $$, 'PT422', 'slug_is_a_short_name', 'and a short name');
select throws_ok($$ select create_tenant('initech', ' ') $$, 'PT422', 'name_is_not_blank', 'and a name');
select throws_ok($$ select create_tenant('initech', 'Initech', currency => 'Ksh') $$, 'PT422', 'currency_is_an_iso_code', 'and a currency');
select is((create_tenant('initech', 'Initech')).slug, 'initech', 'a super admin can');
select is(my_session() #>> '{tenant,slug}', 'initech', 'and stands in it');
select lives_ok($$ select invite_member('owner@initech.test', 'First Owner', 'owner') $$, 'to invite its first owner');
select throws_ok($$ select switch_tenant('00000000-0000-0000-0000-000000000000') $$, '42501', 'tenant_not_available', 'he cannot stand nowhere');

select * from finish();
rollback;
