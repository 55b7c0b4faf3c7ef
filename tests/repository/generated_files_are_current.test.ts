import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compilePolicies } from '../../policies/compile.ts';
import { GENERATED_FILES, render } from '../../scripts/generate/artefacts.ts';
import { readCatalogue, type Catalogue } from '../../scripts/generate/catalogue.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

const ROOT = join(import.meta.dirname, '..', '..');

let database: TestDatabase;
let catalogue: Catalogue;

beforeAll(async () => {
  database = await cloneDatabase('generated');
  catalogue = await readCatalogue((await database.asAdmin()).client);
});

afterAll(() => database.drop());

test.each(GENERATED_FILES)('%s is what npm run generate writes', async (path) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(await render(path, catalogue));
});

test('the last migration is the policies compiled', () => {
  expect(readFileSync(join(ROOT, 'supabase/migrations/20261120009900_policies.sql'), 'utf8')).toBe(
    compilePolicies(),
  );
});

interface Contract {
  version: number;
  schemas: Record<string, { rpcs: Record<string, unknown>; tables: Record<string, unknown> }>;
  machines: Record<
    string,
    { table: string; transitions: { rpc: string; permission: string; event: string }[] }
  >;
  roles: Record<string, string[]>;
  events: string[];
  queues: string[];
}

test('whatever the contract names is in the contract', () => {
  const contract = JSON.parse(readFileSync(join(ROOT, 'contract.json'), 'utf8')) as Contract;
  const publicSchema = contract.schemas.public;
  const unknown = [];
  for (const [machine, { table, transitions }] of Object.entries(contract.machines)) {
    if (!(table in (publicSchema?.tables ?? {}))) unknown.push(`${machine}: table ${table}`);
    for (const { rpc, permission, event } of transitions) {
      if (!(rpc in (publicSchema?.rpcs ?? {}))) unknown.push(`${machine}: rpc ${rpc}`);
      if (!contract.roles.owner?.includes(permission)) unknown.push(`${machine}: ${permission}`);
      if (!contract.events.includes(event)) unknown.push(`${machine}: event ${event}`);
    }
  }
  expect(unknown).toEqual([]);
  expect(contract.version).toBe(1);
});
