import { beforeAll, expect, test } from 'vitest';
import { ACCESS, COMMANDS, parseAudience } from '../../../scripts/generate/access.ts';
import { openCatalogue } from './catalogue.ts';

const { admin } = openCatalogue();

interface Policy extends Record<string, unknown> {
  relation: string;
  command: string;
  expression: string;
}

let policies: Policy[];

beforeAll(async () => {
  policies = await admin().query<Policy>(
    `select p.tablename as relation, lower(p.cmd) as command, concat_ws(' ', p.qual, p.with_check) as expression
     from pg_policies p where p.schemaname in ('public', 'analytics')`,
  );
});

/** A view has the policies of its tables. */
const VIEWS = [
  'audit_logs',
  'deal_forecast',
  'door_areas',
  'lead_vendor_results',
  'similar_leads',
  'batch_balances',
  'batch_recipients',
  'container_balances',
  'container_holdings',
  'events',
  'order_exceptions',
  'inbox',
  'credit_standings',
  'receivables',
  'reorder_suggestions',
  'stock_valuation',
  'transition_executions',
];
const isOfTable = (name: string) => !VIEWS.includes(name.replace('select ', ''));

/** Rights that a policy asks for beyond those that open the table. */
const ROW_RIGHTS: Record<string, string[]> = {
  'select messages': ['users.manage'],
  'select appointments': ['appointments.view_all'],
  ...Object.fromEntries(
    ['availability', 'availability_exceptions'].flatMap((table) =>
      COMMANDS.map((command) => [`${command} ${table}`, ['appointments.view_all']]),
    ),
  ),
  'select commission_plans': ['commissions.view_all'],
  'select commission_statements': ['commissions.view_all'],
  'select expenses': ['expenses.view_all'],
  'select kpi_targets': ['kpis.view_all'],
  'select assets': ['assets.view_all'],
  'select maintenance_jobs': ['assets.view_all'],
  'select maintenance_plans': ['assets.view_all'],
  'select shifts': ['shifts.view_all'],
  'select leave_requests': ['leave.view_all'],
  'select contracts': ['contracts.view_all'],
  'select contract_terms': ['contracts.view_all'],
  'select tickets': ['tickets.view_all'],
  'select leads': ['leads.view_all'],
  'select deals': ['deals.view_all'],
  'select proposals': ['deals.view_all'],
  'select proposal_items': ['deals.view_all'],
  'select pipelines': ['deals.view_all'],
};

test('the published access names exactly the rights that the policies ask for', () => {
  const published = Object.entries(ACCESS).flatMap(([relation, access]) =>
    COMMANDS.filter((command) => access[command] !== undefined).map((command) => [
      `${command} ${relation}`,
      [
        ...parseAudience(access[command] ?? '').permissions,
        ...(ROW_RIGHTS[`${command} ${relation}`] ?? []),
      ].sort(),
    ]),
  );
  const asked = policies.map(({ relation, command, expression }) => [
    `${command} ${relation}`,
    [
      ...new Set(
        [...expression.matchAll(/private\.tenant_id\('([a-z_.]+)'/g)].map((match) => match[1]),
      ),
    ].sort(),
  ]);
  const ofTables = published.filter(([name]) => isOfTable(String(name)));
  expect(Object.fromEntries(asked)).toEqual(Object.fromEntries(ofTables));
});

test('rows are limited to a scope exactly where that is published', () => {
  const limited = policies
    .filter(({ expression }) =>
      /is_unscoped|scope_warehouse_id|sees_|my_line|my_teams|payee_id|holder_id|person_id|OR \(\( SELECT private\.tenant_id\('\w+\.view_all|EXISTS/.test(
        expression,
      ),
    )
    .map(({ relation, command }) => `${command} ${relation}`)
    .filter((name) => !['select messages', 'select event_store'].includes(name));
  const published = Object.entries(ACCESS).flatMap(([relation, access]) =>
    COMMANDS.filter((command) => parseAudience(access[command] ?? '').isScoped).map(
      (command) => `${command} ${relation}`,
    ),
  );
  expect(limited.sort()).toEqual(published.filter(isOfTable).sort());
});
