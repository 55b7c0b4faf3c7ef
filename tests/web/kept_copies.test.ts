import { beforeEach, expect, test, vi } from 'vitest';
import { PortalError } from '../../web/src/lib/errors.ts';
import { workAt } from './_support/company.ts';
import { invalidated } from './_support/navigation.ts';

const store = vi.hoisted(() => ({
  copies: new Map<string, { value: unknown; read_at: string }>(),
}));
vi.mock('../../web/src/lib/platform/device.ts', () => ({
  device: {
    copies: {
      get: (key: string) => Promise.resolve(store.copies.get(key)),
      put: (copy: { key: string; value: unknown; read_at: string }) => {
        store.copies.set(copy.key, copy);
        return Promise.resolve();
      },
      count: () => Promise.resolve(store.copies.size),
    },
  },
}));

const { answerOfCopy, keptFirst, takeAnswer } = await import('../../web/src/lib/platform/kept.ts');

const noNetwork = () =>
  new PortalError({ key: 'network_unreachable', status: 0, message: 'No.', retryable: true });

beforeEach(() => {
  workAt();
  store.copies.clear();
  invalidated.length = 0;
  vi.stubGlobal('navigator', { onLine: true });
});

test('an answer is kept, and is what stands there when there is no network', async () => {
  expect(await keptFirst('orders', () => Promise.resolve({ orders: [1] }))).toEqual({
    orders: [1],
    kept: null,
  });
  const offline = await keptFirst<{ orders: number[] }>('orders', () =>
    Promise.reject(noNetwork()),
  );
  expect(offline).toMatchObject({ orders: [1], kept: { isAsking: false } });
  expect(Date.parse(String(offline.kept?.at))).toBeGreaterThan(0);
});

test('without network the copy stands there at once, and the answer comes when it comes', async () => {
  await keptFirst('orders', () => Promise.resolve({ orders: [1] }));
  vi.stubGlobal('navigator', { onLine: false });
  let arrive: (value: { orders: number[] }) => void = () => {};
  const shown = await keptFirst<{ orders: number[] }>(
    'orders',
    () => new Promise((resolve) => (arrive = resolve)),
  );
  expect(shown).toMatchObject({ orders: [1], kept: { isAsking: true } });
  arrive({ orders: [1, 2] });
  await answerOfCopy('orders');
  const never = () => Promise.reject(new Error('nobody is asked twice'));
  expect(await keptFirst('orders', never)).toEqual({ orders: [1, 2], kept: null });
});

test('an answer for a page that is no longer open is forgotten, so that it is not shown later as new', async () => {
  await keptFirst('orders', () => Promise.resolve({ orders: [1] }));
  vi.stubGlobal('navigator', { onLine: false });
  await keptFirst('orders', () => Promise.resolve({ orders: [1, 2] }));
  await answerOfCopy('orders');
  await takeAnswer('orders', false);
  expect(invalidated).toEqual([]);
  vi.stubGlobal('navigator', { onLine: true });
  const now = await keptFirst('orders', () => Promise.resolve({ orders: [1, 2, 3] }));
  expect(now).toEqual({ orders: [1, 2, 3], kept: null });
});

test('a page that was never read is an error, and so is a refusal in spite of a copy', async () => {
  await expect(keptFirst('orders', () => Promise.reject(noNetwork()))).rejects.toMatchObject({
    key: 'network_unreachable',
  });
  await keptFirst('orders', () => Promise.resolve({ orders: [1] }));
  const refused = new PortalError({ key: 'permission_denied', status: 403, message: 'No.' });
  await expect(keptFirst('orders', () => Promise.reject(refused))).rejects.toBe(refused);
});

test('another company on the same device never sees the copy', async () => {
  await keptFirst('orders', () => Promise.resolve({ orders: [1] }));
  workAt({ id: 'tenant-2' });
  await expect(keptFirst('orders', () => Promise.reject(noNetwork()))).rejects.toMatchObject({
    key: 'network_unreachable',
  });
});
