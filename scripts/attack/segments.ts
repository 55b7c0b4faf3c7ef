import { DoorIsOpen, type Door } from './door.ts';

/** Pieces of an address, encoded, that some reader may take apart or not be able to read. */
const ODD = [
  '%00',
  'a%00b',
  '%0d%0aX:%20y',
  '%ff',
  '%ed%a0%80',
  '%f0%9f%a7%83',
  '%e2%80%ae',
  '%2e%2e',
  '..%2f..%2fetc%2fpasswd',
  '..%5c',
  '%25',
  '%',
  "'",
  '%22',
  '(',
  ')',
  ',',
  ':',
  '*',
  '-',
  '__proto__',
  'constructor',
  'toString',
  '9'.repeat(40),
  'a'.repeat(5000),
];
/** Where a caller may write such a piece, and by which methods. */
const PLACES: [string, string[]][] = [
  ['/?', ['GET']],
  ['/_app/?', ['GET']],
  ['/rest/v1/?', ['GET', 'POST', 'DELETE']],
  ['/rest/v1/rpc/?', ['GET', 'POST']],
  ['/rest/v1/orders?select=?', ['GET']],
  ['/rest/v1/orders?select=id,customers(?)', ['GET']],
  ['/rest/v1/orders?order=?', ['GET']],
  ['/rest/v1/orders?id=eq.?', ['GET']],
  ['/rest/v1/orders?id=?', ['GET']],
  ['/rest/v1/orders?number=in.(?)', ['GET']],
  ['/rest/v1/orders?number=fts.?', ['GET']],
  ['/rest/v1/orders?number=match.?', ['GET']],
  ['/rest/v1/orders?or=?', ['GET']],
  ['/rest/v1/orders?or=(?)', ['GET']],
  ['/rest/v1/orders?limit=?', ['GET']],
  ['/rest/v1/orders?offset=?', ['GET']],
  ['/rest/v1/orders??=eq.1', ['GET']],
  ['/rest/v1/rpc/my_session??=1', ['GET', 'POST']],
  ['/rest/v1/customers?columns=?', ['POST']],
  ['/rest/v1/customers?on_conflict=?', ['POST']],
  ['/auth/v1/?', ['GET', 'POST']],
  ['/auth/v1/token?grant_type=?', ['POST']],
  ['/auth/v1/logout?scope=?', ['POST']],
  ['/storage/v1/?', ['GET', 'POST']],
  ['/storage/v1/object/?', ['GET', 'POST']],
  ['/storage/v1/object/?/a.png', ['GET', 'POST', 'PUT', 'DELETE']],
  ['/storage/v1/object/delivery-proofs/?', ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']],
  ['/storage/v1/object/public/delivery-proofs/?', ['GET']],
  ['/storage/v1/object/sign/delivery-proofs/?', ['GET', 'POST']],
  ['/storage/v1/object/sign/delivery-proofs/a.png?token=?', ['GET']],
  ['/storage/v1/object/list/?', ['POST']],
  ['/functions/v1/?', ['GET', 'POST']],
  ['/functions/v1/metrics/?', ['GET']],
];

/** The last question mark of a place is where the piece goes. */
function fill(place: string, piece: string): string {
  const at = place.includes('??') ? place.indexOf('??') + 1 : place.lastIndexOf('?');
  return place.slice(0, at) + piece + place.slice(at + 1);
}

export const door: Door = {
  name: 'No piece of an address breaks anything',
  async attempt(target) {
    const { accessToken } = await target.signIn('manager@acme.test');
    let count = 0;
    for (const [place, methods] of PLACES) {
      for (const piece of ODD) {
        for (const method of methods) {
          const path = fill(place, piece);
          const body = method === 'POST' || method === 'PUT' ? {} : undefined;
          const { status, text } = await target.sendAs(accessToken, path, { method, body });
          count += 1;
          if (status < 500) continue;
          throw new DoorIsOpen(
            `${method} ${path.slice(0, 100)} answered ${status}: ${text.slice(0, 160)}`,
          );
        }
      }
    }
    return `${count} odd addresses`;
  },
};
