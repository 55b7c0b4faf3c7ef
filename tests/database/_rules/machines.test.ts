import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import {
  readCatalogue,
  type Catalogue,
  type Machine,
} from '../../../scripts/generate/catalogue.ts';
import { rpcOf, terminalStates } from '../../../scripts/generate/commands.ts';
import { repositoryRoot } from '../../../supabase/stack/paths.ts';
import { openCatalogue } from './catalogue.ts';

const { offenders, admin } = openCatalogue();
let catalogue: Catalogue;

beforeAll(async () => {
  catalogue = await readCatalogue(admin().client);
});

function reachable(machine: Machine): Set<string> {
  const found = new Set([machine.initial]);
  for (const state of found) {
    for (const step of machine.transitions) if (step.from === state) found.add(step.to);
  }
  return found;
}

const states = (pick: (machine: Machine) => string[]) =>
  catalogue.machines.flatMap((machine) => pick(machine).map((state) => `${machine.name} ${state}`));

test('every state of a transition is a label of the status', () => {
  expect(catalogue.machines.length).toBeGreaterThan(7);
  expect(
    states((machine) =>
      [machine.initial, ...machine.transitions.flatMap((step) => [step.from, step.to])].filter(
        (state) => !machine.states.includes(state),
      ),
    ),
  ).toEqual([]);
});

test('every label of a status can be reached from the first state', () => {
  expect(
    states((machine) => machine.states.filter((state) => !reachable(machine).has(state))),
  ).toEqual([]);
});

test('every state leads to an end', () => {
  // What the bank has told stays told: a match can be undone, and what was set aside looked at again.
  // A batch can be recalled as long as somebody may have some of it.
  // A task that is done may have to be done after all, a customer may always write again, and a deal that was lost be won.
  // A vendor may be ordered from again.
  const never = ['statement_line', 'batch', 'task', 'conversation', 'deal', 'vendor'];
  expect(
    states((machine) =>
      machine.states.filter((state) => {
        if (never.includes(machine.name)) return false;
        const onward = reachable({ ...machine, initial: state });
        return !terminalStates(machine).some((end) => onward.has(end));
      }),
    ),
  ).toEqual([]);
});

test('every step needs a permission that exists and that somebody has', async () => {
  expect(
    await offenders(
      `select format('%s %s: %s', t.machine, t.command, t.permission) from private.transitions t
       where not exists (select from public.role_permissions p where p.permission = t.permission)`,
    ),
  ).toEqual([]);
});

test('every step is taken by a command that people or the clock can give', () => {
  const steps = catalogue.machines.flatMap((machine) =>
    machine.transitions.map((step) => rpcOf(catalogue, machine, step)),
  );
  expect(steps).toHaveLength(catalogue.machines.flatMap((machine) => machine.transitions).length);
});

test('who must not take a step is a column of the row', async () => {
  expect(
    await offenders(
      `select format('%s %s: %s', t.machine, t.command, c)
       from private.transitions t join private.machines m using (machine), unnest(t.separate_from) c
       where not exists (
         select from pg_attribute a where a.attrelid = ('public.' || m.table_name)::regclass
           and a.attname = c and a.atttypid in ('uuid'::regtype, 'uuid[]'::regtype))`,
    ),
  ).toEqual([]);
});

test('a decision on what people can change is kept from those who changed it', async () => {
  expect(
    await offenders(
      `select distinct m.table_name from private.machines m join private.transitions t using (machine)
       where t.separate_from is not null
         and has_any_column_privilege('authenticated', 'public.' || m.table_name, 'update')
         and 'edited_by' <> all (t.separate_from)
       union
       select m.table_name || ' does not note them' from private.machines m join private.transitions t using (machine)
       where 'edited_by' = any (t.separate_from) and not exists (
         select from pg_trigger g where g.tgrelid = ('public.' || m.table_name)::regclass
           and g.tgfoid = 'private.tg__note_editor'::regproc)`,
    ),
  ).toEqual([]);
});

test('every approval, rejection and review is kept from who made the record', async () => {
  expect(
    await offenders(
      `select format('%s %s', t.machine, t.command) from private.transitions t
       where t.command in ('approve', 'reject', 'review') and t.separate_from is null`,
    ),
  ).toEqual([]);
});

