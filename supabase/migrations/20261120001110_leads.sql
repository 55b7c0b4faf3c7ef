-- Family 11, sales: leads, where they come from, what they are worth and whose they are.

create type public.lead_status as enum ('new', 'contacted', 'qualified', 'converted', 'unqualified', 'duplicate');

create table public.lead_sources (
  like private.name_list including defaults including constraints including indexes,
  foreign key (tenant_id) references public.tenants (id)
);
comment on table public.lead_sources is 'Where leads come from, in the words of the company: a fair, the website, a recommendation.';
select private.keep_names('public.lead_sources', 'lead_source', 'leads.view', 'source', array['Recommendation', 'Website', 'WhatsApp', 'Walked in', 'Door to door', 'Fair', 'Bought']);

create table public.lead_vendors (
  like private.record including defaults including indexes,
  name text not null,
  price_per_lead numeric(14,2) not null default 0,
  monthly_quota integer,
  contract_from date,
  contract_until date,
  complaint_days integer not null default 14,
  has_key boolean not null default false,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name)),
  constraint price_per_lead_is_bounded check (price_per_lead between 0 and 9999999),
  constraint monthly_quota_is_bounded check (monthly_quota between 1 and 1000000),
  constraint contract_is_ordered check (contract_from <= contract_until),
  constraint complaint_days_are_bounded check (complaint_days between 0 and 365)
);
comment on table public.lead_vendors is 'Who sells leads to the company, under which terms. Each sends them with a key of its own (set_vendor_key, capture_lead).';
comment on column public.lead_vendors.price_per_lead is 'In the currency of the company; charged for each lead that is not given back within complaint_days.';
comment on column public.lead_vendors.monthly_quota is 'More than these in a month (of the company''s time zone) are refused; null: no limit.';
select private.manage_table('public.lead_vendors', 'lead_vendor');
select private.set_audience('lead_vendor', 'leads.view');
select private.register_error('lead_vendor_taken', 409, 'There is a vendor of this name already.', 'Choose another name, or use that one.');
select private.refuse_taken('public.lead_vendors', 'lead_vendors_tenant_id_name_key', 'lead_vendor_taken');
select private.register_error('price_per_lead_is_bounded', 422, 'The price of a lead is negative or too large.', 'Enter a price from 0 to 9999999.');
select private.register_error('monthly_quota_is_bounded', 422, 'This number of leads in a month is not possible.', 'Enter 1 to 1000000, or leave it empty.');
select private.register_error('contract_is_ordered', 422, 'The contract ends before it begins.', 'Enter an end that is not before the beginning.');
select private.register_error('complaint_days_are_bounded', 422, 'This number of days is not possible.', 'Enter 0 to 365 days.');

create table private.lead_vendor_keys (
  tenant_id uuid not null,
  vendor_id uuid not null,
  key_hash text not null,
  primary key (tenant_id, vendor_id),
  foreign key (tenant_id, vendor_id) references public.lead_vendors (tenant_id, id),
  constraint key_hash_is_a_hash check (key_hash ~ '^[0-9a-f]{64}$')
);
create index lead_vendor_keys_hash on private.lead_vendor_keys (key_hash);
select private.force_policies('private.lead_vendor_keys');
comment on table private.lead_vendor_keys is 'SHA-256 (hex) of the key with which each vendor sends leads. The key itself is with the vendor only.';

create table public.lead_score_rules (
  like private.record including defaults including indexes,
  name text not null,
  condition jsonb not null,
  points integer not null,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name)),
  constraint points_are_bounded check (points between -100 and 100)
);
comment on table public.lead_score_rules is 'What makes a lead worth more or less: its score is the sum of the points of all rules that hold.';
comment on column public.lead_score_rules.condition is 'JSON Logic over {"lead": {…}}, the columns of the lead.';
select private.manage_table('public.lead_score_rules', 'lead_score_rule');
select private.set_audience('lead_score_rule', 'leads.view');
select private.register_error('lead_score_rule_taken', 409, 'There is a rule of this name already.', 'Choose another name, or change that one.');
select private.refuse_taken('public.lead_score_rules', 'lead_score_rules_tenant_id_name_key', 'lead_score_rule_taken');
select private.register_error('points_are_bounded', 422, 'This number of points is not possible.', 'Enter -100 to 100.');

