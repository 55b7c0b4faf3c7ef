begin;
select plan(23);

-- Crates are whole; cheese is weighed.
insert into products (tenant_id, sku, name, unit, allows_fractions, base_price) values (tests.tenant('acme'), 'CHEESE', 'Cheese', 'kg', true, 900);
create function pg_temp.refusal(statement text) returns jsonb language plpgsql as $$
declare
  told text;
begin
  execute statement;
  return '"done"';
exception when others then
  get stacked diagnostics told = pg_exception_detail;
  return jsonb_build_object('key', sqlerrm, 'item', coalesce(told::jsonb #> '{items,0}', told::jsonb));
end $$;

select tests.sign_in('warehouse@acme.test');
select is(pg_temp.refusal($$ select create_adjustment(tests.depot(), tests.reason('Correction'), tests.lines('COL-300', -1.5)) $$),
  '{"key": "lines_invalid", "item": {"line": 1, "problem": "quantity_not_whole", "allowed": [-2, -1], "unit": "crate"}}', 'an adjustment of half a crate is refused, and told the nearest');
select lives_ok($$ select create_adjustment(tests.depot(), tests.reason('Correction'), tests.lines('CHEESE', 1.125)) $$, 'cheese has parts');
select is(pg_temp.refusal($$ select create_transfer(tests.depot(), tests.depot('KLF'), tests.lines('COL-300', 0.25)) $$) #> '{item,allowed}', '[0, 1]', 'a transfer');
select tests.sign_out();

select tests.remember('count', tests.begun(tests.count_of('COL-300')));
select is(pg_temp.refusal($$ select tests.counted(tests.id('count'), 'COL-300', 389.5) $$) #> '{item,allowed}', '[389, 390]', 'a count');

-- Out and back on a van.
select tests.remember('sent', tests.sent('COL-300', 10));
select tests.sign_in('manager@acme.test');
select is(pg_temp.refusal($$ select receive_part_transfer(tests.id('sent'), tests.lines('COL-300', 9.5)) $$) #>> '{item,problem}', 'quantity_not_whole', 'a receipt');
select tests.sign_out();
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select is(pg_temp.refusal($$ select tests.deliver(tests.id('order'), 8.5) $$), jsonb_build_object('key', 'quantity_not_whole', 'item', jsonb_build_object(
  'product_id', tests.product('COL-300'), 'sku', 'COL-300', 'name', 'Cola 300 ml, crate of 24', 'quantity', 8.500, 'problem', 'quantity_not_whole', 'allowed', '[8, 9]'::jsonb, 'unit', 'crate')), 'a delivery');
select tests.deliver(tests.id('order'), 8, 'Two are damaged');
select tests.sign_in('driver@acme.test');
select is(pg_temp.refusal($$ select submit_offload(tests.id('trip'), jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'counted', 1.5))) $$) ->> 'key', 'quantity_not_whole', 'an offload');
select is(pg_temp.refusal($$ select report_variance(tests.id('trip'), tests.product('COL-300'), 2, 1.5, 'Half a crate broke') $$) ->> 'key', 'quantity_not_whole', 'a difference');
select tests.sign_in('sales@acme.test');
select is(pg_temp.refusal($$ select request_return(tests.customer('Kilimani Mini Mart'), (select jsonb_build_array(jsonb_build_object('order_item_id', i.id, 'quantity', 0.5)) from order_items i where i.order_id = tests.id('order')), 'damaged') $$) ->> 'key', 'quantity_not_whole', 'a return');
select tests.sign_out();
select is(pg_temp.refusal(format($$ insert into %s %s $$, t, v)) ->> 'key', 'quantity_not_whole', t || ' itself refuses it, whoever writes')
from (values
  ('inventory_transactions', $$ (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id) values (tests.tenant('acme'), tests.depot(), tests.product('COL-300'), 0.5, 'adjustment', 'test', tests.depot()) $$),
  ('container_ledger', $$ (tenant_id, holder, holder_id, product_id, quantity, reference_type, reference_id) values (tests.tenant('acme'), 'depot', tests.depot(), tests.product('EMP-CRATE24'), 0.5, 'test', tests.depot()) $$),
  ('product_packs', $$ (tenant_id, product_id, name, factor) values (tests.tenant('acme'), tests.product('COL-300'), 'half', 0.5) $$),
  ('price_list_items', $$ (tenant_id, price_list_id, product_id, min_quantity, price) select l.tenant_id, l.id, tests.product('COL-300'), 2.5, 1 from price_lists l where l.name = 'Coast' $$),
  ('order_items', $$ (tenant_id, order_id, line_number, product_id, product_sku, product_name, unit, quantity, unit_price, price_when_added, price_source, tax_rate) values (tests.tenant('acme'), tests.id('order'), 9, tests.product('COL-300'), 'x', 'x', 'x', 0.5, 1, 1, 'base', 0) $$),
  ('reservations', $$ (tenant_id, order_item_id, warehouse_id, product_id, quantity) select i.tenant_id, i.id, tests.depot(), i.product_id, 0.5 from order_items i where i.order_id = tests.id('order') $$),
  ('return_items', $$ (tenant_id, return_id, order_item_id, product_id, quantity) select i.tenant_id, i.id, i.id, i.product_id, 0.5 from order_items i where i.order_id = tests.id('order') $$)
) as w (t, v);
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ update inventory set reorder_point = 10.5 where product_id = tests.product('COL-300') $$, 'PT422', 'quantity_not_whole', 'nor does a reorder point have parts');
select tests.sign_out();

-- The unit changes when no part is left.
insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
values (tests.tenant('acme'), tests.depot(), tests.product('CHEESE'), 4.25, 'opening', 'test', tests.depot());
select tests.sign_in('admin@acme.test');
select is(pg_temp.refusal($$ update products set allows_fractions = false where sku = 'CHEESE' $$) ->> 'key', 'parts_in_stock', 'cheese stays cheese while a part of it is there');
select is(pg_temp.refusal($$ update products set allows_fractions = false where sku = 'CHEESE' $$) #>> '{item,places,0,name}', 'Nairobi depot', 'and it is said where');
select tests.sign_out();
insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
values (tests.tenant('acme'), tests.depot(), tests.product('CHEESE'), -0.25, 'adjustment', 'test', tests.depot());
select tests.sign_in('admin@acme.test');
select lives_ok($$ update products set allows_fractions = false where sku = 'CHEESE' $$, 'whole stock can lose its parts');
select throws_ok($$ update products set allows_fractions = true where sku = 'COL-300' $$, 'PT422', 'container_is_whole', 'half a crate of bottles would be half a crate');
select lives_ok($$ update products set allows_fractions = true where sku = 'WAT-500' $$, 'what is whole and comes in no container can get parts');
select tests.sign_out();
select lives_ok($$ insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
  values (tests.tenant('acme'), tests.depot(), tests.product('WAT-500'), -0.5, 'adjustment', 'test', tests.depot()) $$, 'from then on');

select * from finish();
rollback;
