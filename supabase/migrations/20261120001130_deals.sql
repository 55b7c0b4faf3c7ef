-- Family 11, sales: pipelines, and deals on their way through them.

create type public.deal_status as enum ('open', 'won', 'lost');

create table public.pipelines (
  like private.record including defaults including indexes,
  name text not null,
  place integer not null default 1,
  team_id uuid,
  rots_after_days integer,
  needs_forecast boolean not null default false,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, team_id) references public.teams (tenant_id, id),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name)),
  constraint place_is_bounded check (place between 1 and 1000),
  constraint rotting_is_bounded check (rots_after_days between 1 and 365)
);
create index pipelines_team on public.pipelines (tenant_id, team_id);
comment on table public.pipelines is 'The ways that deals take. The first by place is where a new one begins.';
comment on column public.pipelines.team_id is 'Only this team, who leads one above it, and who sees every deal use it; null: everybody.';
comment on column public.pipelines.rots_after_days is 'An open deal that stands in one stage longer than this many days is told as rotting; null: none is.';
comment on column public.pipelines.needs_forecast is 'A deal names its value and the day on which it is expected to close.';
select private.manage_table('public.pipelines', 'pipeline');
select private.set_audience('pipeline', 'deals.view');
select private.register_error('pipeline_name_taken', 409, 'There is a pipeline of this name already.', 'Choose another name, or use that one.');
select private.refuse_taken('public.pipelines', 'pipelines_tenant_id_name_key', 'pipeline_name_taken');
select private.register_error('rotting_is_bounded', 422, 'This number of days is not possible.', 'Enter 1 to 365 days, or leave it empty.');

create table public.pipeline_stages (
  like private.record including defaults including indexes,
  pipeline_id uuid not null,
  name text not null,
  place integer not null,
  kind public.deal_status not null default 'open',
  probability integer not null,
  is_active boolean not null default true,
  foreign key (tenant_id, pipeline_id) references public.pipelines (tenant_id, id),
  unique (tenant_id, pipeline_id, id),
  unique (tenant_id, pipeline_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name)),
  constraint place_is_bounded check (place between 1 and 1000),
  constraint probability_fits_the_kind check (case kind when 'open' then probability between 0 and 100 when 'won' then probability = 100 else probability = 0 end)
);
create unique index pipeline_stages_ends on public.pipeline_stages (tenant_id, pipeline_id, kind) where kind <> 'open' and is_active;
comment on table public.pipeline_stages is 'The stages of a pipeline in their order; one in use in which a deal is won, and one in which it is lost.';
comment on column public.pipeline_stages.probability is 'Percent with which a deal in it is won: a won one 100, a lost one 0.';
select private.manage_table('public.pipeline_stages', 'pipeline_stage');
select private.set_audience('pipeline_stage', 'deals.view');
select private.register_error('stage_name_taken', 409, 'There is a stage of this name in the pipeline already.', 'Choose another name.');
select private.refuse_taken('public.pipeline_stages', 'pipeline_stages_tenant_id_pipeline_id_name_key', 'stage_name_taken');
select private.register_error('stage_end_taken', 409, 'There is a stage of this kind in the pipeline already.', 'Take that one out of use first.');
select private.refuse_taken('public.pipeline_stages', 'pipeline_stages_ends', 'stage_end_taken');
select private.register_error('probability_fits_the_kind', 422, 'This probability does not fit the stage.', 'Enter 0 to 100; 100 where a deal is won, 0 where it is lost.');

create table public.lost_reasons (
  like private.name_list including defaults including constraints including indexes,
  needs_note boolean not null default false,
  foreign key (tenant_id) references public.tenants (id)
);
comment on table public.lost_reasons is 'Why deals are lost, in the words of the company.';
comment on column public.lost_reasons.needs_note is 'Whether it says too little by itself, as "Other" does.';
select private.keep_names('public.lost_reasons', 'lost_reason', 'deals.view', 'reason');

