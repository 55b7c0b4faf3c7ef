import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sentencesIn } from './_support/sentences.ts';

const WEB = join(import.meta.dirname, '../../web');

type Message = string | { match: Record<string, string> }[];
const messages = (language: string) =>
  JSON.parse(readFileSync(join(WEB, 'messages', `${language}.json`), 'utf8')) as Record<
    string,
    Message
  >;
const [en, sw] = [messages('en'), messages('sw')];

/** Files whose texts are not the portal's: generated types, and what banks write in their files. */
const NOT_OURS = [
  'src/lib/database.types.ts',
  'src/lib/documents.ts',
  'src/lib/billing/statement_file.ts',
  // Read by programs of the command line as well, which speak English.
  'src/lib/table/',
  'src/lib/paraglide/',
  'src/lib/catalogues/',
  // Tones are called by names of the program, one of them for the state `done`.
  'src/lib/ui/tone.ts',
  // What the database calls the tax without a name.
  'src/lib/paper/tax.ts',
  // Languages are called by their own names.
  'src/lib/tenancy/regions.ts',
];
/** Names, and words that are the same in every language. */
const NAMES = [
  'Mzigo',
  'English',
  'Kiswahili',
  'M-Pesa',
  'WhatsApp',
  'Africa/Nairobi',
  'Bearer {}',
  'kg',
  '{} kg',
  'crate',
  'Ctrl K',
];

const sources = readdirSync(join(WEB, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => `src/${file.replaceAll('\\', '/')}`)
  .filter((file) => /\.(ts|svelte)$/.test(file) && !NOT_OURS.some((it) => file.startsWith(it)))
  .map((file) => ({ file, text: readFileSync(join(WEB, file), 'utf8') }));

/** All that a message can say. */
const textsOf = (message: Message): string[] =>
  typeof message === 'string' ? [message] : message.flatMap(({ match }) => Object.values(match));

/** The parameters of a message; a thing of the company's own words is the same in each of its forms. */
function parametersOf(message: Message): string[] {
  const named = textsOf(message).flatMap((text) =>
    [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) =>
      name.toLowerCase().replace(/^an?_/, ''),
    ),
  );
  return [...new Set(named)].sort();
}

test('no sentence stands in the code', () => {
  const offenders = sources.flatMap(({ file, text }) =>
    sentencesIn(file, text)
      .filter((it) => !NAMES.includes(it.text))
      .map((it) => `${file}:${it.line} ${it.text}`),
  );
  expect(offenders).toEqual([]);
});

test('a sentence is found in text, attributes, code and templates', () => {
  const page = `<script lang="ts">
    import { m } from '#lib/words.ts';
    const columns = [{ key: 'name', label: 'name' }];
    const kinds = { primary: 'bg-brand text-ink', page: '/orders' };
    toast(\`\${order} was approved\`, 'The order was approved.');
  </script>
  <h1 class="Big Title" title="Orders of today">No orders yet {m.orders()}</h1>`;
  expect(sentencesIn('page.svelte', page).map(({ text, line }) => `${line} ${text}`)).toEqual([
    '3 name',
    '5 {} was approved',
    '5 The order was approved.',
    '7 Orders of today',
    '7 No orders yet',
  ]);
});

test('every message is there in both languages, with the same parameters', () => {
  expect(Object.keys(sw)).toEqual(Object.keys(en));
  const different = Object.entries(en).filter(
    ([key, message]) =>
      JSON.stringify(parametersOf(message)) !== JSON.stringify(parametersOf(sw[key] ?? '')),
  );
  expect(different.map(([key]) => key)).toEqual([]);
  const blank = [en, sw].flatMap((all) =>
    Object.entries(all).filter(([, message]) => textsOf(message).some((text) => !text.trim())),
  );
  expect(blank).toEqual([]);
});

test('every message is said somewhere, and every one that is said is there', () => {
  // Papers say theirs in the language of whoever they are for: `say('total')`.
  const said = new Set(
    sources.flatMap(({ text }) =>
      [...text.matchAll(/\bm\.(\w+)|\bsay\('(\w+)'/g)].map(
        ([, key, spoken]) => key ?? spoken ?? '',
      ),
    ),
  );
  // What the reading of banks' files says of them.
  const files = readFileSync(join(WEB, 'src/lib/billing/statement_file.ts'), 'utf8');
  for (const [, key = ''] of files.matchAll(/\bm\.(\w+)/g)) said.add(key);
  expect(Object.keys(en).filter((key) => !said.has(key))).toEqual([]);
  expect([...said].filter((key) => !(key in en))).toEqual([]);
});

test('no two messages say the same, apart from words of the database', () => {
  const twice = Map.groupBy(
    Object.entries(en).filter(
      ([key, text]) => typeof text === 'string' && !/^(label|term|unit|right)_/.test(key),
    ),
    ([, text]) => text,
  );
  expect([...twice.values()].filter((same) => same.length > 1)).toEqual([]);
});
