begin;
select plan(28);

-- A box of four pens at 100.00 and one book at 250.00, 16 % on the book; it costs 500.00 instead of 650.00.
insert into products (tenant_id, sku, name, base_price, tax_rate) values (tests.tenant('acme'), 'PEN', 'Pen', 100, 0), (tests.tenant('acme'), 'BOOK', 'Book', 250, 16);
insert into products (tenant_id, sku, name, base_price, tax_rate, composition, category) values (tests.tenant('acme'), 'BOX', 'School box', 500, 0, 'bundle', 'Boxes');
insert into product_components (tenant_id, product_id, component_id, quantity) values
  (tests.tenant('acme'), tests.product('BOX'), tests.product('PEN'), 4), (tests.tenant('acme'), tests.product('BOX'), tests.product('BOOK'), 1);
insert into inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, occurred_at)
select tests.tenant('acme'), tests.depot(), tests.product(s), 'good', q, 'opening', 'seed', private.uuid_v7(), now() - interval '1 day' from (values ('PEN', 40), ('BOOK', 9)) v (s, q);
create function pg_temp.quote(lines jsonb) returns jsonb language plpgsql as $$
declare
  quoted jsonb;
begin
  perform tests.sign_in('sales@acme.test');
  quoted := quote_order(tests.customer('Kilimani Mini Mart'), tests.depot(), lines);
  perform tests.sign_out();
  return quoted;
end $$;
create function pg_temp.told(quoted jsonb) returns text language sql as $$
  select string_agg((l ->> 'entered') || ': ' || trim_scale((l ->> 'quantity')::numeric) || ' ' || (l ->> 'product_name') || ' ' || (l ->> 'line_total'), ', ' order by (l ->> 'line_number')::integer)
  from jsonb_array_elements(quoted -> 'lines') l
$$;
create function pg_temp.reserved() returns text language sql as $$ select trim_scale(tests.reserved('PEN')) || ' pens, ' || trim_scale(tests.reserved('BOOK')) || ' books' $$;

-- Its price is shared by what its parts cost, to the cent; the tax is that of each part.
select is(pg_temp.told(pg_temp.quote(tests.lines('BOX', 2) || tests.lines('PEN', 1))), '1: 8 Pen 615.38, 1: 2 Book 384.62, 2: 1 Pen 100.00', 'one line asked for is the lines of its parts');
select is(pg_temp.quote(tests.lines('BOX', 2)) ->> 'total', '1061.54', 'two boxes are a thousand, and the tax on the books');
select is(pg_temp.quote(tests.lines('BOX', 1)) #>> '{lines,0,discounts,0,name}', 'School box', 'what is off a part is the bundle''s');
update products set base_price = 700 where sku = 'BOX';
select is(pg_temp.quote(tests.lines('BOX', 1)) ->> 'subtotal', '650.00', 'it never costs more than its parts');
update products set base_price = 500 where sku = 'BOX';
update products set costs_its_parts = true where sku = 'BOX';
select is(pg_temp.quote(tests.lines('BOX', 1)) ->> 'subtotal', '650.00', 'or it costs just that');
update products set costs_its_parts = false where sku = 'BOX';
select tests.sign_in('sales@acme.test');
select throws_ok($$ select quote_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('BOX', 1.5)) $$, 'PT422', 'lines_invalid', 'no half boxes');
select tests.sign_out();
update products set is_active = false where sku = 'BOOK';
select tests.sign_in('sales@acme.test');
select throws_like($$ select quote_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('BOX', 1)) $$, 'lines_invalid', 'nor one with a part that is no longer sold');
select tests.sign_out();
update products set is_active = true where sku = 'BOOK';

-- Reserved, amended, cancelled by part.
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'BOX', 1));
select is(pg_temp.reserved(), '4 pens, 1 books', 'its parts are reserved');
select is((select b.product_name || ' ' || b.quantity || ' of ' || count(*) from order_bundles b join order_items i on i.bundle_id = b.id where b.order_id = tests.id('order') group by b.product_name, b.quantity), 'School box 1.000 of 2', 'the order says what it was asked for');
select tests.sign_in('sales@acme.test');
select amend_order(tests.id('order'), tests.lines('BOX', 2));
select tests.sign_out();
select is(tests.status('order', tests.id('order')), 'pending_approval', 'a second box is decided on again');
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('order'), 'known customer');
select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('order'));
select tests.sign_out();
select is(pg_temp.reserved(), '8 pens, 2 books', 'twice the boxes, twice the parts');
update product_components set quantity = 5 where product_id = tests.product('BOX') and component_id = tests.product('PEN');
select is((select sum(quantity) from order_items where order_id = tests.id('order') and product_id = tests.product('PEN')), 8.000, 'what was frozen stays as it was made of');
update product_components set quantity = 4 where product_id = tests.product('BOX') and component_id = tests.product('PEN');
select tests.sign_in('manager@acme.test');
select cancel_order(tests.id('order'), 'Not wanted');
select tests.sign_out();
select is(pg_temp.reserved(), '0 pens, 0 books', 'cancelled, they are free');

