import { Client, type Server } from '../../scripts/replay/client.ts';
import type { Company } from './company.ts';
import type { Values, Way } from './flows.ts';
import type { Operation } from './measure.ts';

const PASSWORD = 'mzigo-bench-2026';

/** Requests to the stack with real tokens, as the portal sends them. */
export class HttpWay implements Way {
  readonly #people: Map<string, Client>;

  constructor(people: Map<string, Client>) {
    this.#people = people;
  }

  #as(person: string): Client {
    const client = this.#people.get(person);
    if (!client) throw new Error(`Nobody is called ${person}.`);
    return client;
  }

  async rpc(person: string, name: string, args: Values): Promise<string> {
    return (await this.#as(person).rpc(name, args)).id;
  }

  ofOrder(person: string, table: string, columns: string[], order: string): Promise<Values[]> {
    return this.get(person, `${table}?select=${columns.join()}&order_id=eq.${order}`);
  }

  get(person: string, path: string): Promise<Values[]> {
    return this.#as(person).get<Values>(path);
  }
}

/** Signs everybody in once. */
export async function openHttp(server: Server, company: Company): Promise<HttpWay> {
  const people = new Map<string, Client>();
  for (const name of company.people.keys()) {
    const client = new Client(server, `${name}@bench.test`, PASSWORD);
    await client.signIn();
    people.set(name, client);
  }
  return new HttpWay(people);
}

/** The newest 50 orders with customer and lines. */
export function listOverHttp(way: HttpWay): Operation {
  return async () => {
    const rows = await way.get(
      'sales',
      'orders?select=id,number,status,total,created_at,customers!customer_id(name),order_items(product_id,quantity,unit_price)&order=created_at.desc,id.desc&limit=50',
    );
    if (rows.length !== 50) throw new Error(`The list has ${rows.length} orders.`);
  };
}
