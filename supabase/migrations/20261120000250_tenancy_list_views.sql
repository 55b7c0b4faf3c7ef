-- Family 02, tenancy: how people look at lists. A view has a name and is kept by whoever made it, for himself or for a role.

create table public.list_views (
  like private.record including defaults including indexes,
  user_id uuid not null default auth.uid() references public.users (id) on delete cascade,
  list text not null,
  name text not null,
  parts jsonb not null default '{}',
  shared_with public.member_role,
  is_default boolean not null default false,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, user_id, list, name),
  constraint list_is_a_page check (list ~ '^/' and length(list) <= 100),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120),
  constraint view_parts_are_a_small_object check (jsonb_typeof(parts) = 'object' and pg_column_size(parts) < 8192)
);
create index list_views_user_id on public.list_views (user_id);
select private.force_policies('public.list_views');
create trigger _100_stamp_row before insert or update on public.list_views for each row execute function private.tg__stamp_row();
comment on table public.list_views is 'Saved views of lists: what is filtered, how it is ordered, which columns are shown. Each belongs to a person, who may share it with a role if he manages settings.';
comment on column public.list_views.list is 'Page of the list, e.g. /orders.';
comment on column public.list_views.parts is '{"address": {name: value, …}, "columns": [key, …]}: the parts of the address (filters, q, sort, size), and the columns in their order. Values that a page no longer knows are ignored there.';
comment on column public.list_views.shared_with is 'The role whose members see the view, too; null: nobody.';
comment on column public.list_views.is_default is 'Whether its owner''s list opens like this when the address says nothing. One per person and list: the last one made so.';
select private.register_error('list_is_a_page', 422, 'This is not the page of a list.', 'Send the path of the page, like /orders.');
select private.register_error('view_parts_are_a_small_object', 422, 'The parts of the view are not a JSON object, or they are too large.', 'Send an object of less than 8 KB.');
select private.register_error('list_view_name_taken', 409, 'You have a view of this name for this list already.', 'Choose another name, or save that view again.');
select private.register_error('list_views_are_full', 409, 'You have 50 views of this list already.', 'Delete one that you no longer need.');
select private.refuse_taken('public.list_views', 'list_views_tenant_id_user_id_list_name_key', 'list_view_name_taken');

create function private.tg_list_views__keep_rules() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.shared_with is not null then
    perform private.require_permission('settings.manage');
  end if;
  -- What a person does twice at the same moment happens one after the other.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('list_views' || new.tenant_id || new.user_id, 0));
  if tg_op = 'INSERT' and (
    select count(*) from public.list_views v where v.tenant_id = new.tenant_id and v.user_id = new.user_id and v.list = new.list
  ) >= 50 then
    perform private.fail('list_views_are_full');
  end if;
  if new.is_default then
    update public.list_views v set is_default = false
    where v.tenant_id = new.tenant_id and v.user_id = new.user_id and v.list = new.list and v.id <> new.id and v.is_default;
  end if;
  return new;
end
$$;
comment on function private.tg_list_views__keep_rules() is
  'Only who manages settings shares; at most 50 views per person and list; a new default takes the place of the old one. Raises permission_denied, list_views_are_full.';
create trigger _200_keep_rules before insert or update on public.list_views for each row when (new.tenant_id is not null) execute function private.tg_list_views__keep_rules();

create function private.my_role() returns public.member_role
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (private.active_membership()).role;
end
$$;
comment on function private.my_role() is 'The caller''s role in his active company; null for strangers and for super admins who are no members.';
