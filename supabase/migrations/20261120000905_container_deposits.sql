-- Family 09, billing: the deposit of a container stays what it was when it was paid, until the container is back.

create table private.deposit_layers (
  tenant_id uuid not null,
  customer_id uuid not null,
  product_id uuid not null,
  unit_deposit numeric(14,2) not null,
  held numeric(14,3) not null default 0,
  invoiced numeric(14,3) not null default 0,
  kept numeric(14,3) not null default 0,
  opened_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, customer_id, product_id, unit_deposit),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint deposit_is_bounded check (unit_deposit between 0 and 999999.99),
  constraint quantities_are_bounded check (held between -99999999 and 99999999 and invoiced between -99999999 and 99999999 and kept between 0 and 99999999)
);
create index deposit_layers_product on private.deposit_layers (tenant_id, product_id);
select private.force_policies('private.deposit_layers');
comment on table private.deposit_layers is
  'Running sums per customer, container and deposit: how many he holds by the container ledger, and how many his invoices that are not void charge. Derived by triggers. Whoever reads them to move containers has the customer locked.';
comment on column private.deposit_layers.held is 'Below zero: he gave more back than he had.';
comment on column private.deposit_layers.kept is 'Gone at the customer, who answers for them: they are charged like those he holds, and never given back.';
comment on column private.deposit_layers.opened_at is 'When the layer was last begun from nothing; the oldest is given back first.';

create function private.tg_container_ledger__sum_up() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.deposit_layers as l (tenant_id, customer_id, product_id, unit_deposit, held)
  select n.tenant_id, n.holder_id, n.product_id, n.unit_deposit, sum(n.quantity)
  from new_rows n where n.holder = 'customer'
  group by 1, 2, 3, 4
  having sum(n.quantity) <> 0
  order by 1, 2, 3, 4
  on conflict on constraint deposit_layers_pkey do update
  set held = l.held + excluded.held, opened_at = case when l.held = 0 then excluded.opened_at else l.opened_at end;
  return null;
end
$$;
comment on function private.tg_container_ledger__sum_up() is 'Sums of what customers hold.';
create trigger _300_sum_up after insert on public.container_ledger
referencing new table as new_rows for each statement execute function private.tg_container_ledger__sum_up();

create function private.count_invoiced_deposits(invoice public.invoices, sign integer) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.deposit_layers as l (tenant_id, customer_id, product_id, unit_deposit, invoiced)
  select i.tenant_id, invoice.customer_id, i.product_id, i.unit_price, sign * sum(i.quantity)
  from public.invoice_items i
  where i.tenant_id = invoice.tenant_id and i.invoice_id = invoice.id and i.is_deposit
  group by 1, 2, 3, 4
  order by 1, 2, 3, 4
  on conflict on constraint deposit_layers_pkey do update set invoiced = l.invoiced + excluded.invoiced;
end
$$;
comment on function private.count_invoiced_deposits(public.invoices, integer) is 'Adds the deposits of an invoice to what its customer was charged (sign 1), or takes them out again (-1).';

create function private.tg_invoices__give_back_deposits() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.count_invoiced_deposits(new, -1);
  return new;
end
$$;
comment on function private.tg_invoices__give_back_deposits() is 'A void invoice charges nothing.';
create trigger _300_give_back_deposits after update of status on public.invoices for each row
when (new.status = 'void' and old.status <> 'void') execute function private.tg_invoices__give_back_deposits();

