begin;
select plan(9);

-- Ten pens at 100.00 before 16 % tax, 77.77 off the order: 922.23 and 147.56 tax.
insert into products (tenant_id, sku, name, base_price, tax_rate) values (tests.tenant('acme'), 'PEN', 'Pen', 100, 16);
insert into inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, occurred_at)
values (tests.tenant('acme'), tests.depot(), tests.product('PEN'), 'good', 10, 'opening', 'seed', private.uuid_v7(), now() - interval '1 day');
select tests.sign_in('manager@acme.test');
insert into promotions (name, kind, amount, covers_all) values ('Sevens', 'order_amount', 77.77, true);
select tests.sign_out();
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'PEN', 10));
update promotions set is_active = false;
select is((select subtotal || ' ' || tax_total from orders where id = tests.id('order')), '922.23 147.56', 'frozen with the order');
select tests.on_the_road(array[tests.id('order')]);
select tests.remember('line', (select id from order_items where order_id = tests.id('order')));

select tests.sign_in('driver@acme.test');
select is(quote_delivery(tests.id('order'), tests.taken(tests.id('order'), 7)) -> 'goods', '748.85', 'the driver is told what seven of them cost');
select tests.sign_out();
select tests.deliver(tests.id('order'), 7, 'Too many');
select tests.remember('invoice', (select id from invoices where order_id = tests.id('order')));
select is((select discount_amount || ' ' || line_total || ' ' || tax_amount from invoice_items where invoice_id = tests.id('invoice')), '54.44 645.56 103.29', 'the invoice has seven tenths of the discount');
select is((select total from invoices where id = tests.id('invoice')), 748.85, 'and is what the driver was told');
select tests.sign_in('finance@acme.test');
select issue_invoice(tests.id('invoice'));

create function pg_temp.credit(quantity numeric) returns uuid language plpgsql as $$
declare
  note uuid;
begin
  perform tests.sign_in('finance@acme.test');
  note := (credit_invoice(tests.id('invoice'), jsonb_build_array(jsonb_build_object('invoice_item_id', (select id from invoice_items where invoice_id = tests.id('invoice')), 'quantity', quantity)), 'Bent')).id;
  perform tests.sign_in('owner@acme.test');
  perform issue_credit_note(note);
  return note;
end $$;
select tests.remember('two', pg_temp.credit(2));
select is((select discount_amount || ' ' || line_total || ' ' || tax_amount from credit_note_items where credit_note_id = tests.id('two')), '15.55 184.45 29.51', 'two come back at what they cost');
select tests.remember('five', pg_temp.credit(5));
select is((select sum(total) from credit_notes where id in (tests.id('two'), tests.id('five'))), 748.85, 'the parts sum to the whole, to the cent');
select is((select balance from invoices where id = tests.id('invoice')), 0.00, 'nothing is left to pay');
select is((select sum(amount) from explain_figure('invoice_total', tests.id('invoice'))), 748.85, 'the invoice explains itself');
select tests.sign_out();
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'and every kept figure is what the rows say');

select * from finish();
rollback;
