begin;
select plan(17);

-- What a person changes of a customer, his address and his contact: how many rows of the three.
create function pg_temp.changed(customer uuid) returns integer language plpgsql as $$
declare
  one integer;
  two integer;
  three integer;
begin
  update customers set notes = 'seen' where id = customer;
  get diagnostics one = row_count;
  update customer_addresses set instructions = 'Ring' where customer_id = customer;
  get diagnostics two = row_count;
  update contacts set role = 'Buyer' where customer_id = customer;
  get diagnostics three = row_count;
  return one + two + three;
end
$$;
create function pg_temp.editable(customer uuid) returns boolean language sql stable as $$ select c.is_editable from customers c where c.id = customer $$;

insert into contacts (tenant_id, customer_id, name) select c.tenant_id, c.id, 'Asha' from customers c where c.name in ('Kilimani Mini Mart', 'Gikomba Traders', 'Karen Country Kiosk');
insert into contacts (tenant_id, name) values (tests.tenant('acme'), 'Walked in');
update customers set sales_rep_id = tests.membership('agent@acme.test') where name = 'Gikomba Traders';
update customers set sales_rep_id = null where name = 'Karen Country Kiosk';

select tests.sign_in('sales@acme.test');
select is(pg_temp.changed(tests.customer('Kilimani Mini Mart')), 3, 'his own customer, the address and the contact');
select is(pg_temp.editable(tests.customer('Kilimani Mini Mart')), true, 'which he is told');
select is(pg_temp.changed(tests.customer('Gikomba Traders')), 0, 'nobody else''s');
select is(pg_temp.editable(tests.customer('Gikomba Traders')), false, 'which he is told, too');
delete from contacts where customer_id = tests.customer('Gikomba Traders');
select is((select count(*) from contacts where customer_id = tests.customer('Gikomba Traders')), 1::bigint, 'whose contacts stay');
select is(pg_temp.changed(tests.customer('Karen Country Kiosk')), 0, 'nor one who is nobody''s');
update contacts set role = 'Cook' where name = 'Walked in';
select is((select role from contacts where name = 'Walked in'), 'Cook', 'somebody who is nobody''s customer is everybody''s');

-- Whom he enters is his until he is given to somebody.
insert into customers (name) values ('Brand New Kiosk');
select is(pg_temp.changed((select id from customers where name = 'Brand New Kiosk')), 1, 'whom he enters he changes');
select tests.sign_in('manager@acme.test');
update customers set sales_rep_id = tests.membership('agent@acme.test') where name = 'Brand New Kiosk';
select tests.sign_in('sales@acme.test');
select is(pg_temp.changed((select id from customers where name = 'Brand New Kiosk')), 0, 'until he is somebody else''s');

-- Of a territory in which he sells, those who are nobody's.
select tests.sign_out();
insert into territory_reps (tenant_id, territory_id, membership_id) select t.tenant_id, t.id, tests.membership('sales@acme.test') from territories t where t.tenant_id = tests.tenant('acme') and t.code = 'NBO';
select tests.sign_in('sales@acme.test');
select is(pg_temp.changed(tests.customer('Karen Country Kiosk')), 3, 'who lies where he sells and is nobody''s is his');
select is(pg_temp.changed(tests.customer('Gikomba Traders')), 0, 'a colleague''s there is not');

-- Managers, all; one of a territory that one.
select tests.sign_in('manager@acme.test');
select is(pg_temp.changed(tests.customer('Gikomba Traders')), 3, 'a manager changes everybody');
select tests.sign_out();
update memberships set territory_id = (select id from territories where tenant_id = tests.tenant('acme') and code = 'KLF') where id = tests.membership('manager@acme.test');
select tests.sign_in('manager@acme.test');
select is(pg_temp.changed(tests.customer('Gikomba Traders')), 0, 'one of a territory nobody outside of it');
select is(pg_temp.changed(tests.customer('Mnarani Stores')) > 0, true, 'but those within');

-- A company may see it otherwise; another one sees nothing.
select tests.sign_in('owner@acme.test');
select lives_ok($$ select set_role_permission('sales', 'customers.edit_all', true) $$, 'a company gives the right to those who sell');
select tests.sign_in('sales@acme.test');
select is(pg_temp.changed(tests.customer('Gikomba Traders')), 3, 'who then change everybody');
select tests.sign_in('owner@globex.test');
select is(pg_temp.changed(tests.customer('Gikomba Traders')), 0, 'of their own company');

select * from finish();
rollback;
