-- Family 11, sales: leads that others send, kept as they came.

create table public.lead_captures (
  like private.record including defaults including indexes,
  vendor_id uuid not null,
  reference text,
  payload jsonb not null,
  lead_id uuid,
  is_repeat boolean not null default false,
  problem text,
  foreign key (tenant_id, vendor_id) references public.lead_vendors (tenant_id, id),
  foreign key (tenant_id, lead_id) references public.leads (tenant_id, id),
  unique (tenant_id, vendor_id, reference),
  constraint capture_reference_is_short check (length(reference) between 1 and 100),
  constraint payload_is_an_object check (jsonb_typeof(payload) = 'object' and pg_column_size(payload) <= 20000),
  constraint problem_or_lead check (lead_id is null or problem is null)
);
create index lead_captures_lead on public.lead_captures (tenant_id, lead_id);
create index lead_captures_recent on public.lead_captures (tenant_id, created_at desc, id desc);
create index lead_captures_of_month on public.lead_captures (tenant_id, vendor_id, created_at);
comment on table public.lead_captures is 'What vendors have sent, as it came: nothing is lost, also where no lead could be made of it. Written by capture_lead and retry_capture.';
comment on column public.lead_captures.reference is 'What the vendor calls it; the same one sent again is the same capture.';
comment on column public.lead_captures.is_repeat is 'There was an open lead with this e-mail address; it is that one.';
comment on column public.lead_captures.problem is 'Key of the error for which no lead could be made; null: there is one.';
select private.manage_table('public.lead_captures', 'lead_capture');
select private.set_audience('lead_capture', 'leads.view_all');
select private.register_error('payload_is_an_object', 422, 'What was sent is no object, or too large.', 'Send an object of at most 20 kB.');
select private.register_error('lead_key_unknown', 401, 'This key is not known.', 'Ask the company for the key that is in use now.');
select private.register_error('lead_contract_over', 403, 'The contract does not cover today.', 'Talk with the company about a new one.');
select private.register_error('lead_quota_reached', 429, 'The number of leads agreed for this month is reached.', 'Send further ones next month, or agree on more.');
select private.register_error('capture_made_already', 409, 'A lead was made of this already.', 'Look at that lead.');

create function private.set_vendor_key(vendor_id uuid, key_hash text) returns public.lead_vendors
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('sales.manage');
  target public.lead_vendors;
begin
  if key_hash !~ '^[0-9a-f]{64}$' or key_hash is null then
    perform private.fail('input_invalid', '{"key_hash": "a SHA-256 in hexadecimal digits is needed"}');
  end if;
  update public.lead_vendors v set has_key = true where v.tenant_id = tenant and v.id = vendor_id returning * into target;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('vendor_id', vendor_id));
  end if;
  insert into private.lead_vendor_keys as k (tenant_id, vendor_id, key_hash) values (tenant, target.id, key_hash)
  on conflict on constraint lead_vendor_keys_pkey do update set key_hash = excluded.key_hash;
  return target;
end
$$;
comment on function private.set_vendor_key(uuid, text) is
  'Gives a vendor of leads a new key, known by its SHA-256; the one before is worth nothing any more. Raises record_not_found, input_invalid, permission_denied.';
select private.expose_command('set_vendor_key');

