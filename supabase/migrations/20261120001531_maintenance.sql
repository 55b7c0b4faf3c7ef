-- Family 15, operations: what is looked after and when: plans that come round, and the jobs that they make.

create table public.maintenance_plans (
  like private.record including defaults including indexes,
  asset_id uuid not null,
  name text not null,
  every_days integer not null,
  starts_on date not null,
  is_active boolean not null default true,
  foreign key (tenant_id, asset_id) references public.assets (tenant_id, id),
  unique (tenant_id, asset_id, name),
  constraint plan_name_is_short check (length(name) between 1 and 80 and name = btrim(name)),
  constraint plan_comes_round check (every_days between 1 and 3650),
  constraint plan_day_is_near check (starts_on between '2000-01-01' and '2099-12-31')
);
comment on table public.maintenance_plans is
  'What is done on an asset again and again. One that is active has always one planned job; when that is done, the next is planned so many days later.';
comment on column public.maintenance_plans.every_days is 'Days from the day on which it was done to the next; a change counts from the next job on.';
comment on column public.maintenance_plans.starts_on is 'Day of the first job.';
select private.manage_table('public.maintenance_plans', 'maintenance_plan');
select private.set_audience('maintenance_plan', 'assets.view');
select private.register_error('plan_name_is_short', 422, 'What is done is missing or too long, or begins or ends with a space.', 'Say it in at most 80 characters.');
select private.register_error('plan_comes_round', 422, 'Maintenance cannot come round in so many days.', 'Enter 1 to 3650 days.');
select private.register_error('plan_day_is_near', 422, 'This is not a day on which maintenance can be due.', 'Enter a day between 2000 and 2099.');
select private.register_error('maintenance_plan_taken', 409, 'There is a plan of this name for this asset already.', 'Change that one instead.');
select private.refuse_taken('public.maintenance_plans', 'maintenance_plans_tenant_id_asset_id_name_key', 'maintenance_plan_taken');

create type public.maintenance_status as enum ('planned', 'done', 'skipped');

create table public.maintenance_jobs (
  like private.record including defaults including indexes,
  number text not null,
  status public.maintenance_status not null default 'planned',
  asset_id uuid not null,
  plan_id uuid,
  title text not null,
  due_on date not null,
  done_on date,
  cost numeric(14,2),
  note text,
  status_reason text,
  is_planned boolean not null generated always as (status = 'planned') stored,
  foreign key (tenant_id, asset_id) references public.assets (tenant_id, id),
  foreign key (tenant_id, plan_id) references public.maintenance_plans (tenant_id, id),
  unique (tenant_id, number),
  constraint job_title_is_short check (btrim(title) <> '' and length(title) <= 80),
  constraint job_day_is_near check (due_on between '2000-01-01' and '2110-01-01'),
  constraint doing_is_recorded check ((status = 'done') = (done_on is not null)),
  constraint job_cost_is_bounded check (cost between 0 and 999999999.99),
  constraint cost_is_of_what_was_done check (cost is null or status = 'done'),
  constraint job_note_is_bounded check (length(note) <= 1000),
  constraint status_reason_matches_status check ((status = 'skipped') = (status_reason is not null))
);
create unique index maintenance_jobs_next on public.maintenance_jobs (tenant_id, plan_id) where is_planned;
create index maintenance_jobs_plan on public.maintenance_jobs (tenant_id, plan_id) where plan_id is not null;
create index maintenance_jobs_asset on public.maintenance_jobs (tenant_id, asset_id, due_on desc);
create index maintenance_jobs_due on public.maintenance_jobs (tenant_id, due_on, id) where is_planned;
create index maintenance_jobs_recent on public.maintenance_jobs (tenant_id, created_at desc, id desc);
comment on table public.maintenance_jobs is 'What is to be done on an asset on a day, and what came of it. Of a plan no more than one is planned at a time, by an index.';
comment on column public.maintenance_jobs.plan_id is 'The plan that made it; null: somebody planned it once.';
comment on column public.maintenance_jobs.cost is 'What it cost, in the company''s currency; what was paid is an expense of its own.';
comment on column public.maintenance_jobs.is_planned is 'Still to be done.';
comment on column public.maintenance_jobs.status_reason is 'Why it was skipped.';
select private.register_error('job_title_is_short', 422, 'What is to be done is missing or too long.', 'Say it in at most 80 characters.');
select private.register_error('job_day_is_near', 422, 'This is not a day for maintenance.', 'Enter a day between 2000 and 2099; what was done was done by today.');
select private.register_error('job_cost_is_bounded', 422, 'It cannot have cost this.', 'Enter an amount from 0, with two decimals at most.');
select private.register_document('public.maintenance_jobs', 'maintenance_job', 'planned', 'assets.view', '/maintenance', prefix => 'MNT');
insert into private.transitions (machine, from_state, command, to_state, permission, event) values
  ('maintenance_job', 'planned', 'complete', 'done', 'assets.maintain', 'maintenance_job.done'),
  ('maintenance_job', 'planned', 'skip', 'skipped', 'assets.maintain', 'maintenance_job.skipped');