create function private.tg_tenants__give_pipeline() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  pipeline uuid;
begin
  insert into public.pipelines (tenant_id, name, rots_after_days) values (new.id, 'Sales', 14) returning id into pipeline;
  insert into public.pipeline_stages (tenant_id, pipeline_id, name, place, kind, probability) values
    (new.id, pipeline, 'First talk', 1, 'open', 10), (new.id, pipeline, 'Visit', 2, 'open', 30), (new.id, pipeline, 'Offer', 3, 'open', 60),
    (new.id, pipeline, 'Agreed', 4, 'open', 90), (new.id, pipeline, 'Won', 5, 'won', 100), (new.id, pipeline, 'Lost', 6, 'lost', 0);
  insert into public.lost_reasons (tenant_id, name, needs_note) values
    (new.id, 'Too expensive', false), (new.id, 'Buys elsewhere', false), (new.id, 'Needs nothing', false), (new.id, 'Does not answer', false), (new.id, 'Other', true);
  return null;
end
$$;
comment on function private.tg_tenants__give_pipeline() is 'Gives a new company the pipeline and the reasons that it begins with.';
create trigger _300_give_pipeline after insert on public.tenants for each row execute function private.tg_tenants__give_pipeline();

create table public.deals (
  like private.record including defaults including indexes,
  number text not null,
  status public.deal_status not null default 'open',
  title text not null,
  customer_id uuid not null,
  contact_id uuid,
  lead_id uuid,
  pipeline_id uuid not null,
  stage_id uuid not null,
  stage_since timestamptz not null default now(),
  owner_id uuid not null,
  value numeric(14,2),
  expected_close_on date,
  closed_at timestamptz,
  lost_reason_id uuid,
  status_reason text,
  notes text,
  order_id uuid,
  is_open boolean not null generated always as (status = 'open') stored,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, contact_id) references public.contacts (tenant_id, id),
  foreign key (tenant_id, lead_id) references public.leads (tenant_id, id),
  foreign key (tenant_id, pipeline_id, stage_id) references public.pipeline_stages (tenant_id, pipeline_id, id),
  foreign key (tenant_id, owner_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, lost_reason_id) references public.lost_reasons (tenant_id, id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  unique (tenant_id, number),
  unique (tenant_id, lead_id),
  unique (tenant_id, order_id),
  constraint deal_title_is_short check (length(title) between 1 and 120 and title = btrim(title)),
  constraint deal_value_is_bounded check (value between 0 and 999999999999.99),
  constraint close_day_is_near check (expected_close_on between '2000-01-01' and '2100-01-01'),
  constraint notes_are_bounded check (length(notes) <= 4000),
  constraint closing_is_recorded check ((status = 'open') = (closed_at is null) and (status = 'lost') = (lost_reason_id is not null)),
  constraint only_a_won_deal_is_ordered check (order_id is null or status = 'won')
);
create index deals_customer on public.deals (tenant_id, customer_id);
create index deals_contact on public.deals (tenant_id, contact_id) where contact_id is not null;
create index deals_board on public.deals (tenant_id, pipeline_id, stage_id, stage_since desc);
create index deals_owner on public.deals (tenant_id, owner_id);
create index deals_lost_reason on public.deals (tenant_id, lost_reason_id) where lost_reason_id is not null;
create index deals_recent on public.deals (tenant_id, created_at desc, id desc);
comment on table public.deals is
  'Something that a customer may buy, on its way through a pipeline. Seen by its owner and his line (private.my_line), and by who sees all. Moved by move_deal alone; in which stage it stands and whether it is open, won or lost are always the same thing.';
comment on column public.deals.value is 'What it is worth with taxes, in the currency of the company: what its products cost this customer, or an estimate while it has none.';
comment on column public.deals.stage_since is 'When it came into its stage.';
comment on column public.deals.expected_close_on is 'Day on which it will be decided, in the company''s time zone.';
comment on column public.deals.order_id is 'The first order that came of it.';
select private.register_document('public.deals', 'deal', 'open', 'deals.view', '/deals', prefix => 'DEAL');
insert into private.transitions (machine, from_state, command, to_state, permission, event) values
  ('deal', 'open', 'win', 'won', 'deals.edit', 'deal.won'),
  ('deal', 'open', 'lose', 'lost', 'deals.edit', 'deal.lost'),
  ('deal', 'won', 'reopen', 'open', 'deals.edit', 'deal.reopened'),
  ('deal', 'lost', 'reopen', 'open', 'deals.edit', 'deal.reopened');
