import { expect, test } from 'vitest';
import { API_ROLES, OURS, openCatalogue } from './catalogue.ts';

const { admin, offenders } = openCatalogue();

const HAS_TENANT = (relation: string) =>
  `exists (select from pg_attribute a where a.attrelid = ${relation} and a.attname = 'tenant_id' and not a.attisdropped)`;

const COLUMNS = (relation: string, numbers: string) =>
  `coalesce((select array_agg(a.attname::text order by u.n) from unnest(${numbers}) with ordinality as u (attnum, n)
    join pg_attribute a on a.attrelid = ${relation} and a.attnum = u.attnum), '{}')`;

/** Ids that name a row of one of several tables; the row beside says of which. */
const POLYMORPHIC = [
  'entity_id', // approvals, event_store, messages
  'document_id', // comments, attachments
  'reference_id', // ledgers: the document of any kind
  'record_id', // import_rows: what the file made
  'event_id', // webhook_deliveries: a row of the ledger, whose quarters are taken off one day
  'holder_id', // container_ledger: customer, driver, van or depot
];

/** Tenant tables whose rows may outlive the company or precede it. */
const WITHOUT_COMPANY_KEY = ['private.idempotency_keys', 'private.document_counters'];

/** The ledger takes its company from the row that a trigger fired for. */
const WRITTEN_BY_TRIGGER = ['event_store'];

test('a foreign key between tables of a company carries the company', async () => {
  expect(
    await offenders(
      `select format('%s on %s', k.conname, k.conrelid::regclass) from pg_constraint k
       where k.contype = 'f' and k.connamespace in ${OURS}
         and k.confrelid <> 'public.tenants'::regclass
         and ${HAS_TENANT('k.conrelid')} and ${HAS_TENANT('k.confrelid')}
         and not coalesce(array_position(${COLUMNS('k.conrelid', 'k.conkey')}, 'tenant_id')
           = array_position(${COLUMNS('k.confrelid', 'k.confkey')}, 'tenant_id'), false)`,
    ),
  ).toEqual([]);
});

test('every table of a company belongs to a company that exists, by its own key or by that of a row it needs', async () => {
  expect(
    (
      await offenders(
        `with recursive rooted as (
           select k.conrelid as relation from pg_constraint k
           where k.contype = 'f' and k.confrelid = 'public.tenants'::regclass and ${COLUMNS('k.conrelid', 'k.conkey')} = '{tenant_id}'
           union
           select k.conrelid from rooted r
           join pg_constraint k on k.contype = 'f' and k.confrelid = r.relation and 'tenant_id' = any (${COLUMNS('k.conrelid', 'k.conkey')})
             and not exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey) and not a.attnotnull)
         )
         select c.oid::regclass from pg_class c
         where c.relnamespace in ${OURS} and c.relkind in ('r', 'p') and not c.relispartition and ${HAS_TENANT('c.oid')}
           and c.oid not in (select relation from rooted)`,
      )
    ).filter((table) => ![...WITHOUT_COMPANY_KEY, ...WRITTEN_BY_TRIGGER].includes(table)),
  ).toEqual([]);
});

test('a log whose company no key checks is written by triggers only, and companies stay', async () => {
  expect(
    await offenders(
      `select format('%s by %s', c.oid::regclass, r.rolname) from pg_class c, pg_roles r
       where c.oid::regclass::text = any ('{${WRITTEN_BY_TRIGGER.join()}}') and r.rolname in ${API_ROLES}
         and has_table_privilege(r.oid, c.oid, 'insert')`,
    ),
  ).toEqual([]);
  await expect(admin().query('delete from public.tenants')).rejects.toThrow('row_is_append_only');
});

test('every table of a company can be referenced together with its company', async () => {
  expect(
    await offenders(
      `select c.oid::regclass from pg_class c
       join pg_attribute i on i.attrelid = c.oid and i.attname = 'id'
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and ${HAS_TENANT('c.oid')}
         and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype in ('u', 'p')
           and ${COLUMNS('c.oid', 'k.conkey')} = '{tenant_id,id}')`,
    ),
  ).toEqual([]);
});

