import { mustBeRefused, type Door } from './door.ts';

const NUL = '\u0000';
const BUCKET = '/storage/v1/object';

/** Bodies and paths that no reader should stumble over. */
const CASES: [string, string, unknown?][] = [
  ['POST', `${BUCKET}/list/delivery-proofs`, { prefix: `a${NUL}b` }],
  ['POST', `${BUCKET}/list/delivery-proofs`, { prefix: '', search: NUL }],
  ['POST', `${BUCKET}/list/a%00b`, { prefix: '' }],
  ['POST', `${BUCKET}/list/delivery-proofs`, { prefix: '', limit: 1e99 }],
  ['POST', `${BUCKET}/list/delivery-proofs`, { prefix: '', offset: -1 }],
  ['POST', `${BUCKET}/list/delivery-proofs`, null],
  ['DELETE', `${BUCKET}/delivery-proofs`, { prefixes: [`a${NUL}b`] }],
  ['DELETE', `${BUCKET}/delivery-proofs`, { prefixes: 'a' }],
  ['GET', `${BUCKET}/delivery-proofs/a%00b`],
  ['GET', `${BUCKET}/delivery-proofs/%ff`],
  ['GET', `${BUCKET}/delivery-proofs/%`],
  ['GET', `${BUCKET}/sign/delivery-proofs/a.png?token=x.y`],
  ['GET', `${BUCKET}/sign/delivery-proofs/a.png?token=%00`],
  ['POST', `${BUCKET}/sign/delivery-proofs`, { paths: [NUL], expiresIn: 1e99 }],
  ['POST', `${BUCKET}/sign/delivery-proofs/a.png`, { expiresIn: 'soon' }],
  ['POST', `${BUCKET}/delivery-proofs/a.png`, {}],
  ['POST', `${BUCKET}/nowhere/a.png`, {}],
  ['POST', '/rest/v1/rpc/reset_password', { token: `a${NUL}b`, password: 'x' }],
  ['POST', '/rest/v1/rpc/reset_password', { token: { a: 1 }, password: [] }],
  ['POST', '/rest/v1/rpc/create_order', { customer_id: 'x', lines: 7 }],
  ['POST', '/rest/v1/rpc/create_order', { lines: '\ud800' }],
  ['POST', '/rest/v1/rpc/my_session', [1, 2]],
  ['GET', '/rest/v1/orders?number=eq.%00'],
  ['GET', '/rest/v1/orders?number=like.*%00*'],
  ['GET', '/rest/v1/orders?number=eq.%ff&number=eq.%'],
  ['GET', '/rest/v1/orders?id=eq.x'],
  ['GET', '/rest/v1/orders?offset=-1'],
  ['GET', `/rest/v1/orders?select=${'order_items('.repeat(2000)}`],
  ['GET', `/rest/v1/orders?or=${'('.repeat(3000)}`],
  ['GET', '/rest/v1/orders?select=id,__proto__(x)'],
  ['GET', '/rest/v1/constructor'],
  ['POST', '/rest/v1/customers', { name: NUL }],
  ['POST', '/rest/v1/customers?columns=%00', { name: 'x' }],
  ['PATCH', '/rest/v1/customers?id=eq.%00', { name: 'x' }],
  ['POST', '/auth/v1/token?grant_type=password', { email: `a${NUL}@acme.test`, password: 'x' }],
  ['POST', '/auth/v1/token?grant_type=password', { email: { a: 1 }, password: ['x'] }],
  ['POST', '/auth/v1/token?grant_type=refresh_token', { refresh_token: NUL }],
  ['POST', '/auth/v1/token?grant_type=refresh_token', 'no object'],
  ['POST', '/functions/v1/send-password-reset', { email: `a${NUL}@acme.test` }],
  ['POST', '/functions/v1/send-user-invite', { invitation_id: NUL }],
  ['POST', '/functions/v1/process-events', {}],
  ['POST', '/functions/v1/metrics', { a: NUL }],
];

export const door: Door = {
  name: 'What cannot be read is refused, and nothing breaks on it',
  async attempt(target) {
    const { accessToken } = await target.signIn('manager@acme.test');
    for (const [method, path, body] of CASES) {
      const answer = await target.sendAs(accessToken, path, { method, body });
      mustBeRefused(`${method} ${path.slice(0, 100)} ${JSON.stringify(body) ?? ''}`, answer);
    }
    return `${CASES.length} values`;
  },
};
