-- What people may write is now known: their bad values are answered in words (docs/decisions/0014).

do $$
declare
  written record;
begin
  for written in
    select c.oid::regclass as name from pg_catalog.pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and (pg_catalog.has_any_column_privilege('authenticated', c.oid, 'insert') or pg_catalog.has_any_column_privilege('authenticated', c.oid, 'update'))
  loop
    perform private.refuse_invalid(written.name);
  end loop;
end
$$;

-- A company is founded by a command that hands on what it was given.
select private.refuse_invalid('public.tenants', 'slug', 'name');
-- So is an import begun.
select private.refuse_invalid('public.imports', 'file_name', 'format', 'headers', 'mapping');

-- Templates of orders are written by commands that hand on what they were given.
select private.refuse_invalid('public.order_templates', 'name', 'customer_id', 'address_id', 'warehouse_id', 'notes', 'weekdays', 'every_weeks', 'starts_on', 'ends_on', 'paused_from', 'paused_to', 'deliver_after_days');

-- All tables are there: none of them takes anything new for a customer who was merged.
select private.refuse_merged();
-- What people say of leads and deals goes through commands that write it as it is.
select private.refuse_invalid('public.leads', 'first_name', 'last_name', 'company_name', 'phone', 'email', 'town', 'interest', 'next_step', 'next_step_on', 'notes', 'owner_id', 'source_id', 'territory_id');
select private.refuse_invalid('public.deals', 'title', 'value', 'expected_close_on', 'notes', 'contact_id', 'owner_id');
select private.refuse_invalid('public.purchase_orders', 'expected_on', 'notes');
select private.refuse_invalid('public.expenses', 'spent_on', 'description');
select private.refuse_invalid('public.assets', 'name', 'serial', 'bought_on', 'warranty_until', 'notes', 'kind_id', 'vehicle_id');
select private.refuse_invalid('public.maintenance_jobs', 'title', 'due_on');
select private.refuse_invalid('public.leave_requests', 'from_on', 'until_on', 'note');
select private.refuse_invalid('public.appointments', 'starts_at', 'ends_at', 'place_text', 'latitude', 'longitude', 'notes', 'agent_id', 'lead_id', 'deal_id', 'customer_id', 'type_id');
select private.refuse_invalid('public.tickets', 'subject', 'description');
select private.refuse_invalid('public.contracts', 'title', 'customer_id', 'vendor_id', 'starts_on', 'ends_on', 'notice_days', 'renews_months', 'value', 'value_per', 'notes');
select private.refuse_invalid('public.proposals', 'valid_until');
