-- Family 12, records: what came of visits at doors.

create table public.door_visits (
  like private.record including defaults including indexes,
  door_id uuid not null,
  outcome_id uuid not null,
  canvasser_id uuid not null,
  visited_at timestamptz not null,
  visited_on date not null,
  latitude numeric(9,6),
  longitude numeric(9,6),
  accuracy numeric(8,1),
  metres_from_door integer,
  note text,
  lead_id uuid,
  closer_id uuid,
  wished_at timestamptz,
  task_id uuid,
  is_far boolean not null generated always as (metres_from_door is not null and metres_from_door > 100 + coalesce(accuracy, 0)) stored,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, door_id) references public.doors (tenant_id, id),
  foreign key (tenant_id, outcome_id) references public.door_outcomes (tenant_id, id),
  foreign key (tenant_id, canvasser_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, lead_id) references public.leads (tenant_id, id),
  foreign key (tenant_id, closer_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, task_id) references public.tasks (tenant_id, id),
  unique (tenant_id, lead_id),
  constraint door_note_is_bounded check (btrim(note) <> '' and length(note) <= 1000),
  constraint position_is_complete check ((latitude is null) = (longitude is null)),
  constraint position_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180),
  constraint accuracy_is_bounded check (accuracy between 0 and 100000),
  constraint only_a_lead_is_handed_over check ((closer_id is null) = (task_id is null) and (task_id is null or lead_id is not null) and (wished_at is null or task_id is not null)),
  constraint wish_comes_after_the_visit check (wished_at between visited_at and '2100-01-01')
);
create index door_visits_door on public.door_visits (tenant_id, door_id, visited_at desc);
create index door_visits_canvasser on public.door_visits (tenant_id, canvasser_id, visited_on);
create index door_visits_day on public.door_visits (tenant_id, visited_on);
create index door_visits_outcome on public.door_visits (tenant_id, outcome_id);
create index door_visits_closer on public.door_visits (tenant_id, closer_id) where closer_id is not null;
create index door_visits_task on public.door_visits (tenant_id, task_id) where task_id is not null;
create index door_visits_recent on public.door_visits (tenant_id, visited_at desc, id desc);
comment on table public.door_visits is 'What came of each visit at a door. Written by visit_door and never changed.';
comment on column public.door_visits.visited_at is 'By the clock of the phone: it may be sent later, when there is network.';
comment on column public.door_visits.visited_on is 'Its day in the company''s time zone.';
comment on column public.door_visits.accuracy is 'Metres by which the phone may be wrong about where it was.';
comment on column public.door_visits.metres_from_door is 'How far from the door the phone was; null where one of both positions is not known.';
comment on column public.door_visits.is_far is 'More than 100 metres from the door, the accuracy of the phone allowed for.';
comment on column public.door_visits.closer_id is 'Account of whom the lead was handed over to; the task says so to him.';
comment on column public.door_visits.wished_at is 'When the people at the door would like to be called on.';
select private.manage_table('public.door_visits', 'door_visit');
select private.set_audience('door_visit', 'doors.view');
select private.register_error('accuracy_is_bounded', 422, 'A phone is not wrong by this much.', 'Send the accuracy in metres, 0 to 100000.');
select private.register_error('wish_comes_after_the_visit', 422, 'The wished time is before the visit or too far away.', 'Choose a time to come.');
select private.register_error('visited_at_invalid', 422, 'This cannot be when the visit was.', 'Check the clock of the phone: a visit is at most a week ago and not to come.');
select private.register_error('door_is_anothers', 409, 'Somebody else goes to this door on this day.', 'Take the next door.');
select private.register_error('door_do_not_knock', 409, 'Nobody knocks at this door.', 'Leave it alone, and take the next one.');
select private.register_error('closer_not_in_team', 422, 'A lead is handed over to somebody of a team.', 'Choose somebody else, or have him put into a team.');

create function private.claim_for_visit(door public.doors, day date, happened_at timestamptz) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  insert into public.door_claims (tenant_id, door_id, day, canvasser_id) values (door.tenant_id, door.id, day, auth.uid())
  on conflict on constraint door_claims_tenant_id_door_id_day_key do nothing;
  if not exists (select from public.door_claims c where c.tenant_id = door.tenant_id and c.door_id = door.id and c.day = day and c.canvasser_id = auth.uid()) then
    perform private.fail('door_is_anothers', pg_catalog.jsonb_build_object('door_id', door.id, 'day', day));
  end if;
  -- Whoever was there before somebody wrote down that nobody knocks was there: he tells it when he has network.
  if happened_at >= door.do_not_knock_since and not private.may_knock(door, day) then
    perform private.fail('door_do_not_knock', pg_catalog.jsonb_build_object('door_id', door.id, 'until', door.do_not_knock_until));
  end if;
end
$$;
comment on function private.claim_for_visit(public.doors, date, timestamptz) is 'A door that is locked is the caller''s on this day, or becomes so, and one might knock there at that moment. Raises door_is_anothers, door_do_not_knock.';

