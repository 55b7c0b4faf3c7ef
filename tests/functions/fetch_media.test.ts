import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHandler } from '../../functions/fetch-media/handler.ts';
import { Meta } from '../../scripts/whatsapp/meta.ts';
import { AS_CLOCK, SECRET_KEY, post, recordingDatabase } from './_support/database.ts';

const IDS = {
  tenant_id: '0190a000-0000-7000-8000-00000000000a',
  message_id: '0190a000-0000-7000-8000-000000000001',
};
const PATH = `${IDS.tenant_id}/${IDS.message_id}/media`;
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const meta = new Meta({
  appSecret: 'secret',
  webhook: '',
  phoneNumberId: '42',
  accessToken: 'EAAG-own',
});
beforeAll(async () => {
  await meta.start();
  meta.media.set('1', { bytes: PNG, type: 'image/jpeg' });
  meta.media.set('2', { bytes: Buffer.from('<html>run me</html>'), type: 'image/png' });
  meta.media.set('3', { bytes: Buffer.alloc(16 * 1024 * 1024 + 1), type: 'image/png' });
});
afterAll(() => meta.stop());

async function fetched(media_id: string, access_token = 'EAAG-own', url = meta.url) {
  const stored: { path: string; type: string; bytes: number }[] = [];
  const database = recordingDatabase({
    claim_messages: [{ msg_id: 7, read_ct: 1, message: IDS }],
    media_to_fetch: { media_id, access_token, path: PATH },
    record_media: null,
    archive_message: true,
    fail_message: { result: 'retry' },
    worker_heartbeat: null,
  });
  const handle = makeHandler({
    database,
    secretKey: SECRET_KEY,
    graph: { url, send: fetch },
    accessToken: null,
    storage: {
      put: (bucket, path, bytes, type) => {
        stored.push({ path: `${bucket}/${path}`, type, bytes: bytes.length });
        return Promise.resolve();
      },
      get: () => Promise.reject(new Error('Nothing is read here')),
    },
    log: () => {},
    now: () => 0,
  });
  expect((await handle(post({}, AS_CLOCK))).status).toBe(200);
  const recorded = database.calls.find(({ name }) => name === 'record_media')?.args;
  return { stored, recorded, names: database.calls.map(({ name }) => name) };
}

test('a picture is stored in the folder of its company, as what its content is', async () => {
  const { stored, recorded } = await fetched('1');
  expect(stored).toEqual([{ path: `messages/${PATH}`, type: 'image/png', bytes: PNG.length }]);
  expect(recorded).toMatchObject({
    ...IDS,
    status: 'fetched',
    path: PATH,
    type: 'image/png',
    bytes: PNG.length,
    error: null,
  });
});

test.each([
  ['what only calls itself a picture', '2', 'media_type_refused'],
  ['what is larger than is kept', '3', 'media_too_large'],
  ['what Meta has no more', '99', 'media_gone'],
])('%s is not kept', async (_, id, error) => {
  const { stored, recorded, names } = await fetched(id);
  expect(stored).toEqual([]);
  expect(recorded).toMatchObject({ status: 'refused', error });
  expect(names).toContain('archive_message');
});

test('when Meta is not reached it is fetched later', async () => {
  const { recorded, names } = await fetched('1', 'EAAG-own', 'http://127.0.0.1:1');
  expect(recorded).toMatchObject({ status: 'queued', error: 'media_unreachable' });
  expect(names).not.toContain('archive_message');
});

test('the token goes to no address that is not encrypted', async () => {
  const strange = new Meta({ appSecret: 'x', webhook: '', phoneNumberId: '1' });
  await strange.start();
  strange.media.set('1', { bytes: PNG, type: 'image/png' });
  const heard: string[] = [];
  const send = ((url: URL | string, init: RequestInit) => {
    heard.push(String(url));
    return String(url).includes('graph.test')
      ? Promise.resolve(Response.json({ url: `${strange.url}/media/1` }))
      : fetch(url, init);
  }) as typeof fetch;
  const database = recordingDatabase({
    claim_messages: [{ msg_id: 7, read_ct: 1, message: IDS }],
    media_to_fetch: { media_id: '1', access_token: 'EAAG-own', path: PATH },
    record_media: null,
    archive_message: true,
    worker_heartbeat: null,
  });
  const storage = { put: () => Promise.resolve(), get: () => Promise.reject(new Error('no')) };
  await makeHandler({
    database,
    secretKey: SECRET_KEY,
    graph: { url: 'https://graph.test', send },
    accessToken: null,
    storage,
    log: () => {},
    now: () => 0,
  })(post({}, AS_CLOCK));
  await strange.stop();
  expect(heard).toHaveLength(1);
  expect(database.calls.find(({ name }) => name === 'record_media')?.args).toMatchObject({
    status: 'refused',
  });
});
