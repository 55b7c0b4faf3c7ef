begin;
select plan(9);

select tests.remember('one', tests.invoiced('Kilimani Mini Mart', 'COL-300', 1));
select is((select number from invoices where id = tests.id('one')), 'INV-000001', 'the first number');
select is((select due_on - issued_on from invoices where id = tests.id('one')), 14, 'due after the customer''s terms');
select is((select issued_on from invoices where id = tests.id('one')), (now() at time zone 'Africa/Nairobi')::date, 'issued on the company''s date');
select is((select count(*) from invoices where status = 'draft' and number is not null), 0::bigint, 'a draft has none');
select tests.sign_in('finance@acme.test');
select throws_ok($$ select issue_invoice(tests.id('one')) $$, 'PT409', 'invoice_transition_illegal', 'it is issued once');
select tests.sign_out();
savepoint failed;
select is(private.next_document_number(tests.tenant('acme'), 'invoice'), 'INV-000002', 'a number that is drawn');
rollback to failed;
select is(private.next_document_number(tests.tenant('acme'), 'invoice'), 'INV-000002', 'and rolled back is drawn again');
select is(private.next_document_number(tests.tenant('globex'), 'invoice'), 'INV-000001', 'every company counts for itself');
select tests.sign_in('finance@globex.test');
select throws_ok($$ select issue_invoice(tests.id('one')) $$, 'PT404', 'record_not_found', 'and sees no other');

select * from finish();
rollback;
