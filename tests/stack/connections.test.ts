import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Connections } from '../../supabase/stack/rest/connections.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase('connections');
});

afterAll(() => database.drop());

test('connections that a rush has opened are closed again, and opened when they are needed', async () => {
  const connections = new Connections(database.urlFor('authenticator'), 4, 50);
  const admin = await database.asAdmin();
  const open = async () => {
    const text = `select count(*)::int from pg_stat_activity where datname = current_database() and usename = 'authenticator'`;
    return (await admin.one<{ count: number }>(text)).count;
  };
  const rush = () =>
    Promise.all(
      [1, 2, 3].map(() => connections.use((client) => client.query('select pg_sleep(0.2)'))),
    );
  await rush();
  while ((await open()) > 0) await sleep(20);
  expect(await rush()).toHaveLength(3);
  await connections.close();
});
