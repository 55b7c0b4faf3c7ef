-- Family 09, billing: the tax of invoices and credit notes by name.

create function private.invoice_taxes(taxed public.invoices) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) order by s.name, s.percent), '[]')
    from (
      select t.name, t.percent, sum(t.amount) as amount
      from public.invoices d
      join public.orders o on o.tenant_id = d.tenant_id and o.id = d.order_id
      join public.invoice_items l on l.tenant_id = d.tenant_id and l.invoice_id = d.id
      cross join lateral private.split_tax(l.taxes, l.tax_rate, l.tax_amount) t
      where d.tenant_id = private.tenant_id('invoices.view') and d.id = taxed.id
        and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id))
      group by t.name, t.percent
    ) s
  );
end
$$;
comment on function private.invoice_taxes(public.invoices) is
  'The tax of an invoice that the caller sees, [{name, percent, amount}], summing to tax_total to the cent. A computed field: select=*,invoice_taxes.';
select private.expose('invoice_taxes');

create function private.credit_note_taxes(taxed public.credit_notes) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) order by s.name, s.percent), '[]')
    from (
      select t.name, t.percent, sum(t.amount) as amount
      from public.credit_notes d
      join public.invoices v on v.tenant_id = d.tenant_id and v.id = d.invoice_id
      join public.orders o on o.tenant_id = v.tenant_id and o.id = v.order_id
      join public.credit_note_items l on l.tenant_id = d.tenant_id and l.credit_note_id = d.id
      cross join lateral private.split_tax(l.taxes, l.tax_rate, l.tax_amount) t
      where d.tenant_id = private.tenant_id('invoices.view') and d.id = taxed.id
        and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id))
      group by t.name, t.percent
    ) s
  );
end
$$;
comment on function private.credit_note_taxes(public.credit_notes) is
  'The tax of a credit note that the caller sees, [{name, percent, amount}], summing to tax_total to the cent. A computed field: select=*,credit_note_taxes.';
select private.expose('credit_note_taxes');

-- Filled where documents are told to the authority.
alter table public.invoices add column tax_receipt jsonb;
alter table public.credit_notes add column tax_receipt jsonb;
comment on column public.invoices.tax_receipt is
  'What the tax authority answered: {control_unit, number, signature, internal_data, signed_at, link (its page of this receipt, for the code on paper)}. Null while it was not told.';
comment on column public.credit_notes.tax_receipt is 'What the tax authority answered, as on invoices.';
