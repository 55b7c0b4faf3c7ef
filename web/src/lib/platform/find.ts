import type { DocumentName } from '#lib/documents.ts';
import { ask } from './command.ts';
import { anyLike, type Condition } from './filters.ts';

/**
 * The numbers of documents that end in what was typed, or whose reference it is. Lists ask for rows
 * with these: a pattern would have the database read every document of the company.
 */
export function findNumbers(kind: DocumentName, typed: string): Promise<string[]> {
  return ask('find_numbers', { document_kind: kind, typed });
}

/** Vehicles whose registration, with or without its spaces, or whose name has what was typed. */
export function findVehicles(typed: string): Promise<string[]> {
  return ask('find_vehicles', { typed });
}

/** Customers by name, code, or telephone number as it is dialled here. */
export async function meansCustomer(typed: string): Promise<Condition> {
  // Only what may be a part of a number is worth asking about.
  const parts = /^[\d\s+().\-/]{3,}$/.test(typed) ? await ask('find_phone', { typed }) : [];
  return {
    any: [
      anyLike(typed, 'name', 'code'),
      ...parts.map((part) => ({ column: 'phone', like: `%${part}%` })),
    ],
  };
}

/** Whether what was typed is as long as a barcode, and nothing but digits. */
export const looksLikeBarcode = (typed: string) => /^[\d -]{8,}$/.test(typed.trim());

/** Products by name, SKU or the barcode on them or on a pack of them. */
export async function meansProduct(typed: string): Promise<Condition> {
  const scanned = looksLikeBarcode(typed) ? await ask('find_barcode', { typed }) : [];
  return {
    any: [
      anyLike(typed, 'name', 'sku'),
      { column: 'id', in: scanned.map((barcode) => barcode.product_id) },
    ],
  };
}
