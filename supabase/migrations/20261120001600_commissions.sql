-- Family 16, targets: what salespeople earn by what they sell, as a ledger (docs/decisions/0061).

create type public.commission_basis as enum ('won_deals', 'received_money');

create table public.commission_plans (
  like private.record including defaults including indexes,
  name text not null,
  basis public.commission_basis not null,
  rate numeric(5,2) not null,
  person_id uuid,
  team_id uuid,
  valid_from date not null,
  valid_until date,
  earner uuid not null generated always as (coalesce(person_id, team_id, tenant_id)) stored,
  -- Days that are refused below make no range.
  validity daterange not null generated always as (case
    when valid_until is null then daterange(valid_from, null)
    when valid_until between valid_from and '2100-01-01' then daterange(valid_from, valid_until, '[]')
    else 'empty' end) stored,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, person_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, team_id) references public.teams (tenant_id, id),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name)),
  constraint commission_rate_is_bounded check (rate > 0 and rate <= 100),
  constraint plan_is_of_one check (num_nonnulls(person_id, team_id) < 2),
  constraint plan_days_are_ordered check (valid_from between '2000-01-01' and '2100-01-01' and valid_until between valid_from and '2100-01-01'),
  constraint one_plan_at_a_time exclude using gist (tenant_id with =, basis with =, earner with =, validity with &&)
);
create index commission_plans_person on public.commission_plans (tenant_id, person_id) where person_id is not null;
create index commission_plans_team on public.commission_plans (tenant_id, team_id) where team_id is not null;
comment on table public.commission_plans is
  'How much of what is sold is earned by whom: percent of the value of won deals, for their owner, or of the money that pays invoices, for the salesperson of the customer. Of several plans the person''s own counts, then the one of his team (of several teams the highest), then the one for everybody. A rate never changes: the plan is ended, and another begins.';
comment on column public.commission_plans.rate is 'Percent.';
comment on column public.commission_plans.person_id is 'Account of whom it is for; with team_id empty, too: everybody.';
comment on column public.commission_plans.valid_until is 'Last day, in the company''s time zone; null: until it is ended.';
comment on column public.commission_plans.earner is 'Whom it is for: the person, else the team, else the company.';
select private.manage_table('public.commission_plans', 'commission_plan');
select private.set_audience('commission_plan', 'commissions.view');
select private.register_error('commission_plan_taken', 409, 'There is a plan of this name already.', 'Choose another name.');
select private.refuse_taken('public.commission_plans', 'commission_plans_tenant_id_name_key', 'commission_plan_taken');
select private.register_error('commission_plan_overlaps', 409, 'Another plan counts for the same people in these days.', 'End that one first, or choose other days.');
select private.refuse_taken('public.commission_plans', 'one_plan_at_a_time', 'commission_plan_overlaps');
select private.register_error('commission_rate_is_bounded', 422, 'This is no rate of a commission.', 'Enter percent above 0, up to 100, with two decimals at most.');
select private.register_error('plan_is_of_one', 422, 'A plan is for a person, for a team or for everybody.', 'Choose the person or the team, not both.');
select private.register_error('plan_days_are_ordered', 422, 'The plan would end before it begins.', 'Enter a last day that is not before the first, or none.');

create type public.commission_statement_status as enum ('open', 'closed', 'paid');

create table public.commission_statements (
  like private.record including defaults including indexes,
  number text not null,
  status public.commission_statement_status not null default 'open',
  user_id uuid not null,
  month date not null,
  currency text not null,
  total numeric(14,2) not null default 0,
  closed_by uuid,
  closed_at timestamptz,
  paid_at timestamptz,
  reference text,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, user_id) references public.memberships (tenant_id, user_id),
  unique (tenant_id, number),
  -- Two payments at the same moment come to one statement.
  unique (tenant_id, user_id, month),
  constraint month_starts_on_the_first check (extract(day from month) = 1),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint reference_is_short check (length(reference) <= 80),
  constraint closing_is_recorded check ((status = 'open') = (closed_at is null) and (closed_at is null) = (closed_by is null)),
  constraint payment_is_recorded check ((status = 'paid') = (paid_at is not null)),
  constraint commission_total_is_bounded check (total between -999999999999.99 and 999999999999.99),
  constraint nobody_closes_his_own check (closed_by <> user_id)
);
create index commission_statements_recent on public.commission_statements (tenant_id, month desc, id desc);
comment on table public.commission_statements is
  'What somebody earned by sales in a month. It begins with the first entry of the month; once it is closed, by somebody else, nothing comes to it any more: what is found out later stands in the next open one.';
