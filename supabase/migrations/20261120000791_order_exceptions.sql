-- Family 07, orders: what keeps an order from going on. Each reason is one declaration; the list of them is public.order_exceptions.

create table private.order_blocks (
  reason text primary key,
  states text[] not null,
  permission text not null references public.permissions (permission)
);
create index order_blocks_permission on private.order_blocks (permission);
select private.force_policies('private.order_blocks');
comment on table private.order_blocks is
  'What may keep an order from going on: private.block_<reason>(order) answers with a note (empty where there is nothing to add), or null where it does not. states: in which an order is asked; permission: of those who can do something about it. Written by private.block_orders.';

create function private.block_orders(reason text, states text[], permission text, what text, body text) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format(
    'create function private.%I(o public.orders) returns text language plpgsql stable security definer set search_path = '''' as %L',
    'block_' || reason, pg_catalog.format('begin return (%s); end', body));
  execute pg_catalog.format('comment on function private.%I(public.orders) is %L', 'block_' || reason, 'Keeps an order from going on: ' || what);
  insert into private.order_blocks (reason, states, permission) values (reason, states, permission);
  execute pg_catalog.format(
    'create or replace function private.why_blocked(o public.orders) returns table (reason text, permission text, note text) language plpgsql stable security definer set search_path = '''' as %L',
    (select pg_catalog.format('begin %s end', pg_catalog.string_agg(pg_catalog.format(
      'if o.status = any (%L::public.order_status[]) then note := private.%I(o); if note is not null then reason := %L; permission := %L; return next; end if; end if;',
      b.states, 'block_' || b.reason, b.reason, b.permission), ' ' order by b.reason)) from private.order_blocks b));
  comment on function private.why_blocked(public.orders) is 'The reasons that keep an order from going on, with the right of who can do something about each and what there is to say; none where it can go on. Written anew by private.block_orders.';
end
$$;
comment on function private.block_orders(text, text[], text, text, text) is 'Declares a reason that keeps orders from going on (private.order_blocks). Called by migrations.';

select private.block_orders('order_on_hold', '{pending_approval,approved,allocated}', 'orders.edit', 'somebody holds it.',
  $$ select o.hold_reason where o.is_on_hold $$);
select private.block_orders('customer_suspended', '{draft,pending_approval,approved,allocated}', 'customers.approve', 'its customer is suspended, and nobody released it.',
  $$ select '' from public.customers c where c.tenant_id = o.tenant_id and c.id = o.customer_id and c.status = 'suspended' and (o.suspension_note is null or o.status = 'draft') $$);
select private.block_orders('customer_not_served', '{draft,pending_approval,approved,allocated}', 'customers.approve', 'its customer is closed, or not approved yet.',
  $$ select '' from public.customers c where c.tenant_id = o.tenant_id and c.id = o.customer_id and c.status not in ('active', 'suspended') $$);
select private.block_orders('customer_document_ended', '{draft,pending_approval,approved,allocated}', 'customers.edit', 'a document of its customer is not valid any more.',
  $$ select private.ended_document(o.tenant_id, o.customer_id) $$);
select private.block_orders('address_missing', '{draft}', 'orders.create', 'it says not where it goes.',
  $$ select '' where o.address_id is null $$);
select private.block_orders('address_inactive', '{draft,pending_approval,approved,allocated}', 'orders.edit', 'its address is out of use.',
  $$ select a.label from public.customer_addresses a where a.tenant_id = o.tenant_id and a.id = o.address_id and not a.is_active $$);
select private.block_orders('address_not_on_map', '{approved,allocated}', 'customers.edit', 'its address has no position, so that no route leads there.',
  $$ select a.label from public.customer_addresses a where a.tenant_id = o.tenant_id and a.id = o.address_id and a.is_active and a.latitude is null $$);
select private.block_orders('credit_exceeded', '{pending_approval,approved,allocated}', 'orders.override_credit', 'the credit of its customer does not cover it, and nobody took that on himself.',
  $$ select case when private.tenant_id('customers.view') is null then '' else s.missing::text end from private.credit_missing(o) s (missing) where s.missing > 0 and o.credit_override_note is null $$);
