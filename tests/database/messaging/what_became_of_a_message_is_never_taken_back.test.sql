begin;
select plan(21);

select tests.sign_in('owner@acme.test');
insert into channels (name, kind, phone_number_id) values ('Orders line', 'whatsapp', '106540352242922');
select tests.prove_channels();
insert into whatsapp_templates (name, language, event, body, meta_status) values ('order_approved', 'en', 'order.approved', 'Dear {customer}, your order {number} of {total} is confirmed.', 'approved');
insert into whatsapp_templates (name, language, body) values ('come_back', 'en', 'Dear {contact}, we miss you.');
select set_channel_token((select id from channels), 'EAAG-secret-token');
select tests.sign_out();

create function pg_temp.tell(value jsonb) returns void language plpgsql as $$
declare
  changes jsonb := jsonb_build_array(jsonb_build_object('place', 1, 'value', '{"metadata": {"phone_number_id": "106540352242922"}}' || value));
begin
  perform private.receive_whatsapp(changes, encode(sha256(convert_to(changes::text || clock_timestamp(), 'UTF8')), 'hex'));
  perform private.process_queue('whatsapp_events');
end
$$;
create function pg_temp.status(id text, status text, rest jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('statuses', jsonb_build_array(jsonb_build_object('id', id, 'status', status, 'timestamp', extract(epoch from now())::bigint::text) || rest))
$$;
select pg_temp.tell('{"contacts": [{"wa_id": "254733000111", "profile": {"name": "Mama Njeri"}}], "messages": [{"from": "254733000111", "id": "wamid.in", "type": "text", "text": {"body": "Habari"}}]}');
select tests.remember('conversation', (select id from conversations));

create function pg_temp.answer(text text) returns uuid language plpgsql as $$
declare
  written uuid;
begin
  perform tests.sign_in('sales@acme.test');
  written := (public.reply_to_conversation(tests.id('conversation'), text)).id;
  perform tests.sign_out();
  return written;
end
$$;
create function pg_temp.is_now(message uuid) returns text language sql as $$ select status::text from messages where id = message $$;

-- Sent by the company's own number and token, which nobody else is told.
select tests.remember('one', pg_temp.answer('Karibu'));
select is(message_to_send(tests.tenant('acme'), tests.id('one')) #>> '{sender,access_token}', 'EAAG-secret-token', 'whoever sends is told the token of the channel');
select is(pg_temp.is_now(tests.id('one')), 'sending', 'from then on it is being sent');
select is(message_to_send(tests.tenant('acme'), tests.id('one')), null, 'and is handed out to nobody else');
select tests.sign_in('owner@acme.test');
select ok((select has_token and to_jsonb(c)::text not like '%EAAG%' from channels c), 'a token is kept and never read');
select tests.sign_out();

-- Statuses in any order.
select record_message_result(tests.tenant('acme'), tests.id('one'), 'sent', 'whatsapp', 'wamid.1');
select pg_temp.tell(pg_temp.status('wamid.1', 'read'));
select pg_temp.tell(pg_temp.status('wamid.1', 'delivered'));
select pg_temp.tell(pg_temp.status('wamid.1', 'sent'));
select is(pg_temp.is_now(tests.id('one')), 'read', 'what was read stays read');
select pg_temp.tell(pg_temp.status('wamid.1', 'deleted'));
select is(pg_temp.is_now(tests.id('one')), 'read', 'a status that is not known is passed over');

-- Told before the answer to sending came.
select tests.remember('two', pg_temp.answer('Two'));
select message_to_send(tests.tenant('acme'), tests.id('two'));
select pg_temp.tell(pg_temp.status('wamid.2', 'delivered'));
select is(pg_temp.is_now(tests.id('two')), 'sending', 'a status of an id that is not known yet');
select record_message_result(tests.tenant('acme'), tests.id('two'), 'sent', 'whatsapp', 'wamid.2');
select is(pg_temp.is_now(tests.id('two')), 'delivered', 'is there when the id is');

-- The worker ended while it sent.
select tests.remember('three', pg_temp.answer('Three'));
select message_to_send(tests.tenant('acme'), tests.id('three'));
select is(private.settle_sending(), 0::bigint, 'a worker has its time');
update messages set status_at = now() - interval '6 minutes' where id = tests.id('three');
select private.settle_sending();
select is(pg_temp.is_now(tests.id('three')), 'uncertain', 'then nobody knows whether it left');
select pg_temp.tell(pg_temp.status('wamid.3', 'delivered', jsonb_build_object('biz_opaque_callback_data', tests.id('three'))));
select is((select status || ' ' || provider_reference from messages where id = tests.id('three')), 'delivered wamid.3', 'until WhatsApp tells of it by our own id');

-- Failed.
select tests.remember('four', pg_temp.answer('Four'));
select message_to_send(tests.tenant('acme'), tests.id('four'));
select record_message_result(tests.tenant('acme'), tests.id('four'), 'sent', 'whatsapp', 'wamid.4');
select pg_temp.tell(pg_temp.status('wamid.4', 'failed', '{"errors": [{"code": 123, "title": "abc"}]}'));
select is((select status || ' ' || error from messages where id = tests.id('four')), 'failed 123: abc', 'why it failed is kept as WhatsApp says it');
select pg_temp.tell(pg_temp.status('wamid.4', 'read'));
select is(pg_temp.is_now(tests.id('four')), 'failed', 'and what failed has failed');
select tests.sign_in('sales@acme.test');
select is((resend_message(tests.id('four'))).status::text, 'queued', 'somebody sends it again');
select throws_ok(format('select resend_message(%L)', tests.id('one')), 'PT409', 'message_not_resendable', 'but not one that has arrived');
select tests.sign_out();

-- Outside the window.
update messages set happened_at = now() - interval '25 hours' where direction = 'in';
select is(message_to_send(tests.tenant('acme'), tests.id('four')), null, 'what waited until the window had closed does not leave');
select is((select status || ' ' || error from messages where id = tests.id('four')), 'failed reply_window_closed', 'and says why');
select tests.sign_in('sales@acme.test');
select throws_ok(format('select send_template(%L, %L)', tests.id('conversation'), (select id from whatsapp_templates where name = 'come_back')), 'PT409', 'template_not_approved', 'nor does a template that is not approved');
select is((send_template(tests.id('conversation'), (select id from whatsapp_templates where name = 'order_approved'), '{"customer": "Mama\n Njeri", "number": "ORD-1", "total": "KES 5"}')).content,
  '{"name": "order_approved", "language": "en", "parameters": ["Mama Njeri", "ORD-1", "KES 5"]}', 'an approved one leaves with its names filled in');
select tests.sign_out();

-- What is told about documents leaves as a template, and not to who wants none.
select tests.pending('Kilimani Mini Mart', 'COL-300', 1);
update customers set phone = '+254733000111' where id = tests.customer('Kilimani Mini Mart');
select private.say(tests.tenant('acme'), 'order.approved', 'whatsapp', '+254733000111', '{"customer": "Kilimani", "number": "ORD-9", "total": "KES 5"}', 'about:9');
select is((select kind || ' ' || (content ->> 'name') || ' ' || (contact_id = (select contact_id from conversations where id = tests.id('conversation'))) from messages where business_key = 'about:9'), 'template order_approved true', 'a notice stands with its person and leaves as the template about it');
select pg_temp.tell('{"messages": [{"from": "254733000111", "id": "wamid.stop", "type": "text", "text": {"body": "Stop"}}]}');
select message_to_send(tests.tenant('acme'), (select id from messages where business_key = 'about:9'));
select is((select error from messages where business_key = 'about:9'), 'recipient_opted_out', 'who wrote STOP gets none');

select * from finish();
rollback;
