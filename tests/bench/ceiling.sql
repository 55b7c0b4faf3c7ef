-- The least that could take the same orders: plain tables with row level security, one definer
-- function per step that looks up who asks, guards the stock and takes its locks in one order. No
-- events, no audit trail, no state machine, no idempotency. What the bench divides by. The whole life
-- of an order has the same steps as Mzigo's, since each is another person's; a step writes one row.

create schema ceiling authorization postgres;
grant usage on schema ceiling to authenticated;
set local role postgres;

create table ceiling.members (user_id uuid primary key, tenant_id uuid not null, can_order boolean not null);
create table ceiling.customers (id uuid primary key, tenant_id uuid not null, name text not null);
create table ceiling.products (
  id uuid primary key, tenant_id uuid not null, price numeric(14,2) not null, tax_rate numeric(5,2) not null
);
create table ceiling.stock (
  tenant_id uuid not null, product_id uuid not null references ceiling.products (id),
  on_hand numeric(14,3) not null, reserved numeric(14,3) not null default 0,
  primary key (tenant_id, product_id),
  constraint reserved_is_covered check (reserved between 0 and on_hand)
) with (fillfactor = 80);
create table ceiling.orders (
  id uuid primary key default gen_random_uuid(), tenant_id uuid not null, number bigint not null generated always as identity,
  customer_id uuid not null references ceiling.customers (id), status text not null, total numeric(14,2) not null,
  created_by uuid not null, created_at timestamptz not null default now()
) with (fillfactor = 80);
create index orders_recent on ceiling.orders (tenant_id, created_at desc, id desc);
create table ceiling.order_lines (
  tenant_id uuid not null, order_id uuid not null references ceiling.orders (id), line_number integer not null,
  product_id uuid not null references ceiling.products (id), quantity numeric(14,3) not null, price numeric(14,2) not null,
  tax_rate numeric(5,2) not null,
  primary key (order_id, line_number)
);
create table ceiling.trips (
  id uuid primary key default gen_random_uuid(), tenant_id uuid not null, order_id uuid not null unique references ceiling.orders (id),
  status text not null, created_at timestamptz not null default now()
) with (fillfactor = 80);
create table ceiling.invoices (
  id uuid primary key default gen_random_uuid(), tenant_id uuid not null, order_id uuid not null unique references ceiling.orders (id),
  status text not null, total numeric(14,2) not null, created_at timestamptz not null default now()
);
create table ceiling.payments (
  id uuid primary key default gen_random_uuid(), tenant_id uuid not null, invoice_id uuid not null references ceiling.invoices (id),
  amount numeric(14,2) not null, created_by uuid not null, created_at timestamptz not null default now()
);

create function ceiling.tenant_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select m.tenant_id from ceiling.members m where m.user_id = auth.uid() and m.can_order);
end
$$;

do $$
declare
  table_name text;
begin
  foreach table_name in array array['customers', 'products', 'stock', 'orders', 'order_lines', 'trips', 'invoices', 'payments'] loop
    execute format('alter table ceiling.%I enable row level security', table_name);
    execute format('grant select on ceiling.%I to authenticated', table_name);
    execute format(
      'create policy select_members on ceiling.%I for select to authenticated using (tenant_id = (select ceiling.tenant_id()))',
      table_name);
  end loop;
end
$$;

create function ceiling.enter_order(tenant uuid, customer uuid, lines jsonb, status text) returns ceiling.orders
language plpgsql security definer set search_path = ''
as $$
declare
  entered ceiling.orders;
begin
  if tenant is null or not exists (select from ceiling.customers c where c.id = customer and c.tenant_id = tenant) then
    raise exception using errcode = '42501', message = 'permission_denied';
  end if;
  insert into ceiling.orders (tenant_id, customer_id, status, total, created_by)
  select tenant, customer, enter_order.status, sum(round(l.quantity * p.price * (1 + p.tax_rate / 100), 2)), auth.uid()
  from pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid, quantity numeric)
  join ceiling.products p on p.id = l.product_id and p.tenant_id = tenant
  where l.quantity > 0
  returning * into entered;
  insert into ceiling.order_lines (tenant_id, order_id, line_number, product_id, quantity, price, tax_rate)
  select tenant, entered.id, pg_catalog.row_number() over (), p.id, l.quantity, p.price, p.tax_rate
  from pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid, quantity numeric)
  join ceiling.products p on p.id = l.product_id and p.tenant_id = tenant;
  return entered;
end
$$;

create function ceiling.reserve_stock(tenant uuid, lines jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  covered integer;
begin
  perform from ceiling.stock s
  join pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid) on l.product_id = s.product_id
  where s.tenant_id = tenant
  order by s.product_id
  for no key update of s;
  update ceiling.stock s set reserved = s.reserved + l.quantity
  from pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid, quantity numeric)
  where s.tenant_id = tenant and s.product_id = l.product_id and s.on_hand - s.reserved >= l.quantity;
  get diagnostics covered = row_count;
  if covered <> pg_catalog.jsonb_array_length(lines) then
    raise exception using errcode = 'PT409', message = 'stock_short';
  end if;
end
$$;

create function ceiling.place_order(customer uuid, lines jsonb) returns ceiling.orders
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := ceiling.tenant_id();
  placed ceiling.orders;
