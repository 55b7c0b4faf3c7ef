-- Family 03, workflow: the ledger as an audit trail, and its hash chain.

------------------------------------------------------------------------------------------------
-- Audit trail
------------------------------------------------------------------------------------------------

create table private.entities (
  entity_type text primary key,
  table_name text not null unique
);
select private.force_policies('private.entities');
comment on table private.entities is 'Which table of public holds the records that the ledger calls by this name. Written by private.manage_table.';

create function private.table_of(entity_type text) returns text
language sql stable security definer set search_path = ''
as $$
  select coalesce((select t.table_name from private.entities t where t.entity_type = table_of.entity_type), entity_type)
$$;
comment on function private.table_of(text) is 'Table of public that holds an entity of the ledger.';

create function private.reads_audit_trail(tenant uuid) returns boolean
language sql stable
return not pg_catalog.row_security_active('public.event_store') or tenant = (select private.tenant_id('audit.view'));
comment on function private.reads_audit_trail(uuid) is 'Whether the caller reads a company''s audit trail, and not just the steps of the documents that he sees.';

create view public.audit_logs with (security_invoker = true) as
select e.id, e.tenant_id, private.table_of(e.entity_type) as table_name, e.entity_id as record_id,
  case when v.old_values is null then 'insert' when v.new_values is null then 'delete' else 'update' end as operation,
  v.old_values, v.new_values, e.actor_id, e.actor_role, e.command, e.transaction_id, e.created_at
from public.event_store e
cross join lateral (
  -- A step is a change of the state; those taken at once on creation are in what was created.
  select pg_catalog.jsonb_build_object('status', e.from_state) as old_values, pg_catalog.jsonb_build_object('status', e.to_state) as new_values
  where e.machine is not null and e.entity_version > 1
  union all
  select e.old_values, e.new_values
  where pg_catalog.jsonb_typeof(coalesce(e.old_values, e.new_values)) = 'object'
  union all
  select part, null from pg_catalog.jsonb_array_elements(case pg_catalog.jsonb_typeof(e.old_values) when 'array' then e.old_values end) part
  union all
  select null, part from pg_catalog.jsonb_array_elements(case pg_catalog.jsonb_typeof(e.new_values) when 'array' then e.new_values end) part
) v
where private.reads_audit_trail(e.tenant_id);
comment on view public.audit_logs is 'Who changed what: the changed columns before and after, per record and per part of a document. The ledger as auditors read it; chained by private.audit_chain.';
comment on column public.audit_logs.record_id is 'The record; for parts of a document (lines, stops) the document, their own id is among the values.';
comment on column public.audit_logs.old_values is 'Update: the changed columns before. Delete: the whole row.';
comment on column public.audit_logs.new_values is 'Update: the changed columns after. Insert: the whole row.';

create table private.audit_chain (
  tenant_id uuid not null references public.tenants (id),
  position bigint not null,
  sequence bigint not null,
  values_digest bytea not null,
  hash bytea not null,
  seen_until xid8 not null,
  sealed_up_to bigint not null,
  sealed_at timestamptz not null default now(),
  primary key (tenant_id, position),
  unique (tenant_id, sequence)
);
comment on table private.audit_chain is
  'Hash chain per company over the ledger: hash = SHA-256(previous hash || the row as JSON, with the digest of its values in place of the values, so that these can be erased). Rows are sealed in batches by maintenance, so that writers of one company never wait for each other.';
comment on column private.audit_chain.sequence is 'The row of public.event_store.';
comment on column private.audit_chain.seen_until is 'When the row was sealed, no transaction had begun from this one on.';
comment on column private.audit_chain.sealed_up_to is 'When the row was sealed, everything up to this sequence was (private.seal_audit); the next batch begins to look there.';
select private.protect_ledger('private.audit_chain');

