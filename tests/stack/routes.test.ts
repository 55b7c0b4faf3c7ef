import { expect, test } from 'vitest';
import { isRouted, proofKind, readRoute } from '../../supabase/stack/routes.ts';

/** What a request leads to: its canonical path, `portal`, or the status of the refusal. */
function leadsTo(method: string, target: string): string | number {
  try {
    const route = readRoute(target);
    if (route.family === null) return 'portal';
    return isRouted(route, method) ? route.path + route.search : 404;
  } catch (error) {
    return (error as { status: number }).status;
  }
}

test.each([
  ['POST', '/auth/v1/token?grant_type=password'],
  ['POST', '/auth/v1/token?grant_type=refresh_token'],
  ['POST', '/auth/v1/logout'],
  ['POST', '/auth/v1/logout?scope=local'],
  ['GET', '/auth/v1/user'],
  ['GET', '/rest/v1/orders?select=id'],
  ['PATCH', '/rest/v1/orders?id=eq.1'],
  ['POST', '/rest/v1/rpc/create_order'],
  ['POST', '/functions/v1/send-password-reset'],
  ['POST', '/storage/v1/object/list/proofs'],
  ['GET', '/storage/v1/object/proofs/a%20b/c.png'],
])('%s %s is a route', (method, target) => {
  expect(leadsTo(method, target)).toBe(target);
});

test.each([
  ['/auth/v1/%74oken?grant_type=password', '/auth/v1/token?grant_type=password'],
  ['/%61uth/v1/us%65r', '/auth/v1/user'],
  ['/rest/v1/order%73/', '/rest/v1/orders'],
])('%s is read as %s', (target, canonical) => {
  const route = readRoute(target);
  expect(route.path + route.search).toBe(canonical);
});

const CLOSED = [
  ...['signup', 'otp', 'magiclink', 'recover', 'resend', 'verify', 'sso', 'authorize', 'callback'],
  ...['admin/users', 'invite', 'generate_link', 'factors', 'reauthenticate', 'settings', 'health'],
];

test.each(CLOSED)('there is no auth/v1/%s, however it is written', (name) => {
  const spellings = [
    `/auth/v1/${name}`,
    `/auth/v1/%${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
    `/auth/v1/%25${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
    `//auth/v1/${name}`,
    `/auth//v1/${name}`,
    `/auth/v1//${name}`,
    `/auth/v1/./${name}`,
    `/auth/v1/token/../${name}`,
    `/auth/v1/token%2f..%2f${name}`,
    `/auth/v1/${name}/`,
    `/auth/v1/${name}%00`,
    `/auth/v1/${name};x`,
    `/Auth/v1/${name}`,
    `/AUTH/V1/${name.toUpperCase()}`,
    `/auth/v1\\${name}`,
    `/auth/v1/${name}?grant_type=password`,
    `/auth/v1/token?grant_type=${name}`,
    `/rest/v1/../../auth/v1/${name}`,
    `http://localhost/auth/v1/${name}`,
  ];
  for (const spelling of spellings) {
    for (const method of ['GET', 'POST', 'PUT']) {
      expect({ spelling, led: leadsTo(method, spelling) }).toEqual({
        spelling,
        led: expect.toSatisfy((it) => [400, 404].includes(it as number)) as unknown,
      });
    }
  }
});

test.each([
  ['PUT', '/auth/v1/user'],
  ['POST', '/auth/v1/token'],
  ['POST', '/auth/v1/token?grant_type=password&grant_type=refresh_token'],
  ['POST', '/auth/v1/token?grant_type=pkce'],
  ['POST', '/auth/v1/token?grant_type=id_token'],
  ['POST', '/auth/v1/logout?scope=everybody'],
  ['GET', '/auth/v1/user?x=1'],
  ['TRACE', '/rest/v1/orders'],
  ['DELETE', '/rest/v1/rpc/create_order'],
  ['GET', '/rest/v1/orders/1'],
  ['POST', '/storage/v1/bucket'],
  ['GET', '/storage/v1/object/proofs/..%2f..%2fsecrets'],
  ['GET', '/storage/v1/object/proofs/%2e%2e/secrets'],
  ['GET', '/storage/v1/object/proofs/a%00.png'],
  ['GET', '/storage/v1/object/proofs/%E0%A4%A'],
  ['POST', '/functions/v1/%2e%2e/secrets'],
])('%s %s is not to be had', (method, target) => {
  expect(leadsTo(method, target)).toBe(404);
});

test.each([
  '',
  'orders',
  '*',
  '/a#b',
  'http://evil.example/rest/v1/orders',
  '/rest/v1/orders?number=eq.%ff',
  '/rest/v1/orders?select=%',
  '/rest/v1/orders?order=a%00b',
])('"%s" is no address', (target) => {
  expect(leadsTo('GET', target)).toBe(400);
});

test.each(['/', '/orders/1?tab=lines', '/authors/v1', '/rest', '/%E0%A4%A'])(
  '%s is a page of the portal',
  (target) => {
    expect(leadsTo('GET', target)).toBe('portal');
  },
);

test('a password is told from a refresh token however its address is written', () => {
  expect(proofKind(readRoute('/auth/v1/token?grant_type=%70assword'))).toBe('password');
  expect(proofKind(readRoute('/auth/v1/%74oken?grant_type=refresh_token'))).toBe('refresh');
  expect(proofKind(readRoute('/auth/v1/user'))).toBeNull();
});
