-- Family 09, billing: what a driver took at the doors, handed in and counted, trip by trip.

create type public.settlement_status as enum ('open', 'submitted', 'approved', 'disputed');

create table public.settlements (
  like private.record including defaults including indexes,
  number text not null,
  trip_id uuid not null,
  driver_id uuid not null,
  status public.settlement_status not null default 'open',
  currency text not null,
  billed numeric(14,2) not null default 0,
  cash numeric(14,2) not null default 0,
  other_money numeric(14,2) not null default 0,
  spent numeric(14,2) not null default 0,
  on_credit numeric(14,2) generated always as (billed - cash - other_money) stored,
  handed_in numeric(14,2),
  counted numeric(14,2),
  difference numeric(14,2) generated always as (counted + spent - cash) stored,
  notes text,
  status_reason text,
  submitted_by uuid,
  submitted_at timestamptz,
  approved_by uuid,
  approved_at timestamptz,
  unique (tenant_id, number),
  unique (tenant_id, trip_id),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  foreign key (tenant_id, driver_id) references public.drivers (tenant_id, id),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint money_is_bounded check (billed between 0 and 999999999999.99 and cash between 0 and 999999999999.99 and other_money between 0 and 999999999999.99
    and spent between 0 and 999999999999.99
    and handed_in between 0 and 999999999999.99 and counted between 0 and 999999999999.99),
  constraint notes_are_bounded check (length(notes) <= 500),
  constraint submission_is_recorded check (status = 'open' or (submitted_at is not null and handed_in is not null)),
  constraint approval_is_recorded check ((status = 'approved') = (approved_at is not null) and (status = 'approved') = (counted is not null)),
  constraint dispute_has_a_reason check (status <> 'disputed' or btrim(status_reason) <> '')
);
create index settlements_driver on public.settlements (tenant_id, driver_id);
create index settlements_recent on public.settlements (tenant_id, created_at desc, id desc);
comment on table public.settlements is
  'The cash of a trip: what its driver took at the doors, hands in and what is counted. Billed = counted + spent + other money + on credit - difference, by its columns; a difference becomes a variance with the driver''s name. A trip with cash is not completed before this is approved.';
comment on column public.settlements.billed is 'Invoices of what the trip delivered, void ones apart, as they are now.';
comment on column public.settlements.cash is 'Cash that was recorded at the doors, rejected and cancelled payments apart.';
comment on column public.settlements.other_money is 'M-Pesa, cheques and transfers that were recorded at the doors.';
comment on column public.settlements.spent is 'What the driver spent of the cash, as far as it was approved; what is not stays his to account for.';
comment on column public.settlements.on_credit is 'What customers of the trip still owe of what was billed; below zero when they paid more.';
comment on column public.settlements.handed_in is 'What the driver says he hands in.';
comment on column public.settlements.difference is 'Counted and spent, less recorded: below zero is missing.';
select private.register_document('public.settlements', 'settlement', 'open', 'trips.view', '/settlements', prefix => 'SET');
select private.find_by('settlement', 'trip_id', 'array(select s.trip_id from public.trip_stops s where s.tenant_id = tenant and s.customer_id = any (private.customers_meant(typed)) order by s.id desc limit 1000)');
insert into private.waiting_states (machine, state, permission) values ('settlement', 'submitted', 'payments.approve'), ('settlement', 'disputed', 'trips.drive');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('settlement', 'open', 'submit', 'submitted', 'trips.view', null, 'settlement.submitted'),
  ('settlement', 'disputed', 'submit', 'submitted', 'trips.view', null, 'settlement.submitted'),
  ('settlement', 'submitted', 'approve', 'approved', 'payments.approve', '{submitted_by}', 'settlement.approved'),
  ('settlement', 'submitted', 'dispute', 'disputed', 'payments.approve', '{submitted_by}', 'settlement.disputed');
-- It is sent from its trip.
select private.offer_if('settlement', 'false', 'submit');
insert into private.in_place_commands (machine, state, command, permission) values
  ('trip', 'in_progress', 'submit_settlement', 'trips.view'),
  ('trip', 'cancelled', 'submit_settlement', 'trips.view');
