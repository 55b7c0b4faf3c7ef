-- Family 15, operations: what the company owns and uses: where each piece is or who has it, and whether it works (docs/decisions/0063).

create table public.asset_kinds (
  like private.name_list including defaults including constraints including indexes,
  foreign key (tenant_id) references public.tenants (id)
);
comment on table public.asset_kinds is 'Kinds of things that the company owns, in its own words.';
select private.keep_names('public.asset_kinds', 'asset_kind', 'assets.view', 'kind', array['Vehicle', 'Forklift', 'Cooler', 'Scale', 'Phone', 'Computer', 'Other']);

create type public.asset_status as enum ('in_service', 'in_repair', 'retired');

create table public.assets (
  like private.record including defaults including indexes,
  number text not null,
  status public.asset_status not null default 'in_service',
  name text not null,
  kind_id uuid not null,
  serial text,
  bought_on date,
  cost numeric(14,2),
  warehouse_id uuid,
  holder_id uuid references public.users (id),
  vehicle_id uuid,
  warranty_until date,
  notes text,
  status_reason text,
  back_on date,
  last_maintenance_on date,
  next_maintenance_on date,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, kind_id) references public.asset_kinds (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, holder_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, vehicle_id) references public.vehicles (tenant_id, id),
  unique (tenant_id, number),
  unique (tenant_id, kind_id, serial),
  unique (tenant_id, vehicle_id),
  constraint asset_name_is_short check (btrim(name) <> '' and length(name) <= 120),
  constraint serial_is_short check (length(serial) between 1 and 80 and serial = btrim(serial)),
  constraint asset_cost_is_bounded check (cost between 0 and 999999999.99),
  constraint bought_day_is_near check (bought_on between '1950-01-01' and '2100-01-01'),
  constraint warranty_follows_purchase check (warranty_until between '1950-01-01' and '2100-01-01' and coalesce(bought_on <= warranty_until, true)),
  constraint asset_is_in_one_place check (num_nonnulls(warehouse_id, holder_id) = 1),
  constraint notes_are_bounded check (length(notes) <= 4000),
  constraint status_reason_matches_status check ((status = 'in_service') = (status_reason is null)),
  constraint back_day_is_of_a_repair check (back_on is null or status = 'in_repair' and back_on < '2100-01-01')
);
create index assets_recent on public.assets (tenant_id, created_at desc, id desc);
create index assets_kind on public.assets (tenant_id, kind_id);
create index assets_place on public.assets (tenant_id, warehouse_id) where warehouse_id is not null;
create index assets_account on public.assets (holder_id) where holder_id is not null;
create index assets_holder on public.assets (tenant_id, holder_id) where holder_id is not null;
create index assets_search on public.assets using gin ((name || ' ' || number || ' ' || coalesce(serial, '')) extensions.gin_trgm_ops);
comment on table public.assets is
  'What the company owns and uses. Each piece lies in one depot or is with one person, which the row itself says, so that nobody has it twice; who had it before is in its history.';
comment on column public.assets.serial is 'Number that its maker gave it, once per kind.';
comment on column public.assets.cost is 'What it cost, in the company''s currency.';
comment on column public.assets.warehouse_id is 'Depot in which it is; null: a person has it.';
comment on column public.assets.holder_id is 'Account of whoever has it; null: it is in a depot.';
comment on column public.assets.vehicle_id is 'The vehicle that it is: in repair it leaves with no trip.';
comment on column public.assets.status_reason is 'What is being repaired, or why it was retired.';
comment on column public.assets.back_on is 'Day on which it is expected back from repair.';
comment on column public.assets.last_maintenance_on is 'Day of the last maintenance that was done; kept by maintenance_jobs.';
comment on column public.assets.next_maintenance_on is 'Day of the next maintenance that is planned; kept by maintenance_jobs.';
select private.register_error('asset_name_is_short', 422, 'The name is missing or too long.', 'Enter a name of at most 120 characters.');
select private.register_error('serial_is_short', 422, 'The serial number is too long, or begins or ends with a space.', 'Enter at most 80 characters, or leave it empty.');
select private.register_error('asset_cost_is_bounded', 422, 'It cannot have cost this.', 'Enter an amount from 0, with two decimals at most.');
select private.register_error('bought_day_is_near', 422, 'It was not bought on this day.', 'Enter a day since 1950.');
select private.register_error('warranty_follows_purchase', 422, 'The warranty ends before the day of the purchase.', 'Enter a later day, or leave it empty.');
select private.register_error('asset_is_in_one_place', 422, 'An asset is in one depot or with one person.', 'Choose either the depot or the person.');
select private.register_error('back_day_is_of_a_repair', 422, 'This is not a day on which something can be back.', 'Enter a day from today on.');
select private.register_error('asset_serial_taken', 409, 'Another asset of this kind has this serial number.', 'Check the number, or open that asset.');
select private.register_error('asset_vehicle_taken', 409, 'This vehicle is another asset already.', 'Open that asset, or choose another vehicle.');
select private.register_error('asset_is_retired', 409, 'The asset is retired.', 'Choose an asset that is in use.');

