begin;
select plan(12);

create function pg_temp.state(wanted text) returns text language sql as $$ select payment_state(o)::text from orders o where id = tests.id(wanted) $$;

select tests.remember('draft', tests.draft('Kilimani Mini Mart', 'ORG-300', 1));
select tests.remember('order', tests.allocated('Westlands Wholesalers', 'COL-300', 10));
select tests.sign_in('sales@acme.test');
select is(pg_temp.state('draft'), null, 'nothing is owed for a draft');
select is(pg_temp.state('order'), 'unpaid', 'for an order there is');
select tests.remember('advance', (record_payment(tests.customer('Westlands Wholesalers'), 'cash', 1000, order_id => tests.id('order'))).id);
select is(pg_temp.state('order'), 'unpaid', 'money counts once it is approved');
select tests.sign_in('finance@acme.test');
select approve_payment(tests.id('advance'));
select is(pg_temp.state('order'), 'partly_paid', 'then it does, before there is a bill');
select tests.sign_out();
select tests.on_the_road(array[tests.id('order')]);
select tests.deliver(tests.id('order'), 10);
select tests.sign_in('finance@acme.test');
select tests.remember('invoice', (issue_invoice(id)).id) from invoices where order_id = tests.id('order');
select is(pg_temp.state('order'), 'partly_paid', 'and after');
select tests.sign_out();
select tests.remember('rest', tests.money('Westlands Wholesalers', (select balance from invoices where id = tests.id('invoice')), 'QWE1234567'));
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('rest'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', (select balance from invoices where id = tests.id('invoice')))));
select is(pg_temp.state('order'), 'paid', 'all of it');
select unallocate_payment(tests.id('rest'), tests.id('invoice'));
select is(pg_temp.state('order'), 'partly_paid', 'what is taken off again is owed again');
select tests.sign_in('sales@acme.test');
select is((select rows from summarise_list('orders', '[{"column": "payment_state", "in": ["partly_paid"]}]')), 1::bigint, 'lists count by it');
select throws_ok($$ select * from summarise_list('orders', '[{"column": "allowed", "in": ["x"]}]') $$, 'PT422', 'input_invalid', 'and by nothing that is not there');
select throws_ok($$ update orders set subtotal = 0 where id = tests.id('order') $$, '42501', null, 'nobody writes it');
select tests.sign_in('admin@globex.test');
select is((select count(*) from summarise_list('orders', '[{"column": "payment_state", "in": ["partly_paid"]}]') where rows > 0), 0::bigint, 'a stranger counts nothing');
select is(payment_state(jsonb_populate_record(null::orders, jsonb_build_object('id', tests.id('order'), 'tenant_id', tests.tenant('acme')))), null, 'nor asks by the id');

select * from finish();
rollback;
