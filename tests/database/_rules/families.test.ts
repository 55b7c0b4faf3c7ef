import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../../supabase/stack/paths.ts';

interface Source {
  file: string;
  /** Two digits: those of the migration's number, or of the file with the family's policies. */
  family: string;
  /** Without comments, which may look ahead. */
  text: string;
}

function sourcesIn(folder: string, pattern: RegExp): Source[] {
  return readdirSync(join(repositoryRoot, folder))
    .sort()
    .flatMap((name) => {
      const family = pattern.exec(name)?.[1];
      if (family === undefined) return [];
      const text = readFileSync(join(repositoryRoot, folder, name), 'utf8')
        .replace(/--.*$/gm, '')
        .replace(/^comment on [\s\S]*?;$/gm, '');
      return [{ file: `${folder}/${name}`, family, text }];
    });
}

/** The last migration is the policies put together. */
const sources = [
  ...sourcesIn('supabase/migrations', /^\d{8}00((?!99)\d\d)\d\d_/),
  ...sourcesIn('policies', /^(0[1-9]|[1-8]\d)_/),
];

const MADE =
  /create (?:or replace )?(?:function|table|view|type|aggregate)(?: if not exists)? ((?:public|private)\.\w+)/g;
const EXPOSED = /private\.expose(?:_command)?\('(\w+)'/g;
const NAMED = /\b(?:public|private)\.\w+/g;

/** The family in which each function, table, view and type is made first. */
function origins(of: Source[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { family, text } of of) {
    const names = [
      ...[...text.matchAll(MADE)].map((match) => match[1] ?? ''),
      ...[...text.matchAll(EXPOSED)].map((match) => `public.${match[1]}`),
    ];
    for (const name of names) if (!found.has(name)) found.set(name, family);
  }
  return found;
}

function forwardNames(of: Source[]): string[] {
  const made = origins(of);
  return of.flatMap(({ file, family, text }) =>
    [...new Set(text.match(NAMED))]
      .filter((name) => (made.get(name) ?? family) > family)
      .map((name) => `${file} names ${name} of family ${made.get(name)}`),
  );
}

test('no family names a function, a table or a type of a later one', () => {
  expect(new Set(sources.map((source) => source.family)).size).toBeGreaterThan(9);
  expect(origins(sources).size).toBeGreaterThan(400);
  expect(forwardNames(sources)).toEqual([]);
});

test('a name of a later family is noticed in a body, a string and a policy', () => {
  const later = { file: 'later', family: '08', text: 'create table public.vans ();' };
  const naming = (text: string) => forwardNames([{ file: 'early', family: '07', text }, later]);
  expect(naming("execute 'select from public.vans'")).toEqual([
    'early names public.vans of family 08',
  ]);
  expect(naming('exists (select from public.vans)')).toHaveLength(1);
  expect(naming('exists (select from public.vans_of_others)')).toEqual([]);
});

test('a question that a later family answers was asked by an earlier one', () => {
  const made = origins(sources);
  const answers = sources.flatMap(({ family, text }) =>
    [...text.matchAll(/^create or replace function (private\.\w+)/gm)].map(([, name]) => ({
      name,
      family,
    })),
  );
  const asked = answers.filter(({ name = '', family }) => (made.get(name) ?? family) < family);
  expect(asked.map(({ name }) => name)).toEqual([
    'private.drives_to_customer',
    'private.drives_order',
    'private.is_broken',
    'private.scanned_under',
    'private.documents_on_order',
    'private.delivered_by',
    'private.receiver_of',
    'private.cash_is_settled',
    'private.has_written',
    'private.people_of',
    'private.wants_delivery_code',
    'private.batches_received',
    'private.purchase_value',
    'private.ordered_from_vendors',
    'private.spent_before',
    'private.cash_spent',
    'private.vehicle_in_repair',
    'private.away',
    'private.answered_request',
  ]);
});
