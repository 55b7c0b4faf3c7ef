begin;
select plan(11);

select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 1));
create function pg_temp.told(amount numeric, bill_reference text default null, paid_from text default null, reference text default 'SK' || gen_random_uuid()) returns uuid language sql security definer as $$
  insert into public.statement_lines (tenant_id, source, reference, amount, posted_at, bill_reference, paid_from)
  values (tests.tenant('acme'), 'Till', reference, amount, now(), bill_reference, paid_from) returning id
$$;
create function pg_temp.guess(line uuid) returns text[] language sql as $$ select array_agg(c.reason || ' ' || c.customer_name) from statement_line_candidates(line) c $$;
create function pg_temp.of_invoice(what text) returns text language sql security definer as $$
  select case what when 'number' then i.number when 'order' then o.number when 'code' then c.code when 'phone' then c.phone when 'balance' then i.balance::text end
  from public.invoices i join public.orders o on o.id = i.order_id join public.customers c on c.id = i.customer_id where i.id = tests.id('invoice')
$$;
create table pg_temp.lines as select
  pg_temp.told(1, pg_temp.of_invoice('number')) as by_number,
  pg_temp.told(1, lower(replace(pg_temp.of_invoice('number'), '-', ' '))) as by_number_as_people_write,
  pg_temp.told(1, pg_temp.of_invoice('order')) as by_order,
  pg_temp.told(1, ' ' || lower(pg_temp.of_invoice('code'))) as by_code,
  pg_temp.told(1, 'soda', pg_temp.of_invoice('phone')) as by_phone,
  pg_temp.told(1, 'soda', overlay(ltrim(pg_temp.of_invoice('phone'), '+') placing '*****' from 5 for 5)) as by_stars,
  pg_temp.told(1, 'soda', encode(sha256(convert_to(ltrim(pg_temp.of_invoice('phone'), '+'), 'UTF8')), 'hex')) as by_hash,
  pg_temp.told(pg_temp.of_invoice('balance')::numeric) as by_amount,
  pg_temp.told(1, 'soda') as by_nothing;
grant select on pg_temp.lines to public;

select tests.sign_in('finance@acme.test');
select is(pg_temp.guess(by_number), array['invoice Kilimani Mini Mart'], 'by the number of the invoice') from pg_temp.lines;
select is(pg_temp.guess(by_number_as_people_write), array['invoice Kilimani Mini Mart'], 'however it is written') from pg_temp.lines;
select is(pg_temp.guess(by_order), array['order Kilimani Mini Mart'], 'by the number of the order') from pg_temp.lines;
select is(pg_temp.guess(by_code), array['customer Kilimani Mini Mart'], 'by the customer''s code') from pg_temp.lines;
select ok('phone Kilimani Mini Mart' = any (pg_temp.guess(by_phone)), 'by the telephone') from pg_temp.lines;
select ok('phone Kilimani Mini Mart' = any (pg_temp.guess(by_stars)), 'also where M-Pesa shows its ends only') from pg_temp.lines;
select is(pg_temp.guess(by_hash), array['phone Kilimani Mini Mart'], 'or its hash only') from pg_temp.lines;
select is(pg_temp.guess(by_amount), array['amount Kilimani Mini Mart'], 'by an invoice of just this balance') from pg_temp.lines;
select is(pg_temp.guess(by_nothing), null, 'and nobody is named where nothing is known') from pg_temp.lines;
select tests.sign_in('sales@acme.test');
select tests.remember('payment', (record_payment(tests.customer('Kilimani Mini Mart'), 'mpesa', 5, 'SKZ9')).id);
select tests.remember('told', pg_temp.told(5, null, null, 'skz 9'));
select tests.sign_in('finance@acme.test');
select is((select array[c.reason, c.payment_status] from statement_line_candidates(tests.id('told')) c limit 1), array['reference', 'pending'], 'a recorded payment of its reference comes first');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select * from statement_line_candidates((select by_number from pg_temp.lines)) $$, '42501', 'permission_denied', 'only who reconciles asks');

select * from finish();
rollback;
