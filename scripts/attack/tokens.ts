import { randomUUID } from 'node:crypto';
import { mustBe, type Door } from './door.ts';
import { soundClaims, unsoundTokens } from './unsound.ts';

/** One way into every part of the API. */
const WAYS: [string, string, unknown?][] = [
  ['GET', '/rest/v1/orders?select=id'],
  ['GET', '/rest/v1/orders?select=id,status->x'],
  ['POST', '/rest/v1/rpc/my_session', {}],
  ['POST', '/rest/v1/customers', { name: 'x' }],
  ['PATCH', `/rest/v1/customers?id=eq.${randomUUID()}`, { name: 'x' }],
  ['DELETE', `/rest/v1/customers?id=eq.${randomUUID()}`],
  ['GET', '/auth/v1/user'],
  ['POST', '/auth/v1/logout'],
  ['POST', '/storage/v1/object/list/delivery-proofs', { prefix: '' }],
  ['GET', '/storage/v1/object/delivery-proofs/x.png'],
  ['POST', '/functions/v1/send-user-invite', { invitation_id: randomUUID() }],
];

export const door: Door = {
  name: 'A token that is not sound opens nothing, whoever signed it',
  async attempt(target) {
    const tokens = Object.entries(unsoundTokens(target));
    for (const [kind, token] of tokens) {
      for (const [method, path, body] of WAYS) {
        const answer = await target.sendAs(token, path, { method, body });
        mustBe(`${method} ${path} with a token ${kind}`, answer, 401);
      }
    }
    const orphan = target.forge(soundClaims());
    for (const [method, path, body] of WAYS) {
      const answer = await target.sendAs(orphan, path, { method, body });
      // The sign-in service says 403 where there is no such session, as Supabase's does.
      const expected = path.startsWith('/auth/') ? 403 : 401;
      mustBe(`${method} ${path} with a token of no session`, answer, expected);
    }
    return `${tokens.length + 1} tokens at ${WAYS.length} places`;
  },
};
