begin;
select plan(3);

select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('payment', tests.money('Java Corner Cafe', 5000));
select tests.sign_in('finance@acme.test');
select throws_ok($$ select allocate_payment(tests.id('payment'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 100))) $$, 'PT409', 'allocation_not_possible', 'not that of a neighbour');
select throws_ok($$ select record_payment(tests.customer('Java Corner Cafe'), 'cash', 10, order_id => (select order_id from invoices where id = tests.id('invoice'))) $$, 'PT404', 'record_not_found', 'nor is it recorded for his order');
select tests.sign_in('finance@globex.test');
select throws_ok($$ select allocate_payment(tests.id('payment'), '[]') $$, 'PT404', 'record_not_found', 'another company does not find it');

select * from finish();
rollback;
