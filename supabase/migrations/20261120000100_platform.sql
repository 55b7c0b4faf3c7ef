-- Family 01, platform: schemas, default privileges, identifiers, errors, stamps,
-- document numbers and idempotent commands. Everything later stands on this file.

create schema if not exists extensions;
create extension if not exists pgcrypto with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gist with schema extensions;
create extension if not exists pgmq;

create schema if not exists private;
create schema if not exists analytics;
comment on schema private is 'Definer functions, trigger functions and engine tables. Never exposed over HTTP.';
comment on schema analytics is 'Documented, read-only, security-invoker views for analysts.';

-- Nothing is reachable by default: every grant in this product is written down in policies/.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
revoke create on schema public from public;

-- Commands are plpgsql whose statements find rows by id and company: a plan made once serves every
-- call, and making it anew each time costs more than running it (docs/decisions/0009).
alter role authenticator set plan_cache_mode = 'force_generic_plan';

------------------------------------------------------------------------------------------------
-- Identifiers
------------------------------------------------------------------------------------------------

-- The body is bound to its operators here and now, so it needs no search_path of its own and the
-- planner can inline it into every insert.
create function private.uuid_v7() returns uuid
language sql volatile parallel safe
return pg_catalog.encode(
  pg_catalog.set_bit(
    pg_catalog.set_bit(
      pg_catalog.overlay(
        pg_catalog.uuid_send(pg_catalog.gen_random_uuid()),
        pg_catalog.substring(pg_catalog.int8send((pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) * 1000)::bigint), 3),
        1, 6
      ),
      52, 1
    ),
    53, 1
  ),
  'hex'
)::uuid;
comment on function private.uuid_v7() is
  'Time-ordered UUID, version 7 of RFC 9562: 48 bits of Unix milliseconds, then random bits. Default of every id.';

------------------------------------------------------------------------------------------------
-- Errors: one registry, one way to raise
------------------------------------------------------------------------------------------------

create table private.errors (
  key text primary key,
  status integer not null,
  sentence text not null,
  next_step text not null,
  constraint key_is_snake_case check (key ~ '^[a-z][a-z0-9]*(_[a-z0-9]+)+$'),
  constraint status_is_a_client_error check (status between 400 and 499)
);
comment on table private.errors is
  'Every error the product raises: stable key (the message over HTTP), HTTP status, what happened, what to do next. docs/errors.md is generated from it.';

create function private.fail(error_key text, detail jsonb default '{}'::jsonb) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  known private.errors;
begin
  select * into known from private.errors e where e.key = error_key;
  if not found then
    raise exception using
      errcode = 'PT400',
      message = 'error_not_registered',
      detail = pg_catalog.jsonb_build_object('key', error_key)::text,
      hint = 'Register the error in private.errors.';
  end if;
  raise exception using
    errcode = case known.status when 403 then '42501' else 'PT' || known.status::text end,
    message = known.key,
    detail = coalesce(detail, '{}'::jsonb)::text,
    hint = known.sentence || ' ' || known.next_step;
end
$$;
alter table private.errors enable row level security;
alter table private.errors force row level security;
comment on function private.fail(text, jsonb) is
  'Raises a registered error: errcode PT<status> (42501 for 403), message = key, detail = JSON, hint = sentence and next step.';

create function private.register_error(error_key text, status integer, sentence text, next_step text) returns void
language sql set search_path = ''
as $$
  insert into private.errors (key, status, sentence, next_step)
  values (error_key, status, sentence, next_step)
  on conflict (key) do update
  set status = excluded.status, sentence = excluded.sentence, next_step = excluded.next_step
$$;
comment on function private.register_error(text, integer, text, text) is 'Adds or corrects one row of private.errors. Called by migrations only.';

