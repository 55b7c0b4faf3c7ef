-- Family 04, parties: the borders of territories, and who lies within them.

alter table public.territories add column area jsonb;
comment on column public.territories.area is
  'Borders as a GeoJSON Polygon or MultiPolygon, longitude before latitude in degrees (WGS 84), first ring outside, others are holes; null: none are drawn. At most 1,000 corners.';
alter table public.customers add column territory_chosen boolean not null default false;
comment on column public.customers.territory_chosen is
  'Whether somebody chose the territory. Otherwise it is the one in whose borders the default address lies, and follows both.';

select private.register_error('area_invalid', 422, 'The borders are not possible.', 'Draw rings of at least three corners that do not cross themselves, holes inside, at most 1,000 corners.');
select private.register_error('territory_in_a_circle', 409, 'The territory would lie within itself.', 'Choose a territory above it that does not lie in this one.');

select private.refuse_circles('public.territories', 'parent_id', 'territory_in_a_circle');

create function private.read_ring(corners jsonb) returns polygon
language plpgsql immutable set search_path = ''
as $$
declare
  problem text;
  points point[];
begin
  select pg_catalog.array_agg(pg_catalog.point((c.corner ->> 0)::double precision, (c.corner ->> 1)::double precision) order by c.place),
    case
      when pg_catalog.bool_or(c.corner is null) then 'not_readable'
      when pg_catalog.bool_or((c.corner ->> 0)::double precision not between -180 and 180 or (c.corner ->> 1)::double precision not between -90 and 90) then 'off_the_earth'
      when pg_catalog.count(*) < 4 then 'too_few_corners'
      when corners -> 0 <> corners -> -1 then 'not_closed'
    end
  into points, problem
  from (
    select e.place, case when pg_catalog.jsonb_path_exists(e.corner, 'strict $ ? (@.type() == "array" && @.size() >= 2 && @[0].type() == "number" && @[1].type() == "number")', silent => true) then e.corner end as corner
    from pg_catalog.jsonb_array_elements(case when pg_catalog.jsonb_typeof(corners) = 'array' then corners else '[]' end) with ordinality e (corner, place)
  ) c;
  if points is null or problem is not null then
    perform private.fail('area_invalid', pg_catalog.jsonb_build_object('area', coalesce(problem, 'not_readable')));
  end if;
  -- Neighbouring edges share a corner, and so do the last and the first; any other two must not meet.
  if exists (
    select from pg_catalog.generate_series(1, pg_catalog.cardinality(points) - 1) as i
    join pg_catalog.generate_series(1, pg_catalog.cardinality(points) - 1) as j on j > i + 1 and not (i = 1 and j = pg_catalog.cardinality(points) - 1)
    where pg_catalog.lseg(points[i], points[i + 1]) operator(pg_catalog.?#) pg_catalog.lseg(points[j], points[j + 1])
  ) then
    perform private.fail('area_invalid', '{"area": "crosses_itself"}');
  end if;
  return ('(' || pg_catalog.array_to_string(points[1:pg_catalog.cardinality(points) - 1], ',') || ')')::polygon;
end
$$;
comment on function private.read_ring(jsonb) is 'A closed ring of GeoJSON as a shape over (longitude, latitude). Raises area_invalid with what is wrong.';

create function private.read_area(area jsonb) returns table (part integer, outline polygon, holes polygon[])
language plpgsql immutable set search_path = ''
as $$
declare
  rings jsonb;
  hole polygon;
begin
  if area is null then
    return;
  end if;
  if pg_catalog.jsonb_typeof(area) <> 'object' or coalesce(area ->> 'type', '') not in ('Polygon', 'MultiPolygon') or pg_catalog.jsonb_typeof(area -> 'coordinates') is distinct from 'array'
    or area - array['type', 'coordinates'] <> '{}' then
    perform private.fail('area_invalid', '{"area": "not_a_polygon"}');
  end if;
  if pg_catalog.jsonb_array_length(pg_catalog.jsonb_path_query_array(area, case area ->> 'type' when 'Polygon' then 'lax $.coordinates[*][*]' else 'lax $.coordinates[*][*][*]' end::jsonpath)) > 1000 then
    perform private.fail('area_invalid', '{"area": "too_many_corners"}');
  end if;
  if area -> 'coordinates' = '[]' then
    perform private.fail('area_invalid', '{"area": "too_few_corners"}');
  end if;
  part := 0;
  for rings in
    select p from pg_catalog.jsonb_array_elements(case area ->> 'type' when 'Polygon' then pg_catalog.jsonb_build_array(area -> 'coordinates') else area -> 'coordinates' end) p
  loop
    part := part + 1;
    outline := private.read_ring(rings -> 0);
    holes := '{}';
    for hole in select private.read_ring(r.ring) from pg_catalog.jsonb_array_elements(rings) with ordinality r (ring, place) where r.place > 1 order by r.place loop
      if not outline operator(pg_catalog.@>) hole then
        perform private.fail('area_invalid', '{"area": "hole_outside"}');
      end if;
      holes := holes || hole;
    end loop;
    return next;
  end loop;
end
$$;
comment on function private.read_area(jsonb) is 'The parts of an area, each with its holes; none for null. Raises area_invalid.';

create table private.territory_parts (
  tenant_id uuid not null,
  territory_id uuid not null,
  part integer not null,
  outline polygon not null,
  holes polygon[] not null,
  bounds box not null generated always as (pg_catalog.box(outline)) stored,
  size numeric(14,9) not null,
  primary key (tenant_id, territory_id, part),
  constraint size_is_that_of_an_area check (size between 0 and 64800),
  foreign key (tenant_id, territory_id) references public.territories (tenant_id, id)
);
create index territory_parts_bounds on private.territory_parts using gist (tenant_id extensions.gist_uuid_ops, bounds);
select private.force_policies('private.territory_parts');
comment on table private.territory_parts is 'The areas of territories that are in use, as shapes that an index finds. Follows territories.area; size is in square degrees, for comparing only.';

create function private.surface(outline polygon, holes polygon[]) returns numeric
language sql immutable set search_path = ''
return (pg_catalog.area(pg_catalog.path(outline)) - coalesce((select pg_catalog.sum(pg_catalog.area(pg_catalog.path(h))) from pg_catalog.unnest(holes) h), 0))::numeric;
comment on function private.surface(polygon, polygon[]) is 'What a part covers, in square degrees.';

create function private.covers(outline polygon, holes polygon[], place point) returns boolean
language sql immutable parallel safe
return outline operator(pg_catalog.@>) place and not exists (select from pg_catalog.unnest(holes) h where h operator(pg_catalog.@>) place);
comment on function private.covers(polygon, polygon[], point) is
  'Whether a position lies in a part: a border belongs to it, the border of a hole does not.';

create function private.territory_at(tenant uuid, longitude numeric, latitude numeric) returns uuid
language sql stable security definer set search_path = ''
as $$
  select p.territory_id from private.territory_parts p
  where p.tenant_id = tenant
    and p.bounds operator(pg_catalog.@>) pg_catalog.box(pg_catalog.point(longitude, latitude), pg_catalog.point(longitude, latitude))
    and private.covers(p.outline, p.holes, pg_catalog.point(longitude, latitude))
  order by p.size, p.territory_id
  limit 1
$$;
comment on function private.territory_at(uuid, numeric, numeric) is
  'The territory of a company in whose borders a position lies, the smallest where several do (one within another, or an overlap); null for none.';

create function private.map_answer(tenant uuid, customer uuid) returns uuid
language sql stable security definer set search_path = ''
as $$
  select private.territory_at(a.tenant_id, a.longitude, a.latitude) from public.customer_addresses a
  where a.tenant_id = tenant and a.customer_id = customer and a.is_active and a.latitude is not null
  order by a.is_default desc, a.id
  limit 1
$$;
comment on function private.map_answer(uuid, uuid) is 'The territory in which the default address of a customer lies, or else his first one that has a position.';

create table public.territory_reps (
  like private.record including defaults including indexes,
  territory_id uuid not null,
  membership_id uuid not null,
  unique (tenant_id, territory_id, membership_id),
  foreign key (tenant_id, territory_id) references public.territories (tenant_id, id),
  foreign key (tenant_id, membership_id) references public.memberships (tenant_id, id)
);
create index territory_reps_membership on public.territory_reps (tenant_id, membership_id);
comment on table public.territory_reps is 'Who sells in a territory. Where it is one person, customers without a salesperson who come to lie in it are his.';
select private.manage_table('public.territory_reps', 'territory_rep');
select private.set_audience('territory_rep', 'territories.view');
select private.register_error('territory_rep_taken', 409, 'This person sells in the territory already.', 'Choose somebody else.');
create function private.edits_customer(sales_rep uuid, creator uuid, territory uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  me constant public.memberships := private.active_membership();
begin
  return private.tenant_id('customers.edit_all') is not null
    or sales_rep = me.id
    or (sales_rep is null and (
      creator = me.user_id
      or exists (select from public.territory_reps r where r.tenant_id = me.tenant_id and r.membership_id = me.id and r.territory_id = territory)
    ));
end
$$;
comment on function private.edits_customer(uuid, uuid, uuid) is
  'Whether a customer is the caller''s to change, as far as it is about who sells to him: his salesperson does, and while he has none whoever entered him and whoever sells in his territory; with customers.edit_all everybody''s.';

create function private.is_editable(target public.customers) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return private.tenant_id('customers.edit') is not distinct from target.tenant_id and target.status <> 'merged'
    and (private.is_unscoped() or private.sees_customer(target.id, target.territory_id))
    and private.edits_customer(target.sales_rep_id, target.created_by, target.territory_id);
end
$$;
comment on function private.is_editable(public.customers) is 'Whether the caller may change a customer, his addresses and his contacts. A computed field: select=*,is_editable.';
select private.expose('is_editable');

select private.refuse_taken('public.territory_reps', 'territory_reps_tenant_id_territory_id_membership_id_key', 'territory_rep_taken');

create function private.lock_borders(tenant uuid, redraws boolean) returns void
language plpgsql set search_path = ''
as $$
begin
  if redraws then
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('borders' || tenant, 0));
  else
    perform pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended('borders' || tenant, 0));
  end if;