create function private.hand_over(visit public.door_visits, door public.doors, lead public.leads) returns uuid
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select from public.memberships p
    join public.team_members m on m.tenant_id = p.tenant_id and m.membership_id = p.id
    join public.teams t on t.tenant_id = m.tenant_id and t.id = m.team_id and t.is_active
    where p.tenant_id = visit.tenant_id and p.user_id = visit.closer_id and p.status = 'active'
  ) then
    perform private.fail('closer_not_in_team', pg_catalog.jsonb_build_object('closer_id', visit.closer_id));
  end if;
  return (private.write_task(
    pg_catalog.left(pg_catalog.concat_ws(', ', pg_catalog.concat_ws(' ', lead.first_name, lead.last_name), door.address, nullif(door.unit, '')), 200), visit.note, visit.closer_id,
    coalesce((visit.wished_at at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = visit.tenant_id))::date, visit.visited_on + 1), 'high', 'lead', lead.id)).id;
end
$$;
comment on function private.hand_over(public.door_visits, public.doors, public.leads) is 'The task that tells a closer of a lead: its day is the wished one, else the day after the visit. Raises closer_not_in_team and what create_task raises.';

create function private.visit_door(
  door_id uuid, outcome_id uuid, visited_at timestamptz default null, latitude numeric default null, longitude numeric default null, accuracy numeric default null,
  note text default null, photo_path text default null, first_name text default null, last_name text default null, phone text default null, email text default null, interest text default null,
  closer_id uuid default null, wished_at timestamptz default null
) returns public.door_visits
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('doors.visit');
  happened_at constant timestamptz := coalesce(visited_at, pg_catalog.now());
  target public.doors;
  outcome public.door_outcomes;
  lead public.leads;
  visit public.door_visits;
begin
  perform private.check_owner(tenant, auth.uid());
  if happened_at not between pg_catalog.now() - interval '7 days' and pg_catalog.now() + interval '5 minutes' then
    perform private.fail('visited_at_invalid', pg_catalog.jsonb_build_object('visited_at', visited_at));
  end if;
  perform private.check_position(latitude, longitude);
  if accuracy not between 0 and 100000 then
    perform private.fail('accuracy_is_bounded', pg_catalog.jsonb_build_object('accuracy', accuracy));
  end if;
  target := private.lock_door(tenant, door_id);
  select * into outcome from public.door_outcomes o where o.tenant_id = tenant and o.id = outcome_id and o.is_active;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('outcome_id', outcome_id));
  end if;
  visit.tenant_id := tenant;
  visit.visited_on := (happened_at at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = tenant))::date;
  visit.note := private.check_text('note', nullif(pg_catalog.btrim(note), ''), 1000);
  visit.closer_id := closer_id;
  visit.wished_at := wished_at;
  if wished_at not between happened_at and '2100-01-01' then
    perform private.fail('wish_comes_after_the_visit', pg_catalog.jsonb_build_object('wished_at', wished_at));
  end if;
  perform private.claim_for_visit(target, visit.visited_on, happened_at);
  if outcome.kind = 'interest' then
    lead := private.create_lead(first_name, last_name, null, phone, email, target.address, interest,
      source_id => (select s.id from public.lead_sources s where s.tenant_id = tenant and s.name = 'Door to door' and s.is_active),
      territory_id => target.territory_id, owner_id => coalesce(closer_id, auth.uid()), notes => visit.note);
    if closer_id is not null then
      visit.task_id := private.hand_over(visit, target, lead);
    end if;
  end if;
  insert into public.door_visits (tenant_id, door_id, outcome_id, canvasser_id, visited_at, visited_on, latitude, longitude, accuracy, metres_from_door, note, lead_id, closer_id, wished_at, task_id)
  values (tenant, target.id, outcome.id, auth.uid(), happened_at, visit.visited_on, latitude, longitude, accuracy,
    private.metres_between(latitude, longitude, target.latitude, target.longitude), visit.note, lead.id,
    case when visit.task_id is not null then closer_id end, case when visit.task_id is not null then wished_at end, visit.task_id)
  returning * into visit;
  if photo_path is not null then
    perform private.write_attachment('door', target.id, photo_path, visit.visited_on || '.jpg');
  end if;
  -- What is sent late does not undo what came of a later visit, nor that nobody knocks since.
  update public.doors d
  set visits = d.visits + 1,
    last_visited_at = greatest(d.last_visited_at, happened_at),
    last_outcome_id = case when d.last_visited_at > happened_at then d.last_outcome_id else outcome.id end,
    next_visit_on = case when d.last_visited_at > happened_at then d.next_visit_on else visit.visited_on + outcome.again_after_days end,
    do_not_knock_since = case when outcome.kind = 'do_not_knock' then least(happened_at, pg_catalog.now()) when d.do_not_knock_since > happened_at then d.do_not_knock_since end,
    do_not_knock_until = case when outcome.kind <> 'do_not_knock' and d.do_not_knock_since > happened_at then d.do_not_knock_until end,
    do_not_knock_by = case when outcome.kind = 'do_not_knock' then auth.uid() when d.do_not_knock_since > happened_at then d.do_not_knock_by end,
    do_not_knock_reason = case when outcome.kind = 'do_not_knock' then pg_catalog.left(coalesce(visit.note, outcome.name), 500) when d.do_not_knock_since > happened_at then d.do_not_knock_reason end
  where d.tenant_id = tenant and d.id = target.id;
  return visit;
