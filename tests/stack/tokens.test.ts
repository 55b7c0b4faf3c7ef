import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { TokenMemory, verifyToken } from '../../supabase/stack/tokens.ts';

const SECRET = 'a secret that is long enough for HMAC';
const NOW = Date.UTC(2026, 10, 20);
const GOOD = { sub: 'u', role: 'authenticated', aud: 'authenticated', exp: NOW / 1000 + 60 };

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function tokenOf(claims: object, header: object = { alg: 'HS256', typ: 'JWT' }, secret = SECRET) {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

test('a token of this stack is accepted with its claims', () => {
  expect(verifyToken(tokenOf(GOOD), SECRET, NOW)).toEqual({ claims: GOOD });
});

test.each([
  ['expired', tokenOf({ ...GOOD, exp: NOW / 1000 })],
  ['without expiry', tokenOf({ sub: 'u', role: 'authenticated' })],
  ['not valid yet', tokenOf({ ...GOOD, nbf: NOW / 1000 + 3600 })],
  ['signed by another', tokenOf(GOOD, { alg: 'HS256' }, 'another secret')],
  ['unsigned', tokenOf(GOOD, { alg: 'none' })],
  ['of another algorithm', tokenOf(GOOD, { alg: 'HS512' })],
  ['for another audience', tokenOf({ ...GOOD, aud: 'somebody-else' })],
  ['naming the owner role', tokenOf({ ...GOOD, role: 'postgres' })],
  ['naming no role', tokenOf({ ...GOOD, role: undefined })],
  ['with a changed body', tokenOf(GOOD).replace(/\.[^.]+\./, `.${part({ ...GOOD, sub: 'x' })}.`)],
  ['cut off', tokenOf(GOOD).slice(0, -3)],
  ['of four parts', `${tokenOf(GOOD)}.x`],
  ['empty', ''],
  ['not JSON', 'a.b.c'],
])('a token %s is refused', (_, token) => {
  expect(verifyToken(token, SECRET, NOW)).toHaveProperty('problem');
});

test('a token that was checked before is refused as soon as it has expired', () => {
  const memory = new TokenMemory(SECRET);
  const token = tokenOf(GOOD);
  for (const now of [NOW, NOW + 59_999]) {
    expect(memory.verify(token, now)).toEqual({ claims: GOOD, text: JSON.stringify(GOOD) });
  }
  expect(memory.verify(token, NOW + 60_000)).toBeNull();
  expect(memory.verify(token, NOW + 60_001)).toBeNull();
});

test('a forged token does not profit from the good one', () => {
  const memory = new TokenMemory(SECRET);
  expect(memory.verify(tokenOf(GOOD), NOW)).not.toBeNull();
  expect(memory.verify(tokenOf(GOOD, undefined, 'another secret'), NOW)).toBeNull();
});
