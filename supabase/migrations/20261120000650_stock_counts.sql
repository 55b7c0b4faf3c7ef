-- Family 06, warehouse: counts of the stock of a place.

create type public.stock_count_status as enum ('draft', 'counting', 'counted', 'recounting', 'approved', 'posted', 'cancelled');

create table public.stock_counts (
  like private.record including defaults including indexes,
  number text not null,
  warehouse_id uuid not null,
  status public.stock_count_status not null default 'draft',
  is_full boolean not null,
  counters uuid[] not null,
  round integer not null default 1,
  note text,
  started_at timestamptz,
  approved_by uuid,
  approved_at timestamptz,
  posted_at timestamptz,
  cancelled_reason text,
  is_open boolean not null generated always as (status not in ('posted', 'cancelled')) stored,
  is_being_counted boolean not null generated always as (status in ('counting', 'recounting')) stored,
  unique (tenant_id, number),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  constraint some_people_count check (cardinality(counters) between 1 and 20),
  constraint round_is_counted check (round between 1 and 1000),
  constraint note_is_bounded check (length(note) <= 500),
  constraint approved_at_matches_status check (status not in ('approved', 'posted') or approved_at is not null),
  constraint posted_at_matches_status check ((status = 'posted') = (posted_at is not null)),
  constraint cancelled_reason_matches_status check ((status = 'cancelled') = (cancelled_reason is not null))
);
create unique index stock_counts_open on public.stock_counts (tenant_id, warehouse_id) where is_open;
create index stock_counts_warehouse on public.stock_counts (tenant_id, warehouse_id);
create index stock_counts_recent on public.stock_counts (tenant_id, created_at desc, id desc);
create index stock_counts_being_counted on public.stock_counts (tenant_id) where is_being_counted;
comment on table public.stock_counts is
  'Counts of what is in a place. Those who count are named; while they do, they do not see what the books say of the place, and they do not approve what they counted. A posted count is a fixed point: nothing that happened before it changes the stock any more.';
comment on column public.stock_counts.is_full is 'Every product with a balance in the place is counted, not only those that were chosen.';
comment on column public.stock_counts.counters is 'Accounts of all people who count or have counted; the approval is kept from them.';
comment on column public.stock_counts.round is '1 is the first count; every recount of some lines is one more.';
select private.register_document('public.stock_counts', 'stock_count', 'draft', 'inventory.view', '/stock/counts', prefix => 'CNT');
select private.register_error('stock_count_open', 409, 'Another count of this place is not finished.', 'Post or cancel that one first.');
select private.refuse_taken('public.stock_counts', 'stock_counts_open', 'stock_count_open');
insert into private.waiting_states (machine, state, permission) values
  ('stock_count', 'counting', 'inventory.edit'),
  ('stock_count', 'counted', 'inventory.approve'),
  ('stock_count', 'recounting', 'inventory.edit'),
  ('stock_count', 'approved', 'inventory.edit');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('stock_count', 'draft', 'start', 'counting', 'inventory.edit', null, 'stock_count.started'),
  ('stock_count', 'counting', 'finish', 'counted', 'inventory.edit', null, 'stock_count.counted'),
  ('stock_count', 'counted', 'recount', 'recounting', 'inventory.approve', null, 'stock_count.recount_asked'),
  ('stock_count', 'recounting', 'finish', 'counted', 'inventory.edit', null, 'stock_count.counted'),
  ('stock_count', 'counted', 'approve', 'approved', 'inventory.approve', '{created_by,counters}', 'stock_count.approved'),
  ('stock_count', 'approved', 'recount', 'recounting', 'inventory.approve', null, 'stock_count.recount_asked'),
  ('stock_count', 'approved', 'post', 'posted', 'inventory.edit', null, 'stock_count.posted'),
  ('stock_count', 'draft', 'cancel', 'cancelled', 'inventory.edit', null, 'stock_count.cancelled'),
  ('stock_count', 'counting', 'cancel', 'cancelled', 'inventory.edit', null, 'stock_count.cancelled'),
  ('stock_count', 'counted', 'cancel', 'cancelled', 'inventory.edit', null, 'stock_count.cancelled'),
  ('stock_count', 'recounting', 'cancel', 'cancelled', 'inventory.edit', null, 'stock_count.cancelled'),
  ('stock_count', 'approved', 'cancel', 'cancelled', 'inventory.edit', null, 'stock_count.cancelled');
