begin;
select plan(19);

select tests.sign_in('sales@acme.test');
create function pg_temp.record(method public.payment_method, reference text, received_at timestamptz default null) returns text language plpgsql as $$
begin
  return (record_payment(tests.customer('Kilimani Mini Mart'), method, 10, reference, received_at)).reference;
exception when others then
  return sqlerrm;
end $$;
select is(pg_temp.record('mpesa', ' sk71 ab-2cd3 '), 'SK71AB2CD3', 'a code is kept in its one form');
select is(pg_temp.record(m, r), 'payment_reference_taken', m || ' ' || r)
from (values ('mpesa'::public.payment_method, 'SK71AB2CD3'), ('mpesa', 'sk71ab2cd3'), ('mpesa', 'SK71 AB2CD3'), ('bank_transfer', 'SK71AB2CD3'), ('cash', 'sk71-ab2cd3'), ('cheque', 'SK71/AB2CD3')) as x (m, r);
select is(pg_temp.record('mpesa', r), 'mpesa_has_its_code', 'M-Pesa has a code: ' || coalesce(r, 'none')) from unnest(array[null, '', ' ', '--']) r;
select is(pg_temp.record('bank_transfer', ' ft  12/3 '), 'FT 12/3', 'other references keep their signs');
select is(pg_temp.record('cash', null), null, 'cash needs none');
select is(pg_temp.record('cash', null, '2099-01-01'), 'received_at_invalid', 'nor has anybody money of the future');
select is(pg_temp.record('cash', null, now() + interval '2 days'), 'received_at_invalid', 'not even of the day after tomorrow');
select is(pg_temp.record('cash', null, '1999-01-01'), 'received_at_invalid', 'nor of another century');
select tests.sign_in('finance@acme.test');
select reject_payment((select id from payments where reference = 'SK71AB2CD3'), 'Typing mistake');
select tests.sign_in('sales@acme.test');
select is(pg_temp.record('mpesa', 'SK71AB2CD3'), 'SK71AB2CD3', 'a refused one is free again');

-- The lines of statements alike.
select tests.sign_in('finance@acme.test');
insert into statement_lines (source, reference, amount, posted_at) values ('mpesa', 'sk71 ab2cd3', 10, now());
select throws_ok($$ insert into statement_lines (source, reference, amount, posted_at) values ('mpesa', 'SK71AB2CD3', 10, now()) $$, 'PT409', 'statement_line_taken', 'a line is entered once');
select throws_ok($$ insert into statement_lines (source, reference, amount, posted_at) values ('mpesa', 'SK71AB2CD4', 10, '2099-01-01') $$, 'PT422', 'posted_at_is_finite', 'and tells what has been');

select * from finish();
rollback;
