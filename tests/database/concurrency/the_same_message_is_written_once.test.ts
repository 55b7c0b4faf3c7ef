import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase('messages');
});

afterAll(() => database.drop());

test('of two workers who write the same message in the same moment one does', async () => {
  const admin = await database.asAdmin();
  const { acme } = await admin.one<{ acme: string }>(
    `select id as acme from tenants where slug = 'acme'`,
  );
  const first = await database.asService();
  const second = await database.asService();
  const say = {
    tenant_id: acme,
    channel: 'sms',
    recipient: '+254711000102',
    template: 'note',
    subject: null,
    body: 'Hello',
    business_key: 'hello:1',
  };

  await first.query('begin');
  expect(await first.rpc('enqueue_message', say)).not.toBeNull();
  const { pid } = await second.one<{ pid: number }>('select pg_backend_pid() as pid');
  let answer: unknown = 'none yet';
  const later = second.rpc('enqueue_message', say).then((id) => (answer = id));
  const isWaiting = async () =>
    (
      await admin.query(
        `select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`,
        [pid],
      )
    ).length > 0;
  while (answer === 'none yet' && !(await isWaiting()));
  await first.query('commit');
  await later;

  expect(answer).toBeNull();
  expect(await admin.one('select count(*)::int from messages')).toEqual({ count: 1 });
  expect(await admin.one('select count(*)::int from pgmq.q_send_message')).toEqual({ count: 1 });
});
