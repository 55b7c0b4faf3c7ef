-- Family 10, messaging: what happens here, told to systems that a company names.

create table public.webhooks (
  like private.record including defaults including indexes,
  name text not null,
  url text not null,
  events text[] not null,
  is_active boolean not null default true,
  has_secret boolean not null default false,
  stopped_reason text,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  constraint webhook_name_is_short check (btrim(name) <> '' and length(name) <= 80),
  constraint webhook_url_is_an_address check (url ~ '^https?://[^\s/@?#]+(/[^\s#]*)?$' and length(url) <= 1000),
  constraint webhook_events_are_named check (cardinality(events) between 1 and 50 and array_position(events, null) is null and array_to_string(events, ' ') ~ '^(\*|[a-z_]+\.(\*|[a-z_]+))( (\*|[a-z_]+\.(\*|[a-z_]+)))*$')
);
comment on table public.webhooks is 'Addresses of other systems that are told what happens in a company, by signed calls (functions/deliver-webhook). Nothing is told before there is a secret.';
comment on column public.webhooks.events is 'Names of events, as in public.events, or their aliases: order.approved, order.* for all of a kind, * for all.';
comment on column public.webhooks.stopped_reason is 'Why it was switched off by itself: a stable key, webhook_failing or webhook_gone. Null when a person did or it is on.';
select private.register_error('webhook_name_is_short', 422, 'The webhook has no name, or a long one.', 'Enter a name of at most 80 characters.');
select private.register_error('webhook_url_is_an_address', 422, 'This is no address that can be called.', 'Enter an address that begins with https://, without a user name in it.');
select private.register_error('webhook_events_are_named', 422, 'An event has a name that no event can have, or none is named.', 'Enter 1 to 50 names like order.approved, order.* for all of a kind, or * for all.');
select private.register_error('webhook_name_taken', 409, 'There is a webhook of this name already.', 'Choose another name.');
select private.manage_table('public.webhooks', 'webhook');
select private.set_audience('webhook', 'settings.manage');
select private.refuse_taken('public.webhooks', 'webhooks_tenant_id_name_key', 'webhook_name_taken');

create table private.webhook_states (
  tenant_id uuid not null,
  webhook_id uuid not null,
  secret text not null,
  heard_up_to bigint not null,
  looked_up_to bigint not null,
  looked_until xid8 not null,
  failed_in_a_row integer not null default 0,
  primary key (tenant_id, webhook_id),
  foreign key (tenant_id, webhook_id) references public.webhooks (tenant_id, id) on delete cascade
);
select private.force_policies('private.webhook_states');
comment on table private.webhook_states is 'The secret that signs the calls of a webhook, and how far in the ledger of its company it has heard.';
comment on column private.webhook_states.heard_up_to is 'Rows of the ledger up to this sequence have been heard, and no transaction can write one any more.';
comment on column private.webhook_states.looked_up_to is 'How far it looked the last time; younger transactions may still write lower numbers.';
comment on column private.webhook_states.looked_until is 'The transactions that had not begun when it looked the last time begin here.';
comment on column private.webhook_states.failed_in_a_row is 'Deliveries that were given up since the last one that was taken.';

create type public.webhook_delivery_status as enum ('queued', 'delivered', 'failed');

create table public.webhook_deliveries (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  webhook_id uuid not null,
  event_id uuid,
  event_type text not null,
  entity_type text,
  entity_id uuid,
  status public.webhook_delivery_status not null default 'queued',
  attempts integer not null default 0,
  response_status integer,
  response text,
  error text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, webhook_id, event_id),
  foreign key (tenant_id, webhook_id) references public.webhooks (tenant_id, id) on delete cascade,
  constraint response_is_bounded check (length(response) <= 500),
  constraint error_is_bounded check (length(error) <= 500)
);
create index webhook_deliveries_recent on public.webhook_deliveries (tenant_id, webhook_id, created_at desc, id desc);
create index webhook_deliveries_finished on public.webhook_deliveries (finished_at) where finished_at is not null;
comment on table public.webhook_deliveries is 'Events told to a webhook, each once; kept for 30 days. The id is sent with every attempt (webhook-id), so that the other side knows one that it took already.';
comment on column public.webhook_deliveries.event_id is 'The row of the ledger; null for a call that somebody made to try the address.';
comment on column public.webhook_deliveries.response is 'The beginning of what the other side answered.';
comment on column public.webhook_deliveries.error is 'Why the last attempt failed: a stable key (webhook_refused, webhook_unreachable, webhook_timeout, webhook_address_private, webhook_inactive).';
select private.force_policies('public.webhook_deliveries');

create trigger _500_wake_pages_on_insert after insert on public.webhook_deliveries
referencing new table as changed_rows for each statement execute function private.tg__wake_pages('webhook', 'settings.manage');
create trigger _500_wake_pages_on_update after update on public.webhook_deliveries
referencing new table as changed_rows for each statement execute function private.tg__wake_pages('webhook', 'settings.manage');

