/**
 * A full count of a depot with thousands of products, from its draft to the corrected stock:
 * `npm run bench:counts [-- --products 5000]`. A tenth of the lines differ.
 */
import { parseArgs } from 'node:util';
import { cloneDatabase } from '../harness/database.ts';

const { values: options } = parseArgs({
  options: { products: { type: 'string', default: '5000' } },
});
const products = Number(options.products);
/** Lines that one call takes. */
const MOST = 1000;

const database = await cloneDatabase('counts');
try {
  const admin = await database.asAdmin();
  const { depot } = await admin.one<{ depot: string }>(
    `with place as (
       insert into warehouses (tenant_id, code, name) select id, 'COUNTED', 'Counted' from tenants where slug = 'acme' returning *
     ), goods as (
       insert into products (tenant_id, sku, name, base_price)
       select p.tenant_id, 'C' || n, 'Counted ' || n, 10 from place p, generate_series(1, $1::integer) n returning *
     ), moved as (
       insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id, occurred_at)
       select g.tenant_id, p.id, g.id, 20, 'opening', 'warehouse', p.id, now() - n * interval '1 hour'
       from place p, goods g, generate_series(1, 10) n
     )
     select id as depot from place`,
    [products],
  );
  await admin.query('vacuum analyze');
  const { counter } = await admin.one<{ counter: string }>(
    `select id as counter from users where email = 'warehouse@acme.test'`,
  );
  const clerk = await database.asUser('warehouse@acme.test');
  const manager = await database.asUser('manager@acme.test');

  async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    const answer = await work();
    console.log(`${name.padEnd(24)} ${(performance.now() - begin).toFixed(0).padStart(6)} ms`);
    return answer;
  }

  const { id: stock_count_id } = await step('draft', () =>
    clerk.rpc<{ id: string }>('create_stock_count', {
      warehouse_id: depot,
      counter_ids: [counter],
    }),
  );
  await step('start', () => clerk.rpc('start_stock_count', { stock_count_id }));
  const lines = await step('read the lines', () =>
    clerk.query<{ product_id: string }>(
      `select product_id from stock_count_items where stock_count_id = $1 order by id`,
      [stock_count_id],
    ),
  );
  await step('record', async () => {
    for (let from = 0; from < lines.length; from += MOST) {
      const items = lines
        .slice(from, from + MOST)
        .map(({ product_id }, n) => ({ product_id, counted: n % 10 === 0 ? 199 : 200 }));
      await clerk.rpc('record_stock_count', { stock_count_id, items });
    }
  });
  await step('finish', () => clerk.rpc('finish_stock_count', { stock_count_id }));
  await step('approve', () => manager.rpc('approve_stock_count', { stock_count_id }));
  await step('post', () => clerk.rpc('post_stock_count', { stock_count_id }));

  const { corrected } = await admin.one<{ corrected: number }>(
    `select count(*)::int as corrected from inventory where warehouse_id = $1 and on_hand = 199 and last_counted_at is not null`,
    [depot],
  );
  console.log(`${lines.length} lines counted, ${corrected} balances corrected`);
} finally {
  await database.drop();
}
