import { expect, test } from 'vitest';
import { BATCH, makeHandler } from '../../functions/process-events/handler.ts';
import { AS_CLOCK, SECRET_KEY, post, recordingDatabase } from './_support/database.ts';

/** What the database names. */
const QUEUES = ['entity_changes', 'notifications', 'order_events'];
const nothing = { done: 0, duplicates: 0, retried: 0, dead: 0 };

function arrange(
  processQueue: (queue: string) => object,
  secretKey = SECRET_KEY,
  workImport: () => number = () => 0,
) {
  const clock = { now: 0 };
  const logged: Record<string, unknown>[] = [];
  const database = recordingDatabase({
    process_queue: ({ queue }: { queue?: unknown }) => {
      if (database.calls.length > 500) throw new Error('It is asked for ever.');
      return processQueue(String(queue));
    },
    worker_queues: QUEUES,
    worker_heartbeat: null,
    work_import: workImport,
  });
  const handle = makeHandler({
    database,
    secretKey,
    log: (entry) => logged.push(entry),
    now: () => clock.now,
  });
  const called = (name: string) => database.calls.filter((call) => call.name === name);
  const run = async () => (await handle(post({}, AS_CLOCK))).json();
  return { handle, run, called, logged, clock };
}

test('only the scheduler may have the queues drained', async () => {
  const { handle, called } = arrange(() => nothing);
  for (const headers of [{}, { apikey: 'sb_secret_for_test' }, { authorization: 'Bearer x' }]) {
    const response = await handle(post({}, headers as Record<string, string>));
    expect(response.status).toBe(401);
  }
  expect(called('process_queue')).toEqual([]);
});

test('a missing secret key lets nobody in', async () => {
  const { handle } = arrange(() => nothing, '');
  expect((await handle(post({}, { apikey: '' }))).status).toBe(401);
});

test('every queue that the database names is drained, and the heart beats', async () => {
  const { run, called } = arrange((queue) =>
    queue === 'order_events' ? { ...nothing, done: 3, duplicates: 1 } : nothing,
  );
  expect(await run()).toMatchObject({ processed: 4, failed: [] });
  expect(called('process_queue').map((call) => call.args['queue'])).toEqual(QUEUES);
  expect(called('worker_heartbeat')).toMatchObject([
    { args: { worker: 'process-events', details: { processed: 4 } } },
  ]);
});

test('a queue is asked again only as long as its batches are full', async () => {
  let left = 2 * BATCH + 7;
  const { run, called } = arrange((queue) => {
    if (queue !== 'order_events') return nothing;
    const done = Math.min(left, BATCH);
    left -= done;
    return { ...nothing, done };
  });
  expect(await run()).toMatchObject({ processed: 2 * BATCH + 7 });
  expect(called('process_queue')).toHaveLength(QUEUES.length + 2);
});

test('an endless queue does not keep a call for ever, nor the other queues waiting', async () => {
  const { run, called, clock } = arrange((queue) => {
    clock.now += 1000;
    return queue === 'entity_changes' ? { ...nothing, done: BATCH } : nothing;
  });
  expect(await run()).toMatchObject({ failed: [] });
  const asked = new Set(called('process_queue').map((call) => call.args['queue']));
  expect([...asked]).toEqual(QUEUES);
});

test('an idle worker says now and then that it is alive, not every time', async () => {
  const { run, called, clock } = arrange(() => nothing);
  await run();
  await run();
  expect(called('worker_heartbeat')).toHaveLength(1);
  clock.now += 15_000;
  await run();
  expect(called('worker_heartbeat')).toHaveLength(2);
});

test('a queue that cannot be drained does not hold up the others and is reported once', async () => {
  let isBroken = true;
  const { run, called, logged } = arrange((queue) => {
    if (queue === 'entity_changes' && isBroken) throw new Error('deadlock detected');
    return nothing;
  });
  expect(await run()).toMatchObject({ failed: ['entity_changes'] });
  expect(called('process_queue')).toHaveLength(QUEUES.length);
  await run();
  expect(logged).toMatchObject([{ level: 'error', queue: 'entity_changes' }]);
  isBroken = false;
  await run();
  isBroken = true;
  await run();
  expect(logged).toHaveLength(2);
});

test('imports go on as long as there is a batch to do, and count as work', async () => {
  let batches = 3;
  const { run, called } = arrange(
    () => nothing,
    SECRET_KEY,
    () => (batches > 0 ? (batches -= 1) + 1 : 0),
  );
  expect(await run()).toMatchObject({ processed: 3, failed: [] });
  expect(called('work_import')).toHaveLength(4);
});

test('a large import leaves the queues their turn', async () => {
  const { run, clock } = arrange(
    () => nothing,
    SECRET_KEY,
    () => {
      clock.now += 1000;
      return 1;
    },
  );
  expect(await run()).toMatchObject({ processed: 4 });
});

test('an import that cannot be worked on is told and holds up no queue', async () => {
  const { run, logged } = arrange(
    () => ({ ...nothing, done: 1 }),
    SECRET_KEY,
    () => {
      throw new Error('No answer.');
    },
  );
  expect(await run()).toMatchObject({ processed: QUEUES.length, failed: ['imports'] });
  expect(logged).toMatchObject([{ queue: 'imports', error: 'Error: No answer.' }]);
});
