-- Family 02, tenancy: who am I, switching companies, invitations, password reset, signing in.

select private.register_error('invitation_not_valid', 409, 'This invitation was used, withdrawn or has expired.', 'Ask the person who invited you for a new one.');
select private.register_error('invitation_for_other_email', 403, 'This invitation was sent to another e-mail address.', 'Sign out and open the link again.');
select private.register_error('password_too_weak', 422, 'The password is too short or too simple.', 'Use 12 to 72 characters with letters and digits.');
select private.register_error('reset_not_valid', 409, 'This link was used or has expired.', 'Ask for a new password link.');
select private.register_error('last_owner_kept', 409, 'A company needs at least one active owner.', 'Make somebody else owner first.');
select private.register_error('right_not_held', 403, 'You cannot give a right that you do not have.', 'Ask someone with that right to do it.');
select private.register_error('already_member', 409, 'This person is already a member of your company.', 'Change the role on the list of people instead.');
select private.register_error('tenant_not_available', 403, 'You are not an active member of this company.', 'Choose a company from your list.');

create function private.my_session() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  me public.users;
  membership public.memberships := private.active_membership();
  super_admin constant boolean := private.is_super_admin();
  tenant uuid := private.active_tenant_id();
begin
  select * into me from public.users u where u.id = auth.uid();
  if me.id is null then
    perform private.fail('not_signed_in');
  end if;
  return pg_catalog.jsonb_build_object(
    'user', pg_catalog.jsonb_build_object('id', me.id, 'email', me.email, 'full_name', me.full_name, 'language', me.language),
    'is_super_admin', super_admin,
    'role', case when membership.id is not null then membership.role::text when super_admin then 'super_admin' end,
    'scope', pg_catalog.jsonb_build_object('warehouse_id', membership.warehouse_id, 'territory_id', membership.territory_id, 'customer_id', membership.customer_id),
    'tenant', (
      select pg_catalog.jsonb_build_object('id', t.id, 'name', t.name, 'slug', t.slug, 'currency', s.currency, 'timezone', s.timezone, 'locale', s.locale,
        -- The rest is not for customers.
        'settings', pg_catalog.jsonb_build_object('terminology', s.terminology) || case when private.workplace_id() is null then '{}'
          else pg_catalog.jsonb_build_object('type_definitions', s.type_definitions, 'business_rules', s.business_rules, 'feature_flags', s.feature_flags) end)
      from public.tenants t join public.tenant_settings s on s.tenant_id = t.id where t.id = tenant
    ),
    'permissions', coalesce((
      select pg_catalog.jsonb_agg(p.permission order by p.permission) from public.permissions p
      where private.tenant_id(p.permission) is not null
    ), '[]'),
    'tenants', coalesce((
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', t.id, 'name', t.name, 'role', m.role) order by t.name)
      from public.memberships m join public.tenants t on t.id = m.tenant_id and t.status = 'active'
      where m.user_id = me.id and m.status = 'active'
    ), '[]')
  );
end
$$;
comment on function private.my_session() is
  'Who the caller is: {user, is_super_admin, role, scope, tenant (null without an active company), permissions, tenants}. Raises not_signed_in.';
select private.expose('my_session');

create function private.switch_tenant(tenant_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if not exists (
    select from public.memberships m join public.tenants t on t.id = m.tenant_id and t.status = 'active'
    where m.user_id = auth.uid() and m.tenant_id = tenant_id and m.status = 'active'
  ) and not (private.is_super_admin() and exists (select from public.tenants t where t.id = tenant_id)) then
    perform private.fail('tenant_not_available');
  end if;
  update public.users u set active_tenant_id = tenant_id where u.id = auth.uid();
  return private.my_session();
end
$$;
comment on function private.switch_tenant(uuid) is 'Makes another company of the caller the active one and answers my_session(). Raises tenant_not_available.';
select private.expose_command('switch_tenant', is_of_platform => true);

------------------------------------------------------------------------------------------------
-- Accounts
------------------------------------------------------------------------------------------------

create function private.check_password(password text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
  -- bcrypt reads 72 bytes; anything longer would be cut off in silence.
  if password is null or pg_catalog.length(password) < 12 or pg_catalog.octet_length(password) > 72
    or password !~ '[[:alpha:]]' or password !~ '[0-9]' then
    perform private.fail('password_too_weak', '{"password": "too weak"}');
  end if;
end
$$;
comment on function private.check_password(text) is 'Raises password_too_weak unless 12 characters to 72 bytes with letters and digits.';

create function private.begin_proof(kind text, address text, out attempt uuid, out wait_seconds integer)
language plpgsql security definer set search_path = ''
as $$
declare
  failures_allowed constant integer := case kind when 'refresh' then 150 else 30 end;
  span constant interval := '5 minutes';
  hashed constant text := pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(address, 'UTF8')), 'hex');
  oldest timestamptz;
