-- Family 07, orders: templates of orders, and standing orders that are made of them on their days.

create table public.holidays (
  like private.record including defaults including indexes,
  day date not null,
  name text not null,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, day),
  constraint day_is_finite check (day between '2000-01-01' and '2200-01-01'),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120)
);
comment on table public.holidays is 'Days on which the company makes no standing orders.';
select private.register_error('day_is_finite', 422, 'A day from 2000 to 2199 is needed.', 'Correct the date.');
select private.manage_table('public.holidays', 'holiday');
select private.set_audience('holiday', 'orders.view');
select private.register_error('holiday_taken', 409, 'This day is a holiday already.', 'Change that one instead.');
select private.refuse_taken('public.holidays', 'holidays_tenant_id_day_key', 'holiday_taken');

create table public.order_templates (
  like private.record including defaults including indexes,
  name text not null,
  customer_id uuid not null,
  address_id uuid,
  warehouse_id uuid not null,
  notes text,
  allow_backorder boolean not null default false,
  weekdays integer[] not null default '{}',
  every_weeks integer not null default 1,
  starts_on date not null,
  ends_on date,
  paused_from date,
  paused_to date,
  deliver_after_days integer not null default 1,
  is_active boolean not null default true,
  next_on date,
  edited_by uuid[] not null default '{}',
  unique (tenant_id, customer_id, name),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, customer_id, address_id) references public.customer_addresses (tenant_id, customer_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120),
  constraint notes_are_bounded check (length(notes) <= 4000),
  constraint weekdays_are_known check (weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::integer[] and cardinality(weekdays) <= 7),
  constraint every_weeks_is_bounded check (every_weeks between 1 and 52),
  constraint standing_days_are_finite check (
    starts_on between '2000-01-01' and '2200-01-01' and ends_on between '2000-01-01' and '2200-01-01'
    and paused_from between '2000-01-01' and '2200-01-01' and paused_to between '2000-01-01' and '2200-01-01'
  ),
  constraint template_ends_after_it_starts check (ends_on >= starts_on),
  constraint pause_ends_after_it_begins check ((paused_from is null) = (paused_to is null) and (paused_to >= paused_from) is not false),
  constraint deliver_after_days_is_bounded check (deliver_after_days between 0 and 30)
);
create index order_templates_address on public.order_templates (tenant_id, customer_id, address_id);
create index order_templates_warehouse on public.order_templates (tenant_id, warehouse_id);
create index order_templates_due on public.order_templates (next_on) where next_on is not null;
comment on table public.order_templates is
  'Orders that customers give again and again. With weekdays it is a standing order: an order is made of it on each of its days (private.make_standing_orders). Written by commands.';
comment on column public.order_templates.weekdays is 'On which days an order is made, 1 = Monday to 7 = Sunday; none: it is only filled in by hand.';
comment on column public.order_templates.every_weeks is 'In every how many weeks, counted from the week of starts_on.';
comment on column public.order_templates.paused_from is 'From this day to paused_to, both included, none is made.';
comment on column public.order_templates.deliver_after_days is 'How many days after it is made an order is wanted.';
comment on column public.order_templates.next_on is 'When the next order is made, in the company''s time zone; null when none will be. Derived.';
comment on column public.order_templates.edited_by is 'Who changed it besides its creator: authors of its orders, which they do not approve.';
select private.manage_table('public.order_templates', 'order_template');
select private.set_audience('order_template', 'orders.view');
select private.note_editors('public.order_templates', 'name', 'customer_id', 'address_id', 'warehouse_id', 'notes', 'weekdays', 'every_weeks', 'starts_on', 'ends_on', 'is_active');
select private.register_error('order_template_name_taken', 409, 'This customer has a template of this name already.', 'Choose another name, or change that template.');
select private.refuse_taken('public.order_templates', 'order_templates_tenant_id_customer_id_name_key', 'order_template_name_taken');
select private.register_error('weekdays_are_known', 422, 'A day of the week is not known.', 'Use 1 for Monday to 7 for Sunday, each once.');
select private.register_error('every_weeks_is_bounded', 422, 'The number of weeks is out of bounds.', 'Enter 1 to 52 weeks.');
select private.register_error('standing_days_are_finite', 422, 'A day is out of bounds.', 'Enter days from 2000 to 2199.');
select private.register_error('template_ends_after_it_starts', 422, 'It would end before it starts.', 'Correct one of the two days.');
select private.register_error('pause_ends_after_it_begins', 422, 'A pause needs its first and its last day, in this order.', 'Enter both days, or none.');
select private.register_error('deliver_after_days_is_bounded', 422, 'The number of days until the delivery is out of bounds.', 'Enter 0 to 30 days.');

