import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
let manager: Session;

beforeAll(async () => {
  database = await cloneDatabase('proposal_once');
  races = await Races.open(database);
  manager = await database.asUser('manager@acme.test');
});

afterAll(() => database.drop());

/** What was sent for a deal of its own, and a draft of its next version. */
async function offered(title: string) {
  const lines = JSON.parse(await races.made(`tests.lines('COL-300', 5)`)) as unknown;
  const sent = await manager.rpc<{ id: string; deal_id: string }>('create_proposal', {
    valid_until: '2090-01-01',
    customer_id: await races.made(`tests.customer('Kilimani Mini Mart')`),
    title,
    lines,
  });
  await manager.rpc('send_proposal', { proposal_id: sent.id });
  const next = await manager.rpc<{ id: string }>('revise_proposal', {
    proposal_id: sent.id,
    valid_until: '2090-01-01',
  });
  return { sent: sent.id, next: next.id, deal: sent.deal_id };
}

test('a proposal that several people accept at once wins its deal once', async () => {
  const { sent, deal } = await offered('Festival');
  expect(
    await races.at('deals', deal, times(3, ['manager', 'accept_proposal', { proposal_id: sent }])),
  ).toEqual({ ok: 1, proposal_transition_illegal: 2 });
});

test('while the next version is sent the one before is accepted, or makes room', async () => {
  const { sent, next, deal } = await offered('Wedding');
  const answers = await races.at('deals', deal, [
    ['manager', 'accept_proposal', { proposal_id: sent }],
    ['manager', 'send_proposal', { proposal_id: next }],
  ]);
  expect(answers.ok).toBe(1);
  expect(
    await races.number(
      `(select count(*) from proposals where deal_id = '${deal}' and status in ('sent', 'accepted'))`,
    ),
  ).toBe(1);
});

test('versions that are drafted at once are counted one after the other', async () => {
  const { sent, deal } = await offered('Fair');
  expect(
    await races.at(
      'deals',
      deal,
      times(3, ['manager', 'revise_proposal', { proposal_id: sent, valid_until: '2090-01-01' }]),
    ),
  ).toEqual({ ok: 3 });
  expect(
    await races.number(
      `(select count(distinct revision) from proposals where deal_id = '${deal}')`,
    ),
  ).toBe(5);
});