insert into private.in_place_commands (machine, command, state, permission) values
  ('maintenance_job', 'reschedule', 'planned', 'assets.maintain'),
  ('asset', 'create_maintenance_job', 'in_service', 'assets.maintain'), ('asset', 'create_maintenance_job', 'in_repair', 'assets.maintain');
select private.find_by('maintenance_job', 'asset_id', 'private.assets_meant(typed)');

create function private.tg_maintenance_jobs__tell_asset() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.assets a set (last_maintenance_on, next_maintenance_on) = (
    select pg_catalog.max(j.done_on), pg_catalog.min(j.due_on) filter (where j.is_planned)
    from public.maintenance_jobs j where j.tenant_id = a.tenant_id and j.asset_id = a.id
  )
  where a.tenant_id = new.tenant_id and a.id = new.asset_id;
  return null;
end
$$;
comment on function private.tg_maintenance_jobs__tell_asset() is 'Keeps on the asset, which whoever writes a job has locked before, when it was looked after last and when it will be next.';
create trigger _300_tell_asset after insert or update of status, due_on on public.maintenance_jobs for each row execute function private.tg_maintenance_jobs__tell_asset();
select private.derive('asset_next_maintenance', 'Days from 2000 to the next maintenance of an asset: its earliest planned job.', $$
  select a.tenant_id, a.id, (a.next_maintenance_on - '2000-01-01'::date)::numeric,
    (select (pg_catalog.min(j.due_on) - '2000-01-01'::date)::numeric from public.maintenance_jobs j where j.tenant_id = a.tenant_id and j.asset_id = a.id and j.is_planned)
  from public.assets a
$$);
select private.derive('asset_last_maintenance', 'Days from 2000 to the last maintenance of an asset: its latest job that was done.', $$
  select a.tenant_id, a.id, (a.last_maintenance_on - '2000-01-01'::date)::numeric,
    (select (pg_catalog.max(j.done_on) - '2000-01-01'::date)::numeric from public.maintenance_jobs j where j.tenant_id = a.tenant_id and j.asset_id = a.id)
  from public.assets a
$$);

------------------------------------------------------------------------------------------------
-- Plans make jobs. Locked in this order everywhere: plan, asset, job.
------------------------------------------------------------------------------------------------

create function private.lock_used_asset(tenant uuid, asset uuid) returns public.assets
language plpgsql security definer set search_path = ''
as $$
declare
  locked public.assets;
begin
  select * into locked from public.assets a where a.tenant_id = tenant and a.id = asset for no key update;
  if locked.status = 'retired' then
    perform private.fail('asset_is_retired', pg_catalog.jsonb_build_object('asset_id', asset, 'number', locked.number));
  end if;
  return locked;
end
$$;
comment on function private.lock_used_asset(uuid, uuid) is 'An asset that is not retired, under its lock, for whoever plans something for it. Raises asset_is_retired.';