create function private.deposits_of(tenant uuid, customer uuid, container uuid, quantity numeric) returns table (unit_deposit numeric, units numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  layer private.deposit_layers;
  rest numeric := quantity;
begin
  for layer in
    select * from private.deposit_layers l
    where l.tenant_id = tenant and l.customer_id = customer and l.product_id = container and l.held <> 0 and sign(l.held) = -sign(quantity)
    order by l.opened_at, l.unit_deposit
  loop
    exit when rest = 0;
    unit_deposit := layer.unit_deposit;
    units := sign(quantity) * least(abs(layer.held), abs(rest));
    rest := rest - units;
    return next;
  end loop;
  if rest <> 0 then
    unit_deposit := (select p.deposit_amount from public.products p where p.tenant_id = tenant and p.id = container);
    units := rest;
    return next;
  end if;
end
$$;
comment on function private.deposits_of(uuid, uuid, uuid, numeric) is
  'At which deposits a customer gets containers (quantity above zero) or gives them back (below): first what stands on the other side, the oldest first, at the deposit of that time; the rest at today''s. The customer is locked.';

create function private.exchange_of(tenant uuid, customer uuid, delivered jsonb, empties jsonb)
returns table (product_id uuid, direction integer, quantity numeric, unit_deposit numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  -- One for one costs nothing, whatever the deposit was and is; only the difference opens or closes a deposit.
  return query
  with full_ones as (
    select p.container_product_id as container, sum(f.quantity) as quantity
    from pg_catalog.jsonb_to_recordset(delivered) as f (product_id uuid, quantity numeric)
    join public.products p on p.tenant_id = tenant and p.id = f.product_id and p.container_product_id is not null
    group by 1
  ), empty_ones as (
    select e.product_id as container, sum(e.quantity) as quantity
    from pg_catalog.jsonb_to_recordset(empties) as e (product_id uuid, quantity numeric)
    group by 1
  ), swapped as (
    select c.id as container, c.deposit_amount, coalesce(f.quantity, 0) as given, coalesce(e.quantity, 0) as taken
    from full_ones f
    full join empty_ones e using (container)
    join public.products c on c.tenant_id = tenant and c.id = container
  ), parts as (
    select s.container, v.direction, least(s.given, s.taken) as quantity, s.deposit_amount as unit_deposit
    from swapped s cross join (values (1), (-1)) as v (direction)
    union all
    select s.container, sign(d.units)::integer, abs(d.units), d.unit_deposit
    from swapped s
    cross join lateral private.deposits_of(tenant, customer, s.container, s.given - s.taken) d
    where s.given <> s.taken
  )
  select p.container, p.direction, p.quantity, p.unit_deposit from parts p where p.quantity > 0;
end
$$;
comment on function private.exchange_of(uuid, uuid, jsonb, jsonb) is
  'The containers that go to a customer (direction 1) and come back from him (-1) with delivered goods [{product_id, quantity}] and empties [{product_id, quantity}], each at its deposit.';

create function private.exchange_containers(delivered public.orders, fulfilment uuid, van_location uuid, empties jsonb, occurred_at timestamptz) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  handed_over jsonb;
  taken_back jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) filter (where x.direction = 1), pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) filter (where x.direction = -1)
  into handed_over, taken_back
  from private.exchange_of(delivered.tenant_id, delivered.customer_id, (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', f.product_id, 'quantity', f.quantity_delivered)), '[]')
    from public.fulfilment_items f where f.tenant_id = delivered.tenant_id and f.fulfilment_id = fulfilment
  ), empties) x;
  perform private.move_containers(delivered.tenant_id, 'van', van_location, 'customer', delivered.customer_id, 'order', delivered.id, handed_over, occurred_at);
  perform private.move_containers(delivered.tenant_id, 'customer', delivered.customer_id, 'van', van_location, 'order', delivered.id, taken_back, occurred_at);
end
$$;
comment on function private.exchange_containers(public.orders, uuid, uuid, jsonb, timestamptz) is
  'Books the containers of a delivery: full ones to the customer, empties [{product_id, quantity}] back to the van, with the deposits that this opens and closes. The customer is locked.';

create function private.deposits_to_invoice(tenant uuid, customer uuid, goods numeric, expected jsonb default '[]')
returns table (product_id uuid, unit_deposit numeric, quantity numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  layer record;
  -- What the deposits that come back may take off this invoice.
  left_over numeric := goods;
begin
  for layer in
    select l.product_id, l.unit_deposit, greatest(0, l.held) + l.kept - l.invoiced as due
    from (
      select s.product_id, s.unit_deposit, sum(s.held) as held, sum(s.kept) as kept, sum(s.invoiced) as invoiced, min(s.opened_at) as opened_at
      from (
        select d.product_id, d.unit_deposit, d.held, d.kept, d.invoiced, d.opened_at
        from private.deposit_layers d where d.tenant_id = tenant and d.customer_id = customer
        union all
        select e.product_id, e.unit_deposit, e.direction * e.quantity, 0, 0, null
        from pg_catalog.jsonb_to_recordset(expected) as e (product_id uuid, unit_deposit numeric, direction integer, quantity numeric)
      ) s
      group by s.product_id, s.unit_deposit
    ) l
    where l.unit_deposit > 0 and greatest(0, l.held) + l.kept <> l.invoiced
    order by greatest(0, l.held) + l.kept < l.invoiced, l.opened_at, l.product_id, l.unit_deposit
  loop
    product_id := layer.product_id;
    unit_deposit := layer.unit_deposit;
    quantity := greatest(layer.due, -pg_catalog.floor(left_over / layer.unit_deposit));
    left_over := left_over + round(quantity * unit_deposit, 2);
    if quantity <> 0 then
      return next;
    end if;
  end loop;
end
$$;
comment on function private.deposits_to_invoice(uuid, uuid, numeric, jsonb) is
  'The deposits that the next invoice of a customer charges (above zero) or gives back (below), so that his invoices charge what he holds and what is gone at his place, or will hold after an exchange that is expected ([{product_id, direction, quantity, unit_deposit}]). goods: total of the invoice without them; it never falls below zero, and what does not fit comes off the next one.';
