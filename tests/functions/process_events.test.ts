import { expect, test } from 'vitest';
import { DOMAIN_QUEUES, handle } from '../../functions/process-events/handler.ts';
import { AS_CLOCK, SECRET_KEY, post, recordingDatabase } from './_support/database.ts';

const nothing = { done: 0, duplicates: 0, retried: 0, dead: 0 };
const silent = () => {};

test('only the scheduler may have the queues drained', async () => {
  const database = recordingDatabase({});
  for (const headers of [{}, { apikey: 'sb_secret_for_test' }, { authorization: 'Bearer x' }]) {
    const dependencies = { database, secretKey: SECRET_KEY, log: silent };
    const response = await handle(post({}, headers as Record<string, string>), dependencies);
    expect(response.status).toBe(401);
  }
  expect(database.calls).toEqual([]);
});

test('a missing secret key lets nobody in', async () => {
  const dependencies = { database: recordingDatabase({}), secretKey: '', log: silent };
  expect((await handle(post({}, { apikey: '' }), dependencies)).status).toBe(401);
});

test('every domain queue is drained, and the heart beats', async () => {
  const database = recordingDatabase({
    process_queue: ({ queue }: { queue?: unknown }) =>
      queue === 'order_events' ? { ...nothing, done: 3, duplicates: 1 } : nothing,
    worker_heartbeat: null,
  });
  const response = await handle(post({}, AS_CLOCK), {
    database,
    secretKey: SECRET_KEY,
    log: silent,
  });
  expect(await response.json()).toMatchObject({ processed: 4, failed: [] });
  const drained = database.calls.filter((call) => call.name === 'process_queue');
  expect(drained.map((call) => call.args['queue'])).toEqual([...DOMAIN_QUEUES]);
  expect(database.calls.at(-1)).toMatchObject({
    name: 'worker_heartbeat',
    args: { worker: 'process-events', details: { processed: 4 } },
  });
});

test('a queue that cannot be drained does not hold up the others', async () => {
  const logged: Record<string, unknown>[] = [];
  const database = recordingDatabase({
    process_queue: ({ queue }: { queue?: unknown }) => {
      if (queue === 'entity_changes') throw new Error('deadlock detected');
      return nothing;
    },
    worker_heartbeat: null,
  });
  const response = await handle(post({}, AS_CLOCK), {
    database,
    secretKey: SECRET_KEY,
    log: (entry) => logged.push(entry),
  });
  expect(await response.json()).toMatchObject({ failed: ['entity_changes'] });
  expect(database.calls.filter((call) => call.name === 'process_queue')).toHaveLength(7);
  expect(logged).toMatchObject([{ level: 'error', queue: 'entity_changes' }]);
});
