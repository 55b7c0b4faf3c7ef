-- Family 06, warehouse: what is tracked by batch is counted by batch.

create table public.stock_count_batches (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  stock_count_id uuid not null,
  stock_count_item_id uuid not null,
  batch_id uuid not null,
  counted numeric(14,3) not null,
  expected numeric(14,3),
  variance numeric(14,3) generated always as (counted - expected) stored,
  primary key (tenant_id, id),
  unique (tenant_id, stock_count_item_id, batch_id),
  foreign key (tenant_id, stock_count_id) references public.stock_counts (tenant_id, id) on delete cascade,
  foreign key (tenant_id, stock_count_item_id) references public.stock_count_items (tenant_id, id) on delete cascade,
  foreign key (tenant_id, batch_id) references public.batches (tenant_id, id),
  constraint counted_is_bounded check (counted between 0 and 99999999),
  constraint expected_is_bounded check (expected between -99999999 and 99999999)
);
create index stock_count_batches_count on public.stock_count_batches (tenant_id, stock_count_id);
create index stock_count_batches_batch on public.stock_count_batches (tenant_id, batch_id);
comment on table public.stock_count_batches is 'What was found of each batch, in base units: the parts of a line of a count, which sum to it. A batch that the books have there and nobody found is 0 once the count is finished.';
comment on column public.stock_count_batches.expected is 'What the books said at the moment in which the line was counted; null until the count is finished.';
comment on column public.stock_count_batches.variance is 'Counted less expected; null while that is unknown.';
select private.manage_part('public.stock_count_batches', 'stock_count_id', 'stock_count_item_id', 'batch_id', 'counted');

create function private.batch_at(target public.stock_counts, line public.stock_count_items, batch uuid) returns numeric
language sql stable security definer set search_path = ''
as $$
  select coalesce((
    select s.on_hand from public.batch_stock s
    where s.tenant_id = target.tenant_id and s.warehouse_id = target.warehouse_id and s.product_id = line.product_id and s.condition = line.condition and s.batch_id = batch
  ), 0) - coalesce((
    select sum(m.quantity) from public.batch_movements m
    where m.tenant_id = target.tenant_id and m.batch_id = batch and m.warehouse_id = target.warehouse_id and m.condition = line.condition and m.occurred_at > line.counted_at
  ), 0)
$$;
comment on function private.batch_at(public.stock_counts, public.stock_count_items, uuid) is 'What the books say of a batch at the moment in which its line was counted.';

