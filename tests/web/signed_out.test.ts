import { beforeEach, expect, test, vi } from 'vitest';
import { workAt } from './_support/company.ts';

interface Answer {
  data: unknown;
  error: unknown;
  status: number;
}

const server = vi.hoisted(() => ({ calls: [] as unknown[], answers: [] as Answer[] }));
vi.mock('../../web/src/lib/platform/supabase.ts', () => {
  const rpc = (_name: string, args: unknown) => {
    server.calls.push(args);
    return Promise.resolve(server.answers.shift());
  };
  return { supabase: { rpc }, untyped: { rpc }, apiUrl: 'http://portal.test' };
});

const { commandNamed } = await import('../../web/src/lib/platform/command.ts');
const { answerOf } = await import('../../web/src/lib/platform/read.ts');
const { signedOut } = await import('../../web/src/lib/platform/signed_out.svelte.ts');

const OUT: Answer = {
  data: null,
  error: { message: 'JWT expired', code: 'PGRST301' },
  status: 401,
};
const fine = (data: unknown): Answer => ({ data, error: null, status: 200 });
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

let stop = () => {};
beforeEach(() => {
  stop();
  server.calls.length = 0;
  server.answers = [];
  workAt();
  stop = signedOut.watch();
});

test('a command whose session ran out waits for the person and is then sent once more under its key', async () => {
  server.answers = [OUT, fine('done')];
  const sent = commandNamed('approve_order', { order_id: 'order-1' }, 'key-1');
  await settle();
  expect(signedOut.state).toBe('asking');
  expect(server.calls).toHaveLength(1);
  signedOut.answer(true);
  expect(await sent).toBe('done');
  expect(server.calls).toEqual([
    { order_id: 'order-1', idempotency_key: 'key-1' },
    { order_id: 'order-1', idempotency_key: 'key-1' },
  ]);
  expect(signedOut.state).toBe('no');
});

test('a page that is read again waits as well, so that it does not turn into an error', async () => {
  const answers = [OUT, fine([{ id: 1 }])];
  const query: PromiseLike<Answer> = {
    then: (resolve, reject) => Promise.resolve(answers.shift() as Answer).then(resolve, reject),
  };
  const read = answerOf(query);
  await settle();
  expect(signedOut.state).toBe('asking');
  signedOut.answer(true);
  expect(await read).toEqual([{ id: 1 }]);
});

test('who would rather not sign in now gets the refusal, and is not asked at every click', async () => {
  server.answers = [OUT, OUT];
  const sent = commandNamed('approve_order', {});
  await settle();
  signedOut.answer(false);
  await expect(sent).rejects.toMatchObject({ key: 'session_expired' });
  await expect(commandNamed('approve_order', {})).rejects.toMatchObject({ key: 'session_expired' });
  expect(signedOut.state).toBe('later');
});

test('on the pages before the sign-in nobody is asked in place', async () => {
  stop();
  server.answers = [OUT];
  await expect(commandNamed('accept_invitation', {})).rejects.toMatchObject({
    key: 'session_expired',
  });
  expect(signedOut.state).toBe('no');
});
