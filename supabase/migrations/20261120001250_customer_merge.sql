-- Family 12, records: two customers who are one. Everything that names the one is found in the catalogue, so that no table is
-- forgotten (docs/decisions/0031).

create function private.customer_columns() returns table (schema_name text, table_name text, column_name text)
language sql stable set search_path = ''
as $$
  select distinct n.nspname::text, c.relname::text, a.attname::text
  from pg_catalog.pg_constraint k
  cross join lateral rows from (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) as pair (own, named)
  join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.own
  join pg_catalog.pg_attribute f on f.attrelid = k.confrelid and f.attnum = pair.named
  join pg_catalog.pg_class c on c.oid = k.conrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where k.contype = 'f' and k.conparentid = 0
    and (k.confrelid, f.attname) in (('public.customers'::regclass, 'id'), ('public.customer_addresses'::regclass, 'customer_id'))
$$;
comment on function private.customer_columns() is 'Every column that names a customer by a foreign key, to him or to his address.';

create function private.tg__refuse_merged() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  named constant uuid := (pg_catalog.to_jsonb(new) ->> tg_argv[0])::uuid;
  successor uuid;
begin
  -- The same lock as the foreign key takes; whoever merges is waited for, and what he did is seen.
  select c.merged_into_id into successor from public.customers c where c.tenant_id = new.tenant_id and c.id = named for key share;
  if successor is not null then
    perform private.fail('customer_merged', pg_catalog.jsonb_build_object('customer_id', named, 'merged_into_id', successor));
  end if;
  return new;
end
$$;
comment on function private.tg__refuse_merged() is 'Nothing new is written for a customer who was merged into another one. Argument: column that names the customer. Raises customer_merged.';
select private.register_error('customer_merged', 409, 'This customer was merged into another one.', 'Open that one, who is named in the details.');

create function private.refuse_merged() returns void
language plpgsql set search_path = ''
as $$
declare
  named record;
begin
  for named in select * from private.customer_columns() k where (k.schema_name, k.table_name) not in (('public', 'customers'), ('private', 'deposit_layers')) loop
    execute pg_catalog.format(
      'create trigger _290_refuse_merged_%3$s before insert or update of %3$I on %1$I.%2$I for each row when (new.%3$I is not null) execute function private.tg__refuse_merged(%3$L)',
      named.schema_name, named.table_name, named.column_name);
  end loop;
end
$$;
comment on function private.refuse_merged() is 'Has every table that names a customer refuse one who was merged. Called by policies, when all tables are there.';

select private.register_error('customer_merged_with_himself', 422, 'A customer cannot be merged with himself.', 'Choose the other customer.');
select private.register_error('customer_on_the_road', 409, 'A van is on its way to this customer.', 'Wait until the deliveries named in the details are done, then merge.');
select private.register_error('merge_takes_unknown', 422, 'A value that should be taken over is none that can be.', 'Choose from the values that the page of merging shows.');

