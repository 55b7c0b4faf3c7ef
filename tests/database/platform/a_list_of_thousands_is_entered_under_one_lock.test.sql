begin;
select plan(3);

select tests.sign_in('manager@acme.test');
insert into products (sku, name, base_price) select 'P-' || n, 'Product ' || n, 1 from generate_series(1, 3000) n;
insert into product_packs (product_id, name, factor) select p.id, 'box', 6 from products p where p.sku like 'P-%';
select tests.sign_out();
select is((select count(*) from products p where p.sku like 'P-%'), 3000::bigint, 'three thousand products');
select is((select count(*) from pg_locks l where l.locktype = 'advisory' and l.pid = pg_backend_pid()), 2::bigint,
  'and their packs: the server has room for one lock per company and table, not for one per row');
select throws_ok($$ insert into products (tenant_id, sku, name, base_price) select tests.tenant('acme'), 'P-' || n, 'Again', 1 from generate_series(3000, 4000) n $$,
  'PT409', 'product_sku_taken', 'of a list with one that is taken nothing is entered');

select * from finish();
rollback;
