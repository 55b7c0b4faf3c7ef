-- Family 15, operations: what the company spends besides goods, entered by one person and approved by another (docs/decisions/0053).

create table public.expense_categories (
  like private.name_list including defaults including constraints including indexes,
  foreign key (tenant_id) references public.tenants (id)
);
comment on table public.expense_categories is 'What money is spent on, in the words of the company.';
select private.keep_names('public.expense_categories', 'expense_category', 'expenses.view', 'category', array['Fuel', 'Parking', 'Toll', 'Repair', 'Meals', 'Airtime', 'Other']);

create type public.expense_status as enum ('draft', 'submitted', 'approved', 'paid', 'rejected', 'cancelled');
create type public.expense_payer as enum ('company', 'person', 'trip_cash');

create table public.expenses (
  like private.record including defaults including indexes,
  number text not null,
  status public.expense_status not null default 'draft',
  category_id uuid not null,
  spent_on date not null,
  currency text not null,
  total numeric(14,2) not null,
  tax numeric(14,2) not null default 0,
  net numeric(14,2) not null generated always as (total - tax) stored,
  paid_by public.expense_payer not null,
  payee_id uuid,
  trip_id uuid,
  vehicle_id uuid,
  warehouse_id uuid,
  vendor_id uuid,
  description text,
  status_reason text,
  reference text,
  submitted_by uuid,
  approved_by uuid,
  approved_at timestamptz,
  paid_at timestamptz,
  edited_by uuid[] not null default '{}',
  is_from_cash boolean not null generated always as (paid_by = 'trip_cash' and status in ('approved', 'paid')) stored,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, category_id) references public.expense_categories (tenant_id, id),
  foreign key (tenant_id, payee_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  foreign key (tenant_id, vehicle_id) references public.vehicles (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, vendor_id) references public.vendors (tenant_id, id),
  unique (tenant_id, number),
  constraint spent_day_is_near check (spent_on between '2000-01-01' and '2100-01-01'),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint expense_total_is_bounded check (total > 0 and total <= 999999999.99),
  constraint expense_tax_is_part_of_total check (tax between 0 and total),
  constraint expense_parts_make_its_total check (net + tax = total),
  constraint who_is_paid_back_is_named check ((paid_by = 'person') = (payee_id is not null)),
  constraint cash_is_of_a_trip check (paid_by <> 'trip_cash' or trip_id is not null),
  constraint description_is_bounded check (length(description) <= 500),
  constraint reference_is_short check (length(reference) <= 80),
  constraint status_reason_matches_status check ((status in ('rejected', 'cancelled')) = (status_reason is not null)),
  constraint submission_is_recorded check (status in ('draft', 'cancelled') or submitted_by is not null),
  constraint approval_is_recorded check ((status in ('approved', 'paid')) = (approved_at is not null)),
  constraint payment_is_recorded check ((status = 'paid') = (paid_at is not null))
);
create index expenses_recent on public.expenses (tenant_id, created_at desc, id desc);
create index expenses_spent on public.expenses (tenant_id, spent_on desc, id desc);
create index expenses_entered on public.expenses (tenant_id, created_by, created_at desc);
create index expenses_payee on public.expenses (tenant_id, payee_id) where payee_id is not null;
create index expenses_category on public.expenses (tenant_id, category_id);
create index expenses_trip on public.expenses (tenant_id, trip_id) where trip_id is not null;
create index expenses_vehicle on public.expenses (tenant_id, vehicle_id) where vehicle_id is not null;
create index expenses_warehouse on public.expenses (tenant_id, warehouse_id) where warehouse_id is not null;
create index expenses_vendor on public.expenses (tenant_id, vendor_id) where vendor_id is not null;
comment on table public.expenses is
  'What was spent besides goods: before tax + tax = total, by its columns. Approved by nobody who entered, changed, sent or is paid back for it. One that was paid from the cash of a trip lowers, once approved, the cash that the driver hands in.';
