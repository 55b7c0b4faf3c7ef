begin;
select plan(15);

select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 10, tests.lines('EMP-CRATE24', 10)));
select tests.sign_in('sales@acme.test');
select tests.remember('payment', (record_payment(tests.customer('Kilimani Mini Mart'), 'mpesa', 10000, 'QWE1')).id);
select throws_ok($$ select record_payment(tests.customer('Kilimani Mini Mart'), 'mpesa', 500, 'QWE1') $$, 'PT409', 'payment_reference_taken', 'the same money counts once');
select throws_ok($$ select record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 0) $$, 'PT422', 'payment_invalid', 'nothing is no payment');
select throws_ok($$ select record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 'NaN') $$, 'PT422', 'payment_invalid', 'nor is no number');
select throws_ok($$ select record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 1.005) $$, 'PT422', 'payment_invalid', 'nor half a cent');
select throws_ok($$ select allocate_payment(tests.id('payment'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 1))) $$, 'PT409', 'allocation_not_possible', 'a pending payment pays nothing');
select throws_ok($$ select approve_payment(tests.id('payment')) $$, '42501', 'permission_denied', 'who records it does not approve it');
select tests.sign_in('finance@acme.test');
select is((approve_payment(tests.id('payment'))).unallocated, 10000.00, 'it is approved');
create function pg_temp.pay(amount numeric, invoice uuid default tests.id('invoice')) returns numeric language sql as $$ select (public.allocate_payment(tests.id('payment'), jsonb_build_array(jsonb_build_object('invoice_id', invoice, 'amount', amount)))).unallocated $$;
select throws_ok($$ select pg_temp.pay(9048.01) $$, 'PT409', 'allocation_exceeds', 'not more than the invoice is about');
select throws_ok($$ select pg_temp.pay(-1) $$, 'PT422', 'input_invalid', 'not less than nothing');
select throws_ok($$ select pg_temp.pay(0.001) $$, 'PT422', 'input_invalid', 'not less than a cent');
select throws_ok($$ select pg_temp.pay(1, gen_random_uuid()) $$, 'PT409', 'allocation_not_possible', 'no unknown invoice');
select is(pg_temp.pay(9048), 952.00, 'the invoice is paid, the rest stays');
select is((select status || ' ' || balance from invoices where id = tests.id('invoice')), 'paid 0.00', 'to the cent');
select throws_ok($$ select void_invoice(tests.id('invoice'), 'x') $$, 'PT409', 'invoice_has_payments', 'a paid invoice is not voided');
select tests.sign_out();
update payment_allocations set amount = amount - 1;
select is((select status || ' ' || balance from invoices where id = tests.id('invoice')), 'partially_paid 1.00', 'whoever changed an allocation, the sums follow');

select * from finish();
rollback;
