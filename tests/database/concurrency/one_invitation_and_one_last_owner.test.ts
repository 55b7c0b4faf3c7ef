import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { crowd, together, type Row } from './crowd.ts';

let database: TestDatabase;
let admin: Session;

beforeAll(async () => {
  database = await cloneDatabase('crowd');
  admin = await database.asAdmin();
});

afterAll(() => database.drop());

test('one invitation accepted by many clicks makes one member', async () => {
  const inviter = await database.asUser('admin@acme.test');
  const invitation = await inviter.rpc<Row>('invite_member', {
    email: 'clicker@acme.test',
    full_name: 'Fast Clicker',
    role: 'sales',
  });
  await admin.query(
    `update invitations set token_hash = encode(sha256('clicked'), 'hex') where id = $1`,
    [invitation.id],
  );
  const visitors = await Promise.all([...Array(12)].map(() => database.asAnonymous()));
  const said: unknown[] = [];
  await together(visitors, async (session) => {
    const args = { token: 'clicked', password: 'a-good-password-1' };
    const answer = await session.rpc<Record<string, string>>('accept_invitation', args);
    said.push(answer['message'] ?? 'joined');
  });
  expect(said.toSorted()).toEqual([...Array<string>(11).fill('invitation_not_valid'), 'joined']);
  expect(
    await admin.one(
      `select (select count(*)::int from auth.users where email = 'clicker@acme.test') as accounts,
         (select count(*)::int from memberships m join users u on u.id = m.user_id where u.email = 'clicker@acme.test') as members`,
    ),
  ).toEqual({ accounts: 1, members: 1 });
});

test('two companies that invite one person make one account, however the mails are opened', async () => {
  const tokens = await Promise.all(
    ['admin@acme.test', 'admin@globex.test'].map(async (person) => {
      const inviter = await database.asUser(person);
      const invitation = await inviter.rpc<Row>('invite_member', {
        email: 'both@example.test',
        full_name: 'Works for Both',
        role: 'viewer',
      });
      await admin.query(
        `update invitations set token_hash = encode(sha256($1::bytea), 'hex') where id = $2`,
        [person, invitation.id],
      );
      return person;
    }),
  );
  const visitors = await Promise.all(tokens.map(() => database.asAnonymous()));
  // From two places: those of one network address take turns anyway, as their attempts are counted.
  for (const [place, visitor] of visitors.entries()) {
    const headers = JSON.stringify({ 'x-forwarded-for': `192.0.2.${place + 1}` });
    await visitor.query(`select set_config('request.headers', $1, false)`, [headers]);
  }
  const queue = [...tokens];
  await together(visitors, (session) =>
    session.rpc('accept_invitation', { token: queue.pop(), password: 'a-good-password-1' }),
  );
  expect(
    await admin.one(
      `select (select count(*)::int from auth.users where email = 'both@example.test') as accounts,
         (select count(*)::int from memberships m join users u on u.id = m.user_id where u.email = 'both@example.test' and m.status = 'active') as members`,
    ),
  ).toEqual({ accounts: 1, members: 2 });
});

test('two owners who remove each other leave one of them', async () => {
  const memberships = await admin.query<Row>(
    `select m.id from memberships m join users u on u.id = m.user_id
     where u.email in ('owner@acme.test', 'admin@acme.test') order by u.email desc`,
  );
  const [owner, second] = memberships.map((row) => row.id);
  for (let round = 0; round < 8; round += 1) {
    await admin.query(
      `update memberships set role = 'owner', status = 'active' where id in ($1, $2)`,
      [owner, second],
    );
    const sessions = await crowd(database, ['owner@acme.test', 'admin@acme.test'], 2);
    const answers = await together(sessions, (session, index) =>
      session.rpc('set_member_status', {
        membership_id: index === 0 ? second : owner,
        status: 'inactive',
      }),
    );
    expect(answers['ok']).toBe(1);
    expect(
      await admin.one(
        `select count(*)::int from memberships m join tenants t on t.id = m.tenant_id
         where t.slug = 'acme' and m.role = 'owner' and m.status = 'active'`,
      ),
    ).toEqual({ count: 1 });
    await Promise.all(sessions.map((session) => session.close()));
  }
});