create function private.chain_step(state bytea, item bytea, start bytea) returns bytea
language sql immutable set search_path = ''
as $$
  select pg_catalog.sha256(coalesce(state, start) || item)
$$;
comment on function private.chain_step(bytea, bytea, bytea) is 'One link of the audit chain: SHA-256 of the previous hash (at first: start) and the item.';

create aggregate private.hash_chain (bytea, bytea) (sfunc = private.chain_step, stype = bytea);
comment on aggregate private.hash_chain (bytea, bytea) is 'Running hash over items in window order; second argument: hash to start from.';

create function private.values_digest(old_values jsonb, new_values jsonb) returns bytea
language sql immutable
return pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array(old_values, new_values)::text, 'UTF8'));
comment on function private.values_digest(jsonb, jsonb) is 'What the chain keeps of the values of a ledger row.';

create function private.audit_item(entry public.event_store, digest bytea) returns bytea
language sql stable set search_path = ''
as $$
  select pg_catalog.convert_to(pg_catalog.jsonb_build_array(
    entry.id, entry.tenant_id, entry.transaction_id::text, entry.sequence, extract(epoch from entry.created_at),
    entry.entity_type, entry.entity_id, entry.entity_version, entry.event_type, entry.machine, entry.from_state, entry.step, entry.to_state,
    entry.actor_id, entry.actor_role, entry.command, entry.rule, entry.payload, entry.metadata, pg_catalog.encode(digest, 'hex')
  )::text, 'UTF8')
$$;
comment on function private.audit_item(public.event_store, bytea) is 'The bytes of a ledger row that the chain covers, its values by their digest; independent of time zone and column order.';

create function private.sealed_up_to(tenant uuid) returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce((select c.sealed_up_to from private.audit_chain c where c.tenant_id = tenant order by c.position desc limit 1), 0)
$$;
comment on function private.sealed_up_to(uuid) is 'Rows of the company up to this sequence are all in its chain, and no transaction can write one any more.';

create function private.unsealed(tenant uuid) returns setof public.event_store
language sql stable
begin atomic
  select e.* from public.event_store e
  where e.tenant_id = unsealed.tenant and e.sequence > (select private.sealed_up_to(unsealed.tenant))
    and not exists (
      select from private.audit_chain c
      where c.tenant_id = unsealed.tenant and c.sequence > (select private.sealed_up_to(unsealed.tenant)) and c.sequence = e.sequence
    );
end;
comment on function private.unsealed(uuid) is 'Rows of a company''s ledger that wait to be sealed.';

-- Ledger and chain are met row by row over their whole length: one pass each, whatever the statistics of a young
-- database say.
create function private.seal_audit(tenant uuid, batch integer default 10000) returns integer
language plpgsql security definer set search_path = '' set enable_nestloop = off
as $$
declare
  head private.audit_chain;
  sealed integer;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('seal_audit' || tenant::text, 0));
  select * into head from private.audit_chain c where c.tenant_id = tenant order by c.position desc limit 1;
  -- Of an earlier batch whose younger transactions have all ended: whoever could still write a lower number than
  -- its last one had begun then and has ended by now, so that this batch sees what he wrote. Transactions of
  -- rows are not compared: a dump carries them into a cluster that counts anew.
  with settled as materialized (
    select c.sequence from private.audit_chain c
    where c.tenant_id = tenant and c.seen_until <= pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())
    order by c.position desc limit 1
  ), pending as materialized (
    select u as entry, u.sequence, private.values_digest(u.old_values, u.new_values) as digest
    from private.unsealed(tenant) u
    order by u.sequence
    limit batch
  )
  insert into private.audit_chain (tenant_id, position, sequence, values_digest, hash, seen_until, sealed_up_to)
  select tenant, coalesce(head.position, 0) + pg_catalog.row_number() over in_order, p.sequence, p.digest,
    private.hash_chain(private.audit_item(p.entry, p.digest), coalesce(head.hash, pg_catalog.convert_to(tenant::text, 'UTF8'))) over in_order,
    pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()),
    greatest(head.sealed_up_to, least(coalesce((select s.sequence from settled s), 0), max(p.sequence) over ()))
  from pending p
  window in_order as (order by p.sequence);
  get diagnostics sealed = row_count;
  return sealed;
