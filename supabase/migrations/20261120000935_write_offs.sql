-- Family 09, billing: what an invoice is let off. Nobody will pay it, or it was paid early.

select private.register_error('write_off_exceeds', 409, 'Less than this is open on the invoice now.', 'Reject it, and ask for what is open.');
select private.register_error('waived_money_is_whole', 409, 'What is written off or given as a discount belongs to its invoice as a whole.', 'Take the payment back instead.');
select private.register_error('discount_follows', 409, 'A discount for paying early follows the payment it was given for.', 'Take that payment off the invoice, or back.');

create function private.write_off_invoice(invoice_id uuid, reason text, amount numeric default null, expected_version integer default null) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('invoices.write_off');
  target public.invoices;
  created public.payments;
begin
  target := private.lock_invoice(tenant, invoice_id, expected_version);
  if not private.takes_in_place('invoice', tenant, target.status::text, 'write_off') then
    perform private.fail('invoice_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'write_off'));
  end if;
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  perform private.check_text('reason', reason, 500);
  amount := coalesce(amount, target.balance);
  perform private.require_number('amount', amount, 0.01, 999999999999.99);
  if amount <> round(amount, 2) then
    perform private.fail('input_invalid', '{"amount": "two decimals at most are needed"}');
  end if;
  if amount > target.balance then
    perform private.fail('write_off_exceeds', pg_catalog.jsonb_build_object('amount', amount, 'balance', target.balance));
  end if;
  insert into public.payments (tenant_id, customer_id, method, amount, currency, waives_invoice_id, note)
  values (tenant, target.customer_id, 'write_off', amount, target.currency, target.id, pg_catalog.btrim(reason))
  returning * into created;
  return created;
end
$$;
comment on function private.write_off_invoice(uuid, text, numeric, integer) is
  'Asks for an invoice, or a part of what is open of it, to be written off: a pending payment that nobody made, which somebody else approves. Raises write_off_exceeds, reason_required, invoice_transition_illegal, input_invalid, record_not_found, version_conflict.';
insert into private.in_place_commands (machine, state, command, permission)
select 'invoice', s, 'write_off', 'invoices.write_off' from pg_catalog.unnest(array['issued', 'partially_paid', 'overdue']) s;
select private.expose_command('write_off_invoice');

create function private.write_off(approved public.payments) returns public.payments
language plpgsql security definer set search_path = ''
as $$
declare
  balance numeric;
begin
  if approved.method = 'write_off' then
    select i.balance into balance from public.invoices i
    where i.tenant_id = approved.tenant_id and i.id = approved.waives_invoice_id and i.status in ('issued', 'partially_paid', 'overdue')
    for no key update;
    if balance is null or balance < approved.amount then
      perform private.fail('write_off_exceeds', pg_catalog.jsonb_build_object('invoice_id', approved.waives_invoice_id, 'amount', approved.amount, 'balance', balance));
    end if;
    perform private.spend_on_invoice(approved, approved.waives_invoice_id);
    select * into approved from public.payments p where p.tenant_id = approved.tenant_id and p.id = approved.id;
  end if;
  return approved;
end
$$;
comment on function private.write_off(public.payments) is 'Lets an approved write-off pay its invoice, of which as much has to be open still; any other payment is left as it is. Raises write_off_exceeds.';

------------------------------------------------------------------------------------------------
-- Discounts for paying early
------------------------------------------------------------------------------------------------

create function private.grant_discount(paying public.payments, paid_invoice uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  due public.invoices;
  discount public.payments;
begin
  select i.* into due
  from public.invoices i
  join public.tenant_settings z on z.tenant_id = i.tenant_id
  where i.tenant_id = paying.tenant_id and i.id = paid_invoice and i.status in ('issued', 'partially_paid', 'overdue')
    and i.balance between 0.01 and i.discount_amount and (paying.received_at at time zone z.timezone)::date <= i.discount_until;
  if found then
    perform private.take_steps('payment', 'approve by invoice.discount');
    insert into public.payments (tenant_id, customer_id, method, amount, currency, waives_invoice_id, status, approved_at)
    values (due.tenant_id, due.customer_id, 'discount', due.balance, due.currency, due.id, 'approved', pg_catalog.now())
    returning * into discount;
    perform private.take_steps(null);
    perform private.spend_on_invoice(discount, due.id);
  end if;
end
$$;
comment on function private.grant_discount(public.payments, uuid) is
  'An invoice of which no more than its discount is open after money that was received in time is paid: the rest is the discount.';

create function private.withdraw_discounts(tenant uuid, invoice_ids uuid[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
begin
  if exists (select from public.payments p where p.tenant_id = tenant and p.waives_invoice_id = any (invoice_ids) and p.method = 'discount' and p.is_live) then
    earlier := private.run_as_rule('invoice.discount');
    delete from public.payment_allocations a using public.payments p
    where p.tenant_id = tenant and p.waives_invoice_id = any (invoice_ids) and p.method = 'discount' and p.is_live
      and a.tenant_id = tenant and a.payment_id = p.id;
    update public.payments p set status = 'cancelled', status_reason = 'The invoice is no longer paid in time.'
    where p.tenant_id = tenant and p.waives_invoice_id = any (invoice_ids) and p.method = 'discount' and p.is_live;
    perform private.run_as_rule(earlier);
  end if;
end
$$;
comment on function private.withdraw_discounts(uuid, uuid[]) is 'Takes the discounts off invoices of which money was taken off; paid again in time, they are given again.';

create function private.tg_payments__keep_waived_whole() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (
    select from public.payments p where p.tenant_id = new.tenant_id and p.id = new.id and p.status in ('approved', 'reconciled') and p.allocated_total <> p.amount
  ) then
    perform private.fail('waived_money_is_whole', pg_catalog.jsonb_build_object('payment_id', new.id));
  end if;
  return null;
end
$$;
comment on function private.tg_payments__keep_waived_whole() is
  'What was never received can pay nothing but its invoice, and cannot become an advance that is given back. Looked at when the transaction ends. Raises waived_money_is_whole.';
create constraint trigger _390_keep_waived_whole after insert or update of status, allocated_total on public.payments
deferrable initially deferred for each row when (new.waives_invoice_id is not null) execute function private.tg_payments__keep_waived_whole();
