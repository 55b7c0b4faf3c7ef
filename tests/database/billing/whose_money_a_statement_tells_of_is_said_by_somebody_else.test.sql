begin;
select plan(22);

select tests.remember('small', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('large', tests.allocated('Kilimani Mini Mart', 'COL-300', 2));
select tests.on_the_road(array[tests.id('small'), tests.id('large')]);
select tests.deliver(tests.id('small'), 1), tests.deliver(tests.id('large'), 2);
select tests.remember('first', (select id from invoices where order_id = tests.id('small')));
select tests.remember('second', (select id from invoices where order_id = tests.id('large')));
select tests.sign_in('finance@acme.test');
select issue_invoice(tests.id('first')), issue_invoice(tests.id('second'));
create function pg_temp.balance(name text) returns numeric language sql security definer as $$ select i.balance from public.invoices i where i.id = tests.id(name) $$;
create function pg_temp.confirm(amount numeric, line text default 'line', method public.payment_method default 'mpesa', invoices text[] default '{}', customer text default 'Kilimani Mini Mart') returns text language plpgsql as $$
begin
  return (confirm_statement_line(tests.id(line), tests.customer(customer), amount, method, array(select tests.id(i) from unnest(invoices) i))).status;
exception when others then
  return sqlerrm;
end $$;

-- Enough for the first invoice and for a part of the second, typed in by the owner.
select tests.sign_in('owner@acme.test');
insert into statement_lines (source, reference, amount, posted_at, paid_by) values ('Till', 'SKL1AB2CD3', pg_temp.balance('first') + 10, now() - interval '1 day', 'JANE W');
select tests.remember('line', (select id from statement_lines where reference = 'SKL1AB2CD3'));
select is(pg_temp.confirm(pg_temp.balance('first') + 10), 'separation_of_duties', 'who wrote the line does not say whose it is');
select tests.sign_in('viewer@acme.test');
select is(pg_temp.confirm(pg_temp.balance('first') + 10), 'permission_denied', 'nor does whoever does not reconcile');
select tests.sign_in('finance@acme.test');
select is(pg_temp.confirm(pg_temp.balance('first') + 9.99), 'amount_differs', 'the amount is typed again');
select is(pg_temp.confirm(null), 'amount_differs', 'and not left out');
select is(pg_temp.confirm(pg_temp.balance('first') + 10, method => 'cash'), 'payment_invalid', 'no bank tells of cash');
select is(pg_temp.confirm(pg_temp.balance('first') + 10, method => 'credit_note'), 'payment_invalid', 'nor of a credit note');
select is(pg_temp.confirm(pg_temp.balance('first') + 10, customer => 'Ngong View Bar', invoices => array['first']), 'record_not_found', 'an invoice of another customer is not paid');
select is((select status::text from statement_lines where id = tests.id('line')), 'open', 'and none of that has done anything');
select is(pg_temp.confirm(pg_temp.balance('first') + 10, invoices => array['first', 'second']), 'matched', 'who types the amount of somebody else''s line confirms it');
select is((select status::text from invoices where id = tests.id('first')), 'paid', 'it pays the invoices in their order');
select is((select paid_total from invoices where id = tests.id('second')), 10.00, 'as far as it goes');
select is(
  (select array[p.status::text, p.method::text, p.reference, (p.received_at = l.posted_at)::text, (p.approved_by = auth.uid())::text]
    from statement_lines l join payments p on p.id = l.payment_id where l.id = tests.id('line')),
  array['reconciled', 'mpesa', 'SKL1AB2CD3', 'true', 'true'], 'the payment says what the line says');
select is(pg_temp.confirm(20), 'statement_line_transition_illegal', 'a line is confirmed once');
select is(
  (select array_agg(e.step order by e.sequence) from event_store e where e.machine = 'payment' and e.entity_id = (select payment_id from statement_lines where id = tests.id('line'))),
  array['confirm'], 'the history has one step for it');

-- Undone: the line can be asked about again, and the money goes on paying until it is cancelled.
select unreconcile_payment((select payment_id from statement_lines where id = tests.id('line')));
select is((select status::text from statement_lines where id = tests.id('line')), 'open', 'undoing the match opens the line');
select is(pg_temp.confirm(pg_temp.balance('first') + 10), 'amount_differs', 'the balance is another one now');
select is(pg_temp.confirm((select amount from statement_lines where id = tests.id('line'))), 'payment_reference_taken', 'its payment is still there, and counts once');

-- What is nobody's.
insert into statement_lines (source, reference, amount, posted_at) values ('Bank', 'INTEREST 11', 3.5, now());
select tests.remember('interest', (select id from statement_lines where source = 'Bank'));
select throws_ok($$ select set_aside_statement_line(tests.id('interest'), ' ') $$, 'PT422', 'reason_required', 'what is set aside has a reason');
select is((set_aside_statement_line(tests.id('interest'), 'Interest of the bank')).status::text, 'set_aside', 'then it is out of the way');
select is(pg_temp.confirm(3.5, 'interest', 'bank_transfer'), 'statement_line_transition_illegal', 'and pays nothing');
select is((take_back_statement_line(tests.id('interest'))).status_reason, null, 'until it is taken back');
select throws_ok($$ select confirm_statement_line(tests.id('interest'), tests.customer('Kilimani Mini Mart'), 3.5, 'bank_transfer', expected_version => 1) $$, 'PT409', 'version_conflict', 'what somebody else has touched is looked at again');

select * from finish();
rollback;
