import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { DatabaseError } from '../../functions/_shared/database.ts';
import { makeLinkToken } from '../../functions/_shared/token.ts';
import { handle } from '../../functions/send-user-invite/handler.ts';
import { post, recordingDatabase } from './_support/database.ts';

const INVITATION = '0190a000-0000-7000-8000-000000000002';
const TENANT = '0190a000-0000-7000-8000-00000000000a';
const ISSUED = {
  email: 'new@acme.test',
  full_name: 'Neema',
  company: 'Acme Beverages',
  expires_at: '2026-11-23T12:00:00+00:00',
};
const AS_ADMIN = { authorization: 'Bearer admin-token' };

function arrange(rows: unknown[], issue: unknown = ISSUED) {
  const database = recordingDatabase({ issue_invitation_token: issue, enqueue_message: null });
  const asCaller = recordingDatabase({}, rows);
  const tokens: string[] = [];
  return {
    database,
    asCaller,
    tokens,
    run: (body: unknown) =>
      handle(post(body, AS_ADMIN), {
        database,
        databaseAs: (token) => (tokens.push(token), asCaller),
        makeToken: () => Promise.resolve({ token: 'secret-token', hash: 'ab'.repeat(32) }),
        portalUrl: 'https://portal.test/',
      }),
  };
}

test('the link is mailed and only its hash is stored', async () => {
  const { run, database } = arrange([{ tenant_id: TENANT }]);
  const response = await run({ invitation_id: INVITATION });
  expect(await response.json()).toMatchObject({ sent: true, email: 'new@acme.test' });
  const [issue, queued] = database.calls;
  expect(issue?.args).toEqual({
    tenant_id: TENANT,
    invitation_id: INVITATION,
    token_hash: 'ab'.repeat(32),
  });
  expect(queued?.args['body']).toContain(
    'https://portal.test/accept-invitation#token=secret-token',
  );
});

test('whoever cannot see the invitation is told that there is none', async () => {
  const { run, database, tokens } = arrange([]);
  const response = await run({ invitation_id: INVITATION });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ message: 'invitation_not_valid' });
  expect(tokens).toEqual(['admin-token']);
  expect(database.calls).toEqual([]);
});

test('the answer never holds the token', async () => {
  const { run } = arrange([{ tenant_id: TENANT }]);
  expect(await (await run({ invitation_id: INVITATION })).text()).not.toContain('secret-token');
});

test('a refusal of the database keeps its key and its status', async () => {
  const { run } = arrange([{ tenant_id: TENANT }], () => {
    throw new DatabaseError(404, 'PT404', 'invitation_not_valid');
  });
  const response = await run({ invitation_id: INVITATION });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ message: 'invitation_not_valid' });
});

test.each([{}, { invitation_id: 'x' }, null, []])('%j is refused as malformed', async (body) => {
  const { run, asCaller } = arrange([]);
  expect((await run(body)).status).toBe(422);
  expect(asCaller.reads).toEqual([]);
});

test('link tokens are long, different each time, and match their hash', async () => {
  const [first, second] = await Promise.all([makeLinkToken(), makeLinkToken()]);
  expect(first.token).toMatch(/^[\w-]{43}$/);
  expect(first.token).not.toBe(second.token);
  expect(first.hash).toBe(createHash('sha256').update(first.token).digest('hex'));
});
