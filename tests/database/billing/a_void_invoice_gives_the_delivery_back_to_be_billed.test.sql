begin;
select plan(21);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.on_the_road(array[tests.id('order')]);
select tests.sign_in('finance@acme.test');
select throws_ok($$ select bill_order(tests.id('order')) $$, 'PT409', 'order_not_delivered', 'what is on the road is not billed');
select tests.sign_out();
select tests.deliver(tests.id('order'), 9, 'one broken', tests.lines('EMP-CRATE24', 4));
select tests.remember('first', (select id from invoices where order_id = tests.id('order')));
select tests.sign_in('finance@acme.test');
select throws_ok($$ select bill_order(tests.id('order')) $$, 'PT409', 'order_already_billed', 'a draft is an invoice, too');
select is((customer_credit(tests.customer('Kilimani Mini Mart')) ->> 'used')::numeric, 10143.20, 'and counts as credit used');
select is((select sum(amount) from explain_figure('customer_credit_used', tests.customer('Kilimani Mini Mart'))), 10143.20, 'which its rows explain');
select is((select total from issue_invoice(tests.id('first'))), 10143.20, 'nine crates and five deposits');
select is((select 'bill' = any (o.allowed_commands) from orders o where id = tests.id('order')), false, 'nobody is offered to bill it again');
update products set base_price = 1 where sku = 'COL-300';
select void_invoice(tests.id('first'), 'Wrong month');
select is((select 'bill' = any (o.allowed_commands) from orders o where id = tests.id('order')), true, 'now it is');
select is((customer_credit(tests.customer('Kilimani Mini Mart')) ->> 'used')::numeric, 8143.20, 'the goods that he has still count as credit used, though nothing bills them');
select is((select string_agg(what || ' ' || amount, ', ') from explain_figure('customer_credit_used', tests.customer('Kilimani Mini Mart'))), 'order_to_be_billed 8143.20', 'which its rows explain');
select tests.remember('second', (bill_order(tests.id('order'))).id);
select is((select total || ' ' || deposit_total || ' ' || status from invoices where id = tests.id('second')), '10143.20 2000.00 draft', 'the same again, at the prices of the order');
select is((customer_credit(tests.customer('Kilimani Mini Mart')) ->> 'used')::numeric, 10143.20, 'and counts once');
select throws_ok($$ select bill_order(tests.id('order')) $$, 'PT409', 'order_already_billed', 'once');
select is((select number from issue_invoice(tests.id('second'))), 'INV-000002', 'with a number of its own');

-- An overdue one can be void as well.
select tests.sign_out();
update invoices set issued_on = issued_on - 90, due_on = due_on - 90 where id = tests.id('second');
select private.run_maintenance();
select tests.sign_in('finance@acme.test');
select is((select status from invoices where id = tests.id('second')), 'overdue', 'it is late');
select is((void_invoice(tests.id('second'), 'Wrong customer')).status, 'void', 'and void');
select is((bill_order(tests.id('order'))).status, 'draft', 'and billed again');

-- Money on it is taken off first.
select tests.remember('third', (select id from invoices where order_id = tests.id('order') and status = 'draft'));
select issue_invoice(tests.id('third'));
select tests.sign_out();
select tests.remember('payment', tests.money('Kilimani Mini Mart', 100));
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('payment'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('third'), 'amount', 100)));
select throws_ok($$ select void_invoice(tests.id('third'), 'x') $$, 'PT409', 'invoice_has_payments', 'a paid invoice is not voided');
select unallocate_payment(tests.id('payment'), tests.id('third'));
select is((void_invoice(tests.id('third'), 'Wrong date')).status, 'void', 'without the money it is');
select is((select unallocated from payments where id = tests.id('payment')), 100.00, 'which is left');

-- Who may not draft invoices may not.
select tests.sign_in('sales@acme.test');
select throws_ok($$ select bill_order(tests.id('order')) $$, '42501', 'permission_denied', 'billing needs the right to make invoices');
select tests.sign_in('admin@globex.test');
select throws_ok($$ select bill_order(tests.id('order')) $$, 'PT404', 'record_not_found', 'and the order of one''s own company');

select * from finish();
rollback;
