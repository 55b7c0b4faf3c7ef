-- Family 04, parties: territories, customers, their addresses and contacts.

create type public.customer_status as enum ('draft', 'pending_approval', 'active', 'rejected', 'suspended', 'inactive', 'merged');
create type public.address_kind as enum ('delivery', 'billing', 'both');

create table public.territories (
  like private.record including defaults including indexes,
  code text not null,
  name text not null,
  parent_id uuid,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, code),
  foreign key (tenant_id, parent_id) references public.territories (tenant_id, id),
  constraint code_is_short check (length(code) between 1 and 32 and code = btrim(code)),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120),
  constraint territory_is_not_its_own_parent check (parent_id <> id)
);
create index territories_parent on public.territories (tenant_id, parent_id);
comment on table public.territories is 'Sales areas, in a tree. They carry prices and limit what a member sees.';
select private.register_error('territory_is_not_its_own_parent', 422, 'A territory cannot lie within itself.', 'Choose another territory above it, or none.');
select private.manage_table('public.territories', 'territory');
select private.register_subject('public.territories', 'territory', 'name', 'territories.view', '/territories');
select private.set_audience('territory', 'territories.view');
select private.register_error('territory_code_taken', 409, 'Another territory has this code.', 'Choose another code, or open that territory.');
select private.refuse_taken('public.territories', 'territories_tenant_id_code_key', 'territory_code_taken');

create table public.customers (
  like private.record including defaults including indexes,
  code text not null,
  name text not null,
  contact_name text,
  phone text,
  email text,
  tax_id text,
  tax_exemption_reason text,
  tax_exemption_certificate text,
  customer_type text not null default 'retail',
  category text,
  language text,
  status public.customer_status not null default 'draft',
  credit_limit numeric(14,2) not null default 0,
  payment_terms_days integer not null default 0,
  pays_at_month_end boolean not null default false,
  takes_reminders boolean not null default true,
  pays_interest boolean not null default true,
  discount_percent numeric(5,2),
  discount_fixed numeric(14,2),
  discount_days integer,
  credit_reviewed_at timestamptz,
  credit_review_on date,
  price_list_id uuid,
  territory_id uuid,
  sales_rep_id uuid,
  notes text,
  status_reason text,
  merged_into_id uuid,
  edited_by uuid[] not null default '{}',
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, merged_into_id) references public.customers (tenant_id, id),
  unique (tenant_id, code),
  foreign key (tenant_id, territory_id) references public.territories (tenant_id, id),
  foreign key (tenant_id, sales_rep_id) references public.memberships (tenant_id, id),
  constraint code_is_short check (length(code) between 1 and 32 and code = btrim(code)),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 200),
  constraint contact_name_is_short check (length(contact_name) <= 120),
  constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint email_is_an_address check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  constraint tax_id_is_short check (length(tax_id) <= 40),
  constraint tax_exemption_is_complete check (
    (tax_exemption_reason is null) = (tax_exemption_certificate is null)
    and length(btrim(tax_exemption_reason)) between 1 and 200 and length(btrim(tax_exemption_certificate)) between 1 and 60),
  constraint customer_type_is_short check (length(customer_type) between 1 and 40),
  constraint category_is_short check (length(category) <= 40),
  constraint papers_speak_the_language check (language in ('en', 'sw')),
  constraint credit_limit_is_bounded check (credit_limit between 0 and 999999999999.99),
  constraint payment_terms_are_bounded check (payment_terms_days between 0 and 365),
  constraint early_discount_is_one check ((discount_days is null) = (discount_percent is null and discount_fixed is null) and (discount_percent is null or discount_fixed is null)
    and discount_days between 0 and 365 and discount_percent > 0 and discount_percent <= 50 and discount_fixed > 0 and discount_fixed <= 999999999.99),
  constraint notes_are_bounded check (length(notes) <= 4000),
  constraint reason_given_when_refused check (status not in ('rejected', 'suspended') or btrim(status_reason) <> ''),
  constraint merged_into_another check ((status = 'merged') = (merged_into_id is not null) and merged_into_id <> id)
);
create index customers_merged on public.customers (tenant_id, merged_into_id) where merged_into_id is not null;
create index customers_name on public.customers (tenant_id, name, id);
create index customers_territory on public.customers (tenant_id, territory_id);
create index customers_sales_rep on public.customers (tenant_id, sales_rep_id);
create index customers_search on public.customers using gin ((name || ' ' || code || ' ' || coalesce(phone, '')) extensions.gin_trgm_ops);
comment on table public.customers is 'Who buys. Only active customers can order.';
comment on column public.customers.language is 'In which language his papers are written; null: in that of the company.';
select private.register_error('papers_speak_the_language', 422, 'Papers are not written in this language.', 'Choose English (en) or Swahili (sw), or none for the language of the company.');
comment on column public.customers.credit_limit is 'Tenant currency. What posted unpaid invoices and confirmed orders may add up to; 0 = cash only.';
comment on column public.customers.payment_terms_days is 'Days from the invoice to its due date.';
comment on column public.customers.discount_percent is 'What he may keep of an invoice, deposits apart, when he pays it within discount_days of its date.';
comment on column public.customers.discount_fixed is 'The same as an amount in the company''s currency.';
comment on column public.customers.credit_reviewed_at is 'When somebody looked at his credit last; written by review_credit.';
comment on column public.customers.credit_review_on is 'The day on which it is to be looked at again, as that review said; null: no day.';
comment on column public.customers.pays_at_month_end is 'The due date is the last day of the month in which those days end.';
comment on column public.customers.takes_reminders is 'Whether he is reminded of overdue invoices, where the company has stages for that.';
comment on column public.customers.pays_interest is 'Whether interest is charged on his overdue invoices, where the company asks for it.';
comment on column public.customers.tax_exemption_reason is 'Why no tax is charged to the customer; null: it is. With the number of the certificate that proves it.';
comment on column public.customers.edited_by is 'Who changed name, tax number or terms besides its creator; they do not decide on it either.';
comment on column public.customers.merged_into_id is 'Who he turned out to be: all of his documents are that customer''s now. Null but for those who were merged.';
comment on column public.customers.status_reason is 'Why the customer was rejected or suspended.';

