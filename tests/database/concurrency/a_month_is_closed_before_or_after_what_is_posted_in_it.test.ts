import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

let database: TestDatabase;
let admin: Session;
let month: string;

beforeAll(async () => {
  database = await cloneDatabase('months');
  admin = await database.asAdmin();
  await admin.query(await readFile(join(import.meta.dirname, '..', 'support.sql'), 'utf8'));
  ({ month } = await admin.one<{ month: string }>(
    `select (date_trunc('month', (now() - interval '2 hours') at time zone 'Africa/Nairobi') - interval '1 month')::date::text as month`,
  ));
});

afterAll(() => database.drop());

const answerOf = (running: Promise<unknown>) =>
  running.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

/** What the second answers, who has to wait until the first has committed. */
async function after(
  [first, one]: [Session, string],
  [second, other]: [Session, string],
): Promise<string> {
  await first.query('begin');
  await first.query(one);
  let answered = false;
  const running = answerOf(second.query(other)).finally(() => (answered = true));
  while (!answered) {
    const { waiting } = await admin.one<{ waiting: boolean }>(
      `select exists (select from pg_locks where locktype = 'advisory' and not granted) as waiting`,
    );
    if (waiting) break;
  }
  await first.query('commit');
  return running;
}

const pay = () =>
  `select record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 10, null, '${month} 12:00')`;
const close = () => `select close_month('${month}')`;

test('whoever posts first has the month stay open, whoever closes first has nothing posted', async () => {
  const sales = await database.asUser('sales@acme.test');
  const finance = await database.asUser('finance@acme.test');
  expect(await after([sales, pay()], [finance, close()])).toBe('month_has_open_documents');
  const { id } = await admin.one<{ id: string }>('select id from payments where amount = 10');
  await finance.query(`select reject_payment('${id}', 'typed twice')`);
  expect(await after([finance, close()], [sales, pay()])).toBe('month_is_closed');
});

test('a month is closed once, by one of two', async () => {
  const finance = await database.asUser('finance@acme.test');
  const owner = await database.asUser('owner@acme.test');
  await finance.query(`select reopen_month('${month}', 'again')`);
  expect(await after([finance, close()], [owner, close()])).toBe('month_already_closed');
  expect(await admin.query(`select is_closed, version from months`)).toEqual([
    { is_closed: true, version: 3 },
  ]);
});