select private.create_queue('deliver_webhook', 'deliver-webhook');
-- Some five hours: half a minute, one, two, four, … at most an hour apart.
update private.queue_policies set max_attempts = 12, base_delay_seconds = 15 where queue = 'deliver_webhook';

create function private.tg_webhooks__switch() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.is_active then
    new.stopped_reason := null;
  end if;
  if new.is_active and not old.is_active then
    -- What happened while it was off is not told.
    update private.webhook_states s
    set heard_up_to = e.sequence, looked_up_to = e.sequence, looked_until = pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()), failed_in_a_row = 0
    from private.newest_event(new.tenant_id) as e (sequence)
    where s.tenant_id = new.tenant_id and s.webhook_id = new.id;
  end if;
  return new;
end
$$;
comment on function private.tg_webhooks__switch() is 'A webhook that is switched on hears from now on, and what stopped it is over.';

create function private.newest_event(tenant uuid) returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce((select e.sequence from public.event_store e where e.tenant_id = tenant order by e.sequence desc limit 1), 0)
$$;
comment on function private.newest_event(uuid) is 'Number of the newest row that is seen of a company''s ledger; 0 when there is none.';
create trigger _150_switch before update of is_active on public.webhooks for each row execute function private.tg_webhooks__switch();

create function private.lock_webhook(webhook_id uuid) returns public.webhooks
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('settings.manage');
  target public.webhooks;
begin
  select * into target from public.webhooks w where w.tenant_id = tenant and w.id = webhook_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('webhook_id', webhook_id));
  end if;
  return target;
end
$$;
comment on function private.lock_webhook(uuid) is 'Locks a webhook for a command of somebody who may manage the company. Raises record_not_found, permission_denied.';

create function private.set_webhook_secret(webhook_id uuid, secret text) returns public.webhooks
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.webhooks := private.lock_webhook(webhook_id);
begin
  if secret !~ '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$' or secret is null then
    perform private.fail('input_invalid', '{"secret": "whsec_ and 24 to 64 random bytes in base64 are needed"}');
  end if;
  insert into private.webhook_states as s (tenant_id, webhook_id, secret, heard_up_to, looked_up_to, looked_until)
  select target.tenant_id, target.id, secret, e, e, pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()) from private.newest_event(target.tenant_id) e
  on conflict on constraint webhook_states_pkey do update set secret = excluded.secret;
  update public.webhooks w set has_secret = true where w.tenant_id = target.tenant_id and w.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.set_webhook_secret(uuid, text) is
  'Gives a webhook the secret that signs its calls, in the form of Standard Webhooks: whsec_ and base64. The other side needs the same; it can be read nowhere afterwards. From the first secret on, events are told. Raises record_not_found, input_invalid, permission_denied.';
select private.expose_command('set_webhook_secret');

create function private.test_webhook(webhook_id uuid) returns public.webhook_deliveries
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target constant public.webhooks := private.lock_webhook(webhook_id);
  made public.webhook_deliveries;
begin
  if not (target.is_active and target.has_secret) then
    perform private.fail('webhook_inactive', pg_catalog.jsonb_build_object('webhook_id', target.id));
  end if;
  insert into public.webhook_deliveries (tenant_id, webhook_id, event_type) values (target.tenant_id, target.id, 'webhook.test') returning * into made;
  perform pgmq.send('deliver_webhook', pg_catalog.jsonb_build_object('tenant_id', made.tenant_id, 'delivery_id', made.id));
  return made;
end
$$;
comment on function private.test_webhook(uuid) is 'Calls the address of a webhook with an event webhook.test that says nothing. Raises record_not_found, webhook_inactive, permission_denied.';
select private.register_error('webhook_inactive', 409, 'The webhook is switched off, or has no secret yet.', 'Switch it on and make its secret first.');
select private.expose_command('test_webhook');

create function private.redeliver_webhook(delivery_id uuid) returns public.webhook_deliveries
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('settings.manage');
  target public.webhook_deliveries;
begin
  select * into target from public.webhook_deliveries d where d.tenant_id = tenant and d.id = delivery_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('delivery_id', delivery_id));
  end if;
  if target.status = 'queued' then
    perform private.fail('webhook_on_its_way', pg_catalog.jsonb_build_object('delivery_id', delivery_id));
  end if;
  if not exists (select from public.webhooks w where w.tenant_id = tenant and w.id = target.webhook_id and w.is_active and w.has_secret) then
    perform private.fail('webhook_inactive', pg_catalog.jsonb_build_object('webhook_id', target.webhook_id));
  end if;
  update public.webhook_deliveries d set status = 'queued', attempts = 0, finished_at = null
  where d.tenant_id = tenant and d.id = target.id
  returning * into target;
  perform pgmq.send('deliver_webhook', pg_catalog.jsonb_build_object('tenant_id', target.tenant_id, 'delivery_id', target.id));
  return target;
