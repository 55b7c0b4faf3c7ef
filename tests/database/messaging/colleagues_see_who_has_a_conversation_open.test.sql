begin;
select plan(9);

select tests.sign_in('owner@acme.test');
insert into channels (name, kind, phone_number_id) values ('Orders line', 'whatsapp', '106540352242922');
select tests.prove_channels();
select tests.sign_out();

create function pg_temp.write(number text) returns uuid language plpgsql security definer as $$
declare
  way channels;
begin
  select * into way from channels where phone_number_id = '106540352242922';
  return (private.conversation_to_join(way, private.contact_at(way.tenant_id, number, null, number))).id;
end
$$;
create function pg_temp.passes(t interval) returns void language sql security definer as $$
  update private.conversation_watchers set seen_at = seen_at - t
$$;
create function pg_temp.kept() returns integer language plpgsql security definer as $$
begin
  perform private.forget_watchers();
  return (select count(*) from private.conversation_watchers);
end
$$;

select tests.remember('talk', pg_temp.write('+254733000001'));
select tests.remember('other', pg_temp.write('+254733000002'));
select tests.sign_in('sales@acme.test');
select is(watch_conversation(tests.id('talk')), '[]', 'whoever is alone with a conversation is told of nobody');
select is(watch_conversation(tests.id('talk'), true), '[]', 'nor of himself');
select tests.sign_in('manager@acme.test');
select is(watch_conversation(tests.id('talk')) -> 0 ->> 'is_writing', 'true', 'a colleague is told that somebody writes in it');
select is(watch_conversation(tests.id('other')), '[]', 'and not in another one');
select tests.sign_in('sales@acme.test');
select is(watch_conversation(tests.id('talk')) -> 0 ->> 'is_writing', 'false', 'who only reads is told of as one who reads');
select pg_temp.passes(interval '31 seconds');
select is(watch_conversation(tests.id('talk')), '[]', 'who has not said so for half a minute has gone');
select tests.sign_in('admin@globex.test');
select throws_ok(format('select watch_conversation(%L)', tests.id('talk')), 'PT404', 'record_not_found', 'nobody looks into another company');
select tests.sign_out();
update memberships set territory_id = (select id from territories where tenant_id = tests.tenant('acme') and code = 'KLF') where id = tests.membership('agent@acme.test');
select tests.sign_in('agent@acme.test');
select throws_ok(format('select watch_conversation(%L)', tests.id('talk')), 'PT404', 'record_not_found', 'nor beyond his territory');
select pg_temp.passes(interval '2 hours');
select is(pg_temp.kept(), 0, 'who looked at what is not kept');
select * from finish();
rollback;
