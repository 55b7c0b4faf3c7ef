-- Family 11, sales: teams, and who sees what is somebody's own.

create table public.teams (
  like private.record including defaults including indexes,
  name text not null,
  parent_id uuid,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, parent_id) references public.teams (tenant_id, id),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name))
);
create index teams_parent on public.teams (tenant_id, parent_id);
comment on table public.teams is
  'People who sell together. Who leads a team sees what its members and those of the teams below it own: leads and deals (private.my_line). One that is not in use gives nobody anything.';
select private.manage_table('public.teams', 'team');
select private.set_audience('team', 'leads.view');
select private.register_error('team_in_a_circle', 422, 'A team would be above itself.', 'Choose another team above it.');
select private.refuse_circles('public.teams', 'parent_id', 'team_in_a_circle');
select private.register_error('team_name_taken', 409, 'There is a team of this name already.', 'Choose another name, or use that team.');
select private.refuse_taken('public.teams', 'teams_tenant_id_name_key', 'team_name_taken');

create table public.team_members (
  like private.record including defaults including indexes,
  team_id uuid not null,
  membership_id uuid not null,
  is_lead boolean not null default false,
  takes_leads boolean not null default true,
  last_given_at timestamptz,
  foreign key (tenant_id, team_id) references public.teams (tenant_id, id),
  foreign key (tenant_id, membership_id) references public.memberships (tenant_id, id),
  unique (tenant_id, team_id, membership_id)
);
create index team_members_membership on public.team_members (tenant_id, membership_id);
comment on table public.team_members is 'Who is in which team; somebody may be in several.';
comment on column public.team_members.is_lead is 'Sees what the team and the teams below it own.';
comment on column public.team_members.takes_leads is 'Is given new leads in his turn.';
comment on column public.team_members.last_given_at is 'When a lead was given to him last: whose turn is the longest ago is next. Null: he is new.';
select private.manage_table('public.team_members', 'team_member');
select private.set_audience('team_member', 'leads.view');
select private.register_error('team_member_taken', 409, 'This person is in the team already.', 'Look at the members of the team.');
select private.refuse_taken('public.team_members', 'team_members_tenant_id_team_id_membership_id_key', 'team_member_taken');

create function private.my_line() returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.active_tenant_id();
begin
  return array(
    with recursive led as (
      select t.id from public.teams t
      join public.team_members m on m.tenant_id = t.tenant_id and m.team_id = t.id and m.is_lead
      join public.memberships p on p.tenant_id = m.tenant_id and p.id = m.membership_id and p.user_id = auth.uid() and p.status = 'active'
      where t.tenant_id = tenant and t.is_active
      union
      select t.id from public.teams t join led on led.id = t.parent_id where t.tenant_id = tenant and t.is_active
    )
    select auth.uid()
    union
    select p.user_id from led
    join public.team_members m on m.tenant_id = tenant and m.team_id = led.id
    join public.memberships p on p.tenant_id = m.tenant_id and p.id = m.membership_id
  );
end
$$;
comment on function private.my_line() is 'Accounts of those whose leads and deals the caller sees: himself, and everybody in the teams that he leads and in the teams below. One look-up per statement.';

create function private.next_in_team(tenant uuid, team uuid) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  next_member public.team_members;
begin
  -- Two leads at the same moment go to two people: the second waits for the first.
  perform from public.teams t where t.tenant_id = tenant and t.id = team and t.is_active for no key update;
  select m.* into next_member from public.team_members m
  join public.memberships p on p.tenant_id = m.tenant_id and p.id = m.membership_id and p.status = 'active'
  join public.teams t on t.tenant_id = m.tenant_id and t.id = m.team_id and t.is_active
  where m.tenant_id = tenant and m.team_id = team and m.takes_leads
  order by m.last_given_at nulls first, m.created_at, m.id limit 1;
  if next_member.id is null then
    return null;
  end if;
  update public.team_members m set last_given_at = pg_catalog.clock_timestamp() where m.tenant_id = tenant and m.id = next_member.id;
  return (select p.user_id from public.memberships p where p.tenant_id = tenant and p.id = next_member.membership_id);
end
$$;
comment on function private.next_in_team(uuid, uuid) is
  'Whose turn it is in a team (account), who then is the last in the row; null when nobody takes leads. Somebody who left the company is passed over.';