select private.register_document('public.assets', 'asset', 'in_service', 'assets.view', '/assets', prefix => 'AST');
select private.refuse_taken('public.assets', 'assets_tenant_id_kind_id_serial_key', 'asset_serial_taken');
select private.refuse_taken('public.assets', 'assets_tenant_id_vehicle_id_key', 'asset_vehicle_taken');
insert into private.transitions (machine, from_state, command, to_state, permission, event) values
  ('asset', 'in_service', 'repair', 'in_repair', 'assets.maintain', 'asset.repair_begun'),
  ('asset', 'in_repair', 'restore', 'in_service', 'assets.maintain', 'asset.repaired'),
  ('asset', 'in_service', 'retire', 'retired', 'assets.manage', 'asset.retired'),
  ('asset', 'in_repair', 'retire', 'retired', 'assets.manage', 'asset.retired');
insert into private.in_place_commands (machine, command, state, permission) values
  ('asset', 'change', 'in_service', 'assets.manage'), ('asset', 'change', 'in_repair', 'assets.manage'), ('asset', 'hand_over', 'in_service', 'assets.manage');

create function private.assets_meant(typed text) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.tenant_id('assets.view');
  wanted constant text[] := private.patterns_meant(typed);
begin
  if tenant is null or wanted = '{}' then
    return '{}';
  end if;
  -- The policy of the table decides which of them the caller sees.
  return array(
    select a.id from public.assets a
    where a.tenant_id = tenant and (a.name || ' ' || a.number || ' ' || coalesce(a.serial, '')) ilike any (wanted)
    order by a.name, a.id limit 100
  );
end
$$;
comment on function private.assets_meant(text) is 'Assets that may be meant by what was typed: a part of their name, number or serial number.';
select private.find_by('asset', 'id', 'private.assets_meant(typed)');

create function private.lock_asset(asset uuid, permission text, expected_version integer) returns public.assets
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission(permission);
  locked public.assets;
begin
  select * into locked from public.assets a
  where a.tenant_id = tenant and a.id = asset and private.has_permission(tenant, 'assets.view')
    and (a.holder_id = auth.uid() or private.has_permission(tenant, 'assets.view_all'))
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('asset_id', asset));
  end if;
  perform private.check_version(expected_version, locked.version);
  return locked;
end
$$;
comment on function private.lock_asset(uuid, text, integer) is 'An asset that the caller sees, under its lock. Raises record_not_found, version_conflict, permission_denied.';

