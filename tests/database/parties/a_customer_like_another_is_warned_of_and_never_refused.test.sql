begin;
select plan(23);

create function pg_temp.like(name text, phone text default null, tax_id text default null, customer uuid default null) returns text language sql as $$
  select string_agg((s ->> 'name') || ' by ' || (select string_agg(w, '+' order by w) from jsonb_array_elements_text(s -> 'same') w), ', ')
  from jsonb_array_elements(customers_like(name, phone, tax_id, customer)) s
$$;
create function pg_temp.noted(wanted text) returns text language sql security definer as $$
  select coalesce(string_agg(c.name || case when s.acknowledged_by is null then ' open' else ' by ' || u.email end, ',' order by c.name), 'none')
  from similar_customers s join customers c on c.id = s.similar_id left join auth.users u on u.id = s.acknowledged_by where s.customer_id = tests.id(wanted)
$$;
create function pg_temp.entered(name text, phone text default null, tax_id text default null) returns uuid language sql as $$
  insert into customers (name, phone, tax_id) values (name, phone, tax_id) returning id
$$;

select tests.sign_in('sales@acme.test');
select tests.remember('first', pg_temp.entered('Zawadi Duka la Jumla', '0799 111 222', 'P05 1234-567X'));
select is(pg_temp.noted('first'), 'none', 'who is like nobody is like nobody');
select is(pg_temp.like('Other', '+254 799-111222'), 'Zawadi Duka la Jumla by phone', 'a phone is the same however it is written');
select is(pg_temp.like('Other', null, 'p051234567x'), 'Zawadi Duka la Jumla by tax_id', 'so is a tax number');
select is(pg_temp.like('zawadi duka ya jumla'), 'Zawadi Duka la Jumla by name', 'a name that is nearly the same');
select is(pg_temp.like('Zawadi Hardware Stores'), null, 'a name that shares a word is another one');
select is(pg_temp.like('ZAWADI DUKA LA JUMLA', '0799111222', 'P051234567X'), 'Zawadi Duka la Jumla by name+phone+tax_id', 'all that is the same is said at once');
select is(pg_temp.like('Zawadi Duka la Jumla', customer => tests.id('first')), null, 'a customer is not like himself');
select is(pg_temp.like(null), null, 'nothing is like nothing');

insert into contacts (customer_id, name, phone) values (tests.id('first'), 'Asha', '0799 333 444');
select is(pg_temp.like('Other', '0799333444'), 'Zawadi Duka la Jumla by phone', 'the phone of his people counts');

select tests.remember('twin', pg_temp.entered('Zawadi Duka ya Jumla', '0799111222'));
select is(pg_temp.noted('twin'), 'Zawadi Duka la Jumla open', 'entered all the same, it is written down');
insert into customer_addresses (customer_id, label, street, city) values (tests.id('twin'), 'Shop', 'Lane 1', 'Nairobi');
select lives_ok($$ select submit_customer(tests.id('twin')) $$, 'and he is sent for approval: a warning is no refusal');
select ok((select 'acknowledge_similar' = any (allowed_commands(c)) from customers c where c.id = tests.id('twin')), 'somebody may say that they are two');
select ok((select 'acknowledge_similar' = any (allowed_commands(c)) from customers c where c.id = tests.id('first')), 'on the page of either');
select lives_ok($$ select acknowledge_similar_customer(tests.id('twin')) $$, 'which he does once');
select is(pg_temp.noted('twin'), 'Zawadi Duka la Jumla by sales@acme.test', 'and his name is kept');
select throws_ok($$ select acknowledge_similar_customer(tests.id('twin')) $$, 'PT409', 'customer_not_similar', 'not twice');
select is(pg_temp.like('Zawadi Duka ya Jumla', customer => tests.id('twin')), null, 'of what was acknowledged nobody is warned again');
update customers set phone = '0799111222' where id = tests.id('first');
update customers set name = 'Zawadi Duka la Jumla 2' where id = tests.id('first');
select is(pg_temp.noted('first'), 'none', 'nor from the other side');

select tests.remember('third', pg_temp.entered('Baraka Traders', '0799555666'));
update customers set phone = '0799111222' where id = tests.id('third');
select is(pg_temp.noted('third'), 'Zawadi Duka la Jumla 2 open,Zawadi Duka ya Jumla open', 'a change can make him like others');
update customers set phone = '0799555667' where id = tests.id('third');
select is(pg_temp.noted('third'), 'none', 'and unlike them again');

select tests.sign_in('admin@globex.test');
select is(pg_temp.like('Zawadi Duka la Jumla', '0799111222', 'P051234567X'), null, 'another company knows nothing of it');
select tests.sign_in('customer@acme.test');
select throws_ok($$ select customers_like('Zawadi Duka la Jumla') $$, '42501', 'permission_denied', 'a customer is told of no other customer');
select is((select count(*) from similar_customers), 0::bigint, 'and sees none of it');

select * from finish();
rollback;