-- Short of one part, the box is short.
select tests.remember('short', tests.approved('Kilimani Mini Mart', 'BOX', 10));
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select allocate_order(tests.id('short')) $$, 'PT409', 'stock_short', 'nine books are no ten boxes');
select tests.sign_out();
update orders set allow_backorder = true where id = tests.id('short');
select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('short'));
select tests.sign_out();
select is(pg_temp.reserved(), '40 pens, 9 books', 'what is there goes ahead, part by part');
select is((select string_agg(i.product_sku || ' ' || i.quantity || ' ' || i.line_total, ', ') from order_items i join orders o on o.id = i.order_id where o.backorder_of_id = tests.id('short')), 'BOOK 1.000 192.31', 'and one book follows, at its share of the price');
select is((select count(*) from order_bundles where order_id = tests.id('short')), 0::bigint, 'what goes different ways is no box any more');
select tests.sign_in('manager@acme.test');
select cancel_order(tests.id('short'), 'Not wanted');
select tests.sign_out();

-- Delivered and brought back by part, at what the part cost.
select tests.remember('sold', tests.allocated('Kilimani Mini Mart', 'BOX', 2));
select tests.on_the_road(array[tests.id('sold')]);
select tests.sign_in('driver@acme.test');
select complete_delivery(tests.id('sold'), (select jsonb_agg(jsonb_build_object('order_item_id', id, 'delivered', quantity)) from order_items where order_id = tests.id('sold')), 'Tom Odhiambo', tests.signature());
select tests.sign_out();
select is((select total - deposit_total from invoices where order_id = tests.id('sold')), 1061.54, 'billed as it was sold');
select is((select quantity || ' ' || line_total || ' ' || discount_amount from invoice_items where invoice_id = (select id from invoices where order_id = tests.id('sold')) and product_sku = 'BOOK'), '2.000 384.62 115.38', 'a book at its share');
select tests.sign_in('finance@acme.test');
select issue_invoice((select id from invoices where order_id = tests.id('sold')));
select tests.sign_in('sales@acme.test');
select throws_ok($$ select request_return(tests.customer('Kilimani Mini Mart'), (select jsonb_build_array(jsonb_build_object('order_item_id', i.id, 'quantity', 3)) from order_items i where i.order_id = tests.id('sold') and i.product_sku = 'BOOK'), 'damaged') $$, 'PT409', 'return_exceeds', 'of two boxes no three books come back');
select tests.remember('back', (request_return(tests.customer('Kilimani Mini Mart'), (select jsonb_build_array(jsonb_build_object('order_item_id', i.id, 'quantity', 1)) from order_items i where i.order_id = tests.id('sold') and i.product_sku = 'BOOK'), 'damaged')).id);
select tests.sign_in('manager@acme.test');
select approve_return(tests.id('back'));
select tests.sign_in('warehouse@acme.test');
select is((receive_return(tests.id('back'), (select jsonb_agg(jsonb_build_object('return_item_id', i.id, 'good', 1, 'suspect', 0, 'defective', 0)) from return_items i where i.return_id = tests.id('back')))).status::text, 'received', 'one book comes back without its pens');
select tests.sign_out();
select is((select string_agg(i.product_sku || ' ' || i.quantity || ' ' || i.line_total || ' ' || i.tax_amount, ', ') from credit_note_items i join credit_notes n on n.id = i.credit_note_id where n.return_id = tests.id('back')), 'BOOK 1.000 192.31 30.77', 'and is credited at its share of the box');
select tests.sign_in('sales@acme.test');
select is((select string_agg(sku || ' ' || quantity, ', ') from usual_basket(tests.customer('Kilimani Mini Mart'))), 'BOX 2.000', 'who orders boxes usually orders boxes');
select tests.sign_out();

-- Nothing is made of itself, and what is a part is made of nothing.
select tests.sign_in('admin@acme.test');
select throws_ok($$ insert into product_components (product_id, component_id, quantity) values (tests.product('BOX'), tests.product('BOX'), 1) $$, 'PT409', 'components_are_single', 'not of itself');
select throws_ok($$ insert into product_components (product_id, component_id, quantity) values (tests.product('PEN'), tests.product('BOOK'), 1) $$, 'PT409', 'components_are_single', 'a single product has no parts');
select throws_ok($$ update products set composition = 'kit' where id = tests.product('PEN') $$, 'PT409', 'product_is_a_part', 'a part is no kit');
select throws_ok($$ insert into product_components (product_id, component_id, quantity) values (tests.product('BOX'), tests.product('COL-300'), 0.5) $$, 'PT422', 'quantity_not_whole', 'no half parts');
select tests.sign_out();
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'every kept figure is what the rows say');

select * from finish();
rollback;
