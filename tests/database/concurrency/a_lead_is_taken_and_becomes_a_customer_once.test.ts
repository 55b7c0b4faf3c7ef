import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { meet } from './meet.ts';
import { Races, times, type Attempt } from './race.ts';

let database: TestDatabase;
let races: Races;
let manager: Session;
let sales: Session;

beforeAll(async () => {
  database = await cloneDatabase('sales_once');
  races = await Races.open(database);
  manager = await database.asUser('manager@acme.test');
  sales = await database.asUser('sales@acme.test');
});

afterAll(() => database.drop());

const lead = async (first_name: string, more: Record<string, unknown> = {}) =>
  (
    await manager.rpc<{ id: string }>('create_lead', {
      first_name,
      phone: '0733000001',
      ...more,
    })
  ).id;

test('of two people who take a lead that nobody has one gets it', async () => {
  const id = await lead('Asha');
  const attempts: Attempt[] = [
    ['sales', 'take_lead', { lead_id: id }],
    ['agent', 'take_lead', { lead_id: id }],
  ];
  // Whoever comes second no longer sees it.
  expect(await races.at('leads', id, attempts)).toEqual({ ok: 1, record_not_found: 1 });
});

test('a lead that several convert at once is one customer with one deal', async () => {
  const id = await lead('Baraka', { email: 'baraka@shop.test' });
  await manager.rpc('qualify_lead', { lead_id: id });
  expect(
    await races.at('leads', id, times(4, ['manager', 'convert_lead', { lead_id: id }])),
  ).toEqual({ ok: 1, lead_transition_illegal: 3 });
  expect(await races.number(`(select count(*) from customers where name = 'Baraka')`)).toBe(1);
  expect(await races.number(`(select count(*) from deals where lead_id = '${id}')`)).toBe(1);
});

test('a deal that two people move at once stands where the first put it, and the second is told', async () => {
  const customer = await races.made(`tests.customer('Java Corner Cafe')`);
  const deal = await sales.rpc<{ id: string; version: number }>('create_deal', {
    title: 'Festival',
    customer_id: customer,
  });
  const stage = (name: string) =>
    races.made(
      `(select id from pipeline_stages where tenant_id = tests.tenant('acme') and name = '${name}')`,
    );
  const move = async (person: string, name: string): Promise<Attempt> => [
    person,
    'move_deal',
    { deal_id: deal.id, stage_id: await stage(name), expected_version: deal.version },
  ];
  expect(
    await races.at('deals', deal.id, [await move('sales', 'Offer'), await move('manager', 'Won')]),
  ).toEqual({ ok: 1, version_conflict: 1 });
});

test('a won deal that two people order at once is one order', async () => {
  const customer = await races.made(`tests.customer('Java Corner Cafe')`);
  const deal = await sales.rpc<{ id: string }>('create_deal', {
    title: 'Wedding',
    customer_id: customer,
  });
  const lines = JSON.parse(await races.made(`tests.lines('COL-300', 2)`)) as unknown[];
  await sales.rpc('set_deal_products', { deal_id: deal.id, lines });
  await sales.rpc('win_deal', { deal_id: deal.id });
  const args = { deal_id: deal.id, warehouse_id: await races.made('tests.depot()') };
  expect(await races.at('deals', deal.id, times(3, ['sales', 'order_deal', args]))).toEqual({
    ok: 1,
    deal_ordered_already: 2,
  });
});

test('leads that come at the same moment go to people in turn', async () => {
  const [team] = await manager.query<{ id: string }>(
    `insert into teams (name) values ('Nairobi') returning id`,
  );
  for (const person of ['sales', 'agent']) {
    await manager.query(
      `insert into team_members (team_id, membership_id) select $1, m.id from memberships m join users u on u.id = m.user_id where u.email = $2`,
      [team?.id, `${person}@acme.test`],
    );
  }
  await manager.query(`insert into lead_routes (place, team_id) values (1, $1)`, [team?.id]);
  const args = { first_name: 'In turn', phone: '0733000009' };
  expect(
    await races.at('teams', team?.id ?? '', times(4, ['manager', 'create_lead', args])),
  ).toEqual({ ok: 4 });
  expect(
    await races.made(
      `(select json_agg(n) from (select count(*) as n from leads where first_name = 'In turn' group by owner_id) x)`,
    ),
  ).toBe('[{"n":2},{"n":2}]'.replaceAll('{"n":', '').replaceAll('}', '').replace(',', ', '));
});

test('two vendors who send the same person at once make one lead', async () => {
  for (const name of ['One', 'Two']) {
    const [vendor] = await manager.query<{ id: string }>(
      `insert into lead_vendors (name) values ($1) returning id`,
      [name],
    );
    await manager.query(
      `select public.set_vendor_key($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))`,
      [vendor?.id, `key ${name}`],
    );
  }
  const capture = `select public.capture_lead($1, '{"name": "Same Person", "email": "same@person.test"}') ->> 'status' as status`;
  const [first, second] = [await database.asAnonymous(), await database.asAnonymous()];
  expect(await meet(database, [first, capture, ['key One']], [second, capture, ['key Two']])).toBe(
    'ok',
  );
  expect(await races.number(`(select count(*) from leads where email = 'same@person.test')`)).toBe(
    1,
  );
  expect(
    await races.number(
      `(select count(*) from lead_captures where lead_id is not null and is_repeat)`,
    ),
  ).toBe(1);
});
