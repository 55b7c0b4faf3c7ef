begin;
select plan(5);

select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('finance@acme.test');
select throws_ok($$ select void_invoice(tests.id('invoice'), '') $$, 'PT422', 'reason_required', 'a reason is needed');
select is((void_invoice(tests.id('invoice'), 'Wrong customer')).number, 'INV-000001', 'the number stays used');
select throws_ok($$ select issue_invoice(tests.id('invoice')) $$, 'PT409', 'invoice_transition_illegal', 'a void invoice stays void');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select void_invoice(tests.id('invoice'), 'x') $$, '42501', 'permission_denied', 'sellers void nothing');
select tests.sign_out();
select is(private.credit_used(tests.tenant('acme'), tests.customer('Kilimani Mini Mart')), 904.80, 'what was delivered is owed until it is billed again');

select * from finish();
rollback;
