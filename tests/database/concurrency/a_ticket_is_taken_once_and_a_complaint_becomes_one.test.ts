import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
let dispatcher: Session;
let category_id: string;

beforeAll(async () => {
  database = await cloneDatabase('ticket_taken_once');
  races = await Races.open(database);
  dispatcher = await database.asUser('dispatcher@acme.test');
  category_id = await races.made(
    `(select id from ticket_categories where name = 'Delivery' and tenant_id = tests.tenant('acme'))`,
  );
});

afterAll(() => database.drop());

test('a ticket that several people take at once has one of them', async () => {
  const ticket = await dispatcher.rpc<{ id: string }>('create_ticket', {
    subject: 'Crates are wet',
    category_id,
  });
  const take = { ticket_id: ticket.id };
  expect(
    await races.at('tickets', ticket.id, [
      ['manager', 'take_ticket', take],
      ['dispatcher', 'take_ticket', take],
      ['finance', 'take_ticket', take],
    ]),
  ).toEqual({ ok: 1, ticket_taken: 2 });
});

test('a complaint that several people make a ticket of becomes one', async () => {
  const complaint = await dispatcher.rpc<{ id: string }>('create_task', {
    title: 'Broken bottles',
  });
  expect(
    await races.at(
      'tasks',
      complaint.id,
      times(3, [
        'manager',
        'create_ticket',
        { subject: 'Broken bottles', category_id, task_id: complaint.id },
      ]),
    ),
  ).toEqual({ ok: 1, task_has_ticket: 2 });
  expect(
    await races.number(`(select count(*) from tickets where task_id = '${complaint.id}')`),
  ).toBe(1);
});
