-- Family 13, registries: what customers see of their own account. They open no table: each function here knows the
-- one customer whom the caller acts for, and answers what his pages show and nothing else (docs/decisions/0044).

create function private.require_customer(permission text) returns public.customers
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission(permission);
  me public.customers;
begin
  select * into me from public.customers c where c.tenant_id = tenant and c.id = private.scope_customer_id();
  if not found then
    perform private.fail('permission_denied', pg_catalog.jsonb_build_object('permission', permission));
  end if;
  return me;
end
$$;
comment on function private.require_customer(text) is
  'The customer whom the caller acts for, where he holds a right of the own account. Colleagues may hold it, too, so that they can give it; they act for nobody. Raises permission_denied, not_signed_in.';

create function private.account_of(me public.customers) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  used constant numeric := private.credit_used(me.tenant_id, me.id);
begin
  return (
    select pg_catalog.jsonb_build_object(
      'customer', pg_catalog.jsonb_build_object('id', me.id, 'code', me.code, 'name', me.name, 'contact_name', me.contact_name, 'phone', me.phone, 'email', me.email, 'tax_id', me.tax_id, 'language', me.language),
      'company', pg_catalog.jsonb_build_object('name', coalesce(s.legal_name, t.name), 'contact_line', s.contact_line, 'currency', s.currency,
        'paybill', coalesce((select p.short_code from public.paybills p where p.tenant_id = t.id and p.is_active order by p.created_at, p.id limit 1), s.mpesa_till), 'bank_details', s.bank_details),
      'can_order', me.status = 'active',
      'owed', bills.owed, 'overdue', bills.overdue, 'next_due_on', bills.next_due_on, 'advances', paid.advances, 'told', paid.told,
      'credit', case when me.payment_terms_days > 0 then pg_catalog.jsonb_build_object('limit', me.credit_limit, 'used', used, 'left', me.credit_limit - used) end,
      'addresses', (
        select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', a.id, 'label', a.label, 'street', a.street, 'city', a.city) order by a.is_default desc, a.label, a.id), '[]')
        from public.customer_addresses a where a.tenant_id = me.tenant_id and a.customer_id = me.id and a.is_active and a.kind in ('delivery', 'both')
      )
    )
    from public.tenants t
    join public.tenant_settings s on s.tenant_id = t.id
    cross join lateral (
      select coalesce(sum(i.balance), 0) as owed, coalesce(sum(i.balance) filter (where i.due_on < private.tenant_today(t.id)), 0) as overdue, min(i.due_on) as next_due_on
      from public.invoices i
      where i.tenant_id = t.id and i.customer_id = me.id and i.is_done is false and i.status in ('issued', 'partially_paid', 'overdue') and i.balance > 0
    ) bills
    cross join lateral (
      select coalesce(sum(p.unallocated) filter (where p.status in ('approved', 'reconciled')), 0) as advances, coalesce(sum(p.amount) filter (where p.status = 'pending'), 0) as told
      from public.payments p where p.tenant_id = t.id and p.customer_id = me.id
    ) paid
    where t.id = me.tenant_id
  );
end
$$;
comment on function private.account_of(public.customers) is
  'The account of a customer, as he may see it (public.my_account).';

create function private.my_account() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return private.account_of(private.require_customer('account.view'));
end
$$;
comment on function private.my_account() is 'For customers: their own account: {customer {id, code, name, contact_name, phone, email, tax_id, language}, company {name, contact_line, currency, paybill, bank_details}, can_order, owed, overdue, next_due_on, advances (paid and not used yet), told (payments that wait to be confirmed), credit {limit, used, left} or null for who pays on delivery, addresses [{id, label, street, city}]}. The account number with a paybill is the code. Tenant currency. Raises permission_denied.';
select private.expose('my_account');

