-- Family 04, parties: a customer who looks like one that there is already. A warning, never a refusal.

create index customers_phone on public.customers (tenant_id, phone) where phone is not null;
create index contacts_phone on public.contacts (tenant_id, phone) where phone is not null;
create index customers_tax_id on public.customers (tenant_id, private.reference_key(tax_id)) where tax_id is not null;
create index customers_alike on public.customers using gist (tenant_id, name extensions.gist_trgm_ops (siglen = 64));

create table public.similar_customers (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  customer_id uuid not null,
  similar_id uuid not null,
  same text[] not null,
  acknowledged_by uuid,
  acknowledged_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, customer_id, similar_id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, similar_id) references public.customers (tenant_id, id),
  constraint customer_is_not_like_himself check (customer_id <> similar_id),
  constraint same_is_known check (same <@ array['phone', 'tax_id', 'name'] and cardinality(same) > 0),
  constraint acknowledgement_is_recorded check ((acknowledged_by is null) = (acknowledged_at is null))
);
create index similar_customers_similar on public.similar_customers (tenant_id, similar_id);
comment on table public.similar_customers is 'Customers who looked like another one when they were entered or changed, and who said that they are two. Written by triggers and commands.';
comment on column public.similar_customers.similar_id is 'Whom he looks like.';
comment on column public.similar_customers.same is 'What both share: phone (of him or of one of his people), tax_id, name (nearly).';
comment on column public.similar_customers.acknowledged_by is 'Who said that they are two; null while nobody has.';
select private.manage_part('public.similar_customers', 'customer_id', 'same', 'acknowledged_by', 'acknowledged_at');

create function private.customers_alike(tenant uuid, name text, phone text, tax_id text, except_customer uuid)
returns table (id uuid, same text[])
language plpgsql stable security definer set search_path = '' set pg_trgm.similarity_threshold = 0.6
as $$
#variable_conflict use_column
declare
  wanted_name constant text := customers_alike.name;
  wanted_phone constant text := customers_alike.phone;
  wanted_tax_id constant text := private.reference_key(customers_alike.tax_id);
begin
  return query
  select f.id, pg_catalog.array_agg(distinct f.what order by f.what)
  from (
    (select c.id, 'phone' as what from public.customers c where c.tenant_id = tenant and c.phone = wanted_phone and c.merged_into_id is null limit 5)
    union all
    (select k.customer_id, 'phone' from public.contacts k where k.tenant_id = tenant and k.phone = wanted_phone limit 5)
    union all
    (select c.id, 'tax_id' from public.customers c
     where c.tenant_id = tenant and private.reference_key(c.tax_id) = wanted_tax_id and c.tax_id is not null and c.merged_into_id is null limit 5)
    union all
    (select c.id, 'name' from public.customers c
     where c.tenant_id = tenant and c.name operator(extensions.%) wanted_name and c.merged_into_id is null order by c.name operator(extensions.<->) wanted_name limit 5)
  ) f
  where f.id is distinct from except_customer
  group by f.id;
end
$$;
comment on function private.customers_alike(uuid, text, text, text, uuid) is
  'Customers with this phone (in E.164; theirs or of one of their people), this tax number, however it is written, or nearly this name (six of ten groups of three letters); at most five for each.';

create function private.await_alike(tenant uuid) returns void
language sql set search_path = ''
as $$ select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('similar_customers' || coalesce(tenant::text, ''), 0)) $$;
comment on function private.await_alike(uuid) is 'Of two customers who are made alike at once the later one sees the earlier one. Taken before a customer is locked.';

create function private.tg_customers__await_alike() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.await_alike(private.active_tenant_id());
  return null;
end
$$;
comment on function private.tg_customers__await_alike() is 'Waits for whoever enters or changes another customer of the company now.';
create trigger _100_await_alike before insert or update of name, phone, tax_id on public.customers
for each statement execute function private.tg_customers__await_alike();

