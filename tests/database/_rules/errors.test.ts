import { expect, test } from 'vitest';
import { OURS, openCatalogue } from './catalogue.ts';

const { offenders } = openCatalogue();

const BODIES = `(
  select p.oid, regexp_replace(p.prosrc, '--[^\n]*', '', 'g') as body from pg_proc p where p.pronamespace in ${OURS}
)`;

/** Triggers that name what is taken, with their error. */
const REFUSALS = `(
  select t.tgrelid, t.tgname, split_part(encode(t.tgargs, 'escape'), '\\000', 1) as key,
    split_part(encode(t.tgargs, 'escape'), '\\000', 2) as index
  from pg_trigger t join pg_proc p on p.oid = t.tgfoid
  where p.proname like 'tg\\_%\\_\\_refuse\\_%' and t.tgnargs = 2 and t.tgenabled = 'O'
)`;

test('every error that is raised is registered', async () => {
  expect(
    await offenders(
      `select format('%s raises %s', b.oid::regprocedure, m[1]) from ${BODIES} b
       cross join lateral regexp_matches(b.body, '(?:private\\.fail\\(|message = )''([a-z_]+)''', 'g') m
       where not exists (select from private.errors e where e.key = m[1])`,
    ),
  ).toEqual([]);
});

test('an error key is a literal or follows from a machine or a rule', async () => {
  expect(
    await offenders(
      `select b.oid::regprocedure from ${BODIES} b
       where b.body ~ 'private\\.fail\\((?!'')' and b.body !~ 'private\\.fail\\((machine_name \\|\\| ''_transition_illegal''|problem|tg_argv\\[0\\]|%L)'`,
    ),
  ).toEqual([]);
});

test('a detail is called what the argument or column is called', async () => {
  expect(
    await offenders(
      `select b.oid::regprocedure from ${BODIES} b
       where b.body ~ 'private\\.fail\\([^;]*("field"|"column"|''field'',|''column'',)'`,
    ),
  ).toEqual([]);
});

test('every machine has its transition error', async () => {
  expect(
    await offenders(
      `select m.machine from private.machines m
       where not exists (select from private.errors e where e.key = m.machine || '_transition_illegal' and e.status = 409)`,
    ),
  ).toEqual([]);
});

test('every registered error can happen', async () => {
  expect(
    await offenders(
      `select e.key from private.errors e
       where not exists (select from ${BODIES} b where b.body like '%''' || e.key || '''%')
         and not exists (select from private.machines m where e.key = m.machine || '_transition_illegal')
         and not exists (select from ${REFUSALS} r where r.key = e.key)`,
    ),
  ).toEqual([]);
});

test('what is taken already is refused with an error that is registered', async () => {
  expect(
    await offenders(
      `select format('%s: %s', r.tgname, r.key) from ${REFUSALS} r
       where not exists (select from private.errors e where e.key = r.key and e.status = 409)`,
    ),
  ).toEqual([]);
});

test('nobody reads the name of a constraint where he could have been told what is taken', async () => {
  const writable = (column: string) =>
    `has_column_privilege('authenticated', i.indrelid, ${column}, 'insert, update')`;
  expect(
    await offenders(
      `select i.indexrelid::regclass from pg_index i
         where (i.indisunique and not i.indisprimary or i.indisexclusion)
           and exists (select from pg_class c where c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace)
           and not exists (select from ${REFUSALS} r where r.tgrelid = i.indrelid
             and r.index = (select c.relname from pg_class c where c.oid = i.indexrelid))
           -- With the id in it a key is unique by itself.
           and not exists (
             select from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey) and a.attname = 'id')
           and (i.indisexclusion or exists (
             select from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey) and a.attname <> 'tenant_id'
               and ${writable('a.attnum')}))`,
    ),
  ).toEqual([]);
});

test('nobody reads the name of a constraint where he could have been told what is not valid', async () => {
  const writable = (relation: string, column: string) =>
    `(has_column_privilege('authenticated', ${relation}, ${column}, 'insert') or has_column_privilege('authenticated', ${relation}, ${column}, 'update'))`;
  const answered = (relation: string) => `exists (
    select from pg_trigger t where t.tgrelid = ${relation} and t.tgname = '_280_refuse_invalid' and t.tgenabled = 'O')`;
  expect(
    await offenders(
      `select format('%s on %s', k.conname, k.conrelid::regclass) from pg_constraint k
       where k.contype in ('c', 'f') and k.connamespace = 'public'::regnamespace
         and exists (select from unnest(k.conkey) a where ${writable('k.conrelid', 'a')})
         and (not ${answered('k.conrelid')}
           or k.contype = 'c' and not exists (select from private.errors e where e.key = k.conname and e.status = 422))
       union
       select format('%s.%s', a.attrelid::regclass, a.attname) from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and a.attnotnull
         and ${writable('a.attrelid', 'a.attnum')} and not ${answered('a.attrelid')}`,
    ),
  ).toEqual([]);
});

test('an error says what happened and what to do, as sentences', async () => {
  expect(
    await offenders(
      `select e.key from private.errors e
       where e.sentence !~ '^[A-Z].*\\.$' or e.next_step !~ '^[A-Z].*\\.$' or e.key !~ '^[a-z0-9_]+$'`,
    ),
  ).toEqual([]);
});

test('every error is told in every language of the product, in one sentence and its next step', async () => {
  expect(
    await offenders(
      `select format('%s in %s', e.key, l.language) from private.errors e
       cross join (select distinct t.language from public.message_texts t where t.language <> 'en') l
       left join private.error_words w on w.key = e.key and w.language = l.language
       where w.key is null
         -- A client tells both apart by the first full stop that a space follows.
         or w.sentence !~ '^[A-Z][^.!?]*(\\.[^ .!?][^.!?]*)*\\.$' or w.next_step !~ '^[A-Z].*\\.$'`,
    ),
  ).toEqual([]);
});

test('the comment of a command names errors that exist', async () => {
  expect(
    await offenders(
      `select format('%s: %s', p.oid::regprocedure, k.key) from pg_proc p
       cross join lateral regexp_matches(obj_description(p.oid, 'pg_proc'), 'Raises ([a-z_, ]+)[.;(]') m
       cross join lateral regexp_split_to_table(btrim(m[1]), ',\\s*') as k (key)
       where p.pronamespace in ${OURS} and btrim(k.key) ~ '^[a-z]+(_[a-z]+)+$'
         and not exists (select from private.errors e where e.key = btrim(k.key))`,
    ),
  ).toEqual([]);
});
