-- Family 03, workflow: consuming the queues, dead letters, maintenance, metrics.

select private.register_error('queue_unknown', 404, 'There is no queue of this name.', 'Use one of the queues listed in the documentation.');

create table private.worker_heartbeats (
  worker text primary key,
  seen_at timestamptz not null default now(),
  details jsonb not null default '{}'
);
alter table private.worker_heartbeats enable row level security;
alter table private.worker_heartbeats force row level security;
comment on table private.worker_heartbeats is 'When each worker last reported.';

create table private.queue_policies (
  queue text primary key,
  max_attempts integer not null default 5,
  base_delay_seconds integer not null default 2,
  constraint max_attempts_is_bounded check (max_attempts between 1 and 50),
  constraint base_delay_is_bounded check (base_delay_seconds between 1 and 3600)
);
alter table private.queue_policies enable row level security;
alter table private.queue_policies force row level security;
comment on table private.queue_policies is 'Queues that workers drain, and their patience: attempts before the dead letter, first delay (doubles each time, at most one hour).';
insert into private.queue_policies (queue) values
  ('entity_changes'), ('order_events'), ('customer_events'), ('trip_events'), ('inventory_events'), ('workflow_transitions'), ('notifications'), ('send_message');

create function private.require_queue(queue text) returns private.queue_policies
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  known private.queue_policies;
begin
  select * into known from private.queue_policies p where p.queue = require_queue.queue;
  if not found then
    perform private.fail('queue_unknown', pg_catalog.jsonb_build_object('queue', queue));
  end if;
  return known;
end
$$;
comment on function private.require_queue(text) is 'The policy of a queue. Raises queue_unknown.';

create function private.claim_messages(queue text, quantity integer default 10, visibility_seconds integer default 30)
returns table (msg_id bigint, read_ct integer, enqueued_at timestamptz, message jsonb)
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  perform private.require_queue(queue);
  return query select r.msg_id, r.read_ct::integer, r.enqueued_at, r.message
  from pgmq.read(queue, visibility_seconds, least(quantity, 100)) r;
end
$$;
comment on function private.claim_messages(text, integer, integer) is 'Hides up to 100 messages of a queue for some seconds and answers them. For workers (service role).';
select private.expose('claim_messages');

create function private.archive_message(queue text, msg_id bigint) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_queue(queue);
  return pgmq.archive(queue, msg_id);
end
$$;
comment on function private.archive_message(text, bigint) is 'Takes a finished message off its queue; false when it was already gone. For workers (service role).';
select private.expose('archive_message');

