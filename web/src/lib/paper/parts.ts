import type { Json } from '../database.types.ts';
import { DASH } from '../platform/formats.ts';
import type { Desk, Kept } from './desk.ts';
import { UNNAMED_TAX } from './tax.ts';
import type { Sheet, Sum } from './sheet.ts';

interface Address {
  label: string;
  street: string;
  city: string;
}

/** Who a paper is for: in the words that the document keeps, a draft in today's. */
export function addressee(
  heading: string,
  desk: Desk,
  kept: Kept | null,
  today: { name?: string | null; tax_id?: string | null; address?: Address | null },
): NonNullable<Sheet['to']> {
  const address = kept ? kept.address : today.address;
  const taxId = kept ? kept.tax_id : today.tax_id;
  const exemption = kept?.tax_exemption;
  return {
    heading,
    lines: [
      kept?.name ?? today.name,
      address?.label,
      address?.street,
      address?.city,
      taxId && desk.say('tax_number_tax_id', { tax_id: taxId }),
      exemption &&
        desk.say('free_of_tax_reason_certificate_certificate', {
          reason: exemption.reason,
          certificate: exemption.certificate,
        }),
    ],
  };
}

/** A product on a line: its name and its code. */
export const named = (name: string, sku: string) => `${name} (${sku})`;

export const inUnits = (desk: Desk, value: number, unit: string | null | undefined) =>
  `${desk.quantity(value)} ${desk.unitOf(value, unit)}`.trim();

/** The tax of a document by name, as the database tells it. */
export function taxSums(desk: Desk, taxes: Json): Sum[] {
  return (taxes as { name: string; percent: number; amount: number }[]).map((tax) => ({
    label: `${tax.name === UNNAMED_TAX ? desk.say('tax') : tax.name} ${desk.quantity(tax.percent)} %`,
    value: desk.money(tax.amount),
  }));
}

/** Papers have a column for discounts where a line has one. */
export const hasDiscount = (line: { discount_amount: number }) => Number(line.discount_amount) > 0;

export const or = (value: string | null | undefined) => value || DASH;
