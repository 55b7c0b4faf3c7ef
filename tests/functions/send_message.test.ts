import { expect, test, vi } from 'vitest';
import { makeHandler } from '../../functions/send-message/handler.ts';
import { outbox } from '../../functions/send-message/outbox.ts';
import {
  PermanentFailure,
  Uncertain,
  type Provider,
} from '../../functions/send-message/provider.ts';
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
  kind: 'text',
  content: null,
  media: null,
  reply_to: null,
  sender: null,
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
  const { run, names, recorded } = arrange(provider, { fail_message: { result: 'retry' } });
  expect(await (await run()).json()).toMatchObject({ retried: 1 });
  expect(names()).not.toContain('archive_message');
  expect(recorded()).toMatchObject({ status: 'queued', error: 'The provider answered 503' });
});

test('what nobody knows the end of is not sent again', async () => {
  const provider = { send: () => Promise.reject(new Uncertain('No answer: TimeoutError')) };
  const { run, names, recorded } = arrange(provider);
  expect(await (await run()).json()).toMatchObject({ uncertain: 1 });
  expect(recorded()).toMatchObject({ status: 'uncertain', error: 'No answer: TimeoutError' });
  expect(names()).toContain('archive_message');
  expect(names()).not.toContain('fail_message');
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

const TO_PHONE = { ...MESSAGE, channel: 'whatsapp' as const, recipient: '+254711000111' };
const STORAGE = {
  put: () => Promise.resolve(),
  get: () => Promise.resolve(new TextEncoder().encode('%PDF-')),
};
const meta = (send: typeof fetch, accessToken: string | null = 't') =>
  whatsApp(
    {
      graph: { url: 'https://graph.test', send },
      storage: STORAGE,
      accessToken,
      phoneNumberId: '42',
    },
    outbox,
  );

test('WhatsApp gets the number without its plus, and our id to tell it again', async () => {
  const { send, requests } = fetchAnswering(200, { messages: [{ id: 'wamid.1' }] });
  const delivery = await meta(send).send(TO_PHONE);
  expect(delivery.reference).toBe('wamid.1');
  expect(requests[0]?.url).toBe('https://graph.test/v23.0/42/messages');
  expect(JSON.parse(String(requests[0]?.init?.body))).toMatchObject({
    to: '254711000111',
    biz_opaque_callback_data: MESSAGE.id,
    text: { body: MESSAGE.body },
  });
});

test('a company with a number and a token of its own sends by those', async () => {
  const { send, requests } = fetchAnswering(200, { messages: [{ id: 'wamid.1' }] });
  await meta(send).send({
    ...TO_PHONE,
    sender: { phone_number_id: '77', access_token: 'own' },
  });
  expect(requests[0]?.url).toBe('https://graph.test/v23.0/77/messages');
  expect(requests[0]?.init?.headers).toMatchObject({ authorization: 'Bearer own' });
});

test('where no token is known the message stays in the outbox', async () => {
  const { send, requests } = fetchAnswering(200, {});
  const provider = meta(send, null);
  const delivery = await provider.send({
    ...TO_PHONE,
    sender: { phone_number_id: '77', access_token: null },
  });
  expect(delivery.status).toBe('simulated');
  expect(requests).toEqual([]);
});

test('who hides his number is reached by the id that WhatsApp gave him', async () => {
  const { send, requests } = fetchAnswering(200, { messages: [{ id: 'wamid.1' }] });
  await meta(send).send({ ...TO_PHONE, recipient: 'KE.13491208655' });
  const body = JSON.parse(String(requests[0]?.init?.body)) as Record<string, unknown>;
  expect(body).toMatchObject({ recipient: 'KE.13491208655' });
  expect(body).not.toHaveProperty('to');
});

test('a template leaves with its name, its language and what is filled in', async () => {
  const { send, requests } = fetchAnswering(200, { messages: [{ id: 'wamid.1' }] });
  await meta(send).send({
    ...TO_PHONE,
    kind: 'template',
    content: { name: 'order_ready', language: 'sw', parameters: ['Njeri', 'ORD-1'] },
  });
  expect(JSON.parse(String(requests[0]?.init?.body))).toMatchObject({
    type: 'template',
    template: {
      name: 'order_ready',
      language: { code: 'sw' },
      components: [
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Njeri' },
            { type: 'text', text: 'ORD-1' },
          ],
        },
      ],
    },
  });
});

test('a paper is handed over first and leaves under the id that it got', async () => {
  const asked: { url: string; body: unknown }[] = [];
  const send = ((url: string, init: RequestInit) => {
    asked.push({ url, body: init.body });
    return Promise.resolve(
      Response.json(url.endsWith('/media') ? { id: 'm-1' } : { messages: [{ id: 'wamid.1' }] }),
    );
  }) as typeof fetch;
  const media = { path: 'a/b', type: 'application/pdf', name: 'Invoice.pdf' };
  await meta(send).send({ ...TO_PHONE, kind: 'document', media, body: 'As asked' });
  const [upload, message] = asked;
  expect(upload?.url).toBe('https://graph.test/v23.0/42/media');
  const file = (upload?.body as FormData).get('file') as File;
  expect([file.name, file.type, await file.text()]).toEqual([
    'Invoice.pdf',
    'application/pdf',
    '%PDF-',
  ]);
  expect(JSON.parse(String(message?.body))).toMatchObject({
    type: 'document',
    document: { id: 'm-1', filename: 'Invoice.pdf', caption: 'As asked' },
  });
});

test('a file that Meta did not answer to is handed over again: nothing has left yet', async () => {
  const send = () => Promise.reject(new DOMException('late', 'TimeoutError'));
  const media = { path: 'a/b', type: 'image/png', name: 'p.png' };
  await expect(meta(send).send({ ...TO_PHONE, kind: 'image', media })).rejects.toMatchObject({
    name: 'Error',
  });
});

test.each([
  [400, { error: { code: 131047, message: 'Re-engagement message' } }, 'PermanentFailure'],
  [401, { error: { code: 190, message: 'Token expired' } }, 'PermanentFailure'],
  [400, { error: { code: 131056, message: 'Pair rate limit hit' } }, 'Error'],
  [429, { error: { code: 130429, message: 'Rate limit hit' } }, 'Error'],
  [500, { error: { code: 131000, message: 'Something went wrong' } }, 'Error'],
  [502, 'Bad gateway', 'Uncertain'],
  [200, { messages: [] }, 'Uncertain'],
])('of WhatsApp the answer %i %j is a %s', async (status, answer, name) => {
  const { send } = fetchAnswering(status, answer);
  await expect(meta(send).send(TO_PHONE)).rejects.toMatchObject({ name });
});

test('when WhatsApp gives no answer nobody knows whether the message left', async () => {
  const send = () => Promise.reject(new DOMException('late', 'TimeoutError'));
  await expect(meta(send).send(TO_PHONE)).rejects.toMatchObject({
    name: 'Uncertain',
    message: 'No answer: TimeoutError',
  });
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