comment on column public.expenses.spent_on is 'Day from which it counts, in the company''s time zone; one of a trip that is told after its month was closed counts from the first open day.';
comment on column public.expenses.total is 'With tax.';
comment on column public.expenses.net is 'Before tax.';
comment on column public.expenses.paid_by is 'Who paid: the company, a person (who is paid back), or the driver from the cash of his trip.';
comment on column public.expenses.payee_id is 'Account of whoever is paid back.';
comment on column public.expenses.reference is 'Of the payment: code of M-Pesa, number of a cheque.';
comment on column public.expenses.status_reason is 'Why it was rejected or called off.';
comment on column public.expenses.edited_by is 'Who changed it besides its creator; they do not decide on it either.';
comment on column public.expenses.is_from_cash is 'Whether it lowers the cash that is expected of its trip.';
select private.register_error('spent_day_is_near', 422, 'Nothing was spent on this day.', 'Enter a day since 2000 that is not after today.');
select private.register_error('expense_total_is_bounded', 422, 'This is no amount of an expense.', 'Enter what was paid with tax, more than 0, with two decimals at most.');
select private.register_error('expense_tax_is_part_of_total', 422, 'The tax is not a part of the total.', 'Enter the tax that the receipt shows, from 0 up to its total.');
select private.register_error('cash_is_of_a_trip', 422, 'The cash of a trip was spent, but no trip is named.', 'Choose the trip, or who else paid.');
select private.register_error('description_is_bounded', 422, 'The description is too long.', 'Shorten it to 500 characters.');
select private.register_error('trip_cash_is_counted', 409, 'The cash of this trip was counted already.', 'Have the expense paid back to whoever paid it.');
select private.register_error('expense_exceeds_cash', 409, 'More was spent than the trip took in cash.', 'Have the expense paid back to the driver, or reject it.');

select private.register_document('public.expenses', 'expense', 'draft', 'expenses.view', '/expenses', prefix => 'EXP');
insert into private.waiting_states (machine, state, permission) values
  ('expense', 'submitted', 'expenses.approve'), ('expense', 'approved', 'expenses.pay');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('expense', 'draft', 'submit', 'submitted', 'expenses.create', null, 'expense.submitted'),
  ('expense', 'draft', 'cancel', 'cancelled', 'expenses.create', null, 'expense.cancelled'),
  ('expense', 'submitted', 'approve', 'approved', 'expenses.approve', '{created_by,submitted_by,edited_by,payee_id}', 'expense.approved'),
  ('expense', 'submitted', 'reject', 'rejected', 'expenses.approve', '{created_by,submitted_by,edited_by,payee_id}', 'expense.rejected'),
  ('expense', 'submitted', 'cancel', 'cancelled', 'expenses.create', null, 'expense.cancelled'),
  ('expense', 'approved', 'pay', 'paid', 'expenses.pay', '{payee_id}', 'expense.paid');
insert into private.in_place_commands (machine, command, state, permission) values
  ('expense', 'change', 'draft', 'expenses.create'), ('expense', 'pay_back', 'submitted', 'expenses.approve');
-- What came out of the driver's bag is paid; the settlement of his trip says so.
select private.offer_if('expense', $$expenses.paid_by <> 'trip_cash'$$, 'pay');
select private.offer_if('expense', $$expenses.paid_by = 'trip_cash'$$, 'pay_back');
select private.offer_if('expense', $$not private.accounts_for_expense(expenses)$$, 'approve', 'reject');
select private.find_by('expense', 'vendor_id', 'private.vendors_meant(typed)');
select private.note_editors('public.expenses', 'category_id', 'spent_on', 'total', 'tax', 'vehicle_id', 'warehouse_id', 'vendor_id', 'description');

------------------------------------------------------------------------------------------------
-- Closed months
------------------------------------------------------------------------------------------------

select private.keep_months('public.expenses', 'spent_on', 'expense', 'refuse', 'insert', 'true');
select private.keep_months('public.expenses', 'spent_on', 'expense', 'refuse', 'update of spent_on, status',
  $$new.spent_on <> old.spent_on or (new.status in ('approved', 'paid')) <> (old.status in ('approved', 'paid'))$$);

create or replace function private.spent_before(tenant uuid, ends timestamptz) returns table (document text, document_id uuid, number text, state text, happened_at timestamptz, blocks boolean)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  select 'expense', e.id, e.number, e.status::text, e.spent_on::timestamp at time zone s.timezone, true
  from public.expenses e join public.tenant_settings s on s.tenant_id = e.tenant_id
  where e.tenant_id = tenant and e.status in ('draft', 'submitted') and e.spent_on::timestamp at time zone s.timezone < ends;
