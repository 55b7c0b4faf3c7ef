begin;
select plan(40);

-- A line that takes orders, and Java Corner Cafe on it, which has a special name for cola.
select tests.sign_in('owner@acme.test');
insert into channels (name, kind, phone_number_id, takes_orders) values ('Orders line', 'whatsapp', '106540352242922', true);
select tests.prove_channels();
insert into product_words (product_id, word) select id, '  Coke ' from products where sku = 'COL-300';
select is((select word from product_words), 'coke', 'a name of a product is kept in its one form');
select tests.sign_out();
select tests.remember('acme', (select id from tenants where slug = 'acme'));
select tests.remember('java', (select id from customers where name = 'Java Corner Cafe' and tenant_id = tests.id('acme')));

create sequence pg_temp.ids;
create function pg_temp.tell(message jsonb, wamid text default null) returns void language plpgsql as $$
declare
  number constant text := (select ltrim(phone, '+') from customers where id = tests.id('java'));
  changes jsonb := jsonb_build_array(jsonb_build_object('place', 1, 'value', jsonb_build_object('messaging_product', 'whatsapp', 'metadata', jsonb_build_object('phone_number_id', '106540352242922'),
    'contacts', jsonb_build_array(jsonb_build_object('wa_id', number, 'profile', jsonb_build_object('name', 'Linda'))),
    'messages', jsonb_build_array(jsonb_build_object('id', coalesce(wamid, 'wamid.' || nextval('pg_temp.ids')), 'from', number, 'timestamp', extract(epoch from now())::bigint::text) || message))));
begin
  perform private.receive_whatsapp(changes, encode(sha256(convert_to(changes::text || clock_timestamp(), 'UTF8')), 'hex'));
  perform private.process_queue('whatsapp_events');
  perform private.process_queue('whatsapp_events');
