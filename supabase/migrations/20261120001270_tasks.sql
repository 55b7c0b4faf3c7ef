-- Family 12, records: what somebody has to do, about a document or for itself.

create type public.task_status as enum ('open', 'done', 'cancelled');
create type public.task_priority as enum ('low', 'normal', 'high', 'urgent');

create table public.tasks (
  like private.record including defaults including indexes,
  number text not null,
  status public.task_status not null default 'open',
  title text not null,
  details text,
  assignee_id uuid references public.users (id),
  due_on date,
  priority public.task_priority not null default 'normal',
  document_kind text references private.subjects (subject),
  document_id uuid,
  is_open boolean not null generated always as (status = 'open') stored,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, assignee_id) references public.memberships (tenant_id, user_id),
  unique (tenant_id, number),
  constraint task_title_is_short check (btrim(title) <> '' and length(title) <= 200),
  constraint task_details_are_bounded check (btrim(details) <> '' and length(details) <= 4000),
  constraint task_is_about_one_document check ((document_kind is null) = (document_id is null)),
  constraint task_day_is_near check (due_on between '2000-01-01' and '2100-01-01')
);
create index tasks_assignee on public.tasks (assignee_id);
create index tasks_of_somebody on public.tasks (tenant_id, assignee_id, due_on);
create index tasks_due on public.tasks (due_on) where is_open;
create index tasks_document on public.tasks (tenant_id, document_id);
create index tasks_document_kind on public.tasks (document_kind);
create index tasks_recent on public.tasks (tenant_id, created_at desc, id desc);
comment on table public.tasks is
  'What somebody has to do. One about a document is for colleagues who see that, and for whoever it is given to; one of its own for everybody in the company. Written by commands.';
comment on column public.tasks.assignee_id is 'Account of whoever has to do it; null: whoever takes it.';
comment on column public.tasks.due_on is 'Day in the company''s time zone by which it is to be done; on it, whoever has to do it is reminded once.';
comment on column public.tasks.document_kind is 'Kind of the document that it is about: order, trip, customer, …; null: none.';
comment on column public.tasks.is_open is 'Neither done nor cancelled.';
select private.register_document('public.tasks', 'task', 'open', 'comments.view', '/tasks', prefix => 'TSK');
insert into private.transitions (machine, from_state, command, to_state, permission, event) values
  ('task', 'open', 'complete', 'done', 'comments.write', 'task.completed'),
  ('task', 'open', 'cancel', 'cancelled', 'comments.write', 'task.cancelled'),
  ('task', 'done', 'reopen', 'open', 'comments.write', 'task.reopened'),
  ('task', 'cancelled', 'reopen', 'open', 'comments.write', 'task.reopened');
insert into private.in_place_commands (machine, command, state, permission) values ('task', 'change', 'open', 'comments.write');

select private.register_error('task_title_is_short', 422, 'What is to be done is missing or too long.', 'Say it in at most 200 characters; the rest goes into the details.');
select private.register_error('task_details_are_bounded', 422, 'The details are too long.', 'Shorten them to 4000 characters.');
select private.register_error('task_day_is_near', 422, 'This is not a day on which something can be due.', 'Enter a day between 2000 and 2100.');
select private.register_error('task_is_about_one_document', 422, 'Only one half of the document is named that the task is about.', 'Send both its kind and its id, or neither.');

create function private.check_task(tenant uuid, title text, details text, assignee_id uuid, due_on date) returns void
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if coalesce(pg_catalog.btrim(title), '') = '' or pg_catalog.length(title) > 200 then
    perform private.fail('task_title_is_short', '{"title": null}');
  end if;
  if pg_catalog.length(details) > 4000 then
    perform private.fail('task_details_are_bounded', '{"details": null}');
  end if;
  if due_on not between '2000-01-01' and '2100-01-01' then
    perform private.fail('task_day_is_near', pg_catalog.jsonb_build_object('due_on', due_on));
  end if;
  if assignee_id is not null and not exists (
    select from public.memberships m where m.tenant_id = tenant and m.user_id = assignee_id and m.status = 'active'
  ) then
    perform private.fail('person_not_in_company', pg_catalog.jsonb_build_object('assignee_id', assignee_id));
  end if;
end
$$;
comment on function private.check_task(uuid, text, text, uuid, date) is 'Raises task_title_is_short, task_details_are_bounded, task_day_is_near, person_not_in_company.';

