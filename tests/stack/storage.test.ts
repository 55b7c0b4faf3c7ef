import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { companyOf, signIn, visitor } from '../harness/people.ts';
import { startTestStack, type TestStack } from '../harness/stack.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const IMAGE = { contentType: 'image/png' };

let stack: TestStack;
let stop: () => Promise<void>;
let driver: SupabaseClient;
let stranger: SupabaseClient;
let acme: string;

beforeAll(async () => {
  ({ stack, stop } = await startTestStack());
  driver = await signIn(stack, 'driver@acme.test');
  stranger = await signIn(stack, 'driver@globex.test');
  acme = await companyOf(driver);
  const { error } = await driver.storage.from('proofs').upload(`${acme}/door.png`, PNG, IMAGE);
  if (error) throw error;
});

afterAll(() => stop());

const proofs = (client: SupabaseClient) => client.storage.from('proofs');

test('a photo comes back as it was sent', async () => {
  const { data } = await proofs(driver).download(`${acme}/door.png`);
  expect(Buffer.from((await data?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(PNG);
  expect(data?.type).toBe('image/png');
});

test('another company can neither open, list, sign, replace nor remove it', async () => {
  const path = `${acme}/door.png`;
  expect((await proofs(stranger).download(path)).error).not.toBeNull();
  expect((await proofs(stranger).list(acme)).data).toEqual([]);
  expect((await proofs(stranger).createSignedUrl(path, 60)).error).not.toBeNull();
  expect((await proofs(stranger).update(path, PNG, IMAGE)).error).not.toBeNull();
  expect((await proofs(stranger).remove([path])).data).toEqual([]);
  expect((await proofs(driver).list(acme)).data).toMatchObject([{ name: 'door.png' }]);
});

test('a photo goes into the folder of one’s own company and nowhere else', async () => {
  for (const path of [`${acme}/forged.png`, 'forged.png', `${acme}/../forged.png`]) {
    expect((await proofs(stranger).upload(path, PNG, IMAGE)).error, path).not.toBeNull();
  }
  expect((await proofs(driver).list(acme, { search: 'forged' })).data).toEqual([]);
});

test('who is not signed in gets nothing and leaves nothing', async () => {
  const nobody = visitor(stack);
  expect((await proofs(nobody).download(`${acme}/door.png`)).error).not.toBeNull();
  expect((await proofs(nobody).upload(`${acme}/x.png`, PNG, IMAGE)).error).not.toBeNull();
});

const PDF = Buffer.from('%PDF-1.7\n%%EOF');
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46]);
const WEBP = Buffer.from('RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0', 'latin1');
const PAGE = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

test.each<[string, Buffer]>([
  ['image/svg+xml', PAGE],
  ['text/html', PAGE],
  ['application/octet-stream', PNG],
  ['application/pdf', PDF],
])('only pictures are taken, not %s', async (contentType, bytes) => {
  const { error } = await proofs(driver).upload(`${acme}/page`, bytes, { contentType });
  expect(error).toMatchObject({ statusCode: '415' });
  expect((await proofs(driver).list(acme, { search: 'page' })).data).toEqual([]);
});

test.each<[string, Buffer, string, string | null]>([
  ['a photo', JPEG, 'image/jpeg', null],
  ['a picture of the web', WEBP, 'image/webp', null],
  ['a page as a picture', PAGE, 'image/png', 'something else, not image/png'],
  ['a paper as a picture', PDF, 'image/jpeg', 'application/pdf, not image/jpeg'],
  ['one kind of picture as another', JPEG, 'image/png', 'image/jpeg, not image/png'],
  ['half a picture', PNG.subarray(0, 10), 'image/png', 'something else'],
  ['nothing', Buffer.alloc(0), 'image/webp', 'something else'],
])('a file is what its content says: %s', async (name, bytes, contentType, reason) => {
  const path = `${acme}/${name.replaceAll(' ', '-')}`;
  const { error } = await proofs(driver).upload(path, bytes, { contentType });
  const found = await proofs(driver).list(acme, { search: name.replaceAll(' ', '-') });
  if (reason === null) expect(error).toBeNull();
  else expect(error).toMatchObject({ statusCode: '415' });
  expect(error?.message ?? '').toContain(reason ?? '');
  expect(found.data).toHaveLength(reason === null ? 1 : 0);
});

test('a picture has three megabytes at most', async () => {
  const big = Buffer.alloc(3 * 1024 * 1024 + 1);
  const { error } = await proofs(driver).upload(`${acme}/big.png`, big, IMAGE);
  expect(error).toMatchObject({ statusCode: '413' });
});

test('a signed address opens one file for a while, without any key', async () => {
  const { data } = await proofs(driver).createSignedUrl(`${acme}/door.png`, 60);
  const url = data?.signedUrl ?? '';
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-security-policy')).toContain('sandbox');
  await proofs(driver).upload(`${acme}/other.png`, PNG, IMAGE);
  expect((await fetch(url.replace('door.png', 'other.png'))).status).toBe(400);
  expect((await fetch(`${url}x`)).status).toBe(400);
});

test('the same name again is refused and the first photo stays', async () => {
  const other = Buffer.concat([PNG, Buffer.from('x')]);
  const { error } = await proofs(driver).upload(`${acme}/door.png`, other, IMAGE);
  expect(error).toMatchObject({ statusCode: '409' });
  const { data } = await proofs(driver).download(`${acme}/door.png`);
  expect(data?.size).toBe(PNG.length);
});

test('a worker with the secret key may replace a file, and the bytes are the new ones', async () => {
  const worker = createClient(stack.url, stack.secretKey);
  const path = `${acme}/replaced.png`;
  const other = Buffer.concat([PNG, Buffer.from('x')]);
  for (const bytes of [PNG, other]) {
    const { error } = await proofs(worker).upload(path, bytes, { ...IMAGE, upsert: true });
    expect(error).toBeNull();
  }
  const { data } = await proofs(worker).download(path);
  expect(Buffer.from((await data?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(other);
  expect((await proofs(worker).list(acme, { search: 'replaced' })).data).toHaveLength(1);
});
