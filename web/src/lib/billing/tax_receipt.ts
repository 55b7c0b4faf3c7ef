import type { Json } from '../database.types.ts';

/** What the tax authority answered to a document. */
export interface TaxReceipt {
  control_unit: string;
  number: number;
  signature: string;
  internal_data: string;
  signed_at: string;
  link: string;
}

export const receiptOf = (kept: Json): TaxReceipt | null => kept as TaxReceipt | null;
