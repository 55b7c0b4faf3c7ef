-- Family 13, registries: AI agents, who answer what customers ask. They know nothing of their own: what they say comes
-- from tools, which see what the person they talk with may see (docs/decisions/0059).

create type public.ai_agent_mode as enum ('rules', 'model');

create table public.ai_agents (
  like private.record including defaults including indexes,
  name text not null,
  mode public.ai_agent_mode not null default 'rules',
  persona text,
  tools text[] not null default '{}',
  answers_from time,
  answers_until time,
  hands_over_after integer not null default 2,
  answers_per_day integer not null default 500,
  tokens_per_day integer not null default 1000000,
  price_in numeric(10,4) not null default 0,
  price_out numeric(10,4) not null default 0,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  constraint ai_agent_name_is_short check (btrim(name) <> '' and length(name) <= 60),
  constraint persona_is_bounded check (length(persona) <= 4000),
  constraint answers_between_two_times check ((answers_from is null) = (answers_until is null) and (answers_from <> answers_until) is not false),
  constraint hands_over_soon check (hands_over_after between 1 and 10),
  constraint ai_budget_is_bounded check (answers_per_day between 0 and 100000 and tokens_per_day between 0 and 1000000000),
  constraint ai_prices_are_bounded check (price_in between 0 and 10000 and price_out between 0 and 10000)
);
comment on table public.ai_agents is 'Who answers customers on the channels that name him (channels.ai_agent_id) until a person does.';
comment on column public.ai_agents.mode is 'rules: what was asked is recognised by words and answered in the company''s own texts; model: a language model answers (AI_BASE_URL), and the rules where it cannot.';
comment on column public.ai_agents.persona is 'How a model shall speak, in the company''s own words. Rules have none.';
comment on column public.ai_agents.tools is 'What he may do: names of private.ai_tools. Empty: hand over.';
comment on column public.ai_agents.answers_from is 'From when on he answers each day, in the time zone of the company; with answers_until before it, through the night. Null: always.';
comment on column public.ai_agents.hands_over_after is 'So many messages in a row that he does not understand leave the conversation to people.';
comment on column public.ai_agents.answers_per_day is 'After so many answers in a day he leaves everything to people; 0: he answers nothing.';
comment on column public.ai_agents.tokens_per_day is 'After so many tokens of a model in a day the rules answer.';
comment on column public.ai_agents.price_in is 'What a million tokens that the model reads cost, in the currency of its provider; price_out: that it writes.';
select private.manage_table('public.ai_agents', 'ai_agent');
select private.set_audience('ai_agent', 'conversations.view');
select private.refuse_taken('public.ai_agents', 'ai_agents_tenant_id_name_key', 'ai_agent_name_taken');
select private.register_error('ai_agent_name_taken', 409, 'There is an agent with this name already.', 'Choose another name.');
select private.register_error('ai_agent_name_is_short', 422, 'The agent has no name, or a long one.', 'Enter a name of at most 60 characters.');
select private.register_error('persona_is_bounded', 422, 'This is more than an agent can keep in mind.', 'Shorten it to 4,000 characters.');
select private.register_error('answers_between_two_times', 422, 'The hours in which he answers have no beginning or no end.', 'Enter two different times, or none for always.');
select private.register_error('hands_over_soon', 422, 'The number of messages before he leaves it to people is not possible.', 'Enter a number from 1 to 10.');
select private.register_error('ai_budget_is_bounded', 422, 'This budget is not possible.', 'Enter at most 100,000 answers and 1,000,000,000 tokens a day.');
select private.register_error('ai_prices_are_bounded', 422, 'This price is not possible.', 'Enter what a million tokens cost, from 0 to 10,000.');

alter table public.channels
  add column ai_agent_id uuid,
  add foreign key (tenant_id, ai_agent_id) references public.ai_agents (tenant_id, id);
create index channels_ai_agent on public.channels (tenant_id, ai_agent_id);
comment on column public.channels.ai_agent_id is 'The AI agent who answers here first; null: people do.';

alter table public.tenant_settings add column ai_agents_answer boolean not null default true;
comment on column public.tenant_settings.ai_agents_answer is 'Whether AI agents answer at all: switched off, every conversation is people''s from the next message on.';

create table public.ai_agent_versions (
  tenant_id uuid not null,
  ai_agent_id uuid not null,
  number integer not null,
  mode public.ai_agent_mode not null,
  persona text,
  tools text[] not null,
  created_by uuid default auth.uid(),
  created_at timestamptz not null default now(),
  primary key (tenant_id, ai_agent_id, number),
  foreign key (tenant_id, ai_agent_id) references public.ai_agents (tenant_id, id)
);
select private.protect_ledger('public.ai_agent_versions');
comment on table public.ai_agent_versions is 'What an agent was told to be, each time it was changed, so that an old answer can be understood. Written by the change.';