create function private.merge_containers(tenant uuid, source uuid, target uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  -- The ledger is never changed: what the one holds leaves him and comes to the other, at the deposits that were paid.
  perform private.move_containers(tenant, 'customer', source, 'customer', target, 'customer', source, (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', l.product_id, 'quantity', l.held, 'unit_deposit', l.unit_deposit))
    from private.deposit_layers l where l.tenant_id = tenant and l.customer_id = source and l.held <> 0
  ), pg_catalog.clock_timestamp());
  -- What was charged follows its invoices; the older of two layers is given back first, as before.
  insert into private.deposit_layers as l (tenant_id, customer_id, product_id, unit_deposit, invoiced, kept, opened_at)
  select s.tenant_id, target, s.product_id, s.unit_deposit, s.invoiced, s.kept, s.opened_at
  from private.deposit_layers s where s.tenant_id = tenant and s.customer_id = source
  order by s.product_id, s.unit_deposit
  on conflict on constraint deposit_layers_pkey do update
  set invoiced = l.invoiced + excluded.invoiced, kept = l.kept + excluded.kept, opened_at = least(l.opened_at, excluded.opened_at);
  delete from private.deposit_layers l where l.tenant_id = tenant and l.customer_id = source;
end
$$;
comment on function private.merge_containers(uuid, uuid, uuid) is 'Hands the containers and deposits of one customer to another. Both are locked.';

create function private.rename_customer(tenant uuid, source uuid, target uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  -- One statement: keys between his own rows (an order and its address) hold before and after it, not in between.
  execute (
    select 'with ' || pg_catalog.string_agg(pg_catalog.format('u%s as (update %I.%I set %s where tenant_id = $1 and $2 in (%s))', k.n, k.schema_name, k.table_name, k.changes, k.columns), ', ')
      || ' select 1'
    from (
      select row_number() over (order by c.schema_name, c.table_name) as n, c.schema_name, c.table_name,
        pg_catalog.string_agg(pg_catalog.format('%1$I = case when %1$I = $2 then $3 else %1$I end', c.column_name), ', ') as changes,
        pg_catalog.string_agg(pg_catalog.quote_ident(c.column_name), ', ') as columns
      from private.customer_columns() c
      where (c.schema_name, c.table_name) not in (('private', 'deposit_layers'), ('public', 'similar_customers'))
      group by c.schema_name, c.table_name
    ) k
  ) using tenant, source, target;
end
$$;
comment on function private.rename_customer(uuid, uuid, uuid) is 'Has everything that names the one customer name the other. Both are locked.';

create function private.merge_customer(customer_id uuid, into_id uuid, take text[] default '{}', expected_version integer default null) returns public.customers
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('customers.merge');
  choices constant text[] := array['name', 'contact_name', 'phone', 'email', 'tax_id', 'customer_type', 'category', 'language', 'credit_limit', 'payment_terms_days', 'price_list_id', 'territory_id', 'sales_rep_id', 'notes'];
  source public.customers;
  target public.customers;
  on_the_road jsonb;
begin
  if customer_id = into_id then
    perform private.fail('customer_merged_with_himself', pg_catalog.jsonb_build_object('customer_id', customer_id));
  end if;
  if not coalesce(take, '{}') <@ choices then
    perform private.fail('merge_takes_unknown', pg_catalog.jsonb_build_object('take', take, 'choices', choices));
  end if;
  perform private.await_alike(tenant);
  perform from public.orders o where o.tenant_id = tenant and o.customer_id = merge_customer.customer_id and not o.is_done order by o.id for no key update;
  -- Both, in one order, so that two who merge crosswise do not wait for each other; nobody writes anything new for either meanwhile.
  perform from public.customers c where c.tenant_id = tenant and c.id in (customer_id, into_id) order by c.id for update;
  target := private.lock_customer(tenant, into_id, null);
  source := private.lock_customer(tenant, customer_id, expected_version);
  perform private.next_state('customer', source.id, source.status::text, 'merge');
  if target.status = 'merged' then
    perform private.fail('customer_merged', pg_catalog.jsonb_build_object('customer_id', target.id, 'merged_into_id', target.merged_into_id));
  elsif target.status <> 'active' then
    perform private.fail('customer_not_active', pg_catalog.jsonb_build_object('customer_id', target.id, 'status', target.status));
  end if;
  select pg_catalog.jsonb_agg(o.number order by o.number) into on_the_road
  from public.orders o where o.tenant_id = tenant and o.customer_id = source.id and o.status in ('dispatched', 'in_transit');
  if on_the_road is not null then
    perform private.fail('customer_on_the_road', pg_catalog.jsonb_build_object('customer_id', source.id, 'orders', on_the_road));
  end if;

  perform private.merge_containers(tenant, source.id, target.id);
  delete from public.similar_customers s where s.tenant_id = tenant and source.id in (s.customer_id, s.similar_id);
  update public.customer_addresses a set is_default = false
  where a.tenant_id = tenant and a.customer_id = source.id and a.is_default
    and exists (select from public.customer_addresses d where d.tenant_id = tenant and d.customer_id = target.id and d.is_default);
  update public.order_templates t set name = pg_catalog.left(t.name, 80) || ' (' || source.code || ')'
  where t.tenant_id = tenant and t.customer_id = source.id
    and exists (select from public.order_templates d where d.tenant_id = tenant and d.customer_id = target.id and d.name = t.name);
  perform private.rename_customer(tenant, source.id, target.id);
  update public.customers c set status = 'merged', merged_into_id = target.id, status_reason = null where c.tenant_id = tenant and c.id = source.id;
  if cardinality(take) > 0 then
    execute pg_catalog.format('update public.customers c set %s from public.customers s where c.tenant_id = $1 and c.id = $2 and s.tenant_id = $1 and s.id = $3',
      (select pg_catalog.string_agg(pg_catalog.format('%1$I = s.%1$I', t), ', ') from (select distinct t from pg_catalog.unnest(take) t) x))
    using tenant, target.id, source.id;
  end if;
  select * into target from public.customers c where c.tenant_id = tenant and c.id = target.id;
  return target;
end
$$;
comment on function private.merge_customer(uuid, uuid, text[], integer) is
  'Makes two customers one: every document, address, person, sign-in, container and shilling of customer_id is that of into_id, who is answered; the one stays as merged and is found under his old code. take: columns whose values are the better ones of customer_id. For good: it is not undone. Raises customer_merged_with_himself, merge_takes_unknown, record_not_found, version_conflict, customer_transition_illegal, customer_not_active, customer_merged, customer_on_the_road.';
select private.expose_command('merge_customer');
