-- Family 10, messaging: an order whose customer was not told of it is an exception.

select private.block_orders('message_failed', '{pending_approval,approved,allocated,dispatched,in_transit}', 'messages.view', 'a message about it did not reach its customer.',
  $$ select m.recipient
     from public.messages m
     where m.tenant_id = o.tenant_id and m.entity_id = o.id and m.entity_type = 'order' and m.permission = 'messages.view'
       and m.status = 'failed' and private.tenant_id('messages.view') is not null
     order by m.created_at desc limit 1 $$);