create function private.tg_lead_score_rules__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  problem constant text := private.json_logic_problem(new.condition);
begin
  if problem is not null then
    perform private.fail(problem, '{"condition": "not valid"}');
  end if;
  return new;
end
$$;
comment on function private.tg_lead_score_rules__check() is 'Refuses conditions that cannot be evaluated. Raises the errors of rules.';
create trigger _150_check before insert or update of condition on public.lead_score_rules for each row execute function private.tg_lead_score_rules__check();

create table public.lead_routes (
  like private.record including defaults including indexes,
  place integer not null,
  source_id uuid,
  vendor_id uuid,
  territory_id uuid,
  team_id uuid not null,
  is_active boolean not null default true,
  foreign key (tenant_id, source_id) references public.lead_sources (tenant_id, id),
  foreign key (tenant_id, vendor_id) references public.lead_vendors (tenant_id, id),
  foreign key (tenant_id, territory_id) references public.territories (tenant_id, id),
  foreign key (tenant_id, team_id) references public.teams (tenant_id, id),
  constraint place_is_bounded check (place between 1 and 1000)
);
create index lead_routes_source on public.lead_routes (tenant_id, source_id);
create index lead_routes_vendor on public.lead_routes (tenant_id, vendor_id);
create index lead_routes_territory on public.lead_routes (tenant_id, territory_id);
create index lead_routes_team on public.lead_routes (tenant_id, team_id);
comment on table public.lead_routes is
  'Whose new leads are: the first rule (by place) that fits gives them to its team, whose members take turns (private.next_in_team). An empty column fits every lead.';
select private.manage_table('public.lead_routes', 'lead_route');
select private.set_audience('lead_route', 'leads.view');
select private.register_error('place_is_bounded', 422, 'This place in the order is not possible.', 'Enter 1 to 1000.');

create table public.leads (
  like private.record including defaults including indexes,
  number text not null,
  status public.lead_status not null default 'new',
  first_name text not null,
  last_name text,
  company_name text,
  phone text,
  email text,
  town text,
  interest text,
  source_id uuid,
  vendor_id uuid,
  vendor_reference text,
  territory_id uuid,
  owner_id uuid,
  score integer not null default 0,
  next_step text,
  next_step_on date,
  notes text,
  status_reason text,
  duplicate_of_id uuid,
  customer_id uuid,
  contact_id uuid,
  converted_at timestamptz,
  is_open boolean not null generated always as (status in ('new', 'contacted', 'qualified')) stored,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, source_id) references public.lead_sources (tenant_id, id),
  foreign key (tenant_id, vendor_id) references public.lead_vendors (tenant_id, id),
  foreign key (tenant_id, territory_id) references public.territories (tenant_id, id),
  foreign key (tenant_id, owner_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, duplicate_of_id) references public.leads (tenant_id, id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, contact_id) references public.contacts (tenant_id, id),
  unique (tenant_id, number),
  unique (tenant_id, vendor_id, vendor_reference),
  constraint first_name_is_short check (length(first_name) between 1 and 100 and first_name = btrim(first_name)),
  constraint last_name_is_short check (length(last_name) between 1 and 100 and last_name = btrim(last_name)),
  constraint company_name_is_short check (length(company_name) between 1 and 120 and company_name = btrim(company_name)),
  constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint email_is_an_address check (email ~ '^[^@\s]+@[^@\s]+$' and email = lower(email) and length(email) <= 254),
  constraint lead_is_reachable check (num_nonnulls(phone, email) > 0),
  constraint town_is_short check (length(town) <= 120),
  constraint interest_is_bounded check (length(interest) <= 1000),
  constraint vendor_reference_is_short check (length(vendor_reference) between 1 and 100),
  constraint next_step_is_short check (length(next_step) between 1 and 200),
  constraint next_step_day_is_near check (next_step_on between '2000-01-01' and '2100-01-01'),
  constraint notes_are_bounded check (length(notes) <= 4000),
  constraint duplicate_names_the_other check ((status = 'duplicate') = (duplicate_of_id is not null) and duplicate_of_id <> id),
  constraint conversion_is_recorded check ((status = 'converted') = (converted_at is not null) and (status <> 'converted' or customer_id is not null))
);
create unique index leads_open_email on public.leads (tenant_id, email) where is_open;
create index leads_source on public.leads (tenant_id, source_id);
create index leads_territory on public.leads (tenant_id, territory_id);
create index leads_owner on public.leads (tenant_id, owner_id, next_step_on);
create index leads_duplicate_of on public.leads (tenant_id, duplicate_of_id) where duplicate_of_id is not null;
create index leads_customer on public.leads (tenant_id, customer_id) where customer_id is not null;
create index leads_contact on public.leads (tenant_id, contact_id) where contact_id is not null;
create index leads_email on public.leads (tenant_id, email) where email is not null;
create index leads_phone on public.leads (tenant_id, phone) where phone is not null;
create index leads_recent on public.leads (tenant_id, created_at desc, id desc);
comment on table public.leads is
  'Somebody who may become a customer. Seen by its owner and his line (private.my_line), by everybody who works on leads while nobody owns it, and by who sees all. An e-mail address is in one open lead at most; a telephone number alone says nothing.';
