begin;
select plan(5);

create table pg_temp.verdicts (machine text, state text, command text, person text, is_offered boolean, answer text);
grant all on pg_temp.verdicts to public;
-- Refusals that other records decide; the row alone does not know them.
create table pg_temp.elsewhere (answer text);
insert into pg_temp.elsewhere values ('offload_has_open_variances'), ('offload_variance_decided'), ('statement_line_mismatch'), ('customer_suspended');

-- What needs to be told no more than the document, and why: approve_order(order_id => $1, note => 'because').
create function pg_temp.plain_call(machine text, command text) returns text language sql as $$
  select format('select public.%I(%s)', p.proname, string_agg(case when a.n = 1 then format('%I => $1', a.name) else format('%I => %L', a.name, 'because') end, ', ' order by a.n))
  from pg_proc p cross join unnest(p.proargnames, p.proargtypes::oid[]) with ordinality a (name, type, n)
  where p.pronamespace = 'public'::regnamespace and p.proname in (command, command || '_' || machine) and (a.n = 1 or a.type = 'text'::regtype)
  group by p.oid
$$;

create function pg_temp.shift_counted(ending text) returns void language plpgsql as $$
declare
  counting uuid;
begin
  perform tests.sign_in('warehouse@acme.test');
  select c.id into counting from public.stock_counts c where c.warehouse_id = tests.depot('SHF') and c.is_open;
  if ending = 'post' then
    perform public.finish_stock_count(counting, true);
    perform tests.sign_in('manager@acme.test');
    perform public.approve_stock_count(counting);
    perform public.post_stock_count(counting);
  else
    perform public.cancel_stock_count(counting, 'because');
  end if;
  perform tests.sign_out();
end $$;
grant execute on function pg_temp.shift_counted to public;

create function pg_temp.try(machine text, command text, id uuid, state text) returns text language plpgsql as $$
begin
  begin
    case machine || '.' || command
      -- A draft may be kept for anybody; what is offered is an order that can be sent.
      when 'customer.create_order' then perform public.create_order(id, tests.depot(), tests.lines('COL-300', 1), submit => true);
      when 'customer.review_credit' then perform public.review_credit(id, 'keep', 'because');
      when 'customer.merge' then perform public.merge_customer(id, tests.customer('Westlands Wholesalers'));
      when 'order.create_trip' then
        perform public.create_trip(tests.depot(), now() + interval '3 days', now() + interval '4 days', null, null, array[id]);
      when 'invoice.record_payment' then
        -- Money is taken from a customer, whatever his invoices say; what is offered is to pay this one.
        if state in ('draft', 'paid', 'void') then
          return 'nothing to pay';
        end if;
        perform public.record_payment(pg_temp.buyer_of(id), 'cash', 1);
      when 'order.board' then
        perform public.board_order(id, (public.create_trip(tests.depot(), now() + interval '3 days', now() + interval '4 days')).id);
      when 'order.split' then perform public.split_order(id, pg_temp.lines_of(id));
      when 'order.amend' then perform public.amend_order(id, tests.lines('COL-300', 1));
      when 'order.arrive_at_stop' then
        -- What arrives twice, late from a phone, is answered and changes nothing.
        if state in ('delivered', 'failed') then
          return 'nothing to do';
        end if;
        perform public.arrive_at_stop(id);
      when 'order.complete_delivery' then perform public.complete_delivery(id, tests.taken(id, 1), 'Tom Odhiambo', tests.signature(), no_code_because => 'because');
      when 'order.enter_delivery_code' then perform public.enter_delivery_code(id, '123456');
      when 'planning_session.move_stops' then perform public.move_stops(id, pg_temp.planned_in(id));
      when 'planning_session.lock_stops' then perform public.lock_stops(id, pg_temp.planned_in(id));
      when 'planning_session.locate_order' then perform public.locate_order(id, (pg_temp.planned_in(id))[1], -1.28, 36.8);
      when 'planning_session.lock_route' then perform public.lock_route(id, tests.vehicle('KDB 202B'));
      when 'trip.assign_orders' then perform public.assign_orders(id, pg_temp.orders_of(id));
      when 'trip.take_goods' then perform public.take_goods(id, tests.lines('COL-300', 1));
      when 'trip.sell_from_van' then
        -- What a phone tells of late, after the trip was called back or its van counted, is taken: it explains what was missing; it is offered to nobody.
        if state = 'cancelled' or pg_temp.is_counted(id) then
          return 'told late';
        end if;
        perform public.sell_from_van(id, tests.lines('COL-300', 1), tests.customer('Kilimani Mini Mart'), payment => '{"method": "cash", "amount": 1}');
      when 'trip.reorder_stops' then perform public.reorder_stops(id, pg_temp.open_stops_of(id));
      when 'trip.confirm_load' then perform public.confirm_load(id, tests.counts(id));
      when 'trip.report_variance' then perform public.report_variance(id, tests.product('COL-300'), 2, 1, 'because');
      when 'variance.approve' then perform public.approve_variance(id, 'damaged');
      when 'statement_line.confirm' then perform public.confirm_statement_line(id, tests.customer('Kilimani Mini Mart'), 77777, 'bank_transfer');
      when 'payment.reconcile' then perform public.reconcile_payment(id, pg_temp.statement_line(id));
      when 'payment.allocate' then perform public.allocate_payment(id, pg_temp.open_invoice(id));
      when 'payment.unallocate' then perform public.unallocate_payment(id, pg_temp.paid_invoice(id));
      when 'order.request_return' then perform public.request_return(pg_temp.customer_of(id), pg_temp.lines_of(id), 'quality');
      when 'invoice.credit' then perform public.credit_invoice(id, pg_temp.charged(id), 'because');
      when 'return.receive' then perform public.receive_return(id, pg_temp.found(id));
      when 'trip.submit_settlement' then perform public.submit_settlement(id, 10);
      when 'settlement.approve' then perform public.approve_settlement(id, 10);
      when 'payment.refund' then perform public.refund_payment(id, 0.01, 'because');
      when 'stock_count.explain' then perform public.explain_stock_count(id, jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'reason_id', null)));
      when 'stock_count.record' then perform public.record_stock_count(id, jsonb_build_array(tests.found('COL-300', 1)));
      when 'stock_count.finish' then perform public.finish_stock_count(id, leave_uncounted => true);
      when 'stock_count.recount' then perform public.recount_stock_count(id, tests.lines('COL-300', 1));
      when 'depot_shift.close' then perform public.close_depot_shift(id, array[tests.account('warehouse@acme.test')]);
      when 'conversation.snooze' then perform public.snooze_conversation(id, now() + interval '1 hour');
      when 'transfer.receive' then perform public.receive_transfer(id, '[]', 'because');
      when 'transfer.receive_part' then perform public.receive_part_transfer(id, tests.lines('COL-300', 1));
      when 'trip.check_vehicle' then perform public.check_vehicle(id, tests.all_in_order());
      when 'trip.record_trip_expense' then
        -- What a phone tells of late is taken, like a sale.
        if state <> 'in_progress' then
          return 'told late';
        end if;
        perform public.record_trip_expense(id, pg_temp.category(), 5);
      when 'asset.change' then perform public.change_asset(id, 'Changed', pg_temp.asset_kind());
      when 'task.create_ticket' then perform public.create_ticket('Wet crates', pg_temp.ticket_category(), task_id => id);
      when 'proposal.change' then perform public.change_proposal(id, pg_temp.today() + 10);
      when 'proposal.revise' then perform public.revise_proposal(id, pg_temp.today() + 10);
      when 'deal.create_proposal' then perform public.create_proposal(pg_temp.today() + 10, id);
      when 'contract.activate' then perform public.activate_contract(id, pg_temp.paper_of(id), 'J. Mwangi');
      when 'contract.change' then perform public.change_contract(id, 'Changed', pg_temp.contract_kind(), pg_temp.today(), vendor_id => pg_temp.mills());
      when 'contract.assign' then perform public.assign_contract(id, tests.account('sales@acme.test'));
      when 'contract.give_notice' then perform public.give_notice_contract(id);
      when 'ticket.change' then perform public.change_ticket(id, 'Changed', pg_temp.ticket_category());
      when 'asset.hand_over' then perform public.hand_over_asset(id, holder_id => tests.account('sales@acme.test'));
      when 'asset.create_maintenance_job' then perform public.create_maintenance_job(id, 'Oil', pg_temp.today());
      when 'maintenance_job.complete' then perform public.complete_maintenance_job(id);
      when 'maintenance_job.reschedule' then perform public.reschedule_maintenance_job(id, pg_temp.today());
      when 'expense.change' then perform public.change_expense(id, pg_temp.category(), pg_temp.today(), 5);
      when 'purchase_order.change' then perform public.change_purchase_order(id, pg_temp.mills(), tests.depot(), pg_temp.bought(2));
      when 'purchase_order.receive_part' then perform public.receive_part_purchase_order(id, tests.lines('COL-300', 1));
      when 'appointment.reschedule' then perform public.reschedule_appointment(id, now() + interval '90 days');
      when 'appointment.complete' then perform public.complete_appointment(id, 'settled');
      when 'lead.assign' then perform public.assign_lead(id, tests.account('sales@acme.test'));
      when 'lead.change' then perform public.change_lead(id, 'Asha', phone => '0733000001');
      when 'lead.mark_duplicate' then perform public.mark_duplicate_lead(id, pg_temp.other_lead());
      when 'deal.change' then perform public.change_deal(id, 'Festival', pg_temp.value_of(id));
      when 'deal.move' then
        -- Moved out of where deals end it is open again, which is offered as that.
        if state <> 'open' then
          return 'opens it again';
        end if;
        perform public.move_deal(id, pg_temp.stage('Offer'));
      when 'deal.lose' then perform public.lose_deal(id, pg_temp.lost_reason());
      when 'deal.order' then perform public.order_deal(id, tests.depot());
      else execute pg_temp.plain_call(machine, command) using id;
    end case;
    raise exception using errcode = 'ZZZZZ';
  exception
    when sqlstate 'ZZZZZ' then return 'accepted';
    when others then return sqlerrm;
  end;
