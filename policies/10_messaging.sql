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
    -- A link opens an account to whoever reads it: that of an invitation is shown to those who could
    -- give its role themselves, that of a password reset to nobody in the company.
    or (
      permission = 'users.manage' and tenant_id = (select private.tenant_id('users.manage'))
      and entity_id in (
        select i.id from public.invitations i join public.role_ranks r on r.role = i.role
        where i.tenant_id = messages.tenant_id and r.rank <= (select private.my_rank())
      )
    )
    or (select private.is_super_admin())
  )
);