comment on column public.leads.email is 'In small letters.';
comment on column public.leads.interest is 'What he wants, in his own words.';
comment on column public.leads.vendor_reference is 'What the vendor calls it: the same one sent again is the same lead.';
comment on column public.leads.owner_id is 'Account of whoever works on it; null: nobody yet.';
comment on column public.leads.score is 'Sum of the points of the rules that hold (lead_score_rules); kept by the database.';
comment on column public.leads.next_step_on is 'Day in the company''s time zone.';
comment on column public.leads.is_open is 'Somebody works on it, or should.';
select private.register_document('public.leads', 'lead', 'new', 'leads.view', '/leads', prefix => 'LEAD');
insert into private.transitions (machine, from_state, command, to_state, permission, event) values
  ('lead', 'new', 'contact', 'contacted', 'leads.edit', 'lead.contacted'),
  ('lead', 'new', 'qualify', 'qualified', 'leads.edit', 'lead.qualified'),
  ('lead', 'contacted', 'qualify', 'qualified', 'leads.edit', 'lead.qualified'),
  ('lead', 'new', 'disqualify', 'unqualified', 'leads.edit', 'lead.unqualified'),
  ('lead', 'contacted', 'disqualify', 'unqualified', 'leads.edit', 'lead.unqualified'),
  ('lead', 'qualified', 'disqualify', 'unqualified', 'leads.edit', 'lead.unqualified'),
  ('lead', 'new', 'mark_duplicate', 'duplicate', 'leads.edit', 'lead.duplicate_found'),
  ('lead', 'contacted', 'mark_duplicate', 'duplicate', 'leads.edit', 'lead.duplicate_found'),
  ('lead', 'qualified', 'mark_duplicate', 'duplicate', 'leads.edit', 'lead.duplicate_found'),
  ('lead', 'unqualified', 'reopen', 'contacted', 'leads.edit', 'lead.reopened'),
  ('lead', 'duplicate', 'reopen', 'contacted', 'leads.edit', 'lead.reopened'),
  ('lead', 'qualified', 'convert', 'converted', 'leads.edit', 'lead.converted');
insert into private.in_place_commands (machine, command, state, permission)
select 'lead', c.command, s.state, c.permission
from (values ('change', 'leads.edit'), ('take', 'leads.edit'), ('assign', 'leads.assign')) as c (command, permission), pg_catalog.unnest(array['new', 'contacted', 'qualified']) s (state);
insert into private.waiting_states (machine, state, permission) values ('lead', 'new', 'leads.edit'), ('lead', 'contacted', null), ('lead', 'qualified', null);
select private.offer_if('lead', 'leads.owner_id is null and exists (select from public.memberships m where m.tenant_id = leads.tenant_id and m.user_id = auth.uid())', 'take');
select private.offer_if('lead', 'exists (select from public.memberships m where m.tenant_id = leads.tenant_id and m.user_id in (leads.owner_id, auth.uid()) and m.status = ''active'')', 'convert');
select private.normalise_phones('public.leads');

