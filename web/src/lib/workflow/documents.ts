import { choices, label } from '#lib/platform/label.ts';
import { toneOf } from '#lib/ui/tone.ts';
import { type Condition, type Filter, narrow } from '#lib/platform/filters.ts';
import {
  type DocumentKind,
  type DocumentName,
  DOCUMENTS,
  type StateOf,
  type SubjectName,
  SUBJECTS,
} from '#lib/documents.ts';
import { m } from '#lib/words.ts';

/** Every kind of document, in the order of the work. */
export const documentNames = Object.keys(DOCUMENTS) as DocumentName[];

/** Documents, and what else people comment on, tag and keep fields with. */
export const subjectNames = Object.keys(SUBJECTS) as SubjectName[];

/** What a list of them is called. */
export function pluralOf(name: SubjectName): string {
  return label(`${name}s`);
}

/** For `depends`: a page that shows documents of every kind looks again when one of them has changed. */
export const everyDocument = documentNames.map((name) => `entity:${name}` as const);

/** The column of the number that people call it by. */
export function numberOf(name: DocumentName): string {
  return DOCUMENTS[name].number;
}

/** The states of a document in the order of the work. */
export function statesOf<Name extends DocumentName>(name: Name): StateOf<Name>[] {
  return Object.keys(DOCUMENTS[name].states) as StateOf<Name>[];
}

/** The filter by state, of every list of documents. */
export function stateFilter(name: DocumentName): Filter {
  return {
    name: 'status',
    label: m.status(),
    kind: 'choice',
    tabs: true,
    options: choices(statesOf(name)),
    means: (states) => statesMean(name, states),
  };
}

/** The states of a document that goes well, up to the first in which it is done, and those that lead off that road. */
export function journeyOf(name: DocumentName): { steps: string[]; left: string[] } {
  const states = Object.entries(DOCUMENTS[name].states);
  const end = states.findIndex(([, kind]) => kind === 'done') + 1;
  return {
    steps: states.slice(0, end).map(([state]) => state),
    left: states.slice(end).map(([state]) => state),
  };
}

/** False for what lives on, like a customer or a vendor: its states are no road to an end that is good. */
export function hasJourney(name: DocumentName): boolean {
  const { steps } = journeyOf(name);
  return steps.length > 1 && toneOf(steps.at(-1) ?? '') !== 'bad';
}

/** The states between the draft of a document and its end. */
export function openStatesOf<Name extends DocumentName>(name: Name): StateOf<Name>[] {
  const kinds: DocumentKind['states'] = DOCUMENTS[name].states;
  return statesOf(name).filter((state) => state !== 'draft' && kinds[state as string] !== 'done');
}

/**
 * Documents in some states, in the words that their indexes understand: where nearly all documents end in
 * a few states, the column is_done says the same, and the indexes for all other states know it
 * (docs/decisions/0013).
 */
export function statesMean(name: DocumentName, states: readonly string[]): Condition[] {
  const settled: readonly string[] | null = DOCUMENTS[name].settled;
  const ended = states.filter((state) => settled?.includes(state)).length;
  const isPure = settled !== null && (ended === 0 || ended === states.length);
  return [
    { column: 'status', in: states },
    ...(isPure ? [{ column: 'is_done', is: ended > 0 }] : []),
  ];
}

/** Limits a query of documents to some states. */
export function inStates<Query>(
  query: Query,
  name: DocumentName,
  states: readonly string[],
): Query {
  return narrow(query, statesMean(name, states));
}
