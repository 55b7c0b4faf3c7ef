import { expect, test } from 'vitest';
import { EXPOSED, OURS, openCatalogue } from './catalogue.ts';

const { offenders } = openCatalogue();

test('row level security is enabled and forced on every table', async () => {
  expect(
    await offenders(
      `select c.oid::regclass from pg_class c
       where c.relnamespace in ${OURS} and c.relkind in ('r', 'p')
         and not (c.relrowsecurity and c.relforcerowsecurity)`,
    ),
  ).toEqual([]);
});

test('a table has one permissive policy per command and role at most', async () => {
  expect(
    await offenders(
      `select format('%s.%s for %s to %s', p.schemaname, p.tablename, p.cmd, r.role)
       from pg_policies p cross join unnest(p.roles) as r (role)
       where p.schemaname in ('public', 'private', 'analytics') and p.permissive = 'PERMISSIVE'
       group by p.schemaname, p.tablename, p.cmd, r.role
       having count(*) > 1`,
    ),
  ).toEqual([]);
});

test('a policy is for one command, permissive, and says so in its name', async () => {
  expect(
    await offenders(
      `select format('%s on %s.%s', p.policyname, p.schemaname, p.tablename) from pg_policies p
       where p.schemaname in ('public', 'private', 'analytics')
         and (p.cmd = 'ALL' or p.permissive <> 'PERMISSIVE' or p.policyname not like lower(p.cmd) || '\\_%')`,
    ),
  ).toEqual([]);
});

test('every policy names a role, and never everybody', async () => {
  expect(
    await offenders(
      `select format('%s on %s.%s', p.policyname, p.schemaname, p.tablename) from pg_policies p
       where (p.schemaname in ('public', 'private', 'analytics') or p.policyname like 'mzigo\\_%')
         and (p.roles = '{}' or p.roles && '{public,anon}'::name[])`,
    ),
  ).toEqual([]);
});

test('policies for insert and update check the new row', async () => {
  expect(
    await offenders(
      `select format('%s on %s.%s', p.policyname, p.schemaname, p.tablename) from pg_policies p
       where (p.schemaname in ('public', 'private', 'analytics') or p.policyname like 'mzigo\\_%')
         and p.cmd in ('INSERT', 'UPDATE') and p.with_check is null`,
    ),
  ).toEqual([]);
});

test('policies look the company up once per statement, not once per row', async () => {
  expect(
    await offenders(
      `select format('%s on %s.%s', p.policyname, p.schemaname, p.tablename) from pg_policies p
       where (p.schemaname in ('public', 'private', 'analytics') or p.policyname like 'mzigo\\_%')
         and concat(p.qual, ' ', p.with_check) ~* '(?<!select )(private\\.(tenant_id|active_tenant_id|is_super_admin|is_unscoped|scope_[a-z_]+)|auth\\.uid)\\('`,
    ),
  ).toEqual([]);
});

test('policies of tables with a company test the company', async () => {
  expect(
    await offenders(
      `select format('%s on %s.%s', p.policyname, p.schemaname, p.tablename)
       from pg_policies p
       join pg_attribute a on a.attrelid = format('%I.%I', p.schemaname, p.tablename)::regclass and a.attname = 'tenant_id'
       cross join lateral (values (p.qual), (p.with_check)) as e (expression)
       where p.schemaname in ('public', 'private', 'analytics') and e.expression is not null
         and e.expression !~ 'tenant_id = \\( SELECT private\\.(tenant_id|active_tenant_id|workplace_id)\\('`,
    ),
  ).toEqual([]);
});

test('tables of private have no policy: nobody but their functions reads them', async () => {
  expect(
    await offenders(
      `select format('%s on %s', p.policyname, p.tablename) from pg_policies p where p.schemaname = 'private'`,
    ),
  ).toEqual([]);
});

test('views show what their reader may see', async () => {
  expect(
    await offenders(
      `select c.oid::regclass from pg_class c
       where c.relnamespace in ${EXPOSED} and (c.relkind = 'm'
         or c.relkind = 'v' and not coalesce(c.reloptions @> '{security_invoker=true}' or c.reloptions @> '{security_invoker=on}', false))`,
    ),
  ).toEqual([]);
});

test('pages are told of a record by the right that its policy asks of who reads it', async () => {
  expect(
    await offenders(
      `select format('%s is told to %s', a.entity_type, a.permission)
       from private.audiences a
       left join private.recorded_tables() r on r.entity = a.entity_type
       where not exists (
         select from pg_policies p
         where p.schemaname = 'public' and p.tablename = r.table_name and p.cmd = 'SELECT'
           and strpos(p.qual, format('private.tenant_id(%L::text)', a.permission)) > 0
       )`,
    ),
  ).toEqual([]);
});
