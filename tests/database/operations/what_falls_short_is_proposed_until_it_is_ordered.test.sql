begin;
select plan(9);

insert into products (tenant_id, sku, name, unit, base_price) values (tests.tenant('acme'), 'RICE', 'Rice', 'bag', 100);
insert into product_costs (tenant_id, product_id, cost_price) values (tests.tenant('acme'), tests.product('RICE'), 70);
select tests.sign_in('manager@acme.test');
insert into vendors (name) values ('Mills Ltd'), ('Other Mills');
select tests.remember('first', (create_purchase_order((select id from vendors where name = 'Mills Ltd'), tests.depot('KLF'),
  jsonb_build_array(jsonb_build_object('product_id', tests.product('RICE'), 'quantity', 4, 'unit_cost', 66)))).id);
select submit_purchase_order(tests.id('first'));
select tests.sign_in('owner@acme.test');
select approve_purchase_order(tests.id('first'));
select receive_purchase_order(tests.id('first'));
select tests.sign_in('warehouse@acme.test');
update inventory set reorder_point = 20 where warehouse_id = tests.depot('KLF') and product_id = tests.product('RICE') and condition = 'good';
select is((select quantity from purchase_proposal(tests.depot('KLF')) where product_sku = 'RICE'), 36.000, 'what falls short is proposed');
select is((select unit_cost from purchase_proposal(tests.depot('KLF'), (select id from vendors where name = 'Mills Ltd')) where product_sku = 'RICE'), 66.00, 'at what the vendor was paid last');
select is((select unit_cost from purchase_proposal(tests.depot('KLF'), (select id from vendors where name = 'Other Mills')) where product_sku = 'RICE'), 66.00, 'or another, where he brought none yet');
select tests.remember('second', (create_purchase_order((select id from vendors where name = 'Other Mills'), tests.depot('KLF'),
  (select jsonb_agg(jsonb_build_object('product_id', p.product_id, 'quantity', p.quantity, 'unit_cost', p.unit_cost)) from purchase_proposal(tests.depot('KLF')) p where p.product_sku = 'RICE'))).id);
select submit_purchase_order(tests.id('second'));
select is((select coming from reorder_suggestions where product_id = tests.product('RICE')), 0.000, 'what nobody approved does not come');
select tests.sign_in('owner@acme.test');
select approve_purchase_order(tests.id('second'));
select is((select count(*) from reorder_suggestions where product_id = tests.product('RICE')), 0::bigint, 'what is ordered is not proposed again');
select tests.sign_in('warehouse@acme.test');
select is((select count(*) from purchase_proposal(tests.depot('KLF')) where product_sku = 'RICE'), 0::bigint, 'nor to who orders');
update inventory set reorder_point = 100 where warehouse_id = tests.depot('KLF') and product_id = tests.product('RICE') and condition = 'good';
select is((select array[coming, suggested] from reorder_suggestions where product_id = tests.product('RICE')), array[36.000, 160.000], 'it counts as coming where more is needed');
select tests.limit_to('warehouse@acme.test', 'NBO');
select throws_ok($$ select purchase_proposal(tests.depot('KLF')) $$, 'PT422', 'warehouse_not_available', 'people of one depot order for that one');
select is((select count(*) from purchase_orders), 0::bigint, 'and see orders for it alone');

select * from finish();
rollback;
