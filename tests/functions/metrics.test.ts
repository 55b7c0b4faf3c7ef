import { expect, test } from 'vitest';
import { handle } from '../../functions/metrics/handler.ts';
import { AS_CLOCK, SECRET_KEY, post, recordingDatabase } from './_support/database.ts';

test('figures come in the text format of Prometheus', async () => {
  const database = recordingDatabase({
    metrics: [
      { name: 'mzigo_queue_depth', labels: { queue: 'order_events' }, value: 3 },
      { name: 'mzigo_queue_depth', labels: { queue: 'a"b\\c\nd' }, value: 0 },
      { name: 'mzigo_events_total', labels: {}, value: 12 },
    ],
  });
  const response = await handle(post({}, AS_CLOCK), { database, secretKey: SECRET_KEY });
  expect(response.headers.get('content-type')).toContain('version=0.0.4');
  expect(await response.text()).toBe(
    [
      '# TYPE mzigo_queue_depth gauge',
      'mzigo_queue_depth{queue="order_events"} 3',
      'mzigo_queue_depth{queue="a\\"b\\\\c\\nd"} 0',
      '# TYPE mzigo_events_total counter',
      'mzigo_events_total 12',
      '',
    ].join('\n'),
  );
});

test('nobody reads the figures without the secret key', async () => {
  const database = recordingDatabase({});
  expect((await handle(post({}), { database, secretKey: SECRET_KEY })).status).toBe(401);
});
