begin;
select plan(5);

update products set allows_fractions = true where id = tests.product('EMP-CRATE24');
update products set allows_fractions = true where id = tests.product('COL-300');
select tests.sign_in('sales@acme.test');
create function pg_temp.price(lines jsonb) returns numeric language sql as
$$ select (q -> 'lines' -> 0 ->> 'unit_price')::numeric from quote_order(tests.customer('Westlands Wholesalers'), tests.depot(), lines) q $$;
select is(pg_temp.price(tests.lines('COL-300', 49)), 741.00, 'one crate less than the step');
select is(pg_temp.price(tests.lines('COL-300', 50)), 718.00, 'exactly the step');
select is(pg_temp.price(tests.lines('COL-300', 0.5)), 780.00, 'below the first step the list does not apply');
select is(pg_temp.price(jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', 1, 'pack_id', (select id from product_packs where product_id = tests.product('COL-300'))))), 718.00, 'one pallet is sixty crates');
select is((select (q -> 'lines' -> 0 ->> 'quantity')::numeric from quote_order(tests.customer('Westlands Wholesalers'), tests.depot(), jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', 1, 'pack_id', (select id from product_packs where product_id = tests.product('COL-300'))))) q), 60.000, 'and is counted in crates');

select * from finish();
rollback;