create function private.my_orders()
returns table (id uuid, number text, status text, created_at timestamptz, requested_on date, currency text, total numeric, line_count bigint, planned_arrival_at timestamptz, delivered_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me constant public.customers := private.require_customer('account.view');
begin
  return query
  select o.id, o.number, o.status::text, o.created_at, o.requested_on, o.currency, o.total,
    (select count(*) from public.order_items i where i.tenant_id = o.tenant_id and i.order_id = o.id),
    (select s.planned_arrival_at from public.trip_stops s where s.tenant_id = o.tenant_id and s.order_id = o.id), o.delivered_at
  from public.orders o
  where o.tenant_id = me.tenant_id and o.customer_id = me.id
  order by o.created_at desc, o.id desc;
end
$$;
comment on function private.my_orders() is 'For customers: their orders, the newest first. planned_arrival_at: when a van is planned to be there. Raises permission_denied.';
select private.expose('my_orders');

create function private.my_order(order_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  me constant public.customers := private.require_customer('account.view');
  found_order jsonb;
begin
  select pg_catalog.jsonb_build_object(
    'id', o.id, 'number', o.number, 'status', o.status, 'version', o.version, 'can_change', o.status = 'draft', 'can_give_up', o.status in ('draft', 'pending_approval'), 'created_at', o.created_at, 'requested_on', o.requested_on, 'currency', o.currency,
    'subtotal', o.subtotal, 'tax_total', o.tax_total, 'total', o.total, 'address_id', o.address_id,
    'notes', case when o.status = 'draft' and o.created_by = auth.uid() then o.notes end,
    'address', (select pg_catalog.jsonb_build_object('label', a.label, 'street', a.street, 'city', a.city) from public.customer_addresses a where a.tenant_id = o.tenant_id and a.id = o.address_id),
    'lines', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', i.product_id, 'sku', i.product_sku, 'name', i.product_name, 'unit', i.unit, 'quantity', i.quantity,
        'delivered', i.quantity_delivered, 'returned', i.quantity_returned, 'unit_price', i.unit_price, 'line_total', i.line_total, 'tax_amount', i.tax_amount) order by i.line_number), '[]')
      from public.order_items i where i.tenant_id = o.tenant_id and i.order_id = o.id
    ),
    'steps', pg_catalog.jsonb_build_object('entered', o.created_at, 'sent', o.submitted_at, 'confirmed', o.approved_at, 'on_the_way', t.started_at, 'delivered', o.delivered_at),
    'van', case when o.status in ('dispatched', 'in_transit') then pg_catalog.jsonb_build_object('registration', v.registration, 'planned_arrival_at', s.planned_arrival_at, 'arrived_at', s.arrived_at,
      'expected_at', (select a.arrives_at from private.arrivals_of(t) a where a.order_id = o.id), 'asks_for_code', s.asks_for_code and s.code_confirmed_at is null,
      'stops_before', (select count(*) from public.trip_stops b where b.tenant_id = s.tenant_id and b.trip_id = s.trip_id and b.sequence < s.sequence and b.status not in ('delivered', 'failed'))) end,
    'proof', (select pg_catalog.jsonb_build_object('received_by', p.received_by, 'captured_at', p.captured_at, 'photo_paths', p.photo_paths)
      from public.delivery_proofs p where p.tenant_id = o.tenant_id and p.order_id = o.id),
    'invoice', (select pg_catalog.jsonb_build_object('id', i.id, 'number', i.number, 'status', i.status, 'total', i.total, 'balance', i.balance)
      from public.invoices i where i.tenant_id = o.tenant_id and i.order_id = o.id and i.is_live and i.interest_of_id is null and i.number is not null)
  ) into found_order
  from public.orders o
  left join public.trip_stops s on s.tenant_id = o.tenant_id and s.order_id = o.id
  left join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id
  left join public.vehicles v on v.tenant_id = t.tenant_id and v.id = t.vehicle_id
  where o.tenant_id = me.tenant_id and o.customer_id = me.id and o.id = order_id;
  if found_order is null then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('order_id', order_id));
  end if;
  return found_order;