end
$$;

------------------------------------------------------------------------------------------------
-- Cash of a trip
------------------------------------------------------------------------------------------------

create or replace function private.cash_spent(tenant uuid, trip uuid) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select coalesce(sum(e.total), 0) from public.expenses e where e.tenant_id = tenant and e.trip_id = trip and e.is_from_cash);
end
$$;

create function private.cash_is_counted(tenant uuid, trip uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select from public.settlements s where s.tenant_id = tenant and s.trip_id = trip and s.status = 'approved')
    or exists (select from public.trips t where t.tenant_id = tenant and t.id = trip and t.status = 'completed')
$$;
comment on function private.cash_is_counted(uuid, uuid) is 'Whether no expense lowers the cash of a trip any more: it was counted, or the trip is closed.';

create function private.driver_account(tenant uuid, trip uuid) returns uuid
language sql stable security definer set search_path = ''
as $$
  select m.user_id
  from public.trips t
  join public.drivers d on d.tenant_id = t.tenant_id and d.id = t.driver_id
  join public.memberships m on m.tenant_id = d.tenant_id and m.id = d.membership_id
  where t.tenant_id = tenant and t.id = trip
$$;
comment on function private.driver_account(uuid, uuid) is 'Account of whoever drives a trip; null where he has none.';

create function private.accounts_for_expense(expense public.expenses) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return expense.paid_by = 'trip_cash' and coalesce(private.driver_account(expense.tenant_id, expense.trip_id) = auth.uid(), false);
end
$$;
comment on function private.accounts_for_expense(public.expenses) is 'Whether an expense was paid from cash that the caller hands in: he decides on none of them, whoever entered it.';

create function private.tg_settlements__close_expenses() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
begin
  earlier := private.run_as_rule('settlement.approve');
  update public.expenses e set status = 'paid', paid_at = pg_catalog.now()
  where e.tenant_id = new.tenant_id and e.trip_id = new.trip_id and e.paid_by = 'trip_cash' and e.status = 'approved';
  -- He has made up for it: what is approved later is his.
  update public.expenses e set paid_by = 'person', payee_id = coalesce(private.driver_account(e.tenant_id, e.trip_id), e.created_by)
  where e.tenant_id = new.tenant_id and e.trip_id = new.trip_id and e.paid_by = 'trip_cash' and e.status in ('draft', 'submitted');
  perform private.run_as_rule(earlier);
  return null;
end
$$;
comment on function private.tg_settlements__close_expenses() is
  'When the cash of a trip is counted, its approved expenses are paid; those that nobody has decided on stayed the driver''s to account for and are paid back to him once approved.';
create trigger _300_close_expenses after update of status on public.settlements for each row
when (new.status = 'approved' and old.status <> 'approved') execute function private.tg_settlements__close_expenses();

select private.derive('settlement_spent', 'What was spent from the cash of a trip whose settlement is approved, in the company''s currency: its approved expenses.', $$
  select s.tenant_id, s.id, s.spent,
    (select coalesce(sum(e.total), 0) from public.expenses e where e.tenant_id = s.tenant_id and e.trip_id = s.trip_id and e.is_from_cash)
  from public.settlements s
  where s.status = 'approved'
$$);
select private.explain('settlement_spent', 'settlement', '{trips.view,expenses.view_all}', 'approved expenses that were paid from the cash of the trip.', false, $$
  select e.approved_at, c.name, 'expense', e.id, e.number, e.total
  from public.settlements s
  join public.expenses e on e.tenant_id = s.tenant_id and e.trip_id = s.trip_id and e.is_from_cash
  join public.expense_categories c on c.tenant_id = e.tenant_id and c.id = e.category_id
  where s.tenant_id = $1 and s.id = $2
$$);

------------------------------------------------------------------------------------------------
-- Entering
------------------------------------------------------------------------------------------------

create function private.lock_expense(tenant uuid, expense uuid, expected_version integer) returns public.expenses
language plpgsql security definer set search_path = ''
as $$
declare
  locked public.expenses;
