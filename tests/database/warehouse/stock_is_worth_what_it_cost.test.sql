begin;
select plan(33);

create function pg_temp.worth(sku text, place uuid default tests.depot('KLF'), condition stock_condition default 'good') returns numeric language sql stable security definer as $$
  select coalesce((select v.value from stock_values v where v.product_id = tests.product(sku) and v.warehouse_id = place and v.condition = worth.condition), 0)
$$;
create function pg_temp.adjusted(sku text, quantity numeric, unit_cost numeric default null, reason text default 'Correction', happened interval default null, condition stock_condition default 'good') returns uuid language plpgsql as $$
declare
  adjustment uuid;
begin
  perform tests.sign_in('admin@acme.test');
  adjustment := (create_adjustment(tests.depot('KLF'), tests.reason(reason), jsonb_build_array(jsonb_strip_nulls(
    jsonb_build_object('product_id', tests.product(sku), 'quantity', quantity, 'unit_cost', unit_cost, 'condition', condition))), occurred_at => now() - happened)).id;
  perform submit_adjustment(adjustment);
  perform tests.sign_in('manager@acme.test');
  perform approve_adjustment(adjustment);
  perform apply_adjustment(adjustment);
  perform tests.sign_out();
  return adjustment;
end $$;
create function pg_temp.reversed(adjustment uuid) returns void language plpgsql as $$
begin
  perform tests.sign_in('manager@acme.test');
  perform reverse_adjustment(adjustment, 'Not so');
  perform tests.sign_out();
end $$;
create function pg_temp.cost_of(sku text, cost numeric) returns void language plpgsql as $$
begin
  update product_costs set cost_price = cost where product_id = tests.product(sku);
  if not found then
    insert into product_costs (tenant_id, product_id, cost_price) values (tests.tenant('acme'), tests.product(sku), cost);
  end if;
end $$;
insert into products (tenant_id, sku, name, unit, base_price) values (tests.tenant('acme'), 'OIL', 'Oil', 'tin', 100), (tests.tenant('acme'), 'RICE', 'Rice', 'bag', 100);

-- The average moves with every receipt; what leaves takes its part; the last unit takes the rest.
select pg_temp.adjusted('OIL', 10, 5);
select is(pg_temp.worth('OIL'), 50.00, 'a receipt is worth what it cost');
select pg_temp.adjusted('OIL', 5, 8);
select is(pg_temp.worth('OIL'), 90.00, 'the next one adds to it');
select pg_temp.adjusted('OIL', -4);
select is(pg_temp.worth('OIL'), 66.00, 'what leaves is worth the average');
select pg_temp.adjusted('RICE', 3, 3.33);
select pg_temp.adjusted('RICE', 4, 2.5);
select pg_temp.adjusted('RICE', -2);
select is(pg_temp.worth('RICE'), 14.28, '19.99 for seven: two of them are 5.71');
select pg_temp.adjusted('RICE', -4);
select is(pg_temp.worth('RICE'), 2.86, 'to the cent');
select pg_temp.adjusted('RICE', -1);
select is(pg_temp.worth('RICE'), 0.00, 'the last one takes the rest');
select pg_temp.adjusted('RICE', 2);
select is(pg_temp.worth('RICE'), 0.00, 'what nobody knows the cost of is worth nothing');
select pg_temp.adjusted('RICE', -2);
select pg_temp.cost_of('RICE', 7.77);
select pg_temp.adjusted('RICE', 3);
select is(pg_temp.worth('RICE'), 23.31, 'a receipt that names no cost has that of the product');

-- What an adjustment brought goes with it when it is taken back, and what it took comes back.
select tests.remember('wrong', pg_temp.adjusted('OIL', 10, 9));
select pg_temp.reversed(tests.id('wrong'));
select is(pg_temp.worth('OIL'), 66.00, 'a receipt that is taken back takes what it brought');
select tests.remember('wrong', pg_temp.adjusted('OIL', -3));
select pg_temp.adjusted('OIL', 1, 100);
select pg_temp.reversed(tests.id('wrong'));
select is(pg_temp.worth('OIL'), 166.00, 'and what left comes back at the cost it left with');