begin
  -- Those that arrive together are counted one after the other, the open ones among them.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('proof' || kind || hashed, 0));
  select p.tried_at into oldest from private.proof_attempts p
  where p.kind = begin_proof.kind and p.address = hashed and p.tried_at > pg_catalog.clock_timestamp() - span
  order by p.tried_at desc
  offset failures_allowed - 1 limit 1;
  if found then
    wait_seconds := greatest(1, pg_catalog.ceil(extract(epoch from oldest + span - pg_catalog.clock_timestamp())));
    return;
  end if;
  insert into private.proof_attempts (kind, address) values (kind, hashed) returning id into attempt;
  wait_seconds := 0;
end
$$;
comment on function private.begin_proof(text, text) is
  'Before somebody''s proof of who he is (password, refresh, link) is looked at: counts it against his network address. wait_seconds above 0: too many failed, he has to wait so long and the proof is not to be looked at. Else tell proof_held(attempt) when it was right; otherwise it stays counted as failed. 30 within five minutes, 150 for refresh.';

create function private.proof_held(attempt uuid) returns void
language sql security definer set search_path = ''
as $$ delete from private.proof_attempts p where p.id = attempt $$;
comment on function private.proof_held(uuid) is 'The proof was right: nothing is left of it.';

select private.register_error('proof_rests', 429, 'Too many attempts from your network failed.', 'Wait for the time in the details, then try again.');

create function private.create_account(email text, password text, full_name text) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  account_id constant uuid := pg_catalog.gen_random_uuid();
begin
  -- Whoever made an account past us with this address has no claim to it; who comes here read its mail.
  delete from auth.users u where pg_catalog.lower(u.email) = create_account.email and not exists (select from public.users p where p.id = u.id);
  insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
    confirmation_token, recovery_token, email_change, email_change_token_new, created_at, updated_at)
  values (account_id, 'authenticated', 'authenticated', email, extensions.crypt(password, extensions.gen_salt('bf', 10)), pg_catalog.now(),
    '{"provider": "email", "providers": ["email"]}', pg_catalog.jsonb_build_object('full_name', full_name), '', '', '', '', pg_catalog.now(), pg_catalog.now());
  -- Supabase Auth looks accounts up by this column, which other engines do not have.
  if exists (
    select from pg_catalog.pg_attribute a where a.attrelid = 'auth.users'::regclass and a.attname = 'instance_id' and not a.attisdropped
  ) then
    execute 'update auth.users set instance_id = $1 where id = $2' using '00000000-0000-0000-0000-000000000000'::uuid, account_id;
  end if;
  insert into auth.identities (id, provider, provider_id, user_id, identity_data, created_at, updated_at)
  values (pg_catalog.gen_random_uuid(), 'email', account_id::text, account_id,
    pg_catalog.jsonb_build_object('sub', account_id::text, 'email', email, 'email_verified', true), pg_catalog.now(), pg_catalog.now());
  insert into public.users (id, email, full_name) values (account_id, email, full_name);
  return account_id;
end
$$;
comment on function private.create_account(text, text, text) is
  'Creates a sign-in account with a confirmed e-mail and its row in public.users. Sign-up is closed: only an accepted invitation and the demo seed come here.';

