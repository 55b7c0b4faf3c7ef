-- Family 03, workflow: the audit trail and its hash chain.

------------------------------------------------------------------------------------------------
-- Audit trail
------------------------------------------------------------------------------------------------

create table public.audit_logs (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  table_name text not null,
  record_id uuid not null,
  operation text not null,
  old_values jsonb,
  new_values jsonb,
  actor_id uuid,
  actor_role text not null default current_user,
  command text,
  transaction_id xid8 not null default pg_current_xact_id(),
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  constraint operation_is_known check (operation in ('insert', 'update', 'delete'))
);
create index audit_logs_record on public.audit_logs (tenant_id, record_id, id);
comment on table public.audit_logs is 'Who changed what: the changed columns before and after, per row. Written by trigger only; chained by private.audit_chain.';
comment on column public.audit_logs.old_values is 'Update: the changed columns before. Delete: the whole row.';
comment on column public.audit_logs.new_values is 'Update: the changed columns after. Insert: the whole row.';
select private.protect_ledger('public.audit_logs');

create table private.audit_chain (
  tenant_id uuid not null references public.tenants (id),
  position bigint not null,
  audit_log_id uuid not null,
  hash bytea not null,
  sealed_at timestamptz not null default now(),
  primary key (tenant_id, position),
  unique (tenant_id, audit_log_id)
);
alter table private.audit_chain enable row level security;
alter table private.audit_chain force row level security;
comment on table private.audit_chain is
  'Hash chain per company over audit_logs: hash = SHA-256(previous hash || the row as JSON). Rows are sealed in batches by maintenance, so that writers of one company never wait for each other.';
select private.protect_ledger('private.audit_chain');

create function private.chain_step(state bytea, item bytea, start bytea) returns bytea
language sql immutable set search_path = ''
as $$
  select pg_catalog.sha256(coalesce(state, start) || item)
$$;
comment on function private.chain_step(bytea, bytea, bytea) is 'One link of the audit chain: SHA-256 of the previous hash (at first: start) and the item.';

create aggregate private.hash_chain (bytea, bytea) (sfunc = private.chain_step, stype = bytea);
comment on aggregate private.hash_chain (bytea, bytea) is 'Running hash over items in window order; second argument: hash to start from.';

create function private.audit_digest(entry public.audit_logs) returns bytea
language sql stable set search_path = ''
as $$
  select pg_catalog.convert_to(pg_catalog.jsonb_build_array(
    entry.id, entry.tenant_id, entry.table_name, entry.record_id, entry.operation, entry.old_values, entry.new_values,
    entry.actor_id, entry.actor_role, entry.command, entry.transaction_id::text, extract(epoch from entry.created_at)
  )::text, 'UTF8')
$$;
comment on function private.audit_digest(public.audit_logs) is 'The bytes of an audit row that the chain covers; independent of time zone and column order.';

create function private.seal_audit(tenant uuid, batch integer default 10000) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  head private.audit_chain;
  sealed integer;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('seal_audit' || tenant::text, 0));
  select * into head from private.audit_chain c where c.tenant_id = tenant order by c.position desc limit 1;
  with pending as (
    select l as entry, pg_catalog.row_number() over (order by l.id) as step
    from public.audit_logs l
    where l.tenant_id = tenant
      and not exists (select from private.audit_chain c where c.tenant_id = tenant and c.audit_log_id = l.id)
      -- Sealed rows form a prefix in time, so the search may start a little before the newest sealed one.
      and (head.audit_log_id is null or l.created_at >= head.sealed_at - interval '1 day')
    order by l.id
    limit batch
  )
  insert into private.audit_chain (tenant_id, position, audit_log_id, hash)
  select tenant, coalesce(head.position, 0) + p.step, (p.entry).id,
    private.hash_chain(private.audit_digest(p.entry), coalesce(head.hash, pg_catalog.convert_to(tenant::text, 'UTF8'))) over (order by p.step)
  from pending p;
  get diagnostics sealed = row_count;
  return sealed;
end
$$;
comment on function private.seal_audit(uuid, integer) is 'Appends the audit rows of a company that are not yet in the chain. Returns how many.';

