begin;
select plan(21);

update products set order_minimum = 10, order_maximum = 40, order_multiple = 5 where id = tests.product('COL-300');
update products set allows_fractions = true where id = tests.product('EMP-CRATE24');
update products set allows_fractions = true, order_multiple = 0.25 where id = tests.product('ORG-300');

create function pg_temp.told(command text) returns text language plpgsql as $$
declare detail text;
begin
  execute command;
  return 'accepted';
exception when sqlstate 'PT422' then
  get stacked diagnostics detail = pg_exception_detail;
  return (select string_agg(format('%s %s %s', l ->> 'line', l ->> 'problem', l -> 'allowed'), ', ' order by l ->> 'line') from jsonb_array_elements(detail::jsonb -> 'lines') l);
end $$;
create function pg_temp.placed(lines jsonb) returns text language sql as
$$ select pg_temp.told(format('select create_order(tests.customer(%L), tests.depot(), %L)', 'Kilimani Mini Mart', lines)) $$;

select tests.sign_in('sales@acme.test');
select is(pg_temp.placed(tests.lines('COL-300', 10)), 'accepted', 'the least is enough');
select is(pg_temp.placed(tests.lines('COL-300', 40)), 'accepted', 'the most is not too much');
select is(pg_temp.placed(tests.lines('COL-300', 5)), '1 quantity_below_minimum [10]', 'less than the least');
select is(pg_temp.placed(tests.lines('COL-300', 45)), '1 quantity_above_maximum [40]', 'more than the most');
select is(pg_temp.placed(tests.lines('GIN-300', 1) || tests.lines('COL-300', 12)), '2 quantity_not_a_multiple [10, 15]', 'between two steps, with the line and both neighbours');
select is(pg_temp.placed(tests.lines('GIN-300', 2.5)), '1 quantity_not_whole [2, 3]', 'crates are not cut');
select is(pg_temp.placed(tests.lines('GIN-300', 0.5)), '1 quantity_not_whole [1]', 'nor is one of them');
select is(pg_temp.placed(tests.lines('ORG-300', 1.75)), 'accepted', 'what can be cut is ordered in parts');
select is(pg_temp.placed(tests.lines('ORG-300', 1.6)), '1 quantity_not_a_multiple [1.5, 1.75]', 'of the size of its step');
select is(pg_temp.placed(tests.lines('COL-300', 5) || tests.lines('COL-300', 5)), 'accepted', 'lines of one product count together');
select is(pg_temp.placed(tests.lines('COL-300', 40) || tests.lines('COL-300', 10)), '1 quantity_above_maximum [40], 2 quantity_above_maximum [40]', 'also against the most');
select is(pg_temp.placed(jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', 1, 'pack_id', (select id from product_packs where product_id = tests.product('COL-300'))))),
  '1 quantity_above_maximum [40]', 'a pallet is sixty crates');
select is(pg_temp.told(format('select quote_order(tests.customer(%L), tests.depot(), %L)', 'Kilimani Mini Mart', tests.lines('COL-300', 12))), '1 quantity_not_a_multiple [10, 15]', 'a quotation says so before anybody sends');

-- Amended.
select tests.remember('order', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 20))).id);
select is(pg_temp.told(format('select amend_order(tests.id(%L), %L)', 'order', tests.lines('COL-300', 22))), '1 quantity_not_a_multiple [20, 25]', 'an amendment keeps to it as well');
select is(pg_temp.told(format('select amend_order(tests.id(%L), %L)', 'order', tests.lines('COL-300', 25))), 'accepted', 'or takes the next step');

-- The rule came later.
select tests.sign_out();
update products set order_minimum = 30, order_multiple = 10 where id = tests.product('COL-300');
select tests.sign_in('sales@acme.test');
select is(pg_temp.told(format('select amend_order(tests.id(%L), %L)', 'order', tests.lines('COL-300', 25) || tests.lines('GIN-300', 1))), 'accepted', 'an order keeps what it had when the rule came');
select is(pg_temp.told(format('select amend_order(tests.id(%L), %L)', 'order', tests.lines('COL-300', 24))), '1 quantity_below_minimum [30]', 'but nothing else');
select lives_ok($$ select submit_order(tests.id('order')) $$, 'and is submitted');

-- A shortfall is split between two steps.
select tests.sign_out();
update products set order_minimum = null, order_maximum = null, order_multiple = 6 where id = tests.product('TON-300');
select tests.remember('order', tests.approved('Westlands Wholesalers', 'TON-300', ceil((tests.stock('TON-300') - tests.reserved('TON-300')) / 6) * 6 + 6, true));
select tests.sign_in('dispatcher@acme.test');
select lives_ok($$ select allocate_order(tests.id('order')) $$, 'what is there is allocated');
select is((select mod(quantity, 6) from order_items where order_id = tests.id('order')), 0.000, 'in whole steps');
select is((select mod(i.quantity, 6) from order_items i join orders o on o.id = i.order_id where o.backorder_of_id = tests.id('order')), 0.000, 'and so is what follows later');

select * from finish();
rollback;