create function private.tg_ai_agents__keep_version() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' or (new.mode, new.persona, new.tools) is distinct from (old.mode, old.persona, old.tools) then
    insert into public.ai_agent_versions (tenant_id, ai_agent_id, number, mode, persona, tools)
    select new.tenant_id, new.id, 1 + coalesce(max(v.number), 0), new.mode, new.persona, new.tools
    from public.ai_agent_versions v where v.tenant_id = new.tenant_id and v.ai_agent_id = new.id;
  end if;
  return null;
end
$$;
comment on function private.tg_ai_agents__keep_version() is 'Keeps what an agent is told to be, whenever that changes; the row of the agent is locked by the change itself.';
create trigger _400_keep_version after insert or update on public.ai_agents for each row execute function private.tg_ai_agents__keep_version();

------------------------------------------------------------------------------------------------
-- What he did
------------------------------------------------------------------------------------------------

create type public.ai_run_status as enum ('waiting', 'answered', 'handed_over', 'left');

create table public.ai_agent_runs (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  ai_agent_id uuid not null,
  version_number integer not null,
  conversation_id uuid not null,
  message_id uuid not null,
  status public.ai_run_status not null default 'waiting',
  mode public.ai_agent_mode not null,
  steps jsonb not null default '[]',
  reply_id uuid,
  problem text,
  model text,
  tokens_in integer not null default 0,
  tokens_out integer not null default 0,
  cost numeric(14,6) not null default 0,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, message_id),
  foreign key (tenant_id, ai_agent_id) references public.ai_agents (tenant_id, id),
  foreign key (tenant_id, ai_agent_id, version_number) references public.ai_agent_versions (tenant_id, ai_agent_id, number),
  foreign key (tenant_id, conversation_id) references public.conversations (tenant_id, id),
  foreign key (tenant_id, message_id) references public.messages (tenant_id, id),
  foreign key (tenant_id, reply_id) references public.messages (tenant_id, id),
  constraint an_end_has_its_time check ((status = 'waiting') = (ended_at is null)),
  constraint tokens_are_counted check (tokens_in >= 0 and tokens_out >= 0 and cost between 0 and 99999999)
);
create index ai_agent_runs_agent on public.ai_agent_runs (tenant_id, ai_agent_id, created_at desc);
create index ai_agent_runs_version on public.ai_agent_runs (tenant_id, ai_agent_id, version_number);
create index ai_agent_runs_conversation on public.ai_agent_runs (tenant_id, conversation_id, created_at desc);
create index ai_agent_runs_reply on public.ai_agent_runs (tenant_id, reply_id);
create index ai_agent_runs_recent on public.ai_agent_runs (tenant_id, created_at desc, id desc);
select private.force_policies('public.ai_agent_runs');
comment on table public.ai_agent_runs is 'Every message that an AI agent has dealt with: with which tools, what came of it, and what it cost. One run per message.';
comment on column public.ai_agent_runs.status is 'waiting: for the model; answered; handed_over: left to people, and the customer was told so; left: people were faster.';
comment on column public.ai_agent_runs.steps is '[{tool, arguments, answer}]: what was looked up, in this order, and all that a figure in his answer can come from.';
comment on column public.ai_agent_runs.problem is 'Key of the error (docs/errors.md) for which the rules answered in place of a model, or for which people go on.';
comment on column public.ai_agent_runs.cost is 'Of the tokens, in the currency of the model''s provider.';
select private.register_error('ai_figure_unknown', 409, 'The model named a figure that no tool had given.', 'The rules answered instead. Look at its persona if this happens often.');
select private.register_error('ai_reply_invalid', 409, 'The model gave no answer that can be sent.', 'The rules answered instead.');
select private.register_error('ai_model_unreachable', 409, 'The model could not be reached.', 'The rules answered instead. Look at the address and key of the model.');
select private.register_error('ai_model_refused', 409, 'The model''s provider refused the question.', 'The rules answered instead. Look at the key and the name of the model.');
select private.register_error('ai_tokens_spent', 409, 'The model has used its tokens of today.', 'The rules answered instead. Give it more in the settings of the agent.');
select private.register_error('ai_answers_spent', 409, 'The agent has given all his answers of today.', 'Answer the customer, and allow him more if he should do so.');
select private.register_error('ai_not_understood', 409, 'The agent did not understand what the customer wants.', 'Answer the customer.');
select private.register_error('ai_person_wanted', 409, 'The customer asked for a person.', 'Answer the customer.');
select private.register_error('ai_complaint', 409, 'The customer is not content.', 'Answer the customer.');
select private.register_error('ai_not_allowed', 409, 'The agent may not do what the customer asked for.', 'Answer the customer, or allow it in the settings of the agent.');