comment on column public.commission_statements.user_id is 'Account of who is paid.';
comment on column public.commission_statements.month is 'Its first day, in the company''s time zone.';
comment on column public.commission_statements.total is 'Sum of its entries; below zero where more was taken back than earned.';
comment on column public.commission_statements.reference is 'Of the payment: code of M-Pesa, number of a cheque, month of the payroll.';
select private.register_document('public.commission_statements', 'commission_statement', 'open', 'commissions.view', '/commissions', prefix => 'COM');
insert into private.waiting_states (machine, state, permission) values ('commission_statement', 'closed', 'commissions.close');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('commission_statement', 'open', 'close', 'closed', 'commissions.close', '{user_id}', 'commission_statement.closed'),
  ('commission_statement', 'closed', 'pay', 'paid', 'commissions.close', '{user_id}', 'commission_statement.paid');

create table public.commission_entries (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  statement_id uuid not null,
  plan_id uuid not null,
  deal_id uuid,
  payment_id uuid,
  invoice_id uuid,
  round integer not null,
  number text not null,
  earned_on date not null,
  base numeric(14,2) not null,
  rate numeric(5,2) not null,
  amount numeric(14,2) not null,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  primary key (tenant_id, id),
  foreign key (tenant_id, statement_id) references public.commission_statements (tenant_id, id),
  foreign key (tenant_id, plan_id) references public.commission_plans (tenant_id, id),
  foreign key (tenant_id, deal_id) references public.deals (tenant_id, id),
  foreign key (tenant_id, payment_id) references public.payments (tenant_id, id),
  foreign key (tenant_id, invoice_id) references public.invoices (tenant_id, id),
  -- Each change of what a deal or a payment is worth counts once.
  constraint each_round_once unique nulls not distinct (tenant_id, deal_id, payment_id, invoice_id, round),
  constraint entry_has_one_source check ((deal_id is null) = (invoice_id is not null) and (payment_id is null) = (invoice_id is null)),
  constraint rounds_begin_at_one check (round > 0),
  constraint commission_is_bounded check (base between -999999999999.99 and 999999999999.99 and amount between -999999999999.99 and 999999999999.99 and rate between 0 and 100)
);
create index commission_entries_statement on public.commission_entries (tenant_id, statement_id, id);
create index commission_entries_plan on public.commission_entries (tenant_id, plan_id);
create index commission_entries_deal on public.commission_entries (tenant_id, deal_id) where deal_id is not null;
create index commission_entries_payment on public.commission_entries (tenant_id, payment_id, invoice_id) where payment_id is not null;
create index commission_entries_invoice on public.commission_entries (tenant_id, invoice_id) where invoice_id is not null;
comment on table public.commission_entries is
  'The ledger of commissions. What a deal or a payment of an invoice is worth now, less what its earlier entries say, is its next one: taken back, it is an entry against it, for the same person by the same plan.';
comment on column public.commission_entries.round is 'Which change of its source it is.';
comment on column public.commission_entries.number is 'Of the deal or the invoice.';
comment on column public.commission_entries.earned_on is 'Day on which the deal was won or the money paid the invoice, or was taken back, in the company''s time zone.';
comment on column public.commission_entries.base is 'What is counted: the value of the deal, or of the money what pays for goods, without tax and deposits in proportion.';
select private.protect_ledger('public.commission_entries');

