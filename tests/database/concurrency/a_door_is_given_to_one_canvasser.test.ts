import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { crowd, together } from './crowd.ts';
import { meet } from './meet.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
let manager: Session;
let area: string;

beforeAll(async () => {
  database = await cloneDatabase('doors_once');
  races = await Races.open(database);
  manager = await database.asUser('manager@acme.test');
  area = await races.made(
    `(select id from territories where tenant_id = tests.tenant('acme') and code = 'NBO')`,
  );
  await manager.query(
    `insert into doors (address, territory_id, latitude, longitude)
     select 'Ring Road ' || n, $1, -1.28 - n * 0.0001, 36.82 from generate_series(1, 60) n`,
    [area],
  );
});

afterAll(() => database.drop());

const nextDoors = `select jsonb_array_length(public.next_doors($1, $2) -> 'doors') as given`;
const shared = `(select count(*) from (select from door_claims group by door_id, day having count(*) > 1) x)`;

test('who asks while another is being given doors is given others, and does not wait', async () => {
  const [first, second] = await crowd(database, ['sales@acme.test', 'agent@acme.test'], 2);
  if (!first || !second) throw new Error('nobody walks');
  await meet(database, [first, nextDoors, [area, 5]], [second, nextDoors, [area, 5]]);
  expect(await races.number(`(select count(distinct door_id) from door_claims)`)).toBe(10);
  expect(await races.number(`(select count(distinct canvasser_id) from door_claims)`)).toBe(2);
});

test('many canvassers at once are given every door once, until none is left', async () => {
  const sessions = await crowd(
    database,
    ['sales@acme.test', 'agent@acme.test', 'manager@acme.test', 'owner@acme.test'],
    8,
  );
  let given = 0;
  const answers = await together(sessions, async (session) => {
    for (;;) {
      const row = await session.one<{ given: number }>(nextDoors, [area, 3]);
      given += row.given;
      if (row.given === 0) return;
    }
  });
  expect(answers).toEqual({ ok: 8 });
  expect(given).toBe(50);
  expect(await races.number(`(select count(*) from door_claims)`)).toBe(60);
  expect(await races.number(shared)).toBe(0);
});

test('of several who come to a free door at once one writes down the visit', async () => {
  const [door] = await manager.query<{ id: string }>(
    `insert into doors (address) values ('Lonely Lane 1') returning id`,
  );
  const outcome = await races.made(
    `(select id from door_outcomes where tenant_id = tests.tenant('acme') and kind = 'nobody_home')`,
  );
  const visit = { door_id: door?.id, outcome_id: outcome };
  const answers = await races.at('doors', door?.id ?? '', [
    ...times(2, ['sales', 'visit_door', visit]),
    ['agent', 'visit_door', visit],
    ['manager', 'visit_door', visit],
  ]);
  expect(answers.ok).toBeGreaterThan(0);
  expect(await races.number(`(select count(distinct canvasser_id) from door_visits)`)).toBe(1);
  expect((answers.ok ?? 0) + (answers.door_is_anothers ?? 0)).toBe(4);
});