insert into private.in_place_commands (machine, command, state, permission) values
  ('deal', 'change', 'open', 'deals.edit'), ('deal', 'move', 'open', 'deals.edit'), ('deal', 'order', 'won', 'orders.create');
select private.offer_if('deal', 'deals.order_id is null', 'order', 'reopen');

select private.register_error('deal_title_is_short', 422, 'The name of the deal is missing or too long, or begins or ends with a space.', 'Enter a name of at most 120 characters.');
select private.register_error('deal_value_is_bounded', 422, 'The value of the deal is negative or too large.', 'Enter a value from 0 to 999999999999.99.');
select private.register_error('close_day_is_near', 422, 'This is not a day on which something can be decided.', 'Enter a day between 2000 and 2100.');
select private.register_error('deal_needs_forecast', 422, 'In this pipeline a deal names its value and the day on which it will be decided.', 'Enter both.');
select private.register_error('lost_reason_required', 422, 'A deal is lost for a reason.', 'Choose one of the list; where it says too little, write more.');
select private.register_error('deal_value_of_products', 422, 'The value of this deal is what its products cost.', 'Change its products, or take them all out first.');
select private.register_error('deal_ordered_already', 409, 'An order came of this deal already.', 'Look at that order.');
select private.register_error('deal_has_no_products', 422, 'The deal has no products that could be ordered.', 'Add them first, or enter the order by hand.');
select private.register_error('pipeline_without_stage', 409, 'The pipeline has no such stage in use.', 'Have one taken into use, or choose another pipeline.');

create table public.deal_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  deal_id uuid not null,
  line_number integer not null,
  product_id uuid not null,
  quantity numeric(14,3) not null,
  unit_price numeric(14,4) not null,
  line_total numeric(14,2) not null,
  primary key (tenant_id, id),
  unique (tenant_id, deal_id, line_number),
  foreign key (tenant_id, deal_id) references public.deals (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint deal_amounts_are_bounded check (unit_price between 0 and 9999999999 and line_total between 0 and 999999999999.99)
);
create index deal_items_product on public.deal_items (tenant_id, product_id);
comment on table public.deal_items is 'The products of a deal at the customer''s prices of the day on which they were entered. Written by set_deal_products.';
comment on column public.deal_items.quantity is 'In base units.';
comment on column public.deal_items.line_total is 'With taxes.';
select private.hold_to_unit('public.deal_items', 'quantity');
select private.manage_part('public.deal_items', 'deal_id', 'quantity', 'unit_price', 'line_total');

------------------------------------------------------------------------------------------------
-- Who sees which pipeline
------------------------------------------------------------------------------------------------

create function private.my_teams() returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.active_tenant_id();
begin
  return array(
    with recursive mine as (
      select t.id, m.is_lead from public.team_members m
      join public.memberships p on p.tenant_id = m.tenant_id and p.id = m.membership_id and p.user_id = auth.uid() and p.status = 'active'
      join public.teams t on t.tenant_id = m.tenant_id and t.id = m.team_id and t.is_active
      where m.tenant_id = tenant
      union
      select t.id, true from public.teams t join mine on mine.id = t.parent_id and mine.is_lead where t.tenant_id = tenant and t.is_active
    )
    select distinct id from mine
  );
end
$$;
comment on function private.my_teams() is 'The teams that the caller is in, and those below the ones that he leads.';

create function private.pipeline_for(tenant uuid, pipeline_id uuid) returns public.pipelines
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  found_pipeline public.pipelines;
begin
  select * into found_pipeline from public.pipelines p
  where p.tenant_id = tenant and (p.id = pipeline_id or pipeline_id is null and p.is_active)
    and (p.team_id is null or p.team_id = any (private.my_teams()) or private.has_permission(tenant, 'deals.view_all'))
  order by p.place, p.created_at limit 1;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('pipeline_id', pipeline_id));
  end if;
  return found_pipeline;
