-- Family 12, records: what somebody has before him today.

create function private.my_day() returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('comments.view');
  me constant uuid := auth.uid();
  today constant date := private.tenant_today(tenant);
  day_ends timestamptz;
begin
  select (today + 1)::timestamp at time zone s.timezone into strict day_ends from public.tenant_settings s where s.tenant_id = tenant;
  return pg_catalog.jsonb_build_object(
    'day', today,
    'tasks', (
      select pg_catalog.jsonb_build_object('count', count(*), 'rows', coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.place) filter (where r.place <= 50), '[]')) from (
        select pg_catalog.row_number() over (order by t.due_on, t.priority desc, t.id) as place, t.id, t.number, t.title, t.status::text as status, t.priority::text as priority, t.due_on, t.version, public.allowed_commands(t) as allowed_commands
        from public.tasks t where t.tenant_id = tenant and t.assignee_id = me and t.is_open and t.due_on <= today
      ) r
    ),
    'appointments', (
      select pg_catalog.jsonb_build_object('count', count(*), 'rows', coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.place) filter (where r.place <= 50), '[]')) from (
        select pg_catalog.row_number() over (order by a.starts_at, a.id) as place, a.id, a.number, coalesce(l.first_name || coalesce(' ' || l.last_name, ''), d.title, c.name, y.name) as name, y.name as note,
          a.status::text as status, a.starts_at as at, a.ends_at < pg_catalog.now() as is_late
        from public.appointments a
        join public.appointment_types y on y.tenant_id = a.tenant_id and y.id = a.type_id
        left join public.leads l on l.tenant_id = a.tenant_id and l.id = a.lead_id
        left join public.deals d on d.tenant_id = a.tenant_id and d.id = a.deal_id
        left join public.customers c on c.tenant_id = a.tenant_id and c.id = a.customer_id
        where a.tenant_id = tenant and a.agent_id = me and a.is_open and a.starts_at < day_ends
      ) r
    ),
    'conversations', (
      select pg_catalog.jsonb_build_object('count', count(*), 'rows', coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.place) filter (where r.place <= 50), '[]')) from (
        select pg_catalog.row_number() over (order by v.last_message_at, n.id) as place, n.id, n.number, p.name, v.last_text as note, n.status::text as status, v.last_message_at as at
        from public.conversations n
        join public.memberships m on m.tenant_id = n.tenant_id and m.id = n.assignee_id and m.user_id = me
        join public.contacts p on p.tenant_id = n.tenant_id and p.id = n.contact_id
        left join public.conversation_activity v on v.tenant_id = n.tenant_id and v.conversation_id = n.id
        where n.tenant_id = tenant and n.status = 'open'
      ) r
    ),
    'leads', (
      select pg_catalog.jsonb_build_object('count', count(*), 'rows', coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.place) filter (where r.place <= 50), '[]')) from (
        select pg_catalog.row_number() over (order by l.next_step_on, l.id) as place, l.id, l.number, l.first_name || coalesce(' ' || l.last_name, '') as name, l.next_step as note, l.status::text as status,
          l.next_step_on as due_on, l.next_step_on < today as is_late
        from public.leads l where l.tenant_id = tenant and l.owner_id = me and l.is_open and l.next_step_on <= today
      ) r
    ),
    'deals', (
      select pg_catalog.jsonb_build_object('count', count(*), 'rows', coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.place) filter (where r.place <= 50), '[]')) from (
        select pg_catalog.row_number() over (order by d.stage_since, d.id) as place, d.id, d.number, d.title as name, g.name as note, d.status::text as status, d.stage_since as at
        from public.deals d
        join public.pipelines p on p.tenant_id = d.tenant_id and p.id = d.pipeline_id
        join public.pipeline_stages g on g.tenant_id = d.tenant_id and g.id = d.stage_id
        where d.tenant_id = tenant and d.owner_id = me and d.is_open and d.stage_since <= pg_catalog.now() - pg_catalog.make_interval(days => p.rots_after_days + 1)
      ) r
    ),
    'waiting', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(w) order by w.machine, w.state), '[]') from private.waiting() w
      where w.is_mine and w.documents > 0 and w.machine <> 'conversation'
    )
  );
end
$$;
comment on function private.my_day() is
  'What the caller has before him on this day of the company: tasks that are due (tasks), appointments until its end of which nothing is said yet (appointments), open conversations that are his (conversations), leads whose next step is due (leads) and deals that stand still longer than their pipeline likes (deals), each {count, rows: the first 50}; and the kinds of documents that wait for a decision of his (waiting: machine, state, page, documents). Every record by its own policy. Raises permission_denied.';
select private.expose('my_day');