select private.derive('commission_total', 'What a statement of commissions sums up to, in the company''s currency: its entries.', $$
  select s.tenant_id, s.id, s.total, (select coalesce(sum(e.amount), 0) from public.commission_entries e where e.tenant_id = s.tenant_id and e.statement_id = s.id)
  from public.commission_statements s
$$);

------------------------------------------------------------------------------------------------
-- Earning
------------------------------------------------------------------------------------------------

create function private.commission_plan_of(tenant uuid, person uuid, basis public.commission_basis, day date) returns public.commission_plans
language sql stable security definer set search_path = ''
as $$
  select p from public.commission_plans p
  where p.tenant_id = tenant and p.basis = commission_plan_of.basis and p.validity @> day
    and exists (select from public.memberships m where m.tenant_id = tenant and m.user_id = person and m.status = 'active')
    and (p.person_id = person or p.person_id is null and p.team_id is null or p.team_id in (
      select t.id from public.memberships m
      join public.team_members b on b.tenant_id = m.tenant_id and b.membership_id = m.id
      join public.teams t on t.tenant_id = b.tenant_id and t.id = b.team_id and t.is_active
      where m.tenant_id = tenant and m.user_id = person
    ))
  order by p.person_id is not null desc, p.team_id is not null desc, p.rate desc, p.id limit 1
$$;
comment on function private.commission_plan_of(uuid, uuid, public.commission_basis, date) is 'The plan by which somebody who works in the company earns on a day: his own, his team''s, everybody''s; null: none.';

create function private.open_commission_statement(tenant uuid, person uuid, month date) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  counted date := month;
  statement public.commission_statements;
begin
  loop
    insert into public.commission_statements (tenant_id, user_id, month, currency)
    select tenant, person, counted, s.currency from public.tenant_settings s where s.tenant_id = tenant
    on conflict on constraint commission_statements_tenant_id_user_id_month_key do nothing;
    select * into statement from public.commission_statements s where s.tenant_id = tenant and s.user_id = person and s.month = counted for no key update;
    exit when statement.status = 'open';
    counted := (counted + interval '1 month')::date;
  end loop;
  return statement.id;
end
$$;
comment on function private.open_commission_statement(uuid, uuid, date) is
  'The first statement of somebody from a month on that is not closed, under its lock: who closes it waits, and what comes after that is of the next month.';

-- wanted: what is counted of the source now.
create type private.commission_source as (tenant_id uuid, deal_id uuid, payment_id uuid, invoice_id uuid, earner_id uuid, number text, wanted numeric);

create function private.earn_commissions(sources private.commission_source[]) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  earned record;
  statement uuid;
begin
  for earned in
    with standing as (
      select s.*, coalesce(e.base, 0) as base, coalesce(e.amount, 0) as amount, coalesce(e.round, 0) as round, e.plan_id, e.user_id
      from pg_catalog.unnest(sources) s
      left join lateral (
        select sum(c.base) as base, sum(c.amount) as amount, max(c.round) as round,
          (pg_catalog.array_agg(c.plan_id order by c.round desc))[1] as plan_id, (pg_catalog.array_agg(t.user_id order by c.round desc))[1] as user_id
        from public.commission_entries c join public.commission_statements t on t.tenant_id = c.tenant_id and t.id = c.statement_id
        where c.tenant_id = s.tenant_id and (c.deal_id = s.deal_id or c.payment_id = s.payment_id and c.invoice_id = s.invoice_id)
      ) e on true
    ), planned as (
      select s.tenant_id, case when s.base = 0 then s.earner_id else s.user_id end as earner_id, p.id as plan_id, p.rate,
        s.deal_id, s.payment_id, s.invoice_id, s.round + 1 as round, s.number, s.wanted - s.base as base,
        pg_catalog.round(s.wanted * p.rate / 100, 2) - s.amount as amount, d.today
      from standing s
      cross join lateral (select private.tenant_today(s.tenant_id) as today) d
      -- What stands is taken back from whom it was given, by the plan it was given by.
      join public.commission_plans p on p.tenant_id = s.tenant_id
        and p.id = case when s.base = 0 then (private.commission_plan_of(s.tenant_id, s.earner_id, case when s.deal_id is null then 'received_money'::public.commission_basis else 'won_deals' end, d.today)).id else s.plan_id end
      where s.wanted <> s.base
    )
    select p.tenant_id, p.earner_id, p.today, sum(p.amount) as amount, pg_catalog.array_agg(pg_catalog.to_jsonb(p) order by p.deal_id, p.payment_id, p.invoice_id) as entries
    from planned p group by p.tenant_id, p.earner_id, p.today order by p.tenant_id, p.earner_id
  loop
    statement := private.open_commission_statement(earned.tenant_id, earned.earner_id, pg_catalog.date_trunc('month', earned.today)::date);
    insert into public.commission_entries (tenant_id, statement_id, plan_id, deal_id, payment_id, invoice_id, round, number, earned_on, base, rate, amount)
    select e.tenant_id, statement, e.plan_id, e.deal_id, e.payment_id, e.invoice_id, e.round, e.number, earned.today, e.base, e.rate, e.amount
    from pg_catalog.jsonb_to_recordset(pg_catalog.to_jsonb(earned.entries))
      as e (tenant_id uuid, plan_id uuid, deal_id uuid, payment_id uuid, invoice_id uuid, round integer, number text, base numeric, rate numeric, amount numeric);
    update public.commission_statements s set total = s.total + earned.amount where s.tenant_id = earned.tenant_id and s.id = statement;
  end loop;
