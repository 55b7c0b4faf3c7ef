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
