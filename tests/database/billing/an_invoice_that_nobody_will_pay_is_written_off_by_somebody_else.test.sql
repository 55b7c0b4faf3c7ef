begin;
select plan(19);

select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 2));
create function pg_temp.balance() returns numeric language sql security definer as $$ select i.balance from public.invoices i where i.id = tests.id('invoice') $$;
create function pg_temp.state() returns text language sql security definer as $$ select i.status::text from public.invoices i where i.id = tests.id('invoice') $$;

select tests.sign_in('sales@acme.test');
select throws_ok($$ select write_off_invoice(tests.id('invoice'), 'Closed his shop') $$, '42501', 'permission_denied', 'not everybody asks for that');
select tests.sign_in('finance@acme.test');
select throws_ok($$ select write_off_invoice(tests.id('invoice'), '  ') $$, 'PT422', 'reason_required', 'nobody without a reason');
select throws_ok($$ select write_off_invoice(tests.id('invoice'), 'x', pg_temp.balance() + 0.01) $$, 'PT409', 'write_off_exceeds', 'no more than is open');
select throws_ok($$ select write_off_invoice(tests.id('invoice'), 'x', 0.001) $$, 'PT422', 'input_invalid', 'and whole cents');
select tests.remember('part', (write_off_invoice(tests.id('invoice'), 'Rounding', 10)).id);
select is((select array[status::text, is_received::text] from payments where id = tests.id('part')), array['pending', 'false'], 'it waits, and is no money that came in');
select is(pg_temp.state(), 'issued', 'the invoice is owed as before');
select throws_ok($$ select approve_payment(tests.id('part')) $$, '42501', 'separation_of_duties', 'who asked does not approve');
select tests.sign_in('manager@acme.test');
select is((approve_payment(tests.id('part'))).unallocated, 0.00, 'approved by somebody else it pays its invoice');
select is(pg_temp.state(), 'partially_paid', 'of which the rest is owed');
select throws_ok($$ select unallocate_payment(tests.id('part'), tests.id('invoice')) $$, 'PT409', 'allocation_not_possible', 'it is taken off no invoice');
select throws_ok($$ select refund_payment(tests.id('part'), 1, 'x') $$, 'PT409', 'refund_exceeds', 'and given to nobody');

-- Of what was asked for less may be open by now.
select tests.sign_in('finance@acme.test');
select tests.remember('rest', (write_off_invoice(tests.id('invoice'), 'Closed his shop')).id);
select tests.remember('one', (write_off_invoice(tests.id('invoice'), 'Rounding', 1)).id);
select tests.sign_in('manager@acme.test');
select approve_payment(tests.id('one'));
select throws_ok($$ select approve_payment(tests.id('rest')) $$, 'PT409', 'write_off_exceeds', 'more than is open now is not written off');

-- Asked for twice, or paid in between: the second is refused.
select tests.sign_in('finance@acme.test');
select tests.remember('all', (write_off_invoice(tests.id('invoice'), 'Closed his shop')).id);
select tests.remember('again', (write_off_invoice(tests.id('invoice'), 'Closed his shop')).id);
select tests.sign_in('manager@acme.test');
select approve_payment(tests.id('all'));
select is(pg_temp.state(), 'paid', 'written off as a whole, nothing is owed');
select throws_ok($$ select approve_payment(tests.id('again')) $$, 'PT409', 'write_off_exceeds', 'what is closed is not written off again');
select throws_ok($$ select write_off_invoice(tests.id('invoice'), 'x', 1) $$, 'PT409', 'invoice_transition_illegal', 'nor asked for');
select is((select array_agg(kind order by credit) from customer_statement(tests.customer('Kilimani Mini Mart')) where kind = 'write_off'), array['write_off', 'write_off', 'write_off'], 'the statement says what it was');
select is((select sum(credit - debit) from customer_statement(tests.customer('Kilimani Mini Mart')) where kind in ('invoice', 'write_off') and document_id in (tests.id('invoice'), tests.id('part'), tests.id('one'), tests.id('all'))), 0.00, 'and balances');
-- He pays after all.
select is((cancel_payment(tests.id('all'), 'He opened again')).status::text, 'cancelled', 'it is taken back');
select is(pg_temp.state(), 'partially_paid', 'and the invoice owed again');
select tests.sign_out();
set constraints all immediate;

select * from finish();
rollback;
