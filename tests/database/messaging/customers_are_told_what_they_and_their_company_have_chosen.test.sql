begin;
select plan(23);

create function pg_temp.hear() returns void language sql security definer as $$ select private.process_queue('notifications', 200) $$;
create function pg_temp.told(entity uuid, event text) returns text language sql security definer as $$
  select m.channel || ' ' || m.recipient from public.messages m where m.entity_id = entity and m.template = event
$$;
create function pg_temp.said(entity uuid, event text) returns text language sql security definer as $$
  select m.body from public.messages m where m.entity_id = entity and m.template = event
$$;
update customers set phone = '+254711000999', email = 'shop@kilimani.test' where name = 'Kilimani Mini Mart';
select tests.remember('shop', tests.customer('Kilimani Mini Mart'));

-- Nobody has chosen.
select tests.remember('one', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select pg_temp.hear();
select is(pg_temp.told(tests.id('one'), 'order.approved'), 'whatsapp +254711000999', 'an approved order is told by WhatsApp where nobody has chosen');

-- The company chooses, then the customer.
select tests.sign_in('sales@acme.test');
select throws_ok($$ select choose_notice('order.approved', false) $$, '42501', null, 'sales choose nothing for the whole company');
select tests.sign_in('admin@acme.test');
select throws_ok($$ select choose_notice('order.sung', true) $$, 'PT422', 'notice_unknown');
select is(choose_notice('order.approved', true, 'email'), true, 'the company has approved orders told by e-mail');
select tests.sign_out();
select tests.remember('two', tests.approved('Kilimani Mini Mart', 'COL-300', 2));
select pg_temp.hear();
select is(pg_temp.told(tests.id('two'), 'order.approved'), 'email shop@kilimani.test', 'and they are');
select tests.sign_in('manager@acme.test');
select is(choose_notice('order.approved', true, 'sms', tests.id('shop')), true, 'this customer wants a text message');
select is((select count(*)::int from notice_choices), 2, 'what was chosen is there for the pages');
select throws_ok($$ select choose_notice('order.approved', false, null, '0190a000-0000-7000-8000-000000000001') $$, 'PT404', 'record_not_found');
select tests.sign_out();
select tests.remember('three', tests.approved('Kilimani Mini Mart', 'COL-300', 3));
select pg_temp.hear();
select is(pg_temp.told(tests.id('three'), 'order.approved'), 'sms +254711000999', 'what the customer wants comes before what the company chose');
select tests.sign_in('manager@acme.test');
select is(choose_notice('order.approved', false, null, tests.id('shop')), false, 'and wants none');
select tests.sign_out();
select tests.remember('four', tests.approved('Kilimani Mini Mart', 'COL-300', 4));
select pg_temp.hear();
select is(pg_temp.told(tests.id('four'), 'order.approved'), null, 'and is not told');
select tests.sign_in('manager@acme.test');
select is(choose_notice('order.approved', null, null, tests.id('shop')), true, 'what is not chosen any more is as the company has it');

-- In his language; a chosen way that does not reach him is not the end of it.
select tests.sign_out();
update customers set language = 'sw', email = null where id = tests.id('shop');
select tests.remember('five', tests.approved('Kilimani Mini Mart', 'COL-300', 5));
select pg_temp.hear();
select is(pg_temp.told(tests.id('five'), 'order.approved'), 'whatsapp +254711000999', 'without an e-mail address he is told by WhatsApp');
select matches(pg_temp.said(tests.id('five'), 'order.approved'), '^Mpendwa', 'in the language of the customer');

-- On the road: when it is expected, who comes next, and who took it.
select tests.sign_in('admin@acme.test');
select choose_notice('order.near', true);
select tests.sign_out();
update customers set language = 'en' where id = tests.id('shop');
select tests.remember('first', tests.allocated('Kilimani Mini Mart', 'COL-300', 3));
select tests.remember('second', tests.allocated('Kilimani Mini Mart', 'COL-300', 4));
select tests.on_the_road(array[tests.id('first'), tests.id('second')]);
select pg_temp.hear();
select matches(pg_temp.said(tests.id('first'), 'order.dispatched'), 'on its way to you( \(~[0-9]{2}:[0-9]{2}\))?\. ', 'a dispatched order says when it is expected, where that is planned');
select is(array[pg_temp.told(tests.id('first'), 'order.near'), pg_temp.told(tests.id('second'), 'order.near')], array['whatsapp +254711000999', null], 'as the trip starts the first one hears that he is next, and nobody else');
select tests.deliver(tests.id('first'), 3);
select pg_temp.hear();
select matches(pg_temp.said(tests.id('first'), 'order.delivered'), 'was delivered and received by [^-{]+\. ', 'who had his goods is told who took them');
select isnt(pg_temp.told(tests.id('second'), 'order.near'), null, 'and the one after him hears that he is next');

-- Money that came in.
select tests.sign_in('admin@acme.test');
select choose_notice('payment.approved', true);
select choose_notice('account.statement', true);
select tests.sign_out();
select tests.remember('paid', tests.money('Kilimani Mini Mart', 500));
select pg_temp.hear();
select matches(pg_temp.said(tests.id('paid'), 'payment.approved'), 'received KES 500\.00', 'money that came in is told');

-- Once a month.
select tests.sign_in('finance@acme.test');
select issue_invoice((select i.id from invoices i where i.order_id = tests.id('first')));
select tests.sign_out();
select is(private.send_account_statements('2026-12-15'), 0::bigint, 'in the middle of a month nobody is told what is open');
select is(private.send_account_statements('2026-12-01'), (select count(distinct i.customer_id) from invoices i where i.tenant_id = tests.tenant('acme') and i.balance > 0 and i.status in ('issued', 'partially_paid', 'overdue')), 'at its beginning everybody who owes something is');
select is(private.send_account_statements('2026-12-02'), 0::bigint, 'once');
select matches(pg_temp.said(tests.id('shop'), 'account.statement'), '^Dear Kilimani Mini Mart, KES [0-9,.]+ of your account was open on 2026-12-01', 'with what is open');
select * from finish();
rollback;