create function private.set_password(account_id uuid, password text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.check_password(password);
  update auth.users u set encrypted_password = extensions.crypt(password, extensions.gen_salt('bf', 10)), updated_at = pg_catalog.now()
  where u.id = account_id;
  -- Whoever was signed in with the old password is signed out.
  delete from auth.sessions s where s.user_id = account_id;
end
$$;
comment on function private.set_password(uuid, text) is 'Sets a password and ends every session of the account.';

------------------------------------------------------------------------------------------------
-- Invitations
------------------------------------------------------------------------------------------------

create function private.check_grantable(tenant uuid, wanted_role public.member_role) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  lacking text[];
begin
  select pg_catalog.array_agg(p order by p) into lacking
  from private.role_permissions_of(tenant, wanted_role) p
  where not private.has_permission(tenant, p);
  if lacking is not null or private.my_rank() < (select r.rank from public.role_ranks r where r.role = wanted_role) then
    perform private.fail('right_not_held', pg_catalog.jsonb_build_object('role', wanted_role, 'permissions', coalesce(lacking, '{}')));
  end if;
end
$$;
comment on function private.check_grantable(uuid, public.member_role) is 'Raises right_not_held when a role carries a right or a rank that the caller lacks.';

create function private.invite_member(email text, full_name text, role public.member_role, warehouse_id uuid default null, territory_id uuid default null, customer_id uuid default null)
returns public.invitations
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('users.manage');
  address constant text := pg_catalog.lower(private.require_text('email', email, 254));
  invitation public.invitations;
begin
  if address !~ '^[^@[:space:]]+@[^@[:space:]]+$' then
    perform private.fail('input_invalid', '{"email": "not an address"}');
  end if;
  perform private.require_choice('role', role::text);
  perform private.check_grantable(tenant, role);
  if role = 'customer' and customer_id is null then
    perform private.fail('input_invalid', '{"customer_id": "required for the role customer"}');
  end if;
  perform private.require_reference('public.invitations', 'warehouse_id', tenant, warehouse_id);
  perform private.require_reference('public.invitations', 'territory_id', tenant, territory_id);
  perform private.require_reference('public.invitations', 'customer_id', tenant, customer_id);
  if exists (select from public.memberships m join public.users u on u.id = m.user_id where m.tenant_id = tenant and u.email = address and m.status = 'active') then
    perform private.fail('already_member', pg_catalog.jsonb_build_object('email', email));
  end if;
  update public.invitations i set status = 'revoked' where i.tenant_id = tenant and i.email = address and i.status = 'pending';
  insert into public.invitations (tenant_id, email, full_name, role, warehouse_id, territory_id, customer_id)
  values (tenant, address, private.require_text('full_name', full_name, 120), role, warehouse_id, territory_id, customer_id)
  returning * into invitation;
  return invitation;
end
$$;
comment on function private.invite_member(text, text, public.member_role, uuid, uuid, uuid) is
  'Invites a person by e-mail for 72 hours; an older open invitation to the same address is withdrawn. Then call the function send-user-invite. Raises right_not_held, already_member, input_invalid.';
select private.expose_command('invite_member');

create function private.revoke_invitation(invitation_id uuid) returns public.invitations
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('users.manage');
  invitation public.invitations;
begin
  update public.invitations i set status = 'revoked'
  where i.tenant_id = tenant and i.id = invitation_id and i.status = 'pending'
  returning * into invitation;
  if not found then
    perform private.fail('invitation_not_valid');
  end if;
  return invitation;
end
$$;
comment on function private.revoke_invitation(uuid) is 'Withdraws an open invitation. Raises invitation_not_valid.';
select private.expose_command('revoke_invitation');

create function private.issue_invitation_token(tenant_id uuid, invitation_id uuid, token_hash text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  invitation public.invitations;
begin
  update public.invitations i set token_hash = issue_invitation_token.token_hash
  where i.tenant_id = issue_invitation_token.tenant_id and i.id = invitation_id and i.status = 'pending' and i.expires_at > pg_catalog.now()
  returning * into invitation;
  if not found then
    perform private.fail('invitation_not_valid');
  end if;
  return pg_catalog.jsonb_build_object('email', invitation.email, 'full_name', invitation.full_name,
    'company', (select t.name from public.tenants t where t.id = invitation.tenant_id), 'expires_at', invitation.expires_at);
end
$$;
comment on function private.issue_invitation_token(uuid, uuid, text) is 'For the function send-user-invite: stores the SHA-256 of a fresh token and answers what the e-mail needs. Raises invitation_not_valid.';
select private.expose('issue_invitation_token', 'service_role');

create function private.accept_invitation(token text, password text default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  invitation public.invitations;
  account_id uuid;
  proof record;
begin
  perform private.begin_command('accept_invitation', null, null, null);
  proof := private.begin_proof('link', private.client_address());
  if proof.wait_seconds > 0 then
    return private.answer_refusal('proof_rests', pg_catalog.jsonb_build_object('wait_seconds', proof.wait_seconds));
  end if;
  -- The row lock makes two clicks at once take turns; the second finds the invitation used.
  select * into invitation from public.invitations i
  where i.token_hash = pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(token, ''), 'UTF8')), 'hex')
  for update;
  if not found or invitation.status <> 'pending' or invitation.expires_at <= pg_catalog.now()
    or not exists (select from public.tenants t where t.id = invitation.tenant_id and t.status = 'active') then
    return private.answer_refusal('invitation_not_valid');
  end if;
  perform private.proof_held(proof.attempt);
  -- Two companies may invite one person, who may open both mails at once.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('account' || invitation.email, 0));
  select u.id into account_id from public.users u where u.email = invitation.email;
  if auth.uid() is not null and auth.uid() is distinct from account_id then
    perform private.fail('invitation_for_other_email');
  end if;
  if account_id is null then
    perform private.check_password(password);
    account_id := private.create_account(invitation.email, password, invitation.full_name);
  end if;
  insert into public.memberships as m (tenant_id, user_id, role, warehouse_id, territory_id, customer_id)
  values (invitation.tenant_id, account_id, invitation.role, invitation.warehouse_id, invitation.territory_id, invitation.customer_id)
  on conflict on constraint memberships_tenant_id_user_id_key do update
  set role = excluded.role, status = 'active', warehouse_id = excluded.warehouse_id, territory_id = excluded.territory_id, customer_id = excluded.customer_id;
  update public.users u set active_tenant_id = invitation.tenant_id where u.id = account_id;
  update public.invitations i set status = 'accepted', accepted_at = pg_catalog.now(), token_hash = null where i.tenant_id = invitation.tenant_id and i.id = invitation.id;
  return pg_catalog.jsonb_build_object('email', invitation.email, 'tenant_id', invitation.tenant_id);
