import { setTimeout as sleep } from 'node:timers/promises';
import { DoorIsOpen, mustBe, type Door } from './door.ts';

/** How long somebody may go on hearing after he signed out. */
const BOUND_MS = 2000;

export const door: Door = {
  name: 'Who signed out hears nothing any more',
  async attempt(target) {
    const { accessToken } = await target.signIn('dispatcher@acme.test');
    const topic = `tenant:${await target.companyOf(accessToken)}:orders.view`;
    const { answer, ended, stop } = await target.listen(topic, accessToken);
    try {
      if (answer !== 'ok') throw new Error(`${topic} cannot be heard: ${answer}`);
      const out = await target.sendAs(accessToken, '/auth/v1/logout', { method: 'POST' });
      mustBe('Signing out', out, 204);
      const begun = performance.now();
      const isCut = await Promise.race([ended.then(() => true), sleep(BOUND_MS, false)]);
      if (!isCut) throw new DoorIsOpen(`the channel was still open after ${BOUND_MS} ms`);
      const again = await target.join(topic, accessToken);
      if (again === 'ok') throw new DoorIsOpen('the channel can be opened again');
      return `cut after ${Math.round(performance.now() - begun)} ms, and not opened again`;
    } finally {
      stop();
    }
  },
};
