import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Races } from './race.ts';

let database: TestDatabase;
let races: Races;
let manager: Session;
let kind_id: string;
let vendor_id: string;

beforeAll(async () => {
  database = await cloneDatabase('contract_once');
  races = await Races.open(database);
  manager = await database.asUser('manager@acme.test');
  const owner = await database.asUser('owner@acme.test');
  kind_id = (
    await owner.one<{ id: string }>(
      `insert into contract_kinds (name, is_exclusive) values ('Sole supply', true) returning id`,
    )
  ).id;
  vendor_id = (
    await owner.one<{ id: string }>(
      `insert into vendors (name) values ('Contract Mills') returning id`,
    )
  ).id;
});

afterAll(() => database.drop());

/** A draft with its signed paper. */
async function draft(values: Record<string, unknown> = {}) {
  const made = await manager.rpc<{ id: string; tenant_id: string }>('create_contract', {
    title: 'Flour',
    kind_id,
    vendor_id,
    starts_on: '2026-01-01',
    ...values,
  });
  const path = `${made.tenant_id}/${made.id}`;
  await manager.query(
    `insert into storage.objects (bucket_id, name, owner_id, metadata)
     values ('attachments', $1, auth.uid()::text, '{"mimetype": "application/pdf", "size": 1200}')`,
    [path],
  );
  const paper = await manager.rpc<{ id: string }>('add_attachment', {
    document_kind: 'contract',
    document_id: made.id,
    path,
    name: 'Signed.pdf',
  });
  return { contract_id: made.id, attachment_id: paper.id, signed_by: 'J. Mwangi' };
}

test('of two exclusive contracts with one vendor that are signed at once one holds', async () => {
  const [one, other] = [await draft(), await draft()];
  const finance = await database.asUser('finance@acme.test');
  await manager.query('begin');
  await manager.rpc('activate_contract', one);
  const second = finance.rpc('activate_contract', other).then(
    () => 'ok',
    (error: unknown) => (error as Error).message,
  );
  await races.untilWaiting(finance);
  await manager.query('commit');
  expect(await second).toBe('contract_overlaps');
});

test('a contract that two people say was signed has one first term', async () => {
  const signed = await draft({ starts_on: '2024-01-01', ends_on: '2024-12-31' });
  expect(
    await races.at('contracts', signed.contract_id, [
      ['manager', 'activate_contract', signed],
      ['finance', 'activate_contract', signed],
    ]),
  ).toEqual({ ok: 1, contract_transition_illegal: 1 });
});

test('a signed paper is taken off before the contract is signed, or stays', async () => {
  const signed = await draft({ starts_on: '2022-01-01', ends_on: '2022-12-31' });
  const answers = await races.at(
    'attachments',
    signed.attachment_id,
    [
      ['manager', 'activate_contract', signed],
      ['manager', 'remove_attachment', { attachment_id: signed.attachment_id }],
    ],
    'update',
  );
  expect(answers.ok).toBe(1);
  expect(
    await races.number(
      `(select count(*) from contracts c where c.id = '${signed.contract_id}' and (c.status = 'active') <> exists (select from attachments a where a.id = '${signed.attachment_id}'))`,
    ),
  ).toBe(0);
});

test('two workers renew a contract once', async () => {
  const signed = await draft({
    starts_on: '2020-01-01',
    ends_on: '2020-12-31',
    renews_months: 12,
    vendor_id: null,
    customer_id: await races.made(`tests.customer('Kilimani Mini Mart')`),
  });
  await manager.rpc('activate_contract', signed);
  const workers = [await database.asAdmin(), await database.asAdmin()];
  await Promise.all(workers.map((worker) => worker.query('select private.end_contracts()')));
  const terms = await races.number(
    `(select count(*) from contract_terms where contract_id = '${signed.contract_id}')`,
  );
  expect(terms).toBeGreaterThanOrEqual(2);
  expect(
    await races.number(
      `(select count(distinct starts_on) from contract_terms where contract_id = '${signed.contract_id}')`,
    ),
  ).toBe(terms);
});
