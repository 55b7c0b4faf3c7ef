-- Family 09, billing: what a customer owes and why, day by day, and how long.

create function private.account_entries(tenant uuid, customer uuid)
returns table (on_date date, at timestamptz, kind text, document_id uuid, number text, debit numeric, credit numeric)
language sql stable security definer set search_path = ''
as $$
  select i.issued_on, i.created_at, case when i.interest_of_id is null then 'invoice' else 'interest_charge' end, i.id, i.number, i.total, 0::numeric
  from public.invoices i
  where i.tenant_id = tenant and i.customer_id = customer and i.is_live and i.status <> 'draft'
  union all
  select (p.received_at at time zone z.timezone)::date, p.received_at, case when p.is_received then 'payment' else p.method::text end,
    coalesce(p.credit_note_id, p.id), case p.method when 'credit_note' then p.reference else p.number end, 0, p.amount
  from public.payments p
  join public.tenant_settings z on z.tenant_id = p.tenant_id
  where p.tenant_id = tenant and p.customer_id = customer and p.status in ('approved', 'reconciled')
  union all
  select (r.created_at at time zone z.timezone)::date, r.created_at, 'refund', p.id, p.number, r.amount, 0
  from public.payment_refunds r
  join public.payments p on p.tenant_id = r.tenant_id and p.id = r.payment_id
  join public.tenant_settings z on z.tenant_id = p.tenant_id
  where r.tenant_id = tenant and p.customer_id = customer
$$;
comment on function private.account_entries(uuid, uuid) is
  'Everything that changed what a customer owes: issued invoices and money given back (debit), approved payments, credit notes, what was written off and discounts (credit). Void, rejected and cancelled documents are not there. on_date: in the company''s time zone.';

create function private.statement_of(tenant uuid, customer uuid, from_date date, to_date date)
returns table (on_date date, kind text, document_id uuid, number text, debit numeric, credit numeric, balance numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  ends constant date := coalesce(to_date, private.tenant_today(tenant));
  begins constant date := coalesce(from_date, ends - 90);
begin
  if begins > ends then
    perform private.fail('input_invalid', '{"from_date": "a day before to_date is needed"}');
  end if;
  return query
  with entries as (
    select e.* from private.account_entries(tenant, customer) e where e.on_date <= ends
  ), lines as (
    select begins as on_date, null::timestamptz as at, 'opening' as kind, null::uuid as document_id, null::text as number,
      coalesce(sum(e.debit) filter (where e.on_date < begins), 0) as debit, coalesce(sum(e.credit) filter (where e.on_date < begins), 0) as credit
    from entries e
    union all
    select e.on_date, e.at, e.kind, e.document_id, e.number, e.debit, e.credit from entries e where e.on_date >= begins
  )
  select l.on_date, l.kind, l.document_id, l.number, l.debit, l.credit,
    sum(l.debit - l.credit) over (order by l.kind <> 'opening', l.on_date, l.at, l.document_id)
  from lines l
  order by l.kind <> 'opening', l.on_date, l.at, l.document_id;
end
$$;
comment on function private.statement_of(uuid, uuid, date, date) is 'The body of customer_statement, for a customer whom the caller sees.';

create function private.customer_statement(customer_id uuid, from_date date default null, to_date date default null)
returns table (on_date date, kind text, document_id uuid, number text, debit numeric, credit numeric, balance numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('invoices.view');
begin
  perform private.require_permission('payments.view');
  if not exists (
    select from public.customers c where c.tenant_id = tenant and c.id = customer_id and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer_id));
  end if;
  return query select * from private.statement_of(tenant, customer_id, from_date, to_date);
end
$$;
comment on function private.customer_statement(uuid, date, date) is
  'Account of a customer between two days (the last 90, if not said) in the company''s currency: first a line "opening" with the sums before, then each invoice, interest_charge, payment, credit_note, write_off, discount and refund with the balance after it; above zero the customer owes. The last balance is what his invoices have open less his advances. Raises record_not_found, input_invalid, permission_denied.';
select private.expose('customer_statement');

create view public.receivables with (security_invoker = true) as
select c.tenant_id, c.id as customer_id, c.name, c.code, c.territory_id,
  o.not_due, o.days_1_to_30, o.days_31_to_60, o.days_61_to_90, o.over_90, o.total, o.oldest_due_on,
  coalesce((
    select sum(p.unallocated) from public.payments p
    where p.tenant_id = c.tenant_id and p.customer_id = c.id and p.status in ('approved', 'reconciled')
  ), 0) as advances
from (
  select i.tenant_id, i.customer_id,
    coalesce(sum(i.balance) filter (where d.late <= 0), 0) as not_due,
    coalesce(sum(i.balance) filter (where d.late between 1 and 30), 0) as days_1_to_30,
    coalesce(sum(i.balance) filter (where d.late between 31 and 60), 0) as days_31_to_60,
    coalesce(sum(i.balance) filter (where d.late between 61 and 90), 0) as days_61_to_90,
    coalesce(sum(i.balance) filter (where d.late > 90), 0) as over_90,
    sum(i.balance) as total,
    min(i.due_on) as oldest_due_on
  from public.invoices i
  cross join lateral (select (select private.tenant_today((select private.active_tenant_id()))) - i.due_on as late) d
  where i.is_done is false and i.status in ('issued', 'partially_paid', 'overdue') and i.balance > 0
  group by i.tenant_id, i.customer_id
) o
join public.customers c on c.tenant_id = o.tenant_id and c.id = o.customer_id;
comment on view public.receivables is
  'Who owes what and for how long, today: a row per customer with open invoices, in the company''s currency, by days since they were due. advances: money of his that pays nothing yet (0 for who may not see payments).';
