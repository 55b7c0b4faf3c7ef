begin;
select plan(6);

insert into event_store (tenant_id, entity_type, entity_id, new_values)
select t.id, 'order', gen_random_uuid(), '{}' from tenants t, generate_series(1, case t.slug when 'acme' then 25000 else 10 end);
select ok((select value >= 25000 from private.metrics() where name = 'mzigo_audit_unsealed_rows'), 'what is not sealed yet is a figure to watch');
select ok((select value > 0 from private.metrics() where name = 'mzigo_audit_unsealed_seconds'), 'and so is for how long');
select ok((private.run_maintenance() ->> 'sealed')::int >= 25010, 'one run of maintenance seals more than a batch');
select is((select sum(value) from private.metrics() where name in ('mzigo_audit_unsealed_rows', 'mzigo_audit_unsealed_seconds')), 0::numeric, 'until nothing is left');
insert into event_store (tenant_id, entity_type, entity_id, new_values)
select t.id, 'order', gen_random_uuid(), '{}' from tenants t, generate_series(1, 20000) where t.slug in ('acme', 'globex');
select is(private.seal_audits('0 seconds'), 20000::bigint, 'when time is short each company gets a batch');
select results_eq($$ select unsealed from tenants t, private.verify_audit_of(t.id) where t.slug in ('acme', 'globex') $$, $$ values (10000::bigint), (10000) $$, 'in turn');

select * from finish();
rollback;
