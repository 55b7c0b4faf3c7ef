import { DoorIsOpen, type Door } from './door.ts';

const WAYS: [string, string, unknown?][] = [
  ['GET', '/rest/v1/orders?limit=1'],
  ['GET', '/rest/v1/orders?select=id,number->x&limit=1'],
  ['GET', '/rest/v1/orders?select=id,customers(name)&limit=1'],
  ['GET', '/rest/v1/nothing'],
  ['POST', '/rest/v1/rpc/my_session', {}],
  ['GET', '/auth/v1/user'],
  ['POST', '/storage/v1/object/list/delivery-proofs', { prefix: '' }],
];

export const door: Door = {
  name: 'Nobody on the way keeps an answer',
  async attempt(target) {
    const { accessToken } = await target.signIn('manager@acme.test');
    for (const [method, path, body] of WAYS) {
      const { headers } = await target.sendAs(accessToken, path, { method, body });
      if (headers['cache-control'] === 'no-store') continue;
      throw new DoorIsOpen(`${method} ${path} may be kept: ${headers['cache-control']}`);
    }
    return `${WAYS.length} answers say no-store`;
  },
};
