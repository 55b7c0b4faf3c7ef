import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
const made = (expression: string) => races.made(expression);
const number = (expression: string) => races.number(expression);

beforeAll(async () => {
  database = await cloneDatabase('returns');
  races = await Races.open(database);
});

afterAll(() => database.drop());

const CUSTOMER = `tests.customer('Kilimani Mini Mart')`;
const DIFFERENCES = `(select count(*) from private.rebuild_balances_of(tests.tenant('acme')))`;

test('eight ask at once for four crates of ten, and two of them are heard', async () => {
  const invoice_id = await made(`tests.invoiced('Kilimani Mini Mart', 'COL-300', 10)`);
  const order_item_id = await made(
    `(select order_item_id from invoice_items where invoice_id = '${invoice_id}' and not is_deposit)`,
  );
  const customer_id = await made(CUSTOMER);
  const asked = await races.at(
    'order_items',
    order_item_id,
    times(8, [
      'sales',
      'request_return',
      { customer_id, reason: 'unsold', items: [{ order_item_id, quantity: 4 }] },
    ]),
    'update',
  );
  expect(asked).toEqual({ ok: 2, return_exceeds: 6 });

  const [return_id = ''] = (
    await made(`(select string_agg(id::text, ' ' order by number) from returns)`)
  ).split(' ');
  await made(
    `(select count(*) from tests.sign_in('manager@acme.test'), approve_return('${return_id}'))`,
  );
  const return_item_id = await made(
    `(select id from return_items where return_id = '${return_id}')`,
  );
  const received = await races.at(
    'returns',
    return_id,
    times(6, [
      'warehouse',
      'receive_return',
      { return_id, items: [{ return_item_id, good: 4, suspect: 0, defective: 0 }] },
    ]),
  );
  expect(received).toEqual({ ok: 1, return_transition_illegal: 5 });
  expect(
    await number(`(select sum(quantity) from inventory_transactions where kind = 'return')`),
  ).toBe(4);

  const credit_note_id = await made(
    `(select id from credit_notes where return_id = '${return_id}')`,
  );
  const issued = await races.at(
    'credit_notes',
    credit_note_id,
    times(6, ['finance', 'issue_credit_note', { credit_note_id }]),
  );
  expect(issued).toEqual({ ok: 1, credit_note_transition_illegal: 5 });
  expect(await number(`(select count(*) from payments where method = 'credit_note')`)).toBe(1);

  const invoice_item_id = await made(
    `(select id from invoice_items where invoice_id = '${invoice_id}' and not is_deposit)`,
  );
  const credited = await races.at(
    'invoices',
    invoice_id,
    times(6, [
      'finance',
      'credit_invoice',
      { invoice_id, reason: 'Wrong price', items: [{ invoice_item_id, quantity: 3 }] },
    ]),
  );
  expect(credited).toEqual({ ok: 2, credit_exceeds: 4 });
  expect(await number(DIFFERENCES)).toBe(0);
});
