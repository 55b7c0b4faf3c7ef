import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

let database: TestDatabase;
let admin: Session;
let tenant: string;

beforeAll(async () => {
  database = await cloneDatabase('seal');
  admin = await database.asAdmin();
  ({ id: tenant } = await admin.one<{ id: string }>(
    `select id from public.tenants where slug = 'acme'`,
  ));
});

afterAll(() => database.drop());

const write = (session: Session) =>
  session.one<{ sequence: string }>(
    `insert into public.event_store (tenant_id, entity_type, entity_id, new_values)
     values ($1, 'order', gen_random_uuid(), '{}') returning sequence::text`,
    [tenant],
  );
const seal = () => admin.query('select private.seal_audits()');
const sealedUpTo = async () =>
  (await admin.one<{ n: string }>('select private.sealed_up_to($1)::text as n', [tenant])).n;
const verify = () =>
  admin.one<{ is_intact: boolean; unsealed: string; first_broken_position: string | null }>(
    'select is_intact, unsealed::text, first_broken_position::text from private.verify_audit_of($1)',
    [tenant],
  );

test('a row whose transaction commits late, after younger ones were sealed, is sealed with the next batch', async () => {
  const slow = await database.asAdmin();
  await slow.query('begin');
  const late = await write(slow);
  const young = await write(admin);
  expect(Number(late.sequence)).toBeLessThan(Number(young.sequence));
  await seal();
  await seal();
  // While the slow one may still commit, nobody says that everything up to the young one is sealed.
  expect(Number(await sealedUpTo())).toBeLessThan(Number(late.sequence));
  await slow.query('commit');
  expect(await verify()).toMatchObject({ is_intact: true, unsealed: '1' });
  await seal();
  expect(await verify()).toMatchObject({ is_intact: true, unsealed: '0' });
});

test('a row that is written later under a number long past breaks the chain where it was put', async () => {
  const { sequence } = await write(admin);
  await admin.query(`select nextval(pg_get_serial_sequence('public.event_store', 'sequence'))`);
  const gap = Number(sequence) + 1;
  // Transactions of other tests may still be running; they end.
  await expect
    .poll(
      async () => {
        await write(admin);
        await seal();
        return Number(await sealedUpTo());
      },
      { timeout: 50_000 },
    )
    .toBeGreaterThan(gap);
  expect(await verify()).toMatchObject({ is_intact: true, unsealed: '0' });
  await admin.query(
    `insert into public.event_store (tenant_id, sequence, entity_type, entity_id, new_values)
     overriding system value values ($1, $2, 'order', gen_random_uuid(), '{}')`,
    [tenant, gap],
  );
  const { position } = await admin.one<{ position: string }>(
    'select min(position)::text as position from private.audit_chain where tenant_id = $1 and sequence > $2',
    [tenant, gap],
  );
  expect(await verify()).toEqual({
    is_intact: false,
    unsealed: '1',
    first_broken_position: position,
  });
});
