begin;
select plan(16);

select tests.remember('small', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('large', tests.pending('Gikomba Traders', 'COL-300', 2));
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('small'));

create temporary table mine on commit drop as
select id, status, total, customer_id from orders;
grant select on mine to authenticated;

select results_eq(
  $$ select value, rows from summarise_list('orders', group_by => 'status') order by value $$,
  $$ select status::text, count(*) from mine group by 1 order by 1 $$,
  'every state with its number of orders'
);
select results_eq(
  $$ select rows, (totals ->> 'total')::numeric from summarise_list('orders', sums => '{total}') $$,
  $$ select count(*), sum(total) from mine $$,
  'all of them and what they come to'
);
select results_eq(
  $$ select rows from summarise_list('orders', jsonb_build_array(jsonb_build_object('column', 'id', 'in', jsonb_build_array(tests.id('small'), tests.id('large'))), '{"column": "status", "in": ["approved", "draft"]}'::jsonb)) $$,
  $$ values (1::bigint) $$,
  'several conditions all have to hold, several values are either'
);
select results_eq(
  $$ select rows from summarise_list('orders', jsonb_build_array(jsonb_build_object('any', jsonb_build_array(jsonb_build_object('column', 'id', 'in', jsonb_build_array(tests.id('small'))), jsonb_build_object('column', 'id', 'in', jsonb_build_array(tests.id('large'))))))) $$,
  $$ values (2::bigint) $$,
  'one of some conditions'
);
select results_eq(
  $$ select rows from summarise_list('orders', '[{"column": "total", "from": "0", "to": "0"}]') $$,
  $$ select count(*) from mine where total = 0 $$,
  'a range'
);
select results_eq(
  $$ select rows from summarise_list('orders', '[{"column": "requested_on", "empty": true}, {"column": "is_on_hold", "is": false}, {"column": "number", "like": "ORD-%"}]') $$,
  $$ select count(*) from orders where requested_on is null and not is_on_hold $$,
  'what is empty, what is so, and what has a text'
);
select results_eq(
  $$ select rows from summarise_list('orders', '[{"has": "customers", "own": "customer_id", "their": "id", "where": [{"column": "name", "in": ["Gikomba Traders"]}]}]') $$,
  $$ select count(*) from orders o join customers c on c.id = o.customer_id where c.name = 'Gikomba Traders' $$,
  'and what a row of another table says'
);
select throws_ok($$ select * from summarise_list('users; drop table orders') $$, 'PT422', 'input_invalid', 'no list of that name');
select throws_ok($$ select * from summarise_list('orders', group_by => 'status; select 1') $$, 'PT422', 'input_invalid', 'no column of that name');
select throws_ok($$ select * from summarise_list('orders', '[{"column": "total", "from": "much"}]') $$, 'PT422', 'input_invalid', 'no value of that kind');
select throws_ok($$ select * from summarise_list('orders', '[{"column": "total", "like": "1%"}]') $$, 'PT422', 'input_invalid', 'a number is no text');
select throws_ok($$ select * from summarise_list('orders', '[{"column": "total", "is": true}]') $$, 'PT422', 'input_invalid', 'and nothing that is so or not');
select throws_ok($$ select * from summarise_list('orders', sums => '{number}') $$, 'PT422', 'input_invalid', 'texts have no sum');
select throws_ok($$ select * from summarise_list('orders', '[{"any": [{"any": [{"any": [{"any": [{"column": "total", "is": true}]}]}]}]}]') $$, 'PT422', 'input_invalid', 'conditions are no deeper than people think');
select tests.sign_in('admin@globex.test');
select results_eq(
  $$ select rows from summarise_list('orders', jsonb_build_array(jsonb_build_object('column', 'id', 'in', jsonb_build_array(tests.id('small'))))) $$,
  $$ values (0::bigint) $$,
  'a stranger counts none of them'
);
select tests.sign_in('warehouse@acme.test');
select results_eq(
  $$ select rows from summarise_list('payments') $$, $$ select count(*) from payments $$,
  'and nobody counts what he may not see'
);

select * from finish();
rollback;