create function private.write_task(title text, details text, assignee_id uuid, due_on date, priority public.task_priority, document_kind text, document_id uuid) returns public.tasks
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('comments.write');
  written public.tasks;
begin
  perform private.check_task(tenant, title, details, assignee_id, due_on);
  insert into public.tasks (tenant_id, title, details, assignee_id, due_on, priority, document_kind, document_id)
  values (tenant, pg_catalog.btrim(title), nullif(pg_catalog.btrim(details), ''), assignee_id, due_on, coalesce(priority, 'normal'), document_kind, document_id)
  returning * into written;
  return written;
end
$$;
comment on function private.write_task(text, text, uuid, date, public.task_priority, text, uuid) is
  'Writes a task down, for private.create_task alone, which has asked whether the caller sees the document. Raises as private.check_task, and permission_denied.';

create function private.create_task(
  title text, details text default null, assignee_id uuid default null, due_on date default null, priority public.task_priority default 'normal',
  document_kind text default null, document_id uuid default null
) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  if document_kind is not null and document_id is not null then
    perform private.require_document(document_kind, document_id, 'comments.write');
  elsif document_kind is not null or document_id is not null then
    perform private.fail('task_is_about_one_document');
  end if;
  return private.write_task(title, details, assignee_id, due_on, priority, document_kind, document_id);
end
$$;
comment on function private.create_task(text, text, uuid, date, public.task_priority, text, uuid) is
  'Gives somebody (assignee_id: his account; null: whoever takes it) something to do, about a document that the caller sees or about none; he is told by e-mail. Raises record_not_found, task_is_about_one_document, task_title_is_short, task_details_are_bounded, task_day_is_near, person_not_in_company, permission_denied.';
select private.expose_command('create_task');

create function private.lock_task(task_id uuid, expected_version integer) returns public.tasks
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('comments.write');
  target public.tasks;
begin
  select * into strict target from public.tasks t where t.tenant_id = tenant and t.id = task_id for no key update;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_task(uuid, integer) is 'A task under its lock, for commands that have asked whether the caller sees it. Raises version_conflict, permission_denied.';

create function private.move_task(task_id uuid, command text, expected_version integer) returns public.tasks
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.tasks := private.lock_task(task_id, expected_version);
begin
  update public.tasks t set status = private.next_state('task', task_id, target.status::text, command)::public.task_status
  where t.tenant_id = target.tenant_id and t.id = task_id
  returning * into target;
  return target;
end
$$;
comment on function private.move_task(uuid, text, integer) is 'Takes a step of a task. Raises task_transition_illegal, version_conflict, permission_denied.';

create function private.rewrite_task(task_id uuid, title text, details text, assignee_id uuid, due_on date, priority public.task_priority, expected_version integer) returns public.tasks
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.tasks := private.lock_task(task_id, expected_version);
begin
  if not private.takes_in_place('task', target.tenant_id, target.status::text, 'change') then
    perform private.fail('task_transition_illegal', pg_catalog.jsonb_build_object('id', task_id, 'from', target.status, 'command', 'change'));
  end if;
  -- Whoever has it keeps it, also where he has left the company since.
  perform private.check_task(target.tenant_id, title, details, nullif(assignee_id, target.assignee_id), due_on);
  update public.tasks t
  set title = pg_catalog.btrim(title), details = nullif(pg_catalog.btrim(details), ''), assignee_id = assignee_id, due_on = due_on, priority = coalesce(priority, 'normal')
  where t.tenant_id = target.tenant_id and t.id = task_id
  returning * into target;
  return target;
end
$$;
comment on function private.rewrite_task(uuid, text, text, uuid, date, public.task_priority, integer) is
  'Writes an open task anew, for private.change_task alone, which has asked whether the caller sees it. Raises as private.check_task, and task_transition_illegal, version_conflict, permission_denied.';

create function private.change_task(
  task_id uuid, title text, details text default null, assignee_id uuid default null, due_on date default null, priority public.task_priority default 'normal',
  expected_version integer default null
) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  perform private.require_document('task', task_id, 'comments.write');
  return private.rewrite_task(task_id, title, details, assignee_id, due_on, priority, expected_version);