end
$$;
comment on function private.redeliver_webhook(uuid) is 'Tells an event to its webhook once more, under the same id. Raises record_not_found, webhook_on_its_way, webhook_inactive, permission_denied.';
select private.register_error('webhook_on_its_way', 409, 'This is on its way already.', 'Wait until it has arrived or was given up.');
select private.expose_command('redeliver_webhook');

------------------------------------------------------------------------------------------------
-- For the worker
------------------------------------------------------------------------------------------------

create function private.hear_for_webhooks() returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  listening record;
  deliveries jsonb[];
  last_seen bigint;
  told integer := 0;
begin
  for listening in
    select w.tenant_id, w.id, s.heard_up_to, array(select pg_catalog.replace(pg_catalog.replace(e, '_', '\_'), '*', '%') from pg_catalog.unnest(w.events) e) as patterns,
      s.looked_until <= pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()) as is_settled
    from private.webhook_states s
    join public.webhooks w on w.tenant_id = s.tenant_id and w.id = s.webhook_id and w.is_active
    join public.tenants t on t.id = s.tenant_id and t.status = 'active'
    order by s.webhook_id
    for no key update of s skip locked
  loop
    -- The ledger itself is read, behind whoever writes it: no write pays for webhooks.
    with fresh as materialized (
      select e.id, e.sequence, e.event_type, e.machine, e.entity_type, e.entity_id from public.event_store e
      where e.tenant_id = listening.tenant_id and e.sequence > listening.heard_up_to order by e.sequence limit 1000
    ), made as (
      insert into public.webhook_deliveries (tenant_id, webhook_id, event_id, event_type, entity_type, entity_id)
      select listening.tenant_id, listening.id, f.id, coalesce(own.event_type, alias.event_type), f.entity_type, f.entity_id
      from fresh f
      -- By its own name where that was asked for, else by the alias that was.
      left join lateral (
        select f.event_type from pg_catalog.unnest(private.event_names(f.event_type, f.machine)) n where n like any (listening.patterns) limit 1
      ) own on true
      left join lateral (
        select a.alias as event_type from private.event_aliases a
        where own.event_type is null and a.event_type = f.event_type and a.alias like any (listening.patterns) order by a.alias limit 1
      ) alias on true
      where f.event_type is not null and coalesce(own.event_type, alias.event_type) is not null
      order by f.sequence
      on conflict on constraint webhook_deliveries_tenant_id_webhook_id_event_id_key do nothing
      returning id
    )
    select (select pg_catalog.array_agg(pg_catalog.jsonb_build_object('tenant_id', listening.tenant_id, 'delivery_id', m.id) order by m.id) from made m),
      (select max(f.sequence) from fresh f)
    into deliveries, last_seen;
    if deliveries is not null then
      perform pgmq.send_batch('deliver_webhook', deliveries);
      told := told + pg_catalog.cardinality(deliveries);
    end if;
    -- Whoever could still write a lower number than an earlier look saw had begun then and has ended by now, so that
    -- this look saw what he wrote: the next one begins where that one ended.
    if listening.is_settled and last_seen is not null then
      update private.webhook_states s
      set heard_up_to = s.looked_up_to, looked_up_to = last_seen, looked_until = pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())
      where s.tenant_id = listening.tenant_id and s.webhook_id = listening.id;
    end if;
  end loop;
  return told;
end
$$;
comment on function private.hear_for_webhooks() is
  'Queues what has happened since the last look for the webhooks that want to hear of it, each event once, whatever transaction ends late. Answers how many. For the worker deliver-webhook (service role).';
select private.expose('hear_for_webhooks', 'service_role');

create function private.webhook_to_deliver(tenant_id uuid, delivery_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  delivery public.webhook_deliveries;
  target public.webhooks;
begin
  update public.webhook_deliveries d set attempts = d.attempts + 1
  where d.tenant_id = tenant_id and d.id = delivery_id and d.status = 'queued'
  returning * into delivery;
  if not found then
    return null;
  end if;
  select * into target from public.webhooks w where w.tenant_id = tenant_id and w.id = delivery.webhook_id;
  if not (target.is_active and target.has_secret) then
    update public.webhook_deliveries d set status = 'failed', error = 'webhook_inactive', finished_at = pg_catalog.now()
    where d.tenant_id = tenant_id and d.id = delivery_id;
    return null;
  end if;
  return (
    select pg_catalog.jsonb_build_object('url', target.url, 'secret', s.secret, 'body', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'id', delivery.id, 'type', delivery.event_type, 'timestamp', coalesce(e.created_at, delivery.created_at), 'company_id', tenant_id,
      'data', case when e.id is null then '{}' else pg_catalog.jsonb_build_object(
        'entity_type', e.entity_type, 'entity_id', e.entity_id, 'entity_version', e.entity_version, 'number', private.number_of(e.entity_type, tenant_id, e.entity_id), 'payload', e.payload
      ) end)))
    from private.webhook_states s
    left join public.events e on e.tenant_id = s.tenant_id and e.id = delivery.event_id
      and e.event_type = coalesce((select a.event_type from private.event_aliases a where a.alias = delivery.event_type), delivery.event_type)
    where s.tenant_id = tenant_id and s.webhook_id = target.id
  );