end
$$;
comment on function private.pipeline_for(uuid, uuid) is 'A pipeline that the caller may use; null: the first one. Raises record_not_found.';

create function private.stage_of(pipeline public.pipelines, wanted public.deal_status) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  stage uuid;
begin
  select s.id into stage from public.pipeline_stages s
  where s.tenant_id = pipeline.tenant_id and s.pipeline_id = pipeline.id and s.kind = wanted and s.is_active
  order by s.place, s.created_at limit 1;
  if not found then
    perform private.fail('pipeline_without_stage', pg_catalog.jsonb_build_object('pipeline_id', pipeline.id, 'kind', wanted));
  end if;
  return stage;
end
$$;
comment on function private.stage_of(public.pipelines, public.deal_status) is 'The first stage in use of this kind. Raises pipeline_without_stage.';

------------------------------------------------------------------------------------------------
-- Commands
------------------------------------------------------------------------------------------------

create function private.lock_deal(deal_id uuid, permission text, expected_version integer) returns public.deals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission(permission);
  target public.deals;
begin
  select * into target from public.deals d
  where d.tenant_id = tenant and d.id = deal_id and private.has_permission(tenant, 'deals.view')
    and (d.owner_id = any (private.my_line()) or private.has_permission(tenant, 'deals.view_all'))
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('deal_id', deal_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_deal(uuid, text, integer) is 'A deal that the caller sees, under its lock. Raises record_not_found, version_conflict, permission_denied.';

create function private.check_forecast(pipeline public.pipelines, value numeric, expected_close_on date) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if pipeline.needs_forecast and (value is null or expected_close_on is null) then
    perform private.fail('deal_needs_forecast', pg_catalog.jsonb_build_object('value', value, 'expected_close_on', expected_close_on));
  end if;
end
$$;
comment on function private.check_forecast(public.pipelines, numeric, date) is 'Raises deal_needs_forecast.';

create function private.check_deal_value(value numeric) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if value is not null then
    perform private.require_number('value', value, 0, 999999999999.99);
  end if;
end
$$;
comment on function private.check_deal_value(numeric) is 'Raises input_invalid.';

create function private.insert_deal(deal public.deals) returns public.deals
language plpgsql security definer set search_path = ''
as $$
declare
  pipeline constant public.pipelines := private.pipeline_for(deal.tenant_id, deal.pipeline_id);
begin
  perform private.check_forecast(pipeline, deal.value, deal.expected_close_on);
  perform private.check_owner(deal.tenant_id, deal.owner_id);
  if deal.contact_id is not null and not exists (
    select from public.contacts c where c.tenant_id = deal.tenant_id and c.id = deal.contact_id and c.customer_id = deal.customer_id
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('contact_id', deal.contact_id));
  end if;
  insert into public.deals (tenant_id, title, customer_id, contact_id, lead_id, pipeline_id, stage_id, owner_id, value, expected_close_on, notes)
  values (deal.tenant_id, private.require_text('title', deal.title, 120), deal.customer_id, deal.contact_id, deal.lead_id, pipeline.id, private.stage_of(pipeline, 'open'),
    coalesce(deal.owner_id, auth.uid()), deal.value, deal.expected_close_on, private.check_text('notes', nullif(pg_catalog.btrim(deal.notes), ''), 4000))
  returning * into deal;
  return deal;
end
$$;
comment on function private.insert_deal(public.deals) is 'Writes a deal down, in the first stage of its pipeline. Raises record_not_found, person_not_in_company, deal_needs_forecast, pipeline_without_stage, input_invalid.';

create function private.create_deal(
  title text, customer_id uuid, pipeline_id uuid default null, value numeric default null, expected_close_on date default null, contact_id uuid default null, owner_id uuid default null, notes text default null
) returns public.deals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('deals.edit');
  deal public.deals;
begin
  perform private.check_deal_value(value);
  deal.tenant_id := tenant;
  deal.customer_id := (private.customer_served(tenant, customer_id)).id;
  deal.title := title;
  deal.pipeline_id := pipeline_id;
  deal.value := value;
  deal.expected_close_on := expected_close_on;
  deal.contact_id := contact_id;
  deal.owner_id := owner_id;
  deal.notes := notes;
  return private.insert_deal(deal);
end
$$;
comment on function private.create_deal(text, uuid, uuid, numeric, date, uuid, uuid, text) is
  'Begins a deal with a customer, in the first stage of the pipeline (without one: of the first); its owner (account) is the caller unless another is named. Raises record_not_found, person_not_in_company, deal_needs_forecast, pipeline_without_stage, input_invalid, permission_denied.';
select private.expose_command('create_deal');

create function private.change_deal(
  deal_id uuid, title text, value numeric default null, expected_close_on date default null, contact_id uuid default null, owner_id uuid default null, notes text default null, expected_version integer default null
) returns public.deals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.deals := private.lock_deal(deal_id, 'deals.edit', expected_version);
begin
  if not private.takes_in_place('deal', target.tenant_id, target.status::text, 'change') then
    perform private.fail('deal_transition_illegal', pg_catalog.jsonb_build_object('id', deal_id, 'from', target.status, 'command', 'change'));
  end if;
  perform private.check_deal_value(value);
  if value is distinct from target.value and exists (select from public.deal_items i where i.tenant_id = target.tenant_id and i.deal_id = target.id) then
    perform private.fail('deal_value_of_products', pg_catalog.jsonb_build_object('value', target.value));
  end if;
  perform private.check_forecast(private.pipeline_for(target.tenant_id, target.pipeline_id), value, expected_close_on);
  perform private.check_owner(target.tenant_id, nullif(owner_id, target.owner_id));
  if contact_id is not null and not exists (select from public.contacts c where c.tenant_id = target.tenant_id and c.id = contact_id and c.customer_id = target.customer_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('contact_id', contact_id));
  end if;
  update public.deals d
  set title = private.require_text('title', title, 120), value = value, expected_close_on = expected_close_on, contact_id = contact_id, owner_id = coalesce(owner_id, d.owner_id),
    notes = private.check_text('notes', nullif(pg_catalog.btrim(notes), ''), 4000)
  where d.tenant_id = target.tenant_id and d.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.change_deal(uuid, text, numeric, date, uuid, uuid, text, integer) is
  'Writes an open deal anew. Raises deal_value_of_products, deal_transition_illegal, version_conflict and the errors of create_deal.';
select private.expose_command('change_deal');

create function private.set_deal_products(deal_id uuid, lines jsonb, expected_version integer default null) returns public.deals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.deals := private.lock_deal(deal_id, 'deals.edit', expected_version);
  priced private.priced_line[];
begin
  if not private.takes_in_place('deal', target.tenant_id, target.status::text, 'change') then
    perform private.fail('deal_transition_illegal', pg_catalog.jsonb_build_object('id', deal_id, 'from', target.status, 'command', 'change'));
  end if;
  if lines is distinct from '[]' then
    priced := private.price_lines(target.tenant_id, target.customer_id, lines, null);
  end if;
  delete from public.deal_items i where i.tenant_id = target.tenant_id and i.deal_id = target.id;
  insert into public.deal_items (tenant_id, deal_id, line_number, product_id, quantity, unit_price, line_total)
  select target.tenant_id, target.id, p.line_number, p.product_id, p.quantity, p.unit_price,
    private.line_net(p.quantity, p.unit_price, p.tax_rate, p.price_includes_tax, p.discount_amount) + private.line_tax(p.quantity, p.unit_price, p.tax_rate, p.price_includes_tax, p.discount_amount)
  from pg_catalog.unnest(priced) p;
  update public.deals d set value = coalesce((select sum(i.line_total) from public.deal_items i where i.tenant_id = target.tenant_id and i.deal_id = target.id), d.value)
  where d.tenant_id = target.tenant_id and d.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.set_deal_products(uuid, jsonb, integer) is
  'Says what an open deal is about, lines [{product_id, quantity, pack_id?}] at the customer''s prices of today, a bundle as its parts; its value is what they cost with taxes. None ([]): its value stays as an estimate. Raises lines_invalid, deal_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('set_deal_products');

create function private.put_deal(target public.deals, stage public.pipeline_stages, command text, lost_reason_id uuid, reason text) returns public.deals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  next_status public.deal_status := target.status;
  why public.lost_reasons;
begin
  if command = 'move' then
    if not private.takes_in_place('deal', target.tenant_id, target.status::text, 'move') then
      perform private.fail('deal_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'move'));
    end if;
  else
    next_status := private.next_state('deal', target.id, target.status::text, command)::public.deal_status;
  end if;
  if command = 'reopen' and target.order_id is not null then
    perform private.fail('deal_ordered_already', pg_catalog.jsonb_build_object('order_id', target.order_id));
  end if;
  if lost_reason_id is not null then
    select * into why from public.lost_reasons r where r.tenant_id = target.tenant_id and r.id = lost_reason_id and r.is_active;
    if not found then
      perform private.fail('record_not_found', pg_catalog.jsonb_build_object('lost_reason_id', lost_reason_id));
    end if;
  end if;
  if next_status = 'lost' then
    if why.id is null or why.needs_note and coalesce(pg_catalog.btrim(reason), '') = '' then
      perform private.fail('lost_reason_required', pg_catalog.jsonb_build_object('lost_reason_id', lost_reason_id, 'reason', case when why.needs_note then 'required' end));
    end if;
  end if;
  perform private.check_forecast(p, target.value, target.expected_close_on) from public.pipelines p where p.tenant_id = stage.tenant_id and p.id = stage.pipeline_id;
  update public.deals d
  set status = next_status, pipeline_id = stage.pipeline_id, stage_id = stage.id, stage_since = case when d.stage_id = stage.id then d.stage_since else pg_catalog.now() end,
    closed_at = case when next_status = 'open' then null when d.closed_at is null then pg_catalog.now() else d.closed_at end,
    lost_reason_id = case when next_status = 'lost' then why.id end, status_reason = private.check_text('reason', nullif(pg_catalog.btrim(reason), ''), 500)
  where d.tenant_id = target.tenant_id and d.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.put_deal(public.deals, public.pipeline_stages, text, uuid, text) is 'Puts a locked deal into a stage by this command. Raises deal_transition_illegal, lost_reason_required, deal_needs_forecast, deal_ordered_already, permission_denied.';

create function private.move_deal(deal_id uuid, stage_id uuid, lost_reason_id uuid default null, reason text default null, expected_version integer default null) returns public.deals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.deals := private.lock_deal(deal_id, 'deals.edit', expected_version);
  stage public.pipeline_stages;
begin
  select * into stage from public.pipeline_stages s where s.tenant_id = target.tenant_id and s.id = stage_id and s.is_active;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('stage_id', stage_id));
  end if;
  perform private.pipeline_for(target.tenant_id, stage.pipeline_id);
  return private.put_deal(target, stage, case
    when stage.kind = target.status then 'move' when stage.kind = 'won' then 'win' when stage.kind = 'lost' then 'lose' else 'reopen' end, lost_reason_id, reason);
end
$$;
comment on function private.move_deal(uuid, uuid, uuid, text, integer) is
  'Puts a deal into a stage, also of another pipeline: into one where deals are won or lost it is that, out of it it is open again. Raises record_not_found, lost_reason_required, deal_needs_forecast, deal_ordered_already, deal_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('move_deal');

create function private.end_deal(target public.deals, command text, kind public.deal_status, lost_reason_id uuid, reason text) returns public.deals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  stage public.pipeline_stages;
begin
  select s.* into stage from public.pipeline_stages s
  where s.tenant_id = target.tenant_id
    and s.id = private.stage_of((select p from public.pipelines p where p.tenant_id = target.tenant_id and p.id = target.pipeline_id), kind);
  return private.put_deal(target, stage, command, lost_reason_id, reason);
end
$$;
comment on function private.end_deal(public.deals, text, public.deal_status, uuid, text) is 'Puts a locked deal into the stage of its pipeline where deals are that. Raises as private.put_deal, and pipeline_without_stage.';

create function private.win_deal(deal_id uuid, expected_version integer default null) returns public.deals
language plpgsql security definer set search_path = ''
as $$
begin
  return private.end_deal(private.lock_deal(deal_id, 'deals.edit', expected_version), 'win', 'won', null, null);
end
$$;
comment on function private.win_deal(uuid, integer) is 'The customer has agreed. Raises record_not_found, deal_transition_illegal, deal_needs_forecast, pipeline_without_stage, version_conflict, permission_denied.';
select private.expose_command('win_deal');

create function private.lose_deal(deal_id uuid, lost_reason_id uuid, reason text default null, expected_version integer default null) returns public.deals
language plpgsql security definer set search_path = ''
as $$
begin
  return private.end_deal(private.lock_deal(deal_id, 'deals.edit', expected_version), 'lose', 'lost', lost_reason_id, reason);
end
$$;
comment on function private.lose_deal(uuid, uuid, text, integer) is 'Nothing will come of the deal, for a reason of the list and, where that says too little, in words. Raises lost_reason_required, record_not_found, deal_transition_illegal, pipeline_without_stage, version_conflict, permission_denied.';
select private.expose_command('lose_deal');

create function private.reopen_deal(deal_id uuid, expected_version integer default null) returns public.deals
language plpgsql security definer set search_path = ''
as $$
begin
  return private.end_deal(private.lock_deal(deal_id, 'deals.edit', expected_version), 'reopen', 'open', null, null);
end
$$;
comment on function private.reopen_deal(uuid, integer) is 'A deal that was won or lost is open again, in the first stage; not when an order came of it. Raises deal_ordered_already, record_not_found, deal_transition_illegal, pipeline_without_stage, version_conflict, permission_denied.';
select private.expose_command('reopen_deal');

create function private.order_deal(deal_id uuid, warehouse_id uuid, address_id uuid default null, requested_on date default null, expected_version integer default null) returns public.deals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.deals := private.lock_deal(deal_id, 'orders.create', expected_version);
  wanted constant jsonb := (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', i.product_id, 'quantity', i.quantity) order by i.line_number)
    from public.deal_items i where i.tenant_id = target.tenant_id and i.deal_id = target.id
  );
  made public.orders;
begin
  if not private.takes_in_place('deal', target.tenant_id, target.status::text, 'order') then
    perform private.fail('deal_transition_illegal', pg_catalog.jsonb_build_object('id', deal_id, 'from', target.status, 'command', 'order'));
  end if;
  if target.order_id is not null then
    perform private.fail('deal_ordered_already', pg_catalog.jsonb_build_object('order_id', target.order_id));
  end if;
  if wanted is null then
    perform private.fail('deal_has_no_products', pg_catalog.jsonb_build_object('deal_id', deal_id));
  end if;
  made := private.create_order(target.customer_id, warehouse_id, wanted, address_id => address_id, requested_on => requested_on, acknowledges_similar => true);
  update public.deals d set order_id = made.id where d.tenant_id = target.tenant_id and d.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.order_deal(uuid, uuid, uuid, date, integer) is
  'Makes the first order of a won deal, once: a draft of its products at the prices of today. Raises deal_has_no_products, deal_ordered_already, deal_transition_illegal, version_conflict and the errors of create_order.';
select private.expose_command('order_deal');

create view public.deal_forecast with (security_invoker = true) as
select d.tenant_id, d.pipeline_id, d.stage_id, d.owner_id, pg_catalog.date_trunc('month', d.expected_close_on)::date as month, count(*) as deals,
  coalesce(sum(d.value), 0) as value, coalesce(sum(pg_catalog.round(d.value * s.probability / 100, 2)), 0) as expected
from public.deals d join public.pipeline_stages s on s.tenant_id = d.tenant_id and s.id = d.stage_id
where d.is_open
group by 1, 2, 3, 4, 5;
comment on view public.deal_forecast is
  'What the open deals that the caller sees will bring, by pipeline, stage, owner and month in which they will be decided (its first day; null: no day is named): value, and value by the probability of the stage, rounded to the cent deal by deal.';
