import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TaxDocument } from '../../functions/submit-tax/authority.ts';
import { etims } from '../../functions/submit-tax/etims.ts';
import { makeHandler } from '../../functions/submit-tax/handler.ts';
import { ControlUnit } from '../../scripts/etims/control_unit.ts';
import { AS_CLOCK, SECRET_KEY, post, recordingDatabase } from './_support/database.ts';

const TENANT = '0190a000-0000-7000-8000-00000000000a';
const ID = '0190a000-0000-7000-8000-000000000001';
const PIN = 'P051234567Z';
const IDS = { tenant_id: TENANT, submission_id: ID };
const RECEIPTS = 'https://receipts.example/look';

const SALE: TaxDocument = {
  kind: 'invoice',
  number: 1,
  original: null,
  name: 'INV-000001',
  issued_on: '2026-11-28',
  buyer: { name: 'Kilimani Mini Mart', pin: null },
  lines: [
    {
      sku: 'LAG-500',
      name: 'Lager',
      unit: 'crate',
      quantity: 2,
      amount: 8352,
      tax: 1152,
      rates: [16],
    },
    { sku: 'COL-300', name: 'Cola', unit: 'crate', quantity: 3, amount: 2340, tax: 0, rates: [] },
    { sku: 'FUE-1', name: 'Fuel', unit: 'litre', quantity: 1.5, amount: 324, tax: 24, rates: [8] },
  ],
};

let unit: ControlUnit;

beforeEach(async () => {
  unit = new ControlUnit({ pin: PIN });
  await unit.start();
});
afterEach(() => unit.stop());

async function told(
  document: TaxDocument,
  { mayBeThere = false, key = unit.key, failure = 'retry' } = {},
) {
  const device = { pin: PIN, branch: '00', control_unit: unit.id, key };
  const database = recordingDatabase({
    claim_messages: [{ msg_id: 7, read_ct: 1, message: IDS }],
    tax_submission_to_send: { may_be_there: mayBeThere, device, document },
    record_tax_result: null,
    archive_message: true,
    fail_message: { result: failure },
    worker_heartbeat: null,
  });
  const handler = makeHandler({
    database,
    secretKey: SECRET_KEY,
    authority: etims({ apiUrl: unit.url, receiptUrl: RECEIPTS }, fetch),
    log: () => {},
    now: () => 0,
  });
  const response = await handler(post({}, AS_CLOCK));
  expect(response.status).toBe(200);
  const recorded = database.calls.find(({ name }) => name === 'record_tax_result')?.args ?? {};
  return { recorded, names: database.calls.map(({ name }) => name) };
}

test('a sale is taken with its taxes by kind, and its receipt is kept', async () => {
  const { recorded, names } = await told(SALE);
  const taken = unit.taken.get(1);
  expect(taken?.body).toMatchObject({
    ...{ trdInvcNo: 'INV-000001', rcptTyCd: 'S', orgInvcNo: 0, salesDt: '20261128' },
    ...{ taxblAmtA: 2340, taxblAmtB: 8352, taxAmtB: 1152, taxblAmtE: 324, taxAmtE: 24 },
    ...{ totAmt: 11_016, totTaxAmt: 1176, totItemCnt: 3 },
  });
  expect(recorded).toMatchObject({
    ...IDS,
    status: 'sent',
    receipt: {
      control_unit: unit.id,
      number: 1,
      signature: taken?.receipt.rcptSign,
      link: `${RECEIPTS}?Data=${PIN}00${taken?.receipt.rcptSign}`,
    },
  });
  expect((recorded['receipt'] as { signed_at: string }).signed_at).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+03:00$/,
  );
  expect(names).toContain('archive_message');
});

test('a sale that was taken without an answer has one receipt, found by its number', async () => {
  unit.silent = 1;
  const first = await told(SALE);
  expect(first.recorded).toMatchObject({ status: 'queued', error: 'tax_unreachable' });
  expect(first.names).not.toContain('archive_message');
  const second = await told(SALE, { mayBeThere: true });
  expect(second.recorded).toMatchObject({
    status: 'sent',
    receipt: { signature: unit.taken.get(1)?.receipt.rcptSign },
  });
  expect(unit.taken.size).toBe(1);
  // It was asked before it was told again.
  expect(unit.heard).toEqual(['saveTrnsSalesOsdc', 'selectInvoiceDtl']);
});

test('a number that overlaps is answered with the receipt that it has', async () => {
  await told(SALE);
  const { recorded } = await told(SALE);
  expect(recorded).toMatchObject({
    status: 'sent',
    receipt: { number: 1, signature: unit.taken.get(1)?.receipt.rcptSign },
  });
  expect(unit.taken.size).toBe(1);
});

test('a credit note refers to its sale and waits for it', async () => {
  const credit: TaxDocument = { ...SALE, kind: 'credit_note', number: 2, original: 1 };
  expect((await told(credit)).recorded).toMatchObject({ status: 'queued', error: 'tax_unwell' });
  await told(SALE);
  expect((await told(credit)).recorded).toMatchObject({ status: 'sent' });
  expect(unit.taken.get(2)?.body).toMatchObject({ rcptTyCd: 'R', orgInvcNo: 1, rfdRsnCd: '06' });
});

test('what the authority refuses is not tried again, and says why', async () => {
  unit.answers.push('910');
  const { recorded, names } = await told(SALE);
  expect(recorded).toMatchObject({ status: 'refused', error: 'tax_refused' });
  expect(recorded['response']).toContain('910');
  expect(names).not.toContain('fail_message');
  expect((await told(SALE, { key: 'another' })).recorded).toMatchObject({
    status: 'refused',
    error: 'tax_device_refused',
  });
});

test('a tax that the authority does not know is refused before it is told', async () => {
  const [line] = SALE.lines;
  if (line === undefined) throw new Error('The sale has no line');
  for (const rates of [[12], [16, 2]]) {
    const { recorded } = await told({ ...SALE, lines: [{ ...line, rates }] });
    expect(recorded).toMatchObject({ status: 'refused', error: 'tax_rate_unknown' });
  }
  expect(unit.taken.size).toBe(0);
});

test('an authority that stays away is given up on after the last attempt', async () => {
  await unit.stop();
  const { recorded } = await told(SALE, { failure: 'dead_letter' });
  expect(recorded).toMatchObject({ status: 'refused', error: 'tax_unreachable' });
});

test('only the clock may call', async () => {
  const handler = makeHandler({
    database: recordingDatabase({}),
    secretKey: SECRET_KEY,
    authority: etims({ apiUrl: unit.url, receiptUrl: RECEIPTS }, fetch),
    log: () => {},
    now: () => 0,
  });
  expect((await handler(post({}))).status).toBe(401);
});
