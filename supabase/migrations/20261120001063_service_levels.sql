-- Family 10, messaging: how soon customers are promised an answer, and what became of it.

create table public.service_levels (
  like private.record including defaults including indexes,
  priority public.conversation_priority not null,
  answer_within integer not null,
  resolve_within integer,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, priority),
  constraint answer_within_a_month check (answer_within between 1 and 43200),
  constraint resolve_within_a_month check (resolve_within between 1 and 43200)
);
comment on table public.service_levels is 'What a company promises, by the priority of a conversation, in minutes of its working hours. A change counts for what begins, or takes its next step, after it.';
comment on column public.service_levels.answer_within is 'Minutes until a person has answered.';
comment on column public.service_levels.resolve_within is 'Minutes until nothing is left to do, without those in which the company waits for the customer; null: none are promised.';
select private.manage_table('public.service_levels', 'service_level');
select private.set_audience('service_level', 'conversations.view');
select private.register_error('answer_within_a_month', 422, 'The time for an answer is not possible.', 'Enter minutes from 1 to 43200.');
select private.register_error('resolve_within_a_month', 422, 'The time to be done is not possible.', 'Enter minutes from 1 to 43200, or none.');
select private.register_error('service_level_taken', 409, 'There is a promise for this priority already.', 'Change that one.');
select private.refuse_taken('public.service_levels', 'service_levels_tenant_id_priority_key', 'service_level_taken');

create table public.conversation_clocks (
  tenant_id uuid not null,
  conversation_id uuid not null,
  began_at timestamptz not null default now(),
  answered_at timestamptz,
  worked interval not null default '0',
  running_since timestamptz default now(),
  answer_due_at timestamptz,
  resolve_due_at timestamptz,
  answer_missed_at timestamptz,
  resolve_missed_at timestamptz,
  next_due_at timestamptz generated always as (least(case when answered_at is null then answer_due_at end, resolve_due_at)) stored,
  primary key (tenant_id, conversation_id),
  foreign key (tenant_id, conversation_id) references public.conversations (tenant_id, id)
);
create index conversation_clocks_answer on public.conversation_clocks (answer_due_at) where answered_at is null and answer_missed_at is null;
create index conversation_clocks_resolve on public.conversation_clocks (resolve_due_at) where resolve_missed_at is null;
select private.force_policies('public.conversation_clocks');
comment on table public.conversation_clocks is 'When a conversation has to be answered and done. One that is taken up again after it was resolved begins anew.';
comment on column public.conversation_clocks.worked is 'Working time that had passed before running_since.';
comment on column public.conversation_clocks.running_since is 'Since when the time until it is done runs; null while it is put aside, waits for the customer, or is resolved.';
comment on column public.conversation_clocks.answer_missed_at is 'When it was noticed that nobody had answered in time.';
comment on column public.conversation_clocks.next_due_at is 'The nearer of what is still owed; null: nothing is.';

create function private.tg_conversations__keep_clock() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' or (old.status = 'resolved' and new.status <> 'resolved') then
    insert into public.conversation_clocks as k (tenant_id, conversation_id) values (new.tenant_id, new.id)
    on conflict on constraint conversation_clocks_pkey do update
    set began_at = excluded.began_at, answered_at = null, worked = excluded.worked, running_since = excluded.running_since, answer_missed_at = null, resolve_missed_at = null;
  else
    update public.conversation_clocks k
    set worked = k.worked + case when new.status <> 'open' and k.running_since is not null
        then private.working_time(new.tenant_id, k.running_since, pg_catalog.now()) else interval '0' end,
      running_since = case when new.status = 'open' then coalesce(k.running_since, pg_catalog.now()) end
    where k.tenant_id = new.tenant_id and k.conversation_id = new.id;
  end if;
  update public.conversation_clocks k
  set answer_due_at = case when k.answered_at is not null then k.answer_due_at
      when new.status <> 'resolved' then private.due_at(new.tenant_id, k.began_at, pg_catalog.make_interval(mins => l.answer_within)) end,
    resolve_due_at = case when k.running_since is not null
      then private.due_at(new.tenant_id, k.running_since, greatest(pg_catalog.make_interval(mins => l.resolve_within) - k.worked, case when l.resolve_within is not null then interval '0' end)) end
  from (select new.priority as wanted) n
  left join public.service_levels l on l.tenant_id = new.tenant_id and l.priority = n.wanted
  where k.tenant_id = new.tenant_id and k.conversation_id = new.id;
  return null;
end
$$;
comment on function private.tg_conversations__keep_clock() is 'Keeps conversation_clocks: it begins with the conversation and when that is taken up again, and stands still while the company waits.';
create trigger _300_begin_clock after insert on public.conversations
for each row execute function private.tg_conversations__keep_clock();
create trigger _300_keep_clock after update on public.conversations
for each row when (old.status is distinct from new.status or old.priority is distinct from new.priority) execute function private.tg_conversations__keep_clock();

create function private.tg__stop_clock() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.conversation_clocks k set answered_at = pg_catalog.now()
  where k.tenant_id = new.tenant_id and k.conversation_id = new.conversation_id and k.answered_at is null;
  return null;
end
$$;
comment on function private.tg__stop_clock() is 'A person has answered. What the product writes by itself is no answer.';
create trigger _300_stop_clock after insert on public.messages
for each row when (new.direction = 'out' and new.written_by is not null and new.conversation_id is not null) execute function private.tg__stop_clock();

create function private.miss_deadlines() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  missed record;
  found_missed bigint := 0;
begin
  for missed in
    select k.tenant_id, k.conversation_id, c.version,
      k.answered_at is null and k.answer_due_at <= pg_catalog.now() and k.answer_missed_at is null as is_unanswered,
      coalesce(k.resolve_due_at <= pg_catalog.now() and k.resolve_missed_at is null, false) as is_undone
    from public.conversation_clocks k
    join public.conversations c on c.tenant_id = k.tenant_id and c.id = k.conversation_id
    where (k.answered_at is null and k.answer_missed_at is null and k.answer_due_at <= pg_catalog.now())
      or (k.resolve_missed_at is null and k.resolve_due_at <= pg_catalog.now())
    limit 500 for update of k skip locked
  loop
    update public.conversation_clocks k
    set answer_missed_at = case when missed.is_unanswered then pg_catalog.now() else k.answer_missed_at end,
      resolve_missed_at = case when missed.is_undone then pg_catalog.now() else k.resolve_missed_at end
    where k.tenant_id = missed.tenant_id and k.conversation_id = missed.conversation_id;
    perform private.publish_event(missed.tenant_id, 'conversation.overdue', 'conversation', missed.conversation_id, missed.version,
      pg_catalog.jsonb_build_object('answer', missed.is_unanswered, 'resolution', missed.is_undone));
    found_missed := found_missed + 1;
  end loop;
  return found_missed;
end
$$;
comment on function private.miss_deadlines() is 'Maintenance: a promise that was not kept is an event (conversation.overdue), once per promise.';
select private.maintain('miss_deadlines', 'deadlines_missed');
