import type { Json } from '#lib/database.types.ts';
import type { Identity } from '#lib/tenancy/tenancy.ts';

/** What a document keeps of its customer, as the database describes it at `orders.printed`. */
export interface Printed {
  name: string;
  code: string;
  tax_id: string | null;
  /** Why no tax was charged; null where it was. */
  tax_exemption?: { reason: string; certificate: string } | null;
  payment_terms_days: number;
  pays_at_month_end?: boolean;
  place: string;
  address: { label: string; street: string; city: string } | null;
}

/** The seller that a document keeps since it was issued, else today's; its logo is always today's. */
export function sellerOf(printed: Json, today: Identity | null): Identity | null {
  const kept = (printed as { seller?: Omit<Identity, 'logo'> | null } | null)?.seller;
  return kept ? { ...kept, logo: today?.logo ?? null } : today;
}

interface Document {
  printed: Json;
  customers: { name: string; code?: string } | null;
  customer_addresses?: { label: string; street: string; city: string } | null;
  warehouses?: { name: string } | null;
}

interface Line {
  product_sku: string;
  product_name: string;
  unit: string;
  products: { sku: string; name: string; unit: string } | null;
}

/** A document in the words that it keeps; one that keeps none yet, like a draft, in today's. */
export function asPrinted<Of extends Document>(document: Of): Of {
  const kept = document.printed as Printed | null;
  if (!kept) return document;
  return {
    ...document,
    customers: document.customers && {
      ...document.customers,
      name: kept.name,
      ...(document.customers.code !== undefined && { code: kept.code }),
    },
    ...(document.customer_addresses && {
      // The street that it keeps has its second line.
      customer_addresses: { ...document.customer_addresses, ...kept.address, line_2: null },
    }),
    ...(document.warehouses && { warehouses: { ...document.warehouses, name: kept.place } }),
  };
}

/** A line of a document with its product in the words that it keeps. */
export function lineAsPrinted<Of extends Line>(line: Of): Of {
  const { product_sku: sku, product_name: name, unit } = line;
  return { ...line, products: line.products && { ...line.products, sku, name, unit } };
}
