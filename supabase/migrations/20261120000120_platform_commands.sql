-- Family 01, platform: commands that happen once, numbers of documents, rate limits, the way to the API.

------------------------------------------------------------------------------------------------
-- Commands: name of the running command, exactly-once by key
------------------------------------------------------------------------------------------------

create table private.idempotency_keys (
  tenant_id uuid not null,
  user_id uuid not null,
  key uuid not null,
  command text not null,
  arguments_hash bytea not null,
  response jsonb not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, user_id, key)
);
create index idempotency_keys_created_at on private.idempotency_keys (created_at);
select private.force_policies('private.idempotency_keys');
comment on table private.idempotency_keys is
  'Answers of commands that carried an idempotency key, written in the transaction of the command itself; a failed command leaves no row, so its key is not burnt. Kept for seven days.';

create function private.key_space(tenant uuid) returns uuid
language sql immutable
return coalesce(tenant, '00000000-0000-0000-0000-000000000000');
comment on function private.key_space(uuid) is 'Where the keys of a company''s commands are kept; commands of the platform have the nil id.';

create function private.request_hash(arguments jsonb) returns bytea
language sql immutable parallel safe
return pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_strip_nulls(arguments)::text, 'UTF8'));
comment on function private.request_hash(jsonb) is
  'By what a request is known again: what it says, not what it leaves out. So a retry that a phone kept over an update is the same request, though the command takes one argument more (null where it is not given).';

create function private.begin_command(command text, tenant uuid, idempotency_key uuid, arguments jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  actor constant uuid := auth.uid();
  earlier private.idempotency_keys;
begin
  perform pg_catalog.set_config('mzigo.command', command, true);
  if idempotency_key is null then
    return null;
  end if;
  if actor is null then
    perform private.fail('not_signed_in');
  end if;
  -- A twin of this very request waits here until the first one has committed or failed.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(actor::text || idempotency_key::text, 0));
  select * into earlier from private.idempotency_keys k
  where k.user_id = actor and k.key = idempotency_key and k.tenant_id = private.key_space(tenant);
  if not found then
    return null;
  end if;
  if earlier.command <> command or earlier.arguments_hash <> private.request_hash(arguments) then
    perform private.fail('idempotency_key_reused', pg_catalog.jsonb_build_object('idempotency_key', idempotency_key, 'command', earlier.command));
  end if;
  return earlier.response;
end
$$;
comment on function private.begin_command(text, uuid, uuid, jsonb) is
  'First step of every command. Names it for the audit trail and returns the stored answer if the caller''s key was served before in this company (else null). Raises not_signed_in, idempotency_key_reused.';