end
$$;
comment on function private.earn_commissions(private.commission_source[]) is
  'Writes what deals and payments of invoices, which the caller has locked, are worth now against what their entries say. Nothing where no plan counts.';

create function private.tg_deals__earn() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  sources constant private.commission_source[] := array(
    select (n.tenant_id, n.id, null, null, n.owner_id, n.number, case when n.status = 'won' then coalesce(n.value, 0) else 0 end)::private.commission_source
    from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id
    where (n.status = 'won') <> (o.status = 'won')
  );
begin
  if pg_catalog.cardinality(sources) > 0 then
    perform private.earn_commissions(sources);
  end if;
  return null;
end
$$;
comment on function private.tg_deals__earn() is 'A deal that is won is worth its value to its owner, one that is opened again nothing; however that comes about.';
create trigger _400_earn after update on public.deals
referencing old table as old_rows new table as new_rows for each statement execute function private.tg_deals__earn();

create function private.tg_payment_allocations__earn() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  sources constant private.commission_source[] := array(
    select (c.tenant_id, null, c.payment_id, c.invoice_id, m.user_id, i.number, coalesce(pg_catalog.round(a.amount * i.subtotal / nullif(i.total, 0), 2), 0))::private.commission_source
    from (select distinct r.tenant_id, r.payment_id, r.invoice_id from changed_rows r) c
    -- Credit notes, discounts and what is written off are no money.
    join public.payments p on p.tenant_id = c.tenant_id and p.id = c.payment_id and p.is_received
    join public.invoices i on i.tenant_id = c.tenant_id and i.id = c.invoice_id
    join public.customers u on u.tenant_id = i.tenant_id and u.id = i.customer_id
    left join public.memberships m on m.tenant_id = u.tenant_id and m.id = u.sales_rep_id
    left join public.payment_allocations a on a.tenant_id = c.tenant_id and a.payment_id = c.payment_id and a.invoice_id = c.invoice_id
  );
begin
  if pg_catalog.cardinality(sources) > 0 then
    perform private.earn_commissions(sources);
  end if;
  return null;
end
$$;
comment on function private.tg_payment_allocations__earn() is
  'Money that pays an invoice is worth what of it pays for goods, before tax and without deposits, to the salesperson of the customer; what is taken off the invoice again is taken back.';
create trigger _400_earn_on_insert after insert on public.payment_allocations
referencing new table as changed_rows for each statement execute function private.tg_payment_allocations__earn();
create trigger _400_earn_on_update after update on public.payment_allocations
referencing new table as changed_rows for each statement execute function private.tg_payment_allocations__earn();
create trigger _400_earn_on_delete after delete on public.payment_allocations
referencing old table as changed_rows for each statement execute function private.tg_payment_allocations__earn();

