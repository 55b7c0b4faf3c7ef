import type { Json, Tables } from '../database.types.ts';
import { type Language, languageOf, localeOf, type Terminology } from '../languages.ts';
import { formats } from '../platform/formats.ts';
import { wordsIn, type Words } from './words.ts';

/** How papers ask the database: as whoever wants them, so that he gets what he may see. */
export interface Door {
  /** The rows of a query in PostgREST's notation, such as `invoices?select=number&id=eq.…`. */
  read(query: string): Promise<unknown[]>;
}

/** What a document keeps of the company that sells, in the words of the day. */
export type Seller = Pick<
  Tables<'tenant_settings'>,
  | 'legal_name'
  | 'postal_address'
  | 'tax_numbers'
  | 'contact_line'
  | 'bank_details'
  | 'mpesa_till'
  | 'document_terms'
>;

export interface Company extends Seller {
  logo: string | null;
  locale: string;
  currency: string;
  timezone: string;
  terminology: Terminology;
  business_rules: Record<string, unknown>;
}

const COMPANY =
  'legal_name,postal_address,tax_numbers,contact_line,bank_details,mpesa_till,document_terms,logo,locale,currency,timezone,terminology,business_rules,tenants(name)';

/** The company of the reader as it is today; null for who works in none. */
export async function readCompany(door: Door): Promise<Company | null> {
  const [found] = (await door.read(`tenant_settings?select=${COMPANY}`)) as (Company & {
    tenants: { name: string } | null;
  })[];
  return found ? { ...found, legal_name: found.legal_name ?? found.tenants?.name ?? null } : null;
}

/** Whoever a document belongs to keeps the words of its day in `printed`, as the database describes it at `orders.printed`. */
export interface Kept {
  name: string;
  code: string;
  tax_id: string | null;
  tax_exemption?: { reason: string; certificate: string } | null;
  place: string;
  address: { label: string; street: string; city: string } | null;
  seller?: Seller | null;
}
export const keptBy = (document: { printed: Json }): Kept | null => document.printed as Kept | null;

/** Everything that a template writes with. */
export interface Desk extends Words, ReturnType<typeof formats> {
  language: Language;
  company: Company;
}

/**
 * @param language of whoever the paper is for; null: that of the company
 * @param currency of the document
 */
export function openDesk(
  company: Company,
  language: Language | null,
  currency: string | null,
): Desk {
  const spoken = language ?? languageOf(company.locale) ?? 'en';
  return {
    ...wordsIn(spoken, company.terminology),
    ...formats(() => ({
      locale: localeOf(company.locale, spoken),
      zone: company.timezone,
      currency: currency ?? company.currency,
    })),
    language: spoken,
    company,
  };
}