create function private.end_command(command text, tenant uuid, idempotency_key uuid, arguments jsonb, response jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.idempotency_keys (tenant_id, user_id, key, command, arguments_hash, response)
  values (private.key_space(tenant), auth.uid(), idempotency_key, command, private.request_hash(arguments), response);
end
$$;
comment on function private.end_command(text, uuid, uuid, jsonb, jsonb) is
  'Last step of a command with an idempotency key: stores the answer under it.';

------------------------------------------------------------------------------------------------
-- Document numbers
------------------------------------------------------------------------------------------------

create table private.document_kinds (
  kind text primary key,
  prefix text not null unique,
  is_gapless boolean not null
);
comment on table private.document_kinds is
  'Kinds of numbered documents. Gapless kinds count in a row that stays locked until commit (tax documents); the others draw from a sequence per tenant and may show gaps after a rolled-back command.';

select private.force_policies('private.document_kinds');

create table private.document_counters (
  tenant_id uuid not null,
  kind text not null references private.document_kinds (kind),
  last_number bigint not null default 0,
  primary key (tenant_id, kind),
  constraint last_number_is_bounded check (last_number between 0 and 999999999999)
);
create index document_counters_kind on private.document_counters (kind);
select private.force_policies('private.document_counters');
comment on table private.document_counters is 'Last number of each gapless document kind per tenant.';

create function private.document_sequence(tenant uuid, kind text) returns text
language sql immutable
return 'private.number_' || kind || '_' || pg_catalog.replace(tenant::text, '-', '');
comment on function private.document_sequence(uuid, text) is 'Name of the sequence that numbers one kind of document of one tenant.';

create function private.create_document_sequences(tenant uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  numbered private.document_kinds;
begin
  for numbered in select * from private.document_kinds k where not k.is_gapless loop
    execute 'create sequence if not exists ' || private.document_sequence(tenant, numbered.kind);
  end loop;
  insert into private.document_counters (tenant_id, kind)
  select tenant, k.kind from private.document_kinds k where k.is_gapless
  on conflict do nothing;
end
$$;
comment on function private.create_document_sequences(uuid) is 'Prepares the numbering of a new tenant: one sequence per kind that may have gaps, one counter per gapless kind.';

create function private.document_number(prefix text, number bigint) returns text
language sql immutable parallel safe
return prefix || '-' || pg_catalog.lpad(number::text, greatest(6, pg_catalog.length(number::text)), '0');
comment on function private.document_number(text, bigint) is 'A document number as people read it, e.g. ORD-000123.';

create function private.next_document_number(tenant uuid, document_kind text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  numbered private.document_kinds;
  next_number bigint;
begin
  select * into strict numbered from private.document_kinds k where k.kind = document_kind;
  if numbered.is_gapless then
    update private.document_counters c set last_number = c.last_number + 1
    where c.tenant_id = tenant and c.kind = document_kind
    returning c.last_number into strict next_number;
  else
    next_number := pg_catalog.nextval(private.document_sequence(tenant, document_kind)::regclass);
  end if;
  return private.document_number(numbered.prefix, next_number);
end
$$;
comment on function private.next_document_number(uuid, text) is 'Next number of a document kind, e.g. ORD-000123. Never given twice; see private.document_kinds for gaps.';

create function private.tg__number_document() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.number is null then
    new.number := private.next_document_number(new.tenant_id, tg_argv[0]);
  end if;
  return new;
end
$$;
comment on function private.tg__number_document() is 'Draws the document number on insert. Argument: document kind.';

------------------------------------------------------------------------------------------------
-- Rate limits
------------------------------------------------------------------------------------------------

create table private.rate_limits (
  bucket text not null,
  window_start timestamptz not null,
  hits integer not null default 1,
  primary key (bucket, window_start)
);
select private.force_policies('private.rate_limits');
comment on table private.rate_limits is 'Hits per bucket (what and who, hashed) and window of time. Purged by maintenance.';

create function private.check_rate(bucket text, hits integer, span interval default '1 minute') returns void
language plpgsql security definer set search_path = ''
as $$
declare
  hashed constant text := pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(bucket, 'UTF8')), 'hex');
  used integer;
begin
  insert into private.rate_limits as r (bucket, window_start)
  values (hashed, pg_catalog.date_bin(span, pg_catalog.now(), '2026-01-01'))
  on conflict on constraint rate_limits_pkey do update set hits = r.hits + 1
  returning r.hits into used;
  if used > check_rate.hits then
    perform private.fail('rate_limit_exceeded');
  end if;
end
$$;
comment on function private.check_rate(text, integer, interval) is 'Counts a hit and raises rate_limit_exceeded above so many in a window of time, of an hour at most.';

create function private.client_address() returns text
language plpgsql stable set search_path = ''
as $$
declare
  headers constant jsonb := nullif(pg_catalog.current_setting('request.headers', true), '')::jsonb;
begin
  -- The first is set by Supabase's own front, which lets nobody else set it; the other by the embedded one.
  return coalesce(headers ->> 'cf-connecting-ip', nullif(pg_catalog.btrim(pg_catalog.split_part(headers ->> 'x-forwarded-for', ',', 1)), ''), 'unknown');
end
$$;
comment on function private.client_address() is 'The network address that the request came from, as the front of the API saw it.';

------------------------------------------------------------------------------------------------
-- Exposing commands
------------------------------------------------------------------------------------------------

create table private.exposed_functions (
  function_name text primary key,
  audience text not null,
  constraint audience_is_a_role_of_the_api check (audience in ('anon', 'authenticated', 'service_role'))
);
select private.force_policies('private.exposed_functions');
comment on table private.exposed_functions is
  'Functions of private with a door of the same name in public, and the role that may go through: visitors (anon, and then everybody signed in, too), signed-in people, or workers. policies/98_exposed.sql grants it.';

create function private.expose(function_name text, audience text default 'authenticated') returns void
language plpgsql set search_path = ''
as $$
declare
  source record;
  arguments text;
begin
  select p.oid, p.provolatile, p.proretset,
    pg_catalog.pg_get_function_arguments(p.oid) as signature,
    pg_catalog.pg_get_function_result(p.oid) as result,
    pg_catalog.obj_description(p.oid, 'pg_proc') as description,
    p.pronargs, p.prorettype
  into strict source
  from pg_catalog.pg_proc p
  where p.pronamespace = 'private'::regnamespace and p.proname = function_name;
  select coalesce(pg_catalog.string_agg('$' || i, ', '), '') into arguments from pg_catalog.generate_series(1, source.pronargs) i;
  execute pg_catalog.format(
    'create function public.%I(%s) returns %s language plpgsql %s security invoker set search_path = '''' as $body$ begin %s private.%I(%s); end $body$',
    function_name, source.signature, source.result,
    case source.provolatile when 'v' then 'volatile' else 'stable' end,
    case
      when source.proretset then 'return query select * from'
      when source.prorettype = 'void'::regtype then 'perform'
      else 'return'
    end,
    function_name, arguments
  );
  execute pg_catalog.format('comment on function public.%I is %L', function_name, source.description);
  insert into private.exposed_functions (function_name, audience) values (function_name, audience);
end
$$;
comment on function private.expose(text, text) is
  'Creates the thin security-invoker RPC public.<name> in front of the function private.<name>: same arguments, defaults, result and comment. audience: the role that may call it (private.exposed_functions).';

create function private.check_version(expected_version integer, actual_version integer) returns void
language plpgsql set search_path = ''
as $$
begin
  if expected_version is not null and expected_version <> actual_version then
    perform private.fail('version_conflict', pg_catalog.jsonb_build_object('expected', expected_version, 'actual', actual_version));
  end if;
end
$$;
comment on function private.check_version(integer, integer) is 'Raises version_conflict when the caller edited an older version.';

create function private.require_text(field text, value text, max_length integer default 500) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  cleaned constant text := pg_catalog.btrim(value);
begin
  if cleaned is null or cleaned = '' then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object(field, 'required'));
  end if;
  if pg_catalog.length(cleaned) > max_length then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object(field, 'longer than ' || max_length || ' characters'));
  end if;
  return cleaned;
end
$$;
comment on function private.require_text(text, text, integer) is 'The trimmed text, or input_invalid naming the field.';

create function private.check_text(field text, value text, max_length integer) returns text
language plpgsql stable set search_path = ''
as $$
begin
  if pg_catalog.length(value) > max_length then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object(field, 'longer than ' || max_length || ' characters'));
  end if;
  return value;
end
$$;
comment on function private.check_text(text, text, integer) is 'The text as it is, which may be missing, or input_invalid naming the field.';

create function private.require_choice(field text, value text) returns void
language plpgsql stable set search_path = ''
as $$
begin
  if value is null then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object(field, 'required'));
  end if;
end
$$;
comment on function private.require_choice(text, text) is 'Raises input_invalid naming the field unless something was chosen.';

create function private.require_number(field text, value numeric, lowest numeric, highest numeric) returns void
language plpgsql stable set search_path = ''
as $$
begin
  -- NaN counts as greater than every number.
  if value is null or value < lowest or value > highest then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object(field, 'a number from ' || lowest || ' to ' || highest || ' is needed'));
  end if;
end
$$;
comment on function private.require_number(text, numeric, numeric, numeric) is 'Raises input_invalid naming the field unless the number is within its bounds.';

create function private.require_records(field text, value jsonb, shape jsonb) returns void
language plpgsql stable set search_path = ''
as $$
begin
  if pg_catalog.jsonb_typeof(value) is distinct from 'array' or exists (
    select from pg_catalog.jsonb_array_elements(case pg_catalog.jsonb_typeof(value) when 'array' then value else '[]' end) e
    where pg_catalog.jsonb_typeof(e) <> 'object' or exists (
      select from pg_catalog.jsonb_each_text(shape) s
      where e ->> s.key is not null and not pg_catalog.pg_input_is_valid(e ->> s.key, s.value)
    )
  ) then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object(field, 'an array of objects is needed', 'shape', shape));
  end if;
end
$$;
comment on function private.require_records(text, jsonb, jsonb) is
  'Raises input_invalid naming the field unless the value is an array of objects whose members, where given, can be read as the types in shape ({"product_id": "uuid", …}).';

create function private.uuid_or_null(value text) returns uuid
language sql stable parallel safe
return case when pg_catalog.pg_input_is_valid(value, 'uuid') then value::uuid end;
comment on function private.uuid_or_null(text) is 'The text as an id, or null when it is none.';
