import { mustBe, type Door } from './door.ts';

/** What the engine behind the sign-in service could do, and nobody shall have from outside. */
const CLOSED = [
  'signup',
  'recover',
  'otp',
  'magiclink',
  'verify',
  'resend',
  'invite',
  'admin/users',
  'admin/generate_link',
  'factors',
  'authorize',
  'callback',
  'sso',
  'reauthenticate',
];

/** Ways to write a word that some reader on the way may take for the word itself. */
const spellings = (word: string): string[] => [
  word,
  word.toUpperCase(),
  `%${word.charCodeAt(0).toString(16)}${word.slice(1)}`,
  `%25${word.charCodeAt(0).toString(16)}${word.slice(1)}`,
  `${word}/`,
  `/${word}`,
  `./${word}`,
  `token/../${word}`,
  `token/%2e%2e/${word}`,
  `token%2f..%2f${word}`,
  `token\\..\\${word}`,
  `${word}%00`,
  `${word};x=1`,
  `${word}?redirect_to=http://127.0.0.1`,
];

/** Ways to the whole API that are not the way. */
const STRAY = [
  '/AUTH/v1/recover',
  '/auth/V1/recover',
  '//auth/v1/recover',
  '/./auth/v1/recover',
  '/x/../auth/v1/recover',
  '/rest/v1/../../auth/v1/recover',
  '/rest/v1/%2e%2e/%2e%2e/auth/v1/recover',
  '/auth%2fv1%2frecover',
  '/%61uth/v1/recover',
  '/auth\\v1\\recover',
  '/storage/v1/bucket',
  '/realtime/v1/api/broadcast',
  '/rest/v1/rpc/my_session/x',
  '/functions/v1/_router',
  '/functions/v1/..%2f_router',
];

export const door: Door = {
  name: 'No spelling of an address leads to what is closed',
  async attempt(target) {
    const paths = [
      ...CLOSED.flatMap((word) => spellings(word).map((it) => `/auth/v1/${it}`)),
      ...STRAY,
    ];
    const body = { email: 'owner@acme.test', password: 'long-enough-2026', create_user: true };
    for (const path of paths) {
      // The portal, which is at all other addresses, is only read (405).
      mustBe(`POST ${path}`, await target.send(path, { method: 'POST', body }), 400, 404, 405);
    }
    return `${paths.length} addresses are not found`;
  },
};
