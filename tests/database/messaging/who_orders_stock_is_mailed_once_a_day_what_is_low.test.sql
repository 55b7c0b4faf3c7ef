begin;
select plan(9);

create function pg_temp.mailed(person text) returns bigint language sql as $$
  select count(*) from messages where template = 'stock.reorder' and recipient = person $$;
update inventory set reorder_point = 0;
select is((private.run_maintenance() ->> 'reorder_notices')::int, 0, 'while there is enough of everything nobody is mailed');
update inventory set reorder_point = 450 where product_id = tests.product('COL-300') and warehouse_id = tests.depot();
select tests.limit_to('dispatcher@acme.test', 'KLF');
update memberships set role = 'warehouse' where id = tests.membership('dispatcher@acme.test');
select cmp_ok((private.run_maintenance() ->> 'reorder_notices')::int, '>', 1, 'then everybody is who may edit the inventory');
select is(pg_temp.mailed('warehouse@acme.test'), 1::bigint, 'like the clerk');
select is(pg_temp.mailed('sales@acme.test'), 0::bigint, 'and nobody else');
select is(pg_temp.mailed('dispatcher@acme.test'), 0::bigint, 'of another depot neither');
select is(pg_temp.mailed('warehouse@globex.test'), 0::bigint, 'nor of another company');
select results_eq($$ select subject, body like '%' || (select name from products where id = tests.product('COL-300')) || ' (Nairobi depot: 400)%' from messages where template = 'stock.reorder' and recipient = 'warehouse@acme.test' $$,
  $$ select name || ': 1 to order again', true from tenants where slug = 'acme' $$, 'with product, place and what is left');
select is((private.run_maintenance() ->> 'reorder_notices')::int, 0, 'once a day');
update tenant_settings set locale = 'sw-KE' where tenant_id = tests.tenant('acme');
delete from messages where template = 'stock.reorder';
select private.run_maintenance();
select ok((select body like 'Tarehe %' from messages where template = 'stock.reorder' and recipient = 'warehouse@acme.test'), 'in the language of the company');

select * from finish();
rollback;