select private.register_error('first_name_is_short', 422, 'The first name is missing or too long, or begins or ends with a space.', 'Enter a first name of at most 100 characters.');
select private.register_error('last_name_is_short', 422, 'The last name is too long, or begins or ends with a space.', 'Enter a last name of at most 100 characters, or none.');
select private.register_error('company_name_is_short', 422, 'The name of the business is too long, or begins or ends with a space.', 'Enter a name of at most 120 characters, or none.');
select private.register_error('lead_is_reachable', 422, 'Nobody can reach this lead.', 'Enter a telephone number or an e-mail address.');
select private.register_error('town_is_short', 422, 'The name of the town is too long.', 'Shorten it to 120 characters.');
select private.register_error('interest_is_bounded', 422, 'What the lead wants is too long.', 'Shorten it to 1000 characters.');
select private.register_error('next_step_is_short', 422, 'The next step is too long.', 'Say it in at most 200 characters.');
select private.register_error('next_step_day_is_near', 422, 'This is not a day on which something can be done.', 'Enter a day between 2000 and 2100.');
select private.register_error('duplicate_names_the_other', 422, 'A duplicate names another lead that it is the same as.', 'Choose the other lead.');
select private.register_error('lead_has_an_owner', 409, 'Somebody works on this lead already.', 'Talk with its owner, or have it given to you.');
select private.register_error('lead_email_taken', 409, 'There is an open lead with this e-mail address already.', 'Work on the lead in the details, or mark this one as its duplicate.');
select private.refuse_taken('public.leads', 'leads_open_email', 'lead_email_taken');
select private.register_error('lead_reference_taken', 409, 'The vendor has sent a lead with this reference already.', 'Look at that lead.');
select private.refuse_taken('public.leads', 'leads_tenant_id_vendor_id_vendor_reference_key', 'lead_reference_taken');

------------------------------------------------------------------------------------------------
-- What it is worth, and whose it is
------------------------------------------------------------------------------------------------

create function private.score_of(lead public.leads) returns integer
language plpgsql stable security definer set search_path = ''
as $$
declare
  facts constant jsonb := pg_catalog.jsonb_build_object('lead', pg_catalog.to_jsonb(lead) || pg_catalog.jsonb_build_object(
    'source', (select s.name from public.lead_sources s where s.tenant_id = lead.tenant_id and s.id = lead.source_id),
    'vendor', (select v.name from public.lead_vendors v where v.tenant_id = lead.tenant_id and v.id = lead.vendor_id)));
begin
  return (
    select coalesce(sum(r.points) filter (where private.is_truthy(private.json_logic(r.condition, facts))), 0)
    from public.lead_score_rules r where r.tenant_id = lead.tenant_id and r.is_active
  );
end
$$;
comment on function private.score_of(public.leads) is 'The sum of the points of the company''s rules that hold for a lead. Rules see its columns, and source and vendor by name.';

create function private.owner_for(lead public.leads) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  route public.lead_routes;
  chosen uuid;
begin
  for route in
    select r.* from public.lead_routes r
    where r.tenant_id = lead.tenant_id and r.is_active
      and coalesce(r.source_id = lead.source_id, r.source_id is null) and coalesce(r.vendor_id = lead.vendor_id, r.vendor_id is null)
      and coalesce(r.territory_id = lead.territory_id, r.territory_id is null)
    order by r.place, r.created_at
  loop
    chosen := private.next_in_team(lead.tenant_id, route.team_id);
    if chosen is not null then
      return chosen;
    end if;
  end loop;
  return null;
end
$$;
comment on function private.owner_for(public.leads) is 'Who is given a new lead, by the first rule that fits and whose team has somebody; null when none does.';

create function private.tg_leads__route_and_score() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' and new.owner_id is null and new.status = 'new' then
    new.owner_id := private.owner_for(new);
  end if;
  new.score := private.score_of(new);
  return new;
