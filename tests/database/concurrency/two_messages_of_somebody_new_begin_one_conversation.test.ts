import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

const NUMBER = '106540352242922';
let database: TestDatabase;
let admin: Session;
const ANSWERING = ['owner', 'manager', 'sales', 'agent'];

async function onDuty(person: string) {
  const session = await database.asUser(`${person}@acme.test`);
  await session.rpc('go_on_duty', { until: new Date(Date.now() + 3_600_000).toISOString() });
}

beforeAll(async () => {
  database = await cloneDatabase('conversations');
  admin = await database.asAdmin();
  const owner = await database.asUser('owner@acme.test');
  await owner.query(
    `insert into channels (name, kind, phone_number_id, assigns_in_turn) values ('Orders line', 'whatsapp', $1, true)`,
    [NUMBER],
  );
  await admin.query('update channels set proved_at = now() where proved_at is null');
  for (const person of ANSWERING) await onDuty(person);
});

afterAll(() => database.drop());

const told = (id: string, from: string, place = 1) => ({
  place,
  value: {
    metadata: { phone_number_id: NUMBER },
    contacts: [{ wa_id: from, profile: { name: 'Mama Njeri' } }],
    messages: [{ from, id, type: 'text', text: { body: id } }],
  },
});
const receive = (session: Session, body: string, ...changes: unknown[]) =>
  session.query('select private.receive_whatsapp($1, $2)', [JSON.stringify(changes), body]);
const count = async (from: string) =>
  (await admin.one<{ count: number }>(`select count(*)::int from ${from}`)).count;

/** What was told, and then what that told. */
async function hearAll() {
  for (const _ of [1, 2]) await admin.query(`select private.process_queue('whatsapp_events', 200)`);
}

/** Work in the first session, and then in all others while the first has not committed. */
async function meanwhile(work: ((session: Session) => Promise<unknown>)[]): Promise<void> {
  const sessions = await Promise.all(work.map(() => database.asAdmin()));
  const [first, ...others] = sessions as [Session, ...Session[]];
  await first.query('begin');
  await work[0]?.(first);
  let done = 0;
  const running = others.map((session, index) =>
    work[index + 1]?.(session).then(() => (done += 1)),
  );
  const pids = others.map(
    (session) => (session.client as unknown as { processID: number }).processID,
  );
  const waiting = async () =>
    (
      await admin.one<{ count: number }>(
        `select count(*)::int from pg_stat_activity where pid = any ($1) and wait_event_type = 'Lock'`,
        [pids],
      )
    ).count;
  while ((await waiting()) + done < others.length);
  await first.query('commit');
  await Promise.all(running);
}

test('two different messages of somebody new in the same instant make one person and one conversation', async () => {
  await receive(admin, 'one', told('wamid.a', '254733000111'));
  await receive(admin, 'two', told('wamid.b', '254733000111'));
  const work = (session: Session) =>
    session.query(`select private.process_queue('whatsapp_events', 1)`);
  await meanwhile([work, work]);
  expect(await count(`messages where direction = 'in'`)).toBe(2);
  expect(await count(`contact_points where value = '+254733000111'`)).toBe(1);
  expect(await count('conversations')).toBe(1);
  expect(await admin.one('select unread from conversation_activity')).toEqual({ unread: 2 });
});

test('the same body and the same message told at several doors at once has its effect once', async () => {
  const body = (session: Session) => receive(session, 'three', told('wamid.c', '254733000222'));
  const another = (session: Session) =>
    receive(session, 'four', told('wamid.c', '254733000222'), told('wamid.c', '254733000222', 2));
  await meanwhile([body, body, body]);
  await another(admin);
  expect(await count(`private.whatsapp_updates where body_hash = 'three'`)).toBe(1);
  const work = (session: Session) =>
    session.query(`select private.process_queue('whatsapp_events', 1)`);
  await meanwhile([work, work, work]);
  await work(admin);
  expect(await count(`messages where provider_reference = 'wamid.c'`)).toBe(1);
  expect(
    await count(
      `conversations c join contacts p on p.id = c.contact_id join contact_points q on q.contact_id = p.id where q.value = '+254733000222'`,
    ),
  ).toBe(1);
});

test('new conversations of the same moment go round those who answer, nobody is left out', async () => {
  // What the messages before have told is heard first.
  await admin.query(`select private.process_queue('whatsapp_events', 200)`);
  const work = (session: Session) =>
    session.query(`select private.process_queue('whatsapp_events', 1)`);
  const answering = ANSWERING.length;
  const before = await count('(select distinct assignee_id from conversations) a');
  for (let n = before; n < answering; n += 1) {
    await receive(admin, `turn ${n}`, told(`wamid.turn.${n}`, `25473300100${n}`));
  }
  await meanwhile(Array.from({ length: answering - before }, () => work));
  expect(await count('(select distinct assignee_id from conversations) a')).toBe(answering);
});

test('conversations that arrive at once never give anybody more than he has room for', async () => {
  await hearAll();
  await admin.query(`update conversations set status = 'resolved', resolved_at = now()`);
  await admin.query('update inbox_agents set capacity = 1');
  for (let n = 0; n < 6; n += 1) {
    await receive(admin, `full ${n}`, told(`wamid.full.${n}`, `25473300200${n}`));
  }
  const work = (session: Session) =>
    session.query(`select private.process_queue('whatsapp_events', 1)`);
  await meanwhile(Array.from({ length: 6 }, () => work));
  await hearAll();
  expect(await count(`conversations where status = 'open'`)).toBe(6);
  expect(await count(`conversations where status = 'open' and assignee_id is null`)).toBe(2);
  // Those who come on duty at once share what waits, and nobody gets one twice.
  await admin.query('update inbox_agents set capacity = 2, on_duty_until = null');
  const people = await Promise.all(
    ANSWERING.map((person) => database.asUser(`${person}@acme.test`)),
  );
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await Promise.all(people.map((person) => person.rpc('go_on_duty', { until })));
  await admin.query('select private.give_waiting_conversations()');
  expect(await count(`conversations where status = 'open' and assignee_id is null`)).toBe(0);
  expect(
    await count(
      `(select assignee_id from conversations where status = 'open' group by assignee_id having count(*) > 2) a`,
    ),
  ).toBe(0);
});

test('of two colleagues who answer at once the second is told of the first', async () => {
  const { id } = await admin.one<{ id: string }>(
    'select id from conversations order by id limit 1',
  );
  const [sales, manager] = [
    await database.asUser('sales@acme.test'),
    await database.asUser('manager@acme.test'),
  ];
  const answer = (session: Session) =>
    session.rpc('reply_to_conversation', { conversation_id: id, text: 'Karibu', replies_seen: 0 });
  await sales.query('begin');
  await answer(sales);
  const second = answer(manager).then(
    () => 'ok',
    (error: Error) => error.message,
  );
  await sales.query('commit');
  expect(await second).toBe('answered_meanwhile');
  // Who has seen the answer may add to it.
  await manager.rpc('reply_to_conversation', {
    conversation_id: id,
    text: 'Asante',
    replies_seen: 1,
  });
  expect(await count(`messages where conversation_id = '${id}' and direction = 'out'`)).toBe(2);
});
