import { extractText, getDocumentProxy } from 'unpdf';
import { type Door } from '../../../web/src/lib/paper/desk.ts';
import { makePaper, type PaperName, type Wish } from '../../../web/src/lib/paper/make.ts';
import { toPdf } from '../../../web/src/lib/paper/pdf.ts';

/** What people read on each page of a PDF; Intl puts spaces that do not break. */
export async function pagesOf(pdf: Uint8Array): Promise<string[]> {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)));
  return text.map((page) => page.replaceAll(/[\u00a0\u202f]/g, ' ').replaceAll(/\s+/g, ' '));
}

export const ID = '0190a000-0000-7000-8000-000000000001';

const COMPANY = {
  legal_name: 'Acme Beverages Limited',
  postal_address: 'Lunga Lunga Road 5\nNairobi',
  tax_numbers: 'PIN P051234567X',
  contact_line: '+254 711 000 100',
  bank_details: 'KCB, Industrial Area\n1100223344',
  mpesa_till: '522522',
  document_terms: 'Goods remain ours until they are paid.',
  logo: null,
  locale: 'en-KE',
  currency: 'KES',
  timezone: 'Africa/Nairobi',
  terminology: {},
  business_rules: {},
  tenants: { name: 'Acme' },
};

/** A database that has one company and one document. */
export function doorTo(document: object | null, company: object = {}): Door & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    read: (query) => {
      asked.push(query);
      const found = query.startsWith('tenant_settings?')
        ? { ...COMPANY, ...company }
        : query.startsWith('rpc/')
          ? (document as { entries?: object[] }).entries
          : document;
      return Promise.resolve(Array.isArray(found) ? found : found ? [found] : []);
    },
  };
}

/** The pages of a paper as they are read. */
export async function paperOf(
  paper: PaperName,
  document: object,
  wish: Partial<Wish> = {},
  company: object = {},
): Promise<{ name: string; pages: string[]; text: string; link: string }> {
  const made = await makePaper(doorTo(document, company), {
    paper,
    id: ID,
    reader: 'en',
    origin: 'https://portal.test/',
    ...wish,
  });
  if (made === null) throw new Error('There is no such document.');
  const pages = await pagesOf(await toPdf(made.definition));
  const link = JSON.stringify(made.definition.content).match(/"qr":"([^"]*)"/)?.[1] ?? '';
  return { name: made.name, pages, text: pages.join(' '), link };
}