end
$$;
comment on function private.tg_leads__route_and_score() is 'Gives a new lead to whose turn it is, and keeps its score.';
create trigger _300_route_and_score before insert or update of first_name, last_name, company_name, phone, email, town, interest, source_id, vendor_id, territory_id, notes on public.leads
for each row execute function private.tg_leads__route_and_score();

create function private.tg_lead_score_rules__score_again() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.leads l set score = private.score_of(l)
  where l.is_open and l.tenant_id in (select c.tenant_id from changed c) and l.score <> private.score_of(l);
  return null;
end
$$;
comment on function private.tg_lead_score_rules__score_again() is 'Has the open leads follow rules that changed.';
create trigger _400_score_again after insert on public.lead_score_rules referencing new table as changed for each statement execute function private.tg_lead_score_rules__score_again();
create trigger _400_score_again_changed after update on public.lead_score_rules referencing new table as changed for each statement execute function private.tg_lead_score_rules__score_again();

------------------------------------------------------------------------------------------------
-- Commands
------------------------------------------------------------------------------------------------

create function private.lock_lead(lead_id uuid, permission text, expected_version integer) returns public.leads
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission(permission);
  target public.leads;
begin
  select * into target from public.leads l
  where l.tenant_id = tenant and l.id = lead_id
    and (l.owner_id is null or l.owner_id = any (private.my_line()) or private.has_permission(tenant, 'leads.view_all'))
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('lead_id', lead_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_lead(uuid, text, integer) is 'A lead that the caller sees and may work on, under its lock. Raises record_not_found, version_conflict, permission_denied.';

create function private.check_owner(tenant uuid, owner_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if owner_id is not null and not exists (select from public.memberships m where m.tenant_id = tenant and m.user_id = owner_id and m.status = 'active') then
    perform private.fail('person_not_in_company', pg_catalog.jsonb_build_object('owner_id', owner_id));
  end if;
end
$$;
comment on function private.check_owner(uuid, uuid) is 'Refuses somebody who does not work in the company. Raises person_not_in_company.';

create function private.write_lead(lead public.leads, first_name text, last_name text, company_name text, phone text, email text, town text, interest text, source_id uuid, territory_id uuid, next_step text, next_step_on date, notes text) returns public.leads
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  lead.first_name := private.require_text('first_name', first_name, 100);
  lead.last_name := private.check_text('last_name', nullif(pg_catalog.btrim(last_name), ''), 100);
  lead.company_name := private.check_text('company_name', nullif(pg_catalog.btrim(company_name), ''), 120);
  lead.phone := nullif(pg_catalog.btrim(phone), '');
  lead.email := pg_catalog.lower(nullif(pg_catalog.btrim(email), ''));
  lead.town := private.check_text('town', nullif(pg_catalog.btrim(town), ''), 120);
  lead.interest := private.check_text('interest', nullif(pg_catalog.btrim(interest), ''), 1000);
  lead.next_step := private.check_text('next_step', nullif(pg_catalog.btrim(next_step), ''), 200);
  lead.next_step_on := next_step_on;
  lead.notes := private.check_text('notes', nullif(pg_catalog.btrim(notes), ''), 4000);
  if lead.source_id is distinct from source_id and source_id is not null
    and not exists (select from public.lead_sources s where s.tenant_id = lead.tenant_id and s.id = source_id and s.is_active) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('source_id', source_id));
  end if;
  if territory_id is not null and not exists (select from public.territories t where t.tenant_id = lead.tenant_id and t.id = territory_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('territory_id', territory_id));
  end if;
  lead.source_id := source_id;
  lead.territory_id := territory_id;
  return lead;
end
$$;
comment on function private.write_lead(public.leads, text, text, text, text, text, text, text, uuid, uuid, text, date, text) is
  'A lead with what was entered, checked but not kept. Raises input_invalid, record_not_found.';

create function private.create_lead(
  first_name text, last_name text default null, company_name text default null, phone text default null, email text default null, town text default null, interest text default null,
  source_id uuid default null, territory_id uuid default null, owner_id uuid default null, next_step text default null, next_step_on date default null, notes text default null
) returns public.leads
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('leads.create');
  lead public.leads;
begin
  lead.tenant_id := tenant;
  lead := private.write_lead(lead, first_name, last_name, company_name, phone, email, town, interest, source_id, territory_id, next_step, next_step_on, notes);
  perform private.check_owner(tenant, owner_id);
  insert into public.leads (tenant_id, first_name, last_name, company_name, phone, email, town, interest, source_id, territory_id, owner_id, next_step, next_step_on, notes)
  values (tenant, lead.first_name, lead.last_name, lead.company_name, lead.phone, lead.email, lead.town, lead.interest, lead.source_id, lead.territory_id, owner_id, lead.next_step, lead.next_step_on, lead.notes)
  returning * into lead;
  return lead;
end
$$;
comment on function private.create_lead(text, text, text, text, text, text, text, uuid, uuid, uuid, text, date, text) is
  'Writes down somebody who may become a customer. Without an owner (account) it goes to whose turn it is. Raises input_invalid, record_not_found, person_not_in_company, lead_is_reachable, lead_email_taken, phone_is_e164, email_is_an_address, permission_denied.';
select private.expose_command('create_lead');

create function private.change_lead(
  lead_id uuid, first_name text, last_name text default null, company_name text default null, phone text default null, email text default null, town text default null, interest text default null,
  source_id uuid default null, territory_id uuid default null, next_step text default null, next_step_on date default null, notes text default null, expected_version integer default null
) returns public.leads
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.leads := private.lock_lead(lead_id, 'leads.edit', expected_version);
  lead public.leads;
begin
  if not private.takes_in_place('lead', target.tenant_id, target.status::text, 'change') then
    perform private.fail('lead_transition_illegal', pg_catalog.jsonb_build_object('id', lead_id, 'from', target.status, 'command', 'change'));
  end if;
  lead := private.write_lead(target, first_name, last_name, company_name, phone, email, town, interest, source_id, territory_id, next_step, next_step_on, notes);
  update public.leads l
  set first_name = lead.first_name, last_name = lead.last_name, company_name = lead.company_name, phone = lead.phone, email = lead.email, town = lead.town, interest = lead.interest,
    source_id = lead.source_id, territory_id = lead.territory_id, next_step = lead.next_step, next_step_on = lead.next_step_on, notes = lead.notes
  where l.tenant_id = target.tenant_id and l.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.change_lead(uuid, text, text, text, text, text, text, text, uuid, uuid, text, date, text, integer) is
  'Writes an open lead anew. Raises lead_transition_illegal, version_conflict and the errors of create_lead.';
select private.expose_command('change_lead');

create function private.give_lead(target public.leads, command text, owner_id uuid) returns public.leads
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if not private.takes_in_place('lead', target.tenant_id, target.status::text, command) then
    perform private.fail('lead_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', command));
  end if;
  if target.owner_id is distinct from owner_id then
    update public.leads l set owner_id = owner_id where l.tenant_id = target.tenant_id and l.id = target.id returning * into target;
  end if;
  return target;
