import { expect, test } from 'vitest';
import { API_ROLES, EXPOSED, OURS, openCatalogue } from './catalogue.ts';

const { offenders } = openCatalogue();

/** Columns that the database alone writes. */
const DERIVED = `(
  'id', 'tenant_id', 'number', 'status', 'status_reason', 'version', 'created_at', 'created_by', 'updated_at', 'updated_by',
  'approved_by', 'approved_at', 'approved_total', 'total', 'subtotal', 'tax_total', 'deposit_total', 'balance', 'amount_paid',
  'allocated_amount', 'on_hand', 'reserved', 'available', 'line_total', 'tax_amount', 'location_id', 'user_id', 'token_hash'
)`;

test('a visitor without a token can touch no table', async () => {
  expect(
    await offenders(
      `select c.oid::regclass from pg_class c
       where c.relnamespace in ${OURS} and c.relkind in ('r', 'p', 'v', 'm', 'S')
         and (case when c.relkind = 'S' then has_sequence_privilege('anon', c.oid, 'usage, select, update')
           else has_table_privilege('anon', c.oid, 'select, insert, update, delete, truncate, references, trigger')
             or has_any_column_privilege('anon', c.oid, 'select, insert, update, references') end)`,
    ),
  ).toEqual([]);
});

test('edge functions touch no table either: they call functions', async () => {
  expect(
    await offenders(
      `select c.oid::regclass from pg_class c
       where c.relnamespace in ${OURS} and c.relkind in ('r', 'p', 'v', 'm')
         and (has_table_privilege('service_role', c.oid, 'select, insert, update, delete, truncate, references, trigger')
           or has_any_column_privilege('service_role', c.oid, 'select, insert, update, references'))`,
    ),
  ).toEqual([]);
});

test('nobody is granted truncate, references or trigger', async () => {
  expect(
    await offenders(
      `select format('%s on %s to %s', a.privilege_type, c.oid::regclass, coalesce(r.rolname, 'everybody'))
       from pg_class c cross join lateral aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
       where c.relnamespace in ${OURS} and a.grantee <> c.relowner
         and a.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')`,
    ),
  ).toEqual([]);
});

test('rights are granted by name, never to everybody', async () => {
  expect(
    await offenders(
      `select c.oid::regclass::text from pg_class c cross join lateral aclexplode(c.relacl) a
       where c.relnamespace in ${OURS} and a.grantee = 0
       union
       select format('%s.%s', c.oid::regclass, t.attname) from pg_attribute t
       join pg_class c on c.oid = t.attrelid cross join lateral aclexplode(t.attacl) a
       where c.relnamespace in ${OURS} and a.grantee = 0`,
    ),
  ).toEqual([]);
});

test('what the database derives or decides cannot be written by anybody', async () => {
  expect(
    await offenders(
      `select format('%s.%s for %s', c.oid::regclass, a.attname, r.role)
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       cross join (values ('anon'), ('authenticated'), ('service_role')) as r (role)
       where c.relnamespace in ${OURS} and c.relkind in ('r', 'p')
         and (a.attname in ${DERIVED} or a.attgenerated <> '')
         and (has_column_privilege(r.role, c.oid, a.attnum, 'insert') or has_column_privilege(r.role, c.oid, a.attnum, 'update'))`,
    ),
  ).toEqual([]);
});

test('a grant and a policy go together: neither stands alone', async () => {
  expect(
    await offenders(
      `select format('%s on %s', k.command, c.oid::regclass)
       from pg_class c
       cross join (values ('select'), ('insert'), ('update'), ('delete')) as k (command)
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
         and (case k.command when 'delete' then has_table_privilege('authenticated', c.oid, 'delete')
             else has_any_column_privilege('authenticated', c.oid, k.command) end)
           <> exists (select from pg_policy p where p.polrelid = c.oid
             and p.polcmd = case k.command when 'select' then 'r' when 'insert' then 'a' when 'update' then 'w' else 'd' end::"char")`,
    ),
  ).toEqual([]);
});

test('requests cannot reach the schemas of the engine', async () => {
  expect(
    await offenders(
      `select format('%s for %s', n.nspname, r.role) from pg_namespace n
       cross join (values ('anon'), ('authenticated')) as r (role)
       where n.nspname in ('pgmq', 'net', 'cron', 'vault') and has_schema_privilege(r.role, n.oid, 'usage')`,
    ),
  ).toEqual([]);
});

test('nobody but the owner may create anything in our schemas', async () => {
  expect(
    await offenders(
      `select format('%s for %s', n.oid::regnamespace, r.rolname) from pg_namespace n cross join pg_roles r
       where n.oid in ${OURS} and r.rolname in ${API_ROLES} and has_schema_privilege(r.rolname, n.oid, 'create')`,
    ),
  ).toEqual([]);
});

test('tables of private are granted to nobody', async () => {
  expect(
    await offenders(
      `select format('%s to %s', c.oid::regclass, r.rolname) from pg_class c
       cross join lateral aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
       where c.relnamespace = 'private'::regnamespace and a.grantee <> c.relowner`,
    ),
  ).toEqual([]);
});

test('what is created later is granted to nobody', async () => {
  expect(
    await offenders(
      `select format('%s to %s', d.defaclobjtype, coalesce(r.rolname, 'everybody'))
       from pg_default_acl d cross join lateral aclexplode(d.defaclacl) a left join pg_roles r on r.oid = a.grantee
       where d.defaclrole = 'postgres'::regrole
         and (d.defaclnamespace = 0 and a.grantee = 0 or d.defaclnamespace in ${EXPOSED} and r.rolname in ${API_ROLES})`,
    ),
  ).toEqual([]);
});
