import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../supabase/stack/database.ts';
import { cloneDatabase, type TestDatabase } from './database.ts';

/** A file may try every command of every document as everybody. */
const TIMEOUT_MS = 240_000;

/** What the files share: playing a person, and bringing a document to the state in which a file begins. */
const SUPPORT = join(import.meta.dirname, '..', 'database', 'support.sql');

/**
 * A test for every pgTAP file of a folder. Each rolls back what it did, so they share one database and take
 * turns in it; folders have databases of their own and are worked through side by side.
 */
export async function testPgTapFiles(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.test.sql')).sort();
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase('behaviour');
    const admin = await database.asAdmin();
    await admin.client.query(await readFile(SUPPORT, 'utf8'));
  });
  afterAll(() => database.drop());
  for (const file of files) {
    const sentence = file.replace(/\.test\.sql$/, '').replaceAll('_', ' ');
    test(sentence, { timeout: TIMEOUT_MS }, async () => {
      const text = await readFile(join(folder, file), 'utf8');
      expect(text.startsWith('begin;') && text.trimEnd().endsWith('rollback;')).toBe(true);
      const result = await runPgTap(database, join(folder, file));
      expect(result.failures, result.failures.join('\n')).toEqual([]);
      expect(result.passed.length).toBeGreaterThan(0);
    });
  }
}

interface TapResult {
  passed: string[];
  /** What went wrong, with pgTAP's explanation; empty when every planned assertion held. */
  failures: string[];
}

/** Runs a pgTAP file as the superuser and reads what its statements printed. */
async function runPgTap(database: TestDatabase, file: string): Promise<TapResult> {
  const client = await connect(database.url);
  const lines: string[] = [];
  const failures: string[] = [];
  try {
    await client.query('set search_path = public, extensions');
    const results = await client.query<unknown[]>({
      text: await readFile(file, 'utf8'),
      rowMode: 'array',
    });
    for (const result of Array.isArray(results) ? results : [results]) {
      for (const row of result.rows as unknown[][]) {
        if (typeof row[0] === 'string') lines.push(...row[0].split('\n'));
      }
    }
  } catch (error) {
    failures.push(error instanceof Error ? describe(error) : String(error));
  } finally {
    await client.end();
  }
  return judge(lines, failures);
}

function describe(error: Error): string {
  const parts = ['detail', 'hint', 'where'].map((key) =>
    key in error ? (error as unknown as Record<string, unknown>)[key] : undefined,
  );
  return [error.message, ...parts.filter((part) => typeof part === 'string')].join(' | ');
}

function judge(lines: string[], failures: string[]): TapResult {
  const passed: string[] = [];
  let planned: number | null = null;
  let isFailing = false;
  for (const line of lines) {
    const plan = /^1\.\.(\d+)/.exec(line)?.[1];
    if (plan !== undefined) planned = Number(plan);
    if (/^ok \d+/.test(line)) passed.push(line.replace(/^ok \d+( - )?/, ''));
    if (/^not ok \d+/.test(line)) failures.push(line);
    else if (isFailing && line.startsWith('#')) failures.push(`${failures.pop()}\n${line}`);
    isFailing = /^not ok|^#/.test(line);
  }
  const ran = passed.length + failures.length;
  if (planned === null && failures.length === 0) failures.push('The file has no plan.');
  else if (planned !== null && planned !== ran && failures.length === 0) {
    failures.push(`Planned ${planned} assertions, ran ${ran}.`);
  }
  return { passed, failures };
}
