-- Family 12, records: drafts of orders are removed for good, when nothing hangs on them.

select private.register_error('order_is_no_draft', 409, 'Only a draft can be removed.', 'Cancel the order instead; it stays in the list with its reason.');
select private.register_error('draft_is_in_use', 409, 'Other records hang on this draft.', 'Cancel the draft instead, or take off first what the details name.');

create function private.what_hangs_on(draft public.orders) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  -- Parts of the order itself go with it.
  parts constant text[] := array['order_items', 'order_bundles', 'order_discounts', 'similar_orders'];
  reference record;
  found bigint;
  hanging jsonb := '{}';
begin
  for reference in
    select t.relnamespace::regnamespace::text as schema, t.relname as name, a.attname as column
    from pg_catalog.pg_constraint c
    join pg_catalog.pg_class t on t.oid = c.conrelid
    join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[2]
    where c.contype = 'f' and c.confrelid = 'public.orders'::regclass and c.confdeltype = 'a' and c.conparentid = 0 and t.relname <> all (parts)
    union
    select 'public', k.name, 'document_id' from pg_catalog.unnest(array['comments', 'attachments', 'tasks']) k (name)
  loop
    execute pg_catalog.format('select count(*) from %I.%I r where r.tenant_id = $1 and r.%I = $2', reference.schema, reference.name, reference.column)
    into found using draft.tenant_id, draft.id;
    if found > 0 then
      hanging := hanging || pg_catalog.jsonb_build_object(reference.name, found);
    end if;
  end loop;
  return nullif(hanging, '{}');
end
$$;
comment on function private.what_hangs_on(public.orders) is 'How many records of which table name an order, besides its own parts; null when none does.';

create function private.delete_order(order_id uuid, expected_version integer default null) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  target public.orders;
  hanging jsonb;
begin
  target := private.lock_order(tenant, order_id, expected_version);
  if not private.takes_in_place('order', tenant, target.status::text, 'delete') then
    perform private.fail('order_is_no_draft', pg_catalog.jsonb_build_object('order_id', target.id, 'status', target.status));
  end if;
  -- Whoever names it at this moment in another record waits, or is waited for and found.
  perform from public.orders o where o.tenant_id = tenant and o.id = target.id for update;
  hanging := private.what_hangs_on(target);
  if hanging is not null then
    perform private.fail('draft_is_in_use', pg_catalog.jsonb_build_object('order_id', target.id) || hanging);
  end if;
  delete from public.similar_orders s where s.tenant_id = tenant and target.id in (s.order_id, s.similar_id);
  delete from public.record_tags r where r.tenant_id = tenant and r.document_kind = 'order' and r.document_id = target.id;
  delete from public.own_field_values v where v.tenant_id = tenant and v.document_id = target.id;
  delete from public.order_items i where i.tenant_id = tenant and i.order_id = target.id;
  delete from public.order_bundles b where b.tenant_id = tenant and b.order_id = target.id;
  delete from public.orders o where o.tenant_id = tenant and o.id = target.id;
  return target;
end
$$;
comment on function private.delete_order(uuid, integer) is
  'Removes a draft for good, with its lines, tags and own fields; its number is not given again and the audit trail keeps what it said. Refused, naming them, while other records hang on it: payments, messages, comments, files, tasks. Answers the order as it was. Raises order_is_no_draft, draft_is_in_use, record_not_found, version_conflict, permission_denied.';
select private.expose_command('delete_order');
insert into private.in_place_commands (machine, state, command, permission) values ('order', 'draft', 'delete', 'orders.delete');
