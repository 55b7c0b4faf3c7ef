begin;
select plan(5);

select tests.sign_in('super@mzigo.test');
select tests.remember('first', (create_tenant('nyali-gas', 'Nyali Gas', idempotency_key => '01b00000-0000-7000-8000-000000000001')).id);
select is((create_tenant('nyali-gas', 'Nyali Gas', idempotency_key => '01b00000-0000-7000-8000-000000000001')).id, tests.id('first'), 'the same request is answered again, although the active company has changed since');
select throws_ok($$ select create_tenant('nyali-gas', 'Nyali Gas Ltd', idempotency_key => '01b00000-0000-7000-8000-000000000001') $$, 'PT409', 'idempotency_key_reused', 'another request under its key is refused');
select throws_ok($$ select create_tenant('nyali-gas', 'Nyali Gas') $$, 'PT409', 'tenant_slug_taken', 'without a key it is a second company of the same name');
select lives_ok($$ select switch_tenant(tests.tenant('acme'), idempotency_key => '01b00000-0000-7000-8000-000000000002') $$, 'a company can be changed to');
select tests.sign_out();
select is((select count(*) from tenants where slug = 'nyali-gas'), 1::bigint, 'there is one such company');

select * from finish();
rollback;
