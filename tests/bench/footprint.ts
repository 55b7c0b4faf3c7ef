/**
 * What a placed order leaves behind: rows, messages and WAL, and how many of its later changes of state
 * stay within their page: `node tests/bench/footprint.ts [--orders 200]`.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { cloneDatabase, type Session } from '../harness/database.ts';

const { values: options } = parseArgs({ options: { orders: { type: 'string', default: '200' } } });
const count = Number(options.orders);
const CHANGES = 120;

/** Rows of every table that somebody's work leaves rows in. */
async function rows(admin: Session): Promise<Map<string, number>> {
  const tables = await admin.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace, 'pgmq'::regnamespace)
       and c.relkind in ('r', 'p') and not c.relispartition`,
  );
  const counts = await admin.query<{ name: string; n: number }>(
    tables
      .map(({ name }) => `select '${name}' as name, count(*)::int as n from ${name}`)
      .join(' union all '),
  );
  return new Map(counts.map(({ name, n }) => [name, n]));
}

/** Processor time of a connection's process so far, in milliseconds (Linux; a tick is a hundredth of a second). */
async function processorTime(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const database = await cloneDatabase('footprint');
try {
  const admin = await database.asAdmin();
  await admin.query(
    `update tenant_settings set business_rules = '{"orders.auto_approve": true}'; update customers set credit_limit = 99999999`,
  );
  const manager = await database.asUser('manager@acme.test');
  const { customer } = await admin.one<{ customer: string }>(
    `select c.id as customer from customers c join tenants t on t.id = c.tenant_id where t.slug = 'acme' and c.status = 'active' limit 1`,
  );
  const { depot } = await admin.one<{ depot: string }>(
    `select w.id as depot from warehouses w join tenants t on t.id = w.tenant_id where t.slug = 'acme' and w.code = 'NBO'`,
  );
  await admin.query(
    `insert into inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
     select tenant_id, warehouse_id, product_id, condition, 100000, 'adjustment', 'adjustment', id
     from inventory where warehouse_id = $1 and condition = 'good'`,
    [depot],
  );
  const lines = (
    await admin.query<{ product_id: string }>(
      `select i.product_id from inventory i where i.warehouse_id = $1 and i.condition = 'good' order by i.on_hand desc limit 3`,
      [depot],
    )
  ).map(({ product_id }) => ({ product_id, quantity: 1 }));
  const place = (allocate = true) =>
    manager.rpc<{ id: string }>('create_order', {
      customer_id: customer,
      warehouse_id: depot,
      lines,
      submit: true,
      allocate,
    });

  await admin.query('analyze');
  for (let n = 0; n < 20; n += 1) await place();
  await admin.query('checkpoint');
  const before = await rows(admin);
  const { at } = await admin.one<{ at: string }>('select pg_current_wal_insert_lsn()::text as at');
  const { pid } = await manager.one<{ pid: number }>('select pg_backend_pid() as pid');
  const used = await processorTime(pid);
  const begin = performance.now();
  for (let n = 0; n < count; n += 1) await place();
  const took = performance.now() - begin;
  const processor = (await processorTime(pid)) - used;
  const { bytes } = await admin.one<{ bytes: number }>(
    'select (pg_current_wal_insert_lsn() - $1::pg_lsn)::float as bytes',
    [at],
  );
  console.log(
    `One order of ${lines.length} lines, placed and reserved: ${(took / count).toFixed(2)} ms (${(processor / count).toFixed(2)} ms of processor time), ${(bytes / count / 1000).toFixed(1)} kB of WAL`,
  );
  for (const [name, n] of await rows(admin)) {
    const more = n - (before.get(name) ?? 0);
    if (more !== 0) console.log(`  ${name.padEnd(32)} ${(more / count).toFixed(2)}`);
  }

  const orders: string[] = [];
  for (let n = 0; n < CHANGES; n += 1) orders.push((await place(false)).id);
  await manager.query('select pg_stat_force_next_flush()');
  const hot = () =>
    admin.one<{ updates: number; heap_only: number }>(
      `select n_tup_upd::int as updates, n_tup_hot_upd::int as heap_only from pg_stat_user_tables where relid = 'public.orders'::regclass`,
    );
  const first = await hot();
  for (const order_id of orders) await manager.rpc('allocate_order', { order_id });
  await manager.query('select pg_stat_force_next_flush()');
  const last = await hot();
  console.log(
    `Changes of state of orders: ${last.updates - first.updates}, of them heap-only ${last.heap_only - first.heap_only}`,
  );
} finally {
  await database.drop();
}
