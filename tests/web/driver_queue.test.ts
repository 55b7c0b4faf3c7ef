import { beforeEach, expect, test, vi } from 'vitest';
import { PortalError } from '../../web/src/lib/errors.ts';
import { session } from '../../web/src/lib/platform/session.svelte.ts';
import { workAt } from './_support/company.ts';
import { invalidated } from './_support/navigation.ts';
import { MemoryPhone } from './_support/phone.ts';

interface Call {
  rpc: string;
  args: Record<string, unknown>;
  key: string;
}

const server = vi.hoisted(() => ({
  calls: [] as Call[],
  photos: [] as string[],
  store: (_name: string): Promise<void> => Promise.resolve(),
  answer: (_call: Call): Promise<unknown> => Promise.resolve(),
}));
const store = vi.hoisted(() => ({ phone: null as unknown }));

vi.mock('../../web/src/lib/delivery/phone.ts', () => ({
  get phone() {
    return store.phone;
  },
}));
vi.mock('../../web/src/lib/delivery/photos.ts', () => ({
  photoPath: (tenant: string, name: string) => `${tenant}/${name}.jpg`,
  storePhoto: (_tenant: string, name: string) => {
    server.photos.push(name);
    return server.store(name);
  },
}));
vi.mock('../../web/src/lib/platform/command.ts', async (original) => ({
  ...(await original<typeof import('../../web/src/lib/platform/command.ts')>()),
  commandNamed: (rpc: string, args: Record<string, unknown>, key: string) => {
    server.calls.push({ rpc, args, key });
    return server.answer({ rpc, args, key });
  },
}));

const { queue } = await import('../../web/src/lib/delivery/queue.svelte.ts');

const ORDER = { id: 'order-1', number: 'ORD-000001' };
const OTHER = { id: 'order-2', number: 'ORD-000002' };
const noNetwork = () =>
  new PortalError({ key: 'network_unreachable', status: 0, message: 'No.', retryable: true });
const refusal = () =>
  new PortalError({
    key: 'lines_invalid',
    status: 422,
    message: 'Too many.',
    hint: 'Count again.',
  });

