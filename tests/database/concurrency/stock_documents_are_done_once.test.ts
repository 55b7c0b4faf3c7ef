import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
let lines: unknown;
const made = (expression: string) => races.made(expression);
const number = (expression: string) => races.number(expression);

/** Kept figures that are not what the ledgers say. */
const BOOKS_DISAGREE = `(select count(*) from private.rebuild_balances_of(tests.tenant('acme')))`;

beforeAll(async () => {
  database = await cloneDatabase('stock_documents');
  races = await Races.open(database);
  lines = JSON.parse(await made(`tests.lines('COL-300', 4)`));
});

afterAll(() => database.drop());

test('a transfer leaves once and comes once', async () => {
  const transfer_id = await made(
    `(select id from tests.sign_in('warehouse@acme.test'), public.create_transfer(tests.depot(), tests.depot('KLF'), tests.lines('COL-300', 10)))`,
  );
  const at = (attempts: Parameters<Races['at']>[2]) => races.at('transfers', transfer_id, attempts);
  const [here, there] = await stocks();
  expect(await at(times(6, ['warehouse', 'dispatch_transfer', { transfer_id }]))).toEqual({
    ok: 1,
    transfer_transition_illegal: 5,
  });
  // Three parts of four would be more than was sent, whoever comes first.
  expect(
    await at(times(3, ['manager', 'receive_part_transfer', { transfer_id, items: lines }])),
  ).toEqual({ ok: 2, transfer_exceeds_sent: 1 });
  const rest = JSON.parse(await made(`tests.lines('COL-300', 2)`));
  expect(await at(times(6, ['manager', 'receive_transfer', { transfer_id, items: rest }]))).toEqual(
    { ok: 1, transfer_transition_illegal: 5 },
  );
  expect(await stocks()).toEqual([here - 10, there + 10, 0]);
  expect(await number(BOOKS_DISAGREE)).toBe(0);
});

test('a transfer that is called back while it is received is one of the two', async () => {
  const transfer_id = await made(`tests.sent('COL-300', 4)`);
  const [here, there] = await stocks();
  const answers = await races.at('transfers', transfer_id, [
    ['warehouse', 'cancel_transfer', { transfer_id, reason: 'Called back' }],
    ['manager', 'receive_transfer', { transfer_id, items: lines }],
  ]);
  expect(answers).toEqual({ ok: 1, transfer_transition_illegal: 1 });
  const [nowHere, nowThere, onTheWay] = await stocks();
  expect(nowHere - here + nowThere - there).toBe(4);
  expect(onTheWay).toBe(0);
});

async function stocks(): Promise<[number, number, number]> {
  return [
    await number(`tests.stock('COL-300')`),
    await number(`tests.stock('COL-300', tests.depot('KLF'))`),
    await number(`tests.stock('COL-300', tests.transit())`),
  ];
}
