begin;
select plan(4);

update memberships set territory_id = (select id from territories where tenant_id = tests.tenant('acme') and code = 'KLF') where id = tests.membership('agent@acme.test');
select tests.remember('nairobi', tests.draft('Westlands Wholesalers', 'COL-300', 1));
select tests.remember('kilifi', tests.draft('Mnarani Stores', 'COL-300', 1));
select tests.sign_in('agent@acme.test');
select is((select count(*) from customers), 3::bigint, 'three customers are on the coast');
select is((select array_agg(id) from orders), array[tests.id('kilifi')], 'with one order');
select throws_ok($$ select create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', 1)) $$, 'PT404', 'record_not_found', 'the others cannot be ordered for');
select throws_ok($$ select submit_order(tests.id('nairobi')) $$, 'PT404', 'record_not_found', 'nor their orders moved');

select * from finish();
rollback;
