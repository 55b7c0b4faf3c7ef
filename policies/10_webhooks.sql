-- Family 10, messaging: webhooks are a matter of those who manage the company.

select private.let_edit('public.webhooks', 'settings.manage', 'settings.manage', '{}', 'name', 'url', 'events', 'is_active');
grant delete on public.webhooks to authenticated;
create policy delete_editors on public.webhooks for delete to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')));

grant select on public.webhook_deliveries to authenticated;
create policy select_managers on public.webhook_deliveries for select to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')));
