begin;
select plan(10);

select tests.sign_in('sales@acme.test');
select tests.remember('order', (create_order(tests.customer('Karen Country Kiosk'), tests.depot(), tests.lines('COL-300', 5) || tests.lines('ORG-300', 401) || tests.lines('GIN-300', 500), submit => true)).id);
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('order'));
create function pg_temp.short() returns text[] language plpgsql as $$
declare detail text;
begin
  perform public.allocate_order(tests.id('order'));
  return null;
exception when sqlstate 'PT409' then
  get stacked diagnostics detail = pg_exception_detail;
  return (select array_agg((s ->> 'sku') || ' ' || (s ->> 'available')::numeric::int order by s ->> 'sku') from jsonb_array_elements(detail::jsonb -> 'short') s);
end $$;
select is(pg_temp.short(), array['GIN-300 400', 'ORG-300 400'], 'every short product is named');
select is((select sum(reserved) from inventory), 0.000, 'nothing is reserved');
select amend_order(tests.id('order'), tests.lines('COL-300', 5) || tests.lines('COL-300', 7));
select is((allocate_order(tests.id('order'))).status::text, 'allocated', 'what is there is allocated');
select is(tests.reserved('COL-300'), 12.000, 'two lines of one product add up');
select is((select array_agg(i.quantity_reserved order by line_number) from order_items i where order_id = tests.id('order')), array[5, 7]::numeric[], 'each line knows its share');

create temporary table line as select to_jsonb(i) as content from order_items i where i.order_id = tests.id('order') and i.line_number = 1;
grant select on line to authenticated;
select is(quantity_reserved(jsonb_populate_record(null::order_items, content)), 5::numeric, 'a line is told what is set aside for it') from line;
select tests.sign_in('sales@globex.test');
select is(quantity_reserved(jsonb_populate_record(null::order_items, content)), 0::numeric, 'which is told to nobody who does not see the order') from line;
select tests.sign_out();
select throws_ok($$ update order_items set quantity = 4 where order_id = tests.id('order') and line_number = 1 $$, 'PT409', 'order_line_reserved', 'as long as it is set aside, a line asks for nothing else');
select throws_ok($$ update order_items set product_id = tests.product('GIN-300') where order_id = tests.id('order') and line_number = 1 $$, 'PT409', 'order_line_reserved', 'nor for another product');
select lives_ok($$ update order_items set unit_price = unit_price + 1 where order_id = tests.id('order') $$, 'its price is another matter');

select * from finish();
rollback;