select private.register_error('error_not_registered', 400, 'The server met an error it has no sentence for.', 'Tell support the key in the details.');
select private.register_error('not_signed_in', 401, 'You are not signed in.', 'Sign in and try again.');
select private.register_error('permission_denied', 403, 'Your role does not allow this.', 'Ask an administrator of your company for the permission named in the details.');
select private.register_error('record_not_found', 404, 'This record does not exist or is not visible to you.', 'Go back to the list and open it again.');
select private.register_error('version_conflict', 409, 'Somebody else changed this record in the meantime.', 'Reload it, look at the change and try again.');
select private.register_error('idempotency_key_reused', 409, 'This request was already sent with other values.', 'Send the changed request with a new key.');
select private.register_error('input_invalid', 422, 'A value is missing or not valid.', 'Correct the fields named in the details.');
select private.register_error('name_is_not_blank', 422, 'The name is missing or too long.', 'Enter a name of at most 120 characters.');
select private.register_error('code_is_short', 422, 'The code is missing or too long, or begins or ends with a space.', 'Enter a code of at most 32 characters.');
select private.register_error('category_is_short', 422, 'The category is too long.', 'Enter at most 40 characters.');
select private.register_error('customer_type_is_short', 422, 'The customer type is missing or too long.', 'Enter a type of at most 40 characters.');
select private.register_error('notes_are_bounded', 422, 'The notes are too long.', 'Shorten them to 4000 characters.');
select private.register_error('phone_is_e164', 422, 'The phone number is not in international form.', 'Write a plus sign, the country code and digits only, like +254712345678.');
select private.register_error('email_is_an_address', 422, 'This is not an e-mail address.', 'Check it for typing mistakes.');
select private.register_error('position_is_complete', 422, 'A position has both a latitude and a longitude.', 'Enter both, or neither.');
select private.register_error('position_is_on_earth', 422, 'There is no such position on earth.', 'Enter a latitude from -90 to 90 and a longitude from -180 to 180.');
select private.register_error('row_is_append_only', 409, 'This record is part of a ledger and cannot be changed or deleted.', 'Enter a new record that corrects it.');
select private.register_error('rate_limit_exceeded', 429, 'Too many attempts in a short time.', 'Wait a minute and try again.');
select private.register_error('rule_operator_unknown', 422, 'The rule uses an operator that does not exist.', 'Use the operators listed in the documentation of rules.');
select private.register_error('rule_arguments_invalid', 422, 'An operator of the rule has arguments that it cannot work with.', 'Correct the arguments of the operator.');
select private.register_error('rule_too_deep', 422, 'The rule is nested too deeply.', 'Split it into simpler rules.');

------------------------------------------------------------------------------------------------
-- Row stamps and append-only tables
------------------------------------------------------------------------------------------------

create function private.tg__stamp_row() returns trigger
language plpgsql set search_path = ''
as $$
declare
  actor uuid := auth.uid();
begin
  if tg_op = 'INSERT' then
    new.created_at := coalesce(new.created_at, pg_catalog.now());
    new.created_by := coalesce(actor, new.created_by);
    new.version := 1;
  else
    new.created_at := old.created_at;
    new.created_by := old.created_by;
    new.version := old.version + 1;
  end if;
  new.updated_at := pg_catalog.now();
  new.updated_by := coalesce(actor, new.created_by);
  return new;
end
$$;
comment on function private.tg__stamp_row() is
  'Sets created_at/by once, updated_at/by and version on every write. The signed-in user always wins over a value sent by the client.';

create function private.tg__refuse_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.fail('row_is_append_only', pg_catalog.jsonb_build_object('table', tg_table_name, 'operation', tg_op));
  return null;
end
$$;
comment on function private.tg__refuse_change() is 'Refuses UPDATE, DELETE and TRUNCATE on append-only tables, for every role, superuser included.';

create function private.protect_ledger(ledger regclass) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format('create trigger _200_refuse_change before update or delete on %s for each row execute function private.tg__refuse_change()', ledger);
  execute pg_catalog.format('create trigger _200_refuse_truncate before truncate on %s for each statement execute function private.tg__refuse_change()', ledger);
end
$$;
comment on function private.protect_ledger(regclass) is 'Makes a table append-only.';

------------------------------------------------------------------------------------------------
-- What is taken already: unique and exclusion constraints, in words
------------------------------------------------------------------------------------------------