end $$;
create function pg_temp.is_counted(trip uuid) returns boolean language sql security definer as $$
  select exists (select from public.offload_documents d where d.trip_id = is_counted.trip and d.is_live)
$$;
create function pg_temp.orders_of(trip uuid) returns uuid[] language sql security definer as $$
  select array_agg(s.order_id order by s.sequence) from public.trip_stops s where s.trip_id = orders_of.trip
$$;
create function pg_temp.statement_line(payment uuid) returns uuid language sql security definer as $$
  select l.id from public.statement_lines l join public.payments p on p.tenant_id = l.tenant_id and p.amount = l.amount where p.id = payment
$$;
create function pg_temp.open_invoice(payment uuid) returns jsonb language sql security definer as $$
  select jsonb_agg(jsonb_build_object('invoice_id', o.id, 'amount', 1)) from (
    select i.id from public.invoices i join public.payments p on p.tenant_id = i.tenant_id and p.customer_id = i.customer_id
    where p.id = payment and i.balance > 0 and i.status in ('issued', 'partially_paid', 'overdue') order by i.id limit 1
  ) o
$$;
create function pg_temp.other_lead() returns uuid language sql security definer as $$
  select l.id from public.leads l where l.tenant_id = tests.tenant('acme') and l.first_name = 'Other'
$$;
create function pg_temp.value_of(deal uuid) returns numeric language sql security definer as $$ select d.value from public.deals d where d.id = deal $$;
create function pg_temp.stage(name text) returns uuid language sql security definer as $$
  select s.id from public.pipeline_stages s where s.tenant_id = tests.tenant('acme') and s.name = stage.name
$$;
create function pg_temp.lost_reason() returns uuid language sql security definer as $$
  select r.id from public.lost_reasons r where r.tenant_id = tests.tenant('acme') and r.name = 'Too expensive'
$$;
-- A lead of sales, or of nobody.
create function pg_temp.lead(first_name text, is_taken boolean, variadic steps text[] default '{}') returns uuid language plpgsql as $$
declare
  lead uuid;
  step text;
begin
  perform tests.sign_in('sales@acme.test');
  lead := (public.create_lead(first_name, phone => '0733000001')).id;
  if is_taken then
    perform public.take_lead(lead);
  end if;
  foreach step in array steps loop
    execute format('select public.%I($1)', step || '_lead') using lead;
  end loop;
  perform tests.sign_out();
  return lead;
end $$;
create function pg_temp.category() returns uuid language sql security definer as $$
  select c.id from public.expense_categories c where c.tenant_id = tests.tenant('acme') and c.name = 'Fuel'
$$;
create function pg_temp.today() returns date language sql security definer as $$ select private.tenant_today(tests.tenant('acme')) $$;
create function pg_temp.asset_kind() returns uuid language sql security definer as $$
  select k.id from public.asset_kinds k where k.tenant_id = tests.tenant('acme') and k.name = 'Cooler'
$$;
-- An asset of the depot, with what is done about it.
create function pg_temp.asset(variadic steps text[] default '{}') returns uuid language plpgsql as $$
declare
  made uuid;
  step text;
begin
  perform tests.sign_in('manager@acme.test');
  made := (public.create_asset('Cooler', pg_temp.asset_kind(), tests.depot())).id;
  foreach step in array steps loop
    execute 'select public.' || step using made;
  end loop;
  perform tests.sign_out();
  return made;
end $$;
-- Something that is to be done on one.
create function pg_temp.maintenance(variadic steps text[] default '{}') returns uuid language plpgsql as $$
declare
  made uuid := pg_temp.asset();
  step text;
begin
  perform tests.sign_in('manager@acme.test');
  made := (public.create_maintenance_job(made, 'Oil', pg_temp.today())).id;
  foreach step in array steps loop
    execute 'select public.' || step using made;
  end loop;
  perform tests.sign_out();
  return made;
end $$;
create function pg_temp.ticket_category() returns uuid language sql security definer as $$
  select c.id from public.ticket_categories c where c.tenant_id = tests.tenant('acme') and c.name = 'Delivery'
$$;
create function pg_temp.contract_kind() returns uuid language sql security definer as $$
  select k.id from public.contract_kinds k where k.tenant_id = tests.tenant('acme') and k.name = 'Supply'
$$;
create function pg_temp.paper_of(document uuid) returns uuid language sql security definer as $$ select a.id from public.attachments a where a.document_id = paper_of.document $$;
-- A proposal of a salesperson.
create function pg_temp.proposal(variadic steps text[] default '{}') returns uuid language plpgsql as $$
declare
  made uuid;
  step text;
begin
  perform tests.sign_in('sales@acme.test');
  made := (public.create_proposal(pg_temp.today() + 10, customer_id => tests.customer('Kilimani Mini Mart'), title => 'Offered', lines => tests.lines('COL-300', 1))).id;
  foreach step in array steps loop
    execute 'select public.' || step using made;
  end loop;
  perform tests.sign_out();
  return made;
end $$;
-- A contract that a salesperson looks after, with its paper.
create function pg_temp.contract(variadic steps text[] default '{}') returns uuid language plpgsql as $$
declare
  made uuid;
  step text;
begin
  perform tests.sign_in('manager@acme.test');
  made := (public.create_contract('Flour', pg_temp.contract_kind(), pg_temp.today(), vendor_id => pg_temp.mills(), owner_id => tests.account('sales@acme.test'))).id;
  perform tests.file('contract', made);
  foreach step in array steps loop
    execute 'select public.' || step using made;
  end loop;
  perform tests.sign_out();
  return made;
end $$;
-- What is wrong, told by a salesperson.
create function pg_temp.ticket(variadic steps text[] default '{}') returns uuid language plpgsql as $$
declare
  made uuid;
  step text;
