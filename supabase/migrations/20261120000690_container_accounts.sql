-- Family 06, warehouse: containers are where the stock is, and what is gone of them has a name (docs/decisions/0076).

create function private.is_broken(tenant uuid, reason_id uuid, reference_type text, reference_id uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select from public.adjustment_reasons r where r.tenant_id = is_broken.tenant and r.id = is_broken.reason_id and r.is_breakage)
$$;
comment on function private.is_broken(uuid, uuid, text, uuid) is 'Whether containers that a movement takes are broken, and not lost. Families that know more reasons answer it anew.';

create function private.container_account(tenant uuid, kind public.movement_kind, reason_id uuid, reference_type text, reference_id uuid) returns public.container_holder
language sql stable security definer set search_path = ''
as $$
  select case
    when kind not in ('adjustment', 'reversal', 'count', 'transfer_loss', 'offload_variance') or reference_type = 'kitting' then 'outside'
    when private.is_broken(tenant, reason_id, reference_type, reference_id) then 'breakage'
    else 'loss'
  end::public.container_holder
$$;
comment on function private.container_account(uuid, public.movement_kind, uuid, text, uuid) is
  'The account that stands against a movement of stock which takes more containers from our places than it brings to others, or the other way round.';

create function private.tg_inventory_transactions__follow_containers() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  with moved as (
    select n.tenant_id, n.reference_type, n.reference_id, n.warehouse_id, coalesce(p.container_product_id, p.id) as container, n.quantity, n.occurred_at,
      private.container_account(n.tenant_id, n.kind, n.reason_id, n.reference_type, n.reference_id) as account
    from new_rows n
    join public.products p on p.tenant_id = n.tenant_id and p.id = n.product_id
    where case
      -- What customers get and give has deposits, and is booked with them.
      when n.kind = 'empties' or p.container_product_id is not null and n.kind in ('delivery', 'sale', 'return') then false
      else p.container_product_id is not null or exists (select from public.products f where f.tenant_id = p.tenant_id and f.container_product_id = p.id)
    end
  )
  insert into public.container_ledger (tenant_id, holder, holder_id, product_id, quantity, reference_type, reference_id, occurred_at)
  select m.tenant_id, case w.kind when 'van' then 'van' else 'depot' end::public.container_holder, m.warehouse_id, m.container, sum(m.quantity), m.reference_type, m.reference_id, max(m.occurred_at)
  from moved m
  join public.warehouses w on w.tenant_id = m.tenant_id and w.id = m.warehouse_id
  group by m.tenant_id, w.kind, m.warehouse_id, m.container, m.reference_type, m.reference_id
  having sum(m.quantity) <> 0
  union all
  select m.tenant_id, m.account, m.tenant_id, m.container, -sum(m.quantity), m.reference_type, m.reference_id, max(m.occurred_at)
  from moved m
  group by m.tenant_id, m.account, m.container, m.reference_type, m.reference_id
  having sum(m.quantity) <> 0;
  return null;
end
$$;
comment on function private.tg_inventory_transactions__follow_containers() is
  'Books the containers that goods are in, or are, with every movement of stock: between our places, or against the account of what is broken, lost or outside. Those of deliveries and returns have deposits and are booked by exchange_containers.';
create trigger _310_follow_containers after insert on public.inventory_transactions
referencing new table as new_rows for each statement execute function private.tg_inventory_transactions__follow_containers();

create view private.containers_in_places as
select i.tenant_id, case w.kind when 'van' then 'van' else 'depot' end::public.container_holder as holder, i.warehouse_id as holder_id,
  coalesce(p.container_product_id, p.id) as product_id, sum(i.on_hand) as quantity
from public.inventory i
join public.warehouses w on w.tenant_id = i.tenant_id and w.id = i.warehouse_id
join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
where p.container_product_id is not null or exists (select from public.products f where f.tenant_id = p.tenant_id and f.container_product_id = p.id)
group by 1, 2, 3, 4;
comment on view private.containers_in_places is 'Containers that the stock of our places is in, or is.';

create function private.tg_products__settle_containers() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  concerned constant uuid[] := pg_catalog.array_remove(array[new.id, new.container_product_id, case when tg_op = 'UPDATE' then old.container_product_id end], null);
begin
  -- Whoever moves these goods holds their product until he is done.
  perform from public.products p where p.tenant_id = new.tenant_id and p.id = any (concerned) order by p.id for update;
  with missing as (
    select d.holder, d.holder_id, d.product_id, sum(d.quantity) as quantity
    from (
      select s.holder, s.holder_id, s.product_id, s.quantity from private.containers_in_places s where s.tenant_id = new.tenant_id and s.product_id = any (concerned)
      union all
      select l.holder, l.holder_id, l.product_id, -l.quantity from public.container_ledger l
      where l.tenant_id = new.tenant_id and l.product_id = any (concerned) and l.holder in ('van', 'depot')
    ) d
    group by d.holder, d.holder_id, d.product_id
    having sum(d.quantity) <> 0
  )
  insert into public.container_ledger (tenant_id, holder, holder_id, product_id, quantity, reference_type, reference_id)
  select new.tenant_id, m.holder, m.holder_id, m.product_id, m.quantity, 'product', new.id from missing m
  union all
  select new.tenant_id, 'outside', new.tenant_id, m.product_id, -sum(m.quantity), 'product', new.id from missing m group by m.product_id having sum(m.quantity) <> 0;
  return null;
end
$$;
comment on function private.tg_products__settle_containers() is 'Whoever says in which container a product comes says it of the stock that is there, too: its containers are booked from outside, and those that it was in before, out again.';
create trigger _300_settle_containers_new after insert on public.products for each row
when (new.container_product_id is not null) execute function private.tg_products__settle_containers();
create trigger _300_settle_containers after update of container_product_id on public.products for each row
when (new.container_product_id is distinct from old.container_product_id) execute function private.tg_products__settle_containers();

select private.derive('containers_in_places', 'Containers of one kind that a depot, a shop or a van has by the container ledger: those that its stock is in, or is.', $$
  select tenant_id, holder_id, sum(kept), sum(derived)
  from (
    select l.tenant_id, l.holder_id, l.product_id, l.quantity as kept, 0 as derived from public.container_ledger l where l.holder in ('van', 'depot')
    union all
    select s.tenant_id, s.holder_id, s.product_id, 0, s.quantity from private.containers_in_places s
  ) sums
  group by tenant_id, holder_id, product_id
$$);