end
$$;
comment on function private.seal_audit(uuid, integer) is 'Appends the rows of a company''s ledger that are not yet in the chain, at most a batch. Returns how many.';

create function private.erase_values(tenant uuid, entity uuid) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  erased bigint;
begin
  update public.event_store e set old_values = null, new_values = null
  where e.tenant_id = tenant and e.entity_id = entity and pg_catalog.num_nulls(e.old_values, e.new_values) < 2;
  get diagnostics erased = row_count;
  insert into public.event_store (tenant_id, entity_type, entity_id, event_type, payload)
  values (tenant, 'ledger', entity, 'ledger.erased', pg_catalog.jsonb_build_object('rows', erased));
  return erased;
end
$$;
comment on function private.erase_values(uuid, uuid) is
  'Erases what the ledger keeps of the content of a record and its parts (personal data whose time is over) and writes down that it was done. Who, when and which steps stay, and so does the chain. Returns the number of rows. For the owner of the database.';

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
  'Seals the ledgers of all companies until none is left or the patience ends. Returns how many. What is left then shows in the metric mzigo_audit_unsealed_rows.';

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
    perform private.fail('audit_head_invalid', '{"head": "not readable"}');
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
language sql stable security definer set search_path = '' set enable_nestloop = off
as $$
  with links as materialized (
    select c.position, c.sequence, c.hash, pg_catalog.row_number() over (order by c.position) as expected_position,
      private.hash_chain(
        coalesce(private.audit_item(e, c.values_digest), '\x'::bytea), pg_catalog.convert_to(tenant::text, 'UTF8')
      ) over (order by c.position) as expected_hash,
      private.values_digest(e.old_values, e.new_values) <> c.values_digest and not (
        pg_catalog.num_nulls(e.old_values, e.new_values) = 2 and exists (
          select from public.event_store r
          where r.tenant_id = tenant and r.entity_id = e.entity_id and r.sequence > e.sequence and r.event_type = 'ledger.erased'
        )
      ) as has_other_values
    from private.audit_chain c
    left join public.event_store e on e.tenant_id = c.tenant_id and e.sequence = c.sequence
    where c.tenant_id = tenant
  ), outside as (
    select count(*) as rows, min(e.sequence) filter (where e.sequence <= (select private.sealed_up_to(tenant))) as slipped_in
    from public.event_store e
    where e.tenant_id = tenant and not exists (select from private.audit_chain c where c.tenant_id = tenant and c.sequence = e.sequence)
  ), whole as (
    select count(*) as sealed, coalesce(max(k.position), 0) as last_position,
      min(k.position) filter (
        where k.hash <> k.expected_hash or k.position <> k.expected_position or k.has_other_values
          or k.sequence > o.slipped_in or (k.position = (noted).position and k.hash <> (noted).hash)
      ) as broken
    from outside o left join links k on true
    group by o.slipped_in
  )
  select w.broken is null and coalesce((noted).position <= w.last_position, true), w.sealed, o.rows,
    coalesce(w.broken, case when (noted).position > w.last_position then w.last_position + 1 end),
    greatest(coalesce((noted).position, 0) - w.last_position, 0),
    private.audit_head_of(tenant)
  from whole w, outside o
$$;
comment on function private.verify_audit_of(uuid, private.audit_head) is
  'Recomputes the chain of a company. first_broken_position: the first row that was changed or removed, or before which one was slipped in; with a noted head also the first of the newest rows that are gone (lost: how many), or the noted position when the chain up to there was written anew. sealed, unsealed: rows in the chain and not yet in it. present_head: what to note now.';
