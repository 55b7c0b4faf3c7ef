import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

const NUMBER = '106540352242922';
let database: TestDatabase;
let admin: Session;
const claims: { tenant_id: string; channel_id: string; token_id: string }[] = [];

beforeAll(async () => {
  database = await cloneDatabase('proofs');
  admin = await database.asAdmin();
  for (const person of ['owner@acme.test', 'owner@globex.test']) {
    const owner = await database.asUser(person);
    const { id } = await owner.one<{ id: string }>(
      `insert into channels (name, kind, phone_number_id) values ('Line', 'whatsapp', $1) returning id`,
      [NUMBER],
    );
    await owner.rpc('set_channel_token', { channel_id: id, access_token: 'EAAG-token' });
    claims.push(
      await admin.one(
        `select tenant_id, channel_id, token_id from private.channel_tokens where channel_id = $1`,
        [id],
      ),
    );
  }
});

afterAll(() => database.drop());

test('of two companies that prove a number in the same moment one has it, and the other knows', async () => {
  const sessions = await Promise.all(claims.map(() => database.asService()));
  const prove = (session: Session, claim: (typeof claims)[number] | undefined) =>
    session.rpc('record_channel_proof', { ...claim, phone_number_id: NUMBER, status: 'proved' });
  const [first, second] = sessions as [Session, Session];
  await first.query('begin');
  await prove(first, claims[0]);
  const waiting = prove(second, claims[1]);
  const { pid } = { pid: (second.client as unknown as { processID: number }).processID };
  const isWaiting = async () =>
    (
      await admin.one<{ waits: boolean }>(
        `select exists (select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock') as waits`,
        [pid],
      )
    ).waits;
  while (!(await isWaiting()));
  await first.query('commit');
  await waiting;
  const rows = await admin.query<{ tenant_id: string; proved: boolean; proof_error: string }>(
    'select tenant_id, proved_at is not null as proved, proof_error from channels where phone_number_id = $1 order by proved_at nulls first',
    [NUMBER],
  );
  expect(rows).toEqual([
    { tenant_id: claims[0]?.tenant_id, proved: false, proof_error: 'channel_taken_over' },
    { tenant_id: claims[1]?.tenant_id, proved: true, proof_error: null },
  ]);
});
