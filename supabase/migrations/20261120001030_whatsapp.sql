-- Family 10, messaging: what WhatsApp tells, and the templates that it lets leave.

create table private.whatsapp_updates (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  channel_id uuid not null,
  body_hash text not null,
  place integer not null,
  value jsonb not null,
  received_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, body_hash, place),
  foreign key (tenant_id, channel_id) references public.channels (tenant_id, id)
);
create index whatsapp_updates_channel on private.whatsapp_updates (tenant_id, channel_id);
create index whatsapp_updates_received on private.whatsapp_updates (received_at);
select private.force_policies('private.whatsapp_updates');
comment on table private.whatsapp_updates is
  'What Meta told, as it was told: one row per change in a body, whose SHA-256 (hex) names it, so that the same body again is none. Kept for 30 days.';

create function private.receive_whatsapp(changes jsonb, body_hash text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  change record;
  kept private.whatsapp_updates;
  fresh integer := 0;
  unknown integer := 0;
begin
  for change in
    select t.place, t.value, h.tenant_id, h.id as channel_id
    from pg_catalog.jsonb_to_recordset(changes) as t (place integer, value jsonb)
    left join public.channels h on h.proved_number = t.value -> 'metadata' ->> 'phone_number_id' and h.is_active
    order by t.place
  loop
    if change.channel_id is null then
      unknown := unknown + 1;
      continue;
    end if;
    insert into private.whatsapp_updates (tenant_id, channel_id, body_hash, place, value)
    values (change.tenant_id, change.channel_id, body_hash, change.place, change.value)
    on conflict do nothing
    returning * into kept;
    if found then
      fresh := fresh + 1;
      perform private.publish_event(kept.tenant_id, 'whatsapp.told', 'whatsapp_update', kept.id, 0);
    end if;
  end loop;
  return pg_catalog.jsonb_build_object('kept', fresh, 'unknown', unknown);
end
$$;
comment on function private.receive_whatsapp(jsonb, text) is
  'Keeps what WhatsApp''s webhook was told in a body whose signature was found right, [{place, value}] of its changes, and has it worked on later: whose each is its phone_number_id alone decides, which has to be proved (channels.proved_at). Answers {kept, unknown}: how many were new, and how many are of a number that no company has proved; those are not kept. For the function whatsapp-webhook (service role).';
select private.expose('receive_whatsapp', 'service_role');

create function private.forget_whatsapp() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  forgotten bigint;
begin
  delete from private.whatsapp_updates u where u.received_at < pg_catalog.now() - interval '30 days';
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
comment on function private.forget_whatsapp() is 'Maintenance: what WhatsApp told is kept as it was told for 30 days.';
select private.maintain('forget_whatsapp', 'whatsapp_forgotten');

------------------------------------------------------------------------------------------------
-- What became of a message
------------------------------------------------------------------------------------------------

create function private.know_reference(
  of_channel uuid, tenant uuid, told_reference text, told_status public.message_status, told_error text, of_message uuid, told_at timestamptz default now()
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  known private.message_references;
begin
  insert into private.message_references as r (tenant_id, channel_id, reference, message_id, status, status_at, error)
  values (tenant, of_channel, told_reference, of_message, told_status, told_at, told_error)
  on conflict on constraint message_references_pkey do update
  set status = private.later_status(r.status, excluded.status), message_id = coalesce(r.message_id, excluded.message_id),
    status_at = case when private.later_status(r.status, excluded.status) = r.status then r.status_at else excluded.status_at end,
    error = coalesce(r.error, excluded.error)
  returning * into known;
  update public.messages m
  set status = private.later_status(m.status, known.status), status_at = known.status_at, provider_reference = known.reference,
    provider = coalesce(m.provider, 'whatsapp'), sent_at = coalesce(m.sent_at, known.status_at),
    error = case known.status when 'failed' then coalesce(known.error, m.error) end
  where m.tenant_id = tenant and m.id = known.message_id and m.channel_id = of_channel and m.direction = 'out'
    and private.later_status(m.status, known.status) <> m.status;
end
$$;
comment on function private.know_reference(uuid, uuid, text, public.message_status, text, uuid, timestamptz) is
  'Something is told of a message that the provider calls by this id: kept whether or not it is known yet which of ours that is, and then true of ours as soon as both are known.';

create function private.take_status(channel public.channels, told jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if told ->> 'status' in ('sent', 'delivered', 'read', 'failed') and told ->> 'id' <> '' then
    perform private.know_reference(channel.id, channel.tenant_id, told ->> 'id', (told ->> 'status')::public.message_status,
      (select pg_catalog.left(pg_catalog.string_agg(pg_catalog.concat_ws(': ', e ->> 'code', coalesce(e -> 'error_data' ->> 'details', e ->> 'title', e ->> 'message')), '; '), 500)
        from pg_catalog.jsonb_path_query(told, 'lax $.errors[*]') e),
      -- We sent the id of our message along, so that it is known also when the answer to sending never came.
      private.uuid_or_null(told ->> 'biz_opaque_callback_data'), private.told_moment(told ->> 'timestamp'));
  end if;
end
$$;
comment on function private.take_status(public.channels, jsonb) is 'A status of Meta: {id, status, timestamp, errors, biz_opaque_callback_data}. Any that is not known is passed over.';

create function private.told_moment(seconds text) returns timestamptz
language sql stable set search_path = ''
as $$
  select least(pg_catalog.now(), case when seconds ~ '^[0-9]{9,11}$' then pg_catalog.to_timestamp(seconds::double precision) else pg_catalog.now() end)
$$;
comment on function private.told_moment(text) is 'A moment as Meta tells it, in seconds since 1970; none is in the future. Now where it tells none.';

------------------------------------------------------------------------------------------------
-- What a customer wrote
------------------------------------------------------------------------------------------------

create function private.text_of_incoming(message jsonb) returns text
language sql immutable set search_path = ''
as $$
  select coalesce(nullif(pg_catalog.btrim(pg_catalog.left(case message ->> 'type'
    when 'text' then message -> 'text' ->> 'body'
    when 'button' then message -> 'button' ->> 'text'
    when 'interactive' then coalesce(message -> 'interactive' -> 'button_reply' ->> 'title', message -> 'interactive' -> 'list_reply' ->> 'title', message -> 'interactive' -> 'nfm_reply' ->> 'body')
    when 'location' then coalesce(pg_catalog.concat_ws(', ', message -> 'location' ->> 'name', message -> 'location' ->> 'address'), '')
    when 'contacts' then (select pg_catalog.string_agg(c #>> '{}', ', ') from pg_catalog.jsonb_path_query(message, 'lax $.contacts[*].name.formatted_name') c)
    when 'order' then message -> 'order' ->> 'text'
    when 'reaction' then message -> 'reaction' ->> 'emoji'
    else coalesce(message -> (message ->> 'type') ->> 'caption', message -> (message ->> 'type') ->> 'filename')
  end, 20000)), ''), '(' || (message ->> 'type') || ')')
$$;
comment on function private.text_of_incoming(jsonb) is 'What a message of Meta''s says in words, for lists and search; its type in brackets where it has none.';

create function private.take_incoming(channel public.channels, value jsonb, message jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  kind constant text := message ->> 'type';
  user_name constant text := nullif(pg_catalog.btrim(message ->> 'from_user_id'), '');
  number text;
  sender jsonb;
  taken public.messages;
  person uuid;
  conversation public.conversations;
  fresh integer;
begin
  if coalesce(message ->> 'id', '') = '' then
    return;
  end if;
  insert into private.message_references (channel_id, reference, tenant_id, status) values (channel.id, message ->> 'id', channel.tenant_id, 'received')
  on conflict do nothing;
  get diagnostics fresh = row_count;
  number := case when message ->> 'from' ~ '^[1-9][0-9]{6,14}$' then '+' || (message ->> 'from') end;
  -- What WhatsApp itself cannot show is nobody's conversation.
  if fresh = 0 or coalesce(number, user_name) is null
    or coalesce(kind, '') not in ('text', 'image', 'audio', 'video', 'document', 'sticker', 'location', 'contacts', 'interactive', 'button', 'order', 'reaction') then
    return;
  end if;
  select c into sender from pg_catalog.jsonb_path_query(value, 'lax $.contacts[*]') c
  where c ->> 'wa_id' = message ->> 'from' or c ->> 'user_id' = user_name limit 1;
  person := private.contact_at(channel.tenant_id, number, coalesce(user_name, sender ->> 'user_id'), sender -> 'profile' ->> 'name');
  conversation := private.conversation_to_join(channel, person);
  insert into public.messages (tenant_id, channel, recipient, template, body, permission, status, business_key, provider, provider_reference,
    direction, channel_id, contact_id, conversation_id, kind, content, reply_to, happened_at)
  values (channel.tenant_id, 'whatsapp', coalesce(number, user_name), 'incoming', private.text_of_incoming(message), 'conversations.view', 'received',
    'in:' || pg_catalog.md5(channel.id::text || (message ->> 'id')), 'whatsapp', message ->> 'id', 'in', channel.id, person, conversation.id, kind,
    case when kind <> 'text' then message -> kind end, message -> 'context' ->> 'id', private.told_moment(message ->> 'timestamp'))
  returning * into taken;
  perform private.note_activity(taken);
  if kind in ('image', 'audio', 'video', 'document', 'sticker') and taken.content ->> 'id' ~ '^[0-9]{1,30}$' then
    perform pgmq.send('fetch_media', pg_catalog.jsonb_build_object('tenant_id', taken.tenant_id, 'message_id', taken.id));
  end if;
  if pg_catalog.upper(pg_catalog.btrim(taken.body, E' .!\n')) in ('STOP', 'ACHA', 'START', 'ANZA') then
    update public.contact_points p
    set opted_out_at = case when pg_catalog.upper(pg_catalog.btrim(taken.body, E' .!\n')) in ('STOP', 'ACHA') then pg_catalog.now() end
    where p.tenant_id = taken.tenant_id and p.contact_id = person and p.kind in ('whatsapp', 'whatsapp_user');
  end if;
  perform private.publish_event(taken.tenant_id, 'message.received', 'message', taken.id, 0);
end
$$;
comment on function private.take_incoming(public.channels, jsonb, jsonb) is
  'A message of Meta''s comes in, once per id however often it is told: its person, his open conversation, the message in it. STOP (ACHA) and START (ANZA) end and begin again what is sent without being asked.';

create function private.take_whatsapp(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  told private.whatsapp_updates;
  way public.channels;
  part jsonb;
begin
  select * into told from private.whatsapp_updates u where u.id = event.entity_id and u.tenant_id = event.tenant_id;
  select * into way from public.channels c where c.tenant_id = told.tenant_id and c.id = told.channel_id;
  if way.id is null then
    return;
  end if;
  for part in select p from pg_catalog.jsonb_path_query(told.value, 'lax $.messages[*]') p loop
    perform private.take_incoming(way, told.value, part);
  end loop;
  for part in select p from pg_catalog.jsonb_path_query(told.value, 'lax $.statuses[*]') p loop
    perform private.take_status(way, part);
  end loop;
end
$$;
comment on function private.take_whatsapp(public.event_store) is 'Effect: works on what WhatsApp told, its messages first.';
select private.create_queue('whatsapp_events', 'process-events');
select private.listen('whatsapp_events', 'take_whatsapp', 'whatsapp.told');

------------------------------------------------------------------------------------------------
-- Templates
------------------------------------------------------------------------------------------------

create type public.template_status as enum ('pending', 'approved', 'rejected');

create table public.whatsapp_templates (
  like private.record including defaults including indexes,
  name text not null,
  language text not null default 'en',
  event text,
  body text not null,
  meta_status public.template_status not null default 'pending',
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name, language),
  constraint template_name_is_metas check (name ~ '^[a-z0-9_]{1,100}$'),
  constraint template_language_is_a_code check (language ~ '^[a-z]{2}(_[A-Z]{2})?$'),
  constraint template_event_is_short check (length(event) between 1 and 60),
  constraint template_body_is_bounded check (btrim(body) <> '' and length(body) <= 1024),
  constraint placeholders_are_known check (event is null or private.placeholders_of(body) <@ private.known_placeholders())
);
create unique index whatsapp_templates_event on public.whatsapp_templates (tenant_id, event, language) where event is not null;
comment on table public.whatsapp_templates is
  'Templates of WhatsApp as they were handed in to Meta: only what leaves as an approved one is taken when the customer has not written for 24 hours.';
comment on column public.whatsapp_templates.event is 'The event (public.message_texts) that it tells of, e.g. order.delivered; null for those that people choose.';
comment on column public.whatsapp_templates.meta_status is 'What Meta has decided about it.';
comment on column public.whatsapp_templates.body is 'Its text, each name in braces in place of Meta''s {{1}}, {{2}} …, in their order.';
select private.register_error('template_name_is_metas', 422, 'This is no name of a template.', 'Use small letters, digits and _, as it is called at Meta.');
select private.register_error('template_language_is_a_code', 422, 'This is no language of a template.', 'Enter a code such as en, sw or en_US.');
select private.register_error('template_event_is_short', 422, 'There is no such event.', 'Choose one of the events of the list of messages, or none.');
select private.register_error('template_body_is_bounded', 422, 'The text of the template is missing or too long.', 'Enter the text as it is at Meta, at most 1024 characters.');
select private.register_error('whatsapp_template_taken', 409, 'There is a template with this name and language already.', 'Change that one.');
select private.register_error('template_event_taken', 409, 'There is a template for this event in this language already.', 'Take the event off that one first.');
select private.manage_table('public.whatsapp_templates', 'whatsapp_template');
select private.set_audience('whatsapp_template', 'conversations.view');
select private.refuse_taken('public.whatsapp_templates', 'whatsapp_templates_tenant_id_name_language_key', 'whatsapp_template_taken');
select private.refuse_taken('public.whatsapp_templates', 'whatsapp_templates_event', 'template_event_taken');

create function private.template_filled(template public.whatsapp_templates, names jsonb) returns jsonb
language sql stable set search_path = ''
as $$
  -- Meta takes neither lines nor rows of blanks in what is filled in.
  select pg_catalog.jsonb_build_object('name', template.name, 'language', template.language, 'parameters', coalesce((
    select pg_catalog.jsonb_agg(coalesce(nullif(pg_catalog.btrim(pg_catalog.regexp_replace(names ->> p.m[1], '\s+', ' ', 'g')), ''), '-') order by p.n)
    from pg_catalog.regexp_matches(template.body, '\{([a-z_]+)\}', 'g') with ordinality as p (m, n)), '[]'))
$$;
comment on function private.template_filled(public.whatsapp_templates, jsonb) is 'A template with its names filled in, as it is sent: {name, language, parameters}.';

create function private.template_about(tenant uuid, about text, names jsonb, language text) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select private.template_filled(t, names)
  from public.whatsapp_templates t join public.tenant_settings s on s.tenant_id = t.tenant_id
  where t.tenant_id = tenant and t.event = about and t.meta_status = 'approved'
    and exists (select from public.channels c where c.tenant_id = tenant and c.kind = 'whatsapp' and private.is_connected(c))
  order by pg_catalog.split_part(t.language, '_', 1) = template_about.language desc nulls last, pg_catalog.split_part(t.language, '_', 1) = pg_catalog.split_part(s.locale, '-', 1) desc, t.language
  limit 1
$$;
comment on function private.template_about(uuid, text, jsonb, text) is 'The approved template about an event, filled in, in this language, that of the company, or another; null where there is none.';