test('every approval counts the votes, where a company asks for several people', async () => {
  expect(
    await offenders(
      `select distinct t.machine from private.transitions t
       where t.command = 'approve' and not exists (
         select from pg_proc p where p.pronamespace = 'private'::regnamespace
           and p.prosrc ~ ('private\\.record_approval\\(tenant, ''' || t.machine || ''''))`,
    ),
  ).toEqual([]);
});

test('every machine guards inserts and changes and records what happened', async () => {
  expect(
    await offenders(
      `select format('%s misses %s', m.machine, w.name) from private.machines m
       cross join lateral (values ('_200_guard_insert', 'tg__guard_transition', ''), ('_200_guard_transition', 'tg__guard_transition', ''),
         ('_500_record_insert', 'tg__record_insert', m.machine || '\\000'), ('_500_record_update', 'tg__record_update', m.machine || '\\000')) as w (name, task, entity)
       where not exists (
         select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
         where t.tgrelid = ('public.' || m.table_name)::regclass and t.tgname = w.name and p.proname = w.task and t.tgenabled = 'O'
           and starts_with(encode(t.tgargs, 'escape'), w.entity || m.machine || '\\000'))`,
    ),
  ).toEqual([]);
});

test('every document with a state machine tells its commands', () => {
  const silent = catalogue.machines.filter(
    (machine) =>
      !catalogue.relations
        .find((relation) => relation.name === machine.table)
        ?.computed.some((field) => field.name === 'allowed_commands'),
  );
  expect(silent.map((machine) => machine.name)).toEqual([]);
});

test('events are in the past tense of their machine', async () => {
  expect(
    await offenders(
      `select t.event from private.transitions t where t.event !~ ('^' || t.machine || '\\.([a-z]+_)?[a-z]+$')`,
    ),
  ).toEqual([]);
});

test('every queue of an event is drained by a function that there is, and has an effect that there is', async () => {
  expect(
    await offenders(
      `select c.queue || ' ' || c.effect from private.consumers c
       where not exists (select from pgmq.list_queues() q where q.queue_name = c.queue)
          or not exists (select from pg_proc p where p.pronamespace = 'private'::regnamespace and p.proname = c.effect
            and p.pronargs = 1 and p.proargtypes[0] in ('public.event_store'::regtype, 'public.event_store[]'::regtype))`,
    ),
  ).toEqual([]);
  const workers = await offenders('select distinct worker from private.queue_policies');
  const functions = await readdir(join(repositoryRoot, 'functions'));
  expect(workers.filter((worker) => !functions.includes(worker))).toEqual([]);
});

test('every consumer hears an event that can happen', async () => {
  const patterns = await offenders('select distinct event_pattern from private.consumers');
  const matches = (pattern: string) => {
    const expression = pattern.replaceAll('.', '\\.').replaceAll('_', '.').replaceAll('%', '.*');
    return catalogue.events.some((event) => new RegExp(`^${expression}$`).test(event));
  };
  expect(patterns.filter((pattern) => !matches(pattern))).toEqual([]);
});

test('whoever acts for a rule restores the cause that was there before', async () => {
  // Setting it to nobody would leave the next step of an outer rule without a cause.
  expect(
    await offenders(
      `select p.oid::regprocedure from pg_proc p
       where p.pronamespace = 'private'::regnamespace and p.proname <> 'run_as_rule' and p.prosrc ~ 'run_as_rule\\('
         and (p.prosrc ~ 'run_as_rule\\(null' or (
           select count(*) filter (where m[1] = 'earlier := ') <> count(*) filter (where m[2] = 'earlier')
           from regexp_matches(p.prosrc, '(earlier := |perform )private\\.run_as_rule\\((earlier|[^)]*)\\)', 'g') m))`,
    ),
  ).toEqual([]);
});

test('every step, state and offer is of a record that has a machine', async () => {
  expect(
    await offenders(
      `select distinct t.machine from (
         select machine from private.transitions union all select machine from private.in_place_commands
         union all select machine from private.waiting_states union all select machine from private.offers union all select machine from private.finders
       ) t where not exists (select from private.machines m where m.machine = t.machine)`,
    ),
  ).toEqual([]);
});
