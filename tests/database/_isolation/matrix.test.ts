import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { readPermissions, type PublishedMatrix } from '../../../scripts/generate/permissions.ts';
import { assertBoundByPolicies, attempt, type Refusal } from './attempt.ts';
import { openCompany, workOneDay, type Company, type Person } from './company.ts';
import { Expectation, keyOf } from './expected.ts';
import { insertRow, newRows, type NewRow } from './new_rows.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SLUGS = ['acme', 'globex'] as const;
const CAST = [
  ...[
    'owner',
    'admin',
    'manager',
    'sales',
    'agent',
    'warehouse',
    'dispatcher',
    'driver',
    'auditor',
  ],
  ...['finance', 'analyst', 'viewer', 'customer', 'depot', 'coast'],
];

/** What is a member's own: who holds the right and works in no company has none of it. */
const OF_MEMBERS = ['availability', 'availability_exceptions'];

interface Relation {
  name: string;
  isView: boolean;
  /** A column to write back as it is: one that people may update, where there is one. */
  column: string;
}

let database: TestDatabase;
let admin: Session;
let published: PublishedMatrix;
let expected: Expectation;
let relations: Relation[];
const companies = new Map<string, Company>();
const samples = new Map<string, Record<string, NewRow>>();
const outsiders = new Map<string, Person>();

beforeAll(async () => {
  database = await cloneDatabase('isolation');
  admin = await database.asAdmin();
  published = readPermissions(await readFile(join(ROOT, 'docs', 'permissions.md'), 'utf8'));
  for (const slug of SLUGS) companies.set(slug, await openCompany(database, slug));
  for (const company of companies.values()) await workOneDay(database, company);
  for (const [slug, company] of companies) samples.set(slug, await newRows(admin, company));
  relations = (
    await admin.query<{ name: string; is_view: boolean; column_name: string }>(
      `select c.relname as name, c.relkind = 'v' as is_view, (
         select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and a.attgenerated = ''
         order by has_column_privilege('authenticated', c.oid, a.attnum, 'update') desc, a.attnum limit 1) as column_name
       from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') order by 1`,
    )
  ).map(({ name, is_view, column_name }) => ({ name, isView: is_view, column: column_name }));
  await openOutsiders();
  expected = new Expectation(admin, published);
});

afterAll(() => database.drop());

/** A platform super admin (active at Acme) and an account that belongs to no company. */
async function openOutsiders(): Promise<void> {
  await admin.query(
    `select private.create_account('nobody@example.test', 'mzigo-demo-2026', 'Nobody')`,
  );
  for (const [name, email, role] of [
    ['super', 'super@mzigo.test', 'super_admin'],
    ['nobody', 'nobody@example.test', 'stranger'],
  ] as const) {
    const { id } = await admin.one<{ id: string }>('select id from public.users where email = $1', [
      email,
    ]);
    const session = await database.asUserId(id, email);
    outsiders.set(name, { name, email, role, userId: id, membershipId: null, session });
  }
}

function companyOf(slug: string): Company {
  const company = companies.get(slug);
  if (company === undefined) throw new Error(`There is no company ${slug}`);
  return company;
}

/** Everything that one person can do, told where it differs from what is published. */
async function differences(company: Company, person: Person): Promise<string[]> {
  const told: string[] = [];
  await assertBoundByPolicies(person.session);
  await person.session.query('begin');
  for (const relation of relations) {
    const { name, isView } = relation;
    told.push(...(await readDifferences(company, person, relation)));
    if (isView) continue;
    told.push(...(await writeDifferences(company, person, relation, 'update')));
    told.push(...(await writeDifferences(company, person, relation, 'delete')));
    told.push(...(await insertDifferences(company, person, name)));
  }
  await person.session.query('rollback');
  return told;
}

async function readDifferences(company: Company, person: Person, { name, isView }: Relation) {
  const { value, refusal } = await attempt(person.session, () =>
    // The whole row of a view: it may call for a column what the reader may not call.
    person.session.query<{ key: string }>(
      `select ${keyOf(name)} as key${isView ? ', x::text as row' : ''} from public.${name} x`,
    ),
  );
  if (refusal) return [`select ${name}: ${refusal.message}`];
  const wanted = await expected.rows(company, person, name, 'select');
  return compare(`select ${name}`, new Set(value.map((row) => row.key)), wanted);
}

