-- Doors of public and the functions behind them are opened to whom they were made for (private.expose,
-- private.expose_command), and the commands that a document offers to everybody signed in.

do $$
declare
  door record;
begin
  for door in select e.function_name, case e.audience when 'anon' then 'anon, authenticated' else e.audience end as audience from private.exposed_functions e loop
    execute pg_catalog.format('grant execute on function public.%1$I, private.%1$I to %2$s', door.function_name, door.audience);
  end loop;
  for door in select m.table_name from private.machines m loop
    execute pg_catalog.format('grant execute on function public.allowed_commands(public.%I) to authenticated', door.table_name);
  end loop;
end
$$;