create function private.skip_planned_jobs(tenant uuid, asset uuid, plan uuid, why text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
begin
  earlier := private.run_as_rule(why);
  update public.maintenance_jobs j set status = 'skipped', status_reason = why
  where j.tenant_id = tenant and j.asset_id = asset and (plan is null or j.plan_id = plan) and j.is_planned;
  perform private.run_as_rule(earlier);
end
$$;
comment on function private.skip_planned_jobs(uuid, uuid, uuid, text) is 'Skips what is planned for an asset, or of one plan of it, as the rule of this name.';

create function private.tg_maintenance_plans__plan_job() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.is_active then
    perform private.lock_used_asset(new.tenant_id, new.asset_id);
    insert into public.maintenance_jobs (tenant_id, asset_id, plan_id, title, due_on)
    select new.tenant_id, new.asset_id, new.id, new.name, coalesce(
      (select pg_catalog.max(j.done_on) + new.every_days from public.maintenance_jobs j where j.tenant_id = new.tenant_id and j.plan_id = new.id), new.starts_on)
    where not exists (select from public.maintenance_jobs j where j.tenant_id = new.tenant_id and j.plan_id = new.id and j.is_planned);
  else
    perform from public.assets a where a.tenant_id = new.tenant_id and a.id = new.asset_id for no key update;
    perform private.skip_planned_jobs(new.tenant_id, new.asset_id, new.id, 'maintenance_plan.ended');
  end if;
  return null;
end
$$;
comment on function private.tg_maintenance_plans__plan_job() is
  'An active plan has one planned job: the first on its day, after a pause so many days after the last that was done. One that is ended has none. Raises asset_is_retired.';
create trigger _300_plan_job after insert or update of is_active on public.maintenance_plans for each row execute function private.tg_maintenance_plans__plan_job();

create function private.tg_assets__skip_maintenance() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.skip_planned_jobs(new.tenant_id, new.id, null, 'asset.retired');
  return null;
end
$$;
comment on function private.tg_assets__skip_maintenance() is 'Nothing is done any more on what is retired.';
create trigger _300_skip_maintenance after update of status on public.assets for each row
when (new.status = 'retired' and old.status <> 'retired') execute function private.tg_assets__skip_maintenance();

create function private.check_job_day(due_on date) returns void
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if (due_on between '2000-01-01' and '2099-12-31') is not true then
    perform private.fail('job_day_is_near', pg_catalog.jsonb_build_object('due_on', due_on));
  end if;
end
$$;
comment on function private.check_job_day(date) is 'Raises job_day_is_near.';

create function private.create_maintenance_job(asset_id uuid, title text, due_on date, expected_version integer default null) returns public.maintenance_jobs
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  asset constant public.assets := private.lock_asset(asset_id, 'assets.maintain', expected_version);
  made public.maintenance_jobs;
begin
  perform private.require_asset_in_place(asset, 'create_maintenance_job');
  perform private.check_job_day(due_on);
  insert into public.maintenance_jobs (tenant_id, asset_id, title, due_on) values (asset.tenant_id, asset.id, coalesce(pg_catalog.btrim(title), ''), due_on) returning * into made;
  return made;
end
$$;
comment on function private.create_maintenance_job(uuid, text, date, integer) is
  'Plans something to be done on an asset once. expected_version: of the asset. Raises job_title_is_short, job_day_is_near, asset_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('create_maintenance_job');

create function private.lock_maintenance_job(job uuid, expected_version integer) returns public.maintenance_jobs
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('assets.maintain');
  locked public.maintenance_jobs;
begin
  -- Its plan and its asset stay what they were.
  select * into locked from public.maintenance_jobs j where j.tenant_id = tenant and j.id = job;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('maintenance_job_id', job));
  end if;
  perform from public.maintenance_plans p where p.tenant_id = tenant and p.id = locked.plan_id for share;
  perform private.lock_asset(locked.asset_id, 'assets.maintain', null);
  select * into strict locked from public.maintenance_jobs j where j.tenant_id = tenant and j.id = job for no key update;
  perform private.check_version(expected_version, locked.version);
  return locked;
end
$$;
comment on function private.lock_maintenance_job(uuid, integer) is
  'A job whose asset the caller sees, under its lock and those of its plan and asset. Raises record_not_found, version_conflict, permission_denied.';

create function private.plan_next_job(job public.maintenance_jobs, from_day date) returns void
language sql security definer set search_path = ''
as $$
  insert into public.maintenance_jobs (tenant_id, asset_id, plan_id, title, due_on)
  select p.tenant_id, p.asset_id, p.id, p.name, from_day + p.every_days
  from public.maintenance_plans p where p.tenant_id = job.tenant_id and p.id = job.plan_id and p.is_active
