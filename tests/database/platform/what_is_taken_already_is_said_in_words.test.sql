begin;
select plan(27);

-- What people write straight to the tables.
select tests.sign_in('admin@acme.test');
create function pg_temp.answer(statement text) returns text language plpgsql as $$
begin
  execute statement;
  return 'done';
exception when others then
  return sqlstate || ' ' || sqlerrm;
end $$;
select is(pg_temp.answer($$ insert into territories (code, name) values ('KLF', 'Coast again') $$), 'PT409 territory_code_taken', 'a territory');
select is(pg_temp.answer($$ insert into customers (code, name) select code, 'Again' from customers where name = 'Kilimani Mini Mart' $$), 'PT409 customer_code_taken', 'a customer');
select is(pg_temp.answer($$ insert into products (sku, name, base_price) values ('COL-300', 'Cola again', 1) $$), 'PT409 product_sku_taken', 'a product');
select is(pg_temp.answer($$ update products set sku = 'COL-300' where sku = 'WAT-1500' $$), 'PT409 product_sku_taken', 'a product that is renamed');
select is(pg_temp.answer($$ update products set sku = 'COL-300', name = 'Cola' where sku = 'COL-300' $$), 'done', 'nobody stands in his own way');
select is(pg_temp.answer($$ insert into product_costs (product_id, cost_price) select product_id, 1 from product_costs limit 1 $$), 'PT409 product_cost_taken', 'a cost price');
select is(pg_temp.answer($$ insert into product_packs (product_id, name, factor) values (tests.product('WAT-1500'), 'Pallet', 60), (tests.product('WAT-1500'), 'Pallet', 70) $$),
  'PT409 pack_name_taken', 'a pack, within one statement');
select is(pg_temp.answer($$ insert into price_lists (name, customer_type, valid_from) values ('Wholesale again', 'wholesale', '2027-01-01') $$), 'PT409 type_lists_overlap', 'the days of a price list');
select is(pg_temp.answer($$ insert into price_lists (name, customer_type, valid_from, is_active) values ('Wholesale again', 'wholesale', '2027-01-01', false) $$),
  'done', 'a list that does not count is no list');
select is(pg_temp.answer($$ update price_lists set is_active = true where name = 'Wholesale again' $$), 'PT409 type_lists_overlap', 'until it does');
select is(pg_temp.answer($$ insert into price_list_items (price_list_id, product_id, min_quantity, price) select price_list_id, product_id, min_quantity, 1 from price_list_items limit 1 $$),
  'PT409 price_step_taken', 'a price');
select is(pg_temp.answer($$ insert into warehouses (code, name) values ('NBO', 'Nairobi again') $$), 'PT409 warehouse_code_taken', 'a warehouse');
select is(pg_temp.answer($$ insert into vehicles (registration, name, home_warehouse_id, capacity_kg, capacity_l, capacity_units) values ('KDA 101A', 'x', tests.depot(), 1, 1, 1) $$),
  'PT409 vehicle_registration_taken', 'a vehicle');
select is(pg_temp.answer($$ insert into drivers (membership_id, name) values (tests.membership('driver@acme.test'), 'x') $$), 'PT409 driver_membership_taken', 'a driver');
select is(pg_temp.answer($$ insert into drivers (name) values ('x'), ('y') $$), 'done', 'without a membership there are as many as wanted');
select is(pg_temp.answer($$ insert into customer_addresses (customer_id, label, street, city, is_default)
  select customer_id, 'x', 'x', 'x', true from customer_addresses where is_default limit 1 $$), 'PT409 default_address_taken', 'the place of the default address');
select is(pg_temp.answer($$ insert into workflow_definitions (machine, from_state, command) values ('order', 'draft', 'submit'), ('order', 'draft', 'submit') $$),
  'PT409 workflow_rule_taken', 'a rule');
select is(pg_temp.answer($$ insert into statement_lines (source, reference, amount, posted_at) values ('mpesa', 'Q1', 1, now()), ('mpesa', 'Q1', 1, now()) $$),
  'PT409 statement_line_taken', 'a line of a statement');
select is(pg_temp.answer($$ insert into statement_lines (source, reference, amount, posted_at) values ('mpesa', 'Q1', 1, now()), ('bank', 'Q1', 1, now()) $$),
  'done', 'of the same source');

-- What commands write.
select tests.remember('one', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1), external_reference => 'X-1')).id);
select is(pg_temp.answer($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1), external_reference => 'X-1') $$),
  'PT409 order_reference_taken', 'the reference of an order');
select lives_ok($$ select record_payment(tests.customer('Kilimani Mini Mart'), 'mpesa', 10, 'R-1') $$, 'a payment');
select is(pg_temp.answer($$ select record_payment(tests.customer('Kilimani Mini Mart'), 'mpesa', 10, 'R-1') $$), 'PT409 payment_reference_taken', 'the reference of a payment');
select is(pg_temp.answer($$ select record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 10, 'r 1') $$), 'PT409 payment_reference_taken', 'however it is written, whatever the method');
select tests.sign_in('admin@globex.test');
select is(pg_temp.answer($$ insert into products (sku, name, base_price) values ('COL-300', 'Cola elsewhere', 1) $$), 'done', 'another company has its own names');
select tests.sign_in('super@mzigo.test');
select is(pg_temp.answer($$ select create_tenant('acme', 'Acme again') $$), 'PT409 tenant_slug_taken', 'but for that of the company itself');

-- The answer names what is taken and by whom.
select tests.sign_in('admin@acme.test');
create function pg_temp.details(statement text) returns jsonb language plpgsql as $$
declare answer text;
begin
  execute statement;
  return null;
exception when others then
  get stacked diagnostics answer = pg_exception_detail;
  return answer;
end $$;
select is(pg_temp.details($$ insert into products (sku, name, base_price) values ('COL-300', 'Cola again', 1) $$),
  jsonb_build_object('sku', 'COL-300', 'taken_by', tests.product('COL-300')), 'with the column and the record that has it');
select is_empty($$ select * from products where name = 'Cola again' $$, 'and nothing is written');

select * from finish();
rollback;
