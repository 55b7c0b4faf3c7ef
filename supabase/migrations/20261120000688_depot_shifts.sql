-- Family 06, warehouse: depots that are opened and closed per shift, each time with a full count.

create type public.depot_shift_status as enum ('opening', 'open', 'closing', 'closed', 'cancelled');

create table public.depot_shifts (
  like private.record including defaults including indexes,
  number text not null,
  warehouse_id uuid not null,
  status public.depot_shift_status not null default 'opening',
  opening_count_id uuid not null,
  closing_count_id uuid,
  opened_at timestamptz,
  closed_at timestamptz,
  opening_differences integer,
  closing_differences integer,
  is_live boolean not null generated always as (status in ('opening', 'open', 'closing')) stored,
  unique (tenant_id, number),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, opening_count_id) references public.stock_counts (tenant_id, id),
  foreign key (tenant_id, closing_count_id) references public.stock_counts (tenant_id, id),
  constraint opening_is_recorded check (status in ('opening', 'cancelled') or opened_at is not null),
  constraint closing_is_recorded check ((status = 'closed') = (closed_at is not null)),
  constraint closing_is_counted check (status not in ('closing', 'closed') or closing_count_id is not null)
);
create unique index depot_shifts_live on public.depot_shifts (tenant_id, warehouse_id) where is_live;
create index depot_shifts_warehouse on public.depot_shifts (tenant_id, warehouse_id);
create index depot_shifts_opening on public.depot_shifts (tenant_id, opening_count_id);
create index depot_shifts_closing on public.depot_shifts (tenant_id, closing_count_id);
create index depot_shifts_recent on public.depot_shifts (tenant_id, created_at desc, id desc);
comment on table public.depot_shifts is
  'Shifts of the depots that work in shifts (warehouses.works_in_shifts): open from when the opening count is posted until the closing one is begun. Only an open depot ships.';
comment on column public.depot_shifts.opening_differences is 'How many lines of the opening count differed from the books: what happened while nobody was there.';
comment on column public.depot_shifts.closing_differences is 'How many lines of the closing count differed from the books: what the shift answers for.';
comment on column public.depot_shifts.is_live is 'Begun and not over.';
select private.register_document('public.depot_shifts', 'depot_shift', 'opening', 'inventory.view', '/stock/shifts', prefix => 'SHF');
select private.register_error('depot_shift_live', 409, 'This depot has a shift that is not over.', 'Close that one first.');
select private.refuse_taken('public.depot_shifts', 'depot_shifts_live', 'depot_shift_live');
insert into private.waiting_states (machine, state, permission) values ('depot_shift', 'open', 'inventory.edit');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('depot_shift', 'opening', 'open', 'open', 'inventory.edit', null, 'depot_shift.opened'),
  ('depot_shift', 'opening', 'cancel', 'cancelled', 'inventory.edit', null, 'depot_shift.cancelled'),
  ('depot_shift', 'open', 'close', 'closing', 'inventory.edit', null, 'depot_shift.closing'),
  ('depot_shift', 'closing', 'finish', 'closed', 'inventory.edit', null, 'depot_shift.closed'),
  ('depot_shift', 'closing', 'resume', 'open', 'inventory.edit', null, 'depot_shift.resumed');

-- These follow from its counts.
select private.offer_if('depot_shift', 'false', 'open', 'cancel', 'finish', 'resume');

select private.register_error('depot_closed', 409, 'The depot is closed: it ships nothing.', 'Open it with a count first, or post the count with which it opens.');
select private.register_error('depot_without_shifts', 409, 'This place does not work in shifts.', 'Say on its page that it does, if it should.');

create function private.open_depot(warehouse_id uuid, counter_ids uuid[]) returns public.depot_shifts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.edit');
  counting public.stock_counts;
  shift public.depot_shifts;
begin
  perform private.require_own_place(tenant, 'warehouse_id', warehouse_id);
  if not (select w.works_in_shifts from public.warehouses w where w.tenant_id = tenant and w.id = warehouse_id) then
    perform private.fail('depot_without_shifts', pg_catalog.jsonb_build_object('warehouse_id', warehouse_id));
  end if;
  counting := private.create_stock_count(warehouse_id, counter_ids);
  insert into public.depot_shifts (tenant_id, warehouse_id, opening_count_id) values (tenant, warehouse_id, counting.id)
  returning * into shift;
  perform private.start_stock_count(counting.id);
  return shift;