create function private.fail_message(queue text, msg_id bigint, read_ct integer, message jsonb, error text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  policy constant private.queue_policies := private.require_queue(queue);
  delay integer;
begin
  if read_ct >= policy.max_attempts then
    perform pgmq.send('dead_letter', pg_catalog.jsonb_build_object(
      'queue', queue, 'message', message, 'attempts', read_ct, 'error', pg_catalog.left(error, 500), 'failed_at', pg_catalog.now()));
    perform pgmq.archive(queue, msg_id);
    return pg_catalog.jsonb_build_object('result', 'dead_letter');
  end if;
  delay := least(3600, policy.base_delay_seconds * (2 ^ least(read_ct, 12))::integer);
  perform pgmq.set_vt(queue, msg_id, delay);
  return pg_catalog.jsonb_build_object('result', 'retry', 'delay_seconds', delay);
end
$$;
comment on function private.fail_message(text, bigint, integer, jsonb, text) is 'Puts a failed message back with doubling delay, or into the dead letters once its attempts are used up. For workers (service role).';
select private.expose('fail_message');

create function private.consume_event(queue text, event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform pg_catalog.set_config('mzigo.correlation_id', coalesce(event.metadata ->> 'correlation_id', event.id::text), true);
  perform pg_catalog.set_config('mzigo.rule', 'queue:' || queue, true);
  case queue
    when 'notifications' then
      perform private.notify_about(event);
    when 'order_events' then
      perform private.follow_up_order(event);
    else
      null;
  end case;
end
$$;
comment on function private.consume_event(text, public.event_store) is 'The effect of an event on one queue. Must be repeatable only through the inbox: it runs once per queue and event.';

create function private.consume(queue text, claimed pgmq.message_record[]) returns integer
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  fresh public.event_store[];
begin
  if exists (
    select from pg_catalog.unnest(claimed) c
    where not exists (
      select from public.event_store e
      where e.tenant_id = private.uuid_or_null(c.message ->> 'tenant_id') and e.id = private.uuid_or_null(c.message ->> 'event_id')
    )
  ) then
    perform private.fail('record_not_found', '{"record": "event"}');
  end if;
  with told as materialized (
    select distinct (c.message ->> 'tenant_id')::uuid as tenant_id, (c.message ->> 'event_id')::uuid as event_id from pg_catalog.unnest(claimed) c
  ), taken as (
    insert into private.inbox (queue, event_id)
    select queue, t.event_id from told t order by t.event_id
    on conflict on constraint inbox_pkey do nothing
    returning event_id
  )
  select pg_catalog.array_agg(e order by e.sequence) into fresh
  from taken n
  join told t on t.event_id = n.event_id
  join public.event_store e on e.tenant_id = t.tenant_id and e.id = t.event_id;
  if queue in ('notifications', 'order_events') then
    perform private.consume_event(queue, e) from pg_catalog.unnest(fresh) e;
  elsif queue in ('entity_changes', 'workflow_transitions', 'inventory_events') then
    perform private.tell_pages(fresh);
  end if;
  perform pgmq.archive(queue, array(select c.msg_id from pg_catalog.unnest(claimed) c));
  return coalesce(pg_catalog.cardinality(fresh), 0);
end
$$;
comment on function private.consume(text, pgmq.message_record[]) is
  'Consumes messages of a queue: inbox rows, effects and archive, all or nothing. Answers how many were new. Raises whatever the effect of one of them raises, record_not_found for a message without an event.';

create function private.process_queue(queue text, quantity integer default 50) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  claimed pgmq.message_record[];
  message pgmq.message_record;
  is_new boolean;
  done integer := 0;
  duplicates integer := 0;
  retried integer := 0;
  dead integer := 0;
  problem text;
begin
  perform private.require_queue(queue);
  claimed := array(select r from pgmq.read(queue, 60, least(quantity, 200)) r);
  begin
    done := private.consume(queue, claimed);
    duplicates := pg_catalog.cardinality(claimed) - done;
  exception when others then
    -- One of them is poisonous: each on its own, so that the others go on.
    foreach message in array claimed loop
      begin
        is_new := private.consume(queue, array[message]) = 1;
        done := done + is_new::integer;
        duplicates := duplicates + (not is_new)::integer;
      exception when others then
        get stacked diagnostics problem = message_text;
        if (private.fail_message(queue, message.msg_id, message.read_ct, message.message, problem)) ->> 'result' = 'retry' then
          retried := retried + 1;
        else
          dead := dead + 1;
        end if;
      end;
    end loop;
  end;
  return pg_catalog.jsonb_build_object('done', done, 'duplicates', duplicates, 'retried', retried, 'dead', dead);
end
$$;
comment on function private.process_queue(text, integer) is
  'Consumes a batch of a domain queue: effects, inbox rows and archive in one transaction; a failing message is put back with delay or goes to the dead letters, the others go on. Answers {done, duplicates, retried, dead}. For the worker (service role).';
select private.expose('process_queue');

create function private.worker_heartbeat(worker text, details jsonb default '{}') returns void
language sql security definer set search_path = ''
as $$
  insert into private.worker_heartbeats as h (worker, details) values (worker, details)
  on conflict on constraint worker_heartbeats_pkey do update set seen_at = pg_catalog.now(), details = excluded.details
$$;
comment on function private.worker_heartbeat(text, jsonb) is 'A worker says that it is alive. For workers (service role).';
select private.expose('worker_heartbeat');

create function private.dead_letters() returns table (msg_id bigint, queue text, event_type text, entity_id uuid, attempts integer, error text, failed_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('settings.manage');
begin
  return query
  select d.msg_id, d.message ->> 'queue', d.message -> 'message' ->> 'event_type', (d.message -> 'message' ->> 'entity_id')::uuid,
    (d.message ->> 'attempts')::integer, d.message ->> 'error', (d.message ->> 'failed_at')::timestamptz
  from pgmq.q_dead_letter d
  where d.message -> 'message' ->> 'tenant_id' = tenant::text
  order by d.msg_id desc
  limit 200;
end
$$;
comment on function private.dead_letters() is 'Messages of the caller''s company that could not be processed, newest first, at most 200. Needs settings.manage.';
select private.expose('dead_letters');

create function private.redrive_dead_letter(msg_id bigint) returns text
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('settings.manage');
  letter jsonb;
begin
  select d.message into letter from pgmq.q_dead_letter d
  where d.msg_id = redrive_dead_letter.msg_id and d.message -> 'message' ->> 'tenant_id' = tenant::text
  for update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('msg_id', msg_id));
  end if;
  perform pgmq.send(letter ->> 'queue', letter -> 'message');
  perform pgmq.archive('dead_letter', msg_id);
  return letter ->> 'queue';
end
$$;
comment on function private.redrive_dead_letter(bigint) is 'Puts a dead letter back on its queue and answers the queue. Raises record_not_found.';
select private.expose_command('redrive_dead_letter', is_of_platform => true);

create function private.verify_audit() returns table (is_intact boolean, sealed bigint, unsealed bigint, first_broken_position bigint, head_hash text)
language plpgsql security definer set search_path = ''
as $$
begin
  return query select * from private.verify_audit_of(private.require_permission('audit.view'));
end
$$;
comment on function private.verify_audit() is 'private.verify_audit_of for the caller''s company.';
select private.expose('verify_audit');

create function private.run_maintenance() returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  sealed bigint;
  overdue integer;
  archived text;
begin
  -- Of two tickers only one works; the other has nothing to do.
  if not pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended('run_maintenance', 0)) then
    return '{"result": "already_running"}';
  end if;
  select coalesce(sum(private.seal_audit(t.id)), 0) into sealed from public.tenants t;
  overdue := private.mark_overdue_invoices();
  delete from private.idempotency_keys k where k.created_at < pg_catalog.now() - interval '7 days';
  -- The events themselves stay in the event store.
  for archived in select q.queue from private.queue_policies q loop
    execute pg_catalog.format('delete from pgmq.%I a where a.archived_at < pg_catalog.now() - interval ''30 days''', 'a_' || archived);
  end loop;
  delete from private.inbox i where i.processed_at < pg_catalog.now() - interval '30 days';
  delete from private.rate_limits r where r.window_start < pg_catalog.now() - interval '1 hour';
  delete from private.sign_in_failures f where f.failed_at < pg_catalog.now() - interval '30 days';
  return pg_catalog.jsonb_build_object('result', 'done', 'sealed', sealed, 'overdue', overdue);
end
$$;
comment on function private.run_maintenance() is 'Seals the audit chains, marks overdue invoices, purges what has expired. Called every minute by the ticker (pg_cron in production).';
select private.expose('run_maintenance');

create function private.metrics() returns table (name text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  select 'mzigo_queue_depth', pg_catalog.jsonb_build_object('queue', m.queue_name), m.queue_length::numeric from pgmq.metrics_all() m
  union all
  select 'mzigo_queue_oldest_seconds', pg_catalog.jsonb_build_object('queue', m.queue_name), coalesce(m.oldest_msg_age_sec, 0)::numeric from pgmq.metrics_all() m
  union all
  select 'mzigo_worker_lag_seconds', pg_catalog.jsonb_build_object('worker', h.worker), extract(epoch from pg_catalog.now() - h.seen_at) from private.worker_heartbeats h
  union all
  select 'mzigo_events_total', '{}'::jsonb, coalesce((select s.last_value from pg_catalog.pg_sequences s where s.schemaname = 'public' and s.sequencename = 'event_store_sequence_seq'), 0)::numeric;
end
$$;
comment on function private.metrics() is 'Figures for Prometheus: queue depth and age, worker lag, events written. For the function metrics (service role).';
select private.expose('metrics');