end
$$;
comment on function private.my_order(uuid) is
  'For customers: one of their orders with its way to them: {id, number, status, version, can_change, can_give_up, created_at, requested_on, currency, subtotal, tax_total, total, address_id, notes (of a draft of one''s own), address {label, street, city}, lines [{product_id, sku, name, unit, quantity, delivered, returned, unit_price, line_total, tax_amount}], steps {entered, sent, confirmed, on_the_way, delivered}, van {registration, planned_arrival_at, arrived_at, expected_at (as of now, while the van drives), asks_for_code, stops_before} while it is under way, proof {received_by, captured_at, photo_paths}, invoice {id, number, status, total, balance}}. Raises record_not_found, permission_denied.';
select private.expose('my_order');

create function private.show_my_delivery_code(order_id uuid) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  me constant public.customers := private.require_customer('account.view');
  target public.orders;
begin
  select * into target from public.orders o where o.tenant_id = me.tenant_id and o.customer_id = me.id and o.id = show_my_delivery_code.order_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('order_id', order_id));
  end if;
  return private.make_delivery_code(target);
end
$$;
comment on function private.show_my_delivery_code(uuid) is
  'For customers: a code for an order that is on its way, to tell its driver. It is shown this once and valid beside those that they were sent. Raises delivery_code_not_asked_for, delivery_codes_used, record_not_found, permission_denied.';
select private.expose_command('show_my_delivery_code');

create function private.my_bills()
returns table (kind text, id uuid, number text, status text, issued_on date, due_on date, currency text, total numeric, balance numeric, order_number text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me constant public.customers := private.require_customer('account.view');
begin
  return query
  select b.* from (
    select 'invoice' as kind, i.id, i.number, i.status::text, i.issued_on, i.due_on, i.currency, i.total, i.balance, o.number as order_number
    from public.invoices i join public.orders o on o.tenant_id = i.tenant_id and o.id = i.order_id
    where i.tenant_id = me.tenant_id and i.customer_id = me.id and i.number is not null
    union all
    select 'credit_note', n.id, n.number, n.status::text, n.issued_on, null, n.currency, n.total, null, null
    from public.credit_notes n
    where n.tenant_id = me.tenant_id and n.customer_id = me.id and n.number is not null
  ) b
  order by b.issued_on desc, b.number desc;
end
$$;
comment on function private.my_bills() is 'For customers: their issued invoices and credit notes, the newest first. balance: what of an invoice is still to be paid. Raises permission_denied.';
select private.expose('my_bills');

create function private.my_payments()
returns table (id uuid, number text, status text, method text, reference text, received_at timestamptz, currency text, amount numeric, unused numeric, is_confirmed boolean)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me constant public.customers := private.require_customer('account.view');
begin
  return query
  select p.id, p.number, p.status::text, p.method::text, p.reference, p.received_at, p.currency, p.amount, p.unallocated, p.status in ('approved', 'reconciled')
  from public.payments p
  where p.tenant_id = me.tenant_id and p.customer_id = me.id and p.is_received
  order by p.received_at desc, p.id desc;
end
$$;
comment on function private.my_payments() is 'For customers: the money that came from them, also what they told of and is not confirmed yet (pending). unused: what of it pays nothing yet; is_confirmed: there is a receipt. Raises permission_denied.';
select private.expose('my_payments');

create function private.my_statement(from_date date default null, to_date date default null)
returns table (on_date date, kind text, document_id uuid, number text, debit numeric, credit numeric, balance numeric)
language plpgsql stable security definer set search_path = ''
as $$
declare
  me constant public.customers := private.require_customer('account.view');
begin
  return query select * from private.statement_of(me.tenant_id, me.id, my_statement.from_date, my_statement.to_date);
end
$$;
comment on function private.my_statement(date, date) is 'For customers: their account between two days, like customer_statement. Raises input_invalid, permission_denied.';
select private.expose('my_statement');

create function private.is_my_proof(object_name text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.orders o
    where o.tenant_id = private.tenant_id('account.view') and o.id = private.order_of_photo(o.tenant_id, object_name) and o.customer_id = private.scope_customer_id()
  );
end
$$;
comment on function private.is_my_proof(text) is 'Whether a stored photo proves a delivery to the customer whom the caller acts for.';
