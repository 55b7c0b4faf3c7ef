begin;
select plan(6);

select throws_ok($$ update inventory set on_hand = 1000000 where product_id = tests.product('COL-300') $$, 'PT409', 'balance_is_derived', 'the superuser cannot set stock');
select throws_ok($$ update inventory set reserved = 1 where product_id = tests.product('COL-300') $$, 'PT409', 'balance_is_derived', 'nor reservations');
select throws_ok($$ insert into inventory (tenant_id, warehouse_id, product_id, on_hand) values (tests.tenant('acme'), tests.depot(), tests.product('EMP-CRATE24'), 5) $$, 'PT409', 'balance_is_derived', 'nor enter a balance');
select tests.sign_in('owner@acme.test');
select throws_ok($$ update inventory set on_hand = 1000000 $$, '42501', null, 'an owner has no right to');
select lives_ok($$ update inventory set reorder_point = 5 where product_id = tests.product('COL-300') $$, 'the reorder point is theirs');
select is((select count(*) from inventory i join (select warehouse_id, product_id, condition, sum(quantity) as total from inventory_transactions group by 1, 2, 3) l using (warehouse_id, product_id, condition) where i.on_hand <> l.total), 0::bigint, 'balance and ledger agree');

select * from finish();
rollback;
