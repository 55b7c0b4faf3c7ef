-- Family 13, registries: AI agents. Who answers customers sees what they did; whoever manages the company says what they are.

select private.let_edit('public.ai_agents', 'conversations.view', 'settings.manage', '{}',
  'name', 'mode', 'persona', 'tools', 'answers_from', 'answers_until', 'hands_over_after', 'answers_per_day', 'tokens_per_day', 'price_in', 'price_out', 'is_active');

grant select on public.ai_agent_versions to authenticated;
create policy select_readers on public.ai_agent_versions for select to authenticated
using (tenant_id = (select private.tenant_id('conversations.view')));

grant select on public.ai_agent_runs to authenticated;
create policy select_readers on public.ai_agent_runs for select to authenticated
using (
  tenant_id = (select private.tenant_id('conversations.view'))
  and ((select private.is_unscoped()) or exists (
    select from public.conversations c where c.tenant_id = ai_agent_runs.tenant_id and c.id = conversation_id
  ))
);
