import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const database = join(import.meta.dirname, '..', 'database');

test('every folder with pgTAP files runs them', async () => {
  const files = (await readdir(database, { recursive: true })).sort();
  const folders = new Set(files.filter((name) => name.endsWith('.test.sql')).map(dirname));
  expect(folders.size).toBeGreaterThan(8);
  expect([...folders].filter((folder) => !files.includes(join(folder, 'pgtap.test.ts')))).toEqual(
    [],
  );
});
