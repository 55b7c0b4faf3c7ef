begin;
select plan(24);

-- As it is written in Kenya, and abroad.
create function pg_temp.kept(typed text) returns text language sql as $$ select private.normal_phone(typed, 'KE') $$;
select is(pg_temp.kept(typed), '+254712345678', typed)
from unnest(array['0712 345 678', '0712345678', '712345678', '254712345678', '00254712345678', '+254712345678', '+2540712345678', '+254 (0)712-345.678', '2540712345678', '000254712345678']) typed;
select is(pg_temp.kept('0112 345678'), '+254112345678', 'the newer mobile numbers');
select is(pg_temp.kept('020 2345678'), '+254202345678', 'a landline');
select is(pg_temp.kept('447911123456'), '+447911123456', 'a number from abroad without its plus');
select is(pg_temp.kept('+39 06 698 1234'), '+39066981234', 'Italy keeps its 0');
select is(private.normal_phone('8 912 345 67 89', 'RU'), '+79123456789', 'Russia dials an 8 first');
select is(private.normal_phone('+7 800 555 35 35', 'RU'), '+78005553535', 'and has numbers that begin with one');
select is(private.normal_phone('1 (202) 555-0123', 'US'), '+12025550123', 'a prefix may look like the calling code');
select is(private.normal_phone('0712345678', 'TZ'), '+255712345678', 'the country of the company decides');
select is_empty($$ select n from unnest(array['0712', 'by mail', '+254712', '+999123456789', '07123456789012', '']) n where pg_temp.kept(n) is not null $$, 'what nobody can call is no number');

-- Every way in: each table, new and changed.
select tests.sign_in('sales@acme.test');
insert into customers (name, phone) values ('Duka Moja', '0712 345 678');
select is((select phone from customers where name = 'Duka Moja'), '+254712345678', 'a customer');
insert into contacts (customer_id, name, phone) select id, 'Ann', '+2540712345678' from customers where name = 'Duka Moja';
update contacts set phone = '0112345678' where name = 'Ann';
select is((select phone from contacts where name = 'Ann'), '+254112345678', 'his people, when it is changed too');
update users set phone = '00254 712 345678' where id = auth.uid();
select is((select phone from users where id = auth.uid()), '+254712345678', 'our own people');
select throws_ok($$ update customers set phone = '+254712' where name = 'Duka Moja' $$, 'PT422', 'phone_is_e164', 'a number that is too short is refused');
select tests.sign_out();
select is_empty($$
  select c.table_name from information_schema.columns c
  where c.table_schema = 'public' and c.column_name like '%phone%' and c.column_name not in ('phone_number_id', 'is_same_phone')
    -- Registries keep what their sources have.
    and c.table_name not in (select r.registry from private.registries r)
    and not exists (select from pg_trigger t where t.tgrelid = ('public.' || c.table_name)::regclass and t.tgname = '_120_normalise_phone')
$$, 'no table keeps numbers otherwise');

select * from finish();
rollback;
