import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Run, type Server } from './client.ts';
import { Refused } from './errors.ts';

const SUPER_ADMIN = { email: 'super@mzigo.test', password: 'mzigo-demo-2026' };

/** One of each who is needed to carry an order; each van has a driver of its own besides. */
const ROLES = ['manager', 'sales', 'dispatcher', 'warehouse', 'finance', 'auditor'] as const;

export type Role = (typeof ROLES)[number];

export interface People {
  tenant: { id: string; slug: string; createdAt: string };
  as: Record<Role, Client>;
  /** The driver of each van. */
  drivers: Client[];
}

/** What has to survive an interruption and is nowhere else: the password of the company's people. */
interface State {
  vans: number;
  password: string;
}

async function readState(path: string): Promise<State | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as State);
}

interface Tenant {
  id: string;
  slug: string;
  created_at: string;
}

/** The link in the mail that the outbox holds back; only the super admin and managers of users see it. */
async function readToken(admin: Client, invitation: string): Promise<string> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const [mail] = await admin.get<{ body: string }>(
      `messages?select=body&entity_id=eq.${invitation}&template=eq.invitation&order=created_at.desc,id.desc&limit=1`,
    );
    const token = /#token=([\w-]+)/.exec(mail?.body ?? '')?.[1];
    if (token !== undefined) return token;
    await sleep(100);
  }
  throw new Error('The invitation mail did not reach the outbox within five seconds.');
}

/** Invites somebody, reads his mail and accepts for him, as he would do in the portal. */
async function join(
  admin: Client,
  email: string,
  name: string,
  role: string,
  password: string,
): Promise<void> {
  const invitation = await admin.rpc('invite_member', { email, full_name: name, role });
  await admin.call('send-user-invite', { invitation_id: invitation.id });
  const token = await readToken(admin, invitation.id);
  const { url, publishableKey } = admin.server;
  const response = await fetch(`${url}/rest/v1/rpc/accept_invitation`, {
    method: 'POST',
    headers: { apikey: publishableKey, 'content-type': 'application/json' },
    body: JSON.stringify({ token, password }),
  });
  if (!response.ok) {
    const problem = (await response.json()) as Record<string, unknown>;
    throw new Refused(`Invitation of ${email}`, response.status, problem);
  }
}

/**
 * The company of this run and its people, made as far as they are not there. An interrupted run keeps
 * its number of vans, because trips are already planned with them.
 *
 * @param stateFile where the password of these people is kept for the next run
 */
export async function openCompany(
  server: Server,
  slug: string,
  vans: number,
  stateFile: string,
  run: Run,
): Promise<People> {
  const admin = new Client(server, SUPER_ADMIN.email, SUPER_ADMIN.password, run);
  const bySlug = `tenants?select=id,slug,created_at&slug=eq.${slug}`;
  const known = (await admin.get<Tenant>(bySlug))[0];
  let state = await readState(stateFile);
  if (known && !state) {
    throw new Error(
      `The company ${slug} is there, but ${stateFile} with the password of its people is not; choose another name with --tenant.`,
    );
  }
  if (!known || !state) {
    state = { vans, password: `Replay-${randomBytes(12).toString('base64url')}-1a` };
    await mkdir(dirname(stateFile), { recursive: true });
    await writeFile(stateFile, JSON.stringify(state), { mode: 0o600 });
  }
  if (!known) {
    await admin.rpc('create_tenant', {
      slug,
      name: 'Online Retail',
      currency: 'GBP',
      timezone: 'Europe/London',
      locale: 'en-GB',
    });
  }
  const tenant = known ?? (await admin.get<Tenant>(bySlug))[0];
  if (!tenant) throw new Error(`The company ${slug} could not be made.`);
  await admin.rpc('switch_tenant', { tenant_id: tenant.id });

  const members = await admin.get<{ users: { email: string } }>(
    `memberships?select=id,users!inner(email)&tenant_id=eq.${tenant.id}&status=eq.active`,
  );
  const there = new Set(members.map((member) => member.users.email));
  const { password } = state;
  const person = async (name: string, role: string): Promise<Client> => {
    const email = `${name}@${slug}.test`;
    if (!there.has(email)) {
      const title = name.charAt(0).toUpperCase() + name.slice(1);
      await join(admin, email, title, role, password);
    }
    const client = new Client(server, email, password, run);
    await client.signIn();
    return client;
  };
  const as = Object.fromEntries(
    await Promise.all(ROLES.map(async (role) => [role, await person(role, role)] as const)),
  ) as Record<Role, Client>;
  const drivers = await Promise.all(
    Array.from({ length: state.vans }, (_, index) => person(`driver${index + 1}`, 'driver')),
  );
  return { tenant: { id: tenant.id, slug, createdAt: tenant.created_at }, as, drivers };
}