select private.offer_if('trip', $$(private.drives_trip(trips) or private.has_permission(trips.tenant_id, 'trips.load'))
  and private.is_ready_to_settle(trips)$$, 'submit_settlement');

select private.register_error('settlement_exists', 409, 'The cash of this trip was handed in already.', 'Reload the page; finance counts it or asks for it again.');
select private.register_error('payment_is_settled', 409, 'This cash was handed in and counted.', 'Give it back to the customer as a refund, or correct the difference of the trip.');
select private.register_error('no_cash_to_settle', 409, 'No cash was taken on this trip.', 'There is nothing to hand in.');

create function private.cash_spent(tenant uuid, trip uuid) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return 0;
end
$$;
comment on function private.cash_spent(uuid, uuid) is 'What was spent of the cash of a trip, as far as it was approved; nothing as long as no family knows of expenses.';

create function private.billed_of_trip(tenant uuid, trip uuid) returns numeric
language sql stable security definer set search_path = ''
as $$
  select coalesce(sum(i.total), 0) from public.trip_stops s
  join public.invoices i on i.tenant_id = s.tenant_id and i.order_id = s.order_id and i.is_live and i.interest_of_id is null
  where s.tenant_id = tenant and s.trip_id = trip and s.status = 'delivered'
$$;
comment on function private.billed_of_trip(uuid, uuid) is 'What the invoices of a trip come to that stand.';

create function private.cash_of_trip(tenant uuid, trip uuid, out billed numeric, out cash numeric, out other_money numeric, out spent numeric)
language sql stable security definer set search_path = ''
as $$
  select
    private.billed_of_trip(tenant, trip),
    coalesce(sum(p.amount) filter (where p.method = 'cash'), 0),
    coalesce(sum(p.amount) filter (where p.method <> 'cash'), 0),
    private.cash_spent(tenant, trip)
  from public.payments p
  where p.tenant_id = tenant and p.trip_id = trip and p.is_live
$$;
comment on function private.cash_of_trip(uuid, uuid) is 'What a trip billed, and what was recorded at its doors and spent of it: {billed, cash, other_money, spent}, in the company''s currency.';

