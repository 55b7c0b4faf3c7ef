begin;
select plan(9);

insert into warehouses (tenant_id, code, name) values (tests.tenant('acme'), 'NEW', 'New depot');
insert into products (tenant_id, sku, name, unit, base_price)
select tests.tenant('acme'), sku, sku, 'crate', price from (values ('MUCH', 1000), ('SOME', 100), ('LITTLE', 10), ('NONE', 5000)) as p (sku, price);
insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id, occurred_at)
select tests.tenant('acme'), tests.depot('NEW'), tests.product(sku), quantity, kind::movement_kind, 'test', tests.depot('NEW'), now() - make_interval(days => days)
from (values ('MUCH', 100, 'adjustment', 200), ('SOME', 300, 'adjustment', 200), ('LITTLE', 100, 'adjustment', 200), ('NONE', 10, 'adjustment', 200),
  ('MUCH', -50, 'load', 10), ('SOME', -100, 'load', 10), ('SOME', -150, 'load', 100), ('LITTLE', -20, 'transfer', 10)) as m (sku, quantity, kind, days) order by days desc;
create function pg_temp.counted(sku text, days integer) returns void language plpgsql as $$
declare
  counting uuid := tests.begun(tests.count_of(sku, 'NEW'));
begin
  perform tests.counted(counting, sku, tests.stock(sku, tests.depot('NEW')));
  perform tests.posted(counting);
  -- As if that had been then.
  update inventory set last_counted_at = now() - make_interval(days => days) where warehouse_id = tests.depot('NEW') and product_id = tests.product(sku);
end $$;
grant execute on all functions in schema pg_temp to public;

select tests.sign_in('warehouse@acme.test');
select results_eq($$ select product_sku, class, moved, is_due from count_suggestions(tests.depot('NEW')) $$,
  $$ values ('MUCH', 'A', 50.000, true), ('SOME', 'B', 100.000, true), ('LITTLE', 'C', 20.000, true), ('NONE', 'C', 0.000, true) $$, 'what nobody has counted is due, what moves most first');
select tests.sign_out();
select pg_temp.counted('MUCH', 31), pg_temp.counted('SOME', 31), pg_temp.counted('LITTLE', 181), pg_temp.counted('NONE', 100);
select tests.sign_in('warehouse@acme.test');
select results_eq($$ select product_sku, is_due from count_suggestions(tests.depot('NEW')) $$, $$ values ('MUCH', true), ('LITTLE', true), ('SOME', false), ('NONE', false) $$, 'what moves much is counted more often');
select is((select due_on from count_suggestions(tests.depot('NEW')) where product_sku = 'MUCH'), private.tenant_today(tests.tenant('acme')) - 1, 'thirty days after it was counted');
select is((select last_counted_at is not null from count_suggestions(tests.depot('NEW')) where product_sku = 'NONE'), true, 'it says when that was');
select tests.remember('count', (create_stock_count(tests.depot('NEW'), array[tests.account('warehouse@acme.test')], array[tests.product('MUCH')])).id);
select start_stock_count(tests.id('count'));
select is_empty($$ select * from count_suggestions(tests.depot('NEW')) $$, 'who counts the place is told nothing of it');
select tests.sign_in('manager@acme.test');
select is((select count(*) from count_suggestions(tests.depot('NEW'))), 4::bigint, 'others are');
select tests.sign_in('manager@globex.test');
select throws_ok($$ select * from count_suggestions(tests.depot('NEW')) $$, 'PT404', 'record_not_found', 'a stranger knows no such place');
select tests.sign_out();
select tests.limit_to('warehouse@acme.test', 'KLF');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select * from count_suggestions(tests.depot('NEW')) $$, 'PT404', 'record_not_found', 'nor does who works elsewhere');
select tests.sign_in('driver@acme.test');
select throws_ok($$ select * from count_suggestions(tests.depot('NEW')) $$, '42501', 'permission_denied', 'nor who does not see stock');

select * from finish();
rollback;
