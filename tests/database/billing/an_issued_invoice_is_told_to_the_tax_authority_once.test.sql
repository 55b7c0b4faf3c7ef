begin;
select plan(31);

create function pg_temp.submissions() returns table (invoice uuid, credit_note uuid, status text, number bigint) language sql security definer as $$
  select s.invoice_id, s.credit_note_id, s.status::text, s.submission_number from public.tax_submissions s where s.tenant_id = tests.tenant('acme') order by s.submission_number
$$;
create function pg_temp.waiting() returns bigint language sql security definer as $$ select count(*) from pgmq.q_submit_tax $$;
create function pg_temp.submission(number bigint) returns uuid language sql security definer as $$
  select s.id from public.tax_submissions s where s.tenant_id = tests.tenant('acme') and s.submission_number = number
$$;

-- Three deliveries of one trip, billed one after the other.
select tests.remember('order_' || n, tests.allocated('Kilimani Mini Mart', 'LAG-500', n)) from generate_series(1, 3) n;
select tests.on_the_road(array[tests.id('order_1'), tests.id('order_2'), tests.id('order_3')]);
select tests.deliver(tests.id('order_' || n), n) from generate_series(1, 3) n;
create function pg_temp.issue(of_order text) returns uuid language plpgsql as $$
declare
  invoice uuid := (select i.id from public.invoices i where i.order_id = tests.id(of_order));
begin
  perform tests.sign_in('finance@acme.test');
  perform public.issue_invoice(invoice);
  perform tests.sign_out();
  return invoice;
end
$$;

-- Who tells nothing is not troubled.
select tests.remember('before', pg_temp.issue('order_1'));
select is((select count(*) from pg_temp.submissions()), 0::bigint, 'a company without a control unit tells nothing');

-- The control unit is entered, its key given, and only then is it in use.
select tests.sign_in('finance@acme.test');
select throws_ok($$ insert into tax_devices (taxpayer_pin, control_unit) values ('P051234567Z', 'KRACU0100000001') $$, '42501', null, 'finance does not set it up');
select tests.sign_in('admin@acme.test');
select throws_ok($$ insert into tax_devices (taxpayer_pin, control_unit, is_active) values ('P051234567Z', 'KRACU0100000001', true) $$, 'PT422', 'tax_device_needs_its_key', 'not without its key');
insert into tax_devices (taxpayer_pin, control_unit) values ('P051234567Z', 'KRACU0100000001');
select tests.remember('device', (select id from tax_devices));
select throws_ok($$ insert into tax_devices (taxpayer_pin, control_unit) values ('P051234567Z', 'KRACU0100000001') $$, 'PT409', 'tax_device_taken', 'each is entered once');
select throws_ok($$ select set_tax_device_key(tests.id('device'), 'short') $$, 'PT422', 'input_invalid', 'a key is longer');
select ok((set_tax_device_key(tests.id('device'), 'the-communication-key')).has_key, 'it has a key');
update tax_devices set is_active = true where id = tests.id('device');
insert into tax_devices (taxpayer_pin, control_unit) values ('P051234567Z', 'KRACU0100000009');
select set_tax_device_key((select id from tax_devices where control_unit = 'KRACU0100000009'), 'the-key-of-the-next');
select throws_ok($$ update tax_devices set is_active = true where control_unit = 'KRACU0100000009' $$, 'PT409', 'tax_device_in_use', 'one at a time is in use');
select tests.sign_in('admin@globex.test');
select throws_ok($$ select set_tax_device_key(tests.id('device'), 'the-communication-key') $$, 'PT404', 'record_not_found', 'another company does not know it');
select is((select count(*) from tax_devices), 0::bigint, 'and sees none');
select tests.sign_out();

-- Issued, an invoice is told, once; a draft is not.
select tests.remember('invoice', pg_temp.issue('order_2'));
select results_eq($$ select * from pg_temp.submissions() $$, $$ values (tests.id('invoice'), null::uuid, 'queued', 1::bigint) $$, 'one submission, numbered from one');
select is(pg_temp.waiting(), 1::bigint, 'one message');
select tests.remember('submission', pg_temp.submission(1));

set local role service_role;
select is(tax_submission_to_send(tests.tenant('acme'), tests.id('submission')) -> 'document' ->> 'kind', 'invoice', 'the worker is told what to tell');
select is(tax_submission_to_send(tests.tenant('acme'), tests.id('submission')) - 'document',
  '{"may_be_there": true, "device": {"pin": "P051234567Z", "branch": "00", "control_unit": "KRACU0100000001", "key": "the-communication-key"}}'::jsonb, 'the second time it may be there');
