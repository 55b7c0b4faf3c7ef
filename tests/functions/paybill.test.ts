import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { DatabaseError } from '../../functions/_shared/database.ts';
import { handle } from '../../functions/paybill/handler.ts';
import { recordingDatabase } from './_support/database.ts';

const SECRET = 'bG9uZy1lbm91Z2gtc2VjcmV0';
/** As Safaricom documents it for a paybill; the telephone comes hashed or with stars. */
const PAYMENT = {
  TransactionType: 'Pay Bill',
  TransID: 'SKL1AB2CD3',
  TransTime: '20261127210814',
  TransAmount: '1250.00',
  BusinessShortCode: '600638',
  BillRefNumber: 'INV-000012',
  InvoiceNumber: '',
  OrgAccountBalance: '49197.00',
  ThirdPartyTransID: '',
  MSISDN: '2547*****126',
  FirstName: 'JANE',
  MiddleName: '',
  LastName: 'WANJIRU',
};

function arrange(answer: unknown) {
  const database = recordingDatabase({
    receive_paybill_payment: answer,
    check_paybill_payment: answer,
  });
  const logged: Record<string, unknown>[] = [];
  const call = async (body: unknown, address = `${SECRET}/confirmation`, method = 'POST') => {
    const response = await handle(
      new Request(`http://functions.test/paybill/${address}`, {
        method,
        ...(method === 'POST'
          ? { body: typeof body === 'string' ? body : JSON.stringify(body) }
          : {}),
      }),
      { database, log: (entry) => logged.push(entry) },
    );
    return { status: response.status, ...((await response.json()) as { ResultCode: unknown }) };
  };
  return { database, logged, call };
}

test('a payment that M-Pesa tells of is handed to the database as it was told', async () => {
  const { database, call } = arrange('taken');
  expect(await call(PAYMENT)).toEqual({ status: 200, ResultCode: 0, ResultDesc: 'Accepted' });
  expect(database.calls).toEqual([
    {
      name: 'receive_paybill_payment',
      args: {
        token_hash: createHash('sha256').update(SECRET).digest('hex'),
        short_code: '600638',
        reference: 'SKL1AB2CD3',
        amount: '1250.00',
        posted_at: '2026-11-27T21:08:14+03:00',
        bill_reference: 'INV-000012',
        paid_from: '2547*****126',
        paid_by: 'JANE WANJIRU',
      },
    },
  ]);
});

test('a till tells less, and some tell numbers', async () => {
  const { database, call } = arrange('taken');
  const { TransID, TransTime } = PAYMENT;
  const sent = {
    TransID,
    TransTime,
    TransAmount: 10,
    BusinessShortCode: 600638,
    MSISDN: 254711000102,
  };
  expect((await call(sent)).ResultCode).toBe(0);
  expect(database.calls[0]?.args).toMatchObject({
    amount: '10',
    short_code: '600638',
    paid_from: '254711000102',
    paid_by: null,
    bill_reference: null,
  });
});

test('what is told again is answered as the first time, another amount is noticed', async () => {
  expect((await arrange('known').call(PAYMENT)).ResultCode).toBe(0);
  const { logged, call } = arrange('differs');
  expect((await call(PAYMENT)).ResultCode).toBe(0);
  expect(logged).toEqual([{ event: 'paybill_differs', reference: 'SKL1AB2CD3' }]);
});

test('asked before, it says whether the account is one', async () => {
  const ask = (answer: string) => arrange(answer).call(PAYMENT, `${SECRET}/validation`);
  expect((await ask('accepted')).ResultCode).toBe(0);
  expect(await ask('account_unknown')).toEqual({
    status: 200,
    ResultCode: 'C2B00012',
    ResultDesc: 'Rejected',
  });
});

test('a wrong secret, another call, another method and what cannot be read change nothing', async () => {
  const unknown = arrange(() => {
    throw new DatabaseError(404, 'PT404', 'paybill_unknown');
  });
  expect((await unknown.call(PAYMENT)).status).toBe(404);
  const { database, logged, call } = arrange('taken');
  expect((await call(PAYMENT, 'short/confirmation')).status).toBe(404);
  expect((await call(PAYMENT, `${SECRET}/reversal`)).status).toBe(404);
  expect((await call(PAYMENT, `${SECRET}/confirmation`, 'GET')).status).toBe(404);
  expect((await call('not json')).status).toBe(422);
  expect((await call({ ...PAYMENT, TransAmount: '-5' })).status).toBe(422);
  expect((await call({ ...PAYMENT, TransTime: 'today' })).status).toBe(422);
  expect(database.calls).toEqual([]);
  expect(JSON.stringify(logged)).not.toContain('JANE');
});

test('a database that does not answer is no yes', async () => {
  const { call } = arrange(() => {
    throw new DatabaseError(503, 'unknown', 'The API answered 503');
  });
  await expect(call(PAYMENT)).rejects.toThrow('503');
});
