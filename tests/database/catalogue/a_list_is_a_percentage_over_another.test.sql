begin;
select plan(16);

-- Kilimani Mini Mart has no list of its own: retail, in Nairobi.
select tests.sign_in('manager@acme.test');
insert into price_lists (name, is_default, valid_from, valid_to) values ('Base 2026', true, '2026-01-01', '2099-12-31');
create function pg_temp.list(wanted text) returns uuid language sql as $$ select id from price_lists where name = wanted $$;
insert into price_list_items (price_list_id, product_id, min_quantity, price) values
  (pg_temp.list('Base 2026'), tests.product('COL-300'), 1, 700), (pg_temp.list('Base 2026'), tests.product('COL-300'), 20, 650);
insert into price_lists (name, customer_type, valid_from, based_on_id, based_on_percent) values ('Retail', 'retail', '2026-01-01', pg_temp.list('Base 2026'), 10);
create function pg_temp.price(sku text, quantity numeric) returns text language sql as $$
  select (q -> 'lines' -> 0 ->> 'unit_price') || ' ' || (q -> 'lines' -> 0 ->> 'price_source') from quote_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines(sku, quantity)) q
$$;
create function pg_temp.told(command text) returns text language plpgsql as $$
begin
  execute command;
  return 'done';
exception when others then
  return sqlstate || ' ' || sqlerrm;
end $$;
update customers set customer_type = 'retail', price_list_id = null where id = tests.customer('Kilimani Mini Mart');

select tests.sign_in('sales@acme.test');
select is(pg_temp.price('COL-300', 1), '770.00 customer_type', 'ten percent over the other list');
select is(pg_temp.price('COL-300', 20), '715.00 customer_type', 'from twenty on over its price from twenty on');
select is(pg_temp.price('COL-300', 19), '770.00 customer_type', 'and not before');
select is(pg_temp.price('GIN-300', 1), '820.00 base', 'what the other list does not know has no price here either');

select tests.sign_in('manager@acme.test');
insert into price_list_items (price_list_id, product_id, price) values (pg_temp.list('Retail'), tests.product('COL-300'), 699);
select tests.sign_in('sales@acme.test');
select is(pg_temp.price('COL-300', 20), '699.00 customer_type', 'a price of its own comes first');
select tests.sign_in('manager@acme.test');
delete from price_list_items where price_list_id = pg_temp.list('Retail');

-- Over two lists; rounded once.
insert into price_lists (name, valid_from, based_on_id, based_on_percent) values ('Friends', '2026-01-01', pg_temp.list('Retail'), -33.33);
update customers set price_list_id = pg_temp.list('Friends') where id = tests.customer('Kilimani Mini Mart');
select tests.sign_in('sales@acme.test');
select is(pg_temp.price('COL-300', 1), '513.36 customer', 'a list over a list over a list: 700 x 1.10 x 0.6667');

-- The list below counts on its days only.
select tests.sign_in('manager@acme.test');
update price_lists set valid_to = '2026-01-31' where id = pg_temp.list('Base 2026');
select tests.sign_in('sales@acme.test');
select is(pg_temp.price('COL-300', 1), '780.00 base', 'when the lowest has run out nothing stands on it: not its old price');
select tests.sign_in('manager@acme.test');
update price_lists set valid_to = null, is_active = false where id = pg_temp.list('Base 2026');
select tests.sign_in('sales@acme.test');
select is(pg_temp.price('COL-300', 1), '780.00 base', 'nor when it is retired');

-- No circles.
select tests.sign_in('manager@acme.test');
select is(pg_temp.told(format('update price_lists set based_on_id = %L, based_on_percent = 1 where id = %L', pg_temp.list('Friends'), pg_temp.list('Base 2026'))), 'PT409 price_list_in_a_circle', 'through two others');
select is(pg_temp.told(format('update price_lists set based_on_id = %1$L, based_on_percent = 1 where id = %1$L', pg_temp.list('Retail'))), 'PT409 price_list_in_a_circle', 'or at once');
select is(pg_temp.told(format('update price_lists set based_on_id = %L where id = %L', pg_temp.list('Base 2026'), pg_temp.list('Wholesale'))), 'PT422 based_on_a_percentage', 'a list without a percentage');
select is(pg_temp.told('insert into price_lists (name, based_on_percent) values (''Nothing'', 5)'), 'PT422 based_on_a_percentage', 'a percentage of nothing');
select is(pg_temp.told(format('insert into price_lists (name, based_on_id, based_on_percent) values (''Unknown'', %L, 5)', gen_random_uuid())), 'PT404 record_not_found', 'a list that nobody knows');
select tests.remember('retail', pg_temp.list('Retail'));
select tests.sign_in('admin@globex.test');
select is(pg_temp.told('insert into price_lists (name, based_on_id, based_on_percent) values (''Theirs'', tests.id(''retail''), 5)'), 'PT404 record_not_found', 'a list of another company');

-- The same product twice.
select tests.sign_in('manager@acme.test');
select is(pg_temp.told(format('insert into price_list_items (price_list_id, product_id, min_quantity, price) values (%L, tests.product(''COL-300''), 20, 1)', pg_temp.list('Base 2026'))), 'PT409 price_step_taken', 'a list has one price of a product from a quantity on');
select is(pg_temp.told(format('insert into price_list_items (price_list_id, product_id, price) values (%L, %L, 1)', pg_temp.list('Base 2026'), gen_random_uuid())), 'PT404 record_not_found', 'of a product that is there');

select * from finish();
rollback;
