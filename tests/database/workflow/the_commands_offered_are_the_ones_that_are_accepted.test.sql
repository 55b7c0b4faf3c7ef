begin;
select plan(4);

create table pg_temp.cases (state text, id uuid);
insert into pg_temp.cases values
  ('draft', tests.draft('Kilimani Mini Mart', 'COL-300', 1)), ('pending_approval', tests.pending('Kilimani Mini Mart', 'COL-300', 1)),
  ('approved', tests.approved('Kilimani Mini Mart', 'COL-300', 1)), ('allocated', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
grant all on pg_temp.cases to public;
create table pg_temp.verdicts (person text, state text, command text, is_offered boolean, answer text);
grant all on pg_temp.verdicts to public;
create function pg_temp.try(command text, id uuid) returns text language plpgsql as $$
begin
  begin
    case command
      when 'submit' then perform public.submit_order(id);
      when 'approve' then perform public.approve_order(id);
      when 'reject' then perform public.reject_order(id, 'because');
      when 'cancel' then perform public.cancel_order(id, 'because');
      when 'allocate' then perform public.allocate_order(id);
      when 'amend' then perform public.amend_order(id, tests.lines('COL-300', 2));
    end case;
    raise exception using errcode = 'ZZZZZ';
  exception
    when sqlstate 'ZZZZZ' then return 'accepted';
    when others then return sqlerrm;
  end;
end $$;
do $$
declare person text; one record; command text; offered text[];
begin
  foreach person in array array['owner', 'manager', 'sales', 'agent', 'warehouse', 'dispatcher', 'driver', 'auditor', 'finance', 'viewer'] loop
    perform tests.sign_in(person || '@acme.test');
    for one in select * from pg_temp.cases loop
      select o.allowed_commands into offered from public.orders o where o.id = one.id;
      foreach command in array array['submit', 'approve', 'reject', 'cancel', 'allocate'] loop
        insert into pg_temp.verdicts values (person, one.state, command, command = any (coalesce(offered, '{}')), pg_temp.try(command, one.id));
      end loop;
    end loop;
  end loop;
  perform tests.sign_out();
end $$;
select is((select count(*) from pg_temp.verdicts), 200::bigint, 'ten roles, four states, five commands');
select is_empty($$ select * from pg_temp.verdicts where is_offered and answer <> 'accepted' $$, 'what is offered is accepted');
select is_empty($$ select * from pg_temp.verdicts where not is_offered and answer = 'accepted' $$, 'what is accepted is offered');
select ok((select count(*) >= 20 from pg_temp.verdicts where is_offered), 'and something is');

select * from finish();
rollback;