end
$$;
comment on function private.open_depot(uuid, uuid[]) is
  'Begins the shift of a depot with a full count by these people (counter_ids, accounts of members): it is open as soon as the count is posted, and nothing comes of it where the count is cancelled. Raises depot_without_shifts, depot_shift_live, stock_count_open, warehouse_not_available, record_not_found, input_invalid.';
select private.expose_command('open_depot');

create function private.close_depot_shift(depot_shift_id uuid, counter_ids uuid[], expected_version integer default null) returns public.depot_shifts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  shift public.depot_shifts;
  counting public.stock_counts;
  next_state text;
begin
  -- Whoever ships from here has shipped, or finds the depot closed.
  select * into shift from public.depot_shifts s
  where s.tenant_id = tenant and s.id = depot_shift_id and private.sees_warehouse(s.warehouse_id)
  for update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('depot_shift_id', depot_shift_id));
  end if;
  perform private.check_version(expected_version, shift.version);
  next_state := private.next_state('depot_shift', shift.id, shift.status::text, 'close');
  counting := private.create_stock_count(shift.warehouse_id, counter_ids);
  update public.depot_shifts s set status = next_state::public.depot_shift_status, closing_count_id = counting.id
  where s.tenant_id = shift.tenant_id and s.id = shift.id
  returning * into shift;
  perform private.start_stock_count(counting.id);
  return shift;
end
$$;
comment on function private.close_depot_shift(uuid, uuid[], integer) is
  'Closes an open depot with a full count by these people (counter_ids): nothing leaves it from now on, the shift is over when the count is posted, and goes on where the count is cancelled. Raises stock_count_open, depot_shift_transition_illegal, record_not_found, input_invalid.';
select private.expose_command('close_depot_shift');

create function private.tg_stock_counts__move_shift() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
  different constant integer := (
    select count(*) from public.stock_count_items i where i.tenant_id = new.tenant_id and i.stock_count_id = new.id and i.variance <> 0
  );
begin
  earlier := private.run_as_rule('stock_count.' || new.status::text);
  update public.depot_shifts s
  set status = case when new.status = 'posted' then 'open' else 'cancelled' end::public.depot_shift_status,
    opened_at = case when new.status = 'posted' then pg_catalog.now() end,
    opening_differences = case when new.status = 'posted' then different end
  where s.tenant_id = new.tenant_id and s.opening_count_id = new.id and s.status = 'opening';
  update public.depot_shifts s
  set status = case when new.status = 'posted' then 'closed' else 'open' end::public.depot_shift_status,
    closed_at = case when new.status = 'posted' then pg_catalog.now() end,
    closing_differences = case when new.status = 'posted' then different end,
    closing_count_id = case when new.status = 'posted' then s.closing_count_id end
  where s.tenant_id = new.tenant_id and s.closing_count_id = new.id and s.status = 'closing';
  perform private.run_as_rule(earlier);
  return null;
end
$$;
comment on function private.tg_stock_counts__move_shift() is 'A shift follows the counts with which it opens and closes.';
create trigger _300_move_shift after update of status on public.stock_counts for each row
when (new.status in ('posted', 'cancelled') and new.is_full) execute function private.tg_stock_counts__move_shift();

create function private.require_open_depot(tenant uuid, place uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if (select w.works_in_shifts from public.warehouses w where w.tenant_id = tenant and w.id = place) then
    -- Held until the goods have left: who closes the depot waits for them.
    perform from public.depot_shifts s where s.tenant_id = tenant and s.warehouse_id = place and s.is_live and s.status = 'open' for share;
    if not found then
      perform private.fail('depot_closed', (
        select pg_catalog.jsonb_build_object('warehouse_id', w.id, 'name', w.name) from public.warehouses w where w.tenant_id = tenant and w.id = place
      ));
    end if;
  end if;
end
$$;
comment on function private.require_open_depot(uuid, uuid) is 'A depot that works in shifts ships only while it is open. Raises depot_closed.';
