import { DOCUMENTS, type DocumentName } from '#lib/documents.ts';
import type { Figure } from '#lib/figures.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import type { Explained } from '#lib/ui/explanation.svelte.ts';

/** One of the rows that a figure is made of. */
export interface Part {
  at: string | null;
  what: string;
  /** Number of its document, or name of its line. */
  name: string | null;
  href: string | null;
  amount: number;
}

const isDocument = (kind: string | null): kind is DocumentName =>
  kind !== null && kind in DOCUMENTS;

/** A figure that is kept nowhere: the sum of what it is made of, in the company's currency. @throws PortalError */
export async function figureOf(figure: Figure, id: string): Promise<number> {
  return (await partsOf({ figure, id })).reduce((sum, { amount }) => sum + amount, 0);
}

const askFor = (asked: Explained) => {
  if ('figure' in asked)
    return supabase.rpc('explain_figure', { figure: asked.figure, id: asked.id });
  const { measure, since, until, subject } = asked;
  return supabase.rpc('explain_kpi', { measure, since, until, ...(subject && { subject }) });
};

/** What a figure is made of, the newest first; the rows sum to it. @throws PortalError */
export async function partsOf(asked: Explained): Promise<Part[]> {
  const parts = await rows(askFor(asked));
  return parts.map(({ happened_at, what, document, document_id, number, amount }) => ({
    at: happened_at,
    what,
    name: number,
    href:
      isDocument(document) && document_id !== null
        ? `${DOCUMENTS[document].page}/${document_id}`
        : null,
    amount: Number(amount),
  }));
}