insert into private.in_place_commands (machine, state, command, permission) values
  ('stock_count', 'counting', 'record', 'inventory.edit'),
  ('stock_count', 'recounting', 'record', 'inventory.edit'),
  ('stock_count', 'counting', 'refresh', 'inventory.edit'),
  ('stock_count', 'recounting', 'refresh', 'inventory.edit'),
  ('stock_count', 'counted', 'explain', 'inventory.approve');
select private.offer_if('stock_count', 'auth.uid() = any (stock_counts.counters)', 'record');
select private.offer_if('stock_count', 'auth.uid() <> all (stock_counts.counters)', 'refresh');

create table public.stock_count_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  stock_count_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null default 'good',
  round integer not null default 1,
  is_by_hand boolean not null default false,
  counted numeric(14,3),
  counted_at timestamptz,
  counted_by uuid,
  expected numeric(14,3),
  reason_id uuid,
  variance numeric(14,3) generated always as (counted - expected) stored,
  primary key (tenant_id, id),
  unique (tenant_id, stock_count_id, product_id, condition),
  foreign key (tenant_id, stock_count_id) references public.stock_counts (tenant_id, id) on delete cascade,
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, reason_id) references public.adjustment_reasons (tenant_id, id),
  constraint counted_is_bounded check (counted between 0 and 99999999),
  constraint expected_is_bounded check (expected between 0 and 99999999),
  constraint counted_is_complete check ((counted is null) = (counted_at is null))
);
create index stock_count_items_product on public.stock_count_items (tenant_id, product_id);
create index stock_count_items_reason on public.stock_count_items (tenant_id, reason_id) where reason_id is not null;
comment on table public.stock_count_items is 'What is counted, in base units. A line that nobody counted says nothing about the stock and changes nothing.';
comment on column public.stock_count_items.is_by_hand is 'Somebody chose the product, or found it where the count had no line for it: the line stays, whatever the books say.';
comment on column public.stock_count_items.counted is 'What was found; 0 was typed, null was not counted.';
comment on column public.stock_count_items.expected is 'What the books said at the moment in which the line was counted; null until the count is finished.';
comment on column public.stock_count_items.reason_id is 'Why there is a difference, as far as somebody has found out; else it is the company''s reason for counts.';
comment on column public.stock_count_items.variance is 'Counted less expected; null while either is unknown.';
select private.hold_to_unit('public.stock_count_items', 'counted');
select private.manage_part('public.stock_count_items', 'stock_count_id', 'product_id', 'condition', 'counted', 'reason_id');

alter table public.inventory add foreign key (tenant_id, last_count_id) references public.stock_counts (tenant_id, id);
create index inventory_last_count on public.inventory (tenant_id, last_count_id);

select private.register_error('not_a_counter', 403, 'Others were named to count this.', 'Ask one of them, or have yourself named when a recount is asked for.');
select private.register_error('counters_are_blind', 403, 'Who counts does not compare with the books.', 'Ask somebody who does not count here.');
select private.register_error('count_line_closed', 409, 'Only the lines that were chosen are counted again.', 'Leave out the products in the details, or have them recounted, too.');
select private.register_error('count_incomplete', 409, 'Some lines are not counted.', 'Count the products in the details, 0 where there is nothing; or finish and leave them uncounted.');
select private.register_error('count_outdated', 409, 'The books of the time of the count have changed since it was approved.', 'Have the products in the details recounted.');

create function private.counted_blind() returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
begin
  return array(
    select c.warehouse_id from public.stock_counts c
    where c.tenant_id = private.active_tenant_id() and c.is_being_counted and auth.uid() = any (c.counters)
  );
end
$$;
comment on function private.counted_blind() is 'The places that the caller counts just now, whose books he therefore does not see.';

