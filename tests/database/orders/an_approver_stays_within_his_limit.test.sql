begin;
select plan(3);

update tenant_settings set business_rules = '{"orders.approval_limits": {"manager": 5000}}' where tenant_id = tests.tenant('acme');
select tests.remember('small', tests.pending('Westlands Wholesalers', 'COL-300', 5));
select tests.remember('large', tests.pending('Westlands Wholesalers', 'COL-300', 10));
select tests.sign_in('manager@acme.test');
select is((approve_order(tests.id('small'))).status::text, 'approved', 'below his limit');
select throws_ok($$ select approve_order(tests.id('large')) $$, '42501', 'approval_limit_exceeded', 'above it');
select tests.sign_in('owner@acme.test');
select is((approve_order(tests.id('large'))).status::text, 'approved', 'the owner has none');

select * from finish();
rollback;