create function private.tg_customers__note_alike() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.similar_customers s where s.tenant_id = new.tenant_id and s.customer_id = new.id and s.acknowledged_by is null;
  insert into public.similar_customers (tenant_id, customer_id, similar_id, same)
  select new.tenant_id, new.id, a.id, a.same from private.customers_alike(new.tenant_id, new.name, new.phone, new.tax_id, new.id) a
  where not exists (
    select from public.similar_customers s
    where s.tenant_id = new.tenant_id and (s.customer_id, s.similar_id) in ((new.id, a.id), (a.id, new.id))
  );
  return null;
end
$$;
comment on function private.tg_customers__note_alike() is 'Writes down whom a customer looks like, once per pair; what somebody said about a pair stays.';
create trigger _600_note_alike_insert after insert on public.customers for each row execute function private.tg_customers__note_alike();
create trigger _600_note_alike_update after update of name, phone, tax_id on public.customers for each row
when ((old.name, old.phone, old.tax_id) is distinct from (new.name, new.phone, new.tax_id)) execute function private.tg_customers__note_alike();

create function private.customers_like(name text default null, phone text default null, tax_id text default null, customer_id uuid default null) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('customers.create');
begin
  if customer_id is not null and not exists (
    select from public.customers c where c.tenant_id = tenant and c.id = customer_id and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer_id));
  end if;
  return (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', c.id, 'code', c.code, 'name', c.name, 'status', c.status, 'same', a.same) order by c.name, c.id), '[]')
    from private.customers_alike(tenant, name, private.normal_phone(phone, private.tenant_country(tenant)), tax_id, customer_id) a
    join public.customers c on c.tenant_id = tenant and c.id = a.id
    where (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
      and not exists (
        select from public.similar_customers s
        where s.tenant_id = tenant and s.acknowledged_by is not null and (s.customer_id, s.similar_id) in ((customer_id, c.id), (c.id, customer_id))
      )
  );
end
$$;
comment on function private.customers_like(text, text, text, uuid) is
  'What whoever enters a customer is told of those that he looks like, as far as he sees them: [{id, code, name, status, same: [phone, tax_id, name]}], without those of whom somebody said that they are two. The phone as it is typed; customer_id: whom it is about, null while he is entered. Raises permission_denied, record_not_found.';
select private.expose('customers_like');

create function private.looks_like_another(entered public.customers) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.similar_customers s where s.tenant_id = entered.tenant_id and s.customer_id = entered.id and s.acknowledged_by is null
    union all
    select from public.similar_customers s where s.tenant_id = entered.tenant_id and s.similar_id = entered.id and s.acknowledged_by is null
  );
end
$$;
comment on function private.looks_like_another(public.customers) is 'Whether a customer looks like another one, or another one like him, and nobody has said yet that they are two.';

select private.register_error('customer_not_similar', 409, 'This customer looks like no other one, or somebody has said already that they are two.', 'Reload the customer.');
insert into private.in_place_commands (machine, state, command, permission)
select 'customer', s, 'acknowledge_similar', 'customers.create' from pg_catalog.unnest(array['draft', 'pending_approval', 'active', 'suspended']) s;
select private.offer_if('customer', 'private.looks_like_another(customers)', 'acknowledge_similar');

create function private.acknowledge_similar_customer(customer_id uuid, expected_version integer default null) returns public.customers
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('customers.create');
  target constant public.customers := private.lock_customer(tenant, customer_id, expected_version);
begin
  if private.takes_in_place('customer', tenant, target.status::text, 'acknowledge_similar') then
    update public.similar_customers s set acknowledged_by = auth.uid(), acknowledged_at = pg_catalog.now()
    where s.tenant_id = tenant and (s.customer_id = target.id or s.similar_id = target.id) and s.acknowledged_by is null;
  end if;
  if not found then
    perform private.fail('customer_not_similar', pg_catalog.jsonb_build_object('customer_id', target.id));
  end if;
  return target;
end
$$;
comment on function private.acknowledge_similar_customer(uuid, integer) is
  'Says that a customer is another one than those that he looks like and those that look like him; who said so and when stays with him. Raises customer_not_similar, record_not_found, version_conflict.';
select private.expose_command('acknowledge_similar_customer');
