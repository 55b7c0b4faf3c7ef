import { randomBytes } from 'node:crypto';
import { mustBe, mustRest, type Door } from './door.ts';

const ALLOWED = 30;

export const door: Door = {
  name: 'The links of mails cannot be guessed',
  async attempt(target) {
    const guess = (command: string, at: number) =>
      target.send(`/rest/v1/rpc/${command}`, {
        method: 'POST',
        headers: { 'x-forwarded-for': `192.0.2.${at}`, 'cf-connecting-ip': `192.0.2.${at}` },
        body: { token: randomBytes(32).toString('base64url'), password: 'a-good-password-1' },
      });
    const commands = ['reset_password', 'accept_invitation'];
    for (let at = 0; at < ALLOWED; at += 1) {
      mustBe(`Guess ${at + 1}`, await guess(commands[at % 2] ?? '', at), 409);
    }
    for (const command of commands) mustRest(`One more ${command}`, await guess(command, ALLOWED));
    return `${ALLOWED} guesses of either kind, then all rest`;
  },
};
