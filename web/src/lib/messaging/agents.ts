import { AI_RUN_STATUS } from '#lib/choices.ts';
import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import type { Filter } from '#lib/platform/filters.ts';
import { enteredFilter, nameFilter } from '#lib/workflow/list.ts';
import { type ListQuery, readPage } from '#lib/platform/list.ts';
import { choices } from '#lib/platform/label.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m, terms } from '#lib/words.ts';

export type Agent = Tables<'ai_agents'>;

/** What an agent can be given to do, in words. */
const TOOL_NAMES: Record<string, string> = {
  find_products: m.ai_says_prices_and_whether_there_is_stock(),
  order_status: m.ai_says_where_their_orders_are(terms),
  balance: m.ai_says_what_they_owe_and_how_to_pay(),
  empties: m.ai_says_which_empties_they_have(),
  order: m.ai_puts_orders_into_plain_words(terms),
};
export const toolName = (tool: string) => TOOL_NAMES[tool] ?? tool;

/** Why people go on, or why the rules answered in place of a model. */
const WHY: Record<string, string> = {
  ai_figure_unknown: m.why_ai_figure_unknown(),
  ai_reply_invalid: m.why_ai_reply_invalid(),
  ai_model_unreachable: m.why_ai_model_unreachable(),
  ai_model_refused: m.why_ai_model_refused(),
  ai_tokens_spent: m.why_ai_tokens_spent(),
  ai_answers_spent: m.why_ai_answers_spent(),
  ai_not_understood: m.why_ai_not_understood(),
  ai_person_wanted: m.why_ai_person_wanted(),
  ai_complaint: m.why_ai_complaint(),
  ai_not_allowed: m.why_ai_not_allowed(),
};
export const whyOf = (problem: string | null) => (problem ? (WHY[problem] ?? problem) : null);

export const listAgents = () =>
  rows(supabase.from('ai_agents').select('*').order('name').limit(100));

export const listTools = () => answerOf(supabase.rpc('known_ai_tools'));

/** Whether agents answer at all, with the version of the settings that say so. */
export const readSwitch = () =>
  answerOf(
    supabase.from('tenant_settings').select('tenant_id,ai_agents_answer,version').maybeSingle(),
  );

export type Switch = NonNullable<Awaited<ReturnType<typeof readSwitch>>>;

export const turn = ({ tenant_id }: Switch, answers: boolean) =>
  answerOf(
    supabase
      .from('tenant_settings')
      .update({ ai_agents_answer: answers })
      .eq('tenant_id', tenant_id)
      .select('tenant_id')
      .single(),
  );

/** What the agent did last in a conversation; null where there was none. */
export const lastRun = (conversationId: string) =>
  answerOf(
    supabase
      .from('ai_agent_runs')
      .select('id,status,problem,ai_agents(name)')
      .eq('conversation_id', conversationId)
      .order('created_at', { ascending: false })
      .limit(1)
      .maybeSingle(),
  );

export type LastRun = NonNullable<Awaited<ReturnType<typeof lastRun>>>;

/** From the next message on the agent of the channel answers again. */
export const leaveToAgent = (conversationId: string) =>
  command('leave_to_agent', { conversation_id: conversationId });

export const RUNS = {
  table: 'ai_agent_runs',
  sort: '-created_at',
  sortable: ['created_at'],
  filters: [
    {
      name: 'status',
      label: m.what_came_of_it(),
      kind: 'choice',
      options: choices(AI_RUN_STATUS),
      tabs: true,
    },
    nameFilter('agent', m.label_ai_agent(), 'ai_agent_id', 'ai_agents'),
    {
      name: 'problem',
      label: m.reason(),
      kind: 'choice',
      options: Object.entries(WHY).map(([value, label]) => ({ value, label })),
    },
    enteredFilter(m.when()),
  ] as Filter[],
};

export type RunRow = Awaited<ReturnType<typeof listRuns>>['rows'][number];

export function listRuns(list: ListQuery) {
  return readPage(RUNS, list, () =>
    supabase
      .from('ai_agent_runs')
      .select(
        '*,ai_agents(name),conversations(number,contacts(name)),said:messages!ai_agent_runs_tenant_id_message_id_fkey(body),reply:messages!ai_agent_runs_tenant_id_reply_id_fkey(body)',
      ),
  );
}
