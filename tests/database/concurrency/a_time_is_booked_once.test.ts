import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { meet } from './meet.ts';
import { Races, type Attempt } from './race.ts';

let database: TestDatabase;
let races: Races;
let manager: Session;
let token: string;
let customer: string;
let agent: string;

interface Booked {
  id: string;
}

/** So many hours after the midnight of a day in some weeks, in Nairobi. */
const at = (hour: number, weeks = 2) =>
  new Date(
    Date.UTC(2026, 0, 5 + 7 * weeks, hour - 3) + thisMonday() - Date.UTC(2026, 0, 5),
  ).toISOString();

function thisMonday(): number {
  const now = new Date();
  return Date.UTC(
    now.getUTCFullYear(),
    now.getUTCMonth(),
    now.getUTCDate() - ((now.getUTCDay() + 6) % 7),
  );
}

beforeAll(async () => {
  database = await cloneDatabase('booked_once');
  races = await Races.open(database);
  manager = await database.asUser('manager@acme.test');
  agent = await races.made(`tests.account('sales@acme.test')`);
  customer = await races.made(`tests.customer('Java Corner Cafe')`);
  const type = await manager.one<{ id: string }>(
    `insert into appointment_types (name, minutes, every_minutes, horizon_days, per_booker) values ('Tasting', 60, 60, 60, 2) returning id`,
  );
  await manager.query(
    `insert into availability (agent_id, weekday, opens, closes) values ($1, 1, '08:00', '18:00')`,
    [agent],
  );
  token = (await manager.rpc<{ token: string }>('share_appointment_type', { type_id: type.id }))
    .token;
});

afterAll(() => database.drop());

const type = () => races.made(`(select id from appointment_types where name = 'Tasting')`);

const made = async (hour: number, weeks?: number) =>
  manager.rpc<Booked>('create_appointment', {
    type_id: await type(),
    starts_at: at(hour, weeks),
    agent_id: agent,
    customer_id: customer,
  });

const booking = `select public.book_appointment($1, $2, 'Asha', $3)`;

test('of two who book one time by the link one has it', async () => {
  const [first, second] = [await database.asAnonymous(), await database.asAnonymous()];
  expect(
    await meet(
      database,
      [first, booking, [token, at(8), 'one@shop.test']],
      [second, booking, [token, at(8), 'two@shop.test']],
    ),
  ).toBe('slot_taken');
  expect(
    await races.number(`(select count(*) from appointments where starts_at = '${at(8)}')`),
  ).toBe(1);
});

test('who books a third time while his second is booked is refused it', async () => {
  const [first, second] = [await database.asAnonymous(), await database.asAnonymous()];
  await first.query(booking, [token, at(9), 'many@shop.test']);
  expect(
    await meet(
      database,
      [first, booking, [token, at(10), 'many@shop.test']],
      [second, booking, [token, at(11), 'many@shop.test']],
    ),
  ).toBe('booker_limit_exceeded');
});

test('a time that somebody of the company takes in this moment is not booked by the link', async () => {
  const visitor = await database.asAnonymous();
  const own = `select public.create_appointment($1, $2, $3, customer_id => $4)`;
  expect(
    await meet(
      database,
      [manager, own, [await type(), at(12), agent, customer]],
      [visitor, booking, [token, at(12), 'late@shop.test']],
    ),
  ).toBe('slot_taken');
});

test('of an appointment that moves and one that is booked one has the time', async () => {
  const { id } = await made(13);
  const visitor = await database.asAnonymous();
  const moving = `select public.reschedule_appointment($1, $2)`;
  expect(
    await meet(
      database,
      [visitor, booking, [token, at(14), 'first@shop.test']],
      [manager, moving, [id, at(14)]],
    ),
  ).toBe('person_busy');
  expect(
    await races.made(`(select starts_at = '${at(13)}' from appointments where id = '${id}')`),
  ).toBe('true');
});

test('two requests that overlap and are accepted at once are one appointment', async () => {
  const release = async (id: string) =>
    manager.rpc('release_appointment', { appointment_id: id, reason: 'Waits' });
  const first = await made(9, 3);
  await release(first.id);
  const second = await made(9, 3);
  await release(second.id);
  const other = await database.asUser('manager@acme.test');
  const accepting = `select public.schedule_appointment($1)`;
  expect(
    await meet(database, [manager, accepting, [first.id]], [other, accepting, [second.id]]),
  ).toBe('person_busy');
});

test('an appointment that two people move at once is where the first put it', async () => {
  const { id } = await made(15);
  const move = (hour: number): Attempt => [
    'manager',
    'reschedule_appointment',
    { appointment_id: id, starts_at: at(hour), expected_version: 2 },
  ];
  expect(await races.at('appointments', id, [move(16), move(17)])).toEqual({
    ok: 1,
    version_conflict: 1,
  });
});