function compare(what: string, actual: Set<string>, wanted: Set<string>): string[] {
  const surplus = [...actual].filter((key) => !wanted.has(key)).length;
  const missing = [...wanted].filter((key) => !actual.has(key)).length;
  if (surplus + missing === 0) return [];
  return [`${what}: ${surplus} rows too many, ${missing} of ${wanted.size} missing`];
}

async function writeDifferences(
  company: Company,
  person: Person,
  { name, column }: Relation,
  command: 'update' | 'delete',
): Promise<string[]> {
  const statement =
    command === 'update'
      ? `update public.${name} x set ${column} = x.${column}`
      : `delete from public.${name} x`;
  // Without `returning` and `where` the right to read is not asked for: the write policy stands alone.
  const blind = await attempt(
    person.session,
    async () => (await person.session.client.query(statement)).rowCount ?? 0,
  );
  const what = `${command} ${name}`;
  if (!expected.isPublished(name, command)) return mustBeDenied(what, blind.refusal);
  const returning = await attempt(person.session, () =>
    person.session.query<{ key: string }>(`${statement} returning ${keyOf(name)} as key`),
  );
  const wanted = await expected.rows(company, person, name, command);
  if (returning.refusal) return [`${what}: ${returning.refusal.message}`];
  if (blind.refusal) return [`${what} without reading: ${blind.refusal.message}`];
  return [
    ...compare(what, new Set(returning.value.map((row) => row.key)), wanted),
    ...(blind.value === wanted.size
      ? []
      : [`${what} without reading: ${blind.value} rows instead of ${wanted.size}`]),
  ];
}

function mustBeDenied(what: string, refusal: Refusal | null): string[] {
  if (refusal?.code === '42501') return [];
  return [`${what}: ${refusal === null ? 'allowed' : `${refusal.code} ${refusal.message}`}`];
}

async function insertDifferences(company: Company, person: Person, name: string) {
  const foreign = [...companies.values()].find((other) => other.slug !== company.slug) as Company;
  const put = (values: Record<string, unknown>) =>
    attempt(person.session, () => insertRow(person.session, name, values));
  const told: string[] = [];

  if (!expected.isPublished(name, 'insert')) {
    const column = keyOf(name).match(/x\.([a-z_]+)/)?.[1] ?? 'id';
    return mustBeDenied(`insert ${name}`, (await put({ [column]: null })).refusal);
  }

  const sample = samples.get(company.slug)?.[name];
  const foreignSample = samples.get(foreign.slug)?.[name];
  if (sample === undefined || foreignSample === undefined) return [`insert ${name}: no sample row`];
  // The company is never the client's to say, whichever he names.
  for (const tenant of [company, foreign]) {
    const named = await put({ ...sample.values, tenant_id: tenant.tenantId });
    told.push(...mustBeDenied(`insert ${name} naming ${tenant.slug}`, named.refusal));
  }
  const { refusal } = await put(sample.values);
  if (person.membershipId === null && OF_MEMBERS.includes(name)) {
    if (refusal === null) told.push(`insert ${name}: accepted of nobody's`);
  } else if (await expected.mayInsert(company, person, name, sample.customer)) {
    if (refusal) told.push(`insert ${name}: ${refusal.code} ${refusal.message}`);
  } else {
    told.push(...mustBeDenied(`insert ${name}`, refusal));
  }

  // A reference to a row of another company is refused in the very words of one to no row at all.
  for (const reference of sample.references) {
    const outcomes = [];
    for (const id of [foreignSample.values[reference] as string, randomUUID()]) {
      const answer = await put({ ...sample.values, [reference]: id });
      outcomes.push(answer.refusal && JSON.stringify(answer.refusal).replaceAll(id, '<id>'));
    }
    if (outcomes[0] === null) told.push(`insert ${name}: ${reference} of another company accepted`);
    if (outcomes[0] !== outcomes[1]) {
      told.push(`insert ${name}: ${reference} ${outcomes[0]} but ${outcomes[1]}`);
    }
  }
  return told;
}

test('every table holds rows of both companies, so that there is something to see', async () => {
  const empty = [];
  for (const company of companies.values()) {
    const owner = company.people.get('owner') as Person;
    for (const { name } of relations) {
      const rows = await expected.rows(company, owner, name, 'select');
      if (rows.size === 0) empty.push(`${name} of ${company.slug}`);
    }
  }
  expect(empty).toEqual([]);
});