end
$$;
create function pg_temp.write(words text, id text default null) returns void language sql as $$
  select pg_temp.tell(jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', words)), id)
$$;
create function pg_temp.answer() returns text language sql as $$
  select body from messages where direction = 'out' and template = 'reply' order by created_at desc, id desc limit 1
$$;
create function pg_temp.request() returns order_requests language sql as $$
  select * from order_requests order by created_at desc, id desc limit 1
$$;
create function pg_temp.goods() returns text language sql as $$
  select string_agg(trim_scale(i.quantity) || ' ' || i.product_sku, ', ' order by i.product_sku)
  from order_items i where i.order_id = (pg_temp.request()).order_id
$$;

-- Talk is not an order.
select pg_temp.write('Hello, where is my driver?');
select is((select count(*)::int from order_requests), 0, 'a question is no order');
select pg_temp.write('I like your water');
select is((select count(*)::int from order_requests), 0, 'and neither is a product without a number');

-- Free text under his own prices.
select pg_temp.write('Hi, please send 2 crates coke and three crates tonic tomorrow');
select is((pg_temp.request()).status::text, 'proposed', 'an order in words is understood');
select is(pg_temp.goods(), '2 COL-300, 3 TON-300', 'with the names that customers use, and numbers in words');
select is((select (status, channel, requested_on = private.tenant_today(tests.id('acme')) + 1)::text from orders where id = (pg_temp.request()).order_id), '(draft,whatsapp,t)', 'as a draft for the day that he named');
select is((select o.total from orders o where o.id = (pg_temp.request()).order_id), (pg_temp.request()).total, 'the request holds what he was told');
select ok(pg_temp.answer() like '%2 crate Cola 300 ml%' and pg_temp.answer() like '%Total KES ' || to_char((pg_temp.request()).total, 'FM999,990.00') || '%', 'and he is told what it costs');
select ok(pg_temp.answer() like '%KES 2,000.00%', 'with the deposit of five crates');

-- Changes.
select pg_temp.write('make it 4 tonic');
select is(pg_temp.goods(), '2 COL-300, 4 TON-300', 'what he says last of a product counts');
select pg_temp.write('no coke');
select is(pg_temp.goods(), '4 TON-300', 'and what he wants no more goes');
select pg_temp.write('my brother says hello');
select is((pg_temp.request()).status::text, 'proposed', 'other words leave his order as it is');

-- Yes, once.
select pg_temp.write('YES please', 'wamid.yes');
select is((pg_temp.request()).status::text, 'ordered', 'yes orders it');
select isnt((select status::text from orders where id = (pg_temp.request()).order_id), 'draft', 'the draft is submitted');
select ok(pg_temp.answer() like '%' || (select number from orders where id = (pg_temp.request()).order_id) || '%', 'and he is told its number');
select pg_temp.write('YES please', 'wamid.yes');
select pg_temp.write('yes');
select is((select count(*)::int from orders where channel = 'whatsapp' and customer_id = tests.id('java') and created_at = now()), 1, 'a replay, and another yes, make no second order');

-- Asked back when it is not clear.
select pg_temp.write('5 water');
select is((pg_temp.request()).status::text, 'asking', 'two waters: he is asked which');
select ok(pg_temp.answer() like E'Which one do you mean by "5 water"?\n1  Water%', 'by their names');
select is((pg_temp.request()).order_id, null, 'nothing is written down yet');
select pg_temp.write('7');
select is((pg_temp.request()).status::text, 'asking', 'a number that is none of them is asked again');
select pg_temp.write('2');
select is((pg_temp.request()).status::text, 'proposed', 'his choice makes it clear');
select pg_temp.write('cancel');
select is((pg_temp.request()).status::text, 'cancelled', 'no ends it');
select is((select status || ' ' || status_reason from orders where id = (pg_temp.request()).order_id), 'cancelled The customer said no.', 'and its draft');

select pg_temp.write('water 500ml x3');
select is(pg_temp.goods(), '3 WAT-500', 'a size makes clear which one');
select pg_temp.write('hapana');
select pg_temp.write('6 bottles tonic');
select ok(pg_temp.answer() like 'How many of Tonic 300 ml%(crate)?%', 'a unit in which it is not sold: he is asked how many');
select pg_temp.write('1');
select is(pg_temp.goods(), '1 TON-300', 'and a number answers');
select pg_temp.write('no');

-- Swahili.
update customers set language = 'sw' where id = tests.id('java');
select pg_temp.write('Habari, naomba kreti kumi na mbili za tonic na soda mbili kesho');
select is(pg_temp.goods(), '2 SOD-2000, 12 TON-300', 'Swahili numbers and units are understood');
select ok(pg_temp.answer() like '%Jibu NDIYO kuagiza%', 'and answered in his language');

-- The price that he agreed to is the one that counts.
update products set base_price = base_price + 100 where sku = 'TON-300' and tenant_id = tests.id('acme');
update price_list_items i set price = price + 100 from products p where p.id = i.product_id and p.sku = 'TON-300' and p.tenant_id = tests.id('acme');
select tests.remember('told', gen_random_uuid());
select pg_temp.write('ndiyo');
select is((pg_temp.request()).status::text, 'proposed', 'a price that changed in between is told first');
select pg_temp.write('ndiyo');
select is((pg_temp.request()).status::text, 'ordered', 'and then agreed to');

-- Again what he had.
update customers set language = null where id = tests.id('java');
select pg_temp.write('3 cola, same as last week');
select is(pg_temp.goods(), '3 COL-300, 2 SOD-2000, 12 TON-300', 'the last order again, with a change');
select pg_temp.write('no');

-- A basket of the catalogue: our prices, whatever it says.
select pg_temp.tell('{"type": "order", "order": {"catalog_id": "1", "product_items": [{"product_retailer_id": "COL-300", "quantity": 2, "item_price": 1, "currency": "KES"}]}}');
select ok((select o.total > 1000 from orders o where o.id = (pg_temp.request()).order_id), 'a basket is ordered at the company''s prices');

-- A clerk takes the draft over.
select tests.sign_in('sales@acme.test');
select cancel_order((pg_temp.request()).order_id, 'I will call him');
select tests.sign_out();
select pg_temp.write('yes');
select is((select (status, problem)::text from order_requests where id = (pg_temp.request()).id), '(left,order_request_taken_over)', 'what a colleague has ended is not ordered');
select is((select unread from conversation_activity limit 1), 1, 'and the conversation waits to be read');

-- Who may not order.
select pg_temp.write('2 tonic');
update customers set status = 'suspended' where id = tests.id('java');
select pg_temp.write('3 tonic');
select is((select (status, problem)::text from order_requests where id = (pg_temp.request()).id), '(left,customer_suspended)', 'a customer who was closed meanwhile is left to people');
update customers set status = 'active' where id = tests.id('java');

-- Who does not answer.
select pg_temp.write('2 tonic');
update order_requests set updated_at = now() - interval '25 hours' where id = (pg_temp.request()).id;
select is(private.expire_order_requests(), 1::bigint, 'a day without an answer ends it');
select is((select r.status || ' ' || o.status from order_requests r join orders o on o.id = r.order_id where r.id = (pg_temp.request()).id), 'expired cancelled', 'and its draft');

-- Who sees it.
select tests.sign_in('sales@acme.test');
select isnt((select count(*)::int from order_requests), 0, 'whoever answers customers sees what was understood');
select tests.sign_in('admin@globex.test');
select is((select count(*)::int from order_requests), 0, 'another company does not');
select tests.sign_out();

-- A line that takes no orders.
update channels set takes_orders = false;
select pg_temp.write('2 tonic');
select is((pg_temp.request()).status::text, 'expired', 'a line that takes no orders hears none');

select * from finish();
rollback;
