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

-- Imports: whoever is limited to some rows sees those that he began himself.
grant select on public.imports, public.import_rows to authenticated;
create policy select_readers on public.imports for select to authenticated
using (tenant_id = (select private.tenant_id('imports.view')) and ((select private.is_unscoped()) or created_by = (select auth.uid())));
create policy select_readers on public.import_rows for select to authenticated
using (
  tenant_id = (select private.tenant_id('imports.view'))
  and ((select private.is_unscoped()) or exists (select from public.imports i where i.tenant_id = import_rows.tenant_id and i.id = import_id))
);
create policy mzigo_insert_imports on storage.objects for insert to authenticated
with check (bucket_id = 'imports' and (storage.foldername(name))[1] = (select private.tenant_id('imports.create'))::text);
create policy mzigo_select_imports on storage.objects for select to authenticated
using (
  bucket_id = 'imports' and (storage.foldername(name))[1] = (select private.tenant_id('imports.view'))::text
  and (owner_id = (select auth.uid())::text or exists (select from public.imports i where i.path = objects.name))
);
-- The worker writes what is imported as the person who imports it.
grant execute on function private.take_import_batch, private.act_as, private.may_import, private.move_import, private.undo_import_batch, private.keep_import_outcomes to service_role;
grant execute on function private.imports_into, private.sort_import_items, private.try_import_items, private.try_in_time, private.write_imported, private.columns_given, private.import_reference, private.import_references to authenticated;
do $$
declare
  known record;
begin
  for known in select t.importer from private.import_targets t loop
    execute pg_catalog.format('grant execute on function private.%I(private.import_item[]) to authenticated', known.importer);
  end loop;
end
$$;