begin
  perform tests.sign_in('sales@acme.test');
  made := (public.create_ticket('Came too late', pg_temp.ticket_category())).id;
  foreach step in array steps loop
    execute 'select public.' || step using made;
  end loop;
  perform tests.sign_out();
  return made;
end $$;
-- Leave of a salesperson, decided on by a manager.
create function pg_temp.leave(variadic steps text[] default '{}') returns uuid language plpgsql as $$
declare
  made uuid;
  step text;
begin
  perform tests.sign_in('sales@acme.test');
  made := (public.create_leave_request(pg_temp.today() + 400, pg_temp.today() + 401)).id;
  foreach step in array steps loop
    perform tests.sign_in(case when step ~ '^cancel' then 'sales@acme.test' else 'manager@acme.test' end);
    execute 'select public.' || step using made;
  end loop;
  perform tests.sign_out();
  return made;
end $$;
-- An expense of a salesperson, decided on by finance.
create function pg_temp.expense(variadic steps text[] default '{}') returns uuid language plpgsql as $$
declare
  made uuid;
  step text;
begin
  perform tests.sign_in('sales@acme.test');
  made := (public.create_expense(pg_temp.category(), pg_temp.today(), 5)).id;
  foreach step in array steps loop
    perform tests.sign_in(case when step ~ '^(approve|reject|pay)' then 'finance@acme.test' else 'sales@acme.test' end);
    execute 'select public.' || step using made;
  end loop;
  perform tests.sign_out();
  return made;
end $$;
-- What a salesperson earned in a month that is over.
create function pg_temp.earned(variadic steps text[] default '{}') returns uuid language plpgsql as $$
declare
  statement uuid := private.open_commission_statement(tests.tenant('acme'), tests.account('sales@acme.test'), (date_trunc('month', pg_temp.today()) - interval '2 months')::date);
  step text;
begin
  foreach step in array steps loop
    perform tests.sign_in('finance@acme.test');
    execute 'select public.' || step using statement;
  end loop;
  perform tests.sign_out();
  return statement;
end $$;
create function pg_temp.mills() returns uuid language sql security definer as $$
  select v.id from public.vendors v where v.tenant_id = tests.tenant('acme') and v.name = 'Mills Ltd'
$$;
create function pg_temp.bought(quantity numeric) returns jsonb language sql as $$
  select jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', quantity, 'unit_cost', 5))
$$;
-- A purchase order of the depot, approved by somebody who leads.
create function pg_temp.purchase(variadic steps text[] default '{}') returns uuid language plpgsql as $$
declare
  made uuid;
  step text;
begin
  perform tests.sign_in('warehouse@acme.test');
  made := (public.create_purchase_order(pg_temp.mills(), tests.depot(), pg_temp.bought(5))).id;
  foreach step in array steps loop
    perform tests.sign_in(case when step ~ '^(approve|reject|close)' then 'manager@acme.test' else 'warehouse@acme.test' end);
    execute 'select public.' || step using made;
  end loop;
  perform tests.sign_out();
  return made;
end $$;
-- An appointment of sales, each at a time of its own.
create function pg_temp.appointment(hours integer, variadic calls text[] default '{}') returns uuid language plpgsql as $$
declare
  appointment uuid;
  call text;
begin
  perform tests.sign_in('manager@acme.test');
  insert into public.appointment_types (name) select 'Tasting' where not exists (select from public.appointment_types);
  appointment := (public.create_appointment((select t.id from public.appointment_types t where t.name = 'Tasting'), now() + make_interval(hours => hours),
    tests.account('sales@acme.test'), customer_id => tests.customer('Kilimani Mini Mart'))).id;
  foreach call in array calls loop
    execute 'select public.' || call using appointment;
  end loop;
  perform tests.sign_out();
  return appointment;
end $$;
create function pg_temp.deal(variadic calls text[] default '{}') returns uuid language plpgsql as $$
declare
  deal uuid;
  call text;
begin
  perform tests.sign_in('sales@acme.test');
  deal := (public.create_deal('Festival', tests.customer('Kilimani Mini Mart'))).id;
  perform public.set_deal_products(deal, tests.lines('COL-300', 1));
  foreach call in array calls loop
    execute 'select public.' || call using deal;
  end loop;
  perform tests.sign_out();
  return deal;
end $$;
create function pg_temp.paid_invoice(payment uuid) returns uuid language sql security definer as $$
  select a.invoice_id from public.payment_allocations a where a.payment_id = payment limit 1
$$;
create function pg_temp.customer_of(of_order uuid) returns uuid language sql security definer as $$ select o.customer_id from public.orders o where o.id = of_order $$;
create function pg_temp.lines_of(of_order uuid) returns jsonb language sql security definer as $$
  select jsonb_agg(jsonb_build_object('order_item_id', i.id, 'quantity', 0.001)) from public.order_items i where i.order_id = of_order
$$;
create function pg_temp.open_stops_of(trip uuid) returns uuid[] language sql security definer as $$
  select coalesce(array_agg(s.order_id order by s.sequence), '{}') from public.trip_stops s where s.trip_id = trip and s.left_at is null
$$;
create function pg_temp.buyer_of(invoice uuid) returns uuid language sql security definer as $$ select i.customer_id from public.invoices i where i.id = invoice $$;
create function pg_temp.charged(invoice uuid) returns jsonb language sql security definer as $$
  select jsonb_agg(jsonb_build_object('invoice_item_id', i.id, 'quantity', 0.001)) from public.invoice_items i where i.invoice_id = invoice and not i.is_deposit
$$;
create function pg_temp.found(of_return uuid) returns jsonb language sql security definer as $$
  select jsonb_agg(jsonb_build_object('return_item_id', i.id, 'good', i.quantity, 'suspect', 0, 'defective', 0)) from public.return_items i where i.return_id = of_return
$$;
create table pg_temp.steps as
select t.machine, t.command from private.transitions t
where (t.machine, t.command) not in (
  -- What follows from the work in the background.
  ('import', 'finish_check'), ('import', 'finish'), ('import', 'take_back'), ('import', 'finish_undo'), ('import', 'keep'),
  -- What follows from a trip, from money or from the day, and the submission that is the count itself.
  ('depot_shift', 'open'), ('depot_shift', 'cancel'), ('depot_shift', 'finish'), ('depot_shift', 'resume'),
  ('order', 'dispatch'), ('order', 'start_delivery'), ('order', 'sell'), ('invoice', 'pay'), ('invoice', 'pay_part'), ('invoice', 'reopen'), ('invoice', 'reopen_part'), ('invoice', 'reopen_late'),
  ('contract', 'end'), ('proposal', 'expire'), ('proposal', 'supersede'), ('invoice', 'mark_overdue'), ('planning_session', 'complete'), ('planning_session', 'fail'), ('offload', 'submit'), ('return', 'credit'), ('payment', 'confirm'), ('statement_line', 'unmatch'), ('settlement', 'submit'))
union select c.machine, c.command from private.in_place_commands c;
grant all on pg_temp.steps, pg_temp.elsewhere to public;

create function pg_temp.planned_in(session uuid) returns uuid[] language sql security definer as $$ select array_agg(o.order_id) from public.planning_orders o where o.planning_session_id = session $$;
create function pg_temp.drafted_plan() returns uuid language plpgsql as $$
declare
  carried constant uuid := tests.allocated('Kilimani Mini Mart', 'COL-300', 1);
  plan uuid;
begin
  perform tests.sign_in('dispatcher@acme.test');
  plan := (public.create_planning_session(tests.depot(), '2198-02-27', array[carried], array[tests.vehicle('KDB 202B')])).id;
  -- What is on a van can be locked.
  perform public.move_stops(plan, array[carried], tests.vehicle('KDB 202B'));
  perform tests.sign_out();
  return plan;
end $$;
create function pg_temp.as_dispatcher(command text) returns void language plpgsql as $$
begin
  perform tests.sign_in('dispatcher@acme.test');
  execute 'select public.' || command;
  perform tests.sign_out();
end $$;

