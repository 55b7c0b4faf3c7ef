-- Family 15, operations: what is wrong at a customer or in the house, in somebody's hands until it is resolved (docs/decisions/0070).

create table public.ticket_categories (
  like private.name_list including defaults including constraints including indexes,
  foreign key (tenant_id) references public.tenants (id)
);
comment on table public.ticket_categories is 'What tickets are about, in the words of the company.';
select private.keep_names('public.ticket_categories', 'ticket_category', 'tickets.view', 'category', array['Delivery', 'Goods', 'Invoice or payment', 'Empties', 'Equipment', 'Other']);

create type public.ticket_status as enum ('open', 'in_progress', 'waiting', 'resolved', 'closed');

create table public.tickets (
  like private.record including defaults including indexes,
  number text not null,
  status public.ticket_status not null default 'open',
  subject text not null,
  description text,
  category_id uuid not null,
  priority public.conversation_priority not null default 'normal',
  customer_id uuid,
  order_id uuid,
  conversation_id uuid,
  task_id uuid,
  assignee_id uuid references public.users (id),
  team_id uuid,
  status_reason text,
  resolution text,
  resolved_at timestamptz,
  answered_at timestamptz,
  answer_due_at timestamptz,
  resolve_due_at timestamptz,
  running_at timestamptz default now(),
  worked interval not null default '0',
  next_due_at timestamptz generated always as (least(case when answered_at is null then answer_due_at end, resolve_due_at)) stored,
  is_open boolean not null generated always as (status not in ('resolved', 'closed')) stored,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, category_id) references public.ticket_categories (tenant_id, id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, conversation_id) references public.conversations (tenant_id, id),
  foreign key (tenant_id, task_id) references public.tasks (tenant_id, id),
  foreign key (tenant_id, assignee_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, team_id) references public.teams (tenant_id, id),
  unique (tenant_id, number),
  unique (tenant_id, task_id),
  constraint ticket_subject_is_short check (btrim(subject) <> '' and length(subject) <= 200),
  constraint ticket_description_is_bounded check (length(description) <= 4000),
  constraint status_reason_matches_status check ((status = 'waiting') = (status_reason is not null)),
  constraint resolution_is_recorded check ((status in ('resolved', 'closed')) = (resolution is not null) and (resolution is null) = (resolved_at is null)),
  constraint clock_stands_still check ((status in ('open', 'in_progress')) = (running_at is not null) and (running_at is not null or resolve_due_at is null))
);
create index tickets_account on public.tickets (assignee_id) where assignee_id is not null;
create index tickets_assignee on public.tickets (tenant_id, assignee_id) where assignee_id is not null;
create index tickets_author on public.tickets (tenant_id, created_by);
create index tickets_category on public.tickets (tenant_id, category_id);
create index tickets_customer on public.tickets (tenant_id, customer_id) where customer_id is not null;
create index tickets_order on public.tickets (tenant_id, order_id) where order_id is not null;
create index tickets_conversation on public.tickets (tenant_id, conversation_id) where conversation_id is not null;
create index tickets_team on public.tickets (tenant_id, team_id) where team_id is not null;
create index tickets_due on public.tickets (tenant_id, next_due_at, id);
create index tickets_resolved on public.tickets (resolved_at) where resolved_at is not null;
create index tickets_recent on public.tickets (tenant_id, created_at desc, id desc);
comment on table public.tickets is
  'What is wrong at a customer or in the house, until it is resolved. Seen by whoever has it, his line and who entered it, by everybody with tickets.view while nobody has it, and by who sees all.';
