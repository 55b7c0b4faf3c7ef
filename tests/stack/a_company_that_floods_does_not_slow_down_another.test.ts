import pg from 'pg';
import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { signIn } from '../harness/people.ts';
import { startTestStack, type TestStack } from '../harness/stack.ts';

const CLIENTS = 50;

let stack: TestStack;
let stop: () => Promise<void>;
let acme: SupabaseClient[];
let globex: SupabaseClient;

beforeAll(async () => {
  ({ stack, stop } = await startTestStack());
  const admin = new pg.Client(stack.superuserUrl);
  await admin.connect();
  // A read that holds its connection for a second, as a deep one would, but takes no processor.
  await admin.query(`
    create view public.slow as select pg_sleep(1)::text as done;
    grant select on public.slow to authenticated;
    notify pgrst`);
  await admin.end();
  acme = await Promise.all(
    ['owner', 'manager', 'sales', 'finance'].map((role) => signIn(stack, `${role}@acme.test`)),
  );
  globex = await signIn(stack, 'owner@globex.test');
  await vi.waitUntil(async () => (await globex.from('slow').select()).status === 200, {
    timeout: 20_000,
    interval: 200,
  });
});

afterAll(() => stop());

test('another company’s lists and commands do not stand in the queue of the flood', async () => {
  let isFlooding = true;
  const statuses = new Map<number, number>();
  const waited: number[] = [];
  const flood = Array.from({ length: CLIENTS }, async (_, client) => {
    while (isFlooding) {
      const begin = performance.now();
      const { status } = await acme[client % acme.length]!.from('slow').select();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      waited.push(performance.now() - begin);
    }
  });
  const times: number[] = [];
  for (let count = 0; count < 40; count += 1) {
    const begin = performance.now();
    const { error } =
      count % 2 === 0
        ? await globex.from('orders').select('id').limit(5)
        : await globex.rpc('my_session');
    expect(error).toBeNull();
    times.push(performance.now() - begin);
  }
  isFlooding = false;
  await Promise.all(flood);
  // Held against each other in the same run: nearly nobody of theirs waits until one of the flood is done.
  const share = (all: number[], part: number) =>
    all.toSorted((one, other) => one - other)[Math.ceil(all.length * part) - 1] ?? NaN;
  expect(share(times, 0.95)).toBeLessThan(Math.min(...waited) / 2);
  // The flood has its rows, or is told when to come back.
  expect([...statuses.keys()].filter((status) => status !== 200 && status !== 429)).toEqual([]);
});

test('a flood that would wait too long is told to come back', async () => {
  const answers = await Promise.all(
    Array.from({ length: 120 }, (_, client) => acme[client % acme.length]!.from('slow').select()),
  );
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.error).toMatchObject({ code: 'too_many_requests' });
  expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
});