create function private.lock_stock_count(tenant uuid, stock_count uuid, expected_version integer) returns public.stock_counts
language plpgsql security definer set search_path = ''
as $$
declare
  locked public.stock_counts;
begin
  select * into locked from public.stock_counts c
  where c.tenant_id = tenant and c.id = stock_count and private.sees_warehouse(c.warehouse_id)
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('stock_count_id', stock_count));
  end if;
  perform private.check_version(expected_version, locked.version);
  return locked;
end
$$;
comment on function private.lock_stock_count(uuid, uuid, integer) is 'A count that the caller sees, under its lock. Raises record_not_found, version_conflict.';

create function private.require_counters(tenant uuid, place uuid, counter_ids uuid[]) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  stranger uuid;
begin
  if coalesce(pg_catalog.cardinality(counter_ids), 0) not between 1 and 20 then
    perform private.fail('input_invalid', '{"counter_ids": "1 to 20 people are needed"}');
  end if;
  select c into stranger from pg_catalog.unnest(counter_ids) c
  where not exists (
    select from public.memberships m
    where m.tenant_id = tenant and m.user_id = c and m.status = 'active' and coalesce(m.warehouse_id, place) = place
  ) limit 1;
  if found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('counter_ids', stranger));
  end if;
  return array(select distinct c from pg_catalog.unnest(counter_ids) c order by c);
end
$$;
comment on function private.require_counters(uuid, uuid, uuid[]) is 'Accounts of people who may count a place, each once. Raises input_invalid, record_not_found.';

create function private.books_at(tenant uuid, place uuid, product uuid, of_condition public.stock_condition, moment timestamptz) returns numeric
language sql stable security definer set search_path = ''
as $$
  select coalesce((
    select i.on_hand from public.inventory i
    where i.tenant_id = tenant and i.warehouse_id = place and i.product_id = product and i.condition = of_condition
  ), 0) - coalesce((
    select sum(t.quantity) from public.inventory_transactions t
    where t.tenant_id = tenant and t.warehouse_id = place and t.product_id = product and t.condition = of_condition and t.occurred_at > moment
  ), 0)
$$;
comment on function private.books_at(uuid, uuid, uuid, public.stock_condition, timestamptz) is
  'What the books say of a balance at a moment: that of now, less what has happened since. Few movements are read where the moment is near.';

create function private.add_cards(target public.stock_counts) returns void
language sql security definer set search_path = ''
as $$
  insert into public.stock_count_items (tenant_id, stock_count_id, product_id, condition, round)
  select i.tenant_id, target.id, i.product_id, i.condition, target.round
  from public.inventory i join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
  where i.tenant_id = target.tenant_id and i.warehouse_id = target.warehouse_id and (i.on_hand > 0 or p.is_active)
  order by i.product_id, i.condition
  on conflict do nothing
$$;
comment on function private.add_cards(public.stock_counts) is 'Gives a full count a line for every balance of its place that has none yet.';

create function private.create_stock_count(warehouse_id uuid, counter_ids uuid[], product_ids uuid[] default null, note text default null) returns public.stock_counts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.edit');
  target public.stock_counts;
  unknown uuid;
begin
  perform private.require_own_place(tenant, 'warehouse_id', warehouse_id);
  if product_ids is not null and pg_catalog.cardinality(product_ids) not between 1 and 1000 then
    perform private.fail('input_invalid', '{"product_ids": "1 to 1000 products are needed, or none for a full count"}');
  end if;
  select w into unknown from pg_catalog.unnest(product_ids) w
  where not exists (select from public.products p where p.tenant_id = tenant and p.id = w) limit 1;
  if found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('product_ids', unknown));
  end if;
  insert into public.stock_counts (tenant_id, warehouse_id, is_full, counters, note)
  values (tenant, warehouse_id, product_ids is null, private.require_counters(tenant, warehouse_id, counter_ids),
    private.check_text('note', nullif(pg_catalog.btrim(note), ''), 500))
  returning * into target;
  -- In every condition that the place has it in; good, where it has none.
  insert into public.stock_count_items (tenant_id, stock_count_id, product_id, condition, is_by_hand)
  select distinct tenant, target.id, w, coalesce(i.condition, 'good'), true
  from pg_catalog.unnest(product_ids) w
  left join public.inventory i on i.tenant_id = tenant and i.warehouse_id = target.warehouse_id and i.product_id = w and (i.on_hand > 0 or i.condition = 'good');
  return target;
