-- Family 03, workflow: what is kept beside the ledgers, worked out anew and compared.

create table private.derivations (
  derivation text primary key,
  meaning text not null
);
alter table private.derivations enable row level security;
alter table private.derivations force row level security;
comment on table private.derivations is
  'Every figure that is kept beside the rows it follows from. Each has a view private.derived__<derivation> (tenant_id, record_id, kept, derived): what is kept, and what the rows say.';

create function private.derive(derivation text, meaning text, query text) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format('create view private.%I (tenant_id, record_id, kept, derived) as %s', 'derived__' || derivation, query);
  execute pg_catalog.format('comment on view private.%I is %L', 'derived__' || derivation, meaning);
  insert into private.derivations (derivation, meaning) values (derivation, meaning);
end
$$;
comment on function private.derive(text, text, text) is
  'Registers a kept figure with the query that works it out from the ledgers: tenant_id uuid, record_id uuid, kept numeric, derived numeric; one row per figure, also where only one of the two is there. Called by migrations.';

create function private.rebuild_balances_of(tenant uuid)
returns table (derivation text, record_id uuid, kept numeric, derived numeric)
language plpgsql stable security definer set search_path = ''
as $$
declare
  known text;
begin
  for known in select d.derivation from private.derivations d order by d.derivation loop
    return query execute pg_catalog.format(
      'select %L::text, d.record_id, d.kept, d.derived from private.%I d where d.tenant_id = $1 and d.kept is distinct from d.derived',
      known, 'derived__' || known) using tenant;
  end loop;
end
$$;
comment on function private.rebuild_balances_of(uuid) is
  'Works every kept figure of a company out anew and answers those that differ; none is how it should be. Changes nothing: a difference is a fault of the program, to be understood before anything is put right.';

create function private.rebuild_balances()
returns table (derivation text, record_id uuid, kept numeric, derived numeric)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query select * from private.rebuild_balances_of(private.require_permission('audit.view'));
end
$$;
comment on function private.rebuild_balances() is 'private.rebuild_balances_of for the caller''s company. Needs audit.view.';
select private.expose('rebuild_balances');

------------------------------------------------------------------------------------------------
-- Documents, put together from the ledger
------------------------------------------------------------------------------------------------

create aggregate private.fold (jsonb) (sfunc = pg_catalog.jsonb_concat, stype = jsonb);
comment on aggregate private.fold (jsonb) is 'The values of several changes as one, those of the last winning.';

create function private.recorded_tables() returns table (table_name text, entity text, machine text, not_content text[])
language sql stable set search_path = ''
as $$
  select c.relname, coalesce(nullif(a.args[1], ''), c.relname), nullif(a.args[2], ''), a.args[3]::text[]
  from pg_catalog.pg_trigger t
  join pg_catalog.pg_class c on c.oid = t.tgrelid
  cross join lateral (select pg_catalog.string_to_array(pg_catalog.encode(t.tgargs, 'escape'), '\000') as args) a
  where t.tgfoid = 'private.tg__record_update'::regproc
    and exists (select from pg_catalog.pg_trigger i where i.tgrelid = t.tgrelid and i.tgfoid = 'private.tg__record_insert'::regproc)
$$;
comment on function private.recorded_tables() is 'Tables whose rows are in the ledger from their creation on, with the columns that are no content there (state, stamps, what is generated).';

create function private.refold_documents_of(tenant uuid)
returns table (entity text, record_id uuid, field text, kept jsonb, folded jsonb)
language plpgsql stable security definer set search_path = ''
as $$
declare
  recorded record;