end
$$;
comment on function private.visit_door(uuid, uuid, timestamptz, numeric, numeric, numeric, text, text, text, text, text, text, text, uuid, timestamptz) is
  'What came of a visit at a door, which is the caller''s on that day or becomes so. Interest makes a lead (with name and telephone number or e-mail address), which is the caller''s or goes to a closer (account) with the wished time as his task. photo_path: a stored file of the caller, in the bucket attachments. Raises record_not_found, visited_at_invalid, door_is_anothers, door_do_not_knock, closer_not_in_team, wish_comes_after_the_visit, accuracy_is_bounded, position_is_complete, position_is_on_earth, input_invalid, person_not_in_company, permission_denied and the errors of create_lead, create_task and add_attachment.';
select private.expose_command('visit_door');

create function private.leave_doors() returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('doors.visit');
  today constant date := private.tenant_today(tenant);
  left_alone bigint;
begin
  with gone as (
    delete from public.door_claims c
    where c.tenant_id = tenant and c.canvasser_id = auth.uid() and c.day = today
      and not exists (select from public.door_visits v where v.tenant_id = c.tenant_id and v.door_id = c.door_id and v.visited_on = c.day)
    returning c.id
  )
  select count(*) into left_alone from gone;
  return pg_catalog.jsonb_build_object('doors', left_alone);
end
$$;
comment on function private.leave_doors() is 'The caller goes to no more doors today: those that he did not visit are free for others. {doors: how many}. Raises permission_denied.';
select private.expose_command('leave_doors');

------------------------------------------------------------------------------------------------
-- What came of it
------------------------------------------------------------------------------------------------

create view public.door_areas with (security_invoker = true) as
select t.tenant_id, t.id as territory_id, t.name, d.doors, d.fresh, d.due, d.later, d.done, d.do_not_knock, d.visits, coalesce(c.today, 0) as today
from public.territories t
join lateral (
  select count(*) as doors, count(*) filter (where d.standing = 'new') as fresh,
    count(*) filter (where d.standing = 'again' and d.next_visit_on <= private.tenant_today(t.tenant_id)) as due,
    count(*) filter (where d.standing = 'again' and d.next_visit_on > private.tenant_today(t.tenant_id)) as later,
    count(*) filter (where d.standing = 'done') as done, count(*) filter (where d.standing = 'do_not_knock') as do_not_knock, coalesce(sum(d.visits), 0) as visits
  from public.doors d where d.tenant_id = t.tenant_id and d.territory_id = t.id and d.is_active
) d on d.doors > 0
left join lateral (
  select count(*) as today from public.door_claims c join public.doors d on d.tenant_id = c.tenant_id and d.id = c.door_id
  where c.tenant_id = t.tenant_id and d.territory_id = t.id and c.day = private.tenant_today(t.tenant_id)
) c on true;
comment on view public.door_areas is
  'How far each area with doors is: doors in use, those where nobody was yet, those that are due again and that are later, done and to be left alone, the visits so far and the doors that somebody has today.';

create function private.door_results(since date, until date) returns table (canvasser_id uuid, full_name text, visits bigint, doors bigint, talks bigint, leads bigint, won bigint, far bigint)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('doors.view');
begin
  return query
  select v.canvasser_id, u.full_name, count(*), count(distinct v.door_id), count(*) filter (where o.kind in ('talk', 'interest', 'refusal')), count(v.lead_id), count(*) filter (where exists (
      select from public.deals d where d.tenant_id = v.tenant_id and d.lead_id = v.lead_id and d.status = 'won')), count(*) filter (where v.is_far)
  from public.door_visits v
  join public.door_outcomes o on o.tenant_id = v.tenant_id and o.id = v.outcome_id
  join public.users u on u.id = v.canvasser_id
  where v.tenant_id = tenant and v.visited_on between since and until
  group by v.canvasser_id, u.full_name
  order by count(v.lead_id) desc, count(*) desc, u.full_name;
end
$$;
comment on function private.door_results(date, date) is
  'What each canvasser did at doors from a day to another: visits, different doors, talks (somebody opened), leads, how many of those were won since, and visits far from the door; the one with most leads first. Raises permission_denied.';
select private.expose('door_results');

create function private.door_closers() returns table (account uuid, full_name text)
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('doors.visit');
begin
  return query
  select distinct p.user_id, u.full_name from public.team_members m
  join public.teams t on t.tenant_id = m.tenant_id and t.id = m.team_id and t.is_active
  join public.memberships p on p.tenant_id = m.tenant_id and p.id = m.membership_id and p.status = 'active'
  join public.users u on u.id = p.user_id
  where m.tenant_id = tenant
  order by u.full_name;
end
$$;
comment on function private.door_closers() is 'To whom a lead can be handed over at a door: everybody in a team in use, by account and name. Raises permission_denied.';
select private.expose('door_closers');
