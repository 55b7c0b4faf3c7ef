-- Family 10, messaging: orders whose customer was not told of them, and what people of the stock are told.

select private.block_orders('message_failed', '{pending_approval,approved,allocated,dispatched,in_transit}', 'messages.view', 'a message about it did not reach its customer.',
  $$ select m.recipient
     from public.messages m
     where m.tenant_id = o.tenant_id and m.entity_id = o.id and m.entity_type = 'order' and m.permission = 'messages.view'
       and m.status = 'failed' and private.tenant_id('messages.view') is not null
     order by m.created_at desc limit 1 $$);

------------------------------------------------------------------------------------------------
-- What people of the stock are told
------------------------------------------------------------------------------------------------

insert into public.message_texts (event, channel, language, subject, body) values
  ('inventory.fell_below', 'email', 'en', '{company}: {product} runs low', '{quantity} of {product} are left at {place}, less than the reorder point. Sign in to order more. {company}'),
  ('inventory.fell_below', 'email', 'sw', '{company}: {product} inakaribia kuisha', '{quantity} za {product} zimebaki {place}, pungufu ya kiwango cha kuagiza. Ingia ili uagize zaidi. {company}'),
  ('batch.nearly_expired', 'email', 'en', '{company}: batch {number} expires soon', 'Batch {number} of {product} lasts until {date}. Sign in to see where it is. {company}'),
  ('batch.nearly_expired', 'email', 'sw', '{company}: toleo {number} linakaribia kuisha muda', 'Toleo {number} la {product} ni la hadi {date}. Ingia ili uone liko wapi. {company}');

create function private.keepers_of(tenant uuid, places uuid[]) returns table (user_id uuid, email text)
language sql stable security definer set search_path = ''
as $$
  select u.id, u.email
  from public.memberships m join public.users u on u.id = m.user_id
  where m.tenant_id = tenant and m.role = 'warehouse' and m.status = 'active' and (m.warehouse_id is null or m.warehouse_id = any (places))
$$;
comment on function private.keepers_of(uuid, uuid[]) is 'Who keeps the stock of these places: people of the warehouse who work there, or everywhere.';

create function private.tell_keepers(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if event.event_type = 'inventory.fell_below' then
    perform private.say(event.tenant_id, event.event_type, 'email', k.email,
      pg_catalog.jsonb_build_object('product', p.name, 'place', w.name, 'quantity', pg_catalog.trim_scale((event.payload ->> 'available')::numeric)),
      event.event_type || ':' || event.id || ':' || k.user_id, 'product', p.id)
    from public.products p
    join public.warehouses w on w.tenant_id = p.tenant_id and w.id = (event.payload ->> 'warehouse_id')::uuid
    cross join lateral private.keepers_of(p.tenant_id, array[w.id]) k
    where p.tenant_id = event.tenant_id and p.id = (event.payload ->> 'product_id')::uuid;
  else
    perform private.say(event.tenant_id, event.event_type, 'email', k.email,
      pg_catalog.jsonb_build_object('number', b.code, 'product', p.name, 'date', b.expires_on), event.event_type || ':' || event.id || ':' || k.user_id, 'batch', b.id)
    from public.batches b
    join public.products p on p.tenant_id = b.tenant_id and p.id = b.product_id
    cross join lateral private.keepers_of(b.tenant_id, array(
      select s.warehouse_id from public.batch_stock s where s.tenant_id = b.tenant_id and s.batch_id = b.id and s.on_hand > 0
    )) k
    where b.tenant_id = event.tenant_id and b.id = event.entity_id;
  end if;
end
$$;
comment on function private.tell_keepers(public.event_store) is 'Effect: an e-mail to who keeps the stock that runs low, or that lasts not much longer; one per person and event.';
select private.listen('notifications', 'tell_keepers', 'inventory.fell_below', 'batch.nearly_expired');
