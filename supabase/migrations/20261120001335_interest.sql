-- Family 13, credit: interest on overdue invoices, where the company asks for it (docs/decisions/0064).

create table private.interest_months (
  tenant_id uuid not null references public.tenants (id),
  month date not null,
  counted_at timestamptz not null default now(),
  charged integer not null default 0,
  primary key (tenant_id, month)
);
select private.force_policies('private.interest_months');
comment on table private.interest_months is 'Of which months a company''s interest has been counted, once each, and how many invoices it was charged on.';

create function private.interest_due(tenant uuid, month date) returns table (invoice_id uuid, days integer, amount numeric)
language sql stable security definer set search_path = ''
as $$
  select i.id, w.to_day - w.from_day + 1, d.amount
  from public.tenant_settings s
  cross join lateral (select s.business_rules -> 'invoices.interest' as rule) x
  cross join lateral (
    select (x.rule ->> 'percent')::numeric as percent, x.rule ->> 'per' = 'year' as is_yearly,
      coalesce((x.rule ->> 'grace_days')::integer, 0) as grace_days, coalesce((x.rule ->> 'minimum')::numeric, 0) as minimum,
      (interest_due.month + interval '1 month')::date - 1 as last_day
  ) r
  join public.invoices i on i.tenant_id = s.tenant_id and i.is_done is false and i.status in ('issued', 'partially_paid', 'overdue')
    and i.balance > 0 and i.interest_of_id is null and i.due_on + r.grace_days < r.last_day
  join public.customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id and c.pays_interest
  cross join lateral (select greatest(interest_due.month, i.due_on + r.grace_days + 1) as from_day, r.last_day as to_day) w
  -- What was open at the end of each day, added up: the total of all days, less what was paid on the days that it was there.
  cross join lateral (
    select i.total * (w.to_day - w.from_day + 1) - coalesce(sum(a.amount * greatest(0, w.to_day - greatest(w.from_day, (p.received_at at time zone s.timezone)::date) + 1)), 0) as open_days
    from public.payment_allocations a
    join public.payments p on p.tenant_id = a.tenant_id and p.id = a.payment_id
    where a.tenant_id = i.tenant_id and a.invoice_id = i.id
  ) o
  cross join lateral (
    select pg_catalog.round(o.open_days * r.percent / 100 / case when r.is_yearly then 365 else extract(day from r.last_day) end, 2) as amount
  ) d
  where s.tenant_id = tenant and d.amount >= greatest(r.minimum, 0.01)
    and not exists (select from public.invoices n where n.tenant_id = i.tenant_id and n.interest_of_id = i.id and n.interest_month = interest_due.month)
    -- What the customer complains of waits until somebody has looked into it.
    and not exists (
      select from public.tasks t
      join public.memberships m on m.tenant_id = t.tenant_id and m.user_id = t.created_by and m.role = 'customer' and m.customer_id = i.customer_id
      where t.tenant_id = i.tenant_id and t.document_id = i.id and t.document_kind = 'invoice' and t.is_open
    )
$$;
comment on function private.interest_due(uuid, date) is
  'The interest of a month (its first day) on each invoice that is overdue by the company''s rule invoices.interest and not paid yet: simple interest on what was open at the end of each day, from the day after due date and grace, rounded once, half a cent up. Not on interest, nor where the customer pays none, has an open complaint about the invoice, or the sum is below the minimum.';

create function private.charge_interest_of(tenant uuid, month date) returns integer
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  today constant date := private.tenant_today(tenant);
  charged integer;
begin
  -- Whoever pays one of them comes before or after.
  perform from public.invoices i
  where i.tenant_id = tenant and i.id in (select d.invoice_id from private.interest_due(tenant, month) d)
  order by i.id for no key update;
  perform private.take_steps('invoice', 'issue by invoices.interest');
  with written as (
    insert into public.invoices (tenant_id, number, order_id, customer_id, status, currency, issued_on, due_on, subtotal, printed, interest_of_id, interest_month)
    select tenant, private.next_document_number(tenant, 'invoice'), i.order_id, i.customer_id, 'issued', i.currency, today,
      private.due_date(today, c.payment_terms_days, c.pays_at_month_end), d.amount, i.printed, i.id, month
    from private.interest_due(tenant, month) d
    join public.invoices i on i.tenant_id = tenant and i.id = d.invoice_id
    join public.customers c on c.tenant_id = tenant and c.id = i.customer_id
    returning id, subtotal, interest_of_id
  ), lines as (
    insert into public.invoice_items (tenant_id, invoice_id, line_number, product_sku, product_name, unit, quantity, unit_price, tax_rate)
    select tenant, w.id, 1, 'INTEREST', i.number || ' ' || pg_catalog.to_char(month, 'YYYY-MM'), '', 1, w.subtotal, 0
    from written w join public.invoices i on i.tenant_id = tenant and i.id = w.interest_of_id
    returning 1
  )
  select count(*) into charged from lines;
  perform private.take_steps(null);
  return charged;
end
$$;
comment on function private.charge_interest_of(uuid, date) is 'Charges the interest of a month: an invoice of its own for each invoice that owes some, once.';

create function private.charge_interest() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  due record;
  now_charged integer;
  charged bigint := 0;
begin
  for due in
    select s.tenant_id, m.month
    from public.tenant_settings s
    join public.tenants t on t.id = s.tenant_id and t.status = 'active'
    cross join lateral (select (pg_catalog.date_trunc('month', private.tenant_today(s.tenant_id)) - interval '1 month')::date as month) m
    where pg_catalog.jsonb_typeof(s.business_rules -> 'invoices.interest') = 'object' and m.month >= (s.business_rules -> 'invoices.interest' ->> 'from')::date
      and not exists (select from private.interest_months d where d.tenant_id = s.tenant_id and d.month = m.month)
    order by s.tenant_id
  loop
    -- Two workers at once: the second waits here, and finds it done.
    insert into private.interest_months (tenant_id, month) values (due.tenant_id, due.month) on conflict do nothing;
    if found then
      now_charged := private.charge_interest_of(due.tenant_id, due.month);
      update private.interest_months d set charged = now_charged where d.tenant_id = due.tenant_id and d.month = due.month;
      charged := charged + now_charged;
    end if;
  end loop;
  return charged;
end
$$;
comment on function private.charge_interest() is
  'Maintenance: the interest of the month that is over, of each company with the rule invoices.interest that counts from then or earlier, once. Only of that month: what was missed is not made up for.';
select private.maintain('charge_interest', 'interest_charged');
