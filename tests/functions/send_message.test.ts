import { expect, test, vi } from 'vitest';
import { makeHandler } from '../../functions/send-message/handler.ts';
import { outbox } from '../../functions/send-message/outbox.ts';
import { PermanentFailure, type Provider } from '../../functions/send-message/provider.ts';
import { resend } from '../../functions/send-message/resend.ts';
import { whatsApp } from '../../functions/send-message/whatsapp.ts';
import { AS_CLOCK, SECRET_KEY, post, recordingDatabase } from './_support/database.ts';

const TENANT = '0190a000-0000-7000-8000-00000000000a';
const MESSAGE = {
  id: '0190a000-0000-7000-8000-000000000001',
  channel: 'email' as const,
  recipient: 'buyer@shop.test',
  subject: 'Your order',
  body: 'It is on its way.',
};
const CLAIMED = [{ msg_id: 7, read_ct: 1, message: { tenant_id: TENANT, message_id: MESSAGE.id } }];

function arrange(provider: Provider, answers: Record<string, unknown> = {}) {
  const database = recordingDatabase({
    claim_messages: CLAIMED,
    message_to_send: MESSAGE,
    record_message_result: null,
    archive_message: true,
    worker_heartbeat: null,
    ...answers,
  });
  const dependencies = {
    database,
    secretKey: SECRET_KEY,
    providers: { email: provider, whatsapp: provider, sms: provider },
    log: () => {},
    now: () => 0,
  };
  const handle = makeHandler(dependencies);
  const names = () => database.calls.map((call) => call.name);
  const recorded = () => database.calls.find((call) => call.name === 'record_message_result')?.args;
  return { run: () => handle(post({}, AS_CLOCK)), names, recorded };
}

test('without a provider the message is kept as simulated', async () => {
  const { run, recorded } = arrange(outbox);
  expect(await (await run()).json()).toMatchObject({ processed: 1, sent: 1 });
  expect(recorded()).toMatchObject({ status: 'simulated', provider: 'outbox', error: null });
});

test('the result is written down before the message leaves the queue', async () => {
  const { run, names } = arrange(outbox);
  await run();
  const order = names();
  expect(order.indexOf('record_message_result')).toBeLessThan(order.indexOf('archive_message'));
});

test('a message that needs no sending any more is only taken off the queue', async () => {
  const send = vi.fn<Provider['send']>();
  const { run, names } = arrange({ send }, { message_to_send: null });
  expect(await (await run()).json()).toMatchObject({ skipped: 1 });
  expect(send).not.toHaveBeenCalled();
  expect(names()).toContain('archive_message');
});

test('one call goes on for as long as there are messages', async () => {
  const full = Array.from({ length: 10 }, () => CLAIMED[0]);
  const batches = [full, full, CLAIMED];
  const { run } = arrange(outbox, { claim_messages: () => batches.shift() ?? [] });
  expect(await (await run()).json()).toMatchObject({ processed: 21, sent: 21 });
});

test('a hiccup of the provider puts the message back', async () => {
  const provider = { send: () => Promise.reject(new Error('The provider answered 503')) };
  const { run, names } = arrange(provider, { fail_message: { result: 'retry' } });
  expect(await (await run()).json()).toMatchObject({ retried: 1 });
  expect(names()).not.toContain('archive_message');
  expect(names()).not.toContain('record_message_result');
});

test('when its attempts are used up the message is marked as failed', async () => {
  const provider = { send: () => Promise.reject(new Error('The provider answered 503')) };
  const { run, recorded } = arrange(provider, { fail_message: { result: 'dead_letter' } });
  expect(await (await run()).json()).toMatchObject({ failed: 1 });
  expect(recorded()).toMatchObject({ status: 'failed', error: 'The provider answered 503' });
});

test('what the provider refuses for good is not tried again', async () => {
  const provider = {
    send: () => Promise.reject(new PermanentFailure('The provider answered 400')),
  };
  const { run, names, recorded } = arrange(provider);
  expect(await (await run()).json()).toMatchObject({ failed: 1 });
  expect(recorded()).toMatchObject({ status: 'failed' });
  expect(names()).toContain('archive_message');
  expect(names()).not.toContain('fail_message');
});

function fetchAnswering(status: number, body: unknown) {
  const requests: { url: string; init: RequestInit | undefined }[] = [];
  const send = (url: string | URL | Request, init?: RequestInit) => {
    requests.push({ url: String(url), init });
    return Promise.resolve(Response.json(body, { status }));
  };
  return { send: send as typeof fetch, requests };
}

test('Resend gets the message id as idempotency key', async () => {
  const { send, requests } = fetchAnswering(200, { id: 'r-1' });
  const delivery = await resend({ apiKey: 'k', from: 'Mzigo <m@acme.test>' }, send).send(MESSAGE);
  expect(delivery).toEqual({ status: 'sent', provider: 'resend', reference: 'r-1' });
  expect(requests[0]?.init?.headers).toMatchObject({ 'idempotency-key': MESSAGE.id });
});

test('WhatsApp gets the number without its plus', async () => {
  const { send, requests } = fetchAnswering(200, { messages: [{ id: 'wamid.1' }] });
  const provider = whatsApp({ accessToken: 't', phoneNumberId: '42' }, send);
  const delivery = await provider.send({
    ...MESSAGE,
    channel: 'whatsapp',
    recipient: '+254711000111',
  });
  expect(delivery.reference).toBe('wamid.1');
  expect(JSON.parse(String(requests[0]?.init?.body))).toMatchObject({ to: '254711000111' });
});

test.each([
  [400, PermanentFailure],
  [401, PermanentFailure],
])('the answer %i is final', async (status, kind) => {
  const { send } = fetchAnswering(status, {});
  const provider = resend({ apiKey: 'k', from: 'm@acme.test' }, send);
  await expect(provider.send(MESSAGE)).rejects.toBeInstanceOf(kind);
});

test.each([408, 429, 500, 503])('the answer %i may pass', async (status) => {
  const { send } = fetchAnswering(status, {});
  const provider = resend({ apiKey: 'k', from: 'm@acme.test' }, send);
  await expect(provider.send(MESSAGE)).rejects.not.toBeInstanceOf(PermanentFailure);
});