create table public.order_template_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  template_id uuid not null,
  line_number integer not null,
  product_id uuid not null,
  quantity numeric(14,3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, template_id, line_number),
  foreign key (tenant_id, template_id) references public.order_templates (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint line_number_is_bounded check (line_number between 1 and 10000),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999)
);
create index order_template_items_product on public.order_template_items (tenant_id, product_id);
comment on table public.order_template_items is 'Lines of a template. Prices are those of the day on which an order is made of it.';
comment on column public.order_template_items.quantity is 'Base units.';
select private.hold_to_unit('public.order_template_items', 'quantity');
select private.manage_part('public.order_template_items', 'template_id', 'line_number', 'product_id', 'quantity');

create table public.standing_orders (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  template_id uuid not null,
  due_on date not null,
  made_at timestamptz not null default now(),
  is_late boolean not null,
  order_id uuid,
  problem text,
  detail jsonb,
  dismissed_by uuid,
  dismissed_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, template_id, due_on),
  foreign key (tenant_id, template_id) references public.order_templates (tenant_id, id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  constraint made_or_not_and_why check ((order_id is null) = (problem is not null)),
  constraint only_what_was_not_made_is_dismissed check (dismissed_at is null or order_id is null)
);
create unique index standing_orders_order on public.standing_orders (tenant_id, order_id) where order_id is not null;
create index standing_orders_unmade on public.standing_orders (tenant_id, due_on) where problem is not null and dismissed_at is null;
comment on table public.standing_orders is 'What became of each day of a standing order: the order that was made, or why none was. One row per template and day: no day is made twice.';
comment on column public.standing_orders.due_on is 'The day that it was for.';
comment on column public.standing_orders.is_late is 'Whether it was made, or missed, after its day, because nothing ran on it.';
comment on column public.standing_orders.problem is 'Key of the error that the order met (docs/errors.md), standing_order_missed where a later day was made in its place; null when there is an order.';
comment on column public.standing_orders.detail is 'The details of that error.';
comment on column public.standing_orders.dismissed_by is 'Who said that none is needed for that day.';
select private.manage_part('public.standing_orders', 'template_id', 'order_id', 'problem', 'dismissed_at');

------------------------------------------------------------------------------------------------
-- Which days
------------------------------------------------------------------------------------------------

create function private.standing_days(template public.order_templates, first_day date, last_day date) returns setof date
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  select d::date
  from pg_catalog.generate_series(greatest(first_day, template.starts_on), least(last_day, template.ends_on), interval '1 day') d
  where pg_catalog.date_part('isodow', d)::integer = any (template.weekdays)
    and mod((d::date - pg_catalog.date_trunc('week', template.starts_on)::date) / 7, template.every_weeks) = 0
    and (d::date between template.paused_from and template.paused_to) is not true
    and not exists (select from public.holidays h where h.tenant_id = template.tenant_id and h.day = d::date)
  order by d;
end
$$;
comment on function private.standing_days(public.order_templates, date, date) is 'The days between two, both included, on which an order is made of a template.';

create function private.next_standing_day(template public.order_templates, first_day date) returns date
language plpgsql stable security definer set search_path = ''
as $$
begin
  -- Long enough for a year's rhythm that a pause or a holiday falls into.
  return (select min(d) from private.standing_days(template, first_day, greatest(first_day, template.starts_on, template.paused_to) + 800) d where template.is_active);
end
$$;
comment on function private.next_standing_day(public.order_templates, date) is 'The first day from this one on which an order is made of a template; null when there is none.';

