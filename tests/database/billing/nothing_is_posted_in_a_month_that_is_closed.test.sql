begin;
select plan(34);

-- What happened in the last two months: an invoice, money for it, and a payment that nobody has decided.
create function pg_temp.month(back integer) returns date language sql stable as $$
  select (date_trunc('month', (now() - interval '2 hours') at time zone 'Africa/Nairobi') - back * interval '1 month')::date
$$;
select tests.remember('one', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('other', tests.allocated('Java Corner Cafe', 'COL-300', 5));
select tests.on_the_road(array[tests.id('one'), tests.id('other')]);
select tests.deliver(tests.id('one'), 10);
select tests.deliver(tests.id('other'), 5);
select tests.remember('invoice', (select id from public.invoices where order_id = tests.id('one')));
select tests.remember('issued', (select id from public.invoices where order_id = tests.id('other')));
select tests.sign_in('finance@acme.test');
select issue_invoice(tests.id('invoice'));
select issue_invoice(tests.id('issued'));
select tests.sign_out();
update public.invoices set issued_on = pg_temp.month(1) + 3, due_on = pg_temp.month(1) + 3 where id in (tests.id('invoice'), tests.id('issued'));
select tests.sign_in('sales@acme.test');
select tests.remember('payment', (record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 100, null, pg_temp.month(1) + time '12:00')).id);
select throws_ok($$ select books() $$, '42501', 'permission_denied', 'the books are not everybody''s');

-- It is closed when it is over and nothing would still be posted in it.
select tests.sign_in('manager@acme.test');
select is(books() ->> 'next', pg_temp.month(1)::text, 'the last month is the one to close');
select throws_ok($$ select close_month(pg_temp.month(1)) $$, '42501', 'permission_denied', 'by those who may');
select tests.sign_in('finance@acme.test');
select throws_ok($$ select close_month(pg_temp.month(0)) $$, 'PT409', 'month_not_over', 'not before its end');
select throws_ok($$ select close_month(pg_temp.month(1) + 1) $$, 'PT422', 'input_invalid', 'as a month');
select throws_ok($$ select close_month(pg_temp.month(1)) $$, 'PT409', 'month_has_open_documents', 'the payment is decided first');
select is((select d ->> 'document_id' from jsonb_array_elements(books() -> 'documents') d where (d ->> 'blocks')::boolean), tests.id('payment')::text, 'which is named');
select lives_ok($$ select approve_payment(tests.id('payment')) $$, 'it is');
select is((close_month(pg_temp.month(1))).is_closed, true, 'and the month is closed');
select throws_ok($$ select close_month(pg_temp.month(1)) $$, 'PT409', 'month_already_closed', 'once');
select throws_ok($$ select close_month(pg_temp.month(2)) $$, 'PT409', 'month_already_closed', 'with all before it');
select results_eq($$ select books() ->> 'open_from', books() ->> 'last_closed', books() ->> 'next' $$, $$ select pg_temp.month(0)::text, pg_temp.month(1)::text, null::text $$, 'this month is open, and not over');

-- A day that somebody types is refused there.
create function pg_temp.pay(moment timestamptz) returns uuid language sql as $$ select (public.record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 50, null, moment)).id $$;
select throws_ok($$ select pg_temp.pay(pg_temp.month(1) + time '13:00') $$, 'PT409', 'month_is_closed', 'money is not received there any more');
select throws_ok($$ select pg_temp.pay(pg_temp.month(3) + time '13:00') $$, 'PT409', 'month_is_closed', 'nor before');
select throws_ok($$ select cancel_payment(tests.id('payment'), 'bounced') $$, 'PT409', 'month_is_closed', 'nor taken back');
select throws_ok($$ select void_invoice(tests.id('issued'), 'x') $$, 'PT409', 'month_is_closed', 'its invoices stand');
select is((allocate_payment(tests.id('payment'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 60)))).unallocated, 40.00, 'and are still paid');
select is((unallocate_payment(tests.id('payment'), tests.id('invoice'))).unallocated, 100.00, 'or not');
select tests.sign_in('warehouse@acme.test');
select tests.remember('adjustment', (create_adjustment(tests.depot(), tests.reason('Found'), tests.lines('WAT-1500', 1), null, pg_temp.month(1) + time '13:00')).id);
select submit_adjustment(tests.id('adjustment'));
select tests.sign_in('manager@acme.test');
select approve_adjustment(tests.id('adjustment'));
select throws_ok($$ select apply_adjustment(tests.id('adjustment')) $$, 'PT409', 'month_is_closed', 'stock is not corrected there');

