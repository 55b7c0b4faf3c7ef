-- Family 11, sales: leads that become customers.

create function private.customer_of_lead(lead public.leads, customer_id uuid) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  found_customer uuid;
begin
  if customer_id is not null then
    return (private.customer_served(lead.tenant_id, customer_id)).id;
  end if;
  -- Known by the address that he writes from; the same telephone alone says nothing.
  select c.id into found_customer from public.customers c
  left join public.contacts p on p.tenant_id = c.tenant_id and p.customer_id = c.id
  where c.tenant_id = lead.tenant_id and c.status <> 'merged' and lead.email is not null and lead.email in (pg_catalog.lower(c.email), pg_catalog.lower(p.email))
  order by c.status <> 'active', c.created_at limit 1;
  if found_customer is not null then
    return found_customer;
  end if;
  perform private.require_permission('customers.create');
  insert into public.customers (tenant_id, name, contact_name, phone, email, territory_id, sales_rep_id)
  values (lead.tenant_id, coalesce(lead.company_name, pg_catalog.concat_ws(' ', lead.first_name, lead.last_name)), pg_catalog.left(pg_catalog.concat_ws(' ', lead.first_name, lead.last_name), 120), lead.phone, lead.email,
    lead.territory_id, (select m.id from public.memberships m where m.tenant_id = lead.tenant_id and m.user_id = lead.owner_id and m.status = 'active'))
  returning id into found_customer;
  return found_customer;
end
$$;
comment on function private.customer_of_lead(public.leads, uuid) is 'The customer that a lead becomes: the one that is named, the one known by its e-mail address, else a new draft. Raises record_not_found, permission_denied.';

create function private.contact_of_lead(lead public.leads, customer uuid) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  found_contact uuid;
begin
  select c.id into found_contact from public.contacts c
  where c.tenant_id = lead.tenant_id and pg_catalog.lower(c.email) = lead.email and (c.customer_id = customer or c.customer_id is null)
  order by c.customer_id is null, c.created_at limit 1 for no key update;
  if found then
    update public.contacts c set customer_id = customer where c.tenant_id = lead.tenant_id and c.id = found_contact and c.customer_id is null;
    return found_contact;
  end if;
  insert into public.contacts (tenant_id, customer_id, name, phone, email)
  values (lead.tenant_id, customer, pg_catalog.left(pg_catalog.concat_ws(' ', lead.first_name, lead.last_name), 120), lead.phone, lead.email)
  returning id into found_contact;
  return found_contact;
end
$$;
comment on function private.contact_of_lead(public.leads, uuid) is 'The person that a lead becomes at this customer: the one known by its e-mail address, else a new one.';

create function private.convert_lead(
  lead_id uuid, customer_id uuid default null, deal_title text default null, pipeline_id uuid default null, value numeric default null, expected_close_on date default null, expected_version integer default null
) returns public.leads
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.leads := private.lock_lead(lead_id, 'leads.edit', expected_version);
  next_status constant public.lead_status := private.next_state('lead', target.id, target.status::text, 'convert')::public.lead_status;
  deal public.deals;
begin
  perform private.require_permission('deals.edit');
  perform private.check_deal_value(value);
  -- Two leads with one e-mail address, and what is found by it, become one customer.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('convert ' || target.tenant_id || coalesce(target.email, target.id::text), 0));
  deal.tenant_id := target.tenant_id;
  deal.customer_id := private.customer_of_lead(target, customer_id);
  deal.contact_id := private.contact_of_lead(target, deal.customer_id);
  deal.lead_id := target.id;
  deal.title := coalesce(nullif(pg_catalog.btrim(deal_title), ''), pg_catalog.left(coalesce(target.company_name, pg_catalog.concat_ws(' ', target.first_name, target.last_name)), 120));
  deal.pipeline_id := pipeline_id;
  deal.value := value;
  deal.expected_close_on := expected_close_on;
  deal.owner_id := coalesce((select m.user_id from public.memberships m where m.tenant_id = target.tenant_id and m.user_id = target.owner_id and m.status = 'active'), auth.uid());
  perform private.insert_deal(deal);
  update public.leads l
  set status = next_status, customer_id = deal.customer_id, contact_id = deal.contact_id, converted_at = pg_catalog.now()
  where l.tenant_id = target.tenant_id and l.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.convert_lead(uuid, uuid, text, uuid, numeric, date, integer) is
  'Makes a qualified lead a customer with a person to talk to and a deal, all of it or nothing, once: the customer that is named, the one known by the e-mail address (never by the telephone alone), or a new draft. Raises record_not_found, lead_transition_illegal, version_conflict, deal_needs_forecast, pipeline_without_stage, input_invalid, permission_denied.';
select private.expose_command('convert_lead');

create view public.lead_vendor_results with (security_invoker = true) as
select v.tenant_id, v.id as vendor_id, v.name, r.month, r.sent, r.without_lead, r.repeated, r.leads, r.qualified, r.converted, r.won, r.won_value,
  r.leads * v.price_per_lead as cost, pg_catalog.round(r.leads * v.price_per_lead / nullif(r.won, 0), 2) as cost_per_won
from public.lead_vendors v
cross join lateral (
  select pg_catalog.date_trunc('month', c.created_at at time zone 'UTC')::date as month, count(*) as sent, count(*) filter (where c.lead_id is null) as without_lead, count(*) filter (where c.is_repeat) as repeated,
    count(l.id) as leads, count(l.id) filter (where l.status in ('qualified', 'converted')) as qualified, count(l.id) filter (where l.status = 'converted') as converted,
    count(d.id) filter (where d.status = 'won') as won, coalesce(sum(d.value) filter (where d.status = 'won'), 0) as won_value
  from public.lead_captures c
  left join public.leads l on l.tenant_id = c.tenant_id and l.id = c.lead_id and not c.is_repeat
  left join public.deals d on d.tenant_id = l.tenant_id and d.lead_id = l.id
  where c.tenant_id = v.tenant_id and c.vendor_id = v.id
  group by 1
) r;
comment on view public.lead_vendor_results is
  'What became of the leads of each vendor by the month (UTC) in which they were sent: sent, those without a lead (they could not be read), repeated (there was one already), leads, qualified, converted, won, the value won, what they cost, and the cost per won deal.';
