begin;
select plan(5);

select throws_ok($$ update inventory_transactions set quantity = 1 $$, 'PT409', 'row_is_append_only', 'no movement is changed');
select throws_ok($$ delete from inventory_transactions $$, 'PT409', 'row_is_append_only', 'none is deleted');
select throws_ok($$ truncate inventory_transactions cascade $$, 'PT409', 'row_is_append_only', 'nor all of them');
select tests.sign_in('owner@acme.test');
select throws_ok($$ insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id) values (tests.tenant('acme'), tests.depot(), tests.product('COL-300'), 5, 'opening', 'warehouse', tests.depot()) $$, '42501', null, 'people do not write it');
select throws_ok($$ update inventory_transactions set quantity = 1 $$, '42501', null, 'nor change it');

select * from finish();
rollback;
