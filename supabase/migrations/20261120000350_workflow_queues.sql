-- Family 03, workflow: consuming the queues, dead letters, maintenance, metrics.

select private.register_error('queue_unknown', 404, 'There is no queue of this name.', 'Use one of the queues listed in the documentation.');

create table private.worker_heartbeats (
  worker text primary key,
  seen_at timestamptz not null default now(),
  details jsonb not null default '{}'
);
select private.force_policies('private.worker_heartbeats');
comment on table private.worker_heartbeats is 'When each worker last reported.';

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
select private.expose('claim_messages', 'service_role');

create function private.archive_message(queue text, msg_id bigint) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_queue(queue);
  return pgmq.archive(queue, msg_id);
end
$$;
comment on function private.archive_message(text, bigint) is 'Takes a finished message off its queue; false when it was already gone. For workers (service role).';
select private.expose('archive_message', 'service_role');

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
select private.expose('fail_message', 'service_role');

create function private.act_on(queue text, effect text, event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
begin
  perform pg_catalog.set_config('mzigo.correlation_id', coalesce(event.metadata ->> 'correlation_id', event.transaction_id::text), true);
  perform pg_catalog.set_config('mzigo.causation_id', event.id::text, true);
  earlier := private.run_as_rule('queue:' || queue);
  execute pg_catalog.format('select private.%I($1)', effect) using event;
  perform private.run_as_rule(earlier);
  perform pg_catalog.set_config('mzigo.correlation_id', '', true);
end
$$;
comment on function private.act_on(text, text, public.event_store) is 'Calls an effect for one event; what follows from it names the queue as its rule and the event as its cause.';

create function private.wake_pages(events public.event_store[]) returns void
language sql security definer set search_path = ''
as $$
  select realtime.send(
    pg_catalog.jsonb_build_object('entity_type', e.entity_type, 'entity_id', e.entity_id, 'event_type', e.event_type),
    'change', private.topic_of(e.tenant_id, a.permission), true)
  from (
    select distinct on (f.tenant_id, f.entity_type, f.entity_id) f.* from pg_catalog.unnest(events) f
    order by f.tenant_id, f.entity_type, f.entity_id, f.sequence desc
  ) e
  join private.audiences a on a.entity_type = e.entity_type
$$;
comment on function private.wake_pages(public.event_store[]) is
  'Effect: wakes the open pages of those who may see the changed records, once per record; the page decides whether it cares.';
select private.listen('entity_changes', 'wake_pages', '%.created', '%.updated', '%.deleted', 'workflow.transition_executed');
select private.listen('inventory_events', 'wake_pages', 'inventory.%');

create function private.consume(queue text, claimed pgmq.message_record[]) returns integer
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  fresh public.event_store[];
  heard public.event_store[];
  consumer record;
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
  for consumer in
    select c.effect, pg_catalog.array_agg(c.event_pattern) as patterns,
      pg_catalog.to_regprocedure('private.' || c.effect || '(public.event_store[])') is not null as takes_all
    from private.consumers c where c.queue = consume.queue
    group by c.effect order by c.effect
  loop
    heard := array(
      select e from pg_catalog.unnest(fresh) e
      where exists (select from pg_catalog.unnest(private.event_names(e.event_type, e.machine)) n where n like any (consumer.patterns))
      order by e.sequence
    );
    if heard = '{}' then
      continue;
    elsif consumer.takes_all then
      execute pg_catalog.format('select private.%I($1)', consumer.effect) using heard;
    else
      perform private.act_on(queue, consumer.effect, e) from pg_catalog.unnest(heard) e;
    end if;
  end loop;
  perform pgmq.archive(queue, array(select c.msg_id from pg_catalog.unnest(claimed) c));
  return coalesce(pg_catalog.cardinality(fresh), 0);
end
$$;
comment on function private.consume(text, pgmq.message_record[]) is
  'Consumes messages of a queue: inbox rows, the effects of its consumers and archive, all or nothing. Answers how many were new. Raises whatever an effect raises, record_not_found for a message without an event.';

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
select private.expose('process_queue', 'service_role');

create function private.worker_queues(worker text) returns setof text
language sql stable security definer set search_path = ''
as $$
  select p.queue from private.queue_policies p
  where p.worker = worker_queues.worker and exists (select from private.consumers c where c.queue = p.queue)
  order by p.queue
$$;
comment on function private.worker_queues(text) is 'The queues with consumers that an edge function drains by process_queue, e.g. of process-events. For workers (service role).';
select private.expose('worker_queues', 'service_role');

create function private.worker_heartbeat(worker text, details jsonb default '{}') returns void
language sql security definer set search_path = ''
as $$
  insert into private.worker_heartbeats as h (worker, details) values (worker, details)
  on conflict on constraint worker_heartbeats_pkey do update set seen_at = pg_catalog.now(), details = excluded.details
$$;
comment on function private.worker_heartbeat(text, jsonb) is 'A worker says that it is alive. For workers (service role).';
select private.expose('worker_heartbeat', 'service_role');

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

create function private.verify_audit(head text default null)
returns table (is_intact boolean, sealed bigint, unsealed bigint, first_broken_position bigint, lost bigint, present_head text)
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('audit.view');
begin
  return query select * from private.verify_audit_of(tenant, private.read_audit_head(verify_audit.head));
end
$$;
comment on function private.verify_audit(text) is
  'Recomputes the audit chain of the caller''s company and holds it against a head that was noted earlier ("<position>:<hash>"). first_broken_position: the first row that was changed, removed or, of the newest, lost since the head was noted; lost: how many of the newest are gone; present_head: what to note now. Needs audit.view. Raises audit_head_invalid.';
select private.expose('verify_audit');

create function private.state_audit_head() returns text
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('audit.view');
begin
  perform private.seal_audit(tenant);
  return private.audit_head_of(tenant);
end
$$;
comment on function private.state_audit_head() is
  'Seals what is new and states the head of the company''s audit chain, "<position>:<hash>", to be kept outside of this database for verify_audit(head). Null while there is no audit row. Needs audit.view.';
select private.expose_command('state_audit_head');

------------------------------------------------------------------------------------------------
-- Maintenance
------------------------------------------------------------------------------------------------

create table private.maintenance_tasks (
  task text primary key,
  answer text not null unique
);
select private.force_policies('private.maintenance_tasks');
comment on table private.maintenance_tasks is
  'What run_maintenance does every minute: functions of private that can be called without arguments and answer how much they did. Names, not regprocedure: pg_upgrade refuses tables with that type.';
comment on column private.maintenance_tasks.answer is 'Under which name run_maintenance tells how much was done.';

create function private.maintain(task_name text, answer_name text) returns void
language plpgsql set search_path = ''
as $$
declare
  known oid;
begin
  select p.oid into strict known from pg_catalog.pg_proc p
  where p.pronamespace = 'private'::regnamespace and p.proname = task_name and p.pronargs = p.pronargdefaults and p.prorettype = 'bigint'::regtype;
  insert into private.maintenance_tasks (task, answer) values (task_name, answer_name);
end
$$;
comment on function private.maintain(text, text) is 'Has run_maintenance call private.<task>() every minute. Called by migrations.';

create function private.run_maintenance() returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  due private.maintenance_tasks;
  done bigint;
  answer jsonb := '{"result": "done"}';
begin
  -- Of two tickers only one works; the other has nothing to do.
  if not pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended('run_maintenance', 0)) then
    return '{"result": "already_running"}';
  end if;
  for due in select * from private.maintenance_tasks t order by t.task loop
    -- One that fails is told and holds up none of the others.
    begin
      execute pg_catalog.format('select private.%I()', due.task) into done;
      answer := answer || pg_catalog.jsonb_build_object(due.answer, done);
    exception when others then
      answer := answer || pg_catalog.jsonb_build_object('result', 'failed',
        'failed', coalesce(answer -> 'failed', '{}') || pg_catalog.jsonb_build_object(due.task, sqlerrm));
      raise warning using errcode = sqlstate, message = pg_catalog.format('Maintenance: %s failed: %s', due.task, sqlerrm);
    end;
  end loop;
  return answer;