$$;
comment on function private.plan_next_job(public.maintenance_jobs, date) is 'Plans the next job of the plan of one that is over, so many days after a day; where the plan has ended, none.';

create function private.complete_maintenance_job(maintenance_job_id uuid, done_on date default null, cost numeric default null, note text default null, expected_version integer default null)
returns public.maintenance_jobs
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  job public.maintenance_jobs := private.lock_maintenance_job(maintenance_job_id, expected_version);
  today constant date := private.tenant_today(job.tenant_id);
begin
  if coalesce(done_on, today) not between '2000-01-01' and today then
    perform private.fail('job_day_is_near', pg_catalog.jsonb_build_object('done_on', done_on));
  end if;
  if (coalesce(cost, 0) between 0 and 999999999.99 and coalesce(cost, 0) = round(coalesce(cost, 0), 2)) is not true then
    perform private.fail('job_cost_is_bounded', pg_catalog.jsonb_build_object('cost', cost));
  end if;
  update public.maintenance_jobs j
  set status = private.next_state('maintenance_job', job.id, job.status::text, 'complete')::public.maintenance_status, done_on = coalesce(done_on, today), cost = cost,
    note = private.check_text('note', nullif(pg_catalog.btrim(note), ''), 1000)
  where j.tenant_id = job.tenant_id and j.id = job.id
  returning * into job;
  perform private.plan_next_job(job, job.done_on);
  return job;
end
$$;
comment on function private.complete_maintenance_job(uuid, date, numeric, text, integer) is
  'Maintenance was done, today unless another day is named, with what it cost; the next of its plan is counted from that day. Raises job_day_is_near, job_cost_is_bounded, maintenance_job_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('complete_maintenance_job');

create function private.skip_maintenance_job(maintenance_job_id uuid, reason text, expected_version integer default null) returns public.maintenance_jobs
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  job public.maintenance_jobs := private.lock_maintenance_job(maintenance_job_id, expected_version);
begin
  update public.maintenance_jobs j
  set status = private.next_state('maintenance_job', job.id, job.status::text, 'skip')::public.maintenance_status, status_reason = private.require_reason(reason)
  where j.tenant_id = job.tenant_id and j.id = job.id
  returning * into job;
  perform private.plan_next_job(job, greatest(job.due_on, private.tenant_today(job.tenant_id)));
  return job;
end
$$;
comment on function private.skip_maintenance_job(uuid, text, integer) is
  'Maintenance is left out this once, for a reason; the next of its plan is counted from its day, or from today where that is past. Raises reason_required, maintenance_job_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('skip_maintenance_job');

create function private.reschedule_maintenance_job(maintenance_job_id uuid, due_on date, expected_version integer default null) returns public.maintenance_jobs
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  job public.maintenance_jobs := private.lock_maintenance_job(maintenance_job_id, expected_version);
begin
  if not private.takes_in_place('maintenance_job', job.tenant_id, job.status::text, 'reschedule') then
    perform private.fail('maintenance_job_transition_illegal', pg_catalog.jsonb_build_object('id', job.id, 'from', job.status, 'command', 'reschedule'));
  end if;
  perform private.check_job_day(due_on);
  update public.maintenance_jobs j set due_on = due_on where j.tenant_id = job.tenant_id and j.id = job.id returning * into job;
  return job;
end
$$;
comment on function private.reschedule_maintenance_job(uuid, date, integer) is
  'Gives planned maintenance another day. Raises job_day_is_near, maintenance_job_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('reschedule_maintenance_job');

------------------------------------------------------------------------------------------------
-- Registries
------------------------------------------------------------------------------------------------

select private.register_registry_source('calendar_events', 'maintenance_jobs', 'public.maintenance_jobs', $$
  select j.tenant_id, j.id as source_id, 'maintenance_job' as entity_type, j.id as entity_id, 'maintenance' as event_type, j.title, a.name as description,
    private.midnight(j.due_on) as starts_at, true as is_all_day, a.warehouse_id as location_id, j.status::text as status, 'warn' as color, j.created_at
  from public.maintenance_jobs j join public.assets a on a.tenant_id = j.tenant_id and a.id = j.asset_id
  where j.is_planned $$, follows => 'assets.asset_id');
select private.track_status('maintenance_job');
