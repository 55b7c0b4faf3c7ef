import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../harness/stack.ts';

let stack: TestStack;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ stack, stop } = await startTestStack());
});

afterAll(() => stop());

function open(): Promise<Socket> {
  const { hostname, port } = new URL(stack.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends bytes and answers with what came back until the other side hung up, or nothing more came. */
async function say(bytes: string, patienceMs = 2000): Promise<string> {
  const socket = await open();
  return new Promise((resolve) => {
    let heard = '';
    const done = () => {
      socket.destroy();
      resolve(heard);
    };
    socket.setTimeout(patienceMs, done);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (/\r\n\r\n/.test(heard) && !/transfer-encoding: chunked/i.test(heard)) done();
    });
    socket.on('error', done);
    socket.on('close', done);
    socket.write(bytes, 'latin1');
  });
}

const UPGRADE =
  'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const upgrade = (target: string) => `GET ${target} HTTP/1.1\r\nhost: x\r\n${UPGRADE}\r\n`;

async function isUp(): Promise<boolean> {
  return (await fetch(`${stack.url}/ready`)).ok;
}

test.each([
  ['//', '404'],
  ['//realtime/v1/websocket', '404'],
  ['/realtime/v1/websocket', '401'],
  ['/realtime/v1/websocket?apikey=guessed', '401'],
  ['/rest/v1/orders', '404'],
  ['http://', '400'],
  ['*', '400'],
  ['/%', '404'],
])('an upgrade to %s is answered with %s and the stack stays up', async (target, status) => {
  expect(await say(upgrade(target))).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(await isUp()).toBe(true);
});

test('an upgrade that is refused and reset leaves the stack up, two hundred times', async () => {
  const targets = [
    '//',
    '/realtime/v1/websocket',
    `/realtime/v1/websocket?apikey=${stack.publishableKey}`,
  ];
  for (let round = 0; round < 200; round += 1) {
    const socket = await open();
    socket.on('error', () => {});
    socket.write(upgrade(targets[round % targets.length] ?? '//'));
    socket.resetAndDestroy();
  }
  expect(await isUp()).toBe(true);
});

test('whoever offers another protocol is answered in this one', async () => {
  const answer = await say(
    'GET /health HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
});

const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT', 'TRACE', 'PRI', 'get', ''];
const TARGETS = [
  '/',
  '//',
  '*',
  '/health',
  '/rest/v1/orders',
  '/auth/v1/token?grant_type=password',
  '/realtime/v1/websocket',
  'a:b',
  'http://[',
  '/%00',
  '/%ff',
  '/..',
  '/storage/v1/object/x/y',
];
const HEADERS = [
  'host: x',
  'host: [',
  'host:',
  UPGRADE.trimEnd(),
  'connection: upgrade\r\nupgrade: h2c',
  'content-length: 5',
  'content-length: -1',
  'content-length: 99999999999',
  'transfer-encoding: chunked',
  'transfer-encoding: chunked, chunked',
  'expect: 100-continue',
  'expect: nonsense',
  'authorization: Bearer a.b.c',
  'apikey: x',
  'content-type: application/json',
  'content-encoding: gzip',
  'range: bytes=0-',
  'te: trailers',
  ': empty',
  'x',
  'x: \u00ff\u0001',
  `cookie: ${'a'.repeat(9000)}`,
  'x-forwarded-for: ,,,',
];
const BODIES = [
  '',
  '{}',
  '0\r\n\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  'ffffffffffffffff\r\n',
  '-1\r\n\r\n',
  '\u0000\u0000',
  '\x81\x05hello',
  'GET / HTTP/1.1\r\n\r\n',
];

/** Bytes that are nearly HTTP, nearly something else, or nothing at all. */
const noise = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...METHODS),
        fc.oneof(fc.constantFrom(...TARGETS), fc.string({ maxLength: 40 })),
        fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP', ''),
        fc.array(fc.constantFrom(...HEADERS), { maxLength: 5 }),
        fc.constantFrom('\r\n', '\n', '\r'),
        fc.oneof(fc.constantFrom(...BODIES), fc.string({ maxLength: 60 })),
      )
      .map(([method, target, version, headers, end, body]) =>
        [`${method} ${target} ${version}`, ...headers, '', body].join(end),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ maxLength: 200 })
      .map((bytes) => Buffer.from(bytes).toString('latin1')),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 200, unit: 'binary' }) },
);
const ENDINGS = ['reset', 'end', 'destroy'] as const;

test('ten thousand odd beginnings of a conversation leave the stack up', async () => {
  const cases = fc.sample(fc.tuple(noise, fc.constantFrom(...ENDINGS)), {
    numRuns: 10_000,
    seed: 20_261_127,
  });
  const queue = cases.values();
  const one = async () => {
    for (const [bytes, ending] of queue) {
      const socket = await open();
      socket.on('error', () => {});
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        socket.write(bytes, 'latin1', () => {
          if (ending === 'reset') socket.resetAndDestroy();
          else if (ending === 'destroy') socket.destroy();
          else {
            // As long as it takes the other side to say one thing.
            socket.once('data', () => socket.destroy());
            socket.setTimeout(150, () => socket.destroy());
            socket.end();
          }
        });
      });
    }
  };
  await Promise.all(Array.from({ length: 24 }, one));
  expect(await isUp()).toBe(true);
}, 180_000);
