import type { DocumentName } from '#lib/documents.ts';
import { ask } from '#lib/platform/command.ts';
import { label } from '#lib/platform/format.ts';

/** Something that happened to a document, as `timeline` of the database describes it. */
export type Entry = Awaited<ReturnType<typeof timelineOf>>[number];

/** Everything that happened to a document, the oldest first. */
export function timelineOf(document: DocumentName, id: string) {
  return ask('timeline', { document_kind: document, document_id: id });
}

interface Comment {
  text: string;
  version: number;
  is_edited: boolean;
  is_removed: boolean;
  mentions: { id: string; name: string | null }[];
}

/** What somebody said, where the entry is that. */
export function commentOf({ kind, details }: Entry): Comment | null {
  return kind === 'comment' ? (details as unknown as Comment) : null;
}

interface StoredFile {
  name: string;
  path: string;
  content_type: string;
  /** Bytes. */
  size: number;
}

/** The file that was added, where the entry is that. */
export function fileOf({ kind, details }: Entry): StoredFile | null {
  return kind === 'file' ? (details as unknown as StoredFile) : null;
}

/** Who did something, as far as the reader may know. */
export function whoOf({ actor_id: id, actor_name: name, rule }: Entry): string {
  if (rule) return causeOf(rule);
  if (id === null) return 'the system';
  return name ?? 'a colleague';
}

/** What followed from another document: `trip.start` is told as its cause. */
function causeOf(rule: string): string {
  const [machine = '', command = ''] = rule.split('.');
  return command ? `after “${label(command)}” of the ${label(machine).toLowerCase()}` : 'by rule';
}

/** What is said of an entry in one line. */
export function headOf({ kind, to_state: state, details }: Entry): string {
  if (kind === 'step') return label(state);
  if (kind === 'created') return 'Created';
  if (kind === 'parts') return label((details as { parts: string }).parts);
  return 'Changed';
}

interface Field {
  field: string;
  before: string | null;
  after: string | null;
}

/** The changed fields of an entry: what each was and is now, in words. */
export function fieldsOf({ kind, details }: Entry): Field[] {
  if (kind === 'change') return details as unknown as Field[];
  if (kind !== 'parts') return [];
  const { before, after } = details as { before: number; after: number };
  return [{ field: 'lines', before: String(before), after: String(after) }];
}
