begin;
select plan(19);

create function pg_temp.asked() returns bigint language sql security definer as $$ select count(*) from pgmq.q_geocode_address $$;
create function pg_temp.question() returns text language sql security definer as $$
  select private.address_to_geocode(tests.tenant('acme'), tests.id('shop')) ->> 'asked_for'
$$;
create function pg_temp.moved_by() returns text language sql security definer as $$
  select e.rule from public.event_store e where e.entity_id = tests.id('shop') order by e.sequence desc limit 1
$$;
create function pg_temp.known() returns text language sql security definer as $$
  select private.address_to_geocode(tests.tenant('acme'), tests.id('shop')) -> 'known' ->> 'precision'
$$;
create function pg_temp.answer(asked_for text, found public.geocode_precision, latitude numeric default -1.3, longitude numeric default 36.8) returns void language sql security definer as $$
  select private.record_geocode(tests.tenant('acme'), tests.id('shop'), 'found', asked_for, found, latitude, longitude, 'google')
$$;
create function pg_temp.place() returns text language sql security definer as $$
  select concat_ws(' ', a.latitude, a.longitude, p.status) from public.customer_addresses a join public.address_positions p on p.address_id = a.id where a.id = tests.id('shop')
$$;
create function pg_temp.move(street text) returns void language sql as $$ update customer_addresses a set street = move.street where a.id = tests.id('shop') $$;

select tests.sign_in('manager@acme.test');
insert into customer_addresses (customer_id, label, street, city) values (tests.customer('Kilimani Mini Mart'), 'Kiosk', 'Moi Avenue 12', 'Nairobi');
select tests.remember('shop', (select id from customer_addresses where label = 'Kiosk'));
select is(pg_temp.asked(), 1::bigint, 'a new address is asked for');
select is(pg_temp.question(), 'Moi Avenue 12, Nairobi', 'by its street and town');
insert into customer_addresses (customer_id, label, street, city, latitude, longitude) values (tests.customer('Kilimani Mini Mart'), 'Store', 'Ngong Road', 'Nairobi', -1.3, 36.78);
select is(pg_temp.asked(), 1::bigint, 'one that comes with its place is not');
update customer_addresses set instructions = 'Ring' where id = tests.id('shop');
select is(pg_temp.asked(), 1::bigint, 'nor one of which something else changes');

-- Less than the street is a suggestion.
select pg_temp.answer('Moi Avenue 12, Nairobi', 'town');
select is(pg_temp.place(), 'unsure', 'the town alone is not a place to send a van to');
select is((select (precision, latitude, provider)::text from address_positions where address_id = tests.id('shop')), '(town,-1.300000,google)', 'it is a suggestion for whoever places it, and says how good it is');
select pg_temp.move('Moi Avenue 14');
select is(pg_temp.asked(), 2::bigint, 'a changed street is asked for again');
select pg_temp.answer('Moi Avenue 12, Nairobi', 'exact', -1.5);
select is(pg_temp.place(), 'asked', 'a late answer for the street before is dropped');
select pg_temp.answer('Moi Avenue 14, Nairobi', 'exact', -1.281, 36.822);
select is(pg_temp.place(), '-1.281000 36.822000 placed', 'the house is written to the address');
select is(pg_temp.moved_by(), 'addresses.geocode', 'and the audit trail says that a rule did it');
select is(pg_temp.asked(), 2::bigint, 'which asks nothing again');

-- The same again is known.
select is(pg_temp.known(), 'exact', 'what was answered is not asked again');

-- A place that was found moves with its address; one that was chosen stays.
select pg_temp.move('Kimathi Street 1');
select is(pg_temp.asked(), 3::bigint, 'a found place is looked for again when the street changes');
select pg_temp.answer('Kimathi Street 1, Nairobi', 'region');
select is(pg_temp.place(), 'unsure', 'and does not stay where the old street was');
update customer_addresses set latitude = -1.29, longitude = 36.81 where id = tests.id('shop');
select is(pg_temp.question(), null, 'a place that somebody has chosen is not looked for');
select pg_temp.answer('Kimathi Street 1, Nairobi', 'exact', -1.4);
select is(pg_temp.place(), '-1.290000 36.810000 unsure', 'nor overwritten by an answer that was on its way');
select pg_temp.move('Kimathi Street 2');
select is(pg_temp.asked(), 3::bigint, 'whatever the street is called later');

-- Nobody could say.
select tests.sign_out();
select tests.sign_in('manager@acme.test');
insert into customer_addresses (customer_id, label, street, city) values (tests.customer('Kilimani Mini Mart'), 'Hut', 'Nowhere', 'Nairobi');
select tests.remember('shop', (select id from customer_addresses where label = 'Hut'));
select pg_temp.answer('Nowhere, Nairobi', null, null, null);
select is(pg_temp.place(), 'unknown', 'what nobody knows says so');
select tests.sign_in('admin@globex.test');
select is((select count(*) from address_positions where address_id = tests.id('shop')), 0::bigint, 'and is nobody else''s to see');
select * from finish();
rollback;
