-- Takes every right away and drops every policy of ours, so that the set fails closed and can be
-- applied again. What is not granted in the files after this one is not granted.

revoke all on all tables in schema public, private, analytics from anon, authenticated, service_role;
revoke all on all sequences in schema public, private, analytics from anon, authenticated, service_role;
revoke all on all functions in schema public, private, analytics from public, anon, authenticated, service_role, supabase_auth_admin;
revoke all on schema private, analytics, pgmq from public, anon, authenticated, authenticator, supabase_auth_admin;

do $$
declare
  old record;
begin
  for old in
    select p.schemaname, p.tablename, p.policyname from pg_catalog.pg_policies p
    where p.schemaname in ('public', 'private')
      or (p.schemaname in ('realtime', 'storage') and p.policyname like 'mzigo_%')
  loop
    execute pg_catalog.format('drop policy %I on %I.%I', old.policyname, old.schemaname, old.tablename);
  end loop;
end
$$;

grant usage on schema public to anon, authenticated, service_role;
grant usage on schema private to anon, authenticated, service_role;
grant usage on schema analytics to authenticated;
