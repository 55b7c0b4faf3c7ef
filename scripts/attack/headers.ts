import { DoorIsOpen, type Door } from './door.ts';

/** Values that some reader of a header may take apart. */
const ODD = [
  '',
  ' ',
  '[',
  'a:b',
  'x:99999',
  ',',
  '=',
  ';',
  '"',
  '%',
  '%00',
  '\u00ff',
  '-1',
  '{}',
  'a'.repeat(8000),
];
/** Every header that something behind the one port looks at. */
const NAMES = [
  'host',
  'authorization',
  'apikey',
  'accept',
  'accept-profile',
  'content-profile',
  'content-type',
  'prefer',
  'range',
  'range-unit',
  'if-none-match',
  'origin',
  'cache-control',
  'cookie',
  'x-client-info',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-upsert',
  'x-region',
  'x-supabase-api-version',
  'x-http-method-override',
];
const WAYS: [string, string, unknown?][] = [
  ['GET', '/health'],
  ['GET', '/'],
  ['GET', '/rest/v1/products?select=id&limit=1'],
  ['GET', '/rest/v1/orders?select=id,customers(name)&limit=1'],
  ['POST', '/rest/v1/rpc/my_session', {}],
  ['GET', '/auth/v1/user'],
  ['POST', '/storage/v1/object/list/delivery-proofs', { prefix: '' }],
  ['GET', '/functions/v1/metrics'],
];

export const door: Door = {
  name: 'No header breaks anything',
  async attempt(target) {
    const { accessToken } = await target.signIn('manager@acme.test');
    for (const name of NAMES) {
      for (const value of ODD) {
        for (const [method, path, body] of WAYS) {
          const headers = { authorization: `Bearer ${accessToken}`, [name]: value };
          const { status, text } = await target.send(path, { method, body, headers });
          if (status < 500) continue;
          const sent = `${method} ${path} with ${name}: ${value.slice(0, 20)}`;
          throw new DoorIsOpen(`${sent} answered ${status}: ${text.slice(0, 160)}`);
        }
      }
    }
    return `${NAMES.length} headers with ${ODD.length} odd values at ${WAYS.length} places`;
  },
};
