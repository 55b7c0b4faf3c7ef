import type { SubjectName } from '#lib/documents.ts';
import { ask } from '#lib/platform/command.ts';
import { DASH, dateTime, day, quantity } from '#lib/platform/format.ts';
import { label, noun } from '#lib/platform/label.ts';
import { m } from '#lib/words.ts';

/** Something that happened to a document, as `timeline` of the database describes it. */
export type Entry = Awaited<ReturnType<typeof timelineOf>>[number];

/** Everything that happened to a document, the oldest first. */
export function timelineOf(document: SubjectName, id: string) {
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

/** Something that somebody did about the record. */
interface Activity {
  text: string | null;
  minutes: number | null;
  outcome: string | null;
  version: number;
  is_removed: boolean;
  task: { id: string; title: string } | null;
}

/** What somebody did, where the entry is that. */
export function activityOf({ kind, details }: Entry): Activity | null {
  return kind === 'activity' ? (details as unknown as Activity) : null;
}

/** Who did something, as far as the reader may know. */
export function whoOf({ actor_id: id, actor_name: name, rule }: Entry): string {
  if (rule) return causeOf(rule);
  if (id === null) return m.the_system();
  return name ?? m.a_colleague();
}

/** What followed from another document: `trip.start` is told as its cause. */
function causeOf(rule: string): string {
  const [machine = '', command = ''] = rule.split('.');
  return command
    ? m.after_command_of_the_machine({ command: label(command), machine: noun(machine) })
    : m.by_rule();
}

/** What is said of an entry in one line. */
export function headOf({ kind, to_state: state, command, details }: Entry): string {
  if (kind === 'step') return label(state);
  if (kind === 'event') return label(command);
  if (kind === 'activity') return activityInWords(label(command), details as unknown as Activity);
  if (kind === 'created') return m.created();
  if (kind !== 'parts') return m.changed();
  const { parts, before, after } = details as { parts: string; before: number; after: number };
  const count = Math.max(before, after);
  if (before === 0) return m.parts_count_added({ parts: label(parts), count });
  return after === 0
    ? m.parts_count_removed({ parts: label(parts), count })
    : m.parts_count_changed({ parts: label(parts), count });
}

/** A call that reached somebody, twelve minutes. */
function activityInWords(kind: string, { outcome, minutes, is_removed: removed }: Activity) {
  if (removed) return m.an_activity_was_removed({ kind });
  const came = outcome && label(outcome);
  return [kind, came, minutes && m.n_minutes({ minutes })].filter(Boolean).join(' · ');
}

interface Field {
  field: string;
  before: string;
  after: string;
}

/** The changed fields of an entry, as people call them, with what each was and is now. */
export function fieldsOf({ kind, details }: Entry): Field[] {
  if (kind !== 'change') return [];
  return (details as unknown as Record<keyof Field, string>[]).map(({ field, before, after }) => ({
    field: label(field.replace(/_id$/, '')),
    before: inWords(before),
    after: inWords(after),
  }));
}

/** A value as the database writes it, as people here read it. */
export function inWords(value: string | null): string {
  if (value === null || value === '') return DASH;
  if (value === 'true' || value === 'false') return value === 'true' ? m.yes() : m.no();
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return day(value);
  if (/^\d{4}-\d\d-\d\dT[\d:.]+([+-]\d\d:\d\d|Z)$/.test(value)) return dateTime(value);
  if (/^-?\d+\.\d+$/.test(value)) return quantity(value);
  return /^[a-z]+(_[a-z]+)*$/.test(value) ? label(value) : value;
}