end
$$;
comment on function private.run_maintenance() is
  'Does every task of private.maintenance_tasks and answers what came of each: {"result": "done", "sealed": 12, …}; when one fails, result is "failed", failed names it, and the others are done. Called every minute by the ticker (pg_cron in production).';
select private.expose('run_maintenance', 'service_role');

select private.maintain('seal_audits', 'sealed');
select private.maintain('extend_ledgers', 'ledger_quarters');
select private.maintain('retire_quarters', 'retired_quarters');

create function private.purge_expired() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  emptied text;
  step bigint;
  purged bigint := 0;
begin
  foreach emptied in array array[
    'private.idempotency_keys where created_at < pg_catalog.now() - interval ''7 days''',
    'private.inbox where processed_at < pg_catalog.now() - interval ''30 days''',
    'private.rate_limits where window_start < pg_catalog.now() - interval ''1 hour''',
    'private.proof_attempts where tried_at < pg_catalog.now() - interval ''1 hour''',
    'private.sign_in_failures where failed_at < pg_catalog.now() - interval ''30 days'''
  ] || array(
    -- The events themselves stay in the event store.
    select pg_catalog.format('pgmq.%I where archived_at < pg_catalog.now() - interval ''30 days''', 'a_' || q.queue) from private.queue_policies q
  ) loop
    execute 'delete from ' || emptied;
    get diagnostics step = row_count;
    purged := purged + step;
  end loop;
  return purged;
end
$$;
comment on function private.purge_expired() is
  'Maintenance: removes answers kept under idempotency keys after 7 days, consumed messages and failed sign-ins after 30, counted attempts after an hour.';
select private.maintain('purge_expired', 'purged');

create function private.audit_lag() returns table (unsealed bigint, oldest timestamptz)
language sql stable security definer set search_path = '' set enable_nestloop = off
as $$
  select count(*), min(u.created_at) from public.tenants t cross join lateral private.unsealed(t.id) u
$$;
comment on function private.audit_lag() is 'How far sealing is behind: rows of the ledgers of all companies that are in no chain yet, and when the oldest of them was written (null: none).';

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
  select 'mzigo_events_total', '{}'::jsonb, coalesce((select s.last_value from pg_catalog.pg_sequences s where s.schemaname = 'public' and s.sequencename = 'event_store_sequence_seq'), 0)::numeric
  union all
  select m.name, '{}'::jsonb, m.value
  from private.audit_lag() a
  cross join lateral (values
    ('mzigo_audit_unsealed_rows', a.unsealed::numeric),
    ('mzigo_audit_unsealed_seconds', coalesce(extract(epoch from pg_catalog.clock_timestamp() - a.oldest), 0))
  ) as m (name, value)
  union all
  select m.name, '{}'::jsonb, coalesce(m.value, 0)
  from (select sum(v.differences) as differences, count(*) filter (where not v.is_audit_intact) as broken from private.verifications v) f
  cross join lateral (values ('mzigo_verification_differences', f.differences), ('mzigo_audit_chains_broken', f.broken)) as m (name, value);
end
$$;
comment on function private.metrics() is 'Figures for Prometheus: queue depth and age, worker lag, events written, audit rows not yet sealed and the age of the oldest, what the last verification of each company found. For the function metrics (service role).';
select private.expose('metrics', 'service_role');
