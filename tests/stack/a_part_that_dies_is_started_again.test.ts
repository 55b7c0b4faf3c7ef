import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Supervisor } from '../../supabase/stack/supervisor.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A part that dies when it is told to. */
class Part {
  readonly exited: Promise<void>;
  die: () => void = () => {};

  constructor() {
    this.exited = new Promise((resolve) => (this.die = resolve));
  }

  async stop(): Promise<void> {
    this.die();
  }
}

const giveUp = async () => new Error('given up');
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('a part that died is another one a moment later', async () => {
  const supervisor = await Supervisor.start({ launch: async () => new Part(), giveUp });
  const first = supervisor.current;
  first.die();
  await later(0);
  expect({ isUp: supervisor.isUp, deaths: supervisor.deaths }).toEqual({ isUp: false, deaths: 1 });
  await later(100);
  expect(supervisor.isUp).toBe(true);
  expect(supervisor.current).not.toBe(first);
});

test('a start that fails is tried again', async () => {
  let starts = 0;
  const launch = async () => {
    starts += 1;
    if (starts === 2 || starts === 3) throw new Error('what the dead one left is still there');
    return new Part();
  };
  const supervisor = await Supervisor.start({ launch, giveUp });
  supervisor.current.die();
  await later(1000);
  expect({ starts, isUp: supervisor.isUp }).toEqual({ starts: 4, isUp: true });
});

test('the fifth death within a minute is the last one', async () => {
  const supervisor = await Supervisor.start({ launch: async () => new Part(), giveUp });
  const failed = supervisor.failed.catch((error: Error) => error.message);
  for (let death = 1; death <= 5; death += 1) {
    supervisor.current.die();
    await later(2000);
  }
  expect(await failed).toBe('given up');
});

test('five deaths in longer than a minute are outlived', async () => {
  const supervisor = await Supervisor.start({ launch: async () => new Part(), giveUp });
  for (let death = 1; death <= 5; death += 1) {
    supervisor.current.die();
    await later(16_000);
  }
  expect(supervisor.isUp).toBe(true);
});

test('a part that is stopped stays stopped, also while it waits to be started again', async () => {
  const launch = vi.fn(async () => new Part());
  const supervisor = await Supervisor.start({ launch, giveUp });
  supervisor.current.die();
  await later(50);
  await supervisor.stop();
  await later(60_000);
  expect(launch).toHaveBeenCalledTimes(1);
});

test('a part that comes up while it is being stopped does not outlive that', async () => {
  const parts: Part[] = [];
  let comeUp: () => void = () => {};
  const launch = async () => {
    const part = new Part();
    if (parts.push(part) === 2) await new Promise<void>((resolve) => (comeUp = resolve));
    return part;
  };
  const supervisor = await Supervisor.start({ launch, giveUp });
  supervisor.current.die();
  await later(100);
  const stopped = supervisor.stop().then(() => 'stopped');
  await later(0);
  comeUp();
  expect(await Promise.race([stopped, later(60_000)])).toBe('stopped');
  expect(await Promise.race([parts[1]?.exited.then(() => 'gone'), later(0)])).toBe('gone');
});
