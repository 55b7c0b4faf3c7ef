import { mustBe, mustRest, type Door } from './door.ts';

const SPELLINGS = [
  '/auth/v1/token?grant_type=password',
  '/auth/v1/token?grant_type=%70assword',
  '/auth/v1/%74oken?grant_type=password',
  '/%61uth/v1/token?grant_type=%70%61ssword',
];
/** Headers by which a caller may claim to be somewhere else. */
const DISGUISES = [
  'x-forwarded-for',
  'cf-connecting-ip',
  'x-real-ip',
  'true-client-ip',
  'forwarded',
];
const ALLOWED = 30;

export const door: Door = {
  name: 'Thirty wrong passwords close a network address',
  async attempt(target) {
    for (let at = 0; at < ALLOWED; at += 1) {
      // Another account every time, so that none is closed by itself.
      const path = SPELLINGS[at % SPELLINGS.length];
      const headers = { [DISGUISES[at % DISGUISES.length] ?? '']: `192.0.2.${at}` };
      const answer = await target.tryPassword(
        `nobody${at}@acme.test`,
        'wrong-pass-1',
        path,
        headers,
      );
      mustBe(`Wrong password ${at + 1}`, answer, 400);
    }
    for (const path of SPELLINGS) {
      mustRest(
        `The right password at ${path}`,
        await target.tryRightPassword('sales@acme.test', path),
      );
    }
    for (const name of DISGUISES) {
      const answer = await target.tryRightPassword('sales@acme.test', undefined, {
        [name]: '192.0.2.200',
      });
      mustRest(`The right password with ${name}`, answer);
    }
    return `${ALLOWED} are told apart from right ones, then all rest`;
  },
};