------------------------------------------------------------------------------------------------
-- Closing
------------------------------------------------------------------------------------------------

create function private.commission_month_is_over(statement public.commission_statements) returns boolean
language sql stable security definer set search_path = ''
as $$
  select (statement.month + interval '1 month') at time zone s.timezone <= pg_catalog.now() - interval '2 hours' from public.tenant_settings s where s.tenant_id = statement.tenant_id
$$;
comment on function private.commission_month_is_over(public.commission_statements) is 'Whether nothing more can be earned in the month of a statement: it ended two hours ago, in the company''s time zone.';
select private.offer_if('commission_statement', 'private.commission_month_is_over(commission_statements)', 'close');

create function private.move_commission_statement(statement uuid, command text, note text, expected_version integer) returns public.commission_statements
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('commissions.close');
  target public.commission_statements;
  next_state text;
begin
  select * into target from public.commission_statements s
  where s.tenant_id = tenant and s.id = statement and (s.user_id = auth.uid() or private.has_permission(tenant, 'commissions.view_all'))
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('commission_statement_id', statement));
  end if;
  perform private.check_version(expected_version, target.version);
  next_state := private.next_state('commission_statement', target.id, target.status::text, command);
  if command = 'close' and not private.commission_month_is_over(target) then
    perform private.fail('month_not_over', pg_catalog.jsonb_build_object('starts_on', target.month));
  end if;
  update public.commission_statements s
  set status = next_state::public.commission_statement_status,
    closed_by = case when command = 'close' then auth.uid() else s.closed_by end,
    closed_at = case when command = 'close' then pg_catalog.now() else s.closed_at end,
    paid_at = case when command = 'pay' then pg_catalog.now() end,
    reference = case when command = 'pay' then private.check_text('note', nullif(pg_catalog.btrim(note), ''), 80) end
  where s.tenant_id = target.tenant_id and s.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.move_commission_statement(uuid, text, text, integer) is 'One step of a statement, with the reference of its payment; the body of the commands below.';

create function private.close_commission_statement(commission_statement_id uuid, expected_version integer default null) returns public.commission_statements
language sql security definer set search_path = ''
as $$ select private.move_commission_statement(commission_statement_id, 'close', null, expected_version) $$;
comment on function private.close_commission_statement(uuid, integer) is
  'Closes what somebody else earned in a month that is over: nothing comes to it any more. Raises separation_of_duties, month_not_over, commission_statement_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('close_commission_statement');

create function private.pay_commission_statement(commission_statement_id uuid, note text default null, expected_version integer default null) returns public.commission_statements
language sql security definer set search_path = ''
as $$ select private.move_commission_statement(commission_statement_id, 'pay', note, expected_version) $$;
comment on function private.pay_commission_statement(uuid, text, integer) is
  'Says that a closed statement of somebody else was paid, with its reference as note. Raises separation_of_duties, commission_statement_transition_illegal, input_invalid, record_not_found, version_conflict, permission_denied.';
select private.expose_command('pay_commission_statement');

------------------------------------------------------------------------------------------------
-- Registries
------------------------------------------------------------------------------------------------

select private.register_registry_source('financial_ledger', 'commission_statements', 'public.commission_statements', $$
  select s.tenant_id, s.id as source_id, 'commission_statement' as entity_type, s.id as entity_id, 'commission' as transaction_type,
    case when s.total < 0 then 'inflow' else 'outflow' end as direction, pg_catalog.abs(s.total) as amount, case when s.status = 'closed' then pg_catalog.abs(s.total) else 0 end as open_amount,
    s.status = 'paid' as is_cash, s.currency, s.status::text as status, 'user' as counterparty_type, s.user_id as counterparty_id, s.paid_at, s.number as description, s.created_at
  from public.commission_statements s where s.status in ('closed', 'paid') $$);
select private.track_status('commission_statement');
