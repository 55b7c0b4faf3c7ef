import { setTimeout as sleep } from 'node:timers/promises';
import { Refused, Stopped } from './errors.ts';
import { Troubles, troubleOf } from './troubles.ts';

export type Row = Record<string, unknown> & { id: string };

const ATTEMPTS = 4;

export interface Server {
  url: string;
  publishableKey: string;
}

/** What all clients of a run have in common. */
export interface Run {
  shouldStop: () => boolean;
  troubles: Troubles;
}

const ALONE: Run = { shouldStop: () => false, troubles: new Troubles() };

interface RequestOptions {
  method?: 'GET' | 'POST' | 'PATCH';
  body?: unknown;
  headers?: Record<string, string>;
}

/** The HTTP interface as one person sees it: his token on every request, a new one when it expires. */
export class Client {
  readonly server: Server;
  readonly email: string;
  readonly #password: string;
  #token = '';
  readonly #run: Run;

  constructor(server: Server, email: string, password: string, run: Run = ALONE) {
    this.server = server;
    this.email = email;
    this.#password = password;
    this.#run = run;
  }

  /** @returns the access token */
  async signIn(): Promise<string> {
    const response = await fetch(`${this.server.url}/auth/v1/token?grant_type=password`, {
      method: 'POST',
      headers: { apikey: this.server.publishableKey, 'content-type': 'application/json' },
      body: JSON.stringify({ email: this.email, password: this.#password }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Refused(`Sign-in of ${this.email}`, response.status, body);
    this.#token = String(body['access_token']);
    return this.#token;
  }

  /** Calls a command or a function of the database. Repeatable only with an idempotency key. */
  async rpc<T = Row>(name: string, args: Record<string, unknown> = {}): Promise<T> {
    return (await this.#send(`/rest/v1/rpc/${name}`, { method: 'POST', body: args })).body as T;
  }

  async get<T = Row>(path: string): Promise<T[]> {
    return (await this.#send(`/rest/v1/${path}`, {})).body as T[];
  }

  /** All rows of a table or view in pages, in the order of their ids. `query` is `select=…&filters`. */
  async getAll<T extends { id: string }>(table: string, query: string): Promise<T[]> {
    const rows: T[] = [];
    for (;;) {
      const last = rows.at(-1)?.id;
      const after = last === undefined ? '' : `&id=gt.${last}`;
      const page = await this.get<T>(`${table}?${query}&order=id.asc&limit=1000${after}`);
      rows.push(...page);
      if (page.length < 1000) return rows;
    }
  }

  /** How many rows a filter finds. */
  async count(table: string, filter: string): Promise<number> {
    const { headers } = await this.#send(`/rest/v1/${table}?select=id&${filter}&limit=1`, {
      headers: { prefer: 'count=exact' },
    });
    return Number(/\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? NaN);
  }

  /** Inserts rows in portions that every server takes. */
  async insert(table: string, rows: Record<string, unknown>[]): Promise<void> {
    for (let start = 0; start < rows.length; start += 500) {
      await this.#send(`/rest/v1/${table}`, {
        method: 'POST',
        body: rows.slice(start, start + 500),
        headers: { prefer: 'return=minimal' },
      });
    }
  }

  async update(table: string, filter: string, values: Record<string, unknown>): Promise<void> {
    await this.#send(`/rest/v1/${table}?${filter}`, {
      method: 'PATCH',
      body: values,
      headers: { prefer: 'return=minimal' },
    });
  }

  async call(name: string, input: unknown): Promise<void> {
    await this.#send(`/functions/v1/${name}`, { method: 'POST', body: input });
  }

  /** Asks again, a few times, where that may help and cannot do anything twice. */
  async #send(path: string, options: RequestOptions): Promise<{ body: unknown; headers: Headers }> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#run.shouldStop()) throw new Stopped();
      try {
        if (this.#token === '') await this.signIn();
        return await this.#sendOnce(path, options);
      } catch (error) {
        const trouble = troubleOf(error);
        if (!trouble) throw error;
        this.#run.troubles.note(trouble);
        if (attempt === ATTEMPTS || !(trouble.isUndone || isRepeatable(options))) throw error;
        this.#token = error instanceof Refused && error.status === 401 ? '' : this.#token;
        await sleep(100 * 2 ** attempt);
      }
    }
  }

  async #sendOnce(path: string, { method = 'GET', body, headers }: RequestOptions) {
    const response = await fetch(`${this.server.url}${path}`, {
      method,
      headers: {
        apikey: this.server.publishableKey,
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const value: unknown = text === '' ? null : JSON.parse(text);
    if (!response.ok) {
      throw new Refused(
        `${method} ${path.split('?')[0]} as ${this.email}`,
        response.status,
        (value ?? {}) as Record<string, unknown>,
      );
    }
    return { body: value, headers: response.headers };
  }
}

/** True when asking twice does no more than asking once: reading, setting, a command with its key. */
function isRepeatable({ method = 'GET', body }: RequestOptions): boolean {
  const hasKey = typeof body === 'object' && body !== null && 'idempotency_key' in body;
  return method !== 'POST' || hasKey;
}

/** Whether something listens and is a stack, as a sentence for the operator if not. */
export async function requireServer(server: Server): Promise<void> {
  const answer = await fetch(`${server.url}/ready`).catch(() => null);
  if (!answer?.ok) throw new Error(`Nothing answers at ${server.url}; start Mzigo with npm start.`);
}
