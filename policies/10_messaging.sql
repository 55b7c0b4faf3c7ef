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
  -- What is said with a customer, and told him about documents, is read where he is answered.
  or (
    contact_id is not null and permission in ('messages.view', 'conversations.view') and tenant_id = (select private.tenant_id('conversations.view'))
    and ((select private.is_unscoped()) or exists (
      select from public.contacts c where c.tenant_id = messages.tenant_id and c.id = messages.contact_id
    ))
  )
);

grant execute on function private.placeholders_of, private.known_placeholders to authenticated;
grant select on public.message_texts to authenticated;
create policy select_members on public.message_texts for select to authenticated using ((select private.workplace_id()) is not null);

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

grant select on public.notice_kinds to authenticated;
create policy select_members on public.notice_kinds for select to authenticated using ((select private.workplace_id()) is not null);

grant select on public.notice_choices to authenticated;
create policy select_readers on public.notice_choices for select to authenticated
using (
  tenant_id = (select private.tenant_id('customers.view'))
  and (customer_id is null or (select private.is_unscoped()) or exists (
    select from public.customers c where c.tenant_id = notice_choices.tenant_id and c.id = customer_id
  ))
);

-- Conversations. Who is limited to some customers sees what is talked about with them; somebody who is nobody's
-- customer yet is seen by whoever is not limited.

grant execute on function private.conversations_meant to authenticated;

select private.let_write('public.channels', '{kind}', 'name', 'phone_number_id', 'reopens_within_hours', 'assigns_in_turn', 'takes_orders', 'ai_agent_id', 'capacity', 'team_id', 'is_active');
grant select on public.channels to authenticated;
create policy select_readers on public.channels for select to authenticated
using (tenant_id = (select private.tenant_id('conversations.view')) or tenant_id = (select private.tenant_id('settings.manage')));
create policy insert_managers on public.channels for insert to authenticated
with check (tenant_id = (select private.tenant_id('settings.manage')));
create policy update_managers on public.channels for update to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')))
with check (tenant_id = (select private.tenant_id('settings.manage')));

grant select on public.contact_points to authenticated;
create policy select_readers on public.contact_points for select to authenticated
using (
  tenant_id = (select private.tenant_id('customers.view'))
  and ((select private.is_unscoped()) or exists (select from public.contacts c where c.tenant_id = contact_points.tenant_id and c.id = contact_id))
);

grant select on public.conversations, public.conversation_activity, public.conversation_clocks to authenticated;
create policy select_readers on public.conversations for select to authenticated
using (
  tenant_id = (select private.tenant_id('conversations.view'))
  and ((select private.is_unscoped()) or exists (select from public.contacts c where c.tenant_id = conversations.tenant_id and c.id = contact_id))
);
create policy select_readers on public.conversation_clocks for select to authenticated
using (
  tenant_id = (select private.tenant_id('conversations.view'))
  and ((select private.is_unscoped()) or exists (
    select from public.conversations c where c.tenant_id = conversation_clocks.tenant_id and c.id = conversation_id
  ))
);
create policy select_readers on public.conversation_activity for select to authenticated
using (
  tenant_id = (select private.tenant_id('conversations.view'))
  and ((select private.is_unscoped()) or exists (
    select from public.conversations c where c.tenant_id = conversation_activity.tenant_id and c.id = conversation_id
  ))
);

grant select on public.order_requests to authenticated;
create policy select_readers on public.order_requests for select to authenticated
using (
  tenant_id = (select private.tenant_id('conversations.view'))
  and ((select private.is_unscoped()) or exists (
    select from public.conversations c where c.tenant_id = order_requests.tenant_id and c.id = conversation_id
  ))
);

select private.let_edit('public.whatsapp_templates', 'conversations.view', 'settings.manage', '{name,language}', 'event', 'body', 'meta_status');
grant delete on public.whatsapp_templates to authenticated;
create policy delete_editors on public.whatsapp_templates for delete to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')));

select private.let_edit('public.inbox_agents', 'conversations.view', 'settings.manage', '{membership_id}', 'capacity');
select private.let_edit('public.service_levels', 'conversations.view', 'settings.manage', '{priority}', 'answer_within', 'resolve_within');
grant delete on public.service_levels to authenticated;
create policy delete_editors on public.service_levels for delete to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')));

select private.let_edit('public.canned_replies', 'conversations.view', 'conversations.reply', '{}', 'shortcut', 'body');
grant delete on public.canned_replies to authenticated;
create policy delete_editors on public.canned_replies for delete to authenticated
using (tenant_id = (select private.tenant_id('conversations.reply')));

grant execute on function private.uuid_or_null to authenticated;
-- Files lie in <company>/<message>/…; what somebody answers with lies in a folder of its own until it is sent.
create policy mzigo_insert_messages on storage.objects for insert to authenticated
with check (bucket_id = 'messages' and (storage.foldername(name))[1] = (select private.tenant_id('conversations.reply'))::text);
create policy mzigo_select_messages on storage.objects for select to authenticated
using (
  bucket_id = 'messages' and (storage.foldername(name))[1] = (select private.tenant_id('conversations.view'))::text
  and ((select private.is_unscoped()) or owner_id = (select auth.uid())::text
    or exists (select from public.messages m where m.id = private.uuid_or_null((storage.foldername(name))[2])))
);

-- When the company works is known to whoever works in it.
grant select, delete on public.working_hours to authenticated;
create policy select_members on public.working_hours for select to authenticated using (tenant_id = (select private.workplace_id()));
create policy insert_managers on public.working_hours for insert to authenticated with check (tenant_id = (select private.tenant_id('settings.manage')));
create policy update_managers on public.working_hours for update to authenticated
using (tenant_id = (select private.tenant_id('settings.manage'))) with check (tenant_id = (select private.tenant_id('settings.manage')));
create policy delete_managers on public.working_hours for delete to authenticated using (tenant_id = (select private.tenant_id('settings.manage')));
select private.let_write('public.working_hours', '{}', 'weekday', 'opens_at', 'closes_at');
