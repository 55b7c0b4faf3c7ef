/**
 * What the hottest queries do among few and many orders of 200 companies:
 * `npm run bench:plans [-- --write]` writes docs/query-plans.md.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { format } from 'prettier';
import { repositoryRoot } from '../../supabase/stack/paths.ts';
import { connect } from '../../supabase/stack/database.ts';
import { describeMachine } from './report.ts';
import { addCrowd, startBenchServer } from './server.ts';

const SIZES = [100_000, 1_000_000];

/** As the portal asks; `$order` and `$customer` are those of an order of the bench company. */
const QUERIES: [name: string, person: string, text: string][] = [
  [
    'newest 50 orders',
    'sales',
    'select * from public.orders order by created_at desc, id desc limit 50',
  ],
  [
    'page 200 of the orders',
    'sales',
    'select * from public.orders order by created_at desc, id desc limit 50 offset 10000',
  ],
  [
    'orders that wait for approval',
    'manager',
    `select * from public.orders where is_done is false and status = 'pending_approval' order by created_at desc, id desc limit 50`,
  ],
  [
    'orders of a customer',
    'sales',
    `select id, number, status, total from public.orders where customer_id = '$customer' order by created_at desc limit 10`,
  ],
  [
    'numbers of orders that end in what was typed',
    'sales',
    `select public.find_numbers('order', '9990')`,
  ],
  [
    'the orders with these numbers',
    'sales',
    `select * from public.orders where number in ('ORD-009990', 'ORD-019990', 'ORD-029990') order by created_at desc, id desc limit 50`,
  ],
  [
    'an order with its buttons',
    'manager',
    `select o.*, public.allowed_commands(o) from public.orders o where id = '$order'`,
  ],
  [
    'lines of an order',
    'sales',
    `select * from public.order_items where order_id = '$order' order by line_number`,
  ],
  [
    'history of an order',
    'sales',
    `select * from public.transition_executions where entity_id = '$order' order by executed_at`,
  ],
  [
    'audit trail of an order',
    'auditor',
    `select * from public.audit_logs where record_id = '$order' order by id`,
  ],
  [
    'newest 50 events',
    'auditor',
    'select * from public.event_store order by sequence desc limit 50',
  ],
  [
    'newest 50 invoices',
    'finance',
    'select * from public.invoices order by created_at desc, id desc limit 50',
  ],
  [
    'overdue invoices',
    'finance',
    `select * from public.invoices where is_done is false and status = 'overdue' order by due_on limit 50`,
  ],
  [
    'open invoices of a customer',
    'finance',
    `select * from public.invoices where customer_id = '$customer' and is_done is false and status in ('issued', 'partially_paid', 'overdue') order by due_on`,
  ],
  ['credit that a customer has used', 'finance', `select public.customer_credit('$customer')`],
  [
    'customers by a part of their name',
    'sales',
    `select * from public.customers where name ilike '%omer 19%' order by name limit 50`,
  ],
  [
    'stock of a depot',
    'warehouse',
    'select * from public.inventory order by on_hand desc, id limit 50',
  ],
];

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  Plans?: Node[];
}

interface Cost {
  milliseconds: number;
  blocks: number;
  rows: number;
  scans: string[];
}

function scans(node: Node): string[] {
  const here =
    node['Index Name'] ??
    (node['Node Type'] === 'Seq Scan' ? `all of ${node['Relation Name']}` : null);
  return [...(here === null ? [] : [here]), ...(node.Plans ?? []).flatMap(scans)];
}

async function explain(client: pg.Client, person: string, text: string): Promise<Cost> {
  await client.query('begin');
  try {
    const { rows } = await client.query<{ id: string }>(
      'select id from auth.users where email = $1',
      [`${person}@bench.test`],
    );
    const claims = JSON.stringify({
      sub: rows[0]?.id,
      role: 'authenticated',
      aud: 'authenticated',
    });
    await client.query(`select set_config('request.jwt.claims', $1, true)`, [claims]);
    await client.query('set local role authenticated');
    const run = () =>
      client.query<{
        'QUERY PLAN': [
          {
            'Execution Time': number;
            Plan: Node & { 'Shared Hit Blocks': number; 'Shared Read Blocks': number };
          },
        ];
      }>(`explain (analyze, buffers, format json) ${text}`);
    // The first run warms the cache and the plans inside functions.
    await run();
    const [found] = (await run()).rows[0]?.['QUERY PLAN'] ?? [];
    if (!found) throw new Error(`No plan for: ${text}`);
    return {
      milliseconds: found['Execution Time'],
      blocks: found.Plan['Shared Hit Blocks'] + found.Plan['Shared Read Blocks'],
      rows: found.Plan['Actual Rows'],
      scans: [...new Set(scans(found.Plan))].filter(
        (name) =>
          !/^(users|memberships|tenants|role_permissions|tenant_role_permissions)/.test(name),
      ),
    };
  } finally {
    await client.query('rollback');
  }
}

async function costs(orders: number): Promise<Cost[]> {
  const server = await startBenchServer();
  try {
    await addCrowd(server.superuserUrl, orders);
    const client = await connect(server.superuserUrl);
    const { rows } = await client.query<{ id: string; customer_id: string }>(
      `select o.id, o.customer_id from public.orders o join public.tenants t on t.id = o.tenant_id and t.slug = 'bench' where o.status = 'pending_approval' limit 1`,
    );
    const found: Cost[] = [];
    for (const [, person, text] of QUERIES) {
      const asked = text
        .replaceAll('$order', rows[0]?.id ?? '')
        .replaceAll('$customer', rows[0]?.customer_id ?? '');
      found.push(await explain(client, person, asked));
    }
    await client.end();
    return found;
  } finally {
    await server.stop();
  }
}

const { values: options } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const [few = [], many = []] = [await costs(SIZES[0] ?? 0), await costs(SIZES[1] ?? 0)];
const cell = (cost: Cost | undefined) =>
  cost ? `${cost.milliseconds.toFixed(2)} | ${cost.blocks}` : ' | ';
const text = [
  '# Query plans',
  '',
  `The hottest queries of the portal, as the person who asks them, with row level security, among 100,000 and 1,000,000 orders of 200 companies, a tenth of them in the company that asks. Written by \`npm run bench:plans -- --write\` on ${new Date().toISOString().slice(0, 10)}: ${describeMachine()}. Times in milliseconds, blocks of 8 kB, both from \`explain (analyze, buffers)\` with a warm cache.`,
  '',
  'A list is flat when its blocks are: it reads the rows it shows along an index that starts with the company and carries the order.',
  '',
  '| query | rows | ms at 100 k | blocks | ms at 1 M | blocks | read along |',
  '| --- | --: | --: | --: | --: | --: | --- |',
  ...QUERIES.map(
    ([name], index) =>
      `| ${name} | ${many[index]?.rows} | ${cell(few[index])} | ${cell(many[index])} | ${many[index]?.scans.map((scan) => `\`${scan}\``).join(', ') || '(inside the function)'} |`,
  ),
  '',
].join('\n');
const page = await format(text, { parser: 'markdown' });
process.stdout.write(page);
if (options.write) await writeFile(join(repositoryRoot, 'docs', 'query-plans.md'), page);
