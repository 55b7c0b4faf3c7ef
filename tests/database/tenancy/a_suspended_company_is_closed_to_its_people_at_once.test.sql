begin;
select plan(11);

select tests.sign_in('admin@acme.test');
select throws_ok($$ select set_tenant_status(tests.tenant('acme'), 'suspended') $$, '42501', 'permission_denied', 'a company does not suspend itself');
select ok((select count(*) > 0 from customers), 'people work');
select tests.sign_in('super@mzigo.test');
select is((set_tenant_status(tests.tenant('acme'), 'suspended')).status::text, 'suspended', 'the platform suspends the company');
select tests.sign_in('admin@acme.test');
select is((select count(*) from customers), 0::bigint, 'the next request sees nothing');
select is((select count(*) from tenant_settings), 0::bigint, 'not even the settings');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1)) $$, '42501', 'permission_denied', 'and can do nothing');
select is(my_session() -> 'tenant', 'null'::jsonb, 'the session has no company');
select is(my_session() -> 'permissions', '[]'::jsonb, 'and no rights');
select tests.sign_in('admin@globex.test');
select ok((select count(*) > 0 from customers), 'other companies go on');
select tests.sign_in('super@mzigo.test');
select lives_ok($$ select set_tenant_status(tests.tenant('acme'), 'active') $$, 'and after it is lifted');
select tests.sign_in('admin@acme.test');
select ok((select count(*) > 0 from customers), 'work goes on');

select * from finish();
rollback;
