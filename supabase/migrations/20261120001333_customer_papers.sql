-- Family 13, registries: the papers that customers may have, with all that is printed on them and nothing else.

create function private.taxes_printed(lines jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) order by s.name, s.percent), '[]')
  from (
    select t.name, t.percent, sum(t.amount) as amount
    from pg_catalog.jsonb_to_recordset(lines) as l (taxes jsonb, tax_rate numeric, tax_amount numeric)
    cross join lateral private.split_tax(l.taxes, l.tax_rate, l.tax_amount) t
    group by t.name, t.percent
  ) s
$$;
comment on function private.taxes_printed(jsonb) is 'The tax of lines [{taxes, tax_rate, tax_amount}] by name, [{name, percent, amount}].';

create function private.my_paper(paper text, id uuid, from_date date default null, to_date date default null) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  me constant public.customers := private.require_customer('account.view');
  buyer constant jsonb := pg_catalog.jsonb_build_object('name', me.name, 'tax_id', me.tax_id, 'language', me.language);
  document jsonb;
  lines jsonb;
begin
  if paper = 'invoice' then
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_sku', l.product_sku, 'product_name', l.product_name, 'unit', l.unit, 'is_deposit', l.is_deposit, 'is_fee', l.is_fee, 'quantity', l.quantity, 'unit_price', l.unit_price,
      'tax_rate', l.tax_rate, 'discount_amount', l.discount_amount, 'line_total', l.line_total, 'taxes', l.taxes, 'tax_amount', l.tax_amount) order by l.line_number) into lines
    from public.invoice_items l where l.tenant_id = me.tenant_id and l.invoice_id = id;
    select pg_catalog.jsonb_build_object('number', i.number, 'status', i.status, 'currency', i.currency, 'issued_on', i.issued_on, 'due_on', i.due_on, 'discount_until', i.discount_until, 'discount_amount', i.discount_amount,
      'subtotal', i.subtotal, 'deposit_total', i.deposit_total, 'total', i.total, 'paid_total', i.paid_total, 'balance', i.balance, 'printed', i.printed, 'tax_receipt', i.tax_receipt, 'customers', buyer,
      'invoice_taxes', private.taxes_printed(coalesce(lines, '[]')), 'orders', pg_catalog.jsonb_build_object('number', o.number), 'invoice_items', coalesce(lines, '[]')) into document
    from public.invoices i join public.orders o on o.tenant_id = i.tenant_id and o.id = i.order_id
    where i.tenant_id = me.tenant_id and i.customer_id = me.id and i.id = my_paper.id and i.number is not null;
  elsif paper = 'credit_note' then
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_sku', l.product_sku, 'product_name', l.product_name, 'unit', l.unit, 'is_deposit', l.is_deposit, 'is_fee', l.is_fee, 'quantity', l.quantity, 'unit_price', l.unit_price,
      'tax_rate', l.tax_rate, 'discount_amount', l.discount_amount, 'line_total', l.line_total, 'taxes', l.taxes, 'tax_amount', l.tax_amount) order by l.line_number) into lines
    from public.credit_note_items l where l.tenant_id = me.tenant_id and l.credit_note_id = id;
    select pg_catalog.jsonb_build_object('number', n.number, 'status', n.status, 'currency', n.currency, 'issued_on', n.issued_on, 'reason', n.reason, 'subtotal', n.subtotal, 'deposit_total', n.deposit_total, 'total', n.total,
      'printed', n.printed, 'tax_receipt', n.tax_receipt, 'customers', buyer, 'credit_note_taxes', private.taxes_printed(coalesce(lines, '[]')), 'invoices', pg_catalog.jsonb_build_object('number', i.number), 'credit_note_items', coalesce(lines, '[]')) into document
    from public.credit_notes n join public.invoices i on i.tenant_id = n.tenant_id and i.id = n.invoice_id
    where n.tenant_id = me.tenant_id and n.customer_id = me.id and n.id = my_paper.id and n.number is not null;
  elsif paper = 'receipt' then
    select pg_catalog.jsonb_build_object('number', p.number, 'status', p.status, 'currency', p.currency, 'method', p.method, 'amount', p.amount, 'unallocated', p.unallocated, 'refunded_total', p.refunded_total,
      'reference', p.reference, 'received_at', p.received_at, 'approved_at', p.approved_at, 'status_reason', null, 'printed', p.printed, 'customers', buyer,
      'orders', (select pg_catalog.jsonb_build_object('number', o.number) from public.orders o where o.tenant_id = p.tenant_id and o.id = p.order_id),
      'payment_allocations', (
        select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('amount', a.amount, 'invoices', pg_catalog.jsonb_build_object('number', i.number, 'issued_on', i.issued_on)) order by a.created_at), '[]')
        from public.payment_allocations a join public.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
        where a.tenant_id = p.tenant_id and a.payment_id = p.id
      )) into document
    from public.payments p
    where p.tenant_id = me.tenant_id and p.customer_id = me.id and p.id = my_paper.id and p.is_received and p.status in ('approved', 'reconciled');
  elsif paper = 'statement' and id = me.id then
    document := buyer || pg_catalog.jsonb_build_object('code', me.code, 'to', to_date, 'entries', (
      select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e)) from private.statement_of(me.tenant_id, me.id, from_date, to_date) e
    ));
  end if;
  if document is null then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('paper', paper, 'id', id));
  end if;
  return pg_catalog.jsonb_build_object('document', document, 'company', (
    select pg_catalog.jsonb_build_object('legal_name', coalesce(s.legal_name, t.name), 'postal_address', s.postal_address, 'tax_numbers', s.tax_numbers, 'contact_line', s.contact_line, 'bank_details', s.bank_details,
      'mpesa_till', s.mpesa_till, 'document_terms', s.document_terms, 'logo', s.logo, 'locale', s.locale, 'currency', s.currency, 'timezone', s.timezone, 'terminology', s.terminology, 'business_rules', '{}'::jsonb)
    from public.tenants t join public.tenant_settings s on s.tenant_id = t.id where t.id = me.tenant_id
  ));
end
$$;
comment on function private.my_paper(text, uuid, date, date) is
  'For customers: all that is printed on one of their papers (paper: invoice, credit_note, receipt; statement, with the id of the customer and its days): {document, company}, in the shape in which colleagues read it over REST. Raises record_not_found, input_invalid, permission_denied.';
select private.expose('my_paper');
