import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { meet } from './meet.ts';
import { Races } from './race.ts';

let database: TestDatabase;
let races: Races;
let manager: Session;
let seller: string;
let depot: string;
let type: string;
let customer: string;

beforeAll(async () => {
  database = await cloneDatabase('away_or_there');
  races = await Races.open(database);
  manager = await database.asUser('manager@acme.test');
  seller = await races.made(`tests.account('sales@acme.test')`);
  depot = await races.made('tests.depot()');
  customer = await races.made(`tests.customer('Java Corner Cafe')`);
  type = (
    await manager.one<{ id: string }>(
      `insert into appointment_types (name, minutes) values ('Tasting', 60) returning id`,
    )
  ).id;
});

afterAll(() => database.drop());

/** Leave of the salesperson on one day of next year, which waits. */
async function asked(day: string): Promise<string> {
  const person = await database.asUser('sales@acme.test');
  return (await person.rpc<{ id: string }>('create_leave_request', { from_on: day, until_on: day }))
    .id;
}

const approve = `select public.approve_leave_request($1)`;
const shift = `insert into shifts (person_id, warehouse_id, starts_at, ends_at) values ($1, $2, $3, $4)`;
const appointment = `select public.create_appointment($1, $2, $3, customer_id => $4)`;

test('of leave and an appointment on its day, which meet, the first is there and the second is told', async () => {
  const other = await database.asUser('owner@acme.test');
  const at = (day: string) => [type, `${day}T08:00:00Z`, seller, customer];
  expect(
    await meet(
      database,
      [manager, approve, [await asked('2030-03-04')]],
      [other, appointment, at('2030-03-04')],
    ),
  ).toBe('person_busy');
  expect(
    await meet(
      database,
      [other, appointment, at('2030-03-11')],
      [manager, approve, [await asked('2030-03-11')]],
    ),
  ).toBe('person_busy');
});

test('of leave and a shift on its day, too', async () => {
  const other = await database.asUser('owner@acme.test');
  const on = (day: string) => [seller, depot, `${day}T05:00:00Z`, `${day}T14:00:00Z`];
  expect(
    await meet(
      database,
      [manager, approve, [await asked('2030-03-18')]],
      [other, shift, on('2030-03-18')],
    ),
  ).toBe('person_busy');
  expect(
    await meet(
      database,
      [other, shift, on('2030-03-25')],
      [manager, approve, [await asked('2030-03-25')]],
    ),
  ).toBe('person_busy');
});

test('leave that two people decide on at once is decided once', async () => {
  const leave_request_id = await asked('2030-04-01');
  expect(
    await races.at('leave_requests', leave_request_id, [
      ['manager', 'approve_leave_request', { leave_request_id }],
      ['owner', 'reject_leave_request', { leave_request_id, reason: 'Busy' }],
    ]),
  ).toEqual({ ok: 1, leave_request_transition_illegal: 1 });
});
