/**
 * How long a file of order lines takes to become orders, over HTTP with the workers running, beside an
 * `insert … select` of the same lines into the tables of the minimum: `node tests/bench/imports.ts [--lines 100000]`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect } from '../../supabase/stack/database.ts';
import { readCompany } from './company.ts';
import { type HttpWay, openHttp } from './http.ts';
import { addHistory } from './server.ts';
import { startBenchStack, untilQueuesAreEmpty } from './stack.ts';

const LINES_PER_ORDER = 10;
/** As many rows as the portal sends at once. */
const STAGED_AT_ONCE = 2000;
const FIELDS = ['reference', 'customer', 'product', 'quantity', 'depot'];

const { values: options } = parseArgs({
  options: { lines: { type: 'string', default: '100000' } },
});
const lines = Number(options.lines);

type Values = Record<string, string>;

async function fileOf(superuserUrl: string): Promise<Values[]> {
  const client = await connect(superuserUrl);
  const texts = async (column: string, table: string) =>
    (
      await client.query<{ value: string }>(
        `select ${column} as value from ${table} x where x.tenant_id = (select id from tenants where slug = 'bench') order by 1`,
      )
    ).rows.map((row) => row.value);
  const customers = await texts('code', 'customers');
  const products = await texts('sku', 'products');
  const [depot = ''] = await texts('code', `(select * from warehouses where kind = 'depot')`);
  await client.end();
  return Array.from({ length: lines }, (_, index) => {
    const order = Math.floor(index / LINES_PER_ORDER);
    return {
      reference: `FILE-${order}`,
      customer: customers[order % customers.length] ?? '',
      product: products[(index * 7) % products.length] ?? '',
      quantity: String(1 + (index % 9)),
      depot,
    };
  });
}

/** The least that could take the same lines in: two statements, nothing checked but the keys. */
async function minimum(superuserUrl: string, file: Values[]): Promise<void> {
  const client = await connect(superuserUrl);
  await client.query('create temp table file (line jsonb)');
  for (let from = 0; from < file.length; from += STAGED_AT_ONCE) {
    const part = JSON.stringify(file.slice(from, from + STAGED_AT_ONCE));
    await client.query('insert into file select jsonb_array_elements($1::jsonb)', [part]);
  }
  await client.query(`
    with lines as materialized (
      select line ->> 'reference' as reference, c.id as customer_id, c.tenant_id, p.id as product_id, (line ->> 'quantity')::numeric as quantity, q.price, q.tax_rate,
        row_number() over (partition by line ->> 'reference') as n
      from file
      join public.customers c on c.code = line ->> 'customer' and c.tenant_id = (select id from tenants where slug = 'bench')
      join public.products p on p.sku = line ->> 'product' and p.tenant_id = c.tenant_id
      join ceiling.products q on q.id = p.id
    ), orders as materialized (
      select reference, gen_random_uuid() as id, min(customer_id::text)::uuid as customer_id, min(tenant_id::text)::uuid as tenant_id, sum(quantity * price) as total
      from lines group by reference
    ), made as (
      insert into ceiling.orders (id, tenant_id, customer_id, status, total, created_by) select id, tenant_id, customer_id, 'draft', total, gen_random_uuid() from orders
    )
    insert into ceiling.order_lines (tenant_id, order_id, line_number, product_id, quantity, price, tax_rate)
    select l.tenant_id, o.id, l.n, l.product_id, l.quantity, l.price, l.tax_rate from lines l join orders o on o.reference = l.reference`);
  await client.end();
}

async function until(http: HttpWay, id: string, status: string): Promise<void> {
  for (;;) {
    const [row] = await http.get('manager', `imports?select=status,rows_bad&id=eq.${id}`);
    if (row?.['status'] === status) {
      if (row['rows_bad'] !== 0) throw new Error(`${String(row['rows_bad'])} rows were refused.`);
      return;
    }
    await sleep(100);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

const { stack, stop } = await startBenchStack();
try {
  await addHistory(stack.superuserUrl, 1, 10_000);
  const http = await openHttp(stack, await readCompany(stack.superuserUrl));
  const file = await fileOf(stack.superuserUrl);
  const least = await timed(() => minimum(stack.superuserUrl, file));
  let id = '';
  const staged = await timed(async () => {
    id = await http.rpc('manager', 'create_import', {
      target: 'order',
      file_name: 'orders.csv',
      format: 'CSV',
      headers: FIELDS,
      mapping: Object.fromEntries(FIELDS.map((field) => [field, field])),
    });
    for (let from = 0; from < file.length; from += STAGED_AT_ONCE) {
      const rows = file
        .slice(from, from + STAGED_AT_ONCE)
        .map((values, at) => ({ line: from + at + 2, cells: Object.values(values), values }));
      await http.call('manager', 'stage_import_rows', { import_id: id, rows });
    }
  });
  const checked = await timed(async () => {
    await http.call('manager', 'check_import', { import_id: id });
    await until(http, id, 'ready');
  });
  const run = await timed(async () => {
    await http.call('manager', 'run_import', { import_id: id });
    await until(http, id, 'done');
  });
  await untilQueuesAreEmpty(stack.superuserUrl);
  const undone = await timed(async () => {
    await http.call('manager', 'undo_import', { import_id: id });
    await until(http, id, 'undone');
  });
  const rows: [string, number][] = [
    ['insert … select by hand', least],
    ['sent in', staged],
    ['checked', checked],
    ['run', run],
    ['sent in and run', staged + run],
    ['undone', undone],
  ];
  process.stdout.write(`${lines} lines of ${lines / LINES_PER_ORDER} orders\n`);
  for (const [name, seconds] of rows) {
    process.stdout.write(
      `${name.padEnd(26)}${seconds.toFixed(1).padStart(8)} s${(seconds / least).toFixed(1).padStart(8)} times by hand\n`,
    );
  }
} finally {
  await stop();
}
