begin;
select plan(3);

create function pg_temp.touch(ledger text, change text) returns text language plpgsql as $$
begin
  execute format(change, ledger);
  return 'done';
exception when sqlstate 'PT409' then return sqlerrm;
end $$;
select tests.invoiced('Kilimani Mini Mart', 'COL-300', 2);
insert into approvals (tenant_id, machine, entity_id, entity_version, command, approved_by) values (tests.tenant('acme'), 'order', gen_random_uuid(), 1, 'approve', gen_random_uuid());
select private.seal_audit(tests.tenant('acme'));
select is_empty($$ select l from unnest(array['public.approvals', 'public.event_store', 'private.audit_chain', 'public.inventory_transactions', 'public.container_ledger', 'public.delivery_proofs']) l where pg_temp.touch(l, 'update %s set tenant_id = tenant_id') <> 'row_is_append_only' $$, 'nothing is changed');
select is_empty($$ select l from unnest(array['public.approvals', 'public.event_store', 'private.audit_chain', 'public.inventory_transactions', 'public.container_ledger', 'public.delivery_proofs']) l where pg_temp.touch(l, 'delete from %s') <> 'row_is_append_only' $$, 'nothing is deleted');
select is_empty($$ select l from unnest(array['public.approvals', 'public.event_store', 'private.audit_chain', 'public.inventory_transactions', 'public.container_ledger', 'public.delivery_proofs']) l where pg_temp.touch(l, 'truncate %s') <> 'row_is_append_only' $$, 'nothing is truncated');

select * from finish();
rollback;
