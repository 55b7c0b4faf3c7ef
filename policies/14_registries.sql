-- Family 14, registries: whoever sees the record that a row is about sees the row. Nobody writes one.

grant execute on function private.sees_registered, private.kinds_seen_whole, private.registry_sources_seen, private.metres_between,
  private.record_name, private.person_name, private.place_name to authenticated;

do $$
declare
  known private.registries;
  named regprocedure;
begin
  for known in select * from private.registries r order by r.place loop
    execute pg_catalog.format('grant select on public.%I to authenticated', known.registry);
    execute pg_catalog.format($make$
      create policy select_readers on public.%I for select to authenticated
      using (
        tenant_id = (select private.workplace_id())
        and source = any ((select private.registry_sources_seen())::text[])
        and (visibility <> 'private' or %s)
        and (entity_type = any ((select private.kinds_seen_whole())::text[]) or private.sees_registered(entity_type, tenant_id, entity_id))
      )$make$, known.registry, coalesce(pg_catalog.quote_ident(known.owner_column) || ' = (select auth.uid())', 'false'));
    for named in
      select p.oid from pg_catalog.pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.pronargs = 1 and p.proargtypes[0] = ('public.' || known.registry)::regtype
    loop
      execute pg_catalog.format('grant execute on function %s to authenticated', named);
    end loop;
  end loop;
end
$$;
select private.note_seen_whole();
