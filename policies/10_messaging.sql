-- Family 10, messaging.

grant execute on function
  public.enqueue_message, private.enqueue_message, public.message_to_send, private.message_to_send,
  public.record_message_result, private.record_message_result
to service_role;

grant select on public.messages to authenticated;
create policy select_readers on public.messages for select to authenticated
using (
  tenant_id = (select private.tenant_id('messages.view'))
  and (
    permission = 'messages.view'
    or (permission = 'users.manage' and tenant_id = (select private.tenant_id('users.manage')))
    or (select private.is_super_admin())
  )
);
