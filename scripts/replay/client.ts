import { setTimeout as sleep } from 'node:timers/promises';

export type Row = Record<string, unknown> & { id: string };

/** Thrown between two requests once the run is to stop; nothing is half done by it. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/** An answer of the server that is not a success, as a sentence. */
export class Refused extends Error {
  override name = 'Refused';
  readonly status: number;
  readonly code: string;
  readonly key: string;

  constructor(request: string, status: number, body: Record<string, unknown>) {
    const { code, message, msg, details, hint } = body;
    super(
      [`${request}: ${status} ${String(message ?? msg ?? code)}`, details, hint]
        .filter((part) => typeof part === 'string' && part !== '' && part !== '{}')
        .join(' | '),
    );
    this.status = status;
    this.code = String(code ?? '');
    this.key = String(message ?? '');
  }
}

/** Serialization, deadlock, lock timeout: the same request with the same key may succeed. */
const RETRIED_CODES = new Set(['40001', '40P01', '55P03']);
const ATTEMPTS = 4;

export interface Server {
  url: string;
  publishableKey: string;
}

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
  #shouldStop: () => boolean;
  retries = 0;

  constructor(server: Server, email: string, password: string, shouldStop = () => false) {
    this.server = server;
    this.email = email;
    this.#password = password;
    this.#shouldStop = shouldStop;
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

  async #send(path: string, options: RequestOptions): Promise<{ body: unknown; headers: Headers }> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#shouldStop()) throw new Stopped();
      if (this.#token === '') await this.signIn();
      try {
        return await this.#sendOnce(path, options);
      } catch (error) {
        if (attempt === ATTEMPTS || !this.#mayRetry(error)) throw error;
        this.retries += 1;
        await sleep(100 * 2 ** attempt);
      }
    }
  }

  #mayRetry(error: unknown): boolean {
    if (!(error instanceof Refused)) return error instanceof TypeError;
    if (error.status === 401) this.#token = '';
    return error.status === 401 || error.status === 503 || RETRIED_CODES.has(error.code);
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

/** Whether something listens and is a stack, as a sentence for the operator if not. */
export async function requireServer(server: Server): Promise<void> {
  const answer = await fetch(`${server.url}/ready`).catch(() => null);
  if (!answer?.ok) throw new Error(`Nothing answers at ${server.url}; start Mzigo with npm start.`);
}
