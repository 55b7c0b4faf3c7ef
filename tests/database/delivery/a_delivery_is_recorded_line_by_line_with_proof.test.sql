begin;
select plan(17);

select tests.sign_in('sales@acme.test');
select tests.remember('order', (create_order(tests.customer('Karen Country Kiosk'), tests.depot(), tests.lines('COL-300', 10) || tests.lines('WAT-500', 4), submit => true)).id);
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('order'));
select allocate_order(tests.id('order'));
select tests.sign_out();
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select tests.sign_in('driver@acme.test');
select tests.remember('cola', (select id from order_items where order_id = tests.id('order') and line_number = 1));
select tests.remember('water', (select id from order_items where order_id = tests.id('order') and line_number = 2));
create function pg_temp.deliver(cola jsonb, water jsonb, signature text default tests.signature()) returns text language sql as $$
  select (public.complete_delivery(tests.id('order'), jsonb_build_array(
    jsonb_build_object('order_item_id', tests.id('cola')) || cola, jsonb_build_object('order_item_id', tests.id('water')) || water), 'Ann', signature)).status::text $$;
select throws_ok($$ select complete_delivery(tests.id('order'), jsonb_build_array(jsonb_build_object('order_item_id', tests.id('cola'), 'delivered', 10)), 'Ann', tests.signature()) $$, 'PT422', 'delivery_lines_incomplete', 'every line has a quantity');
select throws_ok($$ select pg_temp.deliver('{"delivered": 11}', '{"delivered": 4}') $$, 'PT422', 'delivery_lines_incomplete', 'not more than was on the van');
select throws_ok($$ select pg_temp.deliver('{"delivered": -1}', '{"delivered": 4}') $$, 'PT422', 'delivery_lines_incomplete', 'not less than nothing');
select throws_ok($$ select pg_temp.deliver('{"delivered": "NaN"}', '{"delivered": 4}') $$, 'PT422', 'delivery_lines_incomplete', 'no number that is none');
select throws_ok($$ select pg_temp.deliver('{"delivered": 9}', '{"delivered": 4}') $$, 'PT422', 'refusal_without_reason', 'a refusal has a reason');
select throws_ok($$ select pg_temp.deliver('{"delivered": 9, "refused_reason": " "}', '{"delivered": 4}') $$, 'PT422', 'refusal_without_reason', 'a real one');
select throws_ok($$ select pg_temp.deliver('{"delivered": 0, "refused_reason": "x"}', '{"delivered": 0, "refused_reason": "x"}') $$, 'PT409', 'nothing_delivered', 'nothing is no delivery');
select throws_ok($$ select pg_temp.deliver('{"delivered": 10}', '{"delivered": 4}', null) $$, 'PT422', 'proof_missing', 'somebody signs');
select throws_ok($$ select pg_temp.deliver('{"delivered": 10}', '{"delivered": 4}', 'data:text/html;base64,PGI+') $$, 'PT422', 'proof_invalid', 'with a picture');
select throws_ok($$ select complete_delivery(tests.id('order'), '5', 'Ann', tests.signature()) $$, 'PT422', 'input_invalid', 'lines are a list');
select is(pg_temp.deliver('{"delivered": 9, "refused_reason": "Leaking"}', '{"delivered": 0, "refused_reason": "Not ordered"}'), 'delivered', 'part of it is delivered');
select is((select array_agg(quantity_delivered order by line_number) from order_items where order_id = tests.id('order')), array[9, 0]::numeric(14,3)[], 'line by line');
select is((select array_agg(difference || ' ' || explanation order by difference) from variances where order_id = tests.id('order')), array['-4.000 Not ordered', '-1.000 Leaking'], 'each difference is a variance with its reason');
select throws_ok($$ select pg_temp.deliver('{"delivered": 10}', '{"delivered": 4}') $$, 'PT409', 'order_transition_illegal', 'a delivery is recorded once');
select tests.sign_out();
select is(tests.stock('COL-300', tests.van()), 1.000, 'the refused crate is on the van');
select is(tests.stock('WAT-500', tests.van()), 4.000, 'and the water');
select is((select array_agg(quantity || ' x ' || unit_price order by line_number) from invoice_items i join invoices v on v.id = i.invoice_id where v.order_id = tests.id('order') and not is_deposit), array['9.000 x 780.00'], 'the invoice is about what was taken');

select * from finish();
rollback;
