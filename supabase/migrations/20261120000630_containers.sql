-- Family 06, warehouse: the returnable containers, who holds them, and their way from one holder to another.

create type public.container_holder as enum ('customer', 'driver', 'van', 'depot', 'breakage', 'loss', 'outside');

create table public.container_ledger (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  holder public.container_holder not null,
  holder_id uuid not null,
  product_id uuid not null,
  quantity numeric(14,3) not null,
  unit_deposit numeric(14,2) not null default 0,
  deposit_amount numeric(14,2) generated always as (round(quantity * unit_deposit, 2)) stored,
  reference_type text not null,
  reference_id uuid not null,
  occurred_at timestamptz not null default clock_timestamp(),
  recorded_at timestamptz not null default clock_timestamp(),
  recorded_by uuid default auth.uid(),
  primary key (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity <> 0 and quantity between -99999999 and 99999999),
  constraint deposit_is_bounded check (unit_deposit between 0 and 999999.99),
  constraint customers_alone_pay_deposits check (holder = 'customer' or unit_deposit = 0),
  constraint accounts_are_of_the_company check (holder not in ('breakage', 'loss', 'outside') or holder_id = tenant_id)
);
create index container_ledger_balance on public.container_ledger (tenant_id, holder, holder_id, product_id);
create index container_ledger_product on public.container_ledger (tenant_id, product_id);
create index container_ledger_reference on public.container_ledger (tenant_id, reference_id);
comment on table public.container_ledger is 'Containers (crates, bottles, cylinders) and deposit money per holder, append-only; positive = the holder has more of them.';
comment on column public.container_ledger.holder is
  'Who has them. Three are accounts of the company, whose id is the holder then: breakage and loss, where what is gone stands with its name, and outside, where containers come from and go to for good (vendors, stock that was there at the beginning). All holders together have none.';
comment on column public.container_ledger.unit_deposit is 'Deposit of one container as it was when it was handed over; a return closes the deposit that was paid.';
select private.hold_to_unit('public.container_ledger', 'quantity');
select private.protect_ledger('public.container_ledger');

create view public.container_balances with (security_invoker = true) as
select l.tenant_id, l.holder, l.holder_id, l.product_id, sum(l.quantity) as quantity, sum(l.deposit_amount) as deposit_amount
from public.container_ledger l
group by l.tenant_id, l.holder, l.holder_id, l.product_id;
comment on view public.container_balances is 'Containers and deposits that each holder has now.';

create function private.move_containers(
  tenant uuid, from_holder public.container_holder, from_id uuid, to_holder public.container_holder, to_id uuid,
  reference_type text, reference_id uuid, items jsonb, occurred_at timestamptz
) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if coalesce(pg_catalog.jsonb_array_length(items), 0) = 0 then
    return;
  end if;
  insert into public.container_ledger (tenant_id, holder, holder_id, product_id, quantity, unit_deposit, reference_type, reference_id, occurred_at)
  select tenant, m.holder, m.holder_id, i.product_id, m.sign * sum(i.quantity), d.unit_deposit, reference_type, reference_id, occurred_at
  from pg_catalog.jsonb_to_recordset(items) as i (product_id uuid, quantity numeric, unit_deposit numeric)
  cross join lateral (values (from_holder, from_id, -1), (to_holder, to_id, 1)) as m (holder, holder_id, sign)
  cross join lateral (select case when m.holder = 'customer' then i.unit_deposit else 0 end as unit_deposit) d
  group by m.holder, m.holder_id, m.sign, i.product_id, d.unit_deposit
  having sum(i.quantity) <> 0;
end
$$;
comment on function private.move_containers(uuid, public.container_holder, uuid, public.container_holder, uuid, text, uuid, jsonb, timestamptz) is
  'Books containers from one holder to another; items [{product_id, quantity, unit_deposit}]. Customers alone pay deposits; what is in our own vans and depots has none.';
