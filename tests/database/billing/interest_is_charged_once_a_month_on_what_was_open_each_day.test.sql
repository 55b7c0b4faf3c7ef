begin;
select plan(30);

create function pg_temp.rule(more jsonb) returns void language sql as $$
  update public.tenant_settings set business_rules = business_rules || jsonb_build_object('invoices.interest', '{"percent": 2, "per": "month", "from": "2026-01-01", "grace_days": 5}'::jsonb || more)
  where tenant_id = tests.tenant('acme')
$$;
create function pg_temp.due(month date, called text default 'invoice') returns numeric language sql as $$
  select coalesce((select d.amount from private.interest_due(tests.tenant('acme'), month) d where d.invoice_id = tests.id(called)), 0)
$$;
create function pg_temp.buyer() returns text language sql security definer as $$
  select c.name from public.customers c join public.memberships m on m.customer_id = c.id where m.user_id = tests.account('customer@acme.test')
$$;
-- An invoice of 1,160 that was due on the last day of January.
create function pg_temp.overdue(called text) returns void language plpgsql as $$
begin
  perform tests.deliver(tests.id('order_of_' || called), 1);
  perform tests.sign_in('finance@acme.test');
  perform tests.remember(called, (public.issue_invoice((select i.id from public.invoices i where i.order_id = tests.id('order_of_' || called)))).id);
  perform tests.sign_out();
  update public.invoices set subtotal = 1000, tax_total = 160, deposit_total = 0, issued_on = '2026-01-01', due_on = '2026-01-31' where id = tests.id(called);
end $$;
create function pg_temp.interest_on(called text) returns uuid language sql security definer as $$
  select i.id from public.invoices i where i.interest_of_id = tests.id(called) order by i.interest_month desc limit 1
$$;

select tests.remember('order_of_invoice', tests.allocated(pg_temp.buyer(), 'COL-300', 1));
select tests.remember('order_of_other', tests.allocated(pg_temp.buyer(), 'ORG-300', 1));
select tests.on_the_road(array[tests.id('order_of_invoice'), tests.id('order_of_other')]);
select pg_temp.overdue('invoice');
select is(pg_temp.due('2026-02-01'), 0::numeric, 'without a rule nobody pays interest');
select tests.sign_in('admin@acme.test');
select throws_ok($$ select pg_temp.rule('{"percent": 0}') $$, 'PT422', 'input_invalid', 'a rule has a percentage');
select throws_ok($$ select pg_temp.rule('{"per": "week"}') $$, 'PT422', 'input_invalid', 'per month or year');
select throws_ok($$ select pg_temp.rule('{"from": "2026-01-15"}') $$, 'PT422', 'input_invalid', 'and the first day of a month from which it counts');
select pg_temp.rule('{}');
select tests.sign_out();

-- Hand-worked: 23 days of February come after the grace of five; 1,160 × 23 × 2 % / 28.
select is(pg_temp.due('2026-02-01'), 19.06, 'it is counted by days, from the day after due date and grace');
select is(pg_temp.due('2026-01-01'), 0::numeric, 'not before');
select is(pg_temp.due('2026-03-01'), 23.20, 'a whole month is two percent, whatever its length');
select is(pg_temp.due('2026-04-01'), 23.20, 'also of thirty days');

