begin;
select plan(12);

select tests.sign_in('sales@acme.test');
create function pg_temp.problems(lines jsonb) returns text language plpgsql as $$
declare detail text;
begin
  perform public.create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), lines);
  return 'accepted';
exception when sqlstate 'PT422' then
  get stacked diagnostics detail = pg_exception_detail;
  return sqlerrm || coalesce(': ' || (select string_agg((l ->> 'line') || ' ' || (l ->> 'problem'), ', ' order by l ->> 'line') from jsonb_array_elements(case jsonb_typeof(detail::jsonb -> 'lines') when 'array' then detail::jsonb -> 'lines' end) l), '');
end $$;
select is(pg_temp.problems('[]'), 'lines_invalid', 'no lines');
select is(pg_temp.problems('{"product_id": 1}'), 'lines_invalid', 'no list');
select is(pg_temp.problems('[1, null, "x", {}]'), 'lines_invalid: 1 product_unknown, 2 product_unknown, 3 product_unknown, 4 product_unknown', 'no objects');
select is(pg_temp.problems(tests.lines('COL-300', 1) || tests.lines('COL-300', 0) || tests.lines('COL-300', -1)), 'lines_invalid: 2 quantity_not_positive, 3 quantity_not_positive', 'quantities that are none');
select is(pg_temp.problems(tests.lines('COL-300', 1.0005) || tests.lines('COL-300', 100000000)), 'lines_invalid: 1 quantity_has_more_than_three_decimals, 2 quantity_too_large', 'quantities that cannot be kept');
select is(pg_temp.problems(jsonb_build_array(jsonb_build_object('product_id', tests.product('GAS-06', 'globex'), 'quantity', 1), jsonb_build_object('product_id', gen_random_uuid(), 'quantity', 1))), 'lines_invalid: 1 product_unknown, 2 product_unknown', 'a product of another company is as unknown as any');
select is(pg_temp.problems(jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', 1, 'pack_id', (select id from product_packs where product_id = tests.product('ORG-300'))))), 'lines_invalid: 1 pack_unknown', 'the pack of another product');
select is(pg_temp.problems(jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', 'NaN'), jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', 1e308))), 'lines_invalid: 1 quantity_not_positive, 2 quantity_not_positive', 'numbers that are none');
select is((select count(*) from orders), 0::bigint, 'and no order is left behind');
select throws_ok($$ select create_order(tests.customer('South B Gas Point', 'globex'), tests.depot(), tests.lines('COL-300', 1)) $$, 'PT404', 'record_not_found', 'a customer of another company is unknown');
select throws_ok($$ select create_order(gen_random_uuid(), tests.depot(), tests.lines('COL-300', 1)) $$, 'PT404', 'record_not_found', 'like one that does not exist');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.van(), tests.lines('COL-300', 1)) $$, 'PT422', 'warehouse_not_available', 'nobody orders from a van');

select * from finish();
rollback;