begin
  for recorded in select * from private.recorded_tables() r order by r.table_name loop
    return query execute pg_catalog.format($find$
      with story as (
        select e.entity_id, private.fold(e.new_values order by e.sequence) filter (where e.new_values is not null) - %2$L::text[] as content,
          pg_catalog.bool_or(e.old_values is not null and e.new_values is null) as is_gone,
          -- Whose values were erased for good cannot be told any more.
          pg_catalog.bool_or(e.event_type like '%%.created' and e.new_values is null) as is_erased,
          (pg_catalog.array_agg(e.to_state order by e.sequence desc) filter (where e.machine is not null))[1] as state
        from public.event_store e
        where e.tenant_id = $1 and e.entity_type = %3$L
        group by e.entity_id
      ), present as (
        select t.id, pg_catalog.to_jsonb(t) - %2$L::text[] as content, pg_catalog.to_jsonb(t) ->> 'status' as state
        from public.%1$I t where t.tenant_id = $1
      )
      select %3$L::text, coalesce(p.id, s.entity_id), d.field, d.kept, d.folded
      from present p
      full join story s on s.entity_id = p.id
      cross join lateral (
        select k.field, p.content -> k.field as kept, s.content -> k.field as folded
        from (select pg_catalog.jsonb_object_keys(p.content) union select pg_catalog.jsonb_object_keys(s.content)) k (field)
        union all
        select 'status', pg_catalog.to_jsonb(p.state), pg_catalog.to_jsonb(coalesce(s.state, (select m.initial_state from private.machines m where m.machine = %4$L)))
        where %4$L is not null
      ) d
      where d.kept is distinct from d.folded and not coalesce(s.is_gone and p.id is null, false) and not coalesce(s.is_erased, false)
    $find$, recorded.table_name, recorded.not_content, recorded.entity, recorded.machine) using tenant;
  end loop;
end
$$;
comment on function private.refold_documents_of(uuid) is
  'Puts every document and record of a company together from the ledger, change by change, and answers each field that is not as the table has it: none is how it should be. kept null: the record is not there, or has no such field.';

------------------------------------------------------------------------------------------------
-- Every company once a day
------------------------------------------------------------------------------------------------

create table private.verifications (
  tenant_id uuid primary key references public.tenants (id),
  verified_at timestamptz not null,
  differences bigint not null,
  is_audit_intact boolean not null,
  examples jsonb not null
);
alter table private.verifications enable row level security;
alter table private.verifications force row level security;
comment on table private.verifications is 'What the last verification of each company found: how many kept figures and documents differ from their ledgers, with up to twenty of them, and whether the audit chain is whole.';

create function private.verify_company(tenant uuid) returns private.verifications
language plpgsql security definer set search_path = ''
as $$
declare
  found private.verifications;
begin
  with differing as materialized (
    select pg_catalog.to_jsonb(b) as difference from private.rebuild_balances_of(tenant) b
    union all
    select pg_catalog.to_jsonb(f) from private.refold_documents_of(tenant) f
  ), shown as (
    select d.difference from differing d limit 20
  )
  insert into private.verifications as v (tenant_id, verified_at, differences, is_audit_intact, examples)
  select tenant, pg_catalog.now(), (select count(*) from differing), a.is_intact,
    (select coalesce(pg_catalog.jsonb_agg(s.difference), '[]') from shown s)
  from private.verify_audit_of(tenant) a
  on conflict on constraint verifications_pkey do update
  set verified_at = excluded.verified_at, differences = excluded.differences, is_audit_intact = excluded.is_audit_intact, examples = excluded.examples
  returning * into found;
  return found;
end
$$;
comment on function private.verify_company(uuid) is 'Compares all that a company keeps with its ledgers, recomputes its audit chain, and notes what was found.';

create function private.verify_next_company() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  due uuid;
begin
  select t.id into due
  from public.tenants t
  left join private.verifications v on v.tenant_id = t.id
  where v.verified_at is null or v.verified_at < pg_catalog.now() - interval '1 day'
  order by v.verified_at nulls first, t.id
  limit 1;
  if due is null then
    return 0;
  end if;
  perform private.verify_company(due);
  return 1;
end
$$;
comment on function private.verify_next_company() is
  'Maintenance: verifies the company whose turn it is, each once a day and one a minute at most, so that no company waits for the sums of all others.';
select private.maintain('verify_next_company', 'verified');