end
$$;
comment on function private.accept_invitation(text, text) is
  'Turns an invitation into a membership, once. A new person gives a password; an existing account keeps its own. Answers {email, tenant_id}, or the refusal proof_rests or invitation_not_valid with its status. Raises invitation_for_other_email, password_too_weak.';
select private.expose('accept_invitation', 'anon');

------------------------------------------------------------------------------------------------
-- Password reset
------------------------------------------------------------------------------------------------

create function private.issue_password_reset(email text, token_hash text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  me public.users;
begin
  perform private.check_rate('password_reset:' || pg_catalog.lower(coalesce(email, '')), 3, '1 hour');
  perform private.check_rate('password_reset_from:' || private.client_address(), 30, '1 hour');
  select * into me from public.users u where u.email = pg_catalog.lower(email) and u.status = 'active' and u.active_tenant_id is not null;
  if me.id is null then
    return null;
  end if;
  -- A new link makes those before it worthless.
  update private.password_resets r set used_at = pg_catalog.now() where r.user_id = me.id and r.used_at is null;
  insert into private.password_resets (user_id, token_hash) values (me.id, issue_password_reset.token_hash);
  return pg_catalog.jsonb_build_object('tenant_id', me.active_tenant_id, 'email', me.email, 'full_name', me.full_name);
end
$$;
comment on function private.issue_password_reset(text, text) is
  'For the function send-password-reset: stores the SHA-256 of a token for one hour. Null for an unknown address, which the function must not tell. Raises rate_limit_exceeded.';
select private.expose('issue_password_reset', 'service_role');

create function private.reset_password(token text, password text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  reset private.password_resets;
  proof record;
begin
  proof := private.begin_proof('link', private.client_address());
  if proof.wait_seconds > 0 then
    return private.answer_refusal('proof_rests', pg_catalog.jsonb_build_object('wait_seconds', proof.wait_seconds));
  end if;
  update private.password_resets r set used_at = pg_catalog.now()
  where r.token_hash = pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(token, ''), 'UTF8')), 'hex')
    and r.used_at is null and r.expires_at > pg_catalog.now()
  returning * into reset;
  if not found then
    return private.answer_refusal('reset_not_valid');
  end if;
  perform private.proof_held(proof.attempt);
  perform private.set_password(reset.user_id, password);
  delete from private.sign_in_failures f where f.user_id = reset.user_id;
  return pg_catalog.jsonb_build_object('email', (select u.email from public.users u where u.id = reset.user_id));