comment on column public.tickets.task_id is 'The complaint, or other task, that it was made of, once.';
comment on column public.tickets.assignee_id is 'Account of whoever works on it; null: whoever takes it.';
comment on column public.tickets.team_id is 'The team that it was given to, of which somebody takes it.';
comment on column public.tickets.status_reason is 'What it waits for.';
comment on column public.tickets.resolution is 'What was done about it.';
comment on column public.tickets.answered_at is 'When somebody first worked on it.';
comment on column public.tickets.answer_due_at is 'By when somebody has to work on it, as public.service_levels promise for its priority, in working hours.';
comment on column public.tickets.resolve_due_at is 'By when it has to be resolved; null while it waits, is resolved, or nothing is promised.';
comment on column public.tickets.running_at is 'Since when the time until it is resolved runs; null while it waits or is resolved.';
comment on column public.tickets.worked is 'Working time that had passed before running_at.';
comment on column public.tickets.next_due_at is 'The nearer of what is still owed; null: nothing is.';
comment on column public.tickets.is_open is 'Neither resolved nor closed.';
comment on table public.service_levels is 'What a company promises, by the priority of a conversation or ticket, in minutes of its working hours. A change counts for what begins, or takes its next step, after it.';
comment on column public.service_levels.answer_within is 'Minutes until a person has answered, or works on it.';

select private.register_error('ticket_subject_is_short', 422, 'What it is about is missing or too long.', 'Say it in at most 200 characters; the rest goes into the description.');
select private.register_error('ticket_description_is_bounded', 422, 'The description is too long.', 'Shorten it to 4000 characters.');
select private.register_error('ticket_taken', 409, 'Somebody has this ticket already.', 'Ask whoever has it, or have it given to you.');
select private.register_error('task_has_ticket', 409, 'There is a ticket for this already.', 'Open that ticket.');
select private.register_error('ticket_too_old', 409, 'This was resolved more than 14 days ago.', 'Enter a new ticket.');
select private.register_document('public.tickets', 'ticket', 'open', 'tickets.view', '/tickets', prefix => 'TKT');
select private.refuse_taken('public.tickets', 'tickets_tenant_id_task_id_key', 'task_has_ticket');
insert into private.transitions (machine, from_state, command, to_state, permission, event) values
  ('ticket', 'open', 'start', 'in_progress', 'tickets.edit', 'ticket.started'),
  ('ticket', 'open', 'wait', 'waiting', 'tickets.edit', 'ticket.waiting'),
  ('ticket', 'in_progress', 'wait', 'waiting', 'tickets.edit', 'ticket.waiting'),
  ('ticket', 'waiting', 'resume', 'in_progress', 'tickets.edit', 'ticket.resumed'),
  ('ticket', 'open', 'resolve', 'resolved', 'tickets.edit', 'ticket.resolved'),
  ('ticket', 'in_progress', 'resolve', 'resolved', 'tickets.edit', 'ticket.resolved'),
  ('ticket', 'waiting', 'resolve', 'resolved', 'tickets.edit', 'ticket.resolved'),
  ('ticket', 'resolved', 'close', 'closed', 'tickets.edit', 'ticket.closed'),
  ('ticket', 'resolved', 'reopen', 'open', 'tickets.edit', 'ticket.reopened');
insert into private.in_place_commands (machine, command, state, permission)
select 'ticket', c, s, 'tickets.edit' from pg_catalog.unnest(array['change', 'assign']) c cross join pg_catalog.unnest(array['open', 'in_progress', 'waiting']) s
union all select 'ticket', 'take', s, 'tickets.edit' from pg_catalog.unnest(array['open', 'in_progress', 'waiting']) s
union all select 'task', 'create_ticket', 'open', 'tickets.edit';

create function private.reopens(resolved_at timestamptz) returns boolean
language sql stable set search_path = ''
as $$ select resolved_at > pg_catalog.now() - interval '14 days' $$;
comment on function private.reopens(timestamptz) is 'Whether what was resolved then can be taken up again: for 14 days.';
select private.offer_if('ticket', 'tickets.assignee_id is null and exists (select from public.memberships m where m.tenant_id = tickets.tenant_id and m.user_id = auth.uid())', 'take');
select private.offer_if('ticket', 'private.reopens(tickets.resolved_at)', 'reopen');

