-- Family 09, billing: containers that are gone at a customer's, and whether he answers for their deposit (docs/decisions/0076).

create type public.container_write_off_status as enum ('requested', 'approved', 'rejected', 'reversed');

create table public.container_write_offs (
  like private.record including defaults including indexes,
  number text not null,
  status public.container_write_off_status not null default 'requested',
  customer_id uuid not null,
  product_id uuid not null,
  account public.container_holder not null default 'loss',
  quantity numeric(14,3) not null,
  keeps_deposit boolean not null default true,
  deposit_amount numeric(14,2),
  reason text not null,
  approved_by uuid,
  approved_at timestamptz,
  rejected_reason text,
  reversed_at timestamptz,
  reversed_reason text,
  unique (tenant_id, number),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint write_off_names_an_account check (account in ('breakage', 'loss')),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint reason_is_bounded check (btrim(reason) <> '' and length(reason) <= 500),
  constraint approval_is_recorded check ((status in ('approved', 'reversed')) = (approved_at is not null) and (approved_at is null) = (deposit_amount is null)),
  constraint rejected_reason_matches_status check ((status = 'rejected') = (rejected_reason is not null)),
  constraint reversal_is_recorded check ((status = 'reversed') = (reversed_at is not null) and (reversed_at is null) = (reversed_reason is null))
);
create index container_write_offs_customer on public.container_write_offs (tenant_id, customer_id);
create index container_write_offs_product on public.container_write_offs (tenant_id, product_id);
create index container_write_offs_recent on public.container_write_offs (tenant_id, created_at desc, id desc);
comment on table public.container_write_offs is
  'Containers that a customer will not give back, because they broke or are lost at his place: approved by somebody else than who asked, they leave him for the account that is named. Reversed where they are found after all.';
comment on column public.container_write_offs.account is 'Where they stand from then on: breakage or loss.';
comment on column public.container_write_offs.keeps_deposit is 'He answers for them: the deposit stays charged, or is charged by his next invoice. Otherwise the next invoice gives back what he paid.';
comment on column public.container_write_offs.deposit_amount is 'The deposit of these containers as it was when they were handed over; known when it is approved.';
select private.hold_to_unit('public.container_write_offs', 'quantity');
select private.register_document('public.container_write_offs', 'container_write_off', 'requested', 'inventory.view', '/stock/containers/losses', prefix => 'CWO');
insert into private.waiting_states (machine, state, permission) values ('container_write_off', 'requested', 'inventory.approve');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('container_write_off', 'requested', 'approve', 'approved', 'inventory.approve', '{created_by}', 'container_write_off.approved'),
  ('container_write_off', 'requested', 'reject', 'rejected', 'inventory.approve', '{created_by}', 'container_write_off.rejected'),
  ('container_write_off', 'approved', 'reverse', 'reversed', 'inventory.approve', '{created_by}', 'container_write_off.reversed');

select private.register_error('containers_not_held', 409, 'The customer does not hold that many of them.', 'Write off what he holds, or look at what he gave back.');
select private.register_error('write_off_names_an_account', 422, 'Containers that are gone are broken or lost.', 'Choose one of the two.');

create function private.write_off_containers(customer_id uuid, product_id uuid, quantity numeric, reason text, account public.container_holder default 'loss', keeps_deposit boolean default true) returns public.container_write_offs
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.edit');
  holder constant public.customers := private.lock_customer(tenant, customer_id, null);
  created public.container_write_offs;
begin
  perform private.require_number('quantity', quantity, 0.001, 99999999);
  if coalesce(account not in ('breakage', 'loss'), true) then
    perform private.fail('write_off_names_an_account');
  end if;
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  if not exists (select from public.products p where p.tenant_id = tenant and p.id = product_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('product_id', product_id));
  end if;
  perform private.require_held(tenant, holder.id, product_id, quantity);
  insert into public.container_write_offs (tenant_id, customer_id, product_id, account, quantity, keeps_deposit, reason)
  values (tenant, holder.id, product_id, account, quantity, coalesce(keeps_deposit, true), private.require_text('reason', reason))
  returning * into created;
  return created;
end
$$;
comment on function private.write_off_containers(uuid, uuid, numeric, text, public.container_holder, boolean) is
  'Asks for containers of a customer to be written off, because they broke or are lost at his place (account: breakage or loss); somebody else approves. keeps_deposit: he answers for them; otherwise he gets their deposit back with his next invoice. Raises containers_not_held, write_off_names_an_account, reason_required, quantity_not_whole, record_not_found, input_invalid.';
select private.expose_command('write_off_containers');

create function private.require_held(tenant uuid, customer uuid, container uuid, quantity numeric) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  held constant numeric := coalesce((
    select sum(l.held) from private.deposit_layers l where l.tenant_id = require_held.tenant and l.customer_id = require_held.customer and l.product_id = require_held.container
  ), 0);
