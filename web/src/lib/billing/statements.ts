import type { Database, Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList } from '#lib/workflow/list.ts';
import type { PaymentMethod } from './billing.ts';
import type { ToldLine } from './statement_file.ts';
import { m } from '#lib/words.ts';

const ON_LINE = '*,payments(id,number,status)';

export type StatementLine = Awaited<ReturnType<typeof listStatementLines>>['rows'][number];
export type StatementLineInput = Database['public']['Tables']['statement_lines']['Insert'];

export const STATEMENT_LINES = documentList('statement_line', {
  sort: '-posted_at',
  sortable: ['posted_at', 'amount'],
  search: {
    label: m.reference_or_account(),
    means: (typed) => [anyLike(typed, 'reference', 'source', 'paid_by', 'bill_reference')],
  },
  filters: [
    { name: 'posted', label: m.posted(), kind: 'moment', column: 'posted_at' },
    { name: 'source', label: m.account(), kind: 'text' },
    { name: 'amount', label: m.amount(), kind: 'number', unit: 'money' },
    {
      name: 'for',
      label: m.for_word(),
      kind: 'text',
      column: 'bill_reference',
      optional: true,
      more: true,
    },
  ],
});

/** What the bank or M-Pesa says was received. */
export function listStatementLines(list: ListQuery) {
  return readPage(STATEMENT_LINES, list, (relations) =>
    supabase.from('statement_lines').select(having(ON_LINE, relations)),
  );
}

export function readStatementLine(id: string) {
  return answerOf(
    supabase
      .from('statement_lines')
      .select(`${ON_LINE},allowed_commands`)
      .eq('id', id)
      .maybeSingle(),
  );
}

export function addStatementLine(input: StatementLineInput) {
  return answerOf(supabase.from('statement_lines').insert(input));
}

/** How many lines go with one call. */
const AT_ONCE = 2000;

export interface Taken {
  added: number;
  known: number;
  /** Amounts in the company's currency. */
  differing: { reference: string; amount: number; known_amount: number }[];
}

/** Takes the lines of a file in, a part at a time; what is known already is left as it is. */
export async function importStatement(
  source: string,
  lines: ToldLine[],
  told: (done: number) => void,
): Promise<Taken> {
  const taken: Taken = { added: 0, known: 0, differing: [] };
  for (let from = 0; from < lines.length; from += AT_ONCE) {
    const part = lines.slice(from, from + AT_ONCE);
    const answer = (await command('import_statement_lines', {
      source,
      lines:
        part as unknown as Database['public']['Functions']['import_statement_lines']['Args']['lines'],
    })) as unknown as Taken;
    taken.added += answer.added;
    taken.known += answer.known;
    taken.differing.push(...answer.differing);
    told(from + part.length);
  }
  return taken;
}

/** Accounts that lines came from before, the last first. */
export async function statementSources(): Promise<string[]> {
  const [lines, bills] = await Promise.all([
    rows(
      supabase
        .from('statement_lines')
        .select('source')
        .order('created_at', { ascending: false })
        .limit(200),
    ),
    listPaybills(),
  ]);
  return [...new Set([...lines.map(({ source }) => source), ...bills.map(({ name }) => name)])];
}

export type Candidate =
  Database['public']['Functions']['statement_line_candidates']['Returns'][number];

/** Whose money a line may tell of, the likeliest first. */
export function candidatesFor(lineId: string): Promise<Candidate[]> {
  return rows(supabase.rpc('statement_line_candidates', { statement_line_id: lineId }));
}

export interface Confirmation {
  customerId: string;
  amount: number;
  method: PaymentMethod;
  invoiceIds: string[];
}

export function confirmLine(line: Tables<'statement_lines'>, answer: Confirmation) {
  return command('confirm_statement_line', {
    statement_line_id: line.id,
    customer_id: answer.customerId,
    amount: answer.amount,
    method: answer.method,
    invoice_ids: answer.invoiceIds,
    expected_version: line.version,
  });
}

export type Paybill = Tables<'paybills'>;
export type PaybillInput = Pick<Paybill, 'name' | 'refuses_unknown' | 'is_active'>;

export function listPaybills() {
  return rows(supabase.from('paybills').select('*').order('name').limit(100));
}

export function addPaybill(input: PaybillInput & Pick<Paybill, 'short_code'>) {
  return answerOf(supabase.from('paybills').insert(input));
}

export function savePaybill(paybill: Paybill, input: PaybillInput) {
  return answerOf(
    supabase
      .from('paybills')
      .update(input)
      .eq('id', paybill.id)
      .eq('version', paybill.version)
      .select('id')
      .maybeSingle(),
  );
}

/**
 * Gives a paybill a new address for M-Pesa. The secret in it is made here and only its SHA-256 leaves
 * the page.
 * @returns the secret, which cannot be read again
 */
export async function newPaybillSecret(paybill: Paybill): Promise<string> {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const secret = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret));
  const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'));
  await command('set_paybill_address', { paybill_id: paybill.id, token_hash: hash.join('') });
  return secret;
}
