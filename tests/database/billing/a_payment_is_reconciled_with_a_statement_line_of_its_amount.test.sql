begin;
select plan(6);

select tests.remember('payment', tests.money('Kilimani Mini Mart', 5000, 'QWE1'));
select tests.remember('other', tests.money('Kilimani Mini Mart', 5000, 'QWE2'));
select tests.sign_in('finance@acme.test');
insert into statement_lines (source, reference, amount, posted_at) values ('mpesa', 'QWE1', 5000, now()), ('mpesa', 'QWE2', 4999.99, now());
select tests.remember('line', (select id from statement_lines where amount = 5000));
select throws_ok($$ select reconcile_payment(tests.id('payment'), (select id from statement_lines where amount < 5000)) $$, 'PT409', 'statement_line_mismatch', 'a cent less proves nothing');
select throws_ok($$ select reconcile_payment(tests.id('payment'), gen_random_uuid()) $$, 'PT409', 'statement_line_mismatch', 'nor does a line that nobody knows');
select is((reconcile_payment(tests.id('payment'), tests.id('line'))).status::text, 'reconciled', 'the same amount does');
select throws_ok($$ select reconcile_payment(tests.id('other'), tests.id('line')) $$, 'PT409', 'statement_line_mismatch', 'a line proves one payment');
select throws_ok($$ insert into statement_lines (source, reference, amount, posted_at) values ('mpesa', 'QWE1', 5000, now()) $$, 'PT409', 'statement_line_taken', 'a line is entered once');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select reconcile_payment(tests.id('other'), tests.id('line')) $$, '42501', 'permission_denied', 'it is finance that reconciles');

select * from finish();
rollback;