end
$$;
comment on function private.create_stock_count(uuid, uuid[], uuid[], text) is
  'Drafts a count of a place: who counts (counter_ids, accounts of members), and which products; none named means all of them. Raises stock_count_open, warehouse_not_available, record_not_found, input_invalid.';
select private.expose_command('create_stock_count');

create function private.start_stock_count(stock_count_id uuid, expected_version integer default null) returns public.stock_counts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.stock_counts := private.lock_stock_count(tenant, stock_count_id, expected_version);
  next_state constant text := private.next_state('stock_count', target.id, target.status::text, 'start');
begin
  update public.stock_counts c set status = next_state::public.stock_count_status, started_at = pg_catalog.now()
  where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  if target.is_full then
    perform private.add_cards(target);
  end if;
  return target;
end
$$;
comment on function private.start_stock_count(uuid, integer) is
  'Counting begins: a full count has a line per balance of the place, and those who count no longer see its books. Raises stock_count_transition_illegal.';
select private.expose_command('start_stock_count');

create function private.record_stock_count(stock_count_id uuid, items jsonb) returns public.stock_counts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.stock_counts := private.lock_stock_count(tenant, stock_count_id, null);
  found_there jsonb;
  problems jsonb;
begin
  if not private.takes_in_place('stock_count', tenant, target.status::text, 'record') then
    perform private.fail('stock_count_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'record'));
  end if;
  if auth.uid() <> all (target.counters) then
    perform private.fail('not_a_counter', pg_catalog.jsonb_build_object('stock_count_id', target.id));
  end if;
  select pg_catalog.jsonb_agg(l) into found_there from private.stock_lines(tenant, items, 'counted', takes_zero => true) l;
  if target.status = 'recounting' then
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'condition', f.condition)) into problems
    from pg_catalog.jsonb_to_recordset(found_there) as f (product_id uuid, condition public.stock_condition)
    join public.products p on p.tenant_id = tenant and p.id = f.product_id
    where not exists (
      select from public.stock_count_items i
      where i.tenant_id = tenant and i.stock_count_id = target.id and i.product_id = f.product_id and i.condition = f.condition and i.round = target.round
    );
    if problems is not null then
      perform private.fail('count_line_closed', pg_catalog.jsonb_build_object('items', problems));
    end if;
  end if;
  perform private.require_counted_serials(target, found_there);
  insert into public.stock_count_items as i (tenant_id, stock_count_id, product_id, condition, round, is_by_hand, counted, counted_at, counted_by)
  select tenant, target.id, f.product_id, f.condition, target.round, true, f.quantity, pg_catalog.clock_timestamp(), auth.uid()
  from pg_catalog.jsonb_to_recordset(found_there) as f (product_id uuid, condition public.stock_condition, quantity numeric)
  on conflict on constraint stock_count_items_tenant_id_stock_count_id_product_id_condi_key
  do update set counted = excluded.counted, counted_at = excluded.counted_at, counted_by = excluded.counted_by;
  perform private.record_counted_batches(target, items);
  return target;
end
$$;
comment on function private.record_stock_count(uuid, jsonb) is
  'What somebody who counts has found: items [{product_id, counted (base units, 0 where there is nothing), condition?, batches? [{code, expires_on?, counted}]}]; what is tracked by batch names its batches, which sum to the line, and a batch that nobody knew is one from then on. The same line again replaces the figure, other lines stay; a product without a line gets one. What is tracked by serial number is scanned, as many as are counted. Raises serials_needed, batches_invalid, batch_expiry_differs, not_a_counter, count_line_closed, lines_invalid, stock_count_transition_illegal.';
select private.expose_command('record_stock_count');

