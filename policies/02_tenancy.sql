-- Family 02, tenancy.

grant execute on function
  private.tenant_id, private.active_tenant_id, private.workplace_id, private.has_permission, private.is_super_admin, private.is_unscoped, private.my_rank, private.my_role,
  private.scope_customer_id, private.scope_warehouse_id, private.scope_territory_id
to authenticated;

-- Before every request of everybody. The API reads the statement before it takes the caller's role.
grant usage on schema private to authenticator;
grant execute on function private.check_request to anon, authenticated, service_role;

-- The sign-in service asks this, and nothing else of ours.
grant usage on schema private to supabase_auth_admin;
grant execute on function private.hook_password_verification_attempt, private.begin_proof, private.proof_held to supabase_auth_admin;

grant select on public.tenants to authenticated;
create policy select_members on public.tenants for select to authenticated
using (id = (select private.workplace_id()) or (select private.is_super_admin()));

grant select on public.tenant_settings to authenticated;
grant update (currency, timezone, locale, terminology, type_definitions, business_rules, feature_flags,
  legal_name, postal_address, tax_numbers, contact_line, bank_details, mpesa_till, document_terms, logo, ai_agents_answer) on public.tenant_settings to authenticated;
create policy select_members on public.tenant_settings for select to authenticated
using (tenant_id = (select private.workplace_id()));
create policy update_managers on public.tenant_settings for update to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')))
with check (tenant_id = (select private.tenant_id('settings.manage')));

grant select on public.users to authenticated;
grant update (full_name, phone, language) on public.users to authenticated;
create policy select_colleagues on public.users for select to authenticated
using (
  id = (select auth.uid())
  or id in (select m.user_id from public.memberships m where m.tenant_id = (select private.tenant_id('users.view')))
);
create policy update_self on public.users for update to authenticated
using (id = (select auth.uid()))
with check (id = (select auth.uid()));

grant select on public.memberships to authenticated;
create policy select_colleagues on public.memberships for select to authenticated
using (tenant_id = (select private.tenant_id('users.view')) or user_id = (select auth.uid()));

grant select on public.permissions, public.role_permissions, public.role_ranks to authenticated;
create policy select_members on public.permissions for select to authenticated using ((select private.workplace_id()) is not null);
create policy select_members on public.role_permissions for select to authenticated using ((select private.workplace_id()) is not null);
create policy select_members on public.role_ranks for select to authenticated using ((select private.workplace_id()) is not null);

grant select on public.tenant_role_permissions to authenticated;
create policy select_colleagues on public.tenant_role_permissions for select to authenticated
using (tenant_id = (select private.tenant_id('users.view')));

grant select (id, tenant_id, email, full_name, role, warehouse_id, territory_id, customer_id, status, expires_at, accepted_at,
  created_at, created_by, updated_at, updated_by, version) on public.invitations to authenticated;
create policy select_managers on public.invitations for select to authenticated
using (tenant_id = (select private.tenant_id('users.manage')));

-- A view of a colleague who is gone can still be taken away by who shares views.
grant select, delete on public.list_views to authenticated;
grant insert (list, name, parts, shared_with, is_default), update (name, parts, shared_with, is_default) on public.list_views to authenticated;
create policy select_readers on public.list_views for select to authenticated
using (
  tenant_id = (select private.workplace_id())
  and (
    user_id = (select auth.uid())
    or shared_with = (select private.my_role())
    or (shared_with is not null and tenant_id = (select private.tenant_id('settings.manage')))
  )
);
create policy insert_self on public.list_views for insert to authenticated
with check (tenant_id = (select private.workplace_id()) and user_id = (select auth.uid()));
create policy update_self on public.list_views for update to authenticated
using (tenant_id = (select private.workplace_id()) and user_id = (select auth.uid()))
with check (tenant_id = (select private.workplace_id()) and user_id = (select auth.uid()));
create policy delete_self on public.list_views for delete to authenticated
using (
  tenant_id = (select private.workplace_id())
  and (user_id = (select auth.uid()) or (shared_with is not null and tenant_id = (select private.tenant_id('settings.manage'))))
);
