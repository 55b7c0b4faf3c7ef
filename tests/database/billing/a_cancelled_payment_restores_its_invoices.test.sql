begin;
select plan(7);

select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 10, tests.lines('EMP-CRATE24', 10)));
select tests.remember('first', tests.money('Kilimani Mini Mart', 5000));
select tests.remember('second', tests.money('Kilimani Mini Mart', 4048));
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('first'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 5000)));
select is((select status || ' ' || balance from invoices where id = tests.id('invoice')), 'partially_paid 4048.00', 'part of it is paid');
select allocate_payment(tests.id('second'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 4048)));
select is((select status::text from invoices where id = tests.id('invoice')), 'paid', 'all of it');
select throws_ok($$ select cancel_payment(tests.id('first'), ' ') $$, 'PT422', 'reason_required', 'a reason is needed');
select is((cancel_payment(tests.id('first'), 'Bounced')).status::text, 'cancelled', 'the first payment bounces');
select is((select status || ' ' || balance from invoices where id = tests.id('invoice')), 'partially_paid 5000.00', 'its part is open again');
select cancel_payment(tests.id('second'), 'Bounced too');
select is((select status || ' ' || balance from invoices where id = tests.id('invoice')), 'issued 9048.00', 'then all of it');
select is((select count(*) from payment_allocations), 0::bigint, 'nothing is allocated any more');

select * from finish();
rollback;
