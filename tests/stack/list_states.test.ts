import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalogue } from '../../supabase/stack/rest/catalogue.ts';
import { readForm } from '../../supabase/stack/rest/form.ts';
import { listStatement } from '../../supabase/stack/rest/list.ts';
import { cloneDatabase, type Session, type TestDatabase } from '../harness/database.ts';

let database: TestDatabase;
let sales: Session;

beforeAll(async () => {
  database = await cloneDatabase('list_states');
  const admin = await database.asAdmin();
  await admin.query('begin');
  await admin.query(`set local session_replication_role = 'replica'`);
  await admin.query(
    `insert into orders (tenant_id, number, customer_id, address_id, warehouse_id, status, currency, approved_at, delivered_at)
     select t.id, 'OLD-' || n, c.id, a.id, w.id, 'delivered', 'KES', now(), now()
     from tenants t
     join customers c on c.tenant_id = t.id and c.name = 'Kilimani Mini Mart'
     join customer_addresses a on a.tenant_id = t.id and a.customer_id = c.id and a.is_default
     join warehouses w on w.tenant_id = t.id and w.code = 'NBO'
     cross join generate_series(1, 5000) n
     where t.slug = 'acme'`,
  );
  await admin.query('commit');
  await admin.query('analyze orders');
  sales = await database.asUser('sales@acme.test');
});

afterAll(() => database.drop());

test.each([
  ['one state', 'status=eq.pending_approval&is_done=is.false'],
  ['several states', 'status=in.(pending_approval,approved)&is_done=is.false'],
])('orders in %s are found without reading those that were delivered', async (_, filter) => {
  const catalogue = await readCatalogue(sales.client, 'public');
  const query = new URLSearchParams(`select=*&${filter}&order=created_at.desc,id.desc&limit=50`);
  const orders = catalogue.relations.get('orders');
  if (!orders) throw new Error('There is no table of orders.');
  const list = listStatement(catalogue, 'public', orders, query, {
    isCounted: false,
    form: readForm(),
    range: { first: 0, last: Infinity },
    maxRows: 1000,
  });
  const { text, values } = list.statement;
  // As on the connections of the API, where a statement is planned once for all values.
  const given = values.map((value) => pg.escapeLiteral(value ?? '')).join(', ');
  await sales.query(`prepare list as ${text}`);
  const plan = await sales.query(`explain (costs off) execute list(${given})`);
  await sales.query('deallocate list');
  const lines = plan.map((row) => String(row['QUERY PLAN']));
  expect(lines.filter((line) => / on orders/.test(line))).toEqual([
    expect.stringContaining('using orders_not_done on orders'),
  ]);
});