select is(tax_submission_to_send(tests.tenant('acme'), tests.id('submission')) -> 'document' -> 'lines' -> 0 -> 'rates', '[16.00]'::jsonb, 'with the rate of its tax');
select is(jsonb_array_length(tax_submission_to_send(tests.tenant('acme'), tests.id('submission')) -> 'document' -> 'lines'), 1, 'without its deposits');
reset role;
select is((select (private.tax_submission_to_send(tests.tenant('acme'), tests.id('submission')) -> 'document' -> 'lines' -> 0 ->> 'amount')::numeric),
  (select subtotal + tax_total from invoices where id = tests.id('invoice')), 'what it costs is what the invoice says');

-- What the authority may have stands.
select tests.sign_in('finance@acme.test');
select throws_ok($$ select void_invoice(tests.id('invoice'), 'x') $$, 'PT409', 'invoice_is_told', 'it is not voided under its receipt');
select tests.sign_in('admin@acme.test');
select throws_ok($$ select resend_tax_submission(tests.id('submission')) $$, 'PT409', 'tax_submission_not_refused', 'nor sent twice');
select tests.sign_out();

-- A credit note waits for its sale.
select tests.sign_in('finance@acme.test');
select tests.remember('note', (credit_invoice(tests.id('invoice'), (select jsonb_agg(jsonb_build_object('invoice_item_id', i.id, 'quantity', 1)) from invoice_items i where i.invoice_id = tests.id('invoice') and not i.is_deposit), 'Broken')).id);
select tests.remember('unrelated', (credit_invoice(tests.id('before'), (select jsonb_agg(jsonb_build_object('invoice_item_id', i.id, 'quantity', 1)) from invoice_items i where i.invoice_id = tests.id('before') and not i.is_deposit), 'Broken')).id);
select tests.sign_in('admin@acme.test');
select issue_credit_note(tests.id('note'));
select issue_credit_note(tests.id('unrelated'));
select tests.sign_out();
select results_eq($$ select credit_note, number from pg_temp.submissions() $$, $$ values (null::uuid, 1::bigint), (tests.id('note'), 2) $$, 'a credit of what was never told is not told');
set local role service_role;
select is(tax_submission_to_send(tests.tenant('acme'), pg_temp.submission(2)), '{"waits": true}', 'not before its sale');
select record_tax_result(tests.tenant('acme'), tests.id('submission'), 'sent', '{"number": 5, "signature": "ABCD"}');
select record_tax_result(tests.tenant('acme'), tests.id('submission'), 'refused', null, 'tax_refused', 'too late');
select is(tax_submission_to_send(tests.tenant('acme'), tests.id('submission')), null, 'what was taken is not sent again');
select is((tax_submission_to_send(tests.tenant('acme'), pg_temp.submission(2)) -> 'document') - '{lines,buyer,issued_on}'::text[],
  '{"kind": "credit_note", "number": 2, "original": 1, "name": "CRN-000001"}'::jsonb, 'and then it names it');
reset role;
select is((select tax_receipt ->> 'signature' from invoices where id = tests.id('invoice')), 'ABCD', 'the receipt is on the invoice');
select is((select status from tax_submissions where id = tests.id('submission')), 'sent', 'a late answer changes nothing');

-- What was refused is seen with its reason, put right and sent under the same number; or voided.
select private.record_tax_result(tests.tenant('acme'), pg_temp.submission(2), 'refused', null, 'tax_refused', '910 Request parameter error');
select tests.sign_in('sales@acme.test');
select is((select count(*) from tax_submissions), 0::bigint, 'who does not manage the company does not see the list');
select tests.sign_in('admin@acme.test');
select is((select error || ': ' || response from tax_submissions where submission_number = 2), 'tax_refused: 910 Request parameter error', 'why it was refused');
select is((resend_tax_submission(pg_temp.submission(2))).submission_number, 2::bigint, 'sent again under its number');
select tests.sign_in('admin@globex.test');
select throws_ok($$ select resend_tax_submission(pg_temp.submission(2)) $$, 'PT404', 'record_not_found', 'another company does not');
select tests.sign_out();
select tests.remember('third', pg_temp.issue('order_3'));
select private.record_tax_result(tests.tenant('acme'), pg_temp.submission(3), 'refused', null, 'tax_rate_unknown', null);
select tests.sign_in('finance@acme.test');
select is((void_invoice(tests.id('third'), 'Wrong tax')).status, 'void', 'what was refused may be voided');
select tests.sign_in('admin@acme.test');
select throws_ok($$ select resend_tax_submission(pg_temp.submission(3)) $$, 'PT409', 'tax_submission_not_refused', 'and is not told then');
select tests.sign_out();
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))) + (select count(*) from private.refold_documents_of(tests.tenant('acme'))), 0::bigint, 'the ledger tells all of it');

select * from finish();
rollback;
