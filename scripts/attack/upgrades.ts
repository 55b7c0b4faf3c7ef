import { DoorIsOpen, mustBe, type Door } from './door.ts';

const RESETS = 300;

const upgrade = (path: string, protocol = 'websocket') =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: x',
    'Connection: Upgrade, close',
    `Upgrade: ${protocol}`,
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    '\r\n',
  ].join('\r\n');

/** Requests for another protocol, and the statuses that may answer them. */
const WISHES: [string, string, RegExp][] = [
  ['//', 'websocket', /^HTTP\/1\.1 [24]/],
  ['/realtime/v1/websocket', 'websocket', /^HTTP\/1\.1 401/],
  ['/realtime/v1/websocket?apikey=%', 'websocket', /^HTTP\/1\.1 401/],
  ['/realtime/v1/%77ebsocket', 'websocket', /^HTTP\/1\.1 404/],
  ['/rest/v1/orders', 'h2c', /^HTTP\/1\.1 (200|401)/],
  ['http://[', 'websocket', /^HTTP\/1\.1 400/],
];

export const door: Door = {
  name: 'No wish for another protocol, and no broken socket, ends the stack',
  async attempt(target) {
    for (const [path, protocol, expected] of WISHES) {
      const answer = await target.sendRaw(upgrade(path, protocol));
      if (expected.test(answer)) continue;
      throw new DoorIsOpen(`${protocol} at ${path} got ${JSON.stringify(answer.slice(0, 100))}`);
    }
    for (let count = 0; count < RESETS; count += 1) {
      await target.sendRaw(upgrade(`/realtime/v1/websocket?apikey=${count}`), { isReset: true });
    }
    mustBe('The stack afterwards', await target.send('/ready'), 200);
    return `${WISHES.length} wishes and ${RESETS} resets`;
  },
};
