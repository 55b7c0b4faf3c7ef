-- Family 12, records: what people did about a record: who was called, written to, met or visited, and what came of it.

create type public.activity_kind as enum ('call', 'email', 'meeting', 'visit', 'note');
create type public.activity_outcome as enum ('reached', 'no_answer', 'agreed', 'declined');

create table public.activities (
  like private.record including defaults including indexes,
  document_kind text not null references private.subjects (subject),
  document_id uuid not null,
  kind public.activity_kind not null,
  happened_at timestamptz not null default now(),
  minutes integer,
  outcome public.activity_outcome,
  text text,
  task_id uuid,
  removed_at timestamptz,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, task_id) references public.tasks (tenant_id, id),
  constraint activity_text_is_bounded check (btrim(text) <> '' and length(text) <= 4000),
  constraint activity_minutes_are_bounded check (minutes between 1 and 1440),
  constraint activity_has_happened check (happened_at between created_at - interval '366 days' and created_at + interval '5 minutes'),
  constraint note_is_its_text check (kind <> 'note' or outcome is null and minutes is null and (text is not null or removed_at is not null)),
  constraint removed_activity_is_empty check (removed_at is null or text is null)
);
create index activities_document on public.activities (tenant_id, document_id, happened_at desc);
create index activities_document_kind on public.activities (document_kind);
create index activities_person on public.activities (tenant_id, created_by, happened_at desc);
create index activities_task on public.activities (tenant_id, task_id) where task_id is not null;
comment on table public.activities is
  'A call, an e-mail, a meeting, a visit or a note about a record, logged by whoever did it, for colleagues who see the record. Written by log_activity and remove_activity; one that was removed keeps its place without its text, and counts no more.';
comment on column public.activities.document_kind is 'Kind of the record: customer, lead, deal, …';
comment on column public.activities.happened_at is 'When it took place, which may be before it was logged.';
comment on column public.activities.minutes is 'How long it took; null: nobody said.';
comment on column public.activities.outcome is 'What came of it; null: nothing that has a name.';
comment on column public.activities.task_id is 'The next step: the task that was given with it.';
select private.manage_table('public.activities', 'activity');
select private.set_audience('activity', 'comments.view');

select private.register_error('activity_text_is_bounded', 422, 'What is said of it is too long.', 'Shorten it to 4000 characters.');
select private.register_error('activity_minutes_are_bounded', 422, 'It cannot have taken this long.', 'Enter 1 to 1440 minutes, or leave it empty.');
select private.register_error('activity_has_happened', 422, 'This cannot be when it took place.', 'Enter a time that is not to come and at most a year ago; for what is to come, give a task or book an appointment.');
select private.register_error('note_is_its_text', 422, 'A note is its text alone.', 'Write it down; what came of a call or a visit, and how long it took, is logged as one.');
select private.register_error('activity_not_yours', 403, 'Only who logged it can remove it.', 'Write a comment instead.');

create function private.write_activity(
  document_kind text, document_id uuid, kind public.activity_kind, text text, happened_at timestamptz, minutes integer, outcome public.activity_outcome, task_id uuid
) returns public.activities
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('comments.write');
  said constant text := nullif(pg_catalog.btrim(text), '');
  taken_place constant timestamptz := coalesce(happened_at, pg_catalog.now());
  written public.activities;
begin
  if kind is null then
    perform private.fail('input_invalid', '{"kind": "required"}');
  end if;
  if pg_catalog.length(said) > 4000 then
    perform private.fail('activity_text_is_bounded', '{"text": null}');
  end if;
  if minutes not between 1 and 1440 then
    perform private.fail('activity_minutes_are_bounded', pg_catalog.jsonb_build_object('minutes', minutes));
  end if;
  if taken_place not between pg_catalog.now() - interval '366 days' and pg_catalog.now() + interval '5 minutes' then
    perform private.fail('activity_has_happened', pg_catalog.jsonb_build_object('happened_at', happened_at));
  end if;
  if kind = 'note' and (said is null or minutes is not null or outcome is not null) then
    perform private.fail('note_is_its_text', pg_catalog.jsonb_build_object('text', case when said is null then 'required' end));
  end if;
  insert into public.activities (tenant_id, document_kind, document_id, kind, happened_at, minutes, outcome, text, task_id)
  values (tenant, document_kind, document_id, kind, taken_place, minutes, outcome, said, task_id)
  returning * into written;
  return written;
end
$$;
comment on function private.write_activity(text, uuid, public.activity_kind, text, timestamptz, integer, public.activity_outcome, uuid) is
  'Writes an activity of the caller down, for private.log_activity alone, which has asked whether he sees the record. Raises input_invalid, activity_text_is_bounded, activity_minutes_are_bounded, activity_has_happened, note_is_its_text, permission_denied.';

create function private.log_activity(
  document_kind text, document_id uuid, kind public.activity_kind, text text default null, happened_at timestamptz default null, minutes integer default null,
  outcome public.activity_outcome default null, next_step text default null, next_step_on date default null, next_step_for uuid default null
) returns public.activities
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
  task uuid;
begin
  perform private.require_document(document_kind, document_id, 'comments.write');
  if coalesce(next_step, next_step_on::text, next_step_for::text) is not null then
    task := (private.write_task(next_step, null, coalesce(next_step_for, auth.uid()), next_step_on, null, document_kind, document_id)).id;
  end if;
  return private.write_activity(document_kind, document_id, kind, text, happened_at, minutes, outcome, task);
end
$$;
comment on function private.log_activity(text, uuid, public.activity_kind, text, timestamptz, integer, public.activity_outcome, text, date, uuid) is
  'Says that the caller called, wrote to, met or visited somebody about a record that he sees, when (null: now), how long and what came of it; or a note. What is to be done next becomes a task in the same breath, of the account next_step_for (null: the caller''s own). Raises record_not_found, input_invalid, activity_text_is_bounded, activity_minutes_are_bounded, activity_has_happened, note_is_its_text, task_title_is_short, task_day_is_near, person_not_in_company, permission_denied.';
select private.expose_command('log_activity');

create function private.remove_activity(activity_id uuid, expected_version integer default null) returns public.activities
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('comments.write');
  target public.activities;
begin
  select * into target from public.activities a where a.tenant_id = tenant and a.id = activity_id and a.removed_at is null for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('activity_id', activity_id));
  end if;
  if target.created_by is distinct from auth.uid() then
    perform private.fail('activity_not_yours', pg_catalog.jsonb_build_object('activity_id', activity_id));
  end if;
  perform private.check_version(expected_version, target.version);
  update public.activities a set text = null, removed_at = pg_catalog.now()
  where a.tenant_id = target.tenant_id and a.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.remove_activity(uuid, integer) is
  'Takes back what the caller has logged: that there was something stays. A task that was given with it stays, too. Raises record_not_found, activity_not_yours, version_conflict, permission_denied.';
select private.expose_command('remove_activity');
