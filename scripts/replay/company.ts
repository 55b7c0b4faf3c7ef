import type { Row } from './client.ts';
import type { Invoice } from './file.ts';
import { idempotencyKey } from './keys.ts';
import type { People } from './people.ts';
import type { Catalogue, Step } from './prices.ts';

/** What carrying an order needs to know. */
export interface Company extends People {
  depot: string;
  /** Product ids by SKU and customer ids by the number in the file. */
  products: Map<string, string>;
  customers: Map<string, string>;
  vans: { vehicle: string; driver: string }[];
}

const money = (pennies: number) => (pennies / 100).toFixed(2);

async function setUpDepot({ as }: People): Promise<string> {
  const find = async () => (await as.manager.get('warehouses?select=id&code=eq.DEPOT'))[0]?.id;
  const known = await find();
  if (known !== undefined) return known;
  await as.manager.insert('warehouses', [{ code: 'DEPOT', name: 'Depot', kind: 'depot' }]);
  return (await find()) ?? '';
}

async function setUpVans({ as, drivers }: People, depot: string): Promise<Company['vans']> {
  const { manager } = as;
  const registrations = drivers.map((_, index) => `VAN ${index + 1}`);
  const readVehicles = async () =>
    new Map(
      (
        await manager.getAll<Row & { registration: string }>('vehicles', 'select=id,registration')
      ).map((row) => [row.registration, row.id]),
    );
  const vehicles = await readVehicles();
  await manager.insert(
    'vehicles',
    registrations
      .filter((registration) => !vehicles.has(registration))
      .map((registration) => ({
        registration,
        name: registration,
        home_warehouse_id: depot,
        capacity_kg: 20_000,
        capacity_l: 80_000,
        capacity_units: 100_000,
      })),
  );
  const members = await manager.getAll<Row & { users: { email: string } }>(
    'memberships',
    'select=id,users!inner(email)&role=eq.driver',
  );
  const memberships = new Map(members.map((row) => [row.users.email, row.id]));
  const readDrivers = async () =>
    new Map(
      (
        await manager.getAll<Row & { membership_id: string }>('drivers', 'select=id,membership_id')
      ).map((row) => [row.membership_id, row.id]),
    );
  const known = await readDrivers();
  const wanted = drivers.map((driver) => memberships.get(driver.email) ?? '');
  await manager.insert(
    'drivers',
    wanted
      .map((membership, index) => ({ membership_id: membership, name: `Driver ${index + 1}` }))
      .filter((driver) => !known.has(driver.membership_id)),
  );
  const [allVehicles, allDrivers] = [await readVehicles(), await readDrivers()];
  return registrations.map((registration, index) => ({
    vehicle: allVehicles.get(registration) ?? '',
    driver: allDrivers.get(wanted[index] ?? '') ?? '',
  }));
}

async function setUpProducts(
  { as }: People,
  { products }: Catalogue,
): Promise<Map<string, string>> {
  const read = async () =>
    new Map(
      (await as.manager.getAll<Row & { sku: string }>('products', 'select=id,sku')).map((row) => [
        row.sku,
        row.id,
      ]),
    );
  const known = await read();
  const missing = products.filter((product) => !known.has(product.sku));
  if (missing.length === 0) return known;
  await as.manager.insert(
    'products',
    missing.map(({ sku, name, basePennies }) => ({ sku, name, base_price: money(basePennies) })),
  );
  return read();
}

/** Writes the items of one price list that are missing; the list itself is found by its name. */
async function setUpPriceList(
  { as }: People,
  name: string,
  isDefault: boolean,
  steps: Map<string, Step[]>,
  products: Map<string, string>,
): Promise<string> {
  const { manager } = as;
  const find = async () =>
    (await manager.get(`price_lists?select=id&name=eq.${encodeURIComponent(name)}`))[0]?.id;
  let list = await find();
  if (list === undefined) {
    await manager.insert('price_lists', [{ name, is_default: isDefault }]);
    list = (await find()) ?? '';
  }
  const items = await manager.getAll<Row & { product_id: string; min_quantity: number }>(
    'price_list_items',
    `select=id,product_id,min_quantity&price_list_id=eq.${list}`,
  );
  const known = new Set(items.map((item) => `${item.product_id} ${Number(item.min_quantity)}`));
  const wanted = [...steps].flatMap(([sku, ofProduct]) =>
    ofProduct.map((step) => ({
      price_list_id: list,
      product_id: products.get(sku) ?? '',
      min_quantity: step.from,
      price: money(step.pennies),
    })),
  );
  await manager.insert(
    'price_list_items',
    wanted.filter((item) => !known.has(`${item.product_id} ${item.min_quantity}`)),
  );
  return list;
}

interface Customer {
  id: string;
  code: string;
  status: string;
  price_list_id: string | null;
}

