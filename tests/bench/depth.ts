/**
 * What grows with a company beside the least that could do it, in the same run: stock of an order of 200
 * lines, account of a customer with 10,000 documents, stock of a day of the past among a million movements,
 * a full count of 5,000 products: `node tests/bench/depth.ts [--movements 1000000]`.
 */
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { connect } from '../../supabase/stack/database.ts';
import { readCompany } from './company.ts';
import { addHistory, startBenchServer } from './server.ts';
import { openSql, type SqlWay } from './sql.ts';

const RUNS = 9;
const LINES = 200;
const DOCUMENTS = 10_000;
const COUNTED = 5000;
/** Lines of a count that one call takes. */
const LINES_AT_ONCE = 1000;

const { values: options } = parseArgs({
  options: { movements: { type: 'string', default: '1000000' } },
});
const movements = Number(options.movements);

/** Rows as they would have come to be, without the work that commands would do; the minimum has the same. */
async function fill(admin: pg.Client): Promise<void> {
  await admin.query(`
    begin;
    set local session_replication_role = replica;
    create temp table bench on commit drop as
      select t.id as tenant, w.id as depot, (select c.id from customers c where c.tenant_id = t.id order by c.code limit 1) as customer,
        (select u.id from users u where u.email = 'manager@bench.test') as person
      from tenants t join warehouses w on w.tenant_id = t.id and w.code = 'DEPOT' where t.slug = 'bench';

    insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id, occurred_at)
    select b.tenant, b.depot, p.id, 1 + n % 7, 'adjustment', 'warehouse', b.depot, now() - n * interval '90 seconds'
    from bench b cross join generate_series(1, ${movements}) n
    join (select p.id, row_number() over (order by p.sku) - 1 as at from products p, bench b where p.tenant_id = b.tenant) p on p.at = n % 500;
    create table ceiling.movements as
      select tenant_id, warehouse_id, product_id, condition, quantity, occurred_at from inventory_transactions where tenant_id = (select tenant from bench);
    create index on ceiling.movements (tenant_id, warehouse_id, product_id, condition, occurred_at) include (quantity);

    insert into invoices (tenant_id, number, order_id, customer_id, status, currency, issued_on, due_on, subtotal)
    select b.tenant, 'BENCH-' || n, private.uuid_v7(), b.customer, 'issued', 'KES', current_date - n / 10, current_date - n / 10 + 30, 1000 + n
    from bench b cross join generate_series(1, ${DOCUMENTS / 2}) n;
    insert into payments (tenant_id, number, customer_id, method, amount, currency, received_at, received_by, status, approved_by, approved_at)
    select b.tenant, 'BENCH-' || n, b.customer, 'cash', 900 + n, 'KES', now() - n / 10 * interval '1 day', b.person, 'approved', b.person, now()
    from bench b cross join generate_series(1, ${DOCUMENTS / 2}) n;
    create table ceiling.entries as
      select tenant_id, customer_id, issued_on as on_date, 'invoice' as kind, id as document_id, number, total as debit, 0::numeric as credit from invoices where tenant_id = (select tenant from bench)
      union all
      select tenant_id, customer_id, received_at::date, 'payment', id, number, 0, amount from payments where tenant_id = (select tenant from bench);
    create index on ceiling.entries (tenant_id, customer_id, on_date);

    insert into warehouses (tenant_id, code, name) select tenant, 'COUNTED', 'Counted' from bench;
    insert into products (tenant_id, sku, name, base_price) select b.tenant, 'COUNT-' || n, 'Counted ' || n, 10 from bench b cross join generate_series(1, ${COUNTED}) n;
    set local session_replication_role = origin;
    insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
    select p.tenant_id, w.id, p.id, 200, 'opening', 'warehouse', w.id from products p join warehouses w on w.tenant_id = p.tenant_id and w.code = 'COUNTED' where p.sku like 'COUNT-%';
    create table ceiling.counted (tenant_id uuid not null, product_id uuid not null, expected numeric(14,3) not null, counted numeric(14,3), primary key (tenant_id, product_id));
    insert into ceiling.products select p.id, p.tenant_id, p.base_price, p.tax_rate from products p where p.sku like 'COUNT-%';
    insert into ceiling.stock select p.tenant_id, p.id, 200 from products p where p.sku like 'COUNT-%';

    alter table ceiling.movements enable row level security;
    alter table ceiling.entries enable row level security;
    alter table ceiling.counted enable row level security;
    create policy of_company on ceiling.movements for select to authenticated using (tenant_id = (select ceiling.tenant_id()));
    create policy of_company on ceiling.entries for select to authenticated using (tenant_id = (select ceiling.tenant_id()));
    create policy of_company on ceiling.counted to authenticated using (tenant_id = (select ceiling.tenant_id()));
    create policy of_company on ceiling.stock for update to authenticated using (tenant_id = (select ceiling.tenant_id()));
    grant select on ceiling.movements, ceiling.entries to authenticated;
    grant select, insert, update on ceiling.counted to authenticated;
    grant update on ceiling.stock to authenticated;
    commit`);
  await admin.query('vacuum analyze');
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
};
const median = (times: number[]) =>
  times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;

/** Both ways by turns, so that what else the machine does meets both. */
async function compare(
  what: string,
  ours: () => Promise<number>,
  least: () => Promise<number>,
  runs = RUNS,
): Promise<void> {
  const times: { ours: number[]; least: number[] } = { ours: [], least: [] };
  for (let run = 0; run < runs; run += 1) {
    times.least.push(await least());
    times.ours.push(await ours());
  }
  const [mine, hand] = [median(times.ours), median(times.least)];
  process.stdout.write(
    `${what.padEnd(52)}${mine.toFixed(1).padStart(9)} ms${hand.toFixed(1).padStart(9)} ms by hand${(mine / hand).toFixed(1).padStart(7)} times\n`,
  );
}

