import { setTimeout as sleep } from 'node:timers/promises';
import { DoorIsOpen, mustBe, type Door } from './door.ts';

/** How long somebody may go on hearing after his membership was switched off. */
const BOUND_MS = 2000;
const LEAVER = 'dispatcher@globex.test';

export const door: Door = {
  name: 'Whose membership is switched off sees and hears nothing from the next moment on',
  async attempt(target) {
    const { accessToken } = await target.signIn(LEAVER);
    const { accessToken: admin } = await target.signIn('admin@globex.test');
    const path = `/rest/v1/memberships?select=id,users!inner(email)&users.email=eq.${LEAVER}`;
    const [member] = ((await target.sendAs(admin, path)).json ?? []) as unknown as { id: string }[];
    const setStatus = (status: string) =>
      target.sendAs(admin, '/rest/v1/rpc/set_member_status', {
        method: 'POST',
        body: { membership_id: member?.id, status },
      });
    const topic = `tenant:${await target.companyOf(accessToken)}:orders.view`;
    const { answer, ended, stop } = await target.listen(topic, accessToken);
    try {
      if (answer !== 'ok') throw new Error(`${topic} cannot be heard: ${answer}`);
      mustBe('Switching the membership off', await setStatus('inactive'), 200);
      const begun = performance.now();
      const seen = await target.sendAs(accessToken, '/rest/v1/orders?select=id&limit=1');
      if (seen.text !== '[]') throw new DoorIsOpen(`a list still answered ${seen.text}`);
      const isCut = await Promise.race([ended.then(() => true), sleep(BOUND_MS, false)]);
      if (!isCut) throw new DoorIsOpen(`the channel was still open after ${BOUND_MS} ms`);
      return `the next list was empty, the channel cut within ${Math.round(performance.now() - begun)} ms`;
    } finally {
      stop();
      await setStatus('active');
    }
  },
};
