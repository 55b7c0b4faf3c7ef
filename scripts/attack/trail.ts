import { DoorIsOpen, mustBe, mustBeRefused, type Door } from './door.ts';

export const door: Door = {
  name: 'The trail of changes is whole, and shows when its end is missing',
  async attempt(target) {
    const { accessToken } = await target.signIn('auditor@acme.test');
    const call = (name: string, body: object) =>
      target.sendAs(accessToken, `/rest/v1/rpc/${name}`, { method: 'POST', body });
    for (const table of ['event_store', 'audit_logs', 'transition_executions']) {
      const erased = await target.sendAs(accessToken, `/rest/v1/${table}?id=not.is.null`, {
        method: 'DELETE',
      });
      mustBeRefused(`Deleting from ${table}`, erased);
    }
    const stated = await call('state_audit_head', {});
    mustBe('Stating the head', stated, 200);
    const head = JSON.parse(stated.text) as unknown;
    const [position = '0'] = String(head).split(':');
    const verify = async (noted: string) => {
      const { text } = await call('verify_audit', { head: noted });
      const [found] = JSON.parse(text) as { is_intact?: boolean; lost?: number }[];
      return found ?? {};
    };
    const whole = await verify(String(head));
    if (whole.is_intact !== true) throw new DoorIsOpen('the trail is not whole');
    // A head that lies beyond the end is what somebody holds after the newest rows were cut off.
    const later = await verify(`${Number(position) + 3}:${'0'.repeat(64)}`);
    if (later.is_intact !== false || later.lost !== 3) {
      throw new DoorIsOpen('three missing rows at the end were not noticed');
    }
    return `${position} rows, and three that would be missing`;
  },
};
