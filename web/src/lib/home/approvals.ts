import { type DocumentKind, type DocumentName, DOCUMENTS } from '#lib/documents.ts';
import { methodName } from '#lib/billing/billing.ts';
import { creditNoteCommands, paymentCommands, returnCommands } from '#lib/billing/commands.ts';
import { offloadCommands } from '#lib/delivery/commands.ts';
import { leaveCommands } from '#lib/operations/leave.ts';
import { expenseCommands } from '#lib/operations/expenses.ts';
import { purchaseCommands } from '#lib/operations/purchases.ts';
import { customerCommands } from '#lib/parties/commands.ts';
import { day, money, quantity } from '#lib/platform/format.ts';
import { label } from '#lib/platform/label.ts';
import { type Listed, rows, type RowsOf, type Seen } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { supabase, untyped } from '#lib/platform/supabase.ts';
import { documentNames, inStates, numberOf, pluralOf } from '#lib/workflow/documents.ts';
import { adjustmentCommands } from '#lib/warehouse/commands.ts';
import { type CommandLook, nameOf, namesOf } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';

/** A document that waits for a decision. */
export interface Waiting {
  id: string;
  href: string;
  number: string;
  title: string;
  note: string;
  by: string;
  at: string;
  version: number;
  allowed_commands: string[] | null;
}

export interface Tray {
  machine: string;
  heading: string;
  touches: string[];
  looks: Record<string, CommandLook>;
  documents: Waiting[];
}

/** What every document has that can wait for a decision. */
interface Document {
  id: string;
  created_at: string;
  created_by: string | null;
  version: number;
  allowed_commands: string[] | null;
}

/** How a kind of document is shown here. */
interface Look<Row = never> {
  /** What is read of it. */
  from: () => RowsOf<Row>;
  /** Buttons of the row. Without them it is decided on its own page, which shows more. */
  looks?: Record<string, CommandLook>;
  /** What else a decision changes. */
  touches?: DocumentName[];
  show: (row: Seen<Row>) => { title: string; note: string };
}

/** Has the compiler compare what is shown with what is read. */
const look = <Row extends Document>(name: DocumentName, it: Look<Row>) =>
  [name, it as unknown as Look<Document>] as const;

/** Approving and refusing only: the other commands have their place on the document itself. */
function decisions(looks: Record<string, CommandLook>): Record<string, CommandLook> {
  return Object.fromEntries(
    Object.entries(looks).filter(([name]) => ['approve', 'reject', 'review'].includes(name)),
  );
}

/** One without a look is shown by its number. */
const byNumber = (name: DocumentName): Look<Document> => ({
  from: () => untyped.from(DOCUMENTS[name].table).select('*,allowed_commands'),
  show: () => ({ title: '', note: '' }),
});

