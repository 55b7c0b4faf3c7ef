begin;
select plan(2);

select tests.sign_in('manager@acme.test');
insert into price_lists (name, is_default, valid_from, valid_to) values ('Past', true, current_date - 30, current_date - 3), ('Future', true, current_date + 3, null);
insert into price_list_items (price_list_id, product_id, price) select l.id, tests.product('COL-300'), 1 from price_lists l where l.name in ('Past', 'Future');
create function pg_temp.price() returns numeric language sql as
$$ select (q -> 'lines' -> 0 ->> 'unit_price')::numeric from quote_order(tests.customer('Java Corner Cafe'), tests.depot(), tests.lines('COL-300', 1)) q $$;
select is(pg_temp.price(), 780.00, 'neither past nor future lists count');
insert into price_lists (name, is_default, valid_from, valid_to) values ('Now', true, current_date - 2, current_date + 2);
insert into price_list_items (price_list_id, product_id, price) select l.id, tests.product('COL-300'), 555 from price_lists l where l.name = 'Now';
select is(pg_temp.price(), 555.00, 'the one of today does');

select * from finish();
rollback;
