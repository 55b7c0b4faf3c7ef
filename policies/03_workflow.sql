-- Family 03, workflow. Everything here is written by the engine alone, but for the company's own narrowing.

-- Searching runs with the rights of whoever asks, so that he finds what he sees.
grant execute on function private.allowed_commands, private.topic_of, private.number_candidates to authenticated;

grant select, delete on public.workflow_definitions to authenticated;
select private.let_write('public.workflow_definitions', '{machine,from_state,command}', 'is_enabled', 'permission', 'condition', 'approvals_required');
create policy select_managers on public.workflow_definitions for select to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')));
create policy insert_managers on public.workflow_definitions for insert to authenticated
with check (tenant_id = (select private.tenant_id('settings.manage')));
create policy update_managers on public.workflow_definitions for update to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')))
with check (tenant_id = (select private.tenant_id('settings.manage')));
create policy delete_managers on public.workflow_definitions for delete to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')));

grant select on public.approvals, public.event_store, public.transition_executions, public.audit_logs, public.events to authenticated;
grant execute on function private.event_names, private.table_of, private.reads_audit_trail, private.sees_document to authenticated;
create policy select_members on public.approvals for select to authenticated
using (tenant_id = (select private.tenant_id('users.view')));
-- The history of a document, its steps, is open to whoever sees the document; values are not.
create policy select_readers on public.event_store for select to authenticated
using (
  tenant_id = (select private.active_tenant_id())
  and (
    tenant_id = (select private.tenant_id('audit.view'))
    or (machine is not null and private.sees_document(machine, tenant_id, entity_id))
  )
);

-- Pages listen to their own company only, to what their person may see, and only where he sees every row
-- of it: whoever is limited to some rows looks again from time to time instead.
create policy mzigo_select_tenant_topic on realtime.messages for select to authenticated
using (
  (select private.is_unscoped())
  and (select realtime.topic()) = (
    select private.topic_of((select private.tenant_id(t.permission)), t.permission)
    from (values (pg_catalog.split_part(realtime.topic(), ':', 3))) t (permission)
  )
);
