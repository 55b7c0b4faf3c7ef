-- Family 03, workflow. Everything here is written by the engine alone, but for the company's own narrowing.

grant execute on function private.allowed_commands to authenticated;
grant execute on function public.dead_letters, private.dead_letters, public.redrive_dead_letter, private.redrive_dead_letter to authenticated;
grant execute on function public.rebuild_balances, private.rebuild_balances to authenticated;
grant execute on function public.verify_audit, private.verify_audit, public.state_audit_head, private.state_audit_head to authenticated;
grant execute on function
  public.claim_messages, private.claim_messages, public.archive_message, private.archive_message, public.fail_message, private.fail_message,
  public.process_queue, private.process_queue, public.worker_queues, private.worker_queues, public.worker_heartbeat, private.worker_heartbeat,
  public.run_maintenance, private.run_maintenance, public.metrics, private.metrics
to service_role;

grant select, delete on public.workflow_definitions to authenticated;
grant insert (machine, from_state, command, is_enabled, permission, condition, approvals_required),
  update (is_enabled, permission, condition, approvals_required)
on public.workflow_definitions to authenticated;
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
grant execute on function private.event_names, private.table_of, private.reads_audit_trail to authenticated;
create policy select_members on public.approvals for select to authenticated
using (tenant_id = (select private.tenant_id('users.view')));
-- The history of a document, its steps, is open to whoever sees the document; values are not.
create policy select_readers on public.event_store for select to authenticated
using (
  tenant_id = (select private.active_tenant_id())
  and (
    tenant_id = (select private.tenant_id('audit.view'))
    or case machine
      when 'order' then exists (select from public.orders d where d.tenant_id = event_store.tenant_id and d.id = entity_id)
      when 'trip' then exists (select from public.trips d where d.tenant_id = event_store.tenant_id and d.id = entity_id)
      when 'customer' then exists (select from public.customers d where d.tenant_id = event_store.tenant_id and d.id = entity_id)
      when 'invoice' then exists (select from public.invoices d where d.tenant_id = event_store.tenant_id and d.id = entity_id)
      when 'payment' then exists (select from public.payments d where d.tenant_id = event_store.tenant_id and d.id = entity_id)
      when 'variance' then exists (select from public.variances d where d.tenant_id = event_store.tenant_id and d.id = entity_id)
      when 'offload_document' then exists (select from public.offload_documents d where d.tenant_id = event_store.tenant_id and d.id = entity_id)
      when 'manual_adjustment' then exists (select from public.manual_adjustments d where d.tenant_id = event_store.tenant_id and d.id = entity_id)
    end
  )
);

-- Pages listen to their own company only.
create policy mzigo_select_tenant_topic on realtime.messages for select to authenticated
using ((select realtime.topic()) = 'tenant:' || (select private.active_tenant_id())::text);
