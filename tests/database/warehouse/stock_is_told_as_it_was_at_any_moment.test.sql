begin;
select plan(8);

create function pg_temp.at(moment timestamptz, warehouse uuid default tests.depot()) returns numeric language sql as
$$ select coalesce((select s.on_hand from stock_as_of(moment, warehouse) s where s.product_id = tests.product('COL-300') and s.condition = 'good'), 0) $$;
grant execute on all functions in schema pg_temp to public;
select tests.sign_in('warehouse@acme.test');
select set_config('tests.before', pg_temp.at(now() - interval '3 days')::text, true);
select tests.sign_out();
insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id, occurred_at) values
  (tests.tenant('acme'), tests.depot(), tests.product('COL-300'), 40, 'adjustment', 'test', tests.depot(), now() - interval '2 days'),
  (tests.tenant('acme'), tests.depot(), tests.product('COL-300'), -15, 'adjustment', 'test', tests.depot(), now() - interval '1 day');
select tests.sign_in('warehouse@acme.test');
select is(pg_temp.at(now() - interval '3 days'), current_setting('tests.before')::numeric, 'before they happened movements do not count');
select is(pg_temp.at(now() - interval '36 hours'), current_setting('tests.before')::numeric + 40, 'between them the first does');
select is(pg_temp.at(now()), (select on_hand from inventory where warehouse_id = tests.depot() and product_id = tests.product('COL-300') and condition = 'good'), 'now it is the balance');
select is(pg_temp.at('2001-01-01'), 0::numeric, 'long ago there was nothing');
select tests.sign_in('admin@globex.test');
select throws_ok($$ select * from stock_as_of(now(), tests.depot()) $$, 'PT404', 'record_not_found', 'another company is told of no such place');
select tests.sign_in('customer@acme.test');
select throws_ok($$ select * from stock_as_of(now()) $$, '42501', 'permission_denied', 'a customer has no business there');
select tests.sign_out();
update memberships set warehouse_id = tests.depot('KLF') where id = tests.membership('warehouse@acme.test');
select tests.sign_in('warehouse@acme.test');
select is((select count(*) from stock_as_of(now()) where warehouse_id <> tests.depot('KLF')), 0::bigint, 'whoever works in one place sees that one');
select is((select count(*) from stock_as_of(now(), tests.depot())), 0::bigint, 'and no other by asking for it');

select * from finish();
rollback;
