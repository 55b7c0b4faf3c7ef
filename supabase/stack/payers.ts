import type { IncomingMessage } from 'node:http';
import { Budget, type Payer } from './budget.ts';
import { openPool } from './pool.ts';
import type { Family } from './routes.ts';
import type { Secrets } from './secrets.ts';
import { TokenMemory } from './tokens.ts';

/** Reads and commands do not wait for each other: each has slots and connections of its own. */
const READS = { slots: 6, perCompany: 4, perAccount: 3 };
const COMMANDS = { slots: 8, perCompany: 6, perAccount: 5 };
/** Checking a password takes a processor for a while, whosever it is. */
const SIGN_INS = { slots: 6, perCompany: 4, perAccount: 4 };
/** Functions wait for other systems more than they work; those call from few addresses. */
const FUNCTIONS = { slots: 48, perCompany: 24, perAccount: 16 };
/** How long the company of a person is remembered. */
const REMEMBER_MS = 30_000;
const MAX_REMEMBERED = 10_000;

export interface Budgets {
  /**
   * Waits for the caller's turn.
   * @returns what has to be called when the request is answered; null when there is no room for it now
   */
  enter(request: IncomingMessage, family: Family): Promise<(() => void) | null>;
  close(): Promise<void>;
}

/** Requests of a company share its part of the connections; workers with the secret key are not counted. */
export function openBudgets(databaseUrl: string, secrets: Secrets): Budgets {
  const pool = openPool(databaseUrl, { max: 1, idleTimeoutMillis: 0 });
  const tokens = new TokenMemory(secrets.jwtSecret);
  const reads = new Budget(READS);
  const commands = new Budget(COMMANDS);
  const signIns = new Budget(SIGN_INS);
  const functions = new Budget(FUNCTIONS);
  const companies = new Map<string, { company: Promise<string>; until: number }>();

  /** The company of a person, himself when he has none. */
  function companyOf(user: string): Promise<string> {
    const known = companies.get(user);
    if (known && known.until > Date.now()) return known.company;
    if (companies.size >= MAX_REMEMBERED) companies.clear();
    const company = pool
      .query<{ id: string | null }>(
        'select active_tenant_id as id from public.users where id::text = $1',
        [user],
      )
      .then(
        ({ rows }) => rows[0]?.id ?? user,
        () => (companies.delete(user), user),
      );
    companies.set(user, { company, until: Date.now() + REMEMBER_MS });
    return company;
  }

  async function payerOf(request: IncomingMessage): Promise<Payer> {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const user = token === undefined ? undefined : tokens.verify(token)?.claims.sub;
    if (user !== undefined) return { company: await companyOf(user), account: user };
    const address = request.socket.remoteAddress ?? '';
    return { company: address, account: address };
  }

  function budgetOf({ method }: IncomingMessage, family: Family): Budget {
    if (family === 'auth') return signIns;
    if (family === 'functions') return functions;
    return method === 'GET' || method === 'HEAD' ? reads : commands;
  }

  return {
    async enter(request, family) {
      if (request.headers.apikey === secrets.secretKey) return () => {};
      const payer = await payerOf(request);
      return budgetOf(request, family).enter(payer, () => !request.socket.destroyed);
    },
    close: () => pool.end(),
  };
}
