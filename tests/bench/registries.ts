/**
 * What the registries add to a write: the same statements with their triggers and without them, each in a
 * transaction that is taken back: `node tests/bench/registries.ts [--rows 10000]`.
 */
import { parseArgs } from 'node:util';
import { cloneDatabase, type Session } from '../harness/database.ts';

const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '10000' } } });
const count = Number(options.rows);
const ROUNDS = 5;

const TENANT = `(select id from tenants where slug = 'acme')`;
const STATEMENTS: Record<string, string> = {
  [`${count} lines of orders`]: `insert into order_items (tenant_id, order_id, line_number, product_id, product_sku, product_name, unit, quantity, unit_price, price_when_added, price_source, tax_rate)
    select o.tenant_id, o.id, 1000 + (g % 1000), p.id, p.sku, p.name, p.unit, 1, 10, 10, 'base', 0
    from generate_series(0, ${count - 1}) g
    join (select o.*, row_number() over (order by o.id) - 1 as n from orders o where o.notes = 'bench') o on o.n = g / 1000
    cross join (select * from products where tenant_id = ${TENANT} order by id limit 1) p`,
  [`${count} tasks, which are in four registries`]: `insert into tasks (tenant_id, number, title, due_on, priority)
    select ${TENANT}, 'BENCH-' || g, 'Task ' || g, current_date, 'normal' from generate_series(1, ${count}) g`,
};

async function setTriggers(admin: Session, isOn: boolean): Promise<void> {
  const triggers = await admin.query<{ statement: string }>(
    `select format('alter table %s %s trigger %I', t.tgrelid::regclass, $1::text, t.tgname) as statement from pg_trigger t
     where t.tgparentid = 0 and t.tgname ~ '^_(600_mirror|610_follow_change|110_announce_change)_'`,
    [isOn ? 'enable' : 'disable'],
  );
  for (const { statement } of triggers) await admin.query(statement);
}

/** The median of some rounds, in milliseconds; nothing is kept. */
async function timeOf(admin: Session, run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await admin.query('begin');
    const begin = performance.now();
    await run();
    times.push(performance.now() - begin);
    await admin.query('rollback');
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN;
}

const database = await cloneDatabase('registries_bench');
try {
  const admin = await database.asAdmin();
  await admin.query(
    `update tenant_settings set business_rules = '{"orders.auto_approve": true}'; update customers set credit_limit = 99999999`,
  );
  const manager = await database.asUser('manager@acme.test');
  const found = await admin.one<{ customer: string; depot: string; product: string }>(
    `select (select id from customers where tenant_id = ${TENANT} and status = 'active' order by code limit 1) as customer, i.warehouse_id as depot, i.product_id as product
     from inventory i join warehouses w on w.id = i.warehouse_id
     where i.tenant_id = ${TENANT} and w.code = 'NBO' and i.condition = 'good' order by i.on_hand desc limit 1`,
  );
  const place = (more: Record<string, unknown>) =>
    manager.rpc('create_order', {
      customer_id: found.customer,
      warehouse_id: found.depot,
      lines: [{ product_id: found.product, quantity: 1 }],
      ...more,
    });
  for (let n = 0; n < Math.ceil(count / 1000); n += 1) await place({ notes: 'bench' });
  await admin.query('analyze');
  const run = Object.entries(STATEMENTS).map(
    ([name, statement]) => [name, () => timeOf(admin, () => admin.query(statement))] as const,
  );
  const placed = async () => {
    for (let n = 0; n < 20; n += 1) await place({ submit: true });
  };
  const works: (readonly [string, () => Promise<number>])[] = [
    ...run,
    ['twenty orders, placed and approved', () => timeOf(manager, placed)],
  ];
  for (const [name, measured] of works) {
    await setTriggers(admin, true);
    const kept = await measured();
    await setTriggers(admin, false);
    const bare = await measured();
    console.log(
      `${name}: ${kept.toFixed(0)} ms, without registries ${bare.toFixed(0)} ms, × ${(kept / bare).toFixed(2)}`,
    );
  }
} finally {
  await database.drop();
}
