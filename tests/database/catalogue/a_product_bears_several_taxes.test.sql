begin;
select plan(13);

select tests.sign_in('manager@acme.test');
insert into taxes (name, percent) values ('VAT', 16), ('Levy', 1.5);
create function pg_temp.tax(wanted text) returns uuid language sql as $$ select id from taxes where name = wanted $$;
select tests.remember('vat', pg_temp.tax('VAT'));
select tests.remember('levy', pg_temp.tax('Levy'));
create function pg_temp.bear(sku text, variadic borne uuid[]) returns text language plpgsql as $$
begin
  update products set tax_ids = borne where id = tests.product(bear.sku);
  return (select tax_rate || ' ' || (select string_agg(t ->> 'name' || ' ' || (t ->> 'percent'), ', ') from jsonb_array_elements(taxes) t) from products where id = tests.product(bear.sku));
exception when others then
  return sqlstate || ' ' || sqlerrm;
end $$;
select throws_ok($$ insert into taxes (name, percent) values ('VAT', 8) $$, 'PT409', 'tax_name_taken', 'a tax has its name alone');

select tests.sign_in('admin@acme.test');
select is(pg_temp.bear('COL-300', tests.id('vat'), tests.id('levy')), '17.50 Levy 1.50, VAT 16.00', 'the rate of a product is the sum of its taxes');
select is(pg_temp.bear('ORG-300', tests.id('vat'), tests.id('vat')), 'PT422 tax_twice', 'none of which counts twice');
select is(pg_temp.bear('ORG-300', gen_random_uuid()), 'PT404 record_not_found', 'nor is there one that nobody knows');
update products set tax_rate = 3 where id = tests.product('COL-300');
select is((select tax_rate from products where id = tests.product('COL-300')), 17.50, 'a rate that is typed does not count beside them');
select throws_ok($$ update taxes set percent = 18 where id = tests.id('vat') $$, '42501', null, 'a tax is changed by its command');
select throws_ok($$ select change_tax(tests.id('vat'), 'VAT', 101) $$, 'PT422', 'input_invalid', 'to a percentage');

select tests.sign_in('manager@acme.test');
select change_tax(tests.id('vat'), 'Value added tax', 18);
select is((select tax_rate || ' ' || taxes::text from products where id = tests.product('COL-300')), '19.50 [{"name": "Levy", "percent": 1.50}, {"name": "Value added tax", "percent": 18.00}]', 'its products follow');
select is((select tax_rate from products where id = tests.product('ORG-300')), 16.00, 'others do not');
select throws_ok($$ select change_tax(tests.id('vat'), 'Levy', 18) $$, 'PT409', 'tax_name_taken', 'the name of another is refused here, too');

select tests.sign_in('sales@acme.test');
select throws_ok($$ select change_tax(tests.id('vat'), 'VAT', 8) $$, '42501', 'permission_denied', 'not by everybody');
select tests.sign_in('admin@globex.test');
select throws_ok($$ select change_tax(tests.id('vat'), 'VAT', 8) $$, 'PT404', 'record_not_found', 'nor by another company');
select is(pg_temp.bear('COL-300', tests.id('vat')), null, 'which cannot give it to its products either');

select * from finish();
rollback;
