-- Family 03, workflow: the one state-machine engine, events, queues, audit trail.

------------------------------------------------------------------------------------------------
-- Machines are rows
------------------------------------------------------------------------------------------------

create table private.subjects (
  subject text primary key,
  place integer generated always as identity,
  table_name text not null unique,
  initial_state text,
  number_column text not null,
  view_permission text not null references public.permissions (permission) deferrable initially deferred,
  page text not null,
  constraint page_is_a_path check (page ~ '^(/[a-z_]+)+$')
);
create index subjects_view_permission on private.subjects (view_permission);
comment on table private.subjects is
  'What people say something about: comments, files, tags, tasks and own fields may stand on any of them. Each kind of record with the table of public that it lives on; one with a machine is a document (private.machines). Written by private.register_document and private.register_subject; who sees a history (private.sees_document) and what is kept with it follow by themselves.';
comment on column private.subjects.place is 'Order in which they are shown: that of their families, which is the order of the work.';
comment on column private.subjects.initial_state is 'Where a new document starts; null: it has no machine.';
comment on column private.subjects.number_column is 'Column with what people call it by: a number drawn for the kind of this name (private.document_kinds) or given by somebody outside, or a name.';
comment on column private.subjects.view_permission is 'Without it nobody is told how many there are.';
comment on column private.subjects.page is 'Its list in the portal; a record is at <page>/<id>.';

create view private.machines as
select s.subject as machine, s.place, s.table_name, s.initial_state, s.number_column, s.view_permission, s.page
from private.subjects s where s.initial_state is not null;
comment on view private.machines is
  'The documents: subjects with a machine. Their name is what commands call them: approve_<machine>. What they offer (allowed_commands), what waits for somebody (private.waiting) and how they are found (private.find_numbers) follow by themselves.';

create table private.waiting_states (
  machine text not null references private.subjects (subject),
  state text not null,
  permission text references public.permissions (permission) deferrable initially deferred,
  primary key (machine, state)
);
create index waiting_states_permission on private.waiting_states (permission);
comment on table private.waiting_states is 'States in which a document waits for somebody, or is watched: what the first page counts.';
comment on column private.waiting_states.permission is 'Whoever holds it has to act; null: nobody, it is only watched.';

create table private.transitions (
  machine text not null references private.subjects (subject),
  from_state text not null,
  command text not null,
  to_state text not null,
  permission text not null references public.permissions (permission) deferrable initially deferred,
  separate_from text[],
  event text not null,
  primary key (machine, from_state, command),
  unique (machine, from_state, to_state),
  constraint event_names_its_machine check (event like machine || '.%')
);
create index transitions_permission on private.transitions (permission);
comment on table private.transitions is
  'Every edge of every machine. One edge per pair of states, so that the guard knows the command from the two states alone.';
comment on column private.transitions.separate_from is 'Columns of the row that name who may not take this step (separation of duties), e.g. {created_by,edited_by}; a column holds one person or several.';

create table private.in_place_commands (
  machine text not null references private.subjects (subject),
  state text not null,
  command text not null,
  permission text not null references public.permissions (permission) deferrable initially deferred,
  primary key (machine, state, command)
);
create index in_place_commands_permission on private.in_place_commands (permission);
comment on table private.in_place_commands is
  'Commands that change a document and leave its state as it is: in which states, with which right. They are offered beside the edges.';

create table private.offers (
  machine text not null references private.subjects (subject),
  command text not null,
  condition text not null,
  primary key (machine, command)
);
comment on table private.offers is
  'When a command is offered, where more than state and right decides: SQL over the row, by the name of its table. A command without a row here is offered whenever state and right allow it. Written by private.offer_if.';

create table private.finders (
  machine text not null references private.subjects (subject),
  column_name text not null,
  meant text not null,
  primary key (machine, column_name)
);
comment on table private.finders is
  'What a document is found by besides its number: a column, and the values of it that may be meant by what was typed. Written by private.find_by.';
comment on column private.finders.meant is 'SQL over the text typed that gives an array of values, an empty one when nothing is meant.';

create table public.workflow_definitions (
  like private.record including defaults including indexes,
  machine text not null,
  from_state text not null,
  command text not null,
  is_enabled boolean not null default true,
  permission text references public.permissions (permission),
  condition jsonb,
  compiled_condition jsonpath generated always as (private.compile_rule(condition)) stored,
  approvals_required integer not null default 1,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, machine, from_state, command),
  constraint workflow_step_is_known foreign key (machine, from_state, command) references private.transitions (machine, from_state, command),
  constraint approvals_required_is_small check (approvals_required between 1 and 5),
  constraint only_approvals_are_counted check (command = 'approve' or approvals_required = 1)
);
create index workflow_definitions_transition on public.workflow_definitions (machine, from_state, command);
create index workflow_definitions_permission on public.workflow_definitions (permission);
comment on table public.workflow_definitions is
  'A company''s narrowing of an existing edge: switch it off, ask another permission, add a condition, ask several approvers. New edges cannot be written here, so no guard can be skipped.';
comment on column public.workflow_definitions.condition is 'JSON Logic over the row as {"row": {…}}; the edge is open only while it is truthy.';
comment on column public.workflow_definitions.compiled_condition is 'The condition as private.rule_holds asks it first.';
comment on column public.workflow_definitions.approvals_required is 'How many different people must take this step before it happens.';

create table public.approvals (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null references public.tenants (id),
  machine text not null references private.subjects (subject),
  entity_id uuid not null,
  entity_version integer not null,
  command text not null,
  approved_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, machine, entity_id, entity_version, command, approved_by)
);
create index approvals_machine on public.approvals (machine);
comment on table public.approvals is 'Votes for steps that need several approvers (workflow_definitions.approvals_required).';
comment on column public.approvals.entity_version is 'Version of the row that the voter saw: once it has changed, the vote no longer counts.';
select private.protect_ledger('public.approvals');
