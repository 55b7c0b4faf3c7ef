begin;
select plan(27);

-- Ten crates at 700.80, deposit 400 each; five empties taken back at the door.
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.on_the_road(array[tests.id('order')]);
select tests.deliver(tests.id('order'), 10, null, '[]');
select tests.remember('line', (select id from order_items where order_id = tests.id('order')));
select tests.remember('invoice', (select id from invoices where order_id = tests.id('order')));
create temporary table charged on commit drop as select subtotal, tax_total, deposit_total, total from invoices where id = tests.id('invoice');
grant select on charged to public;

create function pg_temp.ask(quantity numeric) returns uuid language sql as $$
  select (request_return(tests.customer('Kilimani Mini Mart'),
    jsonb_build_array(jsonb_build_object('order_item_id', tests.id('line'), 'quantity', quantity)), 'damaged')).id
$$;
create function pg_temp.counts(of_return uuid, whole numeric, doubtful numeric, broken numeric) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('return_item_id', i.id, 'good', whole, 'suspect', doubtful, 'defective', broken)) from return_items i where i.return_id = of_return
$$;

-- Before the invoice is issued, what comes back is not billed.
select tests.sign_in('sales@acme.test');
select throws_ok($$ select pg_temp.ask(11) $$, 'PT409', 'return_exceeds', 'no more comes back than was delivered');
select tests.remember('first', pg_temp.ask(2));
select throws_ok($$ select approve_return(tests.id('first')) $$, '42501', 'permission_denied', 'sales do not approve');
select tests.sign_in('manager@acme.test');
select is((approve_return(tests.id('first'))).status, 'approved', 'somebody else does');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select receive_return(tests.id('first'), pg_temp.counts(tests.id('first'), 3, 0, 0)) $$, 'PT409', 'more_received_than_returned', 'three of two');
select throws_ok($$ select receive_return(tests.id('first'), '[]') $$, 'PT422', 'return_counts_incomplete', 'every line is counted');
select is((receive_return(tests.id('first'), pg_temp.counts(tests.id('first'), 1, 0, 1))).status, 'credited', 'nothing was charged, so nothing is left to credit');
select is(tests.stock('COL-300', tests.depot(), 'defective'), 1.000, 'the broken one is stock of its kind');
select tests.sign_out();
select is((select status from invoices where id = tests.id('invoice')), 'void', 'the draft is gone');
select tests.remember('invoice', (select id from invoices where order_id = tests.id('order') and is_live));
select is((select quantity from invoice_items where invoice_id = tests.id('invoice') and not is_deposit), 8.000, 'eight are billed');
select is((select deposit_total from invoices where id = tests.id('invoice')), (select round(deposit_total * 8 / 10, 2) from charged), 'and the deposits of eight crates');

-- Afterwards a credit note takes it back.
select tests.sign_in('finance@acme.test');
select issue_invoice(tests.id('invoice'));
select tests.sign_in('sales@acme.test');
select tests.remember('second', pg_temp.ask(3));
select throws_ok($$ select pg_temp.ask(6) $$, 'PT409', 'return_exceeds', 'what is only asked for counts, too');
select tests.sign_in('manager@acme.test');
select approve_return(tests.id('second'));
select tests.sign_in('warehouse@acme.test');
select is((receive_return(tests.id('second'), pg_temp.counts(tests.id('second'), 2, 0, 0))).status, 'received', 'two of the three arrived; it waits for its credit note');
select tests.sign_in('finance@acme.test');
select tests.remember('note', (select id from credit_notes where return_id = tests.id('second')));
select is((select total from credit_notes where id = tests.id('note')), (select round(total * 2 / 10, 2) from charged), 'a fifth of what ten cost, deposits included');
select throws_ok($$ select void_invoice(tests.id('invoice'), 'x') $$, 'PT409', 'invoice_is_credited', 'the invoice is not voided under its credit note');
select is((issue_credit_note(tests.id('note'))).number, 'CRN-000001', 'numbered when issued');
select is((select status from returns where id = tests.id('second')), 'credited', 'the return is done');
select is((select balance from invoices where id = tests.id('invoice')), (select round(total * 6 / 10, 2) from charged), 'six are owed');
select is((select status from invoices where id = tests.id('invoice')), 'partially_paid', 'and the invoice says so');
select is((select method from payments where credit_note_id = tests.id('note')), 'credit_note', 'its money is no received money');
select throws_ok($$ select cancel_payment((select id from payments where credit_note_id = tests.id('note')), 'x') $$, 'PT409', 'credit_note_stands', 'and is not cancelled');

-- A customer who paid all of it has the rest as an advance.
select tests.sign_out();
select tests.remember('payment', tests.money('Kilimani Mini Mart', (select balance from invoices where id = tests.id('invoice'))));
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('payment'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', (select balance from invoices where id = tests.id('invoice')))));
select throws_ok(format($$ select credit_invoice(tests.id('invoice'), '[{"invoice_item_id": "%s", "quantity": 6.5}]', 'Wrong price') $$,
  (select id from invoice_items where invoice_id = tests.id('invoice') and not is_deposit)), 'PT409', 'credit_exceeds', 'eight were billed and two are credited');
select tests.remember('hand', (credit_invoice(tests.id('invoice'), jsonb_build_array(jsonb_build_object('invoice_item_id',
  (select id from invoice_items where invoice_id = tests.id('invoice') and not is_deposit), 'quantity', 1)), 'Broken in the shop')).id);
select throws_ok($$ select issue_credit_note(tests.id('hand')) $$, '42501', 'separation_of_duties', 'who drafted it does not issue it');
select tests.sign_in('manager@acme.test');
select is((issue_credit_note(tests.id('hand'))).status, 'issued', 'another one does');
select is((select unallocated from payments where credit_note_id = tests.id('hand')), (select total from credit_notes where id = tests.id('hand')), 'all of it is his advance');
select is((select balance from customer_statement(tests.customer('Kilimani Mini Mart')) order by on_date desc, balance limit 1),
  (select coalesce(sum(balance), 0) from invoices where customer_id = tests.customer('Kilimani Mini Mart') and is_live and status <> 'draft')
    - (select coalesce(sum(unallocated), 0) from payments where customer_id = tests.customer('Kilimani Mini Mart') and status in ('approved', 'reconciled')),
  'the statement ends at what is open less what he has left');

-- Nothing of another company.
select tests.sign_in('admin@globex.test');
select throws_ok($$ select approve_return(tests.id('second')) $$, 'PT404', 'record_not_found', 'another company sees none of it');
select tests.sign_out();
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'and every sum is what its parts say');

select * from finish();
rollback;