-- Whoever may posts there all the same, which is written down.
select tests.sign_in('owner@acme.test');
select tests.remember('late', pg_temp.pay(pg_temp.month(1) + time '13:00'));
select is((select received_at from payments where id = tests.id('late')), (pg_temp.month(1) + time '13:00')::timestamptz, 'the owner posts there');
select results_eq($$ select document, is_carried, created_by from late_postings where document_id = tests.id('late') $$,
  $$ values ('payment', false, tests.account('owner@acme.test')) $$, 'in his name');
select is((apply_adjustment(tests.id('adjustment'))).status, 'applied', 'stock, too');
select is((select count(*) from late_postings where document = 'adjustment' and document_id = tests.id('adjustment') and not is_carried), 1::bigint, 'once per document');

-- What a phone tells late is a fact: it counts from the first open moment.
select tests.sign_out();
insert into public.container_ledger (tenant_id, holder, holder_id, product_id, quantity, unit_deposit, reference_type, reference_id, occurred_at)
values (tests.tenant('acme'), 'customer', tests.customer('Kilimani Mini Mart'), tests.product('EMP-CRATE24'), 1, 0, 'order', tests.id('invoice'), pg_temp.month(1) + time '20:00');
select is((select occurred_at from container_ledger where reference_id = tests.id('invoice')), pg_temp.month(0)::timestamp at time zone 'Africa/Nairobi', 'what was left at a door counts from the first open moment');
insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, occurred_at)
values (tests.tenant('acme'), tests.depot(), tests.product('COL-300'), 'good', 1, 'load', 'order', tests.id('invoice'), pg_temp.month(1) + time '20:00');
select is((select occurred_at from inventory_transactions where reference_id = tests.id('invoice')), pg_temp.month(0)::timestamp at time zone 'Africa/Nairobi', 'so does what was moved');
select is((select is_carried and happened_at = (pg_temp.month(1) + time '20:00')::timestamptz from late_postings where document_id = tests.id('invoice')), true, 'and when it truly was is kept');
select tests.sign_in('owner@acme.test');
insert into statement_lines (source, reference, amount, posted_at) values ('bank', 'LATE1', 70, pg_temp.month(1) + time '20:00');
select tests.sign_in('finance@acme.test');
select is((confirm_statement_line((select id from statement_lines where reference = 'LATE1'), tests.customer('Kilimani Mini Mart'), 70, 'bank_transfer')).status, 'matched', 'what the bank tells of is taken');
select is((select received_at from payments where reference = 'LATE1'), pg_temp.month(0)::timestamp at time zone 'Africa/Nairobi', 'in the open month');

-- Opened again, the last one only, with a reason.
select throws_ok($$ select reopen_month(pg_temp.month(1), ' ') $$, 'PT422', 'reason_required', 'opened with a reason');
select throws_ok($$ select reopen_month(pg_temp.month(2), 'x') $$, 'PT409', 'month_not_last_closed', 'the last one only');
select is((reopen_month(pg_temp.month(1), 'A delivery was forgotten')).is_closed, false, 'it is open again');
select lives_ok($$ select pg_temp.pay(pg_temp.month(1) + time '14:00') $$, 'and posted in');
select tests.sign_in('admin@globex.test');
select is((select count(*) from months), 0::bigint, 'another company sees none of it');
select is(books() ->> 'open_from', null, 'and has books of its own');

select * from finish();
rollback;
