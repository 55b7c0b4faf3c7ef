import type { TDocumentDefinitions } from 'pdfmake/interfaces.js';
import type { Language } from '../languages.ts';
import { creditNote, invoice } from './bill.ts';
import { type Company, type Door, openDesk, readCompany } from './desk.ts';
import type { Kind, Span } from './kind.ts';
import { deliveryNote, orderConfirmation, pickList } from './order.ts';
import { layOut } from './layout.ts';
import { proposal } from './proposal.ts';
import { receipt } from './receipt.ts';
import { statement } from './statement.ts';
import { loadSheet } from './trip.ts';

/** Every kind of paper, by the name that asks for it. */
const KINDS = {
  order_confirmation: orderConfirmation,
  pick_list: pickList,
  delivery_note: deliveryNote,
  load_sheet: loadSheet,
  invoice,
  credit_note: creditNote,
  proposal,
  receipt,
  statement,
};
export type PaperName = keyof typeof KINDS;
export const PAPERS = Object.keys(KINDS) as [PaperName, ...PaperName[]];

export interface Wish extends Span {
  paper: PaperName;
  id: string;
  /** Of the reader: for papers of the house. */
  reader: Language;
  /** Instead of the customer's. */
  language?: Language;
  /** Where the portal is, for the code that leads to the document. */
  origin: string;
}

export interface Paper {
  /** For the file: "Invoice INV-00012.pdf". */
  name: string;
  definition: TDocumentDefinitions;
}

/** What nobody may put into the name of a file. */
const UNNAMEABLE = /[^\p{L}\p{N} ._-]+/gu;

interface Both {
  company: Company | null;
  document: unknown;
}

/** What a paper is made of. Customers see no company and no tables: the database hands them all that is printed. */
async function readBoth(door: Door, wish: Wish, kind: Kind<unknown>, span: Span): Promise<Both> {
  const [company, document] = await Promise.all([
    readCompany(door),
    kind.read(door, wish.id, span),
  ]);
  if (company !== null) return { company, document };
  const asked = new URLSearchParams({ paper: wish.paper, id: wish.id });
  if (span.from) asked.set('from_date', span.from);
  if (span.to) asked.set('to_date', span.to);
  return (await door.read(`rpc/my_paper?${asked}`)) as unknown as Both;
}

/** A document as paper, as whoever asks may see it; null where he sees none by this id. */
export async function makePaper(door: Door, wish: Wish): Promise<Paper | null> {
  const kind: Kind<unknown> = KINDS[wish.paper] as Kind<unknown>;
  const span: Span = {
    ...(wish.from && { from: wish.from }),
    ...(wish.to && { to: wish.to }),
  };
  const { company, document } = await readBoth(door, wish, kind, span);
  if (company === null || document === null) return null;
  const asked = kind.languageOf ? kind.languageOf(document) : wish.reader;
  const desk = openDesk(company, wish.language ?? asked, kind.currencyOf?.(document) ?? null);
  const sheet = kind.write(document, desk);
  return {
    name: `${[sheet.title, sheet.number].filter(Boolean).join(' ').replaceAll(UNNAMEABLE, '-')}.pdf`,
    definition: layOut(sheet, desk, {
      seller: kind.sellerOf?.(document) ?? company,
      link: wish.origin.replace(/\/$/, '') + kind.pageOf(wish.id, span),
    }),
  };
}