-- Another condition, another place.
select tests.remember('inspected', (select (create_adjustment(tests.depot('KLF'), tests.reason('Inspected'), jsonb_build_array(
  jsonb_build_object('product_id', tests.product('RICE'), 'quantity', -1), jsonb_build_object('product_id', tests.product('RICE'), 'quantity', 1, 'condition', 'suspect')))).id from tests.sign_in('warehouse@acme.test')));
select pg_temp.cost_of('RICE', 50) from tests.sign_out();
select tests.sign_in('warehouse@acme.test');
select submit_adjustment(tests.id('inspected'));
select tests.sign_in('manager@acme.test');
select approve_adjustment(tests.id('inspected'));
select apply_adjustment(tests.id('inspected'));
select tests.sign_out();
select results_eq($$ select pg_temp.worth('RICE'), pg_temp.worth('RICE', condition => 'suspect') $$, $$ values (15.54, 7.77) $$, 'goods that change their condition keep their cost');
select tests.remember('moved', (select (create_transfer(tests.depot('KLF'), tests.depot(), tests.lines('OIL', 6))).id from tests.sign_in('warehouse@acme.test')));
select dispatch_transfer(tests.id('moved'));
select tests.sign_out();
select results_eq($$ select pg_temp.worth('OIL'), pg_temp.worth('OIL', tests.transit()) $$, $$ values (83.00, 83.00) $$, 'a transfer takes its cost along');
select pg_temp.cost_of('OIL', 1);
select tests.remember('cheap', (select (create_transfer(tests.depot('KLF'), tests.depot(), tests.lines('OIL', 1))).id from tests.sign_in('warehouse@acme.test')));
select dispatch_transfer(tests.id('cheap'));
select tests.sign_out();
select pg_temp.adjusted('OIL', -5);
select tests.sign_in('manager@acme.test');
select receive_part_transfer(tests.id('moved'), tests.lines('OIL', 4));
select tests.sign_out();
select results_eq($$ select pg_temp.worth('OIL', tests.depot()), pg_temp.worth('OIL', tests.transit()) $$, $$ values (55.33, 41.50) $$, 'part by part, each transfer its own: 83 for six');
select tests.sign_in('manager@acme.test');
select receive_transfer(tests.id('moved'), '[]', 'Two broke');
select receive_transfer(tests.id('cheap'), tests.lines('OIL', 1));
select tests.sign_out();
select results_eq($$ select pg_temp.worth('OIL', tests.depot()), pg_temp.worth('OIL', tests.transit()) $$, $$ values (69.16, 0.00) $$, 'what is lost takes the rest');

-- Sold and brought back: at the cost it left with, whatever it costs by now.
select pg_temp.cost_of('COL-300', 10);
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 5));
select tests.on_the_road(array[tests.id('order')]);
select tests.deliver(tests.id('order'), 5);
create function pg_temp.sold() returns numeric language sql stable as $$
  select -sum(m.value) from inventory_transactions t join private.movement_values m on m.tenant_id = t.tenant_id and m.movement_id = t.id
  where t.product_id = tests.product('COL-300') and (t.reference_id = tests.id('order') or t.kind = 'return')
$$;
select set_config('tests.cost', pg_temp.sold()::text, true);
select ok(current_setting('tests.cost')::numeric > 0, 'what was delivered took its cost along');
select pg_temp.cost_of('COL-300', 999);
create function pg_temp.returned(back_again numeric) returns void language plpgsql as $$
declare
  back uuid;
begin
  perform tests.sign_in('sales@acme.test');
  back := (request_return(tests.customer('Kilimani Mini Mart'), (select jsonb_agg(jsonb_build_object('order_item_id', i.id, 'quantity', back_again)) from order_items i where i.order_id = tests.id('order')), 'unsold')).id;
  perform tests.sign_in('manager@acme.test');
  perform approve_return(back);
  perform tests.sign_in('warehouse@acme.test');
  perform receive_return(back, (select jsonb_agg(jsonb_build_object('return_item_id', i.id, 'good', back_again - 1, 'suspect', 1, 'defective', 0)) from return_items i where i.return_id = back));
  perform tests.sign_out();
