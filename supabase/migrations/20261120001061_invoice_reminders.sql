-- Family 10, messaging: customers are reminded of invoices that are overdue, stage by stage.

insert into public.message_texts (event, channel, language, subject, body)
select 'invoice.reminder', c.channel, t.language, case when c.channel = 'email' then t.subject end, t.body
from pg_catalog.unnest(array['email', 'whatsapp', 'sms']::public.message_channel[]) as c (channel)
cross join (values
  ('en', '{company}: invoice {number}', 'Dear {customer}, {total} of our invoice {number} was due on {date}. Please pay it, or call us if you have done so already. {company}'),
  ('sw', '{company}: ankara {number}', 'Mpendwa {customer}, {total} ya ankara yetu {number} ilipaswa kulipwa tarehe {date}. Tafadhali ilipe, au tupigie simu ikiwa umeshalipa. {company}')
) as t (language, subject, body);

create function private.send_invoice_reminders() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  due record;
  told private.addressee;
  sent bigint := 0;
begin
  for due in
    select i.tenant_id, i.id, i.number, i.due_on, i.currency, i.balance, k.business_key
    from public.tenants t
    join public.tenant_settings s on s.tenant_id = t.id and s.business_rules -> 'invoices.reminder_days' <> '[]'
    join public.invoices i on i.tenant_id = t.id and i.is_done is false and i.status = 'overdue'
    join public.customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id and c.takes_reminders
    -- The stage that was reached last: who was not reminded while the rule was off is reminded once.
    cross join lateral (
      select max(d::integer) as stage from pg_catalog.jsonb_array_elements_text(s.business_rules -> 'invoices.reminder_days') d
      where d::integer <= private.tenant_today(i.tenant_id) - i.due_on
    ) reached
    cross join lateral (select 'invoice.reminder:' || i.id || ':' || i.due_on || ':' || reached.stage as business_key) k
    where t.status = 'active' and reached.stage is not null
      and not exists (select from public.messages g where g.tenant_id = i.tenant_id and g.business_key = k.business_key)
    -- Whoever pays it waits until the reminder is written, or there is none any more.
    for no key update of i skip locked
  loop
    told := private.customer_of_invoice(due.tenant_id, due.id);
    told.names := told.names || pg_catalog.jsonb_build_object('number', due.number, 'date', due.due_on, 'total', private.money_in_words(due.currency, due.balance));
    sent := sent + (private.tell_customer(due.tenant_id, 'invoice.reminder', told, due.business_key, 'invoice', due.id) is not null)::integer;
  end loop;
  return sent;
end
$$;
comment on function private.send_invoice_reminders() is
  'Maintenance: customers are reminded of what is open of an overdue invoice, once per stage of the company''s rule invoices.reminder_days (days after the due date), the last stage that was reached; nobody whose record says that he is not reminded.';
select private.maintain('send_invoice_reminders', 'invoice_reminders');
