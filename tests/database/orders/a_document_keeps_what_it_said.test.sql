begin;
select plan(26);

update customers set tax_id = 'P051', payment_terms_days = 14 where id = tests.customer('Kilimani Mini Mart');
select tests.remember('draft', tests.draft('Kilimani Mini Mart', 'COL-300', 2));
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('waiting', tests.pending('Kilimani Mini Mart', 'COL-300', 3));
create function pg_temp.said(document jsonb) returns text language sql as $$
  select concat_ws(', ', document ->> 'name', document ->> 'tax_id', document ->> 'payment_terms_days', document -> 'address' ->> 'street', document ->> 'place')
$$;
create function pg_temp.of_order(wanted text) returns text language sql as $$ select pg_temp.said(o.printed) from orders o where o.id = tests.id(wanted) $$;
create function pg_temp.line(wanted text) returns text language sql as $$
  select concat_ws(', ', i.product_sku, i.product_name, i.unit, i.tax_rate) from order_items i where i.order_id = tests.id(wanted)
$$;
create function pg_temp.everything_changes(word text) returns void language plpgsql as $$
begin
  update customers set name = word || ' Mart', tax_id = word, payment_terms_days = 30 where id = (select customer_id from orders where id = tests.id('order'));
  update customer_addresses set street = word || ' Road' where id = (select address_id from orders where id = tests.id('order'));
  update warehouses set name = word || ' depot' where id = tests.depot();
  update products set name = word || ' Cola', sku = word || '-300', unit = word, tax_rate = 8 where id = (select product_id from order_items where order_id = tests.id('order'));
end $$;
select is(pg_temp.of_order('order'), 'Kilimani Mini Mart, P051, 14, Argwings Kodhek Road 40, Nairobi depot', 'an order says whom, where, from where and on which terms');
select is(pg_temp.line('order'), 'COL-300, Cola 300 ml, crate of 24, crate, 16.00', 'and what');
select is((select printed from orders where id = tests.id('draft')), null, 'a draft shows what is true today');

create function pg_temp.seller_of(wanted text) returns text language sql as $$
  select concat_ws(', ', o.printed -> 'seller' ->> 'legal_name', o.printed -> 'seller' ->> 'tax_numbers') from orders o where o.id = tests.id(wanted)
$$;
create function pg_temp.seller_becomes(name text, tax text, till text) returns void language sql as $$
  update tenant_settings set legal_name = name, postal_address = name || ' Road', tax_numbers = tax, contact_line = tax, bank_details = name || ' Bank', mpesa_till = till
  where tenant_id = (select tenant_id from orders where id = tests.id('order'))
$$;
select is(pg_temp.seller_of('order'), 'Acme Beverages', 'and who sells, from its approval on');
select is(pg_temp.seller_of('waiting'), '', 'one that waits for it shows who sells today');
select pg_temp.seller_becomes('Approved Limited', 'PIN P0', '511511');

select pg_temp.everything_changes('New');
select is(pg_temp.of_order('order'), 'Kilimani Mini Mart, P051, 14, Argwings Kodhek Road 40, Nairobi depot', 'it keeps its words');
select is(pg_temp.line('order'), 'COL-300, Cola 300 ml, crate of 24, crate, 16.00', 'its lines too');
select tests.sign_in('sales@acme.test');
select submit_order(tests.id('draft'));
select is(pg_temp.of_order('draft'), 'New Mart, New, 30, New Road, New depot', 'one that is submitted today says what is true today');
select is(pg_temp.line('draft'), 'New-300, New Cola, New, 8.00', 'line by line');
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('waiting'), 'x');
select is(pg_temp.of_order('waiting'), 'New Mart, New, 30, New Road, New depot', 'an approval is of what the approver sees');
select is(pg_temp.seller_of('waiting') || '; ' || pg_temp.seller_of('order'), 'Approved Limited, PIN P0; Acme Beverages', 'from the seller of its day');

-- On the road: the driver needs what is true; when he has left, the stop keeps it.
select tests.sign_out();

