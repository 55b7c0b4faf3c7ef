begin;
select plan(9);

create function pg_temp.told(reference text, amount numeric, account text default 'Till') returns void language sql security definer as $$
  insert into public.statement_lines (tenant_id, source, reference, amount, posted_at) values (tests.tenant('acme'), account, reference, amount, now())
$$;
create function pg_temp.work() returns void language sql security definer as $$ select private.process_queue('money_events', 200) $$;

-- The payment first, then the line.
select tests.remember('early', tests.money('Kilimani Mini Mart', 500, 'SKE1AB2CD3'));
select pg_temp.work();
select is((select status::text from payments where id = tests.id('early')), 'approved', 'without a line nothing is proven');
select pg_temp.told('ske1 ab2cd3', 500);
select pg_temp.work();
select is((select status::text from payments where id = tests.id('early')), 'reconciled', 'its line proves it');
select is((select payment_id from statement_lines where reference_key = 'SKE1AB2CD3'), tests.id('early'), 'and is used');
select is((select rule from event_store where machine = 'payment' and entity_id = tests.id('early') and step = 'reconcile'), 'queue:money_events', 'by nobody, but for a rule');

-- The line first, then the payment.
select pg_temp.told('SKL2', 70);
select pg_temp.work();
select tests.remember('late', tests.money('Kilimani Mini Mart', 70, 'SKL2'));
select pg_temp.work();
select is((select status::text from payments where id = tests.id('late')), 'reconciled', 'whichever comes last finds the other');

-- Another amount proves nothing, nor does a pending payment count.
select tests.remember('other', tests.money('Kilimani Mini Mart', 80, 'SKL3'));
select pg_temp.told('SKL3', 79.99);
select pg_temp.work();
select is((select status::text from payments where id = tests.id('other')), 'approved', 'a cent less proves nothing');
select tests.sign_in('sales@acme.test');
select tests.remember('pending', (record_payment(tests.customer('Kilimani Mini Mart'), 'mpesa', 90, 'SKL4')).id);
select tests.sign_out();
select pg_temp.told('SKL4', 90);
select pg_temp.work();
select is((select status::text from payments where id = tests.id('pending')), 'pending', 'the statement does not approve');
-- A line proves one payment: told by two accounts, it is used once.
select pg_temp.told('SKE1AB2CD3', 500, 'Bank');
select pg_temp.work();
select is((select count(*) from statement_lines where payment_id = tests.id('early')), 1::bigint, 'a payment has one proof');
-- Cash is not told by banks, whatever is written on it.
select tests.sign_in('sales@acme.test');
select tests.remember('cash', (record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 44, 'RECEIPT 5')).id);
select tests.sign_in('finance@acme.test');
select approve_payment(tests.id('cash'));
select tests.sign_out();
select pg_temp.told('RECEIPT 5', 44);
select pg_temp.work();
select is((select status::text from payments where id = tests.id('cash')), 'approved', 'cash is counted, not told');

select * from finish();
rollback;