create function private.is_ready_to_settle(target public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return target.status in ('in_progress', 'cancelled')
    and not exists (select from public.trip_stops s where s.tenant_id = target.tenant_id and s.trip_id = target.id and s.status in ('pending', 'arrived'))
    and exists (select from public.payments p where p.tenant_id = target.tenant_id and p.trip_id = target.id and p.is_live and p.method = 'cash')
    and not exists (select from public.settlements s where s.tenant_id = target.tenant_id and s.trip_id = target.id and s.status in ('submitted', 'approved'));
end
$$;
comment on function private.is_ready_to_settle(public.trips) is 'Whether every stop of the trip is done and its cash waits to be handed in.';

create or replace function private.cash_is_settled(target public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return not exists (select from public.payments p where p.tenant_id = target.tenant_id and p.trip_id = target.id and p.is_live and p.method = 'cash')
    or exists (select from public.settlements s where s.tenant_id = target.tenant_id and s.trip_id = target.id and s.status = 'approved');
end
$$;

create function private.submit_settlement(trip_id uuid, handed_in numeric, notes text default null) returns public.settlements
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  trip public.trips;
  target public.settlements;
  taken record;
begin
  trip := private.lock_trip(tenant, trip_id, null);
  if not private.drives_trip(trip) then
    perform private.require_permission('trips.load');
  end if;
  if not private.takes_in_place('trip', tenant, trip.status::text, 'submit_settlement') then
    perform private.fail('trip_transition_illegal', pg_catalog.jsonb_build_object('id', trip.id, 'from', trip.status, 'command', 'submit_settlement'));
  end if;
  if exists (select from public.trip_stops s where s.tenant_id = tenant and s.trip_id = trip.id and s.status in ('pending', 'arrived')) then
    perform private.fail('trip_has_open_stops', pg_catalog.jsonb_build_object('trip_id', trip.id));
  end if;
  perform private.require_number('handed_in', handed_in, 0, 999999999999.99);
  if handed_in <> round(handed_in, 2) then
    perform private.fail('input_invalid', '{"handed_in": "two decimals at most are needed"}');
  end if;
  perform private.check_text('notes', notes, 500);
  taken := private.cash_of_trip(tenant, trip.id);
  if taken.cash = 0 then
    perform private.fail('no_cash_to_settle', pg_catalog.jsonb_build_object('trip_id', trip.id));
  end if;
  select * into target from public.settlements s where s.tenant_id = tenant and s.trip_id = trip.id for no key update;
  if target.status in ('submitted', 'approved') then
    perform private.fail('settlement_exists', pg_catalog.jsonb_build_object('settlement_id', target.id, 'number', target.number));
  end if;
  if target.id is null then
    insert into public.settlements (tenant_id, trip_id, driver_id, currency)
    values (tenant, trip.id, trip.driver_id, (select t.currency from public.tenant_settings t where t.tenant_id = tenant))
    returning * into target;
  end if;
  update public.settlements s
  set status = 'submitted', billed = taken.billed, cash = taken.cash, other_money = taken.other_money, spent = taken.spent, handed_in = submit_settlement.handed_in,
    notes = nullif(pg_catalog.btrim(submit_settlement.notes), ''), status_reason = null, submitted_by = auth.uid(), submitted_at = pg_catalog.now()
  where s.tenant_id = target.tenant_id and s.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.submit_settlement(uuid, numeric, text) is
  'Hands in the cash of a trip whose stops are all done: by its driver, or for him by who loads for the depot. After a dispute it is sent anew. Company''s currency. Raises settlement_exists, no_cash_to_settle, trip_has_open_stops, trip_transition_illegal, record_not_found, permission_denied, input_invalid.';
select private.expose_command('submit_settlement');

create function private.tg_payments__keep_settled() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Who settles has the trip locked.
  perform from public.trips t where t.tenant_id = new.tenant_id and t.id = new.trip_id for no key update;
  if exists (select from public.settlements s where s.tenant_id = new.tenant_id and s.trip_id = new.trip_id and s.status = 'approved') then
    perform private.fail('payment_is_settled', pg_catalog.jsonb_build_object('payment_id', new.id, 'trip_id', new.trip_id));
  end if;
  return new;
end
$$;
comment on function private.tg_payments__keep_settled() is 'Cash that was counted was received. Raises payment_is_settled.';
create trigger _290_keep_settled before update of status on public.payments for each row
when (new.trip_id is not null and new.method = 'cash' and new.status in ('rejected', 'cancelled') and old.status not in ('rejected', 'cancelled'))
execute function private.tg_payments__keep_settled();

create function private.tg_payments__need_no_counting() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.bring_home(new.tenant_id, new.trip_id);
  return null;
end
$$;
comment on function private.tg_payments__need_no_counting() is 'Where the last cash of a cancelled trip turns out not to be, there is nothing to hand in and the van is home.';
create trigger _300_need_no_counting after update of status on public.payments for each row
when (new.trip_id is not null and new.method = 'cash' and new.status in ('rejected', 'cancelled') and old.status not in ('rejected', 'cancelled'))
execute function private.tg_payments__need_no_counting();

create function private.tg_payments__tell_late_money() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  counted public.settlements;
begin
  update public.settlements s set billed = taken.billed, cash = taken.cash, other_money = taken.other_money
  from private.cash_of_trip(new.tenant_id, new.trip_id) taken
  where s.tenant_id = new.tenant_id and s.trip_id = new.trip_id and s.status = 'approved'
  returning s.* into counted;
  if counted.id is not null and new.method = 'cash' then
    insert into public.variances (tenant_id, kind, trip_id, order_id, expected, actual, unit_value, explanation, responsible_id)
    select new.tenant_id, 'cash', new.trip_id, new.order_id, new.amount, 0, 1, new.number, d.membership_id
    from public.drivers d where d.tenant_id = new.tenant_id and d.id = counted.driver_id;
  end if;
  return null;
end
$$;
comment on function private.tg_payments__tell_late_money() is
  'Money that a phone tells of after that of its trip was counted: the settlement follows, and cash is missing from its count, a difference in the driver''s name beside the one that the count found.';
create trigger _300_tell_late_money after insert on public.payments for each row
when (new.trip_id is not null) execute function private.tg_payments__tell_late_money();

create function private.tg_invoices__tell_settlement() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.settlements t set billed = private.billed_of_trip(t.tenant_id, t.trip_id)
  from public.trip_stops s
  where s.tenant_id = new.tenant_id and s.order_id = new.order_id and s.status = 'delivered'
    and t.tenant_id = s.tenant_id and t.trip_id = s.trip_id and t.billed is distinct from private.billed_of_trip(t.tenant_id, t.trip_id);
  return null;
end
$$;
comment on function private.tg_invoices__tell_settlement() is
  'What a trip billed is the sum of its invoices, also when one is void or made anew after its cash was handed in: the rest of it was sold on credit, or never was.';
create trigger _300_tell_settlement after insert or update of status, total on public.invoices for each row
when (new.interest_of_id is null) execute function private.tg_invoices__tell_settlement();

create function private.lock_settlement(tenant uuid, settlement_id uuid, expected_version integer) returns public.settlements
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.settlements;
begin
  select * into target from public.settlements s where s.tenant_id = tenant and s.id = settlement_id;
  if found then
    -- Its trip decides who sees it, and is locked first, as everywhere.
    perform private.lock_trip(tenant, target.trip_id, null);
    select * into target from public.settlements s where s.tenant_id = tenant and s.id = settlement_id for no key update;
  else
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('settlement_id', settlement_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_settlement(uuid, uuid, integer) is 'Locks a settlement of a trip that the caller sees, the trip first. Raises record_not_found, version_conflict.';

create function private.approve_settlement(settlement_id uuid, counted numeric, expected_version integer default null) returns public.settlements
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.settlements;
  taken record;
begin
  target := private.lock_settlement(tenant, settlement_id, expected_version);
  perform private.next_state('settlement', target.id, target.status::text, 'approve');
  perform private.require_number('counted', counted, 0, 999999999999.99);
  if counted <> round(counted, 2) then
    perform private.fail('input_invalid', '{"counted": "two decimals at most are needed"}');
  end if;
  if private.record_approval(tenant, 'settlement', target.id, 'approve', target.status::text) then
    -- As it is now: a payment may have been rejected since.
    taken := private.cash_of_trip(tenant, target.trip_id);
    update public.settlements s
    set status = 'approved', billed = taken.billed, cash = taken.cash, other_money = taken.other_money, spent = taken.spent, counted = approve_settlement.counted,
      approved_by = auth.uid(), approved_at = pg_catalog.now()
    where s.tenant_id = target.tenant_id and s.id = target.id
    returning * into target;
    if target.difference <> 0 then
      insert into public.variances (tenant_id, kind, trip_id, expected, actual, unit_value, explanation, responsible_id)
      -- What was spent is never more than was taken, unless a payment was rejected since.
      values (tenant, 'cash', target.trip_id, greatest(target.cash - target.spent, 0), target.counted + greatest(target.spent - target.cash, 0), 1, target.number,
        (select d.membership_id from public.drivers d where d.tenant_id = tenant and d.id = target.driver_id));
    end if;
    perform private.bring_home(tenant, target.trip_id);
  end if;
  return target;
end
$$;
comment on function private.approve_settlement(uuid, numeric, integer) is
  'Takes the cash of a trip in as it was counted, by somebody else than who handed it in. What differs from what was recorded at the doors, less the approved expenses of the trip, becomes a variance in the driver''s name. Raises separation_of_duties, settlement_transition_illegal, input_invalid, record_not_found, version_conflict.';
select private.expose_command('approve_settlement');

create function private.dispute_settlement(settlement_id uuid, reason text, expected_version integer default null) returns public.settlements
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.settlements;
begin
  target := private.lock_settlement(tenant, settlement_id, expected_version);
  perform private.next_state('settlement', target.id, target.status::text, 'dispute');
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  update public.settlements s set status = 'disputed', status_reason = private.require_text('reason', reason) where s.tenant_id = target.tenant_id and s.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.dispute_settlement(uuid, text, integer) is
  'Sends a settlement back with a reason; the driver hands it in anew. Raises reason_required, separation_of_duties, settlement_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('dispute_settlement');