create function private.refuse_taken(managed regclass, constraint_name text, error_key text, each_alone boolean default false) returns void
language plpgsql set search_path = ''
as $$
declare
  index_id constant oid := (
    select i.indexrelid from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid where i.indrelid = managed and c.relname = constraint_name
  );
  predicate constant text := coalesce((select pg_catalog.pg_get_expr(i.indpred, i.indrelid) from pg_catalog.pg_index i where i.indexrelid = index_id), 'true');
  concerned text;
  decisive text;
  whole text;
  comparison text;
  present text;
  task text;
begin
  -- Keys of the index with their operators: those of an exclusion constraint, else equality.
  with keys as (
    select k.n, pg_catalog.pg_get_indexdef(index_id, k.n, true) as key, coalesce(o.oprname, '=') as operator, a.attname, a.attnotnull
    from pg_catalog.pg_index i
    cross join lateral pg_catalog.generate_series(1, i.indnkeyatts) as k (n)
    left join pg_catalog.pg_constraint c on c.conindid = i.indexrelid and c.contype = 'x'
    left join pg_catalog.pg_operator o on o.oid = c.conexclop[k.n]
    left join pg_catalog.pg_attribute a on a.attrelid = managed and a.attnum = i.indkey[k.n - 1] and a.attnum > 0
    where i.indexrelid = index_id
  )
  select pg_catalog.string_agg(pg_catalog.format('%L, n.%s', k.key, k.key), ', ' order by k.n) filter (where k.operator = '='),
    pg_catalog.string_agg(k.key, ', ' order by k.n),
    -- The new row's side names the columns of the innermost relation, the stored row's side those of t.
    pg_catalog.string_agg(pg_catalog.format('%s operator(pg_catalog.%s) (select %s from (select (new).*) n)', k.key, k.operator, k.key), ' and ' order by k.n),
    pg_catalog.string_agg(pg_catalog.format('new.%I is not null', k.attname), ' and ') filter (where not k.attnotnull)
  into strict decisive, whole, comparison, present
  from keys k;
  select pg_catalog.string_agg(distinct pg_catalog.quote_ident(a.attname), ', ') into strict concerned
  from pg_catalog.pg_depend d
  join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where d.refobjid = managed
    and (d.objid = index_id or d.objid = (select c.oid from pg_catalog.pg_constraint c where c.conindid = index_id and c.conrelid = managed and c.contype in ('u', 'x')));
  task := pg_catalog.format('tg_%s__refuse_%s', (select c.relname from pg_catalog.pg_class c where c.oid = managed), error_key);
  execute pg_catalog.format($make$
create function private.%1$I() returns trigger
language plpgsql security definer set search_path = ''
as $body$
#variable_conflict use_column
declare
  wanted jsonb;
  taken_by uuid;
begin
  begin
    wanted := (select pg_catalog.jsonb_build_array(%2$s) from (select (new).*) n where %3$s);
    if wanted is null or (tg_op = 'UPDATE' and wanted = (select pg_catalog.jsonb_build_array(%2$s) from (select (old).*) n where %3$s)) then
      return new;
    end if;
    wanted := (select pg_catalog.jsonb_build_object(%4$s) from (select (new).*) n);
    -- Whoever wants the same at the same moment waits here, and then sees the row that was first.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(%5$s, 0));
    select t.id into taken_by from %6$s t where t.id <> new.id and %3$s and %7$s limit 1;
  exception when data_exception then
    -- A period that ends before it begins, or the like: the row's other constraints refuse it by name.
    return new;
  end;
  if taken_by is not null then
    perform private.fail(tg_argv[0], (wanted - 'tenant_id') || pg_catalog.jsonb_build_object('taken_by', taken_by));
  end if;
  return new;
end
$body$
$make$, task, whole, predicate, decisive,
    -- One lock for all rows of a company and table: a list of thousands would need as many, and no server has them.
    case when each_alone then pg_catalog.format('%L || wanted::text', constraint_name) else pg_catalog.format('%L || (wanted ->> ''tenant_id'')', managed) end,
    managed, comparison);
  execute pg_catalog.format('comment on function private.%I() is %L', task, 'Raises ' || error_key || ' before the constraint ' || constraint_name || ' would refuse. Made by private.refuse_taken.');
  execute pg_catalog.format('create trigger %I before insert or update of %s on %s for each row when (%s) execute function private.%I(%L, %L)',
    '_290_refuse_' || error_key, concerned, managed, coalesce(present, 'true'), task, error_key, constraint_name);
