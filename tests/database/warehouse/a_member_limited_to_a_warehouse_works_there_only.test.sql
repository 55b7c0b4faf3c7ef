begin;
select plan(5);

update memberships set warehouse_id = tests.depot('KLF') where id = tests.membership('warehouse@acme.test');
select tests.remember('nairobi', tests.approved('Westlands Wholesalers', 'COL-300', 1));
select tests.sign_in('warehouse@acme.test');
select is((select count(distinct warehouse_id) from inventory), 1::bigint, 'he sees one stock');
select is((select count(*) from orders), 0::bigint, 'and no orders of the other depot');
select throws_ok($$ select create_adjustment(tests.depot(), tests.reason('Correction'), tests.lines('COL-300', 1)) $$, 'PT422', 'warehouse_not_available', 'he adjusts his own only');
select lives_ok($$ select create_adjustment(tests.depot('KLF'), tests.reason('Correction'), tests.lines('COL-300', 1)) $$, 'that he does');
select throws_ok($$ select allocate_order(tests.id('nairobi')) $$, 'PT404', 'record_not_found', 'and allocates nothing elsewhere');

select * from finish();
rollback;
