import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { DatabaseError } from '../../functions/_shared/database.ts';
import { handle } from '../../functions/whatsapp-webhook/handler.ts';
import { recordingDatabase } from './_support/database.ts';

const SECRET = 'app-secret';
const ADDRESS = 'http://functions.test/whatsapp-webhook';

const value = (rest: Record<string, unknown>) => ({
  messaging_product: 'whatsapp',
  metadata: { display_phone_number: '254700000000', phone_number_id: '106540352242922' },
  ...rest,
});
const body = (...values: Record<string, unknown>[]) => ({
  object: 'whatsapp_business_account',
  entry: [{ id: '1', changes: values.map((it) => ({ field: 'messages', value: it })) }],
});
const sign = (bytes: string | Buffer, secret = SECRET) =>
  `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`;

function arrange(answer: unknown = { kept: 1, unknown: 0 }) {
  const database = recordingDatabase({ receive_whatsapp: answer });
  const dependencies = { database, appSecret: SECRET, verifyToken: 'handshake', log: () => {} };
  const post = (text: string, signature = sign(text)) =>
    handle(
      new Request(ADDRESS, {
        method: 'POST',
        body: text,
        headers: { 'x-hub-signature-256': signature },
      }),
      dependencies,
    );
  const get = (query: string) => handle(new Request(`${ADDRESS}?${query}`), dependencies);
  const handed = () =>
    database.calls.map((call) => call.args as { changes: { place: number; value: unknown }[] });
  return { database, dependencies, post, get, handed };
}

test('the handshake answers the challenge to who knows the token', async () => {
  const { get } = arrange();
  const answer = await get(
    'hub.mode=subscribe&hub.verify_token=handshake&hub.challenge=1158201444',
  );
  expect(await answer.text()).toBe('1158201444');
  expect((await get('hub.mode=subscribe&hub.verify_token=other&hub.challenge=1')).status).toBe(403);
  expect((await get('hub.mode=subscribe&hub.verify_token=&hub.challenge=1')).status).toBe(403);
});

test('a signed body is handed to the database under its hash', async () => {
  const { post, database } = arrange();
  const message = { from: '254711000102', id: 'wamid.1', type: 'text', text: { body: 'Hi' } };
  const text = JSON.stringify(body(value({ messages: [message] })));
  expect((await post(text)).status).toBe(200);
  expect(database.calls).toEqual([
    {
      name: 'receive_whatsapp',
      args: {
        changes: [{ place: 1, value: value({ messages: [message] }) }],
        body_hash: createHash('sha256').update(text).digest('hex'),
      },
    },
  ]);
});

test('the signature is over the bytes as they came, not over what they mean', async () => {
  const { post, database } = arrange();
  const text = '{ "entry": [] , "object": "whatsapp_business_account"}';
  expect((await post(text)).status).toBe(200);
  expect((await post(`${text} `, sign(text))).status).toBe(401);
  expect((await post(text, sign(text, 'another'))).status).toBe(401);
  expect((await post(text, sign(text).toUpperCase())).status).toBe(401);
  expect((await post(text, '')).status).toBe(401);
  expect(database.calls).toEqual([]);
});

test('what PostgreSQL cannot keep is left out of the text and loses nothing else', async () => {
  const { post, handed } = arrange();
  const text = String.raw`{"entry":[{"changes":[{"field":"messages","value":{"messages":[{"text":{"body":"a\u0000b\ud800c\\u0000"}}]}}]}]}`;
  await post(text);
  expect(handed()[0]?.changes[0]?.value).toEqual({
    messages: [{ text: { body: 'ab\ufffdc\\u0000' } }],
  });
});

test('a body of a thousand statuses is handed over in slices, each with its place', async () => {
  const { post, handed } = arrange();
  const statuses = Array.from({ length: 1000 }, (_, index) => ({ id: `wamid.${index}` }));
  await post(JSON.stringify(body(value({ statuses }), value({ messages: [{ id: 'm' }] }))));
  const changes = handed().flatMap((call) => call.changes);
  expect(changes.map(({ place }) => place)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(
    changes.flatMap((change) => (change.value as { statuses?: unknown }).statuses ?? []),
  ).toEqual(statuses);
});

test('more than the database takes at once goes in several calls, more than 3 MB not at all', async () => {
  const { post, handed, database } = arrange();
  const big = value({ messages: [{ id: 'm', text: { body: 'x'.repeat(500_000) } }] });
  expect((await post(JSON.stringify(body(big, big, big)))).status).toBe(200);
  expect(handed()).toHaveLength(3);
  expect((await post(JSON.stringify(body(big, big, big, big, big, big, big)))).status).toBe(413);
  expect(database.calls).toHaveLength(3);
});

test('what is signed and cannot be read is not asked for again', async () => {
  const { post, database } = arrange();
  for (const text of ['{', '[]', 'null', '{"entry": 7}'])
    expect((await post(text)).status).toBe(200);
  expect(database.calls).toEqual([]);
});

test('what could not be kept is an error, so that Meta tells it again', async () => {
  const { post } = arrange(() => {
    throw new DatabaseError(503, 'PT503', 'unavailable');
  });
  const text = JSON.stringify(body(value({ messages: [{ id: 'm' }] })));
  await expect(post(text)).rejects.toThrow('unavailable');
});

test('without the secret of the app nothing is taken', async () => {
  const { dependencies } = arrange();
  const request = new Request(ADDRESS, { method: 'POST', body: '{}' });
  expect((await handle(request, { ...dependencies, appSecret: null })).status).toBe(503);
});