create function private.tg_customers__give_code() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.code is null then
    new.code := private.next_document_number(new.tenant_id, 'customer');
  end if;
  return new;
end
$$;
comment on function private.tg_customers__give_code() is 'Draws a code for customers entered without one.';
create trigger _100_give_code before insert on public.customers for each row execute function private.tg_customers__give_code();

select private.register_document('public.customers', 'customer', 'draft', 'customers.view', '/customers', prefix => 'CUS', number_column => 'code');
insert into private.waiting_states (machine, state, permission) values ('customer', 'pending_approval', 'customers.approve');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('customer', 'draft', 'submit', 'pending_approval', 'customers.create', null, 'customer.submitted'),
  ('customer', 'pending_approval', 'approve', 'active', 'customers.approve', '{created_by,edited_by}', 'customer.approved'),
  ('customer', 'pending_approval', 'reject', 'rejected', 'customers.approve', '{created_by,edited_by}', 'customer.rejected'),
  ('customer', 'active', 'suspend', 'suspended', 'customers.approve', null, 'customer.suspended'),
  ('customer', 'suspended', 'reactivate', 'active', 'customers.approve', null, 'customer.reactivated'),
  ('customer', 'active', 'deactivate', 'inactive', 'customers.approve', null, 'customer.deactivated'),
  ('customer', 'draft', 'merge', 'merged', 'customers.merge', null, 'customer.merged'),
  ('customer', 'pending_approval', 'merge', 'merged', 'customers.merge', null, 'customer.merged'),
  ('customer', 'active', 'merge', 'merged', 'customers.merge', null, 'customer.merged'),
  ('customer', 'suspended', 'merge', 'merged', 'customers.merge', null, 'customer.merged'),
  ('customer', 'inactive', 'merge', 'merged', 'customers.merge', null, 'customer.merged');
select private.register_error('contact_name_is_short', 422, 'The name of the contact is too long.', 'Shorten it to 120 characters.');
select private.register_error('tax_id_is_short', 422, 'The tax number is too long.', 'Enter at most 40 characters.');
select private.register_error('tax_exemption_is_complete', 422, 'A tax exemption has a reason and the number of a certificate.', 'Enter both, at most 200 and 60 characters, or neither.');
select private.register_error('credit_limit_is_bounded', 422, 'The credit limit is negative or too large.', 'Enter an amount from 0 to 999999999999.99.');
select private.register_error('payment_terms_are_bounded', 422, 'The days to pay are not possible.', 'Enter a number of days from 0 to 365.');
select private.normalise_phones('public.customers');
select private.register_error('early_discount_is_one', 422, 'The discount for paying early is not possible.', 'Enter either percent, up to 50, or an amount, and within how many days, from 0 to 365; or none of it.');
select private.note_editors('public.customers', 'name', 'tax_id', 'tax_exemption_reason', 'tax_exemption_certificate', 'customer_type', 'price_list_id', 'credit_limit', 'payment_terms_days', 'pays_at_month_end', 'pays_interest', 'discount_percent', 'discount_fixed', 'discount_days');
select private.register_error('customer_code_taken', 409, 'Another customer has this code.', 'Choose another code, or leave it empty to have one given.');
select private.refuse_taken('public.customers', 'customers_tenant_id_code_key', 'customer_code_taken');

