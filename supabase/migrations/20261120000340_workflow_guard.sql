-- Family 03, workflow: the guard of every machine, and the tables under the common rules.

------------------------------------------------------------------------------------------------
-- The guard
------------------------------------------------------------------------------------------------

create function private.is_kept_apart(separate_from text[], entity jsonb) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
  return exists (
    -- True for a column with this one person as well as for a list with him in it.
    select from pg_catalog.unnest(separate_from) c where entity -> c @> pg_catalog.to_jsonb(auth.uid())
  );
end
$$;
comment on function private.is_kept_apart(text[], jsonb) is 'Whether the caller is named by one of these columns of a row.';

create function private.check_actor(tenant uuid, edge private.transitions, narrowed_permission text, entity jsonb) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not private.has_permission(tenant, coalesce(narrowed_permission, edge.permission)) then
    perform private.fail('permission_denied', pg_catalog.jsonb_build_object('permission', coalesce(narrowed_permission, edge.permission)));
  end if;
  if private.is_kept_apart(edge.separate_from, entity) then
    perform private.fail('separation_of_duties', pg_catalog.jsonb_build_object('machine', edge.machine, 'command', edge.command, 'separate_from', edge.separate_from));
  end if;
end
$$;
comment on function private.check_actor(uuid, private.transitions, text, jsonb) is
  'Whether the caller may take an edge of a row: he holds its permission and is nobody it is kept apart from. Raises permission_denied, separation_of_duties.';

create function private.tg__guard_transition() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  machine_name constant text := tg_argv[0];
  earlier_state constant text := case when tg_op = 'UPDATE' then old.status::text end;
  -- Who made or changed it, as it was before this write.
  judged jsonb;
  next record;
  edge private.transitions;
  narrowed public.workflow_definitions;
  is_legal boolean := tg_op = 'INSERT' and new.status::text = (select m.initial_state from private.machines m where m.machine = machine_name);
begin
  if is_legal then
    return new;
  end if;
  for next in select b.edge, b.rule from private.steps_between(machine_name, earlier_state, new.status::text) b loop
    is_legal := true;
    edge := next.edge;
    select * into narrowed from public.workflow_definitions w
    where w.tenant_id = new.tenant_id and w.machine = machine_name and w.from_state = edge.from_state and w.command = edge.command;
    if narrowed.id is not null then
      if not narrowed.is_enabled then
        perform private.fail('transition_switched_off', pg_catalog.jsonb_build_object('machine', machine_name, 'command', edge.command));
      end if;
      if narrowed.condition is not null
        and not private.rule_holds(narrowed.condition, narrowed.compiled_condition, pg_catalog.jsonb_build_object('row', pg_catalog.to_jsonb(new))) then
        perform private.fail('transition_condition_not_met', pg_catalog.jsonb_build_object('machine', machine_name, 'command', edge.command));
      end if;
    end if;

    -- A tenant rule or a step that follows from another document acts for the system; people need the right.
    if next.rule is null then
      if auth.uid() is not null then
        if edge.separate_from is not null and judged is null then
          judged := case when tg_op = 'UPDATE' then pg_catalog.to_jsonb(old) else pg_catalog.to_jsonb(new) end;
        end if;
        perform private.check_actor(new.tenant_id, edge, narrowed.permission, judged);
      end if;
      if narrowed.approvals_required > 1 then
        if narrowed.approvals_required > (
          select count(*) from public.approvals a
          where a.tenant_id = new.tenant_id and a.machine = machine_name and a.entity_id = new.id and a.command = edge.command
            and a.entity_version = case when tg_op = 'UPDATE' then old.version else 0 end
        ) then
          perform private.fail('approvals_missing', pg_catalog.jsonb_build_object('required', narrowed.approvals_required));
        end if;
      end if;
    end if;
  end loop;
  if not is_legal then
    perform private.fail(machine_name || '_transition_illegal',
      pg_catalog.jsonb_build_object('id', new.id, 'from', earlier_state, 'to', new.status));
  end if;
  return new;
end
$$;
comment on function private.tg__guard_transition() is
  'Guards every write path of every machine, superuser included: the edge, or each of the steps announced for this write, must exist, be open for the company, and be taken by someone who may. Argument: machine.';