create function pg_temp.file_of_products(sku text) returns uuid language plpgsql as $$
declare
  file uuid;
begin
  perform tests.sign_in('manager@acme.test');
  file := (public.create_import('product', 'file.csv', 'CSV', '{sku,name,base_price}', '{"sku": "sku", "name": "name", "base_price": "base_price"}')).id;
  perform public.stage_import_rows(file, jsonb_build_array(jsonb_build_object('line', 2, 'values', jsonb_build_object('sku', sku, 'name', sku, 'base_price', '1'))));
  perform tests.sign_out();
  return file;
end $$;

-- Asks everybody about everything that could be done with a document now.
create function pg_temp.examine(machine text, document uuid) returns uuid language plpgsql as $$
declare
  person text;
  step text;
  offered text[];
  state constant text := tests.status(machine, document);
  documents constant text := (select m.table_name from private.machines m where m.machine = examine.machine);
begin
  for person in
    select u.email from auth.users u where u.email like '%@acme.test' or u.email = 'super@mzigo.test'
  loop
    perform tests.sign_in(person);
    execute format('select d.allowed_commands from public.%I d where d.id = $1', documents) into offered using document;
    for step in select s.command from pg_temp.steps s where s.machine = examine.machine loop
      insert into pg_temp.verdicts values (machine, state, step, person, step = any (coalesce(offered, '{}')), pg_temp.try(machine, step, document, state));
    end loop;
    perform tests.sign_out();
  end loop;
  return document;
end $$;

-- Goods of one delivery come back in small parts.
update products set allows_fractions = true where sku = 'EMP-CRATE24';
update products set allows_fractions = true where sku = 'COL-300';

do $$
declare
  step text;
  one uuid;
  other uuid;
  trip uuid;
  offload uuid;
  difference uuid;
  due uuid;
  money uuid;