create table private.ai_talks (
  tenant_id uuid not null,
  conversation_id uuid not null,
  handed_over_at timestamptz,
  free_since timestamptz not null default '-infinity',
  misses integer not null default 0,
  primary key (tenant_id, conversation_id),
  foreign key (tenant_id, conversation_id) references public.conversations (tenant_id, id)
);
select private.force_policies('private.ai_talks');
comment on table private.ai_talks is 'How far an AI agent has come in a conversation: since when people answer (handed_over_at), since when what people wrote before counts no more (free_since), and how many messages in a row were not understood.';

create function private.is_peoples(talk public.conversations) returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce((select t.handed_over_at from private.ai_talks t where t.tenant_id = talk.tenant_id and t.conversation_id = talk.id) is not null, false)
    or exists (
      select from public.messages m
      where m.tenant_id = talk.tenant_id and m.conversation_id = talk.id and m.written_by is not null
        and m.created_at > coalesce((select t.free_since from private.ai_talks t where t.tenant_id = talk.tenant_id and t.conversation_id = talk.id), '-infinity')
    )
$$;
comment on function private.is_peoples(public.conversations) is 'Whether people answer a conversation: it was handed over to them, or one of them has written in it since the agent had it.';

create function private.free_conversation(talk public.conversations) returns void
language sql security definer set search_path = ''
as $$
  insert into private.ai_talks as t (tenant_id, conversation_id, free_since) values (talk.tenant_id, talk.id, pg_catalog.clock_timestamp())
  on conflict on constraint ai_talks_pkey do update set handed_over_at = null, misses = 0, free_since = excluded.free_since
$$;
comment on function private.free_conversation(public.conversations) is 'From here on an AI agent may answer in a conversation again.';

create function private.free_resolved_conversation(event public.event_store) returns void
language sql security definer set search_path = ''
as $$
  select private.free_conversation(c) from public.conversations c
  where c.tenant_id = event.tenant_id and c.id = event.entity_id and c.status = 'resolved'
$$;
comment on function private.free_resolved_conversation(public.event_store) is 'Effect: what is resolved is over; when the customer writes anew, the agent answers him first.';
select private.listen('whatsapp_events', 'free_resolved_conversation', 'conversation.resolved');

create function private.leave_to_agent(conversation_id uuid) returns public.conversations
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.conversations := private.lock_conversation(conversation_id);
begin
  if not exists (select from public.channels c join public.ai_agents a on a.tenant_id = c.tenant_id and a.id = c.ai_agent_id
    where c.tenant_id = target.tenant_id and c.id = target.channel_id and a.is_active) then
    perform private.fail('channel_without_agent', pg_catalog.jsonb_build_object('conversation_id', target.id));
  end if;
  perform private.free_conversation(target);
  return target;
end
$$;
comment on function private.leave_to_agent(uuid) is 'Gives a conversation back to the AI agent of its channel, from the next message of the customer on. Raises channel_without_agent, record_not_found, permission_denied.';
select private.register_error('channel_without_agent', 409, 'No agent answers on this channel.', 'Choose one in the settings of the channel.');
select private.expose_command('leave_to_agent');

create function private.answers_now(agent public.ai_agents) returns boolean
language sql stable security definer set search_path = ''
as $$
  select agent.is_active and s.ai_agents_answer and (agent.answers_from is null or case when agent.answers_from < agent.answers_until
    then n.at >= agent.answers_from and n.at < agent.answers_until else n.at >= agent.answers_from or n.at < agent.answers_until end)
  from public.tenant_settings s cross join lateral (select (pg_catalog.now() at time zone s.timezone)::time as at) n
  where s.tenant_id = agent.tenant_id
$$;
comment on function private.answers_now(public.ai_agents) is 'Whether an agent answers at this hour, and the company lets agents answer at all.';

create function private.spent_today(agent public.ai_agents, out answers bigint, out tokens bigint)
language sql stable security definer set search_path = ''
as $$
  select count(*), coalesce(sum(r.tokens_in + r.tokens_out), 0)
  from public.ai_agent_runs r
  where r.tenant_id = agent.tenant_id and r.ai_agent_id = agent.id
    and r.created_at >= private.tenant_today(agent.tenant_id)::timestamp at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = agent.tenant_id)
$$;
comment on function private.spent_today(public.ai_agents) is 'How many messages an agent has dealt with since the company''s midnight, and how many tokens that took.';
