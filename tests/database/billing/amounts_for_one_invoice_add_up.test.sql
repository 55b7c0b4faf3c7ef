begin;
select plan(8);

select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 10, tests.lines('EMP-CRATE24', 10)));
select tests.remember('payment', tests.money('Kilimani Mini Mart', 80));
create function pg_temp.pay(variadic amounts numeric[]) returns numeric language sql as $$
  select p.unallocated from allocate_payment(tests.id('payment'), (select jsonb_agg(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', a)) from unnest(amounts) a)) p
$$;
select tests.sign_in('finance@acme.test');
select is(pg_temp.pay(40), 40.00, 'half of the money');
select is(pg_temp.pay(20), 20.00, 'more of it later');
select is(pg_temp.pay(5, 5), 10.00, 'twice in one go');
select is((select paid_total from invoices where id = tests.id('invoice')), 70.00, 'all of it is paid');
select is((select array_agg(amount) from payment_allocations where payment_id = tests.id('payment')), '{70.00}', 'as one amount');

create function pg_temp.details(statement text) returns jsonb language plpgsql as $$
declare answer text;
begin
  execute statement;
  return null;
exception when others then
  get stacked diagnostics answer = pg_exception_detail;
  return jsonb_build_object('error', sqlerrm) || answer::jsonb;
end $$;
select is(pg_temp.details($$ select pg_temp.pay(6, 6) $$), '{"error": "allocation_exceeds", "allocations": [], "wanted": 12, "unallocated": 10.00}', 'the refusal names what was wanted and what is left');
select tests.sign_out();
select tests.remember('payment', tests.money('Kilimani Mini Mart', 20000));
select tests.sign_in('finance@acme.test');
select is(pg_temp.details($$ select pg_temp.pay(5000, 5000) $$) - 'unallocated' - 'wanted',
  jsonb_build_object('error', 'allocation_exceeds', 'allocations', jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 10000, 'balance', 8978.00))), 'and the invoice that is about less');
select is((select paid_total from invoices where id = tests.id('invoice')), 70.00, 'and changes nothing');

select * from finish();
rollback;
