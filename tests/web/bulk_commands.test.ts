import { beforeEach, expect, test, vi } from 'vitest';
import { PortalError } from '../../web/src/lib/errors.ts';

interface Call {
  rpc: string;
  args: Record<string, unknown>;
  key: string;
}

const server = vi.hoisted(() => ({
  calls: [] as Call[],
  answer: (_call: Call): Promise<unknown> => Promise.resolve(),
}));
vi.mock('../../web/src/lib/platform/command.ts', async (original) => ({
  ...(await original<typeof import('../../web/src/lib/platform/command.ts')>()),
  commandNamed: (rpc: string, args: Record<string, unknown>, key: string) => {
    server.calls.push({ rpc, args, key });
    return server.answer({ rpc, args, key });
  },
}));

const { BulkRun } = await import('../../web/src/lib/workflow/bulk.svelte.ts');

const offers = Array.from({ length: 7 }, (_, n) => ({
  id: `order-${n}`,
  title: `ORD-${n}`,
  version: n,
  allowed: ['approve'],
}));
const idOf = (call: Call) => call.args.order_id as string;
const settle = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  server.calls = [];
  server.answer = () => Promise.resolve();
});

async function approve(run: InstanceType<typeof BulkRun>, some = offers): Promise<string[]> {
  const succeeded: string[] = [];
  await run.give('approve', 'order', some, { note: 'Yes' }, (id) => succeeded.push(id));
  return succeeded;
}

test('each row has its own call and key, and a refused one says why without stopping the others', async () => {
  server.answer = (call) =>
    idOf(call) === 'order-2'
      ? Promise.reject(
          new PortalError({ key: 'x', status: 409, message: 'No credit.', hint: 'Ask for money.' }),
        )
      : Promise.resolve();
  const run = new BulkRun();
  const succeeded = await approve(run);
  expect(succeeded).toEqual(offers.map((offer) => offer.id).filter((id) => id !== 'order-2'));
  expect(run.failures).toEqual([
    { id: 'order-2', title: 'ORD-2', sentence: 'No credit. Ask for money.' },
  ]);
  expect(new Set(server.calls.map((call) => call.key)).size).toBe(7);
  expect(server.calls[3]).toMatchObject({
    rpc: 'approve_order',
    args: { order_id: 'order-3', expected_version: 3, note: 'Yes' },
  });
  expect([run.done, run.total, run.isRunning]).toEqual([7, 7, false]);
});

test('three are on their way at a time, and a stop leaves the others as they are', async () => {
  const waiting: (() => void)[] = [];
  server.answer = () => new Promise<void>((resolve) => waiting.push(resolve));
  const run = new BulkRun();
  const running = approve(run);
  await settle();
  expect(server.calls).toHaveLength(3);
  waiting.shift()?.();
  await settle();
  expect(server.calls).toHaveLength(4);
  run.stop();
  for (const answer of waiting) answer();
  expect(await running).toHaveLength(4);
  expect(server.calls).toHaveLength(4);
});

test('a row whose answer was lost keeps its key, and one that was refused gets a new one', async () => {
  const lost = new PortalError({ key: 'a', status: 0, message: 'Lost.', retryable: true });
  const refused = new PortalError({ key: 'b', status: 409, message: 'Refused.' });
  server.answer = (call) => Promise.reject(idOf(call) === 'order-0' ? lost : refused);
  const run = new BulkRun();
  await approve(run, offers.slice(0, 2));
  const before = server.calls.map((call) => call.key);
  server.answer = () => Promise.resolve();
  await approve(run, offers.slice(0, 2));
  const after = server.calls.slice(2).map((call) => call.key);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
});
