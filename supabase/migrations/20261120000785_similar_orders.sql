-- Family 07, orders: an order that looks like one that was entered a short while ago. A warning, never a refusal.

create table public.similar_orders (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  order_id uuid not null,
  similar_id uuid not null,
  acknowledged_by uuid,
  acknowledged_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, order_id, similar_id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, similar_id) references public.orders (tenant_id, id),
  constraint order_is_not_like_itself check (order_id <> similar_id),
  constraint acknowledgement_is_recorded check ((acknowledged_by is null) = (acknowledged_at is null))
);
create index similar_orders_similar on public.similar_orders (tenant_id, similar_id);
comment on table public.similar_orders is 'Orders that looked like another one of their customer when they were entered or submitted, and who said that both are meant. Written by commands.';
comment on column public.similar_orders.similar_id is 'The earlier order.';
comment on column public.similar_orders.acknowledged_by is 'Who said that both are meant; null while nobody has.';
select private.manage_part('public.similar_orders', 'order_id', 'acknowledged_by', 'acknowledged_at');

create function private.orders_like(tenant uuid, customer uuid, lines jsonb, except_order uuid, reference text default null) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  hours constant numeric := coalesce((private.tenant_rule(tenant, 'orders.duplicate_hours'))::text::numeric, 24);
  recent constant uuid[] := array(
    select o.id from public.orders o
    where o.tenant_id = tenant and o.customer_id = customer and o.created_at > pg_catalog.now() - hours * interval '1 hour'
      and o.status not in ('cancelled', 'rejected', 'failed') and o.backorder_of_id is null and o.id is distinct from except_order
      and (reference is null or o.external_reference is null)
    order by o.created_at desc, o.id desc limit 20
  );
begin
  if recent = '{}' then
    return recent;
  end if;
  return array(
    with wanted as materialized (
      select l.product_id, sum(l.quantity) as quantity from pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid, quantity numeric) group by 1
    )
    select h.id
    from (
      select r.id, r.created_at, i.product_id, sum(i.quantity) as quantity
      from public.orders r join public.order_items i on i.tenant_id = tenant and i.order_id = r.id and not i.is_gift
      where r.tenant_id = tenant and r.id = any (recent)
      group by r.id, r.created_at, i.product_id
    ) h
    left join wanted w on w.product_id = h.product_id
    group by h.id, h.created_at
    having sum(least(w.quantity, h.quantity) / greatest(w.quantity, h.quantity)) filter (where w.quantity > 0 and h.quantity > 0)
      >= 0.5 * (count(*) - count(w.product_id) + (select count(*) from wanted))
    order by h.created_at desc limit 3
  );
end
$$;
comment on function private.orders_like(uuid, uuid, jsonb, uuid, text) is
  'The three newest orders of a customer within the company''s hours (rule orders.duplicate_hours, 24 without it, 0 for none) that look like these lines, [{product_id, quantity}] in base units: over the products of both, the smaller quantity is half of the larger one on average. Looks at the newest twenty. reference: number of this order in another system; two that have one are told apart there.';

create function private.note_similar_orders(target public.orders, lines jsonb, acknowledged boolean) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  similar_ids constant uuid[] := private.orders_like(target.tenant_id, target.customer_id, lines, target.id, target.external_reference);
begin
  -- Nearly no order is like another, and a statement that writes nothing calls its triggers too.
  if similar_ids = '{}' then
    return;
  end if;
  insert into public.similar_orders (tenant_id, order_id, similar_id, acknowledged_by, acknowledged_at)
  select target.tenant_id, target.id, s, case when acknowledged then auth.uid() end, case when acknowledged and auth.uid() is not null then pg_catalog.now() end
  from pg_catalog.unnest(similar_ids) s
  on conflict on constraint similar_orders_tenant_id_order_id_similar_id_key do nothing;
end
$$;
comment on function private.note_similar_orders(public.orders, jsonb, boolean) is
  'Writes down which orders an order looks like. Under the lock of the customer, of two alike that are submitted at once the later one sees the other.';

create function private.similar_seen(tenant uuid, customer uuid, lines jsonb, except_order uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', o.id, 'number', o.number, 'status', o.status, 'total', o.total, 'created_at', o.created_at) order by o.created_at desc), '[]')
    from public.orders o
    where o.tenant_id = tenant and o.id = any (private.orders_like(tenant, customer, lines, except_order))
      and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id))
      and not exists (
        select from public.similar_orders s where s.tenant_id = tenant and s.order_id = except_order and s.similar_id = o.id and s.acknowledged_by is not null
      )
  );
end
$$;
comment on function private.similar_seen(uuid, uuid, jsonb, uuid) is
  'What whoever enters an order is told of those that it looks like, as far as he sees them: [{id, number, status, total, created_at}], without what he or a colleague acknowledged.';

create function private.looks_similar(entered public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.similar_orders s where s.tenant_id = entered.tenant_id and s.order_id = entered.id and s.acknowledged_by is null
  );
end
$$;
comment on function private.looks_similar(public.orders) is 'Whether an order looks like another one and nobody has said yet that both are meant.';

select private.register_error('order_not_similar', 409, 'This order looks like no other one, or somebody has said already that both are meant.', 'Reload the order.');
insert into private.in_place_commands (machine, state, command, permission)
select 'order', s, 'acknowledge_similar', 'orders.create' from pg_catalog.unnest(array['draft', 'pending_approval', 'approved', 'allocated']) s;
select private.offer_if('order', 'private.looks_similar(orders)', 'acknowledge_similar');

create function private.acknowledge_similar_order(order_id uuid, expected_version integer default null) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  target public.orders;
begin
  target := private.lock_order(tenant, order_id, expected_version);
  if not private.takes_in_place('order', tenant, target.status::text, 'acknowledge_similar') then
    perform private.fail('order_not_editable', pg_catalog.jsonb_build_object('order_id', target.id, 'status', target.status));
  end if;
  update public.similar_orders s set acknowledged_by = auth.uid(), acknowledged_at = pg_catalog.now()
  where s.tenant_id = tenant and s.order_id = target.id and s.acknowledged_by is null;
  if not found then
    perform private.fail('order_not_similar', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  return target;
end
$$;
comment on function private.acknowledge_similar_order(uuid, integer) is
  'Says that an order is meant although it looks like another one; who said so and when stays with it. Raises order_not_similar, order_not_editable.';
select private.expose_command('acknowledge_similar_order');
