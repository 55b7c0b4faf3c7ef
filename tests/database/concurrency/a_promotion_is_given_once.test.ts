import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
const made = (expression: string) => races.made(expression);
const number = (expression: string) => races.number(expression);

beforeAll(async () => {
  database = await cloneDatabase('promotions');
  races = await Races.open(database);
  const admin = await database.asAdmin();
  await admin.query(
    `insert into products (tenant_id, sku, name, base_price, tax_rate) values (tests.tenant('acme'), 'PEN', 'Pen', 100, 0)`,
  );
});

afterAll(() => database.drop());

/** A tenth off every pen, as far as the limits go; no other promotion runs. */
async function offer(name: string, limits: Record<string, number>): Promise<string> {
  const admin = await database.asAdmin();
  await admin.query(`update promotions set is_active = false`);
  const columns = Object.keys(limits);
  const { id } = await admin.one<{ id: string }>(
    `insert into promotions (tenant_id, name, kind, percent, covers_all, ${columns.join(', ')})
     values (tests.tenant('acme'), $1, 'line_percent', 10, true, ${Object.values(limits).join(', ')}) returning id`,
    [name],
  );
  return id;
}

const given = (promotion: string) =>
  number(`(select sum(amount) from order_discounts where promotion_id = '${promotion}')`);

test('eight orders of a hundred off meet a budget of two hundred and fifty, and it is given to the cent', async () => {
  const promotion = await offer('Two hundred and fifty', { budget_amount: 250 });
  const entered = await races.at(
    'promotions',
    promotion,
    times(8, [
      'sales',
      'create_order',
      {
        customer_id: await made(`tests.customer('Kilimani Mini Mart')`),
        warehouse_id: await made('tests.depot()'),
        lines: [{ product_id: await made(`tests.product('PEN')`), quantity: 10 }],
        submit: true,
      },
    ]),
  );
  expect(entered).toEqual({ ok: 8 });
  expect(await given(promotion)).toBe(250);
  expect(
    await number(
      `(select sum(discount_amount) from order_items where product_id = tests.product('PEN'))`,
    ),
  ).toBe(250);
});

test('drafts of one customer that are submitted at once use his one time once', async () => {
  const promotion = await offer('Once each', { customer_uses: 1 });
  const drafts: string[] = [];
  for (let n = 0; n < 4; n += 1)
    drafts.push(await made(`tests.draft('Westlands Wholesalers', 'PEN', 10)`));
  const submitted = await races.at(
    'promotions',
    promotion,
    drafts.map((order_id) => ['sales', 'submit_order', { order_id }]),
  );
  expect(submitted).toEqual({ ok: 4 });
  expect(await given(promotion)).toBe(100);
});

test('orders that grow at once take no more than is left', async () => {
  const promotion = await offer('A hundred and fifty', { budget_amount: 150 });
  const orders: string[] = [];
  for (let n = 0; n < 4; n += 1)
    orders.push(await made(`tests.pending('Westlands Wholesalers', 'PEN', 2)`));
  expect(await given(promotion)).toBe(80);
  const product_id = await made(`tests.product('PEN')`);
  const amended = await races.at(
    'customers',
    await made(`tests.customer('Westlands Wholesalers')`),
    orders.map((order_id) => [
      'sales',
      'amend_order',
      { order_id, lines: [{ product_id, quantity: 10 }] },
    ]),
  );
  expect(amended).toEqual({ ok: 4 });
  expect(await given(promotion)).toBe(150);
});
