import { DASH, quantity } from './format.ts';
import { m } from '#lib/words.ts';

type Plain = string | number | boolean | null | undefined;

/** How one part of an entry is called, and how its value is read where that is no plain text, number or yes. */
type Part<Value> = [Value] extends [Plain]
  ? string | [label: string, text: (value: Value) => string]
  : [label: string, text: (value: Value) => string];

/**
 * What a form says of each part of its entry where somebody else saved first. A part that only goes with others,
 * and that nobody enters, is false.
 */
export type Compared<Entry extends object> = { [Key in keyof Entry]-?: Part<Entry[Key]> | false };

/** The name of the record that an id means. */
export const named =
  (records: readonly { id: string; name: string }[]) =>
  (id: string): string =>
    records.find((record) => record.id === id)?.name ?? '';

/** A part that reads otherwise in mine than in theirs. */
export interface Difference {
  key: string;
  label: string;
  was: string;
  mine: string;
  theirs: string;
  /** Whose stands unless somebody chooses: who left it alone has nothing to lose. */
  usual: 'mine' | 'theirs';
}

function plainText(value: unknown): string {
  if (value === null || value === undefined || value === '') return DASH;
  if (typeof value === 'boolean') return value ? m.yes() : m.no();
  return typeof value === 'number' ? quantity(value) : String(value as string);
}

/** What differs between what somebody has entered and what somebody else has saved; values that read the same are the same. */
export function differences<Entry extends object>(
  parts: Compared<Entry>,
  { was, mine, theirs }: { was: Entry; mine: Entry; theirs: Entry },
): Difference[] {
  const found: Difference[] = [];
  for (const [key, part] of Object.entries(parts) as [
    keyof Entry & string,
    string | [string, (value: unknown) => string] | false,
  ][]) {
    if (part === false) continue;
    const [label, text] = typeof part === 'string' ? [part, plainText] : part;
    const [first, own, other] = [was, mine, theirs].map((entry) => text(entry[key]) || DASH) as [
      string,
      string,
      string,
    ];
    if (own === other) continue;
    found.push({
      key,
      label,
      was: first,
      mine: own,
      theirs: other,
      usual: own === first ? 'theirs' : 'mine',
    });
  }
  return found;
}

/** Theirs where that was chosen, mine everywhere else. */
export function merged<Entry extends object>(
  mine: Entry,
  theirs: Entry,
  chosen: Record<string, 'mine' | 'theirs'>,
): Entry {
  const taken = Object.entries(theirs).filter(([key]) => chosen[key] === 'theirs');
  const parts = Array.isArray(mine) ? [...(mine as unknown[])] : { ...mine };
  return Object.assign(parts, Object.fromEntries(taken)) as Entry;
}