end
$$;
comment on function private.lock_borders(uuid, boolean) is
  'Whoever redraws waits for everybody who is being placed, and they for him: no customer is placed by borders that are not there any more.';

create function private.tg__await_borders() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.active_tenant_id();
begin
  if tenant is not null then
    perform private.lock_borders(tenant, false);
  end if;
  return null;
end
$$;
comment on function private.tg__await_borders() is
  'Takes the lock of lock_borders before the statement locks a row: somebody who redraws meanwhile waits for those rows, and must not be waited for by who holds them.';
create trigger _100_await_borders before insert or update of territory_id on public.customers for each statement execute function private.tg__await_borders();
create trigger _100_await_borders before insert or update of latitude, longitude, is_default, is_active on public.customer_addresses
for each statement execute function private.tg__await_borders();

create function private.place_customers(tenant uuid, customers uuid[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
begin
  perform private.lock_borders(tenant, false);
  -- In one order, so that two who place the same customers do not wait for each other.
  perform c.id from public.customers c where c.tenant_id = tenant and c.id = any (customers) and not c.territory_chosen order by c.id for no key update;
  earlier := private.run_as_rule('territories:map');
  update public.customers c
  set territory_id = placed.territory, sales_rep_id = coalesce(c.sales_rep_id, placed.rep)
  from (
    select m.id, m.territory, (
      select case when pg_catalog.count(*) = 1 then (pg_catalog.array_agg(r.membership_id))[1] end
      from public.territory_reps r where r.tenant_id = tenant and r.territory_id = m.territory
    ) as rep
    from (
      select o.id, private.map_answer(tenant, o.id) as territory from public.customers o
      where o.tenant_id = tenant and o.id = any (customers) and not o.territory_chosen
    ) m
  ) placed
  where c.tenant_id = tenant and c.id = placed.id and not c.territory_chosen and c.territory_id is distinct from placed.territory;
  perform private.run_as_rule(earlier);
end
$$;
comment on function private.place_customers(uuid, uuid[]) is 'Puts those customers whose territory nobody chose where the map says, while nobody redraws it.';

create function private.tg_customers__choose_territory() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if coalesce(pg_catalog.current_setting('mzigo.rule', true), '') = 'territories:map' then
    return new;
  end if;
  new.territory_chosen := new.territory_id is not null;
  if new.territory_id is null then
    perform private.lock_borders(new.tenant_id, false);
    new.territory_id := private.map_answer(new.tenant_id, new.id);
  end if;
  return new;
end
$$;
comment on function private.tg_customers__choose_territory() is 'A territory that somebody writes is chosen; where somebody takes it away the map decides.';
create trigger _150_choose_territory before insert on public.customers for each row
when (new.territory_id is not null) execute function private.tg_customers__choose_territory();
create trigger _150_rechoose_territory before update of territory_id on public.customers for each row
when (old.territory_id is distinct from new.territory_id or (new.territory_id is null and old.territory_chosen)) execute function private.tg_customers__choose_territory();

create function private.tg_customer_addresses__place() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform private.place_customers(n.tenant_id, pg_catalog.array_agg(distinct n.customer_id)) from new_rows n where n.latitude is not null group by n.tenant_id;
  else
    perform private.place_customers(n.tenant_id, pg_catalog.array_agg(distinct n.customer_id))
    from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id
    where (n.latitude, n.longitude, n.is_default, n.is_active) is distinct from (o.latitude, o.longitude, o.is_default, o.is_active)
    group by n.tenant_id;
  end if;
  return null;
end
$$;
comment on function private.tg_customer_addresses__place() is 'A customer whose address is new or moves comes to lie in another territory.';
create trigger _400_place after update on public.customer_addresses
referencing old table as old_rows new table as new_rows for each statement execute function private.tg_customer_addresses__place();
create trigger _400_place_new after insert on public.customer_addresses
referencing new table as new_rows for each statement execute function private.tg_customer_addresses__place();

create function private.tg_territories__redraw() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.lock_borders(new.tenant_id, true);
  delete from private.territory_parts p where p.tenant_id = new.tenant_id and p.territory_id = new.id;
  insert into private.territory_parts (tenant_id, territory_id, part, outline, holes, size)
  select new.tenant_id, new.id, a.part, a.outline, a.holes, private.surface(a.outline, a.holes) from private.read_area(new.area) a where new.is_active;
  perform private.place_customers(new.tenant_id, array(
    select c.id from public.customers c where c.tenant_id = new.tenant_id and c.territory_id = new.id and not c.territory_chosen
    union
    select a.customer_id from public.customer_addresses a
    join private.territory_parts p on p.tenant_id = a.tenant_id and p.territory_id = new.id
    where a.tenant_id = new.tenant_id and a.is_active
      and p.bounds operator(pg_catalog.@>) pg_catalog.box(pg_catalog.point(a.longitude, a.latitude), pg_catalog.point(a.longitude, a.latitude))
  ));
  return null;
end
$$;
comment on function private.tg_territories__redraw() is 'New borders: whoever lay within the old ones or lies within the new ones is placed anew. Raises area_invalid.';
create trigger _400_redraw after update of area, is_active on public.territories for each row
when ((old.area, old.is_active) is distinct from (new.area, new.is_active)) execute function private.tg_territories__redraw();
create trigger _400_draw after insert on public.territories for each row
when (new.area is not null) execute function private.tg_territories__redraw();

create function private.preview_area(area jsonb, territory_id uuid default null, parent_id uuid default null) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('territories.edit');
  answer jsonb;
begin
  perform private.require_reference('public.customers', 'territory_id', tenant, territory_id);
  perform private.require_reference('public.territories', 'parent_id', tenant, parent_id);
  with parts as (
    select a.outline, a.holes, private.surface(a.outline, a.holes) as size from private.read_area(area) a
  ), placed as (
    select distinct on (a.customer_id) a.customer_id, c.code, c.name, c.territory_id as now_in,
      exists (
        select from parts p where private.covers(p.outline, p.holes, pg_catalog.point(a.longitude, a.latitude))
          -- A smaller territory that lies there keeps him.
          and not exists (
            select from private.territory_parts o
            where o.tenant_id = tenant and o.territory_id is distinct from territory_id and o.size < p.size
              and o.bounds operator(pg_catalog.@>) pg_catalog.box(pg_catalog.point(a.longitude, a.latitude), pg_catalog.point(a.longitude, a.latitude))
              and private.covers(o.outline, o.holes, pg_catalog.point(a.longitude, a.latitude))
          )
      ) as inside
    from public.customer_addresses a
    join public.customers c on c.tenant_id = a.tenant_id and c.id = a.customer_id
    where a.tenant_id = tenant and a.is_active and a.latitude is not null and not c.territory_chosen
      and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
    order by a.customer_id, a.is_default desc, a.id
  ), moved as (
    select p.customer_id, p.code, p.name, case when p.inside then 'comes' else 'goes' end as way from placed p
    where p.inside <> (p.now_in is not distinct from territory_id and territory_id is not null)
  ), others as (
    select distinct t.id, t.code, t.name from private.territory_parts o
    join public.territories t on t.tenant_id = o.tenant_id and t.id = o.territory_id
    join parts p on o.bounds operator(pg_catalog.&&) pg_catalog.box(p.outline) and o.outline operator(pg_catalog.&&) p.outline
      and not exists (select from pg_catalog.unnest(p.holes) h where h operator(pg_catalog.@>) o.outline)
      and not exists (select from pg_catalog.unnest(o.holes) h where h operator(pg_catalog.@>) p.outline)
    where o.tenant_id = tenant and o.territory_id is distinct from territory_id
  ), family as (
    with recursive above as (
      select parent_id as id
      union
      select t.parent_id from above a join public.territories t on t.tenant_id = tenant and t.id = a.id
    ), below as (
      select territory_id as id
      union
      select t.id from below b join public.territories t on t.tenant_id = tenant and t.parent_id = b.id
    )
    select id from above union select id from below
  )
  select pg_catalog.jsonb_build_object(
    'inside', (select pg_catalog.count(*) from placed p where p.inside),
    'comes', (select pg_catalog.count(*) from moved m where m.way = 'comes'),
    'goes', (select pg_catalog.count(*) from moved m where m.way = 'goes'),
    'moved', coalesce((select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m)) from (select * from moved m order by m.code limit 50) m), '[]'),
    'overlaps', coalesce((select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o) order by o.code) from others o where o.id not in (select f.id from family f where f.id is not null)), '[]'),
    'beyond', coalesce((
      select pg_catalog.to_jsonb(x) from (
        select t.id, t.code, t.name from public.territories t
        where t.tenant_id = tenant and t.id = parent_id
          and exists (select from private.territory_parts o where o.tenant_id = tenant and o.territory_id = t.id)
          and exists (
            select from parts p where not exists (
              select from private.territory_parts o where o.tenant_id = tenant and o.territory_id = t.id and o.outline operator(pg_catalog.@>) p.outline
            )
          )
      ) x
    ), 'null')
  ) into answer;
  return answer;