begin
  if quantity > held then
    perform private.fail('containers_not_held', pg_catalog.jsonb_build_object('product_id', container, 'quantity', quantity, 'held', held));
  end if;
end
$$;
comment on function private.require_held(uuid, uuid, uuid, numeric) is 'Refuses more containers than a customer holds. The customer is locked. Raises containers_not_held.';

create function private.move_container_write_off(write_off uuid, command text, reason text, expected_version integer) returns public.container_write_offs
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.container_write_offs;
  next_state text;
  layers jsonb;
  -- What is charged and kept: more of it where he answers for what is gone, less when it is found again.
  sign constant integer := case command when 'approve' then 1 else -1 end;
begin
  select * into target from public.container_write_offs w where w.tenant_id = tenant and w.id = write_off;
  if found then
    -- Whoever moves containers of a customer has him locked; he comes first everywhere.
    perform private.lock_customer(tenant, target.customer_id, null);
    select * into target from public.container_write_offs w where w.tenant_id = tenant and w.id = write_off for no key update;
  else
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('container_write_off_id', write_off));
  end if;
  perform private.check_version(expected_version, target.version);
  next_state := private.next_state('container_write_off', target.id, target.status::text, command);
  if command in ('reject', 'reverse') and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  if command = 'approve' then
    perform private.require_held(tenant, target.customer_id, target.product_id, target.quantity);
    if not private.record_approval(tenant, 'container_write_off', target.id, command, target.status::text) then
      return target;
    end if;
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', target.product_id, 'quantity', -d.units, 'unit_deposit', d.unit_deposit)) into layers
    from private.deposits_of(tenant, target.customer_id, target.product_id, -target.quantity) d;
    perform private.move_containers(tenant, 'customer', target.customer_id, target.account, tenant, 'container_write_off', target.id, layers, pg_catalog.clock_timestamp());
  elsif command = 'reverse' then
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', l.product_id, 'quantity', -l.quantity, 'unit_deposit', l.unit_deposit)) into layers
    from public.container_ledger l where l.tenant_id = tenant and l.reference_id = target.id and l.holder = 'customer';
    perform private.move_containers(tenant, target.account, tenant, 'customer', target.customer_id, 'container_write_off', target.id, layers, pg_catalog.clock_timestamp());
  end if;
  if layers is not null and target.keeps_deposit then
    update private.deposit_layers l set kept = l.kept + sign * x.quantity
    from pg_catalog.jsonb_to_recordset(layers) as x (unit_deposit numeric, quantity numeric)
    where l.tenant_id = tenant and l.customer_id = target.customer_id and l.product_id = target.product_id and l.unit_deposit = x.unit_deposit;
  end if;
  update public.container_write_offs w
  set status = next_state::public.container_write_off_status,
    approved_by = case when command = 'approve' then auth.uid() else w.approved_by end,
    approved_at = case when command = 'approve' then pg_catalog.now() else w.approved_at end,
    deposit_amount = case when command = 'approve'
      then (select sum(round(x.quantity * x.unit_deposit, 2)) from pg_catalog.jsonb_to_recordset(layers) as x (unit_deposit numeric, quantity numeric)) else w.deposit_amount end,
    rejected_reason = case when command = 'reject' then private.require_text('reason', reason) end,
    reversed_at = case when command = 'reverse' then pg_catalog.now() end,
    reversed_reason = case when command = 'reverse' then private.require_text('reason', reason) end
  where w.tenant_id = target.tenant_id and w.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.move_container_write_off(uuid, text, text, integer) is 'One step of a write-off of containers; the body of the three commands below.';

create function private.approve_container_write_off(container_write_off_id uuid, expected_version integer default null) returns public.container_write_offs
language sql security definer set search_path = ''
as $$ select private.move_container_write_off(container_write_off_id, 'approve', null, expected_version) $$;
comment on function private.approve_container_write_off(uuid, integer) is
  'Takes containers that are gone off a customer, at the deposit of their time, the oldest first; what somebody else asked for. Raises containers_not_held, separation_of_duties, container_write_off_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('approve_container_write_off');

create function private.reject_container_write_off(container_write_off_id uuid, reason text, expected_version integer default null) returns public.container_write_offs
language sql security definer set search_path = ''
as $$ select private.move_container_write_off(container_write_off_id, 'reject', reason, expected_version) $$;
comment on function private.reject_container_write_off(uuid, text, integer) is
  'Refuses a write-off of containers, with a reason. Raises reason_required, separation_of_duties, container_write_off_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('reject_container_write_off');

create function private.reverse_container_write_off(container_write_off_id uuid, reason text, expected_version integer default null) returns public.container_write_offs
language sql security definer set search_path = ''
as $$ select private.move_container_write_off(container_write_off_id, 'reverse', reason, expected_version) $$;
comment on function private.reverse_container_write_off(uuid, text, integer) is
  'Containers that were written off are there after all: the customer holds them again, at the deposit that was theirs. Raises reason_required, separation_of_duties, container_write_off_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('reverse_container_write_off');
