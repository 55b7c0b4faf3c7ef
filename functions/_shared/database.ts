import { z } from 'zod';

/** A refusal of the database, in PostgREST's words. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The database as a function sees it: remote procedures and single reads over HTTP. */
export interface Database {
  /** Calls `public.<name>`. Throws {@link DatabaseError}. */
  rpc(name: string, args?: Record<string, unknown>): Promise<unknown>;
  /** The rows of a query in PostgREST's notation, such as `invitations?select=id&id=eq.…`. */
  read(query: string): Promise<unknown[]>;
}

export interface DatabaseOptions {
  url: string;
  /** The project's key; the secret one gives the rights of `service_role`. */
  key: string;
  /** The caller's own access token, to act with his rights and no more. */
  token?: string;
  fetch?: typeof globalThis.fetch;
}

const refusalSchema = z.object({ code: z.string(), message: z.string() });
const TIMEOUT_MS = 15_000;

export function connectDatabase(options: DatabaseOptions): Database {
  const send = options.fetch ?? globalThis.fetch;
  const headers: Record<string, string> = { apikey: options.key };
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  // Keys of the older kind are tokens themselves and have to be sent as one.
  else if (!options.key.startsWith('sb_')) headers['authorization'] = `Bearer ${options.key}`;

  const call = async (path: string, init: RequestInit): Promise<unknown> => {
    const response = await send(`${options.url}/rest/v1/${path}`, {
      ...init,
      headers: { ...headers, ...(init.body ? { 'content-type': 'application/json' } : {}) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const body: unknown = text === '' ? null : JSON.parse(text);
    if (response.ok) return body;
    const refusal = refusalSchema.safeParse(body);
    throw refusal.success
      ? new DatabaseError(response.status, refusal.data.code, refusal.data.message)
      : new DatabaseError(response.status, 'unknown', `The API answered ${response.status}`);
  };

  return {
    rpc: (name, args = {}) => call(`rpc/${name}`, { method: 'POST', body: JSON.stringify(args) }),
    read: async (query) => z.array(z.unknown()).parse(await call(query, { method: 'GET' })),
  };
}
