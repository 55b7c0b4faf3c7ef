begin;
select plan(3);

create function pg_temp.touch(ledger text, change text) returns text language plpgsql as $$
begin
  execute format(change, ledger);
  return 'done';
exception when sqlstate 'PT409' then return sqlerrm;
end $$;
select tests.invoiced('Kilimani Mini Mart', 'COL-300', 2);
insert into products (tenant_id, sku, name, base_price, tracking) values (tests.tenant('acme'), 'MILK', 'Milk', 1, 'batch');
insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id) values (tests.tenant('acme'), tests.depot(), tests.product('MILK'), 3, 'count', 'test', tests.depot());
insert into approvals (tenant_id, machine, entity_id, entity_version, command, approved_by) values (tests.tenant('acme'), 'order', gen_random_uuid(), 1, 'approve', gen_random_uuid());
select private.seal_audit(tests.tenant('acme'));
select is_empty($$ select l from unnest(array['public.approvals', 'public.event_store', 'private.audit_chain', 'public.inventory_transactions', 'public.batch_movements', 'private.movement_values', 'public.container_ledger', 'public.delivery_proofs']) l where pg_temp.touch(l, 'update %s set tenant_id = tenant_id') <> 'row_is_append_only' $$, 'nothing is changed');
select is_empty($$ select l from unnest(array['public.approvals', 'public.event_store', 'private.audit_chain', 'public.inventory_transactions', 'public.batch_movements', 'private.movement_values', 'public.container_ledger', 'public.delivery_proofs']) l where pg_temp.touch(l, 'delete from %s') <> 'row_is_append_only' $$, 'nothing is deleted');
select is_empty($$ select l from unnest(array['public.approvals', 'public.event_store', 'private.audit_chain', 'public.inventory_transactions', 'public.batch_movements', 'private.movement_values', 'public.container_ledger', 'public.delivery_proofs']) l where pg_temp.touch(l, 'truncate %s cascade') <> 'row_is_append_only' $$, 'nothing is truncated');

select * from finish();
rollback;
