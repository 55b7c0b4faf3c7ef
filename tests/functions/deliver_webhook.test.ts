import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { isPublic } from '../../functions/deliver-webhook/address.ts';
import { makeCall, type Call } from '../../functions/deliver-webhook/call.ts';
import { makeHandler } from '../../functions/deliver-webhook/handler.ts';
import { AS_CLOCK, SECRET_KEY, post, recordingDatabase } from './_support/database.ts';

const TENANT = '0190a000-0000-7000-8000-00000000000a';
const ID = '0190a000-0000-7000-8000-000000000001';
const KEY = Buffer.alloc(24, 7);
const CLAIMED = [{ msg_id: 7, read_ct: 1, message: { tenant_id: TENANT, delivery_id: ID } }];
const BODY = { id: ID, type: 'order.approved', data: { number: 'ORD-000001' } };

const heard: { headers: IncomingMessage['headers']; text: string }[] = [];
let answers: { status: number; headers?: Record<string, string>; text?: string }[] = [];
/** A system of somebody else. */
const receiver = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => (text += part));
  request.on('end', () => {
    heard.push({ headers: request.headers, text });
    const { status, headers, text: said } = answers.shift() ?? { status: 200 };
    if (status === 0) return;
    response.writeHead(status, headers).end(said ?? 'taken');
  });
});
let address: string;

beforeAll(async () => {
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/in`;
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});
beforeEach(() => {
  heard.length = 0;
  answers = [];
});

const OWN = makeCall({ privateHosts: ['127.0.0.1'], timeoutMs: 300 });
const STRANGERS = makeCall({ privateHosts: [], timeoutMs: 300 });

function arrange(url: string, call: Call, failure = 'retry') {
  const database = recordingDatabase({
    hear_for_webhooks: 1,
    claim_messages: CLAIMED,
    webhook_to_deliver: { url, secret: `whsec_${KEY.toString('base64')}`, body: BODY },
    record_webhook_result: null,
    archive_message: true,
    fail_message: { result: failure },
    worker_heartbeat: null,
  });
  const handle = makeHandler({
    database,
    secretKey: SECRET_KEY,
    call,
    log: () => {},
    now: () => 0,
  });
  return {
    run: async () => (await handle(post({}, AS_CLOCK))).json() as Promise<unknown>,
    names: () => database.calls.map(({ name }) => name),
    recorded: () =>
      database.calls.filter(({ name }) => name === 'record_webhook_result').at(-1)?.args,
  };
}

test('an event arrives signed as Standard Webhooks says', async () => {
  const { run, recorded } = arrange(address, OWN);
  expect(await run()).toMatchObject({ delivered: 1 });
  const [call] = heard;
  expect(JSON.parse(call?.text ?? '')).toEqual(BODY);
  const { 'webhook-id': id, 'webhook-timestamp': seconds } = call?.headers ?? {};
  expect(id).toBe(ID);
  expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60);
  const mac = createHmac('sha256', KEY).update(`${ID}.${String(seconds)}.${call?.text}`);
  expect(call?.headers['webhook-signature']).toBe(`v1,${mac.digest('base64')}`);
  expect(recorded()).toMatchObject({
    status: 'delivered',
    response_status: 200,
    response: 'taken',
  });
});

test('what is not taken is told again later, and what was answered is kept', async () => {
  answers = [{ status: 503, text: 'Come back later.' }];
  const { run, names, recorded } = arrange(address, OWN);
  expect(await run()).toMatchObject({ retried: 1 });
  expect(names()).not.toContain('archive_message');
  expect(recorded()).toMatchObject({
    status: 'queued',
    response_status: 503,
    response: 'Come back later.',
    error: 'webhook_refused',
  });
});

test('it is given up when its attempts are used up', async () => {
  answers = [{ status: 500 }];
  const { run, recorded } = arrange(address, OWN, 'dead_letter');
  expect(await run()).toMatchObject({ failed: 1 });
  expect(recorded()).toMatchObject({ status: 'failed' });
});

test('an address that is gone for good is not tried again', async () => {
  answers = [{ status: 410 }];
  const { run, names, recorded } = arrange(address, OWN);
  expect(await run()).toMatchObject({ failed: 1 });
  expect(recorded()).toMatchObject({ status: 'failed', response_status: 410 });
  expect(names()).toContain('archive_message');
});

test('a redirect is not followed', async () => {
  answers = [{ status: 302, headers: { location: address } }];
  const { run, recorded } = arrange(address, OWN);
  await run();
  expect(heard).toHaveLength(1);
  expect(recorded()).toMatchObject({ status: 'queued', response_status: 302 });
});

test('who does not answer is waited for so long and no longer', async () => {
  answers = [{ status: 0 }];
  const { run, recorded } = arrange(address, OWN);
  await run();
  expect(recorded()).toMatchObject({ status: 'queued', error: 'webhook_timeout' });
});

test('a body without an end is cut', async () => {
  answers = [{ status: 200, text: 'x'.repeat(5_000_000) }];
  const { run, recorded } = arrange(address, OWN);
  await run();
  expect(recorded()).toMatchObject({ status: 'delivered', response: 'x'.repeat(2000) });
});

test.each([
  ['this machine', 'https://127.0.0.1/'],
  ['this machine by another spelling', 'https://2130706433/'],
  ['a private net', 'https://10.0.0.8/'],
  ['the metadata of a cloud', 'https://169.254.169.254/latest/meta-data'],
  ['an IPv6 of this machine', 'https://[::1]/'],
  ['an IPv6 that carries a private IPv4', 'https://[::ffff:192.168.1.1]/'],
  ['an IPv6 of a local net', 'https://[fd00::1]/'],
  ['an address without encryption', 'http://erp.example/'],
])('%s is not called, and not tried again', async (_, url) => {
  const { run, recorded } = arrange(url, STRANGERS);
  expect(await run()).toMatchObject({ failed: 1 });
  expect(recorded()).toMatchObject({ status: 'failed', error: 'webhook_address_private' });
});

test('a public name that means a private address is not called', async () => {
  const { port } = new URL(address);
  for (const means of [['127.0.0.1'], ['93.184.216.34', '127.0.0.1']]) {
    const call = makeCall({
      privateHosts: [],
      lookup: ((_name: string, _options: unknown, done: (...of: unknown[]) => void) =>
        done(
          null,
          means.map((it) => ({ address: it, family: 4 })),
        )) as never,
    });
    const { run, recorded } = arrange(`https://erp.example:${port}/`, call);
    await run();
    expect(recorded()).toMatchObject({ status: 'failed', error: 'webhook_address_private' });
  }
  expect(heard).toEqual([]);
});

test('only addresses of the public internet are public', () => {
  const addresses = [
    '8.8.8.8',
    '2606:4700::1111',
    '0.0.0.0',
    '100.64.0.1',
    '224.0.0.1',
    '64:ff9b::a00:1',
    'fe80::1',
  ];
  expect(addresses.filter(isPublic)).toEqual(['8.8.8.8', '2606:4700::1111']);
});

test('nobody but the clock calls it', async () => {
  const handle = makeHandler({
    database: recordingDatabase({}),
    secretKey: SECRET_KEY,
    call: OWN,
    log: () => {},
    now: () => 0,
  });
  expect((await handle(post({}))).status).toBe(401);
});
