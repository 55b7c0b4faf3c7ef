begin;
select plan(34);

create function pg_temp.used(customer text) returns numeric language plpgsql as $$
begin
  return (customer_credit(tests.customer(customer)) ->> 'used')::numeric;
end $$;
create function pg_temp.held(customer uuid) returns text language sql security definer as $$
  select coalesce(string_agg(p.sku || ' ' || trim_scale(b.quantity) || ' at ' || b.deposit_amount, ',' order by p.sku), 'nothing')
  from container_balances b join products p on p.id = b.product_id where b.holder = 'customer' and b.holder_id = customer and (b.quantity <> 0 or b.deposit_amount <> 0)
$$;
create function pg_temp.owner(wanted text) returns text language sql security definer as $$
  select c.name from customers c where c.id = (
    select customer_id from orders where id = tests.id(wanted) union all select customer_id from payments where id = tests.id(wanted)
    union all select i.customer_id from invoices i where i.id = tests.id(wanted))
$$;
create function pg_temp.rows_of(customer uuid) returns text language plpgsql security definer as $$
declare
  k record; n bigint; told text := '';
begin
  for k in select * from private.customer_columns() order by 1, 2, 3 loop
    execute format('select count(*) from %I.%I where %I = $1', k.schema_name, k.table_name, k.column_name) into n using customer;
    if n > 0 then told := told || k.table_name || ' ' || n || ' '; end if;
  end loop;
  return told;
end $$;

-- What both have: an order delivered and billed, money, an order that waits, a template, people.
select tests.remember('one', tests.customer('Kilimani Mini Mart'));
select tests.remember('other', tests.customer('Westlands Wholesalers'));
select tests.remember('done', tests.pending('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('waits', tests.pending('Kilimani Mini Mart', 'COL-300', 3));
select tests.remember('money', tests.money('Kilimani Mini Mart', 500));
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('done'), 'x');
select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('done'));
select tests.sign_in('sales@acme.test');
select create_order_template(tests.id('one'), tests.depot(), 'Weekly', tests.lines('COL-300', 1));
select create_order_template(tests.id('other'), tests.depot(), 'Weekly', tests.lines('COL-300', 2));
insert into contacts (customer_id, name, phone) values (tests.id('one'), 'Asha', '0799 333 444');
select tests.sign_out();
select tests.on_the_road(array[tests.id('done')]);

select tests.sign_in('sales@acme.test');
select throws_ok($$ select merge_customer(tests.id('one'), tests.id('other')) $$, '42501', 'permission_denied', 'merging takes a right of its own');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select merge_customer(tests.id('one'), tests.id('other')) $$, 'PT409', 'customer_on_the_road', 'while a van is on its way to him he stays who he is');
select tests.sign_out();
select tests.deliver(tests.id('done'), 10, null, tests.lines('EMP-CRATE24', 4));
select tests.remember('bill', (select id from invoices where order_id = tests.id('done')));
select tests.sign_in('finance@acme.test');
select issue_invoice(tests.id('bill'));

select tests.sign_in('manager@acme.test');
select set_config('tests.used', (pg_temp.used('Kilimani Mini Mart') + pg_temp.used('Westlands Wholesalers'))::text, true);
select set_config('tests.held', pg_temp.held(tests.id('one')), true);
select isnt(current_setting('tests.held'), 'nothing', 'he holds containers');
select throws_ok($$ select merge_customer(tests.id('one'), tests.id('one')) $$, 'PT422', 'customer_merged_with_himself', 'nobody is merged with himself');
select throws_ok($$ select merge_customer(tests.id('one'), tests.id('other'), array['status']) $$, 'PT422', 'merge_takes_unknown', 'not every value can be chosen');
select throws_ok($$ select merge_customer(tests.id('one'), tests.customer('Mombasa Gas Depot', 'globex')) $$, 'PT404', 'record_not_found', 'nobody is merged into another company');
select throws_ok($$ select merge_customer(tests.id('one'), tests.id('other'), expected_version => 0) $$, 'PT409', 'version_conflict', 'what was changed meanwhile is looked at first');
select ok((select 'merge' = any (allowed_commands(c)) from customers c where c.id = tests.id('one')), 'a manager may merge');

