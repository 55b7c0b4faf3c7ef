/** What a paper says, before anybody decides how it looks. */
export interface Sheet {
  /** The word at the head: Invoice, Delivery note, Load sheet. */
  title: string;
  /** What the document is called by; empty for one that has no number yet. */
  number: string;
  /** Says at the head that it does not count: a state like void. */
  stamp?: string | null;
  /** Name and address of the one it is for, line by line. */
  to?: { heading: string; lines: Line[] };
  facts: Fact[];
  tables: Table[];
  /** Below the first table; the `total` stands out. */
  sums?: Sum[];
  /** What the tax authority signed, and the address that its code leads to. */
  taxed?: { heading: string; lines: string[]; link: string } | null;
  /** What people wrote on the document. */
  notes?: string | null;
  /** Names the account and the till. */
  pays?: boolean;
  /** The terms of the company stand below. */
  binds?: boolean;
  /** What the receiver signed, as a data URL of a picture. */
  signature?: string | null;
  /** Who signs below. */
  signs?: string[];
}

type Line = string | null | undefined;

export interface Fact {
  label: string;
  value: string;
}

export interface Sum extends Fact {
  total?: boolean;
}

export interface Table {
  heading?: string;
  columns: Column[];
  rows: string[][];
}

export interface Column {
  label: string;
  /** Figures stand at the end of their column. */
  isFigure?: boolean;
}
