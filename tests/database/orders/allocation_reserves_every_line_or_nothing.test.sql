begin;
select plan(5);

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
select is((select array_agg(quantity_reserved order by line_number) from order_items where order_id = tests.id('order')), array[5, 7]::numeric(14,3)[], 'each line knows its share');

select * from finish();
rollback;
