import type { Session } from '../../harness/database.ts';

type Row = Record<string, unknown>;

/** Figures that are kept on a row: what it is, whose rows, and the column (or what tells it). */
const KEPT: [figure: string, relation: string, kept: string][] = [
  ['stock_on_hand', 'inventory', 'x.on_hand'],
  ['stock_reserved', 'inventory', 'x.reserved'],
  ['customer_credit_used', 'customers', 'private.credit_used(x.tenant_id, x.id)'],
  ['order_total', 'orders', 'x.total'],
  ['invoice_total', 'invoices', 'x.total'],
  ['invoice_balance', 'invoices', 'x.balance'],
  ['payment_unallocated', 'payments', 'x.unallocated'],
  ['settlement_billed', 'settlements', 'x.billed'],
  ['settlement_cash', 'settlements', 'x.cash'],
  ['settlement_spent', 'settlements', 'x.spent'],
  ['settlement_difference', 'settlements', 'x.difference'],
  ['purchase_order_total', 'purchase_orders', 'x.total'],
];

/**
 * What holds for a company after whatever was done. Each query names the rows that break it, the company
 * being `$1`; they add up from the documents themselves and use nothing that the commands use.
 */
const RULES: Record<string, string> = {
  'what is set aside is there': `
    select i.id, i.on_hand, i.reserved from public.inventory i
    where i.tenant_id = $1 and (i.reserved < 0 or i.on_hand < 0 or i.reserved > i.on_hand)`,
  'what a document costs is what its lines cost': `
    select o.id, o.subtotal + o.tax_total as total, l.total as lines from public.orders o
    cross join lateral (select coalesce(sum(i.line_total + i.tax_amount), 0) as total from public.order_items i where i.tenant_id = o.tenant_id and i.order_id = o.id) l
    where o.tenant_id = $1 and o.subtotal + o.tax_total <> l.total
    union all
    select v.id, v.total, l.total from public.invoices v
    cross join lateral (select coalesce(sum(i.line_total + i.tax_amount), 0) as total from public.invoice_items i where i.tenant_id = v.tenant_id and i.invoice_id = v.id) l
    where v.tenant_id = $1 and v.total <> l.total`,
  'credit used is what is owed and what is confirmed': `
    select c.id, private.credit_used(c.tenant_id, c.id) as used, owed.sum + confirmed.sum as owed from public.customers c
    cross join lateral (
      select coalesce(sum(v.total - coalesce((select sum(a.amount) from public.payment_allocations a where a.tenant_id = v.tenant_id and a.invoice_id = v.id), 0)), 0) as sum
      from public.invoices v where v.tenant_id = c.tenant_id and v.customer_id = c.id and v.status <> 'void'
    ) owed
    cross join lateral (
      select coalesce(sum(i.line_total + i.tax_amount), 0) as sum
      from public.orders o join public.order_items i on i.tenant_id = o.tenant_id and i.order_id = o.id
      where o.tenant_id = c.tenant_id and o.customer_id = c.id and o.status in ('approved', 'allocated', 'dispatched', 'in_transit')
    ) confirmed
    cross join lateral (
      select coalesce(sum(private.line_net(q.kept, i.unit_price, i.tax_rate, i.price_includes_tax, q.discount) + private.line_tax(q.kept, i.unit_price, i.tax_rate, i.price_includes_tax, q.discount)), 0) as sum
      from public.orders o
      join public.order_items i on i.tenant_id = o.tenant_id and i.order_id = o.id
      cross join lateral (
        select i.quantity_delivered - i.quantity_returned as kept, private.part_of_discount(i.discount_amount, i.unit_price, i.quantity, i.quantity_delivered - i.quantity_returned) as discount
      ) q
      where o.tenant_id = c.tenant_id and o.customer_id = c.id and o.status = 'delivered'
        and not exists (select from public.invoices v where v.tenant_id = o.tenant_id and v.order_id = o.id and v.status <> 'void')
    ) unbilled
    where c.tenant_id = $1 and private.credit_used(c.tenant_id, c.id) <> owed.sum + confirmed.sum + unbilled.sum`,
  'an account is what is open of invoices, less the money that pays nothing yet': `
    select c.id, account.sum as account, open.sum - free.sum as open from public.customers c
    cross join lateral (select coalesce(sum(e.debit - e.credit), 0) as sum from private.account_entries(c.tenant_id, c.id) e) account
    cross join lateral (select coalesce(sum(v.balance), 0) as sum from public.invoices v where v.tenant_id = c.tenant_id and v.customer_id = c.id and v.status not in ('draft', 'void')) open
    cross join lateral (select coalesce(sum(p.unallocated), 0) as sum from public.payments p where p.tenant_id = c.tenant_id and p.customer_id = c.id and p.status in ('approved', 'reconciled')) free
    where c.tenant_id = $1 and account.sum <> open.sum - free.sum`,
  'no money is spent twice': `
    select p.id, p.amount, spent.sum from public.payments p
    cross join lateral (
      select coalesce((select sum(a.amount) from public.payment_allocations a where a.tenant_id = p.tenant_id and a.payment_id = p.id), 0)
        + coalesce((select sum(r.amount) from public.payment_refunds r where r.tenant_id = p.tenant_id and r.payment_id = p.id), 0) as sum
    ) spent
    where p.tenant_id = $1 and (spent.sum > p.amount or (spent.sum > 0 and p.status not in ('approved', 'reconciled')))`,
  'containers go from one holder to another': `
    select l.reference_id, l.product_id, sum(l.quantity) from public.container_ledger l
    where l.tenant_id = $1 group by l.reference_id, l.product_id having sum(l.quantity) <> 0`,
  'a customer holds what was delivered, less what came back and what is gone': `
    select customer_id, product_id, sum(quantity) as difference from (
      select l.holder_id as customer_id, l.product_id, l.quantity from public.container_ledger l where l.tenant_id = $1 and l.holder = 'customer'
      union all
      select o.customer_id, p.container_product_id, -f.quantity_delivered
      from public.fulfilment_items f
      join public.fulfilments d on d.tenant_id = f.tenant_id and d.id = f.fulfilment_id and d.status = 'delivered'
      join public.orders o on o.tenant_id = d.tenant_id and o.id = d.order_id
      join public.products p on p.tenant_id = f.tenant_id and p.id = f.product_id and p.container_product_id is not null
      where f.tenant_id = $1
      union all
      select o.customer_id, t.product_id, t.quantity
      from public.inventory_transactions t join public.orders o on o.tenant_id = t.tenant_id and o.id = t.reference_id
      where t.tenant_id = $1 and t.kind = 'empties'
      union all
      select r.customer_id, p.container_product_id, i.received
      from public.returns r join public.return_items i on i.tenant_id = r.tenant_id and i.return_id = r.id
      join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.container_product_id is not null
      where r.tenant_id = $1 and r.status in ('received', 'credited')
      union all
      select w.customer_id, w.product_id, w.quantity from public.container_write_offs w where w.tenant_id = $1 and w.status = 'approved'
    ) x group by customer_id, product_id having sum(quantity) <> 0`,
  'containers of our places are those that their stock is in, or is': `
    select place, container, sum(quantity) as difference from (
      select l.holder_id as place, l.product_id as container, l.quantity from public.container_ledger l where l.tenant_id = $1 and l.holder in ('van', 'depot')
      union all
      select t.warehouse_id, coalesce(p.container_product_id, p.id), -t.quantity
      from public.inventory_transactions t join public.products p on p.tenant_id = t.tenant_id and p.id = t.product_id
      where t.tenant_id = $1
        and (p.container_product_id is not null or exists (select from public.products f where f.tenant_id = p.tenant_id and f.container_product_id = p.id))
    ) x group by place, container having sum(quantity) <> 0`,
  'loaded = delivered + sold + brought home - difference, and each difference has a decision': `
    select t.id, p.id as product_id, loaded.sum as loaded, delivered.sum as delivered, delivered.sold, home.expected, home.counted
    from public.trips t
    join public.products p on p.tenant_id = t.tenant_id and p.base_price > 0
    cross join lateral (
      select coalesce(sum(f.quantity), 0) + coalesce((select sum(g.quantity) from public.trip_goods g where g.tenant_id = t.tenant_id and g.trip_id = t.id and g.product_id = p.id), 0) as sum
      from public.fulfilments d
      join public.orders o on o.tenant_id = d.tenant_id and o.id = d.order_id and o.channel <> 'van'
      join public.fulfilment_items f on f.tenant_id = d.tenant_id and f.fulfilment_id = d.id
      where d.tenant_id = t.tenant_id and d.trip_id = t.id and f.product_id = p.id
    ) loaded
    cross join lateral (
      select coalesce(sum(f.quantity_delivered) filter (where o.channel <> 'van'), 0) as sum, coalesce(sum(f.quantity_delivered) filter (where o.channel = 'van'), 0) as sold
      from public.fulfilments d
      join public.orders o on o.tenant_id = d.tenant_id and o.id = d.order_id
      join public.fulfilment_items f on f.tenant_id = d.tenant_id and f.fulfilment_id = d.id
      where d.tenant_id = t.tenant_id and d.trip_id = t.id and f.product_id = p.id and d.status = 'delivered'
    ) delivered
    cross join lateral (
      select coalesce(sum(i.expected), 0) as expected, coalesce(sum(i.counted), 0) as counted
      from public.offload_documents o join public.offload_items i on i.tenant_id = o.tenant_id and i.offload_id = o.id
      where o.tenant_id = t.tenant_id and o.trip_id = t.id and o.status = 'approved' and i.product_id = p.id
    ) home
    cross join lateral (
      -- Also of a count that was rejected later: what was approved of it stays posted.
      select coalesce(sum(v.difference), 0) as sum from public.variances v
      where v.tenant_id = t.tenant_id and v.trip_id = t.id and v.kind = 'offload' and v.product_id = p.id and v.status = 'approved'
    ) decided
    where t.tenant_id = $1 and (t.status = 'completed' or t.came_home_at is not null) and loaded.sum <> delivered.sum + delivered.sold + home.counted - decided.sum`,
  'cash due = cash counted + spent + other money + credit + difference, with a name for it': `
    select s.id, s.billed, s.cash, s.other_money, s.on_credit, s.counted from public.settlements s
    where s.tenant_id = $1 and s.status = 'approved' and (
      s.billed <> s.counted + s.spent + s.other_money + s.on_credit - s.difference
      or s.spent <> (select coalesce(sum(e.total), 0) from public.expenses e where e.tenant_id = s.tenant_id and e.trip_id = s.trip_id and e.paid_by = 'trip_cash' and e.status in ('approved', 'paid'))
      or s.cash <> (select coalesce(sum(p.amount), 0) from public.payments p where p.tenant_id = s.tenant_id and p.trip_id = s.trip_id and p.method = 'cash' and p.status not in ('rejected', 'cancelled'))
      or s.difference <> (select coalesce(sum(v.difference), 0) from public.variances v where v.tenant_id = s.tenant_id and v.trip_id = s.trip_id and v.kind = 'cash' and v.responsible_id is not null))
    union all
    select t.id, null, null, null, null, null from public.trips t
    where t.tenant_id = $1 and t.status = 'completed'
      and exists (select from public.payments p where p.tenant_id = t.tenant_id and p.trip_id = t.id and p.method = 'cash' and p.status not in ('rejected', 'cancelled'))
      and not exists (select from public.settlements s where s.tenant_id = t.tenant_id and s.trip_id = t.id and s.status = 'approved')`,
  'every figure is the sum of the rows that explain it': KEPT.map(
    ([figure, relation, kept]) => `
      select '${figure}' as figure, x.id, ${kept} as kept, told.sum as told from public.${relation} x
      cross join lateral (select coalesce(sum(f.amount), 0) as sum from private.figure_${figure}(x.tenant_id, x.id) f) told
      where x.tenant_id = $1 and coalesce(${kept}, 0) <> told.sum`,
  ).join(' union all '),
  'every figure and every document is what the ledgers tell': `
    select v.* from private.verify_company($1) v where v.differences > 0 or not v.is_audit_intact`,
};

/** Every rule that does not hold for a company, with some of the rows that break it. */
export async function whatDoesNotHold(
  admin: Session,
  tenant: string,
): Promise<Record<string, Row[]>> {
  const broken: Record<string, Row[]> = {};
  for (const [rule, query] of Object.entries(RULES)) {
    const rows = await admin.query(query, [tenant]);
    if (rows.length > 0) broken[rule] = rows.slice(0, 5);
  }
  return broken;
}

/** Tables and views in which somebody sees rows of another company than his own. */
export async function strangeRows(
  admin: Session,
  person: Session,
  tenant: string,
): Promise<string[]> {
  const relations = await admin.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
       and has_table_privilege('authenticated', c.oid, 'select') order by 1`,
  );
  const seen: string[] = [];
  for (const { name } of relations) {
    const rows = await person.query(
      `select from public.${name} where tenant_id is distinct from $1 limit 1`,
      [tenant],
    );
    if (rows.length > 0) seen.push(name);
  }
  return seen;
}
