-- Family 01, platform: schemas, default privileges, identifiers, errors, stamps. Everything later
-- stands on this file.

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

create function private.force_policies(closed regclass) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format('alter table %s enable row level security', closed);
  execute pg_catalog.format('alter table %s force row level security', closed);
end
$$;
comment on function private.force_policies(regclass) is
  'Closes a table to everybody whom no policy lets in, its owner included. Tables that manage_table, manage_part or protect_ledger take care of need no other.';

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

create function private.uuid_v7_floor(at timestamptz) returns uuid
language sql immutable
return pg_catalog.rpad(pg_catalog.lpad(pg_catalog.to_hex((extract(epoch from at) * 1000)::bigint), 12, '0'), 32, '0')::uuid;
comment on function private.uuid_v7_floor(timestamptz) is 'Below every id that private.uuid_v7 makes from this moment on, above those before: bounds of partitions.';

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

create table private.error_words (
  key text not null references private.errors (key),
  language text not null,
  sentence text not null,
  next_step text not null,
  primary key (key, language),
  constraint language_is_not_english check (language ~ '^[a-z]{2}$' and language <> 'en')
);
comment on table private.error_words is
  'What private.errors says, in other languages. A test asks that every error has its words in every language of the product.';

create function private.language() returns text
language sql stable
return coalesce((
  select h.tag from (
    select pg_catalog.lower(pg_catalog.substring(
      nullif(pg_catalog.current_setting('request.headers', true), '')::jsonb ->> 'accept-language', '^\s*([A-Za-z]{2})\M')) as tag
  ) h where h.tag in ('en', 'sw')
), 'en');
comment on function private.language() is 'The language that the caller asked to be answered in: the first one of the header Accept-Language if the product speaks it, else English.';

create function private.words_of(error private.errors) returns text
language sql stable
return coalesce(
  (select w.sentence || ' ' || w.next_step from private.error_words w where w.key = error.key and w.language = private.language()),
  error.sentence || ' ' || error.next_step
);
comment on function private.words_of(private.errors) is 'Sentence and next step of an error in the language of the caller.';

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
    hint = private.words_of(known);
end
$$;
select private.force_policies('private.errors');
select private.force_policies('private.error_words');
comment on function private.fail(text, jsonb) is
  'Raises a registered error: errcode PT<status> (42501 for 403), message = key, detail = JSON, hint = sentence and next step. A member of the detail that concerns what was sent has the name of its argument or column: its value is what was refused, for input_invalid what is needed; an array has a record per line concerned, with its place (line, from 1) or its id and condition, and problem where the lines differ in that.';

create function private.answer_refusal(error_key text, detail jsonb default '{}'::jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  known private.errors;
begin
  select * into strict known from private.errors e where e.key = error_key;
  perform pg_catalog.set_config('response.status', known.status::text, true);
  if detail ? 'wait_seconds' then
    perform pg_catalog.set_config('response.headers', pg_catalog.jsonb_build_array(
      pg_catalog.jsonb_build_object('Retry-After', detail ->> 'wait_seconds'))::text, true);
  end if;
  return pg_catalog.jsonb_build_object('code', 'PT' || known.status::text, 'message', known.key, 'details', detail::text,
    'hint', private.words_of(known));
end
$$;
comment on function private.answer_refusal(text, jsonb) is
  'The same answer that private.fail leads to over HTTP, but as a value: what was written before it stays. For failures that have to be remembered, which an exception would take back. detail.wait_seconds becomes Retry-After.';

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
select private.register_error('phone_is_e164', 422, 'This is not a phone number.', 'Write it as it is dialled, like 0712 345 678, or with a plus sign and the country code, like +254712345678.');
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
  perform private.force_policies(ledger);
  execute pg_catalog.format('create trigger _200_refuse_change before update or delete on %s for each row execute function private.tg__refuse_change()', ledger);
  execute pg_catalog.format('create trigger _200_refuse_truncate before truncate on %s for each statement execute function private.tg__refuse_change()', ledger);
end
$$;
comment on function private.protect_ledger(regclass) is 'Makes a table append-only, and forces its policies.';
