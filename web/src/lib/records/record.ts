import type { DocumentName, SubjectName } from '#lib/documents.ts';
import { DOCUMENTS } from '#lib/documents.ts';
import { keptFirst } from '#lib/platform/kept.ts';
import { label, noun } from '#lib/platform/label.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { type Extras, extrasOf } from './extras.ts';
import { type Entry, timelineOf } from './timeline.ts';
import type { Offered } from '#lib/workflow/workflow.ts';
import { m } from '#lib/words.ts';

/** What the frame of a record's page shows of every document. */
export interface DocumentRecord extends Offered {
  status: string;
  status_reason?: string | null;
  notes?: string | null;
}

/** A document beside another one, with a link to it. */
export interface Related {
  href: string;
  kind: string;
  name: string;
  status?: string;
  note?: string;
}

interface Numbered {
  id: string;
  number: string | null;
  status?: string;
}

/** The documents of one kind that belong to a record; those that the reader may not see are absent. */
export function related<Row extends Numbered>(
  name: DocumentName,
  rows: readonly (Row | null | undefined)[],
  note: (row: Row) => string = () => '',
  kind: string = label(name),
): Related[] {
  return rows
    .filter((row) => row !== null && row !== undefined)
    .map((row) => ({
      href: `${DOCUMENTS[name].page}/${row.id}`,
      kind,
      name: row.number ?? m.draft(),
      status: row.status,
      note: note(row),
    }));
}

/** What SvelteKit hands to the `load` of a page whose address ends in an id. */
interface RecordEvent {
  params: { id: string };
  depends: (...names: `${string}:${string}`[]) => void;
  parent: () => Promise<unknown>;
}

interface Beside<Row, More extends object> {
  /** Kinds of records besides its own with which the page changes. */
  with?: string[];
  /** What the page shows beside the record and needs it to be read. */
  more?: (record: Row) => Promise<More>;
  /** Whether a device keeps a copy for where there is no network. */
  isKept?: boolean;
}

/** Kinds of records that people keep with a subject, for `depends`. */
export const KEPT_WITH = [
  'comment',
  'attachment',
  'record_tag',
  'tag',
  'task',
  'activity',
  'own_field_value',
].map((kind) => `entity:${kind}` as const);

/** What happened to a subject, and what people keep with it. */
export async function keptWith(name: SubjectName, id: string) {
  const [timeline, extras] = await Promise.all([timelineOf(name, id), extrasOf(name, id)]);
  return { timeline, extras };
}

/** The `load` of a record's page: the record with all that it embeds, its timeline, and what stands beside it. */
export function recordLoad<Row extends Offered, More extends object = Record<never, never>>(
  name: DocumentName,
  read: (id: string) => Promise<Row | null>,
  { with: others = [], more, isKept = false }: Beside<Row, More> = {},
) {
  return async ({ params, depends, parent }: RecordEvent) => {
    const copy = `${name} ${params.id}`;
    depends(
      `kept:${copy}`,
      ...[name, ...others].map((kind) => `entity:${kind}` as const),
      ...KEPT_WITH,
    );
    // Rights are known once the layout has read the session.
    await parent();
    const readAll = async () => {
      const asked = keptWith(name, params.id);
      // What is not there is told by the page of the record.
      asked.catch(() => undefined);
      const known = found(await read(params.id), noun(name));
      const { timeline, extras } = await asked;
      const beside = more ? await more(known) : ({} as More);
      return { record: known, timeline, extras, ...beside } as {
        record: Row;
        timeline: Entry[];
        extras: Extras | null;
      } & More;
    };
    return reading(() => (isKept ? keptFirst(copy, readAll) : readAll()));
  };
}