select lives_ok($$ select merge_customer(tests.id('one'), tests.id('other'), array['phone']) $$, 'two are made one');
select is(tests.status('customer', tests.id('one')), 'merged', 'the one is merged');
select is((select merged_into_id from customers where id = tests.id('one')), tests.id('other'), 'and says into whom');
select is((select phone from customers where id = tests.id('other')), (select phone from customers where id = tests.id('one')), 'what was better is taken over');
select is(pg_temp.owner('done') || ', ' || pg_temp.owner('waits') || ', ' || pg_temp.owner('money') || ', ' || pg_temp.owner('bill'),
  'Westlands Wholesalers, Westlands Wholesalers, Westlands Wholesalers, Westlands Wholesalers', 'orders, money and invoices are the other''s');
select is(pg_temp.rows_of(tests.id('one')), '', 'no table names him any more');
select is(pg_temp.used('Westlands Wholesalers'), current_setting('tests.used')::numeric, 'he owes what both owed');
select is(pg_temp.held(tests.id('one')), 'nothing', 'his containers left him');
select is(pg_temp.held(tests.id('other')), current_setting('tests.held'), 'and came to the other at the deposits that were paid');
select is((select count(*) from container_ledger where reference_type = 'customer' and reference_id = tests.id('one')), 2::bigint, 'by entries of the ledger');
select is((select string_agg(name, ',' order by name) from order_templates where customer_id = tests.id('other')), 'Weekly,Weekly (' || (select code from customers where id = tests.id('one')) || ')', 'templates of one name are told apart');
select is((select count(*) from customer_addresses where customer_id = tests.id('other') and is_default), 1::bigint, 'one address is the default');
select ok(tests.id('other') = any (private.customers_meant('Kilimani Mini')), 'he is found under his old name');
select ok(tests.id('other') = any (private.customers_meant((select code from customers where id = tests.id('one')))), 'and under his old code');
select throws_ok($$ select merge_customer(tests.id('one'), tests.id('other')) $$, 'PT409', 'customer_transition_illegal', 'once');
select throws_ok($$ select merge_customer(tests.id('other'), tests.id('one')) $$, 'PT409', 'customer_merged', 'and not back');
select throws_ok($$ select create_order(tests.id('one'), tests.depot(), tests.lines('COL-300', 1)) $$, 'PT409', 'customer_merged', 'nothing new is written for him');
select throws_ok($$ insert into contacts (customer_id, name) values (tests.id('one'), 'Juma') $$, 'PT409', 'customer_merged', 'not by hand either');
select lives_ok($$ select approve_order(tests.id('waits'), 'x') $$, 'what waited goes on');
select tests.sign_in('finance@acme.test');
select lives_ok($$ select allocate_payment(tests.id('money'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('bill'), 'amount', 500))) $$, 'his money pays his invoice');

-- A second one merged into the first, and then both into a third: everybody who was merged points at who is left.
select tests.sign_in('manager@acme.test');
select tests.remember('third', tests.customer('Java Corner Cafe'));
select lives_ok($$ select merge_customer(tests.id('other'), tests.id('third')) $$, 'a chain of merges');
select is((select string_agg(distinct merged_into_id::text, ',') from customers where id in (tests.id('one'), tests.id('other'))), tests.id('third')::text, 'leads to who is left');
select is(pg_temp.owner('done'), 'Java Corner Cafe', 'with what the first one had');
select tests.sign_in('auditor@acme.test');
select is((select count(*) from rebuild_balances()), 0::bigint, 'every balance is what its rows say');
select tests.sign_out();
select is((select count(*) from private.refold_documents_of(tests.tenant('acme'))), 0::bigint, 'and every document what was recorded of it');
select is(
  (select string_agg(c.table_name || '.' || c.column_name, ', ' order by c.table_name, c.column_name) from information_schema.columns c
   join information_schema.tables t using (table_schema, table_name)
   where t.table_type = 'BASE TABLE' and c.table_schema in ('public', 'private') and c.data_type = 'uuid' and c.column_name ~ 'customer|holder'
     and (c.table_schema, c.table_name, c.column_name) not in (select * from private.customer_columns())
     -- Registries follow their sources.
     and c.table_name not in (select r.registry from private.registries r)),
  'assets.holder_id, container_ledger.holder_id', 'but for assets, which people hold, no table names a customer without a key to him but the ledger of containers, which is handed over by entries');

select * from finish();
rollback;
