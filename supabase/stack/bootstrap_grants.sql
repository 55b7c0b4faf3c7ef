-- After the tables of auth and storage exist: who owns them and what the migrations may do there.

do $$
declare
  item record;
begin
  for item in
    select
      format(
        'alter table %s owner to %I',
        objects.oid::regclass,
        case schemas.nspname when 'auth' then 'supabase_auth_admin' else 'supabase_storage_admin' end
      ) as command
    from pg_class as objects
    join pg_namespace as schemas on schemas.oid = objects.relnamespace
    where schemas.nspname in ('auth', 'storage') and objects.relkind in ('r', 'p')
    union all
    select
      format(
        'alter routine %s owner to %I',
        objects.oid::regprocedure,
        case schemas.nspname when 'auth' then 'supabase_auth_admin' else 'supabase_storage_admin' end
      )
    from pg_proc as objects
    join pg_namespace as schemas on schemas.oid = objects.pronamespace
    where schemas.nspname in ('auth', 'storage')
  loop
    execute item.command;
  end loop;
end;
$$;

grant all on all tables in schema auth to postgres with grant option;
grant all on all routines in schema auth to postgres with grant option;
grant all on all tables in schema storage to postgres with grant option;
grant all on storage.objects to anon, authenticated, service_role;
grant all on storage.buckets to service_role;
grant select on storage.buckets to anon, authenticated;
grant execute on all routines in schema auth to anon, authenticated, service_role;
grant execute on all routines in schema storage to anon, authenticated, service_role;
grant usage on schema pgmq to service_role;

-- Whoever reads this table, or a backup of it, cannot go on with anybody's session. The front hashes what
-- callers send in the same way (refresh_tokens.ts).
create or replace function auth.tg_refresh_tokens__hash_token() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.token := 'sha256:' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(new.token, 'UTF8')), 'hex');
  return new;
end;
$$;
create or replace trigger hash_token before insert on auth.refresh_tokens
for each row execute function auth.tg_refresh_tokens__hash_token();