create function private.refresh_stock_count(stock_count_id uuid, expected_version integer default null) returns public.stock_counts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.stock_counts := private.lock_stock_count(tenant, stock_count_id, expected_version);
begin
  if not private.takes_in_place('stock_count', tenant, target.status::text, 'refresh') then
    perform private.fail('stock_count_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'refresh'));
  end if;
  -- Which lines go tells what the books say.
  if auth.uid() = any (target.counters) then
    perform private.fail('counters_are_blind', pg_catalog.jsonb_build_object('stock_count_id', target.id));
  end if;
  if target.status = 'recounting' then
    delete from public.stock_count_items i
    where i.tenant_id = tenant and i.stock_count_id = target.id and i.round = target.round and i.counted is null and not i.is_by_hand
      and private.books_at(tenant, target.warehouse_id, i.product_id, i.condition, pg_catalog.clock_timestamp()) = 0;
  elsif target.is_full then
    perform private.add_cards(target);
  end if;
  return target;
end
$$;
comment on function private.refresh_stock_count(uuid, integer) is
  'Brings the lines of the latest round up to what the books say now: a first count gets what has come to the place, a recount loses what nobody has counted again and is not there any more. Earlier rounds and lines added by hand stay. Not by those who count. Raises counters_are_blind, stock_count_transition_illegal.';
select private.expose_command('refresh_stock_count');

create function private.finish_stock_count(stock_count_id uuid, leave_uncounted boolean default false, expected_version integer default null) returns public.stock_counts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.stock_counts := private.lock_stock_count(tenant, stock_count_id, expected_version);
  next_state constant text := private.next_state('stock_count', target.id, target.status::text, 'finish');
  problems jsonb;
begin
  if target.is_full and target.status = 'counting' then
    -- What has come to the place while it was counted.
    perform private.add_cards(target);
  end if;
  if leave_uncounted is not true then
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'condition', i.condition) order by p.name) into problems
    from (
      select l.* from public.stock_count_items l
      where l.tenant_id = tenant and l.stock_count_id = target.id and l.round = target.round and l.counted is null
      order by l.id limit 100
    ) i
    join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id;
    if problems is not null then
      perform private.fail('count_incomplete', pg_catalog.jsonb_build_object('items', problems));
    end if;
  end if;
  -- Somebody may have scanned on after he typed the figure.
  perform private.require_counted_serials(target, (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', i.product_id, 'condition', i.condition, 'quantity', i.counted)) from public.stock_count_items i
    where i.tenant_id = tenant and i.stock_count_id = target.id and i.round = target.round and i.counted is not null
  ));
  update public.stock_count_items i
  set expected = private.books_at(tenant, target.warehouse_id, i.product_id, i.condition, coalesce(i.counted_at, pg_catalog.now()))
  where i.tenant_id = tenant and i.stock_count_id = target.id and i.round = target.round;
  perform private.expect_batches(target);
  update public.stock_counts c set status = next_state::public.stock_count_status where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.finish_stock_count(uuid, boolean, integer) is
  'Counting is done: every line gets what the books said at the moment in which it was counted. Lines that nobody counted are named, up to 100 of them, and stay unknown when they are left so. Raises serials_needed, count_incomplete, stock_count_transition_illegal.';
select private.expose_command('finish_stock_count');

create function private.recount_stock_count(stock_count_id uuid, items jsonb, counter_ids uuid[] default null, expected_version integer default null) returns public.stock_counts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.stock_counts := private.lock_stock_count(tenant, stock_count_id, expected_version);
  next_state constant text := private.next_state('stock_count', target.id, target.status::text, 'recount');
  chosen integer;
