import { connect } from '../../supabase/stack/database.ts';
import { randomNumbers } from './measure.ts';

export interface Line {
  product_id: string;
  quantity: number;
}

/** What the operations need to know about the company of company.sql. */
export interface Company {
  depot: string;
  customers: string[];
  products: string[];
  /** User ids by the part of their address before the @: `manager`, `driver7`. */
  people: Map<string, string>;
  /** The van and the driver of each client. */
  vans: { vehicle: string; driver: string; person: string }[];
}

export async function readCompany(superuserUrl: string): Promise<Company> {
  const client = await connect(superuserUrl);
  const ids = async (text: string) => (await client.query<{ id: string; name: string }>(text)).rows;
  const inBench = `tenant_id = (select id from tenants where slug = 'bench')`;
  try {
    const people = await ids(
      `select id, split_part(email, '@', 1) as name from users where email like '%@bench.test'`,
    );
    const vehicles = await ids(
      `select id, registration as name from vehicles where ${inBench} order by registration`,
    );
    const drivers = await ids(
      `select id, split_part(name, '@', 1) as name from drivers where ${inBench} order by name`,
    );
    return {
      depot:
        (
          await ids(`select id, code as name from warehouses where ${inBench} and kind = 'depot'`)
        )[0]?.id ?? '',
      customers: (await ids(`select id, name from customers where ${inBench} order by code`)).map(
        (it) => it.id,
      ),
      products: (await ids(`select id, name from products where ${inBench} order by sku`)).map(
        (it) => it.id,
      ),
      people: new Map(people.map((it) => [it.name, it.id])),
      vans: vehicles.map((vehicle, index) => ({
        vehicle: vehicle.id,
        driver: drivers[index]?.id ?? '',
        person: drivers[index]?.name ?? '',
      })),
    };
  } finally {
    await client.end();
  }
}

/** A stream of orders: a customer and five different products, 1 to 10 of each. */
export function orderStream(company: Company, seed: number) {
  const random = randomNumbers(seed);
  const pick = (from: string[]) => from[random(from.length)] ?? '';
  return (): { customer: string; lines: Line[] } => {
    const products = new Set<string>();
    while (products.size < 5) products.add(pick(company.products));
    return {
      customer: pick(company.customers),
      lines: [...products].map((id) => ({ product_id: id, quantity: 1 + random(10) })),
    };
  };
}
