-- Family 13, registries: finding documents by what people type of their number.

create function private.number_candidates(document_kind text, typed text) returns text[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.active_tenant_id();
  numbered private.document_kinds;
  digits text;
  newest bigint;
  step bigint;
begin
  select * into numbered from private.document_kinds k where k.kind = document_kind and k.kind in ('order', 'payment', 'invoice', 'trip', 'offload');
  if not found then
    perform private.fail('input_invalid', '{"document_kind": "order, payment, invoice, trip or offload"}');
  end if;
  digits := pg_catalog.substring(pg_catalog.upper(typed), '^\s*(?:#|' || numbered.prefix || '[- ]?)?([0-9]{1,12})\s*$');
  if tenant is null or digits is null then
    return '{}';
  end if;
  if numbered.is_gapless then
    select c.last_number into newest from private.document_counters c where c.tenant_id = tenant and c.kind = document_kind;
  else
    execute 'select s.last_value from ' || private.document_sequence(tenant, document_kind) || ' s' into newest;
  end if;
  step := 10::bigint ^ pg_catalog.length(digits);
  return array(
    select private.document_number(numbered.prefix, digits::bigint)
    union
    (select private.document_number(numbered.prefix, pg_catalog.generate_series(newest - (newest - digits::bigint) % step, digits::bigint + step, -step)) limit 99)
  );
end
$$;
comment on function private.number_candidates(text, text) is
  'The numbers of the company that end in the digits typed: the one with no others before them and the newest 99. "123", "#123" and "ORD-123" mean ORD-000123 and those like ORD-045123; anything else is no number and gives none. Raises input_invalid.';

create function private.find_numbers(document_kind text, typed text) returns setof text
language plpgsql stable set search_path = ''
as $$
declare
  tenant constant uuid := private.active_tenant_id();
  candidates constant text[] := private.number_candidates(document_kind, typed);
  references_meant constant text[] := array[pg_catalog.btrim(typed), pg_catalog.upper(pg_catalog.btrim(typed))];
begin
  -- Equality of text is leakproof: behind row level security it may choose rows by an index, a pattern may not.
  return query
  select d.number from public.orders d
  where document_kind = 'order' and d.tenant_id = tenant and (d.number = any (candidates) or d.external_reference = any (references_meant))
  union all
  select d.number from public.payments d
  where document_kind = 'payment' and d.tenant_id = tenant and (d.number = any (candidates) or d.reference = any (references_meant))
  union all
  select d.number from public.invoices d where document_kind = 'invoice' and d.tenant_id = tenant and d.number = any (candidates)
  union all
  select d.number from public.trips d where document_kind = 'trip' and d.tenant_id = tenant and d.number = any (candidates)
  union all
  select d.number from public.offload_documents d where document_kind = 'offload' and d.tenant_id = tenant and d.number = any (candidates);
end
$$;
comment on function private.find_numbers(text, text) is
  'Numbers of the caller''s documents of one kind (order, payment, invoice, trip, offload) that end in the digits typed, at most a hundred, and of those whose reference is what was typed. For number=in.(…) of a list. Raises input_invalid.';
select private.expose('find_numbers');