begin
  perform private.require_records('items', items, '{"product_id": "uuid", "condition": "public.stock_condition"}');
  update public.stock_counts c
  set status = next_state::public.stock_count_status, round = c.round + 1, approved_by = null, approved_at = null,
    counters = array(select distinct p from pg_catalog.unnest(
      c.counters || case when counter_ids is null then '{}' else private.require_counters(tenant, c.warehouse_id, counter_ids) end) p order by p)
  where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  update public.stock_count_items i set round = target.round, counted = null, counted_at = null, counted_by = null, expected = null, reason_id = null
  where i.tenant_id = tenant and i.stock_count_id = target.id and (i.product_id, i.condition) in (
    select w.product_id, coalesce(w.condition, 'good') from pg_catalog.jsonb_to_recordset(items) as w (product_id uuid, condition public.stock_condition)
  );
  get diagnostics chosen = row_count;
  delete from public.stock_count_batches b using public.stock_count_items i
  where i.tenant_id = tenant and i.stock_count_id = target.id and i.round = target.round and b.tenant_id = i.tenant_id and b.stock_count_item_id = i.id;
  perform private.scan_again(target);
  if chosen = 0 or chosen <> (
    select count(distinct (w.product_id, coalesce(w.condition, 'good'))) from pg_catalog.jsonb_to_recordset(items) as w (product_id uuid, condition public.stock_condition)
  ) then
    perform private.fail('input_invalid', '{"items": "lines of this count are needed"}');
  end if;
  return target;
end
$$;
comment on function private.recount_stock_count(uuid, jsonb, uuid[], integer) is
  'Has some lines counted again, items [{product_id, condition?}], by those who counted before and by counter_ids, others whom the approval is then kept from, too. What was found the first time is in the audit trail. Raises input_invalid, record_not_found, stock_count_transition_illegal.';
select private.expose_command('recount_stock_count');

create function private.explain_stock_count(stock_count_id uuid, items jsonb, expected_version integer default null) returns public.stock_counts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.stock_counts := private.lock_stock_count(tenant, stock_count_id, expected_version);
  problems jsonb;
begin
  if not private.takes_in_place('stock_count', tenant, target.status::text, 'explain') then
    perform private.fail('stock_count_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'explain'));
  end if;
  perform private.require_records('items', items, '{"product_id": "uuid", "condition": "public.stock_condition", "reason_id": "uuid"}');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', w.product_id, 'condition', coalesce(w.condition, 'good'), 'variance', i.variance, 'reason', r.name, 'effect', r.effect)) into problems
  from pg_catalog.jsonb_to_recordset(items) as w (product_id uuid, condition public.stock_condition, reason_id uuid)
  left join public.stock_count_items i on i.tenant_id = tenant and i.stock_count_id = target.id and i.product_id = w.product_id and i.condition = coalesce(w.condition, 'good')
  left join public.adjustment_reasons r on r.tenant_id = tenant and r.id = w.reason_id and r.is_active
  where i.id is null or w.reason_id is not null and (r.id is null or r.effect = 'condition_change' or private.fits(r.effect, i.variance) is not true);
  if problems is not null then
    perform private.fail('reason_does_not_fit', pg_catalog.jsonb_build_object('items', problems));
  end if;
  update public.stock_count_items i set reason_id = w.reason_id
  from pg_catalog.jsonb_to_recordset(items) as w (product_id uuid, condition public.stock_condition, reason_id uuid)
  where i.tenant_id = tenant and i.stock_count_id = target.id and i.product_id = w.product_id and i.condition = coalesce(w.condition, 'good');
  return target;
end
$$;
comment on function private.explain_stock_count(uuid, jsonb, integer) is
  'Says why there are differences, items [{product_id, condition?, reason_id (null for none)}], before the count is approved: reasons that explain a difference of that sign. Raises reason_does_not_fit, stock_count_transition_illegal.';
select private.expose_command('explain_stock_count');

create function private.adds_defective(target public.stock_counts) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.stock_count_items i
    where i.tenant_id = target.tenant_id and i.stock_count_id = target.id and i.condition = 'defective' and i.variance > 0
  );
end
$$;
comment on function private.adds_defective(public.stock_counts) is 'Whether a count makes stock defective.';
select private.offer_if('stock_count', 'not private.adds_defective(stock_counts) or private.has_permission(stock_counts.tenant_id, ''inventory.condemn'')', 'approve');

create function private.approve_stock_count(stock_count_id uuid, expected_version integer default null) returns public.stock_counts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.stock_counts := private.lock_stock_count(tenant, stock_count_id, expected_version);
  next_state constant text := private.next_state('stock_count', target.id, target.status::text, 'approve');