/** Customers with an address, entered by sales and approved by the manager. */
async function setUpCustomers(
  people: People,
  invoices: Invoice[],
  { customerSteps }: Catalogue,
  products: Map<string, string>,
): Promise<Map<string, string>> {
  const { sales, manager } = people.as;
  const read = () => sales.getAll<Customer>('customers', 'select=id,code,status,price_list_id');
  const countries = new Map(invoices.map((invoice) => [invoice.customer, invoice.country]));
  const known = new Set((await read()).map((customer) => customer.code));
  const missing = [...countries.keys()].filter((code) => !known.has(code));
  const lists = new Map<string, string>();
  for (const code of missing) {
    const steps = customerSteps.get(code);
    if (steps)
      lists.set(code, await setUpPriceList(people, `Customer ${code}`, false, steps, products));
  }
  await sales.insert(
    'customers',
    missing.map((code) => ({
      code,
      name: `Customer ${code}`,
      customer_type: 'wholesale',
      price_list_id: lists.get(code) ?? null,
    })),
  );
  const customers = await read();
  const addresses = new Set(
    (
      await sales.getAll<Row & { customer_id: string }>(
        'customer_addresses',
        'select=id,customer_id',
      )
    ).map((address) => address.customer_id),
  );
  await sales.insert(
    'customer_addresses',
    customers
      .filter((customer) => !addresses.has(customer.id))
      .map((customer) => ({
        customer_id: customer.id,
        label: 'Delivery',
        // The file knows the country only.
        street: `Account ${customer.code}`,
        city: countries.get(customer.code) ?? 'Unknown',
        is_default: true,
      })),
  );
  const waiting = customers.filter((customer) => customer.status !== 'active');
  const approveNext = async (): Promise<void> => {
    for (let customer = waiting.pop(); customer; customer = waiting.pop()) {
      const { id, code } = customer;
      const key = (step: string) => idempotencyKey(people.tenant.id, 'customer', code, step);
      await sales.rpc('submit_customer', { customer_id: id, idempotency_key: key('submit') });
      await manager.rpc('approve_customer', { customer_id: id, idempotency_key: key('approve') });
    }
  };
  await Promise.all(people.drivers.map(approveNext));
  return new Map(customers.map((customer) => [customer.code, customer.id]));
}

/** Opening stock: exactly what the invoices take, so that nothing but returns is on the shelves in the end. */
async function setUpStock(
  { as, tenant }: People,
  depot: string,
  catalogue: Catalogue,
  products: Map<string, string>,
): Promise<void> {
  const wanted = new Map<string, number>();
  for (const lines of catalogue.orderLines.values()) {
    for (const { sku, quantity } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  }
  const items = [...wanted].map(([sku, quantity]) => ({
    product_id: products.get(sku) ?? '',
    quantity,
  }));
  const applied = new Set(
    (
      await as.warehouse.getAll<Row & { note: string }>(
        'manual_adjustments',
        'select=id,note&status=eq.applied',
      )
    ).map((adjustment) => adjustment.note),
  );
  const [found] = await as.warehouse.get('adjustment_reasons?select=id&name=eq.Found');
  for (let start = 0; start < items.length; start += 1000) {
    const note = `Opening stock, from product ${start + 1}`;
    if (applied.has(note)) continue;
    const key = (step: string) => idempotencyKey(tenant.id, 'opening', start, step);
    const { id } = await as.warehouse.rpc('create_adjustment', {
      warehouse_id: depot,
      reason_id: found?.id,
      items: items.slice(start, start + 1000),
      note,
      idempotency_key: key('create'),
    });
    await as.warehouse.rpc('submit_adjustment', {
      adjustment_id: id,
      idempotency_key: key('submit'),
    });
    await as.manager.rpc('approve_adjustment', {
      adjustment_id: id,
      idempotency_key: key('approve'),
    });
    await as.warehouse.rpc('apply_adjustment', {
      adjustment_id: id,
      idempotency_key: key('apply'),
    });
  }
}

/** Everything the orders need, as far as an earlier run has not made it. */
export async function setUpCompany(
  people: People,
  invoices: Invoice[],
  catalogue: Catalogue,
  say: (text: string) => void,
): Promise<Company> {
  const depot = await setUpDepot(people);
  const vans = await setUpVans(people, depot);
  const products = await setUpProducts(people, catalogue);
  await setUpPriceList(people, 'Default', true, catalogue.defaultSteps, products);
  say(`${products.size} products with prices, ${vans.length} vans with drivers`);
  const customers = await setUpCustomers(people, invoices, catalogue, products);
  say(
    `${customers.size} customers, ${catalogue.customerSteps.size} of them with prices of their own`,
  );
  await setUpStock(people, depot, catalogue, products);
  say('opening stock entered, approved and applied');
  return { ...people, depot, products, customers, vans };
}