create function private.tg_order_templates__derive_next() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.next_on := private.next_standing_day(new, greatest(private.tenant_today(new.tenant_id),
    (select max(s.due_on) + 1 from public.standing_orders s where s.tenant_id = new.tenant_id and s.template_id = new.id)));
  return new;
end
$$;
comment on function private.tg_order_templates__derive_next() is 'When an order is made of it next, from today; never again for a day that was done.';
create trigger _300_derive_next before insert or update of weekdays, every_weeks, starts_on, ends_on, paused_from, paused_to, is_active on public.order_templates
for each row execute function private.tg_order_templates__derive_next();

------------------------------------------------------------------------------------------------
-- Keeping templates
------------------------------------------------------------------------------------------------

create function private.write_template_items(tenant uuid, template uuid, lines jsonb, kept jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  read constant private.order_line[] := private.read_lines(tenant, lines, kept);
begin
  delete from public.order_template_items i where i.tenant_id = tenant and i.template_id = template;
  insert into public.order_template_items (tenant_id, template_id, line_number, product_id, quantity)
  select tenant, template, r.line_number, r.product_id, r.quantity from pg_catalog.unnest(read) r;
end
$$;
comment on function private.write_template_items(uuid, uuid, jsonb, jsonb) is 'Writes the lines of a template anew. Raises lines_invalid.';

create function private.template_lines(template public.order_templates) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', i.product_id, 'quantity', i.quantity) order by i.line_number), '[]')
    from public.order_template_items i where i.tenant_id = template.tenant_id and i.template_id = template.id
  );
end
$$;
comment on function private.template_lines(public.order_templates) is 'The lines of a template in the form that create_order takes.';

create function private.create_order_template(
  customer_id uuid, warehouse_id uuid, name text, lines jsonb, address_id uuid default null, notes text default null, allow_backorder boolean default false,
  weekdays integer[] default '{}', every_weeks integer default 1, starts_on date default null, ends_on date default null,
  paused_from date default null, paused_to date default null, deliver_after_days integer default 1
) returns public.order_templates
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.create');
  buyer constant public.customers := private.customer_served(tenant, customer_id);
  created public.order_templates;
begin
  perform private.check_depot(tenant, warehouse_id);
  insert into public.order_templates (tenant_id, customer_id, warehouse_id, name, address_id, notes, allow_backorder, weekdays, every_weeks, starts_on, ends_on, paused_from, paused_to, deliver_after_days)
  values (tenant, buyer.id, warehouse_id, pg_catalog.btrim(name), address_id, notes, coalesce(allow_backorder, false), coalesce(weekdays, '{}'), coalesce(every_weeks, 1),
    coalesce(starts_on, private.tenant_today(tenant)), ends_on, paused_from, paused_to, coalesce(deliver_after_days, 1))
  returning * into created;
  perform private.write_template_items(tenant, created.id, lines, '[]');
  return created;
end
$$;
comment on function private.create_order_template(uuid, uuid, text, jsonb, uuid, text, boolean, integer[], integer, date, date, date, date, integer) is
  'Keeps lines [{product_id, quantity, pack_id?}] that a customer orders again and again. With weekdays (1 = Monday) in every so many weeks, orders are made of it by themselves, the first on starts_on (today without it) or later. Raises lines_invalid, record_not_found, warehouse_not_available, order_template_name_taken, weekdays_are_known, every_weeks_is_bounded, standing_days_are_finite, template_ends_after_it_starts, pause_ends_after_it_begins, deliver_after_days_is_bounded.';
select private.expose_command('create_order_template');