create function private.record_counted_batches(target public.stock_counts, items jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  problems jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', i.n, 'problem', x.problem) order by i.n) into problems
  from pg_catalog.jsonb_array_elements(items) with ordinality as i (item, n)
  join public.products p on p.tenant_id = target.tenant_id and p.id = (i.item ->> 'product_id')::uuid
  cross join lateral (select coalesce(nullif(i.item -> 'batches', 'null'), '[]') as named, (i.item ->> 'counted')::numeric as counted) b
  cross join lateral (select case
    when pg_catalog.jsonb_typeof(b.named) <> 'array' then 'batches_not_a_list'
    when p.tracking <> 'batch' then case when b.named <> '[]' then 'product_has_no_batches' end
    when b.named = '[]' then case when b.counted > 0 then 'batch_needed' end
    else private.batches_problem(b.named, b.counted, 'counted') end as problem
  ) x
  where x.problem is not null;
  if problems is not null then
    perform private.fail('batches_invalid', pg_catalog.jsonb_build_object('items', problems));
  end if;
  perform private.know_batches(target.tenant_id, items, 'counted');
  delete from public.stock_count_batches b
  using pg_catalog.jsonb_array_elements(items) as i (item), public.stock_count_items l
  where l.tenant_id = target.tenant_id and l.stock_count_id = target.id and l.product_id = (i.item ->> 'product_id')::uuid
    and l.condition = coalesce(i.item ->> 'condition', 'good')::public.stock_condition and b.tenant_id = l.tenant_id and b.stock_count_item_id = l.id;
  insert into public.stock_count_batches (tenant_id, stock_count_id, stock_count_item_id, batch_id, counted)
  select target.tenant_id, target.id, l.id, b.id, (e ->> 'counted')::numeric
  from pg_catalog.jsonb_array_elements(items) as i (item)
  cross join lateral pg_catalog.jsonb_array_elements(coalesce(nullif(i.item -> 'batches', 'null'), '[]')) e
  join public.stock_count_items l on l.tenant_id = target.tenant_id and l.stock_count_id = target.id and l.product_id = (i.item ->> 'product_id')::uuid
    and l.condition = coalesce(i.item ->> 'condition', 'good')::public.stock_condition
  join public.batches b on b.tenant_id = l.tenant_id and b.product_id = l.product_id and b.code = pg_catalog.btrim(e ->> 'code');
end
$$;
comment on function private.record_counted_batches(public.stock_counts, jsonb) is
  'Keeps what was found of each batch with the lines of a count, and makes batches that nobody knew. Raises batches_invalid, which names every line and its problem, and batch_expiry_differs.';

create function private.expect_batches(target public.stock_counts) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  -- What the books have there and nobody found.
  insert into public.stock_count_batches (tenant_id, stock_count_id, stock_count_item_id, batch_id, counted)
  select l.tenant_id, target.id, l.id, s.batch_id, 0
  from public.stock_count_items l
  join public.products p on p.tenant_id = l.tenant_id and p.id = l.product_id and p.tracking = 'batch'
  join public.batch_stock s on s.tenant_id = l.tenant_id and s.warehouse_id = target.warehouse_id and s.product_id = l.product_id and s.condition = l.condition
  where l.tenant_id = target.tenant_id and l.stock_count_id = target.id and l.round = target.round and l.counted is not null
    and private.batch_at(target, l, s.batch_id) <> 0
  on conflict do nothing;
  update public.stock_count_batches b set expected = private.batch_at(target, l, b.batch_id)
  from public.stock_count_items l
  where l.tenant_id = target.tenant_id and l.stock_count_id = target.id and l.round = target.round and b.tenant_id = l.tenant_id and b.stock_count_item_id = l.id;
end
$$;
comment on function private.expect_batches(public.stock_counts) is 'Writes what the books said of each batch of the lines that were counted in this round.';

create function private.batches_outdated(target public.stock_counts, line public.stock_count_items) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from public.stock_count_batches b
    where b.tenant_id = line.tenant_id and b.stock_count_item_id = line.id and b.expected <> private.batch_at(target, line, b.batch_id)
  )
$$;
comment on function private.batches_outdated(public.stock_counts, public.stock_count_items) is 'Whether the books of the time of the count have changed for a batch of a line.';

create function private.batches_differing(line public.stock_count_items) returns setof numeric
language sql stable security definer set search_path = ''
as $$
  select sum(b.variance) from public.stock_count_batches b
  where b.tenant_id = line.tenant_id and b.stock_count_item_id = line.id and b.variance <> 0
  group by b.variance > 0 order by b.variance > 0
$$;
comment on function private.batches_differing(public.stock_count_items) is 'How much of a line is missing (negative) from some batches, and how much was found of others.';

create or replace function private.batches_counted(moved public.inventory_transactions) returns table (batch_id uuid, quantity numeric)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  select b.batch_id, pg_catalog.abs(b.variance)
  from public.stock_count_batches b
  join public.stock_count_items l on l.tenant_id = b.tenant_id and l.id = b.stock_count_item_id
  where b.tenant_id = moved.tenant_id and b.stock_count_id = moved.reference_id and l.product_id = moved.product_id and l.condition = moved.condition
    and pg_catalog.sign(b.variance) = pg_catalog.sign(moved.quantity)
  order by b.id;
end
$$;
