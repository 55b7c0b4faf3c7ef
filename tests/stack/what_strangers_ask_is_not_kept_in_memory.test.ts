import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Target } from '../../scripts/attack/target.ts';
import { startTestStack, type TestStack } from '../harness/stack.ts';

const REQUESTS = 1500;
const LANES = 16;
const MEGABYTE = 1024 * 1024;
/** Two kilobytes kept of each request would be more. */
const BOUND_MB = (REQUESTS * 2) / 1024;

vi.setConfig({ testTimeout: 180_000 });

let stack: TestStack;
let stop: () => Promise<void>;
let target: Target;

beforeAll(async () => {
  ({ stack, stop } = await startTestStack());
  target = new Target(stack);
});

afterAll(async () => {
  target?.close();
  await stop();
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Megabytes in use once everything that nobody holds is gone. */
function used(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed / MEGABYTE;
}

const address = (at: number) => `stranger${at}@example.test`;
const anonymous = (at: number) => ({
  sub: String(at),
  role: 'anon',
  aud: 'authenticated',
  exp: Math.floor(Date.now() / 1000) + 600,
});

const KINDS: Record<string, (at: number) => Promise<unknown>> = {
  'closed addresses': (at) =>
    target.send('/auth/v1/recover', { method: 'POST', body: { email: address(at) } }),
  passwords: (at) => target.tryPassword(address(at), 'wrong-pass-1'),
  'forgotten passwords': (at) =>
    target.send('/functions/v1/send-password-reset', {
      method: 'POST',
      body: { email: address(at) },
    }),
  tokens: (at) => target.sendAs(target.forge(anonymous(at)), '/rest/v1/products?limit=1'),
};

async function ask(kind: (at: number) => Promise<unknown>): Promise<void> {
  let left = REQUESTS;
  const lane = async () => {
    for (; left > 0; left -= 1) await kind(left);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

test.each(Object.entries(KINDS))('%s', async (_name, kind) => {
  // What is kept on purpose, up to a limit, is full after this.
  await ask(kind);
  const before = used();
  await ask(kind);
  expect(used() - before).toBeLessThan(BOUND_MB);
});
