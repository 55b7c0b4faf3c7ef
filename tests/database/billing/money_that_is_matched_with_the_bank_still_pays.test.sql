begin;
select plan(15);

select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 10, tests.lines('EMP-CRATE24', 10)));
select tests.remember('payment', tests.money('Kilimani Mini Mart', 200, 'QWE1'));
create function pg_temp.pay(amount numeric) returns text language sql as $$
  select p.status || ' ' || p.unallocated from allocate_payment(tests.id('payment'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', amount))) p
$$;
select tests.sign_in('finance@acme.test');
insert into statement_lines (source, reference, amount, posted_at) values ('mpesa', 'QWE1', 200, now());
select tests.remember('line', (select id from statement_lines where reference = 'QWE1'));
select is(pg_temp.pay(100), 'approved 100.00', 'half of it pays');
select is((reconcile_payment(tests.id('payment'), tests.id('line'))).status::text, 'reconciled', 'then the bank shows it');
select is(pg_temp.pay(60), 'reconciled 40.00', 'the rest can still pay');
select is((select paid_total from invoices where id = tests.id('invoice')), 160.00, 'and has');
select is((unallocate_payment(tests.id('payment'), tests.id('invoice'))).unallocated, 200.00, 'it can be taken off again');
select is((select status || ' ' || balance from invoices where id = tests.id('invoice')), 'issued 9048.00', 'which opens the invoice');
select throws_ok($$ select unallocate_payment(tests.id('payment'), tests.id('invoice')) $$, 'PT409', 'nothing_allocated', 'once');
select is(pg_temp.pay(200), 'reconciled 0.00', 'all of it');

-- Undoing the match does not undo what it paid.
select is((unreconcile_payment(tests.id('payment'))).status::text, 'approved', 'a wrong match is undone');
select is((select payment_id from statement_lines where id = tests.id('line')), null, 'the line proves nothing now');
select is((select paid_total from invoices where id = tests.id('invoice')), 200.00, 'what was paid stays paid');
select throws_ok($$ select unreconcile_payment(tests.id('payment')) $$, 'PT409', 'payment_transition_illegal', 'once');

-- A reconciled payment that bounces is cancelled.
select reconcile_payment(tests.id('payment'), tests.id('line'));
select is((cancel_payment(tests.id('payment'), 'Bounced')).status::text, 'cancelled', 'it is cancelled');
select is((select i.status || ' ' || i.balance from invoices i where id = tests.id('invoice')), 'issued 9048.00', 'its invoice is open again');
select is((select payment_id from statement_lines where id = tests.id('line')), null, 'and its line can prove another');

select * from finish();
rollback;
