import type { Tables } from '#lib/database.types.ts';
import { methodName } from '#lib/billing/billing.ts';
import { paymentCommands } from '#lib/billing/commands.ts';
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
import { inStates } from '#lib/workflow/done.ts';
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

interface Source<
  Table extends TableName = TableName,
  To extends Record<string, Link> = Record<string, Link>,
> {
  machine: string;
  heading: string;
  permission: string;
  table: Table;
  states: string[];
  links: To;
  looks: Record<string, CommandLook>;
  touches: string[];
  path: string;
  show: (row: With<Tables<Table>, To>) => { number: string; title: string; note: string };
}

/** Has the compiler compare what is shown with the columns of the table. */
const source = <Table extends TableName, To extends Links<Tables<Table>>>(it: Source<Table, To>) =>
  it as unknown as Source;

const CUSTOMER = link('customer_id', 'customers', 'name');
const WAREHOUSE = link('warehouse_id', 'warehouses', 'name');
const TRIP = link('trip_id', 'trips', 'number');
const PRODUCT = link('product_id', 'products', 'name');

/** Approving and refusing only: the other commands have their place on the document itself. */
function decisions(looks: Record<string, CommandLook>): Record<string, CommandLook> {
  return Object.fromEntries(
    Object.entries(looks).filter(([name]) => ['approve', 'reject', 'review'].includes(name)),
  );
}

const SOURCES: Source[] = [
  source({
    machine: 'order',
    heading: 'Orders',
    permission: 'orders.approve',
    table: 'orders',
    states: ['pending_approval'],
    links: { customer: CUSTOMER },
    // Decided on the order's page, which shows its lines, the credit and what is short.
    looks: {},
    touches: ['order'],
    path: '/orders',
    show: (row) => ({
      number: row.number,
      title: row.customer?.name ?? '',
      note: money(row.total),
    }),
  }),
  source({
    machine: 'customer',
    heading: 'Customers',
    permission: 'customers.approve',
    table: 'customers',
    states: ['pending_approval'],
    links: {},
    looks: decisions(customerCommands),
    touches: ['customer'],
    path: '/customers',
    show: (row) => ({
      number: row.code,
      title: row.name,
      note: `${label(row.customer_type)}, credit limit ${money(row.credit_limit)}`,
    }),
  }),
  source({
    machine: 'payment',
    heading: 'Payments',
    permission: 'payments.approve',
    table: 'payments',
    states: ['pending'],
    links: { customer: CUSTOMER },
    looks: decisions(paymentCommands),
    touches: ['payment', 'invoice'],
    path: '/payments',
    show: (row) => ({
      number: row.number,
      title: row.customer?.name ?? '',
      note: `${money(row.amount)}, ${methodName(row.method)} ${row.reference ?? ''}`.trim(),
    }),
  }),
  source({
    machine: 'adjustment',
    heading: 'Stock adjustments',
    permission: 'inventory.approve',
    table: 'manual_adjustments',
    states: ['pending_approval'],
    links: { warehouse: WAREHOUSE },
    looks: decisions(adjustmentCommands),
    touches: ['manual_adjustment'],
    path: '/stock/adjustments',
    show: (row) => ({
      number: row.number,
      title: row.warehouse?.name ?? '',
      note: row.reason,
    }),
  }),
  source({
    machine: 'offload',
    heading: 'Offloads',
    permission: 'trips.review',
    table: 'offload_documents',
    states: ['submitted', 'reviewed'],
    links: { trip: TRIP, warehouse: WAREHOUSE },
    looks: decisions(offloadCommands),
    touches: ['offload_document', 'variance', 'trip'],
    path: '/offloads',
    show: (row) => ({
      number: row.number,
      title: `${row.trip?.number} into ${row.warehouse?.name}`,
      note: label(row.status),
    }),
  }),
  source({
    machine: 'variance',
    heading: 'Variances',
    permission: 'variances.approve',
    table: 'variances',
    states: ['pending_review'],
    links: { trip: TRIP, product: PRODUCT },
    // Deciding a variance asks for its cause, so it is done on its own page.
    looks: {},
    touches: ['variance'],
    path: '/variances',
    show: (row) => ({
      number: row.number,
      title: row.product?.name ?? 'Cash',
      note: `${quantity(row.difference)}, ${money(row.value)}${
        row.trip?.number ? `, trip ${row.trip?.number}` : ''
      }`,
    }),
  }),
];

const PER_TRAY = 50;

async function fill(from: Source): Promise<Tray> {
  const found = await rows(
    inStates(
      untyped.from(from.table as string).select('*,allowed_commands'),
      from.table as string,
      from.states,
    )
      .order('created_at')
      .limit(PER_TRAY)
      .overrideTypes<(Tables<TableName> & Document)[], { merge: false }>(),
  );
  const documents = await attach(found, from.links as Links<Tables<TableName>>);
  const names = await namesOf(documents.map((row) => row.created_by));
  return {
    machine: from.machine,
    heading: from.heading,
    touches: from.touches,
    looks: from.looks,
    documents: documents.map((row) => ({
      id: row.id,
      href: `${from.path}/${row.id}`,
      ...from.show(row),
      by: nameOf(names, row.created_by),
      at: row.created_at,
      allowed: row.allowed_commands,
    })),
  };
}

/** Everything that waits for a decision the reader may take, oldest first in each tray. */
export function trays(): Promise<Tray[]> {
  return Promise.all(SOURCES.filter((source) => session.can(source.permission)).map(fill));
}