create function private.seal_audits(patience interval default '5 seconds') returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  deadline constant timestamptz := pg_catalog.clock_timestamp() + patience;
  step bigint;
  sealed bigint := 0;
begin
  -- A batch of each company in turn, so that a busy one does not leave the others unsealed.
  loop
    select coalesce(sum(private.seal_audit(t.id)), 0) into step from public.tenants t;
    sealed := sealed + step;
    exit when step = 0 or pg_catalog.clock_timestamp() > deadline;
  end loop;
  return sealed;
end
$$;
comment on function private.seal_audits(interval) is
  'Seals the audit rows of all companies until none is left or the patience ends. Returns how many. What is left then shows in the metric mzigo_audit_unsealed_rows.';

------------------------------------------------------------------------------------------------
-- Heads: what an auditor keeps elsewhere, so that a cut-off end is noticed
------------------------------------------------------------------------------------------------

create type private.audit_head as (position bigint, hash bytea);
comment on type private.audit_head is 'An end of an audit chain: how many rows it had and the hash of the last one.';

select private.register_error('audit_head_invalid', 422, 'This is not a head of an audit trail.', 'Copy it whole, as it was stated: a number, a colon and 64 characters.');

create function private.read_audit_head(stated text) returns private.audit_head
language plpgsql stable set search_path = ''
as $$
declare
  parts constant text[] := pg_catalog.regexp_match(pg_catalog.btrim(stated), '^([1-9][0-9]{0,17}):([0-9a-f]{64})$');
begin
  if stated is not null and parts is null then
    perform private.fail('audit_head_invalid', '{"field": "head"}');
  end if;
  return row(parts[1]::bigint, pg_catalog.decode(parts[2], 'hex'));
end
$$;
comment on function private.read_audit_head(text) is 'Reads a head as it is stated, "<position>:<hash in hex>"; null gives an empty one. Raises audit_head_invalid.';

create function private.audit_head_of(tenant uuid) returns text
language sql stable security definer set search_path = ''
as $$
  select c.position || ':' || pg_catalog.encode(c.hash, 'hex')
  from private.audit_chain c where c.tenant_id = tenant order by c.position desc limit 1
$$;
comment on function private.audit_head_of(uuid) is
  'The present head of a company''s audit chain, "<position>:<hash in hex>"; null while nothing is sealed. Whoever keeps it elsewhere can have verify_audit(head) prove later that everything up to it is still there.';

create function private.verify_audit_of(tenant uuid, noted private.audit_head default null)
returns table (is_intact boolean, sealed bigint, unsealed bigint, first_broken_position bigint, lost bigint, present_head text)
language sql stable security definer set search_path = ''
as $$
  with links as (
    select c.position, c.hash, pg_catalog.row_number() over (order by c.position) as expected_position,
      private.hash_chain(
        coalesce(private.audit_digest(l), '\x'::bytea), pg_catalog.convert_to(tenant::text, 'UTF8')
      ) over (order by c.position) as expected_hash
    from private.audit_chain c
    left join public.audit_logs l on l.tenant_id = c.tenant_id and l.id = c.audit_log_id
    where c.tenant_id = tenant
  ), whole as (
    select count(*) as sealed, coalesce(max(k.position), 0) as last_position,
      min(k.position) filter (
        where k.hash <> k.expected_hash or k.position <> k.expected_position
          or (k.position = (noted).position and k.hash <> (noted).hash)
      ) as broken
    from links k
  )
  select w.broken is null and coalesce((noted).position <= w.last_position, true), w.sealed,
    (select count(*) from public.audit_logs l where l.tenant_id = tenant
      and not exists (select from private.audit_chain c where c.tenant_id = tenant and c.audit_log_id = l.id)),
    coalesce(w.broken, case when (noted).position > w.last_position then w.last_position + 1 end),
    greatest(coalesce((noted).position, 0) - w.last_position, 0),
    private.audit_head_of(tenant)
  from whole w
$$;
comment on function private.verify_audit_of(uuid, private.audit_head) is
  'Recomputes the chain of a company. first_broken_position: the first row that was changed or removed; with a noted head also the first of the newest rows that are gone (lost: how many), or the noted position when the chain up to there was written anew. sealed, unsealed: rows in the chain and not yet in it. present_head: what to note now.';
