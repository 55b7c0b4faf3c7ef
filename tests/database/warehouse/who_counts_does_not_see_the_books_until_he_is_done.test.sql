begin;
select plan(17);

create function pg_temp.books(sku text default 'COL-300', depot text default 'NBO') returns bigint language sql as $$
  select (select count(*) from inventory i where i.warehouse_id = tests.depot(depot) and i.product_id = tests.product(sku))
    + (select count(*) from inventory_transactions t where t.warehouse_id = tests.depot(depot) and t.product_id = tests.product(sku))
    + (select count(*) from stock_as_of(now(), tests.depot(depot)) s where s.product_id = tests.product(sku)) $$;
grant execute on all functions in schema pg_temp to public;

select tests.sign_in('manager@acme.test');
select tests.remember('count', (create_stock_count(tests.depot(), array[tests.account('warehouse@acme.test')], array[tests.product('COL-300')])).id);
select tests.sign_in('warehouse@acme.test');
select is(pg_temp.books(), 3::bigint, 'before he counts he sees the books');
select tests.begun(tests.id('count'));
select tests.sign_in('warehouse@acme.test');
select is(pg_temp.books(), 0::bigint, 'while he counts he does not: neither balance nor movements nor the stock of any moment');
select is(pg_temp.books('COL-300', 'KLF'), 3::bigint, 'of other places he does');
select results_eq($$ select counted, expected, variance from stock_count_items where stock_count_id = tests.id('count') $$, $$ values (null::numeric, null::numeric, null::numeric) $$, 'the sheet does not know them either');
select tests.sign_out();
update memberships set role = 'manager' where id = tests.membership('warehouse@acme.test');
select tests.sign_in('warehouse@acme.test');
select is((select (l ->> 'available') from jsonb_array_elements(quote_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1)) -> 'lines') l), null, 'nor a quotation');
select is((select (l ->> 'available') is not null from jsonb_array_elements(quote_order(tests.customer('Kilimani Mini Mart'), tests.depot('KLF'), tests.lines('COL-300', 1)) -> 'lines') l), true, 'which tells him of other places');
select tests.sign_out();
update memberships set role = 'warehouse' where id = tests.membership('warehouse@acme.test');
select tests.sign_in('manager@acme.test');
select is(pg_temp.books(), 3::bigint, 'who does not count sees them');
select throws_ok($$ select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('COL-300', 400))) $$, '42501', 'not_a_counter', 'and does not write into the count');
select tests.sign_in('warehouse@acme.test');
select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('COL-300', 390)));
select results_eq($$ select counted, expected, variance from stock_count_items where stock_count_id = tests.id('count') $$, $$ values (390.000, null::numeric, null::numeric) $$, 'a figure alone tells nothing');
select finish_stock_count(tests.id('count'));
select results_eq($$ select counted, expected, variance from stock_count_items where stock_count_id = tests.id('count') $$, $$ values (390.000, 400.000, -10.000) $$, 'when he is done he is told');
select is(pg_temp.books(), 3::bigint, 'and sees the books again');
select throws_ok($$ select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('COL-300', 400))) $$, 'PT409', 'stock_count_transition_illegal', 'but writes no more');
select throws_ok($$ update stock_count_items set counted = 400 $$, '42501', null, 'nor by any other way');
select throws_ok($$ select approve_stock_count(tests.id('count')) $$, '42501', 'permission_denied', 'nor approves it');
select tests.sign_out();
update memberships set role = 'manager' where id = tests.membership('warehouse@acme.test');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select approve_stock_count(tests.id('count')) $$, '42501', 'separation_of_duties', 'whatever his role, and whoever entered it');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_stock_count(tests.id('count')) $$, '42501', 'separation_of_duties', 'nor who entered it');
select tests.sign_in('owner@acme.test');
select is((approve_stock_count(tests.id('count'))).status::text, 'approved', 'a third one does');

select * from finish();
rollback;