create function private.record_approval(tenant uuid, machine_name text, entity uuid, wanted_command text, current_state text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  narrowed public.workflow_definitions;
  edge private.transitions;
  voted_on jsonb;
  seen integer;
begin
  select * into narrowed from public.workflow_definitions w
  where w.tenant_id = tenant and w.machine = machine_name and w.from_state = current_state and w.command = wanted_command;
  if coalesce(narrowed.approvals_required, 1) = 1 then
    return true;
  end if;
  -- The guard looks at whoever takes the step in the end; here at each who votes for it.
  select * into edge from private.transitions t
  where t.machine = machine_name and t.from_state = current_state and t.command = wanted_command;
  execute pg_catalog.format('select pg_catalog.to_jsonb(d) from public.%I d where d.tenant_id = $1 and d.id = $2',
    (select m.table_name from private.machines m where m.machine = machine_name))
  into voted_on using tenant, entity;
  perform private.check_actor(tenant, edge, narrowed.permission, voted_on);
  seen := (voted_on ->> 'version')::integer;
  insert into public.approvals (tenant_id, machine, entity_id, entity_version, command, approved_by)
  values (tenant, machine_name, entity, seen, wanted_command, auth.uid())
  on conflict do nothing;
  return narrowed.approvals_required <= (
    select count(*) from public.approvals a
    where a.tenant_id = tenant and a.machine = machine_name and a.entity_id = entity and a.entity_version = seen and a.command = wanted_command
  );
end
$$;
comment on function private.record_approval(uuid, text, uuid, text, text) is
  'Counts the caller''s vote where a company asks for several approvers; true when enough have voted and the step may happen now. The caller holds the row lock. Raises permission_denied, separation_of_duties.';

create function private.allowed_commands(machine_name text, tenant uuid, current_state text, entity jsonb) returns text[]
language plpgsql stable security definer set search_path = ''
as $$
begin
  return array(
    select t.command
    from private.transitions t
    left join public.workflow_definitions w
      on w.tenant_id = tenant and w.machine = t.machine and w.from_state = t.from_state and w.command = t.command
    where t.machine = machine_name and t.from_state = current_state
      and coalesce(w.is_enabled, true)
      and (w.condition is null or private.rule_holds(w.condition, w.compiled_condition, pg_catalog.jsonb_build_object('row', entity)))
      and private.has_permission(tenant, coalesce(w.permission, t.permission))
      and not private.is_kept_apart(t.separate_from, entity)
    union
    select c.command from private.in_place_commands c
    where c.machine = machine_name and c.state = current_state and private.has_permission(tenant, c.permission)
    order by 1
  );
end
$$;
comment on function private.allowed_commands(text, uuid, text, jsonb) is 'Commands of a machine that the caller may give to a row in its current state.';

create function private.command_permission(machine_name text, tenant uuid, current_state text, wanted_command text) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  wanted text;
begin
  select coalesce(w.permission, t.permission) into wanted
  from private.transitions t
  left join public.workflow_definitions w
    on w.tenant_id = tenant and w.machine = t.machine and w.from_state = t.from_state and w.command = t.command
  where t.machine = machine_name and t.from_state = current_state and t.command = wanted_command;
  return wanted;
end
$$;
comment on function private.command_permission(text, uuid, text, text) is 'Permission that a command needs in a state, null when the state has no such edge.';

create function private.takes_in_place(machine_name text, tenant uuid, current_state text, wanted_command text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  wanted text;
begin
  select c.permission into wanted from private.in_place_commands c
  where c.machine = machine_name and c.state = current_state and c.command = wanted_command;
  if wanted is not null and not private.has_permission(tenant, wanted) then
    perform private.fail('permission_denied', pg_catalog.jsonb_build_object('permission', wanted));
  end if;
  return wanted is not null;
end
$$;
comment on function private.takes_in_place(text, uuid, text, text) is
  'Whether a document in this state takes an in-place command. Raises permission_denied when it does and the caller may not give it.';

create function private.manage_table(managed regclass, entity text default '', machine text default null, numbered text default null) returns void
language plpgsql set search_path = ''
as $$
begin
  perform private.force_policies(managed);
  if numbered is not null then
    execute pg_catalog.format('create trigger _100_number_document before insert on %s for each row execute function private.tg__number_document(%L)', managed, numbered);
  end if;
  if entity <> '' then
    insert into private.entities (entity_type, table_name) select entity, c.relname from pg_catalog.pg_class c where c.oid = managed;
  end if;
  execute pg_catalog.format('create trigger _100_stamp_row before insert or update on %s for each row execute function private.tg__stamp_row()', managed);
  execute pg_catalog.format('create trigger _500_record_insert after insert on %s referencing new table as new_rows for each statement execute function private.tg__record_insert(%L, %L)', managed, entity, coalesce(machine, ''));
  execute pg_catalog.format('create trigger _500_record_update after update on %s referencing old table as old_rows new table as new_rows for each statement execute function private.tg__record_update(%L, %L, %L)', managed, entity, coalesce(machine, ''),
    array['version', 'updated_at', 'updated_by'] || case when machine is not null then array['status'] else '{}' end
    || array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = managed and a.attgenerated <> '' and not a.attisdropped order by a.attname));
  execute pg_catalog.format('create trigger _500_record_delete after delete on %s referencing old table as old_rows for each statement execute function private.tg__record_delete(%L)', managed, entity);
  if machine is not null then
    execute pg_catalog.format('create trigger _200_guard_insert before insert on %s for each row execute function private.tg__guard_transition(%L)', managed, machine);
    execute pg_catalog.format('create trigger _200_guard_transition before update on %s for each row when (old.status is distinct from new.status) execute function private.tg__guard_transition(%L)', managed, machine);
  end if;
end
$$;
comment on function private.manage_table(regclass, text, text, text) is
  'Puts a table under the common rules: row level security forced, stamps, its changes in the ledger under the name of the entity (none: in the audit trail only), its machine''s guard and history, and its number (numbered: kind of document number).';

create function private.let_write(managed regclass, keys text[], variadic content text[]) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format('grant insert (%s), update (%s) on %s to authenticated',
    (select pg_catalog.string_agg(pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(keys || content) c),
    (select pg_catalog.string_agg(pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(content) c), managed);
end
$$;
comment on function private.let_write(regclass, text[], text[]) is
  'Columns that people write themselves, as far as the policies of the table let them: content may be changed later, keys are said once, when the row is made. Called by policies.';

create function private.let_edit(managed regclass, view_permission text, edit_permission text, keys text[], variadic content text[]) returns void
language plpgsql set search_path = ''
as $$
declare
  may_edit constant text := pg_catalog.format('(tenant_id = (select private.tenant_id(%L)))', edit_permission);
begin
  perform private.let_write(managed, keys, variadic content);
  execute pg_catalog.format('grant select on %s to authenticated', managed);
  execute pg_catalog.format('create policy select_readers on %s for select to authenticated using (tenant_id = (select private.tenant_id(%L)))', managed, view_permission);
  execute pg_catalog.format('create policy insert_editors on %s for insert to authenticated with check %s', managed, may_edit);
  execute pg_catalog.format('create policy update_editors on %s for update to authenticated using %s with check %2$s', managed, may_edit);
end
$$;
comment on function private.let_edit(regclass, text, text, text[], text[]) is
  'Everybody who holds the one permission reads a table, and who holds the other makes and changes its rows, in these columns (private.let_write); nobody is limited to some of them. Called by policies.';

create table private.name_list (
  like private.record including defaults including indexes,
  name text not null,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name))
);
select private.force_policies('private.name_list');
comment on table private.name_list is
  'What the lists have that a company keeps in its own words: create table … (like private.name_list including defaults including constraints including indexes, …), then private.keep_names. Empty.';

create function private.tg_tenants__give_names() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  execute pg_catalog.format('insert into public.%I (tenant_id, name) select $1, n from pg_catalog.unnest($2::text[]) n', tg_argv[0]) using new.id, tg_argv[1];
  return null;
end
$$;
comment on function private.tg_tenants__give_names() is 'Gives a new company the names that a list of its own begins with.';

create function private.keep_names(list regclass, entity text, view_permission text, what text, begins_with text[] default '{}') returns void
language plpgsql set search_path = ''
as $$
declare
  list_name constant text := (select c.relname from pg_catalog.pg_class c where c.oid = list);
begin
  perform private.manage_table(list, entity);
  perform private.set_audience(entity, view_permission);
  perform private.register_error(entity || '_taken', 409, pg_catalog.format('There is a %s of this name already.', what), 'Choose another name, or use that one.');
  perform private.refuse_taken(list, list_name || '_tenant_id_name_key', entity || '_taken');
  if begins_with <> '{}' then
    execute pg_catalog.format('create trigger %I after insert on public.tenants for each row execute function private.tg_tenants__give_names(%L, %L)', '_300_give_' || list_name, list_name, begins_with);
  end if;
end
$$;
comment on function private.keep_names(regclass, text, text, text, text[]) is
  'Has a company keep a list (private.name_list) in its own words: told to whoever holds the permission, no name of it twice (<entity>_taken, what: how an error calls one of them), and with what a new company begins. Called by migrations.';

create function private.tg__note_editor() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- From the row as it is now, under its lock: of two people who change it at once neither is forgotten.
  if auth.uid() is distinct from old.created_by and auth.uid() <> all (old.edited_by) then
    new.edited_by := old.edited_by || auth.uid();
  end if;
  return new;
end
$$;
comment on function private.tg__note_editor() is 'Adds whoever changes a record of somebody else to its edited_by.';

create function private.note_editors(managed regclass, variadic content text[]) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format(
    'create trigger _110_note_editor before update of %1$s on %2$s for each row when ((%3$s) is distinct from (%4$s)) execute function private.tg__note_editor()',
    (select pg_catalog.string_agg(pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(content) c), managed,
    (select pg_catalog.string_agg('old.' || pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(content) c),
    (select pg_catalog.string_agg('new.' || pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(content) c)
  );
end
$$;
comment on function private.note_editors(regclass, text[]) is
  'Has edited_by of a table name everybody besides its creator who changed one of these columns, so that separate_from can keep them from deciding. Called by migrations.';

create function private.tg__record_row_update() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  after constant jsonb := pg_catalog.to_jsonb(new);
  part constant jsonb := case when tg_nargs > 0 then pg_catalog.jsonb_build_object('id', after -> 'id') else '{}' end;
  changed record;
begin
  select * into changed from private.changed_values(pg_catalog.to_jsonb(old), after - array['version', 'updated_at', 'updated_by']);
  if changed.new_values is not null then
    insert into public.event_store (tenant_id, entity_type, entity_id, entity_version, old_values, new_values)
    values (
      coalesce(after ->> 'tenant_id', after ->> 'id')::uuid, tg_table_name,
      coalesce(case when tg_nargs > 0 then after ->> tg_argv[0] end, after ->> 'id', after ->> 'tenant_id')::uuid,
      case when tg_nargs > 0 then 0 else coalesce((after ->> 'version')::integer, 0) end, part || changed.old_values, part || changed.new_values);
  end if;
  return null;
end
$$;
comment on function private.tg__record_row_update() is
  'Writes down one changed row for the audit trail: of parts of documents, whose derived columns are not worth it, and of the company itself, which has one id for both. Argument for parts: column that names the document.';

create function private.audit_changes(managed regclass, document text, variadic content text[]) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format(
    'create trigger _500_record_update after update on %s for each row when ((%s) is distinct from (%s)) execute function private.tg__record_row_update(%s)', managed,
    (select pg_catalog.string_agg('old.' || pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(content) c),
    (select pg_catalog.string_agg('new.' || pg_catalog.quote_ident(c), ', ') from pg_catalog.unnest(content) c),
    pg_catalog.quote_literal(document)
  );
end
$$;
comment on function private.audit_changes(regclass, text, text[]) is
  'Records changes of these columns in the audit trail; the other columns are derived. document: column that names the document of a part, null for a record of its own. Called by migrations.';

create function private.manage_part(managed regclass, document text, variadic content text[]) returns void
language plpgsql set search_path = ''
as $$
begin
  perform private.force_policies(managed);
  execute pg_catalog.format('create trigger _500_record_insert after insert on %s referencing new table as new_rows for each statement execute function private.tg__record_parts(%L)', managed, document);
  execute pg_catalog.format('create trigger _500_record_delete after delete on %s referencing old table as old_rows for each statement execute function private.tg__record_parts(%L)', managed, document);
  perform private.audit_changes(managed, document, variadic content);
end
$$;
comment on function private.manage_part(regclass, text, text[]) is
  'Puts the parts of a document under the common rules: row level security forced, and in the audit trail what comes to, goes from and changes (in these columns) of them: lines, stops, counts. document: column that names it. Called by migrations.';

select private.register_error('transition_switched_off', 409, 'Your company has switched this step off.', 'Ask an administrator to look at the workflow settings.');
select private.register_error('transition_condition_not_met', 409, 'A rule of your company does not allow this step now.', 'Look at the workflow settings or correct the record.');
select private.register_error('separation_of_duties', 403, 'You entered or changed this record, so somebody else has to decide on it.', 'Ask a colleague with the right to approve.');
select private.register_error('approvals_missing', 409, 'More people have to approve this step first.', 'Ask a second approver.');

-- Tables of the earlier families come under the same rules here, where the engine exists.
select private.force_policies('public.tenants');
create trigger _100_stamp_row before insert or update on public.tenants for each row execute function private.tg__stamp_row();
-- The logs of a company have no key to it: a check per row would lock the company's row thousands of times a second.
create trigger _200_refuse_delete before delete on public.tenants for each statement execute function private.tg__refuse_change();
select private.force_policies('public.users');
create trigger _100_stamp_row before insert or update on public.users for each row execute function private.tg__stamp_row();
select private.force_policies('public.permissions');
select private.force_policies('public.role_permissions');
select private.force_policies('public.role_ranks');
select private.force_policies('private.platform_admins');
select private.force_policies('private.subjects');
select private.force_policies('private.waiting_states');
select private.force_policies('private.transitions');
select private.force_policies('private.in_place_commands');
select private.force_policies('private.offers');
select private.force_policies('private.finders');
select private.manage_table('public.memberships', 'membership');
select private.set_audience('membership', 'users.view');
select private.manage_table('public.tenant_role_permissions');
select private.manage_table('public.invitations', 'invitation');
select private.set_audience('invitation', 'users.manage');
select private.register_error('invitation_pending', 409, 'Somebody else invited this person in the same moment.', 'Look at the list of invitations.');
select private.refuse_taken('public.invitations', 'invitations_pending_email', 'invitation_pending', each_alone => true);
select private.register_error('workflow_step_is_known', 422, 'The workflow has no such step.', 'Choose one of the steps listed on the page of workflows.');
select private.register_error('approvals_required_is_small', 422, 'From one to five people can be asked to approve.', 'Enter a number from 1 to 5.');
select private.register_error('only_approvals_are_counted', 422, 'Only an approval can ask for several people.', 'Ask for one person here, or choose the step that approves.');
select private.manage_table('public.workflow_definitions', 'workflow_definition');
select private.set_audience('workflow_definition', 'settings.manage');
select private.register_error('workflow_rule_taken', 409, 'This step has a rule of your company already.', 'Change that rule instead.');
select private.refuse_taken('public.workflow_definitions', 'workflow_definitions_tenant_id_machine_from_state_command_key', 'workflow_rule_taken');
select private.force_policies('public.approvals');
select private.force_policies('public.event_store');
select private.force_policies('public.tenant_settings');
create trigger _100_stamp_row before insert or update on public.tenant_settings for each row execute function private.tg__stamp_row();

create function private.next_state(machine_name text, entity uuid, current_state text, wanted_command text) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  target text;
begin
  select t.to_state into target from private.transitions t
  where t.machine = machine_name and t.from_state = current_state and t.command = wanted_command;
  if not found then
    perform private.fail(machine_name || '_transition_illegal',
      pg_catalog.jsonb_build_object('id', entity, 'from', current_state, 'command', wanted_command));
  end if;
  return target;
end
$$;
comment on function private.next_state(text, uuid, text, text) is 'Where a command leads from a state. Raises <machine>_transition_illegal.';

create function private.run_as_rule(rule text) returns text
language plpgsql set search_path = ''
as $$
declare
  earlier constant text := pg_catalog.current_setting('mzigo.rule', true);
begin
  perform pg_catalog.set_config('mzigo.rule', coalesce(rule, ''), true);
  return earlier;
end
$$;
comment on function private.run_as_rule(text) is
  'From here on state changes follow from a rule or from another document, not from a person''s own decision; the guard then checks the edge, not the person. Answers what was so before, to be restored by calling it again with that: the cause of what comes next is not lost. Only definer functions can call it.';

create function private.tg_workflow_definitions__check_narrowing() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  problem constant text := private.json_logic_problem(new.condition);
  usual text;
begin
  if problem is not null then
    perform private.fail(problem, '{"condition": "not valid"}');
  end if;
  -- Opening a step to holders of another right gives them the usual one for this step.
  if new.permission is not null and auth.uid() is not null then
    select t.permission into usual from private.transitions t
    where t.machine = new.machine and t.from_state = new.from_state and t.command = new.command;
    if not private.has_permission(new.tenant_id, usual) then
      perform private.fail('right_not_held', pg_catalog.jsonb_build_object('permission', usual));
    end if;
  end if;
  return new;
end
$$;
comment on function private.tg_workflow_definitions__check_narrowing() is
  'Refuses conditions that cannot be evaluated, which would block the step for everybody, and another right for a step that the caller may not take himself. Raises right_not_held and the errors of rules.';
create trigger _150_check_narrowing before insert or update of condition, permission on public.workflow_definitions
for each row execute function private.tg_workflow_definitions__check_narrowing();

create trigger _500_record_update after update on public.tenant_settings
for each row execute function private.tg__record_row_update();
create trigger _500_record_update after update on public.tenants
for each row execute function private.tg__record_row_update();
