begin;
select plan(29);

-- Goods were delivered, one crate came back, money was taken at the door and more came later; another order waits.
select tests.remember('order', tests.allocated('Gikomba Traders', 'COL-300', 10));
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select tests.deliver(tests.id('order'), 10, null, tests.lines('EMP-CRATE24', 4), '{"method": "cash", "amount": 3000}');
select tests.sign_in('finance@acme.test');
select issue_invoice((select i.id from invoices i where i.order_id = tests.id('order')));
select tests.sign_out();
select tests.remember('invoice', (select i.id from invoices i where i.order_id = tests.id('order')));
select tests.remember('money', tests.money('Gikomba Traders', 700));
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('money'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 450)));
select tests.sign_out();
select tests.remember('next', tests.allocated('Gikomba Traders', 'COL-300', 3));
select tests.sign_in('driver@acme.test');
select tests.remember('toll', (record_trip_expense(tests.id('trip'), (select c.id from expense_categories c where c.name = 'Toll'), 90)).id);
select tests.remember('settlement', (submit_settlement(tests.id('trip'), 2900)).id);
select tests.sign_in('finance@acme.test');
select approve_expense(tests.id('toll'));
select approve_settlement(tests.id('settlement'), 2900);

select tests.sign_in('owner@acme.test');
create function pg_temp.explained(figure text, id uuid, moment timestamptz default null) returns numeric language sql as $$
  select coalesce(sum(amount), 0) from explain_figure(figure, id, moment)
$$;
create function pg_temp.row_of(sku text) returns uuid language sql as $$
  select i.id from inventory i where i.warehouse_id = tests.depot() and i.product_id = tests.product(sku) and i.condition = 'good'
$$;
select is(pg_temp.explained('customer_credit_used', tests.customer('Gikomba Traders')), (customer_credit(tests.customer('Gikomba Traders')) ->> 'used')::numeric, 'credit used');
select is(pg_temp.explained('customer_balance', tests.customer('Gikomba Traders')),
  (select sum(i.balance) from invoices i where i.customer_id = tests.customer('Gikomba Traders')) - (select sum(p.unallocated) from payments p where p.customer_id = tests.customer('Gikomba Traders') and p.status = 'approved'), 'the balance of a customer');
select is(pg_temp.explained('customer_deposits', tests.customer('Gikomba Traders')), (select sum(b.deposit_amount) from container_balances b where b.holder_id = tests.customer('Gikomba Traders')), 'his deposits');
select isnt(pg_temp.explained('customer_deposits', tests.customer('Gikomba Traders')), 0::numeric, 'of which there are some');
select results_eq($$ select i.id, pg_temp.explained('stock_on_hand', i.id), pg_temp.explained('stock_reserved', i.id) from inventory i order by i.id $$,
  $$ select i.id, i.on_hand, i.reserved from inventory i order by i.id $$, 'stock and what is reserved of it, everywhere');
select is(pg_temp.explained('stock_reserved', pg_temp.row_of('COL-300')), 3::numeric, 'of which some is reserved');
select results_eq($$ select o.id, pg_temp.explained('order_total', o.id) from orders o order by o.id $$, $$ select o.id, o.total from orders o order by o.id $$, 'orders');
select is(pg_temp.explained('invoice_total', tests.id('invoice')), (select i.total from invoices i where i.id = tests.id('invoice')), 'an invoice');
select is(pg_temp.explained('invoice_balance', tests.id('invoice')), (select i.balance from invoices i where i.id = tests.id('invoice')), 'what it has open');
select is(pg_temp.explained('payment_unallocated', tests.id('money')), 250::numeric, 'what a payment has left');
select is(pg_temp.explained('settlement_billed', tests.id('settlement')), (select s.billed from settlements s where s.id = tests.id('settlement')), 'what a van billed');
select is(pg_temp.explained('settlement_cash', tests.id('settlement')), 3000::numeric, 'what it took');
select is(pg_temp.explained('settlement_spent', tests.id('settlement')), 90::numeric, 'what was spent of that');
select is(pg_temp.explained('settlement_difference', tests.id('settlement')), -10::numeric, 'what is missing of it');

select results_eq($$ select v.id, pg_temp.explained('stock_value', v.id) from stock_valuation v order by v.id $$, $$ select v.id, v.value from stock_valuation v order by v.id $$, 'what stock is worth');
select is(pg_temp.explained('stock_value', pg_temp.row_of('COL-300'), now() - interval '29 days'), (select 400 * c.cost_price from product_costs c where c.product_id = tests.product('COL-300')), 'and was');
select is(pg_temp.explained('order_margin', tests.id('order')), (select o.subtotal - 10 * c.cost_price from orders o, product_costs c where o.id = tests.id('order') and c.product_id = tests.product('COL-300')), 'what an order leaves');
select is(pg_temp.explained('invoice_margin', tests.id('invoice')), pg_temp.explained('order_margin', tests.id('order')), 'and its invoice');
select is(pg_temp.explained('order_margin', tests.id('next')), 0::numeric, 'nothing before it is delivered');
select is((select array_agg(document || ' ' || number order by number) from explain_figure('invoice_balance', tests.id('invoice')) where document = 'payment' and amount = -450),
  (select array['payment ' || p.number] from payments p where p.id = tests.id('money')), 'a row names its document');
select is(pg_temp.explained('stock_on_hand', pg_temp.row_of('COL-300'), now() - interval '29 days'), 400::numeric, 'a figure with a past is told as it was');
select throws_ok($$ select explain_figure('order_total', tests.id('order'), now()) $$, 'PT422', 'figure_has_no_past', 'one without is not');
select throws_ok($$ select explain_figure('luck', tests.id('order')) $$, 'PT404', 'figure_unknown', 'a figure that there is not');
select throws_ok($$ select explain_figure('order_total', tests.id('invoice')) $$, 'PT404', 'record_not_found', 'a record that there is not');

-- Many rows.
select tests.sign_out();
insert into inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
select i.tenant_id, i.warehouse_id, i.product_id, i.condition, 1, 'adjustment', 'adjustment', i.id from inventory i, generate_series(1, 600) where i.id = pg_temp.row_of('COL-300');
select tests.sign_in('owner@acme.test');
select is(pg_temp.explained('stock_on_hand', pg_temp.row_of('COL-300')), (select on_hand from inventory where id = pg_temp.row_of('COL-300')), 'of many rows the sum stays');
select is((select count(*)::text || ' ' || max(number) filter (where what = 'earlier') from explain_figure('stock_on_hand', pg_temp.row_of('COL-300'))), '501 102', 'the earlier ones are one row that says how many they are');

select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select explain_figure('customer_balance', tests.customer('Gikomba Traders')) $$, '42501', 'permission_denied', 'who may not see money is told none');
select throws_ok($$ select explain_figure('order_margin', tests.id('order')) $$, '42501', 'permission_denied', 'nor what is earned');
select tests.sign_out();
update memberships set territory_id = (select id from territories where tenant_id = tests.tenant('acme') and code = 'KLF') where id = tests.membership('sales@acme.test');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select explain_figure('customer_credit_used', tests.customer('Gikomba Traders')) $$, 'PT404', 'record_not_found', 'who is limited to a territory is told of its customers only');

select * from finish();
rollback;