create function private.lock_order_template(tenant uuid, order_template_id uuid, expected_version integer) returns public.order_templates
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.order_templates;
begin
  select * into target from public.order_templates t where t.tenant_id = tenant and t.id = order_template_id for no key update;
  if not found or not (private.is_unscoped() or private.sees_order(target.id, target.customer_id, target.warehouse_id)) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('order_template_id', order_template_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_order_template(uuid, uuid, integer) is 'Locks a template that the caller sees. Raises record_not_found, version_conflict.';

create function private.change_order_template(
  order_template_id uuid, warehouse_id uuid, name text, lines jsonb, address_id uuid default null, notes text default null, allow_backorder boolean default false,
  weekdays integer[] default '{}', every_weeks integer default 1, starts_on date default null, ends_on date default null,
  paused_from date default null, paused_to date default null, deliver_after_days integer default 1, is_active boolean default true, expected_version integer default null
) returns public.order_templates
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.create');
  target public.order_templates := private.lock_order_template(tenant, order_template_id, expected_version);
begin
  if warehouse_id is distinct from target.warehouse_id then
    perform private.check_depot(tenant, warehouse_id);
  end if;
  perform private.write_template_items(tenant, target.id, lines, private.template_lines(target));
  update public.order_templates t
  set warehouse_id = change_order_template.warehouse_id, name = pg_catalog.btrim(change_order_template.name), address_id = change_order_template.address_id,
    notes = change_order_template.notes, allow_backorder = coalesce(change_order_template.allow_backorder, false), weekdays = coalesce(change_order_template.weekdays, '{}'),
    every_weeks = coalesce(change_order_template.every_weeks, 1), starts_on = coalesce(change_order_template.starts_on, t.starts_on), ends_on = change_order_template.ends_on,
    paused_from = change_order_template.paused_from, paused_to = change_order_template.paused_to,
    deliver_after_days = coalesce(change_order_template.deliver_after_days, 1), is_active = coalesce(change_order_template.is_active, true)
  where t.tenant_id = tenant and t.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.change_order_template(uuid, uuid, text, jsonb, uuid, text, boolean, integer[], integer, date, date, date, date, integer, boolean, integer) is
  'Writes a template anew, all of it but its customer; orders that were made of it stay as they are. A day that is past or done is not made again. Raises what create_order_template raises, version_conflict.';
select private.expose_command('change_order_template');

------------------------------------------------------------------------------------------------
-- Making orders
------------------------------------------------------------------------------------------------

create function private.why_not_made(missed public.standing_orders) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select e.sentence || ' ' || e.next_step from private.errors e where e.key = missed.problem);
end
$$;
comment on function private.why_not_made(public.standing_orders) is 'Why no order was made for a day, in words, and what to do; null where one was. A computed field: select=*,why_not_made.';
select private.expose('why_not_made');

select private.register_error('standing_order_missed', 409, 'No standing order was made for this day, because nothing ran on it and a later day came.', 'Make it now, or dismiss it.');
select private.register_error('standing_order_failed', 409, 'The standing order could not be made.', 'Look at its template, and try again.');
select private.register_error('standing_order_done', 409, 'The order of this day was made or dismissed already.', 'Reload the page.');

create function private.insert_standing_order(template public.order_templates, made_on date, due_on date) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  wanted public.orders;
  buyer public.customers;
begin
  wanted.tenant_id := template.tenant_id;
  wanted.customer_id := template.customer_id;
  wanted.warehouse_id := template.warehouse_id;
  wanted.address_id := template.address_id;
  wanted.notes := template.notes;
  wanted.allow_backorder := template.allow_backorder;
  wanted.channel := 'standing';
  wanted.requested_on := greatest(due_on, made_on) + template.deliver_after_days;
  -- Whoever wrote the template wrote the order: it is not he who approves it.
  wanted.created_by := template.created_by;
  wanted.edited_by := pg_catalog.array_remove(template.edited_by || template.created_by, null);
  select * into buyer from public.customers c where c.tenant_id = template.tenant_id and c.id = template.customer_id for no key update;
  perform private.check_buyer(buyer);
  return private.insert_order(wanted, private.template_lines(template), coalesce(private.tenant_rule(template.tenant_id, 'orders.standing') = '"submit"', false), false);
end
$$;
comment on function private.insert_standing_order(public.order_templates, date, date) is
  'An order of a locked template for a day: a draft, or submitted where the company''s rule orders.standing is submit. Raises what create_order raises, and customer_suspended, customer_inactive, customer_not_active.';

create function private.make_standing_order(template public.order_templates) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  today constant date := private.tenant_today(template.tenant_id);
  days constant date[] := array(select d from private.standing_days(template, template.next_on, today) d);
  last_day constant date := days[pg_catalog.cardinality(days)];
  made public.orders;
  problem text;
  detail text;
