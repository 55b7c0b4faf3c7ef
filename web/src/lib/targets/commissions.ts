import { having, type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { personFilter } from '#lib/tenancy/tenancy.ts';
import { documentList } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m } from '#lib/words.ts';

const WITH_EARNER = '*,earner:memberships(users(full_name))';

export type StatementRow = Awaited<ReturnType<typeof listStatements>>['rows'][number];
export type CommissionRow = Awaited<ReturnType<typeof listCommissions>>['rows'][number];

export const STATEMENTS = documentList('commission_statement', {
  sort: '-month',
  sortable: ['month', 'total'],
  filters: [
    personFilter('person', m.person(), 'user_id', 'user_id'),
    { name: 'month', label: m.month_word(), kind: 'day', column: 'month' },
    { name: 'total', label: m.total(), kind: 'number', unit: 'money', more: true },
  ],
});

export function listStatements(list: ListQuery) {
  return readPage(STATEMENTS, list, (relations) =>
    supabase.from('commission_statements').select(having(WITH_EARNER, relations)),
  );
}

/** The ledger: what was earned, and taken back, by what. */
export const COMMISSIONS: ListShape = {
  table: 'commission_entries',
  sort: '-created_at',
  sortable: ['created_at', 'earned_on', 'amount', 'base'],
  search: { label: m.number(), means: (typed) => [anyLike(typed, 'number')] },
  filters: [
    { name: 'earned', label: m.earned_on(), kind: 'day', column: 'earned_on' },
    {
      name: 'plan',
      label: m.plan_word(),
      kind: 'record',
      column: 'plan_id',
      search: async (text) =>
        (await rows(plans().ilike('name', `%${text}%`).order('name').limit(20))).map((plan) => ({
          ...plan,
          code: '',
        })),
      find: async (id) => {
        const plan = await answerOf(plans().eq('id', id).maybeSingle());
        return plan && { ...plan, code: '' };
      },
    },
    {
      name: 'statement',
      label: m.statement(),
      kind: 'record',
      column: 'statement_id',
      search: async (text) =>
        (
          await rows(
            statements()
              .ilike('number', `%${text}%`)
              .order('month', { ascending: false })
              .limit(20),
          )
        ).map(({ id, number }) => ({ id, name: number, code: '' })),
      find: async (id) => {
        const found = await answerOf(statements().eq('id', id).maybeSingle());
        return found && { id: found.id, name: found.number, code: '' };
      },
    },
  ],
};

const plans = () => supabase.from('commission_plans').select('id,name');
const statements = () => supabase.from('commission_statements').select('id,number');
const SOURCES =
  '*,commission_plans(name),commission_statements(number,earner:memberships(users(full_name)))';

export function listCommissions(list: ListQuery) {
  return readPage(COMMISSIONS, list, () => supabase.from('commission_entries').select(SOURCES));
}

/** Where a deal or a paid invoice is looked at. */
export const sourceOf = (entry: { deal_id: string | null; invoice_id: string | null }) =>
  entry.deal_id ? `/deals/${entry.deal_id}` : `/invoices/${entry.invoice_id}`;

export async function readStatement(id: string) {
  const [statement, entries] = await Promise.all([
    answerOf(
      supabase
        .from('commission_statements')
        .select(`${WITH_EARNER},allowed_commands`)
        .eq('id', id)
        .maybeSingle(),
    ),
    rows(
      supabase
        .from('commission_entries')
        .select('*,commission_plans(name)')
        .eq('statement_id', id)
        .order('created_at', { ascending: false })
        .order('id')
        .limit(200),
    ),
  ]);
  return statement && { ...statement, entries };
}

export const statementCommands = {
  close: {
    label: m.close_the_month(),
    variant: 'primary',
    done: m.the_statement_is_closed(),
    asks: {
      title: m.close_this_statement(),
      text: m.what_is_found_out_later_stands_in_the_next(),
      reason: 'none',
    },
  },
  pay: {
    label: m.it_was_paid(),
    variant: 'primary',
    done: m.the_commission_is_paid(),
    asks: { title: m.it_was_paid(), reason: 'optional', field: 'note' },
  },
} satisfies Looks<'commission_statement'>;

export function commissionPlans() {
  return rows(
    supabase
      .from('commission_plans')
      .select('*,teams(name),earner:memberships(users(full_name))')
      .order('valid_until', { ascending: false, nullsFirst: true })
      .order('name')
      .limit(500),
  );
}

/** Whom plans and targets are for. */
export async function peopleAndTeams() {
  const [people, teams] = await Promise.all([
    rows(
      supabase
        .from('memberships')
        .select('user_id,users(full_name)')
        .eq('status', 'active')
        .neq('role', 'customer')
        .limit(500),
    ),
    rows(supabase.from('teams').select('id,name').eq('is_active', true).order('name').limit(200)),
  ]);
  return {
    people: people
      .map(({ user_id, users }) => ({ value: user_id, label: users?.full_name ?? m.somebody() }))
      .sort((one, other) => one.label.localeCompare(other.label)),
    teams: teams.map(({ id, name }) => ({ value: id, label: name })),
  };
}
