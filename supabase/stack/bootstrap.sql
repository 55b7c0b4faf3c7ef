-- What a Supabase project has before the first migration: roles, schemas, extensions and helpers.
-- Run by the superuser. The part about roles is for the whole server, the rest per database, and
-- everything may be run again.

do $$
declare
  wanted record;
begin
  for wanted in
    select *
    from (values
      ('postgres', 'login createdb createrole bypassrls replication'),
      ('anon', 'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role', 'nologin noinherit bypassrls'),
      ('authenticator', 'login noinherit'),
      ('supabase_auth_admin', 'login noinherit createrole'),
      ('supabase_storage_admin', 'login noinherit createrole'),
      ('supabase_realtime_admin', 'nologin noinherit'),
      ('dashboard_user', 'nologin createdb createrole replication')
    ) as roles (name, attributes)
  loop
    if not exists (select from pg_roles where rolname = wanted.name) then
      execute format('create role %I %s', wanted.name, wanted.attributes);
    end if;
  end loop;
end;
$$;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to postgres with admin option;
grant supabase_storage_admin, supabase_realtime_admin to postgres;
-- Settings of the role that the API signs in with belong to the project, as on Supabase.
grant authenticator to postgres with admin option;
grant set on parameter "pgrst.db_pre_request" to postgres;
grant anon, authenticated, service_role to supabase_storage_admin;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';
alter role supabase_storage_admin set search_path = storage;
alter role postgres set search_path = "$user", public, extensions;

do $$
begin
  execute format('alter database %I owner to postgres', current_database());
end;
$$;

alter schema public owner to pg_database_owner;
grant usage on schema public to postgres, anon, authenticated, service_role;

create schema if not exists extensions authorization postgres;
create schema if not exists auth authorization supabase_auth_admin;
create schema if not exists storage authorization supabase_storage_admin;
create schema if not exists realtime;
grant usage on schema extensions, auth, storage, realtime
to postgres, anon, authenticated, service_role;

create extension if not exists pgcrypto with schema extensions;
create extension if not exists "uuid-ossp" with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gist with schema extensions;
create extension if not exists pg_stat_statements with schema extensions;
grant execute on all functions in schema extensions
to postgres, anon, authenticated, service_role;

-- On Supabase whoever creates the extension gets its queues; here that has to be said.
create extension if not exists pgmq;
alter schema pgmq owner to postgres;

do $$
declare
  item record;
begin
  for item in
    select format('alter table %s owner to postgres', objects.oid::regclass) as command
    from pg_class as objects
    where objects.relnamespace = 'pgmq'::regnamespace and objects.relkind in ('r', 'p')
    union all
    select format('alter routine %s owner to postgres', objects.oid::regprocedure)
    from pg_proc as objects
    where objects.pronamespace = 'pgmq'::regnamespace
    union all
    select format('alter type %s owner to postgres', objects.oid::regtype)
    from pg_type as objects
    join pg_class as shapes on shapes.oid = objects.typrelid
    where objects.typnamespace = 'pgmq'::regnamespace and shapes.relkind = 'c'
  loop
    execute item.command;
  end loop;
end;
$$;

-- As generous as Supabase is: a migration that forgets to revoke must be found out here, not there.
alter default privileges for role postgres in schema public
grant all on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
grant all on sequences to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
grant all on routines to anon, authenticated, service_role;

create or replace function auth.jwt() returns jsonb
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

create or replace function auth.uid() returns uuid
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;

create or replace function auth.role() returns text
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  )
$$;

create or replace function auth.email() returns text
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
  )
$$;

alter function auth.jwt() owner to supabase_auth_admin;
alter function auth.uid() owner to supabase_auth_admin;
alter function auth.role() owner to supabase_auth_admin;
alter function auth.email() owner to supabase_auth_admin;

-- Broadcasts: rows are messages, policies on the table say who may hear or send on which topic.
create table if not exists realtime.messages (
  id uuid not null default gen_random_uuid(),
  topic text not null,
  extension text not null default 'broadcast',
  event text,
  payload jsonb,
  private boolean default false,
  updated_at timestamp without time zone not null default now(),
  inserted_at timestamp without time zone not null default now(),
  primary key (id, inserted_at)
);
create index if not exists messages_inserted_at_index on realtime.messages (inserted_at);
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;

create or replace function realtime.topic() returns text
language sql stable
as $$
  select nullif(current_setting('realtime.topic', true), '')::text
$$;

-- Listeners hear of it when the transaction commits, never before. A payload beyond what a
-- notification can carry is fetched from the table by its id.
create or replace function realtime.send(
  payload jsonb,
  event text,
  topic text,
  private boolean default true
) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  message_id uuid := pg_catalog.gen_random_uuid();
  notice text;
begin
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (message_id, send.payload, send.event, send.topic, send.private, 'broadcast');

  notice := pg_catalog.jsonb_build_object(
    'id', message_id, 'topic', send.topic, 'event', send.event,
    'private', send.private, 'payload', send.payload
  )::text;
  if pg_catalog.octet_length(notice) > 7900 then
    notice := pg_catalog.jsonb_build_object('id', message_id)::text;
  end if;
  perform pg_catalog.pg_notify('realtime', notice);
end;
$$;

grant execute on function realtime.topic() to postgres, anon, authenticated, service_role;
revoke execute on function realtime.send(jsonb, text, text, boolean) from public;
grant execute on function realtime.send(jsonb, text, text, boolean) to postgres, service_role;
