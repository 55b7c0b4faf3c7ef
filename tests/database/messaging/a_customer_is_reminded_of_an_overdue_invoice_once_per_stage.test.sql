begin;
select plan(16);

create function pg_temp.told() returns table (recipient text, body text) language sql security definer as $$
  select m.recipient, m.body from public.messages m where m.business_key like 'invoice.reminder:%' order by m.id
$$;
-- As if it had been due so many days ago.
create function pg_temp.late(days integer) returns void language sql security definer as $$
  update public.invoices i set issued_on = private.tenant_today(i.tenant_id) - 90, due_on = private.tenant_today(i.tenant_id) - days where i.id = tests.id('invoice')
$$;

select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'LAG-500', 2));
select pg_temp.late(5);
select private.mark_overdue_invoices();
select is(private.send_invoice_reminders(), 0::bigint, 'a company without stages reminds nobody');

-- The stages are days, and nothing else.
select tests.sign_in('admin@acme.test');
select throws_ok($$ update tenant_settings set business_rules = business_rules || '{"invoices.reminder_days": "3"}' $$, 'PT422', 'input_invalid', 'a list is needed');
select throws_ok($$ update tenant_settings set business_rules = business_rules || '{"invoices.reminder_days": [3, 1.5]}' $$, 'PT422', 'input_invalid', 'of whole days');
select throws_ok($$ update tenant_settings set business_rules = business_rules || '{"invoices.reminder_days": [0]}' $$, 'PT422', 'input_invalid', 'after the due date');
update tenant_settings set business_rules = business_rules || '{"invoices.reminder_days": [3, 14, 30]}';
select tests.sign_out();

select is(private.send_invoice_reminders(), 1::bigint, 'at the first stage he is reminded');
select is(private.send_invoice_reminders(), 0::bigint, 'once');
select is((select count(*) from pg_temp.told()), 1::bigint, 'by one message');
select is((select recipient from pg_temp.told()), '+254711000102', 'to his phone');
select ok((select t.body like '%' || i.number || '%' and t.body like '%' || to_char(i.balance, 'FM999,999,990.00') || '%' and t.body like '%' || i.due_on || '%'
  from pg_temp.told() t, public.invoices i where i.id = tests.id('invoice')), 'with the number, what is open of it and since when');

-- Due on the same day, but so much later now: only the stage that was reached last is told.
create function pg_temp.days_pass(stages jsonb) returns void language sql security definer as $$
  update public.tenant_settings s set business_rules = s.business_rules || jsonb_build_object('invoices.reminder_days', stages) where s.tenant_id = tests.tenant('acme')
$$;
select pg_temp.days_pass('[1, 2, 3, 4, 5]');
select is(private.send_invoice_reminders(), 1::bigint, 'of several stages that have passed he hears of the last one only');
select ok((select m.business_key like '%:5' from public.messages m where m.business_key like 'invoice.reminder:%' order by m.id desc limit 1), 'the fifth');
select is(private.send_invoice_reminders(), 0::bigint, 'and not of those before it afterwards');

-- Who does not want it, and who has paid.
select tests.sign_in('manager@acme.test');
update customers set takes_reminders = false where id = tests.customer('Kilimani Mini Mart');
select tests.sign_out();
select pg_temp.late(6);
select is(private.send_invoice_reminders(), 0::bigint, 'whose record says no is not reminded');
update public.customers set takes_reminders = true where id = tests.customer('Kilimani Mini Mart');
select tests.remember('money', tests.money('Kilimani Mini Mart', 90000));
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('money'), (select jsonb_build_array(jsonb_build_object('invoice_id', i.id, 'amount', i.balance)) from invoices i where i.id = tests.id('invoice')));
select tests.sign_out();
select is((select status from invoices where id = tests.id('invoice')), 'paid', 'paid');
select is(private.send_invoice_reminders(), 0::bigint, 'who has paid is not reminded');
select is((select count(*) from pg_temp.told()), 2::bigint, 'two reminders in all');

select * from finish();
rollback;
