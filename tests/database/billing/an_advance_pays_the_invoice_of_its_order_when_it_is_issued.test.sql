begin;
select plan(18);

-- Money for an order that is not delivered yet, and cash at its door approved before the invoice.
create function pg_temp.recorded(amount numeric, for_order uuid) returns uuid language plpgsql as $$
declare
  advance uuid;
begin
  perform tests.sign_in('sales@acme.test');
  advance := (record_payment(tests.customer('Karen Country Kiosk'), 'cash', amount, order_id => for_order)).id;
  perform tests.sign_in('finance@acme.test');
  perform approve_payment(advance);
  perform tests.sign_out();
  return advance;
end $$;
select tests.remember('order', tests.allocated('Karen Country Kiosk', 'WAT-500', 10));
select tests.remember('early', pg_temp.recorded(1000, tests.id('order')));
select tests.on_the_road(array[tests.id('order')]);
select tests.deliver(tests.id('order'), 10, null, '[]', '{"method": "cash", "amount": 5000}');
select tests.remember('door', (select id from payments where order_id = tests.id('order') and amount = 5000));
select tests.sign_in('finance@acme.test');
select is((approve_payment(tests.id('door'))).unallocated, 5000.00, 'nothing to pay yet');
insert into statement_lines (source, reference, amount, posted_at) values ('bank', 'CASH 1', 1000, now());
select reconcile_payment(tests.id('early'), (select id from statement_lines where reference = 'CASH 1'));
select is((select status || ' ' || balance || ' ' || total from issue_invoice((select id from invoices where order_id = tests.id('order')))), 'paid 0.00 4872.00', 'as it is issued, it is paid');
select is((select unallocated from payments where id = tests.id('early')), 0.00, 'by the earliest money, matched with the bank or not');
select is((select unallocated from payments where id = tests.id('door')), 1128.00, 'then the next; what is over stays an advance');

-- What is over is given back, or a part of it.
select throws_ok($$ select refund_payment(tests.id('door'), 1128.01, 'Too much') $$, 'PT409', 'refund_exceeds', 'not more than is over');
select throws_ok($$ select refund_payment(tests.id('door'), 0, 'Nothing') $$, 'PT422', 'input_invalid', 'not nothing');
select throws_ok($$ select refund_payment(tests.id('door'), 0.001, 'Less') $$, 'PT422', 'input_invalid', 'nor less than a cent');
select throws_ok($$ select refund_payment(tests.id('door'), 100, ' ') $$, 'PT422', 'reason_required', 'not without a reason');
select is((refund_payment(tests.id('door'), 128, 'Paid too much')).unallocated, 1000.00, 'a part of it');
select is((select sum(amount) from payment_refunds where payment_id = tests.id('door')), 128.00, 'is written down');
select throws_ok($$ select cancel_payment(tests.id('door'), 'x') $$, 'PT409', 'payment_has_refunds', 'money that was given back was received');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select refund_payment(tests.id('door'), 1, 'x') $$, '42501', 'permission_denied', 'giving back needs the right to approve payments');
select tests.sign_in('manager@acme.test');
select tests.remember('own', (record_payment(tests.customer('Karen Country Kiosk'), 'cash', 7)).id);
select tests.sign_in('finance@acme.test');
select approve_payment(tests.id('own'));
select tests.sign_in('manager@acme.test');
select throws_ok($$ select refund_payment(tests.id('own'), 7, 'x') $$, '42501', 'separation_of_duties', 'and is not done by who wrote it down');
select is((select 'refund' = any (p.allowed_commands) from payments p where id = tests.id('own')), false, 'nor offered to him');
select tests.sign_out();

-- Money for an order that failed is for its next attempt, too.
select tests.remember('failed', tests.allocated('Karen Country Kiosk', 'WAT-500', 1));
select tests.remember('prepaid', pg_temp.recorded(100, tests.id('failed')));
alter table trips disable trigger _200_guard_transition;
update trips set status = 'completed';
select tests.on_the_road(array[tests.id('failed')]);
select tests.sign_in('driver@acme.test');
select fail_delivery(tests.id('failed'), 'Closed');
select tests.sign_in('sales@acme.test');
select tests.remember('again', (reattempt_order(tests.id('failed'))).id);
select submit_order(tests.id('again'));
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('again'));
select allocate_order(tests.id('again'));
select tests.sign_out();
update trips set status = 'completed' where status <> 'completed';
select tests.on_the_road(array[tests.id('again')]);
select tests.deliver(tests.id('again'), 1);
select tests.sign_in('finance@acme.test');
select is((select paid_total || ' ' || status from issue_invoice((select id from invoices where order_id = tests.id('again')))), '100.00 partially_paid', 'it pays the second attempt');

-- Other money is not touched, and what nobody approved pays nothing.
select tests.sign_out();
select is((select unallocated from payments where id = tests.id('own')), 7.00, 'money without an order waits for somebody''s word');
select is((select unallocated from payments where id = tests.id('door')), 1000.00, 'so does what was over of another order');
select is_empty($$ select from payments p where p.allocated_total <> coalesce((select sum(a.amount) from payment_allocations a where a.payment_id = p.id), 0)
  or p.refunded_total <> coalesce((select sum(r.amount) from payment_refunds r where r.payment_id = p.id), 0) $$, 'the sums are those of their parts');

select * from finish();
rollback;
