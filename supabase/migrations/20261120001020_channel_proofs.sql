-- Family 10, messaging: the access token of a channel, and the proof that its number is the company's.

create table private.channel_tokens (
  tenant_id uuid not null,
  channel_id uuid not null,
  access_token text not null,
  token_id uuid not null default private.uuid_v7(),
  primary key (tenant_id, channel_id),
  foreign key (tenant_id, channel_id) references public.channels (tenant_id, id),
  constraint access_token_is_bounded check (length(access_token) between 8 and 1000)
);
select private.force_policies('private.channel_tokens');
comment on table private.channel_tokens is 'The access token of each channel that has one of its own. Handed to the functions that speak to the provider, to nobody else.';
comment on column private.channel_tokens.token_id is 'Another one with every token, so that what was found out with an older one is known to be old.';

select private.create_queue('prove_channel', 'prove-channel');
-- Some three hours: half a minute, one, two, four, … at most an hour apart.
update private.queue_policies set max_attempts = 10, base_delay_seconds = 15 where queue = 'prove_channel';

create function private.tg_channels__forget_proof() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' or new.phone_number_id is distinct from old.phone_number_id then
    new.proved_at := null;
    new.proof_error := null;
    new.display_number := null;
    if new.has_token and new.phone_number_id is not null then
      perform pgmq.send('prove_channel', pg_catalog.jsonb_build_object('tenant_id', new.tenant_id, 'channel_id', new.id));
    end if;
  end if;
  return new;
end
$$;
comment on function private.tg_channels__forget_proof() is 'A proof is of one number: with another one it is gone, and asked for again.';
create trigger _150_forget_proof before insert or update of phone_number_id on public.channels for each row execute function private.tg_channels__forget_proof();

create function private.lock_channel(channel_id uuid) returns public.channels
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('settings.manage');
  target public.channels;
begin
  select * into target from public.channels c where c.tenant_id = tenant and c.id = channel_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('channel_id', channel_id));
  end if;
  return target;
end
$$;
comment on function private.lock_channel(uuid) is 'Locks a channel for a command of somebody who may manage the company. Raises record_not_found, permission_denied.';

create function private.prove_channel(channel_id uuid) returns public.channels
language plpgsql security definer set search_path = ''
as $$
declare
  target public.channels := private.lock_channel(channel_id);
begin
  if not target.has_token or target.phone_number_id is null then
    perform private.fail('channel_has_nothing_to_prove', pg_catalog.jsonb_build_object('channel_id', target.id));
  end if;
  update public.channels c set proof_error = null where c.tenant_id = target.tenant_id and c.id = target.id returning * into target;
  perform pgmq.send('prove_channel', pg_catalog.jsonb_build_object('tenant_id', target.tenant_id, 'channel_id', target.id));
  return target;
end
$$;
comment on function private.prove_channel(uuid) is
  'Has Meta asked again whether the number of a channel is the company''s; the answer is written on the channel (proved_at, proof_error). Raises channel_has_nothing_to_prove, record_not_found, permission_denied.';
select private.register_error('channel_has_nothing_to_prove', 409, 'The channel has no number, or no access token of its own.', 'Enter the phone number id and an access token of your company from Meta.');
select private.expose_command('prove_channel');

create function private.set_channel_token(channel_id uuid, access_token text) returns public.channels
language plpgsql security definer set search_path = ''
as $$
declare
  target public.channels := private.lock_channel(channel_id);
begin
  if pg_catalog.length(private.require_text('access_token', access_token, 1000)) < 8 then
    perform private.fail('input_invalid', '{"access_token": "at least 8 characters are needed"}');
  end if;
  insert into private.channel_tokens as t (tenant_id, channel_id, access_token) values (target.tenant_id, target.id, pg_catalog.btrim(access_token))
  on conflict on constraint channel_tokens_pkey do update set access_token = excluded.access_token, token_id = excluded.token_id;
  update public.channels c set has_token = true where c.tenant_id = target.tenant_id and c.id = target.id returning * into target;
  if target.phone_number_id is not null then
    target := private.prove_channel(target.id);
  end if;
  return target;
