begin;
select plan(24);

-- Three days in March 2025, in Nairobi (three hours ahead of UTC), worked out by hand. A line is so many at 100, with 16 of tax.
select tests.remember('delivered', tests.allocated('Gikomba Traders', 'COL-300', 5));
select tests.remember('short', tests.allocated('Gikomba Traders', 'COL-300', 10));
select tests.remember('late', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.on_the_road(array[tests.id('delivered'), tests.id('short'), tests.id('late')]);
select tests.deliver(tests.id('delivered'), 5);
select tests.deliver(tests.id('short'), 9, 'One is broken');
select tests.deliver(tests.id('late'), 1);
select tests.remember('draft', tests.draft('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('pending', tests.pending('Kilimani Mini Mart', 'COL-300', 2));
select tests.remember('missed', tests.allocated('Kilimani Mini Mart', 'COL-300', 3));
select tests.remember('not_yet', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('cancelled', tests.pending('Kilimani Mini Mart', 'COL-300', 7));
select tests.remember('day_before', tests.pending('Kilimani Mini Mart', 'COL-300', 4));
select tests.remember('day_after', tests.pending('Kilimani Mini Mart', 'COL-300', 50));
select tests.sign_in('sales@acme.test');
select cancel_order(tests.id('cancelled'), 'Ordered twice');
select tests.sign_in('finance@acme.test');
select issue_invoice(i.id) from invoices i where i.order_id in (tests.id('delivered'), tests.id('short'), tests.id('late'));
select tests.sign_out();

-- Only who arranges the past writes it: no trigger looks.
set local session_replication_role = replica;
update order_items l set unit_price = 100, tax_rate = 16, price_includes_tax = false;
update orders o set created_at = p.entered::timestamptz, requested_on = p.wanted::date, delivered_at = p.done::timestamptz,
  subtotal = 100 * p.quantity, tax_total = 16 * p.quantity
from (values
  ('draft', 1, '2025-03-10 00:30+03', null, null),
  ('pending', 2, '2025-03-10 09:10+03', '2025-03-10', null),
  ('delivered', 5, '2025-03-11 09:15+03', '2025-03-12', '2025-03-12 23:30+03'),
  ('short', 10, '2025-03-11 10:00+03', '2025-03-12', '2025-03-12 11:00+03'),
  ('late', 1, '2025-03-11 11:00+03', '2025-03-11', '2025-03-12 00:10+03'),
  ('missed', 3, '2025-03-12 12:00+03', '2025-03-12', null),
  ('not_yet', 1, '2025-03-12 08:00+03', '2025-03-13', null),
  ('cancelled', 7, '2025-03-12 23:59+03', '2025-03-12', null),
  ('day_before', 4, '2025-03-09 23:59+03', null, null),
  ('day_after', 50, '2025-03-13 00:00+03', null, null)
) p (name, quantity, entered, wanted, done)
where o.id = tests.id(p.name);
update invoices i set issued_on = p.issued::date, due_on = p.issued::date + 5, subtotal = p.net, tax_total = 0, deposit_total = 0, status = p.status::public.invoice_status, status_reason = 'Test'
from (values ('delivered', '2025-03-12', 500, 'issued'), ('short', '2025-03-10', 900, 'issued'), ('late', '2025-03-12', 100, 'void')) p (name, issued, net, status)
where i.order_id = tests.id(p.name);
insert into credit_notes (tenant_id, number, invoice_id, customer_id, status, reason, currency, issued_on, subtotal)
select i.tenant_id, 'CN-TEST', i.id, i.customer_id, 'issued', 'Broken', 'KES', '2025-03-12', 50 from invoices i where i.order_id = tests.id('short');
set local session_replication_role = origin;

create function pg_temp.shown(variadic path text[]) returns jsonb language sql as $$ select dashboard('2025-03-10', '2025-03-12') #> path $$;

select tests.sign_in('owner@acme.test');
select is(pg_temp.shown('orders', 'orders'), '8', 'orders of the days count, by the clock of the company');
select is(pg_temp.shown('orders', 'total'), '2668.00', 'they come to what was not stopped');
select is(pg_temp.shown('orders', 'days'), '[
  {"day": "2025-03-10", "delivered": 0, "open": 2, "stopped": 0, "total": 348.00},
  {"day": "2025-03-11", "delivered": 3, "open": 0, "stopped": 0, "total": 1856.00},
  {"day": "2025-03-12", "delivered": 0, "open": 2, "stopped": 1, "total": 464.00}]', 'each day has its own');
select is((select string_agg(s ->> 'stage' || ' ' || (s ->> 'orders'), ', ') from jsonb_array_elements(pg_temp.shown('orders', 'stages')) s),
  'entered 8, submitted 6, approved 5, dispatched 3, delivered 3', 'the funnel counts who has come how far');
select is(pg_temp.shown('orders', 'promised') - 'states', '{"until": "2025-03-12", "due": 4, "on_time": 2, "in_full": 2, "both": 1}', 'on time is by the end of the day, in full is every line');
select is(pg_temp.shown('orders_before', 'orders'), '1', 'the period before is as long, and ends the day before');
select is(pg_temp.shown('orders_before', 'days', '0', 'day'), '"2025-03-07"', 'it begins as many days earlier');
select is(pg_temp.shown('most', 'products', '0') - 'id' - 'name', '{"unit": "crate", "quantity": 22.000, "amount": 2200.00}', 'products add up without drafts and what was stopped');
select results_eq($$ select c ->> 'name', (c ->> 'orders')::integer, (c ->> 'total')::numeric from jsonb_array_elements(pg_temp.shown('most', 'customers')) c $$,
  $$ values ('Gikomba Traders', 2, 1740.00), ('Kilimani Mini Mart', 4, 812.00) $$, 'customers, the best first');
select is(pg_temp.shown('most', 'hours'), '[{"weekday": 1, "hour": 9, "orders": 1}, {"weekday": 2, "hour": 9, "orders": 1}, {"weekday": 2, "hour": 10, "orders": 1},
  {"weekday": 2, "hour": 11, "orders": 1}, {"weekday": 3, "hour": 8, "orders": 1}, {"weekday": 3, "hour": 12, "orders": 1}]', 'and when they order');
select is(pg_temp.shown('revenue', 'days'), '[{"day": "2025-03-10", "invoiced": 900.00, "credited": 0}, {"day": "2025-03-11", "invoiced": 0, "credited": 0},
  {"day": "2025-03-12", "invoiced": 500.00, "credited": 50.00}]', 'revenue is of the day of issue, nothing of what is void');
select is(pg_temp.shown('revenue', 'total'), '1350.00', 'and comes to what was invoiced less what was credited');
select is(pg_temp.shown('revenue_before', 'total'), '0', 'before there was none');
select is(pg_temp.shown('ageing', 'over_90'), '1400.00', 'what is open is as old as its due day says');
select is(pg_temp.shown('stock', 'balances'), to_jsonb((select count(*) from reorder_suggestions)), 'what is below its reorder point counts');

-- Stock: 20 of a product are left where 50 should be.
select tests.sign_out();
update inventory i set reorder_point = i.available + 30 where i.warehouse_id = tests.depot() and i.product_id = tests.product('COL-300') and i.condition = 'good';
select tests.sign_in('owner@acme.test');
select is((select s - 'id' - 'reorder_point' - 'available' from jsonb_array_elements(pg_temp.shown('stock', 'first')) s where s ->> 'product' = (select name from products where id = tests.product('COL-300'))),
  jsonb_build_object('unit', 'crate', 'warehouse', (select name from warehouses where id = tests.depot()), 'product', (select name from products where id = tests.product('COL-300')),
    'suggested', (select reorder_point + 30 from inventory where warehouse_id = tests.depot() and product_id = tests.product('COL-300') and condition = 'good')), 'with what brings it up again');

select throws_ok($$ select dashboard('2025-03-12', '2025-03-10') $$, 'PT422', 'period_not_valid', 'a period has its end after its begin');
select throws_ok($$ select dashboard('2024-01-01', '2025-03-10') $$, 'PT422', 'period_not_valid', 'and is no longer than a year');
select throws_ok($$ select dashboard('-infinity', '2025-03-10') $$, 'PT422', 'period_not_valid', 'nor without end');

-- Rights.
select tests.sign_in('driver@acme.test');
select is((select array_agg(k order by k) from jsonb_each(dashboard('2025-03-10', '2025-03-12')) e (k, v) where v = 'null'), '{ageing,revenue,revenue_before,stock}', 'who may not see invoices and stock has no figures of them');
select is(pg_temp.shown('orders', 'orders'), '3', 'a driver counts the orders of his trips');
select tests.sign_in('customer@acme.test');
select is(pg_temp.shown('orders', 'orders'), null, 'a customer none of it');
select tests.sign_in('owner@globex.test');
select is(pg_temp.shown('orders', 'orders'), '0', 'and nobody those of another company');
select is(pg_temp.shown('revenue', 'total'), '0', 'nor its revenue');

select * from finish();
rollback;
