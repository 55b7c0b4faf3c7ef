begin;
select plan(9);

select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 10, tests.lines('EMP-CRATE24', 10)));
select tests.remember('payment', tests.money('Kilimani Mini Mart', 10000));
update invoices set issued_on = issued_on - 20, due_on = (now() at time zone 'Africa/Nairobi')::date where id = tests.id('invoice');
select is((private.run_maintenance() ->> 'overdue')::int, 0, 'on its day it is not');
update invoices set due_on = due_on - 1 where id = tests.id('invoice');
select is((private.run_maintenance() ->> 'overdue')::int, 1, 'the day after it is');
select is(tests.status('invoice', tests.id('invoice')), 'overdue', 'and says so');
select is((private.run_maintenance() ->> 'overdue')::int, 0, 'once');
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('payment'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 1000)));
select is((select status || ' ' || balance from invoices where id = tests.id('invoice')), 'overdue 8048.00', 'part of the money changes nothing');
select cancel_payment(tests.id('payment'), 'Bounced');
select is((select status || ' ' || balance from invoices where id = tests.id('invoice')), 'overdue 9048.00', 'nor does its loss');
select is((select i.allowed_commands from invoices i where id = tests.id('invoice')), '{credit,record_payment,void,write_off}'::text[], 'an overdue invoice is paid, credited, voided or written off');

-- An invoice that is open again after its day is late at once.
select tests.sign_out();
select tests.remember('all', tests.money('Kilimani Mini Mart', 9048));
select tests.sign_in('finance@acme.test');
select is((select status::text from allocate_payment(tests.id('all'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 9048)))), 'approved', 'paid after all');
select cancel_payment(tests.id('all'), 'Bounced');
select is((select status || ' ' || balance from invoices where id = tests.id('invoice')), 'overdue 9048.00', 'and not paid after all');

select * from finish();
rollback;
