begin;
select plan(23);

-- A company with one number of WhatsApp, and what Meta tells of it.
select tests.sign_in('owner@acme.test');
insert into channels (name, kind, phone_number_id) values ('Orders line', 'whatsapp', '106540352242922');
select tests.prove_channels();
select tests.sign_out();

create function pg_temp.tell(message jsonb, number text default '254733000111', phone_number_id text default '106540352242922') returns void language plpgsql as $$
declare
  changes jsonb := jsonb_build_array(jsonb_build_object('place', 1, 'value', jsonb_build_object('messaging_product', 'whatsapp', 'metadata', jsonb_build_object('phone_number_id', phone_number_id),
    'contacts', jsonb_build_array(jsonb_build_object('wa_id', number, 'profile', jsonb_build_object('name', 'Mama Njeri'))),
    'messages', jsonb_build_array(jsonb_build_object('from', number, 'timestamp', extract(epoch from now())::bigint::text) || message))));
begin
  perform private.receive_whatsapp(changes, encode(sha256(convert_to(changes::text, 'UTF8')), 'hex'));
  perform private.process_queue('whatsapp_events');
end
$$;
create function pg_temp.text(id text, words text) returns jsonb language sql as $$
  select jsonb_build_object('id', id, 'type', 'text', 'text', jsonb_build_object('body', words))
$$;

select pg_temp.tell(pg_temp.text('wamid.1', 'Habari'));
select is((select count(*)::int from messages where direction = 'in'), 1, 'a message comes in');
select is((select (name, customer_id is null)::text from contacts where id = (select contact_id from conversations)), '("Mama Njeri",t)', 'its sender is somebody new, by the name that he gave himself');
select is((select value from contact_points), '+254733000111', 'reached by his number in its one form');

-- R94: the same id twice is one message, also in another body.
select pg_temp.tell(pg_temp.text('wamid.1', 'Habari') || '{"context": {"id": "x"}}');
select is((select count(*)::int from messages where direction = 'in'), 1, 'the same message told in another body is the same message');
select pg_temp.tell(pg_temp.text('wamid.2', 'Nataka soda'));
select is((select count(*)::int from conversations), 1, 'a second message joins the conversation');
select is((select unread from conversation_activity), 2, 'and both wait to be read');

-- What WhatsApp cannot show is nobody's conversation.
select pg_temp.tell('{"id": "wamid.3", "type": "unsupported", "errors": [{"code": 131051}]}', '254733000222');
select pg_temp.tell('{"id": "wamid.4", "type": "ephemeral"}', '254733000222');
select pg_temp.tell('{"id": "wamid.5", "type": "system", "system": {"body": "changed"}}', '254733000222');
select is((select count(*)::int from contact_points), 1, 'unsupported, ephemeral and system messages make no person');
select pg_temp.tell(pg_temp.text('wamid.6', 'Hello'), phone_number_id => '999999999');
select is((select count(*)::int from messages where direction = 'in'), 2, 'what is told of a number that nobody has is in no company');

-- Every type keeps what it has.
select pg_temp.tell('{"id": "wamid.7", "type": "location", "location": {"latitude": -1.2921, "longitude": 36.8219, "name": "Duka la Njeri"}}');
select is((select body || ' ' || (content ->> 'latitude') from messages where provider_reference = 'wamid.7'), 'Duka la Njeri -1.2921', 'a location keeps its coordinates');
select pg_temp.tell('{"id": "wamid.8", "type": "image", "image": {"id": "77", "mime_type": "image/jpeg", "caption": "This one"}}');
select is((select body || ' ' || (content ->> 'id') from messages where provider_reference = 'wamid.8'), 'This one 77', 'a picture its caption and its id');
select pg_temp.tell('{"id": "wamid.9", "type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}}}');
select is((select body from messages where provider_reference = 'wamid.9'), 'Yes', 'a button what stands on it');
select pg_temp.tell('{"id": "wamid.10", "type": "order", "order": {"catalog_id": "1", "product_items": [{"product_retailer_id": "COL-300", "quantity": 2}]}}');
select is((select body || ' ' || (content -> 'product_items' -> 0 ->> 'quantity') from messages where provider_reference = 'wamid.10'), '(order) 2', 'a basket its products');
select pg_temp.tell('{"id": "wamid.11", "type": "sticker", "sticker": {"id": "5"}, "from": null, "from_user_id": "KE.13491208655302741918"}', '254733000333');
select is((select kind || ' ' || value from contact_points where kind = 'whatsapp_user'), 'whatsapp_user KE.13491208655302741918', 'a person without a number is known by the id that WhatsApp gives him');

-- R95: the window for a free answer.
create function pg_temp.window_is_open() returns boolean language sql as $$
  select coalesce(private.reply_window_until(tenant_id, channel_id, contact_id) > now(), false) from conversations where contact_id = (select contact_id from contact_points where value = '+254733000111') limit 1
$$;
select ok(pg_temp.window_is_open(), 'he wrote a moment ago: he may be answered');
update messages set happened_at = now() - interval '13 hours' where direction = 'in';
select ok(pg_temp.window_is_open(), 'thirteen hours ago, too');
update messages set happened_at = now() - interval '25 hours' where direction = 'in';
select ok(not pg_temp.window_is_open(), 'twenty-five hours ago he may not');
update messages set happened_at = now() - interval '6 hours' where provider_reference = 'wamid.9';
select ok(pg_temp.window_is_open(), 'only the latest of his messages counts');
update messages set happened_at = now() - interval '25 hours' where direction = 'in';

-- Resolved: taken up again, or a new one, as the channel says.
select tests.remember('first', (select id from conversations where contact_id = (select contact_id from contact_points where value = '+254733000111')));
select tests.sign_in('sales@acme.test');
select resolve_conversation(tests.id('first'));
select throws_ok(format('select reply_to_conversation(%L, %L)', tests.id('first'), 'Hello'), 'PT409', 'reply_window_closed', 'a free answer outside the window is refused');
select tests.sign_out();
select pg_temp.tell(pg_temp.text('wamid.20', 'One more'));
select is((select status::text from conversations where id = tests.id('first')), 'open', 'who writes again soon takes the conversation up again');
update channels set reopens_within_hours = 0;
select tests.sign_in('sales@acme.test');
select resolve_conversation(tests.id('first'));
select tests.sign_out();
select pg_temp.tell(pg_temp.text('wamid.21', 'Something else'));
select is((select count(*)::int from conversations where contact_id = (select contact_id from conversations where id = tests.id('first'))), 2, 'where that is not wanted a new one begins');
select tests.sign_in('sales@acme.test');
select throws_ok(format('select reopen_conversation(%L)', tests.id('first')), 'PT409', 'conversation_open_already', 'and the old one stays closed beside it');
select tests.sign_out();

-- Known by his telephone number.
update customers set phone = '+254733000444' where id = tests.customer('Kilimani Mini Mart');
select pg_temp.tell(pg_temp.text('wamid.30', 'Hi'), '254733000444');
select is((select customer_name from inbox where contact_id = (select contact_id from contact_points where value = '+254733000444')), 'Kilimani Mini Mart', 'whose number is that of a customer writes for him');
select pg_temp.tell(pg_temp.text('wamid.31', 'stop'), '254733000444');
select ok((select opted_out_at is not null from contact_points where value = '+254733000444'), 'STOP ends what is sent without being asked');

select * from finish();
rollback;
