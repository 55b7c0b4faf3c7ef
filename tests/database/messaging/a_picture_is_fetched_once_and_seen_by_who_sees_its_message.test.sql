begin;
select plan(17);

select tests.sign_in('owner@acme.test');
insert into channels (name, kind, phone_number_id) values ('Orders line', 'whatsapp', '106540352242922');
select tests.sign_out();
select tests.prove_channels();
update customers set phone = '+254733000111' where id = tests.customer('Kilimani Mini Mart');
create function pg_temp.tell(message jsonb) returns void language plpgsql as $$
declare
  changes jsonb := jsonb_build_array(jsonb_build_object('place', 1, 'value', jsonb_build_object('metadata', '{"phone_number_id": "106540352242922"}'::jsonb,
    'messages', jsonb_build_array('{"from": "254733000111"}' || message))));
begin
  perform private.receive_whatsapp(changes, md5(changes::text));
  perform private.process_queue('whatsapp_events');
end
$$;
create function pg_temp.store(path text, person text, type text default 'application/pdf') returns void language sql security definer as $$
  insert into storage.objects (bucket_id, name, owner_id, metadata) values ('messages', path, tests.account(person)::text, jsonb_build_object('mimetype', type, 'size', 1000))
$$;
select pg_temp.tell('{"id": "wamid.1", "type": "image", "image": {"id": "77", "mime_type": "image/jpeg", "caption": "This one"}}');
select pg_temp.tell('{"id": "wamid.2", "type": "text", "text": {"body": "Hi"}}');
select is((select count(*) from pgmq.q_fetch_media), 1::bigint, 'a picture is asked for, a text is not');
select tests.remember('picture', (select id from messages where provider_reference = 'wamid.1'));
select is(private.media_to_fetch(tests.tenant('acme'), tests.id('picture')) ->> 'path', tests.tenant('acme') || '/' || tests.id('picture') || '/media', 'it goes into the folder of its company and its message');
select is(private.media_to_fetch(tests.tenant('globex'), tests.id('picture')), null, 'of another company there is none');
select private.record_media(tests.tenant('acme'), tests.id('picture'), 'queued', error => 'media_unreachable');
select is((select media from messages where id = tests.id('picture')), null, 'what could not be reached is not given up');
select private.record_media(tests.tenant('acme'), tests.id('picture'), 'fetched', tests.tenant('acme') || '/' || tests.id('picture') || '/media', 'image/png', 70);
select is((select media ->> 'type' from messages where id = tests.id('picture')), 'image/png', 'it is what its content is, not what its sender said');
select is(private.media_to_fetch(tests.tenant('acme'), tests.id('picture')), null, 'and is not fetched again');
select private.record_media(tests.tenant('acme'), tests.id('picture'), 'refused', error => 'media_gone');
select is((select media ->> 'error' from messages where id = tests.id('picture')), null, 'nor lost by a second answer');

-- Who sees it.
insert into storage.objects (bucket_id, name, metadata) select 'messages', media ->> 'path', '{}' from messages where id = tests.id('picture');
select tests.sign_in('sales@acme.test');
select is((select count(*) from storage.objects where bucket_id = 'messages'), 1::bigint, 'who answers customers sees it');
select tests.sign_in('driver@acme.test');
select is((select count(*) from storage.objects where bucket_id = 'messages'), 0::bigint, 'a driver does not');
select tests.sign_in('admin@globex.test');
select is((select count(*) from storage.objects where bucket_id = 'messages'), 0::bigint, 'nor another company');

-- What is sent.
select tests.sign_out();
select tests.remember('talk', (select id from conversations));
select pg_temp.store(tests.tenant('acme') || '/paper', 'sales@acme.test');
select pg_temp.store(tests.tenant('acme') || '/film', 'sales@acme.test', 'video/mp4');
select pg_temp.store(tests.tenant('globex') || '/paper', 'sales@acme.test');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select send_file(tests.id('talk'), tests.tenant('acme') || '/paper', 'Invoice.pdf') $$, 'PT422', 'file_not_found', 'a file of a colleague is not sent');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select send_file(tests.id('talk'), tests.tenant('globex') || '/paper', 'Invoice.pdf') $$, 'PT422', 'file_not_found', 'nor one of the folder of another company');
select throws_ok($$ select send_file(tests.id('talk'), tests.tenant('acme') || '/film', 'Film.mp4') $$, 'PT422', 'file_not_sendable');
select throws_ok($$ select send_file(tests.id('talk'), tests.tenant('acme') || '/paper', 'Invoice.pdf', repeat('x', 1025)) $$, 'PT422', 'input_invalid');
select lives_ok($$ select send_file(tests.id('talk'), tests.tenant('acme') || '/paper', 'Invoice.pdf', 'As asked') $$);
select tests.sign_out();
select is((select (kind, body, media ->> 'name')::text from messages where direction = 'out' and conversation_id = tests.id('talk')), '(document,"As asked",Invoice.pdf)', 'a paper is a message of its own');
select is((select private.message_to_send(tenant_id, id) -> 'media' ->> 'path' from messages where direction = 'out' and conversation_id = tests.id('talk')), tests.tenant('acme') || '/paper', 'and the worker is told where it lies');
select * from finish();
rollback;