end
$$;
comment on function private.give_lead(public.leads, text, uuid) is 'Changes whose an open lead is. Raises lead_transition_illegal, permission_denied.';

create function private.take_lead(lead_id uuid, expected_version integer default null) returns public.leads
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.leads := private.lock_lead(lead_id, 'leads.edit', expected_version);
begin
  if target.owner_id is not null then
    perform private.fail('lead_has_an_owner', pg_catalog.jsonb_build_object('owner_id', target.owner_id));
  end if;
  perform private.check_owner(target.tenant_id, auth.uid());
  return private.give_lead(target, 'take', auth.uid());
end
$$;
comment on function private.take_lead(uuid, integer) is 'Makes an open lead that nobody has the caller''s own; of two at once one gets it. Raises lead_has_an_owner, person_not_in_company, record_not_found, lead_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('take_lead');

create function private.assign_lead(lead_id uuid, owner_id uuid default null, expected_version integer default null) returns public.leads
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.leads := private.lock_lead(lead_id, 'leads.assign', expected_version);
begin
  perform private.check_owner(target.tenant_id, owner_id);
  return private.give_lead(target, 'assign', owner_id);
end
$$;
comment on function private.assign_lead(uuid, uuid, integer) is
  'Gives an open lead to somebody (account), or to nobody (null). Raises record_not_found, person_not_in_company, lead_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('assign_lead');