/** The rows of both, or an error: two answers of different length are not the same work. */
async function rowsOf(way: SqlWay, ours: string, least: string): Promise<void> {
  const [mine, hand] = [await way.run('manager', ours), await way.run('manager', least)];
  if (mine.length !== hand.length || mine.length === 0) {
    throw new Error(`Mzigo answers ${mine.length} rows, the hand ${hand.length}.`);
  }
}

const server = await startBenchServer();
const admin = await connect(server.superuserUrl);
try {
  // Before the products that are only counted are there.
  const company = await readCompany(server.superuserUrl);
  // Among orders of the past: a session keeps plans that it made over empty tables.
  await addHistory(server.superuserUrl, 1, 2000);
  await fill(admin);
  const [way] = await openSql(server.authenticatorUrl, company, 1);
  if (!way) throw new Error('There is no connection.');
  const customer = company.customers[0] ?? '';
  const lines = company.products.slice(0, LINES).map((product_id) => ({ product_id, quantity: 1 }));

  await compare(
    `stock for an order of ${LINES} lines`,
    async () => {
      const id = await way.rpc('manager', 'create_order', {
        customer_id: company.customers[1] ?? '',
        warehouse_id: company.depot,
        lines,
        submit: true,
        acknowledges_similar: true,
      });
      return await timed(() => way.rpc('manager', 'allocate_order', { order_id: id }));
    },
    async () => {
      const [order] = await way.run(
        'manager',
        `select id from ceiling.create_order('${company.customers[1] ?? ''}', '${JSON.stringify(lines)}')`,
      );
      const id = String(order?.['id']);
      await way.run('manager', `select ceiling.move_order('${id}', 'draft', 'approved')`);
      return await timed(() => way.run('manager', `select ceiling.allocate_order('${id}')`));
    },
  );

  const statement = `select * from public.customer_statement('${customer}', current_date - 1000)`;
  const statementByHand = `select on_date, kind, document_id, number, debit, credit, sum(debit - credit) over (order by on_date, document_id) as balance
    from ceiling.entries where customer_id = '${customer}'
    union all select null, 'opening', null, null, 0, 0, 0`;
  await rowsOf(way, statement, statementByHand);
  await compare(
    `account of a customer with ${DOCUMENTS} documents`,
    () => timed(() => way.run('manager', statement)),
    () => timed(() => way.run('manager', statementByHand)),
  );

  const pastStock = `select * from public.stock_as_of(now() - interval '100 days', '${company.depot}')`;
  const pastStockByHand = `select warehouse_id, product_id, condition, sum(quantity) as on_hand from ceiling.movements
    where occurred_at <= now() - interval '100 days' and warehouse_id = '${company.depot}' group by 1, 2, 3 having sum(quantity) <> 0`;
  await rowsOf(way, pastStock, pastStockByHand);
  await compare(
    `stock 100 days ago among ${movements} movements`,
    () => timed(() => way.run('manager', pastStock)),
    () => timed(() => way.run('manager', pastStockByHand)),
  );

  const { rows: places } = await admin.query<{ id: string }>(
    `select id from warehouses where code = 'COUNTED'`,
  );
  await compare(
    `a full count of ${COUNTED} products, a tenth of them wrong`,
    () =>
      timed(async () => {
        const stock_count_id = await way.rpc('warehouse', 'create_stock_count', {
          warehouse_id: places[0]?.id ?? '',
          counter_ids: [company.people.get('warehouse') ?? ''],
        });
        await way.rpc('warehouse', 'start_stock_count', { stock_count_id });
        const sheet = await way.run(
          'warehouse',
          `select i.product_id from stock_count_items i where i.stock_count_id = '${stock_count_id}' order by i.id`,
        );
        for (let from = 0; from < sheet.length; from += LINES_AT_ONCE) {
          const items = sheet.slice(from, from + LINES_AT_ONCE).map((line, n) => ({
            product_id: line['product_id'],
            counted: n % 10 === 0 ? 199 : 200,
          }));
          await way.rpc('warehouse', 'record_stock_count', { stock_count_id, items });
        }
        await way.rpc('warehouse', 'finish_stock_count', { stock_count_id });
        await way.rpc('manager', 'approve_stock_count', { stock_count_id });
        await way.rpc('warehouse', 'post_stock_count', { stock_count_id });
      }),
    () =>
      timed(async () => {
        await way.run(
          'manager',
          `insert into ceiling.counted select s.tenant_id, s.product_id, s.on_hand from ceiling.stock s join public.products p on p.id = s.product_id and p.sku like 'COUNT-%'
           on conflict (tenant_id, product_id) do update set expected = excluded.expected, counted = null`,
        );
        const sheet = await way.run('manager', 'select product_id from ceiling.counted');
        for (let from = 0; from < sheet.length; from += LINES_AT_ONCE) {
          const items = sheet.slice(from, from + LINES_AT_ONCE).map((line, n) => ({
            product_id: line['product_id'],
            counted: n % 10 === 0 ? 199 : 200,
          }));
          await way.run(
            'manager',
            `update ceiling.counted c set counted = g.counted from jsonb_to_recordset('${JSON.stringify(items)}') as g (product_id uuid, counted numeric) where c.product_id = g.product_id`,
          );
        }
        await way.run(
          'manager',
          `update ceiling.stock s set on_hand = c.counted from ceiling.counted c where c.product_id = s.product_id and c.counted <> s.on_hand`,
        );
      }),
    1,
  );
  await way.close();
} finally {
  await admin.end();
  await server.stop();
}
