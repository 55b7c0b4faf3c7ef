import { test } from 'vitest';
import { writeFileSync } from 'node:fs';
import { cloneDatabase } from '../../harness/database.ts';

test('bench', { timeout: 500_000 }, async () => {
  const database = await cloneDatabase('credit_bench');
  const admin = await database.asAdmin();
  const out: string[] = [];
  await admin.query(`set session_replication_role = replica`);
  await admin.query(`create temp table c as select private.uuid_v7() as id, n from generate_series(1, 2000) n`);
  const [t] = await admin.query<{ id: string }>(`select id from public.tenants where slug = 'acme'`);
  await admin.query(`insert into public.invoices (tenant_id, number, order_id, customer_id, status, currency, issued_on, due_on, subtotal, paid_total, status_reason)
    select '${t.id}', 'B-' || g, private.uuid_v7(), c.id, (case when g % 50 = 0 then 'issued' when g % 333 = 0 then 'void' else 'paid' end)::public.invoice_status, 'KES', '2026-01-01', '2026-02-01', 100,
      case when g % 50 = 0 or g % 333 = 0 then 0 else 100 end, 'because'
    from generate_series(1, 200000) g join c on c.n = g % 2000 + 1`);
  await admin.query(`analyze public.invoices`);
  await admin.query(`create function private.old_to_bill(tenant uuid, customer uuid) returns table (order_id uuid, amount numeric) language sql stable security definer set search_path = '' as $$
  select v.order_id, private.fee_net(o) + private.fee_tax(o) + sum(private.line_net(k.kept, i.unit_price, i.tax_rate, i.price_includes_tax, k.discount) + private.line_tax(k.kept, i.unit_price, i.tax_rate, i.price_includes_tax, k.discount))
  from (select distinct i.order_id from public.invoices i where i.tenant_id = tenant and i.customer_id = customer and i.is_done is false and not i.is_live) v
  join public.orders o on o.tenant_id = tenant and o.id = v.order_id
  join public.order_items i on i.tenant_id = tenant and i.order_id = v.order_id and i.quantity_delivered > i.quantity_returned
  cross join lateral (select i.quantity_delivered - i.quantity_returned as kept, private.part_of_discount(i.discount_amount, i.unit_price, i.quantity, i.quantity_delivered - i.quantity_returned) as discount) k
  where not exists (select from public.invoices n where n.tenant_id = tenant and n.order_id = v.order_id and n.is_live)
  group by v.order_id, o.tenant_id, o.id $$`);
  await admin.query(`create function private.old_used(tenant uuid, customer uuid, except_order uuid default null) returns numeric language plpgsql stable security definer set search_path = '' as $$
  begin
    return coalesce((select sum(i.balance) from public.invoices i where i.tenant_id = tenant and i.customer_id = customer and i.is_done is false and i.is_live), 0)
      + coalesce((select sum(d.amount) from private.old_to_bill(tenant, customer) d), 0)
      + coalesce((select sum(o.subtotal + o.tax_total) from public.orders o where o.tenant_id = tenant and o.customer_id = customer and o.is_owed and o.id is distinct from except_order), 0);
  end $$`);
  for (const round of [1, 2, 3])
    for (const name of ['old_used', 'credit_used']) {
      const begun = performance.now();
      const [s] = await admin.query(`select sum(private.${name}('${t.id}', c.id)) as s from c where n <= 1000`);
      out.push(`${round} ${name} ${(performance.now() - begun).toFixed(0)} ms for 1000, sum ${s.s}`);
    }
  const begun = performance.now();
  const [s] = await admin.query(`select sum(amount) as s, count(distinct customer_id) as n from private.credit_uses where tenant_id = '${t.id}'`);
  out.push(`all at once ${(performance.now() - begun).toFixed(0)} ms ${JSON.stringify(s)}`);
  const plan = await admin.query(`explain (analyze, buffers) select sum(u.amount) from private.credit_uses u where u.tenant_id = '${t.id}' and u.customer_id = (select id from c where n = 7) and (null::uuid is null or u.document_id <> null)`);
  out.push(...plan.map((row) => String(Object.values(row)[0])));
  writeFileSync('/tmp/credit/bench.txt', out.join('\n'));
  await database.drop();
});