end
$$;
comment on function private.change_task(uuid, text, text, uuid, date, public.task_priority, integer) is
  'Writes an open task anew; whom it is given to is told. Raises record_not_found, task_title_is_short, task_details_are_bounded, task_day_is_near, person_not_in_company, task_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('change_task');

create function private.complete_task(task_id uuid, expected_version integer default null) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  perform private.require_document('task', task_id, 'comments.write');
  return private.move_task(task_id, 'complete', expected_version);
end
$$;
comment on function private.complete_task(uuid, integer) is 'A task is done. Raises record_not_found, task_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('complete_task');

create function private.cancel_task(task_id uuid, expected_version integer default null) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  perform private.require_document('task', task_id, 'comments.write');
  return private.move_task(task_id, 'cancel', expected_version);
end
$$;
comment on function private.cancel_task(uuid, integer) is 'A task need not be done any more. Raises record_not_found, task_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('cancel_task');

create function private.reopen_task(task_id uuid, expected_version integer default null) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  perform private.require_document('task', task_id, 'comments.write');
  return private.move_task(task_id, 'reopen', expected_version);
end
$$;
comment on function private.reopen_task(uuid, integer) is 'A task has to be done after all. Raises record_not_found, task_transition_illegal, version_conflict, permission_denied.';
select private.expose_command('reopen_task');

------------------------------------------------------------------------------------------------
-- Who is told
------------------------------------------------------------------------------------------------

insert into public.message_texts (event, channel, language, subject, body) values
  ('task.assigned', 'email', 'en', '{company}: task {number} is yours', '{author} has given you the task {number}. Sign in to read it. {company}'),
  ('task.assigned', 'email', 'sw', '{company}: kazi {number} ni yako', '{author} amekupa kazi {number}. Ingia ili uisome. {company}'),
  ('task.due', 'email', 'en', '{company}: task {number} is due', 'The task {number} was to be done by {date}. Sign in to do it, or to give it another day. {company}'),
  ('task.due', 'email', 'sw', '{company}: kazi {number} imefika siku yake', 'Kazi {number} ilipaswa kukamilika kufikia {date}. Ingia ili uikamilishe, au uipe siku nyingine. {company}');

create function private.tell_assignee(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.say(t.tenant_id, 'task.assigned', 'email', u.email,
    pg_catalog.jsonb_build_object('author', coalesce(a.full_name, ''), 'number', t.number), 'task.assigned:' || t.id::text || ':' || u.id::text, 'task', t.id)
  from public.tasks t
  join public.users u on u.id = t.assignee_id and u.id is distinct from event.actor_id
  left join public.users a on a.id = event.actor_id
  where t.tenant_id = event.tenant_id and t.id = event.entity_id and event.new_values ? 'assignee_id';
end
$$;
comment on function private.tell_assignee(public.event_store) is
  'Effect: an e-mail to whom a task was given by somebody else, once per task and person. What it is about is not in it: who may read that, its document decides.';
select private.listen('notifications', 'tell_assignee', 'task.created', 'task.updated');

create function private.send_task_reminders() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  due record;
  sent bigint := 0;
begin
  for due in
    select t.tenant_id, t.id, t.number, t.due_on, u.email, k.business_key
    from public.tasks t
    join public.tenants c on c.id = t.tenant_id and c.status = 'active'
    join public.memberships m on m.tenant_id = t.tenant_id and m.user_id = t.assignee_id and m.status = 'active'
    join public.users u on u.id = t.assignee_id and u.status = 'active'
    cross join lateral (select 'task.due:' || t.id || ':' || t.due_on || ':' || u.id as business_key) k
    -- Nowhere on earth is it later than this; the company's own day decides.
    where t.is_open and t.due_on between current_date - 30 and current_date + 1 and t.due_on <= private.tenant_today(t.tenant_id)
      and not exists (select from public.messages g where g.tenant_id = t.tenant_id and g.business_key = k.business_key)
  loop
    sent := sent + (private.say(due.tenant_id, 'task.due', 'email', due.email,
      pg_catalog.jsonb_build_object('number', due.number, 'date', due.due_on), due.business_key, 'task', due.id) is not null)::integer;
  end loop;
  return sent;
end
$$;
comment on function private.send_task_reminders() is
  'Maintenance: whoever has an open task is mailed on the day it is due, once per task, day and person.';
select private.maintain('send_task_reminders', 'task_reminders');