end
$$;
comment on function private.refuse_taken(regclass, text, text, boolean) is
  'Gives a unique or exclusion constraint that people can run into a registered error, whichever way they write: writes the trigger function for it, so that its plans are kept. each_alone: where commands write one row at a time, others of the company need not wait for them. The constraint stays the last resort. Called by migrations.';

------------------------------------------------------------------------------------------------
-- What is not valid: checks, missing values and unknown references, in words
------------------------------------------------------------------------------------------------

create function private.values_of(whole jsonb, variadic columns text[]) returns jsonb
language sql immutable set search_path = ''
as $$
  select pg_catalog.jsonb_object_agg(c, case when pg_catalog.length(whole ->> c) > 100 then pg_catalog.to_jsonb(pg_catalog.left(whole ->> c, 100) || '…') else whole -> c end)
  from pg_catalog.unnest(columns) c
$$;
comment on function private.values_of(jsonb, text[]) is 'Some columns of a row, for the detail of an error; long values are cut.';

create function private.refuse_invalid(managed regclass, variadic written text[] default '{}') returns void
language plpgsql set search_path = ''
as $$
declare
  concerned text;
  required text;
  references_known text;
  checks_hold text;
  unnamed text;
  task constant text := pg_catalog.format('tg_%s__refuse_invalid', (select c.relname from pg_catalog.pg_class c where c.oid = managed));