create function private.move_lead(target public.leads, command text, reason text default null, duplicate_of_id uuid default null) returns public.leads
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  update public.leads l
  set status = private.next_state('lead', target.id, target.status::text, command)::public.lead_status, status_reason = reason, duplicate_of_id = duplicate_of_id
  where l.tenant_id = target.tenant_id and l.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.move_lead(public.leads, text, text, uuid) is 'Takes a step of a lead that is locked. Raises lead_transition_illegal, lead_email_taken.';

create function private.contact_lead(lead_id uuid, expected_version integer default null) returns public.leads
language plpgsql security definer set search_path = ''
as $$
begin
  return private.move_lead(private.lock_lead(lead_id, 'leads.edit', expected_version), 'contact');
end
$$;
comment on function private.contact_lead(uuid, integer) is 'Somebody has spoken with the lead. Raises record_not_found, lead_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('contact_lead');

create function private.qualify_lead(lead_id uuid, expected_version integer default null) returns public.leads
language plpgsql security definer set search_path = ''
as $$
begin
  return private.move_lead(private.lock_lead(lead_id, 'leads.edit', expected_version), 'qualify');
end
$$;
comment on function private.qualify_lead(uuid, integer) is 'The lead wants something that the company sells. Raises record_not_found, lead_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('qualify_lead');

create function private.disqualify_lead(lead_id uuid, reason text, expected_version integer default null) returns public.leads
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.leads := private.lock_lead(lead_id, 'leads.edit', expected_version);
begin
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  return private.move_lead(target, 'disqualify', private.require_text('reason', reason));
end
$$;
comment on function private.disqualify_lead(uuid, text, integer) is 'Nothing will come of the lead, with the reason. Raises reason_required, record_not_found, lead_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('disqualify_lead');

create function private.mark_duplicate_lead(lead_id uuid, duplicate_of_id uuid, expected_version integer default null) returns public.leads
language plpgsql security definer set search_path = ''
as $$
declare
  target public.leads := private.lock_lead(lead_id, 'leads.edit', expected_version);
begin
  if duplicate_of_id is null or duplicate_of_id = lead_id then
    perform private.fail('duplicate_names_the_other', pg_catalog.jsonb_build_object('duplicate_of_id', duplicate_of_id));
  end if;
  if not exists (
    select from public.leads l where l.tenant_id = target.tenant_id and l.id = mark_duplicate_lead.duplicate_of_id and l.status <> 'duplicate'
      and (l.owner_id is null or l.owner_id = any (private.my_line()) or private.has_permission(target.tenant_id, 'leads.view_all'))
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('duplicate_of_id', duplicate_of_id));
  end if;
  return private.move_lead(target, 'mark_duplicate', null, duplicate_of_id);
end
$$;
comment on function private.mark_duplicate_lead(uuid, uuid, integer) is
  'The lead is the same as another one, which is no duplicate itself. Raises duplicate_names_the_other, record_not_found, lead_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('mark_duplicate_lead');

create function private.reopen_lead(lead_id uuid, expected_version integer default null) returns public.leads
language plpgsql security definer set search_path = ''
as $$
begin
  return private.move_lead(private.lock_lead(lead_id, 'leads.edit', expected_version), 'reopen');
end
$$;
comment on function private.reopen_lead(uuid, integer) is 'Somebody works on the lead after all. Raises lead_email_taken, record_not_found, lead_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('reopen_lead');

create view public.similar_leads with (security_invoker = true) as
select l.tenant_id, l.id as lead_id, o.id as other_id, o.number, o.first_name, o.last_name, o.status::text as status, o.owner_id, l.phone = o.phone as is_same_phone, l.email = o.email as is_same_email
from public.leads l
join public.leads o on o.tenant_id = l.tenant_id and o.id <> l.id and (o.phone = l.phone or o.email = l.email);
comment on view public.similar_leads is 'Leads that may be the same person: with the same telephone number or e-mail address, for each lead that the caller sees.';
