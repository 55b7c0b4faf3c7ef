begin;
select plan(4);

-- Counts the statements that write to any table of ours; a sequence remembers over a rollback.
create temporary sequence statements;
grant all on statements to public;
create function pg_temp.count_statement() returns trigger language plpgsql security definer as $$
begin
  perform nextval('pg_temp.statements');
  return null;
end
$$;
do $$
declare
  counted regclass;
begin
  for counted in select c.oid::regclass from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') loop
    execute format('create trigger _900_count after insert or update or delete on %s for each statement execute function pg_temp.count_statement()', counted);
  end loop;
end $$;
create function pg_temp.leave(trip uuid) returns text language plpgsql as $$
begin
  perform setval('pg_temp.statements', 1);
  perform tests.sign_in('dispatcher@acme.test');
  perform public.dispatch_trip(trip);
  perform tests.sign_in('driver@acme.test');
  perform public.start_trip(trip);
  perform tests.sign_out();
  return tests.status('trip', trip);
end
$$;
create temporary table sold as select tests.allocated('Kilimani Mini Mart', 'COL-300', 1) as id from generate_series(1, 30);

savepoint alone;
select is(pg_temp.leave(tests.loaded(array[(select id from sold limit 1)])), 'in_progress', 'a trip with one stop leaves');
rollback to alone;
select tests.remember('written', ('00000000-0000-0000-0000-' || lpad(last_value::text, 12, '0'))::uuid) from statements;
select is(pg_temp.leave(tests.loaded(array(select id from sold))), 'in_progress', 'so does one with thirty');
select is((select count(*) from orders where status = 'in_transit'), 30::bigint, 'with all of their orders');
select is((select ('00000000-0000-0000-0000-' || lpad(last_value::text, 12, '0'))::uuid from statements), tests.id('written'), 'in as many statements');

select * from finish();
rollback;
