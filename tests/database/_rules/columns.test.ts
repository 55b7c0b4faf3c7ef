import { expect, test } from 'vitest';
import { OURS, openCatalogue } from './catalogue.ts';

const { offenders, admin } = openCatalogue();

interface NumericColumn {
  relation: string;
  name: string;
  type: string;
  numeric_columns: string[];
  checks: string[];
}

/** Figures of an engine, not of the business. */
const NOT_BOUNDED: string[] = [];

test('no column is a floating point number', async () => {
  expect(
    await offenders(
      `select format('%s.%s', c.oid::regclass, a.attname) from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relnamespace in ${OURS} and c.relkind in ('r', 'p', 'v', 'm')
         and a.atttypid in ('real'::regtype, 'double precision'::regtype, 'money'::regtype, 'real[]'::regtype, 'double precision[]'::regtype)`,
    ),
  ).toEqual([]);
});

test('every column of a table that is a number says how many digits it has', async () => {
  expect(
    await offenders(
      `select format('%s.%s', c.oid::regclass, a.attname) from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relnamespace in ${OURS} and c.relkind in ('r', 'p') and a.atttypid = 'numeric'::regtype and a.atttypmod = -1`,
    ),
  ).toEqual([]);
});

test('times know their zone', async () => {
  expect(
    await offenders(
      `select format('%s.%s', c.oid::regclass, a.attname) from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relnamespace in ${OURS} and c.relkind in ('r', 'p') and a.atttypid = 'timestamp'::regtype`,
    ),
  ).toEqual([]);
});

/** What the CHECKs of the table say to a value, every other number being 1: null is "no objection". */
async function isRefused(column: NumericColumn, value: string): Promise<boolean> {
  const row = Object.fromEntries(column.numeric_columns.map((name) => [name, '1']));
  const checks = column.checks.map((check) => `(${check})`).join(' and ') || 'true';
  try {
    const { verdict } = await admin().one<{ verdict: boolean | null }>(
      `select ${checks} as verdict
       from (select (r.row).* from (select jsonb_populate_record(null::${column.relation}, $1) as row) r) t`,
      [JSON.stringify({ ...row, [column.name]: value })],
    );
    return verdict === false;
  } catch (error) {
    // 22003: the precision of the type has no room for it.
    if (error instanceof Error && 'code' in error && error.code === '22003') return true;
    throw error;
  }
}

test.each(['NaN', 'Infinity', '-Infinity'])(
  'quantities and money refuse %s by constraint',
  async (value) => {
    const columns = await admin().query<NumericColumn & Record<string, unknown>>(
      `select c.oid::regclass::text as relation, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
         (select array_agg(o.attname::text) from pg_attribute o
           where o.attrelid = c.oid and o.attnum > 0 and o.atttypid = 'numeric'::regtype) as numeric_columns,
         coalesce((select array_agg(pg_get_expr(k.conbin, k.conrelid)) from pg_constraint k
           where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any (k.conkey)), '{}') as checks
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relnamespace in ${OURS} and c.relkind in ('r', 'p')
         and a.atttypid = 'numeric'::regtype and a.attgenerated = ''
       order by 1, 2`,
    );
    expect(columns.length).toBeGreaterThan(40);
    const accepting = [];
    for (const column of columns) {
      if (!(await isRefused(column, value))) accepting.push(`${column.relation}.${column.name}`);
    }
    expect(accepting.filter((name) => !NOT_BOUNDED.includes(name))).toEqual([]);
  },
);

test('every check has a name that says what it demands', async () => {
  expect(
    await offenders(
      `select format('%s on %s', k.conname, k.conrelid::regclass) from pg_constraint k
       where k.contype = 'c' and k.connamespace in ${OURS} and k.conrelid <> 0 and k.conname ~ '_check[0-9]*$'`,
    ),
  ).toEqual([]);
});

test('triggers are named _NNN_verb_object', async () => {
  expect(
    await offenders(
      `select format('%s on %s', t.tgname, t.tgrelid::regclass) from pg_trigger t
       join pg_class c on c.oid = t.tgrelid
       where not t.tgisinternal and c.relnamespace in ${OURS} and t.tgname !~ '^_[1-9][0-9]{2}_[a-z]+(_[a-z]+)*$'`,
    ),
  ).toEqual([]);
});

test('trigger functions are named tg_table__task and live in private', async () => {
  expect(
    await offenders(
      `select distinct p.oid::regprocedure from pg_trigger t
       join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
       where not t.tgisinternal and c.relnamespace in ${OURS}
         and (p.pronamespace <> 'private'::regnamespace
           or p.proname !~ '^tg__' and p.proname !~ ('^tg_' || c.relname || '__'))`,
    ),
  ).toEqual([]);
});

test('every table whose rows are edited stamps them', async () => {
  expect(
    await offenders(
      `select c.oid::regclass from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'version'
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
         and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = '_100_stamp_row')`,
    ),
  ).toEqual([]);
});
