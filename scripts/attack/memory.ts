import { DoorIsOpen, type Door } from './door.ts';
import { answeringProcess, memoryOf } from './processes.ts';
import type { Target } from './target.ts';

const REQUESTS = 10_000;
const LANES = 32;
/** What the process may grow by over these requests, after as many to warm up; far less than is asked. */
const BOUND_MB = 32;
const MEGABYTE = 1024 * 1024;

async function ask(target: Target): Promise<void> {
  let left = REQUESTS;
  const lane = async () => {
    for (; left > 0; left -= 1) {
      const body = { email: `stranger${left}@example.test` };
      await target.send('/auth/v1/recover', { method: 'POST', body });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

export const door: Door = {
  name: 'What strangers ask is not kept in memory',
  async attempt(target) {
    if (process.platform !== 'linux') return 'not tried: only Linux tells how much a process holds';
    const pid = await answeringProcess(target);
    await ask(target);
    const before = await memoryOf(pid);
    await ask(target);
    const grown = Math.round(((await memoryOf(pid)) - before) / MEGABYTE);
    if (grown > BOUND_MB) throw new DoorIsOpen(`${REQUESTS} requests made it grow by ${grown} MB`);
    return `${REQUESTS} requests made the process grow by ${Math.max(grown, 0)} MB`;
  },
};
