import { expect, test } from 'vitest';
import { DatabaseError } from '../../functions/_shared/database.ts';
import { handle } from '../../functions/send-password-reset/handler.ts';
import { post, recordingDatabase } from './_support/database.ts';

const KNOWN = { tenant_id: 't', email: 'sales@acme.test', full_name: 'Salma' };

function arrange(issue: unknown) {
  const database = recordingDatabase({ issue_password_reset: issue, enqueue_message: null });
  const run = (body: unknown) =>
    handle(post(body), {
      database,
      makeToken: () => Promise.resolve({ token: 'secret-token', hash: 'cd'.repeat(32) }),
      portalUrl: 'https://portal.test',
    });
  return { database, run };
}

test('a known address is mailed a link', async () => {
  const { database, run } = arrange(KNOWN);
  await run({ email: 'sales@acme.test' });
  expect(database.calls[1]).toMatchObject({
    name: 'enqueue_message',
    args: { recipient: 'sales@acme.test', template: 'password_reset' },
  });
  expect(database.calls[1]?.args['body']).toContain('/reset-password#token=secret-token');
});

test('an unknown address gets the same answer and no mail', async () => {
  const known = await arrange(KNOWN).run({ email: 'sales@acme.test' });
  const { database, run } = arrange(null);
  const unknown = await run({ email: 'nobody@acme.test' });
  expect([unknown.status, await unknown.text()]).toEqual([known.status, await known.text()]);
  expect(database.calls.map((call) => call.name)).toEqual(['issue_password_reset']);
});

test('asking too often is refused as the database says', async () => {
  const { run } = arrange(() => {
    throw new DatabaseError(429, 'PT429', 'rate_limit_exceeded');
  });
  const response = await run({ email: 'sales@acme.test' });
  expect(response.status).toBe(429);
  expect(await response.json()).toMatchObject({ message: 'rate_limit_exceeded' });
});

test('what is no e-mail address is refused', async () => {
  const { database, run } = arrange(null);
  expect((await run({ email: 'not an address' })).status).toBe(422);
  expect(database.calls).toEqual([]);
});
