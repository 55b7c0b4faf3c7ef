import { DoorIsOpen, mustBe, type Door } from './door.ts';
import type { Account, Target } from './target.ts';

const WAYS: [string, string, unknown?][] = [
  ['GET', '/rest/v1/orders?select=id&limit=1'],
  ['GET', '/rest/v1/orders?select=id,customers(name)&limit=1'],
  ['POST', '/rest/v1/rpc/my_session', {}],
  ['GET', '/auth/v1/user'],
  ['POST', '/storage/v1/object/list/delivery-proofs', { prefix: '' }],
];

async function mustBeOver(target: Target, { accessToken, refreshToken }: Account): Promise<void> {
  for (const [method, path, body] of WAYS) {
    const answer = await target.sendAs(accessToken, path, { method, body });
    mustBe(`${method} ${path} after signing out`, answer, 401, 403);
  }
  const again = await target.send('/auth/v1/token?grant_type=refresh_token', {
    method: 'POST',
    body: { refresh_token: refreshToken },
  });
  mustBe('The refresh token after signing out', again, 400, 401);
}

export const door: Door = {
  name: 'Signing out ends the access token at once, here and everywhere',
  async attempt(target) {
    const [here, there] = [
      await target.signIn('dispatcher@acme.test'),
      await target.signIn('dispatcher@acme.test'),
    ];
    const signOut = (account: Account, scope: string) =>
      target.sendAs(account.accessToken, `/auth/v1/logout?scope=${scope}`, { method: 'POST' });
    mustBe('Signing out', await signOut(here, 'local'), 204);
    await mustBeOver(target, here);
    const { status } = await target.sendAs(there.accessToken, WAYS[0]?.[1] ?? '');
    if (status !== 200)
      throw new DoorIsOpen(`Signing out here ended a session elsewhere (${status})`);
    const other = await target.signIn('dispatcher@acme.test');
    mustBe('Signing out everywhere', await signOut(other, 'global'), 204);
    await mustBeOver(target, there);
    await mustBeOver(target, other);
    return `${WAYS.length} places and the refresh token`;
  },
};