begin
  placed := ceiling.enter_order(tenant, customer, lines, 'allocated');
  perform ceiling.reserve_stock(tenant, lines);
  return placed;
end
$$;

create function ceiling.create_order(customer uuid, lines jsonb) returns ceiling.orders
language plpgsql security definer set search_path = ''
as $$
begin
  return ceiling.enter_order(ceiling.tenant_id(), customer, lines, 'draft');
end
$$;

create function ceiling.move_order(wanted uuid, from_status text, to_status text) returns ceiling.orders
language plpgsql security definer set search_path = ''
as $$
declare
  moved ceiling.orders;
begin
  update ceiling.orders o set status = to_status where o.id = wanted and o.tenant_id = ceiling.tenant_id() and o.status = from_status returning * into moved;
  if not found then
    raise exception using errcode = 'PT409', message = 'order_transition_illegal';
  end if;
  return moved;
end
$$;

create function ceiling.allocate_order(wanted uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  allocated constant ceiling.orders := ceiling.move_order(wanted, 'approved', 'allocated');
begin
  perform ceiling.reserve_stock(allocated.tenant_id, (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', l.product_id, 'quantity', l.quantity))
    from ceiling.order_lines l where l.order_id = wanted));
end
$$;

create function ceiling.create_trip(wanted_order uuid) returns ceiling.trips
language plpgsql security definer set search_path = ''
as $$
declare
  created ceiling.trips;
begin
  insert into ceiling.trips (tenant_id, order_id, status)
  select o.tenant_id, o.id, 'draft' from ceiling.orders o where o.id = wanted_order and o.tenant_id = ceiling.tenant_id()
  returning * into created;
  return created;
end
$$;

create function ceiling.move_trip(wanted uuid, from_status text, to_status text) returns ceiling.trips
language plpgsql security definer set search_path = ''
as $$
declare
  moved ceiling.trips;
begin
  update ceiling.trips t set status = to_status where t.id = wanted and t.tenant_id = ceiling.tenant_id() and t.status = from_status returning * into moved;
  if not found then
    raise exception using errcode = 'PT409', message = 'trip_transition_illegal';
  end if;
  return moved;
end
$$;

create function ceiling.dispatch_trip(wanted uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  dispatched constant ceiling.trips := ceiling.move_trip(wanted, 'loaded', 'dispatched');
begin
  perform ceiling.move_order(dispatched.order_id, 'allocated', 'dispatched');
  perform from ceiling.stock s join ceiling.order_lines l on l.order_id = dispatched.order_id and l.product_id = s.product_id
  where s.tenant_id = dispatched.tenant_id order by s.product_id for no key update of s;
  update ceiling.stock s set on_hand = s.on_hand - l.quantity, reserved = s.reserved - l.quantity
  from ceiling.order_lines l
  where s.tenant_id = dispatched.tenant_id and l.order_id = dispatched.order_id and s.product_id = l.product_id;
end
$$;

create function ceiling.deliver_order(wanted uuid) returns ceiling.invoices
language plpgsql security definer set search_path = ''
as $$
declare
  delivered constant ceiling.orders := ceiling.move_order(wanted, 'dispatched', 'delivered');
  invoice ceiling.invoices;
begin
  insert into ceiling.invoices (tenant_id, order_id, status, total) values (delivered.tenant_id, wanted, 'draft', delivered.total) returning * into invoice;
  return invoice;
end
$$;

create function ceiling.move_invoice(wanted uuid, from_status text, to_status text) returns ceiling.invoices
language plpgsql security definer set search_path = ''
as $$
declare
  moved ceiling.invoices;
begin
  update ceiling.invoices i set status = to_status where i.id = wanted and i.tenant_id = ceiling.tenant_id() and i.status = from_status returning * into moved;
  if not found then
    raise exception using errcode = 'PT409', message = 'invoice_transition_illegal';
  end if;
  return moved;
end
$$;

create function ceiling.record_payment(wanted_invoice uuid) returns ceiling.payments
language plpgsql security definer set search_path = ''
as $$
declare
  recorded ceiling.payments;
begin
  insert into ceiling.payments (tenant_id, invoice_id, amount, created_by)
  select i.tenant_id, i.id, i.total, auth.uid() from ceiling.invoices i where i.id = wanted_invoice and i.tenant_id = ceiling.tenant_id()
  returning * into recorded;
  return recorded;
end
$$;

revoke execute on all functions in schema ceiling from public;
grant execute on all functions in schema ceiling to authenticated;

insert into ceiling.members
select m.user_id, m.tenant_id, true from public.memberships m join public.tenants t on t.id = m.tenant_id and t.slug = 'bench';
insert into ceiling.customers
select c.id, c.tenant_id, c.name from public.customers c join public.tenants t on t.id = c.tenant_id and t.slug = 'bench';
insert into ceiling.products
select p.id, p.tenant_id, p.base_price, p.tax_rate from public.products p join public.tenants t on t.id = p.tenant_id and t.slug = 'bench';
insert into ceiling.stock select p.tenant_id, p.id, 50000000 from ceiling.products p;

-- The least that a request can cost: a call that does nothing.
create function public.bench_nothing() returns integer language sql volatile security invoker as 'select 1';
revoke execute on function public.bench_nothing() from public;
grant execute on function public.bench_nothing() to authenticated;
notify pgrst;
