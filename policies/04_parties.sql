-- Family 04, parties.

grant execute on function private.edits_customer, private.sees_customer, private.customers_meant, private.looks_like_another, private.has_written to authenticated;

select private.let_edit('public.territories', 'territories.view', 'territories.edit', '{}', 'code', 'name', 'parent_id', 'area', 'is_active');

grant select, insert (territory_id, membership_id), delete on public.territory_reps to authenticated;
create policy select_readers on public.territory_reps for select to authenticated
using (tenant_id = (select private.tenant_id('territories.view')));
create policy insert_editors on public.territory_reps for insert to authenticated
with check (tenant_id = (select private.tenant_id('territories.edit')));
create policy delete_editors on public.territory_reps for delete to authenticated
using (tenant_id = (select private.tenant_id('territories.edit')));

grant select on public.customers to authenticated;
select private.let_write('public.customers', '{}',
  'code', 'name', 'contact_name', 'phone', 'email', 'tax_id', 'tax_exemption_reason', 'tax_exemption_certificate', 'customer_type', 'category', 'language', 'credit_limit', 'payment_terms_days', 'pays_at_month_end', 'takes_reminders', 'pays_interest', 'discount_percent', 'discount_fixed', 'discount_days', 'price_list_id', 'territory_id', 'sales_rep_id', 'notes');
create policy select_readers on public.customers for select to authenticated
using (tenant_id = (select private.tenant_id('customers.view')) and ((select private.is_unscoped()) or private.sees_customer(id, territory_id)));
create policy insert_editors on public.customers for insert to authenticated
with check (tenant_id = (select private.tenant_id('customers.create')));
create policy update_editors on public.customers for update to authenticated
using (
  tenant_id = (select private.tenant_id('customers.edit')) and ((select private.is_unscoped()) or private.sees_customer(id, territory_id))
  and private.edits_customer(sales_rep_id, created_by, territory_id)
)
with check (tenant_id = (select private.tenant_id('customers.edit')));

grant select on public.customer_addresses to authenticated;
select private.let_write('public.customer_addresses', '{customer_id}',
  'kind', 'label', 'street', 'line_2', 'city', 'region', 'postal_code', 'country', 'contact_name', 'phone', 'latitude', 'longitude', 'instructions', 'window_start', 'window_end', 'is_default', 'is_active');
create policy select_readers on public.customer_addresses for select to authenticated
using (
  tenant_id = (select private.tenant_id('customers.view'))
  and ((select private.is_unscoped()) or exists (
    select from public.customers c where c.tenant_id = customer_addresses.tenant_id and c.id = customer_id
  ))
);
create policy insert_editors on public.customer_addresses for insert to authenticated
with check (
  tenant_id = (select private.tenant_id('customers.create'))
  and exists (select from public.customers c where c.tenant_id = customer_addresses.tenant_id and c.id = customer_id)
);
create policy update_editors on public.customer_addresses for update to authenticated
using (
  tenant_id = (select private.tenant_id('customers.edit'))
  and exists (select from public.customers c where c.tenant_id = customer_addresses.tenant_id and c.id = customer_id and private.edits_customer(c.sales_rep_id, c.created_by, c.territory_id))
)
with check (tenant_id = (select private.tenant_id('customers.edit')));

grant select on public.address_positions to authenticated;
create policy select_readers on public.address_positions for select to authenticated
using (
  tenant_id = (select private.tenant_id('customers.view'))
  and ((select private.is_unscoped()) or exists (select from public.customer_addresses a where a.tenant_id = address_positions.tenant_id and a.id = address_id))
);

grant select, delete on public.contacts to authenticated;
select private.let_write('public.contacts', '{customer_id}', 'name', 'role', 'phone', 'email');
create policy select_readers on public.contacts for select to authenticated
using (
  tenant_id = (select private.tenant_id('customers.view'))
  and ((select private.is_unscoped()) or exists (select from public.customers c where c.tenant_id = contacts.tenant_id and c.id = customer_id))
);
create policy insert_editors on public.contacts for insert to authenticated
with check (
  tenant_id = (select private.tenant_id('customers.create'))
  and exists (select from public.customers c where c.tenant_id = contacts.tenant_id and c.id = customer_id)
);
create policy update_editors on public.contacts for update to authenticated
using (
  tenant_id = (select private.tenant_id('customers.edit'))
  -- Whose nobody is yet is everybody's.
  and (((select private.is_unscoped()) and customer_id is null) or exists (select from public.customers c where c.tenant_id = contacts.tenant_id and c.id = customer_id and private.edits_customer(c.sales_rep_id, c.created_by, c.territory_id)))
)
with check (tenant_id = (select private.tenant_id('customers.edit')));
create policy delete_editors on public.contacts for delete to authenticated
using (
  tenant_id = (select private.tenant_id('customers.edit')) and not private.has_written(id)
  and (((select private.is_unscoped()) and customer_id is null) or exists (select from public.customers c where c.tenant_id = contacts.tenant_id and c.id = customer_id and private.edits_customer(c.sales_rep_id, c.created_by, c.territory_id)))
);

grant select, delete on public.customer_documents to authenticated;
select private.let_write('public.customer_documents', '{customer_id}', 'kind', 'reference', 'valid_until', 'blocks_orders');
create policy select_readers on public.customer_documents for select to authenticated
using (
  tenant_id = (select private.tenant_id('customers.view'))
  and ((select private.is_unscoped()) or exists (select from public.customers c where c.tenant_id = customer_documents.tenant_id and c.id = customer_id))
);
create policy insert_editors on public.customer_documents for insert to authenticated
with check (
  tenant_id = (select private.tenant_id('customers.edit'))
  and exists (select from public.customers c where c.tenant_id = customer_documents.tenant_id and c.id = customer_id and private.edits_customer(c.sales_rep_id, c.created_by, c.territory_id))
);
create policy update_editors on public.customer_documents for update to authenticated
using (
  tenant_id = (select private.tenant_id('customers.edit'))
  and exists (select from public.customers c where c.tenant_id = customer_documents.tenant_id and c.id = customer_id and private.edits_customer(c.sales_rep_id, c.created_by, c.territory_id))
)
with check (tenant_id = (select private.tenant_id('customers.edit')));
create policy delete_editors on public.customer_documents for delete to authenticated
using (
  tenant_id = (select private.tenant_id('customers.edit'))
  and exists (select from public.customers c where c.tenant_id = customer_documents.tenant_id and c.id = customer_id and private.edits_customer(c.sales_rep_id, c.created_by, c.territory_id))
);

-- Whom a customer looks like is for those who enter customers; he himself does not see it.
grant select on public.similar_customers to authenticated;
create policy select_readers on public.similar_customers for select to authenticated
using (
  tenant_id = (select private.tenant_id('customers.create'))
  and ((select private.is_unscoped()) or exists (select from public.customers c where c.tenant_id = similar_customers.tenant_id and c.id = customer_id))
);
