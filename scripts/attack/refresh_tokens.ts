import { randomBytes } from 'node:crypto';
import { mustBe, mustRest, type Door } from './door.ts';

const ALLOWED = 150;
const PATH = '/auth/v1/token?grant_type=refresh_token';

export const door: Door = {
  name: 'Refresh tokens cannot be guessed',
  async attempt(target) {
    const guess = () =>
      target.send(PATH, {
        method: 'POST',
        body: { refresh_token: randomBytes(9).toString('base64url') },
      });
    for (let at = 0; at < ALLOWED; at += 1) mustBe(`Guess ${at + 1}`, await guess(), 400, 401);
    mustRest('One more guess', await guess());
    return `${ALLOWED} guesses, then all rest`;
  },
};