create function private.check_asset_place(tenant uuid, warehouse_id uuid, holder_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if pg_catalog.num_nonnulls(warehouse_id, holder_id) <> 1 then
    perform private.fail('asset_is_in_one_place', pg_catalog.jsonb_build_object('warehouse_id', warehouse_id, 'holder_id', holder_id));
  end if;
  if warehouse_id is not null then
    perform private.require_own_place(tenant, 'warehouse_id', warehouse_id);
  end if;
  perform private.check_owner(tenant, holder_id);
end
$$;
comment on function private.check_asset_place(uuid, uuid, uuid) is 'Whether an asset can be there: in a depot of the caller, or with somebody of the company. Raises asset_is_in_one_place, warehouse_not_available, person_not_in_company.';

create function private.write_asset(asset public.assets, name text, kind_id uuid, serial text, bought_on date, cost numeric, vehicle_id uuid, warranty_until date, notes text) returns public.assets
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  perform private.require_choice('kind_id', kind_id::text);
  perform private.require_reference('public.assets', 'kind_id', asset.tenant_id, kind_id);
  perform private.require_reference('public.assets', 'vehicle_id', asset.tenant_id, vehicle_id);
  if bought_on > private.tenant_today(asset.tenant_id) then
    perform private.fail('bought_day_is_near', pg_catalog.jsonb_build_object('bought_on', bought_on));
  end if;
  if (coalesce(cost, 0) between 0 and 999999999.99 and coalesce(cost, 0) = round(coalesce(cost, 0), 2)) is not true then
    perform private.fail('asset_cost_is_bounded', pg_catalog.jsonb_build_object('cost', cost));
  end if;
  asset.name := pg_catalog.btrim(name);
  asset.kind_id := kind_id;
  asset.serial := nullif(pg_catalog.btrim(serial), '');
  asset.bought_on := bought_on;
  asset.cost := cost;
  asset.vehicle_id := vehicle_id;
  asset.warranty_until := warranty_until;
  asset.notes := nullif(pg_catalog.btrim(notes), '');
  return asset;
end
$$;
comment on function private.write_asset(public.assets, text, uuid, text, date, numeric, uuid, date, text) is
  'An asset with what was entered; where it is stays as it is. Raises bought_day_is_near, asset_cost_is_bounded, record_not_found, input_invalid.';

create function private.create_asset(
  name text, kind_id uuid, warehouse_id uuid default null, holder_id uuid default null, serial text default null, bought_on date default null,
  cost numeric default null, vehicle_id uuid default null, warranty_until date default null, notes text default null
) returns public.assets
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('assets.manage');
  asset public.assets;
begin
  asset.tenant_id := tenant;
  asset := private.write_asset(asset, name, kind_id, serial, bought_on, cost, vehicle_id, warranty_until, notes);
  perform private.check_asset_place(tenant, warehouse_id, holder_id);
  insert into public.assets (tenant_id, name, kind_id, serial, bought_on, cost, vehicle_id, warranty_until, notes, warehouse_id, holder_id)
  values (tenant, asset.name, asset.kind_id, asset.serial, asset.bought_on, asset.cost, asset.vehicle_id, asset.warranty_until, asset.notes, warehouse_id, holder_id)
  returning * into asset;
  return asset;
end
$$;
comment on function private.create_asset(text, uuid, uuid, uuid, text, date, numeric, uuid, date, text) is
  'Enters something that the company owns, in a depot (warehouse_id) or with a person (holder_id, account). Raises asset_name_is_short, serial_is_short, asset_cost_is_bounded, bought_day_is_near, warranty_follows_purchase, asset_is_in_one_place, asset_serial_taken, asset_vehicle_taken, warehouse_not_available, person_not_in_company, record_not_found, input_invalid, permission_denied.';
select private.expose_command('create_asset');

create function private.lock_vehicle(vehicle uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform from public.vehicles v where v.tenant_id = private.active_tenant_id() and v.id = vehicle for no key update;
end
$$;
comment on function private.lock_vehicle(uuid) is
  'Locks the vehicle that an asset is, before the asset: whoever puts it on a trip has it locked, too (private.check_crew), so that a trip and a repair come one after the other.';

create function private.require_asset_in_place(asset public.assets, command text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not private.takes_in_place('asset', asset.tenant_id, asset.status::text, command) then
    perform private.fail('asset_transition_illegal', pg_catalog.jsonb_build_object('id', asset.id, 'from', asset.status, 'command', command));
  end if;
end
$$;
comment on function private.require_asset_in_place(public.assets, text) is 'Raises asset_transition_illegal unless the asset takes this command as it is.';

create function private.change_asset(
  asset_id uuid, name text, kind_id uuid, serial text default null, bought_on date default null, cost numeric default null, vehicle_id uuid default null,
  warranty_until date default null, notes text default null, expected_version integer default null
) returns public.assets
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  asset public.assets;
begin
  perform private.lock_vehicle(vehicle_id);
  asset := private.lock_asset(asset_id, 'assets.manage', expected_version);
  perform private.require_asset_in_place(asset, 'change');
  asset := private.write_asset(asset, name, kind_id, serial, bought_on, cost, vehicle_id, warranty_until, notes);
  update public.assets a
  set name = asset.name, kind_id = asset.kind_id, serial = asset.serial, bought_on = asset.bought_on, cost = asset.cost, vehicle_id = asset.vehicle_id,
    warranty_until = asset.warranty_until, notes = asset.notes
  where a.tenant_id = asset.tenant_id and a.id = asset.id
  returning * into asset;
  return asset;
end
$$;
comment on function private.change_asset(uuid, text, uuid, text, date, numeric, uuid, date, text, integer) is
  'Writes anew what an asset is. Raises the errors of create_asset, and asset_transition_illegal, version_conflict.';
select private.expose_command('change_asset');

create function private.hand_over_asset(asset_id uuid, warehouse_id uuid default null, holder_id uuid default null, expected_version integer default null) returns public.assets
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  asset public.assets := private.lock_asset(asset_id, 'assets.manage', expected_version);
begin
  perform private.require_asset_in_place(asset, 'hand_over');
  perform private.check_asset_place(asset.tenant_id, warehouse_id, holder_id);
  update public.assets a set warehouse_id = warehouse_id, holder_id = holder_id
  where a.tenant_id = asset.tenant_id and a.id = asset.id
  returning * into asset;
  return asset;
end
$$;
comment on function private.hand_over_asset(uuid, uuid, uuid, integer) is
  'Gives an asset to a person (holder_id, account) or back to a depot (warehouse_id); whoever had it has it no longer, which its history tells. Raises asset_is_in_one_place, warehouse_not_available, person_not_in_company, asset_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('hand_over_asset');

create function private.move_asset(asset public.assets, command text, reason text, back_on date default null) returns public.assets
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  update public.assets a
  set status = private.next_state('asset', asset.id, asset.status::text, command)::public.asset_status, status_reason = reason, back_on = back_on
  where a.tenant_id = asset.tenant_id and a.id = asset.id;
  -- With what followed from it.
  select * into strict asset from public.assets a where a.tenant_id = asset.tenant_id and a.id = asset.id;
  return asset;
end
$$;
comment on function private.move_asset(public.assets, text, text, date) is 'Takes a step of an asset that is locked. Raises asset_transition_illegal.';

create function private.repair_asset(asset_id uuid, reason text, back_on date default null, expected_version integer default null) returns public.assets
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  asset public.assets;
begin
  perform private.lock_vehicle((select a.vehicle_id from public.assets a where a.tenant_id = private.active_tenant_id() and a.id = asset_id));
  asset := private.lock_asset(asset_id, 'assets.maintain', expected_version);
  if back_on < private.tenant_today(asset.tenant_id) or back_on >= '2100-01-01' then
    perform private.fail('back_day_is_of_a_repair', pg_catalog.jsonb_build_object('back_on', back_on));
  end if;
  return private.move_asset(asset, 'repair', private.require_reason(reason), back_on);
end
$$;
comment on function private.repair_asset(uuid, text, date, integer) is
  'An asset goes to repair, with what is wrong and the day on which it is expected back; a vehicle is put on no trip until it is back. Raises reason_required, back_day_is_of_a_repair, asset_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('repair_asset');

create function private.restore_asset(asset_id uuid, expected_version integer default null) returns public.assets
language plpgsql security definer set search_path = ''
as $$
begin
  return private.move_asset(private.lock_asset(asset_id, 'assets.maintain', expected_version), 'restore', null);
end
$$;
comment on function private.restore_asset(uuid, integer) is 'An asset is back from repair. Raises asset_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('restore_asset');

create function private.retire_asset(asset_id uuid, reason text, expected_version integer default null) returns public.assets
language plpgsql security definer set search_path = ''
as $$
declare
  asset constant public.assets := private.lock_asset(asset_id, 'assets.manage', expected_version);
begin
  return private.move_asset(asset, 'retire', private.require_reason(reason));
end
$$;
comment on function private.retire_asset(uuid, text, integer) is
  'The company has an asset no longer, for a reason: sold, lost, scrapped. What was planned for it is skipped. Raises reason_required, asset_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('retire_asset');

create or replace function private.vehicle_in_repair(tenant uuid, vehicle uuid) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select a.number from public.assets a where a.tenant_id = tenant and a.vehicle_id = vehicle and a.status = 'in_repair');
end
$$;

------------------------------------------------------------------------------------------------
-- Registries
------------------------------------------------------------------------------------------------

select private.register_registry_source('inventory_registry', 'assets', 'public.assets', $$
  select a.tenant_id, a.id as source_id, 'asset' as entity_type, a.id as entity_id, 'asset' as item_type, a.name, coalesce(a.serial, a.number) as sku, k.name as category,
    a.status::text as status, a.warehouse_id as location_id, a.holder_id as current_holder_id, 1 as quantity, a.cost as unit_value,
    a.last_maintenance_on as last_maintenance_date, a.next_maintenance_on as next_maintenance_date, a.created_at
  from public.assets a join public.asset_kinds k on k.tenant_id = a.tenant_id and k.id = a.kind_id $$, follows => 'asset_kinds.kind_id');
select private.register_registry_source('calendar_events', 'asset_warranties', 'public.assets', $$
  select a.tenant_id, a.id as source_id, 'asset' as entity_type, a.id as entity_id, 'warranty_ends' as event_type, a.name as title, a.serial as description,
    private.midnight(a.warranty_until) as starts_at, true as is_all_day, a.warehouse_id as location_id, 'warn' as color, a.created_at
  from public.assets a where a.warranty_until is not null and a.status <> 'retired' $$);
select private.track_status('asset');
