import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connect } from '../../../supabase/stack/database.ts';
import { repositoryRoot } from '../../../supabase/stack/paths.ts';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { strangeRows, whatDoesNotHold } from './books.ts';
import { DEEDS, DRAWN, type Call } from './deeds.ts';
import { Hand, type Step } from './hand.ts';

/** As many people at once, and one more for each request that is sent twice. */
const LANES = 5;
const SLUGS = ['acme', 'globex'];

interface Account {
  id: string;
  role: string;
}

interface World {
  admin: Session;
  keys: Set<string>;
  companies: { tenant: string; people: Account[] }[];
  /** How often each command was accepted. */
  accepted: Map<string, number>;
  refused: Map<string, number>;
}

const step = (): fc.Arbitrary<Step> =>
  fc.record({
    deed: fc.nat(DRAWN.length - 1),
    company: fc.nat(1),
    person: fc.nat(1000),
    target: fc.nat(1000),
    amount: fc.nat(100_000),
    mishap: fc.nat(24),
  });

async function open(database: TestDatabase): Promise<World> {
  const day = await readFile(join(repositoryRoot, 'seeds', '10_demo_day.sql'), 'utf8');
  const owner = await connect(database.urlFor('postgres'));
  await owner.query(`begin; set local mzigo.embedded = 'on'; set local mzigo.demo_day = 'on'`);
  await owner.query(day);
  await owner.query('commit');
  await owner.end();
  const admin = await database.asAdmin();
  const registered = await admin.query<{ key: string }>('select key from private.errors');
  const companies = [];
  for (const slug of SLUGS) {
    const { id: tenant } = await admin.one<{ id: string }>(
      'select id from public.tenants where slug = $1',
      [slug],
    );
    const people = await admin.query<{ id: string; role: string }>(
      'select user_id as id, role::text from public.memberships where tenant_id = $1 order by role, user_id',
      [tenant],
    );
    await admin.query(`insert into public.vendors (tenant_id, name) values ($1, 'Bottlers')`, [
      tenant,
    ]);
    companies.push({ tenant, people });
  }
  return {
    admin,
    keys: new Set(registered.map(({ key }) => key)),
    companies,
    accepted: new Map(),
    refused: new Map(),
  };
}

const count = (counts: Map<string, number>, name: string) =>
  counts.set(name, (counts.get(name) ?? 0) + 1);

/** A connection that plays whoever is asked for. */
class Lane {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** The answer of a command, or the error's key. */
  async call(
    account: string,
    { command, args }: Call,
  ): Promise<{ answer?: unknown; key?: string }> {
    const claims = { sub: account, role: 'authenticated', aud: 'authenticated' };
    await this.#session.query(`select set_config('request.jwt.claims', $1, false)`, [
      JSON.stringify(claims),
    ]);
    return this.#session.rpc(command, args).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ key: error instanceof Error ? error.message : String(error) }),
    );
  }
}

/** Takes one step; answers what must not have happened. */
async function take(world: World, lane: Lane, twin: Lane, drawn: Step): Promise<string[]> {
  const name = DRAWN[drawn.deed] ?? '';
  const deed = DEEDS[name];
  const company = world.companies[drawn.company];
  const other = world.companies[1 - drawn.company];
  if (deed === undefined || company === undefined || other === undefined) return [];
  const call = await deed.plan(new Hand(world.admin, company.tenant, drawn));
  if (call === null) return [];
  const chosen = (people: Account[]) => people[drawn.person % people.length]?.id ?? '';
  const isStranger = drawn.mishap === 1;
  const account = isStranger
    ? chosen(other.people)
    : drawn.mishap === 0
      ? chosen(company.people)
      : (call.as ?? chosen(company.people.filter(({ role }) => deed.roles.includes(role))));
  const problems: string[] = [];
  const judge = ({ key }: { key?: string }) => {
    if (key === undefined) count(world.accepted, name);
    else count(world.refused, `${name}: ${key}`);
    if (key !== undefined && !world.keys.has(key))
      problems.push(`${name} was refused with: ${key}`);
    if (key === undefined && isStranger) problems.push(`${name} was done by a stranger`);
  };
  if (drawn.mishap === 2) {
    const same = { ...call, args: { ...call.args, idempotency_key: randomUUID() } };
    const [first, second] = await Promise.all([lane.call(account, same), twin.call(account, same)]);
    judge(first);
    judge(second);
    if (first.key === undefined && second.key === undefined) {
      if (JSON.stringify(first.answer) !== JSON.stringify(second.answer)) {
        problems.push(`${name} answered one key in two ways`);
      }
    }
  } else {
    judge(await lane.call(account, call));
  }
  return problems;
}

/** Everybody takes the next step that nobody has taken yet, then the books are opened. */
async function live(steps: Step[], report: (world: World) => void): Promise<void> {
  const database = await cloneDatabase('property');
  try {
    const world = await open(database);
    const waiting = [...steps];
    const problems: string[] = [];
    const somebody = world.companies[0]?.people[0]?.id ?? '';
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        const lane = new Lane(await database.asUserId(somebody));
        const twin = new Lane(await database.asUserId(somebody));
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          problems.push(...(await take(world, lane, twin, next)));
        }
      }),
    );
    expect(problems).toEqual([]);
    for (const { tenant, people } of world.companies) {
      expect(await whatDoesNotHold(world.admin, tenant)).toEqual({});
      const owner = people.find(({ role }) => role === 'owner');
      const person = await database.asUserId(owner?.id ?? '');
      expect(await strangeRows(world.admin, person, tenant)).toEqual([]);
    }
    report(world);
  } finally {
    await database.drop();
  }
}

/** What was done and refused in a run, for whoever changes the weights. */
function tell(steps: number, { accepted, refused }: World): void {
  const told = (counts: Map<string, number>) => JSON.stringify(Object.fromEntries(counts));
  process.stdout.write(`${steps} steps: ${told(accepted)}, refused ${told(refused)}\n`);
}

/**
 * `FUZZ=<seed>` takes other steps, `FUZZ_STEPS` and `FUZZ_RUNS` more of them. What fails is told with its seed and its
 * steps, halved as long as fewer of them fail, too; people meet in another order each time, so a rare
 * encounter may take several runs to come again.
 */
test(
  'whatever people of two companies do at once, the books hold',
  { timeout: 600_000 },
  async () => {
    const most = Number(process.env['FUZZ_STEPS'] ?? 400);
    const accepted = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(step(), { minLength: 1, maxLength: most, size: 'max' }),
        async (steps) => {
          await live(steps, (world) => {
            for (const name of world.accepted.keys()) accepted.add(name);
            if (process.env['FUZZ'] !== undefined) tell(steps.length, world);
          });
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 4), interruptAfterTimeLimit: 60_000 },
    );
    // Enough of the day happens that the rules have something to say.
    expect(accepted.size).toBeGreaterThan(Object.keys(DEEDS).length / 2);
  },
);
