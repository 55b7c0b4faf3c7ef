import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Gateway } from '../../supabase/stack/gateway.ts';
import { Portal } from '../../supabase/stack/portal.ts';
import { freePort } from '../../supabase/stack/ports.ts';
import { signIn } from '../harness/people.ts';
import { startTestStack, type TestStack } from '../harness/stack.ts';

let stack: TestStack;
let stop: () => Promise<void>;
let portal: Gateway;
let portalUrl: string;
let folder: string;

beforeAll(async () => {
  ({ stack, stop } = await startTestStack());
  folder = await mkdtemp(join(tmpdir(), 'mzigo-portal-'));
  await mkdir(join(folder, '_app', 'immutable'), { recursive: true });
  await writeFile(join(folder, '200.html'), '<!doctype html><title>Mzigo</title>');
  await writeFile(join(folder, '_app', 'immutable', 'app.js'), 'export {};'.repeat(500));
  portal = new Gateway();
  const port = await freePort();
  await portal.listen(port, '127.0.0.1');
  portal.openPortal(new Portal(folder, { SUPABASE_URL: 'https://project.example' }));
  portalUrl = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  await Promise.all([stop(), portal.close()]);
  await rm(folder, { recursive: true });
});

const withKey = (headers: Record<string, string> = {}) => ({
  apikey: stack.publishableKey,
  'content-type': 'application/json',
  ...headers,
});

test.each(['/health', '/rest/v1/orders', '/rest/v1/rpc/create_order', '/auth/v1/user', '/nowhere'])(
  '%s answers with the headers that protect a browser',
  async (path) => {
    const { headers } = await fetch(stack.url + path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('permissions-policy')).toContain('geolocation=(self)');
  },
);

test.each([
  ['/rest/v1/rpc/create_order', 2048],
  ['/rest/v1/orders', 2048],
  ['/auth/v1/token?grant_type=password', 64],
  ['/functions/v1/send-password-reset', 4096],
])('%s takes %i kB and no more', async (path, kilobytes) => {
  const body = JSON.stringify({ text: 'x'.repeat(kilobytes * 1024) });
  const answer = await fetch(stack.url + path, { method: 'POST', headers: withKey(), body });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ code: 'payload_too_large' });
});

test('a body whose length is not said beforehand may not be longer either', async () => {
  const url = `${stack.url}/rest/v1/rpc/create_order`;
  const send = (text: string) =>
    fetch(url, {
      method: 'POST',
      headers: withKey(),
      body: new Blob([text]).stream(),
      duplex: 'half',
    } as RequestInit);
  expect((await send('x'.repeat(2049 * 1024))).status).toBe(413);
  expect((await send('{')).status).toBe(400);
});

test('a compressed body is refused before it is unpacked', async () => {
  const headers = withKey({ 'content-encoding': 'gzip' });
  const url = `${stack.url}/rest/v1/rpc/create_order`;
  expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(415);
});

test('without a key of this stack nothing is answered', async () => {
  for (const path of ['/rest/v1/orders', '/auth/v1/user']) {
    expect((await fetch(stack.url + path)).status, path).toBe(401);
    const headers = { apikey: 'sb_secret_guessed' };
    expect((await fetch(stack.url + path, { headers })).status, path).toBe(401);
  }
  const url = `${stack.url}/rest/v1/rpc/create_order`;
  expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
  // What a visitor may call wants a key all the same.
  const open = `${stack.url}/rest/v1/rpc/accept_invitation`;
  const body = JSON.stringify({ token: 'x', password: 'long-enough-2026' });
  const ask = (headers: Record<string, string>) => fetch(open, { method: 'POST', headers, body });
  const json = { 'content-type': 'application/json' };
  expect((await ask(json)).status).toBe(401);
  expect((await ask({ ...json, apikey: 'sb_publishable_guessed' })).status).toBe(401);
  expect((await ask(withKey())).status).toBe(409);
});

test('only the portal’s own origin may call from a browser', async () => {
  const ask = (origin: string) =>
    fetch(`${stack.url}/rest/v1/orders`, { method: 'OPTIONS', headers: { origin } });
  const own = await ask('http://127.0.0.1:4321');
  expect(own.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:4321');
  const other = await ask('https://evil.example');
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
  const answer = await fetch(`${stack.url}/rest/v1/orders`, {
    headers: withKey({ origin: 'https://evil.example' }),
  });
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});

test('the tables of auth and the private schema are not reachable', async () => {
  const client = await signIn(stack, 'super@mzigo.test');
  for (const schema of ['auth', 'private', 'pgmq', 'storage', 'realtime', 'extensions']) {
    const { error } = await client.schema(schema).from('users').select();
    expect(error, schema).toMatchObject({ code: 'PGRST106' });
  }
});

test('a function that does not exist is not found', async () => {
  const answer = await fetch(`${stack.url}/functions/v1/nothing`, { headers: withKey() });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ code: 'function_unknown' });
});

test('a function for people wants a token, the publishable key is none', async () => {
  const url = `${stack.url}/functions/v1/send-user-invite`;
  for (const headers of [
    withKey(),
    withKey({ authorization: `Bearer ${stack.publishableKey}` }),
    withKey({ authorization: 'Bearer a.b.c' }),
  ]) {
    expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(401);
  }
});

test('every page of the portal is the same file, and missing files are missing', async () => {
  const page = await fetch(`${portalUrl}/orders/some-id?tab=lines`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect(await page.text()).toContain('<title>Mzigo</title>');
  expect((await fetch(`${portalUrl}/_app/immutable/gone.js`)).status).toBe(404);
});

test('files that never change are kept by the browser, packed', async () => {
  const file = await fetch(`${portalUrl}/_app/immutable/app.js`, {
    headers: { 'accept-encoding': 'br' },
  });
  expect(file.headers.get('cache-control')).toContain('immutable');
  expect(file.headers.get('content-encoding')).toBe('br');
  expect(await file.text()).toBe('export {};'.repeat(500));
});

test('the portal is told where its project is', async () => {
  const settings = await fetch(`${portalUrl}/project.js`);
  expect(await settings.text()).toContain('"SUPABASE_URL":"https://project.example"');
});

test.each(['/..%2f..%2fpackage.json', '/%2e%2e/%2e%2e/etc/passwd', '/x%00.html', '/%E0%A4%A'])(
  'nothing outside the portal is served: %s',
  async (path) => {
    const answer = await fetch(portalUrl + path);
    expect(await answer.text()).not.toMatch(/"name": "mzigo"|root:/);
    expect(answer.status).toBeLessThan(500);
  },
);
