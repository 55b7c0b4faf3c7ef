import { createHash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { testStack } from '../harness/stack.ts';
import { as, type Client } from './client.ts';

const SECRET = 'a-secret-that-only-m-pesa-was-told';
let finance: Client;

beforeAll(async () => {
  const owner = await as('owner@globex.test');
  await owner.ask('/rest/v1/paybills', { body: { name: 'Shop till', short_code: '174379' } });
  const { id } = await owner.row('paybills?short_code=eq.174379&select=id');
  await owner.command('set_paybill_address', {
    paybill_id: id,
    token_hash: createHash('sha256').update(SECRET).digest('hex'),
  });
  finance = await as('finance@globex.test');
});

/** M-Pesa sends no key of ours. */
async function tell(payment: Record<string, string>, secret = SECRET) {
  const response = await fetch(`${testStack().url}/functions/v1/paybill/${secret}/confirmation`, {
    method: 'POST',
    body: JSON.stringify({
      TransactionType: 'Buy Goods',
      TransTime: '20261120101500',
      BusinessShortCode: '174379',
      FirstName: 'JANE',
      ...payment,
    }),
  });
  return { status: response.status, body: await response.json() };
}

test('a payment that is told twenty times at once is one line, which finance sees', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => tell({ TransID: 'SKT20AB', TransAmount: '1250.50' })),
  );
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`))).toEqual(
    new Set(['200 {"ResultCode":0,"ResultDesc":"Accepted"}']),
  );
  expect(
    await finance.rows(
      'statement_lines?reference=eq.SKT20AB&select=source,amount,posted_at,paid_by',
    ),
  ).toEqual([
    {
      source: 'Shop till',
      amount: 1250.5,
      posted_at: '2026-11-20T07:15:00+00:00',
      paid_by: 'JANE',
    },
  ]);
});

test('whoever does not know the address tells nothing, and another company sees nothing', async () => {
  const wrong = await tell({ TransID: 'SKT21AB', TransAmount: '1' }, 'a-secret-that-was-guessed');
  expect(wrong).toMatchObject({ status: 404, body: { ResultCode: 'C2B00016' } });
  const others = await as('finance@acme.test');
  expect(await others.rows('statement_lines?reference=in.(SKT20AB,SKT21AB)&select=id')).toEqual([]);
  expect(await others.rows('paybills?select=id')).toEqual([]);
});
