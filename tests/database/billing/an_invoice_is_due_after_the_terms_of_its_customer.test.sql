begin;
select plan(7);

select is(private.due_date('2016-01-22', 30, false), '2016-02-21'::date, 'thirty days');
select is(private.due_date('2016-01-22', 30, true), '2016-02-29'::date, 'the end of the month in which they end, in a leap year');
select is(private.due_date('2017-01-22', 30, true), '2017-02-28'::date, 'and in another');
select is(private.due_date('2026-11-30', 0, false), '2026-11-30'::date, 'no terms: the same day');
select is(private.due_date('2026-12-31', 0, true), '2026-12-31'::date, 'the last day is the end of its month');

update customers set pays_at_month_end = true where id = tests.customer('Kilimani Mini Mart');
select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 1));
select is((select i.due_on from invoices i where i.id = tests.id('invoice')),
  (select private.due_date(i.issued_on, c.payment_terms_days, true) from invoices i join customers c on c.id = i.customer_id where i.id = tests.id('invoice')), 'an issued invoice follows the customer''s');
select is((select i.printed ->> 'pays_at_month_end' from invoices i where i.id = tests.id('invoice')), 'true', 'and keeps them');

select * from finish();
rollback;
