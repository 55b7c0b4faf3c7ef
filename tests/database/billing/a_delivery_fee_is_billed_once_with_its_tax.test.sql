begin;
select plan(26);

create function pg_temp.fee(rule jsonb) returns void language sql security definer as $$
  update tenant_settings set business_rules = business_rules || jsonb_build_object('orders.delivery_fee', rule) where tenant_id = tests.tenant('acme')
$$;
create function pg_temp.totals(wanted text) returns text language sql as $$
  select subtotal || ' + ' || tax_total || ' = ' || total from orders where id = tests.id(wanted)
$$;
select tests.sign_in('manager@acme.test');
insert into taxes (name, percent) values ('VAT', 10);
select tests.sign_out();
select tests.remember('vat', (select id from taxes where tenant_id = tests.tenant('acme') and name = 'VAT'));

-- What the rule can be.
select throws_ok($$ select pg_temp.fee('{"amount": -1}') $$, 'PT422', 'input_invalid', 'nobody is paid for ordering');
select throws_ok($$ select pg_temp.fee('{"amount": 1.005}') $$, 'PT422', 'input_invalid', 'in cents');
select throws_ok($$ select pg_temp.fee('{"tax_id": null}') $$, 'PT422', 'input_invalid', 'with an amount');
select throws_ok($$ select pg_temp.fee(jsonb_build_object('amount', 1, 'tax_id', gen_random_uuid())) $$, 'PT404', 'record_not_found', 'and a tax of the company');

select pg_temp.fee(jsonb_build_object('amount', 200, 'tax_id', tests.id('vat')));
select tests.sign_in('sales@acme.test');
select is((quote_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', 10))) - 'lines' - 'credit' - 'similar',
  '{"delivery_fee": 200.00, "discount_total": 0, "subtotal": 7610.00, "tax_total": 1205.60, "total": 8815.60, "deposits": 4000.00}', 'who asks what an order costs is told of it');
select is((quote_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', 10), delivery_fee => 50)) ->> 'total', '8650.60', 'or of the one he types');
select tests.remember('order', (create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', 10))).id);
select is(pg_temp.totals('order'), '7610.00 + 1205.60 = 8815.60', 'the order has what was quoted');
select is((select order_taxes(o) from orders o where id = tests.id('order')), '[{"name": "Tax", "amount": 1185.60, "percent": 16.00}, {"name": "VAT", "amount": 20.00, "percent": 10}]', 'its tax by name');
select is((select sum(amount) from explain_figure('order_total', tests.id('order'))), 8815.60, 'and its total explains itself');
select throws_ok($$ select amend_order(tests.id('order'), delivery_fee => -1) $$, 'PT422', 'delivery_fee_is_bounded', 'never below zero');
select amend_order(tests.id('order'), delivery_fee => 100);
select is(pg_temp.totals('order'), '7510.00 + 1195.60 = 8705.60', 'one order may cost less to bring');
select amend_order(tests.id('order'), tests.lines('COL-300', 10));
select is(pg_temp.totals('order'), '7510.00 + 1195.60 = 8705.60', 'and keeps that when its lines change');
select submit_order(tests.id('order'));
select is(pg_temp.totals('order'), '7510.00 + 1195.60 = 8705.60', 'and when it is sent');
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('order'));
select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('order'));
select is((amend_order(tests.id('order'), delivery_fee => 500)).status::text, 'pending_approval', 'a dearer one is approved again');
select is(tests.reserved('COL-300'), 0.000, 'and holds no goods meanwhile');
select is((amend_order(tests.id('order'), delivery_fee => 100)).status::text, 'pending_approval', 'until somebody decides');
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('order'));
select tests.sign_in('admin@acme.test');
select allocate_order(tests.id('order'));
select tests.sign_out();

-- Part of it is delivered; bringing it costs the same.
select tests.on_the_road(array[tests.id('order')]);
select tests.sign_in('driver@acme.test');
select is((quote_delivery(tests.id('order'), tests.taken(tests.id('order'), 4), '[]')) - 'deposits' - 'total' - 'prepaid' - 'to_collect', '{"goods": 3438.24, "delivery_fee": 110.00}', 'the driver is told of both');
select tests.sign_out();
select tests.deliver(tests.id('order'), 4, 'Too many');
select tests.sign_in('finance@acme.test');
select tests.remember('invoice', (issue_invoice(id)).id) from invoices where order_id = tests.id('order');
select is((select subtotal || ' + ' || tax_total from invoices where id = tests.id('invoice')), '3064.00 + 484.24', 'the invoice charges it whole');
select is((select string_agg(product_name || ' ' || unit_price || ' ' || tax_amount, ', ') from invoice_items where invoice_id = tests.id('invoice') and is_fee), 'Delivery 100.00 10.00', 'on a line of its own');
select is((select sum(amount) from explain_figure('invoice_total', tests.id('invoice'))), (select total from invoices where id = tests.id('invoice')), 'and the total explains itself');
select void_invoice(tests.id('invoice'), 'Wrong day');
select is((select sum(amount) from explain_figure('customer_credit_used', tests.customer('Westlands Wholesalers'))) , (customer_credit(tests.customer('Westlands Wholesalers')) ->> 'used')::numeric, 'what waits to be billed again has it, too');
select tests.remember('again', (bill_order(tests.id('order'))).id);
select is((select subtotal || ' + ' || tax_total from invoices where id = tests.id('again')), '3064.00 + 484.24', 'billed again it is there once');
select issue_invoice(tests.id('again'));
select tests.remember('note', (credit_invoice(tests.id('again'), (select jsonb_build_array(jsonb_build_object('invoice_item_id', i.id, 'quantity', 1)) from invoice_items i where i.invoice_id = tests.id('again') and i.is_fee), 'Came late')).id);
select is((select subtotal || ' + ' || tax_total from credit_notes where id = tests.id('note')), '100.00 + 10.00', 'and can be given back');
select throws_ok($$ select credit_invoice(tests.id('again'), (select jsonb_build_array(jsonb_build_object('invoice_item_id', i.id, 'quantity', 1)) from invoice_items i where i.invoice_id = tests.id('again') and i.is_fee), 'Came late') $$, 'PT409', 'credit_exceeds', 'once');

-- Who is exempt, and a backorder.
select tests.sign_in('manager@acme.test');
update customers set tax_exemption_reason = 'Embassy', tax_exemption_certificate = 'EX-1' where id = tests.customer('Kilimani Mini Mart');
select tests.sign_out();
select pg_temp.fee(jsonb_build_object('amount', 220, 'tax_id', tests.id('vat'), 'includes_tax', true));
select tests.sign_in('sales@acme.test');
select is((quote_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1))) ->> 'delivery_fee', '200.00', 'who is exempt pays it without its tax');
select tests.sign_out();
select tests.remember('short', tests.approved('Westlands Wholesalers', 'COL-300', tests.stock('COL-300') + 10, true));
select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('short'));
select is((select string_agg(delivery_fee::text, ', ' order by number) from orders where id = tests.id('short') or backorder_of_id = tests.id('short')), '220.00, 0.00', 'what comes later is not paid for twice');

select * from finish();
rollback;