create table public.customer_addresses (
  like private.record including defaults including indexes,
  customer_id uuid not null,
  kind public.address_kind not null default 'both',
  label text not null,
  street text not null,
  line_2 text,
  city text not null,
  region text,
  postal_code text,
  country text,
  contact_name text,
  phone text,
  latitude numeric(9,6),
  longitude numeric(9,6),
  instructions text,
  window_start time,
  window_end time,
  is_default boolean not null default false,
  is_active boolean not null default true,
  -- Lets an order prove that its address belongs to its customer.
  unique (tenant_id, customer_id, id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  constraint label_is_not_blank check (btrim(label) <> '' and length(label) <= 80),
  constraint street_is_not_blank check (btrim(street) <> '' and length(street) <= 300),
  constraint city_is_not_blank check (btrim(city) <> '' and length(city) <= 120),
  constraint address_parts_are_bounded check (length(line_2) <= 300 and length(region) <= 120 and length(postal_code) <= 20 and length(contact_name) <= 120),
  constraint country_is_a_code check (country ~ '^[A-Z]{2}$'),
  constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint instructions_are_bounded check (length(instructions) <= 1000),
  constraint position_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180),
  constraint position_is_complete check ((latitude is null) = (longitude is null)),
  constraint window_is_ordered check (window_start < window_end)
);
create unique index customer_addresses_default on public.customer_addresses (tenant_id, customer_id) where is_default;
comment on table public.customer_addresses is 'Where a customer is delivered and billed. Degrees are WGS 84; the window is local time of the company.';
comment on column public.customer_addresses.line_2 is 'Building, floor, stall: what stands below the street.';
comment on column public.customer_addresses.country is 'ISO 3166-1 alpha-2; null: the company''s own.';
comment on column public.customer_addresses.contact_name is 'Whom the driver asks for there; phone is the number of this place.';
select private.register_error('address_parts_are_bounded', 422, 'A part of the address is too long.', 'Shorten the second line to 300 characters, the region and the person to ask for to 120, the postal code to 20.');
select private.register_error('country_is_a_code', 422, 'This is no country.', 'Enter the two letters of the country, like KE.');
select private.register_error('label_is_not_blank', 422, 'The address has no label, or too long a one.', 'Enter a label of at most 80 characters, like Shop.');
select private.register_error('street_is_not_blank', 422, 'The street is missing or too long.', 'Enter a street of at most 300 characters.');
select private.register_error('city_is_not_blank', 422, 'The city is missing or too long.', 'Enter a city of at most 120 characters.');
select private.register_error('instructions_are_bounded', 422, 'The instructions for the driver are too long.', 'Shorten them to 1000 characters.');
select private.register_error('window_is_ordered', 422, 'The hours of delivery end before they begin.', 'Enter an end that is later than the start.');
select private.manage_table('public.customer_addresses', 'customer_address');
select private.normalise_phones('public.customer_addresses');
select private.set_audience('customer_address', 'customers.view');
select private.register_error('default_address_taken', 409, 'The customer has a default address already.', 'Take the mark from that address first.');
select private.refuse_taken('public.customer_addresses', 'customer_addresses_default', 'default_address_taken');

create table public.contacts (
  like private.record including defaults including indexes,
  customer_id uuid,
  name text not null,
  role text,
  phone text,
  email text,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120),
  constraint role_is_short check (length(role) <= 80),
  constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint email_is_an_address check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254)
);
create index contacts_customer on public.contacts (tenant_id, customer_id);
comment on table public.contacts is 'People: those at a customer, and those who wrote and are nobody''s yet (customer_id is null).';
select private.register_error('role_is_short', 422, 'The role of the contact is too long.', 'Shorten it to 80 characters.');
select private.manage_table('public.contacts', 'contact');
select private.normalise_phones('public.contacts');
select private.set_audience('contact', 'customers.view');

-- Answered by family 10.
create function private.has_written(contact uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return false;
end
$$;
comment on function private.has_written(uuid) is 'Whether messages go to and come from this person of the caller''s company, who then stays.';

alter table public.memberships add foreign key (tenant_id, territory_id) references public.territories (tenant_id, id);
alter table public.memberships add foreign key (tenant_id, customer_id) references public.customers (tenant_id, id);
alter table public.invitations add foreign key (tenant_id, territory_id) references public.territories (tenant_id, id);
alter table public.invitations add foreign key (tenant_id, customer_id) references public.customers (tenant_id, id);
create index memberships_territory on public.memberships (tenant_id, territory_id);
create index memberships_customer on public.memberships (tenant_id, customer_id);
create index invitations_territory on public.invitations (tenant_id, territory_id);
create index invitations_customer on public.invitations (tenant_id, customer_id);

