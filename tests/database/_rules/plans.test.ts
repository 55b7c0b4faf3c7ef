import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../../supabase/stack/database.ts';
import { repositoryRoot } from '../../../supabase/stack/paths.ts';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

/** A node of a plan as EXPLAIN's JSON tells it. */
interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Filter?: string;
  Plans?: Plan[];
}

let database: TestDatabase;
let admin: Session;
/** Relations with a company in them, and the relation of every index. */
const ofCompanies = new Set<string>();
const relationOf = new Map<string, string>();

beforeAll(async () => {
  database = await cloneDatabase('plans');
  admin = await database.asAdmin();
  const tables = await admin.query<{ name: string; indexes: string[] }>(
    `select c.relname as name,
       array(select x.relname::text from pg_index i join pg_class x on x.oid = i.indexrelid where i.indrelid = c.oid) as indexes
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind in ('r', 'p')`,
  );
  for (const { name, indexes } of tables) {
    ofCompanies.add(name);
    for (const index of indexes) relationOf.set(index, name);
  }
  // However small the tables are, what is planned is what large ones need: reading a row more is dear.
  for (const way of ['seqscan', 'hashjoin', 'mergejoin']) {
    await admin.query(`alter database ${database.name} set enable_${way} = off`);
  }
  await admin.query(`alter database ${database.name} set cpu_tuple_cost = 1000`);
  await admin.query(`alter database ${database.name} set plan_cache_mode = force_generic_plan`);
});

afterAll(() => database.drop());

/** Who somebody is has to be known before the company that he works in. */
const BEFORE_THE_COMPANY = /^memberships: \(user_id = /;

/** Scans of tables with a company that begin with another column, or with none. */
function scansWithoutCompany(plan: Plan): string[] {
  const below = (plan.Plans ?? []).flatMap(scansWithoutCompany);
  // A bitmap is looked up by the scan of the index below it.
  if (!/Scan$/.test(plan['Node Type']) || plan['Node Type'] === 'Bitmap Heap Scan') return below;
  const relation = plan['Relation Name'] ?? relationOf.get(plan['Index Name'] ?? '') ?? '';
  const condition = [plan['Index Cond'], plan.Filter].filter(Boolean).join(' and ');
  const scan = `${relation}: ${condition || 'all rows'}`;
  const isKnown = /\btenant_id\b/.test(condition) || BEFORE_THE_COMPANY.test(scan);
  return ofCompanies.has(relation) && !isKnown ? [scan, ...below] : below;
}

test("every statement of a company's day finds its rows by the company", async () => {
  const day = await readFile(join(repositoryRoot, 'seeds', '10_demo_day.sql'), 'utf8');
  const found = new Map<string, string>();
  let plans = 0;
  const client = await connect(database.url);
  client.on('notice', ({ message = '' }) => {
    const [, json] = /plan:\n([\s\S]*)$/.exec(message) ?? [];
    if (json === undefined) return;
    plans += 1;
    const told = JSON.parse(json) as { 'Query Text': string; Plan: Plan };
    for (const scan of scansWithoutCompany(told.Plan)) found.set(scan, told['Query Text']);
  });
  try {
    await client.query(
      `load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
       set auto_explain.log_format = json; set auto_explain.log_level = notice; set mzigo.embedded = 'on'`,
    );
    await client.query(`set role postgres`);
    await client.query(day);
  } finally {
    await client.end();
  }
  expect(plans).toBeGreaterThan(1000);
  expect(
    [...found].map(([scan, text]) => `${scan} in ${text.replaceAll(/\s+/g, ' ').slice(0, 300)}`),
  ).toEqual([]);
});

test('what a policy lets a person read is found by his company, whatever he asks for', async () => {
  const person = await database.asUser('admin@acme.test');
  const tables = await admin.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     join pg_index i on i.indrelid = c.oid and i.indisprimary
     where c.relnamespace = 'public'::regnamespace and not c.relispartition
       and array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum = any (i.indkey)) @> '{tenant_id,id}'
       and has_table_privilege('authenticated', c.oid, 'select')
     order by 1`,
  );
  expect(tables.length).toBeGreaterThan(40);
  const others: string[] = [];
  for (const { name } of tables) {
    const told = await person.one<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (format json) select id from ${name} where id = '0190a000-0000-7000-8000-000000000001'`,
    );
    others.push(...scansWithoutCompany(told['QUERY PLAN'][0].Plan));
  }
  expect(others).toEqual([]);
});
