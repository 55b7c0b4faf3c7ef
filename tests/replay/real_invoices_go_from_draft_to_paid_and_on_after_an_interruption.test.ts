import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from '../../scripts/replay/client.ts';
import { Stopped } from '../../scripts/replay/errors.ts';
import { readOrderFile } from '../../scripts/replay/file.ts';
import { replay, type ReplayOptions } from '../../scripts/replay/replay.ts';
import { deadlock, startProxy } from './_support/proxy.ts';
import { testStack } from '../harness/stack.ts';

let options: ReplayOptions;
let printed = '';

beforeAll(async () => {
  options = {
    server: testStack(),
    orders: await readOrderFile(join(import.meta.dirname, 'invoices.csv')),
    limit: null,
    clients: 2,
    tenant: 'replay-test',
    folder: await mkdtemp(join(tmpdir(), 'mzigo-replay-')),
    isTerminal: false,
    write: (text) => void (printed += text),
    shouldStop: () => false,
  };
});

afterAll(() => rm(options.folder, { recursive: true, force: true }));

test(
  'an interrupted run is taken up where it stopped, and everything agrees with the file',
  { timeout: 240_000 },
  async () => {
    let requests = 0;
    const shouldStop = () => printed.includes('opening stock') && (requests += 1) > 20;
    await expect(replay({ ...options, shouldStop })).rejects.toBeInstanceOf(Stopped);
    expect(printed).toContain('placed');
    expect(printed).not.toContain('100 %');

    const { checks, carried, retried } = await replay(options);
    expect(checks.filter((check) => !check.isRight)).toEqual([]);
    expect(checks.length).toBeGreaterThan(20);
    expect(carried, 'and what was sold before the file begins').toBe(7);
    expect(printed).toContain('2 returns taken back and credited');
    expect(retried).toBe('');

    const again = await replay(options);
    expect(again.checks.filter((check) => !check.isRight)).toEqual([]);
    expect(again.carried).toBe(0);
  },
);

test('the comparison notices money that is not in the file', async () => {
  const invoices = options.orders.invoices.map((invoice) => ({
    ...invoice,
    lines: invoice.lines.map((line) =>
      line.sku === '10003A' ? { ...line, pennies: line.pennies + 1 } : line,
    ),
  }));
  const { checks } = await replay({ ...options, orders: { ...options.orders, invoices } });
  expect(checks.filter((check) => !check.isRight).map((check) => check.name)).toEqual([
    'orders and invoices that differ from the file',
    'sum of the orders',
    'sum of the invoices paid',
  ]);
});

test('a deadlock is asked for again, and the run fails for it', async () => {
  const proxy = await startProxy(options.server.url, (request) =>
    request.path.startsWith('/rest/v1/inventory_transactions') ? deadlock : null,
  );
  try {
    const server = { ...options.server, url: proxy.url };
    const { checks, retried } = await replay({ ...options, server });
    expect(retried).toBe('1 × 40P01');
    expect(checks.filter((check) => !check.isRight)).toEqual([
      {
        name: 'deadlocks, timeouts and other faults of the server',
        expected: '',
        actual: '1 × 40P01',
        isRight: false,
      },
    ]);
  } finally {
    await proxy.stop();
  }
});

test('what was left out is on screen by reason and in a file line by line', async () => {
  expect(printed).toContain('19 lines: 10 in 6 invoices can be ordered');
  expect(printed).toMatch(/2 {2}malformed/);
  const rejected = await readFile(join(options.folder, 'rejected.csv'), 'utf8');
  expect(rejected.trim().split('\n')).toHaveLength(8);
});

test('the people of another company see nothing of it', async () => {
  const stranger = new Client(options.server, 'admin@globex.test', 'mzigo-demo-2026');
  expect(await stranger.get('orders?select=id&external_reference=eq.900001')).toEqual([]);
});