create function private.payload_field(payload jsonb, variadic names text[]) returns text
language sql immutable
return (
  select nullif(pg_catalog.btrim(e.value #>> '{}'), '')
  from pg_catalog.jsonb_each(payload) e
  where pg_catalog.jsonb_typeof(e.value) in ('string', 'number') and pg_catalog.regexp_replace(pg_catalog.lower(e.key), '[^a-z]', '', 'g') = any (names)
  order by pg_catalog.array_position(names, pg_catalog.regexp_replace(pg_catalog.lower(e.key), '[^a-z]', '', 'g'))
  limit 1
);
comment on function private.payload_field(jsonb, text[]) is 'A value of what somebody sent, under the first of these names (letters only, small) that it has; "First Name", "first_name" and "firstName" are one.';

create function private.lead_in(capture public.lead_captures, payload jsonb) returns public.lead_captures
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  whole_name constant text := private.payload_field(payload, 'name', 'fullname');
  lead public.leads;
  known public.leads;
  failed text;
begin
  lead.tenant_id := capture.tenant_id;
  begin
    lead := private.write_lead(lead,
      coalesce(private.payload_field(payload, 'firstname', 'givenname'), pg_catalog.split_part(whole_name, ' ', 1)),
      coalesce(private.payload_field(payload, 'lastname', 'surname', 'familyname'), nullif(pg_catalog.btrim(pg_catalog.substr(whole_name, pg_catalog.strpos(whole_name || ' ', ' '))), '')),
      private.payload_field(payload, 'company', 'companyname', 'business', 'shop'), private.payload_field(payload, 'phone', 'phonenumber', 'mobile', 'tel', 'telephone', 'whatsapp'),
      private.payload_field(payload, 'email', 'emailaddress', 'mail'), private.payload_field(payload, 'town', 'city', 'place', 'location'),
      private.payload_field(payload, 'interest', 'message', 'comment', 'notes', 'product'), null, null, null, null, null);
    select * into known from public.leads l where l.tenant_id = capture.tenant_id and l.email = lead.email and l.is_open;
    if not found then
      insert into public.leads (tenant_id, first_name, last_name, company_name, phone, email, town, interest, vendor_id, vendor_reference)
      values (capture.tenant_id, lead.first_name, lead.last_name, lead.company_name, lead.phone, lead.email, lead.town, lead.interest, capture.vendor_id, capture.reference)
      returning * into lead;
    end if;
  exception
    when sqlstate 'PT409' then
      -- Somebody else has just written the same one down.
      select * into known from public.leads l where l.tenant_id = capture.tenant_id and l.email = lead.email and l.is_open;
      failed := case when not found then sqlerrm end;
    when sqlstate 'PT422' then
      failed := sqlerrm;
    when check_violation then
      get stacked diagnostics failed = constraint_name;
  end;
  update public.lead_captures c
  set payload = lead_in.payload, lead_id = case when failed is null then coalesce(known.id, lead.id) end, is_repeat = failed is null and known.id is not null, problem = failed
  where c.tenant_id = capture.tenant_id and c.id = capture.id
  returning * into capture;
  return capture;
end
$$;
comment on function private.lead_in(public.lead_captures, jsonb) is 'Makes a lead of what was sent, or says in problem why that is not possible.';

create function private.capture_answer(capture public.lead_captures) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('capture_id', capture.id, 'number', (select l.number from public.leads l where l.tenant_id = capture.tenant_id and l.id = capture.lead_id),
    'status', case when capture.problem is not null then 'kept' when capture.is_repeat then 'known' else 'taken' end, 'problem', capture.problem)
$$;
comment on function private.capture_answer(public.lead_captures) is 'What a vendor is told.';

create function private.capture_lead(vendor_key text, lead jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  vendor public.lead_vendors;
  capture public.lead_captures;
  called constant text := private.payload_field(case when pg_catalog.jsonb_typeof(lead) = 'object' then lead else '{}' end, 'reference', 'id', 'leadid', 'externalid');
  today date;
begin
  -- Those of one vendor come one after the other, so that his quota is what was agreed.
  select v.* into vendor from private.lead_vendor_keys k join public.lead_vendors v on v.tenant_id = k.tenant_id and v.id = k.vendor_id
  join public.tenants t on t.id = v.tenant_id and t.status = 'active'
  where k.key_hash = pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(vendor_key, ''), 'UTF8')), 'hex') for no key update of v;
  if not found or not vendor.is_active then
    perform private.fail('lead_key_unknown');
  end if;
  if pg_catalog.jsonb_typeof(lead) is distinct from 'object' or pg_catalog.pg_column_size(lead) > 20000 then
    perform private.fail('payload_is_an_object');
  end if;
  perform private.check_text('reference', called, 100);
  select * into capture from public.lead_captures c where c.tenant_id = vendor.tenant_id and c.vendor_id = vendor.id and c.reference = called;
  if found then
    return private.capture_answer(capture);
  end if;
  today := private.tenant_today(vendor.tenant_id);
  if today < vendor.contract_from or today > vendor.contract_until then
    perform private.fail('lead_contract_over', pg_catalog.jsonb_build_object('from', vendor.contract_from, 'until', vendor.contract_until));
  end if;
  if (select count(*) from public.lead_captures c where c.tenant_id = vendor.tenant_id and c.vendor_id = vendor.id
      and c.created_at >= (pg_catalog.date_trunc('month', today)::timestamp at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = vendor.tenant_id))) >= vendor.monthly_quota then
    perform private.fail('lead_quota_reached', pg_catalog.jsonb_build_object('quota', vendor.monthly_quota));
  end if;
  insert into public.lead_captures (tenant_id, vendor_id, reference, payload) values (vendor.tenant_id, vendor.id, called, lead) returning * into capture;
  return private.capture_answer(private.lead_in(capture, lead));
end
$$;
comment on function private.capture_lead(text, jsonb) is
  'For vendors of leads, with their key and without an account: takes {name or first_name and last_name, phone, email, company, town, message, reference}, in any spelling of these names. Answers {capture_id, number of the lead, status: taken, known (there is an open lead with this e-mail address) or kept (no lead could be made; the company looks at it), problem}. The same reference again gets the same answer. Raises lead_key_unknown, lead_contract_over, lead_quota_reached, payload_is_an_object, input_invalid.';
select private.expose('capture_lead', 'anon');

create function private.retry_capture(capture_id uuid, payload jsonb default null) returns public.lead_captures
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('leads.view_all');
  capture public.lead_captures;
begin
  perform private.require_permission('leads.create');
  select * into capture from public.lead_captures c where c.tenant_id = tenant and c.id = capture_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('capture_id', capture_id));
  end if;
  if capture.lead_id is not null then
    perform private.fail('capture_made_already', pg_catalog.jsonb_build_object('lead_id', capture.lead_id));
  end if;
  if payload is not null and (pg_catalog.jsonb_typeof(payload) <> 'object' or pg_catalog.pg_column_size(payload) > 20000) then
    perform private.fail('payload_is_an_object');
  end if;
  return private.lead_in(capture, coalesce(payload, capture.payload));
end
$$;
comment on function private.retry_capture(uuid, jsonb) is
  'Makes a lead of what a vendor sent, as it came or corrected (payload), where that was not possible before; what is still wrong stands in problem. Raises record_not_found, capture_made_already, payload_is_an_object, permission_denied.';
select private.expose_command('retry_capture');