create function private.tg_tickets__keep_clock() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  promised public.service_levels;
begin
  if tg_op = 'UPDATE' then
    if new.status in ('open', 'in_progress') then
      new.running_at := coalesce(old.running_at, pg_catalog.now());
      if old.status = 'resolved' then
        new.worked := '0';
      end if;
    elsif old.running_at is not null then
      new.worked := old.worked + private.working_time(new.tenant_id, old.running_at, pg_catalog.now());
      new.running_at := null;
    end if;
  end if;
  if new.status <> 'open' then
    new.answered_at := coalesce(new.answered_at, pg_catalog.now());
  end if;
  select * into promised from public.service_levels l where l.tenant_id = new.tenant_id and l.priority = new.priority;
  if new.answered_at is null then
    new.answer_due_at := private.due_at(new.tenant_id, new.created_at, pg_catalog.make_interval(mins => promised.answer_within));
  end if;
  new.resolve_due_at := case when new.running_at is not null and promised.resolve_within is not null
    then private.due_at(new.tenant_id, new.running_at, greatest(pg_catalog.make_interval(mins => promised.resolve_within) - new.worked, '0')) end;
  return new;
end
$$;
comment on function private.tg_tickets__keep_clock() is
  'By when a ticket has to be worked on and resolved: the clock stands still while it waits, and begins anew when it is taken up again.';
create trigger _300_begin_clock before insert on public.tickets for each row execute function private.tg_tickets__keep_clock();
create trigger _300_keep_clock before update on public.tickets
for each row when (old.status is distinct from new.status or old.priority is distinct from new.priority) execute function private.tg_tickets__keep_clock();

------------------------------------------------------------------------------------------------
-- Commands. Locked in this order everywhere: task, ticket.
------------------------------------------------------------------------------------------------

create function private.check_ticket(tenant uuid, subject text, description text, category_id uuid, priority public.conversation_priority) returns void
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if coalesce(pg_catalog.btrim(subject), '') = '' or pg_catalog.length(subject) > 200 then
    perform private.fail('ticket_subject_is_short', '{"subject": null}');
  end if;
  if pg_catalog.length(description) > 4000 then
    perform private.fail('ticket_description_is_bounded', '{"description": null}');
  end if;
  perform private.require_choice('category_id', category_id::text);
  perform private.require_reference('public.tickets', 'category_id', tenant, category_id);
  perform private.require_choice('priority', priority::text);
end
$$;
comment on function private.check_ticket(uuid, text, text, uuid, public.conversation_priority) is
  'Raises ticket_subject_is_short, ticket_description_is_bounded, record_not_found, input_invalid.';