const LOOKS = new Map<DocumentName, Look<Document>>([
  look('order', {
    from: () => supabase.from('orders').select('*,allowed_commands,customers(name)'),
    show: (row) => ({ title: row.customers?.name ?? '', note: money(row.total) }),
  }),
  look('customer', {
    from: () => supabase.from('customers').select('*,allowed_commands'),
    looks: decisions(customerCommands),
    show: (row) => ({
      title: row.name,
      note: m.customer_type_credit_limit_credit_limit({
        customer_type: label(row.customer_type),
        credit_limit: money(row.credit_limit),
      }),
    }),
  }),
  look('payment', {
    from: () => supabase.from('payments').select('*,allowed_commands,customers(name)'),
    looks: decisions(paymentCommands),
    touches: ['invoice'],
    show: (row) => ({
      title: row.customers?.name ?? '',
      note: `${money(row.amount)}, ${methodName(row.method)} ${row.reference ?? ''}`.trim(),
    }),
  }),
  look('adjustment', {
    from: () => supabase.from('manual_adjustments').select('*,allowed_commands,warehouses(name)'),
    looks: decisions(adjustmentCommands),
    show: (row) => ({
      title: row.warehouses?.name ?? '',
      note: [row.reason, row.note].filter(Boolean).join(': '),
    }),
  }),
  look('purchase_order', {
    from: () =>
      supabase.from('purchase_orders').select('*,allowed_commands,vendors(name),warehouses(name)'),
    looks: decisions(purchaseCommands),
    show: (row) => ({
      title: row.vendors?.name ?? '',
      note: [money(row.total), row.warehouses?.name].filter(Boolean).join(', '),
    }),
  }),
  look('expense', {
    from: () => supabase.from('expenses').select('*,allowed_commands,expense_categories(name)'),
    looks: decisions(expenseCommands),
    touches: ['settlement'],
    show: (row) => ({
      title: row.expense_categories?.name ?? '',
      note: [money(row.total), label(row.paid_by), row.description].filter(Boolean).join(', '),
    }),
  }),
  look('leave_request', {
    from: () => supabase.from('leave_requests').select('*,allowed_commands,users(full_name)'),
    looks: decisions(leaveCommands),
    show: (row) => ({
      title: row.users?.full_name ?? m.somebody(),
      note: [label(row.kind), `${day(row.from_on)} – ${day(row.until_on)}`, row.note]
        .filter(Boolean)
        .join(', '),
    }),
  }),
  look('credit_note', {
    from: () => supabase.from('credit_notes').select('*,allowed_commands,customers(name)'),
    looks: { issue: creditNoteCommands.issue },
    touches: ['invoice', 'return'],
    show: (row) => ({
      title: row.customers?.name ?? '',
      note: `${money(row.total)}, ${row.reason}`,
    }),
  }),
  look('return', {
    from: () =>
      supabase.from('returns').select('*,allowed_commands,customers(name),warehouses(name)'),
    looks: decisions(returnCommands),
    show: (row) => ({
      title: row.customers?.name ?? '',
      note: m.reason_to_warehouse_name({
        reason: label(row.reason),
        warehouse_name: row.warehouses?.name ?? '',
      }),
    }),
  }),
  look('settlement', {
    from: () =>
      supabase.from('settlements').select('*,allowed_commands,trips(number),drivers(name)'),
    show: (row) => ({
      title: `${row.drivers?.name}, ${row.trips?.number}`,
      note: money(row.handed_in),
    }),
  }),
  look('stock_count', {
    from: () => supabase.from('stock_counts').select('*,allowed_commands,warehouses(name)'),
    show: (row) => ({
      title: row.warehouses?.name ?? '',
      note: row.is_full ? m.full_count() : (row.note ?? m.count_of_some_products(terms)),
    }),
  }),
  look('transfer', {
    from: () =>
      supabase
        .from('transfers')
        .select(
          '*,allowed_commands,from:warehouses!transfers_tenant_id_from_warehouse_id_fkey(name),to:warehouses!transfers_tenant_id_to_warehouse_id_fkey(name)',
        ),
    show: (row) => ({
      title: m.from_name_to_to_name({
        from_name: row.from?.name ?? '',
        to_name: row.to?.name ?? '',
      }),
      note: row.note ?? label(row.status),
    }),
  }),
  look('offload', {
    from: () =>
      supabase
        .from('offload_documents')
        .select('*,allowed_commands,trips(number),warehouses(name)'),
    looks: decisions(offloadCommands),
    touches: ['variance', 'trip'],
    show: (row) => ({
      title: m.trip_number_into_warehouse_name({
        trip_number: row.trips?.number ?? '',
        warehouse_name: row.warehouses?.name ?? '',
      }),
      note: label(row.status),
    }),
  }),
  look('variance', {
    from: () =>
      supabase.from('variances').select('*,allowed_commands,trips(number),products(name)'),
    show: (row) => ({
      title: row.products?.name ?? m.cash(),
      note: `${quantity(row.difference)}, ${money(row.value)}${
        row.trips?.number
          ? m.trip_trip_number({ ...terms, trip_number: row.trips?.number ?? '' })
          : ''
      }`,
    }),
  }),
]);

const lookOf = (name: DocumentName) => LOOKS.get(name) ?? byNumber(name);

const PER_TRAY = 50;

/** The documents of one kind that wait for the reader, oldest first. */
function waitingFor(name: DocumentName): Promise<Seen<Document>[]> {
  const kind: DocumentKind = DOCUMENTS[name];
  const mine = Object.keys(kind.decisions).filter((state) =>
    session.can(kind.decisions[state] ?? ''),
  );
  const query = lookOf(name).from() as Listed<Document>;
  return rows(inStates(query, name, mine).order('created_at').limit(PER_TRAY));
}

function tray(name: DocumentName, documents: Seen<Document>[], names: Map<string, string>): Tray {
  const { looks, touches, show } = lookOf(name);
  return {
    machine: name,
    heading: pluralOf(name),
    touches: [name, ...(touches ?? [])],
    looks: looks ?? {},
    documents: documents.map((row) => ({
      id: row.id,
      href: `${DOCUMENTS[name].page}/${row.id}`,
      number: String(row[numberOf(name) as keyof typeof row]),
      ...show(row),
      by: nameOf(names, row.created_by),
      at: row.created_at,
      version: row.version,
      allowed_commands: row.allowed_commands,
    })),
  };
}

/** Everything that waits for a decision the reader may take, oldest first in each tray. */
export async function trays(): Promise<Tray[]> {
  const kinds = documentNames.filter((name) =>
    Object.values(DOCUMENTS[name].decisions).some((right) => session.can(right)),
  );
  const waiting = await Promise.all(kinds.map(waitingFor));
  const names = await namesOf(waiting.flat().map((row) => row.created_by));
  return kinds.map((name, at) => tray(name, waiting[at] ?? [], names));
}