begin
  -- An order that never leaves the depot.
  one := pg_temp.examine('order', tests.draft('Kilimani Mini Mart', 'COL-300', 1));
  perform tests.sign_in('sales@acme.test');
  perform public.submit_order(one);
  perform tests.sign_out();
  perform pg_temp.examine('order', one);
  perform tests.sign_in('manager@acme.test');
  perform public.reject_order(one, 'no');
  perform tests.sign_out();
  perform pg_temp.examine('order', one);
  one := pg_temp.examine('order', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
  foreach other in array array[one, tests.draft('Kilimani Mini Mart', 'COL-300', 1), tests.pending('Kilimani Mini Mart', 'COL-300', 1),
    tests.allocated('Kilimani Mini Mart', 'COL-300', 1)]
  loop
    perform tests.sign_in('manager@acme.test');
    perform public.hold_order(other, 'wait');
    perform tests.sign_out();
    perform pg_temp.examine('order', other);
  end loop;
  perform tests.sign_in('manager@acme.test');
  perform public.cancel_order(one, 'no');
  perform tests.sign_out();
  perform pg_temp.examine('order', one);

  -- A part of one that stands.
  one := tests.approved('Kilimani Mini Mart', 'COL-300', 1);
  perform tests.sign_in('dispatcher@acme.test');
  other := (public.split_order(one, pg_temp.lines_of(one))).id;
  perform tests.sign_out();
  perform pg_temp.examine('order', other);
  perform pg_temp.as_dispatcher(format('allocate_order(%L)', other));
  perform pg_temp.examine('order', other);

  -- An order above what a manager may approve.
  update public.tenant_settings set business_rules = business_rules || '{"orders.approval_limits": {"manager": 10}}' where tenant_id = tests.tenant('acme');
  perform pg_temp.examine('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
  update public.tenant_settings set business_rules = business_rules - 'orders.approval_limits' where tenant_id = tests.tenant('acme');

  -- Orders of a customer who was suspended after they were submitted.
  foreach other in array array[tests.pending('Java Corner Cafe', 'COL-300', 1), tests.approved('Java Corner Cafe', 'COL-300', 1), tests.allocated('Java Corner Cafe', 'COL-300', 1)]
  loop
    update public.customers set status = 'suspended', status_reason = 'late' where id = tests.customer('Java Corner Cafe');
    perform pg_temp.examine('order', other);
    update public.customers set status = 'active' where id = tests.customer('Java Corner Cafe');
  end loop;

  -- A conversation: open, put aside in both ways, and resolved.
  perform tests.sign_in('owner@acme.test');
  insert into public.channels (name, kind, phone_number_id) values ('Orders line', 'whatsapp', '106540352242922');
  perform tests.prove_channels();
  perform tests.sign_out();
  perform private.receive_whatsapp('[{"place": 1, "value": {"metadata": {"phone_number_id": "106540352242922"}, "messages": [{"from": "254733000111", "id": "wamid.1", "type": "text", "text": {"body": "Hi"}}]}}]', 'body');
  perform private.process_queue('whatsapp_events');
  one := pg_temp.examine('conversation', (select c.id from public.conversations c));
  foreach step in array array['wait', 'reopen', 'snooze', 'reopen', 'resolve'] loop
    perform tests.sign_in('sales@acme.test');
    if step = 'snooze' then
      perform public.snooze_conversation(one, now() + interval '1 hour');
    else
      execute format('select public.%I($1)', step || '_conversation') using one;
    end if;
    perform tests.sign_out();
    perform pg_temp.examine('conversation', one);
  end loop;

  -- A file of products: checked, stopped, run and taken back; and one that is set aside.
  one := pg_temp.examine('import', pg_temp.file_of_products('EXAMINED-1'));
  perform tests.sign_in('manager@acme.test');
  perform public.check_import(one);
  perform tests.sign_out();
  perform pg_temp.examine('import', one);
  while private.work_import() > 0 loop null; end loop;
  perform pg_temp.examine('import', one);
  perform tests.sign_in('manager@acme.test');
  perform public.run_import(one);
  perform tests.sign_out();
  perform pg_temp.examine('import', one);
  perform tests.sign_in('manager@acme.test');
  perform public.stop_import(one);
  perform tests.sign_out();
  perform pg_temp.examine('import', one);
  perform tests.sign_in('manager@acme.test');
  perform public.run_import(one);
  perform tests.sign_out();
  while private.work_import() > 0 loop null; end loop;
  perform pg_temp.examine('import', one);
  perform tests.sign_in('manager@acme.test');
  perform public.undo_import(one);
  perform tests.sign_out();
  perform pg_temp.examine('import', one);
  while private.work_import() > 0 loop null; end loop;
  perform pg_temp.examine('import', one);
  one := pg_temp.file_of_products('EXAMINED-2');
  perform tests.sign_in('manager@acme.test');
  perform public.discard_import(one);
  perform tests.sign_out();
  perform pg_temp.examine('import', one);

  -- Two orders on a trip: one is delivered, one fails.
  one := pg_temp.examine('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
  other := tests.allocated('Kilimani Mini Mart', 'COL-300', 1);
  perform tests.sign_in('dispatcher@acme.test');
  trip := (public.create_trip(tests.depot(), now() + interval '1 hour', now() + interval '9 hours', tests.vehicle('KDA 101A'), tests.driver(), array[one, other])).id;
  perform tests.sign_out();
  perform pg_temp.examine('trip', trip);
  perform tests.sign_in('dispatcher@acme.test');
  perform public.plan_trip(trip);
  perform tests.sign_in('manager@acme.test');
  perform public.confirm_load(trip, tests.counts(trip));
  perform tests.sign_out();
  perform pg_temp.examine('trip', trip);
  perform tests.sign_in('driver@acme.test');
  perform public.confirm_load(trip, tests.counts(trip));
  perform tests.sign_out();
  perform pg_temp.examine('trip', trip);
  -- Its customers are asked for a code.
  perform tests.sign_in('admin@acme.test');
  perform public.choose_notice('order.code', true);
  perform tests.sign_in('dispatcher@acme.test');
  perform public.dispatch_trip(trip);
  perform tests.sign_out();
  perform pg_temp.examine('trip', trip);
  perform pg_temp.examine('order', one);
  perform tests.sign_in('driver@acme.test');
  perform public.start_trip(trip);
  perform tests.sign_out();
  perform pg_temp.examine('trip', trip);
  perform pg_temp.examine('order', one);
  perform tests.sign_in('admin@acme.test');
  perform public.choose_notice('order.code', false);
  perform tests.sign_in('driver@acme.test');
  perform public.complete_delivery(one, tests.taken(one, 1), 'Tom Odhiambo', tests.signature(), payment => '{"method": "cash", "amount": 10}', no_code_because => 'he forgot it');
  perform public.fail_delivery(other, 'closed');
  perform tests.sign_out();
  perform pg_temp.examine('order', one);
  perform pg_temp.examine('order', other);
  perform tests.sign_in('sales@acme.test');
  perform public.reattempt_order(other);
  perform tests.sign_out();
  perform pg_temp.examine('order', other);

  -- The count of its van: refused once, then with a difference that is approved.
  perform pg_temp.examine('trip', trip);
  -- The cash of its doors: sent back once, then counted. Some of it was spent, of which a part was approved.
  perform tests.sign_in('driver@acme.test');
  other := (public.record_trip_expense(trip, pg_temp.category(), 1)).id;
  perform tests.sign_out();
  perform pg_temp.examine('expense', other);
  perform tests.sign_in('finance@acme.test');
  perform public.approve_expense(other);
  perform tests.sign_out();
  perform pg_temp.examine('expense', other);
  perform tests.sign_in('driver@acme.test');
  difference := (public.submit_settlement(trip, 9)).id;
  perform tests.sign_out();
  perform pg_temp.examine('settlement', difference);
  perform tests.sign_in('finance@acme.test');
  perform public.dispute_settlement(difference, 'one shilling is missing');
  perform tests.sign_out();
  perform pg_temp.examine('settlement', difference);
  perform tests.sign_in('driver@acme.test');
  perform public.submit_settlement(trip, 10);
  perform tests.sign_in('finance@acme.test');
  perform public.approve_settlement(difference, 10);
  perform tests.sign_out();
  perform pg_temp.examine('settlement', difference);
  perform tests.sign_in('driver@acme.test');
  offload := (public.submit_offload(trip)).id;
  perform tests.sign_out();
  perform pg_temp.examine('trip', trip);
  select v.id into difference from public.variances v where v.offload_id = offload;
  perform pg_temp.examine('variance', difference);
  perform pg_temp.examine('offload', offload);
  perform tests.sign_in('manager@acme.test');
  perform public.reject_offload(offload, 'count again');
  perform tests.sign_out();
  perform pg_temp.examine('variance', difference);
  perform pg_temp.examine('offload', offload);
  perform tests.sign_in('driver@acme.test');
  offload := (public.submit_offload(trip)).id;
  perform tests.sign_in('manager@acme.test');
  perform public.review_offload(offload);
  perform tests.sign_out();
  perform pg_temp.examine('offload', offload);
  select v.id into difference from public.variances v where v.offload_id = offload;
  perform tests.sign_in('finance@acme.test');
  perform public.approve_variance(difference, 'lost');
  perform tests.sign_out();
  perform pg_temp.examine('variance', difference);
  perform pg_temp.examine('offload', offload);
  perform tests.sign_in('manager@acme.test');
  perform public.approve_offload(offload);
  perform tests.sign_out();
  perform pg_temp.examine('offload', offload);
  perform pg_temp.examine('trip', trip);
  perform tests.sign_in('dispatcher@acme.test');
  perform public.complete_trip(trip);
  perform tests.sign_out();
  perform pg_temp.examine('trip', trip);
  trip := tests.planned(array[tests.allocated('Kilimani Mini Mart', 'COL-300', 1)]);
  perform tests.sign_in('dispatcher@acme.test');
  perform public.cancel_trip(trip, 'rain');
  perform tests.sign_out();
  perform pg_temp.examine('trip', trip);
  other := tests.allocated('Kilimani Mini Mart', 'COL-300', 1);
  trip := tests.on_the_road(array[other, tests.allocated('Kilimani Mini Mart', 'COL-300', 1)]);
  perform tests.deliver(other, 1, payment => '{"method": "cash", "amount": 100}');
  perform tests.sign_in('dispatcher@acme.test');
  perform public.cancel_trip(trip, 'rain');
  perform tests.sign_out();
  perform pg_temp.examine('trip', trip);
  perform pg_temp.examine('order', s.order_id) from public.trip_stops s where s.trip_id = trip and s.status = 'failed';
  perform tests.sign_in('warehouse@acme.test');
  offload := (public.submit_offload(trip, jsonb_build_array(tests.found('COL-300', 1)))).id;
  perform tests.sign_in('manager@acme.test');
  perform public.review_offload(offload);
  perform public.approve_offload(offload);
  perform tests.sign_out();
  perform pg_temp.examine('trip', trip);
  -- It is home, and its driver free, once its cash is counted.
  perform tests.sign_in('driver@acme.test');
  difference := (public.submit_settlement(trip, 100)).id;
  perform tests.sign_in('finance@acme.test');
  perform public.approve_settlement(difference, 100);
  perform tests.sign_out();
  perform pg_temp.examine('trip', trip);

  -- The invoice of the delivered order, and money for it.
  select i.id into due from public.invoices i where i.order_id = one;
  perform pg_temp.examine('invoice', due);
  perform tests.sign_in('finance@acme.test');
  perform public.issue_invoice(due);
  perform tests.sign_out();
  perform pg_temp.examine('invoice', due);
  perform tests.sign_in('sales@acme.test');
  money := (public.record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 77777)).id;
  perform tests.sign_out();
  insert into public.statement_lines (tenant_id, source, reference, amount, posted_at) values (tests.tenant('acme'), 'bank', 'one line', 77777, now());
  perform pg_temp.examine('payment', money);
  perform tests.sign_in('finance@acme.test');
  perform public.approve_payment(money);
  perform tests.sign_out();
  perform pg_temp.examine('payment', money);
  perform tests.sign_in('finance@acme.test');
  perform public.allocate_payment(money, jsonb_build_array(jsonb_build_object('invoice_id', due, 'amount', 1)));
  perform tests.sign_out();
  perform pg_temp.examine('invoice', due);
  update public.invoices set issued_on = issued_on - 90, due_on = due_on - 90 where id = due;
  perform private.mark_overdue_invoices();
  perform pg_temp.examine('invoice', due);
  other := pg_temp.statement_line(money);
  perform pg_temp.examine('statement_line', other);
  perform tests.sign_in('finance@acme.test');
  perform public.set_aside_statement_line(other, 'not ours');
  perform tests.sign_out();
  perform pg_temp.examine('statement_line', other);
  perform tests.sign_in('finance@acme.test');
  perform public.take_back_statement_line(other);
  perform public.reconcile_payment(money, other);
  perform tests.sign_out();
  perform pg_temp.examine('statement_line', other);
  perform pg_temp.examine('payment', money);
  other := tests.money('Kilimani Mini Mart', 5);
  perform tests.sign_in('finance@acme.test');
  perform public.cancel_payment(other, 'typed wrongly');
  perform tests.sign_out();
  perform pg_temp.examine('payment', other);
  perform tests.sign_in('sales@acme.test');
  other := (public.record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 6)).id;
  perform tests.sign_in('finance@acme.test');
  perform public.reject_payment(other, 'typed wrongly');
  perform tests.sign_out();
  perform pg_temp.examine('payment', other);
  other := tests.money('Kilimani Mini Mart', (select i.balance from public.invoices i where i.id = due));
  perform tests.sign_in('finance@acme.test');
  perform public.allocate_payment(other, (select jsonb_build_array(jsonb_build_object('invoice_id', due, 'amount', i.balance)) from public.invoices i where i.id = due));
  perform tests.sign_out();
  perform pg_temp.examine('invoice', due);
  perform pg_temp.examine('payment', other);
  -- Goods that come back: refused, refused later, and received with a credit note, of which one is thrown away.
  for step in 1..4 loop
    perform tests.sign_in('sales@acme.test');
    other := (public.request_return(tests.customer('Kilimani Mini Mart'), (
      select jsonb_agg(jsonb_build_object('order_item_id', i.order_item_id, 'quantity', 0.25)) from public.invoice_items i where i.invoice_id = due and not i.is_deposit
    ), 'damaged')).id;
    perform tests.sign_out();
    perform pg_temp.examine('return', other);
    perform tests.sign_in('manager@acme.test');
    if step = 1 then
      perform public.reject_return(other, 'no');
    else
      perform public.approve_return(other);
    end if;
    perform tests.sign_out();
    perform pg_temp.examine('return', other);
    if step = 2 then
      perform tests.sign_in('manager@acme.test');
      perform public.reject_return(other, 'never came');
      perform tests.sign_out();
    elsif step > 2 then
      perform tests.sign_in('warehouse@acme.test');
      perform public.receive_return(other, pg_temp.found(other));
      perform tests.sign_out();
      perform pg_temp.examine('return', other);
      select c.id into difference from public.credit_notes c where c.return_id = other;
      perform pg_temp.examine('credit_note', difference);
      perform tests.sign_in('finance@acme.test');
      if step = 3 then
        perform public.void_credit_note(difference, 'no');
      else
        perform public.issue_credit_note(difference);
      end if;
      perform tests.sign_out();
      perform pg_temp.examine('credit_note', difference);
    end if;
    perform pg_temp.examine('return', other);
  end loop;

  due := tests.invoiced('Karen Country Kiosk', 'COL-300', 1);
  update public.invoices set issued_on = issued_on - 90, due_on = due_on - 90 where id = due;
  perform private.mark_overdue_invoices();
  perform pg_temp.examine('invoice', due);
  perform tests.sign_in('finance@acme.test');
  perform public.void_invoice(due, 'wrong customer');
  perform tests.sign_out();
  perform pg_temp.examine('invoice', due);
  perform pg_temp.examine('order', (select i.order_id from public.invoices i where i.id = due));

  -- A customer and an adjustment of stock, from their first state to their last.
  for step in 1..2 loop
    perform tests.sign_in('sales@acme.test');
    insert into public.customers (name) values ('Duka') returning id into one;
    insert into public.customer_addresses (customer_id, label, street, city) values (one, 'Shop', 'Ngong Road 1', 'Nairobi');
    perform tests.sign_in('warehouse@acme.test');
    other := (public.create_adjustment(tests.depot(), tests.reason('Correction'), jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', 1)))).id;
    perform tests.sign_out();
    perform pg_temp.examine('customer', one);
    perform pg_temp.examine('adjustment', other);
    perform tests.sign_in('sales@acme.test');
    perform public.submit_customer(one);
    perform tests.sign_in('warehouse@acme.test');
    perform public.submit_adjustment(other);
    perform tests.sign_out();
    perform pg_temp.examine('customer', one);
    perform pg_temp.examine('adjustment', other);
    perform tests.sign_in('manager@acme.test');
    if step = 1 then
      perform public.reject_customer(one, 'no');
      perform public.reject_adjustment(other, 'no');
      perform tests.sign_out();
      perform pg_temp.examine('customer', one);
      perform pg_temp.examine('adjustment', other);
    end if;
  end loop;
  perform public.approve_customer(one);
  perform public.approve_adjustment(other);
  perform tests.sign_out();
  perform pg_temp.examine('customer', one);
  perform pg_temp.examine('adjustment', other);
  perform tests.sign_in('manager@acme.test');
  perform public.suspend_customer(one, 'late');
  perform public.apply_adjustment(other);
  perform tests.sign_out();
  perform pg_temp.examine('customer', one);
  perform pg_temp.examine('adjustment', other);
  perform tests.sign_in('manager@acme.test');
  perform public.reverse_adjustment(other, 'typed wrongly');
  perform tests.sign_out();
  perform pg_temp.examine('adjustment', other);
  perform tests.sign_in('manager@acme.test');
  perform public.reactivate_customer(one);
  perform public.deactivate_customer(one);
  perform tests.sign_out();
  perform pg_temp.examine('customer', one);
  perform tests.sign_in('manager@acme.test');
  perform public.merge_customer(one, tests.customer('Westlands Wholesalers'));
  perform tests.sign_out();
  perform pg_temp.examine('customer', one);

  -- A batch, blocked and released.
  insert into public.batches (tenant_id, product_id, code) values (tests.tenant('acme'), tests.product('JUI-1000'), 'B-1') returning id into other;
  perform pg_temp.examine('batch', other);
  perform tests.sign_in('manager@acme.test');
  perform public.block_batch(other, 'sour');
  perform tests.sign_out();
  perform pg_temp.examine('batch', other);

  -- A count in each of its states.
  other := pg_temp.examine('stock_count', tests.count_of('COL-300'));
  perform tests.sign_in('warehouse@acme.test');
  perform public.start_stock_count(other);
  perform tests.sign_out();
  perform pg_temp.examine('stock_count', other);
  perform tests.counted(other, 'COL-300', 390);
  perform pg_temp.examine('stock_count', other);
  perform tests.sign_in('manager@acme.test');
  perform public.recount_stock_count(other, tests.lines('COL-300', 1));
  perform tests.sign_out();
  perform pg_temp.examine('stock_count', other);
  perform tests.counted(other, 'COL-300', 391);
  perform tests.sign_in('manager@acme.test');
  perform public.approve_stock_count(other);
  perform tests.sign_out();
  perform pg_temp.examine('stock_count', other);
  perform tests.sign_in('warehouse@acme.test');
  perform public.post_stock_count(other);
  perform tests.sign_out();
  perform pg_temp.examine('stock_count', other);
  other := tests.count_of('COL-300');
  perform tests.sign_in('warehouse@acme.test');
  perform public.cancel_stock_count(other, 'because');
  perform tests.sign_out();
  perform pg_temp.examine('stock_count', other);

  -- Appointments in every state.
  perform pg_temp.examine('appointment', pg_temp.appointment(100));
  perform pg_temp.examine('appointment', pg_temp.appointment(102, $c$release_appointment($1, 'because')$c$));
  perform pg_temp.examine('appointment', pg_temp.appointment(104, 'confirm_appointment($1)'));
  perform pg_temp.examine('appointment', pg_temp.appointment(106, $c$complete_appointment($1, 'settled')$c$));
  perform pg_temp.examine('appointment', pg_temp.appointment(108, 'miss_appointment($1)'));
  perform pg_temp.examine('appointment', pg_temp.appointment(110, $c$cancel_appointment($1, 'because')$c$));
  -- Leads and deals in every state.
  perform pg_temp.lead('Other', false);
  perform pg_temp.examine('lead', pg_temp.lead('Loose', false));
  perform pg_temp.examine('lead', pg_temp.lead('New', true));
  perform pg_temp.examine('lead', pg_temp.lead('Contacted', false, 'contact'));
  one := pg_temp.examine('lead', pg_temp.lead('Qualified', false, 'qualify'));
  perform tests.sign_in('sales@acme.test');
  perform public.convert_lead(one);
  perform tests.sign_out();
  perform pg_temp.examine('lead', one);
  one := pg_temp.lead('Unqualified', true);
  other := pg_temp.lead('Duplicate', true);
  perform tests.sign_in('sales@acme.test');
  perform public.disqualify_lead(one, 'because');
  perform public.mark_duplicate_lead(other, pg_temp.other_lead());
  perform tests.sign_out();
  perform pg_temp.examine('lead', one);
  perform pg_temp.examine('lead', other);
  perform pg_temp.examine('deal', pg_temp.deal());
  perform pg_temp.examine('deal', pg_temp.deal('win_deal($1)'));
  perform pg_temp.examine('deal', pg_temp.deal('win_deal($1)', 'order_deal($1, tests.depot())'));
  perform pg_temp.examine('deal', pg_temp.deal('lose_deal($1, pg_temp.lost_reason())'));

  -- A task that is done, and one that is not.
  perform tests.sign_in('sales@acme.test');
  one := (public.create_task('Ring the buyer')).id;
  perform tests.sign_out();
  perform pg_temp.examine('task', one);
  perform tests.sign_in('sales@acme.test');
  perform public.complete_task(one);
  perform tests.sign_out();
  perform pg_temp.examine('task', one);
  perform tests.sign_in('sales@acme.test');
  perform public.reopen_task(one);
  perform public.cancel_task(one);
  perform tests.sign_out();
  perform pg_temp.examine('task', one);
  -- A refill, done and taken back, and one that is given up.
  insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
  values (tests.tenant('acme'), tests.depot(), tests.product('EMP-CRATE24'), 50, 'adjustment', 'adjustment', tests.depot());
  perform tests.sign_in('warehouse@acme.test');
  other := (public.create_refill(tests.depot(), tests.product('COL-300'), 5)).id;
  perform tests.sign_out();
  perform pg_temp.examine('refill', other);
  perform tests.sign_in('warehouse@acme.test');
  perform public.start_refill(other);
  perform tests.sign_out();
  perform pg_temp.examine('refill', other);
  perform tests.sign_in('warehouse@acme.test');
  perform public.complete_refill(other);
  perform tests.sign_out();
  perform pg_temp.examine('refill', other);
  perform tests.sign_in('manager@acme.test');
  perform public.reverse_refill(other, 'because');
  perform tests.sign_out();
  perform pg_temp.examine('refill', other);
  perform tests.sign_in('warehouse@acme.test');
  other := (public.create_refill(tests.depot(), tests.product('COL-300'), 5)).id;
  perform public.cancel_refill(other, 'because');
  perform tests.sign_out();
  perform pg_temp.examine('refill', other);
  -- A kit, put together and taken back, and one that is given up.
  insert into products (tenant_id, sku, name, base_price, composition) values (tests.tenant('acme'), 'KIT', 'Party kit', 1, 'kit');
  insert into product_components (tenant_id, product_id, component_id, quantity) values (tests.tenant('acme'), tests.product('KIT'), tests.product('COL-300'), 1);
  perform tests.sign_in('warehouse@acme.test');
  other := (public.create_kitting(tests.depot(), tests.product('KIT'), 5)).id;
  perform tests.sign_out();
  perform pg_temp.examine('kitting', other);
  perform tests.sign_in('warehouse@acme.test');
  perform public.complete_kitting(other);
  perform tests.sign_out();
  perform pg_temp.examine('kitting', other);
  perform tests.sign_in('manager@acme.test');
  perform public.reverse_kitting(other, 'because');
  perform tests.sign_out();
  perform pg_temp.examine('kitting', other);
  perform tests.sign_in('warehouse@acme.test');
  other := (public.create_kitting(tests.depot(), tests.product('KIT'), 5)).id;
  perform public.cancel_kitting(other, 'because');
  perform tests.sign_out();
  perform pg_temp.examine('kitting', other);

  -- Empties that are gone at a customer's, found again, and some that are not gone.
  perform private.move_containers(tests.tenant('acme'), 'outside', tests.tenant('acme'), 'customer', tests.customer('Kilimani Mini Mart'), 'product', tests.product('EMP-CRATE24'),
    jsonb_build_array(jsonb_build_object('product_id', tests.product('EMP-CRATE24'), 'quantity', 20, 'unit_deposit', 400)), now());
  perform tests.sign_in('warehouse@acme.test');
  other := (public.write_off_containers(tests.customer('Kilimani Mini Mart'), tests.product('EMP-CRATE24'), 2, 'because')).id;
  one := (public.write_off_containers(tests.customer('Kilimani Mini Mart'), tests.product('EMP-CRATE24'), 2, 'because')).id;
  perform tests.sign_out();
  perform pg_temp.examine('container_write_off', other);
  perform tests.sign_in('manager@acme.test');
  perform public.approve_container_write_off(other);
  perform public.reject_container_write_off(one, 'because');
  perform tests.sign_out();
  perform pg_temp.examine('container_write_off', one);
  perform pg_temp.examine('container_write_off', other);
  perform tests.sign_in('manager@acme.test');
  perform public.reverse_container_write_off(other, 'because');
  perform tests.sign_out();
  perform pg_temp.examine('container_write_off', other);

  -- A depot that opens, begins to close, goes on and closes; and one whose opening is given up.
  insert into warehouses (tenant_id, code, name, works_in_shifts) values (tests.tenant('acme'), 'SHF', 'Depot with shifts', true);
  perform tests.sign_in('warehouse@acme.test');
  other := (public.open_depot(tests.depot('SHF'), array[tests.account('warehouse@acme.test')])).id;
  perform tests.sign_out();
  perform pg_temp.examine('depot_shift', other);
  perform pg_temp.shift_counted('post');
  perform pg_temp.examine('depot_shift', other);
  perform tests.sign_in('warehouse@acme.test');
  perform public.close_depot_shift(other, array[tests.account('warehouse@acme.test')]);
  perform tests.sign_out();
  perform pg_temp.examine('depot_shift', other);
  perform pg_temp.shift_counted('post');
  perform pg_temp.examine('depot_shift', other);
  perform tests.sign_in('warehouse@acme.test');
  other := (public.open_depot(tests.depot('SHF'), array[tests.account('warehouse@acme.test')])).id;
  perform tests.sign_out();
  perform pg_temp.shift_counted('cancel');
  perform pg_temp.examine('depot_shift', other);

  -- A vendor, and purchase orders in every state.
  perform tests.sign_in('manager@acme.test');
  insert into public.vendors (name) values ('Mills Ltd'), ('Other Mills');
  perform public.block_vendor(v.id, 'because') from public.vendors v where v.name = 'Other Mills';
  perform tests.sign_out();
  perform pg_temp.examine('vendor', v.id) from public.vendors v where v.tenant_id = tests.tenant('acme') order by v.name;
  perform pg_temp.examine('purchase_order', pg_temp.purchase());
  perform pg_temp.examine('purchase_order', pg_temp.purchase('submit_purchase_order($1)'));
  perform pg_temp.examine('purchase_order', pg_temp.purchase('submit_purchase_order($1)', 'approve_purchase_order($1)'));
  perform pg_temp.examine('purchase_order', pg_temp.purchase('submit_purchase_order($1)', $c$reject_purchase_order($1, 'because')$c$));
  perform pg_temp.examine('purchase_order', pg_temp.purchase('submit_purchase_order($1)', 'approve_purchase_order($1)', $c$receive_part_purchase_order($1, tests.lines('COL-300', 1))$c$));
  perform pg_temp.examine('purchase_order', pg_temp.purchase('submit_purchase_order($1)', 'approve_purchase_order($1)', $c$receive_part_purchase_order($1, tests.lines('COL-300', 1))$c$, $c$close_purchase_order($1, 'because')$c$));
  perform pg_temp.examine('purchase_order', pg_temp.purchase('submit_purchase_order($1)', 'approve_purchase_order($1)', 'receive_purchase_order($1)'));
  perform pg_temp.examine('purchase_order', pg_temp.purchase($c$cancel_purchase_order($1, 'because')$c$));

  perform pg_temp.examine('asset', pg_temp.asset());
  perform pg_temp.examine('asset', pg_temp.asset($c$repair_asset($1, 'because')$c$));
  perform pg_temp.examine('asset', pg_temp.asset($c$retire_asset($1, 'because')$c$));
  perform pg_temp.examine('maintenance_job', pg_temp.maintenance());
  perform pg_temp.examine('maintenance_job', pg_temp.maintenance('complete_maintenance_job($1)'));
  perform pg_temp.examine('maintenance_job', pg_temp.maintenance($c$skip_maintenance_job($1, 'because')$c$));
  perform pg_temp.examine('proposal', pg_temp.proposal());
  perform pg_temp.examine('proposal', pg_temp.proposal($c$cancel_proposal($1, 'because')$c$));
  perform pg_temp.examine('proposal', pg_temp.proposal('send_proposal($1)'));
  perform pg_temp.examine('proposal', pg_temp.proposal('send_proposal($1)', 'accept_proposal($1)'));
  perform pg_temp.examine('proposal', pg_temp.proposal('send_proposal($1)', $c$decline_proposal($1, 'because')$c$));
  perform pg_temp.examine('proposal', pg_temp.proposal('send_proposal($1)', $c$send_proposal((public.revise_proposal($1, pg_temp.today() + 10)).id)$c$));
  one := pg_temp.proposal('send_proposal($1)');
  update public.proposals set valid_until = pg_temp.today() - 1 where id = one;
  perform private.expire_proposals();
  perform pg_temp.examine('proposal', one);
  perform pg_temp.examine('contract', pg_temp.contract());
  perform pg_temp.examine('contract', pg_temp.contract($c$cancel_contract($1, 'because')$c$));
  perform pg_temp.examine('contract', pg_temp.contract($c$activate_contract($1, pg_temp.paper_of($1), 'J. Mwangi')$c$));
  perform pg_temp.examine('contract', pg_temp.contract($c$activate_contract($1, pg_temp.paper_of($1), 'J. Mwangi')$c$, 'give_notice_contract($1)'));
  perform pg_temp.examine('contract', pg_temp.contract($c$activate_contract($1, pg_temp.paper_of($1), 'J. Mwangi')$c$, $c$terminate_contract($1, 'because')$c$));
  one := pg_temp.contract($c$activate_contract($1, pg_temp.paper_of($1), 'J. Mwangi')$c$, 'give_notice_contract($1)');
  update public.contracts set starts_on = starts_on - 1, ends_on = ends_on - 1 where id = one;
  perform private.end_contracts();
  perform pg_temp.examine('contract', one);
  perform pg_temp.examine('ticket', pg_temp.ticket());
  perform pg_temp.examine('ticket', pg_temp.ticket('start_ticket($1)'));
  perform pg_temp.examine('ticket', pg_temp.ticket('start_ticket($1)', 'assign_ticket($1)'));
  perform pg_temp.examine('ticket', pg_temp.ticket($c$wait_ticket($1, 'because')$c$));
  perform pg_temp.examine('ticket', pg_temp.ticket($c$resolve_ticket($1, 'because')$c$));
  perform pg_temp.examine('ticket', pg_temp.ticket($c$resolve_ticket($1, 'because')$c$, 'close_ticket($1)'));
  perform pg_temp.examine('leave_request', pg_temp.leave());
  perform pg_temp.examine('leave_request', pg_temp.leave('approve_leave_request($1)', $c$cancel_leave_request($1, 'because')$c$));
  perform pg_temp.examine('leave_request', pg_temp.leave('approve_leave_request($1)'));
  perform pg_temp.examine('leave_request', pg_temp.leave($c$reject_leave_request($1, 'because')$c$));
  perform pg_temp.examine('expense', pg_temp.expense());
  perform pg_temp.examine('expense', pg_temp.expense('submit_expense($1)'));
  perform pg_temp.examine('expense', pg_temp.expense('submit_expense($1)', 'approve_expense($1)'));
  perform pg_temp.examine('expense', pg_temp.expense('submit_expense($1)', 'approve_expense($1)', 'pay_expense($1)'));
  perform pg_temp.examine('expense', pg_temp.expense('submit_expense($1)', $c$reject_expense($1, 'because')$c$));
  perform pg_temp.examine('expense', pg_temp.expense($c$cancel_expense($1, 'because')$c$));

  perform pg_temp.examine('commission_statement', pg_temp.earned());
  perform pg_temp.examine('commission_statement', private.open_commission_statement(tests.tenant('acme'), tests.account('sales@acme.test'), date_trunc('month', pg_temp.today())::date));
  other := pg_temp.earned('close_commission_statement($1)');
  perform pg_temp.examine('commission_statement', other);
  perform tests.sign_in('finance@acme.test');
  perform public.pay_commission_statement(other);
  perform tests.sign_out();
  perform pg_temp.examine('commission_statement', other);

  -- A transfer that comes in parts, and one that turns round.
  perform tests.sign_in('warehouse@acme.test');
  other := (public.create_transfer(tests.depot(), tests.depot('KLF'), tests.lines('COL-300', 5))).id;
  perform tests.sign_out();
  perform pg_temp.examine('transfer', other);
  other := pg_temp.examine('transfer', tests.sent('COL-300', 5));
  perform tests.sign_in('manager@acme.test');
  perform public.receive_part_transfer(other, tests.lines('COL-300', 1));
  perform tests.sign_out();
  perform pg_temp.examine('transfer', other);
  perform tests.sign_in('manager@acme.test');
  perform public.receive_transfer(other, '[]', 'because');
  perform tests.sign_out();
  perform pg_temp.examine('transfer', other);
  other := tests.sent('COL-300', 5);
  perform tests.sign_in('warehouse@acme.test');
  perform public.cancel_transfer(other, 'because');
  perform tests.sign_out();
  perform pg_temp.examine('transfer', other);

  -- A plan that fails once, is tried again and applied, and one that is given up.
  other := pg_temp.examine('planning_session', pg_temp.drafted_plan());
  perform pg_temp.as_dispatcher(format('start_optimization_planning_session(%L)', other));
  perform pg_temp.examine('planning_session', other);
  perform private.record_planning_failure(p.tenant_id, p.run_id, 'routing_down') from public.planning_sessions p where p.id = other;
  perform pg_temp.examine('planning_session', other);
  perform pg_temp.as_dispatcher(format('retry_planning_session(%L)', other));
  perform private.record_planning_result(p.tenant_id, p.run_id, '{"code": 0, "summary": {"cost": 1}, "unassigned": [], "routes": [{"vehicle": 1, "steps": [
    {"type": "start", "arrival": 7200000000}, {"type": "job", "id": 1, "arrival": 7200001000, "waiting_time": 0}, {"type": "end", "arrival": 7200002000}]}]}', 'test', 1)
  from public.planning_sessions p where p.id = other;
  perform pg_temp.examine('planning_session', other);
  perform pg_temp.as_dispatcher(format('apply_planning_session(%L)', other));
  perform pg_temp.examine('planning_session', other);
  other := pg_temp.drafted_plan();
  perform pg_temp.as_dispatcher(format('cancel_planning_session(%L, %L)', other, 'because'));
  perform pg_temp.examine('planning_session', other);
