import type { Json } from '#lib/database.types.ts';
import { dateTime } from '#lib/platform/format.ts';
import { m } from '#lib/words.ts';
import { receiptOf } from './tax_receipt.ts';

/** What stands on a page about the receipt of the tax authority, if there is one. */
export function taxFacts(kept: Json): { label: string; value: string }[] {
  const receipt = receiptOf(kept);
  if (receipt === null) return [];
  const { control_unit, number, signed_at } = receipt;
  return [
    {
      label: m.tax_receipt(),
      value: m.tax_receipt_line({
        control_unit,
        number: String(number),
        signed_at: dateTime(signed_at),
      }),
    },
  ];
}
