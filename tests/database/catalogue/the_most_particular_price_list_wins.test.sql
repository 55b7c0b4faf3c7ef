begin;
select plan(7);

select tests.sign_in('manager@acme.test');
insert into price_lists (name, is_default, valid_from) values ('Everyone', true, '2026-01-01');
insert into price_lists (name, valid_from) values ('Kilifi Wholesale Friends', '2026-01-01');
insert into price_list_items (price_list_id, product_id, price) select l.id, tests.product('COL-300'), 700 from price_lists l where l.name = 'Everyone';
insert into price_list_items (price_list_id, product_id, price) select l.id, tests.product('WAT-500'), 400 from price_lists l where l.name = 'Everyone';
insert into price_list_items (price_list_id, product_id, price) select l.id, tests.product('COL-300'), 650 from price_lists l where l.name = 'Kilifi Wholesale Friends';
create function pg_temp.price(customer text, sku text, quantity numeric default 1) returns text language sql as
$$ select format('%s from %s', (q -> 'lines' -> 0 ->> 'unit_price')::numeric::text, q -> 'lines' -> 0 ->> 'price_source') from quote_order(tests.customer(customer), tests.depot(), tests.lines(sku, quantity)) q $$;
select is(pg_temp.price('Java Corner Cafe', 'LAG-500'), '3600.00 from base', 'no list knows it: the base price');
select is(pg_temp.price('Java Corner Cafe', 'COL-300'), '700.00 from default', 'then the default list');
select is(pg_temp.price('Kilifi Beach Hotel', 'COL-300'), '803.00 from territory', 'before it the list of the territory');
select is(pg_temp.price('Malindi Road Depot Shop', 'COL-300'), '741.00 from customer_type', 'before that the list of the type');
update customers set price_list_id = (select id from price_lists where name = 'Kilifi Wholesale Friends') where id = tests.customer('Malindi Road Depot Shop');
select is(pg_temp.price('Malindi Road Depot Shop', 'COL-300'), '650.00 from customer', 'before all of them his own list');
select is(pg_temp.price('Malindi Road Depot Shop', 'ORG-300'), '741.00 from customer_type', 'what that list does not name comes from the next one');
update price_lists set is_active = false where name = 'Kilifi Wholesale Friends';
select is(pg_temp.price('Malindi Road Depot Shop', 'COL-300'), '741.00 from customer_type', 'a list that is switched off does not count');

select * from finish();
rollback;