begin
  -- What nobody outside writes is filled in by the database, which does not send itself bad values.
  with writable as (
    select a.attnum, a.attname, a.attnotnull from pg_catalog.pg_attribute a
    where a.attrelid = managed and a.attnum > 0 and not a.attisdropped
      and (a.attname = any (written)
        or written = '{}' and (pg_catalog.has_column_privilege('authenticated', managed, a.attnum, 'insert') or pg_catalog.has_column_privilege('authenticated', managed, a.attnum, 'update')))
  ), rules as (
    select c.conname, c.contype, pg_catalog.pg_get_expr(c.conbin, c.conrelid) as expression, c.confrelid::regclass as target,
      exists (select from private.errors e where e.key = c.conname) as is_registered,
      (select pg_catalog.string_agg(pg_catalog.quote_literal(a.attname), ', ' order by k.n)
        from pg_catalog.unnest(c.conkey) with ordinality as k (attnum, n)
        join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum where a.attname <> 'tenant_id') as columns,
      (select pg_catalog.string_agg(pg_catalog.format('t.%I = new.%I', f.attname, a.attname), ' and ' order by k.n)
        from rows from (pg_catalog.unnest(c.conkey), pg_catalog.unnest(c.confkey)) with ordinality as k (attnum, fattnum, n)
        join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
        join pg_catalog.pg_attribute f on f.attrelid = c.confrelid and f.attnum = k.fattnum) as match,
      (select pg_catalog.string_agg(pg_catalog.format('new.%I is not null', a.attname), ' and ')
        from pg_catalog.unnest(c.conkey) as k (attnum) join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum) as is_given
    from pg_catalog.pg_constraint c
    where c.conrelid = managed and c.contype in ('c', 'f') and exists (select from writable w where w.attnum = any (c.conkey))
  )
  select
    (select pg_catalog.string_agg(pg_catalog.quote_ident(w.attname), ', ' order by w.attnum) from writable w
      where w.attnotnull or exists (select from pg_catalog.pg_constraint c where c.conrelid = managed and c.contype in ('c', 'f') and w.attnum = any (c.conkey))),
    (select pg_catalog.string_agg(pg_catalog.format('case when new.%1$I is null then %1$L end', w.attname), ', ' order by w.attnum) from writable w where w.attnotnull),
    (select pg_catalog.string_agg(pg_catalog.format(
        E'  if %s and not exists (select from %s t where %s) then\n    perform private.fail(%L, private.values_of(pg_catalog.to_jsonb(new), %s));\n  end if;\n',
        r.is_given, r.target, r.match, case when r.is_registered then r.conname else 'record_not_found' end, r.columns), '' order by r.conname)
      from rules r where r.contype = 'f'),
    (select pg_catalog.string_agg(pg_catalog.format(
        E'  if (select %s from (select (new).*) n) is false then\n    perform private.fail(%L, private.values_of(pg_catalog.to_jsonb(new), %s));\n  end if;\n',
        r.expression, r.conname, r.columns), '' order by r.conname)
      from rules r where r.contype = 'c'),
    (select pg_catalog.string_agg(r.conname, ', ' order by r.conname) from rules r where r.contype = 'c' and not r.is_registered)
  into strict concerned, required, references_known, checks_hold, unnamed;
  if unnamed is not null then
    raise exception using errcode = 'PT400', message = 'error_not_registered', detail = pg_catalog.format('%s: %s', managed, unnamed),
      hint = 'Register an error with the name of each CHECK over columns that people write.';
  end if;
  execute pg_catalog.format($make$
create or replace function private.%1$I() returns trigger
language plpgsql security definer set search_path = ''
as $body$
#variable_conflict use_column
declare
  missing constant text[] := pg_catalog.array_remove(array[%2$s]::text[], null);
begin
%3$s  if missing <> '{}' then
    perform private.fail('input_invalid', (select pg_catalog.jsonb_object_agg(m, 'required') from pg_catalog.unnest(missing) m));
  end if;
%4$s%5$s  return new;
end
$body$
$make$, task, coalesce(required, ''),
    -- Somebody without a company is sent away by the policy, which looks at the row after this.
    case when exists (select from pg_catalog.pg_attribute a where a.attrelid = managed and a.attname = 'tenant_id') then
      E'  if new.tenant_id is null then\n    return new;\n  end if;\n' else '' end,
    coalesce(checks_hold, ''), coalesce(references_known, ''));
  execute pg_catalog.format('comment on function private.%I() is %L', task,
    'Raises, before a constraint would refuse: input_invalid for what is missing, the error that has the name of the broken CHECK, record_not_found for what does not exist in this company. Made by private.refuse_invalid.');
  -- After those that fill in, before those that compare and make rows of their own.
  execute pg_catalog.format('create or replace trigger _280_refuse_invalid before insert or update of %s on %s for each row execute function private.%I()',
    concerned, managed, task);
end
$$;
comment on function private.refuse_invalid(regclass, text[]) is
  'Has a table answer values that its constraints would refuse with registered errors, whichever way they are written: what is missing, what breaks a CHECK (the error has its name), what refers to nothing. Looks at the columns named, or else at those that people may write, so it is called after the grants. The constraints stay the last resort.';

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
alter table private.idempotency_keys enable row level security;
alter table private.idempotency_keys force row level security;
comment on table private.idempotency_keys is
  'Answers of commands that carried an idempotency key, written in the transaction of the command itself; a failed command leaves no row, so its key is not burnt. Kept for seven days.';

create function private.key_space(tenant uuid) returns uuid
language sql immutable
return coalesce(tenant, '00000000-0000-0000-0000-000000000000');
comment on function private.key_space(uuid) is 'Where the keys of a company''s commands are kept; commands of the platform have the nil id.';

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
  if earlier.command <> command or earlier.arguments_hash <> pg_catalog.sha256(pg_catalog.convert_to(arguments::text, 'UTF8')) then
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
  values (private.key_space(tenant), auth.uid(), idempotency_key, command, pg_catalog.sha256(pg_catalog.convert_to(arguments::text, 'UTF8')), response);
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

alter table private.document_kinds enable row level security;
alter table private.document_kinds force row level security;