select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('waiting'));
select tests.sign_out();
select tests.on_the_road(array[tests.id('order'), tests.id('waiting')]);
select is_empty($$ select from trip_stops where printed is not null $$, 'a stop that is open shows what is true');
select tests.deliver(tests.id('order'), 10, null, '[]');
select tests.sign_in('driver@acme.test');
select fail_delivery(tests.id('waiting'), 'Closed');
select tests.sign_out();
create function pg_temp.of_stop(wanted text) returns text language sql as $$ select pg_temp.said(s.printed) from trip_stops s where s.order_id = tests.id(wanted) $$;
select tests.remember('invoice', (select id from invoices where order_id = tests.id('order')));
create function pg_temp.of_invoice() returns text language sql as $$ select pg_temp.said(i.printed) from invoices i where i.id = tests.id('invoice') $$;
create function pg_temp.of_seller() returns jsonb language sql as $$ select i.printed -> 'seller' from invoices i where i.id = tests.id('invoice') $$;
select is((select t.printed -> 'seller' ->> 'legal_name' from trips t join trip_stops s on s.trip_id = t.id where s.order_id = tests.id('order')), 'Approved Limited', 'a trip keeps the seller of the day when it left');
select pg_temp.seller_becomes(null, 'PIN P1', '522522');
select is(pg_temp.of_invoice(), '', 'a draft invoice shows what is true');
select pg_temp.everything_changes('Newer');
select is(pg_temp.of_stop('order') || '; ' || pg_temp.of_stop('waiting'), 'New Mart, New, 30, New Road, New depot; New Mart, New, 30, New Road, New depot', 'a stop keeps what the driver saw, delivered or not');

-- The invoice: the customer of the day when it is issued, the goods and the address of the order.
select tests.sign_in('finance@acme.test');
select issue_invoice(tests.id('invoice'));
select is(pg_temp.of_invoice(), 'Newer Mart, Newer, 30, Argwings Kodhek Road 40, Nairobi depot', 'an invoice is for the customer of the day, at the address of the order');
select is(pg_temp.of_seller(), '{"legal_name": "Acme Beverages", "postal_address": null, "tax_numbers": "PIN P1", "contact_line": "PIN P1", "bank_details": null, "mpesa_till": "522522", "document_terms": null}', 'from the seller of the day, by the name of the company when he has no other');
select is((select due_on - issued_on from invoices where id = tests.id('invoice')), 30, 'on the terms that it names');
create function pg_temp.of_items() returns text language sql as $$
  select string_agg(concat_ws(', ', i.product_sku, i.product_name, i.tax_rate), '; ' order by i.line_number) from invoice_items i where i.invoice_id = tests.id('invoice')
$$;
select is(pg_temp.of_items(), 'COL-300, Cola 300 ml, crate of 24, 16.00; EMP-CRATE24, Empty crate with 24 bottles, 0.00', 'its lines in the words of the order, the deposits in those of the day');
select tests.sign_out();
select pg_temp.everything_changes('Newest');
update products set name = 'Newest crate' where sku = 'EMP-CRATE24';
select is(pg_temp.of_invoice(), 'Newer Mart, Newer, 30, Argwings Kodhek Road 40, Nairobi depot', 'it keeps them');
select is(pg_temp.of_items(), 'COL-300, Cola 300 ml, crate of 24, 16.00; EMP-CRATE24, Empty crate with 24 bottles, 0.00', 'and its lines');
select pg_temp.seller_becomes('Other Limited', 'PIN P2', '600600');
select is(pg_temp.of_seller() ->> 'legal_name' || ', ' || (pg_temp.of_seller() ->> 'mpesa_till'), 'Acme Beverages, 522522', 'and its seller, with the till that it is paid to');
select is(pg_temp.of_order('order'), 'Kilimani Mini Mart, P051, 14, Argwings Kodhek Road 40, Nairobi depot', 'the order its own');
select is(pg_temp.seller_of('order'), 'Acme Beverages', 'and its seller');

-- Another address is another place to bring it to; what came short rides in the same words.
update products set is_active = true;
select tests.sign_in('sales@acme.test');
insert into customer_addresses (customer_id, label, street, city) values (tests.customer('Newest Mart'), 'Second', 'Second Road', 'Nairobi');
select amend_order(tests.id('draft'), address_id => (select id from customer_addresses where label = 'Second'));
select is(pg_temp.of_order('draft'), 'Newest Mart, Newest, 30, Second Road, Newest depot', 'an order that goes elsewhere says so');
select is((select printed -> 'address' from orders where id = tests.id('draft')), '{"label": "Second", "street": "Second Road", "city": "Nairobi"}', 'in full');

select * from finish();
rollback;
