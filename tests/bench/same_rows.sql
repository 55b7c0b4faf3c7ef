-- The same rows by hand: what placing an order costs when one function, written for nothing else, leaves
-- exactly the rows that Mzigo leaves, in copies of its tables with all their constraints and indexes.
-- No triggers, no prices to resolve, no credit, no rules, no state machine. What is between this and
-- Mzigo is the engine; what is between the minimum and this is events, history, audit trail and queues.

create schema same_rows authorization postgres;
grant usage on schema same_rows to authenticated;
set local role postgres;
set local search_path = '';

create table same_rows.copied (source regclass primary key, name text not null);
insert into same_rows.copied
select s::regclass, pg_catalog.split_part(s, '.', 2)
from pg_catalog.unnest(array[
  'public.orders', 'public.order_items', 'public.reservations', 'public.inventory', 'public.event_store',
  'pgmq.q_order_events', 'pgmq.q_entity_changes', 'pgmq.q_notifications'
]) s;

do $$
declare
  copied record;
  key record;
  columns text;
  counted text;
begin
  for copied in select * from same_rows.copied loop
    execute pg_catalog.format('create table same_rows.%I (like %s including all)', copied.name, copied.source);
    select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ') filter (where a.attgenerated = ''), max(a.attname) filter (where a.attidentity <> '')
    into columns, counted
    from pg_catalog.pg_attribute a where a.attrelid = copied.source and a.attnum > 0 and not a.attisdropped;
    execute pg_catalog.format('insert into same_rows.%1$I (%2$s) overriding system value select %2$s from %3$s', copied.name, columns, copied.source);
    if counted is not null then
      execute pg_catalog.format('select pg_catalog.setval(pg_catalog.pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1) from same_rows.%I',
        'same_rows.' || copied.name, counted, counted, copied.name);
    end if;
  end loop;
  for key in
    select c.name, pg_catalog.pg_get_constraintdef(k.oid) as definition, k.confrelid::regclass::text as referenced, r.name as referenced_copy
    from same_rows.copied c
    join pg_catalog.pg_constraint k on k.conrelid = c.source and k.contype = 'f'
    left join same_rows.copied r on r.source = k.confrelid
  loop
    execute pg_catalog.format('alter table same_rows.%I add %s', key.name,
      case when key.referenced_copy is null then key.definition
      else pg_catalog.replace(key.definition, 'REFERENCES ' || key.referenced, 'REFERENCES same_rows.' || key.referenced_copy) end);
  end loop;
end
$$;

create sequence same_rows.order_number;

create function same_rows.place_order(customer uuid, warehouse uuid, lines jsonb) returns same_rows.orders
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := ceiling.tenant_id();
  who constant uuid := auth.uid();
  placed same_rows.orders;
  covered integer;
begin
  if tenant is null then
    raise exception using errcode = '42501', message = 'permission_denied';
  end if;
  insert into same_rows.orders (tenant_id, number, customer_id, address_id, warehouse_id, currency, status, subtotal, tax_total, created_by, updated_by, submitted_at, approved_at, approved_total)
  select tenant, 'ORD-' || pg_catalog.nextval('same_rows.order_number'), customer,
    (select a.id from public.customer_addresses a where a.tenant_id = tenant and a.customer_id = customer and a.is_active limit 1),
    warehouse, 'KES', 'allocated', sum(round(l.quantity * p.base_price, 2)), sum(round(l.quantity * p.base_price * p.tax_rate / 100, 2)),
    who, who, pg_catalog.now(), pg_catalog.now(), sum(round(l.quantity * p.base_price, 2))
  from pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid, quantity numeric)
  join public.products p on p.tenant_id = tenant and p.id = l.product_id
  returning * into placed;
  with items as (
    insert into same_rows.order_items (tenant_id, order_id, line_number, product_id, product_sku, product_name, unit, quantity, unit_price, price_when_added, tax_rate, price_source)
    select tenant, placed.id, pg_catalog.row_number() over (), p.id, p.sku, p.name, p.unit, l.quantity, p.base_price, p.base_price, p.tax_rate, 'base'
    from pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid, quantity numeric)
    join public.products p on p.tenant_id = tenant and p.id = l.product_id
    returning *
  ), told as (
    insert into same_rows.event_store (tenant_id, entity_type, entity_id, actor_id, command, new_values)
    select tenant, 'order_items', placed.id, who, 'create_order', pg_catalog.jsonb_agg(pg_catalog.to_jsonb(i)) from items i
  )
  insert into same_rows.reservations (tenant_id, order_item_id, warehouse_id, product_id, quantity)
  select tenant, i.id, warehouse, i.product_id, i.quantity from items i;
  perform from same_rows.inventory s
  join pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid) on l.product_id = s.product_id
  where s.tenant_id = tenant and s.warehouse_id = warehouse and s.condition = 'good'
  order by s.product_id
  for no key update of s;
  update same_rows.inventory s set reserved = s.reserved + l.quantity
  from pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid, quantity numeric)
  where s.tenant_id = tenant and s.warehouse_id = warehouse and s.condition = 'good' and s.product_id = l.product_id and s.on_hand - s.reserved >= l.quantity;
  get diagnostics covered = row_count;
  if covered <> pg_catalog.jsonb_array_length(lines) then
    raise exception using errcode = 'PT409', message = 'stock_short';
  end if;
  with steps (n, from_state, command, to_state, event) as (values
    (1, 'draft', 'submit', 'pending_approval', 'order.submitted'),
    (2, 'pending_approval', 'approve', 'approved', 'order.approved'),
    (3, 'approved', 'allocate', 'allocated', 'order.allocated')
  ), events as (
    insert into same_rows.event_store (tenant_id, event_type, entity_type, entity_id, entity_version, machine, from_state, step, to_state, actor_id, command, new_values)
    select tenant, 'order.created', 'order', placed.id, placed.version, null, null, null, null, who, 'create_order', pg_catalog.to_jsonb(placed)
    union all
    select tenant, s.event, 'order', placed.id, placed.version, 'order', s.from_state, s.command, s.to_state, who, 'create_order', null from steps s
    returning *
  ), messages as (
    select e.event_type, pg_catalog.jsonb_build_object('event_id', e.id, 'tenant_id', e.tenant_id, 'event_type', e.event_type, 'entity_id', e.entity_id) as message from events e
  ), to_orders as (
    insert into same_rows.q_order_events (vt, message) select pg_catalog.clock_timestamp(), m.message from messages m where m.event_type = 'order.approved'
  ), to_changes as (
    insert into same_rows.q_entity_changes (vt, message) select pg_catalog.clock_timestamp(), m.message from messages m where m.event_type = 'order.allocated'
  )
  insert into same_rows.q_notifications (vt, message) select pg_catalog.clock_timestamp(), m.message from messages m where m.event_type = 'order.approved';
  return placed;
end
$$;

revoke execute on all functions in schema same_rows from public;
grant execute on all functions in schema same_rows to authenticated;

create function same_rows.counts() returns table (name text, ours bigint, by_hand bigint)
language plpgsql set search_path = ''
as $$
declare
  copied record;
begin
  for copied in select * from same_rows.copied c where c.name <> 'inventory' order by c.name loop
    return query execute pg_catalog.format('select %L::text, (select count(*) from %s), (select count(*) from same_rows.%I)', copied.name, copied.source, copied.name);
  end loop;
end
$$;
comment on function same_rows.counts() is 'Rows of each table and of its copy: the bench places one order each way and compares what came to both.';