create table private.document_counters (
  tenant_id uuid not null,
  kind text not null references private.document_kinds (kind),
  last_number bigint not null default 0,
  primary key (tenant_id, kind),
  constraint last_number_is_bounded check (last_number between 0 and 999999999999)
);
create index document_counters_kind on private.document_counters (kind);
alter table private.document_counters enable row level security;
alter table private.document_counters force row level security;
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
alter table private.rate_limits enable row level security;
alter table private.rate_limits force row level security;
comment on table private.rate_limits is 'Hits per bucket (what and who, hashed) and one-minute window. Purged by maintenance.';

create function private.check_rate(bucket text, hits_per_minute integer) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  hashed text := pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(bucket, 'UTF8')), 'hex');
  used integer;
begin
  insert into private.rate_limits as r (bucket, window_start)
  values (hashed, pg_catalog.date_trunc('minute', pg_catalog.now()))
  on conflict on constraint rate_limits_pkey do update set hits = r.hits + 1
  returning r.hits into used;
  if used > hits_per_minute then
    perform private.fail('rate_limit_exceeded');
  end if;
end
$$;
comment on function private.check_rate(text, integer) is 'Counts a hit and raises rate_limit_exceeded above the limit per minute.';

------------------------------------------------------------------------------------------------
-- Exposing commands
------------------------------------------------------------------------------------------------

create function private.expose(function_name text) returns void
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
end
$$;
comment on function private.expose(text) is
  'Creates the thin security-invoker RPC public.<name> in front of the definer function private.<name>: same arguments, defaults, result and comment. Granting it is left to policies/.';

create function private.expose_command(function_name text, is_of_platform boolean default false) returns void
language plpgsql set search_path = ''
as $$
declare
  source record;
begin
  select pg_catalog.pg_get_function_arguments(p.oid) as signature,
    pg_catalog.format_type(p.prorettype, null) as result,
    (select t.typtype = 'c' from pg_catalog.pg_type t where t.oid = p.prorettype) as is_row,
    (select pg_catalog.string_agg('$' || n, ', ' order by n) from pg_catalog.generate_series(1, p.pronargs) n) as arguments,
    -- What was seen when the request was first made may have changed since; the request is the same.
    (select coalesce(pg_catalog.string_agg(pg_catalog.format('%L, $%s', a.name, a.n), ', ' order by a.n), '')
      from pg_catalog.unnest(p.proargnames) with ordinality as a (name, n) where a.name <> 'expected_version') as named,
    pg_catalog.obj_description(p.oid, 'pg_proc') as description
  into strict source
  from pg_catalog.pg_proc p
  where p.pronamespace = 'private'::regnamespace and p.proname = function_name;
  execute pg_catalog.format($make$
create function public.%1$I(%2$s, idempotency_key uuid default null) returns %3$s
language plpgsql volatile security invoker set search_path = ''
as $body$
#variable_conflict use_variable
declare
  tenant uuid;
  request jsonb;
  answer jsonb;
  result %3$s;
begin
  if idempotency_key is not null then
    tenant := %4$s;
    request := pg_catalog.jsonb_build_object(%5$s);
  end if;
  answer := private.begin_command(%1$L, tenant, idempotency_key, request);
  if answer is not null then
    return %6$s;
  end if;
  result := private.%1$I(%7$s);
  if idempotency_key is not null then
    perform private.end_command(%1$L, tenant, idempotency_key, request, pg_catalog.to_jsonb(result));
  end if;
  return result;
end
$body$
$make$, function_name, source.signature, source.result,
    case when is_of_platform then 'null' else 'private.active_tenant_id()' end, source.named,
    case when source.is_row then pg_catalog.format('pg_catalog.jsonb_populate_record(null::%s, answer)', source.result) else pg_catalog.format('(answer #>> ''{}'')::%s', source.result) end,
    source.arguments);
  execute pg_catalog.format('comment on function public.%I is %L', function_name,
    source.description || ' The same idempotency_key with the same values is answered again, not done again.');
end
$$;
comment on function private.expose_command(text, boolean) is
  'Creates the security-invoker RPC public.<name> in front of the command private.<name>: the same arguments and idempotency_key, which makes it happen once. A command of the platform (is_of_platform) belongs to no company. Granting it is left to policies/.';

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