/** Lets everything that was begun come to its end. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

let phone: MemoryPhone;
beforeEach(async () => {
  phone = new MemoryPhone();
  store.phone = phone;
  server.answer = () => Promise.resolve();
  server.store = () => Promise.resolve();
  workAt();
  await queue.flush();
  server.calls.length = 0;
  server.photos.length = 0;
  invalidated.length = 0;
});

const keys = () => server.calls.map((call) => call.key);

test('without network an entry stays on the phone and goes out later under the same key', async () => {
  server.answer = () => Promise.reject(noNetwork());
  await queue.give('complete_delivery', ORDER, { order_id: ORDER.id, received_by: 'Tom' });
  await settle();
  expect(queue.waiting.map((item) => item.about_id)).toEqual(['order-1']);
  expect(phone.entries.size).toBe(1);

  server.answer = () => Promise.resolve();
  await queue.flush();
  expect(keys()).toHaveLength(2);
  expect(new Set(keys()).size).toBe(1);
  expect(server.calls[1]?.args).toEqual({ order_id: 'order-1', received_by: 'Tom' });
  expect(phone.entries.size).toBe(0);
  expect(invalidated).toEqual(['entity:trip', 'entity:order', 'entity:door', 'entity:expense']);
});

test('an answer that was lost on the way leads to the same key, photo included, never to a new one', async () => {
  let done = 0;
  server.answer = () => {
    done += 1;
    return done === 1 ? Promise.reject(noNetwork()) : Promise.resolve();
  };
  await queue.give('complete_delivery', ORDER, { order_id: ORDER.id }, [new Blob(['photo'])]);
  await settle();
  await queue.flush();
  expect(new Set(keys()).size).toBe(1);
  expect(new Set(server.photos)).toEqual(new Set(keys()));
  expect(server.calls[1]?.args.photo_paths).toEqual([`tenant-1/${keys()[0]}.jpg`]);
  expect(phone.entries.size).toBe(0);
});

test('photos go on with the one at which the network went away, and none is sent twice', async () => {
  server.store = (name) => (name.endsWith('-2') ? Promise.reject(noNetwork()) : Promise.resolve());
  const photos = ['one', 'two', 'three'].map((what) => new Blob([what]));
  await queue.give('complete_delivery', ORDER, { order_id: ORDER.id }, photos);
  await settle();
  const key = queue.waiting[0]?.key ?? '';
  expect(server.photos).toEqual([key, `${key}-2`]);
  expect(server.calls).toEqual([]);

  server.store = () => Promise.resolve();
  await queue.flush();
  expect(server.photos).toEqual([key, `${key}-2`, `${key}-2`, `${key}-3`]);
  expect(server.calls.map((call) => call.args.photo_paths)).toEqual([
    [`tenant-1/${key}.jpg`, `tenant-1/${key}-2.jpg`, `tenant-1/${key}-3.jpg`],
  ]);
  expect(phone.entries.size).toBe(0);
});

test('the photo of a defect goes with the item that it shows', async () => {
  const results = [
    { item_id: 'tyres', is_in_order: true },
    { item_id: 'lights', is_in_order: false, note: 'Out', photo: 0 },
  ];
  const trip = { id: 'trip-1', number: 'TRP-00001' };
  await queue.give('check_vehicle', trip, { trip_id: trip.id, results }, [new Blob(['lights'])]);
  await settle();
  expect(server.calls.map((call) => call.args)).toEqual([
    {
      trip_id: 'trip-1',
      results: [
        { item_id: 'tyres', is_in_order: true },
        {
          item_id: 'lights',
          is_in_order: false,
          note: 'Out',
          photo_path: `tenant-1/${keys()[0]}.jpg`,
        },
      ],
    },
  ]);
});

test('entries go out in the order in which they happened, and none overtakes one that failed', async () => {
  server.answer = () => Promise.reject(noNetwork());
  await queue.give('arrive_at_stop', ORDER, { order_id: ORDER.id });
  await settle();
  await queue.give('complete_delivery', ORDER, { order_id: ORDER.id });
  await settle();
  expect(new Set(server.calls.map((call) => call.rpc))).toEqual(new Set(['arrive_at_stop']));
  server.answer = () => Promise.resolve();
  server.calls.length = 0;
  await queue.flush();
  expect(server.calls.map((call) => call.rpc)).toEqual(['arrive_at_stop', 'complete_delivery']);
});

test('what is given while another entry is on its way follows at once', async () => {
  let arrive: () => void = () => {};
  server.answer = ({ rpc }) =>
    rpc === 'arrive_at_stop'
      ? new Promise<void>((resolve) => (arrive = resolve))
      : Promise.resolve();
  await queue.give('arrive_at_stop', ORDER, { order_id: ORDER.id });
  await settle();
  await queue.give('complete_delivery', ORDER, { order_id: ORDER.id });
  await settle();
  expect(server.calls.map((call) => call.rpc)).toEqual(['arrive_at_stop']);
  arrive();
  await settle();
  expect(server.calls.map((call) => call.rpc)).toEqual(['arrive_at_stop', 'complete_delivery']);
  expect(phone.entries.size).toBe(0);
});

test('a refused entry is kept with its reason and does not hold up the next one', async () => {
  server.answer = ({ args }) =>
    args.order_id === 'order-1' ? Promise.reject(refusal()) : Promise.resolve();
  await queue.give('complete_delivery', ORDER, { order_id: ORDER.id });
  await queue.give('complete_delivery', OTHER, { order_id: OTHER.id });
  await settle();
  expect(queue.refused.map((item) => [item.about_id, item.problem])).toEqual([
    ['order-1', 'Too many. Count again.'],
  ]);
  expect(queue.waiting).toEqual([]);

  server.answer = () => Promise.resolve();
  await queue.retry(queue.refused[0]?.key ?? '');
  expect(phone.entries.size).toBe(0);
});

test('a delivery that was refused for want of a code goes again with the reason why there is none', async () => {
  const withoutCode = new PortalError({
    key: 'delivery_code_missing',
    status: 409,
    message: 'No.',
  });
  server.answer = ({ args }) =>
    args.no_code_because === undefined ? Promise.reject(withoutCode) : Promise.resolve();
  await queue.give('complete_delivery', ORDER, { order_id: ORDER.id });
  await settle();
  const [refused] = queue.refused;
  expect(refused?.refusal).toBe('delivery_code_missing');
  if (refused) await queue.sendWithoutCode(refused, 'He lost it');
  expect(server.calls.at(-1)?.args).toEqual({ order_id: ORDER.id, no_code_because: 'He lost it' });
  // The try under this key counts once, whenever its answer is lost.
  expect(new Set(keys()).size).toBe(1);
  expect(phone.entries.size).toBe(0);
});

test('a session that ran out keeps everything until somebody has signed in again', async () => {
  server.answer = () =>
    Promise.reject(new PortalError({ key: 'session_expired', status: 401, message: 'Out.' }));
  await queue.give('complete_delivery', ORDER, { order_id: ORDER.id });
  await settle();
  expect(queue.waiting).toHaveLength(1);
  session.me = null;
  await queue.flush();
  expect(phone.entries.size).toBe(1);
  await expect(queue.give('complete_delivery', OTHER, { order_id: OTHER.id })).rejects.toThrow(
    'signed out',
  );
});

test('an entry that the phone cannot keep is an error, not a silent loss', async () => {
  phone.isFull = true;
  await expect(queue.give('complete_delivery', ORDER, { order_id: ORDER.id })).rejects.toThrow(
    'Quota',
  );
  expect(server.calls).toEqual([]);
});

test('another driver on the same phone sees and sends only what is his', async () => {
  server.answer = () => Promise.reject(noNetwork());
  await queue.give('complete_delivery', ORDER, { order_id: ORDER.id });
  await settle();
  server.calls.length = 0;
  if (session.me) session.me = { ...session.me, user: { ...session.me.user, id: 'user-2' } };
  await queue.flush();
  await queue.flush();
  expect(queue.items).toEqual([]);
  expect(phone.entries.size).toBe(1);
});