begin
  if last_day is not null then
    begin
      made := private.insert_standing_order(template, today, last_day);
    exception
      when serialization_failure or deadlock_detected then
        raise;
      when others then
        get stacked diagnostics detail = pg_exception_detail;
        problem := case when exists (select from private.errors e where e.key = sqlerrm) then sqlerrm else 'standing_order_failed' end;
    end;
    -- Of the days that passed while nothing ran the last one is made; it is said of the others that they were not.
    insert into public.standing_orders (tenant_id, template_id, due_on, is_late, order_id, problem, detail)
    select template.tenant_id, template.id, d, d < today, case when d = last_day then made.id end,
      case when d < last_day then 'standing_order_missed' else problem end,
      case when d = last_day and pg_catalog.pg_input_is_valid(detail, 'jsonb') then detail::jsonb end
    from pg_catalog.unnest(days) d;
  end if;
  update public.order_templates t set next_on = private.next_standing_day(template, today + 1) where t.tenant_id = template.tenant_id and t.id = template.id;
end
$$;
comment on function private.make_standing_order(public.order_templates) is
  'Makes the order of a locked template that is due, or writes down why it cannot be made. Order and record are one transaction: a day is made once or not at all.';

create function private.make_standing_orders() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  due public.order_templates;
  made bigint := 0;
  earlier text;
begin
  earlier := private.run_as_rule('orders.standing');
  for due in
    select * from public.order_templates t
    where t.next_on <= current_date + 1 and t.next_on <= private.tenant_today(t.tenant_id)
    order by t.next_on, t.id limit 500
    for no key update skip locked
  loop
    perform private.make_standing_order(due);
    made := made + 1;
  end loop;
  perform private.run_as_rule(earlier);
  return made;
end
$$;
comment on function private.make_standing_orders() is
  'Makes the standing orders that are due where their company is. Of two workers each makes what the other does not. Called by maintenance.';
select private.maintain('make_standing_orders', 'standing_orders');

create function private.lock_standing_order(tenant uuid, standing_order_id uuid) returns public.standing_orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.standing_orders;
begin
  select * into target from public.standing_orders s where s.tenant_id = tenant and s.id = standing_order_id;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('standing_order_id', standing_order_id));
  end if;
  perform private.lock_order_template(tenant, target.template_id, null);
  -- Under the lock of the template, as it is now.
  select * into target from public.standing_orders s where s.tenant_id = tenant and s.id = standing_order_id;
  if target.order_id is not null or target.dismissed_at is not null then
    perform private.fail('standing_order_done', pg_catalog.jsonb_build_object('standing_order_id', target.id, 'order_id', target.order_id));
  end if;
  return target;
end
$$;
comment on function private.lock_standing_order(uuid, uuid) is 'A day of a standing order that was not made, under the lock of its template. Raises record_not_found, standing_order_done.';

create function private.retry_standing_order(standing_order_id uuid) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.create');
  missed constant public.standing_orders := private.lock_standing_order(tenant, standing_order_id);
  template public.order_templates;
  made public.orders;
begin
  select * into template from public.order_templates t where t.tenant_id = tenant and t.id = missed.template_id;
  made := private.insert_standing_order(template, private.tenant_today(tenant), missed.due_on);
  update public.standing_orders s set order_id = made.id, problem = null, detail = null, made_at = pg_catalog.now(), is_late = s.due_on < private.tenant_today(tenant)
  where s.tenant_id = tenant and s.id = missed.id;
  return made;
end
$$;
comment on function private.retry_standing_order(uuid) is
  'Makes the order of a day that could not be made, or was missed. Raises standing_order_done, and what create_order raises.';
select private.expose_command('retry_standing_order');

create function private.dismiss_standing_order(standing_order_id uuid) returns public.standing_orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.create');
  missed public.standing_orders := private.lock_standing_order(tenant, standing_order_id);
begin
  update public.standing_orders s set dismissed_by = auth.uid(), dismissed_at = pg_catalog.now()
  where s.tenant_id = tenant and s.id = missed.id
  returning * into missed;
  return missed;
end
$$;
comment on function private.dismiss_standing_order(uuid) is 'Says that no order is needed for a day that was not made. Raises standing_order_done.';
select private.expose_command('dismiss_standing_order');
