begin;
select plan(25);

-- The rule to the cent, for prices without and with the tax in them.
select is(private.line_net(3, 33.33, 17.5, false) || ' + ' || private.line_tax(3, 33.33, 17.5, false), '99.99 + 17.50', 'tax is added to what the line comes to');
select is(private.line_net(12, 10, 16, true) || ' + ' || private.line_tax(12, 10, 16, true), '103.45 + 16.55', 'or is taken out of it: the customer pays what was said');
select is((select string_agg(s.name || ' ' || s.amount, ', ') from private.split_tax('[{"name": "Levy", "percent": 1.5}, {"name": "VAT", "percent": 16}]', 17.5, 17.50) s), 'Levy 1.50, VAT 16.00', 'it is told by name');
select is((select sum(s.amount) from private.split_tax('[{"name": "A", "percent": 1}, {"name": "B", "percent": 1}, {"name": "C", "percent": 1}]', 3, 0.05) s), 0.05, 'and no cent is lost');
select is((select string_agg(s.name || ' ' || s.amount, ', ') from private.split_tax('[]', 16, 8) s), 'Tax 8.00', 'a rate without a name is tax');

-- Two taxes on cola; what shops pay in the city has the tax in it.
select tests.sign_in('manager@acme.test');
insert into taxes (name, percent) values ('VAT', 16), ('Levy', 1.5);
insert into price_lists (name, is_default, prices_include_tax, valid_from) values ('Shops', true, true, '2026-01-01');
insert into price_list_items (price_list_id, product_id, price) select l.id, tests.product(s), 999.99 from price_lists l, unnest(array['COL-300', 'ORG-300']) s where l.name = 'Shops';
select tests.sign_in('admin@acme.test');
update products set tax_ids = array(select id from taxes where name in ('VAT', 'Levy')) where id = tests.product('COL-300');

select tests.sign_in('sales@acme.test');
create function pg_temp.quoted(customer text) returns text language sql as $$
  select format('%s %s %s + %s = %s', q -> 'lines' -> 0 ->> 'unit_price', q -> 'lines' -> 0 ->> 'tax_rate', q ->> 'subtotal', q ->> 'tax_total', q ->> 'total')
  from quote_order(tests.customer(customer), tests.depot(), tests.lines('COL-300', 3)) q
$$;
select is(pg_temp.quoted('Kilimani Mini Mart'), '999.99 17.50 2553.17 + 446.80 = 2999.97', 'a quotation comes to what the list says');
select is(pg_temp.quoted('Westlands Wholesalers'), '741.00 17.50 2223.00 + 389.03 = 2612.03', 'on a list without it tax is added');

-- Frozen with the order, whatever becomes of the tax.
select tests.sign_out();
select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 3));
select tests.sign_in('manager@acme.test');
select change_tax((select id from taxes where name = 'VAT'), 'VAT', 8);
select is((select subtotal || ' + ' || tax_total || ' = ' || total from orders where id = tests.id('order')), '2553.17 + 446.80 = 2999.97', 'the order says the same');
select is((select order_taxes(o) from orders o where id = tests.id('order')), '[{"name": "Levy", "amount": 38.30, "percent": 1.5}, {"name": "VAT", "amount": 408.50, "percent": 16}]', 'by name, also when a tax has changed');
select is((select sum((t ->> 'amount')::numeric) from orders o, jsonb_array_elements(order_taxes(o)) t where o.id = tests.id('order')), 446.80, 'to the cent');

-- On the invoice, and on the credit note in two parts.
select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('order'));
select tests.sign_out();
select tests.on_the_road(array[tests.id('order')]);
select tests.deliver(tests.id('order'), 3);
select tests.sign_in('finance@acme.test');
select tests.remember('invoice', (issue_invoice(id)).id) from invoices where order_id = tests.id('order');
select is((select subtotal || ' + ' || tax_total from invoices where id = tests.id('invoice')), '2553.17 + 446.80', 'the invoice charges it');
select is((select invoice_taxes(i) from invoices i where id = tests.id('invoice')), '[{"name": "Levy", "amount": 38.30, "percent": 1.5}, {"name": "VAT", "amount": 408.50, "percent": 16}]', 'by name');
create function pg_temp.credited(quantity numeric) returns uuid language sql as $$
  select (credit_invoice(tests.id('invoice'), (select jsonb_build_array(jsonb_build_object('invoice_item_id', i.id, 'quantity', credited.quantity)) from invoice_items i where i.invoice_id = tests.id('invoice') and not i.is_deposit), 'Broken')).id
$$;
select tests.remember('first', pg_temp.credited(1));
select tests.remember('rest', pg_temp.credited(2));
select is((select subtotal || ' + ' || tax_total from credit_notes where id = tests.id('first')), '851.06 + 148.93', 'a part comes to the price of the part');
select is((select sum(subtotal) || ' + ' || sum(tax_total) from credit_notes where invoice_id = tests.id('invoice')), '2553.17 + 446.80', 'and the parts to the whole');
select is((select sum((t ->> 'amount')::numeric) from credit_notes c, jsonb_array_elements(credit_note_taxes(c)) t where c.id = tests.id('first')), 148.93, 'by name as well');
select tests.sign_in('admin@globex.test');
select is((select count(*) from invoices), (select count(*) from invoices where tenant_id = tests.tenant('globex')), 'of all this another company sees nothing');

-- Who is exempt.
select tests.sign_in('sales@acme.test');
select throws_ok($$ update customers set tax_exemption_reason = 'Embassy', tax_exemption_certificate = 'EX-1' where id = tests.customer('Kilimani Mini Mart') $$, '42501', 'permission_denied', 'who sells does not free a customer from tax');
select tests.sign_in('manager@acme.test');
select throws_ok($$ update customers set tax_exemption_reason = 'Embassy' where id = tests.customer('Kilimani Mini Mart') $$, 'PT422', 'tax_exemption_is_complete', 'nobody without a certificate');
update customers set tax_exemption_reason = 'Embassy', tax_exemption_certificate = 'EX-1' where id in (tests.customer('Kilimani Mini Mart'), tests.customer('Westlands Wholesalers'));
select tests.sign_in('sales@acme.test');
select is(pg_temp.quoted('Kilimani Mini Mart'), '913.23 0 2739.69 + 0.00 = 2739.69', 'pays a price without the tax that is in it');
select is(pg_temp.quoted('Westlands Wholesalers'), '741.00 0 2223.00 + 0.00 = 2223.00', 'or the price alone');
select tests.sign_out();
select tests.remember('free', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select is((select total || ' ' || (printed -> 'tax_exemption')::text from orders where id = tests.id('free')), '913.23 {"reason": "Embassy", "certificate": "EX-1"}', 'the order keeps why');
select is((select order_taxes(o) from orders o where id = tests.id('free')), '[]', 'and names no tax');
select tests.sign_in('manager@acme.test');
update customers set tax_exemption_reason = null, tax_exemption_certificate = null where id = tests.customer('Kilimani Mini Mart');
select is((select total from orders where id = tests.id('free')), 913.23, 'also when the certificate has run out');
select tests.sign_out();
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'every kept figure is what its lines say');
select is((select array_agg(distinct paid_total <= total) from invoices), array[true], 'and no invoice asks for less than nothing');

select * from finish();
rollback;