create function private.check_assignee(tenant uuid, assignee_id uuid, team_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if assignee_id is not null and not exists (
    select from public.memberships m where m.tenant_id = tenant and m.user_id = assignee_id and m.status = 'active' and m.role <> 'customer'
  ) then
    perform private.fail('person_not_in_company', pg_catalog.jsonb_build_object('assignee_id', assignee_id));
  end if;
  perform private.require_reference('public.tickets', 'team_id', tenant, team_id);
end
$$;
comment on function private.check_assignee(uuid, uuid, uuid) is 'Refuses whoever does not work in the company, and teams that are not of it. Raises person_not_in_company, record_not_found.';

create function private.write_ticket(
  subject text, category_id uuid, description text, priority public.conversation_priority, customer_id uuid, order_id uuid, conversation_id uuid, task_id uuid,
  assignee_id uuid, team_id uuid
) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('tickets.edit');
  complaint public.tasks;
  buyer uuid := customer_id;
  ordered public.orders;
  made public.tickets;
begin
  if task_id is not null then
    -- Of two who make a ticket of it the second waits here, and is told the first one.
    select * into strict complaint from public.tasks t where t.tenant_id = tenant and t.id = task_id for no key update;
    select * into made from public.tickets k where k.tenant_id = tenant and k.task_id = task_id;
    if found then
      perform private.fail('task_has_ticket', pg_catalog.jsonb_build_object('ticket_id', made.id, 'number', made.number));
    end if;
    if not private.takes_in_place('task', tenant, complaint.status::text, 'create_ticket') then
      perform private.fail('task_transition_illegal', pg_catalog.jsonb_build_object('id', task_id, 'from', complaint.status, 'command', 'create_ticket'));
    end if;
    order_id := coalesce(order_id, case complaint.document_kind when 'order' then complaint.document_id end);
    buyer := coalesce(buyer, case complaint.document_kind
      when 'customer' then complaint.document_id
      when 'invoice' then (select i.customer_id from public.invoices i where i.tenant_id = tenant and i.id = complaint.document_id)
      when 'payment' then (select p.customer_id from public.payments p where p.tenant_id = tenant and p.id = complaint.document_id)
    end);
  end if;
  if conversation_id is not null then
    buyer := coalesce(buyer, (
      select p.customer_id from public.conversations c join public.contacts p on p.tenant_id = c.tenant_id and p.id = c.contact_id
      where c.tenant_id = tenant and c.id = conversation_id));
  end if;
  if order_id is not null then
    select * into ordered from public.orders o where o.tenant_id = tenant and o.id = order_id;
    if ordered.customer_id <> coalesce(buyer, ordered.customer_id) then
      perform private.fail('record_not_found', pg_catalog.jsonb_build_object('order_id', order_id));
    end if;
    buyer := ordered.customer_id;
  end if;
  if buyer is not null then
    buyer := (private.customer_served(tenant, buyer)).id;
  end if;
  perform private.check_ticket(tenant, subject, description, category_id, priority);
  perform private.check_assignee(tenant, assignee_id, team_id);
  insert into public.tickets (tenant_id, subject, description, category_id, priority, customer_id, order_id, conversation_id, task_id, assignee_id, team_id)
  values (tenant, pg_catalog.btrim(subject), nullif(pg_catalog.btrim(description), ''), category_id, priority, buyer, order_id, conversation_id, task_id, assignee_id, team_id)
  returning * into made;
  if complaint.id is not null then
    perform private.move_task(complaint.id, 'complete', null);
  end if;
  return made;
end
$$;
comment on function private.write_ticket(text, uuid, text, public.conversation_priority, uuid, uuid, uuid, uuid, uuid, uuid) is
  'Writes a ticket down, for private.create_ticket alone, which has asked whether the caller sees what it is made of.';

create function private.create_ticket(
  subject text, category_id uuid, description text default null, priority public.conversation_priority default 'normal', customer_id uuid default null,
  order_id uuid default null, conversation_id uuid default null, task_id uuid default null, assignee_id uuid default null, team_id uuid default null
) returns public.tickets
language plpgsql set search_path = ''
as $$
begin
  if order_id is not null then
    perform private.require_document('order', order_id, 'tickets.edit');
  end if;
  if conversation_id is not null then
    perform private.require_document('conversation', conversation_id, 'tickets.edit');
  end if;
  if task_id is not null then
    perform private.require_document('task', task_id, 'tickets.edit');
  end if;
  return private.write_ticket(subject, category_id, description, priority, customer_id, order_id, conversation_id, task_id, assignee_id, team_id);
end
$$;
comment on function private.create_ticket(text, uuid, text, public.conversation_priority, uuid, uuid, uuid, uuid, uuid, uuid) is
  'Enters a ticket, of a customer or of the house; made of a conversation, or of a task (a complaint), its customer is that of these, and the task is done: the customer sees the ticket in its place. assignee_id: account of whoever works on it; null: whoever takes it. Raises ticket_subject_is_short, ticket_description_is_bounded, task_has_ticket, task_transition_illegal, person_not_in_company, record_not_found, input_invalid, permission_denied.';
select private.expose_command('create_ticket');

create function private.lock_ticket(ticket uuid, expected_version integer) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('tickets.edit');
  locked public.tickets;
begin
  select * into locked from public.tickets t
  where t.tenant_id = tenant and t.id = ticket and private.has_permission(tenant, 'tickets.view')
    and (t.assignee_id is null or t.assignee_id = any (private.my_line()) or t.created_by = auth.uid() or private.has_permission(tenant, 'tickets.view_all'))
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('ticket_id', ticket));
  end if;
  perform private.check_version(expected_version, locked.version);
  return locked;
end
$$;
comment on function private.lock_ticket(uuid, integer) is 'A ticket that the caller sees, under its lock. Raises record_not_found, version_conflict, permission_denied.';

