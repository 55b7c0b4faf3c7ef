begin;
select plan(21);

create function pg_temp.square(west numeric, south numeric, east numeric, north numeric) returns jsonb language sql as $$
  select jsonb_build_array(jsonb_build_array(west, south), jsonb_build_array(east, south), jsonb_build_array(east, north), jsonb_build_array(west, north), jsonb_build_array(west, south))
$$;
create function pg_temp.area(variadic rings jsonb[]) returns jsonb language sql as $$ select jsonb_build_object('type', 'Polygon', 'coordinates', to_jsonb(rings)) $$;
create function pg_temp.draw(wanted text, borders jsonb) returns uuid language plpgsql as $$
declare
  made uuid;
begin
  insert into territories (code, name, area) values (wanted, wanted, borders) returning id into made;
  return made;
end $$;
create function pg_temp.shop(wanted text, x numeric, y numeric) returns uuid language plpgsql as $$
declare
  made uuid;
begin
  insert into customers (name) values (wanted) returning id into made;
  insert into customer_addresses (customer_id, label, street, city, longitude, latitude, is_default) values (made, 'Shop', 'Road 1', 'Garissa', x, y, true);
  return made;
end $$;
create function pg_temp.lies_in(wanted text) returns text language sql as $$
  select coalesce((select t.code from territories t where t.id = c.territory_id), 'nowhere') from customers c where c.name = wanted
$$;

select tests.sign_in('manager@acme.test');
select tests.remember('garissa', pg_temp.draw('GAR', pg_temp.area(pg_temp.square(39, -1, 40, 0), pg_temp.square(39.4, -0.6, 39.6, -0.4))));
select lives_ok($$ select pg_temp.shop('Inside', 39.2, -0.2) $$, 'a customer gets an address');
select is(pg_temp.lies_in('Inside'), 'GAR', 'he lies in the territory around it');
select pg_temp.shop('In the hole', 39.5, -0.5);
select is(pg_temp.lies_in('In the hole'), 'nowhere', 'not in its hole');
select pg_temp.shop('On the border', 39, -0.5);
select is(pg_temp.lies_in('On the border'), 'GAR', 'a border belongs to the area');
select pg_temp.shop('At the hole', 39.4, -0.5);
select is(pg_temp.lies_in('At the hole'), 'nowhere', 'the border of a hole does not');

-- A smaller one within it.
select tests.remember('town', pg_temp.draw('TWN', pg_temp.area(pg_temp.square(39.1, -0.3, 39.3, -0.1))));
select is(pg_temp.lies_in('Inside'), 'TWN', 'where several are, the smallest counts, and he moves by himself');
update territories set is_active = false where id = tests.id('town');
select is(pg_temp.lies_in('Inside'), 'GAR', 'one that is out of use counts no more');
update territories set is_active = true where id = tests.id('town');

-- What somebody chose stays.
update customers set territory_id = (select id from territories where code = 'NBO') where name = 'Inside';
select is((select territory_chosen from customers where name = 'Inside'), true, 'a territory that somebody writes is chosen');
update territories set area = pg_temp.area(pg_temp.square(39.05, -0.35, 39.3, -0.1)) where id = tests.id('town');
update customer_addresses a set latitude = -0.21 from customers c where c.id = a.customer_id and c.name = 'Inside';
select is(pg_temp.lies_in('Inside'), 'NBO', 'borders and addresses do not move him then');
update customers set territory_id = null, notes = 'as the map says' where name = 'Inside';
select is(pg_temp.lies_in('Inside'), 'TWN', 'taken away, the map decides again');
select is((select territory_chosen from customers where name = 'Inside'), false, 'and he follows it');
update customers set territory_id = tests.id('town'), notes = 'saved as it was' where name = 'Inside';
select is((select territory_chosen from customers where name = 'Inside'), false, 'saving what the map said chooses nothing');

-- The address moves, the borders move.
update customer_addresses a set longitude = 39.8 from customers c where c.id = a.customer_id and c.name = 'Inside';
select is(pg_temp.lies_in('Inside'), 'GAR', 'a customer who moves changes his territory');
update customer_addresses a set latitude = null, longitude = null from customers c where c.id = a.customer_id and c.name = 'Inside';
select is(pg_temp.lies_in('Inside'), 'nowhere', 'without a position he is in none');
update customer_addresses a set latitude = -0.2, longitude = 39.2 from customers c where c.id = a.customer_id and c.name = 'Inside';
update territories set area = jsonb_build_object('type', 'MultiPolygon', 'coordinates', jsonb_build_array(jsonb_build_array(pg_temp.square(39.4, -0.6, 39.6, -0.4)), jsonb_build_array(pg_temp.square(50, 0, 51, 1))))
where id = tests.id('town');
select is(pg_temp.lies_in('In the hole'), 'TWN', 'an area of several parts covers each of them');
select is(pg_temp.lies_in('Inside'), 'GAR', 'who lay in the old borders only is placed anew');
update territories set area = null where id = tests.id('town');
select is(pg_temp.lies_in('In the hole'), 'nowhere', 'without borders nobody lies in it');

-- Its one salesperson.
insert into territory_reps (territory_id, membership_id) values (tests.id('garissa'), tests.membership('sales@acme.test'));
select pg_temp.shop('Served', 39.7, -0.7);
select is((select sales_rep_id from customers where name = 'Served'), tests.membership('sales@acme.test'), 'its only salesperson serves who comes to lie in it');
insert into territory_reps (territory_id, membership_id) values (tests.id('garissa'), tests.membership('manager@acme.test'));
select pg_temp.shop('Between two', 39.7, -0.7);
select is((select sales_rep_id from customers where name = 'Between two'), null, 'of two nobody is taken');
select tests.sign_in('viewer@acme.test');
select throws_ok($$ insert into territory_reps (territory_id, membership_id) values (tests.id('garissa'), tests.membership('dispatcher@acme.test')) $$, '42501', null, 'who sells where is said by those who keep territories');
select tests.sign_out();
select is((select count(*) from event_store where entity_type = 'customer' and rule = 'territories:map' and entity_id = (select id from customers where name = 'Inside')), 8::bigint, 'each move is on record, as the map''s');

select * from finish();
rollback;
