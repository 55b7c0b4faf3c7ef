begin;
select plan(14);

create function pg_temp.because(name text, company text default 'acme') returns uuid language sql security definer as $$
  select r.id from public.failure_reasons r where r.tenant_id = tests.tenant(company) and r.name = because.name
$$;

select tests.sign_in('driver@acme.test');
select throws_ok($$insert into failure_reasons (name) values ('Dog')$$, '42501', null, 'a driver adds no reason');
select tests.sign_in('admin@acme.test');
select lives_ok($$insert into failure_reasons (name) values ('Dog in the yard')$$, 'the company has words of its own');
select throws_ok($$insert into failure_reasons (name) values ('Dog in the yard')$$, 'PT409', 'failure_reason_taken', 'each of them once');

select tests.sign_out();
select tests.remember('one', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('two', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('three', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('trip', tests.on_the_road(array[tests.id('one'), tests.id('two'), tests.id('three')]));
select tests.sign_in('driver@acme.test');
select throws_ok($$select fail_delivery(tests.id('one'))$$, 'PT422', 'reason_required', 'it takes a reason');
select throws_ok($$select fail_delivery(tests.id('one'), failure_reason_id => pg_temp.because('Other'))$$, 'PT422', 'reason_required', 'one that says little takes a note');
select throws_ok($$select fail_delivery(tests.id('one'), failure_reason_id => pg_temp.because('Shop closed', 'globex'))$$, 'PT404', 'record_not_found', 'that of another company is unknown');
select is((fail_delivery(tests.id('one'), failure_reason_id => pg_temp.because('Dog in the yard'))).status_reason, 'Dog in the yard', 'the order says it in words');
select is((fail_delivery(tests.id('two'), 'Bridge out', failure_reason_id => pg_temp.because('Other'))).status_reason, 'Other: Bridge out', 'with the note');
select is((select f.failure_reason_id from fulfilments f where f.order_id = tests.id('one')), pg_temp.because('Dog in the yard'), 'and can be counted by it');

-- From the office, for a driver who telephones.
select throws_ok(
  $$select complete_delivery(tests.id('three'), tests.taken(tests.id('three'), 1), 'Tom', unproved_because => 'Pen is empty')$$,
  'PT422', 'proof_missing', 'the driver does not do without a proof'
);
select tests.sign_in('dispatcher@acme.test');
select throws_ok(
  $$select complete_delivery(tests.id('three'), tests.taken(tests.id('three'), 1), 'Tom', unproved_because => ' ')$$,
  'PT422', 'proof_missing', 'nor does the office without saying why'
);
select is((arrive_at_stop(tests.id('three'))).status::text, 'arrived', 'the office notes an arrival');
select is((complete_delivery(tests.id('three'), tests.taken(tests.id('three'), 1), 'Tom', unproved_because => 'Phone of the driver broke')).status::text, 'delivered', 'and a delivery, saying why nothing proves it');
select is((select p.unproved_because from delivery_proofs p where p.order_id = tests.id('three')), 'Phone of the driver broke', 'which is kept with it');

select * from finish();
rollback;
