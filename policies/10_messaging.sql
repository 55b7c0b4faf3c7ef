-- Family 10, messaging.

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

grant execute on function private.placeholders_of to authenticated;
grant select on public.message_texts to authenticated;
create policy select_everyone on public.message_texts for select to authenticated using (true);

grant select, delete on public.message_templates to authenticated;
select private.let_write('public.message_templates', '{event,channel,language}', 'subject', 'body');
create policy select_members on public.message_templates for select to authenticated
using (tenant_id = (select private.tenant_id('messages.view')));
create policy insert_managers on public.message_templates for insert to authenticated
with check (tenant_id = (select private.tenant_id('settings.manage')));
create policy update_managers on public.message_templates for update to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')))
with check (tenant_id = (select private.tenant_id('settings.manage')));
create policy delete_managers on public.message_templates for delete to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')));
