begin;
select plan(3);

update products set base_price = 0 where id = tests.product('WAT-500');
select tests.remember('gift', tests.invoiced('Kilimani Mini Mart', 'WAT-500', 1));
update invoices set issued_on = issued_on - 20, due_on = due_on - 20 where id = tests.id('gift');
select is((select total from invoices where id = tests.id('gift')), 0.00, 'goods for nothing');
select is(private.run_maintenance() ->> 'result', 'done', 'maintenance goes on');
select isnt(tests.status('invoice', tests.id('gift')), 'overdue', 'nobody owes anything');

select * from finish();
rollback;
