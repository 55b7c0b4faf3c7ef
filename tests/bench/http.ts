import { Agent, request } from 'node:http';
import { Client, type Server } from '../../scripts/replay/client.ts';
import { Refused } from '../../scripts/replay/errors.ts';
import type { Company } from './company.ts';
import type { Values, Way } from './flows.ts';
import type { Operation } from './measure.ts';

export const PASSWORD = 'mzigo-bench-2026';

/** Requests to the stack with real tokens, as the portal sends them, over connections that are kept. */
export class HttpWay implements Way {
  readonly #server: Server;
  readonly #tokens: Map<string, string>;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(server: Server, tokens: Map<string, string>) {
    this.#server = server;
    this.#tokens = tokens;
  }

  async rpc(person: string, name: string, args: Values): Promise<string> {
    return ((await this.call(person, name, args)) as { id: string }).id;
  }

  call(person: string, name: string, args: Values): Promise<unknown> {
    return this.#send(person, 'POST', `rpc/${name}`, JSON.stringify(args));
  }

  ofOrder(person: string, table: string, columns: string[], order: string): Promise<Values[]> {
    return this.get(person, `${table}?select=${columns.join()}&order_id=eq.${order}`);
  }

  async get(person: string, path: string): Promise<Values[]> {
    return (await this.#send(person, 'GET', path)) as Values[];
  }

  /** Without `fetch`, which costs more processor time than the stack's answer does. */
  #send(person: string, method: string, path: string, body?: string): Promise<unknown> {
    const token = this.#tokens.get(person);
    if (token === undefined) throw new Error(`Nobody is called ${person}.`);
    return new Promise((resolve, reject) => {
      const url = `${this.#server.url}/rest/v1/${path}`;
      const headers = {
        apikey: this.#server.publishableKey,
        authorization: `Bearer ${token}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      };
      const asked = request(url, { method, headers, agent: this.#agent }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const value: unknown = text === '' ? null : JSON.parse(text);
          const status = answer.statusCode ?? 0;
          if (status < 300) resolve(value);
          else reject(new Refused(`${method} ${path}`, status, value as Record<string, unknown>));
        });
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
}

/** Signs everybody in once. */
export async function openHttp(server: Server, company: Company): Promise<HttpWay> {
  const tokens = new Map<string, string>();
  for (const name of company.people.keys()) {
    const client = new Client(server, `${name}@bench.test`, PASSWORD);
    tokens.set(name, await client.signIn());
  }
  return new HttpWay(server, tokens);
}

/** The newest 50 orders as the portal's list asks for them, and whether there are more. */
export function listOverHttp(way: HttpWay): Operation {
  return async () => {
    const rows = await way.get(
      'sales',
      'orders?select=*,customers(code,name),warehouses(name)&order=created_at.desc,id.desc&limit=51',
    );
    if (rows.length !== 51) throw new Error(`The list has ${rows.length} orders.`);
  };
}
