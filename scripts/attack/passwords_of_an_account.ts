import { mustBe, type Door } from './door.ts';

const ACCOUNT = 'viewer@globex.test';
const ALLOWED = 10;

export const door: Door = {
  name: 'Ten wrong passwords from anywhere close an account',
  async attempt(target) {
    for (let at = 0; at < ALLOWED; at += 1) {
      const other = target.elsewhere();
      mustBe(`Wrong password ${at + 1}`, await other.tryPassword(ACCOUNT, 'wrong-pass-1'), 400);
      other.close();
    }
    // Answered like a wrong one: who guesses shall not learn that he was right.
    mustBe('The right password', await target.tryRightPassword(ACCOUNT), 400);
    return `the right password is refused like the ${ALLOWED} wrong ones`;
  },
};
