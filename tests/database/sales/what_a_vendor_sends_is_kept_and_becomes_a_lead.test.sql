begin;
select plan(19);

create function pg_temp.send(lead jsonb, key text default 'lead_key') returns jsonb language sql as $$ select public.capture_lead(key, lead) $$;

select tests.sign_in('manager@acme.test');
insert into public.lead_vendors (name, price_per_lead, monthly_quota) values ('Leads Ltd', 150, 4);
select tests.remember('vendor', (select v.id from public.lead_vendors v where v.name = 'Leads Ltd'));
select throws_ok($$ select public.set_vendor_key(tests.id('vendor'), 'short') $$, 'input_invalid', 'a key is told by its hash');
select ok((public.set_vendor_key(tests.id('vendor'), encode(sha256('lead_key'), 'hex'))).has_key, 'a vendor has a key');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select public.set_vendor_key(tests.id('vendor'), encode(sha256('mine'), 'hex')) $$, 'permission_denied', 'who sells gives none');

set local role anon;
select throws_ok($$ select pg_temp.send('{"name": "X", "phone": "0733"}', 'other') $$, 'lead_key_unknown', 'without it nobody sends anything');
select throws_ok($$ select pg_temp.send('[1]') $$, 'payload_is_an_object', 'what is sent is an object');
select is(pg_temp.send('{"Full Name": "Wanjiku Mwangi", "Phone Number": "0733 222 111", "E-mail": "w@m.test", "ID": 17, "utm": "x"}') ->> 'status', 'taken', 'it becomes a lead, whatever its fields are called');
select is(pg_temp.send('{"Full Name": "Somebody else", "phone": "0711222333", "id": 17}') ->> 'number', pg_temp.send('{"id": 17}') ->> 'number', 'the same reference is the same one');
select is(pg_temp.send('{"name": "W.", "email": "W@M.test", "reference": "18"}') ->> 'status', 'known', 'who is an open lead already is known');
select is(pg_temp.send('{"first_name": "Bad", "phone": "12", "reference": "19"}') - 'capture_id', '{"status": "kept", "number": null, "problem": "phone_is_e164"}', 'what makes no lead is kept, with the reason');
select is(pg_temp.send('{"first_name": "None", "reference": "20"}') ->> 'problem', 'lead_is_reachable', 'whatever it is');
select throws_ok($$ select pg_temp.send('{"name": "Y", "phone": "0733222112", "reference": "21"}') $$, 'lead_quota_reached', 'more than was agreed for a month is refused');
select is(pg_temp.send('{"id": 17}') ->> 'status', 'taken', 'what was sent before is still answered');
reset role;

select tests.sign_in('sales@acme.test');
select is((select count(*) from public.lead_captures), 0::bigint, 'what was sent is for who sees every lead');
select tests.sign_in('manager@acme.test');
select results_eq(
  $$ select l.first_name, l.last_name, l.phone, l.email from public.leads l where l.vendor_id = tests.id('vendor') $$,
  $$ values ('Wanjiku', 'Mwangi', '+254733222111', 'w@m.test') $$, 'the lead says what was sent');
select tests.remember('bad', (select c.id from public.lead_captures c where c.reference = '19'));
select is((public.retry_capture(tests.id('bad'))).problem, 'phone_is_e164', 'as it came it makes no lead again');
select is((public.retry_capture(tests.id('bad'), '{"first_name": "Good", "phone": "0733000999"}')).problem, null, 'corrected it does');
select throws_ok($$ select public.retry_capture(tests.id('bad')) $$, 'capture_made_already', 'once');
select results_eq(
  $$ select r.sent, r.without_lead, r.repeated, r.leads, r.cost, r.cost_per_won from public.lead_vendor_results r where r.vendor_id = tests.id('vendor') $$,
  $$ values (4::bigint, 1::bigint, 1::bigint, 2::bigint, 300.00, null::numeric) $$, 'what the vendor brought is counted');
update public.lead_vendors set contract_until = current_date - 10 where id = tests.id('vendor');
set local role anon;
select throws_ok($$ select pg_temp.send('{"name": "Z", "phone": "0733222113", "reference": "22"}') $$, 'lead_contract_over', 'after the contract nothing is taken');
reset role;
select tests.sign_out();

select * from finish();
rollback;
