begin;
select plan(18);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('other', tests.draft('Karen Country Kiosk', 'COL-300', 1));
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select tests.deliver(tests.id('order'), 1);
select tests.sign_in('finance@acme.test');
select issue_invoice((select id from invoices where order_id = tests.id('order')));
select tests.sign_out();
select tests.remember('payment', tests.money('Kilimani Mini Mart', 5, 'QK7AB12CD3'));

-- As a list asks.
create function pg_temp.customers(typed text) returns text[] language sql as $$
  select coalesce(array_agg(c.name order by c.name), '{}') from customers c where c.phone like any (select '%' || p || '%' from unnest(find_phone(typed)) p)
$$;
select tests.sign_in('sales@acme.test');
select is(pg_temp.customers(typed), '{"Kilimani Mini Mart"}', typed)
from unnest(array['0711000102', '0711 000 102', '254711000102', '00254711000102', '+2540711000102', '000102']) typed;
select is(cardinality(pg_temp.customers('0711 00')), 12, 'the beginning of a number finds all that begin so');
select is(find_phone('Karen'), '{}', 'a name is no part of a number');
select is(find_phone('07'), '{}', 'nor are two digits');

-- Documents by their customer.
create function pg_temp.found(kind text, typed text) returns text[] language sql as $$ select coalesce(array_agg(n order by n), '{}') from find_numbers(kind, typed) n $$;
select tests.sign_in('owner@acme.test');
select is(pg_temp.found('order', '0711 000 102'), array[(select number from orders where id = tests.id('order'))], 'an order by the telephone number of who ordered');
select is(pg_temp.found('order', 'karen'), array[(select number from orders where id = tests.id('other'))], 'or by his name');
select is(pg_temp.found('invoice', 'kilimani') || pg_temp.found('payment', '0711000102'),
  array[(select number from invoices where order_id = tests.id('order')), (select number from payments where id = tests.id('payment'))], 'an invoice and a payment');
select is(pg_temp.found('trip', 'kilimani'), array[(select number from trips where id = tests.id('trip'))], 'a trip by a customer on it');
select is(pg_temp.found('trip', 'kda101a'), array[(select number from trips where id = tests.id('trip'))], 'or by its van');
select is(pg_temp.found('order', '%%%'), '{}', 'a sign that means anything elsewhere means itself');

-- Vehicles by their plate.
select is(array(select find_vehicles(typed)), array[tests.vehicle('KDA 101A')], typed) from unnest(array['kda-101 a', '101A']) typed;

-- Whoever sees less finds less.
select tests.sign_in('admin@globex.test');
select is(pg_temp.found('order', 'kilimani') || array(select v::text from find_vehicles('kda101a') v), '{}', 'another company finds its own');

select * from finish();
rollback;
