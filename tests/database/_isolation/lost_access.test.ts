import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { assertBoundByPolicies } from './attempt.ts';
import { openCompany, playedBy, workMorning, type Company } from './company.ts';

/** One connection and one set of claims for the whole file: what the person had before he lost it. */
let manager: Session;
let admin: Session;
let database: TestDatabase;
let acme: Company;
let managerId: string;
let order: string;

beforeAll(async () => {
  database = await cloneDatabase('lost_access');
  admin = await database.asAdmin();
  acme = await openCompany(database, 'acme');
  await workMorning(database, acme);
  manager = playedBy(acme, 'manager');
  managerId = acme.people.get('manager')?.userId ?? '';
  await assertBoundByPolicies(manager);
  order = (
    await admin.one<{ id: string }>(
      `select id from public.orders where tenant_id = $1 and status = 'allocated'`,
      [acme.tenantId],
    )
  ).id;
});

afterAll(() => database.drop());

beforeEach(async () => {
  expect(await visible()).toEqual({ orders: 2, settings: 1, tenants: 1 });
});

/** How many rows of what the manager sees, with the claims he has had all along. */
async function visible(): Promise<unknown> {
  return manager.one(
    `select (select count(*)::int from orders) as orders, (select count(*)::int from tenant_settings) as settings,
       (select count(*)::int from tenants) as tenants`,
  );
}

const NOTHING = { orders: 0, settings: 0, tenants: 0 };

const hold = () => manager.rpc('hold_order', { order_id: order, reason: 'Wait' });
const DENIED = { code: '42501', message: 'permission_denied' };

afterEach(async () => {
  await admin.query(`update public.tenants set status = 'active'`);
  await admin.query(`update auth.users set banned_until = null, deleted_at = null where id = $1`, [
    managerId,
  ]);
  await admin.query(`update public.users set status = 'active' where id = $1`, [managerId]);
  await admin.query(
    `update public.memberships set role = 'manager', status = 'active' where user_id = $1`,
    [managerId],
  );
  await admin.query('delete from public.tenant_role_permissions');
});

test('a deactivated member loses everything on the next request', async () => {
  const id = acme.people.get('manager')?.membershipId;
  await playedBy(acme, 'owner').rpc('set_member_status', { membership_id: id, status: 'inactive' });
  expect(await visible()).toEqual(NOTHING);
  await expect(hold()).rejects.toMatchObject(DENIED);
  await expect(manager.rpc('switch_tenant', { tenant_id: acme.tenantId })).rejects.toMatchObject({
    message: 'tenant_not_available',
  });
});

test('a lowered role loses its rights on the next request and keeps what is left', async () => {
  const id = acme.people.get('manager')?.membershipId;
  await playedBy(acme, 'owner').rpc('change_member', { membership_id: id, role: 'viewer' });
  expect(await visible()).toMatchObject({ orders: 2 });
  expect(await manager.query('select 1 from variances')).toEqual([]);
  await expect(hold()).rejects.toMatchObject(DENIED);
});

test('a right taken from a role is gone on the next request', async () => {
  const right = { role: 'manager', permission: 'orders.edit' };
  await playedBy(acme, 'owner').rpc('set_role_permission', { ...right, is_granted: false });
  await expect(hold()).rejects.toMatchObject(DENIED);
});

test('a person banned at the sign-in service loses everything on the next request', async () => {
  await admin.query(`update auth.users set banned_until = now() + interval '1 day' where id = $1`, [
    managerId,
  ]);
  expect(await visible()).toEqual(NOTHING);
  await expect(hold()).rejects.toMatchObject(DENIED);
});

test('a person banned on the platform loses everything on the next request', async () => {
  await admin.query(`update public.users set status = 'banned' where id = $1`, [managerId]);
  expect(await visible()).toEqual(NOTHING);
  await expect(hold()).rejects.toMatchObject(DENIED);
});

test('a deleted account loses everything on the next request', async () => {
  await admin.query(`update auth.users set deleted_at = now() where id = $1`, [managerId]);
  expect(await visible()).toEqual(NOTHING);
  await expect(hold()).rejects.toMatchObject(DENIED);
});

test('the people of a suspended company lose everything on the next request', async () => {
  const superAdmin = await database.asUser('super@mzigo.test');
  const tenant = { tenant_id: acme.tenantId };
  await superAdmin.rpc('set_tenant_status', { ...tenant, status: 'suspended' });
  expect(await visible()).toEqual(NOTHING);
  await expect(hold()).rejects.toMatchObject(DENIED);
});

test('a super admin who is taken off the list loses everything on the next request', async () => {
  const superAdmin = await database.asUser('super@mzigo.test');
  await assertBoundByPolicies(superAdmin);
  expect(await superAdmin.query('select 1 from orders')).toHaveLength(2);
  await admin.query('delete from private.platform_admins');
  expect(await superAdmin.query('select 1 from orders')).toEqual([]);
  await expect(
    superAdmin.rpc('set_tenant_status', { tenant_id: acme.tenantId, status: 'suspended' }),
  ).rejects.toMatchObject(DENIED);
});

test('claims without a subject, or of nobody, show nothing', async () => {
  const ghost = await database.asUserId('00000000-0000-4000-8000-000000000000');
  await assertBoundByPolicies(ghost);
  expect(await ghost.query('select 1 from orders union all select 1 from users')).toEqual([]);
  await expect(ghost.rpc('my_session')).rejects.toMatchObject({ message: 'not_signed_in' });
});