end
$$;
comment on function private.reset_password(text, text) is 'Sets a new password with a reset token, once, and signs the account out everywhere. Answers {email}, or the refusal proof_rests or reset_not_valid with its status. Raises password_too_weak.';
select private.expose('reset_password', 'anon');

------------------------------------------------------------------------------------------------
-- Signing in
------------------------------------------------------------------------------------------------

select private.register_error('session_ended', 401, 'You were signed out.', 'Sign in again.');

create function private.check_request() returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  claims constant jsonb := nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb;
begin
  if claims ->> 'role' = 'authenticated' and not exists (
    select from auth.sessions s
    where s.id = private.uuid_or_null(claims ->> 'session_id') and s.user_id = private.uuid_or_null(claims ->> 'sub')
  ) then
    perform private.fail('session_ended');
  end if;
end
$$;
comment on function private.check_request() is
  'Called by the API before every request: an access token is worth something only while its session lasts. Signing out, a new password and closing the account end it at once. Raises session_ended.';
alter role authenticator set pgrst.db_pre_request = 'private.check_request';

create function private.hook_password_verification_attempt(event jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  failures_allowed constant integer := 10;
  account constant uuid := (select u.id from public.users u where u.id = (event ->> 'user_id')::uuid);
begin
  if account is null then
    return '{"decision": "continue"}';
  end if;
  -- Attempts on one account are counted one after the other, however many arrive at once.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('sign_in' || account::text, 0));
  if failures_allowed <= (
    select count(*) from private.sign_in_failures f where f.user_id = account and f.failed_at > pg_catalog.clock_timestamp() - interval '5 minutes'
  ) then
    -- The right password is refused as well: who guesses must not learn that he has found it. In the very
    -- words of the sign-in service for a wrong one: whether there is an account is nobody's business either.
    return '{"decision": "reject", "message": "Invalid login credentials"}';
  end if;
  if (event ->> 'valid')::boolean then
    delete from private.sign_in_failures f where f.user_id = account;
  else
    insert into private.sign_in_failures (user_id) values (account);
  end if;
  return '{"decision": "continue"}';
end
$$;
comment on function private.hook_password_verification_attempt(jsonb) is
  'Auth hook, called after every check of a password with {user_id, valid}: ten wrong ones within five minutes close the account until the oldest is five minutes old. Answers {decision: continue}, or {decision: reject, message} as for any wrong password.';

------------------------------------------------------------------------------------------------
-- Who keeps a connection open for somebody hears at once that his rights may have changed
------------------------------------------------------------------------------------------------

create function private.tg__tell_access() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform pg_catalog.pg_notify('access', coalesce(pg_catalog.to_jsonb(old), pg_catalog.to_jsonb(new)) ->> tg_argv[0]);
  return null;
end
$$;
comment on function private.tg__tell_access() is
  'Notifies the channel "access" of the person or company, in the column named by the argument, whose rights to listen have to be looked at again.';

create trigger _500_tell_access after update or delete on public.memberships
for each row execute function private.tg__tell_access('user_id');
create trigger _500_tell_access after update of status, active_tenant_id on public.users
for each row execute function private.tg__tell_access('id');
create trigger _500_tell_access after update of status on public.tenants
for each row execute function private.tg__tell_access('id');
create trigger _500_tell_access after insert or update or delete on public.tenant_role_permissions
for each row execute function private.tg__tell_access('tenant_id');
create trigger _500_tell_access after delete on private.platform_admins
for each row execute function private.tg__tell_access('user_id');
create trigger _500_tell_access after delete on auth.sessions
for each row execute function private.tg__tell_access('user_id');
create trigger _500_tell_access after update of banned_until, deleted_at on auth.users
for each row execute function private.tg__tell_access('id');
