import type { Database, Tables } from '../database.types.ts';
import { DOCUMENTS } from '../documents.ts';
import type { Language } from '../languages.ts';
import type { Desk, Door } from './desk.ts';
import { type Kind, readOne, type Span } from './kind.ts';
import { addressee } from './parts.ts';

type Entry = Database['public']['Functions']['customer_statement']['Returns'][number];

interface Account extends Pick<Tables<'customers'>, 'code' | 'name' | 'tax_id'> {
  language: Language | null;
  entries: Entry[];
  to: string | null;
}

/** As many rows as the API answers at once. */
const PAGE = 1000;

async function entriesOf(door: Door, id: string, { from, to }: Span): Promise<Entry[]> {
  const asked = new URLSearchParams({ customer_id: id, limit: String(PAGE) });
  if (from) asked.set('from_date', from);
  if (to) asked.set('to_date', to);
  const entries: Entry[] = [];
  for (;;) {
    asked.set('offset', String(entries.length));
    const page = (await door.read(`rpc/customer_statement?${asked}`)) as Entry[];
    entries.push(...page);
    if (page.length < PAGE) return entries;
  }
}

/** What each kind of entry is called. */
function entryName({ say }: Desk, kind: string): string {
  const names: Record<string, () => string> = {
    opening: () => say('brought_forward'),
    invoice: () => say('invoice'),
    payment: () => say('payment'),
    credit_note: () => say('credit_note'),
    write_off: () => say('written_off'),
    discount: () => say('discount_for_paying_early'),
    interest_charge: () => say('label_interest_charge'),
    refund: () => say('given_back'),
  };
  return names[kind]?.() ?? kind;
}

/** The account of a customer between two days; without them, of the last ninety. */
export const statement: Kind<Account> = {
  read: async (door, id, span) => {
    const customer = await readOne<Omit<Account, 'entries' | 'to'>>(
      door,
      'customers?select=code,name,tax_id,language',
      id,
    );
    if (!customer) return null;
    return { ...customer, entries: await entriesOf(door, id, span), to: span.to ?? null };
  },
  languageOf: (account) => account.language,
  pageOf: (id, span) => {
    const days = new URLSearchParams({ ...span }).toString();
    return `${DOCUMENTS.customer.page}/${id}/statement${days && `?${days}`}`;
  },
  write: (account, desk) => {
    const { say, money, amount, day } = desk;
    const balance = Number(account.entries.at(-1)?.balance ?? 0);
    const sumOf = (side: 'debit' | 'credit') =>
      account.entries
        .filter(({ kind }) => kind !== 'opening')
        .reduce((sum, entry) => sum + Number(entry[side]), 0);
    const figure = (value: number) => (Number(value) ? amount(value) : '');
    return {
      title: say('statement_of_account'),
      number: account.code,
      to: addressee(say('to'), desk, null, account),
      facts: [
        { label: say('from'), value: day(account.entries[0]?.on_date) },
        { label: say('until'), value: day(account.to ?? desk.today()) },
      ],
      tables: [
        {
          columns: [
            { label: say('day') },
            { label: say('document') },
            { label: say('charged'), isFigure: true },
            { label: say('paid'), isFigure: true },
            { label: say('balance'), isFigure: true },
          ],
          rows: account.entries.map((entry) => [
            day(entry.on_date),
            `${entryName(desk, entry.kind)} ${entry.number ?? ''}`.trim(),
            figure(entry.debit),
            figure(entry.credit),
            amount(entry.balance),
          ]),
        },
      ],
      sums: [
        { label: say('charged'), value: money(sumOf('debit')) },
        { label: say('paid_and_credited'), value: money(sumOf('credit')) },
        {
          label: balance < 0 ? say('in_your_favour') : say('to_pay'),
          value: money(Math.abs(balance)),
          total: true,
        },
      ],
      pays: true,
    };
  },
};