-- 600 came in on the 16th: on 13 days less was open. (1,160 × 23 − 600 × 13) × 2 % / 28.
select tests.remember('money', tests.money(pg_temp.buyer(), 600, 'PART1'));
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('money'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 600)));
select tests.sign_out();
update public.payments set received_at = '2026-02-16 12:00+03' where id = tests.id('money');
select is(pg_temp.due('2026-02-01'), 13.49, 'what was paid in the middle of a month counts from its day');
update public.payments set received_at = '2026-02-16 23:30+03' where id = tests.id('money');
select is(pg_temp.due('2026-02-01'), 13.49, 'which is that of the company');
update public.payments set received_at = '2026-02-03 12:00+03' where id = tests.id('money');
select is(pg_temp.due('2026-02-01'), 9.20, 'what was paid before the first day is not counted at all');
update public.payments set received_at = '2026-03-01 00:30+03' where id = tests.id('money');
select is(pg_temp.due('2026-02-01'), 19.06, 'what was paid after the last day takes nothing off');
update public.payments set received_at = '2026-02-16 12:00+03' where id = tests.id('money');
select pg_temp.rule('{"percent": 12, "per": "year"}');
select is(pg_temp.due('2026-02-01'), 6.21, 'by the year it is a part of 365 days');
select pg_temp.rule('{"minimum": 13.50}');
select is(pg_temp.due('2026-02-01'), 0::numeric, 'what is less than the minimum is not charged');
select pg_temp.rule('{}');
update public.customers set pays_interest = false where name = pg_temp.buyer() and tenant_id = tests.tenant('acme');
select is(pg_temp.due('2026-02-01'), 0::numeric, 'a customer may be free of it');
update public.customers set pays_interest = true where name = pg_temp.buyer() and tenant_id = tests.tenant('acme');
select tests.sign_in('customer@acme.test');
select ask_for_help('Two crates were missing', 'invoice', tests.id('invoice'));
select tests.sign_out();
select is(pg_temp.due('2026-02-01'), 0::numeric, 'and is, as long as he complains of the invoice');
update public.tasks set status = 'cancelled' where document_id = tests.id('invoice');

-- It is an invoice of its own, once.
select is(private.charge_interest_of(tests.tenant('acme'), '2026-02-01'), 1, 'the month is charged');
select is(private.charge_interest_of(tests.tenant('acme'), '2026-02-01'), 0, 'once');
select throws_ok($$ insert into public.invoices (tenant_id, order_id, customer_id, currency, interest_of_id, interest_month)
  select tenant_id, order_id, customer_id, currency, id, '2026-02-01' from public.invoices where id = tests.id('invoice') $$, '23505', null, 'whoever charges it');
select tests.sign_in('finance@acme.test');
select results_eq($$ select status::text, total, due_on >= issued_on, number is not null from invoices where id = pg_temp.interest_on('invoice') $$, $$ values ('issued', 13.49, true, true) $$, 'as an invoice with a number and a day');
select is((select debit from customer_statement(tests.customer(pg_temp.buyer())) where kind = 'interest_charge'), 13.49, 'which stands in the statement');
select is((select sum(amount) from explain_figure('customer_balance', tests.customer(pg_temp.buyer()))),
  (select sum(i.balance) from invoices i where i.customer_id = tests.customer(pg_temp.buyer()) and i.status <> 'draft') - (select sum(p.unallocated) from payments p where p.customer_id = tests.customer(pg_temp.buyer()) and p.status in ('approved', 'reconciled')), 'and in the balance');
select is((select what || ' ' || amount from explain_figure('invoice_total', pg_temp.interest_on('invoice'))), 'interest_charge 13.49', 'its total says what it is');
select is((select payment_state(o)::text from orders o join invoices i on i.order_id = o.id where i.id = tests.id('invoice')), 'partly_paid', 'its order is paid by its own invoice');
select tests.sign_out();
update public.invoices set issued_on = '2026-01-01', due_on = '2026-01-31' where id = pg_temp.interest_on('invoice');
select is((select count(*) from private.interest_due(tests.tenant('acme'), '2026-03-01') d where d.invoice_id = pg_temp.interest_on('invoice')), 0::bigint, 'there is no interest on interest');

-- Waived.
select pg_temp.overdue('other');
select private.charge_interest_of(tests.tenant('acme'), '2026-02-01');
select tests.sign_in('finance@acme.test');
select throws_ok($$ select void_invoice(tests.id('other'), 'Wrong customer') $$, 'PT409', 'invoice_has_interest', 'an invoice stands as long as its interest does');
select is((void_invoice(pg_temp.interest_on('other'), 'As agreed by telephone')).status::text, 'void', 'interest is waived with a reason');
select tests.sign_out();
select is(pg_temp.due('2026-02-01', 'other'), 0::numeric, 'and not charged again');

-- The month that is over, by the clock.
select ok(private.charge_interest() >= 2, 'maintenance charges the month that is over');
select is(private.charge_interest(), 0::bigint, 'and does so once');

select * from finish();
rollback;
