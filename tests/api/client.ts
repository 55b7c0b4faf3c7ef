import { testStack } from '../harness/stack.ts';

export const PASSWORD = 'mzigo-demo-2026';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  body: Body;
  text: string;
}

interface Ask {
  method?: string;
  /** Sent as it is when it is text already, as JSON otherwise. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** One person's view of the running stack: his token with every request, or none. */
export class Client {
  readonly token: string | null;

  constructor(token: string | null = null) {
    this.token = token;
  }

  async ask<Body = Record<string, unknown>>(path: string, ask: Ask = {}): Promise<Answer<Body>> {
    const stack = testStack();
    const { body } = ask;
    const response = await fetch(`${stack.url}${path}`, {
      method: ask.method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        apikey: stack.publishableKey,
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...ask.headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: parse(text) as Body, text };
  }

  rpc<Body = Record<string, unknown>>(name: string, body: unknown = {}): Promise<Answer<Body>> {
    return this.ask(`/rest/v1/rpc/${name}`, { body });
  }

  /** The row that a command answers, or the refusal as an error. */
  async command(name: string, args: Record<string, unknown> = {}): Promise<Row> {
    const { status, body, text } = await this.rpc<Row>(name, args);
    if (status !== 200) throw new Error(`${name} answered ${status}: ${text}`);
    return body;
  }

  async rows(query: string): Promise<Row[]> {
    const { status, body, text } = await this.ask<Row[]>(`/rest/v1/${query}`);
    if (status !== 200) throw new Error(`${query} answered ${status}: ${text}`);
    return body;
  }

  async row(query: string): Promise<Row> {
    const [first] = await this.rows(query);
    if (first === undefined) throw new Error(`No row for ${query}`);
    return first;
  }
}

export interface Row {
  [column: string]: unknown;
  id: string;
  status: string;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function signIn(email: string, password = PASSWORD): Promise<Answer> {
  return new Client().ask('/auth/v1/token?grant_type=password', { body: { email, password } });
}

export async function as(email: string, password = PASSWORD): Promise<Client> {
  const { status, body, text } = await signIn(email, password);
  if (status !== 200) throw new Error(`${email} could not sign in: ${text}`);
  return new Client(String(body['access_token']));
}

/** Asks until there is an answer; the stack's own clock moves the queues. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error('It did not happen.');
}