end
$$;
comment on function private.preview_area(jsonb, uuid, uuid) is
  'What borders would change before they are saved: how many customers lie inside, who would come and go (at most 50 by name, as far as the caller sees them), which territories they overlap that are neither above nor below, and the one above if they reach beyond it. Raises permission_denied, record_not_found, area_invalid.';
select private.expose('preview_area');

create function private.customer_places() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('customers.view');
  places jsonb;
  without bigint;
begin
  with seen as (
    select c.id, c.code, c.name, c.status, c.territory_id, a.longitude, a.latitude
    from public.customers c
    left join lateral (
      select a.longitude, a.latitude from public.customer_addresses a
      where a.tenant_id = c.tenant_id and a.customer_id = c.id and a.is_active and a.latitude is not null
      order by a.is_default desc, a.id limit 1
    ) a on true
    where c.tenant_id = tenant and c.status not in ('rejected', 'inactive') and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(s.id, s.code, s.name, s.status, s.territory_id, s.longitude, s.latitude) order by s.code) filter (where s.latitude is not null), '[]'),
    pg_catalog.count(*) filter (where s.latitude is null)
  into places, without from seen s;
  return pg_catalog.jsonb_build_object('places', places, 'without', without);
end
$$;
comment on function private.customer_places() is
  'Where the customers are whom the caller sees, rejected and inactive ones apart: {places: [[id, code, name, status, territory_id, longitude, latitude], …], without: how many have no position}. Raises permission_denied.';
select private.expose('customer_places');
