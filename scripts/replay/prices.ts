import type { Invoice } from './file.ts';

/** A price from a quantity upward. */
export interface Step {
  from: number;
  pennies: number;
}

export interface Product {
  sku: string;
  name: string;
  basePennies: number;
}

export interface OrderLine {
  sku: string;
  quantity: number;
  pennies: number;
}

/** Products and price lists under which every line costs what the file says. */
export interface Catalogue {
  products: Product[];
  /** The default price list: steps per product. */
  defaultSteps: Map<string, Step[]>;
  /** Price lists of single customers: steps per product. */
  customerSteps: Map<string, Map<string, Step[]>>;
  /** The lines of each invoice, with the product that carries their price. */
  orderLines: Map<string, OrderLine[]>;
}

interface Sale {
  customer: string;
  invoice: string;
  quantity: number;
  pennies: number;
}

/** The value that occurs most often; of several the largest, so that the answer is always the same. */
function mostFrequent(values: number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const best = [...counts].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])[0];
  if (!best) throw new Error('There is nothing to choose from.');
  return best[0];
}

function group<T>(values: T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const name = key(value);
    const members = groups.get(name);
    if (members) members.push(value);
    else groups.set(name, [value]);
  }
  return groups;
}

/** The steps that fit most sales: per quantity the usual price, equal neighbours joined. */
function stepsOf(sales: Sale[]): Step[] {
  const steps: Step[] = [];
  const byQuantity = [...group(sales, (sale) => String(sale.quantity)).values()].toSorted(
    (a, b) => (a[0]?.quantity ?? 0) - (b[0]?.quantity ?? 0),
  );
  for (const same of byQuantity) {
    const pennies = mostFrequent(same.map((sale) => sale.pennies));
    if (steps.at(-1)?.pennies === pennies) continue;
    steps.push({ from: steps.length === 0 ? 1 : (same[0]?.quantity ?? 1), pennies });
  }
  return steps;
}

/** What the database answers: the highest step that the quantity reaches. */
function priceAt(steps: Step[], quantity: number): number | undefined {
  return steps.findLast((step) => step.from <= quantity)?.pennies;
}

/** The name that most lines of a product give it; some lines give none. */
function nameOf(sku: string, names: string[]): string {
  const counts = [
    ...group(
      names.filter((name) => name !== ''),
      (name) => name,
    ),
  ].toSorted((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  return counts[0]?.[0] ?? sku;
}

/**
 * Explains every price of the file with the means of the product: quantity steps of the default list,
 * then steps of the customer's own list. What neither can express (one customer, one quantity, two
 * prices) becomes a product of its own, `85123A@2.55`.
 */
export function planCatalogue(invoices: Invoice[]): Catalogue {
  const sales = group(
    invoices.flatMap((invoice) =>
      invoice.lines.map((line) => ({
        sku: line.sku,
        name: line.name,
        customer: invoice.customer,
        invoice: invoice.number,
        quantity: line.quantity,
        pennies: line.pennies,
      })),
    ),
    (sale) => sale.sku,
  );
  const catalogue: Catalogue = {
    products: [],
    defaultSteps: new Map(),
    customerSteps: new Map(),
    orderLines: new Map(),
  };
  const { products, defaultSteps, customerSteps } = catalogue;
  const special = new Map<string, Product>();
  for (const [sku, ofProduct] of sales) {
    const name = nameOf(
      sku,
      ofProduct.map((sale) => sale.name),
    );
    const steps = stepsOf(ofProduct);
    defaultSteps.set(sku, steps);
    products.push({ sku, name, basePennies: steps[0]?.pennies ?? 0 });
    for (const [customer, ofCustomer] of group(ofProduct, (sale) => sale.customer)) {
      const isUsual = (sale: Sale) => priceAt(steps, sale.quantity) === sale.pennies;
      if (ofCustomer.every(isUsual)) continue;
      const own = customerSteps.get(customer) ?? new Map<string, Step[]>();
      own.set(sku, stepsOf(ofCustomer));
      customerSteps.set(customer, own);
    }
  }
  const names = new Map(products.map((product) => [product.sku, product.name]));
  for (const invoice of invoices) {
    const own = customerSteps.get(invoice.customer);
    const lines = invoice.lines.map(({ sku, quantity, pennies }) => {
      const steps = own?.get(sku) ?? defaultSteps.get(sku) ?? [];
      if (priceAt(steps, quantity) === pennies) return { sku, quantity, pennies };
      const marked = `${sku}@${(pennies / 100).toFixed(2)}`;
      special.set(marked, { sku: marked, name: names.get(sku) ?? sku, basePennies: pennies });
      return { sku: marked, quantity, pennies };
    });
    catalogue.orderLines.set(invoice.number, lines);
  }
  for (const product of special.values()) {
    products.push(product);
    defaultSteps.set(product.sku, [{ from: 1, pennies: product.basePennies }]);
  }
  return catalogue;
}