end
$$;
comment on function private.webhook_to_deliver(uuid, uuid) is
  'What is to be sent, where to and with which secret: {url, secret, body {id, type, timestamp, company_id, data {entity_type, entity_id, entity_version, number, payload}}}; null when it was dealt with or the webhook is off. The body has ids, numbers, states and names of fields, nothing about persons. Counts the attempt. For the worker deliver-webhook (service role).';
select private.expose('webhook_to_deliver', 'service_role');

create function private.stop_webhook(target public.webhooks, reason text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
begin
  earlier := private.run_as_rule('webhooks.stop');
  update public.webhooks w set is_active = false, stopped_reason = reason where w.tenant_id = target.tenant_id and w.id = target.id;
  perform private.run_as_rule(earlier);
  perform private.tell_managers(target.tenant_id, 'webhook.stopped', pg_catalog.jsonb_build_object('number', target.name),
    'webhook.stopped:' || target.id || ':' || target.version, 'webhook', target.id);
end
$$;
comment on function private.stop_webhook(public.webhooks, text) is 'Switches off a webhook that nobody answers, and mails those who manage the company.';
insert into public.message_texts (event, channel, language, subject, body) values
  ('webhook.stopped', 'email', 'en', '{company}: the webhook {number} was switched off',
    'The system behind the webhook {number} of {company} has not taken what it was told. It was switched off, and is told nothing any more. See Settings, Webhooks, what it answered; switch it on again there when it works.'),
  ('webhook.stopped', 'email', 'sw', '{company}: webhook {number} imezimwa',
    'Mfumo ulio nyuma ya webhook {number} ya {company} haujapokea ulichoambiwa. Umezimwa, na hauambiwi chochote tena. Angalia Mipangilio, Webhooks, ulichojibu; uwashe tena hapo utakapofanya kazi.');

create function private.record_webhook_result(
  tenant_id uuid, delivery_id uuid, status public.webhook_delivery_status, response_status integer default null, response text default null, error text default null
) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.webhooks;
  failures integer;
begin
  select w.* into target
  from public.webhook_deliveries d join public.webhooks w on w.tenant_id = d.tenant_id and w.id = d.webhook_id
  where d.tenant_id = tenant_id and d.id = delivery_id
  for no key update of w;
  update public.webhook_deliveries d
  set status = record_webhook_result.status, response_status = record_webhook_result.response_status, response = pg_catalog.left(record_webhook_result.response, 500),
    error = pg_catalog.left(record_webhook_result.error, 500), finished_at = case when record_webhook_result.status <> 'queued' then pg_catalog.now() end
  where d.tenant_id = tenant_id and d.id = delivery_id and d.status = 'queued';
  if not found then
    return;
  end if;
  update private.webhook_states s
  set failed_in_a_row = case record_webhook_result.status when 'delivered' then 0 when 'failed' then s.failed_in_a_row + 1 else s.failed_in_a_row end
  where s.tenant_id = tenant_id and s.webhook_id = target.id
  returning s.failed_in_a_row into failures;
  if record_webhook_result.status = 'failed' and target.is_active and (response_status = 410 or failures >= 5) then
    perform private.stop_webhook(target, case when response_status = 410 then 'webhook_gone' else 'webhook_failing' end);
  end if;
end
$$;
comment on function private.record_webhook_result(uuid, uuid, public.webhook_delivery_status, integer, text, text) is
  'What became of an attempt; queued: it is tried again. A second result of one that is finished changes nothing. After five deliveries in a row that were given up, or when the other side says that it is gone for good (410), the webhook is switched off. For the worker deliver-webhook (service role).';
select private.expose('record_webhook_result', 'service_role');

create function private.purge_webhook_deliveries() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  purged bigint;
begin
  delete from public.webhook_deliveries d where d.finished_at < pg_catalog.now() - interval '30 days';
  get diagnostics purged = row_count;
  return purged;
end
$$;
comment on function private.purge_webhook_deliveries() is 'Maintenance: forgets deliveries that ended 30 days ago; the events stay in the ledger.';
select private.maintain('purge_webhook_deliveries', 'purged_webhook_deliveries');
