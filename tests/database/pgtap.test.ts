import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';
import { runPgTap } from '../harness/pgtap.ts';

const files = (await readdir(import.meta.dirname, { recursive: true }))
  .filter((name) => name.endsWith('.test.sql'))
  .sort();

// Every file rolls back what it did, so they share one database and take turns in it.
let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase('behaviour');
  const admin = await database.asAdmin();
  await admin.client.query(await readFile(join(import.meta.dirname, 'support.sql'), 'utf8'));
});

afterAll(() => database.drop());

for (const file of files) {
  const sentence = file.replace(/\.test\.sql$/, '').replaceAll('_', ' ');
  test(sentence, async () => {
    const text = await readFile(join(import.meta.dirname, file), 'utf8');
    expect(text.startsWith('begin;') && text.trimEnd().endsWith('rollback;')).toBe(true);
    const result = await runPgTap(database, join(import.meta.dirname, file));
    expect(result.failures, result.failures.join('\n')).toEqual([]);
    expect(result.passed.length).toBeGreaterThan(0);
  });
}