end $$;
select pg_temp.returned(2);
select is(pg_temp.sold(), round(current_setting('tests.cost')::numeric * 3 / 5, 2), 'two of five come back at the cost they left with');
select pg_temp.returned(3);
select is(pg_temp.sold(), 0.00, 'and all five with all of it');

-- Counts: what is missing leaves at the average, what is found comes at it.
select pg_temp.adjusted('RICE', -2);
select pg_temp.adjusted('RICE', 4, 10);
select tests.remember('count', tests.begun(tests.count_of('RICE', 'KLF')));
select tests.counted(tests.id('count'), 'RICE', 5);
select tests.posted(tests.id('count'));
select is(pg_temp.worth('RICE'), 50.00, 'what a count finds is worth the average');

-- As of any moment, those found out late included.
insert into products (tenant_id, sku, name, unit, base_price) values (tests.tenant('acme'), 'SALT', 'Salt', 'bag', 100);
select pg_temp.adjusted('SALT', 10, 5, happened => '9 days');
select pg_temp.adjusted('SALT', 10, 9, happened => '5 days');
select pg_temp.adjusted('SALT', -10, happened => '7 days');
create function pg_temp.then(days integer) returns text language sql stable as $$
  select coalesce((select on_hand || ' for ' || value from stock_value_as_of(now() - make_interval(days => days, hours => -1), tests.depot('KLF')) where product_id = tests.product('SALT')), 'nothing')
$$;
grant execute on all functions in schema pg_temp to public;
select tests.sign_in('analyst@acme.test');
select is(pg_temp.then(9), '10.000 for 50.00', 'first ten');
select is(pg_temp.then(7), 'nothing', 'what was found out late took what was there then');
select is(pg_temp.then(5), '10.000 for 90.00', 'and left what came after it');
select is((select sum(value) from stock_value_as_of(clock_timestamp())), (select sum(value) from stock_valuation), 'now it is the valuation');
select tests.sign_out();

-- Refusals.
select tests.sign_in('warehouse@acme.test');
select throws_ok(format($$ select create_adjustment(tests.depot(), tests.reason('Found'), '[{"product_id": "%s", "quantity": 1, "unit_cost": 5}]') $$, tests.product('OIL')), '42501', 'permission_denied', 'who may not say what products cost does not');
select is((select count(*) from stock_valuation), 0::bigint, 'who works with stock does not see what it is worth');
select is((select count(*) from adjustment_costs), 0::bigint, 'nor what it cost');
select throws_ok($$ select * from stock_value_as_of(now()) $$, '42501', 'permission_denied', 'nor by asking');
select tests.sign_in('manager@acme.test');
select ok((select count(*) from stock_valuation) > 0, 'a manager does');
create function pg_temp.refused(cost text, quantity text default '1') returns text language plpgsql as $$
declare
  told text;
begin
  perform create_adjustment(tests.depot(), tests.reason('Correction'), format('[{"product_id": "%s", "quantity": %s, "unit_cost": %s}]', tests.product('OIL'), quantity, cost)::jsonb);
  return 'taken';
exception when others then
  get stacked diagnostics told = pg_exception_detail;
  return sqlerrm || ' ' || coalesce(told::jsonb #>> '{items,0,problem}', '');
end $$;
select is(pg_temp.refused('-1'), 'costs_invalid cost_not_readable', 'no cost is below nothing');
select is(pg_temp.refused('1.005'), 'costs_invalid cost_not_readable', 'or has part of a cent');
select is(pg_temp.refused('"NaN"'), 'costs_invalid cost_not_readable', 'or is no number');
select is(pg_temp.refused('5', '-1'), 'costs_invalid nothing_comes_in', 'what leaves has its own');
select tests.sign_out();
select throws_ok($$ update stock_values set value = value + 1 $$, 'PT409', 'balance_is_derived', 'nobody sets what stock is worth');
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'the books agree');

select * from finish();
rollback;