create function private.require_ticket_in_place(ticket public.tickets, command text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not private.takes_in_place('ticket', ticket.tenant_id, ticket.status::text, command) then
    perform private.fail('ticket_transition_illegal', pg_catalog.jsonb_build_object('id', ticket.id, 'from', ticket.status, 'command', command));
  end if;
end
$$;
comment on function private.require_ticket_in_place(public.tickets, text) is 'Raises ticket_transition_illegal unless the ticket takes this command as it is.';

create function private.change_ticket(
  ticket_id uuid, subject text, category_id uuid, description text default null, priority public.conversation_priority default 'normal', expected_version integer default null
) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.tickets := private.lock_ticket(ticket_id, expected_version);
begin
  perform private.require_ticket_in_place(target, 'change');
  perform private.check_ticket(target.tenant_id, subject, description, category_id, priority);
  update public.tickets t
  set subject = pg_catalog.btrim(subject), category_id = category_id, description = nullif(pg_catalog.btrim(description), ''), priority = priority
  where t.tenant_id = target.tenant_id and t.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.change_ticket(uuid, text, uuid, text, public.conversation_priority, integer) is
  'Writes an unresolved ticket anew; another priority promises another time. Raises ticket_subject_is_short, ticket_description_is_bounded, ticket_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('change_ticket');

create function private.assign_ticket(ticket_id uuid, assignee_id uuid default null, team_id uuid default null, expected_version integer default null) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.tickets := private.lock_ticket(ticket_id, expected_version);
begin
  perform private.require_ticket_in_place(target, 'assign');
  perform private.check_assignee(target.tenant_id, assignee_id, team_id);
  update public.tickets t set assignee_id = assignee_id, team_id = team_id where t.tenant_id = target.tenant_id and t.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.assign_ticket(uuid, uuid, uuid, integer) is
  'Gives an unresolved ticket to somebody (account), to a team, of which somebody takes it, or back to nobody. Raises person_not_in_company, ticket_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('assign_ticket');

create function private.take_ticket(ticket_id uuid, expected_version integer default null) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.tickets := private.lock_ticket(ticket_id, null);
begin
  perform private.require_ticket_in_place(target, 'take');
  if target.assignee_id is not null then
    perform private.fail('ticket_taken', pg_catalog.jsonb_build_object('ticket_id', target.id, 'assignee_id', target.assignee_id));
  end if;
  perform private.check_version(expected_version, target.version);
  perform private.check_assignee(target.tenant_id, auth.uid(), null);
  update public.tickets t set assignee_id = auth.uid() where t.tenant_id = target.tenant_id and t.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.take_ticket(uuid, integer) is
  'Takes a ticket that nobody has; of several who do so at once one has it. Raises ticket_taken, person_not_in_company, ticket_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('take_ticket');

create function private.move_ticket(ticket public.tickets, command text, reason text default null, resolution text default null) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  next_status constant public.ticket_status := private.next_state('ticket', ticket.id, ticket.status::text, command);
begin
  update public.tickets t
  set status = next_status, status_reason = reason,
    -- Who helps from the platform is none of the company's people.
    assignee_id = case when command = 'start' and t.assignee_id is null
      then (select m.user_id from public.memberships m where m.tenant_id = t.tenant_id and m.user_id = auth.uid()) else t.assignee_id end,
    resolution = case when command = 'resolve' then resolution when next_status = 'closed' then t.resolution end,
    resolved_at = case when command = 'resolve' then pg_catalog.now() when next_status = 'closed' then t.resolved_at end
  where t.tenant_id = ticket.tenant_id and t.id = ticket.id
  returning * into ticket;
  return ticket;
end
$$;
comment on function private.move_ticket(public.tickets, text, text, text) is 'Takes a step of a ticket that is locked. Raises ticket_transition_illegal.';

create function private.start_ticket(ticket_id uuid, expected_version integer default null) returns public.tickets
language sql security definer set search_path = ''
as $$ select private.move_ticket(private.lock_ticket(ticket_id, expected_version), 'start') $$;
comment on function private.start_ticket(uuid, integer) is
  'Begins to work on a ticket, which is the caller''s where nobody had it. Raises ticket_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('start_ticket');

create function private.wait_ticket(ticket_id uuid, reason text, expected_version integer default null) returns public.tickets
language sql security definer set search_path = ''
as $$ select private.move_ticket(private.lock_ticket(ticket_id, expected_version), 'wait', private.require_reason(reason)) $$;
comment on function private.wait_ticket(uuid, text, integer) is
  'A ticket waits for somebody outside, said in reason; the time until it is resolved stands still. Raises reason_required, ticket_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('wait_ticket');

create function private.resume_ticket(ticket_id uuid, expected_version integer default null) returns public.tickets
language sql security definer set search_path = ''
as $$ select private.move_ticket(private.lock_ticket(ticket_id, expected_version), 'resume') $$;
comment on function private.resume_ticket(uuid, integer) is 'What a ticket waited for is there. Raises ticket_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('resume_ticket');

create function private.resolve_ticket(ticket_id uuid, resolution text, expected_version integer default null) returns public.tickets
language sql security definer set search_path = ''
as $$ select private.move_ticket(private.lock_ticket(ticket_id, expected_version), 'resolve', resolution => private.require_text('resolution', resolution, 1000)) $$;
comment on function private.resolve_ticket(uuid, text, integer) is
  'Nothing is left to do on a ticket; resolution says what was done. Raises ticket_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('resolve_ticket');

create function private.close_ticket(ticket_id uuid, expected_version integer default null) returns public.tickets
language sql security definer set search_path = ''
as $$ select private.move_ticket(private.lock_ticket(ticket_id, expected_version), 'close') $$;
comment on function private.close_ticket(uuid, integer) is 'Puts a resolved ticket away for good; 14 days after it was resolved that is done by itself. Raises ticket_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('close_ticket');

create function private.reopen_ticket(ticket_id uuid, expected_version integer default null) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.tickets := private.lock_ticket(ticket_id, expected_version);
begin
  if target.status = 'resolved' and not private.reopens(target.resolved_at) then
    perform private.fail('ticket_too_old', pg_catalog.jsonb_build_object('ticket_id', target.id, 'resolved_at', target.resolved_at));
  end if;
  return private.move_ticket(target, 'reopen');
end
$$;
comment on function private.reopen_ticket(uuid, integer) is
  'Takes a resolved ticket up again, within 14 days and before it is closed. Raises ticket_too_old, ticket_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('reopen_ticket');

create function private.close_resolved_tickets() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
  closed bigint;
begin
  earlier := private.run_as_rule('tickets.close');
  update public.tickets t set status = 'closed'
  where (t.tenant_id, t.id) in (
    select r.tenant_id, r.id from public.tickets r
    where r.status = 'resolved' and r.resolved_at <= pg_catalog.now() - interval '14 days' order by r.resolved_at limit 500 for no key update skip locked
  );
  get diagnostics closed = row_count;
  perform private.run_as_rule(earlier);
  return closed;
end
$$;
comment on function private.close_resolved_tickets() is 'Maintenance: what was resolved and not taken up again for 14 days is closed.';
select private.maintain('close_resolved_tickets', 'tickets_closed');

create or replace function private.answered_request(task public.tasks) returns table (number text, status text)
language sql stable security definer set search_path = ''
as $$
  select coalesce(k.number, task.number), coalesce(k.status::text, task.status::text)
  from (values (task.id)) t (id) left join public.tickets k on k.tenant_id = task.tenant_id and k.task_id = t.id
$$;

------------------------------------------------------------------------------------------------
-- Registries
------------------------------------------------------------------------------------------------

select private.register_registry_source('assignments', 'tickets', 'public.tickets', $$
  select t.tenant_id, t.id as source_id, 'assignee' as suffix, 'ticket' as entity_type, t.id as entity_id, 'ticket' as assignment_type, t.subject as entity_name,
    t.assignee_id as user_id, 'assignee' as role, t.status::text as status, t.is_open, t.next_due_at as end_time, 'team' as visibility, t.created_at
  from public.tickets t where t.assignee_id is not null $$);
select private.track_status('ticket');
