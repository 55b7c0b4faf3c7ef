import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races } from './race.ts';

let database: TestDatabase;
let races: Races;

beforeAll(async () => {
  database = await cloneDatabase('money_or_cancelled');
  races = await Races.open(database);
});

afterAll(() => database.drop());

const CANCEL = (order: string) => ({ order_id: order, reason: 'not needed' });

async function payment(order: string) {
  const customer_id = await races.made(`tests.customer('Westlands Wholesalers')`);
  return { customer_id, method: 'cash', amount: 100, order_id: order };
}

test('whoever cancels while money is taken is told of it', async () => {
  const order = await races.made(`tests.approved('Westlands Wholesalers', 'COL-300', 3)`);
  const seller = await database.asUser('sales@acme.test');
  const manager = await database.asUser('manager@acme.test');
  await seller.query('begin');
  await seller.rpc('record_payment', await payment(order));
  const answer = manager.rpc('cancel_order', CANCEL(order)).then(
    () => 'cancelled',
    (error: Error) => error.message,
  );
  await Promise.race([races.untilWaiting(manager), answer]);
  await seller.query('commit');
  expect(await answer).toBe('order_has_documents');
});

test('whoever takes money while it is cancelled is told of it', async () => {
  const order = await races.made(`tests.approved('Westlands Wholesalers', 'COL-300', 4)`);
  const seller = await database.asUser('sales@acme.test');
  const manager = await database.asUser('manager@acme.test');
  await manager.query('begin');
  await manager.rpc('cancel_order', CANCEL(order));
  const answer = seller.rpc('record_payment', await payment(order)).then(
    () => 'paid',
    (error: Error) => error.message,
  );
  await Promise.race([races.untilWaiting(seller), answer]);
  await manager.query('commit');
  expect(await answer).toBe('order_takes_no_payment');
});
