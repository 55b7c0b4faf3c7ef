import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { type Attempt, Races, times } from './race.ts';

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

test('an adjustment is reversed once', async () => {
  const [here] = await stocks();
  const adjustment_id = await made(
    `(select id from tests.sign_in('warehouse@acme.test'), public.create_adjustment(tests.depot(), tests.reason('Found'), tests.lines('COL-300', 7)))`,
  );
  for (const [person, step] of [
    ['warehouse', 'submit'],
    ['manager', 'approve'],
    ['warehouse', 'apply'],
  ]) {
    await made(
      `(select id from tests.sign_in('${person}@acme.test'), public.${step}_adjustment('${adjustment_id}'))`,
    );
  }
  const answers = await races.at(
    'manual_adjustments',
    adjustment_id,
    times(6, ['manager', 'reverse_adjustment', { adjustment_id, reason: 'Not ours' }]),
  );
  expect(answers).toEqual({ ok: 1, adjustment_transition_illegal: 5 });
  expect((await stocks())[0]).toBe(here);
  expect(await number(BOOKS_DISAGREE)).toBe(0);
});

test('the same empties are filled by one of two, and a refill is completed once', async () => {
  await database.asAdmin().then((admin) =>
    admin.query(
      `insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
       values (tests.tenant('acme'), tests.depot(), tests.product('EMP-CRATE24'), 5, 'opening', 'warehouse', tests.depot())`,
    ),
  );
  const refill = () =>
    made(
      `(select s.id from tests.sign_in('warehouse@acme.test'), public.create_refill(tests.depot(), tests.product('COL-300'), 4) d, public.start_refill(d.id) s)`,
    );
  const [one, other] = [await refill(), await refill()];
  const balance = await made(
    `(select id from inventory where warehouse_id = tests.depot() and product_id = tests.product('EMP-CRATE24') and condition = 'good')`,
  );
  // Five empties are there: whoever comes second finds one.
  const answers = await races.at('inventory', balance, [
    ['warehouse', 'complete_refill', { refill_id: one }],
    ['manager', 'complete_refill', { refill_id: other }],
  ]);
  expect(answers).toEqual({ ok: 1, stock_short: 1 });
  const done = await made(`(select id from refills where status = 'completed')`);
  const again = await races.at(
    'refills',
    done,
    times(4, ['manager', 'reverse_refill', { refill_id: done, reason: 'They leak' }]),
  );
  expect(again).toEqual({ ok: 1, refill_transition_illegal: 3 });
  expect(await number(BOOKS_DISAGREE)).toBe(0);
});

