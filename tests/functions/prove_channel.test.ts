import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHandler } from '../../functions/prove-channel/handler.ts';
import { Meta } from '../../scripts/whatsapp/meta.ts';
import { AS_CLOCK, SECRET_KEY, post, recordingDatabase } from './_support/database.ts';

const NUMBER = '106540352242922';
const IDS = {
  tenant_id: '0190a000-0000-7000-8000-00000000000a',
  channel_id: '0190a000-0000-7000-8000-000000000001',
};
const meta = new Meta({
  appSecret: 'secret',
  webhook: '',
  phoneNumberId: NUMBER,
  accessToken: 'EAAG-own',
});
beforeAll(() => meta.start());
afterAll(() => meta.stop());

async function proved(claim: { phone_number_id: string; access_token: string }, url = meta.url) {
  const database = recordingDatabase({
    claim_messages: [{ msg_id: 7, read_ct: 1, message: IDS }],
    channel_to_prove: { ...claim, token_id: 'token-1' },
    record_channel_proof: null,
    archive_message: true,
    fail_message: { result: 'retry' },
    worker_heartbeat: null,
  });
  const handle = makeHandler({
    database,
    secretKey: SECRET_KEY,
    graph: { url, send: fetch },
    log: () => {},
    now: () => 0,
  });
  expect((await handle(post({}, AS_CLOCK))).status).toBe(200);
  const recorded = database.calls.find(({ name }) => name === 'record_channel_proof')?.args;
  return { recorded, names: database.calls.map(({ name }) => name) };
}

test('a number that Meta shows to the company is proved, as people know it', async () => {
  const { recorded, names } = await proved({ phone_number_id: NUMBER, access_token: 'EAAG-own' });
  expect(recorded).toEqual({
    ...IDS,
    status: 'proved',
    error: null,
    phone_number_id: NUMBER,
    token_id: 'token-1',
    display_number: '+254 700 000 000',
  });
  expect(names.indexOf('record_channel_proof')).toBeLessThan(names.indexOf('archive_message'));
});

test.each([
  ['a number of somebody else', { phone_number_id: '99999999', access_token: 'EAAG-own' }],
  ['a token of somebody else', { phone_number_id: NUMBER, access_token: 'EAAG-other' }],
])('%s is refused for good', async (_, claim) => {
  const { recorded, names } = await proved(claim);
  expect(recorded).toMatchObject({ status: 'refused', error: 'channel_number_refused' });
  expect(names).toContain('archive_message');
});

test('when Meta is not reached it is asked again', async () => {
  const claim = { phone_number_id: NUMBER, access_token: 'EAAG-own' };
  const { recorded, names } = await proved(claim, 'http://127.0.0.1:1');
  expect(recorded).toMatchObject({ status: 'queued', error: 'channel_meta_unreachable' });
  expect(names).not.toContain('archive_message');
});
