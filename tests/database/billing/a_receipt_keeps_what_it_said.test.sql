begin;
select plan(7);

create function pg_temp.says(wanted text) returns text language sql security definer as $$
  select concat_ws(', ', p.printed ->> 'name', p.printed -> 'seller' ->> 'legal_name', p.printed -> 'seller' ->> 'document_terms') from public.payments p where p.id = tests.id(wanted)
$$;
create function pg_temp.company_is(called text) returns void language sql security definer as $$
  update public.tenant_settings set legal_name = called, document_terms = 'Terms of ' || called where tenant_id = tests.tenant('acme')
$$;

select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 1));
select pg_temp.company_is('Early Limited');
select tests.sign_in('finance@acme.test');
select tests.remember('cash', (record_payment(tests.customer('Java Corner Cafe'), 'cash', 500)).id);
select tests.remember('off', (write_off_invoice(tests.id('invoice'), 'Closed his shop')).id);
select is(pg_temp.says('cash'), '', 'money that waits for approval keeps nothing yet');
select throws_ok($$ update payments set printed = '{}' where id = tests.id('cash') $$, '42501', null, 'and nobody writes it');

select pg_temp.company_is('Approved Limited');
select tests.sign_in('manager@acme.test');
select is((approve_payment(tests.id('cash'))).status, 'approved', 'somebody else approves it');
select is(pg_temp.says('cash'), 'Java Corner Cafe, Approved Limited, Terms of Approved Limited', 'from then on it keeps who paid and who received it');

select pg_temp.company_is('Late Limited');
select is((cancel_payment(tests.id('cash'), 'Counterfeit')).status, 'cancelled', 'it is cancelled');
select is(pg_temp.says('cash'), 'Java Corner Cafe, Approved Limited, Terms of Approved Limited', 'and says what it said');

select approve_payment(tests.id('off'));
select is(pg_temp.says('off'), '', 'what was written off was never received and has no receipt');

select * from finish();
rollback;
