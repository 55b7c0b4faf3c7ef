import type { Tables } from '#lib/database.types.ts';
import { type DocumentKind, type DocumentName, DOCUMENTS } from '#lib/documents.ts';
import { methodName } from '#lib/billing/billing.ts';
import { creditNoteCommands, paymentCommands, returnCommands } from '#lib/billing/commands.ts';
import { offloadCommands } from '#lib/delivery/commands.ts';
import { customerCommands } from '#lib/parties/commands.ts';
import { label, money, quantity } from '#lib/platform/format.ts';
import {
  attach,
  type Link,
  link,
  type Links,
  rows,
  type TableName,
  type With,
} from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { untyped } from '#lib/platform/supabase.ts';
import { documentNames, inStates, pluralOf } from '#lib/workflow/documents.ts';
import { adjustmentCommands } from '#lib/warehouse/commands.ts';
import { type CommandLook, nameOf, namesOf } from '#lib/workflow/workflow.ts';

/** A document that waits for a decision. */
export interface Waiting {
  id: string;
  href: string;
  number: string;
  title: string;
  note: string;
  by: string;
  at: string;
  allowed: string[] | null;
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
  allowed_commands: string[] | null;
}

type TableOf<Name extends DocumentName> = (typeof DOCUMENTS)[Name]['table'];

/** How a kind of document is shown here; one without a look is shown by its number. */
interface Look<
  Table extends TableName = TableName,
  To extends Record<string, Link> = Record<string, Link>,
> {
  links: To;
  /** Buttons of the row. Without them it is decided on its own page, which shows more. */
  looks?: Record<string, CommandLook>;
  /** What else a decision changes. */
  touches?: DocumentName[];
  show: (row: With<Tables<Table>, To>) => { title: string; note: string };
}

/** Has the compiler compare what is shown with the columns of the table. */
const look = <Name extends DocumentName, To extends Links<Tables<TableOf<Name>>>>(
  name: Name,
  it: Look<TableOf<Name>, To>,
) => [name, it as unknown as Look] as const;

const CUSTOMER = link('customer_id', 'customers', 'name');
const WAREHOUSE = link('warehouse_id', 'warehouses', 'name');
const FROM = link('from_warehouse_id', 'warehouses', 'name');
const TO = link('to_warehouse_id', 'warehouses', 'name');
const TRIP = link('trip_id', 'trips', 'number');
const PRODUCT = link('product_id', 'products', 'name');

/** Approving and refusing only: the other commands have their place on the document itself. */
function decisions(looks: Record<string, CommandLook>): Record<string, CommandLook> {
  return Object.fromEntries(
    Object.entries(looks).filter(([name]) => ['approve', 'reject', 'review'].includes(name)),
  );
}

const BY_NUMBER: Look = { links: {}, show: () => ({ title: '', note: '' }) };

const LOOKS = new Map<DocumentName, Look>([
  look('order', {
    links: { customer: CUSTOMER },
    show: (row) => ({ title: row.customer?.name ?? '', note: money(row.total) }),
  }),
  look('customer', {
    links: {},
    looks: decisions(customerCommands),
    show: (row) => ({
      title: row.name,
      note: `${label(row.customer_type)}, credit limit ${money(row.credit_limit)}`,
    }),
  }),
  look('payment', {
    links: { customer: CUSTOMER },
    looks: decisions(paymentCommands),
    touches: ['invoice'],
    show: (row) => ({
      title: row.customer?.name ?? '',
      note: `${money(row.amount)}, ${methodName(row.method)} ${row.reference ?? ''}`.trim(),
    }),
  }),
  look('adjustment', {
    links: { warehouse: WAREHOUSE },
    looks: decisions(adjustmentCommands),
    show: (row) => ({ title: row.warehouse?.name ?? '', note: row.reason }),
  }),
  look('credit_note', {
    links: { customer: CUSTOMER },
    looks: { issue: creditNoteCommands.issue },
    touches: ['invoice', 'return'],
    show: (row) => ({
      title: row.customer?.name ?? '',
      note: `${money(row.total)}, ${row.reason}`,
    }),
  }),
  look('return', {
    links: { customer: CUSTOMER, warehouse: WAREHOUSE },
    looks: decisions(returnCommands),
    show: (row) => ({
      title: row.customer?.name ?? '',
      note: `${label(row.reason)}, to ${row.warehouse?.name}`,
    }),
  }),
  look('settlement', {
    links: { trip: TRIP, driver: link('driver_id', 'drivers', 'name') },
    show: (row) => ({
      title: `${row.driver?.name}, ${row.trip?.number}`,
      note: money(row.handed_in),
    }),
  }),
  look('stock_count', {
    links: { warehouse: WAREHOUSE },
    show: (row) => ({
      title: row.warehouse?.name ?? '',
      note: row.is_full ? 'full count' : (row.note ?? 'count of some products'),
    }),
  }),
  look('transfer', {
    links: { from: FROM, to: TO },
    show: (row) => ({
      title: `${row.from?.name} to ${row.to?.name}`,
      note: row.note ?? label(row.status),
    }),
  }),
  look('offload', {
    links: { trip: TRIP, warehouse: WAREHOUSE },
    looks: decisions(offloadCommands),
    touches: ['variance', 'trip'],
    show: (row) => ({
      title: `${row.trip?.number} into ${row.warehouse?.name}`,
      note: label(row.status),
    }),
  }),
  look('variance', {
    links: { trip: TRIP, product: PRODUCT },
    show: (row) => ({
      title: row.product?.name ?? 'Cash',
      note: `${quantity(row.difference)}, ${money(row.value)}${
        row.trip?.number ? `, trip ${row.trip?.number}` : ''
      }`,
    }),
  }),
]);

const PER_TRAY = 50;

async function fill(name: DocumentName): Promise<Tray> {
  const kind: DocumentKind = DOCUMENTS[name];
  const shown = LOOKS.get(name) ?? BY_NUMBER;
  const found = await rows(
    inStates(
      untyped.from(kind.table).select('*,allowed_commands'),
      name,
      Object.keys(kind.decisions).filter((state) => session.can(kind.decisions[state] ?? '')),
    )
      .order('created_at')
      .limit(PER_TRAY)
      .overrideTypes<(Tables<TableName> & Document)[], { merge: false }>(),
  );
  const documents = await attach(found, shown.links as Links<Tables<TableName>>);
  const names = await namesOf(documents.map((row) => row.created_by));
  return {
    machine: name,
    heading: pluralOf(name),
    touches: [name, ...(shown.touches ?? [])],
    looks: shown.looks ?? {},
    documents: documents.map((row) => ({
      id: row.id,
      href: `${kind.page}/${row.id}`,
      number: String(row[(kind.number ?? 'id') as keyof typeof row]),
      ...shown.show(row),
      by: nameOf(names, row.created_by),
      at: row.created_at,
      allowed: row.allowed_commands,
    })),
  };
}

/** Everything that waits for a decision the reader may take, oldest first in each tray. */
export function trays(): Promise<Tray[]> {
  return Promise.all(
    documentNames
      .filter((name) =>
        Object.values(DOCUMENTS[name].decisions).some((right) => session.can(right)),
      )
      .map(fill),
  );
}
