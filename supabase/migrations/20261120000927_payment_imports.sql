-- Family 09, billing: payments out of files, to be approved by somebody else.

create function private.import_payments(items private.import_item[]) returns setof private.import_result
language plpgsql set search_path = ''
as $$
declare
  customers constant jsonb := private.import_references('public.customers', 'code', 'customer', items);
  timezone constant text := (select s.timezone from public.tenant_settings s where s.tenant_id = private.active_tenant_id());
  item private.import_item;
  line jsonb;
  made public.payments;
begin
  foreach item in array items loop
    line := item.rows -> 0;
    made := public.record_payment(
      coalesce((customers ->> (line ->> 'customer'))::uuid, private.import_reference('public.customers', 'code', 'customer', line ->> 'customer')),
      (line ->> 'method')::public.payment_method, (line ->> 'amount')::numeric, line ->> 'reference',
      -- A file tells the day; where the company is, the day has begun.
      pg_catalog.timezone(timezone, (line ->> 'received_on')::timestamp));
    return next row(item.place, made.id, null, null)::private.import_result;
  end loop;
end
$$;
comment on function private.import_payments(private.import_item[]) is
  'Importer of payments: recorded like those of the form, waiting for approval. Raises import_reference_unknown and what record_payment raises.';

select private.import_into('payment', 'public.payments', 'payments.create', '/payments', 'import_payments', '[
  {"field": "customer", "kind": "code", "is_required": true, "names": ["customer code", "customer id", "account"]},
  {"field": "method", "kind": "public.payment_method", "is_required": true, "names": ["paid by", "payment method", "type"]},
  {"field": "amount", "kind": "numeric", "is_required": true, "names": ["paid", "paid in", "value", "total"]},
  {"field": "reference", "kind": "code", "names": ["receipt", "receipt no", "transaction", "code"]},
  {"field": "received_on", "kind": "date", "names": ["date", "payment date", "paid on"]}
]', key_field => 'reference');
