begin;
select plan(23);

select tests.remember('foreign', tests.draft('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('address', (select a.id from customer_addresses a where a.customer_id = tests.customer('Kilimani Mini Mart')));
select tests.sign_in('customer@acme.test');

-- Everything that the form of an order lists.
select is((select array_agg(c.name) from customers c), array['Mama Njeri Shop'], 'he chooses himself');
select is((select count(*) from customer_addresses), 1::bigint, 'his address');
select ok((select count(*) from warehouses w where w.kind <> 'van' and w.is_active) >= 2, 'a depot');
select ok((select count(*) from products p where p.is_active) >= 10, 'the products');
select is((select count(*) from product_packs), (select count(*) from products p where p.unit in ('crate', 'pack', 'carton')), 'and their packs');
select is((select count(*) from product_costs), 0::bigint, 'not what they cost us');
select is((select count(*) from inventory), 0::bigint, 'not our stock');
select is((select count(*) from price_lists), 0::bigint, 'not what others pay');

-- What it costs.
select is((quote_order(tests.customer('Mama Njeri Shop'), tests.depot(), tests.lines('COL-300', 10)) ->> 'total')::numeric, 9048.00, 'he sees what it costs him');
select throws_ok($$ select quote_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 10)) $$, 'PT404', 'record_not_found', 'not what it costs others');

select is(quote_order(tests.customer('Mama Njeri Shop'), tests.depot(), tests.lines('COL-300', 10)) #> '{lines,0,available}', 'null', 'not how much there is of it');
select is(quote_order(tests.customer('Mama Njeri Shop'), tests.depot(), tests.lines('COL-300', 999999)) #> '{lines,0,in_stock}', 'true', 'but that there is some');
select tests.sign_in('admin@acme.test');
insert into products (sku, name, base_price) values ('NEW-1', 'Not bought yet', 1);
select tests.sign_in('customer@acme.test');
select is(quote_order(tests.customer('Mama Njeri Shop'), tests.depot(), tests.lines('NEW-1', 1)) #> '{lines,0,in_stock}', 'false', 'or none');
select tests.sign_in('sales@acme.test');
select is((quote_order(tests.customer('Mama Njeri Shop'), tests.depot(), tests.lines('COL-300', 10)) #>> '{lines,0,available}')::numeric,
  (select i.available from inventory i where i.product_id = tests.product('COL-300') and i.warehouse_id = tests.depot() and i.condition = 'good'), 'who sells sees how much');
select tests.sign_in('customer@acme.test');

-- The order.
select tests.remember('own', (create_order(tests.customer('Mama Njeri Shop'), tests.depot(), tests.lines('COL-300', 10))).id);
select is((select o.total from orders o), 9048.00, 'the order is entered at that price, and the only one he sees');
select is((select o.allowed_commands from orders o), array['amend', 'cancel', 'submit'], 'it is his to change, to send and to give up');
select is((amend_order(tests.id('own'), tests.lines('COL-300', 5))).total, 4524.00, 'he changes it');
select is((submit_order(tests.id('own'))).status::text, 'pending_approval', 'and sends it');
select throws_ok($$ select amend_order(tests.id('own'), tests.lines('COL-300', 6)) $$, '42501', 'permission_denied', 'sent it is ours to change');
select throws_ok($$ select approve_order(tests.id('own')) $$, '42501', 'permission_denied', 'and to approve');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1)) $$, 'PT404', 'record_not_found', 'he orders for nobody else');
select throws_ok($$ select amend_order(tests.id('foreign'), tests.lines('COL-300', 6)) $$, 'PT404', 'record_not_found', 'finds no order of others');
select throws_ok($$ select create_order(tests.customer('Mama Njeri Shop'), tests.depot(), tests.lines('COL-300', 1),
  address_id => tests.id('address')) $$, 'PT422', 'address_required', 'and has nothing brought to them');

select * from finish();
rollback;
