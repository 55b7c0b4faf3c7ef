import { setTimeout as sleep } from 'node:timers/promises';
import { DoorIsOpen, mustBe, type Door } from './door.ts';
import { answeringProcess, databaseProcess } from './processes.ts';
import type { Target } from './target.ts';

const BOUND_MS = 10_000;
/** How long one request may be without an answer: one that was in hand when its process was killed. */
const STEP_MS = 20;

/** Whether the stack is whole again; meanwhile everybody has to be told to come back. */
async function isReady(target: Target, token: string): Promise<boolean> {
  const path = '/rest/v1/products?select=id&limit=1';
  const answer = await target.sendAs(token, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') throw new DoorIsOpen('nobody was at the port');
    return null;
  });
  if (answer === null) return false;
  mustBe('A request in between', answer, 200, 503);
  if (answer.status === 503 && !(Number(answer.headers['retry-after']) > 0)) {
    throw new DoorIsOpen('a request in between is to wait, but is not told how long');
  }
  return answer.status === 200;
}

async function kill(
  target: Target,
  token: string,
  part: string,
  find: () => Promise<number>,
): Promise<string> {
  const before = await find();
  process.kill(before, 'SIGKILL');
  const begun = performance.now();
  for (;;) {
    const now = await find().catch(() => before);
    if (now !== before && (await isReady(target, token))) break;
    if (performance.now() - begun > BOUND_MS) throw new DoorIsOpen(`${part} did not come back`);
    await sleep(STEP_MS);
  }
  return `${part} after ${((performance.now() - begun) / 1000).toFixed(1)} s`;
}

export const door: Door = {
  name: 'A part that is killed stands again by itself',
  async attempt(target) {
    const { accessToken } = await target.signIn('owner@acme.test');
    const end = (part: string, find: () => Promise<number>) =>
      kill(target, accessToken, part, find);
    const database = await end('PostgreSQL', () => databaseProcess(target));
    const answering = await end('what answers', () => answeringProcess(target));
    return `${database}, ${answering}`;
  },
};