test('the same parts become kits for one of two, and a kitting is completed once', async () => {
  const admin = await database.asAdmin();
  await admin.query(
    `insert into products (tenant_id, sku, name, base_price, composition)
     values (tests.tenant('acme'), 'PEN', 'Pen', 1, 'single'), (tests.tenant('acme'), 'KIT', 'Kit', 1, 'kit')`,
  );
  await admin.query(
    `insert into product_components (tenant_id, product_id, component_id, quantity)
     values (tests.tenant('acme'), tests.product('KIT'), tests.product('PEN'), 1)`,
  );
  await admin.query(
    `insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
     values (tests.tenant('acme'), tests.depot(), tests.product('PEN'), 5, 'opening', 'warehouse', tests.depot())`,
  );
  const kitting = () =>
    made(
      `(select d.id from tests.sign_in('warehouse@acme.test'), public.create_kitting(tests.depot(), tests.product('KIT'), 4) d)`,
    );
  const [one, other] = [await kitting(), await kitting()];
  const balance = await made(
    `(select id from inventory where warehouse_id = tests.depot() and product_id = tests.product('PEN') and condition = 'good')`,
  );
  // Five parts are there: whoever comes second finds one.
  const answers = await races.at('inventory', balance, [
    ['warehouse', 'complete_kitting', { kitting_id: one }],
    ['manager', 'complete_kitting', { kitting_id: other }],
  ]);
  expect(answers).toEqual({ ok: 1, stock_short: 1 });
  const done = await made(`(select id from kittings where status = 'completed')`);
  const again = await races.at(
    'kittings',
    done,
    times(4, ['manager', 'reverse_kitting', { kitting_id: done, reason: 'Wrong parts' }]),
  );
  expect(again).toEqual({ ok: 1, kitting_transition_illegal: 3 });
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

test('who counts at once loses nothing, and a count is finished and posted once', async () => {
  const stock_count_id = await made(`tests.begun(tests.count_of(null))`);
  const found = async (sku: string, counted: number) => ({
    stock_count_id,
    items: JSON.parse(await made(`jsonb_build_array(tests.found('${sku}', ${counted}))`)),
  });
  const at = (attempts: Parameters<Races['at']>[2]) =>
    races.at('stock_counts', stock_count_id, attempts);
  const skus = ['COL-300', 'WAT-1500', 'SOD-2000', 'JUI-1000'];
  const figures = await Promise.all(skus.map((sku, index) => found(sku, 100 + index)));
  expect(
    await at(figures.map((figure) => ['warehouse', 'record_stock_count', figure] as Attempt)),
  ).toEqual({ ok: 4 });
  expect(
    await made(
      `(select array_agg(counted order by counted) from stock_count_items where stock_count_id = '${stock_count_id}' and counted is not null)`,
    ),
  ).toBe('{100.000,101.000,102.000,103.000}');
  const finish: Attempt = [
    'warehouse',
    'finish_stock_count',
    { stock_count_id, leave_uncounted: true },
  ];
  const late: Attempt = ['warehouse', 'record_stock_count', await found('COL-300', 1)];
  const once = { ok: 1, stock_count_transition_illegal: 5 };
  // Whoever writes after the count is finished is told so; before it, his figure is in.
  const finished = await at([finish, ...times(5, late)]);
  expect(
    await number(
      `(select count(*) from stock_counts where id = '${stock_count_id}' and status = 'counted')`,
    ),
  ).toBe(1);
  expect((finished['ok'] ?? 0) + (finished['stock_count_transition_illegal'] ?? 0)).toBe(6);
  expect(await at(times(6, ['manager', 'approve_stock_count', { stock_count_id }]))).toEqual(once);
  expect(await at(times(6, ['manager', 'post_stock_count', { stock_count_id }]))).toEqual(once);
  expect(await number(`tests.stock('WAT-1500')`)).toBe(101);
  expect(await number(BOOKS_DISAGREE)).toBe(0);
});

test('a place has one open count, however many begin one at once', async () => {
  const depot = await made(`tests.depot()`);
  const counter = await made(`tests.account('warehouse@acme.test')`);
  const answers = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const session = await database.asUser('warehouse@acme.test');
      return session
        .rpc('create_stock_count', { warehouse_id: depot, counter_ids: [counter] })
        .then(
          () => 'ok',
          (error: unknown) => (error as Error).message,
        );
    }),
  );
  expect(answers.sort()).toEqual(['ok', ...Array<string>(5).fill('stock_count_open')]);
});

test('a movement that comes while a count is posted is on one side of it', async () => {
  const earlier = await made(`(select id from stock_counts where status = 'draft')`);
  await made(
    `(select count(*) from tests.sign_in('manager@acme.test'), public.cancel_stock_count('${earlier}', 'Not needed'))`,
  );
  const stock_count_id = await made(
    `tests.counted(tests.begun(tests.count_of('JUI-1000')), 'JUI-1000', 80)`,
  );
  await made(
    `(select count(*) from tests.sign_in('manager@acme.test'), public.approve_stock_count('${stock_count_id}'))`,
  );
  const transfer_id = await made(
    `(select id from tests.sign_in('warehouse@acme.test'), public.create_transfer(tests.depot(), tests.depot('KLF'), tests.lines('JUI-1000', 10)))`,
  );
  const balance = await made(
    `(select id from inventory where warehouse_id = tests.depot() and product_id = tests.product('JUI-1000') and condition = 'good')`,
  );
  expect(
    await races.at('inventory', balance, [
      ['warehouse', 'dispatch_transfer', { transfer_id }],
      ['manager', 'post_stock_count', { stock_count_id }],
    ]),
  ).toEqual({ ok: 2 });
  expect(await number(`tests.stock('JUI-1000')`)).toBe(70);
  expect(await number(BOOKS_DISAGREE)).toBe(0);
});

async function stocks(): Promise<[number, number, number]> {
  return [
    await number(`tests.stock('COL-300')`),
    await number(`tests.stock('COL-300', tests.depot('KLF'))`),
    await number(`tests.stock('COL-300', tests.transit())`),
  ];
}
