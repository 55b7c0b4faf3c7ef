begin;
select plan(14);

-- Everything that a family says about its document.
create type public.parcel_status as enum ('draft', 'waiting', 'sent');
create table public.parcels (
  id uuid primary key default private.uuid_v7(),
  tenant_id uuid not null default private.active_tenant_id() references public.tenants (id),
  number text not null,
  status public.parcel_status not null default 'draft',
  weight integer not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  unique (tenant_id, id)
);
select private.register_document('public.parcels', 'parcel', 'draft', 'orders.view', '/parcels', prefix => 'PCL');
insert into private.transitions (machine, from_state, command, to_state, permission, event) values
  ('parcel', 'draft', 'submit', 'waiting', 'orders.create', 'parcel.submitted'), ('parcel', 'waiting', 'send', 'sent', 'trips.dispatch', 'parcel.sent');
insert into private.waiting_states (machine, state, permission) values ('parcel', 'waiting', 'trips.dispatch');
select private.offer_if('parcel', 'parcels.weight < 30', 'send');
select private.find_by('parcel', 'weight', 'array(select typed::integer where pg_catalog.pg_input_is_valid(typed, ''integer''))');
grant execute on function public.allowed_commands(public.parcels) to authenticated;
grant select, insert (weight), update (status) on public.parcels to authenticated;
create policy select_members on public.parcels for select to authenticated using (tenant_id = (select private.tenant_id('orders.view')) and weight < 50);
create policy insert_members on public.parcels for insert to authenticated with check (tenant_id = (select private.tenant_id('orders.create')));
create policy update_members on public.parcels for update to authenticated using (tenant_id = (select private.tenant_id('orders.view')));

-- And everything that follows.
select tests.sign_in('sales@acme.test');
insert into parcels (weight) values (10), (40), (60);
update parcels set status = 'waiting';
select tests.sign_out();
update parcels set status = 'waiting' where status = 'draft';
select tests.sign_in('dispatcher@acme.test');
select results_eq($$ select weight, allowed_commands(p) from parcels p order by weight $$, $$ values (10, array['send']), (40, array[]::text[]) $$, 'its commands are offered, by right, state and condition');
select results_eq($$ select state, page, documents, is_mine from waiting() where machine = 'parcel' $$, $$ values ('waiting', '/parcels', 2::bigint, true) $$, 'it waits for whoever has to act, as far as he sees it');
select is((select count(*) from transition_executions where machine = 'parcel'), 2::bigint, 'whoever sees one sees its history, and that of no other');
select results_eq($$ select n from find_numbers('parcel', '2') n $$, $$ values ('PCL-000002') $$, 'it has numbers of its own, and is found by them');
select results_eq($$ select n from find_numbers('parcel', '10') n $$, $$ values ('PCL-000001') $$, 'and by what else its family finds it');
select is_empty($$ select find_numbers('parcel', '3') $$, 'as far as he sees it who asks');
select throws_ok($$ update parcels set status = 'draft' $$, 'PT409', 'parcel_transition_illegal', 'the guard holds');
select tests.sign_in('viewer@acme.test');
select results_eq($$ select documents, is_mine from waiting() where machine = 'parcel' $$, $$ values (2::bigint, false) $$, 'others are told that it waits for somebody');
select tests.sign_in('admin@globex.test');
select results_eq($$ select documents from waiting() where machine = 'parcel' $$, $$ values (0::bigint) $$, 'another company is told of its own');
select is((select count(*) from transition_executions where machine = 'parcel'), 0::bigint, 'and reads no history of others');
select tests.sign_in('auditor@acme.test');
select is((select array_agg(table_name || ' ' || operation order by table_name, operation) from audit_logs where table_name = 'parcels'), array['parcels insert', 'parcels insert', 'parcels insert', 'parcels update', 'parcels update', 'parcels update'], 'the audit trail has it under its table');
select tests.sign_out();
select is((select count(*) from pgmq.q_entity_changes where message ->> 'event_type' like 'parcel.%'), 6::bigint, 'open pages are told');
delete from private.waiting_states where machine = 'parcel';
select tests.sign_in('dispatcher@acme.test');
select is_empty($$ select * from waiting() where machine = 'parcel' $$, 'what nobody waits for any more is not counted');
select tests.sign_out();
select set_config('tests.states', (select count(*) from private.waiting_states)::text, true);
select tests.sign_in('owner@acme.test');
select is((select count(*) from waiting()), current_setting('tests.states')::bigint, 'everything else is, to the owner');

select * from finish();
rollback;