begin
  perform private.require_condemner(tenant, private.adds_defective(target));
  if private.record_approval(tenant, 'stock_count', target.id, 'approve', target.status::text) then
    update public.stock_counts c set status = next_state::public.stock_count_status, approved_by = auth.uid(), approved_at = pg_catalog.now()
    where c.tenant_id = target.tenant_id and c.id = target.id
    returning * into target;
  end if;
  return target;
end
$$;
comment on function private.approve_stock_count(uuid, integer) is 'Accepts the differences of a count that somebody else entered and others counted; goods found defective that the books do not know so need inventory.condemn. Raises separation_of_duties, defective_by_auditors_only, stock_count_transition_illegal.';
select private.expose_command('approve_stock_count');

create function private.post_stock_count(stock_count_id uuid, expected_version integer default null) returns public.stock_counts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.stock_counts := private.lock_stock_count(tenant, stock_count_id, expected_version);
  next_state constant text := private.next_state('stock_count', target.id, target.status::text, 'post');
  problems jsonb;
begin
  -- From here on no movement comes in between.
  perform from public.inventory b
  where b.tenant_id = tenant and b.warehouse_id = target.warehouse_id and (b.product_id, b.condition) in (
    select i.product_id, i.condition from public.stock_count_items i where i.tenant_id = tenant and i.stock_count_id = target.id and i.counted is not null
  )
  order by b.warehouse_id, b.product_id, b.condition
  for no key update;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'condition', i.condition)) into problems
  from public.stock_count_items i join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
  where i.tenant_id = tenant and i.stock_count_id = target.id and i.counted is not null
    and (i.expected <> private.books_at(tenant, target.warehouse_id, i.product_id, i.condition, i.counted_at) or private.batches_outdated(target, i));
  if problems is not null then
    perform private.fail('count_outdated', pg_catalog.jsonb_build_object('items', problems));
  end if;
  update public.stock_counts c set status = next_state::public.stock_count_status, posted_at = pg_catalog.now() where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, reason_id, occurred_at)
  select tenant, target.warehouse_id, i.product_id, i.condition, d.quantity, 'count', 'stock_count', target.id, coalesce(i.reason_id, r.id), i.counted_at
  from public.stock_count_items i
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
  join public.adjustment_reasons r on r.tenant_id = tenant and r.is_for_counts
  cross join lateral (
    select i.variance as quantity where p.tracking = 'none'
    union all
    select x from private.batches_differing(i) x where p.tracking = 'batch'
    union all
    select x from private.serials_differing(target, i) x where p.tracking = 'serial'
  ) d
  where i.tenant_id = tenant and i.stock_count_id = target.id and d.quantity <> 0;
  perform private.close_scans(tenant, target.id);
  update public.inventory b set last_counted_at = i.counted_at, last_count_id = target.id
  from public.stock_count_items i
  where i.tenant_id = tenant and i.stock_count_id = target.id and i.counted is not null
    and b.tenant_id = tenant and b.warehouse_id = target.warehouse_id and b.product_id = i.product_id and b.condition = i.condition;
  return target;
end
$$;
comment on function private.post_stock_count(uuid, integer) is
  'Has the books say what was found, as of the moment in which each line was counted; what moved since still counts. Lines without a difference move nothing, lines that nobody counted change nothing; another piece or batch than the one in the books is one that is missing and one that was found. Raises count_outdated, stock_short, stock_history_negative, stock_count_transition_illegal.';
select private.expose_command('post_stock_count');

create function private.cancel_stock_count(stock_count_id uuid, reason text, expected_version integer default null) returns public.stock_counts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.stock_counts := private.lock_stock_count(tenant, stock_count_id, expected_version);
  next_state constant text := private.next_state('stock_count', target.id, target.status::text, 'cancel');
begin
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  update public.stock_counts c set status = next_state::public.stock_count_status, cancelled_reason = private.require_text('reason', reason), approved_at = null, approved_by = null
  where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.cancel_stock_count(uuid, text, integer) is 'Gives a count up, with a reason; it changes nothing. A posted one stays: count again. Raises reason_required, stock_count_transition_illegal.';
select private.expose_command('cancel_stock_count');