test('an id that names a row of ours is a foreign key', async () => {
  const named = await offenders(
    `select format('%s.%s', c.oid::regclass, a.attname) from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and a.atttypid = 'uuid'::regtype and a.attname like '%\\_id' and a.attname <> 'tenant_id'
       -- Rows of registries say what their sources say, whose keys are checked.
       and c.relname not in (select r.registry from private.registries r)
       and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any (k.conkey))`,
  );
  expect(
    named.filter((column) => !POLYMORPHIC.some((name) => column.endsWith(`.${name}`))),
  ).toEqual(['event_store.actor_id']);
});

test('a unique index starts with the company', async () => {
  // A slug, an e-mail address and a number at WhatsApp are one per platform.
  const allowed = ['tenants_slug_key', 'users_email', 'channels_proved_number'];
  expect(
    (
      await offenders(
        `select x.indexrelid::regclass from pg_index x
         join pg_class c on c.oid = x.indrelid
         where c.relnamespace = 'public'::regnamespace and (x.indisunique or x.indisexclusion) and not x.indisprimary
           and (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = x.indkey[0]) is distinct from 'tenant_id'`,
      )
    ).filter((index) => !allowed.includes(index)),
  ).toEqual([]);
});

test('every table has a primary key, and that of a table of a company starts with the company', async () => {
  expect(
    await offenders(
      `select c.oid::regclass from pg_class c
       left join pg_index x on x.indrelid = c.oid and x.indisprimary
       where c.relnamespace in ${OURS} and c.relkind in ('r', 'p')
         and (x.indkey is null
           or ${HAS_TENANT('c.oid')} and (${COLUMNS('c.oid', 'x.indkey::smallint[]')})[1] <> 'tenant_id')`,
    ),
  ).toEqual([]);
});

test('no index finds a row of a company by its id alone', async () => {
  expect(
    await offenders(
      `select x.indexrelid::regclass from pg_index x
       where ${HAS_TENANT('x.indrelid')} and (${COLUMNS('x.indrelid', 'x.indkey::smallint[]')})[1] = 'id'`,
    ),
  ).toEqual([]);
});

test('private tables with a company keep it first in their unique indexes', async () => {
  expect(
    await offenders(
      `select x.indexrelid::regclass from pg_index x
       join pg_class c on c.oid = x.indrelid
       where c.relnamespace = 'private'::regnamespace and x.indisunique and ${HAS_TENANT('c.oid')}
         and (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = x.indkey[0]) is distinct from 'tenant_id'`,
    ),
  ).toEqual([]);
});

test('every foreign key has an index that starts with its columns', async () => {
  expect(
    await offenders(
      `select format('%s on %s', k.conname, k.conrelid::regclass) from pg_constraint k
       where k.contype = 'f' and k.connamespace in ${OURS}
         and not exists (
           select from pg_index x
           where x.indrelid = k.conrelid and x.indisvalid
             and (x.indpred is null or pg_get_expr(x.indpred, x.indrelid) ~ '^\\([a-z_]+ IS NOT NULL\\)$')
             and (x.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey
             and (x.indkey::smallint[])[0:cardinality(k.conkey) - 1] <@ k.conkey
         )`,
    ),
  ).toEqual([]);
});

test('no index names a state: changing it would write every index of the table anew', async () => {
  expect(
    await offenders(
      `select x.indexrelid::regclass from pg_index x
       join pg_class c on c.oid = x.indrelid
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'status'
       where c.relnamespace in ${OURS}
         and (a.attnum = any (x.indkey) or exists (
           select from pg_depend d where d.objid = x.indexrelid and d.refobjid = c.oid and d.refobjsubid = a.attnum))`,
    ),
  ).toEqual([]);
});
