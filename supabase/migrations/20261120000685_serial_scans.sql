-- Family 06, warehouse: scanning the serial numbers of what a document moves.

create function private.ask_for_serials(document_type text, body text) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format(
    'create function private.%I(tenant uuid, document uuid) returns setof private.wanted_serials language sql stable security definer set search_path = '''' as %L',
    'serials_of_' || document_type, body);
  execute pg_catalog.format('comment on function private.%I(uuid, uuid) is %L', 'serials_of_' || document_type,
    'What the caller may scan for this ' || pg_catalog.replace(document_type, '_', ' ') || ' now: a row per product and condition.');
  insert into private.serial_documents (document_type, function_name) values (document_type, 'serials_of_' || document_type);
  execute pg_catalog.format(
    'create trigger _320_forget_scans after update of status on public.%I for each row when (new.status <> old.status and new.status::text in (''cancelled'', ''rejected'', ''failed'')) execute function private.tg__forget_scans()',
    (select m.table_name from private.machines m where m.machine = document_type));
end
$$;
comment on function private.ask_for_serials(text, text) is
  'Has serial numbers scanned for a kind of document. body selects what the caller may scan for one ($1 tenant, $2 document): product_id, condition, quantity (null: as many as are found), place (where the pieces are now; null: they come from outside), is_told (whether the quantity may be shown). Only products that are tracked by serial number, only while the document waits for them. Called by migrations.';

create function private.tg__forget_scans() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.serial_scans c where c.tenant_id = new.tenant_id and c.document_id = new.id and c.is_open;
  return null;
end
$$;
comment on function private.tg__forget_scans() is 'A document that moves nothing any more lets go of the pieces that were scanned for it.';

create function private.serial_code(typed text) returns text
language sql immutable parallel safe
return pg_catalog.upper(pg_catalog.regexp_replace(typed, '\s', '', 'g'));
comment on function private.serial_code(text) is 'A serial number as it is kept: in capitals, without spaces.';

create function private.wanted_by(tenant uuid, document_type text, document uuid) returns setof private.wanted_serials
language plpgsql stable security definer set search_path = ''
as $$
declare
  asked text;
begin
  select d.function_name into asked from private.serial_documents d where d.document_type = wanted_by.document_type;
  if found then
    return query execute pg_catalog.format('select * from private.%I($1, $2)', asked) using tenant, document;
  end if;
end
$$;
comment on function private.wanted_by(uuid, text, uuid) is 'What the caller may scan for a document now; nothing for one that he does not see, or that waits for no serial number.';

create function private.require_scannable(tenant uuid, document_type text, document uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (select from private.serial_documents d where d.document_type = require_scannable.document_type)
    or private.sees_document(document_type, tenant, document) is not true then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('document_id', document));
  end if;
end
$$;
comment on function private.require_scannable(uuid, text, uuid) is 'Raises record_not_found for a document that the company does not have, or of a kind that moves no pieces; what may be scanned for it its own rules say.';

create function private.note_serials(tenant uuid, document_type text, document uuid, codes text[], product uuid, of_condition public.stock_condition) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  wanted private.wanted_serials[];
  fit private.wanted_serials;
  problems jsonb := '[]';
  problem text;
  typed text;
  piece public.serials;
  other private.serial_scans;
begin
  -- Scans of one document take turns, so that no more are scanned than it has.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('serials' || tenant || document, 0));
  wanted := array(
    select w from private.wanted_by(tenant, document_type, document) w
    where (product is null or w.product_id = product) and (of_condition is null or w.condition = of_condition)
  );
  if pg_catalog.cardinality(wanted) = 0 then
    perform private.fail('serials_closed', pg_catalog.jsonb_build_object('document_type', document_type, 'document_id', document));
  end if;
  for typed in select distinct private.serial_code(c) from pg_catalog.unnest(codes) c order by 1 loop
    problem := null;
    fit := null;
    if coalesce(pg_catalog.length(typed), 0) not between 1 and 40 then
      problem := 'not_readable';
    else
      if product is not null and exists (select from pg_catalog.unnest(wanted) w where w.place is null) then
        -- What comes from outside may be new here.
        insert into public.serials (tenant_id, code, product_id) values (tenant, typed, product)
        on conflict on constraint serials_tenant_id_code_key do nothing;
      end if;
      select * into piece from public.serials s where s.tenant_id = tenant and s.code = typed;
      if not found then
        problem := 'unknown';
      else
        select w.* into fit from pg_catalog.unnest(wanted) w
        where case when w.place is null then piece.warehouse_id is null and private.is_same_piece(tenant, piece.product_id, w.product_id)
          else w.place = piece.warehouse_id and w.product_id = piece.product_id and w.condition = piece.condition end
        order by w.condition limit 1;
        if fit.product_id is null then
          problem := case when piece.warehouse_id is not null and not exists (select from pg_catalog.unnest(wanted) w where w.place = piece.warehouse_id) then 'elsewhere'
            when piece.warehouse_id is null and not exists (select from pg_catalog.unnest(wanted) w where w.place is null) then 'elsewhere'
            else 'not_wanted' end;
        else
          insert into private.serial_scans (tenant_id, document_type, document_id, serial_id, product_id, condition)
          values (tenant, document_type, document, piece.id, fit.product_id, fit.condition)
          on conflict (tenant_id, serial_id) where is_open do nothing;
          select * into other from private.serial_scans c where c.tenant_id = tenant and c.serial_id = piece.id and c.is_open;
          if other.document_id <> document then
            problem := 'scanned_for_another';
          elsif fit.quantity < (
            select count(*) from private.serial_scans c
            where c.tenant_id = tenant and c.document_id = document and c.is_open and c.product_id = fit.product_id and c.condition = fit.condition
          ) then
            problem := 'enough';
          end if;
        end if;
      end if;
    end if;
    if problem is not null then
      problems := problems || pg_catalog.jsonb_build_object('code', typed, 'problem', problem)
        || case when problem = 'scanned_for_another' then pg_catalog.jsonb_build_object('document_type', other.document_type, 'document_id', other.document_id) else '{}' end;
    end if;
  end loop;
  if problems <> '[]' then
    perform private.fail('serials_invalid', pg_catalog.jsonb_build_object('items', problems));
  end if;
end
$$;
comment on function private.note_serials(uuid, text, uuid, text[], uuid, public.stock_condition) is
  'Keeps that pieces are what a document moves: all of them, or none. Raises serials_closed, and serials_invalid, which names every number and its problem: not_readable, unknown, elsewhere, not_wanted, scanned_for_another, enough.';

create function private.scanned_serials(document_type text, document_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.active_tenant_id();
begin
  perform private.require_scannable(tenant, document_type, document_id);
  return coalesce((
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'product_id', p.id, 'sku', p.sku, 'name', p.name, 'condition', w.condition, 'comes_in', w.comes_in, 'quantity', w.quantity,
      'codes', coalesce((
        select pg_catalog.jsonb_agg(s.code order by c.scanned_at, s.code)
        from private.serial_scans c join public.serials s on s.tenant_id = c.tenant_id and s.id = c.serial_id
        where c.tenant_id = tenant and c.document_id = scanned_serials.document_id and c.is_open and c.product_id = w.product_id and c.condition = w.condition
      ), '[]')) order by w.comes_in, p.name, w.condition)
    from (
      select x.product_id, x.condition, pg_catalog.bool_or(x.place is null) as comes_in, max(x.quantity) filter (where x.is_told) as quantity
      from private.wanted_by(tenant, document_type, document_id) x
      group by x.product_id, x.condition
    ) w
    join public.products p on p.tenant_id = tenant and p.id = w.product_id
  ), '[]');
end
$$;
comment on function private.scanned_serials(text, uuid) is
  'What may be scanned for a document now, and what is: [{product_id, sku, name, condition, comes_in, quantity (null: not told, or as many as are found), codes}]. Empty for a document that waits for no serial number. Raises record_not_found.';
select private.expose('scanned_serials');

create function private.scan_serials(document_type text, document_id uuid, codes text[], product_id uuid default null, condition public.stock_condition default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.active_tenant_id();
begin
  if coalesce(pg_catalog.cardinality(codes), 0) not between 1 and 500 then
    perform private.fail('input_invalid', '{"codes": "1 to 500 serial numbers are needed"}');
  end if;
  perform private.require_scannable(tenant, document_type, document_id);
  perform private.note_serials(tenant, document_type, document_id, codes, product_id, condition);
  return private.scanned_serials(document_type, document_id);
end
$$;
comment on function private.scan_serials(text, uuid, text[], uuid, public.stock_condition) is
  'Says which pieces a document moves: serial numbers as they are read, in any case and with spaces. product_id and condition are needed where a piece comes from outside: as what it comes, and how it is; one that is not known yet is made. The same number again is no second piece. Answers as scanned_serials. Raises serials_invalid, serials_closed, record_not_found, input_invalid.';
select private.expose_command('scan_serials');

create function private.unscan_serials(document_type text, document_id uuid, codes text[]) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.active_tenant_id();
  pieces uuid[];
begin
  perform private.require_scannable(tenant, document_type, document_id);
  if not exists (select from private.wanted_by(tenant, document_type, document_id)) then
    perform private.fail('serials_closed', pg_catalog.jsonb_build_object('document_type', document_type, 'document_id', document_id));
  end if;
  pieces := array(
    select s.id from public.serials s where s.tenant_id = tenant and s.code in (select private.serial_code(c) from pg_catalog.unnest(codes) c)
  );
  delete from private.serial_scans c where c.tenant_id = tenant and c.document_id = unscan_serials.document_id and c.serial_id = any (pieces) and c.is_open;
  -- A number that was read wrongly leaves nothing behind.
  delete from public.serials s
  where s.tenant_id = tenant and s.id = any (pieces) and s.moved_at is null
    and not exists (select from private.serial_scans c where c.tenant_id = s.tenant_id and c.serial_id = s.id)
    and not exists (select from public.serial_movements m where m.tenant_id = s.tenant_id and m.serial_id = s.id);
  return private.scanned_serials(document_type, document_id);
end
$$;
comment on function private.unscan_serials(text, uuid, text[]) is 'Takes scanned pieces off a document again. Answers as scanned_serials. Raises serials_closed, record_not_found.';
select private.expose_command('unscan_serials');

create function private.require_serials(tenant uuid, document_type text, document uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  problems jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'condition', w.condition, 'scanned', c.scanned)
    || case when w.is_told then pg_catalog.jsonb_build_object('required', w.quantity) else '{}' end order by p.name) into problems
  from private.wanted_by(tenant, document_type, document) w
  join public.products p on p.tenant_id = tenant and p.id = w.product_id
  cross join lateral (
    select count(*) as scanned from private.serial_scans x
    where x.tenant_id = tenant and x.document_id = document and x.is_open and x.product_id = w.product_id and x.condition = w.condition
  ) c
  where c.scanned <> w.quantity;
  if problems is not null then
    perform private.fail('serials_needed', pg_catalog.jsonb_build_object('items', problems));
  end if;
end
$$;
comment on function private.require_serials(uuid, text, uuid) is 'Every piece of a document is scanned, n of n. Raises serials_needed.';

------------------------------------------------------------------------------------------------
-- The documents of the warehouse
------------------------------------------------------------------------------------------------

select private.ask_for_serials('adjustment', $$
  select i.product_id, i.condition, pg_catalog.abs(i.quantity), case when i.quantity < 0 then a.warehouse_id end, true
  from public.manual_adjustments a
  join public.adjustment_reasons r on r.tenant_id = a.tenant_id and r.id = a.reason_id
  join public.manual_adjustment_items i on i.tenant_id = a.tenant_id and i.adjustment_id = a.id
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.tracking = 'serial'
  where a.tenant_id = $1 and a.id = $2 and a.status = 'draft' and private.sees_warehouse(a.warehouse_id) and private.has_permission(a.tenant_id, 'inventory.edit')
    -- What goes from one condition to another is scanned as it is now.
    and (r.effect <> 'condition_change' or i.quantity < 0)
$$);
select private.ask_for_serials('transfer', $$
  select i.product_id, i.condition, i.quantity, t.from_warehouse_id, true
  from public.transfers t
  join public.transfer_items i on i.tenant_id = t.tenant_id and i.transfer_id = t.id
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.tracking = 'serial'
  where t.tenant_id = $1 and t.id = $2 and t.status = 'draft' and private.sees_warehouse(t.from_warehouse_id) and private.has_permission(t.tenant_id, 'inventory.edit')
  union all
  -- Received blind.
  select i.product_id, i.condition, i.quantity - i.received, private.transit_account(t.tenant_id), false
  from public.transfers t
  join public.transfer_items i on i.tenant_id = t.tenant_id and i.transfer_id = t.id
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.tracking = 'serial'
  where t.tenant_id = $1 and t.id = $2 and t.status in ('dispatched', 'partially_received') and private.sees_warehouse(t.to_warehouse_id) and private.has_permission(t.tenant_id, 'inventory.edit')
$$);
select private.ask_for_serials('refill', $$
  select p.container_product_id, 'good'::public.stock_condition, r.quantity, r.warehouse_id, true
  from public.refills r
  join public.products p on p.tenant_id = r.tenant_id and p.id = r.product_id
  join public.products c on c.tenant_id = p.tenant_id and c.id = p.container_product_id and c.tracking = 'serial'
  where r.tenant_id = $1 and r.id = $2 and r.status in ('draft', 'in_progress') and private.sees_warehouse(r.warehouse_id) and private.has_permission(r.tenant_id, 'inventory.edit')
$$);
select private.ask_for_serials('stock_count', $$
  -- What is there, and what is found there that the books have nowhere.
  select i.product_id, i.condition, null::numeric, w.place, false
  from public.stock_counts c
  join public.stock_count_items i on i.tenant_id = c.tenant_id and i.stock_count_id = c.id and i.round = c.round
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.tracking = 'serial'
  cross join lateral (values (c.warehouse_id), (null::uuid)) as w (place)
  where c.tenant_id = $1 and c.id = $2 and c.is_being_counted and auth.uid() = any (c.counters) and private.sees_warehouse(c.warehouse_id) and private.has_permission(c.tenant_id, 'inventory.edit')
$$);

create function private.require_counted_serials(target public.stock_counts, lines jsonb) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  problems jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'condition', l.condition, 'required', l.quantity, 'scanned', c.scanned) order by p.name) into problems
  from pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid, condition public.stock_condition, quantity numeric)
  join public.products p on p.tenant_id = target.tenant_id and p.id = l.product_id and p.tracking = 'serial'
  cross join lateral (
    select count(*) as scanned from private.serial_scans x
    where x.tenant_id = target.tenant_id and x.document_id = target.id and x.is_open and x.product_id = l.product_id and x.condition = l.condition
  ) c
  where c.scanned <> l.quantity;
  if problems is not null then
    perform private.fail('serials_needed', pg_catalog.jsonb_build_object('items', problems));
  end if;
end
$$;
comment on function private.require_counted_serials(public.stock_counts, jsonb) is
  'Of lines [{product_id, condition, quantity}] that are tracked by serial number as many pieces are scanned as were counted. Raises serials_needed.';

create function private.serials_differing(target public.stock_counts, line public.stock_count_items) returns setof numeric
language plpgsql stable security definer set search_path = ''
as $$
declare
  moved public.inventory_transactions;
begin
  if line.counted is not null then
    moved.tenant_id := target.tenant_id;
    moved.warehouse_id := target.warehouse_id;
    moved.product_id := line.product_id;
    moved.condition := line.condition;
    moved.kind := 'count';
    moved.reference_id := target.id;
    moved.occurred_at := line.counted_at;
    return next -pg_catalog.cardinality(private.serials_leaving(moved));
    return next pg_catalog.cardinality(private.serials_arriving(moved));
  end if;
end
$$;
comment on function private.serials_differing(public.stock_counts, public.stock_count_items) is 'How many pieces of a line are missing (negative), and how many were found that the books do not have there.';

create function private.close_scans(tenant uuid, document uuid) returns void
language sql security definer set search_path = ''
as $$
  update private.serial_scans c set is_open = false where c.tenant_id = tenant and c.document_id = document and c.is_open
$$;
comment on function private.close_scans(uuid, uuid) is 'What was found where the books have it moves nothing, and is free for other documents again.';

create function private.scan_again(target public.stock_counts) returns void
language sql security definer set search_path = ''
as $$
  delete from private.serial_scans c
  using public.stock_count_items i
  where i.tenant_id = target.tenant_id and i.stock_count_id = target.id and i.round = target.round
    and c.tenant_id = i.tenant_id and c.document_id = target.id and c.is_open and c.product_id = i.product_id and c.condition = i.condition
$$;
comment on function private.scan_again(public.stock_counts) is 'Lines that are counted again are scanned again.';
