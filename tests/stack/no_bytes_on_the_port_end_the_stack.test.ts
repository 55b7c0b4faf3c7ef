import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestStack, type TestStack } from '../harness/stack.ts';
import { sendRaw } from './_support/raw.ts';

const CASES = 10_000;
/** Cases that are under way together. */
const LANES = 40;

vi.setConfig({ testTimeout: 180_000 });

let stack: TestStack;
let stop: () => Promise<void>;
let port: number;
/** What would have ended a process of its own. */
const fatal: unknown[] = [];
const note = (error: unknown) => void fatal.push(error);

beforeAll(async () => {
  ({ stack, stop } = await startTestStack());
  port = Number(new URL(stack.url).port);
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
});

afterAll(async () => {
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
  await stop();
});

const upgrade = (path: string, protocol = 'websocket') =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`;

const isUp = async () => (await fetch(`${stack.url}/ready`)).status;

test('an upgrade to a path that is none is answered as a request', async () => {
  expect(await sendRaw(port, upgrade('//').replace('Upgrade\r\n', 'Upgrade, close\r\n'))).toMatch(
    /^HTTP\/1\.1 [24]\d\d/,
  );
  expect(await isUp()).toBe(200);
  expect(fatal).toEqual([]);
});

test('a wish for a protocol that is not spoken here is passed over, body and all', async () => {
  const head = `POST /auth/v1/token?grant_type=password HTTP/1.1\r\nHost: x\r\napikey: ${stack.publishableKey}\r\nContent-Type: application/json\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n`;
  const body = JSON.stringify({ email: 'sales@acme.test', password: 'mzigo-demo-2026' });
  const answer = await sendRaw(port, `${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  expect(answer).toMatch(/^HTTP\/1\.1 200/);
  expect(answer).toContain('access_token');
});

test('a socket that is reset while its upgrade is refused is nobody else’s trouble', async () => {
  for (let count = 0; count < 300; count += 1) {
    const path = `/realtime/v1/websocket?apikey=wrong${count}`;
    await sendRaw(port, upgrade(path), { isReset: true });
  }
  expect(await isUp()).toBe(200);
  expect(fatal).toEqual([]);
});

/** Numbers that are the same in every run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const METHODS = [
  'GET',
  'POST',
  'OPTIONS',
  'HEAD',
  'CONNECT',
  'PRI',
  'get',
  '',
  'DELETE',
  'M-SEARCH',
];
const PATHS = [
  '/',
  '//',
  '///x',
  '/%',
  '/%00',
  '/rest/v1/orders',
  '/rest/v1//',
  '*',
  'http://[',
  '/..%2f',
  '/realtime/v1/websocket',
  '/realtime/v1/websocket?apikey=%',
  '/storage/v1/object/%00',
  '/functions/v1/',
  '/auth/v1/%74oken',
  '\\',
  '?',
  '/\u00ff',
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', 'http/1.1', ''];
const HEADERS = [
  'Host: x',
  'Host: [',
  'Host: a:b',
  'Host: x:99999',
  'Connection: Upgrade',
  'Connection: close',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Upgrade: ',
  'Sec-WebSocket-Key: x',
  'Sec-WebSocket-Version: 99',
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Expect: 100-continue',
  'Expect: x',
  'Range: bytes=-',
  'apikey: \u0001',
  'Authorization: Bearer a.b.c',
  'Cookie: =',
  ': x',
  'x',
  'Origin: null',
];
const BODIES = [
  '',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  'zz\r\n',
  'ffffffffffffffff\r\n',
  '\u0000\u0001',
  '0\r\nX: y\r\n\r\n',
  '\u0081\u00fe\u00ff',
];
const ENDS = ['\r\n', '\n', '\r', '\r\n\r\n'];

/** One case: bytes that begin like a request and may go wrong anywhere. */
function randomBytes(pick: (below: number) => number): Buffer {
  const of = (list: string[]) => list[pick(list.length)] ?? '';
  if (pick(12) === 0) return Buffer.from(Array.from({ length: 1 + pick(200) }, () => pick(256)));
  const end = pick(8) === 0 ? of(ENDS) : '\r\n';
  const headers = Array.from({ length: pick(7) }, () => of(HEADERS) + end).join('');
  const text = `${of(METHODS)} ${of(PATHS)} ${of(VERSIONS)}${end}${headers}${end}${of(BODIES)}`;
  const bytes = Buffer.from(text, 'latin1');
  if (pick(4) === 0) bytes[pick(bytes.length)] = pick(256);
  return pick(6) === 0 ? bytes.subarray(0, pick(bytes.length)) : bytes;
}

/** Sends one case down a connection of its own and closes or resets that. */
function sendCase(bytes: Buffer, isReset: boolean): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.once('close', () => resolve());
    socket.resume();
    socket.write(bytes, () => (isReset ? socket.resetAndDestroy() : socket.end()));
    // Half a request keeps a connection open for as long as the server is patient.
    socket.setTimeout(500, () => socket.destroy());
  });
}

test(`${CASES} cases of odd bytes leave the stack up`, async () => {
  const pick = numbers(Number(process.env['FUZZ'] ?? 20_261_120));
  let left = CASES;
  const lane = async () => {
    for (; left > 0; left -= 1) await sendCase(randomBytes(pick), pick(3) === 0);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  expect(fatal).toEqual([]);
  expect(await isUp()).toBe(200);
});
