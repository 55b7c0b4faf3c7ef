import type { Language } from '../languages.ts';
import type { Desk, Door, Seller } from './desk.ts';
import type { Sheet } from './sheet.ts';

/** Days between which a statement tells, as `YYYY-MM-DD`. */
export interface Span {
  from?: string;
  to?: string;
}

/** A kind of paper: what is read for it and what it says. */
export interface Kind<Document> {
  /** The document, or null where the reader sees none by this id. */
  read(door: Door, id: string, span: Span): Promise<Document | null>;
  /** The language of whoever it is for; without it, papers of the house are in that of their reader. */
  languageOf?(document: Document): Language | null;
  currencyOf?(document: Document): string;
  /** The seller of its day, where the document keeps him. */
  sellerOf?(document: Document): Seller | null | undefined;
  /** Its page in the portal. */
  pageOf(id: string, span: Span): string;
  write(document: Document, desk: Desk): Sheet;
}

/** The one row of a query by id. */
export async function readOne<Row>(door: Door, query: string, id: string): Promise<Row | null> {
  const [found] = await door.read(`${query}&id=eq.${encodeURIComponent(id)}`);
  return (found as Row | undefined) ?? null;
}
