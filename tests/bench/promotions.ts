/**
 * What promotions cost an order: processor time of entering, approving and reserving an order of ten lines where
 * nobody looks for promotions, where none runs, and where five do: `node tests/bench/promotions.ts [--orders 100]`.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { cloneDatabase } from '../harness/database.ts';

const { values: options } = parseArgs({ options: { orders: { type: 'string', default: '100' } } });
const count = Number(options.orders);
const ROUNDS = 5;

/** Processor time of a connection's process so far, in milliseconds (Linux; a tick is a hundredth of a second). */
async function processorTime(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const database = await cloneDatabase('promotions_bench');
try {
  const admin = await database.asAdmin();
  await admin.query(
    `update tenant_settings set business_rules = '{"orders.auto_approve": true}'; update customers set credit_limit = 99999999`,
  );
  await admin.query(
    `insert into inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
     select i.tenant_id, i.warehouse_id, i.product_id, i.condition, 100000, 'adjustment', 'adjustment', i.id
     from inventory i join warehouses w on w.id = i.warehouse_id and w.code = 'NBO' where i.condition = 'good'`,
  );
  const { definition } = await admin.one<{ definition: string }>(
    `select pg_get_functiondef('private.promote(uuid,uuid,public.orders,private.priced_line[])'::regprocedure) as definition`,
  );
  const asTheyAre = () => admin.query(definition);
  const unasked = () =>
    admin.query(
      `create or replace function private.promote(tenant uuid, customer uuid, target public.orders, priced private.priced_line[]) returns private.priced_line[]
       language plpgsql stable security definer set search_path = '' as $$ begin return priced; end $$`,
    );
  const running = (is: boolean) => admin.query(`update promotions set is_active = $1`, [is]);
  const company = await admin.one<{
    tenant: string;
    customer: string;
    depot: string;
    products: string[];
  }>(
    `select t.id as tenant, (select id from customers c where c.tenant_id = t.id and c.status = 'active' order by code limit 1) as customer,
       (select id from warehouses w where w.tenant_id = t.id and w.code = 'NBO') as depot,
       (select array_agg(id) from (select p.id from products p join inventory i on i.product_id = p.id and i.condition = 'good'
         join warehouses w on w.id = i.warehouse_id and w.code = 'NBO' where p.tenant_id = t.id and p.base_price > 0 order by p.sku limit 10) p) as products
     from tenants t where t.slug = 'acme'`,
  );
  await admin.query(
    `insert into promotions (tenant_id, name, kind, percent, covers_all, is_active, budget_amount)
     select $1, 'Offer ' || n, 'line_percent', n, true, false, case when n = 5 then 99999999 end from generate_series(1, 5) n`,
    [company.tenant],
  );
  const manager = await database.asUser('manager@acme.test');
  const { pid } = await manager.one<{ pid: number }>('select pg_backend_pid() as pid');
  const place = () =>
    manager.rpc('create_order', {
      customer_id: company.customer,
      warehouse_id: company.depot,
      lines: company.products.map((product_id) => ({ product_id, quantity: 1 })),
      submit: true,
      allocate: true,
    });
  const situations: [string, () => Promise<unknown>][] = [
    ['nobody looks', async () => (await running(false), unasked())],
    ['none runs', async () => (await running(false), asTheyAre())],
    ['five run, one with a budget', async () => (await running(true), asTheyAre())],
  ];
  const spent = new Map<string, number[]>(situations.map(([name]) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, begin] of situations) {
      await begin();
      await place();
      const before = await processorTime(pid);
      for (let n = 0; n < count; n += 1) await place();
      // The first round warms up.
      if (round > 0) spent.get(name)?.push(((await processorTime(pid)) - before) / count);
    }
  }
  const middle = (of: number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;
  const least = middle(spent.get('nobody looks') ?? []);
  for (const [name, times] of spent) {
    process.stdout.write(
      `${name.padEnd(30)} ${middle(times).toFixed(2)} ms an order, ${(middle(times) / least).toFixed(2)} of it\n`,
    );
  }
} finally {
  await database.drop();
}