test('limited people have rows inside and outside of their limit', async () => {
  const company = companyOf('acme');
  const owner = company.people.get('owner') as Person;
  const lopsided = [];
  for (const [name, tables] of [
    ['driver', ['orders', 'customers', 'trips', 'variances']],
    ['depot', ['inventory', 'inventory_transactions']],
    ['coast', ['customers', 'customer_addresses']],
  ] as const) {
    for (const table of tables) {
      const all = await expected.rows(company, owner, table, 'select');
      const own = await expected.rows(company, company.people.get(name) as Person, table, 'select');
      if (own.size === 0 || own.size === all.size)
        lopsided.push(`${name} ${table}: ${own.size} of ${all.size}`);
    }
  }
  expect(lopsided).toEqual([]);
});

test('the published matrix names every table, role and right there is', async () => {
  expect([...published.access.keys()].sort()).toEqual(relations.map((item) => item.name).sort());
  expect([...published.rights.keys()]).toEqual(
    (await admin.query(`select unnest(enum_range(null::public.member_role))::text as role`)).map(
      (row) => row.role,
    ),
  );
});

test('a session that could see past the policies is refused by this test', async () => {
  await expect(assertBoundByPolicies(admin)).rejects.toThrow('does not bind');
});

// Seen from the other side a part of the cast is enough: policies know no company by name.
for (const [slug, cast] of [
  ['acme', CAST],
  ['globex', ['admin', 'sales', 'driver', 'customer', 'coast']],
] as const) {
  test.each(cast)(
    `${slug}: %s reads and writes what is published and nothing else`,
    async (name) => {
      const company = companyOf(slug);
      const person = company.people.get(name);
      expect(person).toBeDefined();
      expect(await differences(company, person as Person)).toEqual([]);
    },
  );
}

test.each(['super', 'nobody'])(
  '%s reads and writes what is published and nothing else',
  async (name) => {
    expect(await differences(companyOf('acme'), outsiders.get(name) as Person)).toEqual([]);
  },
);

test('a visitor without a token is refused everywhere', async () => {
  const visitor = await database.asAnonymous();
  await assertBoundByPolicies(visitor);
  await visitor.query('begin');
  const open = [];
  for (const { name, isView, column } of relations) {
    const statements = isView
      ? [`select 1 from public.${name}`]
      : [
          `select 1 from public.${name}`,
          `insert into public.${name} (${column}) values (null)`,
          `update public.${name} set ${column} = ${column}`,
          `delete from public.${name}`,
        ];
    for (const statement of statements) {
      const { refusal } = await attempt(visitor, () => visitor.query(statement));
      open.push(...mustBeDenied(statement, refusal));
    }
  }
  await visitor.query('rollback');
  expect(open).toEqual([]);
});

test('with every grant given away the policies alone still keep the companies apart', async () => {
  const generous = await cloneDatabase('isolation_grants');
  try {
    const owner = await generous.asAdmin();
    for (const slug of SLUGS) await workOneDay(generous, await openCompany(generous, slug));
    await owner.query('grant all on all tables in schema public to authenticated');
    const company = companyOf('acme');
    const stranger = await generous.asUser('owner@acme.test');
    await assertBoundByPolicies(stranger);
    await stranger.query('begin');
    const reached = [];
    for (const { name, isView } of relations) {
      const hasTenant = await owner.query(
        `select from information_schema.columns where table_schema = 'public' and table_name = $1 and column_name = 'tenant_id'`,
        [name],
      );
      if (hasTenant.length === 0) continue;
      const where = `where tenant_id <> '${company.tenantId}'`;
      const statements = [`select 1 from public.${name} ${where}`];
      if (!isView) {
        statements.push(`update public.${name} set tenant_id = tenant_id ${where} returning 1`);
        statements.push(`delete from public.${name} ${where} returning 1`);
        statements.push(
          `update public.${name} set tenant_id = (select id from public.tenants t where t.slug = 'globex') where false`,
        );
      }
      for (const statement of statements) {
        const { value } = await attempt(stranger, () => stranger.query(statement));
        if (value && value.length > 0) reached.push(statement);
      }
    }
    await stranger.query('rollback');
    expect(reached).toEqual([]);
  } finally {
    await generous.drop();
  }
});