end $$;

select is_empty(
  $$ select v.machine, v.state, v.command, v.person, v.answer from pg_temp.verdicts v
     where v.is_offered and v.answer <> 'accepted' and v.answer not in (select e.answer from pg_temp.elsewhere e) $$,
  'what is offered is accepted');
select is_empty($$ select v.machine, v.state, v.command, v.person from pg_temp.verdicts v where not v.is_offered and v.answer = 'accepted' $$, 'what is accepted is offered');
select is_empty(
  $$ select m.machine, s.state from private.machines m
     cross join lateral (select t.from_state from private.transitions t where t.machine = m.machine union select t.to_state from private.transitions t where t.machine = m.machine) s (state)
     where (m.machine, s.state) not in (('offload', 'draft'), ('settlement', 'open'))
     except select v.machine, v.state from pg_temp.verdicts v $$,
  'in every state of every machine');
select is_empty(
  -- A failed order is delivered only by what a phone tells late.
  $$ (select t.machine, t.from_state, t.command from private.transitions t join pg_temp.steps s using (machine, command)
        where (t.machine, t.from_state, t.command) <> ('order', 'failed', 'complete_delivery')
      union select c.machine, c.state, c.command from private.in_place_commands c)
     except select v.machine, v.state, v.command from pg_temp.verdicts v where v.answer = 'accepted' $$,
  'where every command is accepted from somebody');
select is((select count(distinct v.person) from pg_temp.verdicts v), 14::bigint, 'of every role and the platform');

select * from finish();
rollback;