end
$$;
comment on function private.set_channel_token(uuid, text) is
  'Keeps the access token that a channel sends with, in place of an older one; it can be replaced and never read. Meta is asked with it whether the number is the company''s. Raises record_not_found, input_invalid, permission_denied.';
select private.expose_command('set_channel_token');

------------------------------------------------------------------------------------------------
-- For the worker
------------------------------------------------------------------------------------------------

create function private.channel_to_prove(tenant_id uuid, channel_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('phone_number_id', c.phone_number_id, 'access_token', t.access_token, 'token_id', t.token_id)
  from public.channels c join private.channel_tokens t on t.tenant_id = c.tenant_id and t.channel_id = c.id
  where c.tenant_id = channel_to_prove.tenant_id and c.id = channel_to_prove.channel_id and c.phone_number_id is not null
$$;
comment on function private.channel_to_prove(uuid, uuid) is
  'What Meta is asked about a channel: {phone_number_id, access_token, token_id}; null when there is nothing to ask. For the worker prove-channel (service role).';
select private.expose('channel_to_prove', 'service_role');

create function private.record_channel_proof(
  tenant_id uuid, channel_id uuid, status text, phone_number_id text, token_id uuid, display_number text default null, error text default null
) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  earlier text;
  other public.channels;
begin
  -- Of two companies that prove one number in the same moment the later one takes it over from the other.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('proof ' || phone_number_id, 0));
  perform from public.channels c join private.channel_tokens t on t.tenant_id = c.tenant_id and t.channel_id = c.id
  where c.tenant_id = tenant_id and c.id = channel_id and c.phone_number_id = phone_number_id and t.token_id = token_id
  for no key update of c;
  -- Another number or token was entered meanwhile: this says nothing about them, and they are asked about themselves.
  if not found then
    return;
  end if;
  earlier := private.run_as_rule('channels.prove');
  if status <> 'proved' then
    update public.channels c set proof_error = pg_catalog.left(error, 100) where c.tenant_id = tenant_id and c.id = channel_id;
  else
    for other in
      update public.channels c set proved_at = null, proof_error = 'channel_taken_over'
      where c.proved_number = phone_number_id and (c.tenant_id, c.id) <> (tenant_id, channel_id)
      returning *
    loop
      perform private.tell_managers(other.tenant_id, 'channel.taken_over', pg_catalog.jsonb_build_object('number', other.name),
        'channel.taken_over:' || other.id || ':' || other.version, 'channel', other.id);
    end loop;
    update public.channels c
    set proved_at = pg_catalog.now(), proof_error = null, display_number = pg_catalog.left(record_channel_proof.display_number, 40)
    where c.tenant_id = tenant_id and c.id = channel_id;
  end if;
  perform private.run_as_rule(earlier);
end
$$;
comment on function private.record_channel_proof(uuid, uuid, text, text, uuid, text, text) is
  'What Meta said of a number, asked with this token: proved, refused (error), or queued (not reached; asked again). A channel that has another number or token by now is left alone. The newest proof has the number: a channel of another company that had it proved loses it, and its managers are mailed. A refusal takes no earlier proof away. For the worker prove-channel (service role).';
select private.expose('record_channel_proof', 'service_role');

insert into public.message_texts (event, channel, language, subject, body) values
  ('channel.taken_over', 'email', 'en', '{company}: the WhatsApp number {number} is connected elsewhere',
    'Another company has proved to WhatsApp that the number {number} is its own, so it was taken off {company}: nothing comes in or leaves by it any more. If it is yours, remove the other company''s access at Meta and check the number again under Settings.'),
  ('channel.taken_over', 'email', 'sw', '{company}: namba ya WhatsApp {number} imeunganishwa kwingine',
    'Kampuni nyingine imethibitisha kwa WhatsApp kwamba namba {number} ni yake, kwa hiyo imeondolewa kwa {company}: hakuna kinachoingia wala kutoka kupitia namba hiyo tena. Kama ni yako, ondoa ruhusa ya kampuni nyingine huko Meta kisha uikague namba tena kwenye Mipangilio.');
