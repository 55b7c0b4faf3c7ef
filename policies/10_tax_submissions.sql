-- Family 10, messaging: what the tax authority is told. The control unit is a matter of those who manage the company;
-- the receipt stands on the invoice itself.
select private.let_edit('public.tax_devices', 'settings.manage', 'settings.manage', '{}', 'taxpayer_pin', 'branch', 'control_unit', 'is_active');
grant select on public.tax_submissions to authenticated;
create policy select_managers on public.tax_submissions for select to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')));
