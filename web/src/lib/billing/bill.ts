import type { Json } from '#lib/database.types.ts';
import { m } from '#lib/words.ts';

export interface BillLine {
  id: string;
  is_deposit: boolean;
  is_fee: boolean;
  product_sku: string;
  product_name: string;
  quantity: number;
  unit_price: number;
  tax_rate: number;
  discount_amount: number;
  line_total: number | null;
  products: { name: string; sku: string; unit: string } | null;
}

/** What an invoice and a credit note have in common. */
export interface Bill {
  number: string | null;
  issued_on: string | null;
  subtotal: number;
  tax_total: number;
  /** The same by name, as the database splits it. */
  taxes: Json;
  deposit_total: number;
  total: number | null;
  printed: Json;
  customers: { name: string } | null;
  lines: readonly BillLine[];
}

/** What a line charges or gives back. */
export function billed(line: BillLine): string {
  if (line.is_fee) {
    return line.product_sku === 'INTEREST'
      ? m.interest_on({ what: line.product_name })
      : m.delivery();
  }
  return `${line.is_deposit ? `${m.deposit()} ` : ''}${line.products?.name ?? ''}`;
}