begin
  -- Whoever counts the cash has the trip locked; it is locked first, as everywhere. The trip of an expense stays what it was.
  perform from public.trips t
  where t.tenant_id = tenant and t.id = (select e.trip_id from public.expenses e where e.tenant_id = tenant and e.id = expense)
  for no key update;
  select * into locked from public.expenses e
  where e.tenant_id = tenant and e.id = expense
    and (e.created_by = auth.uid() or e.payee_id = auth.uid() or private.has_permission(tenant, 'expenses.view_all'))
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('expense_id', expense));
  end if;
  perform private.check_version(expected_version, locked.version);
  return locked;
end
$$;
comment on function private.lock_expense(uuid, uuid, integer) is 'An expense that the caller sees, under its lock and that of its trip. Raises record_not_found, version_conflict.';

create function private.check_expense(tenant uuid, spent_on date, total numeric, tax numeric, vehicle_id uuid, warehouse_id uuid, vendor_id uuid, category_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if spent_on is null or spent_on < '2000-01-01' or spent_on > private.tenant_today(tenant) then
    perform private.fail('spent_day_is_near', pg_catalog.jsonb_build_object('spent_on', spent_on));
  end if;
  if (total > 0 and total <= 999999999.99 and total = round(total, 2)) is not true then
    perform private.fail('expense_total_is_bounded', pg_catalog.jsonb_build_object('total', total));
  end if;
  if (tax >= 0 and tax <= total and tax = round(tax, 2)) is not true then
    perform private.fail('expense_tax_is_part_of_total', pg_catalog.jsonb_build_object('tax', tax));
  end if;
  perform private.require_choice('category_id', category_id::text);
  perform private.require_reference('public.expenses', 'category_id', tenant, category_id);
  perform private.require_reference('public.expenses', 'vehicle_id', tenant, vehicle_id);
  perform private.require_reference('public.expenses', 'vendor_id', tenant, vendor_id);
  if warehouse_id is not null then
    perform private.require_own_place(tenant, 'warehouse_id', warehouse_id);
  end if;
end
$$;
comment on function private.check_expense(uuid, date, numeric, numeric, uuid, uuid, uuid, uuid) is
  'Whether an expense can be this. Raises spent_day_is_near, expense_total_is_bounded, expense_tax_is_part_of_total, record_not_found, warehouse_not_available, input_invalid.';

create function private.payee_of(tenant uuid, paid_by public.expense_payer, payee_id uuid, trip_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  perform private.require_choice('paid_by', paid_by::text);
  if paid_by = 'trip_cash' then
    if trip_id is null then
      perform private.fail('cash_is_of_a_trip', '{"trip_id": "required"}');
    end if;
    if private.cash_is_counted(tenant, trip_id) then
      perform private.fail('trip_cash_is_counted', pg_catalog.jsonb_build_object('trip_id', trip_id));
    end if;
  end if;
  perform private.check_owner(tenant, payee_id);
  return case when paid_by = 'person' then coalesce(payee_id, auth.uid()) end;
end
$$;
comment on function private.payee_of(uuid, public.expense_payer, uuid, uuid) is
  'Who is paid back for an expense: a person, the caller unless somebody is named; nobody where the company or the cash of a trip has paid. Raises cash_is_of_a_trip, trip_cash_is_counted, person_not_in_company.';

create function private.create_expense(
  category_id uuid, spent_on date, total numeric, tax numeric default 0, paid_by public.expense_payer default 'company', payee_id uuid default null,
  trip_id uuid default null, vehicle_id uuid default null, warehouse_id uuid default null, vendor_id uuid default null, description text default null
) returns public.expenses
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('expenses.create');
  trip public.trips;
  made public.expenses;
begin
  perform private.check_expense(tenant, spent_on, total, tax, vehicle_id, warehouse_id, vendor_id, category_id);
  if trip_id is not null then
    perform private.require_permission('trips.view');
    trip := private.lock_trip(tenant, trip_id, null);
  end if;
  insert into public.expenses (tenant_id, category_id, spent_on, currency, total, tax, paid_by, payee_id, trip_id, vehicle_id, warehouse_id, vendor_id, description)
  select tenant, category_id, spent_on, s.currency, total, tax, paid_by, private.payee_of(tenant, paid_by, payee_id, trip_id), trip_id,
    coalesce(vehicle_id, trip.vehicle_id), coalesce(warehouse_id, trip.warehouse_id), vendor_id, private.check_text('description', nullif(pg_catalog.btrim(description), ''), 500)
  from public.tenant_settings s where s.tenant_id = tenant
  returning * into made;
  return made;
end
$$;
comment on function private.create_expense(uuid, date, numeric, numeric, public.expense_payer, uuid, uuid, uuid, uuid, uuid, text) is
  'Drafts an expense; total with tax, of which tax is a part. paid_by: company, person (payee_id is paid back, the caller unless named) or trip_cash (of trip_id). Of a trip it has van and depot unless others are named. Raises spent_day_is_near, expense_total_is_bounded, expense_tax_is_part_of_total, cash_is_of_a_trip, trip_cash_is_counted, person_not_in_company, month_is_closed, warehouse_not_available, record_not_found, input_invalid, permission_denied.';
select private.expose_command('create_expense');

create function private.change_expense(
  expense_id uuid, category_id uuid, spent_on date, total numeric, tax numeric default 0, paid_by public.expense_payer default 'company', payee_id uuid default null,
  vehicle_id uuid default null, warehouse_id uuid default null, vendor_id uuid default null, description text default null, expected_version integer default null
) returns public.expenses
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('expenses.create');
  target public.expenses := private.lock_expense(tenant, expense_id, expected_version);
begin
  if not private.takes_in_place('expense', tenant, target.status::text, 'change') then
    perform private.fail('expense_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'change'));
  end if;
  perform private.check_expense(tenant, spent_on, total, tax, vehicle_id, warehouse_id, vendor_id, category_id);
  update public.expenses e
  set category_id = category_id, spent_on = spent_on, total = total, tax = tax, paid_by = paid_by, payee_id = private.payee_of(tenant, paid_by, payee_id, target.trip_id),
    vehicle_id = vehicle_id, warehouse_id = warehouse_id, vendor_id = vendor_id,
    description = private.check_text('description', nullif(pg_catalog.btrim(description), ''), 500),
    -- Who paid is content, too.
    edited_by = case when auth.uid() is distinct from e.created_by and auth.uid() <> all (e.edited_by) then e.edited_by || auth.uid() else e.edited_by end
  where e.tenant_id = target.tenant_id and e.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.change_expense(uuid, uuid, date, numeric, numeric, public.expense_payer, uuid, uuid, uuid, uuid, text, integer) is
  'Writes a draft anew, its trip apart; whoever does so does not approve it. Raises expense_transition_illegal, version_conflict and the errors of create_expense.';
select private.expose_command('change_expense');

create function private.move_expense(expense uuid, command text, reason text, expected_version integer) returns public.expenses
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('expenses.view');
  target public.expenses := private.lock_expense(tenant, expense, expected_version);
  next_state constant text := private.next_state('expense', target.id, target.status::text, command);
begin
  if command in ('reject', 'cancel') and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  if command in ('approve', 'reject') and private.accounts_for_expense(target) then
    perform private.fail('separation_of_duties', pg_catalog.jsonb_build_object('machine', 'expense', 'command', command, 'separate_from', '{driver}'::text[]));
  end if;
  if target.paid_by = 'trip_cash' then
    if command = 'submit' and private.cash_is_counted(tenant, target.trip_id) then
      perform private.fail('trip_cash_is_counted', pg_catalog.jsonb_build_object('trip_id', target.trip_id));
    end if;
    if command = 'approve' and private.cash_spent(tenant, target.trip_id) + target.total > (private.cash_of_trip(tenant, target.trip_id)).cash then
      perform private.fail('expense_exceeds_cash', pg_catalog.jsonb_build_object('trip_id', target.trip_id, 'total', target.total,
        'cash', (private.cash_of_trip(tenant, target.trip_id)).cash, 'spent', private.cash_spent(tenant, target.trip_id)));
    end if;
    if command = 'pay' then
      perform private.fail('expense_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', command));
    end if;
  end if;
  if command <> 'approve' or private.record_approval(tenant, 'expense', target.id, command, target.status::text) then
    update public.expenses e
    set status = next_state::public.expense_status,
      status_reason = case when command in ('reject', 'cancel') then private.require_text('reason', reason) end,
      reference = case when command = 'pay' then private.check_text('note', nullif(pg_catalog.btrim(reason), ''), 80) end,
      submitted_by = case when command = 'submit' then auth.uid() else e.submitted_by end,
      approved_by = case when command = 'approve' then auth.uid() else e.approved_by end,
      approved_at = case when command = 'approve' then pg_catalog.now() else e.approved_at end,
      paid_at = case when command = 'pay' then pg_catalog.now() end
    where e.tenant_id = target.tenant_id and e.id = target.id
    returning * into target;
    if target.is_from_cash then
      -- Handed in, not counted yet: less is expected.
      update public.settlements s set spent = private.cash_spent(tenant, target.trip_id)
      where s.tenant_id = tenant and s.trip_id = target.trip_id and s.status <> 'approved';
    end if;
  end if;
  return target;
end
$$;
comment on function private.move_expense(uuid, text, text, integer) is 'One step of an expense, with its reason or the reference of its payment; the body of the commands below.';

create function private.submit_expense(expense_id uuid, expected_version integer default null) returns public.expenses
language sql security definer set search_path = ''
as $$ select private.move_expense(expense_id, 'submit', null, expected_version) $$;
comment on function private.submit_expense(uuid, integer) is 'Asks for approval of an expense. Raises trip_cash_is_counted, expense_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('submit_expense');

create function private.approve_expense(expense_id uuid, expected_version integer default null) returns public.expenses
language sql security definer set search_path = ''
as $$ select private.move_expense(expense_id, 'approve', null, expected_version) $$;
comment on function private.approve_expense(uuid, integer) is
  'Approves an expense of somebody else; one that was paid from the cash of a trip lowers what its driver hands in from now on. Raises separation_of_duties, expense_exceeds_cash, month_is_closed, expense_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('approve_expense');

create function private.reject_expense(expense_id uuid, reason text, expected_version integer default null) returns public.expenses
language sql security definer set search_path = ''
as $$ select private.move_expense(expense_id, 'reject', reason, expected_version) $$;
comment on function private.reject_expense(uuid, text, integer) is 'Refuses an expense of somebody else, with a reason. Raises reason_required, separation_of_duties, expense_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('reject_expense');

create function private.cancel_expense(expense_id uuid, reason text, expected_version integer default null) returns public.expenses
language sql security definer set search_path = ''
as $$ select private.move_expense(expense_id, 'cancel', reason, expected_version) $$;
comment on function private.cancel_expense(uuid, text, integer) is 'Calls an expense off, with a reason, before it is approved. Raises reason_required, expense_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('cancel_expense');

create function private.pay_expense(expense_id uuid, note text default null, expected_version integer default null) returns public.expenses
language sql security definer set search_path = ''
as $$ select private.move_expense(expense_id, 'pay', note, expected_version) $$;
comment on function private.pay_expense(uuid, text, integer) is
  'Says that an approved expense was paid, or paid back, with its reference as note; one from the cash of a trip is paid by its settlement. Raises separation_of_duties, expense_transition_illegal, input_invalid, record_not_found, version_conflict, permission_denied.';
select private.expose_command('pay_expense');

create function private.pay_back_expense(expense_id uuid, expected_version integer default null) returns public.expenses
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('expenses.approve');
  target public.expenses := private.lock_expense(tenant, expense_id, expected_version);
begin
  if target.paid_by <> 'trip_cash' or not private.takes_in_place('expense', tenant, target.status::text, 'pay_back') then
    perform private.fail('expense_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'pay_back'));
  end if;
  update public.expenses e set paid_by = 'person', payee_id = coalesce(private.driver_account(tenant, e.trip_id), e.created_by)
  where e.tenant_id = target.tenant_id and e.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.pay_back_expense(uuid, integer) is
  'Takes an expense off the cash of its trip before it is decided on: the driver hands the cash in, and is paid back once the expense is approved. Raises expense_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('pay_back_expense');

------------------------------------------------------------------------------------------------
-- On the road
------------------------------------------------------------------------------------------------

insert into private.in_place_commands (machine, state, command, permission) values ('trip', 'in_progress', 'record_trip_expense', 'expenses.create');
select private.offer_if('trip', $$(private.drives_trip(trips) or private.has_permission(trips.tenant_id, 'trips.dispatch'))$$, 'record_trip_expense');

create function private.record_trip_expense(
  trip_id uuid, category_id uuid, total numeric, tax numeric default 0, paid_by public.expense_payer default 'trip_cash', description text default null,
  spent_at timestamptz default null, photo_path text default null
) returns public.expenses
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('expenses.create');
  trip public.trips;
  happened constant timestamptz := coalesce(spent_at, pg_catalog.now());
  opens timestamptz;
  payer public.expense_payer := paid_by;
  made public.expenses;
begin
  perform private.require_permission('trips.view');
  trip := private.lock_trip(tenant, trip_id, null);
  if not private.drives_trip(trip) and not private.has_permission(tenant, 'trips.dispatch') then
    perform private.fail('not_the_driver', pg_catalog.jsonb_build_object('trip_id', trip.id));
  end if;
  if trip.started_at is null then
    perform private.fail('trip_transition_illegal', pg_catalog.jsonb_build_object('id', trip.id, 'from', trip.status, 'command', 'record_trip_expense'));
  end if;
  if happened > pg_catalog.clock_timestamp() + interval '5 minutes' or happened < trip.started_at - interval '5 minutes' then
    perform private.fail('captured_at_invalid', pg_catalog.jsonb_build_object('captured_at', spent_at, 'started_at', trip.started_at));
  end if;
  if payer = 'trip_cash' and private.cash_is_counted(tenant, trip.id) then
    -- Told late: he has made up for it already.
    payer := 'person';
  end if;
  opens := private.posts_late(tenant, happened);
  insert into public.expenses (tenant_id, category_id, spent_on, currency, total, tax, paid_by, payee_id, trip_id, vehicle_id, warehouse_id, description)
  select tenant, category_id, d.spent_on, s.currency, total, tax, payer,
    private.payee_of(tenant, payer, case when payer = 'person' then coalesce(private.driver_account(tenant, trip.id), auth.uid()) end, trip.id),
    trip.id, trip.vehicle_id, trip.warehouse_id, private.check_text('description', nullif(pg_catalog.btrim(description), ''), 500)
  from public.tenant_settings s
  cross join lateral (select least((coalesce(opens, happened) at time zone s.timezone)::date, private.tenant_today(tenant)) as spent_on) d
  cross join lateral private.check_expense(tenant, d.spent_on, total, tax, null, null, null, category_id) c
  where s.tenant_id = tenant
  returning * into made;
  if opens is not null then
    perform private.note_late_posting(tenant, 'expense', made.id, happened, opens);
  end if;
  if photo_path is not null then
    perform private.write_attachment('expense', made.id, photo_path, made.number || '.jpg');
  end if;
  update public.expenses e set status = 'submitted', submitted_by = auth.uid() where e.tenant_id = made.tenant_id and e.id = made.id returning * into made;
  return made;
end
$$;
comment on function private.record_trip_expense(uuid, uuid, numeric, numeric, public.expense_payer, text, timestamptz, text) is
  'What was spent on a trip, told by its driver or the dispatcher for him, now or late (spent_at); it waits for approval at once. Until it is approved the driver accounts for the cash; told after the cash was counted, it is paid back to him. photo_path: a stored file of the caller, in the bucket attachments. Raises not_the_driver, captured_at_invalid, trip_transition_illegal, record_not_found, permission_denied and the errors of create_expense and add_attachment.';
select private.expose_command('record_trip_expense');

------------------------------------------------------------------------------------------------
-- Registries
------------------------------------------------------------------------------------------------

select private.register_registry_source('financial_ledger', 'expenses', 'public.expenses', $$
  select e.tenant_id, e.id as source_id, 'expense' as entity_type, e.id as entity_id, 'expense' as transaction_type, 'outflow' as direction,
    e.total as amount, case when e.status = 'approved' then e.total else 0 end as open_amount, e.status = 'paid' as is_cash, e.currency, e.status::text as status,
    'vendor' as counterparty_type, e.vendor_id as counterparty_id, v.name as counterparty_name, e.trip_id, e.paid_at, e.number as description, e.created_at
  from public.expenses e left join public.vendors v on v.tenant_id = e.tenant_id and v.id = e.vendor_id
  where e.status in ('approved', 'paid') $$, follows => 'vendors.vendor_id');
select private.track_status('expense');