select private.block_orders('stock_short', '{approved}', 'orders.edit', 'its depot has not got what it needs; where the rest may follow, only if there is nothing.',
  $$ select pg_catalog.left(pg_catalog.string_agg(n.product_name, ', ' order by n.line_number) filter (where n.quantity > n.left_over), 500)
     from (
       select min(l.line_number) as line_number, min(l.product_name) as product_name, sum(l.quantity) as quantity,
         greatest(0, coalesce(min(s.available), 0) - case when min(p.tracking::text) = 'batch' then private.unpickable(o.tenant_id, o.warehouse_id, l.product_id) else 0 end) as left_over
       from public.order_items l
       join public.products p on p.tenant_id = l.tenant_id and p.id = l.product_id
       left join public.inventory s on s.tenant_id = l.tenant_id and s.warehouse_id = o.warehouse_id and s.product_id = l.product_id and s.condition = 'good'
       where l.tenant_id = o.tenant_id and l.order_id = o.id
       group by l.product_id
     ) n
     having pg_catalog.bool_or(n.quantity > n.left_over) and not (o.allow_backorder and pg_catalog.bool_or(n.left_over > 0)) $$);

select private.block_orders('nobody_may_approve', '{pending_approval}', 'settings.manage', 'nobody but those who entered or changed it may approve as much as it comes to.',
  $$ select '' where not exists (
       select from public.memberships m
       join public.users u on u.id = m.user_id and u.status = 'active'
       left join public.role_permissions p on p.role = m.role and p.permission = 'orders.approve'
       left join public.tenant_role_permissions t on t.tenant_id = m.tenant_id and t.role = m.role and t.permission = 'orders.approve'
       where m.tenant_id = o.tenant_id and m.status = 'active' and coalesce(t.is_granted, p.permission is not null)
         and m.user_id is distinct from o.created_by and m.user_id <> all (o.edited_by)
         and coalesce(o.total <= (private.tenant_rule(o.tenant_id, 'orders.approval_limits') ->> m.role::text)::numeric, true)) $$);
create view public.order_exceptions with (security_invoker = true) as
select o.tenant_id, o.id::text || ' ' || b.reason as id, o.id as order_id, null::uuid as standing_order_id, null::uuid as template_id, b.reason, b.permission, o.number, o.status,
  o.customer_id, c.name as customer_name, o.warehouse_id, o.total, coalesce(o.submitted_at, o.created_at) as since, b.note
from public.orders o
cross join lateral private.why_blocked(o) b
left join public.customers c on c.tenant_id = o.tenant_id and c.id = o.customer_id
where o.is_done is false
union all
select s.tenant_id, s.id::text, null, s.id, t.id, 'standing_order_not_made', 'orders.create', t.name, null,
  t.customer_id, c.name, t.warehouse_id, null, s.made_at, s.problem
from public.standing_orders s
join public.order_templates t on t.tenant_id = s.tenant_id and t.id = s.template_id
left join public.customers c on c.tenant_id = t.tenant_id and c.id = t.customer_id
where s.problem is not null and s.dismissed_at is null;
comment on view public.order_exceptions is
  'What waits because something is wrong: a row per order that its reader sees and reason that keeps it from going on (private.order_blocks), and one per standing order that was not made. Asked anew each time; looks at open orders only.';
comment on column public.order_exceptions.id is 'Tells the rows apart; the order or standing order is order_id or standing_order_id.';
comment on column public.order_exceptions.permission is 'What somebody needs to do something about it.';
comment on column public.order_exceptions.number is 'Of the order, or the name of the template.';
comment on column public.order_exceptions.customer_name is 'Null for who may not see customers.';
comment on column public.order_exceptions.since is 'When the order was sent for approval (a draft: entered), or when the standing order was to be made.';
comment on column public.order_exceptions.note is 'What there is to say about it: why it is held, the label of the address, by how much the credit is exceeded (company''s currency; for who may see customers), which products are short, which depot is closed, which error refused the standing order.';
